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

    /// Tells a customer that the call is recorded. Whoever is put through to them meanwhile is heard
    /// after it.
    pub(crate) fn announce(&mut self, attempt: AttemptId) {
        let chosen = self.chosen(attempt, SoundUse::Recording);
        let prompt = chosen.unwrap_or_else(|| Arc::clone(&self.announcement));
        if let Some(call) = self.calls.get_mut(&attempt) {
            call.announcing = true;
            let prompt = Playback::Prompt(prompt);
            self.media.play(call.session.leg.id, prompt, false);
        }
    }

    /// What a customer heard is over: that the call is recorded, or a message.
    pub(crate) fn playback_done(&mut self, now: Instant, attempt: AttemptId) {
        let call = self.calls.get_mut(&attempt);
        if call.is_some_and(|call| std::mem::take(&mut call.announcing)) {
            self.report_call(attempt, CallProgress::Announced);
        } else {
            self.message_done(now, attempt);
        }
    }

    fn message_done(&mut self, now: Instant, attempt: AttemptId) {
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
