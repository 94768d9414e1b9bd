//! Taking a load back as a whole. In one statement's time its list is let go by everything that dials it, so that
//! nobody leases from it any more; then its contacts are removed a few at a time, so that the journal never
//! waits; then what still dials the list's other loads is joined to it again. What a crash interrupts is gone on
//! with when the record is next opened.

use domain::{CampaignState, Timestamp};

use super::config::{no_such, touch};
use super::database::{Database, Tx};
use super::query::{Batch, Query};
use super::row::Row;
use super::{attach, fence, identity, import};
use crate::error::{Result, StoreError};
use crate::types::ImportId;

/// Contacts whose work is removed in one transaction.
const AT_ONCE: i64 = 2_000;

/// See [`crate::Receptions::revert_load`].
pub(super) async fn load(db: &Database, import: ImportId, by: &str, now: Timestamp) -> Result<u64> {
    let contacts = hide(db, import, by, now).await?;
    remove(db, import.0).await?;
    Ok(contacts)
}

/// Goes on with what a crash interrupted.
pub(super) async fn remove_leftovers(db: &Database) -> Result<()> {
    let query = Query::new(
        "find loads being taken back",
        "SELECT id FROM import WHERE detached IS NOT NULL",
    );
    for row in db.fetch(query).await? {
        remove(db, row.int("id")?).await?;
    }
    Ok(())
}

/// Takes the load out of sight and its list out of all campaigns, or says why not.
async fn hide(db: &Database, import: ImportId, by: &str, now: Timestamp) -> Result<u64> {
    let mut tx = db.begin().await?;
    fence::alone(&mut tx).await?;
    let query = Query::new(
        "find a load",
        "SELECT list, contacts FROM import WHERE id = $1 AND finished_at IS NOT NULL",
    );
    let Some(row) = tx.fetch_one(query.int(import.0)).await? else {
        return Err(no_such("load with number", import.0));
    };
    let (list, contacts): (_, u64) = (row.int("list")?, row.narrow("contacts")?);
    may_revert(&mut tx, import, list).await?;
    let detached = campaigns_of(&mut tx, list).await?;
    let text = serde_json::to_string(&detached).expect("pairs of numbers always serialise");
    let query = Query::new(
        "take a load back",
        "UPDATE import SET finished_at = NULL, reverted_at = $1, reverted_by = $2, detached = $3
         WHERE id = $4",
    );
    let query = query
        .int(now.as_millis())
        .text(by)
        .text(&text)
        .int(import.0);
    tx.run(query).await?;
    for (query, value) in [
        (
            "UPDATE reception SET state = 4 WHERE import = $1 AND state = 2",
            import.0,
        ),
        ("DELETE FROM campaign_list WHERE list = $1", list),
        // Nothing of it is left: its name is free for the base as it should have been.
        (
            "UPDATE list SET removed = 1 WHERE id = $1 AND NOT EXISTS
                 (SELECT 1 FROM import i WHERE i.list = list.id AND i.finished_at IS NOT NULL)",
            list,
        ),
    ] {
        tx.run(Query::new("take a load out of sight", query).int(value))
            .await?;
    }
    touch(&mut tx).await?;
    let detail = format!("load {}; {contacts} contacts", import.0);
    tx.note("list.revert", format!("list {list}"), detail);
    tx.commit().await?;
    Ok(contacts)
}

/// Refuses once a call was made to somebody of the load, or is about to be.
async fn may_revert(tx: &mut Tx, import: ImportId, list: i64) -> Result<()> {
    let query = Query::new(
        "count the calls to a load",
        "SELECT count(*) AS n FROM attempt a JOIN contact k ON k.id = a.contact
         WHERE a.list = $1 AND k.import = $2",
    );
    let calls = count(tx, query.int(list).int(import.0)).await?;
    if calls > 0 {
        return Err(StoreError::Conflict(format!(
            "{calls} calls were made to people of this load; it cannot be taken back any more"
        )));
    }
    let query = Query::new(
        "find what dials a list",
        "SELECT c.name FROM campaign_list cl JOIN campaign c ON c.id = cl.campaign
         WHERE cl.list = $1 AND c.removed = 0 AND c.state = $2 ORDER BY c.name",
    );
    let running = query
        .int(list)
        .int(i64::from(CampaignState::Running.number()));
    if let Some(row) = tx.fetch_one(running).await? {
        let name = row.text("name")?;
        return Err(StoreError::Conflict(format!(
            "the campaign {name} dials this list; pause it and try again"
        )));
    }
    let query = Query::new(
        "count the work leased of a load",
        "SELECT count(*) AS n FROM work w JOIN contact k ON k.id = w.contact
         WHERE w.state = 2 AND w.lease_epoch IS NOT NULL AND w.list = $1 AND k.import = $2",
    );
    match count(tx, query.int(list).int(import.0)).await? {
        0 => Ok(()),
        leased => Err(StoreError::Conflict(format!(
            "{leased} people of this load are next to be called; try again when the engine has let go of them"
        ))),
    }
}

