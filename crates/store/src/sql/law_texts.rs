//! Law packs as they were read: kept, so that the rules of a call can be shown when the program has others.

use domain::Timestamp;

use super::chain::sha256;
use super::database::Database;
use super::query::{Batch, Query};
use super::row::Row;
use crate::error::Result;
use crate::types::LawText;

/// See [`crate::LawStore::put_law_texts`].
pub(super) async fn put(db: &Database, texts: &[(String, String)], at: Timestamp) -> Result<()> {
    let known = db.fetch(Query::new(
        "read which law packs are kept",
        "SELECT sha256 FROM law_text",
    ));
    let known: Vec<String> = known
        .await?
        .iter()
        .map(|row| row.text("sha256"))
        .collect::<Result<_>>()?;
    let new: Vec<(&String, &String, String)> = texts
        .iter()
        .map(|(pack, text)| (pack, text, sha256(text)))
        .filter(|(_, _, hash)| !known.contains(hash))
        .collect();
    if new.is_empty() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    let query = Query::new(
        "keep law packs",
        "INSERT INTO law_text (pack, sha256, seen_at, text)
         SELECT r.pack, r.hash, $1, r.body FROM {rows} WHERE true ON CONFLICT DO NOTHING",
    )
    .int(at.as_millis())
    .rows(
        Batch::default()
            .texts("pack", new.iter().map(|(pack, _, _)| (*pack).clone()))
            .texts("hash", new.iter().map(|(_, _, hash)| hash.clone()))
            .texts("body", new.iter().map(|(_, text, _)| (*text).clone())),
    );
    tx.run(query).await?;
    for (pack, _, hash) in &new {
        tx.note("law.seen", format!("law {pack}"), format!("text {hash}"));
    }
    tx.commit().await
}

/// See [`crate::LawStore::law_texts`].
pub(super) async fn all(db: &Database) -> Result<Vec<LawText>> {
    let query = Query::new(
        "read law packs",
        "SELECT pack, sha256, seen_at, text FROM law_text ORDER BY pack, seen_at, sha256",
    );
    let read = |row: &Row| {
        Ok(LawText {
            pack: row.text("pack")?,
            sha256: row.text("sha256")?,
            seen_at: row.time("seen_at")?,
            text: row.text("text")?,
        })
    };
    db.fetch(query).await?.iter().map(read).collect()
}
