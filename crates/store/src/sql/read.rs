//! Reading the record: attempts by filter, typifications, and the logs.

use std::time::Duration;

use domain::{
    AgentId, AgentStatus, AttemptId, CampaignId, CatalogueId, Cause, ContactId, DialMode, EndedBy,
    Gate, ListId, Outcome, PersonId, PhoneNumber, Timestamp, TrunkId,
};
use kpi::AttemptSet;

use super::database::Database;
use super::event::CAMPAIGN_STATE;
use super::inbound::INBOUND;
use super::query::Query;
use super::row::Row;
use super::work;
use crate::error::Result;
use crate::types::{
    AgentLogRow, AttemptFilter, AttemptRow, CampaignStateRow, GateRow, TypificationRow,
};

/// Attempts in an answer when nobody says how many.
const PAGE_DEFAULT: u32 = 100;
/// Most attempts in an answer.
const PAGE_MAX: u32 = 10_000;
/// An INVITE leaves at most this long after its intent; lets the index on the
/// instant of the intent serve questions about the instant of the INVITE.
pub(super) const INTENT_TO_INVITE_MAX: Duration = Duration::from_secs(3_600);

const COLUMNS: &str = "SELECT a.id, a.campaign, a.list, a.contact, a.person, a.segment, a.phone,
    a.ordinal, a.trunk, a.caller_id, a.mode, a.agent, a.intended_at, a.placed_at, a.ringing_at,
    a.answered_at, a.bridged_at, a.waited_ms, a.ended_at, a.outcome, a.sip_status, a.q850, a.cause_text,
    a.ended_by, a.code, a.coded_by, a.catalogue, a.gate_rule, a.gate_pack, a.direction,
    a.law, a.zone, a.utc_offset_min, a.hours_consent, a.calls_consent,
    a.purpose, a.serves FROM attempt a WHERE true";

/// See [`crate::Store::attempts`].
pub(super) async fn attempts(db: &Database, filter: &AttemptFilter) -> Result<Vec<AttemptRow>> {
    let order = Order::of(db, filter).await?;
    let mut query = order.within(conditions(filter), filter);
    if let Some(set) = filter.set {
        query = in_set(query, set, filter);
    }
    let limit = match filter.limit {
        0 => PAGE_DEFAULT,
        limit => limit.min(PAGE_MAX),
    };
    query.push(&format!(" ORDER BY {} LIMIT {limit}", order.columns()));
    db.fetch(query).await?.iter().map(attempt_of).collect()
}

/// In which order attempts are read: those of a campaign's time by the instant of the intent, as its index has them, so that a
/// page of millions is read without sorting them; else by id, after which nothing comes to stand.
struct Order {
    newest_first: bool,
    by_time: bool,
    /// Goes on after this attempt; with its instant where it goes by that.
    after: Option<(AttemptId, Option<Timestamp>)>,
}

impl Order {
    async fn of(db: &Database, filter: &AttemptFilter) -> Result<Order> {
        let of_somebody =
            filter.contact.is_some() || filter.person.is_some() || filter.phone.is_some();
        let of_a_time = filter.newest_first || filter.from.is_some() || filter.to.is_some();
        let by_time = filter.campaign.is_some() && of_a_time && !of_somebody;
        let after = match filter.after {
            // One that there is not has no instant: by its id then.
            Some(id) if by_time => Some((id, intended_at(db, id).await?)),
            after => after.map(|id| (id, None)),
        };
        Ok(Order {
            newest_first: filter.newest_first,
            by_time,
            after,
        })
    }

