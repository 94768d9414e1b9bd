//! One leg's media session: what we offered, what was settled, whom the media threads may hear.

use std::net::{IpAddr, SocketAddr};

use ::sip::sdp::{self, Direction, Negotiated, SdpError};

use crate::media::{Codec, LearnMode, LegHandle, Remote};

/// In order of preference: A-law is what the networks of Latin America speak.
const CODECS: [sdp::Codec; 2] = [sdp::Codec::Pcma, sdp::Codec::Pcmu];

/// A leg and its offer.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) leg: LegHandle,
    /// Where the far side is told to send.
    address: SocketAddr,
    /// Names the session in `o=`.
    number: u64,
    offer: String,
    /// The last body of a 18x: counts as the answer if the 2xx has none.
    early: Option<String>,
    /// Whether the far side said that it sends nothing: its silence is no fault then.
    pub(crate) held: bool,
}

impl Session {
    pub(crate) fn new(leg: LegHandle, ip: IpAddr, number: u64) -> Session {
        let address = SocketAddr::new(ip, leg.local.port());
        Session {
            leg,
            address,
            number,
            offer: sdp::offer(address, number, &CODECS, Direction::SendRecv),
            early: None,
            held: false,
        }
    }

    pub(crate) fn offer(&self) -> String {
        self.offer.clone()
    }

    pub(crate) fn note_early(&mut self, body: Option<String>) {
        if body.is_some() {
            self.early = body;
        }
    }

    /// What the answer (or else the early one) settles.
    pub(crate) fn settle(
        &mut self,
        answer: Option<&str>,
        learn: LearnMode,
    ) -> Result<Remote, SdpError> {
        let answer = answer.or(self.early.as_deref()).ok_or(SdpError::NoAudio)?;
        let settled = sdp::accept(&self.offer, answer)?;
        Ok(self.remote(&settled, learn))
    }

    /// Our answer to a re-INVITE, and the far side anew. A re-INVITE without an offer gets ours
    /// again; the answer that its ACK brings is taken to be the old one.
    pub(crate) fn renew(
        &mut self,
        offer: Option<&str>,
        learn: LearnMode,
    ) -> Result<(String, Option<Remote>), SdpError> {
        let Some(offer) = offer else {
            return Ok((self.offer(), None));
        };
        let (answer, settled) = sdp::answer(
            offer,
            self.address,
            self.number,
            &CODECS,
            Direction::SendRecv,
        )?;
        let remote = self.remote(&settled, learn);
        Ok((answer, Some(remote)))
    }

    fn remote(&mut self, settled: &Negotiated, learn: LearnMode) -> Remote {
        let (they_send, we_send) = match settled.direction {
            Direction::SendRecv => (true, true),
            Direction::SendOnly => (false, true),
            Direction::RecvOnly => (true, false),
            Direction::Inactive => (false, false),
        };
        self.held = !they_send;
        let mut addr = settled.remote;
        if !we_send {
            // Port 0 is how the media threads are told to send nothing.
            addr.set_port(0);
        }
        Remote {
            addr,
            codec: match settled.codec {
                sdp::Codec::Pcma => Codec::Pcma,
                sdp::Codec::Pcmu => Codec::Pcmu,
            },
            payload_type: settled.payload_type,
            telephone_event: settled.telephone_event,
            learn,
        }
    }
}
