//! One transaction per batch: the events and everything projected from them,
//! in a handful of statements whatever the size of the batch. Here too the
//! last gates of an intent close: one open attempt per person and number,
//! suppression, and the lease.

use std::collections::BTreeMap;

use domain::{
    AttemptId, CampaignId, ConsentId, Event, Gate, Intent, LeavesUnder, Outcome, Recorded,
    Timestamp, Under,
};

use super::database::{Database, Tx};
use super::event::{self, place};
use super::fence;
use super::fold::{Fold, runs};
use super::inbound::{self, OUTBOUND};
use super::past;
use super::quality;
use super::query::{Batch, Query};
use super::recordings;
use super::restart::NODE;
use super::retired;
use super::rollups;
use super::said;
use super::work;
use crate::error::{Result, StoreError};
use crate::types::PastKey;

/// Names the rules below as their pack.
const PACK: &str = "store";

/// Answers to the intents of a batch.
type Answers = Vec<(AttemptId, Option<Gate>)>;

/// Whether the calls of a batch are yet to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Calls {
    /// Their gates may close.
    ToCome,
    /// They left long ago, and are over.
    Past,
}

/// See [`crate::Store::commit`].
pub(super) async fn commit(db: &Database, epoch: i64, batch: &[Recorded]) -> Result<Answers> {
    let mut tx = db.begin().await?;
    let answers = write(&mut tx, epoch, batch, Calls::ToCome).await?;
    tx.commit().await?;
    Ok(answers)
}

/// See [`crate::PastStore::commit_past`].
pub(super) async fn commit_past(
    db: &Database,
    epoch: i64,
    campaign: CampaignId,
    batch: &[Recorded],
    keys: &[PastKey],
) -> Result<()> {
    let mut tx = db.begin().await?;
    write(&mut tx, epoch, batch, Calls::Past).await?;
    past::name(&mut tx, campaign, keys).await?;
    tx.commit().await
}

async fn write(tx: &mut Tx, epoch: i64, batch: &[Recorded], calls: Calls) -> Result<Answers> {
    let Some(first) = batch.first() else {
        return Ok(Vec::new());
    };
    let last = fence::turn_of(tx, epoch).await?;
    let known = batch.partition_point(|recorded| recorded.seq <= last);
    let (old, new) = batch.split_at(known);
    // An empty journal may begin anywhere, so that a record can be continued
    // in a new database; from then on it has no gaps.
    let start = if last == 0 && old.is_empty() {
        first.seq
    } else {
        last + 1
    };
    for (expected, recorded) in (start..).zip(new) {
        if recorded.seq != expected {
            let got = recorded.seq;
            return Err(StoreError::JournalGap { expected, got });
        }
    }
    if !is_recorded(tx, old).await? {
        return Err(StoreError::JournalGap {
            expected: last + 1,
            got: first.seq,
        });
    }
    let mut answers = answered_before(tx, old).await?;
    answers.extend(rerouted(batch));
    if !new.is_empty() {
        insert_events(tx, new).await?;
        for run in runs(new) {
            answers.extend(project(tx, epoch, run, calls).await?);
        }
    }
    Ok(answers)
}

/// Whether these are the very events the record has in their places. Where
/// somebody else wrote, their events bear the numbers of ours: ours must not
/// pass for durable, nor their calls for allowed.
async fn is_recorded(tx: &mut Tx, old: &[Recorded]) -> Result<bool> {
    if old.is_empty() {
        return Ok(true);
    }
    let query = Query::new(
        "compare events with the journal",
        "SELECT count(*) AS n FROM {rows}
         JOIN event e ON e.node = $1 AND e.seq = r.seq
         WHERE e.at = r.at AND e.kind = r.kind AND e.body = r.body
           AND COALESCE(e.campaign, 0) = COALESCE(r.campaign, 0)
           AND COALESCE(e.agent, 0) = COALESCE(r.agent, 0)
           AND COALESCE(e.attempt, 0) = COALESCE(r.attempt, 0)",
    )
    .int(NODE)
    .rows(event::rows(old));
    match tx.fetch_one(query).await? {
        Some(row) => Ok(row.narrow::<usize>("n")? == old.len()),
        None => Ok(false),
    }
}

