//! Calls that carriers bring us: offered to the engine, taken in or refused, and from then on like
//! those that we place.

use domain::{
    AttemptId, EndedBy, LineMode, NumberRule, OfferId, PhoneNumber, Trunk, TrunkTransport,
};
use engine::{CallProgress, Command, Menu};
use telephony::Report;

use crate::floor::{
    ADVISOR, CUSTOMER, Floor, MENU, TRUNK, carrier, hung_up_by, phone, picks_up, sees, trunk, until,
};
use crate::peer::{Behaviour, Peer, Seen, Setup};

const OURS: &str = "+576013000000";
const THEIRS: &str = "+573001234567";
const CALL: AttemptId = AttemptId::new(1);

/// The next call that rings with us: which, what it called, who calls.
async fn offered(floor: &mut Floor) -> (OfferId, Vec<PhoneNumber>, Option<PhoneNumber>) {
    let report = floor
        .report(|report| matches!(report, Report::Offered { .. }))
        .await;
    match report {
        Report::Offered {
            offer,
            trunk,
            called,
            caller,
        } => {
            assert_eq!(trunk, TRUNK);
            (offer, called, caller)
        }
        other => unreachable!("asked for an offer, got {other:?}"),
    }
}

/// A carrier that brought a call, which was taken in.
async fn taken_in(floor: &mut Floor) -> Peer {
    let carrier = carrier();
    floor.trunk_to(carrier.address);
    floor.settles().await;
    carrier.brings(floor.telephony.local(), OURS, THEIRS);
    let (offer, ..) = offered(floor).await;
    floor.orders(Command::TakeCall {
        offer,
        attempt: CALL,
        campaign: None,
    });
    floor.answered(CALL).await;
    sees(&carrier, &Seen::Confirmed(OURS.into())).await;
    carrier
}

fn plays(floor: &Floor, menu: Menu) {
    floor.orders(Command::PlayMenu {
        attempt: CALL,
        menu,
    });
}

async fn refused_with(floor: &mut Floor, carrier: &Peer, ours: &str, status: u16) {
    carrier.brings(floor.telephony.local(), ours, THEIRS);
    let (offer, ..) = offered(floor).await;
    floor.orders(Command::RefuseCall { offer, status });
    sees(carrier, &Seen::Over(ours.into())).await;
}

#[tokio::test]
async fn a_caller_taken_in_and_the_advisor_hear_each_other_until_they_hang_up() {
    let mut floor = Floor::open().await;
    let advisor = floor.agent_with_phone(LineMode::NailedUp, picks_up).await;
    floor.raises_line().await;
    let carrier = taken_in(&mut floor).await;
    floor.bridges(CALL);
    until("they hear each other", || {
        carrier.heard(OURS, ADVISOR) > 800 && advisor.heard("adv1", CUSTOMER) > 800
    })
    .await;
    carrier.hang_up(OURS);
    assert_eq!(floor.next(CALL).await, hung_up_by(EndedBy::Customer));
    assert_eq!(floor.telephony.counters().calls_taken, 1);
}

#[tokio::test]
async fn who_calls_and_what_they_called_are_read_by_the_rules_of_the_trunk() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    let host = carrier.address.ip().to_string();
    let rule = |text: &str| -> Vec<NumberRule> { vec![text.parse().expect("a rule")] };
    floor.telephony.set_trunk(Trunk {
        calling: rule("+57 strip 2"),
        called: rule("+57 strip 2 put 9"),
        ..trunk(&host, carrier.address.port(), TrunkTransport::Udp)
    });
    carrier.brings(floor.telephony.local(), "6013000000", "93001234567");
    let (offer, called, caller) = offered(&mut floor).await;
    assert_eq!((called, caller), (vec![phone(OURS)], Some(phone(THEIRS))));
    floor.orders(Command::RefuseCall { offer, status: 486 });
    carrier.brings(floor.telephony.local(), OURS, "anonymous");
    let (_, called, caller) = offered(&mut floor).await;
    assert_eq!((called, caller), (vec![phone(OURS)], None));
}

#[tokio::test]
async fn a_caller_who_gives_up_while_it_rings_is_reported_as_gone_when_taken_in() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    floor.settles().await;
    carrier.brings(floor.telephony.local(), OURS, THEIRS);
    let (offer, ..) = offered(&mut floor).await;
    carrier.hang_up(OURS);
    sees(&carrier, &Seen::Over(OURS.into())).await;
    floor.orders(Command::TakeCall {
        offer,
        attempt: CALL,
        campaign: None,
    });
    assert_eq!(floor.next(CALL).await, hung_up_by(EndedBy::Customer));
    assert_eq!(floor.telephony.counters().calls_taken, 0);
}

#[tokio::test]
async fn a_call_that_is_refused_hears_so_and_one_to_no_number_is_offered_to_nobody() {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    refused_with(&mut floor, &carrier, OURS, 404).await;
    refused_with(&mut floor, &carrier, "+576013000001", 486).await;
    carrier.brings(floor.telephony.local(), "operator", THEIRS);
    sees(&carrier, &Seen::Over("operator".into())).await;
    let told = floor.telephony.counters();
    assert_eq!(told.calls_refused, 3);
    assert_eq!((told.refused_numbers, told.refused_busy), (2, 1));
}

#[tokio::test]
async fn a_stranger_is_offered_to_nobody() {
    let mut floor = Floor::open().await;
    let carrier = carrier();
    floor.trunk_to(carrier.address);
    let stranger = Peer::start_at(
        [127, 0, 0, 9].into(),
        Setup {
            behave: |_| Behaviour::Rings,
            voice: CUSTOMER,
            register: None,
        },
    );
    stranger.brings(floor.telephony.local(), OURS, "+573009999999");
    sees(&stranger, &Seen::Over(OURS.into())).await;
    carrier.brings(floor.telephony.local(), OURS, THEIRS);
    let (_, _, caller) = offered(&mut floor).await;
    assert_eq!(caller, Some(phone(THEIRS)));
}

#[tokio::test]
async fn a_caller_nobody_is_ready_for_hears_the_message_and_their_keys_are_told() {
    let mut floor = Floor::open().await;
    let carrier = taken_in(&mut floor).await;
    plays(&floor, Menu::Choices);
    until("the message is heard", || carrier.heard(OURS, MENU) > 1_600).await;
    carrier.presses(OURS, '1', true);
    assert_eq!(floor.next(CALL).await, CallProgress::Key('1'));
    carrier.presses(OURS, '9', false);
    assert_eq!(floor.next(CALL).await, CallProgress::Key('9'));
    plays(&floor, Menu::Noted);
    assert_eq!(floor.next(CALL).await, CallProgress::MessagePlayed);
    assert_eq!(floor.next(CALL).await, hung_up_by(EndedBy::System));
    sees(&carrier, &Seen::HungUp(OURS.into())).await;
}

#[tokio::test]
async fn a_call_to_us_ends_when_we_hang_up() {
    let mut floor = Floor::open().await;
    let carrier = taken_in(&mut floor).await;
    floor.orders(Command::HangUp { attempt: CALL });
    assert_eq!(floor.next(CALL).await, hung_up_by(EndedBy::System));
    sees(&carrier, &Seen::HungUp(OURS.into())).await;
}
