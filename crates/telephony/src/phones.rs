//! Agents as configured and their registered phones.

use std::time::{Duration, Instant, SystemTime};

use ::sip::endpoint::{Binding, Flow, NewCall, Transport};
use ::sip::message::NameAddr;
use ::sip::uri::Uri;
use domain::{AgentId, AgentProfile, DestinationPlace, Secret, Timestamp};
use engine::LineEvent;

use crate::exchange::Exchange;
use crate::lines::Line;
use crate::{BindingRecord, Report};

/// First word of a record: the version of its form.
const VERSION: &str = "2";
/// The form before flows and paths; what it lacks was not there.
const FORMER: &str = "1";
/// Stands where a registration says nothing.
const NOTHING: &str = "-";
/// Users with restored phones whose agent is not known yet; more than any node serves.
const WAITING_MAX: usize = 20_000;

impl Exchange {
    /// The INVITE to a phone that registered under `user`, by the way it registered (RFC 3327).
    pub(crate) fn phone_call(
        &self,
        user: &str,
        binding: &Binding,
        offer: String,
        ring_timeout: Duration,
        more_headers: Vec<(String, String)>,
    ) -> NewCall {
        let route = |hop: &NameAddr| ("Route".to_owned(), hop.to_string());
        let mut headers: Vec<_> = binding.path.iter().map(route).collect();
        headers.extend(more_headers);
        let at = |user| NameAddr::new(Uri::sip(Some(user), self.address.domain.clone(), None));
        let mut from = at("cadencia");
        from.display = Some("Cadencia".to_owned());
        NewCall {
            flow: binding.flow,
            request_uri: binding.contact.clone(),
            from,
            to: at(user),
            call_id: None,
            from_tag: None,
            branch: None,
            offer,
            credentials: None,
            ring_timeout,
            headers,
        }
    }

    pub(crate) fn set_agent(&mut self, now: Instant, profile: AgentProfile, password: &Secret) {
        let (id, user) = (profile.id, profile.sip_user.clone());
        let former = self
            .lines
            .get(&id)
            .map(|line| line.profile.sip_user.clone());
        if let Some(former) = former.filter(|former| *former != user) {
            self.close_account(&former);
            self.phone_lost(id);
        }
        self.endpoint.set_account(&user, Some(password.expose()));
        self.users.insert(user.clone(), id);
        self.lines
            .entry(id)
            .and_modify(|line| line.profile = profile.clone())
            .or_insert_with(|| Line::new(profile));
        self.take_back_bindings(now, &user);
        if !self.endpoint.bindings(&user).is_empty() {
            self.phone_found(id);
        }
    }

    pub(crate) fn remove_agent(&mut self, now: Instant, id: AgentId) {
        self.hang_up_phone(now, id);
        self.end_browser_line(id, "the agent was removed");
        if let Some(line) = self.lines.remove(&id) {
            self.close_account(&line.profile.sip_user);
        }
    }

    pub(crate) fn close_account(&mut self, user: &str) {
        self.users.remove(user);
        self.endpoint.set_account(user, None);
        self.moved.insert(user.to_owned());
    }

    /// A phone registered or refreshed.
    pub(crate) fn phone_registered(&mut self, _now: Instant, binding: &Binding) {
        if binding.flow.transport.is_connected() {
            self.known_flows.push(binding.flow);
        }
        self.moved.insert(binding.user.clone());
        if let Some(&agent) = self.users.get(&binding.user) {
            self.phone_found(agent);
        }
    }

    /// A registration of a user went, perhaps the last.
    pub(crate) fn phone_gone(&mut self, user: String, last: bool) {
        if last && let Some(&agent) = self.users.get(&user) {
            self.phone_lost(agent);
        }
        self.moved.insert(user);
    }

    /// Reports where phones are whose users moved.
    pub(crate) fn report_phones(&mut self) {
        for user in std::mem::take(&mut self.moved) {
            let bindings = self.endpoint.bindings(&user);
            let phones = bindings.iter().filter_map(write_binding).collect();
            self.report(Report::Phones { user, phones });
        }
    }

    fn phone_found(&mut self, agent: AgentId) {
        if let Some(line) = self.lines.get_mut(&agent)
            && !std::mem::replace(&mut line.registered, true)
        {
            self.report_line(agent, LineEvent::Registered);
        }
    }

    fn phone_lost(&mut self, agent: AgentId) {
        if let Some(line) = self.lines.get_mut(&agent)
            && std::mem::replace(&mut line.registered, false)
        {
            // A page that is the phone is one as well.
            if line.has_page() {
                return;
            }
            self.report_line(agent, LineEvent::Unregistered);
            if self.lower_per_call(agent) {
                self.line_down(agent, "the phone is not registered any more");
            }
        }
    }

    pub(crate) fn restore_binding(&mut self, now: Instant, record: &BindingRecord) {
        let Some(binding) = read_binding(record) else {
            tracing::warn!(user = %record.user, "a registration of an earlier life is unreadable");
            return;
        };
        // A connection did not outlive the process; the phone registers when it notices.
        if binding.expires_in.is_zero() || binding.flow.transport.is_connected() {
            return;
        }
        if self.bindings.len() < WAITING_MAX {
            let of_user = self.bindings.entry(record.user.clone()).or_default();
            of_user.push(binding);
        }
        let agent = self.users.get(&record.user).copied();
        if agent.is_none() && !self.is_destination(&record.user) {
            return;
        }
        self.take_back_bindings(now, &record.user);
        if let Some(agent) = agent
            && !self.endpoint.bindings(&record.user).is_empty()
        {
            self.phone_found(agent);
        }
    }