    fn columns(&self) -> &'static str {
        match (self.by_time, self.newest_first) {
            (true, true) => "a.intended_at DESC, a.id DESC",
            (true, false) => "a.intended_at, a.id",
            (false, true) => "a.id DESC",
            (false, false) => "a.id",
        }
    }

    /// What is intended within the filter's time, and after where it goes on. Said as one range, which an index answers.
    fn within(&self, mut query: Query, filter: &AttemptFilter) -> Query {
        let mut earliest = filter.from.map(|from| from - INTENT_TO_INVITE_MAX);
        let mut latest = filter.to.map(|to| to - Duration::from_millis(1));
        if let Some((id, at)) = self.after {
            let side = if self.newest_first { "<" } else { ">" };
            query = match at {
                None => bound(query, &format!("a.id {side}"), id.get()),
                Some(at) => {
                    let end = if self.newest_first {
                        &mut latest
                    } else {
                        &mut earliest
                    };
                    *end = Some(match (self.newest_first, *end) {
                        (true, Some(end)) => end.min(at),
                        (false, Some(end)) => end.max(at),
                        (_, None) => at,
                    });
                    let place = query.bound() + 1;
                    query.push(&format!(
                        " AND (a.intended_at, a.id) {side} (${place}, ${})",
                        place + 1
                    ));
                    query.int(at.as_millis()).int(id.get())
                }
            };
        }
        for (condition, at) in [("a.intended_at >=", earliest), ("a.intended_at <=", latest)] {
            if let Some(at) = at {
                query = bound(query, condition, at.as_millis());
            }
        }
        query
    }
}

async fn intended_at(db: &Database, attempt: AttemptId) -> Result<Option<Timestamp>> {
    let query = Query::new(
        "look when an attempt was intended",
        "SELECT intended_at FROM attempt WHERE id = $1",
    );
    let row = db.fetch_one(query.int(attempt.get())).await?;
    row.map(|row| row.time("intended_at")).transpose()
}

/// Adds ` AND <condition> $n` with its value.
fn bound(mut query: Query, condition: &str, value: i64) -> Query {
    let place = query.bound() + 1;
    query.push(&format!(" AND {condition} ${place}"));
    query.int(value)
}

fn conditions(filter: &AttemptFilter) -> Query {
    let mut query = Query::new("read attempts", format!("{COLUMNS} AND a.direction = 1"));
    let equal = [
        ("a.campaign =", filter.campaign.map(CampaignId::get)),
        ("a.list =", filter.list.map(ListId::get)),
        ("a.contact =", filter.contact.map(ContactId::get)),
        ("a.person =", filter.person.map(PersonId::get)),
        ("a.phone =", filter.phone.map(work::digits)),
        ("a.agent =", filter.agent.map(AgentId::get)),
        ("a.trunk =", filter.trunk.map(TrunkId::get)),
        ("a.caller_id =", filter.caller_id.map(work::digits)),
        (
            "a.outcome =",
            filter.outcome.map(|outcome| i64::from(outcome.number())),
        ),
    ];
    for (condition, value) in equal {
        if let Some(value) = value {
            query = bound(query, condition, value);
        }
    }
    // Within the intents of this time ([`Order::within`]).
    for (side, at) in [(">=", filter.from), ("<", filter.to)] {
        if let Some(at) = at {
            let condition = format!("COALESCE(a.placed_at, a.intended_at) {side}");
            query = bound(query, &condition, at.as_millis());
        }
    }
    if let Some(code) = &filter.code {
        let place = query.bound() + 1;
        query.push(&format!(" AND a.code = ${place}"));
        query = query.text(code);
    }
    query
}

/// Adds the condition of a set. Must agree with how `facts` counts.
fn in_set(mut query: Query, set: AttemptSet, filter: &AttemptFilter) -> Query {
    query.push(" AND a.placed_at IS NOT NULL");
    let condition = match set {
        AttemptSet::Placed => return query,
        AttemptSet::Abandoned => format!("a.outcome = {ABANDONED}"),
        AttemptSet::NetworkAnswered => "a.answered_at IS NOT NULL".to_owned(),
        AttemptSet::Connected => "a.bridged_at IS NOT NULL".to_owned(),
        AttemptSet::Worked => "a.code IS NOT NULL".to_owned(),
        // Nobody has said yet what the call was: the system's word stands.
        AttemptSet::Answered => {
            let human = flagged("human");
            format!("({human} OR (a.code IS NULL AND a.outcome IN (1, 2, 3)))")
        }
        AttemptSet::AnsweredBySystem => "a.outcome IN (1, 2, 3)".to_owned(),
        AttemptSet::WorkedByAdvisor => "a.code IS NOT NULL AND a.coded_by IS NOT NULL".to_owned(),
        AttemptSet::Effective => flagged("effective_contact"),
        AttemptSet::Sale => {
            query = sold(query, filter);
            flagged("accepted_sale")
        }
    };
    query.push(&format!(" AND {condition}"));
    query
}

