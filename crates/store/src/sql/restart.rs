//! What a restarted engine must know: numbering, open attempts, leases,
//! registrations, lines.

use domain::{
    AgentId, AttemptId, CampaignId, CatalogueId, ContactId, DialMode, Intent, ListId, Outcome,
    PersonId, SignallingRecord, TrunkId, WorkState,
};

use super::database::{Database, Pools};
use super::fence;
use super::query::Query;
use super::row::Row;
use crate::error::{Result, StoreError};
use crate::types::{Binding, Numbering, OpenAttempt};

/// The only node there is so far.
pub(super) const NODE: i64 = 1;

/// What [`intent_of`] reads of an attempt `a`.
const INTENT: &str = "a.id, a.campaign, a.list, a.contact, a.person, a.segment, a.phone, \
    a.ordinal, a.trunk, a.caller_id, a.mode, a.agent, a.catalogue, a.law, a.zone, a.utc_offset_min, \
    a.hours_consent, a.calls_consent, a.purpose, a.serves";

/// Where the work stands with whoever made the call `a` to us; nothing where we made it.
const CAME_IN: &str = "CASE WHEN a.direction = 2 THEN \
    COALESCE((SELECT v.state FROM work v WHERE v.campaign = a.campaign AND v.contact = a.contact), 1) \
    END AS came_in";

fn came_in(row: &Row) -> Result<Option<WorkState>> {
    row.opt_kind("came_in", WorkState::from_number)
}

/// Makes the node's row, with its secret, unless it is there. The database
/// draws the randomness: both have a cryptographic source.
pub(super) async fn ensure_node(db: &Database) -> Result<()> {
    let random = match &db.pools {
        Pools::Sqlite { .. } => "lower(hex(randomblob(32)))",
        Pools::Postgres(_) => {
            "encode(sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8')), 'hex')"
        }
    };
    let text = format!(
        "INSERT INTO node (id, epoch, secret) VALUES ($1, 0, {random}) ON CONFLICT (id) DO NOTHING"
    );
    db.run(Query::new("name this node", text).int(NODE))
        .await
        .map(drop)
}

/// See [`crate::Store::secret`].
pub(super) async fn secret(db: &Database) -> Result<[u8; 32]> {
    let odd = || StoreError::Corrupt {
        what: "secret of this node",
        detail: "it is not 32 bytes in hexadecimal".to_owned(),
    };
    let query = Query::new("read the secret", "SELECT secret FROM node WHERE id = $1").int(NODE);
    let text = match db.fetch_one(query).await? {
        Some(row) => row.text("secret")?,
        None => return Err(odd()),
    };
    let mut secret = [0; 32];
    for (at, byte) in secret.iter_mut().enumerate() {
        let pair = text.get(at * 2..at * 2 + 2).ok_or_else(odd)?;
        *byte = u8::from_str_radix(pair, 16).map_err(|_| odd())?;
    }
    Ok(secret)
}

/// See [`crate::Store::numbering`].
pub(super) async fn numbering(db: &Database) -> Result<Numbering> {
    let query = Query::new(
        "read the numbering",
        "SELECT (SELECT max(last) + 1 FROM
                     (SELECT COALESCE(max(id), 0) AS last FROM attempt
                      UNION ALL SELECT COALESCE(max(attempt), 0) FROM stranger_call) AS named)
                    AS next_attempt,
                (SELECT COALESCE(max(seq), 0) + 1 FROM event WHERE node = $1) AS next_seq",
    )
    .int(NODE);
    match db.fetch_one(query).await? {
        Some(row) => Ok(Numbering {
            next_attempt: row.int("next_attempt")?,
            next_seq: row.narrow("next_seq")?,
        }),
        None => Ok(Numbering {
            next_attempt: 1,
            next_seq: 1,
        }),
    }
}

/// See [`crate::Store::open_attempts`].
pub(super) async fn open_attempts(db: &Database) -> Result<Vec<OpenAttempt>> {
    let query = Query::new(
        "read open attempts",
        format!(
            "SELECT {INTENT}, {CAME_IN}, o.since, o.placed, o.answered, o.agent AS bridged_to,
                    o.signalling
             FROM open_attempt o JOIN attempt a ON a.id = o.attempt ORDER BY a.id"
        ),
    );
    db.fetch(query).await?.iter().map(open_attempt_of).collect()
}

/// See [`crate::Store::untyped_attempts`]. Their work is still on lease: what
/// becomes of it was for the typification to say.
pub(super) async fn untyped_attempts(db: &Database) -> Result<Vec<(Intent, Option<WorkState>)>> {
    let query = Query::new(
        "read attempts nobody typified",
        format!(
            "SELECT {INTENT}, {CAME_IN}
             FROM work w JOIN attempt a ON a.contact = w.contact AND a.campaign = w.campaign
             WHERE w.state = 2 AND a.outcome = $1 AND a.code IS NULL AND a.direction = 1
             UNION ALL
             SELECT {INTENT}, {CAME_IN} FROM attempt a
             WHERE a.direction = 2 AND a.outcome = $1 AND a.code IS NULL ORDER BY 1"
        ),
    )
    .int(i64::from(Outcome::Connected.number()));
    let rows = db.fetch(query).await?;
    let read = |row: &Row| Ok((intent_of(row)?, came_in(row)?));
    rows.iter().map(read).collect()
}