    /// Whether calls are handed to a phone of this user.
    fn is_destination(&self, user: &str) -> bool {
        let is_it =
            |place: &DestinationPlace| matches!(place, DestinationPlace::Phone(of) if of == user);
        let mut all = self.destinations.values();
        all.any(|destination| is_it(&destination.place))
    }

    pub(crate) fn take_back_bindings(&mut self, now: Instant, user: &str) {
        for binding in self.bindings.remove(user).unwrap_or_default() {
            self.endpoint.restore_binding(now, binding);
        }
    }
}

/// `2 udp 10.0.0.7:5062 7 CALL-ID CONTACT REG-ID INSTANCE PATH...`: version, transport, source,
/// CSeq, Call-ID, Contact, flow, proxies. `None` for what does not fit into words: such a phone is
/// found again when it registers again.
fn write_binding(binding: &Binding) -> Option<BindingRecord> {
    let number = binding.reg_id.map(|number| number.to_string());
    let mut words = vec![
        VERSION.to_owned(),
        binding.flow.transport.name().to_ascii_lowercase(),
        binding.flow.remote.to_string(),
        binding.cseq.to_string(),
        binding.call_id.clone(),
        binding.contact.to_string(),
        number.unwrap_or_else(|| NOTHING.to_owned()),
        binding
            .instance
            .clone()
            .unwrap_or_else(|| NOTHING.to_owned()),
    ];
    words.extend(binding.path.iter().map(NameAddr::to_string));
    let sound = |word: &String| !word.is_empty() && !word.contains(char::is_whitespace);
    words.iter().all(sound).then(|| BindingRecord {
        user: binding.user.clone(),
        line: words.join(" "),
        expires_at: wall_clock() + binding.expires_in,
    })
}

/// `None` for what no version wrote. What has lapsed has no time left.
fn read_binding(record: &BindingRecord) -> Option<Binding> {
    let mut words = record.line.split(' ');
    [VERSION, FORMER].contains(&words.next()?).then_some(())?;
    let transport = Transport::named(words.next()?)?;
    let remote = words.next()?.parse().ok()?;
    Some(Binding {
        user: record.user.clone(),
        flow: Flow { transport, remote },
        cseq: words.next()?.parse().ok()?,
        call_id: words.next()?.to_owned(),
        contact: words.next()?.parse().ok()?,
        expires_in: record.expires_at.since(wall_clock()),
        reg_id: words.next().and_then(|word| word.parse().ok()),
        instance: words
            .next()
            .filter(|word| *word != NOTHING)
            .map(str::to_owned),
        path: words.map(|word| word.parse().ok()).collect::<Option<_>>()?,
    })
}

/// Only for what must mean the same after a restart; all timers are monotonic.
fn wall_clock() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::default() + since
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn binding() -> Binding {
        Binding {
            user: "adv1".into(),
            contact: "sip:adv1@10.0.0.7:5062;transport=udp"
                .parse()
                .expect("a SIP URI"),
            flow: Flow {
                transport: Transport::Udp,
                remote: ([10, 0, 0, 7], 5062).into(),
            },
            expires_in: Duration::from_secs(60),
            call_id: "x@phone".into(),
            cseq: 7,
            instance: None,
            reg_id: None,
            path: Vec::new(),
        }
    }

    #[test]
    fn a_registration_is_read_back_as_written() {
        let plain = binding();
        let far = Binding {
            instance: Some("<urn:uuid:1>".into()),
            reg_id: Some(2),
            path: vec!["<sip:10.0.0.5;lr;ob>".parse().expect("an address")],
            ..binding()
        };
        for wanted in [plain, far] {
            let record = write_binding(&wanted).expect("it fits into words");
            let read = read_binding(&record).expect("our own record");
            assert!(read.expires_in <= Duration::from_secs(60));
            assert!(read.expires_in > Duration::from_secs(50));
            let expires_in = wanted.expires_in;
            assert_eq!(Binding { expires_in, ..read }, wanted);
        }
        let former = BindingRecord {
            user: "adv1".into(),
            line: "1 udp 10.0.0.7:5062 7 x@phone sip:adv1@10.0.0.7:5062;transport=udp".into(),
            expires_at: wall_clock(),
        };
        assert_eq!(read_binding(&former).map(|read| read.cseq), Some(7));
        let spaced = Binding {
            instance: Some("a b".into()),
            ..binding()
        };
        assert_eq!(write_binding(&spaced), None);
    }

    #[test]
    fn what_is_no_registration_is_refused() {
        for line in [
            "",
            "1",
            "3 udp 1.2.3.4:5 1 c sip:a@b",
            "1 udp x 1 c sip:a@b",
            "1 udp 1.2.3.4:5 1 c",
        ] {
            let record = BindingRecord {
                user: "adv1".into(),
                line: line.into(),
                expires_at: wall_clock(),
            };
            assert_eq!(read_binding(&record), None, "{line:?}");
        }
    }
}
