//! A trunk as signalling sees it: its addresses, and who calls whom on its INVITEs, as the carrier
//! wants it written (RFC 3261 section 8.1.1, RFC 3323, RFC 3325, RFC 5806, RFC 7044).

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use domain::{AttemptId, HeaderWords, PhoneNumber, Trunk, TrunkTransport, written};
use sip::endpoint::{Flow, NewCall};
use sip::message::NameAddr;
use sip::uri::{Host, Uri};

use crate::ids::CallIds;

/// What an INVITE over a trunk says of the call.
#[derive(Clone, Debug)]
pub(crate) struct Outbound {
    pub(crate) request_uri: Uri,
    pub(crate) from: NameAddr,
    /// Fields beyond those that SIP asks for.
    pub(crate) headers: Vec<(String, String)>,
}

impl Outbound {
    /// `None` where the trunk's host is no host.
    pub(crate) fn of(
        trunk: &Trunk,
        attempt: AttemptId,
        phone: PhoneNumber,
        caller_id: PhoneNumber,
        domain: &Host,
    ) -> Option<Outbound> {
        let called = written(&trunk.called, phone);
        let calling = written(&trunk.calling, caller_id);
        let request_uri = uri_of(trunk, Some(&called))?;
        let identity = &trunk.identity;
        let ours = match &identity.from_domain {
            Some(host) => host_of(host)?,
            None => domain.clone(),
        };
        let caller = NameAddr::new(Uri::sip(Some(&calling), ours.clone(), None));
        let from = match (&identity.from_user, identity.private) {
            (_, true) => anonymous(),
            (Some(user), false) => NameAddr::new(Uri::sip(Some(user), ours.clone(), None)),
            (None, false) => caller.clone(),
        };
        let mut headers = identity_fields(trunk, &caller, &request_uri, &ours);
        let words = HeaderWords {
            called: &called,
            calling: &calling,
            attempt: &attempt.to_string(),
            trunk: &trunk.name,
        };
        for rule in &trunk.headers {
            rule.apply(&mut headers, &words);
        }
        Some(Outbound {
            request_uri,
            from,
            headers,
        })
    }

    /// The INVITE to one of the trunk's addresses, ready to be sent.
    pub(crate) fn into_call(
        self,
        trunk: &Trunk,
        flow: Flow,
        ids: CallIds,
        offer: String,
        ring_timeout: Duration,
    ) -> NewCall {
        let credentials = trunk.credentials.as_ref();
        NewCall {
            flow,
            to: NameAddr::new(self.request_uri.clone()),
            request_uri: self.request_uri,
            headers: self.headers,
            from: self.from,
            call_id: Some(ids.call_id),
            from_tag: Some(ids.from_tag),
            branch: Some(ids.branch),
            offer,
            credentials: credentials.map(|(user, word)| (user.clone(), word.expose().to_owned())),
            ring_timeout,
        }
    }
}

/// What an INVITE over a trunk would say, as text, for those who set one up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitePreview {
    /// The Request-URI.
    pub request_uri: String,
    /// From, without its tag.
    pub from: String,
    /// To.
    pub to: String,
    /// The fields beyond those that SIP asks for, in order.
    pub headers: Vec<(String, String)>,
}

/// What an INVITE over a trunk would say; `None` where its host, or `domain` (ours), is no host.
pub fn preview(
    trunk: &Trunk,
    phone: PhoneNumber,
    caller_id: PhoneNumber,
    domain: &str,
) -> Option<InvitePreview> {
    let sent = Outbound::of(
        trunk,
        AttemptId::new(0),
        phone,
        caller_id,
        &host_of(domain)?,
    )?;
    Some(InvitePreview {
        to: NameAddr::new(sent.request_uri.clone()).to_string(),
        request_uri: sent.request_uri.to_string(),
        from: sent.from.to_string(),
        headers: sent.headers,
    })
}

