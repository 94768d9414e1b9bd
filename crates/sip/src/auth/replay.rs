//! Which counters of which nonces were used (RFC 7616 section 3.4, `nc`), in bounded memory.
//!
//! Datagrams overtake each other, so a nonce has a window below its highest counter, as IPsec has
//! (RFC 4303 section 3.4.3), rather than the highest counter alone.

use std::collections::BTreeMap;
use std::time::Duration;

/// Width of the window.
const WINDOW: u32 = u64::BITS;

/// The used nonces by number. Nonces are numbered as they are issued, so the first is the oldest.
#[derive(Debug)]
pub(super) struct Replay {
    used: BTreeMap<u64, Used>,
    capacity: usize,
    /// Nonces up to this number may have been forgotten although used: none of them is taken.
    forgotten: u64,
}

#[derive(Debug)]
struct Used {
    issued: Duration,
    highest: u32,
    /// Bit n: `highest - n` was used.
    window: u64,
}

impl Replay {
    /// Remembers at most `capacity` nonces, one at least.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            used: BTreeMap::new(),
            capacity: capacity.max(1),
            forgotten: 0,
        }
    }

    /// Marks `count` of nonce `serial` as used, `None` being all counters at once; whether it was
    /// not used before.
    pub(super) fn is_first(&mut self, serial: u64, issued: Duration, count: Option<u32>) -> bool {
        if serial <= self.forgotten || count == Some(0) {
            return false;
        }
        if let Some(used) = self.used.get_mut(&serial) {
            return count.is_some_and(|count| used.mark(count));
        }
        let used = Used {
            issued,
            highest: count.unwrap_or(u32::MAX),
            window: if count.is_some() { 1 } else { u64::MAX },
        };
        self.used.insert(serial, used);
        if self.used.len() > self.capacity {
            self.forget_oldest();
        }
        true
    }

    /// Drops the nonces for which `expired` holds, given when they were issued.
    pub(super) fn forget(&mut self, expired: impl Fn(Duration) -> bool) {
        while self
            .used
            .first_key_value()
            .is_some_and(|(_, used)| expired(used.issued))
        {
            self.forget_oldest();
        }
    }

    pub(super) fn len(&self) -> usize {
        self.used.len()
    }

    fn forget_oldest(&mut self) {
        if let Some((serial, _)) = self.used.pop_first() {
            self.forgotten = serial;
        }
    }
}

impl Used {
    /// Marks `count`; whether it was new. Counters below the window count as used.
    fn mark(&mut self, count: u32) -> bool {
        if count > self.highest {
            let ahead = count - self.highest;
            self.window = self.window.checked_shl(ahead).unwrap_or(0) | 1;
            self.highest = count;
            return true;
        }
        let behind = self.highest - count;
        if behind >= WINDOW || self.window & (1 << behind) != 0 {
            return false;
        }
        self.window |= 1 << behind;
        true
    }
}
