//! The attended transfer of an advisor's phone: a REFER that names another dialog of the phone's
//! (Replaces, RFC 3891). Attended transfers are made at the desk, where the engine sees both calls; the
//! phone hears a clean no, and its call goes on.

use domain::{Destination, DestinationId, DestinationPlace, Secret, TransferTarget};
use telephony::{ListenerKind, Report};

use crate::authority::Authority;
use crate::far_end::{FarEnd, Refer};
use crate::floor::{AGENT, ANSWERS, Floor, carrier, phone, until};
use crate::peer::Seen;

#[tokio::test]
async fn an_attended_transfer_by_the_phone_itself_is_declined_and_the_call_lives_on() {
    let carrier = carrier();
    let authority = Authority::new();
    let node = authority.node(ListenerKind::Tls, "127.0.0.1");
    let mut floor = Floor::open_with(node).await;
    floor.trunk_to(carrier.address);
    let destination = Destination {
        id: DestinationId::new(7),
        name: "Back office".into(),
        place: DestinationPlace::Number(phone("+576011234567")),
    };
    floor
        .telephony
        .set_destination(destination, &Secret::default());
    let (mut desk, invite) = FarEnd::line_over_tls(&mut floor, &authority).await;
    let ack = desk.hears("ACK ").await;
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    floor.bridges(call);
    floor
        .report(|report| matches!(report, Report::BridgeTook { .. }))
        .await;

    let mut refer = Refer::within(&invite, &ack);
    let allowed = "sip:%2B576011234567@cadencia.test";
    for dialog in [
        "other%40phone%3Bto-tag%3Dx%3Bfrom-tag%3Dy",
        "other%40phone%3Bto-tag%3Dx%3Bfrom-tag%3Dy%3Bearly-only",
    ] {
        desk.says(refer.to(&format!("{allowed}?Replaces={dialog}")).as_bytes());
        let answer = desk.hears("SIP/2.0 ").await;
        assert!(answer.starts_with("SIP/2.0 603 Decline"), "{answer}");
    }
    // What is no name of a dialog is no wish either.
    desk.says(refer.to(&format!("{allowed}?Replaces=%3B%3B")).as_bytes());
    let answer = desk.hears("SIP/2.0 ").await;
    assert!(
        answer.starts_with("SIP/2.0 400") || answer.starts_with("SIP/2.0 603"),
        "{answer}"
    );

    // The line is the same, and the customer on it: a plain wish is taken up next.
    desk.says(refer.to(allowed).as_bytes());
    let to = TransferTarget::Destination(DestinationId::new(7));
    let wish = Report::Referred { agent: AGENT, to };
    floor.report(|report| *report == wish).await;
    floor.telephony.answer_refer(AGENT, false);
    let answer = desk.hears("SIP/2.0 ").await;
    assert!(answer.starts_with("SIP/2.0 603"), "{answer}");
    assert!(!carrier.seen().contains(&Seen::HungUp(ANSWERS.into())));
    let counted = || floor.telephony.counters();
    until("both are still up", || {
        counted().calls_open == 1 && counted().lines_up == 1
    })
    .await;
}
