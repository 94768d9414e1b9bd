//! When calls on their way reach a person, and whether they hold an agent
//! later on: for each age at which a call may stand, dialing or ringing.
//!
//! What a call of some age has coming is what comes of this second, or what
//! a call a second older has coming, a second later. So all ages together
//! take one walk from the oldest down.

use crate::call_book::{DETECT, LearntOfCalls, RING, RING_BINS};
use crate::forecast::{AtPoints, POINTS};

/// Seconds that detection is looked ahead for once somebody picked up.
const DETECTION_STEPS: usize = 8;
/// Detection may end this long after the ring timeout.
const AFTER_TIMEOUT: usize = 8;

/// What a second of some age brings.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Second {
    /// The chance that it ends with what is waited for.
    pub(crate) ends: f64,
    /// The chance that it ends not at all.
    pub(crate) stays: f64,
}

/// Walks over all ages from the oldest down. `then` gives what an end at an
/// age brings, by steps from then on; `look` sees the same for whoever is of
/// that age. The last one seen, at age 0, comes back.
pub(crate) fn backwards<'a>(
    ages: &[Second],
    len: usize,
    then: impl Fn(usize) -> &'a [f64],
    mut look: impl FnMut(usize, &[f64]),
) -> Vec<f64> {
    let mut older = vec![0.0; len];
    let mut here = vec![0.0; len];
    for (age, Second { ends, stays }) in ages.iter().enumerate().rev() {
        let then = &then(age)[..len];
        here[0] = ends * then[0];
        for ((here, then), older) in here[1..].iter_mut().zip(&then[1..]).zip(&older) {
            *here = ends * then + stays * older;
        }
        look(age, &here);
        std::mem::swap(&mut older, &mut here);
    }
    older
}

/// The curves of all calls there may be at one instant.
#[derive(Clone, Debug)]
pub(crate) struct CallCurves {
    dialing: Vec<Second>,
    ringing: Vec<Second>,
    /// Share of detections that end so many steps after picking up.
    found: Vec<f64>,
    new_call: Vec<f64>,
    /// Share still in detection after half steps: 0, 0.5, 1 ...
    undetected: Vec<f64>,
    /// By ring age: the chance that who picked up is a person.
    person_share: Vec<f64>,
}

impl CallCurves {
    pub(crate) fn new(calls: &LearntOfCalls, steps: usize, ring_timeout: f64) -> CallCurves {
        let mut left = 1.0;
        let stays = DETECT.by_age(&DETECT.stays(&calls.detected), 2 * steps);
        let undetected = stays
            .into_iter()
            .map(|stays| {
                let before = left;
                left *= stays;
                before
            })
            .collect::<Vec<f64>>();
        let found: Vec<f64> = (0..steps)
            .map(|step| detected_in(&undetected, step))
            .collect();
        let (ringing, person_share) = ringing_by_age(calls, steps);
        let dialing = dialing_by_age(calls, steps);
        let rung = backwards(&ringing, steps, |_| &found, |_, _| {});
        let mut new_call = backwards(&dialing, steps, |_| &rung, |_, _| {});
        // It is given up at the ring timeout; detection may run on.
        let given_up = (ring_timeout as usize + AFTER_TIMEOUT).min(steps);
        new_call[given_up..].fill(0.0);
        CallCurves {
            dialing,
            ringing,
            found,
            new_call,
            undetected,
            person_share,
        }
    }

    /// Bytes held beside itself.
    pub(crate) fn footprint(&self) -> usize {
        let seconds = self.dialing.capacity() + self.ringing.capacity();
        let shares = [
            &self.found,
            &self.new_call,
            &self.undetected,
            &self.person_share,
        ];
        let shares: usize = shares.iter().map(|shares| shares.capacity()).sum();
        seconds * size_of::<Second>() + shares * size_of::<f64>()
    }

    /// The chance at each step that a call placed now reaches a person.
    pub(crate) fn new_call(&self) -> &[f64] {
        &self.new_call
    }

