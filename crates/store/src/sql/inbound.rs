//! Calls that others make to us: written down, found again, and whose number it is who calls.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    AgentId, AttemptId, CampaignId, ContactId, Intent, PhoneNumber, SignallingRecord, Timestamp,
    TrunkId, WorkItem, WorkState,
};

use super::commit::{insert_attempts, open};
use super::database::{Database, Tx};
use super::fold::Fold;
use super::query::{Batch, Query};
use super::row::Row;
use super::work::{self, digits};
use crate::error::Result;
use crate::types::{InboundFilter, InboundRow};

/// `attempt.direction` of our own calls.
pub(super) const OUTBOUND: i64 = 1;
/// And of theirs.
pub(super) const INBOUND: i64 = 2;
/// Most calls in an answer.
const PAGE_MAX: u32 = 10_000;

/// Calls of people we know. No gate closes before them, and the engine takes nobody in who is on a
/// call already.
pub(super) async fn receive(
    tx: &mut Tx,
    epoch: i64,
    received: &[(Timestamp, &Intent)],
) -> Result<()> {
    if received.is_empty() {
        return Ok(());
    }
    open(tx, epoch, received).await?;
    insert_attempts(tx, received, &BTreeMap::new(), INBOUND).await
}

/// Calls of strangers, and what became of them. Whoever asks for it is suppressed at once.
pub(super) async fn note_strangers(tx: &mut Tx, fold: &Fold<'_>) -> Result<()> {
    let called = || fold.strangers.iter();
    if !fold.strangers.is_empty() {
        let signalling = |record: &Option<SignallingRecord>| record.as_ref().map(|it| it.0.clone());
        let query = Query::new(
            "write down calls of strangers",
            "INSERT INTO stranger_call (attempt, at, trunk, phone, called, signalling)
             SELECT r.attempt, r.at, r.trunk, r.phone, r.called, r.signalling FROM {rows}",
        )
        .rows(
            Batch::default()
                .ints("attempt", called().map(|(_, s)| s.attempt.get()))
                .ints("at", called().map(|(at, _)| at.as_millis()))
                .ints("trunk", called().map(|(_, s)| s.trunk.get()))
                .ints("phone", called().map(|(_, s)| s.phone.map(digits)))
                .ints("called", called().map(|(_, s)| digits(s.called)))
                .texts(
                    "signalling",
                    called().map(|(_, s)| signalling(&s.signalling)),
                ),
        );
        tx.run(query).await?;
    }
    let left = || fold.strangers_left.iter();
    if fold.strangers_left.is_empty() {
        return Ok(());
    }
    let query = Query::new(
        "end calls of strangers",
        "UPDATE stranger_call AS s SET ended_at = COALESCE(s.ended_at, r.at),
             outcome = COALESCE(s.outcome, r.outcome), code = COALESCE(s.code, r.code)
         FROM {rows} WHERE s.attempt = r.attempt",
    )
    .rows(
        Batch::default()
            .ints("attempt", left().map(|end| end.attempt))
            .ints("at", left().map(|end| end.at))
            .ints("outcome", left().map(|end| end.outcome))
            .texts("code", left().map(|end| end.code.map(str::to_owned))),
    );
    tx.run(query).await?;
    let opted_out = left().filter(|end| end.suppress);
    suppress(tx, &opted_out.map(|end| (end.attempt, end.at)).collect()).await
}

async fn suppress(tx: &mut Tx, calls: &BTreeSet<(i64, i64)>) -> Result<()> {
    if calls.is_empty() {
        return Ok(());
    }
    let batch = || {
        Batch::default()
            .ints("attempt", calls.iter().map(|(attempt, _)| *attempt))
            .ints("at", calls.iter().map(|(_, at)| *at))
    };
    let query = Query::new(
        "suppress numbers of strangers",
        "INSERT INTO suppression (e164, at, reason)
         SELECT s.phone, min(r.at), $1
         FROM {rows} JOIN stranger_call s ON s.attempt = r.attempt
         WHERE s.phone IS NOT NULL GROUP BY s.phone
         ON CONFLICT (e164) DO NOTHING",
    )
    .text(work::ASKED);
    tx.run(query.rows(batch())).await?;
    let query = Query::new(
        "read numbers of strangers",
        "SELECT s.phone FROM {rows} JOIN stranger_call s ON s.attempt = r.attempt
         WHERE s.phone IS NOT NULL",
    );
    let rows = tx.fetch(query.rows(batch())).await?;
    let phones: Result<BTreeSet<i64>> = rows.iter().map(|row| row.int("phone")).collect();
    work::hold_work_of(tx, &phones?).await
}

