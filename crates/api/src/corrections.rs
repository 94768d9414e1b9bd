//! Corrections of what was said of calls: by supervisors, long after them; and what each changed in the
//! figures of its day.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use campaigns::Catalogue;
use domain::{
    AgentId, AttemptId, CampaignId, Disposition, Intent, Outcome, Timestamp, WorkItem, WorkUpdate,
};
use serde::Deserialize;
use std::sync::Arc;
use store::{AttemptFilter, AttemptRow, Store};
use utoipa::IntoParams;
use wire::{Correction, CorrectionDelta, CorrectionForm};

use crate::App;
use crate::audit::{From, note};
use crate::auth::{Caller, now};
use crate::campaigns::find;
use crate::error::ApiError;
use crate::meanings::Meanings;

/// Longest reason, in characters.
const WHY_MAX: usize = 2_000;

/// Say what a call was, in its advisor's stead: retries, suppression and figures follow. What was said before
/// stays in the record. In the audit log.
#[utoipa::path(post, path = "/api/v1/attempts/{id}/correction", tag = "typifications",
    request_body = CorrectionForm,
    responses((status = 204), (status = 409, body = wire::Problem), (status = 422, body = wire::Problem)))]
pub(crate) async fn correct(
    State(app): State<App>,
    caller: Caller,
    from: From,
    Path(id): Path<i64>,
    Json(form): Json<CorrectionForm>,
) -> Result<StatusCode, ApiError> {
    caller.supervisor()?;
    let why = form.why.trim();
    if why.is_empty() || why.chars().count() > WHY_MAX {
        return Err(ApiError::Invalid(
            "say why, in 1 to 2000 characters; it stays in the record".to_owned(),
        ));
    }
    let store = app.store.as_ref();
    let correction = correction(store, AttemptId::new(id), &form, &caller.user.name).await?;
    let granted = app.control.correct(correction).await;
    granted.map_err(ApiError::Rejected)?;
    let detail = format!("{}: {why}", form.code);
    note(
        store,
        &caller,
        &from,
        "attempt.corrected",
        format!("attempt {id}"),
        detail,
    )
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What the engine must know of an attempt it may have forgotten.
async fn correction(
    store: &dyn Store,
    id: AttemptId,
    form: &CorrectionForm,
    user: &str,
) -> Result<engine::Correction, ApiError> {
    let missing = || ApiError::NotFound(format!("attempt {id}"));
    let attempt = store.attempt(id).await?.ok_or_else(missing)?;
    let Some(ended) = attempt.ended_at else {
        return Err(ApiError::Conflict(
            "the call goes on; its advisor may say what it is".to_owned(),
        ));
    };
    if attempt.outcome == Some(Outcome::Refused)
        || (attempt.placed_at.is_none() && !attempt.inbound)
    {
        return Err(ApiError::Conflict(
            "that attempt never left, so that nothing can be said of a call".to_owned(),
        ));
    }
    let work = store.work(attempt.campaign, attempt.contact).await?;
    let work = work.ok_or_else(|| {
        ApiError::Conflict("its campaign has nothing to do with that record any more".to_owned())
    })?;
    let catalogue = store.catalogue_of(attempt.catalogue).await?;
    let catalogue = catalogue.unwrap_or_default();
    let counted = counted(&attempt, &catalogue);
    Ok(engine::Correction {
        later: later(store, &attempt, &work).await?,
        work: before(&work, &attempt, counted),
        counted,
        typified: attempt.code.is_some(),
        came_in: attempt.inbound.then_some(domain::WorkState::Ready),
        catalogue: Arc::new(catalogue),
        ended,
        user: user.to_owned(),
        why: form.why.trim().to_owned(),
        code: form.code.clone(),
        callback_at: form.callback_at.map(Timestamp::from_millis),
        opt_out: form.opt_out,
        intent: intent_of(&attempt),
    })
}

fn intent_of(attempt: &AttemptRow) -> Intent {
    Intent {
        attempt: attempt.id,
        campaign: attempt.campaign,
        list: attempt.list,
        contact: attempt.contact,
        person: attempt.person,
        segment: attempt.segment.clone(),
        phone: attempt.phone,
        ordinal: attempt.ordinal,
        trunk: attempt.trunk,
        caller_id: attempt.caller_id,
        mode: attempt.mode,
        agent: attempt.agent,
        catalogue: attempt.catalogue,
        under: attempt.under.clone(),
        purpose: attempt.purpose,
        serves: attempt.serves,
    }
}

/// Whether the work counts an attempt: if it cost anything. What we gave up ourselves mostly did not: one
/// attempt counted too many is better than one too few.
fn counted(attempt: &AttemptRow, meant: &Catalogue) -> bool {
    let said = attempt.code.as_deref().and_then(|code| meant.get(code));
    attempt.placed_at.is_some()
        && attempt.outcome != Some(Outcome::Cancelled)
        && said.is_some_and(|row| row.retry.costs_attempt)
}

/// The work as it was before an attempt.
fn before(work: &WorkItem, attempt: &AttemptRow, counted: bool) -> WorkItem {
    let mut before = work.clone();
    before.attempts = work.attempts.saturating_sub(u16::from(counted));
    before.repeats = work.repeats.saturating_sub(1);
    let phones = before.contact.phones.iter_mut();
    for phone in phones.filter(|phone| phone.ordinal == attempt.ordinal) {
        phone.attempts = phone.attempts.saturating_sub(1);
        // The correction says anew whether it is good.
        phone.usable = true;
    }
    before
}

/// What a later attempt with the contact made of the work: as it stands.
async fn later(
    store: &dyn Store,
    attempt: &AttemptRow,
    work: &WorkItem,
) -> Result<Option<WorkUpdate>, ApiError> {
    let filter = AttemptFilter {
        campaign: Some(attempt.campaign),
        contact: Some(attempt.contact),
        after: Some(attempt.id),
        limit: 100,
        ..AttemptFilter::default()
    };
    let calls = store.attempts(&filter).await?;
    if !calls.iter().any(|call| call.placed_at.is_some()) {
        return Ok(None);
    }
    let state = store.work_state(attempt.campaign, attempt.contact).await?;
    Ok(state.map(|state| WorkUpdate {
        state,
        ..campaigns::give_back(work)
    }))
}

/// Which time.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Period {
    /// Corrected from then on, in ms since 1970 UTC; the beginning when absent.
    from: Option<i64>,
    /// Until, not included; now when absent.
    to: Option<i64>,
}

