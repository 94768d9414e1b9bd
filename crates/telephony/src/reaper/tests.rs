//! Orphans of every kind, made on purpose: each is gone after the grace, and no sooner.

mod lost_bye;

use std::net::SocketAddr;
use std::sync::Arc;

use ::sip::auth::Algorithm;
use domain::{AgentProfile, Trunk, TrunkId};
use engine::LineEvent;
use tokio::sync::mpsc;

use super::*;
use crate::calls::Placement;
use crate::counters::Meters;
use crate::exchange::Settings;
use crate::lines::Line;
use crate::media::{Codec, MediaConfig, MediaPool, Prompt};
use crate::resolve::Names;
use crate::sip_address::SipAddress;
use crate::watch::Watch;
use crate::{Causes, Heard, Listener, ListenerKind, Report, TelephonyConfig, TlsSettings};

/// A switchboard whose sockets are this test.
struct Board {
    exchange: Exchange,
    reports: mpsc::UnboundedReceiver<Report>,
    meters: Arc<Meters>,
    now: Instant,
}

impl Board {
    fn new() -> Board {
        let address: SocketAddr = ([127, 0, 0, 1], 5060).into();
        let config = TelephonyConfig {
            places: vec![Listener::plain(address)],
            domain: "cadencia.test".into(),
            tls: TlsSettings::default(),
            origins: Vec::new(),
            keep_alive: Duration::from_secs(30),
            probe_every: None,
            session_timer: None,
            phone_srtp: domain::Srtp::default(),
            name_servers: Vec::new(),
            digests: vec![Algorithm::Sha256],
            media: MediaConfig::loopback(1),
            secret: [1; 32],
            causes: Causes::default(),
            message: Prompt::from_g711(Codec::Pcma, &[1; 160]).expect("not empty"),
            menu: Prompt::beeps(1),
            announcement: Prompt::beeps(1),
            seed: [2; 32],
        };
        let kind = ListenerKind::Plain;
        let heard = [Heard { kind, address }];
        let settings = Settings {
            address: SipAddress::new(&config, &heard).expect("an address"),
            digests: config.digests,
            secret: config.secret,
            causes: config.causes,
            message: config.message,
            menu: config.menu,
            announcement: Prompt::beeps(1),
            seed: config.seed,
            probe_every: None,
            session_timer: None,
            phone_srtp: domain::Srtp::default(),
            watch: Watch::new().0,
        };
        let (events, _) = mpsc::unbounded_channel();
        let media = MediaPool::start(config.media, events).expect("loopback is there");
        let (names, _) = Names::new(&[]);
        let (sender, reports) = mpsc::unbounded_channel();
        let (meters, now) = (Arc::new(Meters::default()), Instant::now());
        let exchange = Exchange::new(now, settings, media, names, sender, Arc::clone(&meters));
        Board {
            exchange,
            reports,
            meters,
            now,
        }
    }

    /// Lets seconds pass; each the tables are compared.
    fn pass(&mut self, seconds: u64) {
        for _ in 0..seconds {
            self.now += Duration::from_secs(1);
            self.exchange.reap(self.now);
        }
    }

    /// A call that rings at a carrier.
    fn call(&mut self) -> AttemptId {
        self.exchange.set_trunk(self.now, trunk());
        let attempt = AttemptId::new(1);
        let number = |text| domain::PhoneNumber::from_e164(text).expect("a number");
        let placement = Placement {
            attempt,
            campaign: domain::CampaignId::new(1),
            trunk: TrunkId::new(1),
            phone: number("+573001234567"),
            caller_id: number("+576013000000"),
            ring_timeout: Duration::from_secs(60),
        };
        self.exchange.place_call(self.now, placement);
        assert!(self.exchange.calls.contains_key(&attempt));
        attempt
    }

    fn told(&mut self) -> Vec<Report> {
        std::iter::from_fn(|| self.reports.try_recv().ok()).collect()
    }
}

fn trunk() -> Trunk {
    Trunk {
        port: 5070,
        ..Trunk::new(TrunkId::new(1), "carrier", "127.0.0.1")
    }
}