/// See [`crate::Store::open_strangers`].
pub(super) async fn open_strangers(
    db: &Database,
) -> Result<Vec<(AttemptId, Option<SignallingRecord>)>> {
    let query = Query::new(
        "read open calls of strangers",
        "SELECT attempt, signalling FROM stranger_call WHERE outcome IS NULL ORDER BY attempt",
    );
    let rows = db.fetch(query).await?;
    let read = |row: &Row| {
        let record = row.opt_text("signalling")?.map(SignallingRecord);
        Ok((AttemptId::new(row.int("attempt")?), record))
    };
    rows.iter().map(read).collect()
}

/// See [`crate::Store::caller`]. Campaigns that were removed are nobody's any more.
pub(super) async fn caller(
    db: &Database,
    phone: PhoneNumber,
) -> Result<Option<(WorkItem, WorkState)>> {
    let called = "SELECT w.campaign, w.contact, w.state FROM attempt a
         JOIN campaign c ON c.id = a.campaign AND c.removed = 0
         JOIN work w ON w.campaign = a.campaign AND w.contact = a.contact
         WHERE a.phone = $1 AND (a.placed_at IS NOT NULL OR a.direction = 2)
         ORDER BY a.intended_at DESC, a.id DESC LIMIT 1";
    let listed = "SELECT w.campaign, w.contact, w.state FROM phone q
         JOIN contact k ON k.id = q.contact
         JOIN work w ON w.person = k.person AND w.contact = k.id
         JOIN campaign c ON c.id = w.campaign AND c.removed = 0
         WHERE q.e164 = $1 ORDER BY w.campaign DESC, w.contact DESC LIMIT 1";
    for text in [called, listed] {
        let query = Query::new("find who calls", text).int(digits(phone));
        let Some(row) = db.fetch_one(query).await? else {
            continue;
        };
        let campaign = CampaignId::new(row.int("campaign")?);
        let contact = ContactId::new(row.int("contact")?);
        let state = row.kind("state", WorkState::from_number)?;
        let item = work::one(db, campaign, contact).await?;
        return Ok(item.map(|item| (item, state)));
    }
    Ok(None)
}

/// See [`crate::Store::inbound_calls`].
pub(super) async fn calls(db: &Database, filter: &InboundFilter) -> Result<Vec<InboundRow>> {
    let query = Query::new(
        "read calls to us",
        "SELECT * FROM (
             SELECT a.id, a.intended_at AS at, a.trunk, a.phone, a.caller_id AS called, a.campaign,
                    a.contact, a.agent, a.answered_at, a.bridged_at, a.ended_at, a.outcome, a.code,
                    a.coded_by
             FROM attempt a WHERE a.direction = 2 AND a.id > $1
             UNION ALL
             SELECT s.attempt, s.at, s.trunk, s.phone, s.called, NULL, NULL, NULL,
                    CASE WHEN s.signalling IS NOT NULL THEN s.at END, NULL, s.ended_at, s.outcome,
                    s.code, NULL
             FROM stranger_call s WHERE s.attempt > $1) AS calls
         WHERE at >= $2 AND at < $3 ORDER BY id LIMIT $4",
    )
    .int(filter.after.map_or(0, AttemptId::get))
    .int(filter.from.map_or(i64::MIN, Timestamp::as_millis))
    .int(filter.to.map_or(i64::MAX, Timestamp::as_millis))
    .int(i64::from(filter.limit.min(PAGE_MAX)));
    db.fetch(query).await?.iter().map(call_of).collect()
}

fn call_of(row: &Row) -> Result<InboundRow> {
    let phone = row.opt_int("phone")?;
    Ok(InboundRow {
        id: AttemptId::new(row.int("id")?),
        at: row.time("at")?,
        trunk: TrunkId::new(row.int("trunk")?),
        phone: phone.map(|_| row.phone("phone")).transpose()?,
        called: row.phone("called")?,
        campaign: row.opt_int("campaign")?.map(CampaignId::new),
        contact: row.opt_int("contact")?.map(ContactId::new),
        agent: row.opt_int("agent")?.map(AgentId::new),
        answered_at: row.opt_time("answered_at")?,
        bridged_at: row.opt_time("bridged_at")?,
        ended_at: row.opt_time("ended_at")?,
        outcome: row.opt_outcome("outcome")?,
        code: row.opt_text("code")?,
        coded_by: row.opt_int("coded_by")?.map(AgentId::new),
    })
}
