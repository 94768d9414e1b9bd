//! Customers' calls: every end has its outcome, and the audio goes where it should.

use std::time::Duration;

use domain::{Cause, EndedBy, LineMode, Outcome};
use engine::{CallProgress, Command, LineEvent};
use telephony::Report;

use crate::floor::{
    ADVISOR, AGENT, ANSWERS, ANSWERS_MUTE, ANSWERS_NONSENSE, BUSY, CUSTOMER, DECLINES, Floor,
    HANGS_UP_AT_ONCE, MESSAGE, PATIENCE, RINGS, UNAVAILABLE, UNKNOWN, carrier, config, picks_up,
    sees, until,
};
use crate::peer::Seen;

fn failed(outcome: Outcome, status: u16) -> CallProgress {
    CallProgress::Failed {
        outcome,
        cause: Cause {
            sip_status: Some(status),
            q850: None,
        },
    }
}

fn ended(by: EndedBy) -> CallProgress {
    CallProgress::Ended {
        by,
        cause: Cause::default(),
    }
}

#[tokio::test]
async fn a_refused_call_ends_with_the_outcome_of_its_status() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    for (number, outcome, status) in [
        (BUSY, Outcome::Busy, 486),
        (UNKNOWN, Outcome::InvalidNumber, 404),
        (UNAVAILABLE, Outcome::Congestion, 503),
        (DECLINES, Outcome::Rejected, 603),
    ] {
        let call = floor.calls(number);
        assert_eq!(floor.next(call).await, CallProgress::Placed);
        assert_eq!(floor.next(call).await, failed(outcome, status));
    }
    assert_eq!(
        (carrier.invites(), floor.telephony.counters().invites_sent),
        (4, 4)
    );
}

#[tokio::test]
async fn a_call_that_rings_out_is_cancelled_and_counts_as_not_answered() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let call = floor.calls_for(RINGS, Duration::from_millis(300));
    assert_eq!(floor.next(call).await, CallProgress::Placed);
    assert_eq!(floor.next(call).await, CallProgress::Ringing);
    let end = floor.next(call).await;
    assert!(
        matches!(
            end,
            CallProgress::Failed {
                outcome: Outcome::NoAnswer,
                ..
            }
        ),
        "{end:?}"
    );
    sees(&carrier, &Seen::Cancelled(RINGS.into())).await;
}

#[tokio::test]
async fn a_call_that_is_called_off_while_it_rings_is_cancelled() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let call = floor.calls(RINGS);
    floor.call(call, |p| *p == CallProgress::Ringing).await;
    floor.orders(Command::HangUp { attempt: call });
    let end = floor
        .call(call, |p| matches!(p, CallProgress::Failed { .. }))
        .await;
    assert!(
        matches!(
            end,
            CallProgress::Failed {
                outcome: Outcome::Cancelled,
                ..
            }
        ),
        "{end:?}"
    );
    sees(&carrier, &Seen::Cancelled(RINGS.into())).await;
}

#[tokio::test]
async fn customer_and_agent_hear_each_other_and_the_line_outlives_the_call() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let phone = floor.agent_with_phone(LineMode::NailedUp, picks_up).await;
    floor.raises_line().await;
    for round in 1..=2 {
        let call = floor.calls(ANSWERS);
        floor.answered(call).await;
        let before = (
            carrier.heard(ANSWERS, ADVISOR),
            phone.heard("adv1", CUSTOMER),
        );
        floor.orders(Command::Bridge {
            attempt: call,
            agent: AGENT,
        });
        let bridged = |report: &Report| {
            matches!(report, Report::BridgeTook { attempt, took }
                if *attempt == call && *took < Duration::from_millis(100))
        };
        floor.report(bridged).await;
        until("both are heard", || {
            carrier.heard(ANSWERS, ADVISOR) > before.0 + 800
                && phone.heard("adv1", CUSTOMER) > before.1 + 800
        })
        .await;
        if round == 1 {
            carrier.hang_up(ANSWERS);
            assert_eq!(floor.next_end(call).await, ended(EndedBy::Customer));
        } else {
            floor.orders(Command::HangUp { attempt: call });
            assert_eq!(floor.next_end(call).await, ended(EndedBy::System));
            sees(&carrier, &Seen::HungUp(ANSWERS.into())).await;
        }
    }
    assert_eq!(phone.invites(), 1, "the line was called once");
    assert_eq!(floor.telephony.counters().bridges, 2);
}

