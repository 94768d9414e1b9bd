//! What a lease is made of.

use proptest::prelude::*;

use super::*;

fn turn(segment: i64, priority: u16, share: u8) -> MixTurn {
    MixTurn {
        segment: SegmentId::new(segment),
        priority,
        share,
        most: u32::MAX,
        paced: u32::MAX,
        owed: 0,
    }
}

/// A base of segments, each with so many contacts numbered from its own hundred thousand.
struct Base {
    turns: Vec<MixTurn>,
    left: Vec<VecDeque<i64>>,
}

impl Base {
    fn new(segments: &[(MixTurn, i64)]) -> Base {
        let contacts = |(turn, many): &(MixTurn, i64)| {
            let first = turn.segment.get() * 100_000;
            (first..first + many).collect()
        };
        Base {
            turns: segments.iter().map(|(turn, _)| *turn).collect(),
            left: segments.iter().map(contacts).collect(),
        }
    }

    /// The segments of the contacts leased, in order.
    fn lease(&mut self, wanted: u32) -> Vec<i64> {
        let mut mix = Mix::new(self.turns.clone(), wanted);
        loop {
            let asks = mix.ask();
            if asks.is_empty() {
                break;
            }
            for ask in asks {
                let left = &mut self.left[ask.turn];
                let some = left.len().min(ask.count as usize);
                let found = left.drain(..some).map(ContactId::new).collect();
                mix.found(ask, found);
            }
        }
        let (contacts, turns) = mix.end();
        self.turns = turns;
        contacts.iter().map(|id| id.get() / 100_000).collect()
    }
}

fn count(of: i64, segments: &[i64]) -> usize {
    segments.iter().filter(|segment| **segment == of).count()
}

#[test]
fn shares_hold_within_one_lease_and_are_spread_over_it() {
    let mut base = Base::new(&[
        (turn(1, 1, 70), 999),
        (turn(2, 1, 20), 999),
        (turn(3, 1, 10), 999),
    ]);
    let leased = base.lease(10);
    assert_eq!(leased, [1, 1, 2, 1, 1, 3, 1, 1, 2, 1]);
}

#[test]
fn shares_hold_over_leases_of_one() {
    let mut base = Base::new(&[(turn(1, 1, 90), 999), (turn(2, 1, 10), 999)]);
    let leased: Vec<i64> = (0..100).flat_map(|_| base.lease(1)).collect();
    assert_eq!((count(1, &leased), count(2, &leased)), (90, 10));
}

#[test]
fn what_a_spent_segment_does_not_use_the_others_of_its_priority_share() {
    let mut base = Base::new(&[
        (turn(1, 1, 50), 2),
        (turn(2, 1, 30), 99),
        (turn(3, 1, 20), 99),
    ]);
    let leased = base.lease(22);
    assert_eq!([1, 2, 3].map(|segment| count(segment, &leased)), [2, 12, 8]);
}

#[test]
fn a_later_priority_comes_when_the_first_has_nobody_left() {
    let mut base = Base::new(&[
        (turn(1, 1, 100), 3),
        (turn(2, 2, 100), 99),
        (turn(0, 3, 100), 9),
    ]);
    assert_eq!(base.lease(5), [1, 1, 1, 2, 2]);
    assert_eq!(base.lease(2), [2, 2]);
}

#[test]
fn a_quota_is_not_exceeded() {
    let limited = MixTurn {
        most: 2,
        ..turn(1, 1, 90)
    };
    let mut base = Base::new(&[(limited, 99), (turn(2, 1, 10), 99)]);
    let leased = base.lease(10);
    assert_eq!((count(1, &leased), count(2, &leased)), (2, 8));
}

#[test]
fn a_paced_segment_gives_way_even_to_later_priorities_and_comes_before_nobody_does() {
    let paced = MixTurn {
        paced: 2,
        ..turn(1, 1, 100)
    };
    let mut base = Base::new(&[(paced, 99), (turn(2, 2, 100), 3), (turn(0, 9, 100), 1)]);
    // Its pace, then the second, then the rest; and when nobody is left, more than its pace.
    assert_eq!(base.lease(9), [1, 1, 2, 2, 2, 0, 1, 1, 1]);
    let none = MixTurn { paced: 0, ..paced };
    let mut base = Base::new(&[(none, 99), (turn(2, 1, 1), 2)]);
    assert_eq!(base.lease(4), [2, 2, 1, 1]);
}

#[test]
fn a_pace_does_not_lift_a_quota() {
    let both = MixTurn {
        paced: 1,
        most: 3,
        ..turn(1, 1, 100)
    };
    let mut base = Base::new(&[(both, 99)]);
    assert_eq!(base.lease(9), [1, 1, 1]);
}

#[test]
fn a_segment_that_had_nobody_for_long_does_not_take_all_when_it_has() {
    let mut base = Base::new(&[(turn(1, 1, 50), 0), (turn(2, 1, 50), 9_999)]);
    base.lease(500);
    base.left[0].extend(100_000..100_500);
    let leased = base.lease(100);
    assert!((49..=51).contains(&count(1, &leased)), "{leased:?}");
}

proptest! {
    #[test]
    fn nobody_is_lost_or_called_twice(
        sizes in proptest::collection::vec((1_u16..4, 1_u8..100, 0_i64..40, 0_u32..9), 1..8),
        leases in proptest::collection::vec(1_u32..30, 1..20),
    ) {
        let turns: Vec<_> = (1..).zip(&sizes).map(|(id, (priority, share, many, paced))| {
            (MixTurn { paced: *paced, ..turn(id, *priority, *share) }, *many)
        }).collect();
        let all: i64 = sizes.iter().map(|(_, _, many, _)| many).sum();
        let mut base = Base::new(&turns);
        let mut leased = 0;
        for wanted in leases {
            let got = base.lease(wanted).len();
            let left = all as usize - leased;
            prop_assert_eq!(got, left.min(wanted as usize));
            leased += got;
        }
    }
}
