//! What the network says in tones before an answer, and a fax machine after it.

use std::time::Instant;

use super::Phase;
use crate::exchange::Exchange;
use crate::media::LearnMode;
use ::media::detect::Heard;
use domain::{AttemptId, Cause};

impl Exchange {
    /// Early media of whichever fork is received, and listened to for tones: nobody is bridged before the answer.
    pub(super) fn hear_early(&mut self, attempt: AttemptId, sdp: &str) {
        let Some(call) = self.calls.get_mut(&attempt) else {
            return;
        };
        let settled = call.session.settle(Some(sdp), LearnMode::Sdp);
        let leg = call.session.leg.id;
        self.session_settled(leg, settled);
        self.media.listen_for_tones(leg, Some(self.country));
    }

    /// A tone was heard before an answer, or a fax machine after it: what the table says it means ends
    /// the call, whoever has it by then.
    pub(crate) fn tone_heard(&mut self, now: Instant, attempt: AttemptId, heard: Heard) {
        let Some(outcome) = self.causes.by_early(heard) else {
            return;
        };
        let Some(call) = self.calls.get_mut(&attempt) else {
            return;
        };
        match call.phase {
            Phase::Calling if !call.given_up => {
                call.early = Some((heard, outcome));
                self.endpoint.hang_up(now, call.handle, None);
            }
            Phase::Answered { .. } => {
                let cause = Cause {
                    text: Some(heard.word().to_owned()),
                    ..Cause::default()
                };
                self.end_as(now, attempt, outcome, cause);
            }
            Phase::Calling => {}
        }
    }
}