#[tokio::test]
async fn an_abandoned_caller_hears_the_message_to_its_end_and_is_hung_up() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    floor.orders(Command::PlayMessage { attempt: call });
    assert_eq!(floor.next(call).await, CallProgress::MessagePlayed);
    assert_eq!(floor.next(call).await, ended(EndedBy::System));
    sees(&carrier, &Seen::HungUp(ANSWERS.into())).await;
    assert_eq!(carrier.heard(ANSWERS, MESSAGE), 4000);
}

#[tokio::test]
async fn a_customer_who_hangs_up_at_once_ended_the_call() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let call = floor.calls(HANGS_UP_AT_ONCE);
    floor.answered(call).await;
    assert_eq!(floor.next(call).await, ended(EndedBy::Customer));
}

#[tokio::test]
async fn an_answer_without_audio_we_speak_is_the_trunks_fault() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let call = floor.calls(ANSWERS_NONSENSE);
    let end = floor
        .call(call, |p| matches!(p, CallProgress::Failed { .. }))
        .await;
    assert_eq!(end, failed(Outcome::Congestion, 488));
    sees(&carrier, &Seen::HungUp(ANSWERS_NONSENSE.into())).await;
}

#[tokio::test]
async fn a_customer_whose_audio_never_comes_is_hung_up() {
    let carrier = carrier();
    let mut setup = config();
    setup.media.silence_timeout = Duration::from_millis(500);
    let mut floor = Floor::open_with(setup).await;
    floor.trunk_to(carrier.address);
    let call = floor.calls(ANSWERS_MUTE);
    floor.answered(call).await;
    assert_eq!(floor.next(call).await, ended(EndedBy::System));
    sees(&carrier, &Seen::HungUp(ANSWERS_MUTE.into())).await;
    assert_eq!(floor.telephony.counters().silent_legs, 1);
}

#[tokio::test]
async fn a_call_over_an_unknown_trunk_costs_the_contact_nothing() {
    let mut floor = Floor::open().await;
    let call = floor.calls(ANSWERS);
    let end = floor.next(call).await;
    assert!(
        matches!(
            end,
            CallProgress::Failed {
                outcome: Outcome::Congestion,
                ..
            }
        ),
        "{end:?}"
    );
}

#[tokio::test]
async fn a_line_that_falls_during_a_call_says_so_and_the_customer_stays() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let phone = floor.agent_with_phone(LineMode::NailedUp, picks_up).await;
    floor.raises_line().await;
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    floor.orders(Command::Bridge {
        attempt: call,
        agent: AGENT,
    });
    floor
        .report(|report| matches!(report, Report::BridgeTook { .. }))
        .await;
    phone.hang_up("adv1");
    floor
        .line(|event| matches!(event, LineEvent::Down(_)))
        .await;
    floor.orders(Command::PlayMessage { attempt: call });
    assert_eq!(floor.next(call).await, CallProgress::MessagePlayed);
}

#[tokio::test]
async fn stopping_ends_every_call_and_line() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let phone = floor.agent_with_phone(LineMode::NailedUp, picks_up).await;
    floor.raises_line().await;
    let talking = floor.calls(ANSWERS);
    floor.answered(talking).await;
    let ringing = floor.calls(RINGS);
    floor.call(ringing, |p| *p == CallProgress::Ringing).await;
    floor.telephony.stop(PATIENCE).await;
    sees(&carrier, &Seen::HungUp(ANSWERS.into())).await;
    sees(&carrier, &Seen::Cancelled(RINGS.into())).await;
    sees(&phone, &Seen::HungUp("adv1".into())).await;
}