#[test]
fn what_is_missing_for_a_while_is_told_once_and_what_comes_back_is_not() {
    let (mut strays, start) = (Strays::default(), Instant::now());
    let at = |seconds| start + Duration::from_secs(seconds);
    assert!(strays.note(at(0), [1, 2]).is_empty());
    assert!(strays.note(at(3), [1]).is_empty(), "2 was back");
    assert!(strays.note(at(4), [1, 2]).is_empty());
    assert_eq!(strays.note(at(5), [1, 2]), [1]);
    assert!(strays.note(at(6), [2]).is_empty(), "told once");
    assert_eq!(strays.note(at(9), [2]), [2]);
}

#[tokio::test]
async fn a_live_call_is_left_alone() {
    let mut board = Board::new();
    let attempt = board.call();
    board.pass(20);
    assert!(board.exchange.calls.contains_key(&attempt));
    let read = board.meters.read();
    assert_eq!((read.reaped_dialogs, read.reaped_legs), (0, 0));
}

#[tokio::test]
async fn a_leg_left_open_is_closed() {
    let mut board = Board::new();
    let leg = board.exchange.media.open("left behind").expect("ports");
    board.pass(5);
    assert_eq!(
        board.exchange.media.open_legs(),
        [leg.id],
        "within the grace"
    );
    board.pass(1);
    assert!(board.exchange.media.open_legs().is_empty());
    assert_eq!(board.meters.read().reaped_legs, 1);
}

#[tokio::test]
async fn a_dialog_whose_call_was_forgotten_is_ended_with_its_leg() {
    let mut board = Board::new();
    let attempt = board.call();
    board.exchange.calls.remove(&attempt);
    board.pass(7);
    let read = board.meters.read();
    assert_eq!((read.reaped_dialogs, read.reaped_legs), (1, 1));
    let owners: Vec<_> = board.exchange.owners.values().copied().collect();
    assert_eq!(owners, [Owner::Ghost(None)], "its end is awaited");
}

#[tokio::test]
async fn a_dialog_that_nobody_owns_is_ended() {
    let mut board = Board::new();
    board.call();
    board.exchange.owners.clear();
    board.exchange.calls.clear();
    board.pass(7);
    let read = board.meters.read();
    assert_eq!((read.reaped_dialogs, read.reaped_legs), (1, 1));
}

#[tokio::test]
async fn a_call_that_is_told_nothing_of_its_dialog_is_told_to_be_over() {
    let mut board = Board::new();
    board.call();
    board.told();
    board.exchange.owners.clear();
    board.pass(7);
    assert!(board.exchange.calls.is_empty());
    assert_eq!(board.told().len(), 1);
    let owners: Vec<_> = board.exchange.owners.values().copied().collect();
    assert_eq!(owners, [Owner::Ghost(None)], "and the dialog is ended");
    assert!(board.exchange.media.open_legs().is_empty());
    assert_eq!(board.meters.read().reaped_dialogs, 1);
}

#[tokio::test]
async fn a_call_whose_dialog_is_gone_is_told_to_be_over() {
    let mut board = Board::new();
    let attempt = board.call();
    // One that has never heard of it.
    board.exchange.endpoint = Board::new().exchange.endpoint;
    board.told();
    board.pass(7);
    let over = board.told();
    assert!(
        matches!(over.as_slice(), [Report::Call { attempt: of, .. }] if *of == attempt),
        "{over:?}"
    );
    assert!(board.exchange.media.open_legs().is_empty());
    assert_eq!(board.meters.read().reaped_dialogs, 1);
}

#[tokio::test]
async fn a_line_that_only_the_engine_believes_in_is_told_to_be_down() {
    let mut board = Board::new();
    let agent = AgentId::new(4);
    let profile = AgentProfile {
        id: agent,
        name: "Ana".into(),
        sip_user: "ana".into(),
        campaigns: Vec::new(),
        line: LineMode::NailedUp,
    };
    board.exchange.lines.insert(agent, Line::new(profile));
    let engine = Tables {
        calls: Vec::new(),
        lines: vec![agent],
    };
    for _ in 0..7 {
        board.now += Duration::from_secs(1);
        board.exchange.compare(board.now, &engine);
    }
    let told = board.told();
    let down = |report: &Report| matches!(report, Report::Line { agent: of, event: LineEvent::Down(_) } if *of == agent);
    assert!(told.len() == 1 && down(&told[0]), "{told:?}");
    assert_eq!(board.meters.read().reaped_lines, 1);
}
