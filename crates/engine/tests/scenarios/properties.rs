//! On any history of inputs: never two open attempts on a person or number,
//! no call before its intent is durable, every placed call closed exactly
//! once, channels and calls per second never exceeded, no agent on two calls.
//! The oracle watches each step; here people and networks do as they please.

use crate::floor::{CAMPAIGN, Floor, TRUNK, number, running, secs, trunk, work};
use domain::{
    AgentId, AttemptId, CampaignState, Cause, Destination, DestinationId, DestinationPlace,
    DialMode, EndedBy, Event, Gate, OfferId, Outcome, SignallingRecord, Supervision, TransferKind,
    TransferTarget,
};
use engine::{AgentRequest, CallProgress, Command, Input, LineEvent, Offer};
use proptest::prelude::{
    Just, ProptestConfig, Strategy, any, prop_assert_eq, prop_oneof, proptest,
};
use proptest::sample::Index;
use std::time::Duration;

/// Something that happens. Calls and intents are picked among those there are.
#[derive(Clone, Debug)]
enum Happening {
    TimePasses(u64),
    Commit(Index),
    StoreRefuses(Index),
    Progress(Index, CallProgress),
    Side(Index, CallProgress),
    CallsUs(i64, bool),
    Presses(Index, char),
    Asks(i64, AgentRequest),
    Types(i64, Index, &'static str),
    Line(i64, LineEvent),
    State(CampaignState),
    Mode(DialMode),
    Stalled(bool),
    Channels(u32),
    Nonsense(i64, CallProgress),
    ClockSetBack(u64),
}

fn progress() -> impl Strategy<Value = CallProgress> {
    const FAILURES: &[Outcome] = &[
        Outcome::NoAnswer,
        Outcome::Busy,
        Outcome::Machine,
        Outcome::InvalidNumber,
        Outcome::Congestion,
        Outcome::Connected,
    ];
    prop_oneof![
        4 => Just(CallProgress::Placed),
        4 => Just(CallProgress::Ringing),
        8 => Just(CallProgress::Answered(SignallingRecord("dialog".into()))),
        4 => proptest::sample::select(FAILURES).prop_map(|outcome| CallProgress::Failed {
            outcome,
            cause: Cause::default(),
        }),
        1 => Just(CallProgress::MessagePlayed),
        5 => Just(CallProgress::Ended { by: EndedBy::Customer, cause: Cause::default() }),
    ]
}

fn request() -> impl Strategy<Value = AgentRequest> {
    prop_oneof![
        3 => Just(AgentRequest::LogIn),
        6 => Just(AgentRequest::Ready),
        2 => Just(AgentRequest::Break("café".into())),
        1 => Just(AgentRequest::LogOut),
        2 => Just(AgentRequest::HangUp),
        3 => Just(AgentRequest::AcceptPreview),
        2 => Just(AgentRequest::SkipPreview),
        1 => Just(AgentRequest::ExtendWrapUp(secs(20))),
        1 => Just(AgentRequest::Hold),
        1 => Just(AgentRequest::Resume),
        1 => Just(AgentRequest::ThreeWay),
        2 => Just(AgentRequest::CompleteTransfer),
        1 => Just(AgentRequest::CancelTransfer),
        2 => (1..5i64, proptest::sample::select(&Supervision::ALL[..])).prop_map(|(of, mode)| {
            AgentRequest::Supervise { of: AgentId::new(of), mode }
        }),
        1 => Just(AgentRequest::LeaveSupervision),
        2 => Just(AgentRequest::TakeOver),
        4 => (target(), any::<bool>()).prop_map(|(to, blind)| AgentRequest::Transfer {
            to,
            kind: if blind { TransferKind::Blind } else { TransferKind::Attended },
        }),
    ]
}

fn target() -> impl Strategy<Value = TransferTarget> {
    prop_oneof![
        (1..5i64).prop_map(|id| TransferTarget::Agent(AgentId::new(id))),
        (1..4i64).prop_map(|id| TransferTarget::Destination(DestinationId::new(id))),
    ]
}

fn happening() -> impl Strategy<Value = Happening> {
    let agent = || 1..5i64;
    let code =
        proptest::sample::select(&["NI01", "CE01", "TI02", "EX01", "TE03", "VE01", "??"][..]);
    let state = proptest::sample::select(
        &[
            CampaignState::Running,
            CampaignState::Running,
            CampaignState::Paused,
            CampaignState::Stopped,
        ][..],
    );
    let mode = proptest::sample::select(&DialMode::ALL[..]);
    let key = proptest::sample::select(&['1', '5', '9'][..]);
    prop_oneof![
        12 => (1..4_000u64).prop_map(Happening::TimePasses),
        1 => (10_000..400_000u64).prop_map(Happening::TimePasses),
        10 => any::<Index>().prop_map(Happening::Commit),
        1 => any::<Index>().prop_map(Happening::StoreRefuses),
        24 => (any::<Index>(), progress()).prop_map(|(at, what)| Happening::Progress(at, what)),
        12 => (agent(), request()).prop_map(|(id, what)| Happening::Asks(id, what)),
        6 => (any::<Index>(), progress()).prop_map(|(at, what)| Happening::Side(at, what)),
        6 => (agent(), any::<Index>(), code).prop_map(|(id, at, code)| Happening::Types(id, at, code)),
        4 => agent().prop_map(|id| Happening::Line(id, LineEvent::Up)),
        1 => agent().prop_map(|id| Happening::Line(id, LineEvent::Down("gone".into()))),
        1 => state.prop_map(Happening::State),
        1 => mode.prop_map(Happening::Mode),
        1 => any::<bool>().prop_map(Happening::Stalled),
        1 => (1..9u32).prop_map(Happening::Channels),
        3 => (1..41i64, any::<bool>()).prop_map(|(id, known)| Happening::CallsUs(id, known)),
        2 => (any::<Index>(), key).prop_map(|(at, key)| Happening::Presses(at, key)),
        1 => (0..60i64, progress()).prop_map(|(id, what)| Happening::Nonsense(id, what)),
        1 => (1..5_000u64).prop_map(Happening::ClockSetBack),
    ]
}

/// Four agents who just logged in, and contacts that share people and phones.
fn crowd(mode: DialMode) -> Floor {
    let mut campaign = running(mode);
    campaign.law_pack = "laboratorio".into();
    campaign.power_ratio = 3.0;
    let mut floor = Floor::new(campaign);
    floor.trunk(trunk(8, 4.0));
    for contact in 1..=40 {
        // Neighbours share a person, and every fifth a phone.
        let phones = [contact % 5, 100 + contact % 11];
        floor.shelve(work(CAMPAIGN, contact, contact / 2, &phones));
    }
    for id in 1..=4 {
        floor.agent_ready(id);
    }
    for (id, place) in [
        (1, DestinationPlace::Phone("bo".into())),
        (2, DestinationPlace::Number(number(777))),
    ] {
        floor.feed(Input::DestinationChanged(Box::new(Destination {
            id: DestinationId::new(id),
            name: format!("destino {id}"),
            place,
        })));
    }
    floor.commits = false;
    floor.sends = false;
    floor
}

fn happen(floor: &mut Floor, what: Happening) {
    let picked = |from: &[AttemptId], at: Index| (!from.is_empty()).then(|| *at.get(from));
    match what {
        Happening::TimePasses(millis) => {
            floor.after(Duration::from_millis(millis));
        }
        Happening::Commit(at) => {
            if let Some(attempt) = picked(&floor.uncommitted, at) {
                floor.commit(attempt);
            }
        }
        Happening::StoreRefuses(at) => {
            if let Some(attempt) = picked(&floor.uncommitted, at) {
                floor.uncommitted.retain(|waiting| *waiting != attempt);
                let gate = Gate {
                    rule: "person_open".into(),
                    pack: "store".into(),
                };
                floor.feed(Input::IntentRefused { attempt, gate });
            }
        }
        Happening::Progress(at, progress) => {
            if let Some(attempt) = picked(&calls(floor), at) {
                floor.call(attempt, progress);
            }
        }
        Happening::CallsUs(contact, known) => calls_us(floor, contact, known),
        Happening::Presses(at, key) => {
            if let Some(attempt) = picked(&calls(floor), at) {
                floor.call(attempt, CallProgress::Key(key));
            }
        }
        Happening::Side(at, progress) => {
            // The store makes it durable, or signalling has news of it.
            if let Some((attempt, number)) = picked_transfer(floor, at) {
                if floor.oracle.is_transfer_committed(attempt, number) {
                    floor.feed(Input::Side {
                        attempt,
                        number,
                        progress,
                    });
                } else {
                    floor.oracle.transfer_committed(attempt, number);
                    floor.feed(Input::TransferCommitted { attempt, number });
                }
            }
        }
        Happening::Asks(id, request) => {
            floor.asks(id, request);
        }
        Happening::Types(id, at, code) => {
            if let Some(attempt) = picked(&calls(floor), at) {
                floor.types(id, attempt, code);
            }
        }
        Happening::Line(id, event) => {
            floor.line(id, event);
        }
        Happening::State(state) => {
            floor.change(|campaign| campaign.state = state);
        }
        Happening::Mode(mode) => {
            floor.change(|campaign| campaign.mode = mode);
        }
        Happening::Stalled(stalled) => {
            floor.feed(Input::StoreStalled(stalled));
        }
        Happening::Channels(channels) => {
            floor.trunk(trunk(channels, 4.0));
        }
        Happening::Nonsense(id, progress) => {
            floor.call(AttemptId::new(id), progress);
        }
        Happening::ClockSetBack(millis) => {
            let span = Duration::from_millis(millis);
            floor.now = floor.now - span;
            floor.oracle.clock_set_back(span);
            floor.feed(Input::Wake);
        }
    }
}

/// Calls placed and calls taken in.
fn calls(floor: &Floor) -> Vec<AttemptId> {
    let call = |order: &Command| match order {
        Command::PlaceCall { attempt, .. } | Command::TakeCall { attempt, .. } => Some(*attempt),
        _ => None,
    };
    floor.orders.iter().filter_map(call).collect()
}

fn calls_us(floor: &mut Floor, contact: i64, known: bool) {
    let (state, item) = floor.state_of(contact);
    let offer = Offer {
        offer: OfferId::new(contact),
        trunk: TRUNK,
        called: vec![number(999)],
        caller: Some(number(contact % 5)),
        known: known.then_some((item, state)),
    };
    floor.feed(Input::CallOffered(Box::new(offer)));
}

fn picked_transfer(floor: &Floor, at: Index) -> Option<(AttemptId, u32)> {
    let transfers: Vec<_> = floor
        .facts
        .iter()
        .filter_map(|fact| match fact {
            Event::TransferIntended(intent) => Some((intent.attempt, intent.number)),
            _ => None,
        })
        .collect();
    let last = transfers.len().saturating_sub(4);
    (!transfers.is_empty()).then(|| *at.get(&transfers[last..]))
}

/// Everybody lets go: whatever was placed must come to its end by itself.
fn wind_down(floor: &mut Floor) {
    floor.feed(Input::StoreStalled(false));
    floor.feed(Input::Drain);
    floor.after(secs(2 * 3_600));
    for id in 1..=4 {
        floor.asks(id, AgentRequest::LogOut);
    }
    for waiting in floor.uncommitted.clone() {
        floor.commit(waiting);
    }
    floor.after(secs(60));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn on_any_history_the_promises_hold(
        mode in proptest::sample::select(&DialMode::ALL[..]),
        history in proptest::collection::vec(happening(), 1..220),
    ) {
        let mut floor = crowd(mode);
        for what in history {
            happen(&mut floor, what);
            floor.feed(Input::Compare);
            prop_assert_eq!(floor.reaped(), 0, "agents and calls lost each other");
        }
        wind_down(&mut floor);
        assert!(floor.oracle.all_placed_are_closed(), "a placed call has no outcome");
        assert!(floor.oracle.all_received_are_closed(), "a call to us has no outcome");
        let live = floor.live();
        assert_eq!(live.calls, engine::CallsLive::default());
        assert_eq!(live.hopper, 0, "leases went back");
    }
}

#[test]
fn the_crowd_is_dialed_at_all() {
    let mut floor = crowd(DialMode::Power);
    floor.after(secs(3));
    for attempt in floor.uncommitted.clone() {
        floor.commit(attempt);
    }
    assert!(
        floor
            .orders
            .iter()
            .any(|o| matches!(o, Command::PlaceCall { .. }))
    );
}
