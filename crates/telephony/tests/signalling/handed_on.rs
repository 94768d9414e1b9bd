//! Calls held, handed on and shared by three: who hears whom, by the voice each speaks with.

use domain::{
    AgentId, AgentProfile, AttemptId, Destination, DestinationId, DestinationPlace, EndedBy,
    LineMode, Secret, TransferRoute, TransferTarget,
};
use engine::{CallProgress, Command, LineEvent, Party, SidePlace, Tables};
use media::{Codec, g711};
use std::time::Duration;
use telephony::{ListenerKind, Report};

use crate::authority::Authority;
use crate::far_end::{FarEnd, Refer};
use crate::floor::{
    ADVISOR, AGENT, ANSWERS, CUSTOMER, Floor, RINGS, TRUNK, carrier, hung_up_by, phone, picks_up,
    sees, until,
};
use crate::peer::{Behaviour, Peer, Seen, Setup};

pub(crate) const SECOND: AgentId = AgentId::new(2);
/// What the second agent says, and the back office: no sum of voices sounds like another.
pub(crate) const COLLEAGUE: u8 = 0x04;
const BACK_OFFICE: u8 = 0x55;
/// Half a second of a voice, and a little.
const HALF_A_SECOND: usize = 4_800;

/// A customer with the first agent; the second one's line is up too.
pub(crate) struct Pair {
    pub(crate) floor: Floor,
    pub(crate) carrier: Peer,
    pub(crate) one: Peer,
    pub(crate) two: Peer,
    pub(crate) call: AttemptId,
}

pub(crate) async fn pair(second: LineMode) -> Pair {
    let carrier = carrier();
    let mut floor = Floor::open().await;
    floor.trunk_to(carrier.address);
    let one = floor.agent_with_phone(LineMode::NailedUp, picks_up).await;
    floor.raises_line().await;
    let profile = AgentProfile {
        id: SECOND,
        name: "Berta".into(),
        sip_user: "adv2".into(),
        campaigns: Vec::new(),
        line: second,
    };
    floor.telephony.set_agent(profile, &Secret::new("pw-adv2"));
    let two = registered(&mut floor, "adv2", COLLEAGUE, picks_up);
    floor.line(|event| *event == LineEvent::Registered).await;
    floor.orders(Command::RaiseLine { agent: SECOND });
    floor.line(|event| *event == LineEvent::Up).await;
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    floor.bridges(call);
    until("customer and agent hear each other", || {
        carrier.heard(ANSWERS, ADVISOR) > 800 && one.heard("adv1", CUSTOMER) > 800
    })
    .await;
    Pair {
        floor,
        carrier,
        one,
        two,
        call,
    }
}

fn registered(floor: &mut Floor, user: &str, voice: u8, behave: fn(&str) -> Behaviour) -> Peer {
    Peer::start(Setup {
        behave,
        voice,
        register: Some((floor.telephony.local(), user.into(), format!("pw-{user}"))),
    })
}

impl Pair {
    pub(crate) fn arrange(&self, talk: &[Party]) {
        self.floor.orders(Command::Arrange {
            attempt: self.call,
            talk: talk.to_vec(),
        });
    }
}

/// Waits until a user hears a voice for a while from now on, and, once they do, no other of these.
pub(crate) async fn hears(peer: &Peer, user: &str, voice: u8, not: &[u8]) {
    let before = peer.heard(user, voice);
    until(&format!("{user} hears {voice:#x}"), || {
        peer.heard(user, voice) > before + HALF_A_SECOND
    })
    .await;
    let others: Vec<usize> = not.iter().map(|other| peer.heard(user, *other)).collect();
    let before = peer.heard(user, voice);
    until(&format!("{user} goes on hearing {voice:#x}"), || {
        peer.heard(user, voice) > before + HALF_A_SECOND
    })
    .await;
    let after: Vec<usize> = not.iter().map(|other| peer.heard(user, *other)).collect();
    assert_eq!(others, after, "{user} still hears one of {not:x?}");
}

