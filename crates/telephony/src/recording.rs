//! Who is heard in the recording of a call: the customer left, whoever hears them right. Media
//! threads copy packets to the recorder, which is told here whose they are; nothing here waits, and a
//! call goes on whatever becomes of its recording.

use std::time::Instant;

use domain::AttemptId;
use engine::{Party, RecordOrder};
use media::Side;

use crate::exchange::Exchange;
use crate::media::LegId;

impl Exchange {
    pub(crate) fn record(&mut self, now: Instant, attempt: AttemptId, order: RecordOrder) {
        match order {
            RecordOrder::Announce => return self.announce(attempt),
            // Also where there is no recorder: who captures the call may not hear either.
            RecordOrder::Pause => self.pause_is(attempt, true),
            RecordOrder::Resume => self.pause_is(attempt, false),
            RecordOrder::Start { .. } => {}
        }
        let Some(recorder) = &self.recorder else {
            tracing::error!(%attempt, "there is no recorder; the call is not recorded");
            return;
        };
        match order {
            // It may have ended while the order was under way.
            RecordOrder::Start { .. } if !self.calls.contains_key(&attempt) => {}
            RecordOrder::Start { at } => {
                recorder.begin(attempt, now, at);
                self.recorded.insert(attempt, Vec::new());
                self.seat_recorded(attempt);
            }
            RecordOrder::Announce => {}
            RecordOrder::Pause => recorder.pause(attempt, now),
            RecordOrder::Resume => recorder.resume(attempt, now),
        }
    }

    /// Who is on a recorded call changed: whoever is there is heard, who left is not.
    pub(crate) fn seat_recorded(&mut self, attempt: AttemptId) {
        let (Some(recorder), Some(seated)) = (&self.recorder, self.recorded.get(&attempt)) else {
            return;
        };
        let there = self.heard_parties(attempt);
        for leg in seated {
            if !there.iter().any(|(known, _)| known == leg) {
                self.media.tap(*leg, None);
                recorder.leave(attempt, *leg);
            }
        }
        for (leg, side) in &there {
            if !seated.contains(leg) {
                recorder.seat(attempt, *leg, *side);
                self.media.tap(*leg, Some(recorder.frames()));
            }
        }
        let legs = there.into_iter().map(|(leg, _)| leg).collect();
        self.recorded.insert(attempt, legs);
    }

    /// The legs of a call: the customer's, and those of whoever talks to them.
    pub(crate) fn heard_parties(&self, attempt: AttemptId) -> Vec<(LegId, Side)> {
        let Some(call) = self.calls.get(&attempt) else {
            return Vec::new();
        };
        // A customer on hold is still there.
        let others = call.talk.iter().filter(|party| **party != Party::Customer);
        let others = others.filter_map(|party| self.leg_of(attempt, *party));
        let customer = (call.session.leg.id, Side::Customer);
        std::iter::once(customer)
            .chain(others.map(|leg| (leg, Side::Agent)))
            .collect()
    }

    fn pause_is(&mut self, attempt: AttemptId, paused: bool) {
        if let Some(call) = self.calls.get_mut(&attempt) {
            call.paused = paused;
        }
        self.hush_captures(attempt, paused);
    }

    /// Whether card data is said, or keyed.
    pub(crate) fn is_paused(&self, attempt: AttemptId) -> bool {
        self.calls.get(&attempt).is_some_and(|call| call.paused)
    }

    /// The call is over, and so is its recording.
    pub(crate) fn end_recording(&mut self, now: Instant, attempt: AttemptId) {
        let Some(seated) = self.recorded.remove(&attempt) else {
            return;
        };
        for leg in seated {
            // Lines of agents stay up.
            self.media.tap(leg, None);
        }
        if let Some(recorder) = &self.recorder {
            recorder.end(attempt, now);
        }
    }
}
