//! Lines that ring for each call.

use domain::{EndedBy, LineMode};
use engine::{Command, LineEvent};
use telephony::Report;

use crate::floor::{ADVISOR, ANSWERS, CUSTOMER, Floor, carrier, hung_up_by, picks_up, sees, until};
use crate::peer::{Behaviour, Seen};

fn is_busy(_: &str) -> Behaviour {
    Behaviour::Refuses(486)
}

#[tokio::test]
async fn the_phone_rings_when_a_customer_comes_and_is_free_when_they_left() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let phone = floor.agent_with_phone(LineMode::PerCall, picks_up).await;
    floor.raises_line().await;
    assert_eq!(phone.invites(), 0, "it does not ring before");
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    floor.bridges(call);
    floor
        .report(|report| matches!(report, Report::BridgeTook { .. }))
        .await;
    until("both are heard", || {
        carrier.heard(ANSWERS, ADVISOR) > 800 && phone.heard("adv1", CUSTOMER) > 800
    })
    .await;
    carrier.hang_up(ANSWERS);
    assert_eq!(floor.next_end(call).await, hung_up_by(EndedBy::Customer));
    sees(&phone, &Seen::HungUp("adv1".into())).await;
}

#[tokio::test]
async fn an_agent_who_hangs_up_their_phone_ends_the_call() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let phone = floor.agent_with_phone(LineMode::PerCall, picks_up).await;
    floor.raises_line().await;
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    floor.bridges(call);
    floor
        .report(|report| matches!(report, Report::BridgeTook { .. }))
        .await;
    phone.hang_up("adv1");
    assert_eq!(floor.next_end(call).await, hung_up_by(EndedBy::Agent));
    sees(&carrier, &Seen::HungUp(ANSWERS.into())).await;
}

#[tokio::test]
async fn a_phone_that_refuses_takes_the_line_down_and_leaves_the_customer() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let _phone = floor.agent_with_phone(LineMode::PerCall, is_busy).await;
    floor.raises_line().await;
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    floor.bridges(call);
    let down = floor
        .line(|event| matches!(event, LineEvent::Down(_)))
        .await;
    assert_eq!(down, LineEvent::Down("the phone is busy".into()));
    floor.orders(Command::HangUp { attempt: call });
    assert_eq!(floor.next_end(call).await, hung_up_by(EndedBy::System));
}
