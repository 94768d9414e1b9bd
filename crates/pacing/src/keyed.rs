//! A map by id that takes the id for its own hash. Ids come from our own
//! counters, so nobody can choose them to collide; and nothing here is random,
//! as it is in the standard map. Never iterated: the order means nothing.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// By id, without a clue to the order.
pub(crate) type Keyed<K, V> = HashMap<K, V, BuildHasherDefault<IdHasher>>;

/// Bytes a map holds.
pub(crate) fn footprint<K, V>(map: &Keyed<K, V>) -> usize {
    map.capacity() * (size_of::<(K, V)>() + 1)
}

/// Spreads the bits of one integer.
#[derive(Default)]
pub(crate) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_i64(i64::from(*byte));
        }
    }

    fn write_i64(&mut self, id: i64) {
        let spread = (self.0 ^ id as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.0 = spread ^ (spread >> 32);
    }
}