/// Has calls be those of sales, which are few, and found without reading the others.
fn sold(mut query: Query, filter: &AttemptFilter) -> Query {
    query.push(" AND a.id IN (SELECT s.attempt FROM sale s WHERE s.by_correction = 0");
    if let Some(campaign) = filter.campaign {
        query = bound(query, "s.campaign =", campaign.get());
    }
    if let Some(from) = filter.from {
        query = bound(query, "s.placed_at >=", from.as_millis());
    }
    if let Some(to) = filter.to {
        query = bound(query, "s.placed_at <", to.as_millis());
    }
    query.push(")");
    query
}

/// Whether what was said of the attempt `a` has a flag, by the typifications it began with.
fn flagged(flag: &str) -> String {
    format!(
        "EXISTS (SELECT 1 FROM disposition d
                 WHERE d.catalogue = a.catalogue AND d.code = a.code AND d.{flag} = 1)"
    )
}

const ABANDONED: i64 = Outcome::Abandoned as i64;

/// See [`crate::Store::attempt`].
pub(super) async fn attempt(db: &Database, attempt: AttemptId) -> Result<Option<AttemptRow>> {
    let query = Query::new("read an attempt", format!("{COLUMNS} AND a.id = $1"));
    let row = db.fetch_one(query.int(attempt.get())).await?;
    row.as_ref().map(attempt_of).transpose()
}

fn attempt_of(row: &Row) -> Result<AttemptRow> {
    let outcome = row.opt_outcome("outcome")?;
    let ended_by = row.opt_kind("ended_by", EndedBy::from_number)?;
    Ok(AttemptRow {
        id: AttemptId::new(row.int("id")?),
        campaign: CampaignId::new(row.int("campaign")?),
        list: ListId::new(row.int("list")?),
        contact: ContactId::new(row.int("contact")?),
        person: PersonId::new(row.int("person")?),
        segment: row.text("segment")?,
        phone: row.phone("phone")?,
        ordinal: row.narrow("ordinal")?,
        trunk: TrunkId::new(row.int("trunk")?),
        caller_id: row.phone("caller_id")?,
        mode: row.kind("mode", DialMode::from_number)?,
        agent: row.opt_int("agent")?.map(AgentId::new),
        intended_at: row.time("intended_at")?,
        placed_at: row.opt_time("placed_at")?,
        ringing_at: row.opt_time("ringing_at")?,
        answered_at: row.opt_time("answered_at")?,
        bridged_at: row.opt_time("bridged_at")?,
        waited: row.opt_narrow("waited_ms")?.map(Duration::from_millis),
        ended_at: row.opt_time("ended_at")?,
        outcome,
        cause: Cause {
            sip_status: row.opt_narrow("sip_status")?,
            q850: row.opt_narrow("q850")?,
            text: row.opt_text("cause_text")?,
            ..Cause::default()
        },
        ended_by,
        code: row.opt_text("code")?,
        coded_by: row.opt_int("coded_by")?.map(AgentId::new),
        catalogue: CatalogueId::new(row.int("catalogue")?),
        gate: gate_of(row)?,
        inbound: row.int("direction")? == INBOUND,
        under: row.under()?,
        purpose: row.purpose()?,
        serves: row.opt_int("serves")?.map(AttemptId::new),
    })
}

fn gate_of(row: &Row) -> Result<Option<Gate>> {
    let rule = row.opt_text("gate_rule")?;
    let pack = row.opt_text("gate_pack")?.unwrap_or_default();
    Ok(rule.map(|rule| Gate { rule, pack }))
}

/// See [`crate::Store::typifications`].
pub(super) async fn typifications(
    db: &Database,
    attempt: AttemptId,
) -> Result<Vec<TypificationRow>> {
    let query = Query::new(
        "read typifications of an attempt",
        "SELECT seq, at, attempt, agent, code, note, corrects, corrected_by, opt_out FROM typification
         WHERE attempt = $1 ORDER BY seq",
    )
    .int(attempt.get());
    db.fetch(query).await?.iter().map(typification_of).collect()
}

