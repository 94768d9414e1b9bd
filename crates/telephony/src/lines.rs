//! Agents' lines: the phone that hears the customers.
//!
//! ```text
//! nailed up:  Down ──RaiseLine──▶ Ringing ──answer──▶ Up (all shift, with or without a customer)
//! per call:   Down ──Bridge─────▶ Ringing ──answer──▶ Up (with one customer) ──hang-up──▶ Down
//! ```
//! A line that falls says so, unless it was ordered to: then the engine knows.
//!
//! Which of an agent's phones rings is in `lines/ringing.rs`. An agent whose page offered to be the
//! phone has no other meanwhile (`lines/browser.rs`).

mod browser;
mod pages;
mod ringing;

use std::net::IpAddr;
use std::time::Instant;

use ::sip::endpoint::{Binding, CallEvent, CallHandle, EndedBy as Ender, Transport};
use domain::{AgentId, AgentProfile, AttemptId, EndedBy, LineKind, LineMode, SignallingRecord};
use engine::{LineEvent, Party};

use crate::Report;
use crate::exchange::{Exchange, Owner};
use crate::media::{LearnMode, LegId};
use crate::quality::Mark;
use crate::session::Session;
use browser::BrowserLine;
use ringing::{NOT_REGISTERED, nobody_is_there, why_refused};

/// An agent's line.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) profile: AgentProfile,
    /// Whether a phone is registered.
    pub(crate) registered: bool,
    /// Per call: whether the engine raised it.
    raised: bool,
    phone: Phone,
    /// The page that is the phone.
    browser: Option<BrowserLine>,
    /// Where its last customer's part of what it hears begins.
    pub(crate) mark: Option<Mark>,
}

#[derive(Debug)]
enum Phone {
    Down,
    Ringing(PhoneCall),
    Up(PhoneCall),
}

/// The dialog with a phone.
#[derive(Debug)]
struct PhoneCall {
    handle: CallHandle,
    session: Session,
    /// Where its signalling comes from: its audio must come from there too.
    host: IpAddr,
    transport: Transport,
    /// The customer on it, or for whom it rings.
    with: Option<AttemptId>,
    /// When it was called, until it says its first word.
    unheard_since: Option<Instant>,
    /// Where else the agent is registered, latest first.
    others: Vec<Binding>,
}

impl Line {
    pub(crate) fn new(profile: AgentProfile) -> Line {
        Line {
            profile,
            registered: false,
            raised: false,
            phone: Phone::Down,
            browser: None,
            mark: None,
        }
    }

    /// Its leg, where it can carry a customer now.
    pub(crate) fn up_leg(&self) -> Option<LegId> {
        match (&self.phone, &self.browser) {
            (_, Some(browser)) => browser.up_leg(),
            (Phone::Up(call), None) => Some(call.session.leg.id),
            (Phone::Down | Phone::Ringing(_), None) => None,
        }
    }

    /// Its legs, whether they can carry a customer or are only on the way to that.
    pub(crate) fn legs(&self) -> impl Iterator<Item = LegId> {
        let phone = match &self.phone {
            Phone::Ringing(call) | Phone::Up(call) => Some(call.session.leg.id),
            Phone::Down => None,
        };
        let browser = self.browser.iter().flat_map(BrowserLine::legs);
        phone.into_iter().chain(browser)
    }

    /// Its dialog.
    pub(crate) fn handle(&self) -> Option<CallHandle> {
        match &self.phone {
            Phone::Ringing(call) | Phone::Up(call) => Some(call.handle),
            Phone::Down => None,
        }
    }

    /// Whether the engine may count on it.
    pub(crate) fn is_raised(&self) -> bool {
        if let Some(browser) = &self.browser {
            return browser.is_raised();
        }
        match self.profile.line {
            LineMode::NailedUp => self.is_up(),
            LineMode::PerCall => self.raised,
        }
    }

    pub(crate) fn is_up(&self) -> bool {
        self.up_leg().is_some()
    }

    pub(crate) fn set_with(&mut self, attempt: Option<AttemptId>) {
        if let Some(browser) = &mut self.browser {
            return browser.set_with(attempt);
        }
        if let Phone::Up(call) = &mut self.phone {
            call.with = attempt;
        }
    }

    fn is_down(&self) -> bool {
        matches!(self.phone, Phone::Down)
    }

    fn call(&mut self) -> Option<&mut PhoneCall> {
        match &mut self.phone {
            Phone::Ringing(call) | Phone::Up(call) => Some(call),
            Phone::Down => None,
        }
    }

    fn take_call(&mut self) -> Option<PhoneCall> {
        match std::mem::replace(&mut self.phone, Phone::Down) {
            Phone::Ringing(call) | Phone::Up(call) => Some(call),
            Phone::Down => None,
        }
    }
}

impl PhoneCall {
    fn learn(&self) -> LearnMode {
        LearnMode::NatFrom(self.host)
    }
}

