//! The reaper: each second the tables of dialogs, legs, calls and lines are compared with each
//! other, and with the engine's. Whatever is in one and not in the others for longer than a while
//! has lost its owner: it is ended, written to the log and counted (`reaped_*`).
//!
//! Nothing of this happens as long as every other part does what it should; it bounds what a defect
//! of any of them costs: seconds of a line, not a line for ever.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::time::{Duration, Instant};

use ::sip::endpoint::CallHandle;
use domain::{AgentId, AttemptId, Cause, EndedBy, LineMode};
use engine::{CallProgress, Tables};

use crate::exchange::{Exchange, Owner};
use crate::media::LegId;

/// How long two tables may differ: orders and reports are under way between the threads, and a
/// machine that is short of breath takes a second or two. Well below the 35 s after which nothing
/// may be left of anything that was lost.
const GRACE: Duration = Duration::from_secs(5);

/// What was missing somewhere, and since when.
#[derive(Debug)]
pub(crate) struct Strays<K> {
    since: HashMap<K, Instant>,
}

impl<K> Default for Strays<K> {
    fn default() -> Self {
        Strays {
            since: HashMap::new(),
        }
    }
}

impl<K: Copy + Eq + Hash> Strays<K> {
    /// Takes all that is missing now; gives those that have been for too long.
    fn note(&mut self, now: Instant, missing: impl IntoIterator<Item = K>) -> Vec<K> {
        let missing: HashSet<K> = missing.into_iter().collect();
        if missing.is_empty() && self.since.is_empty() {
            return Vec::new();
        }
        self.since.retain(|key, _| missing.contains(key));
        let mut lost = Vec::new();
        for key in missing {
            let since = *self.since.entry(key).or_insert(now);
            if now.saturating_duration_since(since) >= GRACE {
                self.since.remove(&key);
                lost.push(key);
            }
        }
        lost
    }
}

/// What the reaper remembers from one second to the next.
#[derive(Debug, Default)]
pub(crate) struct Reaper {
    unowned: Strays<CallHandle>,
    gone: Strays<CallHandle>,
    ownerless: Strays<CallHandle>,
    idle: Strays<CallHandle>,
    legs: Strays<LegId>,
    calls: Strays<AttemptId>,
    lost_calls: Strays<AttemptId>,
    lines: Strays<AgentId>,
    lost_lines: Strays<AgentId>,
}

impl Exchange {
    /// Compares what is telephony's own: dialogs, who owns them, and legs.
    pub(crate) fn reap(&mut self, now: Instant) {
        let mut reaper = std::mem::take(&mut self.reaper);
        self.reap_ownerless(now, &mut reaper);
        self.reap_dialogs(now, &mut reaper);
        self.reap_owners(now, &mut reaper);
        self.reap_legs(now, &mut reaper);
        self.reaper = reaper;
    }

    /// Dialogs that nobody owns.
    fn reap_dialogs(&mut self, now: Instant, reaper: &mut Reaper) {
        let calls = self.endpoint.calls();
        let unowned: Vec<_> = calls
            .filter(|call| !self.owners.contains_key(call))
            .collect();
        for call in reaper.unowned.note(now, unowned) {
            tracing::error!(call = call.number(), "a dialog that nobody owns; ended");
            self.meters.reaped_dialogs.count();
            self.owners.insert(call, Owner::Ghost(None));
            self.endpoint.hang_up(now, call, None);
        }
    }

    /// Owners whose dialog is gone, and dialogs whose call, line or second leg is.
    fn reap_owners(&mut self, now: Instant, reaper: &mut Reaper) {
        let owners = || self.owners.iter().map(|(handle, owner)| (*handle, *owner));
        let gone = owners().filter(|(handle, _)| !self.endpoint.has_call(*handle));
        let gone: Vec<_> = gone.map(|(handle, _)| handle).collect();
        let idle = owners().filter(|(handle, owner)| !self.is_in_use(*handle, *owner));
        let idle: Vec<_> = idle.map(|(handle, _)| handle).collect();
        for handle in reaper.gone.note(now, gone) {
            let Some(owner) = self.owners.remove(&handle) else {
                continue;
            };
            tracing::error!(?owner, "its dialog is gone, and nobody said so; ended");
            self.meters.reaped_dialogs.count();
            self.dialog_vanished(now, handle, owner);
        }
        for handle in reaper.idle.note(now, idle) {
            tracing::error!(call = handle.number(), "a dialog of nothing; ended");
            self.meters.reaped_dialogs.count();
            self.owners.insert(handle, Owner::Ghost(None));
            self.endpoint.hang_up(now, handle, None);
        }
    }

