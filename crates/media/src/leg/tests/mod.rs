//! Both halves of a leg, and its reports, in virtual time.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::{Incoming, Judged, Outgoing, Reporter, What};
use crate::rtp::{self, Packet};
use crate::{Codec, LearnMode, LegId, Remote};

mod incoming;
mod outgoing;
mod reports;
mod secure;

const OTHER: LegId = LegId(2);

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

fn peer() -> SocketAddr {
    address("198.51.100.7:4000")
}

fn datagram(ssrc: u32, sequence: u16, timestamp: u32) -> Vec<u8> {
    let packet = packet(ssrc, sequence, timestamp, &[0xD5; 160]);
    let mut bytes = vec![0; 200];
    let length = rtp::write(&packet, &mut bytes).expect("fits");
    bytes.truncate(length);
    bytes
}

fn packet(ssrc: u32, sequence: u16, timestamp: u32, payload: &[u8]) -> Packet<'_> {
    Packet {
        payload_type: 8,
        marker: false,
        sequence,
        timestamp,
        ssrc,
        payload,
    }
}

/// An incoming half that expects packets from `peer()`.
fn ear(learn: LearnMode) -> (Incoming, Instant) {
    let (mut half, now) = (Incoming::new(), Instant::now());
    half.set_remote(
        now,
        Remote {
            learn,
            ..Remote::new(peer(), Codec::Pcma)
        },
    );
    (half, now)
}

fn is_audio(judged: &Judged<'_>) -> bool {
    matches!(judged.what, What::Audio(..))
}
