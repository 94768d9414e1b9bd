//! Web hooks that follow events, on SQL: each keeps how far it came. Whoever sends says where the hook stood when they looked, so that
//! of two who send at once the slower moves nothing back.

use domain::{CampaignId, Timestamp, WebHookId};
use serde_json::json;

use super::change;
use super::config::{must_exist, no_such, taken, written};
use super::database::Database;
use super::query::Query;
use super::row::Row;
use crate::error::{Result, StoreError};
use crate::types::{FeedKind, FeedPlace, HookRow, NewHook};

/// Longest fault that is kept, in characters.
const FAULT_MAX: usize = 500;
const FOLLOWS: i64 = 1;
const DEAD: i64 = 4;

pub(super) async fn all(db: &Database) -> Result<Vec<HookRow>> {
    let query = Query::new(
        "read web hooks",
        "SELECT id, name, place, campaign, kinds, batch, clear, sent_seq, sent_part, pending_seq, pending_part, state, tries,
                next_at, fault, events, arrived_at
         FROM web_hook WHERE removed = 0 ORDER BY name",
    );
    db.fetch(query).await?.iter().map(hook_of).collect()
}

pub(super) async fn put(db: &Database, new: &NewHook) -> Result<WebHookId> {
    let kinds: Vec<&str> = new.kinds.iter().map(|kind| kind.word()).collect();
    let query = Query::new(
        "make a web hook",
        "INSERT INTO web_hook (name, place, campaign, kinds, batch, clear, sent_seq, sent_part, next_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id",
    )
    .text(&new.name)
    .text(&new.place)
    .int(new.campaign.map(CampaignId::get))
    .text(&kinds.join(","))
    .int(i64::from(new.batch))
    .int(i64::from(new.clear))
    .int(number(new.after.seq))
    .int(number(new.after.part))
    .int(new.at.as_millis());
    let mut tx = db.begin().await?;
    if let Some(campaign) = new.campaign {
        must_exist(&mut tx, "campaign", campaign.get()).await?;
    }
    let made = written(&mut tx, query, "web hook", 0).await;
    let id = taken(made, || {
        format!("there is already a web hook named {}", new.name)
    })?;
    change::note(&mut tx, "web_hook", id, serde_json::Map::new()).await?;
    tx.commit().await?;
    Ok(WebHookId::new(id))
}

pub(super) async fn remove(db: &Database, hook: WebHookId) -> Result<()> {
    let mut tx = db.begin().await?;
    let query = Query::new(
        "remove a web hook",
        "UPDATE web_hook SET removed = 1 WHERE id = $1 AND removed = 0",
    );
    if tx.run(query.int(hook.get())).await? == 0 {
        return Err(no_such("web hook", hook));
    }
    tx.note("webhook.remove", subject(hook), String::new());
    tx.commit().await
}

/// See [`crate::FeedStore::revive_web_hook`].
pub(super) async fn revive(
    db: &Database,
    hook: WebHookId,
    from: Option<FeedPlace>,
    now: Timestamp,
) -> Result<()> {
    let mut query = Query::new(
        "have a web hook go on",
        "UPDATE web_hook SET state = $1, tries = 0, next_at = $2, fault = NULL",
    )
    .int(FOLLOWS)
    .int(now.as_millis());
    query.push(match from {
        Some(_) => {
            ", sent_seq = $4, sent_part = $5, pending_seq = NULL, pending_part = NULL WHERE id = $3"
        }
        None => " WHERE id = $3 AND state = 4",
    });
    query.push(" AND removed = 0");
    query = query.int(hook.get());
    if let Some(from) = from {
        query = query.int(number(from.seq)).int(number(from.part));
    }
    let mut tx = db.begin().await?;
    if tx.run(query).await? == 0 {
        return match must_exist(&mut tx, "web_hook", hook.get()).await {
            Ok(()) => Err(StoreError::Conflict(format!(
                "web hook {hook} is not dead; say from where it is to be sent again, or let it go on"
            ))),
            Err(_) => Err(no_such("web hook", hook)),
        };
    }
    let from = from.map_or_else(String::new, |from| format!("from {from}"));
    tx.note("webhook.redeliver", subject(hook), from);
    tx.commit().await
}

