//! The vocabulary of the tests: a telephony, a trunk to a peer, agents with phones, and what is
//! reported of them. Nothing sleeps: every wait is for a report or a sight, bounded by `PATIENCE`.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use domain::{
    AgentId, AgentProfile, AttemptId, CampaignId, Cause, EndedBy, LineMode, PhoneNumber, Secret,
    Trunk, TrunkId, TrunkTransport,
};
use engine::{CallProgress, Command, LineEvent};
use telephony::media::{Codec, MediaConfig, Prompt};
use telephony::{
    Causes, DigestAlgorithm, Listener, Report, Telephony, TelephonyConfig, TlsSettings,
};
use tokio::sync::mpsc;

use crate::peer::{Behaviour, Peer, Seen, Setup};

pub(crate) const PATIENCE: Duration = Duration::from_secs(15);
pub(crate) const TRUNK: TrunkId = TrunkId::new(1);
pub(crate) const CAMPAIGN: CampaignId = CampaignId::new(7);
pub(crate) const AGENT: AgentId = AgentId::new(1);
/// What customers say, as a G.711 byte.
pub(crate) const CUSTOMER: u8 = 0x11;
/// What agents say.
pub(crate) const ADVISOR: u8 = 0x22;
/// What the message to abandoned callers says.
pub(crate) const MESSAGE: u8 = 0x33;

/// What a caller hears while nobody is ready.
pub(crate) const MENU: u8 = 0x44;
/// And that of what tells customers that a call is recorded.
pub(crate) const ANNOUNCEMENT: u8 = 0x99;

pub(crate) struct Floor {
    pub(crate) telephony: Telephony,
    reports: mpsc::UnboundedReceiver<Report>,
    /// Taken out of the channel, not asked for yet.
    kept: VecDeque<Report>,
    next_attempt: i64,
}

pub(crate) fn config() -> TelephonyConfig {
    TelephonyConfig {
        places: vec![Listener::plain(([127, 0, 0, 1], 0).into())],
        tls: TlsSettings::default(),
        probe_every: None,
        session_timer: Some(Duration::from_secs(1800)),
        phone_srtp: domain::Srtp::default(),
        name_servers: Vec::new(),
        origins: Vec::new(),
        keep_alive: Duration::from_secs(30),
        domain: "cadencia.test".into(),
        digests: vec![DigestAlgorithm::Sha256, DigestAlgorithm::Md5],
        media: MediaConfig::loopback(1),
        secret: [5; 32],
        causes: Causes::default(),
        message: Prompt::from_g711(Codec::Pcma, &[MESSAGE; 4000]).expect("half a second of G.711"),
        announcement: Prompt::from_g711(Codec::Pcma, &[ANNOUNCEMENT; 4000])
            .expect("half a second of G.711"),
        menu: Prompt::from_g711(Codec::Pcma, &[MENU; 4000]).expect("half a second of G.711"),
        seed: [6; 32],
    }
}

pub(crate) fn phone(number: &str) -> PhoneNumber {
    PhoneNumber::from_e164(number).expect("a number")
}

impl Floor {
    pub(crate) async fn open() -> Floor {
        Floor::open_with(config()).await
    }

    pub(crate) async fn open_with(config: TelephonyConfig) -> Floor {
        Floor::try_open_with(config)
            .await
            .expect("loopback is there")
    }

    /// `None` where the address is taken.
    pub(crate) async fn try_open_with(config: TelephonyConfig) -> Option<Floor> {
        let (telephony, reports) = Telephony::start(config).await.ok()?;
        Some(Floor {
            telephony,
            reports,
            kept: VecDeque::new(),
            next_attempt: 1,
        })
    }

    pub(crate) fn trunk_to(&self, address: SocketAddr) {
        self.trunk_at(address, TrunkTransport::Udp);
    }

    pub(crate) fn trunk_at(&self, address: SocketAddr, transport: TrunkTransport) {
        let host = address.ip().to_string();
        self.telephony
            .set_trunk(trunk(&host, address.port(), transport));
    }

    /// Returns once everything ordered so far is done: orders are obeyed one after the other.
    pub(crate) async fn settles(&self) {
        self.telephony.bans().await;
    }

    /// Orders a call; its ring timeout is 20 s.
    pub(crate) fn calls(&mut self, number: &str) -> AttemptId {
        self.calls_for(number, Duration::from_secs(20))
    }

    pub(crate) fn calls_for(&mut self, number: &str, ring_timeout: Duration) -> AttemptId {
        let attempt = AttemptId::new(self.next_attempt);
        self.next_attempt += 1;
        self.telephony.carry_out(&Command::PlaceCall {
            attempt,
            campaign: CAMPAIGN,
            trunk: TRUNK,
            phone: phone(number),
            caller_id: phone("+576013000000"),
            ring_timeout,
        });
        attempt
    }

    pub(crate) fn agent(&self, line: LineMode) {
        let profile = AgentProfile {
            id: AGENT,
            name: "Ana".into(),
            sip_user: "adv1".into(),
            campaigns: Vec::new(),
            line,
        };
        self.telephony.set_agent(profile, &Secret::new("pw-adv1"));
    }

    /// An agent whose phone is registered and does this with calls.
    pub(crate) async fn agent_with_phone(
        &mut self,
        line: LineMode,
        behave: fn(&str) -> Behaviour,
    ) -> Peer {
        self.agent(line);
        let phone = Peer::start(Setup {
            behave,
            voice: ADVISOR,
            register: Some((self.telephony.local(), "adv1".into(), "pw-adv1".into())),
        });
        self.line(|event| *event == LineEvent::Registered).await;
        phone
    }

