//! The events that others follow, read in one order from the journal and from what happens beside it. The journal is numbered by
//! its only writer, and what is beside it stands after the event that was the last then, so that nothing ever comes to stand before
//! what somebody read already.
//!
//! How far the order goes is read first. Whatever stands before the end of the journal as it was then is committed, since each who
//! writes waits for the turn; at the end itself more may follow, with higher numbers.

use async_trait::async_trait;
use domain::{
    AgentId, AttemptId, CampaignId, ContactId, EndedBy, ListId, SaleId, Timestamp, TrunkId,
    WebHookId,
};
use sales::Stage;
use serde_json::Value as Json;

use super::SqlStore;
use super::database::Database;
use super::event::{AGENT_STATE, CAMPAIGN_STATE, CLOSED, REFUSED, TYPIFIED};
use super::inbound::INBOUND;
use super::query::Query;
use super::restart::NODE;
use super::row::Row;
use super::side_events::{CALL_BACK_CHANGED, SALE_MOVED};
use super::web_hooks;
use crate::error::{Result, StoreError};
use crate::feed_store::FeedStore;
use crate::types::{
    ClosedCall, FeedEvent, FeedFact, FeedKind, FeedPage, FeedPlace, FeedWanted, HookRow, NewHook,
};

/// Most events on a page.
const PAGE_MAX: u32 = 10_000;
/// So much of the journal is looked through at once: most of it is nothing that others follow.
const SPAN_MAX: u64 = 20_000;
/// Of the parts of an event of the journal the last: what is beside it comes after.
const OWN_PARTS: u64 = 1;

#[async_trait]
impl FeedStore for SqlStore {
    async fn feed_end(&self) -> Result<FeedPlace> {
        end(&self.db).await
    }

    async fn feed(&self, wanted: &FeedWanted) -> Result<FeedPage> {
        page(&self.db, wanted).await
    }

    async fn web_hooks(&self) -> Result<Vec<HookRow>> {
        web_hooks::all(&self.db).await
    }

    async fn put_web_hook(&self, new: &NewHook) -> Result<WebHookId> {
        web_hooks::put(&self.db, new).await
    }

    async fn remove_web_hook(&self, hook: WebHookId) -> Result<()> {
        web_hooks::remove(&self.db, hook).await
    }

    async fn revive_web_hook(
        &self,
        hook: WebHookId,
        from: Option<FeedPlace>,
        now: Timestamp,
    ) -> Result<()> {
        web_hooks::revive(&self.db, hook, from, now).await
    }

    async fn hook_takes(
        &self,
        hook: WebHookId,
        from: FeedPlace,
        pending: FeedPlace,
    ) -> Result<bool> {
        web_hooks::takes(&self.db, hook, from, pending).await
    }

    async fn hook_passed(
        &self,
        hook: WebHookId,
        way: (FeedPlace, FeedPlace),
        events: u32,
        at: Timestamp,
    ) -> Result<bool> {
        web_hooks::passed(&self.db, hook, way, events, at).await
    }

    async fn hook_failed(
        &self,
        hook: WebHookId,
        from: FeedPlace,
        again: Option<Timestamp>,
        fault: &str,
    ) -> Result<()> {
        web_hooks::failed(&self.db, hook, from, again, fault).await
    }
}

async fn end(db: &Database) -> Result<FeedPlace> {
    let query = Query::new(
        "look where events end",
        "SELECT (SELECT COALESCE(max(seq), 0) FROM event WHERE node = $1) AS seq,
                (SELECT COALESCE(max(number), $2) FROM side_event) AS part",
    )
    .int(NODE)
    .int(number(OWN_PARTS));
    match db.fetch_one(query).await? {
        Some(row) => Ok(FeedPlace {
            seq: row.narrow("seq")?,
            part: row.narrow("part")?,
        }),
        None => Ok(FeedPlace::BEGIN),
    }
}

