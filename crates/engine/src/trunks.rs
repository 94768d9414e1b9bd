//! What each trunk lets out now: channels, calls per second, and a breaker
//! that rests a trunk whose carrier refuses call after call.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use domain::{AttemptId, Outcome, Timestamp, Trunk, TrunkId};

use crate::spacing::Spacing;
use crate::timers::PACE_EVERY;

/// Refusals in a row after which a trunk is rested.
const TROUBLES_MAX: u32 = 5;
/// First rest; doubled while the probe after it fails too.
const REST_FIRST: Duration = Duration::from_secs(2);
/// Longest rest: a carrier that is back is found within this.
const REST_MAX: Duration = Duration::from_secs(8);

/// A trunk with the calls on it.
#[derive(Clone, Debug)]
pub(crate) struct TrunkLine {
    trunk: Trunk,
    /// Whether calls on it stay inside this machine.
    loopback: bool,
    /// Calls intended, placed or up.
    held: u32,
    /// Of which intended: they will take their place in calls per second.
    intended: u32,
    /// Orders to place calls, inside the window of calls per second.
    ordered: VecDeque<Timestamp>,
    spacing: Spacing,
    troubles: u32,
    rest: Duration,
    rests_until: Option<Timestamp>,
    /// After a rest, one call finds out; until it does, no other leaves.
    probing: bool,
}

impl TrunkLine {
    fn new(trunk: Trunk) -> TrunkLine {
        TrunkLine {
            loopback: is_loopback(&trunk.host),
            trunk,
            held: 0,
            intended: 0,
            ordered: VecDeque::new(),
            spacing: Spacing::default(),
            troubles: 0,
            rest: REST_FIRST,
            rests_until: None,
            probing: false,
        }
    }

    /// So many calls in a window so long, whatever its start.
    fn allowance(&self) -> (u32, Duration) {
        let rate = self.trunk.calls_per_second_max;
        if rate >= 1.0 {
            (rate.min(1e6) as u32, Duration::from_secs(1))
        } else if rate > 1e-6 {
            (1, Duration::from_secs_f64(1.0 / rate))
        } else {
            (0, Duration::from_secs(1))
        }
    }

    fn ordered_lately(&self, now: Timestamp) -> u32 {
        let (_, window) = self.allowance();
        let lately = self.ordered.iter().rev();
        let count = lately.take_while(|at| now.since(**at) < window).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// New intents that channels and the breaker have room for.
    fn channels_free(&self, now: Timestamp) -> u32 {
        if !self.trunk.enabled {
            return 0;
        }
        let free = self.trunk.channels_max.saturating_sub(self.held);
        match self.rests_until {
            Some(until) if now < until => 0,
            Some(_) => free.min(u32::from(!self.probing)),
            None => free,
        }
    }

    /// New intents that calls per second have room for: those that can leave
    /// until pacing decides again.
    fn calls_now_max(&self, now: Timestamp) -> u32 {
        let slots = self.spacing.slots(now, PACE_EVERY, self.gap());
        slots.min(self.allowance().0).saturating_sub(self.intended)
    }

    /// From one call to the next.
    fn gap(&self) -> Duration {
        let (count, window) = self.allowance();
        if count == 0 {
            Duration::MAX
        } else {
            window / count
        }
    }
}

fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Every trunk known.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trunks {
    lines: BTreeMap<TrunkId, TrunkLine>,
}

/// Room on the trunks of a campaign.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Room {
    pub(crate) channels_free: u32,
    pub(crate) calls_now_max: u32,
}

impl Trunks {
    pub(crate) fn put(&mut self, trunk: Trunk) {
        match self.lines.get_mut(&trunk.id) {
            Some(line) => {
                line.loopback = is_loopback(&trunk.host);
                line.trunk = trunk;
            }
            None => {
                self.lines.insert(trunk.id, TrunkLine::new(trunk));
            }
        }
    }

    /// What was counted from the old clock is counted from the new one.
    pub(crate) fn clock_set_back(&mut self, span: Duration) {
        for line in self.lines.values_mut() {
            for at in &mut line.ordered {
                *at = *at - span;
            }
            line.rests_until = line.rests_until.map(|until| until - span);
            line.spacing.clock_set_back(span);
        }
    }