/// The answers given when these events were committed the first time.
async fn answered_before(tx: &mut Tx, old: &[Recorded]) -> Result<Answers> {
    let intents: Vec<i64> = old
        .iter()
        .filter_map(|recorded| match &recorded.event {
            Event::AttemptIntended(intent) => Some(intent.attempt.get()),
            _ => None,
        })
        .collect();
    if intents.is_empty() {
        return Ok(Vec::new());
    }
    let query = Query::new(
        "read the answers to intents",
        "SELECT a.id, a.gate_rule, a.gate_pack FROM {rows} JOIN attempt a ON a.id = r.attempt
         ORDER BY a.id",
    )
    .rows(Batch::default().ints("attempt", intents));
    let mut answers = Vec::new();
    for row in tx.fetch(query).await? {
        let pack = row.opt_text("gate_pack")?.filter(|pack| pack == PACK);
        let gate = match (row.opt_text("gate_rule")?, pack) {
            (Some(rule), Some(pack)) => Some(Gate { rule, pack }),
            _ => None,
        };
        answers.push((AttemptId::new(row.int("id")?), gate));
    }
    Ok(answers)
}

/// An attempt that goes on over another trunk passed the gates when it was intended.
fn rerouted(batch: &[Recorded]) -> impl Iterator<Item = (AttemptId, Option<Gate>)> {
    batch.iter().filter_map(|recorded| match &recorded.event {
        Event::CallRerouted { attempt, .. } => Some((*attempt, None)),
        _ => None,
    })
}

async fn insert_events(tx: &mut Tx, events: &[Recorded]) -> Result<()> {
    let query = Query::new(
        "append to the journal",
        "INSERT INTO event (node, seq, at, kind, campaign, agent, attempt, body)
         SELECT $1, r.seq, r.at, r.kind, r.campaign, r.agent, r.attempt, r.body FROM {rows}",
    )
    .int(NODE)
    .rows(event::rows(events));
    tx.run(query).await.map(drop)
}

async fn project(tx: &mut Tx, epoch: i64, run: &[Recorded], calls: Calls) -> Result<Answers> {
    let fold = Fold::of(run);
    // Calls that end in this run make room first: their people may be called
    // again by an intent of the same run.
    let ended = fold.ended();
    close_open_attempts(tx, &ended).await?;
    let answers = match calls {
        Calls::ToCome => intend(tx, epoch, &fold.intents).await?,
        Calls::Past if fold.intents.is_empty() => Answers::new(),
        Calls::Past => {
            insert_attempts(tx, &fold.intents, &BTreeMap::new(), OUTBOUND).await?;
            Answers::new()
        }
    };
    inbound::receive(tx, epoch, &fold.received).await?;
    inbound::note_strangers(tx, &fold).await?;
    count_phone_attempts(tx, &fold).await?;
    let before = rollups::before(tx, &fold).await?;
    update_attempts(tx, &fold).await?;
    rollups::after(tx, before).await?;
    update_open_attempts(tx, &fold).await?;
    recordings::note(tx, &fold, &ended).await?;
    if ended.iter().any(|attempt| fold.begins(*attempt)) {
        close_open_attempts(tx, &ended).await?;
    }
    said::note(tx, &fold).await?;
    retired::note(tx, &fold.phones).await?;
    quality::note(tx, &fold.measured).await?;
    log_agents(tx, &fold).await?;
    finish_campaigns(tx, &fold).await?;
    retired::lift(tx, &fold.lifting).await?;
    work::suppress_people_of(tx, &fold.suppressing, run.last().map(|r| r.at)).await?;
    work::update(tx, fold.work.values().copied()).await?;
    Ok(answers)
}

async fn close_open_attempts(tx: &mut Tx, attempts: &[i64]) -> Result<()> {
    if attempts.is_empty() {
        return Ok(());
    }
    let query = Query::new(
        "close attempts",
        "DELETE FROM open_attempt WHERE attempt IN (SELECT r.attempt FROM {rows})",
    )
    .rows(Batch::default().ints("attempt", attempts.iter().copied()));
    tx.run(query).await.map(drop)
}