pub(super) async fn takes(
    db: &Database,
    hook: WebHookId,
    from: FeedPlace,
    pending: FeedPlace,
) -> Result<bool> {
    let query = Query::new(
        "note what a web hook is sent",
        "UPDATE web_hook SET pending_seq = $1, pending_part = $2
         WHERE id = $3 AND sent_seq = $4 AND sent_part = $5 AND pending_seq IS NULL AND state = 1 AND removed = 0",
    )
    .int(number(pending.seq))
    .int(number(pending.part))
    .int(hook.get())
    .int(number(from.seq))
    .int(number(from.part));
    Ok(db.run(query).await? > 0)
}

pub(super) async fn passed(
    db: &Database,
    hook: WebHookId,
    (from, to): (FeedPlace, FeedPlace),
    events: u32,
    at: Timestamp,
) -> Result<bool> {
    let query = Query::new(
        "note what a web hook took",
        "UPDATE web_hook SET sent_seq = $1, sent_part = $2, pending_seq = NULL, pending_part = NULL, tries = 0, fault = NULL,
             next_at = $3, events = events + $4, arrived_at = CASE WHEN $4 > 0 THEN $3 ELSE arrived_at END
         WHERE id = $5 AND sent_seq = $6 AND sent_part = $7 AND removed = 0",
    )
    .int(number(to.seq))
    .int(number(to.part))
    .int(at.as_millis())
    .int(i64::from(events))
    .int(hook.get())
    .int(number(from.seq))
    .int(number(from.part));
    Ok(db.run(query).await? > 0)
}

pub(super) async fn failed(
    db: &Database,
    hook: WebHookId,
    from: FeedPlace,
    again: Option<Timestamp>,
    fault: &str,
) -> Result<()> {
    let fault: String = fault.chars().take(FAULT_MAX).collect();
    let query = Query::new(
        "note that a web hook failed",
        "UPDATE web_hook SET tries = tries + 1, state = $1, next_at = COALESCE($2, next_at), fault = $3
         WHERE id = $4 AND sent_seq = $5 AND sent_part = $6 AND state = 1 AND removed = 0 RETURNING tries",
    )
    .int(if again.is_some() { FOLLOWS } else { DEAD })
    .int(again.map(Timestamp::as_millis))
    .text(&fault)
    .int(hook.get())
    .int(number(from.seq))
    .int(number(from.part));
    let mut tx = db.begin().await?;
    let noted = tx.fetch_one(query).await?;
    if let Some(row) = noted.filter(|_| again.is_none()) {
        let detail = json!({"after": from.to_string(), "tries": row.int("tries")?, "fault": fault});
        tx.note("webhook.dead", subject(hook), detail.to_string());
    }
    tx.commit().await
}

fn subject(hook: WebHookId) -> String {
    format!("webhook {hook}")
}

fn number(place: u64) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

fn hook_of(row: &Row) -> Result<HookRow> {
    let pending = match row.opt_narrow("pending_seq")? {
        Some(seq) => Some(FeedPlace {
            seq,
            part: row.narrow("pending_part")?,
        }),
        None => None,
    };
    let kinds = row.text("kinds")?;
    let words = kinds.split(',').filter(|word| !word.is_empty());
    let known = |word: &str| {
        FeedKind::from_word(word).ok_or_else(|| StoreError::Corrupt {
            what: "web hook",
            detail: format!("{word:?} means nothing to this version"),
        })
    };
    Ok(HookRow {
        id: WebHookId::new(row.int("id")?),
        name: row.text("name")?,
        place: row.text("place")?,
        campaign: row.opt_int("campaign")?.map(CampaignId::new),
        kinds: words.map(known).collect::<Result<_>>()?,
        batch: row.narrow("batch")?,
        clear: row.flag("clear")?,
        sent: FeedPlace {
            seq: row.narrow("sent_seq")?,
            part: row.narrow("sent_part")?,
        },
        pending,
        is_dead: row.int("state")? == DEAD,
        tries: row.narrow("tries")?,
        next_at: row.time("next_at")?,
        fault: row.opt_text("fault")?,
        events: row.narrow("events")?,
        arrived_at: row.opt_time("arrived_at")?,
    })
}
