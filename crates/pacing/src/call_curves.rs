//! When calls on their way reach a person: for each age at which a call may
//! stand, dialing or ringing, the chance per second from now.

use domain::Timestamp;

use crate::call_book::{CallBook, seconds};
use crate::snapshot::SnapshotCall;

/// Seconds that detection is looked ahead for once somebody picked up.
const DETECTION_STEPS: usize = 8;
/// Detection may end this long after the ring timeout.
const AFTER_TIMEOUT: usize = 8;

/// A curve per age, one row after the other.
struct Curves {
    steps: usize,
    rows: Vec<f64>,
}

impl Curves {
    fn new(steps: usize) -> Curves {
        Curves {
            steps,
            rows: vec![0.0; steps * (steps + 1)],
        }
    }

    fn of(&self, age: usize) -> &[f64] {
        &self.rows[age * self.steps..(age + 1) * self.steps]
    }

    /// Fills the rows from the oldest age down: the chance of `now` at each
    /// step of this second, else what a call a second older has coming.
    fn fill(&mut self, stay: impl Fn(usize) -> f64, now: impl Fn(usize, usize) -> f64) {
        let steps = self.steps;
        for age in (0..steps).rev() {
            let (head, tail) = self.rows.split_at_mut((age + 1) * steps);
            let row = &mut head[age * steps..];
            let stay = stay(age);
            row[0] = now(age, 0);
            for step in 1..steps {
                row[step] = now(age, step) + stay * tail[step - 1];
            }
        }
    }
}

/// The curves of all calls there may be at one instant.
pub(crate) struct CallCurves {
    dialing: Curves,
    ringing: Curves,
    new_call: Vec<f64>,
    /// Share still in detection after half steps: 0, 0.5, 1 ...
    undetected: Vec<f64>,
    /// By ring age: the chance that who picked up is a person.
    person_share: Vec<f64>,
}

impl CallCurves {
    pub(crate) fn new(calls: &CallBook, steps: usize, ring_timeout: f64) -> CallCurves {
        let detected = &calls.detected;
        let undetected = detected.survival(&detected.rates(), 0.5, 2 * steps);
        let found: Vec<f64> = (0..steps)
            .map(|step| detected_in(&undetected, step))
            .collect();
        let (ringing, person_share) = ringing_curves(calls, &found, steps);
        let dialing = dialing_curves(calls, &ringing, steps);
        let mut new_call = dialing.of(0).to_vec();
        for chance in new_call
            .iter_mut()
            .skip(ring_timeout as usize + AFTER_TIMEOUT)
        {
            *chance = 0.0; // it is given up at the ring timeout; detection may run on
        }
        CallCurves {
            dialing,
            ringing,
            new_call,
            undetected,
            person_share,
        }
    }

    /// The curve of a call placed now.
    pub(crate) fn new_call(&self) -> &[f64] {
        &self.new_call
    }

    /// The curve of a call that has rung for so many steps.
    pub(crate) fn ringing(&self, age: usize) -> &[f64] {
        self.ringing.of(age)
    }

    /// The curve of a call placed so many steps ago that does not ring yet.
    pub(crate) fn dialing(&self, age: usize) -> &[f64] {
        self.dialing.of(age)
    }

    /// The largest age there is a curve for.
    pub(crate) fn age_max(&self) -> usize {
        self.ringing.steps
    }

    /// The curve of a call that was picked up and is being listened to.
    pub(crate) fn detecting(&self, now: Timestamp, call: &SnapshotCall) -> [f64; DETECTION_STEPS] {
        let picked = call.answered.unwrap_or(now);
        let rang = call.ringing.unwrap_or(call.placed);
        let age = (seconds(rang, picked).round() as usize).min(self.person_share.len() - 1);
        let half_steps = (seconds(picked, now) * 2.0) as usize;
        let left = |halves: usize| {
            let at = half_steps
                .saturating_add(halves)
                .min(self.undetected.len() - 1);
            self.undetected[at]
        };
        let whole = left(0).max(1e-9);
        std::array::from_fn(|step| {
            self.person_share[age] * (left(2 * step) - left(2 * step + 2)) / whole
        })
    }
}

/// Curves by ring age, and the chance that who picks up then is a person.
fn ringing_curves(calls: &CallBook, found: &[f64], steps: usize) -> (Curves, Vec<f64>) {
    let (level, _) = calls.level();
    let (machine, rings_out) = (calls.machine.rates(), calls.rings_out.rates());
    let by_bin: Vec<(f64, f64, f64)> = calls
        .person_rates()
        .iter()
        .zip(machine.iter().zip(&rings_out))
        .map(|(person, (machine, rings_out))| {
            let person = person * level;
            let total = person + machine + rings_out;
            let stay = (-total).exp();
            (
                stay,
                person / total * (1.0 - stay),
                person / (person + machine),
            )
        })
        .collect();
    let by_age: Vec<(f64, f64, f64)> = (0..steps)
        .map(|age| by_bin[calls.person.bin(age as f64 + 0.5)])
        .collect();
    let mut curves = Curves::new(steps);
    curves.fill(|age| by_age[age].0, |age, step| by_age[age].1 * found[step]);
    (curves, by_age.iter().map(|(_, _, share)| *share).collect())
}

/// Curves by the time since a call was placed, until it rings.
fn dialing_curves(calls: &CallBook, ringing: &Curves, steps: usize) -> Curves {
    let (rings, dies) = (calls.rings.rates(), calls.dies.rates());
    let by_bin: Vec<(f64, f64)> = rings
        .iter()
        .zip(&dies)
        .map(|(rings, dies)| {
            let total = rings + dies;
            let stay = (-total).exp();
            (stay, rings / total * (1.0 - stay))
        })
        .collect();
    let by_age: Vec<(f64, f64)> = (0..steps)
        .map(|age| by_bin[calls.rings.bin(age as f64 + 0.5)])
        .collect();
    let fresh = ringing.of(0);
    let mut curves = Curves::new(steps);
    curves.fill(|age| by_age[age].0, |age, step| by_age[age].1 * fresh[step]);
    curves
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
