//! The switchboard: the endpoint, the media pool, and the tables that say whose each dialog and
//! each leg is. Everything runs on the signalling thread; sockets are the driver's.
//!
//! What it is told is in `exchange/orders.rs`, what it hears in `exchange/events.rs`; of what comes
//! of it, `calls.rs` has what concerns customers, `lines.rs` agents, `incoming.rs` and `offers.rs` who
//! calls us, `orphan.rs` an earlier life.

mod events;
mod orders;

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ::sip::auth::Algorithm;
use ::sip::endpoint::{
    CallHandle, Endpoint, EndpointConfig, Flow, OptionsHandle, ReferHandle, RegistrationHandle,
};
use ::sip::message::Status;
use domain::{AgentId, AttemptId, Destination, DestinationId, OfferId, Srtp, TrunkId};
use engine::{CallProgress, LineEvent};
use recorder::Recorder;
use tokio::sync::mpsc;

use crate::calls::CustomerCall;
use crate::capture::Capture;
use crate::counters::Meters;
use crate::handle::Orphan;
use crate::incoming::Echo;
use crate::lines::Line;
use crate::media::{Country, LegId, MediaPool, Prompt};
use crate::names::TrunkState;
use crate::offers::Offered;
use crate::reaper::Reaper;
use crate::resolve::Names;
use crate::session::{FarSide, Keyings, Session};
use crate::sides::SideCall;
use crate::sip_address::SipAddress;
use crate::sounds::{SoundBook, time_to_choose};
use crate::transport::CarrierNames;
use crate::trunk_test::UnderWay;
use crate::watch::Watch;
use crate::{Causes, Report};

/// How often what has no timer of its own is looked at.
pub(crate) const TICK: Duration = Duration::from_secs(1);

/// Whose a dialog or a leg is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    /// A customer's call.
    Customer(AttemptId),
    /// An agent's line.
    Line(AgentId),
    /// A call that rings with us.
    Offer(OfferId),
    /// A phone that hears itself.
    Echo,
    /// The second leg of a customer's call.
    Side(AttemptId),
    /// A dialog that nobody waits for any more but its far end; the line it was, if it was one.
    Ghost(Option<AgentId>),
}

/// What the switchboard is told once.
pub(crate) struct Settings {
    pub(crate) address: SipAddress,
    pub(crate) digests: Vec<Algorithm>,
    pub(crate) secret: [u8; 32],
    pub(crate) causes: Causes,
    pub(crate) message: Prompt,
    pub(crate) menu: Prompt,
    pub(crate) announcement: Prompt,
    pub(crate) seed: [u8; 32],
    pub(crate) probe_every: Option<Duration>,
    pub(crate) session_timer: Option<Duration>,
    pub(crate) phone_srtp: Srtp,
    pub(crate) watch: Watch,
}

