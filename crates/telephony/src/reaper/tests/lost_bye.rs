//! A BYE that is lost, and a far side that is silent from then on, in virtual time: 35 s later
//! nothing of the call is left but, for as long as the BYE of ours is repeated, its transaction.

use ::sip::endpoint::{CallHandle, Endpoint, EndpointConfig, Event, Flow, Transport};
use ::sip::sdp::{self, Direction};
use domain::{Destination, DestinationId, DestinationPlace, Outcome, Secret, Timestamp};
use engine::SidePlace;

use super::*;
use crate::BindingRecord;
use crate::media::MediaEvent;
use crate::sides::SideOrder;

const AGENT: AgentId = AgentId::new(4);
/// The oldest that anything may become of which the other side is gone.
const ORPHAN_MAX: u64 = 35;
/// How long a BYE is repeated that nobody answers (RFC 3261, timer F), and a little.
const BYE_MAX: u64 = 33;

/// The switchboard, and the carrier and phones that it calls: all at one address.
struct World {
    board: Board,
    far: Endpoint,
    /// Calls of the far side that are up, in the order in which they came.
    taken: Vec<CallHandle>,
    /// Nothing passes between the two any more.
    cut: bool,
}

fn at(port: u16) -> SocketAddr {
    ([127, 0, 0, 1], port).into()
}

fn flow(port: u16) -> Flow {
    Flow {
        transport: Transport::Udp,
        remote: at(port),
    }
}

impl World {
    fn new() -> World {
        let mut board = Board::new();
        let config = EndpointConfig {
            local: at(5070),
            seed: [3; 32],
            accept_calls: true,
            source_rate: 0,
            ..EndpointConfig::default()
        };
        let far = Endpoint::new(config, board.now);
        board.exchange.set_trunk(board.now, trunk());
        World {
            board,
            far,
            taken: Vec::new(),
            cut: false,
        }
    }

    /// An agent whose phone is registered logs in.
    fn raises_a_line(&mut self, line: LineMode) {
        let profile = AgentProfile {
            id: AGENT,
            name: "Ana".into(),
            sip_user: "ana".into(),
            campaigns: Vec::new(),
            line,
        };
        let (now, password) = (self.board.now, Secret::new("pw-ana"));
        self.board.exchange.set_agent(now, profile, &password);
        self.has_phone("ana");
        self.board.exchange.raise_line(now, AGENT);
    }

    /// A phone of this user is registered.
    fn has_phone(&mut self, user: &str) {
        let record = BindingRecord {
            user: user.into(),
            line: format!("2 udp {0} 7 c@phone sip:{user}@{0} - -", at(5070)),
            expires_at: Timestamp::from_millis(i64::MAX / 2),
        };
        let now = self.board.now;
        self.board.exchange.restore_binding(now, &record);
    }

    /// Everything said so far arrives, and what that leads to.
    fn settle(&mut self) {
        let now = self.board.now;
        loop {
            let exchange = &mut self.board.exchange;
            while let Some(event) = exchange.endpoint.poll_event() {
                exchange.signalled(now, event);
            }
            while let Some(event) = self.far.poll_event() {
                if let Event::Incoming { call, offer, .. } = event {
                    let offer = offer.expect("we always offer");
                    let codecs = [::sip::sdp::Codec::Pcma];
                    let answer = sdp::answer(&offer, at(9), 1, &codecs, Direction::SendRecv);
                    self.far.answer(now, call, answer.expect("PCMA").0);
                    self.taken.push(call);
                }
            }
            let ours = self.board.exchange.endpoint.poll_transmit();
            let theirs = self.far.poll_transmit();
            if ours.is_none() && theirs.is_none() {
                return;
            }
            if self.cut {
                continue;
            }
            if let Some(ours) = ours {
                self.far.receive(now, flow(5060), &ours.bytes);
            }
            if let Some(theirs) = theirs {
                let exchange = &mut self.board.exchange;
                exchange.endpoint.receive(now, flow(5070), &theirs.bytes);
            }
        }
    }

    /// Lets seconds pass.
    fn pass(&mut self, seconds: u64) {
        for _ in 0..seconds * 10 {
            self.board.now += Duration::from_millis(100);
            self.board.exchange.wake(self.board.now);
            self.far.wake(self.board.now);
            self.settle();
        }
    }

    /// A customer is on the line.
    fn connected(&mut self) -> AttemptId {
        let attempt = self.board.call();
        self.settle();
        let call = &self.board.exchange.calls[&attempt];
        assert!(call.answered().is_some());
        self.board.told();
        attempt
    }

    /// The far side ends all its calls, and nothing that it says arrives.
    fn vanishes(&mut self) {
        self.cut = true;
        for call in self.taken.clone() {
            self.far.hang_up(self.board.now, call, None);
        }
    }

    /// The media threads say that nothing was heard of a leg for as long as they wait.
    fn is_silent(&mut self, leg: LegId) {
        let for_ = MediaConfig::loopback(1).silence_timeout;
        let silent = MediaEvent::Silent { leg, for_ };
        self.board.exchange.heard(self.board.now, silent);
        self.settle();
    }

