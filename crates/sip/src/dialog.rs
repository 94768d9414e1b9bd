//! Dialogs (RFC 3261 section 12): what both sides of a call agreed to call it, and the requests
//! inside it. Knows nothing of transactions.

use crate::endpoint::{Flow, Transport};
use crate::message::{Method, NameAddr, Request, Response};
use crate::uri::{Scheme, Uri};
use std::net::{IpAddr, SocketAddr};

/// Call-ID and both tags, local first.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct DialogId {
    pub(crate) call_id: String,
    pub(crate) local_tag: String,
    /// Empty if the other side follows RFC 2543.
    pub(crate) remote_tag: String,
}

/// One side's state of a dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dialog {
    pub(crate) id: DialogId,
    /// Our address, with our tag.
    pub(crate) local: NameAddr,
    /// Theirs, with theirs.
    pub(crate) remote: NameAddr,
    /// Their Contact.
    pub(crate) target: Uri,
    /// Next hop first.
    pub(crate) routes: Vec<NameAddr>,
    /// CSeq of our latest request.
    pub(crate) local_cseq: u32,
    /// CSeq of their latest request.
    pub(crate) remote_cseq: Option<u32>,
    /// How the dialog began.
    pub(crate) flow: Flow,
    /// Whether requests stay on `flow` because their Contact is an address behind a NAT.
    pub(crate) pinned: bool,
}

impl DialogId {
    /// The dialog that a request from the other side names.
    pub(crate) fn of_request(request: &Request) -> Option<Self> {
        let headers = &request.headers;
        Some(Self {
            call_id: headers.call_id().ok()?.to_owned(),
            local_tag: headers.to().ok()?.tag()?.to_owned(),
            remote_tag: headers.from().ok()?.tag().unwrap_or("").to_owned(),
        })
    }

    /// The dialog that a request of ours names.
    pub(crate) fn of_own(request: &Request) -> Option<Self> {
        let headers = &request.headers;
        Some(Self {
            call_id: headers.call_id().ok()?.to_owned(),
            local_tag: headers.from().ok()?.tag()?.to_owned(),
            remote_tag: headers.to().ok()?.tag().unwrap_or("").to_owned(),
        })
    }
}

impl Dialog {
    /// The caller's side (section 12.1.2), from its INVITE and a response to it.
    pub(crate) fn of_caller(invite: &Request, response: &Response, flow: Flow) -> Option<Self> {
        let local = invite.headers.from().ok()?;
        let remote = response.headers.to().ok()?;
        let contact = response.headers.contacts().ok()?.into_iter().next();
        let mut routes = response.headers.record_routes().ok()?;
        routes.reverse();
        let asked_for = invite.uri.socket_addr();
        let pinned = asked_for.is_some_and(|address| address != flow.remote);
        Some(Self {
            id: DialogId {
                call_id: invite.headers.call_id().ok()?.to_owned(),
                local_tag: local.tag()?.to_owned(),
                remote_tag: remote.tag().unwrap_or("").to_owned(),
            },
            local,
            remote,
            // Without Contact there is nothing better than where the INVITE went.
            target: contact.map_or_else(|| invite.uri.clone(), |contact| contact.uri),
            routes,
            local_cseq: invite.headers.cseq().ok()?.number,
            remote_cseq: None,
            flow,
            pinned,
        })
    }

    /// The callee's side (section 12.1.1), from an INVITE that came over `flow`.
    pub(crate) fn of_callee(invite: &Request, local_tag: &str, flow: Flow) -> Option<Self> {
        let mut local = invite.headers.to().ok()?;
        local.set_tag(local_tag);
        let remote = invite.headers.from().ok()?;
        let contact = invite.headers.contacts().ok()?.into_iter().next();
        let sent_by = invite.headers.via_top().ok()?;
        let told = sent_by
            .host
            .ip()
            .map(|ip| SocketAddr::new(ip, sent_by.port.unwrap_or(5060)));
        let pinned = told.is_some_and(|address| address != flow.remote)
            && invite.headers.vias().is_ok_and(|vias| vias.len() == 1);
        Some(Self {
            id: DialogId {
                call_id: invite.headers.call_id().ok()?.to_owned(),
                local_tag: local_tag.to_owned(),
                remote_tag: remote.tag().unwrap_or("").to_owned(),
            },
            target: contact.map_or_else(|| remote.uri.clone(), |contact| contact.uri),
            local,
            remote,
            routes: invite.headers.record_routes().ok()?,
            local_cseq: 0,
            remote_cseq: Some(invite.headers.cseq().ok()?.number),
            flow,
            pinned,
        })
    }

