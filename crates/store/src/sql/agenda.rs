//! The agenda: work of which somebody was promised when it is called.

use async_trait::async_trait;
use domain::{AgentId, CampaignId, ContactId, Timestamp};

use super::SqlStore;
use super::config::{no_such, touch};
use super::database::Database;
use super::fence;
use super::lists::with_phones;
use super::query::Query;
use super::row::Row;
use super::side_events;
use crate::agenda::Agenda;
use crate::error::{Result, StoreError};
use crate::types::{CallBackChange, CallBackFilter, CallBackRow};

/// Most call-backs in an answer.
const PAGE_MAX: u32 = 10_000;
/// Stands for the agent of call-backs that anyone may make.
const ANYONE: i64 = -1;

/// Promised work that is ready or with the engine, in the order of its time; a test asks the planner about it.
pub(super) const BOOKED: &str = "
    SELECT w.campaign, w.state AS work_state, w.next_at, w.callback_agent, w.attempts, w.code,
           k.id, k.list, k.person, k.document, k.name, k.segment, k.attributes
    FROM work w CROSS JOIN contact k
    WHERE w.turn = 0 AND w.state IN (1, 2) AND w.next_at >= $1 AND w.next_at < $2
      AND ($3 = 0 OR w.campaign = $3) AND ($4 = 0 OR COALESCE(w.callback_agent, -1) = $4)
      AND ($5 = 0 OR w.contact = $5) AND k.id = w.contact
    ORDER BY w.next_at, w.campaign, w.contact LIMIT $6";

#[async_trait]
impl Agenda for SqlStore {
    async fn call_backs(&self, filter: &CallBackFilter) -> Result<Vec<CallBackRow>> {
        of(&self.db, filter, None).await
    }

    async fn call_back(
        &self,
        campaign: CampaignId,
        contact: ContactId,
    ) -> Result<Option<CallBackRow>> {
        let filter = CallBackFilter {
            campaign: Some(campaign),
            limit: 1,
            ..CallBackFilter::default()
        };
        Ok(of(&self.db, &filter, Some(contact)).await?.pop())
    }

    async fn change_call_back(
        &self,
        campaign: CampaignId,
        contact: ContactId,
        change: &CallBackChange,
        why: &str,
    ) -> Result<()> {
        self::change(&self.db, campaign, contact, change, why).await
    }
}

async fn of(
    db: &Database,
    filter: &CallBackFilter,
    contact: Option<ContactId>,
) -> Result<Vec<CallBackRow>> {
    let agent = filter.agent.map(|agent| agent.map_or(ANYONE, AgentId::get));
    let query = Query::new("read booked call-backs", BOOKED)
        .int(filter.from.map_or(i64::MIN, Timestamp::as_millis))
        .int(filter.to.map_or(i64::MAX, Timestamp::as_millis))
        .int(filter.campaign.map_or(0, CampaignId::get))
        .int(agent.unwrap_or(0))
        .int(contact.map_or(0, ContactId::get))
        .int(i64::from(filter.limit.min(PAGE_MAX)));
    let rows = db.fetch(query).await?;
    let contacts = with_phones(db, &rows).await?;
    let pair = |(row, contact): (&Row, _)| {
        Ok(CallBackRow {
            campaign: CampaignId::new(row.int("campaign")?),
            contact,
            at: row.time("next_at")?,
            agent: row.opt_int("callback_agent")?.map(AgentId::new),
            attempts: row.narrow("attempts")?,
            code: row.opt_text("code")?,
            under_way: row.int("work_state")? == 2,
        })
    };
    rows.iter().zip(contacts).map(pair).collect()
}

async fn change(
    db: &Database,
    campaign: CampaignId,
    contact: ContactId,
    change: &CallBackChange,
    why: &str,
) -> Result<()> {
    let mut tx = db.begin().await?;
    fence::turn(&mut tx).await?;
    let query = Query::new(
        "look at a call-back",
        "SELECT state, next_at, callback_agent FROM work
         WHERE campaign = $1 AND contact = $2 AND turn = 0 AND state IN (1, 2)",
    );
    let query = query.int(campaign.get()).int(contact.get());
    let Some(row) = tx.fetch_one(query).await? else {
        return Err(no_such("call-back booked with contact", contact));
    };
    if row.int("state")? != 1 {
        let words = "this call-back is being called or about to be; look at it again in a moment";
        return Err(StoreError::Conflict(words.to_owned()));
    }
    let (at, agent) = (row.time("next_at")?, row.opt_int("callback_agent")?);
    let (turn, next_at, by) = match change {
        CallBackChange::Move(to) => (0, *to, agent),
        CallBackChange::Assign(to) => (0, at, to.map(AgentId::get)),
        CallBackChange::Cancel => (1, at, None),
    };
    let query = Query::new(
        "change a call-back",
        "UPDATE work SET turn = $1, next_at = $2, callback_agent = $3
         WHERE campaign = $4 AND contact = $5",
    )
    .int(turn)
    .int(next_at.as_millis())
    .int(by)
    .int(campaign.get())
    .int(contact.get());
    tx.run(query).await?;
    touch(&mut tx).await?;
    side_events::call_back_changed(&mut tx, (campaign, contact), change, (next_at, by)).await?;
    let said = match change {
        CallBackChange::Move(_) => "callback.move",
        CallBackChange::Assign(_) => "callback.assign",
        CallBackChange::Cancel => "callback.cancel",
    };
    let who = |agent: Option<i64>| agent.map_or("anyone".to_owned(), |id| format!("agent {id}"));
    let (before, after) = (who(agent), who(by));
    let detail = format!(
        "{} by {before} is {} by {after}; {why}",
        at.as_millis(),
        next_at.as_millis()
    );
    let subject = format!("campaign {campaign} contact {contact}");
    tx.note(said, subject, detail);
    tx.commit().await
}