    /// Calls, lines and second legs that are told nothing of their dialog.
    fn reap_ownerless(&mut self, now: Instant, reaper: &mut Reaper) {
        let calls = self.calls.iter();
        let mut all: Vec<(CallHandle, Owner)> = calls
            .map(|(attempt, call)| (call.handle, Owner::Customer(*attempt)))
            .collect();
        all.extend(
            self.lines
                .iter()
                .filter_map(|(agent, line)| Some((line.handle()?, Owner::Line(*agent)))),
        );
        let sides = self.sides.iter();
        all.extend(sides.map(|(attempt, side)| (side.handle, Owner::Side(*attempt))));
        all.retain(|(handle, owner)| self.owners.get(handle) != Some(owner));
        let missing = all.iter().map(|(handle, _)| *handle);
        let lost = reaper.ownerless.note(now, missing);
        for (handle, owner) in all.into_iter().filter(|(handle, _)| lost.contains(handle)) {
            tracing::error!(?owner, "it is told nothing of its dialog; ended");
            self.meters.reaped_dialogs.count();
            self.dialog_vanished(now, handle, owner);
            // With it went whoever would end the dialog.
            if self.endpoint.has_call(handle) && !self.owners.contains_key(&handle) {
                self.owners.insert(handle, Owner::Ghost(None));
                self.endpoint.hang_up(now, handle, None);
            }
        }
    }

    fn is_in_use(&self, handle: CallHandle, owner: Owner) -> bool {
        match owner {
            Owner::Customer(attempt) => {
                let call = self.calls.get(&attempt);
                call.is_some_and(|call| call.handle == handle)
            }
            Owner::Line(agent) => {
                let line = self.lines.get(&agent);
                line.and_then(|line| line.handle()) == Some(handle)
            }
            Owner::Side(attempt) => {
                let side = self.sides.get(&attempt);
                side.is_some_and(|side| side.handle == handle)
            }
            Owner::Offer(offer) => self.is_offered(offer, handle),
            Owner::Echo => self.echoes.contains_key(&handle),
            Owner::Ghost(_) => true,
        }
    }

    fn dialog_vanished(&mut self, now: Instant, handle: CallHandle, owner: Owner) {
        if !self.is_in_use(handle, owner) {
            return;
        }
        match owner {
            Owner::Customer(attempt) => {
                self.customer_gone(now, attempt, EndedBy::Network, None);
            }
            Owner::Line(agent) => self.phone_fell(now, agent, "its call is gone", true),
            Owner::Side(attempt) => self.side_vanished(attempt),
            Owner::Offer(offer) => self.offer_vanished(handle, offer),
            Owner::Echo => self.echo_vanished(handle),
            Owner::Ghost(_) => {}
        }
    }

    /// Legs that no call, line or second leg speaks through.
    fn reap_legs(&mut self, now: Instant, reaper: &mut Reaper) {
        let mut used: HashSet<LegId> = HashSet::new();
        used.extend(self.calls.values().map(|call| call.session.leg.id));
        used.extend(self.lines.values().flat_map(|line| line.legs()));
        used.extend(self.sides.values().map(|side| side.session.leg.id));
        used.extend(self.echoes.values().map(|echo| echo.leg()));
        let open = self.media.open_legs();
        let unused = open.into_iter().filter(|leg| !used.contains(leg));
        for leg in reaper.legs.note(now, unused) {
            tracing::error!(%leg, "a leg that nobody speaks through; closed");
            self.meters.reaped_legs.count();
            self.forget_leg(leg);
        }
    }

    /// Compares calls and lines with those the engine knows.
    pub(crate) fn compare(&mut self, now: Instant, engine: &Tables) {
        let mut reaper = std::mem::take(&mut self.reaper);
        self.compare_calls(now, engine, &mut reaper);
        self.compare_lines(now, engine, &mut reaper);
        self.reaper = reaper;
    }

    fn compare_calls(&mut self, now: Instant, engine: &Tables, reaper: &mut Reaper) {
        let known: HashSet<AttemptId> = engine.calls.iter().copied().collect();
        let strange = self.calls.keys().filter(|call| !known.contains(call));
        for attempt in reaper.calls.note(now, strange.copied()) {
            tracing::error!(%attempt, "a call that the engine does not know; hung up");
            self.meters.reaped_calls.count();
            self.hang_up(now, attempt);
        }
        let lost = known.iter().filter(|call| !self.calls.contains_key(call));
        for attempt in reaper.lost_calls.note(now, lost.copied()) {
            tracing::error!(%attempt, "the engine waits for a call that is gone; told so");
            self.meters.reaped_calls.count();
            let by = EndedBy::Network;
            let cause = Cause::default();
            self.report_call(attempt, CallProgress::Ended { by, cause });
        }
    }

    fn compare_lines(&mut self, now: Instant, engine: &Tables, reaper: &mut Reaper) {
        let known: HashSet<AgentId> = engine.lines.iter().copied().collect();
        let up =
            |(agent, line): (&AgentId, &crate::lines::Line)| line.is_raised().then_some(*agent);
        let raised: HashSet<AgentId> = self.lines.iter().filter_map(up).collect();
        for agent in reaper.lines.note(now, raised.difference(&known).copied()) {
            let nailed_up = self
                .lines
                .get(&agent)
                .is_some_and(|line| line.profile.line == LineMode::NailedUp);
            tracing::error!(%agent, "a line that the engine holds for down; told so");
            self.meters.reaped_lines.count();
            if nailed_up {
                // It drops the line where nobody asked for one.
                self.line_up(agent);
            } else {
                self.drop_line(now, agent);
            }
        }
        for agent in reaper
            .lost_lines
            .note(now, known.difference(&raised).copied())
        {
            tracing::error!(%agent, "the engine counts on a line that is down; told so");
            self.meters.reaped_lines.count();
            self.line_down(agent, "the line is gone");
        }
    }
}

#[cfg(test)]
mod tests;
