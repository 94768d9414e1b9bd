//! Customers' calls: every end has its outcome, and the audio goes where it should.

use std::time::Duration;

use domain::{Cause, EndedBy, Outcome};
use engine::{CallProgress, Command};
use sip::message::Method;

use crate::floor::{
    ANSWERS, ANSWERS_MUTE, ANSWERS_NONSENSE, BUSY, DECLINES, Floor, HANGS_UP_AT_ONCE, MESSAGE,
    RINGS, UNAVAILABLE, UNKNOWN, carrier, config, hung_up_by, sees,
};
use crate::peer::Seen;
use crate::scripted::Scripted;

fn failed(outcome: Outcome, status: u16) -> CallProgress {
    CallProgress::Failed {
        outcome,
        cause: Cause {
            sip_status: Some(status),
            ..Cause::default()
        },
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
async fn a_call_that_rang_out_counts_as_not_answered_though_the_network_is_slow_to_agree() {
    let mut floor = Floor::open().await;
    let carrier = Scripted::start(floor.telephony.local()).await;
    floor.trunk_to(carrier.address());
    let call = floor.calls_for(RINGS, Duration::from_millis(300));
    let dialog = carrier.called().await;
    carrier.says(&dialog.invite, 180, &[], "").await;
    let cancel = carrier.asked(Method::Cancel).await;
    carrier.says(&cancel, 200, &[], "").await;
    // The engine does not wait for ever.
    floor.call(call, |p| *p == CallProgress::Ringing).await;
    floor.orders(Command::HangUp { attempt: call });
    carrier.says(&dialog.invite, 487, &[], "").await;
    assert_eq!(floor.next(call).await, failed(Outcome::NoAnswer, 487));
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
async fn an_abandoned_caller_hears_the_message_to_its_end_and_is_hung_up() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    floor.orders(Command::PlayMessage { attempt: call });
    assert_eq!(floor.next(call).await, CallProgress::MessagePlayed);
    assert_eq!(floor.next(call).await, hung_up_by(EndedBy::System));
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
    assert_eq!(floor.next(call).await, hung_up_by(EndedBy::Customer));
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
    let CallProgress::Failed { outcome, cause } = end else {
        unreachable!("asked for a failure");
    };
    assert_eq!(
        (outcome, cause.sip_status),
        (Outcome::Congestion, Some(488))
    );
    assert_eq!(cause.text.as_deref(), Some("malformed SDP"));
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
    assert_eq!(floor.next(call).await, hung_up_by(EndedBy::System));
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