    /// The next request of ours, without Via and Contact (section 12.2.1.1).
    pub(crate) fn request(&mut self, method: Method) -> Request {
        self.local_cseq += 1;
        self.build(method, self.local_cseq)
    }

    /// The ACK for the 2xx to our INVITE with `cseq`, without Via.
    pub(crate) fn ack(&self, cseq: u32) -> Request {
        self.build(Method::Ack, cseq)
    }

    fn build(&self, method: Method, cseq: u32) -> Request {
        let mut uri = self.target.clone();
        uri.headers.clear();
        let mut routes = self.routes.clone();
        // A strict router takes the place of the target, which goes to the end of the route.
        if let Some(first) = routes.first()
            && !first.uri.is_loose_router()
        {
            let strict = routes.remove(0).uri;
            routes.push(NameAddr::new(uri));
            uri = strict;
            uri.headers.clear();
        }
        let mut request = Request::new(method, uri);
        let headers = &mut request.headers;
        headers.push("Max-Forwards", "70");
        for route in &routes {
            headers.push("Route", route.to_string());
        }
        headers.push("From", self.local.to_string());
        headers.push("To", self.remote.to_string());
        headers.push("Call-ID", self.id.call_id.as_str());
        headers.push("CSeq", format!("{cseq} {}", request.method));
        request
    }

    /// Where the next request goes: to the first route or the target if that is an address that
    /// can be reached from here, else where the dialog began.
    pub(crate) fn next_hop(&self) -> Flow {
        if self.pinned {
            return self.flow;
        }
        // Nobody can be called back at a WebSocket, and what began in private stays so: a Contact
        // that names another way would lead a call out of TLS.
        if self.flow.transport.is_theirs_to_open() {
            return self.flow;
        }
        let uri = self.routes.first().map_or(&self.target, |route| &route.uri);
        let Some(address) = uri.socket_addr() else {
            return self.flow;
        };
        let named = uri.params.get("transport").and_then(Transport::named);
        let transport = match named {
            _ if uri.scheme == Scheme::Sips => Transport::Tls,
            Some(Transport::Ws | Transport::Wss) => return self.flow,
            Some(named) => named,
            None => self.flow.transport,
        };
        if self.flow.transport.is_secure() && !transport.is_secure() {
            return self.flow;
        }
        let same_host = address.ip() == self.flow.remote.ip();
        // A stream to that host is open already, whatever port its own end has.
        let stream_is_open = same_host && self.flow.transport.is_connected();
        if stream_is_open || !is_reachable_like(address.ip(), self.flow.remote.ip()) {
            return self.flow;
        }
        Flow {
            transport,
            remote: address,
        }
    }

    /// Takes over the Contact of a re-INVITE or UPDATE or its answer (a target refresh).
    pub(crate) fn refresh_target(&mut self, contact: Option<&NameAddr>) {
        if let Some(contact) = contact {
            self.target = contact.uri.clone();
        }
    }
}

/// Whether `told` can be meant, given that the peer was seen at `seen`: a private address told by a
/// peer with a public one is behind its NAT.
fn is_reachable_like(told: IpAddr, seen: IpAddr) -> bool {
    if told.is_unspecified() || told.is_multicast() || told.is_ipv4() != seen.is_ipv4() {
        return false;
    }
    !is_local(told) || is_local(seen)
}

