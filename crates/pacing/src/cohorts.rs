//! Who is in a stage now, by age: calls that ring, agents who talk. Those who
//! entered in the same step of time are one cohort, a number and the sum of
//! their odd milliseconds. So the exposure of a thousand calls costs no more
//! than that of one, and is exact to the millisecond once a step is over.

use crate::exp::exp;

/// Ages are told apart by bins of whole steps.
#[derive(Debug)]
pub(crate) struct Bins<const BINS: usize> {
    /// A step, in milliseconds.
    pub(crate) step: i64,
    /// Upper edge of each bin, in steps; the last bin is open.
    pub(crate) uppers: [u32; BINS],
}

impl<const BINS: usize> Bins<BINS> {
    /// By the upper edges, in steps, of all bins but the last, which is open.
    pub(crate) const fn new(step: i64, edges: &[u32]) -> Bins<BINS> {
        assert!(edges.len() + 1 == BINS);
        let mut uppers = [u32::MAX; BINS];
        let mut bin = 0;
        while bin < edges.len() {
            uppers[bin] = edges[bin];
            bin += 1;
        }
        Bins { step, uppers }
    }

    /// The oldest edge: beyond it ages are no longer told apart.
    fn last(&self) -> i64 {
        i64::from(self.uppers[BINS - 2])
    }

    /// What is known by bin, for each whole step of age.
    pub(crate) fn by_age<T: Copy>(&self, by_bin: &[T; BINS], ages: usize) -> Vec<T> {
        let mut by_age = Vec::with_capacity(ages);
        for (upper, here) in self.uppers.iter().zip(by_bin) {
            let upper = usize::try_from(*upper).map_or(ages, |upper| upper.min(ages));
            by_age.resize(by_age.len().max(upper), *here);
        }
        by_age
    }

    /// The chance by bin that a step is survived at these exits per second.
    pub(crate) fn stays(&self, rates: &[f64; BINS]) -> [f64; BINS] {
        let mut stays = *rates;
        for stays in &mut stays {
            *stays *= self.step as f64 * -1e-3;
        }
        exp(&mut stays);
        stays
    }