/// What several voices at once sound like.
pub(crate) fn together(voices: &[u8]) -> u8 {
    let sum = voices
        .iter()
        .map(|voice| g711::decode(Codec::Pcma, *voice))
        .sum();
    g711::encode(Codec::Pcma, sum)
}

pub(crate) fn silence() -> u8 {
    Codec::Pcma.silence()
}

#[tokio::test]
async fn a_customer_on_hold_hears_no_agent_and_is_taken_back() {
    let pair = pair(LineMode::NailedUp).await;
    pair.arrange(&[Party::Agent(AGENT)]);
    hears(&pair.carrier, ANSWERS, silence(), &[ADVISOR]).await;
    hears(&pair.one, "adv1", silence(), &[CUSTOMER]).await;
    pair.arrange(&[Party::Customer, Party::Agent(AGENT)]);
    hears(&pair.carrier, ANSWERS, ADVISOR, &[]).await;
    hears(&pair.one, "adv1", CUSTOMER, &[]).await;
}

#[tokio::test]
async fn an_attended_transfer_is_heard_as_it_goes() {
    let Pair {
        mut floor,
        carrier,
        one,
        two,
        call,
    } = pair(LineMode::NailedUp).await;
    let arrange = |floor: &Floor, talk: Vec<Party>| {
        floor.orders(Command::Arrange {
            attempt: call,
            talk,
        });
    };
    arrange(&floor, vec![Party::Agent(AGENT), Party::Agent(SECOND)]);
    hears(&one, "adv1", COLLEAGUE, &[CUSTOMER]).await;
    hears(&two, "adv2", ADVISOR, &[CUSTOMER]).await;
    hears(&carrier, ANSWERS, silence(), &[ADVISOR, COLLEAGUE]).await;
    arrange(&floor, vec![Party::Customer, Party::Agent(SECOND)]);
    hears(&two, "adv2", CUSTOMER, &[ADVISOR]).await;
    hears(&carrier, ANSWERS, COLLEAGUE, &[ADVISOR]).await;
    hears(&one, "adv1", silence(), &[CUSTOMER, COLLEAGUE]).await;
    carrier.hang_up(ANSWERS);
    assert_eq!(floor.next_end(call).await, hung_up_by(EndedBy::Customer));
    hears(&two, "adv2", silence(), &[CUSTOMER]).await;
}

#[tokio::test]
async fn three_hear_the_sum_of_the_others() {
    let pair = pair(LineMode::NailedUp).await;
    let (one, two) = (Party::Agent(AGENT), Party::Agent(SECOND));
    pair.arrange(&[Party::Customer, one, two]);
    hears(&pair.carrier, ANSWERS, together(&[ADVISOR, COLLEAGUE]), &[]).await;
    hears(&pair.one, "adv1", together(&[CUSTOMER, COLLEAGUE]), &[]).await;
    hears(&pair.two, "adv2", together(&[CUSTOMER, ADVISOR]), &[]).await;
    pair.arrange(&[Party::Customer, two]);
    hears(&pair.carrier, ANSWERS, COLLEAGUE, &[]).await;
    hears(&pair.one, "adv1", silence(), &[]).await;
}