/// Opens the attempts that may be, and writes down all of them, refused ones
/// closed at once.
async fn intend(tx: &mut Tx, epoch: i64, intents: &[(Timestamp, &Intent)]) -> Result<Answers> {
    if intents.is_empty() {
        return Ok(Vec::new());
    }
    let mut refused = closed_gates(tx, epoch, intents).await?;
    let free: Vec<_> = intents
        .iter()
        .filter(|(_, intent)| !refused.contains_key(&intent.attempt.get()))
        .copied()
        .collect();
    refused.extend(open(tx, epoch, &free).await?);
    insert_attempts(tx, intents, &refused, OUTBOUND).await?;
    let answer = |intent: &Intent| {
        let rule = refused.get(&intent.attempt.get());
        let gate = rule.map(|rule| Gate {
            rule: (*rule).to_owned(),
            pack: PACK.to_owned(),
        });
        (intent.attempt, gate)
    };
    Ok(intents.iter().map(|(_, intent)| answer(intent)).collect())
}

async fn closed_gates(
    tx: &mut Tx,
    epoch: i64,
    intents: &[(Timestamp, &Intent)],
) -> Result<BTreeMap<i64, &'static str>> {
    let query = Query::new(
        "check the gates of intents",
        "SELECT r.attempt,
                CASE WHEN EXISTS (SELECT 1 FROM suppression s WHERE s.e164 = r.phone)
                       OR EXISTS (SELECT 1 FROM person p WHERE p.id = r.person AND p.suppressed = 1)
                     THEN 1
                     WHEN NOT EXISTS (SELECT 1 FROM work w
                                      WHERE w.campaign = r.campaign AND w.contact = r.contact
                                        AND w.state = 2 AND w.lease_epoch = $1)
                     THEN 2
                     WHEN EXISTS (SELECT 1 FROM consent c WHERE c.ended_at IS NOT NULL
                                    AND c.id IN (r.hours_consent, r.calls_consent))
                     THEN 3 ELSE 0 END AS gate
         FROM {rows}",
    )
    .int(epoch)
    .rows(keys(intents));
    let mut closed = BTreeMap::new();
    for row in tx.fetch(query).await? {
        let rule = match row.int("gate")? {
            1 => "suppressed",
            2 => "lease_lost",
            3 => "consent_ended",
            _ => continue,
        };
        closed.insert(row.int("attempt")?, rule);
    }
    Ok(closed)
}

/// Takes the person and the number for each attempt; tells who lost.
pub(super) async fn open(
    tx: &mut Tx,
    epoch: i64,
    intents: &[(Timestamp, &Intent)],
) -> Result<BTreeMap<i64, &'static str>> {
    let query = Query::new(
        "open attempts",
        "INSERT INTO open_attempt (person, e164, attempt, epoch, since)
         SELECT r.person, r.phone, r.attempt, $1, r.at FROM {rows} WHERE true ORDER BY r.attempt
         ON CONFLICT DO NOTHING RETURNING attempt",
    )
    .int(epoch)
    .rows(keys(intents));
    let mut opened = Vec::new();
    for row in tx.fetch(query).await? {
        opened.push(row.int("attempt")?);
    }
    let lost: Vec<_> = intents
        .iter()
        .filter(|(_, intent)| !opened.contains(&intent.attempt.get()))
        .copied()
        .collect();
    if lost.is_empty() {
        return Ok(BTreeMap::new());
    }
    let query = Query::new(
        "find who is being called",
        "SELECT r.attempt,
                CASE WHEN EXISTS (SELECT 1 FROM open_attempt o WHERE o.person = r.person)
                     THEN 1 ELSE 0 END AS same_person
         FROM {rows}",
    )
    .rows(keys(&lost));
    let mut rules = BTreeMap::new();
    for row in tx.fetch(query).await? {
        let rule = match row.flag("same_person")? {
            true => "person_busy",
            false => "number_busy",
        };
        rules.insert(row.int("attempt")?, rule);
    }
    Ok(rules)
}

