//! What each trunk lets out now: channels, calls per second, whether it is
//! registered. `breaker.rs` rests one whose carrier fails.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use domain::{AttemptId, Outcome, Timestamp, Trunk, TrunkId};

use crate::TrunkLive;
use crate::breaker::Breaker;
use crate::spacing::Spacing;
use crate::timers::PACE_EVERY;

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
    /// Whether the carrier knows us, where it wants to.
    registered: bool,
    /// The status the carrier last refused to register us with.
    refused: Option<u16>,
    breaker: Breaker,
}

impl TrunkLine {
    fn new(trunk: Trunk) -> TrunkLine {
        TrunkLine {
            loopback: is_loopback(&trunk.host),
            breaker: Breaker::new(trunk.id),
            trunk,
            held: 0,
            intended: 0,
            ordered: VecDeque::new(),
            spacing: Spacing::default(),
            registered: false,
            refused: None,
        }
    }

    /// Whether calls may leave over it at all.
    fn is_usable(&self) -> bool {
        self.trunk.enabled && (self.registered || self.trunk.register.is_none())
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
        if !self.is_usable() {
            return 0;
        }
        let free = self.trunk.channels_max.saturating_sub(self.held);
        self.breaker.leaves(free, now)
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
            line.breaker.clock_set_back(span);
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

    /// Whether one lets a call out now.
    pub(crate) fn lets_out(&self, id: TrunkId, loopback_only: bool, now: Timestamp) -> bool {
        self.lines.get(&id).is_some_and(|line| {
            (!loopback_only || line.loopback)
                && line.channels_free(now) > 0
                && line.calls_now_max(now) > 0
        })
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
            line.breaker.taken(now);
            line.held += 1;
            line.intended += 1;
        }
    }

    /// Somebody's call to us takes a channel, if one is free. It tells nothing of how calls leave.
    pub(crate) fn take(&mut self, id: TrunkId) -> bool {
        let line = self.lines.get_mut(&id);
        let free =
            |line: &&mut TrunkLine| line.trunk.enabled && line.held < line.trunk.channels_max;
        line.filter(free).is_some_and(|line| {
            line.held += 1;
            true
        })
    }

    /// Whether an intent that holds a channel may become a call this instant.
    pub(crate) fn may_order(&self, id: TrunkId, loopback_only: bool, now: Timestamp) -> bool {
        self.lines.get(&id).is_some_and(|line| {
            line.is_usable()
                && line.held <= line.trunk.channels_max
                && line.ordered_lately(now) < line.allowance().0
                && !line.breaker.rests(now)
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
                line.breaker.not_called();
            }
        }
    }

    /// The carrier knows us now, or no longer.
    pub(crate) fn registered(&mut self, id: TrunkId, registered: bool, refused: Option<u16>) {
        if let Some(line) = self.lines.get_mut(&id) {
            line.registered = registered;
            line.refused = refused;
        }
    }

    /// What the network made of a call tells how the trunk is.
    pub(crate) fn judge(
        &mut self,
        id: TrunkId,
        outcome: Outcome,
        retry_after: Option<Duration>,
        now: Timestamp,
    ) {
        if let Some(line) = self.lines.get_mut(&id) {
            line.breaker.judge(outcome, retry_after, now);
        }
    }

    /// Each with what there is to say of it.
    pub(crate) fn live(&self, now: Timestamp) -> Vec<TrunkLive> {
        let live = |line: &TrunkLine| TrunkLive {
            id: line.trunk.id,
            name: line.trunk.name.clone(),
            calls: line.held,
            channels_max: line.trunk.channels_max,
            enabled: line.trunk.enabled,
            registered: line.trunk.register.map(|_| line.registered),
            register_refused: line.refused,
            breaker: line.breaker.live(now),
        };
        self.lines.values().map(live).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::breaker::TROUBLES_MAX;

    const ID: TrunkId = TrunkId::new(1);

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn with(channels: u32, rate: f64, host: &str) -> Trunks {
        let mut trunks = Trunks::default();
        trunks.put(Trunk {
            channels_max: channels,
            calls_per_second_max: rate,
            ..Trunk::new(ID, "carrier", host)
        });
        trunks
    }

    /// A call that need not wait for its turn, and may leave.
    fn place(trunks: &mut Trunks, now: Timestamp) -> bool {
        if !trunks.lets_out(ID, false, now) {
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
        assert!(!trunks.lets_out(ID, false, at(0)));
        trunks.order(ID, at(0));
        trunks.free(ID, false);
        assert!(trunks.lets_out(ID, false, at(5_000)));
    }

    #[test]
    fn a_trunk_in_trouble_rests_and_one_call_finds_out_if_it_is_back() {
        let mut trunks = with(100, 100.0, "203.0.113.5");
        for place_at in (0..TROUBLES_MAX)
            .map(|turn| at(-10 * i64::from(turn)))
            .rev()
        {
            assert!(place(&mut trunks, place_at));
            trunks.judge(ID, Outcome::Congestion, None, at(10));
            trunks.free(ID, false);
        }
        assert_eq!(trunks.room(&[ID], false, at(2_000)).channels_free, 0);
        assert_eq!(trunks.room(&[ID], false, at(2_420)).channels_free, 1);
        assert!(place(&mut trunks, at(2_420)));
        assert!(!place(&mut trunks, at(2_440)));
        trunks.judge(ID, Outcome::Busy, None, at(2_500));
        trunks.free(ID, false);
        assert_eq!(trunks.room(&[ID], false, at(2_500)).channels_free, 100);
    }

    #[test]
    fn a_carrier_that_asks_to_be_left_alone_is_for_as_long_within_reason() {
        for (asked, earliest, latest) in [(20, 20_000, 24_000), (86_400, 300_000, 360_000)] {
            let mut trunks = with(100, 100.0, "203.0.113.5");
            assert!(place(&mut trunks, at(0)));
            let asked = Some(Duration::from_secs(asked));
            trunks.judge(ID, Outcome::Congestion, asked, at(0));
            trunks.free(ID, false);
            let free = |now| trunks.room(&[ID], false, at(now)).channels_free;
            assert_eq!((free(earliest - 1), free(latest)), (0, 1));
        }
    }

    #[test]
    fn a_trunk_that_must_register_lets_nothing_out_until_it_has() {
        let mut trunks = with(9, 9.0, "203.0.113.5");
        let registering = Trunk {
            register: Some(Duration::from_secs(300)),
            ..trunks.lines[&ID].trunk.clone()
        };
        trunks.put(registering);
        assert!(!trunks.lets_out(ID, false, at(0)));
        trunks.registered(ID, true, None);
        assert!(trunks.lets_out(ID, false, at(0)));
        trunks.registered(ID, false, Some(403));
        assert!(!trunks.lets_out(ID, false, at(0)) && !trunks.may_order(ID, false, at(0)));
    }

    #[test]
    fn the_laboratory_calls_only_this_machine() {
        assert!(!with(9, 9.0, "203.0.113.5").lets_out(ID, true, at(0)));
        for host in ["127.0.0.1", "localhost", "[::1]"] {
            assert!(with(9, 9.0, host).lets_out(ID, true, at(0)));
        }
    }
}
