//! Our side: packets leave protected.

use super::derive::Purpose;
use super::index::Window;
use super::keys::SessionKeys;
use super::{MasterKey, RTCP_HEADER, RTP_HEADER};

/// The newest report may not have a higher number than this (RFC 3711, 9.2).
const REPORTS_MAX: u32 = (1 << 31) - 1;

/// Protects the one stream of a leg and its reports.
#[derive(Debug)]
pub struct Protect {
    rtp: SessionKeys,
    rtcp: SessionKeys,
    sent: Window,
    reports: u32,
}

impl Protect {
    /// With this key from the stream's first packet on.
    pub fn new(key: &MasterKey) -> Protect {
        Protect {
            rtp: SessionKeys::derive(key, Purpose::Rtp),
            rtcp: SessionKeys::derive(key, Purpose::Rtcp),
            sent: Window::default(),
            reports: 0,
        }
    }

    /// Protects an RTP packet without contributing sources and extension, `length` bytes at the
    /// front of the buffer, and says how long it is then. `None` if there is no room, or if a
    /// packet of that number has left already: two under one key stream would open both.
    pub fn rtp(&mut self, buffer: &mut [u8], length: usize) -> Option<usize> {
        let tag = self.rtp.tag();
        if length < RTP_HEADER || buffer.len() < length + tag {
            return None;
        }
        let sequence = u16::from_be_bytes([buffer[2], buffer[3]]);
        let ssrc = u32::from_be_bytes([buffer[8], buffer[9], buffer[10], buffer[11]]);
        let index = self.sent.index_of(sequence)?;
        if !self.sent.is_new(index) {
            return None;
        }
        self.sent.note(index);
        let (packet, room) = buffer.split_at_mut(length);
        self.rtp.seal_rtp((ssrc, index), packet, RTP_HEADER, room);
        Some(length + tag)
    }

    /// Protects a compound report; `None` if it is none, or after more of them than a key is for.
    pub fn rtcp(&mut self, report: &mut Vec<u8>) -> Option<()> {
        if report.len() < RTCP_HEADER || self.reports >= REPORTS_MAX {
            return None;
        }
        self.reports += 1;
        let ssrc = u32::from_be_bytes([report[4], report[5], report[6], report[7]]);
        self.rtcp.seal_rtcp(ssrc, self.reports, report);
        Some(())
    }
}