impl Exchange {
    /// Raises a line: calls the phone, or, where it rings per call, sees that there is one.
    pub(crate) fn raise_line(&mut self, now: Instant, agent: AgentId) {
        let Some(line) = self.lines.get_mut(&agent) else {
            self.line_down(agent, "the agent is not known to telephony");
            return;
        };
        if line.browser.is_some() {
            return self.raise_browser_line(agent);
        }
        match (&line.phone, line.profile.line) {
            (Phone::Up(_), LineMode::NailedUp) => self.line_up(agent),
            (Phone::Ringing(_), LineMode::NailedUp) => {}
            (Phone::Down, LineMode::NailedUp) => {
                if let Err(why) = self.call_phone(now, agent, None) {
                    self.line_down(agent, why);
                }
            }
            (_, LineMode::PerCall) if line.registered => {
                line.raised = true;
                self.line_up(agent);
            }
            (_, LineMode::PerCall) => self.line_down(agent, NOT_REGISTERED),
        }
    }

    /// Drops a line and says nothing: the engine ordered it.
    pub(crate) fn drop_line(&mut self, now: Instant, agent: AgentId) {
        let Some(line) = self.lines.get_mut(&agent) else {
            return;
        };
        line.raised = false;
        self.lower_browser_line(agent);
        self.hang_up_phone(now, agent);
    }

    pub(crate) fn line_event(&mut self, now: Instant, agent: AgentId, event: CallEvent) {
        let Some(call) = self.lines.get_mut(&agent).and_then(Line::call) else {
            return;
        };
        match event {
            // One that was picked up too late is told as failed next.
            CallEvent::Sent | CallEvent::PickedUp | CallEvent::Confirmed | CallEvent::Cancelled => {
            }
            // A phone that plays something while it rings is not for anybody to hear.
            CallEvent::Trying | CallEvent::Ringing { .. } => call.unheard_since = None,
            CallEvent::OfferRefused { .. } => {}
            CallEvent::OfferAnswered { sdp } => {
                let (leg, learn) = (call.session.leg.id, call.learn());
                let settled = call.session.settle(sdp.as_deref(), learn);
                self.session_settled(leg, settled);
            }
            CallEvent::Answered { sdp } => self.phone_answered(now, agent, sdp.as_deref()),
            CallEvent::Reinvite { offer } => {
                let learn = call.learn();
                let renewed = call.session.renew(offer.as_deref(), learn);
                let (handle, leg) = (call.handle, call.session.leg.id);
                self.answer_reinvite(now, handle, leg, renewed);
            }
            CallEvent::Dtmf { digit } => self.report_line(agent, LineEvent::Key(digit)),
            CallEvent::Referred {
                refer,
                refer_to,
                replaces,
            } => {
                let plain = replaces.is_none();
                self.referred(now, agent, refer, refer_to.as_ref(), plain);
            }
            CallEvent::Failed { status, by_us, .. } => {
                let handle = call.handle;
                self.owners.remove(&handle);
                if by_us || !nobody_is_there(status) || !self.pass_over(now, agent) {
                    let why = why_refused(status, by_us);
                    self.phone_fell(now, agent, &why, false);
                }
            }
            CallEvent::Ended { by, .. } => {
                let handle = call.handle;
                self.owners.remove(&handle);
                let why = match by {
                    Ender::Remote => "the phone hung up",
                    Ender::Us => "the line was hung up",
                    Ender::Failure => "the phone cannot be reached any more",
                };
                self.phone_fell(now, agent, why, true);
                self.report(Report::LineDialog {
                    agent,
                    record: None,
                });
            }
        }
    }

    fn phone_answered(&mut self, now: Instant, agent: AgentId, sdp: Option<&str>) {
        let Some(line) = self.lines.get_mut(&agent) else {
            return;
        };
        let Some(mut call) = line.take_call() else {
            return;
        };
        let learn = call.learn();
        match call.session.settle(sdp, learn) {
            Ok(remote) => self.media.set_remote(call.session.leg.id, remote),
            Err(error) => {
                tracing::warn!(%agent, %error, "the phone answered without audio we can speak");
                line.phone = Phone::Up(call);
                self.hang_up_phone(now, agent);
                self.line_down(agent, "the phone speaks neither PCMA nor PCMU");
                return;
            }
        }
        let (handle, with) = (call.handle, call.with);
        line.phone = Phone::Up(call);
        let record = self.endpoint.dialog_record(handle).map(SignallingRecord);
        self.report(Report::LineDialog { agent, record });
        match with {
            Some(attempt) if self.is_wanted(attempt, agent) => self.join(attempt),
            // The customer left in the very moment; the phone is free again.
            Some(_) => self.hang_up_phone(now, agent),
            None => self.line_up(agent),
        }
    }