    /// The middle of a bin in steps; the open one counts from its lower edge.
    pub(crate) fn middle(&self, bin: usize) -> f64 {
        let lower = bin.checked_sub(1).map_or(0, |below| self.uppers[below]);
        let upper = if bin + 1 < BINS {
            self.uppers[bin]
        } else {
            lower
        };
        f64::from(lower + upper) / 2.0
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Cohort {
    count: u32,
    /// Milliseconds from entering to the end of that step, of all together.
    rest: u32,
}

/// Who is in a stage now. Time is what [`Cohorts::advance`] was told last.
#[derive(Clone, Debug)]
pub(crate) struct Cohorts<const BINS: usize> {
    bins: &'static Bins<BINS>,
    /// The bin of each whole step of age.
    bin_of: Vec<u8>,
    /// By step of entering, as far back as ages are told apart.
    ring: Vec<Cohort>,
    /// The step that runs now.
    at: i64,
    /// How many there are in each bin, as of the start of this step.
    inside: [u32; BINS],
}

impl<const BINS: usize> Cohorts<BINS> {
    pub(crate) fn new(bins: &'static Bins<BINS>) -> Cohorts<BINS> {
        let last = usize::try_from(bins.last()).expect("edges are small numbers");
        let bin_at = |age: usize| bins.uppers.partition_point(|upper| *upper as usize <= age) as u8;
        Cohorts {
            bins,
            bin_of: (0..=last).map(bin_at).collect(),
            ring: vec![Cohort::default(); (last + 1).next_power_of_two()],
            at: 0,
            inside: [0; BINS],
        }
    }

    /// Bytes held beside itself.
    pub(crate) fn footprint(&self) -> usize {
        self.bin_of.capacity() + self.ring.capacity() * size_of::<Cohort>()
    }

    /// The bin of an age in whole steps.
    fn bin(&self, age: usize) -> usize {
        usize::from(self.bin_of[age.min(self.bin_of.len() - 1)])
    }

    /// The bin of an age in milliseconds.
    pub(crate) fn bin_at(&self, age: i64) -> usize {
        self.bin(usize::try_from(age / self.bins.step).unwrap_or(0))
    }

    /// Nobody is in here any more, and it is `now`: the clock jumped.
    pub(crate) fn restart(&mut self, now: i64) {
        self.ring.fill(Cohort::default());
        self.inside = [0; BINS];
        self.at = now.div_euclid(self.bins.step);
    }

    pub(crate) fn enter(&mut self, now: i64) {
        let rest = self.rest(now);
        let cohort = self.cohort(self.at);
        cohort.count += 1;
        cohort.rest += rest;
    }

    /// Leaves at `now` who entered at `since`; what they were exposed to since
    /// this step began goes to `expose`: bins and milliseconds.
    pub(crate) fn leave(&mut self, since: i64, now: i64, mut expose: impl FnMut(usize, i64)) {
        let (rest, step) = (self.rest(since), self.bins.step);
        let steps = self.at - since.div_euclid(step);
        let age = now - since;
        if steps <= 0 {
            expose(0, age);
        } else {
            let counted = (steps - 1) * step + i64::from(rest);
            let edge = steps * step;
            let before = self.bin(usize::try_from(steps - 1).unwrap_or(0));
            expose(before, age.min(edge) - counted);
            expose(self.bin_at(edge), (age - edge).max(0));
            self.inside[before] -= 1;
        }
        if steps <= self.bins.last() {
            let cohort = self.cohort(self.at - steps);
            cohort.count -= 1;
            cohort.rest -= rest;
        }
    }

    /// Time goes on to `now`; for each step that ended, all that was exposed
    /// in it goes to `expose`: milliseconds by bin.
    pub(crate) fn advance(&mut self, now: i64, mut expose: impl FnMut(&[i64; BINS])) {
        let until = now.div_euclid(self.bins.step);
        while self.at < until {
            expose(&self.one_step());
            self.at += 1;
        }
    }

    /// During a step, a cohort spends its odd milliseconds past the next whole
    /// step of age, the rest before it. That matters only at edges of bins.
    fn one_step(&mut self) -> [i64; BINS] {
        let step = self.bins.step;
        let mut exposed = [0; BINS];
        for (exposed, inside) in exposed.iter_mut().zip(self.inside) {
            *exposed = i64::from(inside) * step;
        }
        for bin in 0..BINS - 1 {
            let entered = self.at - i64::from(self.bins.uppers[bin]);
            let crossing = *self.cohort(entered);
            if crossing.count == 0 {
                continue;
            }
            exposed[bin] -= i64::from(crossing.rest);
            exposed[bin + 1] += i64::from(crossing.rest);
            self.inside[bin] -= crossing.count;
            self.inside[bin + 1] += crossing.count;
        }
        *self.cohort(self.at - self.bins.last()) = Cohort::default(); // told apart no more
        let newcomers = *self.cohort(self.at);
        exposed[0] += i64::from(newcomers.rest);
        self.inside[0] += newcomers.count;
        exposed
    }

    fn cohort(&mut self, entered: i64) -> &mut Cohort {
        let mask = self.ring.len() as i64 - 1;
        &mut self.ring[(entered & mask) as usize]
    }

    /// Milliseconds to the end of the step of an instant.
    fn rest(&self, at: i64) -> u32 {
        (self.bins.step - at.rem_euclid(self.bins.step)) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static BINS: Bins<4> = Bins::new(1_000, &[1, 2, 4]);

    /// Exposure by bin of one that is there from an instant to another.
    fn exposed(since: i64, until: i64, look_every: i64) -> [i64; 4] {
        let mut cohorts = Cohorts::new(&BINS);
        let mut total = [0; 4];
        let mut add = |step: &[i64; 4]| (0..4).for_each(|bin| total[bin] += step[bin]);
        cohorts.restart(since - 3_500);
        cohorts.advance(since, &mut add);
        cohorts.enter(since);
        let mut at = since;
        while at < until {
            at = (at + look_every).min(until);
            cohorts.advance(at, &mut add);
        }
        cohorts.leave(since, until, |bin, ms| total[bin] += ms);
        assert_eq!(cohorts.inside, [0; 4], "nobody is left");
        assert!(
            cohorts
                .ring
                .iter()
                .all(|cohort| cohort.count == 0 && cohort.rest == 0)
        );
        total
    }

    #[test]
    fn exposure_is_exact_however_time_was_cut() {
        for since in [5_000, 5_001, 5_400, 5_999, -7_300] {
            for (lasts, wanted) in [
                (0, [0; 4]),
                (300, [300, 0, 0, 0]),
                (1_700, [1_000, 700, 0, 0]),
                (3_999, [1_000, 1_000, 1_999, 0]),
                (90_000, [1_000, 1_000, 2_000, 86_000]),
            ] {
                for look_every in [1_000, 170, 2_600] {
                    let found = exposed(since, since + lasts, look_every);
                    assert_eq!(found, wanted, "{since} {lasts} {look_every}");
                }
            }
        }
    }
}