/// The From of RFC 3323 section 4.1.
fn anonymous() -> NameAddr {
    let nowhere = Host::Name("anonymous.invalid".to_owned());
    let mut from = NameAddr::new(Uri::sip(Some("anonymous"), nowhere, None));
    from.display = Some("Anonymous".to_owned());
    from
}

/// Who calls, in the fields that carriers read beside From.
fn identity_fields(
    trunk: &Trunk,
    caller: &NameAddr,
    request_uri: &Uri,
    ours: &Host,
) -> Vec<(String, String)> {
    let identity = &trunk.identity;
    let mut fields = Vec::new();
    let mut push = |name: &str, value: String| fields.push((name.to_owned(), value));
    if identity.asserted {
        push("P-Asserted-Identity", caller.to_string());
    }
    if identity.remote_party {
        let privacy = if identity.private { "full" } else { "off" };
        push(
            "Remote-Party-ID",
            format!("{caller};party=calling;screen=yes;privacy={privacy}"),
        );
    }
    if identity.private {
        push("Privacy", "id".to_owned());
    }
    if let Some(number) = identity.diversion {
        let user = written(&trunk.calling, number);
        let diverted = NameAddr::new(Uri::sip(Some(&user), ours.clone(), None));
        push("Diversion", format!("{diverted};reason=unconditional"));
        if identity.history_info {
            // The number first called, and the one it was forwarded to (RFC 7044 section 5).
            push(
                "History-Info",
                format!("{diverted};index=1, <{request_uri}>;index=1.1;mp=1"),
            );
        }
    }
    fields
}

/// The trunk's own address.
pub(crate) fn uri(trunk: &Trunk) -> Option<Uri> {
    uri_of(trunk, None)
}

fn uri_of(trunk: &Trunk, user: Option<&str>) -> Option<Uri> {
    // A port that was found is the network's business (RFC 3263).
    let port = Some(trunk.port).filter(|port| *port != 0);
    let uri = Uri::sip(user, host_of(&trunk.host)?, port);
    Some(match trunk.transport {
        TrunkTransport::Udp => uri,
        TrunkTransport::Tcp => uri.with_param("transport", Some("tcp")),
        TrunkTransport::Tls => uri.with_param("transport", Some("tls")),
    })
}

/// Where a carrier is heard who says nothing of it.
pub(crate) fn default_port(transport: TrunkTransport) -> u16 {
    match transport {
        TrunkTransport::Udp | TrunkTransport::Tcp => 5060,
        TrunkTransport::Tls => 5061,
    }
}

/// The address if the host is written as one: nothing to look up then.
pub(crate) fn literal_address(trunk: &Trunk) -> Option<SocketAddr> {
    let port = match trunk.port {
        0 => default_port(trunk.transport),
        port => port,
    };
    let ip = host_of(&trunk.host)?.ip()?;
    Some(SocketAddr::new(ip, port))
}

