//! The last half hour: how much of the risk allowed its abandoned calls leave.
//! A day may be within its target and still hold a half hour that neither
//! customers nor a regulator would forgive.

use std::collections::VecDeque;

/// The window, in seconds.
const SPAN: f64 = 1_800.0;
/// It reaches further back until it holds so many live calls: the share of a
/// handful says nothing.
const LIVE_MIN: f64 = 50.0;
/// Width of a bucket, in seconds.
const BUCKET: f64 = 60.0;
/// Agents busy at once from which on a team is a large one.
const LARGE_TEAM: f64 = 18.0;
/// How far over the target a half hour may get: of a large team, of a small
/// one, where a single call weighs more.
const MARGIN_LARGE: f64 = 0.03;
const MARGIN_SMALL: f64 = 0.07;
/// Memory of the largest team, in seconds: a lunch does not make it small.
const TEAM_MEMORY: f64 = 7_200.0;
/// Risk is eased off within so many abandoned calls of the limit, and this
/// many more for each standard deviation of what is usual.
const EASE: (f64, f64) = (1.0, 0.8);
/// Risk left at the limit: little, but the floor is not left idle.
const LEAST: f64 = 0.02;

#[derive(Clone, Copy, Debug)]
struct Bucket {
    since: f64,
    live: f64,
    abandoned: f64,
}

/// The last half hour, by the minute. Buckets are made by answers, and the
/// window never holds many more of them than it needs.
#[derive(Clone, Debug)]
pub(crate) struct Lately {
    target: f64,
    buckets: VecDeque<Bucket>,
    live: f64,
    abandoned: f64,
    clock: f64,
    team: f64,
}

impl Lately {
    pub(crate) fn new(target: f64) -> Lately {
        Lately {
            target,
            buckets: VecDeque::new(),
            live: 0.0,
            abandoned: 0.0,
            clock: 0.0,
            team: 0.0,
        }
    }

    /// Bytes held beside itself.
    pub(crate) fn footprint(&self) -> usize {
        self.buckets.capacity() * size_of::<Bucket>()
    }

    /// Time went by, with so many agents busy at its end.
    pub(crate) fn passed(&mut self, seconds: f64, busy: usize) {
        self.clock += seconds;
        self.team = (self.team * (-seconds / TEAM_MEMORY).exp()).max(busy as f64);
        while let Some(oldest) = self.buckets.front() {
            let young = self.clock - oldest.since <= SPAN;
            if young || self.live - oldest.live < LIVE_MIN {
                break;
            }
            self.live -= oldest.live;
            self.abandoned -= oldest.abandoned;
            self.buckets.pop_front();
        }
    }

    pub(crate) fn answered(&mut self) {
        self.bucket().live += 1.0;
        self.live += 1.0;
    }

    pub(crate) fn abandoned_one(&mut self) {
        self.bucket().abandoned += 1.0;
        self.abandoned += 1.0;
    }

    /// Most agents seen busy at once, of late.
    pub(crate) fn team(&self) -> f64 {
        self.team
    }

    /// Share of the risk allowed that may be taken: all of it while the half
    /// hour is well below its limit, next to none at the limit.
    pub(crate) fn leave(&self) -> f64 {
        let margin = if self.team >= LARGE_TEAM {
            MARGIN_LARGE
        } else {
            MARGIN_SMALL
        };
        let live = self.live.max(LIVE_MIN);
        let most = ((self.target + margin) * live).floor();
        let (calls, deviations) = EASE;
        let ease = calls + deviations * (self.target * live).sqrt();
        ((most - self.abandoned) / ease).clamp(LEAST, 1.0)
    }

    fn bucket(&mut self) -> &mut Bucket {
        let stale = self
            .buckets
            .back()
            .is_none_or(|last| self.clock - last.since >= BUCKET);
        if stale {
            self.buckets.push_back(Bucket {
                since: self.clock,
                live: 0.0,
                abandoned: 0.0,
            });
        }
        self.buckets.back_mut().expect("one was just put there")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn half_hour(busy: usize, live: usize, abandoned: usize) -> Lately {
        let mut lately = Lately::new(0.03);
        lately.passed(1.0, busy);
        (0..live).for_each(|_| lately.answered());
        (0..abandoned).for_each(|_| lately.abandoned_one());
        lately
    }

    #[test]
    fn a_usual_half_hour_leaves_all_risk_and_one_at_its_limit_next_to_none() {
        assert_eq!(half_hour(20, 400, 12).leave(), 1.0);
        assert_eq!(half_hour(20, 400, 24).leave(), LEAST);
        let near = half_hour(20, 400, 22).leave();
        assert!(near > LEAST && near < 1.0, "{near}");
    }

    #[test]
    fn a_small_team_has_more_room() {
        assert!(half_hour(5, 100, 6).leave() > half_hour(20, 100, 6).leave());
    }

    #[test]
    fn what_was_abandoned_is_forgotten_once_enough_answers_came_after() {
        let mut lately = half_hour(20, 100, 9);
        lately.passed(3_600.0, 20);
        (0..49).for_each(|_| lately.answered());
        lately.passed(1.0, 20);
        assert!(lately.leave() < 1.0, "too few answers to judge by");
        lately.answered();
        lately.passed(1.0, 20);
        assert_eq!(lately.leave(), 1.0);
        assert_eq!(lately.buckets.len(), 1);
    }
}
