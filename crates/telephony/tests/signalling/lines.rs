//! Agents' lines: raised once, bridged at once, fallen and dropped.

use std::time::Duration;

use domain::{EndedBy, LineMode};
use engine::{CallProgress, Command, LineEvent};
use telephony::Report;

use crate::floor::{
    ADVISOR, ANSWERS, CUSTOMER, Floor, PATIENCE, RINGS, carrier, hung_up_by, picks_up, sees, until,
};
use crate::peer::Seen;

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
        floor.bridges(call);
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
            assert_eq!(floor.next_end(call).await, hung_up_by(EndedBy::Customer));
        } else {
            floor.orders(Command::HangUp { attempt: call });
            assert_eq!(floor.next_end(call).await, hung_up_by(EndedBy::System));
            sees(&carrier, &Seen::HungUp(ANSWERS.into())).await;
        }
    }
    assert_eq!(phone.invites(), 1, "the line was called once");
    assert_eq!(floor.telephony.counters().bridges, 2);
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
    floor.bridges(call);
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
