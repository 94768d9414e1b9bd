//! Tokens with which a phone fetches its settings, once.

use domain::{AgentId, Timestamp};

use super::chain::hex;
use super::database::Database;
use super::query::Query;
use crate::error::Result;

/// See [`crate::Store::put_phone_ticket`].
pub(super) async fn put(
    db: &Database,
    token_hash: &[u8; 32],
    agent: AgentId,
    expires_at: Timestamp,
) -> Result<()> {
    let mut tx = db.begin().await?;
    // A new one voids those before: there is one new password at a time.
    let query = Query::new(
        "drop earlier phone tickets",
        "DELETE FROM phone_ticket WHERE agent = $1",
    );
    tx.run(query.int(agent.get())).await?;
    let query = Query::new(
        "remember a phone ticket",
        "INSERT INTO phone_ticket (token_hash, agent, expires_at) VALUES ($1, $2, $3)",
    )
    .text(&hex(token_hash))
    .int(agent.get())
    .int(expires_at.as_millis());
    tx.run(query).await?;
    tx.commit().await
}

/// See [`crate::Store::take_phone_ticket`]. Lapsed ones go with it.
pub(super) async fn take(
    db: &Database,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<AgentId>> {
    let mut tx = db.begin().await?;
    let query = Query::new(
        "drop lapsed phone tickets",
        "DELETE FROM phone_ticket WHERE expires_at <= $1",
    );
    tx.run(query.int(now.as_millis())).await?;
    let query = Query::new(
        "use a phone ticket up",
        "DELETE FROM phone_ticket WHERE token_hash = $1 RETURNING agent",
    );
    let row = tx.fetch_one(query.text(&hex(token_hash))).await?;
    let agent = row.map(|row| row.int("agent")).transpose()?;
    tx.commit().await?;
    Ok(agent.map(AgentId::new))
}
