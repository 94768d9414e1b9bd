//! Which of a campaign's caller ids a call shows: one of the called person's region where there is
//! one, within a cap per day, by turns or the one used least, and none that the network or people
//! seem to be tired of. Decides from counts; draws no lots.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{PhoneNumber, Prefix, Rate, Timestamp};

/// Calls a caller id must have made before its answer rate says anything.
pub const JUDGED_FROM: u32 = 50;
/// How long a caller id rests whose calls are hardly answered any more.
pub const RESTS_FOR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);
/// More regions than any plan of numbers has.
const REGIONS_MAX: usize = 2_000;

/// How a caller id is chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CallerIdChoice {
    /// Among those that may be shown.
    pub rotation: Rotation,
    /// The most calls a day that show one and the same; `None`: any number.
    pub per_day_max: Option<u32>,
    /// Numbers called from a caller id of their own: the longest prefix counts.
    pub regions: Vec<Region>,
    /// A caller id rests whose answer rate is below this share of the others'; `None`: none rests.
    pub rest_below: Option<RestBelow>,
}

/// A share of the pool's answer rate, in whole percent so that settings compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RestBelow(u8);

impl RestBelow {
    /// From a share; `None` outside 1 % to 90 %.
    pub fn new(share: Rate) -> Option<RestBelow> {
        let percent = (share.get() * 100.0).round();
        (1.0..=90.0)
            .contains(&percent)
            .then_some(RestBelow(percent as u8))
    }

    /// The share.
    pub fn share(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

/// Who is next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rotation {
    /// One after another.
    #[default]
    RoundRobin,
    /// The one that made the fewest calls today.
    LeastUsed,
}

impl Rotation {
    /// The word used in configuration and the API.
    pub const fn word(self) -> &'static str {
        match self {
            Rotation::RoundRobin => "round-robin",
            Rotation::LeastUsed => "least-used",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Rotation> {
        [Rotation::RoundRobin, Rotation::LeastUsed]
            .into_iter()
            .find(|rotation| rotation.word() == word)
    }
}

/// A caller id for numbers that begin so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// The called number's beginning.
    pub prefix: Prefix,
    /// What it is shown.
    pub caller_id: PhoneNumber,
}

impl CallerIdChoice {
    /// Refuses what cannot be.
    pub fn check(&self, pool: &[PhoneNumber]) -> Result<(), &'static str> {
        if self.per_day_max == Some(0) {
            return Err("a caller id that may make no call a day is of no use; leave it out");
        }
        if self.regions.len() > REGIONS_MAX {
            return Err("there are at most 2000 regions of caller ids");
        }
        if self
            .regions
            .iter()
            .any(|region| !pool.contains(&region.caller_id))
        {
            return Err("a region names a caller id that the campaign does not have");
        }
        Ok(())
    }
}

/// What a caller id has done today.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CallerIdUse {
    /// Calls that showed it.
    pub calls: u32,
    /// Calls and answers since it was last judged.
    judged: (u32, u32),
    rests_until: Option<Timestamp>,
}

/// The caller ids of a campaign with what they did today.
#[derive(Clone, Debug, Default)]
pub struct CallerIds {
    uses: BTreeMap<PhoneNumber, CallerIdUse>,
    turn: usize,
    /// When the first call of the day was made.
    began: Option<Timestamp>,
}

impl CallerIds {
    /// Takes up what an earlier engine counted today.
    pub fn restore(&mut self, caller_id: PhoneNumber, calls: u32, answered: u32) {
        let used = self.uses.entry(caller_id).or_default();
        used.calls = used.calls.saturating_add(calls);
        used.judged.0 = used.judged.0.saturating_add(calls);
        used.judged.1 = used.judged.1.saturating_add(answered);
    }

    /// A new day: nobody was called yet.
    pub fn begin_day(&mut self) {
        self.uses.clear();
        self.began = None;
    }