    pub(crate) fn orders(&self, command: Command) {
        self.telephony.carry_out(&command);
    }

    pub(crate) async fn raises_line(&mut self) {
        self.orders(Command::RaiseLine { agent: AGENT });
        self.line(|event| *event == LineEvent::Up).await;
    }

    /// Orders that the agent talks to a customer.
    pub(crate) fn bridges(&self, attempt: AttemptId) {
        self.orders(Command::Bridge {
            attempt,
            agent: AGENT,
        });
    }

    /// Waits for progress of a call, passing over what came before it; reports of others are kept.
    pub(crate) async fn call(
        &mut self,
        wanted: AttemptId,
        fits: impl Fn(&CallProgress) -> bool,
    ) -> CallProgress {
        loop {
            let of_this = |report: &Report| matches!(report, Report::Call { attempt, .. } if *attempt == wanted);
            match self.report(of_this).await {
                Report::Call { progress, .. } if fits(&progress) => return progress,
                _ => {}
            }
        }
    }

    /// The next progress of a call, whatever it is.
    pub(crate) async fn next(&mut self, attempt: AttemptId) -> CallProgress {
        self.call(attempt, |_| true).await
    }

    /// The end of an answered call.
    pub(crate) async fn next_end(&mut self, attempt: AttemptId) -> CallProgress {
        self.call(attempt, |p| matches!(p, CallProgress::Ended { .. }))
            .await
    }

    pub(crate) async fn answered(&mut self, attempt: AttemptId) {
        self.call(attempt, |p| matches!(p, CallProgress::Answered(_)))
            .await;
    }

    pub(crate) async fn line(&mut self, fits: impl Fn(&LineEvent) -> bool) -> LineEvent {
        let found = self
            .report(|report| matches!(report, Report::Line { event, .. } if fits(event)))
            .await;
        match found {
            Report::Line { event, .. } => event,
            other => unreachable!("asked for a line, got {other:?}"),
        }
    }

    /// Whether this was reported so far.
    pub(crate) fn was_told(&mut self, fits: impl Fn(&Report) -> bool) -> bool {
        while let Ok(report) = self.reports.try_recv() {
            self.kept.push_back(report);
        }
        self.kept.iter().any(fits)
    }

    pub(crate) async fn report(&mut self, fits: impl Fn(&Report) -> bool) -> Report {
        if let Some(place) = self.kept.iter().position(&fits) {
            return self.kept.remove(place).expect("just found");
        }
        loop {
            let next = tokio::time::timeout(PATIENCE, self.reports.recv()).await;
            let report = next
                .unwrap_or_else(|_| panic!("not reported in time; kept: {:?}", self.kept))
                .expect("telephony runs");
            if fits(&report) {
                return report;
            }
            self.kept.push_back(report);
        }
    }
}

/// A carrier that behaves by the last digit of the number.
pub(crate) fn carrier() -> Peer {
    Peer::start(Setup {
        behave: by_last_digit,
        voice: CUSTOMER,
        register: None,
    })
}

fn by_last_digit(user: &str) -> Behaviour {
    match user.chars().last() {
        Some('1') => Behaviour::Answers(Duration::from_millis(50)),
        Some('2') => Behaviour::Rings,
        Some('3') => Behaviour::Refuses(486),
        Some('4') => Behaviour::Refuses(404),
        Some('5') => Behaviour::Refuses(503),
        Some('6') => Behaviour::HangsUpAtOnce,
        Some('7') => Behaviour::AnswersNonsense,
        Some('8') => Behaviour::AnswersMute,
        _ => Behaviour::Refuses(603),
    }
}

pub(crate) const ANSWERS: &str = "+573000000001";
pub(crate) const RINGS: &str = "+573000000002";
pub(crate) const BUSY: &str = "+573000000003";
pub(crate) const UNKNOWN: &str = "+573000000004";
pub(crate) const UNAVAILABLE: &str = "+573000000005";
pub(crate) const HANGS_UP_AT_ONCE: &str = "+573000000006";
pub(crate) const ANSWERS_NONSENSE: &str = "+573000000007";
pub(crate) const ANSWERS_MUTE: &str = "+573000000008";
pub(crate) const DECLINES: &str = "+573000000009";

/// The trunk of these tests, at a host.
pub(crate) fn trunk(host: &str, port: u16, transport: TrunkTransport) -> Trunk {
    Trunk {
        port,
        transport,
        channels_max: 100,
        calls_per_second_max: 100.0,
        ..Trunk::new(TRUNK, "carrier", host)
    }
}

/// A phone that picks up at once.
pub(crate) fn picks_up(_: &str) -> Behaviour {
    Behaviour::Answers(Duration::ZERO)
}

/// Waits until something is so that no report tells.
pub(crate) async fn until(what: &str, so: impl Fn() -> bool) {
    let started = Instant::now();
    while !so() {
        assert!(started.elapsed() < PATIENCE, "never: {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Waits until a peer saw this.
pub(crate) async fn sees(peer: &Peer, wanted: &Seen) {
    until(&format!("{wanted:?}"), || peer.seen().contains(wanted)).await;
}

/// The end of an answered call of which the network said nothing more.
pub(crate) fn hung_up_by(by: EndedBy) -> CallProgress {
    CallProgress::Ended {
        by,
        cause: Cause::default(),
    }
}
