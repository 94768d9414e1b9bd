//! Users and their sessions.

use domain::{AgentId, Timestamp, UserId};

use super::chain::hex;
use super::change;
use super::config::{no_such, taken, written};
use super::database::Database;
use super::query::Query;
use super::row::Row;
use crate::error::Result;
use crate::types::{Role, Session, User};

/// See [`crate::Store::users`].
pub(super) async fn all(db: &Database) -> Result<Vec<User>> {
    let query = Query::new(
        "read users",
        "SELECT id, name, role, password_hash, agent FROM app_user ORDER BY name",
    );
    db.fetch(query).await?.iter().map(user_of).collect()
}

/// See [`crate::Store::user_named`].
pub(super) async fn named(db: &Database, name: &str) -> Result<Option<User>> {
    let query = Query::new(
        "read a user",
        "SELECT id, name, role, password_hash, agent FROM app_user WHERE name = $1",
    );
    let row = db.fetch_one(query.text(name)).await?;
    row.as_ref().map(user_of).transpose()
}

fn user_of(row: &Row) -> Result<User> {
    Ok(User {
        id: UserId::new(row.int("id")?),
        name: row.text("name")?,
        role: row.kind("role", Role::from_number)?,
        password_hash: row.text("password_hash")?,
        agent: row.opt_int("agent")?.map(AgentId::new),
    })
}

/// See [`crate::Store::put_user`].
pub(super) async fn put(db: &Database, user: &User) -> Result<UserId> {
    let text = match user.id.get() {
        0 => {
            "INSERT INTO app_user (name, role, password_hash, agent) VALUES ($1, $2, $3, $4)
             RETURNING id"
        }
        _ => {
            "UPDATE app_user SET name = $1, role = $2, password_hash = $3, agent = $4
             WHERE id = $5 RETURNING id"
        }
    };
    let mut query = Query::new("write a user", text)
        .text(&user.name)
        .int(i64::from(user.role.number()))
        .text(&user.password_hash)
        .int(user.agent.map(|agent| agent.get()));
    if user.id.get() != 0 {
        query = query.int(user.id.get());
    }
    let mut tx = db.begin().await?;
    let before = change::row(&mut tx, "app_user", user.id.get()).await?;
    let id = taken(written(&mut tx, query, "user", user.id.get()).await, || {
        format!("there is already a user named {}", user.name)
    })?;
    change::note(&mut tx, "app_user", id, before).await?;
    tx.commit().await?;
    Ok(UserId::new(id))
}

/// See [`crate::Store::remove_user`].
pub(super) async fn remove(db: &Database, user: UserId) -> Result<()> {
    let mut tx = db.begin().await?;
    let query = Query::new(
        "end a user's sessions",
        "DELETE FROM session WHERE app_user = $1",
    );
    tx.run(query.int(user.get())).await?;
    let query = Query::new("remove a user", "DELETE FROM app_user WHERE id = $1");
    if tx.run(query.int(user.get())).await? == 0 {
        return Err(no_such("user", user));
    }
    tx.note("user.remove", format!("user {user}"), String::new());
    tx.commit().await
}

/// See [`crate::Store::put_session`]. Expired ones go at the same time.
pub(super) async fn put_session(db: &Database, session: &Session) -> Result<()> {
    let mut tx = db.begin().await?;
    let query = Query::new(
        "drop expired sessions",
        "DELETE FROM session WHERE expires_at <= $1",
    );
    tx.run(query.int(session.created_at.as_millis())).await?;
    let query = Query::new(
        "start a session",
        "INSERT INTO session (token_hash, app_user, created_at, expires_at)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (token_hash) DO UPDATE SET expires_at = excluded.expires_at",
    )
    .text(&hex(&session.token_hash))
    .int(session.user.get())
    .int(session.created_at.as_millis())
    .int(session.expires_at.as_millis());
    tx.run(query).await?;
    let subject = format!("user {}", session.user);
    tx.note("session.enter", subject, String::new());
    tx.commit().await
}

/// See [`crate::Store::session`].
pub(super) async fn session(
    db: &Database,
    token_hash: &[u8; 32],
    now: Timestamp,
) -> Result<Option<(Session, User)>> {
    let query = Query::new(
        "read a session",
        "SELECT s.created_at, s.expires_at, u.id, u.name, u.role, u.password_hash, u.agent
         FROM session s JOIN app_user u ON u.id = s.app_user
         WHERE s.token_hash = $1 AND s.expires_at > $2",
    )
    .text(&hex(token_hash))
    .int(now.as_millis());
    let Some(row) = db.fetch_one(query).await? else {
        return Ok(None);
    };
    let user = user_of(&row)?;
    let session = Session {
        token_hash: *token_hash,
        user: user.id,
        created_at: row.time("created_at")?,
        expires_at: row.time("expires_at")?,
    };
    Ok(Some((session, user)))
}

/// See [`crate::Store::delete_session`].
pub(super) async fn delete_session(db: &Database, token_hash: &[u8; 32]) -> Result<()> {
    let query = Query::new("end a session", "DELETE FROM session WHERE token_hash = $1");
    db.run(query.text(&hex(token_hash))).await.map(drop)
}