#[tokio::test]
async fn a_customer_is_handed_to_a_number_over_the_trunk() {
    let mut pair = pair(LineMode::NailedUp).await;
    let other = "+573000000011";
    pair.arrange(&[Party::Customer, Party::Side]);
    pair.floor.orders(Command::CallSide {
        attempt: pair.call,
        number: 1,
        place: SidePlace::Number(TransferRoute {
            trunk: TRUNK,
            phone: phone(other),
            caller_id: phone("+576013000000"),
        }),
        ring_timeout: Duration::from_secs(20),
    });
    side(&mut pair.floor, |p| matches!(p, CallProgress::Answered(_))).await;
    // Both say the same: who speaks to whom is told by the ports they come from.
    hears(&pair.carrier, other, CUSTOMER, &[ADVISOR]).await;
    hears(&pair.carrier, ANSWERS, CUSTOMER, &[ADVISOR]).await;
    hears(&pair.one, "adv1", silence(), &[CUSTOMER]).await;
    pair.carrier.hang_up(other);
    let ended = side(&mut pair.floor, |p| matches!(p, CallProgress::Ended { .. })).await;
    assert_eq!(ended, hung_up_by(EndedBy::Customer));
    pair.floor.orders(Command::HangUp { attempt: pair.call });
    sees(&pair.carrier, &Seen::HungUp(ANSWERS.into())).await;
}

#[tokio::test]
async fn a_destination_that_only_rings_is_cancelled() {
    let mut pair = pair(LineMode::NailedUp).await;
    pair.arrange(&[Party::Agent(AGENT), Party::Side]);
    pair.floor.orders(Command::CallSide {
        attempt: pair.call,
        number: 1,
        place: SidePlace::Number(TransferRoute {
            trunk: TRUNK,
            phone: phone(RINGS),
            caller_id: phone("+576013000000"),
        }),
        ring_timeout: Duration::from_secs(20),
    });
    side(&mut pair.floor, |p| *p == CallProgress::Ringing).await;
    pair.floor.orders(Command::DropSide {
        attempt: pair.call,
        number: 1,
    });
    sees(&pair.carrier, &Seen::Cancelled(RINGS.into())).await;
    pair.arrange(&[Party::Customer, Party::Agent(AGENT)]);
    hears(&pair.one, "adv1", CUSTOMER, &[]).await;
}

#[tokio::test]
async fn the_back_offices_phone_registers_and_takes_the_customer() {
    let mut pair = pair(LineMode::NailedUp).await;
    let destination = Destination {
        id: DestinationId::new(1),
        name: "Back office".into(),
        place: DestinationPlace::Phone("bo1".into()),
    };
    let password = Secret::new("pw-bo1");
    pair.floor.telephony.set_destination(destination, &password);
    let back_office = registered(&mut pair.floor, "bo1", BACK_OFFICE, picks_up);
    let binding = |report: &Report| matches!(report, Report::Phones { user, .. } if user == "bo1");
    pair.floor.report(binding).await;
    pair.arrange(&[Party::Customer, Party::Side]);
    pair.floor.orders(Command::CallSide {
        attempt: pair.call,
        number: 1,
        place: SidePlace::Phone("bo1".into()),
        ring_timeout: Duration::from_secs(20),
    });
    side(&mut pair.floor, |p| matches!(p, CallProgress::Answered(_))).await;
    hears(&back_office, "bo1", CUSTOMER, &[]).await;
    hears(&pair.carrier, ANSWERS, BACK_OFFICE, &[ADVISOR]).await;
    // The customer leaves: nobody is left on the line.
    pair.carrier.hang_up(ANSWERS);
    sees(&back_office, &Seen::HungUp("bo1".into())).await;
}

#[tokio::test]
async fn a_phone_that_nobody_registered_is_no_destination() {
    let mut pair = pair(LineMode::NailedUp).await;
    pair.floor.orders(Command::CallSide {
        attempt: pair.call,
        number: 1,
        place: SidePlace::Phone("bo1".into()),
        ring_timeout: Duration::from_secs(20),
    });
    side(&mut pair.floor, |p| {
        matches!(p, CallProgress::Failed { .. })
    })
    .await;
}