async fn count(tx: &mut Tx, query: Query) -> Result<i64> {
    match tx.fetch_one(query).await? {
        Some(row) => row.int("n"),
        None => Ok(0),
    }
}

/// What dials a list, and as which of its lists.
async fn campaigns_of(tx: &mut Tx, list: i64) -> Result<Vec<(i64, i64)>> {
    let query = Query::new(
        "find what dials a list",
        "SELECT campaign, place FROM campaign_list WHERE list = $1 ORDER BY campaign",
    );
    let pair = |row: &Row| Ok((row.int("campaign")?, row.int("place")?));
    tx.fetch(query.int(list)).await?.iter().map(pair).collect()
}

async fn remove(db: &Database, import: i64) -> Result<()> {
    while remove_work(db, import).await? > 0 {}
    while import::remove_some(db, import).await? > 0 {}
    rejoin(db, import).await?;
    attach::go_on(db).await.map(drop)
}

/// Removes the work with some contacts of the load, and whoever is nobody's contact then; says with how many.
async fn remove_work(db: &Database, import: i64) -> Result<usize> {
    let mut tx = db.begin().await?;
    fence::turn(&mut tx).await?;
    let query = Query::new(
        "find contacts of a load",
        "SELECT id, person FROM contact WHERE import = $1 ORDER BY record LIMIT $2",
    );
    let rows = tx.fetch(query.int(import).int(AT_ONCE)).await?;
    let ids = |column| {
        rows.iter()
            .map(move |row| row.int(column))
            .collect::<Result<Vec<_>>>()
    };
    let (contacts, people) = (ids("id")?, ids("person")?);
    if contacts.is_empty() {
        return Ok(0);
    }
    for text in [
        "DELETE FROM work WHERE person IN (SELECT r.person FROM {rows})
           AND contact IN (SELECT r.contact FROM {rows})",
        "DELETE FROM phone WHERE contact IN (SELECT r.contact FROM {rows})",
        "DELETE FROM contact WHERE id IN (SELECT r.contact FROM {rows})",
        "DELETE FROM person WHERE id IN (SELECT r.person FROM {rows}) AND suppressed = 0
           AND erased_at IS NULL
           AND NOT EXISTS (SELECT 1 FROM contact k WHERE k.person = person.id)
           AND NOT EXISTS (SELECT 1 FROM consent c WHERE c.person = person.id)
           AND NOT EXISTS (SELECT 1 FROM rights_request q WHERE q.person = person.id)
           AND NOT EXISTS (SELECT 1 FROM legal_hold h WHERE h.person = person.id)",
    ] {
        let batch = Batch::default()
            .ints("contact", contacts.iter().copied())
            .ints("person", people.iter().copied());
        tx.run(Query::new("remove contacts of a load", text).rows(batch))
            .await?;
    }
    identity::unlearn(&mut tx, &people).await?;
    tx.commit().await?;
    Ok(contacts.len())
}

/// What dialed the list dials what is left of it; and people who had their work by a record that is gone have it
/// by another.
async fn rejoin(db: &Database, import: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    fence::turn(&mut tx).await?;
    let query = Query::new(
        "read what dialed a list",
        "SELECT i.list, i.detached, l.removed FROM import i JOIN list l ON l.id = i.list
         WHERE i.id = $1 AND i.detached IS NOT NULL",
    );
    let Some(row) = tx.fetch_one(query.int(import)).await? else {
        return Ok(());
    };
    let (list, left) = (row.int("list")?, !row.flag("removed")?);
    let detached: Vec<(i64, i64)> = row.json("detached", "campaigns of a list")?;
    for (campaign, place) in detached {
        if left {
            let query = Query::new(
                "dial what is left of a list",
                "INSERT INTO campaign_list (campaign, list, place) VALUES ($1, $2, $3)
                 ON CONFLICT (campaign, list) DO NOTHING",
            );
            tx.run(query.int(campaign).int(list).int(place)).await?;
        }
        let query = Query::new(
            "find the lists of a campaign",
            "SELECT list FROM campaign_list WHERE campaign = $1",
        );
        for row in tx.fetch(query.int(campaign)).await? {
            attach::mark(&mut tx, campaign, row.int("list")?, 0).await?;
        }
    }
    let query = Query::new(
        "end taking a load back",
        "UPDATE import SET detached = NULL WHERE id = $1",
    );
    tx.run(query.int(import)).await?;
    touch(&mut tx).await?;
    tx.commit().await
}