async fn page(db: &Database, wanted: &FeedWanted) -> Result<FeedPage> {
    let end = end(db).await?;
    let limit = wanted.limit.clamp(1, PAGE_MAX);
    // How far this page knows all there is. What has an end of its own is the same page each time it is asked for.
    let mut horizon = match wanted.up_to {
        Some(up_to) => end.min(up_to),
        None => FeedPlace {
            seq: end.seq.min(wanted.after.seq.saturating_add(SPAN_MAX)),
            part: end.part,
        },
    };
    if horizon <= wanted.after {
        return Ok(FeedPage {
            events: Vec::new(),
            next: wanted.after,
            is_end: end <= wanted.after,
        });
    }
    let journal = match journal_kinds(&wanted.kinds) {
        kinds if kinds.is_empty() => Vec::new(),
        kinds => db.fetch(of_journal(wanted, horizon, limit, &kinds)).await?,
    };
    if let Some(last) = journal.last().filter(|_| journal.len() > limit as usize) {
        let seq = last.narrow("seq")?;
        horizon = horizon.min(FeedPlace {
            seq,
            part: OWN_PARTS,
        });
    }
    let beside = match side_kinds(&wanted.kinds) {
        kinds if kinds.is_empty() => Vec::new(),
        kinds => db.fetch(beside_it(wanted, horizon, limit, &kinds)).await?,
    };
    if let Some(last) = beside.last().filter(|_| beside.len() == limit as usize) {
        horizon = horizon.min(side_place(last)?);
    }
    let mut events = Vec::new();
    for row in &journal {
        events.extend(told_by(row)?);
    }
    for row in &beside {
        events.push(told_beside(row)?);
    }
    let is_wanted = |event: &FeedEvent| {
        let kinds = &wanted.kinds;
        wanted.after < event.place
            && event.place <= horizon
            && (kinds.is_empty() || kinds.contains(&event.kind()))
    };
    events.retain(is_wanted);
    events.sort_by_key(|event| event.place);
    if events.len() > limit as usize {
        events.truncate(limit as usize);
        horizon = events.last().map_or(horizon, |last| last.place);
    }
    Ok(FeedPage {
        events,
        next: horizon,
        is_end: end <= horizon,
    })
}

fn number(place: u64) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

/// Kinds of the journal that tell of what is wanted.
fn journal_kinds(wanted: &[FeedKind]) -> Vec<i64> {
    let of = |kind: &FeedKind| -> &[i64] {
        match kind {
            FeedKind::AttemptClosed | FeedKind::InboundClosed => &[CLOSED],
            FeedKind::TypificationMade | FeedKind::TypificationCorrected => &[TYPIFIED],
            FeedKind::CallBackBooked => &[REFUSED, CLOSED, TYPIFIED],
            FeedKind::AgentState => &[AGENT_STATE],
            FeedKind::CampaignState => &[CAMPAIGN_STATE],
            FeedKind::CallBackChanged | FeedKind::SaleMoved => &[],
        }
    };
    chosen(wanted, of)
}

fn side_kinds(wanted: &[FeedKind]) -> Vec<i64> {
    let of = |kind: &FeedKind| -> &[i64] {
        match kind {
            FeedKind::SaleMoved => &[SALE_MOVED],
            FeedKind::CallBackChanged => &[CALL_BACK_CHANGED],
            _ => &[],
        }
    };
    chosen(wanted, of)
}

fn chosen<'k>(wanted: &'k [FeedKind], of: impl Fn(&'k FeedKind) -> &'k [i64]) -> Vec<i64> {
    let wanted = if wanted.is_empty() {
        &FeedKind::ALL
    } else {
        wanted
    };
    let mut kinds: Vec<i64> = wanted.iter().flat_map(of).copied().collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

fn listed(kinds: &[i64]) -> String {
    let words: Vec<String> = kinds.iter().map(i64::to_string).collect();
    words.join(", ")
}

/// Histories that were taken in did not happen here.
fn of_journal(wanted: &FeedWanted, horizon: FeedPlace, limit: u32, kinds: &[i64]) -> Query {
    let text = format!(
        "SELECT e.seq, e.at, e.kind, e.body, e.agent AS doer, COALESCE(e.campaign, a.campaign) AS campaign,
                e.attempt, a.direction, a.list, a.contact, a.segment, a.phone, a.trunk, a.mode, a.purpose, a.agent,
                a.intended_at, a.placed_at, a.answered_at, a.bridged_at,
                CASE WHEN e.kind = {TYPIFIED} THEN
                    (SELECT t.code FROM typification t WHERE t.attempt = e.attempt AND t.seq < e.seq
                     ORDER BY t.seq DESC LIMIT 1) END AS said_before
         FROM event e LEFT JOIN attempt a ON a.id = e.attempt
         WHERE e.node = $1 AND e.seq >= $2 AND e.seq <= $3 AND e.kind IN ({})
           AND NOT EXISTS (SELECT 1 FROM past_campaign h WHERE h.campaign = COALESCE(e.campaign, a.campaign))
           AND (e.kind <> {AGENT_STATE} OR NOT EXISTS (SELECT 1 FROM past_key k WHERE k.kind = 4 AND k.id = e.seq))",
        listed(kinds)
    );
    let first = wanted.after.seq + u64::from(wanted.after.part >= OWN_PARTS);
    let mut query = Query::new("read events of the journal", text)
        .int(NODE)
        .int(number(first))
        .int(number(horizon.seq));
    if let Some(campaign) = wanted.campaign {
        query.push(&format!(
            " AND (COALESCE(e.campaign, a.campaign) = $4 OR (e.kind = {AGENT_STATE} AND EXISTS
                  (SELECT 1 FROM agent_campaign g WHERE g.agent = e.agent AND g.campaign = $4)))"
        ));
        query = query.int(campaign.get());
    }
    // One more than may be told: the first may have been told already.
    query.push(&format!(" ORDER BY e.seq LIMIT {}", limit + 1));
    query
}

