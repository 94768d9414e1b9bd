//! Recordings that callers and advisors hear, and which of them is heard when.

use domain::{CampaignId, PromptId, SoundUse};

use super::change;
use super::config::{must_exist, no_such, touch, written};
use super::database::Database;
use super::query::Query;
use super::row::Row;
use crate::error::{Result, StoreError};
use crate::types::{PromptRow, SoundUseRow};

/// See [`crate::Store::prompts`].
pub(super) async fn all(db: &Database) -> Result<Vec<PromptRow>> {
    let query = Query::new(
        "read prompts",
        "SELECT id, name, language, file_name, sha256, samples, imported_at
         FROM prompt ORDER BY name, language",
    );
    db.fetch(query).await?.iter().map(prompt_of).collect()
}

fn prompt_of(row: &Row) -> Result<PromptRow> {
    Ok(PromptRow {
        id: PromptId::new(row.int("id")?),
        name: row.text("name")?,
        language: row.text("language")?,
        file_name: row.text("file_name")?,
        sha256: row.text("sha256")?,
        samples: row.narrow("samples")?,
        imported_at: row.time("imported_at")?,
    })
}

/// See [`crate::Store::prompt_audio`].
pub(super) async fn audio(db: &Database, prompt: PromptId) -> Result<Option<Vec<u8>>> {
    let query = Query::new(
        "read a prompt's sound",
        "SELECT audio FROM prompt WHERE id = $1",
    );
    let row = db.fetch_one(query.int(prompt.get())).await?;
    row.map(|row| row.bytes("audio")).transpose()
}

/// See [`crate::Store::put_prompt`].
pub(super) async fn put(db: &Database, prompt: &PromptRow, audio: Vec<u8>) -> Result<PromptId> {
    let query = Query::new(
        "write a prompt",
        "INSERT INTO prompt (name, language, file_name, sha256, samples, imported_at, audio)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (name, language) DO UPDATE SET file_name = excluded.file_name,
             sha256 = excluded.sha256, samples = excluded.samples,
             imported_at = excluded.imported_at, audio = excluded.audio
         RETURNING id",
    )
    .text(&prompt.name)
    .text(&prompt.language)
    .text(&prompt.file_name)
    .text(&prompt.sha256)
    .int(i64::try_from(prompt.samples).unwrap_or(i64::MAX))
    .int(prompt.imported_at.as_millis())
    .bytes(audio);
    let mut tx = db.begin().await?;
    let id = written(&mut tx, query, "prompt", 0).await?;
    touch(&mut tx).await?;
    change::note(&mut tx, "prompt", id, serde_json::Map::new()).await?;
    tx.commit().await?;
    Ok(PromptId::new(id))
}

/// See [`crate::Store::remove_prompt`].
pub(super) async fn remove(db: &Database, prompt: PromptId) -> Result<()> {
    let mut tx = db.begin().await?;
    for (doing, text) in [
        (
            "let go of a prompt's uses",
            "DELETE FROM sound_use WHERE prompt = $1",
        ),
        ("remove a prompt", "DELETE FROM prompt WHERE id = $1"),
    ] {
        let rows = tx.run(Query::new(doing, text).int(prompt.get())).await?;
        if rows == 0 && text.contains("FROM prompt ") {
            return Err(no_such("prompt", prompt.get()));
        }
    }
    touch(&mut tx).await?;
    tx.note("prompt.remove", format!("prompt {prompt}"), String::new());
    tx.commit().await
}

/// See [`crate::Store::sound_uses`].
pub(super) async fn uses(db: &Database) -> Result<Vec<SoundUseRow>> {
    let query = Query::new(
        "read what is heard when",
        "SELECT campaign, purpose, prompt FROM sound_use ORDER BY campaign, purpose",
    );
    db.fetch(query).await?.iter().map(use_of).collect()
}

fn use_of(row: &Row) -> Result<SoundUseRow> {
    let word = row.text("purpose")?;
    let campaign = row.int("campaign")?;
    Ok(SoundUseRow {
        campaign: (campaign != 0).then(|| CampaignId::new(campaign)),
        purpose: SoundUse::from_word(&word).ok_or(StoreError::Corrupt {
            what: "occasion of a sound",
            detail: word,
        })?,
        prompt: PromptId::new(row.int("prompt")?),
    })
}

/// See [`crate::Store::put_sound_use`].
pub(super) async fn put_use(
    db: &Database,
    campaign: Option<CampaignId>,
    purpose: SoundUse,
    prompt: Option<PromptId>,
) -> Result<()> {
    let mut tx = db.begin().await?;
    if let Some(campaign) = campaign {
        must_exist(&mut tx, "campaign", campaign.get()).await?;
    }
    let campaign = campaign.map_or(0, CampaignId::get);
    let query = match prompt {
        Some(prompt) => Query::new(
            "choose what is heard",
            "INSERT INTO sound_use (campaign, purpose, prompt)
             SELECT $1, $2, id FROM prompt WHERE id = $3
             ON CONFLICT (campaign, purpose) DO UPDATE SET prompt = excluded.prompt",
        )
        .int(campaign)
        .text(purpose.word())
        .int(prompt.get()),
        None => Query::new(
            "choose that the usual is heard",
            "DELETE FROM sound_use WHERE campaign = $1 AND purpose = $2",
        )
        .int(campaign)
        .text(purpose.word()),
    };
    let rows = tx.run(query).await?;
    if let (Some(prompt), 0) = (prompt, rows) {
        return Err(no_such("prompt", prompt.get()));
    }
    touch(&mut tx).await?;
    let heard = prompt.map_or("the usual".to_owned(), |prompt| format!("prompt {prompt}"));
    let detail = format!("{}: {heard}", purpose.word());
    tx.note("prompt.use", format!("campaign {campaign}"), detail);
    tx.commit().await
}
