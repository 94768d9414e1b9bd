//! Who guesses passwords: first one name from one source is not listened to any more, then nothing
//! from the source is heard for a while.
//!
//! Only guesses count that were made over a nonce which that source was given: who forges an address
//! never saw one, so nobody gets another banned. A source where phones are registered is never shut as
//! a whole (an office behind one address), and the phone that is registered there under the name is
//! heard whatever others guess. Guesses from ever new sources meet the budget of each, and secrets too
//! long to guess.

use super::source_of;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Wrong logins under one name from one source before the two wait.
const PAIR_MAX: u32 = 8;
/// Wrong logins from one source, whatever the names, before it is shut out.
const SOURCE_MAX: u32 = 16;
/// How long a wrong login counts; and how long one waits.
const WINDOW: Duration = Duration::from_secs(600);
/// Entries of each table. Beyond, new ones are not remembered, and budgets alone hold.
const ENTRIES_MAX: usize = 10_000;

/// A source that is not heard at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ban {
    /// Its address; that of its network over IPv6.
    pub source: IpAddr,
    /// How long it still holds.
    pub expires_in: Duration,
    /// How many wrong logins led to it.
    pub wrong_logins: u32,
}

#[derive(Debug, Default)]
pub(super) struct Bans {
    /// When room was last made in full tables: looking at all of them is not for every guess.
    swept_at: Option<Instant>,
    pairs: HashMap<(IpAddr, String), Tally>,
    sources: HashMap<IpAddr, Tally>,
}

/// Wrong logins since a moment, and until when they are enough.
#[derive(Clone, Copy, Debug)]
struct Tally {
    wrong: u32,
    since: Instant,
    until: Option<Instant>,
}

impl Bans {
    /// Counts a wrong login; says whether the source is shut out by it, which `spare` prevents.
    pub(super) fn wrong(&mut self, now: Instant, source: IpAddr, user: &str, spare: bool) -> bool {
        let source = source_of(source);
        self.sweep(now);
        count(&mut self.pairs, now, (source, user.to_owned()), PAIR_MAX);
        !spare && count(&mut self.sources, now, source, SOURCE_MAX)
    }

    /// Makes room in full tables, at most once a second.
    fn sweep(&mut self, now: Instant) {
        let full = self.pairs.len() >= ENTRIES_MAX || self.sources.len() >= ENTRIES_MAX;
        let swept = |at: Instant| now < at + Duration::from_secs(1);
        if full && !self.swept_at.is_some_and(swept) {
            self.swept_at = Some(now);
            self.pairs.retain(|_, tally| tally.counts(now));
            self.sources.retain(|_, tally| tally.counts(now));
        }
    }

    /// Forgets what was guessed under a name, since the password was known after all.
    pub(super) fn right(&mut self, source: IpAddr, user: &str) {
        if !self.pairs.is_empty() {
            self.pairs.remove(&(source_of(source), user.to_owned()));
        }
    }

    /// Whether nothing from `source` is heard.
    pub(super) fn is_banned(&self, now: Instant, source: IpAddr) -> bool {
        !self.sources.is_empty() && holds(self.sources.get(&source_of(source)), now)
    }

    /// Whether no password is looked at that `source` gives for `user`.
    pub(super) fn is_locked(&self, now: Instant, source: IpAddr, user: &str) -> bool {
        !self.pairs.is_empty() && holds(self.pairs.get(&(source_of(source), user.to_owned())), now)
    }

    /// The sources shut out now, longest first.
    pub(super) fn list(&self, now: Instant) -> Vec<Ban> {
        let bans = self.sources.iter().filter_map(|(source, tally)| {
            let left = tally.until?.checked_duration_since(now)?;
            (!left.is_zero()).then_some(Ban {
                source: *source,
                expires_in: left,
                wrong_logins: tally.wrong,
            })
        });
        let mut bans: Vec<_> = bans.collect();
        bans.sort_by_key(|ban| (std::cmp::Reverse(ban.expires_in), ban.source));
        bans
    }

    /// Hears a source again, whatever it guessed; says whether it was shut out.
    pub(super) fn lift(&mut self, now: Instant, source: IpAddr) -> bool {
        let source = source_of(source);
        self.pairs.retain(|(other, _), _| *other != source);
        holds(self.sources.remove(&source).as_ref(), now)
    }
}

