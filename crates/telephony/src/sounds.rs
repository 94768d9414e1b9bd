//! What is heard where no person speaks, as chosen for a campaign or for all of them. A new book holds from the next
//! sound on; what plays goes on to its end, since each playback holds its recording.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use domain::{AttemptId, CampaignId, SoundUse};

use crate::exchange::Exchange;
use crate::media::{LegId, Playback, Prompt, ToneKind};

/// How long a caller may take to press a key after the message.
const TIME_TO_CHOOSE: Duration = Duration::from_secs(6);

/// The recordings that were chosen.
#[derive(Clone, Debug, Default)]
pub struct SoundBook {
    chosen: HashMap<(Option<CampaignId>, SoundUse), Arc<Prompt>>,
}

impl SoundBook {
    /// Chooses a recording for calls of one campaign, or of every campaign that has none of its own.
    pub fn choose(&mut self, campaign: Option<CampaignId>, on: SoundUse, prompt: &Arc<Prompt>) {
        let prompt = match on {
            SoundUse::Menu => time_to_choose(prompt),
            _ => Arc::clone(prompt),
        };
        self.chosen.insert((campaign, on), prompt);
    }

    fn get(&self, campaign: Option<CampaignId>, on: SoundUse) -> Option<Arc<Prompt>> {
        let own = campaign.and_then(|own| self.chosen.get(&(Some(own), on)));
        own.or_else(|| self.chosen.get(&(None, on))).cloned()
    }
}

/// The message, and then silence for as long as a caller may take.
pub(crate) fn time_to_choose(message: &Prompt) -> Arc<Prompt> {
    Arc::new(message.clone().and_silence(TIME_TO_CHOOSE))
}

impl Exchange {
    /// What is heard on this occasion on a customer's call, if anything was chosen.
    pub(crate) fn chosen(&self, attempt: AttemptId, on: SoundUse) -> Option<Arc<Prompt>> {
        let campaign = self.calls.get(&attempt).and_then(|call| call.campaign);
        self.sounds.get(campaign, on)
    }

    /// What a customer hears who waits.
    pub(crate) fn hold_sound(&self, attempt: AttemptId) -> Playback {
        match self.chosen(attempt, SoundUse::Hold) {
            Some(music) => Playback::Prompt(music),
            None => Playback::Tone(ToneKind::Hold),
        }
    }

    /// Lets an agent hear, before the customer who is put through, that somebody is there. The
    /// customer hears the agent meanwhile.
    pub(crate) fn whisper(&self, attempt: AttemptId, agent: LegId) {
        if let Some(whisper) = self.chosen(attempt, SoundUse::Whisper) {
            self.media.play(agent, Playback::Prompt(whisper), false);
        }
    }
}