/// The switchboard.
pub(crate) struct Exchange {
    pub(crate) endpoint: Endpoint,
    phone_srtp: Srtp,
    pub(crate) media: MediaPool,
    pub(crate) meters: Arc<Meters>,
    pub(crate) address: SipAddress,
    pub(crate) secret: [u8; 32],
    pub(crate) causes: Causes,
    pub(crate) message: Arc<Prompt>,
    /// What a caller hears for whom nobody is ready, and that their key was understood.
    pub(crate) menu: Arc<Prompt>,
    pub(crate) announcement: Arc<Prompt>,
    pub(crate) noted: Arc<Prompt>,
    /// What was chosen instead, for a campaign or for all.
    pub(crate) sounds: SoundBook,
    /// Whose tones are spoken and understood.
    pub(crate) country: &'static Country,
    pub(crate) calls: HashMap<AttemptId, CustomerCall>,
    pub(crate) lines: HashMap<AgentId, Line>,
    /// Second legs, by the customer's call.
    pub(crate) sides: HashMap<AttemptId, SideCall>,
    /// Where calls may be handed to besides agents.
    pub(crate) destinations: HashMap<DestinationId, Destination>,
    /// Agents' phones that wish a transfer, which the engine has not answered yet.
    pub(crate) refers: HashMap<AgentId, ReferHandle>,
    pub(crate) users: HashMap<String, AgentId>,
    pub(crate) owners: HashMap<CallHandle, Owner>,
    pub(crate) echoes: HashMap<CallHandle, Echo>,
    /// Calls that ring with us.
    pub(crate) offers: HashMap<OfferId, Offered>,
    pub(crate) next_offer: i64,
    pub(crate) trunks: HashMap<TrunkId, TrunkState>,
    pub(crate) names: Names,
    /// How often the addresses of trunks are asked whether they are alive.
    pub(crate) probe_every: Option<Duration>,
    pub(crate) next_probe: Instant,
    /// Which address of which trunk an OPTIONS went to.
    pub(crate) probes: HashMap<OptionsHandle, (TrunkId, SocketAddr)>,
    /// Trunks that somebody asks after.
    pub(crate) tests: Vec<UnderWay>,
    /// Which trunk each of our registrations is for.
    pub(crate) registrations: HashMap<RegistrationHandle, TrunkId>,
    /// Calls of an earlier life whose trunk has no address yet.
    pub(crate) orphans: Vec<Orphan>,
    /// Registered phones of an earlier life whose agent is not known yet.
    pub(crate) bindings: HashMap<String, Vec<::sip::endpoint::Binding>>,
    /// Users whose phones changed and of whom that is not reported yet.
    pub(crate) moved: HashSet<String>,
    /// Flows that proved to be a phone or a carrier, for the transport to be patient with.
    pub(crate) known_flows: Vec<Flow>,
    /// What the certificates of carriers must bear, if that changed, for the transport.
    pub(crate) carriers: Option<CarrierNames>,
    pub(crate) stopping: bool,
    pub(crate) reaper: Reaper,
    /// Sees every message.
    pub(crate) watch: Watch,
    pub(crate) recorder: Option<Recorder>,
    /// Whose packets are copied for whom.
    pub(crate) captures: Vec<Capture>,
    pub(crate) captures_begun: u64,
    /// The legs that are heard in the recording of each call.
    pub(crate) recorded: HashMap<AttemptId, Vec<LegId>>,
    legs: HashMap<LegId, Owner>,
    reports: mpsc::UnboundedSender<Report>,
    sessions: u64,
    next_tick: Instant,
}

impl Exchange {
    pub(crate) fn new(
        now: Instant,
        settings: Settings,
        media: MediaPool,
        names: Names,
        reports: mpsc::UnboundedSender<Report>,
        meters: Arc<Meters>,
    ) -> Exchange {
        let endpoint = Endpoint::new(
            EndpointConfig {
                domain: settings.address.domain.to_string(),
                local: settings.address.contact,
                locals: settings.address.others.clone(),
                seed: settings.seed,
                digests: settings.digests,
                session_timer: settings.session_timer,
                ..EndpointConfig::default()
            },
            now,
        );
        Exchange {
            endpoint,
            phone_srtp: settings.phone_srtp,
            media,
            meters,
            address: settings.address,
            secret: settings.secret,
            causes: settings.causes,
            message: Arc::new(settings.message),
            menu: time_to_choose(&settings.menu),
            announcement: Arc::new(settings.announcement),
            noted: Arc::new(Prompt::beeps(2)),
            sounds: SoundBook::default(),
            country: Country::usual(),
            calls: HashMap::new(),
            lines: HashMap::new(),
            sides: HashMap::new(),
            destinations: HashMap::new(),
            refers: HashMap::new(),
            users: HashMap::new(),
            owners: HashMap::new(),
            echoes: HashMap::new(),
            offers: HashMap::new(),
            next_offer: 0,
            trunks: HashMap::new(),
            names,
            probe_every: settings.probe_every,
            next_probe: now,
            probes: HashMap::new(),
            tests: Vec::new(),
            registrations: HashMap::new(),
            orphans: Vec::new(),
            bindings: HashMap::new(),
            moved: HashSet::new(),
            known_flows: Vec::new(),
            carriers: None,
            stopping: false,
            reaper: Reaper::default(),
            watch: settings.watch,
            recorder: None,
            captures: Vec::new(),
            captures_begun: 0,
            recorded: HashMap::new(),
            legs: HashMap::new(),
            reports,
            sessions: 0,
            next_tick: now + TICK,
        }
    }