impl Tally {
    /// Whether it means anything still.
    fn counts(&self, now: Instant) -> bool {
        match self.until {
            Some(until) => now < until,
            None => now < self.since + WINDOW,
        }
    }
}

fn holds(tally: Option<&Tally>, now: Instant) -> bool {
    tally.is_some_and(|tally| tally.until.is_some_and(|until| now < until))
}

/// Counts one more; true when that makes it enough.
fn count<K: Eq + Hash>(table: &mut HashMap<K, Tally>, now: Instant, key: K, most: u32) -> bool {
    if table.len() >= ENTRIES_MAX && !table.contains_key(&key) {
        return false;
    }
    let fresh = Tally {
        wrong: 0,
        since: now,
        until: None,
    };
    let tally = table.entry(key).or_insert(fresh);
    if !tally.counts(now) {
        *tally = fresh;
    }
    tally.wrong = tally.wrong.saturating_add(1);
    if tally.wrong < most || tally.until.is_some() {
        return false;
    }
    tally.until = Some(now + WINDOW);
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn source(number: u32) -> IpAddr {
        Ipv4Addr::from(number).into()
    }

    /// Guesses so often; says whether the last one shut the source out.
    fn guess(bans: &mut Bans, now: Instant, user: &str, times: u32, spare: bool) -> bool {
        (0..times).fold(false, |_, _| bans.wrong(now, source(1), user, spare))
    }

    #[test]
    fn a_name_is_locked_for_one_source_only_and_not_for_ever() {
        let (mut bans, now) = (Bans::default(), Instant::now());
        guess(&mut bans, now, "adv1", PAIR_MAX - 1, false);
        assert!(!bans.is_locked(now, source(1), "adv1"));
        guess(&mut bans, now, "adv1", 1, false);
        assert!(bans.is_locked(now, source(1), "adv1"));
        assert!(!bans.is_locked(now, source(1), "adv2"));
        assert!(!bans.is_locked(now, source(2), "adv1"));
        assert!(!bans.is_locked(now + WINDOW, source(1), "adv1"));
        bans.right(source(1), "adv1");
        assert!(!bans.is_locked(now, source(1), "adv1"));
    }

    #[test]
    fn a_source_that_guesses_on_is_shut_out_and_heard_again_later() {
        let (mut bans, now) = (Bans::default(), Instant::now());
        assert!(!guess(&mut bans, now, "a", SOURCE_MAX - 1, false));
        assert!(guess(&mut bans, now, "b", 1, false));
        assert!(bans.is_banned(now, source(1)) && !bans.is_banned(now, source(2)));
        let ban = bans.list(now)[0];
        assert_eq!((ban.source, ban.wrong_logins), (source(1), SOURCE_MAX));
        assert_eq!(ban.expires_in, WINDOW);
        assert!(!bans.is_banned(now + WINDOW, source(1)));
        assert!(bans.list(now + WINDOW).is_empty());
    }

    #[test]
    fn a_ban_is_lifted_by_hand() {
        let (mut bans, now) = (Bans::default(), Instant::now());
        guess(&mut bans, now, "a", SOURCE_MAX, false);
        assert!(bans.lift(now, source(1)) && !bans.lift(now, source(1)));
        assert!(!bans.is_banned(now, source(1)) && !bans.is_locked(now, source(1), "a"));
    }

    #[test]
    fn where_phones_are_registered_nobody_gets_all_of_them_shut_out() {
        let (mut bans, now) = (Bans::default(), Instant::now());
        assert!(!guess(&mut bans, now, "a", 1000, true));
        assert!(!bans.is_banned(now, source(1)) && bans.is_locked(now, source(1), "a"));
    }

    #[test]
    fn slow_mistakes_are_forgotten() {
        let (mut bans, mut now) = (Bans::default(), Instant::now());
        for _ in 0..100 {
            assert!(!bans.wrong(now, source(1), "a", false));
            now += WINDOW / 5;
        }
    }

    #[test]
    fn memory_is_bounded_and_comes_back() {
        let (mut bans, now) = (Bans::default(), Instant::now());
        for number in 0..30_000 {
            bans.wrong(now, source(number), "a", false);
        }
        assert_eq!(
            (bans.pairs.len(), bans.sources.len()),
            (ENTRIES_MAX, ENTRIES_MAX)
        );
        bans.wrong(now + WINDOW, source(77_777), "a", false);
        assert_eq!((bans.pairs.len(), bans.sources.len()), (1, 1));
    }
}
