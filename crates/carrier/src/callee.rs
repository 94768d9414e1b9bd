//! One called party: what their fate makes them do, step by step.
//!
//! ```text
//! Called ──ring──▶ Ringing ──pick up──▶ Talking ──had enough──▶ (hang up)
//!    └──────────────┴──refuse──▶ (status)
//! ```

use std::time::{Duration, Instant};

use crate::mix::Fate;

/// What a callee does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// 180.
    Ring,
    /// 200, and speak.
    PickUp,
    /// A final status.
    Refuse(u16),
    /// BYE.
    HangUp,
}

/// How long the network takes to find the phone before it rings.
const POST_DIAL_DELAY: Duration = Duration::from_millis(400);
/// How long a machine records.
const MACHINE_LISTENS: Duration = Duration::from_secs(40);

/// The acts of a fate, each with its time, in order.
pub(crate) fn acts(fate: Fate, called_at: Instant) -> Vec<(Instant, Act)> {
    let rings = called_at + POST_DIAL_DELAY;
    match fate {
        Fate::Person { ring, stay } => vec![
            (rings, Act::Ring),
            (rings + ring, Act::PickUp),
            (rings + ring + stay, Act::HangUp),
        ],
        Fate::Machine { ring } => vec![
            (rings, Act::Ring),
            (rings + ring, Act::PickUp),
            (rings + ring + MACHINE_LISTENS, Act::HangUp),
        ],
        Fate::NoAnswer => vec![(rings, Act::Ring)],
        Fate::Refused {
            status,
            after,
            rings: true,
        } => vec![(rings, Act::Ring), (rings + after, Act::Refuse(status))],
        Fate::Refused { status, after, .. } => vec![(called_at + after, Act::Refuse(status))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_rings_answers_and_leaves_in_that_order() {
        let now = Instant::now();
        let fate = Fate::Person {
            ring: Duration::from_secs(3),
            stay: Duration::from_secs(60),
        };
        let acts = acts(fate, now);
        assert!(acts.is_sorted_by_key(|(at, _)| *at));
        let names: Vec<Act> = acts.into_iter().map(|(_, act)| act).collect();
        assert_eq!(names, [Act::Ring, Act::PickUp, Act::HangUp]);
    }
}
