//! Maps and sets by id that take the id for its own hash. Ids come from our
//! own counters, and numbers from whoever runs the dialer, so nobody outside
//! can choose them to collide; and nothing here is random, as it is in the
//! standard map. Never iterated where order matters: it means nothing.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// A map by id, without a clue to the order.
pub type Keyed<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;

/// A set of ids, without a clue to the order.
pub type KeyedSet<K> = HashSet<K, BuildHasherDefault<IdHasher>>;

/// Spreads the bits of one or a few integers.
#[derive(Clone, Copy, Debug, Default)]
pub struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, id: u64) {
        let spread = (self.0 ^ id).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = spread ^ (spread >> 32);
    }

    fn write_i64(&mut self, id: i64) {
        self.write_u64(id as u64);
    }

    /// Which variant of an enum.
    fn write_isize(&mut self, variant: isize) {
        self.write_u64(variant as u64);
    }
}
