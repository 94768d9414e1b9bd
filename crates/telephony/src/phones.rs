//! Agents as configured and their registered phones.

use std::time::{Instant, SystemTime};

use ::sip::endpoint::{Binding, Flow, Transport};
use domain::{AgentId, AgentProfile, Secret, Timestamp};
use engine::LineEvent;

use crate::exchange::Exchange;
use crate::lines::Line;
use crate::{BindingRecord, Report};

/// First word of a record: the version of its form.
const VERSION: &str = "1";
/// Restored phones whose agent is not known yet; more than any node serves.
const WAITING_MAX: usize = 20_000;

impl Exchange {
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
        if let Some(line) = self.lines.remove(&id) {
            self.close_account(&line.profile.sip_user);
        }
    }

    fn close_account(&mut self, user: &str) {
        self.users.remove(user);
        self.endpoint.set_account(user, None);
        self.report(Report::BindingGone {
            user: user.to_owned(),
        });
    }

    /// A phone registered or refreshed.
    pub(crate) fn phone_registered(&mut self, _now: Instant, binding: &Binding) {
        if binding.flow.transport.is_connected() {
            self.known_flows.push(binding.flow);
        }
        self.report(Report::Binding(write_binding(binding)));
        if let Some(&agent) = self.users.get(&binding.user) {
            self.phone_found(agent);
        }
    }

    /// A user's last registration went.
    pub(crate) fn phone_gone(&mut self, user: &str) {
        self.report(Report::BindingGone {
            user: user.to_owned(),
        });
        if let Some(&agent) = self.users.get(user) {
            self.phone_lost(agent);
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
            self.bindings.push(binding);
        }
        let Some(&agent) = self.users.get(&record.user) else {
            return;
        };
        self.take_back_bindings(now, &record.user);
        if !self.endpoint.bindings(&record.user).is_empty() {
            self.phone_found(agent);
        }
    }

    fn take_back_bindings(&mut self, now: Instant, user: &str) {
        let waiting = std::mem::take(&mut self.bindings);
        for binding in waiting {
            if binding.user == user {
                self.endpoint.restore_binding(now, binding);
            } else {
                self.bindings.push(binding);
            }
        }
    }
}

/// `1 udp 10.0.0.7:5062 7 CALL-ID CONTACT`: version, transport, source, CSeq, Call-ID, Contact.
fn write_binding(binding: &Binding) -> BindingRecord {
    let transport = binding.flow.transport.name().to_ascii_lowercase();
    BindingRecord {
        user: binding.user.clone(),
        line: format!(
            "{VERSION} {transport} {} {} {} {}",
            binding.flow.remote, binding.cseq, binding.call_id, binding.contact
        ),
        expires_at: wall_clock() + binding.expires_in,
    }
}

/// `None` for what this version did not write. What has lapsed has no time left.
fn read_binding(record: &BindingRecord) -> Option<Binding> {
    let mut words = record.line.splitn(6, ' ');
    (words.next()? == VERSION).then_some(())?;
    let transport = Transport::named(words.next()?)?;
    let remote = words.next()?.parse().ok()?;
    Some(Binding {
        user: record.user.clone(),
        flow: Flow { transport, remote },
        cseq: words.next()?.parse().ok()?,
        call_id: words.next()?.to_owned(),
        contact: words.next()?.parse().ok()?,
        expires_in: record.expires_at.since(wall_clock()),
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
        }
    }

    #[test]
    fn a_registration_is_read_back_as_written() {
        let read = read_binding(&write_binding(&binding())).expect("our own record");
        assert!(read.expires_in <= Duration::from_secs(60));
        assert!(read.expires_in > Duration::from_secs(50));
        let expires_in = binding().expires_in;
        assert_eq!(Binding { expires_in, ..read }, binding());
    }

    #[test]
    fn what_is_no_registration_is_refused() {
        for line in [
            "",
            "1",
            "2 udp 1.2.3.4:5 1 c sip:a@b",
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
