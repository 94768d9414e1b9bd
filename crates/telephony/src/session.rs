//! One leg's media session: what we said of it, what was settled, whom the media threads may hear.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use ::sip::endpoint::CallHandle;
use ::sip::sdp::{self, Direction, Negotiated, SdpError};

use crate::exchange::Exchange;
use crate::media::{Codec, LearnMode, LegHandle, LegId, Remote};

/// In order of preference: A-law is what the networks of Latin America speak.
const CODECS: [sdp::Codec; 2] = [sdp::Codec::Pcma, sdp::Codec::Pcmu];

/// A leg and how it is described.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) leg: LegHandle,
    /// Where the far side is told to send.
    address: SocketAddr,
    /// Names the session in `o=`.
    number: u64,
    /// What we said last, which the next description follows (RFC 3264 section 8).
    ours: String,
    /// Whether the far side said that it sends nothing: its silence is no fault then.
    pub(crate) held: bool,
    /// Whether the far side takes keys in the audio (RFC 4733).
    pub(crate) takes_keys: bool,
}

impl Session {
    pub(crate) fn new(leg: LegHandle, ip: IpAddr, number: u64) -> Session {
        let address = SocketAddr::new(ip, leg.local.port());
        Session {
            leg,
            address,
            number,
            ours: sdp::offer(address, number, &CODECS, Direction::SendRecv),
            held: false,
            takes_keys: false,
        }
    }

    pub(crate) fn offer(&self) -> String {
        self.ours.clone()
    }

    /// What an answer settles.
    pub(crate) fn settle(
        &mut self,
        answer: Option<&str>,
        learn: LearnMode,
    ) -> Result<Remote, SdpError> {
        let settled = sdp::accept(&self.ours, answer.ok_or(SdpError::NoAudio)?)?;
        Ok(self.remote(&settled, learn))
    }

    /// Our answer to a re-INVITE or UPDATE, and the far side anew. One without an offer gets all that
    /// we speak again; its ACK brings the answer, which is settled as another.
    pub(crate) fn renew(
        &mut self,
        offer: Option<&str>,
        learn: LearnMode,
    ) -> Result<(String, Option<Remote>), SdpError> {
        let Some(offer) = offer else {
            let all = sdp::offer(self.address, self.number, &CODECS, Direction::SendRecv);
            self.ours = sdp::revised(&self.ours, &all);
            return Ok((self.offer(), None));
        };
        let (answer, settled) = sdp::answer(
            offer,
            self.address,
            self.number,
            &CODECS,
            Direction::SendRecv,
        )?;
        self.ours = sdp::revised(&self.ours, &answer);
        let remote = self.remote(&settled, learn);
        Ok((self.offer(), Some(remote)))
    }

    fn remote(&mut self, settled: &Negotiated, learn: LearnMode) -> Remote {
        let (they_send, we_send) = match settled.direction {
            Direction::SendRecv => (true, true),
            Direction::SendOnly => (false, true),
            Direction::RecvOnly => (true, false),
            Direction::Inactive => (false, false),
        };
        self.held = !they_send;
        self.takes_keys = settled.telephone_event.is_some();
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

impl Exchange {
    /// Answers a re-INVITE on either kind of leg.
    pub(crate) fn answer_reinvite(
        &mut self,
        now: Instant,
        handle: CallHandle,
        leg: LegId,
        renewed: Result<(String, Option<Remote>), SdpError>,
    ) {
        let answer = match renewed {
            Ok((answer, remote)) => {
                if let Some(remote) = remote {
                    self.media.set_remote(leg, remote);
                }
                Some(answer)
            }
            Err(error) => {
                tracing::info!(%leg, %error, "a change of session was refused");
                None
            }
        };
        self.endpoint.answer_reinvite(now, handle, answer);
    }

    /// An answer of theirs names the far side anew; one that we cannot read leaves it as it was.
    pub(crate) fn session_settled(&self, leg: LegId, settled: Result<Remote, SdpError>) {
        match settled {
            Ok(remote) => self.media.set_remote(leg, remote),
            Err(error) => tracing::info!(%leg, %error, "a description of a session is not used"),
        }
    }
}
