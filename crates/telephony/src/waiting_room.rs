//! Where REGISTERs wait until nothing more urgent is there: ten thousand phones that come back
//! after a power cut must not stand between a customer's answer and the advisor's ear. Bounded in
//! number; phones repeat what was dropped (RFC 3261 timer E).

use std::collections::VecDeque;

use ::sip::endpoint::Flow;

/// What waits at most: less than what phones of good faith repeat after half a second.
const ROOM: usize = 4096;
/// No REGISTER of a phone is longer; what is must not be kept by the thousand.
const LENGTH_MAX: usize = 4096;

/// REGISTERs in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct WaitingRoom {
    waiting: VecDeque<(Flow, Vec<u8>)>,
}

impl WaitingRoom {
    /// Keeps a REGISTER for later; false if there is no room for it.
    pub(crate) fn keep(&mut self, from: Flow, bytes: &[u8]) -> bool {
        let fits = self.waiting.len() < ROOM && bytes.len() <= LENGTH_MAX;
        if fits {
            self.waiting.push_back((from, bytes.to_vec()));
        }
        fits
    }

    /// The one that came first.
    pub(crate) fn next(&mut self) -> Option<(Flow, Vec<u8>)> {
        self.waiting.pop_front()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

/// Whether a message is a REGISTER.
pub(crate) fn may_wait(bytes: &[u8]) -> bool {
    bytes.starts_with(b"REGISTER ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::sip::endpoint::Transport;

    #[test]
    fn what_waits_comes_out_in_order_and_what_does_not_fit_is_told() {
        let flow = Flow {
            transport: Transport::Udp,
            remote: ([10, 0, 0, 7], 5060).into(),
        };
        let mut room = WaitingRoom::default();
        assert!(!room.keep(flow, &[b'R'; LENGTH_MAX + 1]));
        for number in 0..ROOM {
            assert!(room.keep(flow, number.to_string().as_bytes()));
        }
        assert!(!room.keep(flow, b"REGISTER "));
        assert_eq!(room.next(), Some((flow, b"0".to_vec())));
        assert!(room.keep(flow, b"last"));
        let last = std::iter::from_fn(|| room.next()).last();
        assert_eq!(last, Some((flow, b"last".to_vec())));
        assert!(room.is_empty());
    }

    #[test]
    fn only_a_register_may_wait() {
        assert!(may_wait(b"REGISTER sip:a SIP/2.0\r\n"));
        assert!(!may_wait(b"INVITE sip:a SIP/2.0\r\n") && !may_wait(b"REGISTERS"));
    }
}
