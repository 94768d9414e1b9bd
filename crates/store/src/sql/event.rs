//! An event as a row: a small integer for its kind, the ids people search by,
//! and everything it says as readable JSON; but for what would tell a person's
//! number or words, which stand in the tables it is projected into (ADR 34).

use domain::{
    CampaignId, Event, Intent, LegQuality, Recorded, RecordingFact, TransferIntent, TransferTarget,
    WorkUpdate,
};
use serde_json::{Value as Json, json};

use super::fold::millis;
use super::query::Batch;

/// Kind of the pacing decisions; the migrations index it.
pub(super) const PACING: i64 = 12;
/// Kind of the changes of a campaign's state; as above.
pub(super) const CAMPAIGN_STATE: i64 = 11;
/// Kind of the pages of the pacing ledger without a decision; as above.
pub(super) const TOLD: i64 = 14;
/// Kind of what pacing had learnt; as above.
pub(super) const LEARNT: i64 = 15;
/// Kinds of the steps of a call in an agent's hands, from this one on.
pub(super) const TRANSFER_INTENDED: i64 = 20;
pub(super) const TRANSFER_ANSWERED: i64 = 21;
pub(super) const TRANSFER_FAILED: i64 = 22;
const TRANSFERRED: i64 = 23;
const HELD: i64 = 24;
const RESUMED: i64 = 25;
const THREE_WAY: i64 = 26;
const DIGITS: i64 = 27;
const NOTED: i64 = 28;
/// To this one.
pub(super) const SUPERVISED: i64 = 29;
/// Kind of the intents.
pub(super) const INTENDED: i64 = 1;
/// Kind of the intents that became no call.
pub(super) const REFUSED: i64 = 2;
/// Kind of the ends of calls.
pub(super) const CLOSED: i64 = 8;
/// Kind of what is said of calls.
pub(super) const TYPIFIED: i64 = 9;
/// Kind of what agents do.
pub(super) const AGENT_STATE: i64 = 10;

/// Kind of the changes of trunk within an attempt.
const REROUTED: i64 = 30;

/// Kind of what calls sounded like.
const MEASURED: i64 = 31;

/// Kind of the facts about recordings.
pub(super) const RECORDING: i64 = 50;

/// Kind of the calls that somebody we know makes to us.
pub(super) const RECEIVED: i64 = 40;
/// Kind of those of strangers.
const STRANGER: i64 = 41;
/// Kind of their ends.
const STRANGER_LEFT: i64 = 42;

/// The columns of an event.
pub(super) struct EventRow {
    pub(super) kind: i64,
    pub(super) campaign: Option<i64>,
    pub(super) agent: Option<i64>,
    pub(super) attempt: Option<i64>,
    pub(super) body: Json,
}

/// All events of a batch as the rows of one statement.
pub(super) fn rows(batch: &[Recorded]) -> Batch {
    let rows: Vec<EventRow> = batch.iter().map(|r| row(&r.event)).collect();
    Batch::default()
        .ints("seq", batch.iter().map(|r| place(r.seq)))
        .ints("at", batch.iter().map(|r| r.at.as_millis()))
        .ints("kind", rows.iter().map(|r| r.kind))
        .ints("campaign", rows.iter().map(|r| r.campaign))
        .ints("agent", rows.iter().map(|r| r.agent))
        .ints("attempt", rows.iter().map(|r| r.attempt))
        .texts("body", rows.iter().map(|r| r.body.to_string()))
}