    /// The caller id for a call; `None` where all made as many calls as they may today.
    pub fn choose(
        &mut self,
        pool: &[PhoneNumber],
        choice: &CallerIdChoice,
        called: PhoneNumber,
        now: Timestamp,
    ) -> Option<PhoneNumber> {
        // Where the law never closes, no day ends by itself.
        if now.since(*self.began.get_or_insert(now)) >= DAY {
            self.begin_day();
        }
        let region = region_of(choice, called);
        let of_region = |id: &PhoneNumber| {
            region.is_none_or(|prefix| {
                let rows = choice.regions.iter();
                rows.filter(|row| row.prefix == *prefix)
                    .any(|row| row.caller_id == *id)
            })
        };
        let fit: Vec<PhoneNumber> = pool.iter().copied().filter(|id| of_region(id)).collect();
        let free = |id: &PhoneNumber| {
            let calls = self.uses.get(id).map_or(0, |used| used.calls);
            choice.per_day_max.is_none_or(|max| calls < max)
        };
        // Where the region's own are used up, the others stand in.
        let mut open: Vec<_> = fit.iter().copied().filter(|id| free(id)).collect();
        if open.is_empty() {
            open = pool.iter().copied().filter(|id| free(id)).collect();
        }
        let awake: Vec<_> = open
            .iter()
            .copied()
            .filter(|id| !self.rests(*id, now))
            .collect();
        // Better a tired caller id than no call.
        let among = if awake.is_empty() { open } else { awake };
        let chosen = match choice.rotation {
            Rotation::RoundRobin => among.get(self.turn % among.len().max(1)).copied(),
            Rotation::LeastUsed => among
                .iter()
                .copied()
                .min_by_key(|id| self.uses.get(id).map_or(0, |used| used.calls)),
        }?;
        self.turn = self.turn.wrapping_add(1);
        self.uses.entry(chosen).or_default().calls += 1;
        Some(chosen)
    }

    /// Whether every one of them made as many calls as it may today.
    pub fn used_up(&self, pool: &[PhoneNumber], choice: &CallerIdChoice) -> bool {
        choice.per_day_max.is_some_and(|max| {
            let calls = |id| self.uses.get(id).map_or(0, |used| used.calls);
            pool.iter().all(|id| calls(id) >= max)
        })
    }

    /// A call that never left takes nothing from its caller id.
    pub fn give_back(&mut self, caller_id: PhoneNumber) {
        if let Some(used) = self.uses.get_mut(&caller_id) {
            used.calls = used.calls.saturating_sub(1);
        }
    }

    /// A call is over or was answered: its caller id is judged by the others.
    pub fn ended(
        &mut self,
        choice: &CallerIdChoice,
        caller_id: PhoneNumber,
        answered: bool,
        now: Timestamp,
    ) {
        let used = self.uses.entry(caller_id).or_default();
        used.judged.0 += 1;
        used.judged.1 += u32::from(answered);
        let (calls, answers) = used.judged;
        let Some(below) = choice.rest_below.filter(|_| calls >= JUDGED_FROM) else {
            return;
        };
        let others = self.uses.iter().filter(|(id, _)| **id != caller_id);
        let (all, theirs) = others.fold((0, 0), |(calls, answers), (_, used)| {
            (calls + used.judged.0, answers + used.judged.1)
        });
        if all < JUDGED_FROM {
            return;
        }
        let rate = |answers: u32, calls: u32| f64::from(answers) / f64::from(calls);
        if rate(answers, calls) < rate(theirs, all) * below.share()
            && let Some(used) = self.uses.get_mut(&caller_id)
        {
            used.rests_until = Some(now + RESTS_FOR);
            used.judged = (0, 0);
        }
    }

    fn rests(&self, id: PhoneNumber, now: Timestamp) -> bool {
        let until = self.uses.get(&id).and_then(|used| used.rests_until);
        until.is_some_and(|until| now < until)
    }
}

