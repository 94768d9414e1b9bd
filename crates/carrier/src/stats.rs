//! What was counted here, apart from what the engine says it did.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;

use serde::{Deserialize, Serialize};

/// The carrier's own figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarrierStats {
    /// Calls asked for: INVITE datagrams of different calls, counted on the
    /// wire before anything parses them.
    pub wire_invites: u64,
    /// Every INVITE datagram, retransmissions and re-INVITEs too.
    pub invite_datagrams: u64,
    /// Calls answered by a person.
    pub answered_by_person: u64,
    /// Calls answered by a machine.
    pub answered_by_machine: u64,
    /// Calls refused with a status.
    pub refused: u64,
    /// Calls the caller gave up.
    pub cancelled: u64,
    /// Calls alive now.
    pub live: u64,
}

/// Counts INVITEs by their bytes alone: it shares no code with the parser it
/// is there to check.
#[derive(Debug, Default)]
pub(crate) struct WireCount {
    seen: HashSet<u64>,
    hasher: RandomState,
    datagrams: u64,
}

impl WireCount {
    /// Looks at one datagram.
    pub(crate) fn datagram(&mut self, bytes: &[u8]) {
        if !bytes.starts_with(b"INVITE ") {
            return;
        }
        self.datagrams += 1;
        if let Some(call_id) = call_id(bytes) {
            self.seen.insert(self.hasher.hash_one(call_id));
        }
    }

    /// Different calls seen.
    pub(crate) fn calls(&self) -> u64 {
        self.seen.len() as u64
    }

    /// INVITE datagrams seen.
    pub(crate) fn datagrams(&self) -> u64 {
        self.datagrams
    }
}

fn call_id(bytes: &[u8]) -> Option<&[u8]> {
    bytes
        .split(|byte| *byte == b'\n')
        .take_while(|line| !line.is_empty() && *line != b"\r")
        .find_map(|line| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let name = line[..colon].trim_ascii();
            let is = name.eq_ignore_ascii_case(b"call-id") || name.eq_ignore_ascii_case(b"i");
            is.then(|| line[colon + 1..].trim_ascii())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retransmission_is_the_same_call() {
        let mut wire = WireCount::default();
        let first = b"INVITE sip:1@x SIP/2.0\r\nCall-ID: a\r\n\r\n";
        wire.datagram(first);
        wire.datagram(first);
        wire.datagram(b"INVITE sip:2@x SIP/2.0\r\ni: b\r\n\r\n");
        wire.datagram(b"BYE sip:2@x SIP/2.0\r\ni: c\r\n\r\n");
        assert_eq!((wire.calls(), wire.datagrams()), (2, 3));
    }
}