fn beside_it(wanted: &FeedWanted, horizon: FeedPlace, limit: u32, kinds: &[i64]) -> Query {
    let text = format!(
        "SELECT o.after_event, o.number, o.at, o.kind, o.campaign, o.contact, o.body, o.sale, o.n,
                m.from_stage, m.to_stage, m.doer, m.by_user, m.reason, s.attempt, s.agent
         FROM side_event o LEFT JOIN sale_move m ON m.sale = o.sale AND m.n = o.n
         LEFT JOIN sale s ON s.id = o.sale
         WHERE o.after_event >= $1 AND o.after_event <= $2 AND (o.after_event > $1 OR o.number > $3)
           AND o.kind IN ({})
           AND NOT EXISTS (SELECT 1 FROM past_campaign h WHERE h.campaign = o.campaign)",
        listed(kinds)
    );
    let mut query = Query::new("read events beside the journal", text)
        .int(number(wanted.after.seq))
        .int(number(horizon.seq))
        .int(number(wanted.after.part));
    if let Some(campaign) = wanted.campaign {
        query.push(" AND o.campaign = $4");
        query = query.int(campaign.get());
    }
    query.push(&format!(" ORDER BY o.after_event, o.number LIMIT {limit}"));
    query
}

fn side_place(row: &Row) -> Result<FeedPlace> {
    Ok(FeedPlace {
        seq: row.narrow("after_event")?,
        part: row.narrow("number")?,
    })
}

/// What an event of the journal tells others: nothing, one thing, or two.
fn told_by(row: &Row) -> Result<Vec<FeedEvent>> {
    let seq: u64 = row.narrow("seq")?;
    let (at, campaign) = (
        row.time("at")?,
        row.opt_int("campaign")?.map(CampaignId::new),
    );
    let body: Json = row.json("body", "event")?;
    let own = match row.int("kind")? {
        CLOSED => closed(row, &body)?,
        TYPIFIED => Some(typified(row, &body)?),
        AGENT_STATE => Some(agent_state(row, &body)?),
        CAMPAIGN_STATE => Some(FeedFact::CampaignState {
            state: word(&body, "state"),
            reason: word(&body, "reason"),
        }),
        _ => None,
    };
    let facts = [own, booked(row, &body)?];
    let told = (0..).zip(facts).filter_map(|(part, fact)| {
        let place = FeedPlace { seq, part };
        fact.map(|fact| FeedEvent {
            place,
            at,
            campaign,
            fact,
        })
    });
    Ok(told.collect())
}

