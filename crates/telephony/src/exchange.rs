//! The switchboard: the endpoint, the media pool, and the tables that say whose each dialog and
//! each leg is. Everything runs on the signalling thread; sockets are the driver's.
//!
//! `calls.rs` has what concerns customers, `lines.rs` agents, `incoming.rs` and `offers.rs` who
//! calls us, `orphan.rs` an earlier life.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ::sip::auth::Algorithm;
use ::sip::endpoint::{
    CallEvent, CallHandle, Endpoint, EndpointConfig, Event, Flow, OptionsHandle, ReferHandle,
    RegistrationHandle,
};
use ::sip::message::Status;
use domain::{AgentId, AttemptId, Destination, DestinationId, OfferId, TrunkId};
use engine::{CallProgress, Command, LineEvent, Menu};
use tokio::sync::mpsc;

use crate::calls::{CustomerCall, Placement};
use crate::counters::Meters;
use crate::handle::{Order, Orphan};
use crate::incoming::{Caller, Echo};
use crate::lines::Line;
use crate::media::{LegId, MediaEvent, MediaPool, Prompt};
use crate::names::TrunkState;
use crate::offers::Offered;
use crate::reaper::Reaper;
use crate::resolve::Names;
use crate::session::Session;
use crate::sides::{SideCall, SideOrder};
use crate::sip_address::SipAddress;
use crate::transport::CarrierNames;
use crate::trunk_test::UnderWay;
use crate::watch::Watch;
use crate::{Causes, Report};

/// How often what has no timer of its own is looked at.
pub(crate) const TICK: Duration = Duration::from_secs(1);

/// How long a caller may take to press a key after the message.
const TIME_TO_CHOOSE: Duration = Duration::from_secs(6);

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
    pub(crate) seed: [u8; 32],
    pub(crate) probe_every: Option<Duration>,
    pub(crate) session_timer: Option<Duration>,
    pub(crate) watch: Watch,
}

