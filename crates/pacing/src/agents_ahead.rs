//! When busy agents are free again, second by second, from the hazards of
//! talk and wrap-up.

use crate::call_curves::{Second, backwards, whole_steps};
use crate::forecast::{AtPoints, POINTS};
use crate::talk_book::{CLASSES, LearntOfTalks, TALK, TALK_BINS, WRAP, WRAP_BINS, class};

/// Longest wrap-up followed, in seconds.
const WRAP_UP_STEPS: usize = 80;
/// Talks younger than this share a forecast by whole seconds, older ones by
/// the bins of their hazard.
const BY_SECOND: usize = 64;
/// Kinds of talks told apart by age.
pub(crate) const TALK_AGES: usize = BY_SECOND + TALK_BINS;

/// What is known of agents' talks and wrap-ups at one instant.
#[derive(Clone, Debug)]
pub(crate) struct AgentsAhead {
    /// The chance to be free again in time at each point, by age of the talk.
    talks: Vec<AtPoints>,
    /// By whole seconds of wrap-up: the share that still goes on, by class.
    wrap_up: Vec<ByClass>,
    /// Chance that a talk begun now still holds its agent so many seconds
    /// on, and as long as a call may wait; half of it in the first.
    busy: Vec<f64>,
    /// Share of agents who are ready after wrap-up, rather than away.
    stays: f64,
    wait: usize,
}

type ByClass = [f64; CLASSES];

impl AgentsAhead {
    /// Looks to each point ahead; a call waits for `wait` seconds at most.
    pub(crate) fn new(talks: &LearntOfTalks, points: &[usize; POINTS], wait: usize) -> AgentsAhead {
        let len = points[POINTS - 1] + wait + 1;
        let wrap_up = wrap_up_left(talks, WRAP_UP_STEPS + len + 2);
        let over: [Vec<f64>; CLASSES] = std::array::from_fn(|class| {
            let left = wrap_up.iter().take(len);
            left.map(|left| 1.0 - left[class]).collect()
        });
        let seconds = TALK.stays(&talks.talk).map(|stays| Second {
            ends: 1.0 - stays,
            stays,
        });
        let stays = talks.stay_share;
        let at_points = |free: &[f64]| points.map(|point| stays * free[point + wait]);
        let mut by_age = vec![[0.0; POINTS]; TALK_AGES];
        let fresh = backwards(
            &TALK.by_age(&seconds, BY_SECOND + len),
            len,
            |age| &over[class_at(age)],
            |age, free| {
                if age < BY_SECOND {
                    by_age[age] = at_points(free);
                }
            },
        );
        for (bin, second) in seconds.iter().enumerate() {
            let over = &over[class_at(TALK.middle(bin) as usize)];
            by_age[BY_SECOND + bin] = at_points(&steadily(*second, over));
        }
        let mut busy: Vec<f64> = (wait..len).map(|at| 1.0 - stays * fresh[at]).collect();
        busy[0] *= 0.5; // who gets live in the second of a point does so in the middle of it
        AgentsAhead {
            talks: by_age,
            wrap_up,
            busy,
            stays,
            wait,
        }
    }

    /// Bytes held beside itself.
    pub(crate) fn footprint(&self) -> usize {
        self.talks.capacity() * size_of::<AtPoints>()
            + self.wrap_up.capacity() * size_of::<ByClass>()
            + self.busy.capacity() * size_of::<f64>()
    }

    /// Which of [`TALK_AGES`] a talk belongs to, so many milliseconds old.
    pub(crate) fn talk_age(&self, age: i64) -> usize {
        let age = whole_steps(age);
        if age < BY_SECOND {
            age
        } else {
            let older = |upper: &u32| *upper as usize <= age;
            BY_SECOND + TALK.uppers[..TALK_BINS - 1].partition_point(older)
        }
    }

    /// Chance that an agent whose talk has this age is free in time for a
    /// call that gets live at each point.
    pub(crate) fn talk_frees(&self, talk_age: usize) -> &AtPoints {
        &self.talks[talk_age]
    }

    /// Chance that an agent is busy so many steps after taking a call, as
    /// [`crate::call_curves::held`] wants it.
    pub(crate) fn busy(&self) -> &[f64] {
        &self.busy
    }

    /// The same as [`AgentsAhead::talk_frees`] for an agent in wrap-up for so
    /// many milliseconds after such a talk, which ends in `until` at the latest.
    pub(crate) fn wrap_up_frees(
        &self,
        (age, talked): (i64, i64),
        until: Option<i64>,
        points: &[usize; POINTS],
    ) -> AtPoints {
        let class = class(talked);
        let left = |second: usize, part: f64| {
            let (before, after) = (self.wrap_up[second][class], self.wrap_up[second + 1][class]);
            before + (after - before) * part
        };
        let split = |milliseconds: i64| {
            let whole = usize::try_from(milliseconds / 1_000).unwrap_or(0);
            (whole, (milliseconds % 1_000) as f64 * 1e-3)
        };
        let age = age.clamp(0, WRAP_UP_STEPS as i64 * 1_000);
        let ((second, part), (later, later_part)) = (split(age), split(age + 500));
        let share = self.stays / left(second, part).max(1e-9);
        let mut frees = [0.0; POINTS];
        for (free, point) in frees.iter_mut().zip(points) {
            let ahead = point + self.wait;
            *free = self.stays - share * left(later + ahead, later_part);
            if until.is_some_and(|until| until <= ahead as i64 * 1_000 + 500) {
                *free = self.stays;
            }
        }
        frees
    }
}

/// What a talk has coming whose hazard stays what it is: nearly so for old
/// ones, which the bins tell apart by minutes.
fn steadily(Second { ends, stays }: Second, over: &[f64]) -> Vec<f64> {
    let mut later = 0.0;
    let free = over.iter().map(|over| {
        later = ends * over + stays * later;
        later
    });
    free.collect()
}

/// Share of wrap-ups that go on after each whole second, by class.
fn wrap_up_left(talks: &LearntOfTalks, seconds: usize) -> Vec<ByClass> {
    let stays: [[f64; WRAP_BINS]; CLASSES] = talks.wrap.each_ref().map(|wrap| WRAP.stays(wrap));
    let by_bin: [ByClass; WRAP_BINS] =
        std::array::from_fn(|bin| stays.each_ref().map(|class| class[bin]));
    let mut left = [1.0; CLASSES];
    let mut all = WRAP.by_age(&by_bin, seconds);
    for second in &mut all {
        let stays = std::mem::replace(second, left);
        left.iter_mut()
            .zip(stays)
            .for_each(|(left, stays)| *left *= stays);
    }
    all
}

/// The class of wrap-up after a talk that ends in this second of its age.
fn class_at(age: usize) -> usize {
    class(age as i64 * 1_000 + 500)
}