/// A place in the journal as stored.
pub(super) fn place(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

fn intent(kind: i64, i: &Intent) -> EventRow {
    let mut body = json!({
        "list": i.list.get(), "contact": i.contact.get(), "person": i.person.get(),
        "segment": i.segment, "ordinal": i.ordinal,
        "trunk": i.trunk.get(), "caller_id": i.caller_id.as_u64(),
        "mode": i.mode.word(), "purpose": i.purpose.word(), "law": i.under.as_ref().map(|under| &*under.law),
        "zone": i.under.as_ref().map(|under| &*under.zone),
        "utc_offset_min": i.under.as_ref().map(|under| under.utc_offset_min),
        "catalogue": i.catalogue.get(),
    });
    let under = i.under.as_ref().map(|under| under.consents);
    let consents = under.unwrap_or_default();
    if let Some(serves) = i.serves {
        body["serves"] = serves.get().into();
    }
    // Hardly any call needs one.
    for (key, consent) in [
        ("hours_consent", consents.hours),
        ("calls_consent", consents.calls),
    ] {
        if let Some(consent) = consent {
            body[key] = consent.get().into();
        }
    }
    EventRow {
        kind,
        campaign: Some(i.campaign.get()),
        agent: i.agent.map(|agent| agent.get()),
        attempt: Some(i.attempt.get()),
        body,
    }
}

fn row(event: &Event) -> EventRow {
    let of_attempt = |kind, attempt: &domain::AttemptId, body| EventRow {
        kind,
        campaign: None,
        agent: None,
        attempt: Some(attempt.get()),
        body,
    };
    match event {
        Event::AttemptIntended(i) => intent(INTENDED, i),
        Event::CallReceived(i) => intent(RECEIVED, i),
        Event::StrangerCalled(s) => of_attempt(
            STRANGER,
            &s.attempt,
            json!({
                "trunk": s.trunk.get(), "called": s.called.as_u64(),
                "hidden": s.phone.is_none(), "answered": s.signalling.is_some(),
            }),
        ),
        Event::StrangerLeft {
            attempt,
            outcome,
            code,
            suppress,
        } => of_attempt(
            STRANGER_LEFT,
            attempt,
            json!({"outcome": outcome.word(), "code": code, "suppress": suppress}),
        ),
        Event::AttemptRefused {
            attempt,
            gate,
            next,
        } => of_attempt(
            REFUSED,
            attempt,
            json!({"rule": gate.rule, "pack": gate.pack, "next": work(next)}),
        ),
        Event::CallPlaced { attempt } => of_attempt(3, attempt, json!({})),
        Event::CallRerouted {
            attempt,
            from,
            to,
            cause,
        } => of_attempt(
            REROUTED,
            attempt,
            json!({
                "from": from.get(), "to": to.get(), "sip": cause.sip_status, "q850": cause.q850,
                "text": cause.text,
            }),
        ),
        Event::CallRinging { attempt } => of_attempt(4, attempt, json!({})),
        Event::CallAnswered { attempt, .. } => of_attempt(5, attempt, json!({})),
        Event::CallBridged {
            attempt,
            agent,
            waited,
        } => EventRow {
            agent: Some(agent.get()),
            ..of_attempt(6, attempt, json!({"waited_ms": millis(*waited)}))
        },
        Event::CallAbandoned { attempt, waited } => {
            of_attempt(7, attempt, json!({"waited_ms": millis(*waited)}))
        }
        Event::AttemptClosed {
            attempt,
            outcome,
            cause,
            ended_by,
            next,
        } => of_attempt(
            CLOSED,
            attempt,
            json!({
                "outcome": outcome.word(), "sip": cause.sip_status, "q850": cause.q850,
                "text": cause.text,
                "ended_by": ended_by.number(), "next": next.as_ref().map(work),
            }),
        ),
        Event::Recording { attempt, fact } => recording(attempt, fact),
        Event::Typified(t) => EventRow {
            agent: t.agent.map(|agent| agent.get()),
            ..of_attempt(
                TYPIFIED,
                &t.attempt,
                json!({
                    "code": t.code, "noted": !t.note.is_empty(), "corrects": t.corrects,
                    "user": t.user,
                    "next": work(&t.next),
                }),
            )
        },
        Event::TransferIntended(intent) => EventRow {
            agent: Some(intent.by.get()),
            ..of_attempt(TRANSFER_INTENDED, &intent.attempt, transfer(intent))
        },
        Event::TransferAnswered {
            attempt,
            signalling,
        } => of_attempt(
            TRANSFER_ANSWERED,
            attempt,
            json!({"signalling": signalling.as_ref().map(|record| &record.0)}),
        ),
        Event::TransferFailed { attempt, why } => {
            of_attempt(TRANSFER_FAILED, attempt, json!({"why": why}))
        }
        Event::CallTransferred { attempt, from, to } => {
            let (agent, destination) = target(*to);
            EventRow {
                agent: Some(from.get()),
                ..of_attempt(
                    TRANSFERRED,
                    attempt,
                    json!({"to_agent": agent, "destination": destination}),
                )
            }
        }
        Event::CallHeld { attempt, agent } => by_agent(HELD, attempt, agent, json!({})),
        Event::CallResumed { attempt, agent } => by_agent(RESUMED, attempt, agent, json!({})),
        Event::ThreeWayStarted { attempt, agent } => by_agent(THREE_WAY, attempt, agent, json!({})),
        Event::DigitsSent {
            attempt,
            agent,
            count,
        } => by_agent(DIGITS, attempt, agent, json!({"count": count})),
        Event::CallSupervised {
            attempt,
            agent,
            mode,
        } => {
            let mode = mode.map_or("left", |mode| mode.word());
            by_agent(SUPERVISED, attempt, agent, json!({ "mode": mode }))
        }
        Event::CallNoted {
            attempt,
            agent,
            note,
        } => by_agent(NOTED, attempt, agent, json!({"noted": !note.is_empty()})),
        Event::CallMeasured { attempt, legs } => {
            let legs: Vec<Json> = legs.iter().map(quality).collect();
            of_attempt(MEASURED, attempt, json!({ "legs": legs }))
        }
        Event::AgentStateChanged {
            agent,
            from,
            to,
            reason,
            attempt,
        } => EventRow {
            kind: AGENT_STATE,
            campaign: None,
            agent: Some(agent.get()),
            attempt: attempt.map(|attempt| attempt.get()),
            body: json!({"from": from.word(), "to": to.word(), "reason": reason}),
        },
        Event::CampaignStateChanged {
            campaign,
            state,
            reason,
        } => of_campaign(
            CAMPAIGN_STATE,
            *campaign,
            json!({"state": state.word(), "reason": reason}),
        ),
        Event::PacingDecided(p) => of_campaign(
            PACING,
            p.campaign,
            json!({
                "dial": p.dial, "binding": p.binding, "why": p.why,
                "inputs": p.inputs.iter().map(|(name, value)| json!([name, value])).collect::<Vec<_>>(),
                "page": page_json(&p.page),
            }),
        ),
        Event::PacingTold { campaign, page } => {
            of_campaign(TOLD, *campaign, json!({"page": page_json(page)}))
        }
        Event::PacingLearnt {
            campaign,
            estimates,
        } => of_campaign(
            LEARNT,
            *campaign,
            json!({"estimates": page_json(estimates)}),
        ),
    }
}

fn recording(attempt: &domain::AttemptId, fact: &RecordingFact) -> EventRow {
    let (agent, body) = match fact {
        RecordingFact::Started => (None, json!({"fact": "started"})),
        RecordingFact::Declined(why) => (None, json!({"fact": "declined", "why": why.word()})),
        RecordingFact::Announced => (None, json!({"fact": "announced"})),
        RecordingFact::Consented { agent } => (Some(*agent), json!({"fact": "consented"})),
        RecordingFact::Paused { agent } => (Some(*agent), json!({"fact": "paused"})),
        RecordingFact::Resumed { agent } => (*agent, json!({"fact": "resumed"})),
        RecordingFact::Marked { kind, agent, .. } => {
            (*agent, json!({"fact": "marked", "kind": kind}))
        }
        RecordingFact::Classed { class, keep_until } => (
            None,
            json!({"fact": "classed", "class": class, "keep_until": keep_until.as_millis()}),
        ),
    };
    EventRow {
        kind: RECORDING,
        campaign: None,
        agent: agent.map(|agent| agent.get()),
        attempt: Some(attempt.get()),
        body,
    }
}

fn by_agent(
    kind: i64,
    attempt: &domain::AttemptId,
    agent: &domain::AgentId,
    body: Json,
) -> EventRow {
    EventRow {
        kind,
        campaign: None,
        agent: Some(agent.get()),
        attempt: Some(attempt.get()),
        body,
    }
}

/// The word for the kind of a step.
pub(super) fn step_word(kind: i64) -> &'static str {
    match kind {
        TRANSFER_INTENDED => "transfer_intended",
        TRANSFER_ANSWERED => "transfer_answered",
        TRANSFER_FAILED => "transfer_failed",
        TRANSFERRED => "transferred",
        HELD => "held",
        RESUMED => "resumed",
        THREE_WAY => "three_way",
        DIGITS => "digits_sent",
        SUPERVISED => "supervised",
        _ => "noted",
    }
}