#[tokio::test]
async fn a_colleague_without_a_line_is_rung_and_hangs_up() {
    let mut pair = pair(LineMode::PerCall).await;
    assert_eq!(pair.two.invites(), 0);
    pair.arrange(&[Party::Agent(AGENT), Party::Agent(SECOND)]);
    hears(&pair.two, "adv2", ADVISOR, &[CUSTOMER]).await;
    pair.two.hang_up("adv2");
    pair.floor.line(|event| *event == LineEvent::HungUp).await;
    pair.arrange(&[Party::Customer, Party::Agent(AGENT)]);
    hears(&pair.one, "adv1", CUSTOMER, &[]).await;
}

#[tokio::test]
async fn keys_reach_the_customers_side_as_events() {
    let pair = pair(LineMode::NailedUp).await;
    // The last packets of a key: released, -10 dBm0. Nobody's voice is that byte.
    let released = 0x8A;
    assert_eq!(pair.carrier.heard(ANSWERS, released), 0);
    pair.floor.orders(Command::SendDigits {
        attempt: pair.call,
        digits: "5".into(),
    });
    until("the key arrives", || {
        pair.carrier.heard(ANSWERS, released) >= 3
    })
    .await;
    hears(&pair.carrier, ANSWERS, ADVISOR, &[]).await;
}

#[tokio::test]
async fn a_call_the_engine_does_not_know_is_ended_and_one_that_is_gone_is_told() {
    let mut pair = pair(LineMode::NailedUp).await;
    let gone = AttemptId::new(999);
    let engine = Tables {
        calls: vec![gone],
        lines: vec![AGENT, SECOND],
    };
    let compared = tokio::spawn({
        let telephony = pair.floor.telephony.clone();
        async move {
            loop {
                telephony.compare(engine.clone());
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
    });
    pair.floor.next_end(gone).await;
    sees(&pair.carrier, &Seen::HungUp(ANSWERS.into())).await;
    compared.abort();
    let counted = pair.floor.telephony.counters();
    assert_eq!((counted.reaped_calls, counted.reaped_lines), (2, 0));
    assert_eq!((counted.reaped_dialogs, counted.reaped_legs), (0, 0));
}

async fn side(floor: &mut Floor, fits: impl Fn(&CallProgress) -> bool) -> CallProgress {
    let found = floor
        .report(|report| matches!(report, Report::Side { progress, .. } if fits(progress)))
        .await;
    match found {
        Report::Side { progress, .. } => progress,
        other => unreachable!("asked for a second leg, got {other:?}"),
    }
}

#[tokio::test]
async fn the_transfer_key_of_a_phone_reaches_agents_and_destinations_alone() {
    let authority = Authority::new();
    let node = authority.node(ListenerKind::Tls, "127.0.0.1");
    let mut floor = Floor::open_with(node).await;
    let destination = Destination {
        id: DestinationId::new(7),
        name: "Back office".into(),
        place: DestinationPlace::Number(phone("+576011234567")),
    };
    let password = Secret::default();
    floor.telephony.set_destination(destination, &password);
    let (mut desk, invite) = FarEnd::line_over_tls(&mut floor, &authority).await;
    let ack = desk.hears("ACK ").await;
    let mut refer = Refer::within(&invite, &ack);
    for stranger in [
        "sip:+573001112233@cadencia.test",
        "sip:adv1@elsewhere.example",
        "sip:+576011234567@10.0.0.1",
        "tel:+576011234567",
    ] {
        desk.says(refer.to(stranger).as_bytes());
        let answer = desk.hears("SIP/2.0 ").await;
        assert!(answer.starts_with("SIP/2.0 603"), "{stranger}: {answer}");
    }
    desk.says(refer.to("sip:%2B576011234567@cadencia.test").as_bytes());
    let to = TransferTarget::Destination(DestinationId::new(7));
    let wish = Report::Referred { agent: AGENT, to };
    floor.report(|report| *report == wish).await;
    floor.telephony.answer_refer(AGENT, true);
    desk.hears("SIP/2.0 202").await;
    let notify = desk.hears("NOTIFY ").await;
    assert!(notify.contains("SIP/2.0 100"), "{notify}");
}
