//! A finished base as a new pass: those on whom all attempts were spent are called again, the budget per person being
//! what it was. Counted first; done only with that count.

use axum::Json;
use axum::extract::{Path, State};
use campaigns::Campaign;
use chrono::NaiveDate;
use domain::{CampaignId, ContactId, ListId, WorkState};
use segments::Segment;
use store::{SegmentSubject, Store, Subjects};
use wire::{RecycleForm, Recycled};

use crate::App;
use crate::auth::Caller;
use crate::campaign_rules::{CampaignColumns, campaign_columns};
use crate::campaigns::find;
use crate::error::ApiError;
use crate::segment_count::read;
use crate::segments::today_of;

/// Contacts read at a time.
const PAGE: u32 = 5_000;

/// A new pass over a list of a campaign: without `confirm` it is only counted whom it is for.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/lists/{list}/recycle", tag = "campaigns",
    request_body = RecycleForm,
    responses((status = 200, body = Recycled), (status = 409, body = wire::Problem), (status = 422, body = wire::Problem)))]
pub(crate) async fn recycle_list(
    State(app): State<App>,
    caller: Caller,
    Path((id, list)): Path<(i64, i64)>,
    Json(form): Json<RecycleForm>,
) -> Result<Json<Recycled>, ApiError> {
    caller.admin()?;
    let store = app.store.as_ref();
    let campaign = find(store, CampaignId::new(id)).await?;
    let today = today_of(&campaign);
    let mut plan = Recycling::plan(store, &campaign, ListId::new(list), &form.rule, today).await?;
    if let Some(confirm) = form.confirm {
        plan.confirm(confirm)?;
        plan.carry_out(caller.store.as_ref()).await?;
        app.control.config_changed();
    }
    Ok(Json(plan.counts))
}

/// A new pass, counted.
#[derive(Debug)]
pub struct Recycling {
    campaign: CampaignId,
    list: ListId,
    rule: String,
    taken: Vec<ContactId>,
    /// Whom it is for, and who stays out.
    pub counts: Recycled,
}

impl Recycling {
    /// Counts whom a new pass is for; nothing is changed.
    pub async fn plan(
        store: &dyn Store,
        campaign: &Campaign,
        list: ListId,
        rule: &str,
        today: NaiveDate,
    ) -> Result<Recycling, ApiError> {
        if !campaign.lists.contains(&list) {
            let words = format!("the campaign {} does not dial that list", campaign.name);
            return Err(ApiError::Conflict(words));
        }
        let columns = campaign_columns(store, campaign).await?;
        let segment = match rule.trim() {
            "" => None,
            rule => Some(read(rule, &columns.schema)?),
        };
        let mut plan = Recycling {
            campaign: campaign.id,
            list,
            rule: rule.trim().to_owned(),
            taken: Vec::new(),
            counts: Recycled {
                contacts: 0,
                in_work: 0,
                never: 0,
                exhausted: 0,
                taken: 0,
                begun: None,
            },
        };
        let mut after = None;
        loop {
            let which = Subjects::OfList(list, after);
            let page = store.segment_subjects(campaign.id, which, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(plan);
            };
            after = Some(last.contact.id);
            for subject in &page {
                plan.look_at(subject, segment.as_ref(), &columns, today);
            }
        }
    }

    fn look_at(
        &mut self,
        subject: &SegmentSubject,
        rule: Option<&Segment>,
        columns: &CampaignColumns,
        today: NaiveDate,
    ) {
        self.counts.contacts += 1;
        match subject.state {
            WorkState::Ready | WorkState::Leased => self.counts.in_work += 1,
            WorkState::Closed | WorkState::Suppressed => self.counts.never += 1,
            // Sold or refused in another campaign over the same base is done with here too.
            WorkState::Exhausted if subject.closed_elsewhere => self.counts.never += 1,
            WorkState::Exhausted => {
                self.counts.exhausted += 1;
                if rule.is_none_or(|rule| rule.takes(&columns.row(subject), today)) {
                    self.counts.taken += 1;
                    self.taken.push(subject.contact.id);
                }
            }
        }
    }

    /// Refuses a count that is not the one there is.
    pub fn confirm(&self, count: u64) -> Result<(), ApiError> {
        if count == self.counts.taken {
            return Ok(());
        }
        Err(ApiError::Conflict(format!(
            "nothing was done: it takes {} contacts now, not {count}; confirm that count",
            self.counts.taken
        )))
    }

    /// Begins the pass. Whoever has no phone left, or must not be called by now, is passed over.
    pub async fn carry_out(&mut self, store: &dyn Store) -> Result<(), ApiError> {
        let rule = match self.rule.as_str() {
            "" => "all on whom every attempt was spent",
            rule => rule,
        };
        let (list, taken) = (self.list, self.counts.taken);
        let why = format!("new pass over list {list} for {taken}: {rule}");
        let begun = store.recycle(self.campaign, &self.taken, &why).await?;
        self.counts.begun = Some(begun);
        Ok(())
    }
}