    /// Nothing is left, but the transactions of our own BYEs; and after those nothing at all.
    fn expect_nothing_left(&mut self) {
        let exchange = &self.board.exchange;
        assert!(exchange.calls.is_empty() && exchange.sides.is_empty());
        assert!(exchange.media.open_legs().is_empty());
        let owners: Vec<_> = exchange.owners.values().collect();
        let ghosts = |owner: &&Owner| matches!(owner, Owner::Ghost(_));
        assert!(owners.iter().all(ghosts), "{owners:?}");
        self.pass(BYE_MAX);
        assert!(self.board.exchange.is_quiet());
        assert_eq!(self.board.exchange.endpoint.calls().count(), 0);
        let read = self.board.meters.read();
        let reaped = (read.reaped_dialogs, read.reaped_legs);
        assert_eq!(reaped, (0, 0), "nothing was lost, it was ended");
    }
}

fn silence() -> u64 {
    let silence = MediaConfig::loopback(1).silence_timeout.as_secs();
    assert!(silence < ORPHAN_MAX, "{silence} s");
    silence
}

#[tokio::test]
async fn a_customer_whose_bye_was_lost_is_over_within_35_s() {
    let mut world = World::new();
    let attempt = world.connected();
    let leg = world.board.exchange.calls[&attempt].session.leg.id;
    world.vanishes();
    world.pass(silence());
    assert_eq!(world.board.told(), [], "nobody knows yet");
    world.is_silent(leg);
    let over = CallProgress::Ended {
        by: EndedBy::System,
        cause: Cause::default(),
    };
    let told = Report::Call {
        attempt,
        progress: over,
    };
    assert_eq!(world.board.told(), [told]);
    world.expect_nothing_left();
}

#[tokio::test]
async fn a_bye_of_ours_that_is_lost_keeps_no_line_and_no_leg() {
    let mut world = World::new();
    let attempt = world.connected();
    world.cut = true;
    world.board.exchange.hang_up(world.board.now, attempt);
    world.settle();
    assert_eq!(world.board.told().len(), 1, "over at once");
    world.expect_nothing_left();
}

#[tokio::test]
async fn an_agents_phone_whose_bye_was_lost_is_known_to_be_down_within_35_s() {
    let mut world = World::new();
    world.raises_a_line(LineMode::NailedUp);
    world.settle();
    let leg = world.board.exchange.lines[&AGENT].up_leg();
    let leg = leg.expect("it was picked up");
    world.board.told();
    world.vanishes();
    world.pass(silence());
    world.is_silent(leg);
    let told = world.board.told();
    let down = |report: &Report| {
        let event = LineEvent::Down("no audio comes from the phone".into());
        *report
            == Report::Line {
                agent: AGENT,
                event,
            }
    };
    assert!(told.iter().any(down), "{told:?}");
    assert!(!world.board.exchange.lines[&AGENT].is_up());
    world.expect_nothing_left();
}

#[tokio::test]
async fn a_line_per_call_that_is_told_to_be_down_is_down_in_telephonys_table_too() {
    let mut world = World::new();
    world.raises_a_line(LineMode::PerCall);
    let attempt = world.connected();
    world.board.exchange.bridge(world.board.now, attempt, AGENT);
    world.settle();
    let leg = world.board.exchange.lines[&AGENT].up_leg();
    world.is_silent(leg.expect("it was picked up"));
    let down = |report: &Report| {
        matches!(
            report,
            Report::Line {
                event: LineEvent::Down(_),
                ..
            }
        )
    };
    assert!(world.board.told().iter().any(down));
    let engine = Tables {
        calls: vec![attempt],
        lines: Vec::new(),
    };
    for _ in 0..7 {
        world.board.now += Duration::from_secs(1);
        world.board.exchange.compare(world.board.now, &engine);
    }
    assert_eq!(world.board.meters.read().reaped_lines, 0);
}

#[tokio::test]
async fn a_second_leg_whose_bye_was_lost_is_over_within_35_s_and_the_customer_stays() {
    let mut world = World::new();
    let destination = Destination {
        id: DestinationId::new(1),
        name: "Back office".into(),
        place: DestinationPlace::Phone("bo1".into()),
    };
    let (now, password) = (world.board.now, Secret::new("pw-bo1"));
    let exchange = &mut world.board.exchange;
    exchange.set_destination(now, &destination, &password);
    world.has_phone("bo1");
    let attempt = world.connected();
    let order = SideOrder {
        attempt,
        number: 1,
        place: SidePlace::Phone("bo1".into()),
        ring_timeout: Duration::from_secs(20),
    };
    world.board.exchange.call_side(now, order);
    world.settle();
    let side = world.board.exchange.sides[&attempt].up_leg();
    let side = side.expect("it was picked up");
    world.board.told();
    world.vanishes();
    world.pass(silence());
    world.is_silent(side);
    assert!(world.board.exchange.sides.is_empty());
    let told = world.board.told();
    let over = |report: &Report| matches!(report, Report::Side { progress: CallProgress::Ended { by, .. }, .. } if *by == EndedBy::System);
    assert!(told.iter().any(over), "{told:?}");
    let customer = world.board.exchange.calls[&attempt].session.leg.id;
    world.is_silent(customer);
    world.expect_nothing_left();
}

#[tokio::test]
async fn a_carrier_that_dies_while_it_rings_is_given_up_when_its_time_is_over() {
    let mut world = World::new();
    world.cut = true;
    let attempt = world.board.call();
    world.pass(ORPHAN_MAX);
    let told = world.board.told();
    let failed = |report: &Report| {
        let Report::Call {
            attempt: of,
            progress,
        } = report
        else {
            return false;
        };
        *of == attempt
            && matches!(progress, CallProgress::Failed { outcome, .. } if *outcome == Outcome::Congestion)
    };
    assert!(told.iter().any(failed), "{told:?}");
    world.expect_nothing_left();
}
