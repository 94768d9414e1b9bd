//! Messages to callers: played to their end, and then the call is over.

use std::sync::Arc;
use std::time::{Duration, Instant};

use domain::{AttemptId, EndedBy, SoundUse};
use engine::CallProgress;

use super::Phase;
use crate::exchange::Exchange;
use crate::media::Playback;

/// How much longer than its sound a message may take before the call is ended without it.
const MESSAGE_GRACE: Duration = Duration::from_secs(5);

impl Exchange {
    /// Plays a message to its end, and then ends the call.
    pub(crate) fn play_message(&mut self, now: Instant, attempt: AttemptId, on: SoundUse) {
        let usual = match on {
            SoundUse::Menu => &self.menu,
            SoundUse::Noted => &self.noted,
            _ => &self.message,
        };
        let chosen = self.chosen(attempt, on);
        let prompt = chosen.unwrap_or_else(|| Arc::clone(usual));
        let Some(call) = self.calls.get_mut(&attempt) else {
            return;
        };
        if let Phase::Answered { message, .. } = &mut call.phase {
            *message = Some(now + prompt.duration() + MESSAGE_GRACE);
            let prompt = Playback::Prompt(prompt);
            self.media.play(call.session.leg.id, prompt, false);
        }
    }

    pub(crate) fn message_done(&mut self, now: Instant, attempt: AttemptId) {
        let played = self.calls.get(&attempt).is_some_and(|call| {
            matches!(
                call.phase,
                Phase::Answered {
                    message: Some(_),
                    ..
                }
            )
        });
        if played {
            self.meters.messages_played.count();
            self.report_call(attempt, CallProgress::MessagePlayed);
            self.end_answered(now, attempt, EndedBy::System);
        }
    }
}