/// An intent that was never placed was no call.
fn closed(row: &Row, body: &Json) -> Result<Option<FeedFact>> {
    let Some(direction) = row.opt_int("direction")? else {
        return Ok(None);
    };
    let inbound = direction == INBOUND;
    let placed_at = match inbound {
        true => Some(row.time("intended_at")?),
        false => row.opt_time("placed_at")?,
    };
    if placed_at.is_none() {
        return Ok(None);
    }
    let mode = row.kind("mode", domain::DialMode::from_number)?;
    let ended_by = body["ended_by"].as_i64().unwrap_or_default();
    let ended_by = i16::try_from(ended_by).ok().and_then(EndedBy::from_number);
    let narrow = |key: &str| {
        body[key]
            .as_u64()
            .and_then(|value| u16::try_from(value).ok())
    };
    Ok(Some(FeedFact::CallClosed(Box::new(ClosedCall {
        attempt: AttemptId::new(row.int("attempt")?),
        inbound,
        list: ListId::new(row.int("list")?),
        contact: ContactId::new(row.int("contact")?),
        segment: row.text("segment")?,
        phone: row.phone("phone")?,
        trunk: TrunkId::new(row.int("trunk")?),
        mode: mode.word().to_owned(),
        purpose: match inbound {
            true => None,
            false => Some(row.purpose()?.word().to_owned()),
        },
        agent: row.opt_int("agent")?.map(AgentId::new),
        placed_at,
        answered_at: row.opt_time("answered_at")?,
        bridged_at: row.opt_time("bridged_at")?,
        outcome: word(body, "outcome"),
        sip_status: narrow("sip"),
        q850: narrow("q850"),
        ended_by: ended_by.map_or_else(String::new, |by| by.word().to_owned()),
    }))))
}

fn typified(row: &Row, body: &Json) -> Result<FeedFact> {
    Ok(FeedFact::Typified {
        attempt: AttemptId::new(row.int("attempt")?),
        contact: row.opt_int("contact")?.map(ContactId::new),
        agent: row.opt_int("doer")?.map(AgentId::new),
        user: body["user"].as_str().map(str::to_owned),
        code: word(body, "code"),
        before: row.opt_text("said_before")?,
        corrects: body["corrects"].as_bool().unwrap_or_default(),
    })
}

fn agent_state(row: &Row, body: &Json) -> Result<FeedFact> {
    Ok(FeedFact::AgentState {
        agent: AgentId::new(row.int("doer")?),
        from: word(body, "from"),
        to: word(body, "to"),
        reason: body["reason"].as_str().map(str::to_owned),
        attempt: row.opt_int("attempt")?.map(AttemptId::new),
    })
}

/// What becomes of the contact says whether somebody is promised a call: newly, or still.
fn booked(row: &Row, body: &Json) -> Result<Option<FeedFact>> {
    let next = &body["next"];
    if next["promised"].as_bool() != Some(true) {
        return Ok(None);
    }
    let (Some(contact), Some(due_at)) = (next["contact"].as_i64(), next["next_at"].as_i64()) else {
        return Ok(None);
    };
    Ok(Some(FeedFact::CallBackBooked {
        contact: ContactId::new(contact),
        due_at: Timestamp::from_millis(due_at),
        agent: next["callback_agent"].as_i64().map(AgentId::new),
        attempt: row.opt_int("attempt")?.map(AttemptId::new),
    }))
}

fn told_beside(row: &Row) -> Result<FeedEvent> {
    let contact = ContactId::new(row.int("contact")?);
    let fact = match row.int("kind")? {
        SALE_MOVED => FeedFact::SaleMoved {
            sale: SaleId::new(row.int("sale")?),
            n: row.narrow("n")?,
            attempt: row.opt_int("attempt")?.map(AttemptId::new),
            contact,
            agent: row.opt_int("agent")?.map(AgentId::new),
            from: row
                .opt_kind("from_stage", Stage::from_number)?
                .map(|stage| stage.to_string()),
            to: row.kind("to_stage", Stage::from_number)?.to_string(),
            doer: row.text("doer")?,
            user: row.text("by_user")?,
            reason: row.opt_text("reason")?,
        },
        CALL_BACK_CHANGED => {
            let body: Json = row.json("body", "side event")?;
            FeedFact::CallBackChanged {
                contact,
                change: word(&body, "change"),
                due_at: body["due_at"].as_i64().map(Timestamp::from_millis),
                agent: body["agent"].as_i64().map(AgentId::new),
            }
        }
        other => {
            return Err(StoreError::Corrupt {
                what: "kind of a side event",
                detail: other.to_string(),
            });
        }
    };
    Ok(FeedEvent {
        place: side_place(row)?,
        at: row.time("at")?,
        campaign: Some(CampaignId::new(row.int("campaign")?)),
        fact,
    })
}

fn word(body: &Json, key: &str) -> String {
    body[key].as_str().unwrap_or_default().to_owned()
}
