//! The peer's side: packets are checked, then decrypted where they lie.

use super::derive::Purpose;
use super::index::Window;
use super::keys::SessionKeys;
use super::{MasterKey, RTP_HEADER, Refusal};

/// Streams remembered under one key. None is ever forgotten: its packets could be sent again.
const STREAMS_MAX: usize = 32;

/// Believes what was sent with a key, once.
#[derive(Debug)]
pub struct Unprotect {
    rtp: SessionKeys,
    rtcp: SessionKeys,
    streams: Vec<(u32, Window)>,
    reports: Vec<(u32, Window)>,
}

impl Unprotect {
    /// With the key that the peer named.
    pub fn new(key: &MasterKey) -> Unprotect {
        Unprotect {
            rtp: SessionKeys::derive(key, Purpose::Rtp),
            rtcp: SessionKeys::derive(key, Purpose::Rtcp),
            streams: Vec::new(),
            reports: Vec::new(),
        }
    }

    /// Opens an RTP packet where it lies and says how long it is then.
    pub fn rtp(&mut self, datagram: &mut [u8]) -> Result<usize, Refusal> {
        let tag = self.rtp.tag();
        let length = datagram.len().checked_sub(tag).ok_or(Refusal::Malformed)?;
        let header = header_length(&datagram[..length]).ok_or(Refusal::Malformed)?;
        let (packet, tag) = datagram.split_at_mut(length);
        let sequence = u16::from_be_bytes([packet[2], packet[3]]);
        let ssrc = u32::from_be_bytes([packet[8], packet[9], packet[10], packet[11]]);
        let window = window_of(&self.streams, ssrc)?;
        let index = window.index_of(sequence).ok_or(Refusal::Replayed)?;
        if !window.is_new(index) {
            return Err(Refusal::Replayed);
        }
        if !self.rtp.open_rtp((ssrc, index), packet, header, tag) {
            return Err(Refusal::Forged);
        }
        note(&mut self.streams, ssrc, index);
        Ok(length)
    }

    /// Opens a report where it lies and says how long it is then.
    pub fn rtcp(&mut self, datagram: &mut [u8]) -> Result<usize, Refusal> {
        let mut report = self.rtcp.parts(datagram).ok_or(Refusal::Malformed)?;
        let packet = &report.packet;
        let length = packet.len();
        let ssrc = u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]);
        let index = u64::from(report.number());
        if !window_of(&self.reports, ssrc)?.is_new(index) {
            return Err(Refusal::Replayed);
        }
        if !self.rtcp.open_rtcp(ssrc, &mut report) {
            return Err(Refusal::Forged);
        }
        note(&mut self.reports, ssrc, index);
        Ok(length)
    }
}

/// What is known of a stream, or that nothing is, yet.
fn window_of(windows: &[(u32, Window)], ssrc: u32) -> Result<Window, Refusal> {
    match windows.iter().find(|(known, _)| *known == ssrc) {
        Some((_, window)) => Ok(*window),
        None if windows.len() < STREAMS_MAX => Ok(Window::default()),
        None => Err(Refusal::TooManyStreams),
    }
}

/// Notes a packet that was proven.
fn note(windows: &mut Vec<(u32, Window)>, ssrc: u32, index: u64) {
    match windows.iter_mut().find(|(known, _)| *known == ssrc) {
        Some((_, window)) => window.note(index),
        None => {
            let mut window = Window::default();
            window.note(index);
            windows.push((ssrc, window));
        }
    }
}

/// Where the payload of an RTP packet begins (RFC 3550, 5.1 and 5.3.1).
fn header_length(packet: &[u8]) -> Option<usize> {
    let first = *packet.get(..RTP_HEADER)?.first()?;
    let sources = RTP_HEADER + usize::from(first & 0x0F) * 4;
    let length = if first & 0x10 == 0 {
        sources
    } else {
        let words = packet.get(sources + 2..sources + 4)?;
        sources + 4 + usize::from(u16::from_be_bytes([words[0], words[1]])) * 4
    };
    (length <= packet.len()).then_some(length)
}