/// Reads a host as people write it, IPv6 with or without brackets.
pub(crate) fn host_of(text: &str) -> Option<Host> {
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Some(ip.into());
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{CallerIdentity, NumberRule, TrunkId};

    fn trunk(host: &str, prefix: &str, transport: TrunkTransport) -> Trunk {
        let rule = NumberRule::put_before_all(prefix);
        Trunk {
            port: 5070,
            transport,
            called: if prefix.is_empty() {
                Vec::new()
            } else {
                vec![rule]
            },
            ..Trunk::new(TrunkId::new(1), "carrier", host)
        }
    }

    fn invite(trunk: &Trunk) -> Option<Outbound> {
        let number = |text| PhoneNumber::from_e164(text).expect("a number");
        let (phone, caller) = (number("+573001234567"), number("+576015550100"));
        let domain = Host::Name("ours.example".into());
        Outbound::of(trunk, AttemptId::new(7), phone, caller, &domain)
    }

    fn dialed(host: &str, prefix: &str, transport: TrunkTransport) -> Option<String> {
        invite(&trunk(host, prefix, transport)).map(|sent| sent.request_uri.to_string())
    }

    fn fields(trunk: &Trunk) -> Vec<String> {
        let sent = invite(trunk).expect("the host is one");
        let from = [format!("From: {}", sent.from)].into_iter();
        from.chain(
            sent.headers
                .iter()
                .map(|(name, value)| format!("{name}: {value}")),
        )
        .collect()
    }

    #[test]
    fn a_number_is_dialed_as_the_trunk_wants_it() {
        use TrunkTransport::{Tcp, Tls, Udp};
        for (host, prefix, transport, uri) in [
            ("10.0.0.1", "", Udp, "sip:+573001234567@10.0.0.1:5070"),
            (
                "sip.example",
                "99",
                Udp,
                "sip:99573001234567@sip.example:5070",
            ),
            (
                "2001:db8::1",
                "",
                Udp,
                "sip:+573001234567@[2001:db8::1]:5070",
            ),
            (
                "h.example",
                "",
                Tcp,
                "sip:+573001234567@h.example:5070;transport=tcp",
            ),
            (
                "h.example",
                "",
                Tls,
                "sip:+573001234567@h.example:5070;transport=tls",
            ),
        ] {
            assert_eq!(dialed(host, prefix, transport).as_deref(), Some(uri));
        }
    }

    #[test]
    fn a_host_that_is_none_gives_no_address() {
        for host in ["", "a b", "x>y", "h;transport=tcp", "h\r\nVia: x"] {
            assert_eq!(dialed(host, "", TrunkTransport::Udp), None, "{host:?}");
        }
    }

    #[test]
    fn the_caller_is_told_as_the_carrier_wants_it() {
        let mut trunk = trunk("10.0.0.1", "", TrunkTransport::Udp);
        assert_eq!(
            fields(&trunk),
            [
                "From: <sip:+576015550100@ours.example>",
                "P-Asserted-Identity: <sip:+576015550100@ours.example>",
            ]
        );
        trunk.calling = vec!["+57 strip 2".parse().expect("a rule")];
        trunk.identity = CallerIdentity {
            from_user: Some("account".into()),
            from_domain: Some("theirs.example".into()),
            remote_party: true,
            diversion: PhoneNumber::from_e164("+576017770000").ok(),
            history_info: true,
            ..CallerIdentity::default()
        };
        assert_eq!(
            fields(&trunk),
            [
                "From: <sip:account@theirs.example>",
                "P-Asserted-Identity: <sip:6015550100@theirs.example>",
                "Remote-Party-ID: <sip:6015550100@theirs.example>;party=calling;screen=yes;privacy=off",
                "Diversion: <sip:6017770000@theirs.example>;reason=unconditional",
                "History-Info: <sip:6017770000@theirs.example>;index=1, \
                 <sip:+573001234567@10.0.0.1:5070>;index=1.1;mp=1",
            ]
        );
    }

    #[test]
    fn a_private_caller_is_known_to_the_carrier_alone() {
        let mut trunk = trunk("10.0.0.1", "", TrunkTransport::Udp);
        trunk.identity.private = true;
        trunk.headers = vec!["add X-Attempt: {attempt} {trunk}".parse().expect("a rule")];
        assert_eq!(
            fields(&trunk),
            [
                "From: \"Anonymous\" <sip:anonymous@anonymous.invalid>",
                "P-Asserted-Identity: <sip:+576015550100@ours.example>",
                "Privacy: id",
                "X-Attempt: 7 carrier",
            ]
        );
    }

    #[test]
    fn only_a_written_address_needs_no_look_up() {
        let address = |host| literal_address(&trunk(host, "", TrunkTransport::Udp));
        assert_eq!(address("10.0.0.1"), Some(([10, 0, 0, 1], 5070).into()));
        assert!(address("[2001:db8::1]").is_some());
        assert_eq!(address("sip.example"), None);
    }
}