fn keys(intents: &[(Timestamp, &Intent)]) -> Batch {
    let each = |pick: fn(&Intent) -> i64| intents.iter().map(move |(_, intent)| pick(intent));
    let consents = |pick: fn(LeavesUnder) -> Option<ConsentId>| {
        let under = intents.iter().map(|(_, intent)| intent.under.as_ref());
        under.map(move |under| pick(under?.consents).map(ConsentId::get))
    };
    Batch::default()
        .ints("attempt", each(|i| i.attempt.get()))
        .ints("campaign", each(|i| i.campaign.get()))
        .ints("contact", each(|i| i.contact.get()))
        .ints("person", each(|i| i.person.get()))
        .ints("phone", each(|i| work::digits(i.phone)))
        .ints("at", intents.iter().map(|(at, _)| at.as_millis()))
        .ints("hours_consent", consents(|under| under.hours))
        .ints("calls_consent", consents(|under| under.calls))
}

pub(super) async fn insert_attempts(
    tx: &mut Tx,
    intents: &[(Timestamp, &Intent)],
    refused: &BTreeMap<i64, &'static str>,
    direction: i64,
) -> Result<()> {
    let each = |pick: fn(&Intent) -> i64| intents.iter().map(move |(_, intent)| pick(intent));
    let rules = intents
        .iter()
        .map(|(_, i)| refused.get(&i.attempt.get()).map(|rule| (*rule).to_owned()));
    let of_law =
        |pick: fn(&Under) -> String| intents.iter().map(move |(_, i)| i.under.as_ref().map(pick));
    let batch = keys(intents)
        .ints("list", each(|i| i.list.get()))
        .texts("segment", intents.iter().map(|(_, i)| i.segment.clone()))
        .ints("ordinal", each(|i| i64::from(i.ordinal)))
        .ints("trunk", each(|i| i.trunk.get()))
        .ints("caller_id", each(|i| work::digits(i.caller_id)))
        .ints("mode", each(|i| i64::from(i.mode.number())))
        .ints(
            "agent",
            intents
                .iter()
                .map(|(_, i)| i.agent.map(|agent| agent.get())),
        )
        .texts("law", of_law(|under| under.law.to_string()))
        .texts("zone", of_law(|under| under.zone.to_string()))
        .ints(
            "utc_offset",
            intents.iter().map(|(_, i)| {
                i.under
                    .as_ref()
                    .map(|under| i64::from(under.utc_offset_min))
            }),
        )
        .ints("catalogue", each(|i| i.catalogue.get()))
        .texts(
            "purpose",
            intents.iter().map(|(_, i)| i.purpose.word().to_owned()),
        )
        .ints(
            "serves",
            intents.iter().map(|(_, i)| i.serves.map(AttemptId::get)),
        )
        .texts("rule", rules);
    let query = Query::new(
        "write down attempts",
        "INSERT INTO attempt (id, campaign, list, contact, person, segment, phone, ordinal, trunk,
                              caller_id, mode, agent, intended_at, ended_at, outcome,
                              gate_rule, gate_pack, direction, law, zone, utc_offset_min, catalogue,
                              hours_consent, calls_consent, purpose, serves, dialed_in)
         SELECT r.attempt, r.campaign, r.list, r.contact, r.person, r.segment, r.phone, r.ordinal,
                r.trunk, r.caller_id, r.mode, r.agent, r.at,
                CASE WHEN r.rule IS NOT NULL THEN r.at END,
                CASE WHEN r.rule IS NOT NULL THEN $1 END,
                r.rule, CASE WHEN r.rule IS NOT NULL THEN $2 END, $3, r.law, r.zone, r.utc_offset,
                r.catalogue, r.hours_consent, r.calls_consent,
                CASE WHEN $3 = 1 THEN r.purpose END, r.serves,
                (SELECT w.dialed_in FROM work w WHERE w.campaign = r.campaign AND w.contact = r.contact)
         FROM {rows}",
    )
    .int(i64::from(Outcome::Refused.number()))
    .text(PACK)
    .int(direction)
    .rows(batch);
    tx.run(query).await.map(drop)
}