/// The switchboard.
pub(crate) struct Exchange {
    pub(crate) endpoint: Endpoint,
    pub(crate) media: MediaPool,
    pub(crate) meters: Arc<Meters>,
    pub(crate) address: SipAddress,
    pub(crate) secret: [u8; 32],
    pub(crate) causes: Causes,
    pub(crate) message: Arc<Prompt>,
    /// What a caller hears for whom nobody is ready, and that their key was understood.
    pub(crate) menu: Arc<Prompt>,
    pub(crate) noted: Arc<Prompt>,
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
            media,
            meters,
            address: settings.address,
            secret: settings.secret,
            causes: settings.causes,
            message: Arc::new(settings.message),
            menu: Arc::new(settings.menu.and_silence(TIME_TO_CHOOSE)),
            noted: Arc::new(Prompt::beeps(2)),
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
            legs: HashMap::new(),
            reports,
            sessions: 0,
            next_tick: now + TICK,
        }
    }

    /// Carries out an order.
    pub(crate) fn obey(&mut self, now: Instant, order: Order) {
        match order {
            Order::SetTrunk(trunk) => self.set_trunk(now, *trunk),
            Order::RemoveTrunk(id) => self.remove_trunk(now, id),
            Order::SetAgent(profile, password) => self.set_agent(now, *profile, &password),
            Order::RemoveAgent(id) => self.remove_agent(now, id),
            Order::SetDestination(destination, password) => {
                self.set_destination(now, &destination, &password);
            }
            Order::RemoveDestination(id) => self.remove_destination(id),
            Order::CarryOut(command) => self.command(now, command),
            Order::RestoreBinding(record) => self.restore_binding(now, &record),
            Order::RestoreLine(agent, record) => self.restore_line(now, agent, &record),
            Order::Compare(tables) => self.compare(now, &tables),
            Order::AnswerRefer(agent, granted) => self.answer_refer(now, agent, granted),
            Order::EndDialog(record) => self.end_dialog(now, &record, None),
            Order::EndOrphan(orphan) => self.end_orphan(now, orphan),
            // Errors mean that who asked is gone.
            Order::ListBans(answer) => {
                let _ = answer.send(self.endpoint.bans(now));
            }
            Order::LiftBan(source, answer) => {
                let _ = answer.send(self.endpoint.lift_ban(now, source));
            }
            Order::TestTrunk(trunk, limit, tell) => self.test_trunk(now, trunk, limit, tell),
            Order::PressKeys(attempt, keys) => self.press_keys(now, attempt, &keys),
            Order::Watch(watcher) => self.watch.watched_by(watcher),
            Order::KeepLadders(taker) => self.watch.keep_ladders(taker),
            // The driver's: it also waits for the end.
            Order::Stop { .. } => {}
        }
    }

    fn command(&mut self, now: Instant, command: Command) {
        match command {
            Command::PlaceCall {
                attempt,
                trunk,
                phone,
                caller_id,
                ring_timeout,
            } => {
                let placement = Placement {
                    attempt,
                    trunk,
                    phone,
                    caller_id,
                    ring_timeout,
                };
                self.place_call(now, placement);
            }
            Command::TakeCall { offer, attempt } => self.take_call(now, offer, attempt),
            Command::RefuseCall { offer, status } => self.refuse_call(now, offer, status),
            Command::Bridge { attempt, agent } => self.bridge(now, attempt, agent),
            Command::Arrange { attempt, talk } => self.arrange(now, attempt, talk),
            Command::CallSide {
                attempt,
                number,
                place,
                ring_timeout,
            } => {
                let order = SideOrder {
                    attempt,
                    number,
                    place,
                    ring_timeout,
                };
                self.call_side(now, order);
            }
            Command::DropSide { attempt, number } => self.drop_side(now, attempt, number),
            Command::SendDigits { attempt, digits } => self.press_keys(now, attempt, &digits),
            Command::Warn { agent, .. } => self.warn(agent),
            Command::PlayMessage { attempt } => {
                let message = Arc::clone(&self.message);
                self.play_message(now, attempt, message);
            }
            Command::PlayMenu { attempt, menu } => {
                let menu = match menu {
                    Menu::Choices => &self.menu,
                    Menu::Noted => &self.noted,
                };
                self.play_message(now, attempt, Arc::clone(menu));
            }
            Command::HangUp { attempt } => self.hang_up(now, attempt),
            Command::RaiseLine { agent } => self.raise_line(now, agent),
            Command::DropLine { agent } => self.drop_line(now, agent),
            Command::RefillHopper { .. } | Command::ReleaseWork(_) => {}
        }
    }

    /// Takes what the endpoint has to say.
    pub(crate) fn signalled(&mut self, now: Instant, event: Event) {
        match event {
            Event::Call { call, event } => self.call_went_on(now, call, event),
            Event::Incoming {
                call,
                from,
                user,
                request,
                offer,
            } => {
                let caller = Caller { call, from, user };
                self.somebody_calls(now, caller, &request, offer.as_deref());
            }
            Event::Registered { binding, .. } => self.phone_registered(now, &binding),
            Event::Unregistered { user, last, .. } => self.phone_gone(user, last),
            Event::Options {
                handle,
                alive,
                said,
            } => {
                self.tested(now, handle, &said);
                self.probed(now, handle, alive);
            }
            Event::Registration { handle, state } => self.trunk_registration(now, handle, state),
        }
    }

    fn call_went_on(&mut self, now: Instant, call: CallHandle, event: CallEvent) {
        match self.owners.get(&call).copied() {
            Some(Owner::Customer(attempt)) => self.customer_event(now, attempt, event),
            Some(Owner::Line(agent)) => self.line_event(now, agent, event),
            Some(Owner::Offer(offer)) => self.offer_event(now, offer, event),
            Some(Owner::Echo) => self.echo_event(now, call, event),
            Some(Owner::Side(attempt)) => self.side_event(now, attempt, event),
            Some(Owner::Ghost(agent)) => self.ghost_event(now, call, agent, &event),
            None => {}
        }
    }

    /// Refuses a wish for a transfer.
    pub(crate) fn decline_refer(&mut self, now: Instant, refer: ReferHandle) {
        let declined = Status::new(603).expect("603 lies between 100 and 699");
        self.endpoint.answer_refer(now, refer, declined);
    }

    /// Takes what the media threads have to say.
    pub(crate) fn heard(&mut self, now: Instant, event: MediaEvent) {
        match event {
            MediaEvent::PlaybackDone { leg } => {
                if let Some(Owner::Customer(attempt)) = self.legs.get(&leg).copied() {
                    self.message_done(now, attempt);
                }
            }
            MediaEvent::Silent { leg, .. } => match self.legs.get(&leg).copied() {
                Some(Owner::Customer(attempt)) => self.customer_silent(now, attempt),
                Some(Owner::Line(agent)) => self.line_silent(now, agent),
                Some(Owner::Side(attempt)) => self.side_silent(now, attempt),
                Some(Owner::Offer(_) | Owner::Echo | Owner::Ghost(_)) | None => {}
            },
            MediaEvent::Tone { leg, heard } => {
                if let Some(Owner::Customer(attempt)) = self.legs.get(&leg).copied() {
                    self.tone_heard(now, attempt, heard);
                }
            }
            MediaEvent::Closed { stats, .. } => self.meters.leg_closed(&stats),
            MediaEvent::Digit { leg, digit } => match self.legs.get(&leg).copied() {
                Some(Owner::Customer(attempt)) => {
                    self.report_call(attempt, CallProgress::Key(digit));
                }
                Some(Owner::Line(agent)) => self.report_line(agent, LineEvent::Key(digit)),
                Some(Owner::Offer(_) | Owner::Echo | Owner::Side(_) | Owner::Ghost(_)) | None => {}
            },
            MediaEvent::FirstPacket { .. } | MediaEvent::Resumed { .. } => {}
        }
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
            self.end_long_echoes(now);
            self.refuse_forgotten_offers(now);
            self.reap(now);
            self.refresh_names(now);
            self.probe_trunks(now);
            self.end_tests(now);
            self.watch.tick(now);
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
        Ok(Session::new(leg, ip, self.sessions))
    }

    pub(crate) fn close_session(&mut self, session: &Session) {
        self.legs.remove(&session.leg.id);
        self.media.close(session.leg.id);
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
