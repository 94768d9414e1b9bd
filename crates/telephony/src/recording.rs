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
        if order == RecordOrder::Announce {
            return self.announce(attempt);
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
        let there = self.recorded_parties(attempt);
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

    fn recorded_parties(&self, attempt: AttemptId) -> Vec<(LegId, Side)> {
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