fn target(to: TransferTarget) -> (Option<i64>, Option<i64>) {
    match to {
        TransferTarget::Agent(agent) => (Some(agent.get()), None),
        TransferTarget::Destination(destination) => (None, Some(destination.get())),
    }
}

fn transfer(intent: &TransferIntent) -> Json {
    let (agent, destination) = target(intent.to);
    let route = intent.route;
    json!({
        "number": intent.number, "kind": intent.kind.word(),
        "to_agent": agent, "destination": destination,
        "trunk": route.map(|route| route.trunk.get()),
        "phone": route.map(|route| route.phone.as_u64()),
        "caller_id": route.map(|route| route.caller_id.as_u64()),
    })
}

fn quality(leg: &LegQuality) -> Json {
    json!({
        "leg": leg.leg.word(), "received": leg.received, "lost": leg.lost,
        "jitter_us": leg.jitter_us, "rtt_us": leg.rtt_us, "remote_lost": leg.remote_lost,
        "remote_jitter_us": leg.remote_jitter_us, "r_tenths": leg.r_tenths,
    })
}

fn of_campaign(kind: i64, campaign: CampaignId, body: Json) -> EventRow {
    EventRow {
        kind,
        campaign: Some(campaign.get()),
        agent: None,
        attempt: None,
        body,
    }
}

/// A page of the pacing ledger is JSON itself, as estimates are, and stands in
/// the body as such.
fn page_json(page: &str) -> Json {
    serde_json::from_str(page).unwrap_or(Json::Null)
}

fn work(next: &WorkUpdate) -> Json {
    json!({
        "campaign": next.campaign.get(), "contact": next.contact.get(),
        "state": next.state.number(), "next_at": next.next_at.as_millis(),
        "next_phone": next.next_phone, "attempts": next.attempts, "repeats": next.repeats,
        "code": next.code, "invalid_phone": next.invalid_phone, "suppress": next.suppress,
        "promised": next.promise.is_some(),
        "callback_agent": next.promise.and_then(|promise| promise.agent).map(|agent| agent.get()),
        "callback_asked": next.promise.and_then(|promise| promise.asked_in).map(|attempt| attempt.get()),
        "because": next.because.as_ref().map(|gate| json!([gate.rule, gate.pack])),
    })
}
