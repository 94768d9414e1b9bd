//! Which phone of an agent rings. With several they hear the one that registered last: they have one
//! ear, and two phones that ring at once are two that answer. One that is dead is passed over at once.

use std::collections::hash_map::Entry;
use std::time::{Duration, Instant};

use ::sip::endpoint::Binding;
use domain::{AgentId, AttemptId, LineMode};

use super::{Line, Phone, PhoneCall};
use crate::exchange::{Exchange, Owner};
use crate::session::FarSide;

/// How long a phone may ring at log-in.
const LOGIN_RING_MAX: Duration = Duration::from_secs(30);
/// How long a phone may ring while a customer waits.
const CALL_RING_MAX: Duration = Duration::from_secs(20);
/// A phone that lives says at least "trying" within a few milliseconds; after this the next is
/// called, if there is one.
const FIRST_WORD_MAX: Duration = Duration::from_secs(2);

pub(super) const NOT_REGISTERED: &str = "no phone is registered";

impl Exchange {
    /// Per call: rings the phone for a call.
    pub(crate) fn ring_for(&mut self, now: Instant, attempt: AttemptId, agent: AgentId) {
        let ready = self.lines.get(&agent).is_some_and(|line| {
            line.profile.line == LineMode::PerCall && line.is_down() && line.browser.is_none()
        });
        if !ready {
            // A nailed-up line fell while the order was under way: that is reported already. A page
            // joins when it is there again.
            return;
        }
        if let Err(why) = self.call_phone(now, agent, Some(attempt)) {
            self.line_down(agent, why);
        }
    }

    /// Sends the INVITE to the phone that registered last.
    pub(super) fn call_phone(
        &mut self,
        now: Instant,
        agent: AgentId,
        with: Option<AttemptId>,
    ) -> Result<(), &'static str> {
        let line = self.lines.get(&agent).ok_or("the agent was removed")?;
        let bindings = self.endpoint.bindings(&line.profile.sip_user);
        self.call_one_of(now, agent, with, bindings)
    }

    /// Sends the INVITE to the first of these phones, and remembers the others.
    fn call_one_of(
        &mut self,
        now: Instant,
        agent: AgentId,
        with: Option<AttemptId>,
        mut bindings: Vec<Binding>,
    ) -> Result<(), &'static str> {
        if self.stopping {
            return Err("telephony is stopping");
        }
        if bindings.is_empty() {
            return Err(NOT_REGISTERED);
        }
        let binding = bindings.remove(0);
        let line = self.lines.get(&agent).ok_or("the agent was removed")?;
        let user = line.profile.sip_user.clone();
        let host = binding.flow.remote.ip();
        let far = FarSide::Phone(binding.flow.transport);
        let session = self
            .open_session(Owner::Line(agent), host, far)
            .inspect_err(|error| tracing::error!(%agent, %error, "no media port is free"))
            .map_err(|_| "no media port is free")?;
        let ring_timeout = with.map_or(LOGIN_RING_MAX, |_| CALL_RING_MAX);
        let headers = answer_by_itself(&self.address.domain.to_string());
        let call = self.phone_call(&user, &binding, session.offer(), ring_timeout, headers);
        let handle = self.endpoint.invite(now, call);
        self.owners.insert(handle, Owner::Line(agent));
        let call = PhoneCall {
            handle,
            session,
            host,
            transport: binding.flow.transport,
            with,
            unheard_since: Some(now),
            others: bindings,
        };
        if let Some(line) = self.lines.get_mut(&agent) {
            line.phone = Phone::Ringing(call);
        }
        Ok(())
    }

    /// Gives up a phone that rings, or should, and calls the agent's next one; false if there is
    /// none, and then nothing was done.
    pub(super) fn pass_over(&mut self, now: Instant, agent: AgentId) -> bool {
        let Some(line) = self.lines.get_mut(&agent) else {
            return false;
        };
        let has_next = matches!(&line.phone, Phone::Ringing(call) if !call.others.is_empty());
        let Some(call) = has_next.then(|| line.take_call()).flatten() else {
            return false;
        };
        self.meters.phones_passed_over.count();
        self.close_session(&call.session);
        if let Entry::Occupied(mut owner) = self.owners.entry(call.handle) {
            owner.insert(Owner::Ghost(Some(agent)));
            self.endpoint.hang_up(now, call.handle, None);
        }
        if let Err(why) = self.call_one_of(now, agent, call.with, call.others) {
            self.line_down(agent, why);
        }
        true
    }

    /// Passes over phones that have not said a word.
    pub(crate) fn pass_over_silent_phones(&mut self, now: Instant) {
        let silent = |line: &Line| match &line.phone {
            Phone::Ringing(call) => call
                .unheard_since
                .is_some_and(|since| now >= since + FIRST_WORD_MAX),
            Phone::Down | Phone::Up(_) => false,
        };
        let lines = self.lines.iter();
        let silent: Vec<_> = lines
            .filter_map(|(agent, line)| silent(line).then_some(*agent))
            .collect();
        for agent in silent {
            self.pass_over(now, agent);
        }
    }
}

/// The two ways in which phones are asked to answer by themselves; those that know neither ring.
fn answer_by_itself(domain: &str) -> Vec<(String, String)> {
    let call_info = format!("<sip:{domain}>;answer-after=0");
    let alert_info = format!("<sip:{domain}>;info=alert-autoanswer");
    vec![
        ("Call-Info".into(), call_info),
        ("Alert-Info".into(), alert_info),
    ]
}

/// Whether a refusal says that no phone is there, rather than that its user does not want the call.
pub(super) fn nobody_is_there(status: u16) -> bool {
    matches!(status, 404 | 408 | 410 | 430 | 480 | 500..=599)
}

pub(super) fn why_refused(status: u16, by_us: bool) -> String {
    match status {
        _ if by_us => "the phone was not picked up".to_owned(),
        408 => "the phone does not answer".to_owned(),
        486 | 600 => "the phone is busy".to_owned(),
        603 => "the call was declined at the phone".to_owned(),
        503 => "the phone cannot be reached".to_owned(),
        _ => format!("the phone refused the call (SIP {status})"),
    }
}