fn intent_of(row: &Row) -> Result<Intent> {
    Ok(Intent {
        attempt: AttemptId::new(row.int("id")?),
        campaign: CampaignId::new(row.int("campaign")?),
        list: ListId::new(row.int("list")?),
        contact: ContactId::new(row.int("contact")?),
        person: PersonId::new(row.int("person")?),
        segment: row.text("segment")?,
        phone: row.phone("phone")?,
        ordinal: row.narrow("ordinal")?,
        trunk: TrunkId::new(row.int("trunk")?),
        caller_id: row.phone("caller_id")?,
        mode: row.kind("mode", DialMode::from_number)?,
        agent: row.opt_int("agent")?.map(AgentId::new),
        purpose: row.purpose()?,
        serves: row.opt_int("serves")?.map(AttemptId::new),
        under: row.under()?,
        catalogue: CatalogueId::new(row.int("catalogue")?),
    })
}

fn open_attempt_of(row: &Row) -> Result<OpenAttempt> {
    Ok(OpenAttempt {
        intent: intent_of(row)?,
        since: row.time("since")?,
        placed: row.flag("placed")?,
        answered: row.flag("answered")?,
        agent: row.opt_int("bridged_to")?.map(AgentId::new),
        signalling: row.opt_text("signalling")?.map(SignallingRecord),
        came_in: came_in(row)?,
    })
}

/// See [`crate::Store::take_over`]; returns the new epoch.
pub(super) async fn take_over(db: &Database) -> Result<i64> {
    let mut tx = db.begin().await?;
    let epoch = fence::raise(&mut tx).await?;
    tx.commit().await?;
    Ok(epoch)
}

/// See [`crate::Store::release_leases`]. Work whose call is open stays leased,
/// to this engine: it will close it.
pub(super) async fn release(db: &Database, epoch: i64) -> Result<u64> {
    let mut tx = db.begin().await?;
    fence::turn_of(&mut tx, epoch).await?;
    let query = Query::new(
        "give leased work back",
        "UPDATE work SET lease_epoch = NULL,
             state = CASE WHEN EXISTS (SELECT 1 FROM person p
                                       WHERE p.id = work.person AND p.suppressed = 1)
                       OR NOT EXISTS (SELECT 1 FROM phone q WHERE q.contact = work.contact
                            AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.e164 = q.e164))
                          THEN 5 ELSE 1 END
         WHERE state = 2
           AND NOT EXISTS (SELECT 1 FROM open_attempt o WHERE o.person = work.person)",
    );
    let released = tx.run(query).await?;
    let query = Query::new(
        "take leases over",
        "UPDATE work SET lease_epoch = $1 WHERE state = 2",
    )
    .int(epoch);
    tx.run(query).await?;
    tx.commit().await?;
    Ok(released)
}

/// See [`crate::Store::bindings`].
pub(super) async fn bindings(db: &Database) -> Result<Vec<Binding>> {
    let query = Query::new(
        "read registrations",
        "SELECT sip_user, line, expires_at FROM binding ORDER BY sip_user, line",
    );
    let rows = db.fetch(query).await?;
    rows.iter()
        .map(|row| {
            Ok(Binding {
                user: row.text("sip_user")?,
                line: row.text("line")?,
                expires_at: row.time("expires_at")?,
            })
        })
        .collect()
}

/// See [`crate::Store::put_phones`].
pub(super) async fn put_phones(db: &Database, users: &[(String, Vec<Binding>)]) -> Result<()> {
    let mut tx = db.begin().await?;
    for (user, bindings) in users {
        let query = Query::new(
            "forget registrations",
            "DELETE FROM binding WHERE sip_user = $1",
        );
        tx.run(query.text(user)).await?;
        for binding in bindings {
            let query = Query::new(
                "remember a registration",
                "INSERT INTO binding (sip_user, line, expires_at) VALUES ($1, $2, $3)
                 ON CONFLICT (sip_user, line) DO UPDATE SET expires_at = excluded.expires_at",
            )
            .text(user)
            .text(&binding.line)
            .int(binding.expires_at.as_millis());
            tx.run(query).await?;
        }
    }
    tx.commit().await
}

/// See [`crate::Store::line_dialogs`].
pub(super) async fn line_dialogs(db: &Database) -> Result<Vec<(AgentId, SignallingRecord)>> {
    let query = Query::new(
        "read the dialogs of lines",
        "SELECT agent, dialog FROM line_dialog ORDER BY agent",
    );
    let rows = db.fetch(query).await?;
    rows.iter()
        .map(|row| {
            let agent = AgentId::new(row.int("agent")?);
            Ok((agent, SignallingRecord(row.text("dialog")?)))
        })
        .collect()
}

/// See [`crate::Store::put_line_dialog`].
pub(super) async fn put_line_dialog(
    db: &Database,
    agent: AgentId,
    dialog: Option<&SignallingRecord>,
) -> Result<()> {
    let query = match dialog {
        Some(dialog) => Query::new(
            "remember the dialog of a line",
            "INSERT INTO line_dialog (agent, dialog) VALUES ($1, $2)
             ON CONFLICT (agent) DO UPDATE SET dialog = excluded.dialog",
        )
        .int(agent.get())
        .text(&dialog.0),
        None => Query::new(
            "forget the dialog of a line",
            "DELETE FROM line_dialog WHERE agent = $1",
        )
        .int(agent.get()),
    };
    db.run(query).await.map(drop)
}