    /// Takes no new call; forgotten once its calls are over.
    pub(crate) fn remove(&mut self, id: TrunkId) {
        if let Some(line) = self.lines.get_mut(&id) {
            line.trunk.enabled = false;
            if line.held == 0 {
                self.lines.remove(&id);
            }
        }
    }

    /// Whether any of them may be used at all under such a law pack.
    pub(crate) fn any_usable(&self, ids: &[TrunkId], loopback_only: bool) -> bool {
        self.of(ids, loopback_only).any(|line| line.trunk.enabled)
    }

    pub(crate) fn room(&self, ids: &[TrunkId], loopback_only: bool, now: Timestamp) -> Room {
        let mut room = Room::default();
        for line in self.of(ids, loopback_only) {
            let channels = line.channels_free(now);
            room.channels_free = room.channels_free.saturating_add(channels);
            let calls = line.calls_now_max(now).min(channels);
            room.calls_now_max = room.calls_now_max.saturating_add(calls);
        }
        room
    }

    /// The first, in order of preference, that lets a call out now.
    pub(crate) fn choose(
        &self,
        ids: &[TrunkId],
        loopback_only: bool,
        now: Timestamp,
    ) -> Option<TrunkId> {
        self.of(ids, loopback_only)
            .find(|line| line.channels_free(now) > 0 && line.calls_now_max(now) > 0)
            .map(|line| line.trunk.id)
    }