    /// The chance that a call holds an agent at each point, for calls that do
    /// not ring yet and for those that do, by age. `busy` is the chance that
    /// an agent is still busy so many steps after taking a call.
    pub(crate) fn holds(
        &self,
        busy: &[f64],
        points: &[usize; POINTS],
    ) -> (Vec<AtPoints>, Vec<AtPoints>) {
        let len = points[POINTS - 1] + 1;
        let picked: Vec<f64> = (0..len).map(|at| held(&self.found, busy, at)).collect();
        let at_points = |curve: &[f64]| points.map(|point| curve[point].clamp(0.0, 1.0));
        let mut ringing = vec![[0.0; POINTS]; self.ringing.len()];
        let rung = backwards(
            &self.ringing,
            len,
            |_| &picked,
            |age, curve| ringing[age] = at_points(curve),
        );
        let mut dialing = vec![[0.0; POINTS]; self.dialing.len()];
        backwards(
            &self.dialing,
            len,
            |_| &rung,
            |age, curve| dialing[age] = at_points(curve),
        );
        (dialing, ringing)
    }

    /// The same for a call that rang for so many milliseconds, and was picked
    /// up so many ago: somebody or something is being listened to.
    pub(crate) fn detecting_holds(
        &self,
        (rang, listened): (i64, i64),
        busy: &[f64],
        points: &[usize; POINTS],
    ) -> AtPoints {
        let age = whole_steps(rang).min(self.person_share.len() - 1);
        let half_steps = usize::try_from(listened / 500).unwrap_or(0);
        let last = self.undetected.len() - 1;
        let left = |halves: usize| self.undetected[half_steps.saturating_add(halves).min(last)];
        let person = self.person_share[age] / left(0).max(1e-9);
        let live: [f64; DETECTION_STEPS] =
            std::array::from_fn(|step| person * (left(2 * step) - left(2 * step + 2)));
        points.map(|point| held(&live, busy, point).clamp(0.0, 1.0))
    }
}

/// The chance that a call with this live curve holds an agent at a step.
pub(crate) fn held(live: &[f64], busy: &[f64], at: usize) -> f64 {
    let live = live.iter().take(at + 1).enumerate();
    live.map(|(step, chance)| chance * busy[at - step]).sum()
}

/// An age in milliseconds as the nearest whole step.
pub(crate) fn whole_steps(age: i64) -> usize {
    usize::try_from(age.saturating_add(500) / 1_000).unwrap_or(0)
}

/// By ring age: picked up or not, and the chance that who does is a person.
fn ringing_by_age(calls: &LearntOfCalls, ages: usize) -> (Vec<Second>, Vec<f64>) {
    let mut picks_up = calls.machine;
    let mut person = calls.person;
    for (any, person) in picks_up.iter_mut().zip(&mut person) {
        *any += *person;
        *person /= *any;
    }
    let seconds = ending(&calls.person, sum(&picks_up, &calls.rings_out));
    (RING.by_age(&seconds, ages), RING.by_age(&person, ages))
}

/// By the time since it was placed: rings or not.
fn dialing_by_age(calls: &LearntOfCalls, ages: usize) -> Vec<Second> {
    RING.by_age(&ending(&calls.rings, sum(&calls.rings, &calls.dies)), ages)
}

fn sum(some: &[f64; RING_BINS], more: &[f64; RING_BINS]) -> [f64; RING_BINS] {
    let mut sum = *some;
    sum.iter_mut()
        .zip(more)
        .for_each(|(sum, more)| *sum += more);
    sum
}

/// Seconds that may end one way of all ways, each with its hazard.
fn ending(one: &[f64; RING_BINS], all: [f64; RING_BINS]) -> [Second; RING_BINS] {
    let mut seconds = [Second::default(); RING_BINS];
    let hazards = one.iter().zip(all).zip(RING.stays(&all));
    for (second, ((one, all), stays)) in seconds.iter_mut().zip(hazards) {
        let ends = one / all * (1.0 - stays);
        *second = Second { ends, stays };
    }
    seconds
}

/// Share of detections that end in a step, when begun in the middle of step 0.
fn detected_in(undetected: &[f64], step: usize) -> f64 {
    let left = |halves: usize| undetected[halves.min(undetected.len() - 1)];
    if step == 0 {
        1.0 - left(1)
    } else {
        left(2 * step - 1) - left(2 * step + 1)
    }
}