/// A placed call that ends costs its number an attempt, unless the trunk was
/// congested. Before the attempts are updated, so that none counts twice.
async fn count_phone_attempts(tx: &mut Tx, fold: &Fold<'_>) -> Result<()> {
    let ended: Vec<_> = fold
        .attempts
        .iter()
        .filter(|(_, change)| change.outcome.is_some())
        .collect();
    if ended.is_empty() {
        return Ok(());
    }
    let query = Query::new(
        "count attempts per number",
        "INSERT INTO work_phone (campaign, contact, ordinal, attempts)
         SELECT a.campaign, a.contact, a.ordinal, count(*)
         FROM {rows} JOIN attempt a ON a.id = r.attempt
         WHERE a.outcome IS NULL AND COALESCE(a.placed_at, r.placed) IS NOT NULL
           AND r.outcome NOT IN ($1, $2)
         GROUP BY a.campaign, a.contact, a.ordinal
         ON CONFLICT (campaign, contact, ordinal)
         DO UPDATE SET attempts = work_phone.attempts + excluded.attempts",
    )
    .int(i64::from(Outcome::Congestion.number()))
    .int(i64::from(Outcome::Refused.number()))
    .rows(
        Batch::default()
            .ints("attempt", ended.iter().map(|(id, _)| **id))
            .ints("placed", ended.iter().map(|(_, change)| change.placed))
            .ints("outcome", ended.iter().map(|(_, change)| change.outcome)),
    );
    tx.run(query).await.map(drop)
}

/// What was known first stays: a late or repeated step never moves an attempt
/// backwards. Only typifications overrule.
async fn update_attempts(tx: &mut Tx, fold: &Fold<'_>) -> Result<()> {
    if fold.attempts.is_empty() {
        return Ok(());
    }
    let changes = || fold.attempts.values();
    let batch = Batch::default()
        .ints("attempt", fold.attempts.keys().copied())
        .ints("placed", changes().map(|c| c.placed))
        .ints("ringing", changes().map(|c| c.ringing))
        .ints("answered", changes().map(|c| c.answered))
        .ints("bridged", changes().map(|c| c.bridged))
        .ints("agent", changes().map(|c| c.agent))
        .ints("waited", changes().map(|c| c.waited_ms))
        .ints("ended", changes().map(|c| c.ended))
        .ints("outcome", changes().map(|c| c.outcome))
        .ints("sip", changes().map(|c| c.sip_status))
        .ints("q850", changes().map(|c| c.q850))
        .texts("cause_text", changes().map(|c| c.cause_text.clone()))
        .ints("trunk", changes().map(|c| c.trunk))
        .ints("ended_by", changes().map(|c| c.ended_by))
        .texts("code", changes().map(|c| c.code.clone()))
        .ints("coded_by", changes().map(|c| c.coded_by))
        .ints("opt_out", changes().map(|c| c.opt_out))
        .texts("system_code", changes().map(|c| c.system_code.clone()))
        .texts("gate_rule", changes().map(|c| c.gate_rule.clone()))
        .texts("gate_pack", changes().map(|c| c.gate_pack.clone()));
    let query = Query::new(
        "update attempts",
        "UPDATE attempt AS a SET
             placed_at = COALESCE(a.placed_at, r.placed),
             ringing_at = COALESCE(a.ringing_at, r.ringing),
             answered_at = COALESCE(a.answered_at, r.answered),
             bridged_at = COALESCE(a.bridged_at, r.bridged),
             agent = COALESCE(r.agent, a.agent),
             waited_ms = COALESCE(a.waited_ms, r.waited),
             ended_at = COALESCE(a.ended_at, r.ended),
             outcome = COALESCE(a.outcome, r.outcome),
             sip_status = COALESCE(a.sip_status, r.sip),
             q850 = COALESCE(a.q850, r.q850),
             cause_text = COALESCE(a.cause_text, r.cause_text),
             trunk = COALESCE(r.trunk, a.trunk),
             ended_by = COALESCE(a.ended_by, r.ended_by),
             coded_by = CASE WHEN r.code IS NOT NULL THEN r.coded_by ELSE a.coded_by END,
             code = COALESCE(r.code, a.code, r.system_code),
             opt_out = COALESCE(r.opt_out, a.opt_out),
             gate_rule = COALESCE(a.gate_rule, r.gate_rule),
             gate_pack = COALESCE(a.gate_pack, r.gate_pack)
         FROM {rows} WHERE a.id = r.attempt",
    )
    .rows(batch);
    tx.run(query).await.map(drop)
}