    fn of<'a>(
        &'a self,
        ids: &'a [TrunkId],
        loopback_only: bool,
    ) -> impl Iterator<Item = &'a TrunkLine> {
        ids.iter()
            .filter_map(|id| self.lines.get(id))
            .filter(move |line| !loopback_only || line.loopback)
    }

    /// An intent takes its channel.
    pub(crate) fn hold(&mut self, id: TrunkId, now: Timestamp) {
        if let Some(line) = self.lines.get_mut(&id) {
            line.probing |= line.rests_until.is_some_and(|until| now >= until);
            line.held += 1;
            line.intended += 1;
        }
    }

    /// Whether an intent that holds a channel may become a call this instant.
    pub(crate) fn may_order(&self, id: TrunkId, loopback_only: bool, now: Timestamp) -> bool {
        self.lines.get(&id).is_some_and(|line| {
            line.trunk.enabled
                && line.held <= line.trunk.channels_max
                && line.ordered_lately(now) < line.allowance().0
                && line.rests_until.is_none_or(|until| now >= until)
                && (!loopback_only || line.loopback)
        })
    }

    /// Whether an intent's turn to leave has come; else it waits for it in line.
    pub(crate) fn goes_now(&mut self, id: TrunkId, attempt: AttemptId, now: Timestamp) -> bool {
        let line = self.lines.get_mut(&id);
        line.is_none_or(|line| line.spacing.goes_now(attempt, now))
    }

    /// The first in line, if its turn has come.
    pub(crate) fn next_to_leave(&mut self, id: TrunkId, now: Timestamp) -> Option<AttemptId> {
        self.lines.get_mut(&id)?.spacing.pop(now)
    }

    /// When the turn of the first in line comes, if any waits.
    pub(crate) fn next_leaves(&self, id: TrunkId, now: Timestamp) -> Option<Timestamp> {
        self.lines.get(&id)?.spacing.due(now)
    }

    /// An intent became a call.
    pub(crate) fn order(&mut self, id: TrunkId, now: Timestamp) {
        if let Some(line) = self.lines.get_mut(&id) {
            line.intended = line.intended.saturating_sub(1);
            let (count, window) = line.allowance();
            line.ordered.push_back(now);
            let gap = line.gap();
            line.spacing.left(now, gap);
            while line.ordered.len() > count as usize
                || line
                    .ordered
                    .front()
                    .is_some_and(|at| now.since(*at) >= window)
            {
                line.ordered.pop_front();
            }
        }
    }

    /// A call or intent gives its channel back.
    pub(crate) fn free(&mut self, id: TrunkId, was_intent: bool) {
        if let Some(line) = self.lines.get_mut(&id) {
            line.held = line.held.saturating_sub(1);
            if was_intent {
                line.intended = line.intended.saturating_sub(1);
                // It may have been the probe: let another find out.
                line.probing = false;
            }
        }
    }

    /// What the network made of a call tells how the trunk is.
    pub(crate) fn judge(&mut self, id: TrunkId, outcome: Outcome, now: Timestamp) {
        let Some(line) = self.lines.get_mut(&id) else {
            return;
        };
        line.probing = false;
        if outcome != Outcome::Congestion {
            line.troubles = 0;
            line.rest = REST_FIRST;
            line.rests_until = None;
            return;
        }
        line.troubles += 1;
        let resting = line.rests_until.is_some_and(|until| now < until);
        if line.troubles >= TROUBLES_MAX && !resting {
            line.rests_until = Some(now + line.rest);
            line.rest = (line.rest * 2).min(REST_MAX);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::TrunkTransport;

    const ID: TrunkId = TrunkId::new(1);

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn with(channels: u32, rate: f64, host: &str) -> Trunks {
        let mut trunks = Trunks::default();
        trunks.put(Trunk {
            id: ID,
            name: "carrier".into(),
            host: host.into(),
            port: 5060,
            transport: TrunkTransport::Udp,
            channels_max: channels,
            calls_per_second_max: rate,
            credentials: None,
            prefix: String::new(),
            enabled: true,
        });
        trunks
    }

    /// A call that need not wait for its turn, and may leave.
    fn place(trunks: &mut Trunks, now: Timestamp) -> bool {
        if trunks.choose(&[ID], false, now).is_none() {
            return false;
        }
        trunks.hold(ID, now);
        let goes = trunks.goes_now(ID, AttemptId::new(1), now) && trunks.may_order(ID, false, now);
        if goes {
            trunks.order(ID, now);
        } else {
            trunks.free(ID, true);
            trunks.next_to_leave(ID, at(1_000_000));
        }
        goes
    }

    #[test]
    fn calls_per_second_are_spread_over_the_second() {
        let mut trunks = with(100, 2.5, "203.0.113.5");
        assert!(place(&mut trunks, at(900)));
        assert!(!place(&mut trunks, at(950)));
        assert!(!place(&mut trunks, at(1_399)));
        assert!(place(&mut trunks, at(1_400)));
        assert!(!place(&mut trunks, at(1_899)));
        assert!(place(&mut trunks, at(1_900)));
    }

    #[test]
    fn less_than_a_call_per_second_is_a_longer_window() {
        let mut trunks = with(100, 0.5, "203.0.113.5");
        assert!(place(&mut trunks, at(0)));
        assert!(!place(&mut trunks, at(1_999)));
        assert!(place(&mut trunks, at(2_000)));
    }

    #[test]
    fn a_channel_is_taken_by_the_intent_and_given_back_at_the_end() {
        let mut trunks = with(1, 100.0, "203.0.113.5");
        trunks.hold(ID, at(0));
        assert_eq!(trunks.choose(&[ID], false, at(0)), None);
        trunks.order(ID, at(0));
        trunks.free(ID, false);
        assert_eq!(trunks.choose(&[ID], false, at(5_000)), Some(ID));
    }

    #[test]
    fn a_trunk_in_trouble_rests_and_one_call_finds_out_if_it_is_back() {
        let mut trunks = with(100, 100.0, "203.0.113.5");
        for place_at in (0..TROUBLES_MAX)
            .map(|turn| at(-10 * i64::from(turn)))
            .rev()
        {
            assert!(place(&mut trunks, place_at));
            trunks.judge(ID, Outcome::Congestion, at(10));
            trunks.free(ID, false);
        }
        assert_eq!(trunks.room(&[ID], false, at(1_000)).channels_free, 0);
        assert_eq!(trunks.room(&[ID], false, at(2_010)).channels_free, 1);
        assert!(place(&mut trunks, at(2_010)));
        assert!(!place(&mut trunks, at(2_400)));
        trunks.judge(ID, Outcome::Busy, at(2_500));
        trunks.free(ID, false);
        assert_eq!(trunks.room(&[ID], false, at(2_500)).channels_free, 100);
    }

    #[test]
    fn the_laboratory_calls_only_this_machine() {
        assert_eq!(with(9, 9.0, "203.0.113.5").choose(&[ID], true, at(0)), None);
        for host in ["127.0.0.1", "localhost", "[::1]"] {
            assert_eq!(with(9, 9.0, host).choose(&[ID], true, at(0)), Some(ID));
        }
    }
}