pub(super) fn typification_of(row: &Row) -> Result<TypificationRow> {
    Ok(TypificationRow {
        seq: row.narrow("seq")?,
        at: row.time("at")?,
        attempt: AttemptId::new(row.int("attempt")?),
        agent: row.opt_int("agent")?.map(AgentId::new),
        code: row.text("code")?,
        note: row.text("note")?,
        corrects: row.flag("corrects")?,
        user: row.opt_text("corrected_by")?,
        opt_out: row.flag("opt_out")?,
    })
}

/// See [`crate::Store::agent_log`].
pub(super) async fn agent_log(
    db: &Database,
    agent: Option<AgentId>,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<AgentLogRow>> {
    let mut query = Query::new(
        "read the log of agents",
        "SELECT seq, at, agent, from_status, to_status, reason, attempt FROM agent_log
         WHERE at >= $1 AND at < $2",
    )
    .int(from.as_millis())
    .int(to.as_millis());
    if let Some(agent) = agent {
        query = bound(query, "agent =", agent.get());
    }
    query.push(" ORDER BY seq");
    db.fetch(query).await?.iter().map(agent_log_of).collect()
}

pub(super) fn agent_log_of(row: &Row) -> Result<AgentLogRow> {
    Ok(AgentLogRow {
        seq: row.narrow("seq")?,
        at: row.time("at")?,
        agent: AgentId::new(row.int("agent")?),
        from: row.kind("from_status", AgentStatus::from_number)?,
        to: row.kind("to_status", AgentStatus::from_number)?,
        reason: row.opt_text("reason")?,
        attempt: row.opt_int("attempt")?.map(AttemptId::new),
    })
}

/// See [`crate::Store::campaign_state_at`].
pub(super) async fn campaign_state_at(
    db: &Database,
    campaign: CampaignId,
    at: Timestamp,
) -> Result<Option<CampaignStateRow>> {
    #[derive(serde::Deserialize)]
    struct Body {
        state: String,
        reason: String,
    }
    // The kind stands in the text so that the partial index serves.
    let text = format!(
        "SELECT at, body FROM event WHERE kind = {CAMPAIGN_STATE} AND campaign = $1 AND at <= $2
         ORDER BY seq DESC LIMIT 1"
    );
    let query = Query::new("read the state of a campaign", text)
        .int(campaign.get())
        .int(at.as_millis());
    let rows = db.fetch(query).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let body: Body = row.json("body", "change of a campaign")?;
    Ok(Some(CampaignStateRow {
        at: row.time("at")?,
        state: body.state,
        reason: body.reason,
    }))
}

/// See [`crate::Store::gates`].
pub(super) async fn gates(
    db: &Database,
    campaign: Option<CampaignId>,
    phone: Option<PhoneNumber>,
    from: Timestamp,
    to: Timestamp,
) -> Result<Vec<GateRow>> {
    let mut query = Query::new(
        "read refused intents",
        "SELECT id, ended_at, campaign, contact, phone, gate_rule, gate_pack FROM attempt
         WHERE gate_rule IS NOT NULL AND intended_at >= $1 AND intended_at < $2",
    )
    .int(from.as_millis())
    .int(to.as_millis());
    if let Some(campaign) = campaign {
        query = bound(query, "campaign =", campaign.get());
    }
    if let Some(phone) = phone {
        query = bound(query, "phone =", work::digits(phone));
    }
    query.push(" ORDER BY id");
    let mut gates = Vec::new();
    for row in db.fetch(query).await? {
        let Some(gate) = gate_of(&row)? else { continue };
        gates.push(GateRow {
            at: row.time("ended_at")?,
            attempt: AttemptId::new(row.int("id")?),
            campaign: CampaignId::new(row.int("campaign")?),
            contact: ContactId::new(row.int("contact")?),
            phone: row.phone("phone")?,
            gate,
        });
    }
    Ok(gates)
}