fn is_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Message, parse_datagram};

    const INVITE: &str = "INVITE sip:bob@192.0.2.9 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa\r\nFrom: <sip:alice@a>;tag=1\r\nTo: <sip:bob@b>\r\nCall-ID: c\r\nCSeq: 7 INVITE\r\nContact: <sip:alice@192.0.2.1:5070>\r\nRecord-Route: <sip:192.0.2.50;lr>, <sip:192.0.2.51;lr>\r\n\r\n";

    fn invite(text: &str) -> Request {
        match parse_datagram(text.as_bytes()) {
            Ok(Message::Request(request)) => request,
            other => panic!("{other:?}"),
        }
    }

    fn flow(address: &str) -> Flow {
        Flow {
            transport: Transport::Udp,
            remote: address.parse().expect("an address"),
        }
    }

    #[test]
    fn the_callee_takes_the_routes_in_order_and_the_caller_in_reverse() {
        let request = invite(INVITE);
        let callee = Dialog::of_callee(&request, "2", flow("192.0.2.1:5060")).expect("a dialog");
        assert_eq!(callee.routes[0].uri.to_string(), "sip:192.0.2.50;lr");
        assert_eq!(callee.next_hop(), flow("192.0.2.50:5060"));
        let mut response = Response::to_request(&request, crate::message::Status::OK);
        response.headers.push("Record-Route", INVITE_ROUTES);
        let caller = Dialog::of_caller(&request, &response, flow("192.0.2.9:5060"));
        let caller = caller.expect("a dialog");
        assert_eq!(caller.routes[0].uri.to_string(), "sip:192.0.2.51;lr");
        assert_eq!(caller.local_cseq, 7);
    }

    const INVITE_ROUTES: &str = "<sip:192.0.2.50;lr>, <sip:192.0.2.51;lr>";

    #[test]
    fn a_strict_router_swaps_places_with_the_target() {
        let text = INVITE.replace(";lr", "");
        let mut dialog =
            Dialog::of_callee(&invite(&text), "2", flow("192.0.2.1:5060")).expect("a dialog");
        let bye = dialog.request(Method::Bye);
        assert_eq!(bye.uri.to_string(), "sip:192.0.2.50");
        let routes = bye.headers.routes().expect("routes");
        assert_eq!(routes[0].uri.to_string(), "sip:192.0.2.51");
        assert_eq!(routes[1].uri.to_string(), "sip:alice@192.0.2.1:5070");
    }

    #[test]
    fn a_contact_behind_a_nat_is_reached_where_it_came_from() {
        let text = INVITE
            .replace("Record-Route", "X-Route")
            .replace("alice@192.0.2.1:5070", "alice@10.0.0.7:5060");
        let dialog = Dialog::of_callee(&invite(&text), "2", flow("192.0.2.1:5060"));
        assert_eq!(dialog.expect("a dialog").next_hop(), flow("192.0.2.1:5060"));
        let text = text.replace("UDP 192.0.2.1:5060", "UDP 10.0.0.7:5060");
        let dialog = Dialog::of_callee(&invite(&text), "2", flow("192.0.2.1:40000"));
        assert_eq!(
            dialog.expect("a dialog").next_hop(),
            flow("192.0.2.1:40000")
        );
    }

    #[test]
    fn a_dialog_never_leaves_its_websocket_nor_falls_out_of_tls() {
        let dialog_at = |contact: &str, transport| {
            let text = INVITE
                .replace("Record-Route", "X-Route")
                .replace("sip:alice@192.0.2.1:5070", contact);
            let flow = Flow {
                transport,
                remote: "192.0.2.1:5060".parse().expect("an address"),
            };
            let dialog = Dialog::of_callee(&invite(&text), "2", flow).expect("a dialog");
            (dialog.next_hop(), flow)
        };
        for (contact, transport) in [
            (
                "sip:alice@df7jal23ls0d.invalid;transport=ws",
                Transport::Wss,
            ),
            ("sip:alice@192.0.2.9:5070", Transport::Ws),
            ("sip:alice@192.0.2.9:5070;transport=udp", Transport::Tls),
            ("sip:alice@192.0.2.9:5070;transport=ws", Transport::Tcp),
        ] {
            let (hop, flow) = dialog_at(contact, transport);
            assert_eq!(hop, flow, "{contact}");
        }
        let (hop, _) = dialog_at("sips:alice@192.0.2.9", Transport::Tls);
        assert_eq!(hop.remote, "192.0.2.9:5061".parse().expect("an address"));
        assert_eq!(hop.transport, Transport::Tls);
    }
}
