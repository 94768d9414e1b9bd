//! A carrier that says what a test tells it to, word by word, with an audio port of its own.

use std::net::SocketAddr;

use sip::message::{Message, Method, Request, Response, Status, parse_datagram};
use sip::uri::Uri;
use tokio::net::UdpSocket;
use tokio::time::timeout;

use crate::floor::PATIENCE;

/// A carrier without a mind of its own.
pub(crate) struct Scripted {
    signalling: UdpSocket,
    pub(crate) audio: UdpSocket,
    node: SocketAddr,
    sequence: u16,
}

/// A call to it.
pub(crate) struct Dialog {
    pub(crate) invite: Request,
    tag: String,
    cseq: u32,
}

impl Scripted {
    pub(crate) async fn start(node: SocketAddr) -> Scripted {
        let bind = || UdpSocket::bind("127.0.0.1:0");
        Scripted {
            signalling: bind().await.expect("loopback"),
            audio: bind().await.expect("loopback"),
            node,
            sequence: 1,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.signalling.local_addr().expect("bound")
    }

    /// Its side of the session, as these lines of the stream say.
    pub(crate) fn sdp(&self, formats: &str, lines: &str) -> String {
        let port = self.audio.local_addr().expect("bound").port();
        self.sdp_at("127.0.0.1", port, formats, lines)
    }

    pub(crate) fn sdp_at(&self, ip: &str, port: u16, formats: &str, lines: &str) -> String {
        format!(
            "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 {ip}\r\nt=0 0\r\n\
             m=audio {port} RTP/AVP {formats}\r\na=rtpmap:101 telephone-event/8000\r\n{lines}"
        )
    }

    /// The next message that fits; repetitions and others before it are passed over.
    async fn hears(&self, fits: impl Fn(&Message) -> bool) -> Message {
        let mut buffer = [0; 4096];
        let heard = async {
            loop {
                let (length, _) = self.signalling.recv_from(&mut buffer).await.expect("open");
                if let Ok(message) = parse_datagram(&buffer[..length])
                    && fits(&message)
                {
                    return message;
                }
            }
        };
        timeout(PATIENCE, heard).await.expect("it comes in time")
    }

    /// The next request with this method.
    pub(crate) async fn asked(&self, method: Method) -> Request {
        let fits = |message: &Message| matches!(message, Message::Request(r) if r.method == method);
        match self.hears(fits).await {
            Message::Request(request) => request,
            Message::Response(_) => unreachable!("a request was asked for"),
        }
    }

    /// The final answer to a request of its own.
    pub(crate) async fn answered(&self, request: &Request) -> Response {
        let cseq = request.headers.get("CSeq");
        let fits = |message: &Message| {
            matches!(message, Message::Response(r)
                if r.status.is_final() && r.headers.get("CSeq") == cseq)
        };
        match self.hears(fits).await {
            Message::Response(response) => response,
            Message::Request(_) => unreachable!("an answer was asked for"),
        }
    }

    async fn send(&self, message: Message) {
        let sent = self
            .signalling
            .send_to(&message.to_bytes(), self.node)
            .await;
        sent.expect("loopback takes datagrams");
    }

    /// The next call of the node.
    pub(crate) async fn called(&self) -> Dialog {
        Dialog {
            invite: self.asked(Method::Invite).await,
            tag: "carrier".into(),
            cseq: 0,
        }
    }

    /// Answers a request: lines are headers, a body is SDP.
    pub(crate) async fn says(
        &self,
        request: &Request,
        code: u16,
        lines: &[(&str, &str)],
        body: &str,
    ) {
        let mut response = Response::to_request(request, Status::new(code).expect("a status"));
        let mut to = request.headers.to().expect("a To");
        if to.tag().is_none() {
            to.set_tag("carrier");
        }
        response.headers.set("To", to.to_string());
        let contact = format!("<sip:carrier@{}>", self.address());
        response.headers.push("Contact", contact);
        for (name, value) in lines {
            response.headers.push(name, *value);
        }
        if !body.is_empty() {
            response.set_body("application/sdp", body);
        }
        self.send(response.into()).await;
    }

    /// Asks within a call and gives back the final answer; that to an INVITE is acknowledged, with
    /// `ack` as the body of the ACK.
    pub(crate) async fn asks(
        &self,
        dialog: &mut Dialog,
        method: Method,
        (kind, body): (&str, &str),
        ack: &str,
    ) -> Response {
        self.asks_with(dialog, method, &[], (kind, body), ack).await
    }

    pub(crate) async fn asks_with(
        &self,
        dialog: &mut Dialog,
        method: Method,
        lines: &[(&str, &str)],
        (kind, body): (&str, &str),
        ack: &str,
    ) -> Response {
        dialog.cseq += 1;
        let mut request = dialog.request(method, self.address());
        for (name, value) in lines {
            request.headers.push(name, *value);
        }
        if !body.is_empty() {
            request.set_body(kind, body);
        }
        self.send(request.clone().into()).await;
        let answer = self.answered(&request).await;
        if request.method == Method::Invite {
            let mut acknowledged = dialog.request(Method::Ack, self.address());
            if !ack.is_empty() {
                acknowledged.set_body("application/sdp", ack);
            }
            self.send(acknowledged.into()).await;
        }
        answer
    }

    /// One packet of audio to where the node said that it listens.
    pub(crate) async fn plays(&mut self, dialog: &Dialog, payload_type: u8, payload: &[u8]) {
        let timestamp = u32::from(self.sequence) * 160;
        self.plays_at(dialog, payload_type, timestamp, payload)
            .await;
    }

    pub(crate) async fn plays_at(
        &mut self,
        dialog: &Dialog,
        payload_type: u8,
        timestamp: u32,
        payload: &[u8],
    ) {
        let mut packet = vec![0x80, payload_type];
        packet.extend(self.sequence.to_be_bytes());
        packet.extend(timestamp.to_be_bytes());
        packet.extend(0x0ca1_1e12_u32.to_be_bytes());
        packet.extend(payload);
        self.sequence += 1;
        let to = dialog.audio();
        let sent = self.audio.send_to(&packet, to).await;
        sent.expect("loopback takes datagrams");
    }

    /// The payload type and payload of the next packet that is heard.
    pub(crate) async fn listens(&self) -> (u8, Vec<u8>) {
        let mut buffer = [0; 2048];
        let heard = timeout(PATIENCE, self.audio.recv_from(&mut buffer)).await;
        let (length, _) = heard.expect("audio in time").expect("open");
        (buffer[1] & 0x7f, buffer[12..length].to_vec())
    }

    /// What was heard and not listened to so far.
    pub(crate) fn heard(&self) -> Vec<(u8, Vec<u8>)> {
        let mut buffer = [0; 2048];
        let mut all = Vec::new();
        while let Ok((length, _)) = self.audio.try_recv_from(&mut buffer) {
            all.push((buffer[1] & 0x7f, buffer[12..length].to_vec()));
        }
        all
    }
}

impl Dialog {
    fn request(&self, method: Method, from: SocketAddr) -> Request {
        let contacts = self.invite.headers.contacts().expect("a Contact");
        let target: Uri = contacts[0].uri.clone();
        let mut request = Request::new(method, target);
        let branch = format!("z9hG4bK{}{}", request.method, self.cseq);
        let mut ours = self.invite.headers.to().expect("a To");
        ours.set_tag(&self.tag);
        let invite = &self.invite.headers;
        let headers = &mut request.headers;
        headers.push("Via", format!("SIP/2.0/UDP {from};branch={branch};rport"));
        headers.push("Max-Forwards", "70");
        headers.push("From", ours.to_string());
        headers.push("To", invite.get("From").unwrap_or_default());
        headers.push("Call-ID", invite.get("Call-ID").unwrap_or_default());
        headers.push("CSeq", format!("{} {}", self.cseq, request.method));
        headers.push("Contact", format!("<sip:carrier@{from}>"));
        request
    }

    /// Where the node hears this call.
    fn audio(&self) -> SocketAddr {
        let body = String::from_utf8_lossy(&self.invite.body);
        let media = body.lines().find_map(|line| line.strip_prefix("m=audio "));
        let port = media.and_then(|media| media.split(' ').next());
        let port: u16 = port.and_then(|port| port.parse().ok()).expect("a port");
        SocketAddr::from(([127, 0, 0, 1], port))
    }
}

/// The first line of a description that begins so.
pub(crate) fn line<'a>(sdp: &'a str, start: &str) -> &'a str {
    let found = sdp.lines().find(|line| line.starts_with(start));
    found.unwrap_or_else(|| panic!("no line {start} in {sdp}"))
}
