//! One leg's media session: what we said of it, what was settled, whom the media threads may hear.

use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use ::media::srtp;
use ::sip::endpoint::{CallHandle, Transport};
use ::sip::sdp::{self, CryptoSuite, Direction, Keying, Negotiated, SdpError};
use domain::Srtp;

use crate::exchange::Exchange;
use crate::media::{Codec, LearnMode, LegHandle, LegId, Remote};

/// In order of preference: A-law is what the networks of Latin America speak.
const CODECS: [sdp::Codec; 2] = [sdp::Codec::Pcma, sdp::Codec::Pcmu];

/// Who the far side of a session is, as far as keys go.
#[derive(Clone, Copy, Debug)]
pub(crate) enum FarSide {
    /// A phone, reached this way.
    Phone(Transport),
    /// A carrier of which this was set, reached this way.
    Carrier(Srtp, Transport),
}

/// The keys of a session.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keyings {
    /// What stands in our offers.
    offers: Option<Keying>,
    /// What stands in our answers to those who offer one.
    answers: Option<Keying>,
}

impl Keyings {
    /// Those of a session with them, made of `key`. What comes to us with a key is answered with one,
    /// unless `Off`. A carrier that must have keys is not talked to outside TLS either; a phone there
    /// was let in as one that has none.
    pub(crate) fn new(phones: Srtp, far: FarSide, key: [u8; 30]) -> Keyings {
        let (policy, transport) = match far {
            FarSide::Phone(transport) => (phones, transport),
            FarSide::Carrier(policy, transport) => (policy, transport),
        };
        let inside_tls = matches!(transport, Transport::Tls | Transport::Wss);
        let everywhere = matches!(far, FarSide::Carrier(..));
        let keying = Keying {
            key: sdp::MasterKey(key),
            required: policy == Srtp::Required && (inside_tls || everywhere),
        };
        let known = Some(keying).filter(|_| policy != Srtp::Off);
        Keyings {
            offers: known.filter(|_| inside_tls),
            answers: known,
        }
    }
}

/// A leg and how it is described.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) leg: LegHandle,
    keyings: Keyings,
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
    pub(crate) fn new(leg: LegHandle, ip: IpAddr, number: u64, keyings: Keyings) -> Session {
        let address = SocketAddr::new(ip, leg.local.port());
        Session {
            leg,
            keyings,
            address,
            number,
            ours: all_we_speak(address, number, keyings),
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
            let all = all_we_speak(self.address, self.number, self.keyings);
            self.ours = sdp::revised(&self.ours, &all);
            return Ok((self.offer(), None));
        };
        let (answer, settled) = sdp::answer_keyed(
            offer,
            self.address,
            self.number,
            &CODECS,
            Direction::SendRecv,
            self.keyings.answers,
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
            keys: settled.crypto.map(keys),
        }
    }
}

fn all_we_speak(address: SocketAddr, number: u64, keyings: Keyings) -> String {
    let direction = Direction::SendRecv;
    sdp::offer_keyed(address, number, &CODECS, direction, keyings.offers)
}

fn keys(agreed: sdp::Crypto) -> srtp::Keys {
    let suite = match agreed.suite {
        CryptoSuite::Tag80 => srtp::Suite::AesCm128HmacSha1Tag80,
        CryptoSuite::Tag32 => srtp::Suite::AesCm128HmacSha1Tag32,
    };
    let key = |inline: sdp::MasterKey| {
        srtp::MasterKey::new(suite, &inline.0).expect("both suites have keys as long as `inline:`")
    };
    srtp::Keys {
        ours: key(agreed.ours),
        theirs: key(agreed.theirs),
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
