//! The recordings in use, read from the store. Sound that is known already is not read again: recordings are large, and
//! the configuration changes often.

use std::collections::HashMap;
use std::sync::Arc;

use domain::{CampaignId, PromptId, SoundUse};
use store::{Result, Store};
use telephony::SoundBook;
use telephony::media::Prompt;

/// Which sound is heard when, each by its hash.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sounds {
    by_hash: HashMap<String, Arc<Prompt>>,
    chosen: Vec<(Option<CampaignId>, SoundUse, String)>,
}

/// Two are alike that are heard alike.
impl PartialEq for Sounds {
    fn eq(&self, other: &Self) -> bool {
        self.chosen == other.chosen
    }
}

impl Sounds {
    pub(crate) async fn load(store: &Arc<dyn Store>, before: &Sounds) -> Result<Sounds> {
        let mut sounds = Sounds::default();
        let uses = store.sound_uses().await?;
        if uses.is_empty() {
            return Ok(sounds);
        }
        let prompts = store.prompts().await?;
        for one in uses {
            let Some(row) = prompts.iter().find(|row| row.id == one.prompt) else {
                continue;
            };
            if !sounds.by_hash.contains_key(&row.sha256) {
                let known = before.by_hash.get(&row.sha256).cloned();
                let prompt = match known {
                    Some(prompt) => prompt,
                    None => match read(store, row.id).await? {
                        Some(prompt) => prompt,
                        None => {
                            tracing::error!(prompt = %row.name, "has no sound; the usual is heard");
                            continue;
                        }
                    },
                };
                sounds.by_hash.insert(row.sha256.clone(), prompt);
            }
            let chosen = (one.campaign, one.purpose, row.sha256.clone());
            sounds.chosen.push(chosen);
        }
        Ok(sounds)
    }

    /// As telephony takes it.
    pub(crate) fn book(&self) -> SoundBook {
        let mut book = SoundBook::default();
        for (campaign, on, hash) in &self.chosen {
            if let Some(prompt) = self.by_hash.get(hash) {
                book.choose(*campaign, *on, prompt);
            }
        }
        book
    }
}

async fn read(store: &Arc<dyn Store>, id: PromptId) -> Result<Option<Arc<Prompt>>> {
    let Some(audio) = store.prompt_audio(id).await? else {
        return Ok(None);
    };
    let samples = audio.chunks_exact(2);
    let samples: Vec<i16> = samples
        .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
        .collect();
    Ok(Prompt::from_pcm(&samples).ok().map(Arc::new))
}
