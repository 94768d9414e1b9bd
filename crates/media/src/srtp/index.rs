//! Which packets of a stream there were: the packet index that a 16-bit sequence number stands for,
//! and a window that tells one seen before (RFC 3711, 3.3.1 and 3.3.2).

/// How far back packets are remembered; the least that the RFC allows.
const WINDOW: u64 = 64;

/// Indices of one stream, seen or sent.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    highest: Option<u64>,
    /// Bit `n` stands for `highest - n`.
    seen: u64,
}

impl Window {
    /// The index that is nearest to the highest one so far; `None` for one before the first.
    pub(super) fn index_of(&self, sequence: u16) -> Option<u64> {
        let Some(highest) = self.highest else {
            return Some(u64::from(sequence));
        };
        let step = sequence.wrapping_sub(highest as u16) as i16;
        highest.checked_add_signed(i64::from(step))
    }

    /// Whether it is new.
    pub(super) fn is_new(&self, index: u64) -> bool {
        match self.highest {
            Some(highest) if index <= highest => {
                let back = highest - index;
                back < WINDOW && self.seen & (1 << back) == 0
            }
            Some(_) | None => true,
        }
    }

    /// Notes one that is new.
    pub(super) fn note(&mut self, index: u64) {
        match self.highest {
            Some(highest) if index <= highest => self.seen |= 1 << (highest - index),
            Some(highest) => {
                let step = index - highest;
                self.seen = if step < WINDOW { self.seen << step } else { 0 } | 1;
                self.highest = Some(index);
            }
            None => {
                self.seen = 1;
                self.highest = Some(index);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(indices: &[u64]) -> Window {
        let mut window = Window::default();
        indices.iter().for_each(|index| window.note(*index));
        window
    }

    #[test]
    fn a_sequence_number_that_wraps_goes_on_counting() {
        let window = after(&[65_534]);
        assert_eq!(window.index_of(65_535), Some(65_535));
        assert_eq!(window.index_of(3), Some(65_539));
        assert_eq!(after(&[65_539]).index_of(65_535), Some(65_535));
    }

    #[test]
    fn a_number_before_the_first_of_all_has_no_index() {
        assert_eq!(after(&[2]).index_of(65_535), None);
    }

    #[test]
    fn an_index_is_new_once_and_never_when_too_old() {
        let window = after(&[100, 103, 101]);
        for (index, new) in [
            (103, false),
            (102, true),
            (101, false),
            (100, false),
            (104, true),
        ] {
            assert_eq!(window.is_new(index), new, "{index}");
        }
        let window = after(&[100, 163]);
        assert!(!window.is_new(100));
        assert!(!window.is_new(99));
        assert!(window.is_new(162));
        assert!(!after(&[100, 1_000]).is_new(936));
    }
}