    /// Refuses a wish for a transfer.
    pub(crate) fn decline_refer(&mut self, now: Instant, refer: ReferHandle) {
        let declined = Status::new(603).expect("603 lies between 100 and 699");
        self.endpoint.answer_refer(now, refer, declined);
    }

    /// Does what is due.
    pub(crate) fn wake(&mut self, now: Instant) {
        if self.endpoint.next_wake().is_some_and(|due| due <= now) {
            self.endpoint.wake(now);
        }
        if now >= self.next_tick {
            self.next_tick = now + TICK;
            self.end_overdue_calls(now);
            self.pass_over_silent_phones(now);
            self.end_overdue_pages(now);
            self.end_long_echoes(now);
            self.refuse_forgotten_offers(now);
            self.reap(now);
            self.refresh_names(now);
            self.probe_trunks(now);
            self.end_tests(now);
            self.watch.tick(now);
            self.end_captures();
            self.meters.calls_open.set(self.calls.len());
            let up = self.lines.values().filter(|line| line.is_up()).count();
            self.meters.lines_up.set(up);
            let away = self.endpoint.turned_away();
            self.meters.unheard.rise_to(away.unheard);
            self.meters.scanners.rise_to(away.scanners);
            self.meters.wrong_logins.rise_to(away.wrong_logins);
            self.meters.bans.rise_to(away.bans);
        }
    }

    /// When something is due next.
    pub(crate) fn next_wake(&self) -> Instant {
        match self.endpoint.next_wake() {
            Some(due) => due.min(self.next_tick),
            None => self.next_tick,
        }
    }

    /// Ends every call and line; true from then on: nothing new is placed.
    pub(crate) fn end_everything(&mut self, now: Instant) {
        self.stopping = true;
        let attempts: Vec<_> = self.calls.keys().copied().collect();
        for attempt in attempts {
            self.hang_up(now, attempt);
        }
        let agents: Vec<_> = self.lines.keys().copied().collect();
        for agent in agents {
            self.drop_line(now, agent);
            self.end_browser_line(agent, "telephony is stopping");
        }
        let echoes: Vec<_> = self.echoes.keys().copied().collect();
        for call in echoes {
            self.end_echo(now, call);
        }
        self.refuse_forgotten_offers(now);
        self.leave_registrars(now);
    }

    /// Whether no dialog and no registration of ours is left.
    pub(crate) fn is_quiet(&self) -> bool {
        self.owners.is_empty() && self.registrations.is_empty()
    }

    /// Opens a leg for a dialog to be.
    pub(crate) fn open_session(
        &mut self,
        owner: Owner,
        signalled_from: IpAddr,
        far: FarSide,
    ) -> std::io::Result<Session> {
        let purpose = match owner {
            Owner::Customer(_) | Owner::Offer(_) => "customer",
            Owner::Side(_) => "side",
            Owner::Line(_) | Owner::Ghost(_) => "line",
            Owner::Echo => "echo",
        };
        let leg = self.media.open_toward(signalled_from, purpose)?;
        self.legs.insert(leg.id, owner);
        self.sessions += 1;
        let ip = self.address.media_ip(leg.local.ip());
        let keyings = Keyings::new(self.phone_srtp, far, rand::random());
        Ok(Session::new(leg, ip, self.sessions, keyings))
    }

    pub(crate) fn close_session(&mut self, session: &Session) {
        self.legs.remove(&session.leg.id);
        self.media.close(session.leg.id);
    }

    /// A leg without a session is somebody's.
    pub(crate) fn own_leg(&mut self, leg: LegId, owner: Owner) {
        self.legs.insert(leg, owner);
    }

    /// Closes a leg of which no session is known.
    pub(crate) fn forget_leg(&mut self, leg: LegId) {
        self.legs.remove(&leg);
        self.media.close(leg);
    }

    pub(crate) fn report(&self, report: Report) {
        // The run loop is gone only when the process ends.
        let _ = self.reports.send(report);
    }

    pub(crate) fn report_call(&mut self, attempt: AttemptId, progress: CallProgress) {
        self.watch.progressed(attempt, &progress);
        self.report(Report::Call { attempt, progress });
    }

    pub(crate) fn report_line(&self, agent: AgentId, event: LineEvent) {
        self.report(Report::Line { agent, event });
    }
}
