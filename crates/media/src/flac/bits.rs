//! Bits, the highest first, with the check sums that FLAC puts among them.

/// Bytes as they grow, bit by bit.
#[derive(Debug, Default)]
pub(super) struct Bits {
    bytes: Vec<u8>,
    /// Bits that do not fill a byte yet, at its low end.
    rest: u64,
    count: u32,
}

impl Bits {
    /// The low `width` bits of a value, at most 56.
    pub(super) fn put(&mut self, value: u64, width: u32) {
        debug_assert!(width <= 56, "what is left of a byte must fit too");
        self.rest = self.rest << width | value & ((1 << width) - 1);
        self.count += width;
        while self.count >= 8 {
            self.count -= 8;
            self.bytes.push((self.rest >> self.count) as u8);
        }
        self.rest &= (1 << self.count) - 1;
    }

    /// A signed value in two's complement.
    pub(super) fn signed(&mut self, value: i32, width: u32) {
        self.put(i64::from(value) as u64, width);
    }

    /// So many zeros and a one.
    pub(super) fn unary(&mut self, zeros: u32) {
        let mut left = zeros;
        while left > 32 {
            self.put(0, 32);
            left -= 32;
        }
        self.put(1, left + 1);
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.put(u64::from(*byte), 8));
    }

    /// A number as UTF-8 would write it, were it a character.
    pub(super) fn utf8(&mut self, number: u32) {
        if number < 0x80 {
            return self.put(u64::from(number), 8);
        }
        // Each byte that follows has six bits; the first has what its length leaves.
        let follow = (1..6)
            .find(|follow| number < 1 << (6 * follow + 6 - follow))
            .unwrap_or(6);
        let first = (0xFF00 >> (follow + 1)) & 0xFF | u64::from(number) >> (6 * follow);
        self.put(first, 8);
        for place in (0..follow).rev() {
            self.put(0x80 | u64::from(number >> (6 * place)) & 0x3F, 8);
        }
    }

    /// Zeros up to the next byte.
    pub(super) fn align(&mut self) {
        if self.count > 0 {
            self.put(0, 8 - self.count);
        }
    }

    /// The check sum of a frame's head: all bytes so far.
    pub(super) fn crc8(&mut self) {
        let sum = self.bytes.iter().fold(0_u8, |mut sum, byte| {
            sum ^= byte;
            (0..8).fold(sum, |sum, _| (sum << 1) ^ ((sum >> 7) * 0x07))
        });
        self.put(u64::from(sum), 8);
    }

    /// The check sum of a frame: all bytes so far.
    pub(super) fn crc16(&mut self) {
        let sum = self.bytes.iter().fold(0_u16, |mut sum, byte| {
            sum ^= u16::from(*byte) << 8;
            (0..8).fold(sum, |sum, _| (sum << 1) ^ ((sum >> 15) * 0x8005))
        });
        self.put(u64::from(sum), 16);
    }

    /// What was put, in whole bytes.
    pub(super) fn done(self) -> Vec<u8> {
        debug_assert_eq!(self.count, 0, "aligned before");
        self.bytes
    }
}
