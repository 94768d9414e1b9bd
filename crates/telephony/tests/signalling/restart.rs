//! A node that died and came back: what it left behind is ended, what was registered is known.

use domain::{AttemptId, LineMode};
use engine::{CallProgress, LineEvent};
use telephony::{Listener, Report, TelephonyConfig};

use crate::floor::{AGENT, ANSWERS, Floor, RINGS, TRUNK, carrier, config, phone, picks_up, sees};
use crate::peer::Seen;

/// Dies as a process does, saying goodbye to nobody, and comes back at the same address.
async fn dies_and_comes_back(floor: Floor) -> Floor {
    let sip_bind = floor.telephony.local();
    drop(floor);
    let again = || TelephonyConfig {
        places: vec![Listener::plain(sip_bind)],
        seed: [77; 32],
        ..config()
    };
    let started = std::time::Instant::now();
    loop {
        // The port is free as soon as the thread has ended.
        if let Some(floor) = Floor::try_open_with(again()).await {
            return floor;
        }
        assert!(
            started.elapsed() < crate::floor::PATIENCE,
            "the port stays taken"
        );
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_answered_call_of_an_earlier_life_is_hung_up() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let call = floor.calls(ANSWERS);
    let answered = floor
        .call(call, |p| matches!(p, CallProgress::Answered(_)))
        .await;
    let CallProgress::Answered(record) = answered else {
        unreachable!("asked for an answer")
    };
    let floor = dies_and_comes_back(floor).await;
    let caller_id = phone("+576013000000");
    floor
        .telephony
        .end_orphan(call, TRUNK, phone(ANSWERS), caller_id, Some(record));
    sees(&carrier, &Seen::HungUp(ANSWERS.into())).await;
}

#[tokio::test]
async fn a_ringing_call_of_an_earlier_life_is_cancelled_once_its_trunk_is_known() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let call = floor.calls(RINGS);
    floor.call(call, |p| *p == CallProgress::Ringing).await;
    let floor = dies_and_comes_back(floor).await;
    let caller_id = phone("+576013000000");
    floor
        .telephony
        .end_orphan(call, TRUNK, phone(RINGS), caller_id, None);
    floor.trunk_to(carrier.address);
    sees(&carrier, &Seen::Cancelled(RINGS.into())).await;
    assert_eq!(carrier.invites(), 1, "nobody is called twice");
}

#[tokio::test]
async fn an_orphan_that_nobody_knows_harms_nobody() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let caller_id = phone("+576013000000");
    let attempt = AttemptId::new(900);
    floor
        .telephony
        .end_orphan(attempt, TRUNK, phone(RINGS), caller_id, None);
    let record = domain::SignallingRecord("no dialog".into());
    floor
        .telephony
        .end_orphan(attempt, TRUNK, phone(RINGS), caller_id, Some(record));
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
}

#[tokio::test]
async fn a_line_and_a_registration_survive_their_node() {
    let mut floor = Floor::open().await;
    let agents_phone = floor.agent_with_phone(LineMode::NailedUp, picks_up).await;
    let phones = floor
        .report(|report| matches!(report, Report::Phones { .. }))
        .await;
    let Report::Phones { mut phones, .. } = phones else {
        unreachable!("asked for phones")
    };
    assert_eq!(phones.len(), 1);
    let binding = phones.remove(0);
    floor.raises_line().await;
    let kept = |report: &Report| {
        matches!(
            report,
            Report::LineDialog {
                record: Some(_),
                ..
            }
        )
    };
    let Report::LineDialog {
        record: Some(record),
        ..
    } = floor.report(kept).await
    else {
        unreachable!("asked for a record")
    };
    let mut floor = dies_and_comes_back(floor).await;
    floor.telephony.restore_line(AGENT, record);
    sees(&agents_phone, &Seen::HungUp("adv1".into())).await;
    let gone = |report: &Report| matches!(report, Report::LineDialog { record: None, .. });
    floor.report(gone).await;
    // The phone does not register again: it is known from the record alone.
    floor.telephony.restore_binding(binding);
    floor.agent(LineMode::NailedUp);
    floor.line(|event| *event == LineEvent::Registered).await;
    floor.raises_line().await;
    assert_eq!(agents_phone.invites(), 2);
}
