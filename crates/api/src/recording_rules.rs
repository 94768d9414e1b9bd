//! The rules of a campaign about recordings, as forms write them and as they are shown.

use campaigns::{Campaign, Consent, RecordFrom, Retention};
use domain::{Rate, parse_span};
use wire::CampaignForm;

use crate::error::ApiError;

/// In place of days: what the campaign's law pack says.
const BY_LAW: &str = "law";

/// Puts what a form says of recordings into a campaign.
pub(crate) fn apply(form: &CampaignForm, campaign: &mut Campaign) -> Result<(), ApiError> {
    let rules = &mut campaign.recording;
    if let Some(text) = &form.recording {
        rules.share = share(text)?;
    }
    if let Some(word) = &form.recording_from {
        rules.from = RecordFrom::from_word(word).ok_or_else(|| {
            ApiError::Invalid(format!(
                "recording_from: `{word}` is not `answer` or `bridge`"
            ))
        })?;
    }
    if let Some(word) = &form.recording_consent {
        rules.consent = Consent::from_word(word).ok_or_else(|| {
            ApiError::Invalid(format!(
                "recording_consent: `{word}` is not `not_needed`, `asked` or `announced`"
            ))
        })?;
    }
    if let Some(required) = form.recording_required {
        rules.required = required;
    }
    if let Some(text) = &form.recording_pause_max {
        rules.pause_max = parse_span(text)
            .map_err(|problem| ApiError::Invalid(format!("recording_pause_max: {problem}")))?;
    }
    if let Some(rows) = &form.recording_keep {
        rules.keep = keep(rows)?;
    }
    Ok(())
}

fn share(text: &str) -> Result<Rate, ApiError> {
    match text {
        "off" => Ok(Rate::ZERO),
        "all" => Ok(Rate::new(1.0).unwrap_or_default()),
        share => share.parse().map_err(|problem: domain::InvalidRate| {
            ApiError::Invalid(format!("recording: `off`, `all` or a share; {problem}"))
        }),
    }
}

/// `["180d", "VE 1825d"]`: the first without a class is for all others; `["law"]`: as the law pack
/// says.
fn keep(rows: &[String]) -> Result<Option<Retention>, ApiError> {
    if rows.len() == 1 && rows[0].trim() == BY_LAW {
        return Ok(None);
    }
    let mut keep = Retention::default();
    for row in rows {
        match row.trim().split_once(' ') {
            None => keep.days = days(row)?,
            Some((class, span)) => keep.classes.push((class.to_owned(), days(span)?)),
        }
    }
    Ok(Some(keep))
}

fn days(text: &str) -> Result<u32, ApiError> {
    let digits = text.trim().strip_suffix('d').unwrap_or_default();
    digits.parse().map_err(|_| {
        ApiError::Invalid(format!(
            "recording_keep: `{text}` is no number of days; write 180d for all, and VE 1825d for \
             what begins with VE"
        ))
    })
}

/// The rules as a form has them.
pub(crate) fn shown(campaign: &Campaign, form: CampaignForm) -> CampaignForm {
    let rules = &campaign.recording;
    let keep = match &rules.keep {
        None => vec![BY_LAW.to_owned()],
        Some(keep) => {
            let classes = keep.classes.iter();
            let classes = classes.map(|(class, days)| format!("{class} {days}d"));
            let all = std::iter::once(format!("{}d", keep.days));
            all.chain(classes).collect()
        }
    };
    let all = Rate::new(1.0).unwrap_or_default();
    CampaignForm {
        recording: Some(match rules.share {
            share if share == Rate::ZERO => "off".to_owned(),
            share if share == all => "all".to_owned(),
            share => share.to_string(),
        }),
        recording_from: Some(rules.from.word().to_owned()),
        recording_consent: Some(rules.consent.word().to_owned()),
        recording_required: Some(rules.required),
        recording_pause_max: Some(format!("{}s", rules.pause_max.as_secs())),
        recording_keep: Some(keep),
        ..form
    }
}
