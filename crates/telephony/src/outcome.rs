//! What became of an attempt that ended before an answer: by who ended it, and where the network
//! did, by the table of causes.

use domain::Outcome;

use crate::causes::Causes;

/// A call that ended before an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The final status, received or made up by our timers.
    pub status: u16,
    /// Cause of the Reason header.
    pub q850: Option<u16>,
    /// Whether analytics of the network blocked it, as it says itself.
    pub blocked: bool,
    /// Whether the far side said anything at all before: any 1xx.
    pub heard: bool,
    /// Who put an end to it.
    pub by: WhoEnded,
}

/// Who put an end to a call before an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhoEnded {
    /// The network, with a final status or by its silence.
    Network,
    /// We, because it rang as long as it may.
    RingTimeout,
    /// We, by order.
    Order,
}

/// What becomes of the attempt.
pub fn outcome_of(causes: &Causes, refusal: &Refusal) -> Outcome {
    match refusal.by {
        WhoEnded::Order => Outcome::Cancelled,
        // A far side that never said a word is a dead trunk, not a telephone that rang.
        WhoEnded::RingTimeout | WhoEnded::Network if timed_out_unheard(refusal) => {
            Outcome::Congestion
        }
        WhoEnded::RingTimeout => Outcome::NoAnswer,
        WhoEnded::Network if refusal.blocked => Outcome::Blocked,
        WhoEnded::Network => refusal
            .q850
            .and_then(|cause| causes.by_q850(cause))
            .unwrap_or_else(|| causes.by_status(refusal.status)),
    }
}

fn timed_out_unheard(refusal: &Refusal) -> bool {
    !refusal.heard && (refusal.status == 408 || refusal.by == WhoEnded::RingTimeout)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(status: u16, q850: Option<u16>) -> Outcome {
        outcome_of(
            &Causes::default(),
            &Refusal {
                status,
                q850,
                blocked: false,
                heard: true,
                by: WhoEnded::Network,
            },
        )
    }

    #[test]
    fn a_status_alone_decides() {
        for (outcome, statuses) in [
            (Outcome::Busy, &[486, 600][..]),
            (Outcome::NoAnswer, &[408, 480, 487]),
            (Outcome::InvalidNumber, &[404, 410, 484, 485, 604]),
            (Outcome::Rejected, &[403, 433, 603]),
            (Outcome::Unwanted, &[607]),
            (Outcome::Blocked, &[608]),
            (
                Outcome::Congestion,
                &[302, 400, 401, 407, 488, 500, 502, 503, 504, 513, 606],
            ),
        ] {
            for &status in statuses {
                assert_eq!(network(status, None), outcome, "{status}");
            }
        }
    }

    #[test]
    fn a_cause_is_nearer_to_the_truth_than_the_status() {
        for (status, cause, outcome) in [
            (480, 20, Outcome::Unreachable),
            (480, 17, Outcome::Busy),
            (500, 1, Outcome::InvalidNumber),
            (503, 34, Outcome::Congestion),
            (404, 38, Outcome::Congestion),
            (480, 21, Outcome::Rejected),
            (502, 27, Outcome::Unreachable),
            (487, 19, Outcome::NoAnswer),
        ] {
            assert_eq!(network(status, Some(cause)), outcome, "{status} {cause}");
        }
    }

    #[test]
    fn a_cause_that_says_nothing_leaves_it_to_the_status() {
        assert_eq!(network(486, Some(16)), Outcome::Busy);
        assert_eq!(network(404, Some(3)), Outcome::InvalidNumber);
        assert_eq!(network(503, Some(127)), Outcome::Congestion);
    }

    #[test]
    fn a_block_by_analytics_is_not_the_persons_no() {
        let outcome = outcome_of(
            &Causes::default(),
            &Refusal {
                status: 603,
                q850: Some(21),
                blocked: true,
                heard: true,
                by: WhoEnded::Network,
            },
        );
        assert_eq!(outcome, Outcome::Blocked);
    }

    #[test]
    fn what_we_ended_is_not_the_networks_word() {
        let ended = |by, heard| {
            outcome_of(
                &Causes::default(),
                &Refusal {
                    status: 487,
                    q850: Some(17),
                    blocked: true,
                    heard,
                    by,
                },
            )
        };
        assert_eq!(ended(WhoEnded::Order, true), Outcome::Cancelled);
        assert_eq!(ended(WhoEnded::Order, false), Outcome::Cancelled);
        assert_eq!(ended(WhoEnded::RingTimeout, true), Outcome::NoAnswer);
        assert_eq!(ended(WhoEnded::RingTimeout, false), Outcome::Congestion);
    }

    #[test]
    fn a_trunk_that_says_nothing_costs_the_contact_no_attempt() {
        let timer_b = Refusal {
            status: 408,
            q850: None,
            blocked: false,
            heard: false,
            by: WhoEnded::Network,
        };
        assert_eq!(
            outcome_of(&Causes::default(), &timer_b),
            Outcome::Congestion
        );
    }
}