async fn update_open_attempts(tx: &mut Tx, fold: &Fold<'_>) -> Result<()> {
    let open: Vec<_> = fold
        .attempts
        .iter()
        .filter(|(_, c)| {
            c.outcome.is_none() && (c.placed.is_some() || c.answered.is_some() || c.agent.is_some())
        })
        .collect();
    if open.is_empty() {
        return Ok(());
    }
    let yes = |seen: Option<i64>| i64::from(seen.is_some());
    let query = Query::new(
        "update open attempts",
        "UPDATE open_attempt AS o SET
             placed = CASE WHEN r.placed = 1 THEN 1 ELSE o.placed END,
             answered = CASE WHEN r.answered = 1 THEN 1 ELSE o.answered END,
             agent = COALESCE(r.agent, o.agent),
             signalling = COALESCE(r.signalling, o.signalling)
         FROM {rows} WHERE o.attempt = r.attempt",
    )
    .rows(
        Batch::default()
            .ints("attempt", open.iter().map(|(id, _)| **id))
            .ints("placed", open.iter().map(|(_, c)| yes(c.placed)))
            .ints("answered", open.iter().map(|(_, c)| yes(c.answered)))
            .ints("agent", open.iter().map(|(_, c)| c.agent))
            .texts("signalling", open.iter().map(|(_, c)| c.signalling.clone())),
    );
    tx.run(query).await.map(drop)
}

async fn log_agents(tx: &mut Tx, fold: &Fold<'_>) -> Result<()> {
    if fold.agents.is_empty() {
        return Ok(());
    }
    let each = || fold.agents.iter();
    let query = Query::new(
        "log agents' states",
        "INSERT INTO agent_log (seq, at, agent, from_status, to_status, reason, attempt)
         SELECT r.seq, r.at, r.agent, r.was, r.became, r.reason, r.attempt FROM {rows}",
    )
    .rows(
        Batch::default()
            .ints("seq", each().map(|c| place(c.seq)))
            .ints("at", each().map(|c| c.at.as_millis()))
            .ints("agent", each().map(|c| c.agent))
            .ints("was", each().map(|c| i64::from(c.from.number())))
            .ints("became", each().map(|c| i64::from(c.to.number())))
            .texts("reason", each().map(|c| c.reason.clone()))
            .ints("attempt", each().map(|c| c.attempt)),
    );
    tx.run(query).await?;
    rollups::count_time(tx, &fold.agents).await?;
    let last: BTreeMap<i64, _> = each().map(|change| (change.agent, change)).collect();
    let query = Query::new(
        "update agents' states",
        "INSERT INTO agent_state (agent, status, since, reason, attempt)
         SELECT r.agent, r.became, r.at, r.reason, r.attempt FROM {rows} WHERE true
         ON CONFLICT (agent) DO UPDATE SET status = excluded.status, since = excluded.since,
             reason = excluded.reason, attempt = excluded.attempt",
    )
    .rows(
        Batch::default()
            .ints("agent", last.keys().copied())
            .ints("became", last.values().map(|c| i64::from(c.to.number())))
            .ints("at", last.values().map(|c| c.at.as_millis()))
            .texts("reason", last.values().map(|c| c.reason.clone()))
            .ints("attempt", last.values().map(|c| c.attempt)),
    );
    tx.run(query).await.map(drop)
}

async fn finish_campaigns(tx: &mut Tx, fold: &Fold<'_>) -> Result<()> {
    if fold.finished.is_empty() {
        return Ok(());
    }
    let query = Query::new(
        "finish campaigns",
        "UPDATE campaign SET state = 4
         WHERE state = 2 AND id IN (SELECT r.campaign FROM {rows})",
    )
    .rows(Batch::default().ints("campaign", fold.finished.iter().copied()));
    tx.run(query).await.map(drop)
}