/// The longest region that fits.
fn region_of(choice: &CallerIdChoice, called: PhoneNumber) -> Option<&Prefix> {
    let rows = choice.regions.iter().filter(|row| row.prefix.fits(called));
    rows.map(|row| &row.prefix)
        .max_by_key(|prefix| prefix.digits().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn number(n: u64) -> PhoneNumber {
        PhoneNumber::from_e164(&format!("+57601{n:07}")).expect("a landline")
    }

    fn mobile() -> PhoneNumber {
        PhoneNumber::from_e164("+573001234567").expect("a mobile")
    }

    #[test]
    fn they_take_turns() {
        let (pool, choice) = ([number(1), number(2), number(3)], CallerIdChoice::default());
        let mut ids = CallerIds::default();
        let shown: Vec<_> = (0..4)
            .map(|_| ids.choose(&pool, &choice, mobile(), NOW).expect("one"))
            .collect();
        assert_eq!(shown, [number(1), number(2), number(3), number(1)]);
    }

    #[test]
    fn the_least_used_is_next_and_a_call_that_never_left_is_given_back() {
        let pool = [number(1), number(2)];
        let choice = CallerIdChoice {
            rotation: Rotation::LeastUsed,
            ..CallerIdChoice::default()
        };
        let mut ids = CallerIds::default();
        ids.restore(number(1), 5, 1);
        ids.restore(number(2), 4, 1);
        let mut next = || ids.choose(&pool, &choice, mobile(), NOW);
        assert_eq!([next(), next(), next()], [2, 1, 2].map(|n| Some(number(n))));
        ids.give_back(number(1));
        ids.give_back(number(1));
        assert_eq!(ids.choose(&pool, &choice, mobile(), NOW), Some(number(1)));
    }

    #[test]
    fn a_cap_a_day_holds_until_the_day_begins() {
        let pool = [number(1), number(2)];
        let choice = CallerIdChoice {
            per_day_max: Some(2),
            ..CallerIdChoice::default()
        };
        let mut ids = CallerIds::default();
        let shown = (0..9).filter_map(|_| ids.choose(&pool, &choice, mobile(), NOW));
        assert_eq!(shown.count(), 4);
        assert!(ids.used_up(&pool, &choice));
        ids.begin_day();
        assert!(ids.choose(&pool, &choice, mobile(), NOW).is_some());
    }

    #[test]
    fn the_longest_region_shows_its_own_number() {
        let region = |prefix: &str, n| Region {
            prefix: prefix.parse().expect("a prefix"),
            caller_id: number(n),
        };
        let pool = [number(1), number(2), number(3)];
        let choice = CallerIdChoice {
            regions: vec![region("+57", 1), region("+5730", 2), region("+5730", 3)],
            per_day_max: Some(2),
            ..CallerIdChoice::default()
        };
        choice.check(&pool).expect("all are in the pool");
        let mut ids = CallerIds::default();
        let mut next = || ids.choose(&pool, &choice, mobile(), NOW);
        let first: Vec<_> = (0..4).filter_map(|_| next()).collect();
        assert!(!first.contains(&number(1)), "{first:?}");
        assert_eq!(next(), Some(number(1)), "theirs are used up");
        choice
            .check(&pool[..1])
            .expect_err("two are not in the pool");
    }

    #[test]
    fn a_caller_id_hardly_answered_rests_if_that_is_wanted_and_comes_back() {
        let pool = [number(1), number(2)];
        let mut choice = CallerIdChoice::default();
        for wanted in [false, true] {
            choice.rest_below = RestBelow::new(Rate::new(0.5).expect("a share")).filter(|_| wanted);
            let mut ids = CallerIds::default();
            for n in 0..JUDGED_FROM {
                ids.ended(&choice, number(1), n % 10 == 0, NOW);
                ids.ended(&choice, number(2), n % 3 == 0, NOW);
            }
            ids.ended(&choice, number(1), false, NOW);
            let shown: Vec<_> = (0..4)
                .filter_map(|_| ids.choose(&pool, &choice, mobile(), NOW))
                .collect();
            assert_eq!(shown.contains(&number(1)), !wanted, "{shown:?}");
            let later = NOW + RESTS_FOR;
            let again: Vec<_> = (0..2)
                .filter_map(|_| ids.choose(&pool, &choice, mobile(), later))
                .collect();
            assert!(again.contains(&number(1)));
        }
    }
}
