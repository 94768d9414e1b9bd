//! Segments of a campaign between the form people write and what is dialed by.

use campaigns::{
    Campaign, CampaignSegment, InvalidSegmentation, Quota, QuotaOf, Rest, SegmentOrder,
    Segmentation,
};
use domain::{ListId, SegmentId};
use store::ContactList;
use wire::{SegmentForm, SegmentProblem, SegmentQuota, SegmentSetForm};

/// What a form means, and all that is wrong with it.
pub(crate) fn segmentation_of(
    form: &SegmentSetForm,
    campaign: &Campaign,
    lists: &[ContactList],
) -> (Segmentation, Vec<SegmentProblem>) {
    let mut problems = Problems::default();
    let rest = match form.rest.as_deref() {
        None | Some("last") => Rest::Last,
        Some("never") => Rest::Never,
        Some(other) => {
            problems.of(None, format!("`rest` is `last` or `never`, not `{other}`"));
            Rest::Last
        }
    };
    let segments = form.segments.iter();
    let segments = segments.map(|one| segment_of(one, campaign, lists, &mut problems));
    let segmentation = Segmentation {
        segments: segments.collect(),
        rest,
    };
    for wrong in segmentation.check().err().unwrap_or_default() {
        match wrong {
            InvalidSegmentation::Setting { name, what } => problems.of(Some(&name), what),
            other => problems.of(None, other.to_string()),
        }
    }
    (segmentation, problems.0)
}

#[derive(Debug, Default)]
struct Problems(Vec<SegmentProblem>);

impl Problems {
    fn of(&mut self, segment: Option<&str>, message: String) {
        self.0.push(SegmentProblem {
            segment: segment.map(str::to_owned),
            from: None,
            to: None,
            pointed: message.clone(),
            message,
        });
    }
}

fn segment_of(
    form: &SegmentForm,
    campaign: &Campaign,
    lists: &[ContactList],
    problems: &mut Problems,
) -> CampaignSegment {
    let of = Some(form.name.as_str());
    let mut theirs: Vec<ListId> = Vec::new();
    for name in &form.lists {
        let list = lists.iter().find(|list| list.name == *name);
        match list.filter(|list| campaign.lists.contains(&list.id)) {
            Some(list) => theirs.push(list.id),
            None => problems.of(
                of,
                format!("the campaign does not dial a list named `{name}`"),
            ),
        }
    }
    let order = order_of(form).unwrap_or_else(|message| {
        problems.of(of, message);
        SegmentOrder::default()
    });
    let quota = form.quota.as_ref().map(quota_of).transpose();
    let quota = quota.unwrap_or_else(|message| {
        problems.of(of, message);
        None
    });
    CampaignSegment {
        id: SegmentId::new(0),
        name: form.name.trim().to_owned(),
        rule: form.rule.trim().to_owned(),
        lists: theirs,
        priority: form.priority.unwrap_or(1),
        share: form.share.unwrap_or(100),
        order,
        retries_first: form.retries_first.unwrap_or(false),
        quota,
        sells: form
            .sells
            .iter()
            .map(|word| word.trim().to_owned())
            .collect(),
    }
}

fn order_of(form: &SegmentForm) -> Result<SegmentOrder, String> {
    let column = form
        .order_column
        .clone()
        .filter(|name| !name.trim().is_empty());
    match (form.order.as_deref(), column) {
        (None | Some("oldest"), None) => Ok(SegmentOrder::Oldest),
        (Some("newest"), None) => Ok(SegmentOrder::Newest),
        (Some("spread"), None) => Ok(SegmentOrder::Spread),
        (Some("best_hour"), column) => Ok(SegmentOrder::BestHour(column)),
        (Some("score"), Some(column)) => Ok(SegmentOrder::Score(column)),
        (Some("score"), None) => {
            Err("`score` needs an `order_column`: by which column?".to_owned())
        }
        (None | Some("oldest" | "newest" | "spread"), Some(_)) => {
            Err("only `score` and `best_hour` go by an `order_column`".to_owned())
        }
        (Some(other), _) => Err(format!(
            "`{other}` is no order; write oldest, newest, score, best_hour or spread"
        )),
    }
}

fn quota_of(quota: &SegmentQuota) -> Result<Quota, String> {
    let of = match quota.of.as_str() {
        "sales" => QuotaOf::Sales,
        "contacts" => QuotaOf::Contacts,
        "attempts" => QuotaOf::Attempts,
        other => {
            return Err(format!(
                "a quota is of sales, contacts or attempts, not of `{other}`"
            ));
        }
    };
    let per_day = match quota.per.as_str() {
        "day" => true,
        "total" => false,
        other => return Err(format!("a quota is per day or total, not per `{other}`")),
    };
    Ok(Quota {
        of,
        most: quota.most,
        per_day,
    })
}

/// The form that gives these segments.
pub(crate) fn form_of(segmentation: &Segmentation, lists: &[ContactList]) -> SegmentSetForm {
    let rest = match segmentation.rest {
        Rest::Last => "last",
        Rest::Never => "never",
    };
    SegmentSetForm {
        rest: Some(rest.to_owned()),
        segments: segmentation
            .segments
            .iter()
            .map(|segment| form_of_one(segment, lists))
            .collect(),
    }
}

fn form_of_one(segment: &CampaignSegment, lists: &[ContactList]) -> SegmentForm {
    let (order, column) = match &segment.order {
        SegmentOrder::Oldest => ("oldest", None),
        SegmentOrder::Newest => ("newest", None),
        SegmentOrder::Score(column) => ("score", Some(column.clone())),
        SegmentOrder::BestHour(column) => ("best_hour", column.clone()),
        SegmentOrder::Spread => ("spread", None),
    };
    let name = |id: &ListId| {
        let list = lists.iter().find(|list| list.id == *id);
        list.map_or_else(|| id.to_string(), |list| list.name.clone())
    };
    SegmentForm {
        name: segment.name.clone(),
        rule: segment.rule.clone(),
        lists: segment.lists.iter().map(name).collect(),
        priority: Some(segment.priority),
        share: Some(segment.share),
        order: Some(order.to_owned()),
        order_column: column,
        retries_first: Some(segment.retries_first),
        quota: segment.quota.map(form_of_quota),
        sells: segment.sells.clone(),
    }
}

fn form_of_quota(quota: Quota) -> SegmentQuota {
    let of = match quota.of {
        QuotaOf::Sales => "sales",
        QuotaOf::Contacts => "contacts",
        QuotaOf::Attempts => "attempts",
    };
    SegmentQuota {
        of: of.to_owned(),
        most: quota.most,
        per: if quota.per_day { "day" } else { "total" }.to_owned(),
    }
}