/// What was corrected in a campaign, with what each correction changed in figures.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/corrections", tag = "typifications", params(Period),
    responses((status = 200, body = [Correction]), (status = 404, body = wire::Problem)))]
pub(crate) async fn of_campaign(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(period): Query<Period>,
) -> Result<Json<Vec<Correction>>, ApiError> {
    caller.supervisor()?;
    let from = Timestamp::from_millis(period.from.unwrap_or(0));
    let to = period.to.map_or_else(now, Timestamp::from_millis);
    let store = app.store.as_ref();
    Ok(Json(
        corrections(store, CampaignId::new(id), from, to).await?,
    ))
}

/// The corrections of a campaign within a time.
pub async fn corrections(
    store: &dyn Store,
    campaign: CampaignId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<Correction>, ApiError> {
    find(store, campaign).await?;
    let mut meanings = Meanings::default();
    let mut shown = Vec::new();
    for row in store.corrections(campaign, from, to).await? {
        let meant = meanings.at(store, row.catalogue).await?;
        let meant = |code: &str| meant.get(code);
        shown.push(Correction {
            at: row.at.as_millis(),
            attempt: row.attempt.get(),
            contact: row.contact.get(),
            placed_at: row.placed_at.map(Timestamp::as_millis),
            agent: row.agent.map(AgentId::get),
            delta: delta(meant(&row.before), meant(&row.after)),
            user: row.user,
            why: row.why,
            before: row.before,
            after: row.after,
        });
    }
    Ok(shown)
}

/// What a correction changes in figures: what is counted now less what was before.
fn delta(before: Option<&Disposition>, after: Option<&Disposition>) -> CorrectionDelta {
    let change = |flag: fn(&Disposition) -> bool| {
        i32::from(after.is_some_and(flag)) - i32::from(before.is_some_and(flag))
    };
    CorrectionDelta {
        answered: change(|row| row.human),
        effective: change(|row| row.effective_contact),
        sales: change(|row| row.accepted_sale),
        closed: change(|row| row.closes_record),
        suppressed: change(|row| row.suppresses),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_correction_changes_figures_by_what_the_two_codes_count() {
        let house = Catalogue::house();
        let changed = |before, after| delta(house.get(before), house.get(after));
        let sale_taken_back = changed("VE01", "NI01");
        assert_eq!((sale_taken_back.sales, sale_taken_back.effective), (-1, 0));
        let person_after_all = changed("NC03", "CE01");
        assert_eq!(
            (person_after_all.answered, person_after_all.effective),
            (1, 1)
        );
        assert_eq!(changed("NI01", "NI02"), CorrectionDelta::default());
    }
}