    /// A line can carry a customer; says what it is made of, too.
    pub(crate) fn line_up(&self, agent: AgentId) {
        if let Some(kind) = self.lines.get(&agent).and_then(|line| self.kind_of(line)) {
            self.report_line(agent, LineEvent::CarriedBy(kind));
        }
        self.report_line(agent, LineEvent::Up);
    }

    fn kind_of(&self, line: &Line) -> Option<LineKind> {
        if line.has_page() {
            return Some(LineKind::Page);
        }
        let transport = match &line.phone {
            Phone::Ringing(call) | Phone::Up(call) => call.transport,
            // It rings for each call: the phone that would.
            Phone::Down => {
                let bindings = self.endpoint.bindings(&line.profile.sip_user);
                bindings.first()?.flow.transport
            }
        };
        Some(match transport {
            Transport::Udp => LineKind::Udp,
            Transport::Tcp => LineKind::Tcp,
            Transport::Tls => LineKind::Tls,
            Transport::Ws => LineKind::WebSocket,
            Transport::Wss => LineKind::SecureWebSocket,
        })
    }

    /// The dialog with a phone is over or never came to be, and not by order.
    pub(crate) fn phone_fell(&mut self, now: Instant, agent: AgentId, why: &str, was_up: bool) {
        let Some(line) = self.lines.get_mut(&agent) else {
            return;
        };
        let Some(call) = line.take_call() else { return };
        let mode = line.profile.line;
        self.close_session(&call.session);
        let plain = call
            .with
            .is_some_and(|attempt| self.is_plain(attempt, agent));
        if let Some(attempt) = call.with {
            self.agent_dropped(attempt, agent);
        }
        match (mode, call.with) {
            // The agent ended a call in the only way a phone has.
            (LineMode::PerCall, Some(attempt)) if was_up && plain => {
                self.end_answered(now, attempt, EndedBy::Agent);
            }
            (LineMode::PerCall, Some(_)) if was_up => {
                self.report_line(agent, LineEvent::HungUp);
            }
            (LineMode::PerCall, None) if was_up => {}
            (LineMode::PerCall | LineMode::NailedUp, _) => self.line_down(agent, why),
        }
    }

    /// Whether a call still asks for an agent whose phone was rung for it.
    fn is_wanted(&self, attempt: AttemptId, agent: AgentId) -> bool {
        let call = self.calls.get(&attempt);
        call.is_some_and(|call| call.talk.contains(&Party::Agent(agent)))
    }

    /// A customer left the agent they were with.
    pub(crate) fn customer_left(&mut self, now: Instant, agent: AgentId, attempt: AttemptId) {
        let Some(line) = self.lines.get_mut(&agent) else {
            return;
        };
        if let Some(leg) = line.left_browser(attempt) {
            return self.media.unbridge(leg);
        }
        let per_call = line.profile.line == LineMode::PerCall;
        let Some(call) = line.call() else { return };
        if call.with != Some(attempt) {
            return;
        }
        call.with = None;
        let leg = call.session.leg.id;
        self.media.unbridge(leg);
        if per_call {
            self.hang_up_phone(now, agent);
        }
    }

    pub(crate) fn line_silent(&mut self, now: Instant, agent: AgentId, leg: LegId) {
        let known = self.lines.get(&agent);
        if known.is_some_and(|line| line.browser.is_some()) {
            self.meters.silent_legs.count();
            return self.browser_away(now, agent, leg, false);
        }
        let dead = self
            .lines
            .get(&agent)
            .is_some_and(|line| matches!(&line.phone, Phone::Up(call) if !call.session.held));
        if !dead {
            return;
        }
        self.meters.silent_legs.count();
        let with = self
            .lines
            .get_mut(&agent)
            .and_then(Line::call)
            .and_then(|call| call.with);
        self.hang_up_phone(now, agent);
        if let Some(attempt) = with {
            self.agent_dropped(attempt, agent);
        }
        self.line_down(agent, "no audio comes from the phone");
    }

    /// Ends the dialog with a phone, if there is one; its end is then nobody's.
    pub(crate) fn hang_up_phone(&mut self, now: Instant, agent: AgentId) {
        let Some(call) = self.lines.get_mut(&agent).and_then(Line::take_call) else {
            return;
        };
        self.close_session(&call.session);
        self.owners.insert(call.handle, Owner::Ghost(Some(agent)));
        self.endpoint.hang_up(now, call.handle, None);
    }

    /// Says that a line is down, as it then is: per call, it is not raised any more either.
    pub(crate) fn line_down(&mut self, agent: AgentId, why: &str) {
        self.lower_per_call(agent);
        self.report_line(agent, LineEvent::Down(why.to_owned()));
    }

    /// Per call: whether the line was raised; it is not any more.
    pub(crate) fn lower_per_call(&mut self, agent: AgentId) -> bool {
        let line = self.lines.get_mut(&agent);
        line.is_some_and(|line| std::mem::replace(&mut line.raised, false))
    }
}
