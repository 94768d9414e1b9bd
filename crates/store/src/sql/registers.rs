//! Registers of numbers that must not be called: loaded beside the calls that go on, put in force by one
//! statement, looked up with the work.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use domain::{Listing, PhoneNumber, RegisterSnapshot, Timestamp};

use super::config::{taken, touch, written};
use super::database::{Database, Tx};
use super::import::wall_clock;
use super::query::{Batch, Query};
use super::row::Row;
use super::work::digits;
use crate::error::{Result, StoreError};
use crate::types::{NewSnapshot, SnapshotRead, SnapshotRow};

/// Numbers removed at once: others write in between.
const REMOVED_AT_ONCE: i64 = 20_000;
/// A load that was not touched for so long is dead.
const LEFTOVER_AFTER: Duration = Duration::from_secs(3_600);

/// See [`crate::LawStore::begin_snapshot`].
pub(super) async fn begin(db: &Database, new: &NewSnapshot) -> Result<i64> {
    let query = Query::new(
        "begin to load a register",
        "INSERT INTO register_snapshot (register, as_of, state, begun_at, touched_at, loaded_by,
                                        file_name)
         VALUES ($1, $2, 0, $3, $3, $4, $5) RETURNING id",
    )
    .text(&new.register)
    .text(&new.as_of)
    .int(new.at.as_millis())
    .text(&new.by)
    .text(&new.file_name);
    let mut tx = db.begin().await?;
    let id = written(&mut tx, query, "snapshot", 0).await?;
    tx.commit().await?;
    Ok(id)
}

/// See [`crate::LawStore::snapshot_chunk`].
pub(super) async fn chunk(db: &Database, id: i64, numbers: &[PhoneNumber]) -> Result<u64> {
    // In order: pages of the table are then written one after the other.
    let sorted: BTreeSet<i64> = numbers.iter().map(|number| digits(*number)).collect();
    let mut tx = db.begin().await?;
    let query = Query::new(
        "go on loading a register",
        "UPDATE register_snapshot SET touched_at = $1 WHERE id = $2 AND state = 0",
    );
    let touched = query.int(wall_clock().as_millis()).int(id);
    if tx.run(touched).await? == 0 {
        return Err(gone(id));
    }
    let query = Query::new(
        "keep numbers of a register",
        "INSERT INTO register_number (snapshot, e164)
         SELECT $1, r.e164 FROM {rows} WHERE true ON CONFLICT DO NOTHING",
    )
    .int(id)
    .rows(Batch::default().ints("e164", sorted));
    let new = tx.run(query).await?;
    tx.commit().await?;
    Ok(new)
}

/// See [`crate::LawStore::finish_snapshot`].
pub(super) async fn finish(
    db: &Database,
    id: i64,
    read: &SnapshotRead,
    at: Timestamp,
) -> Result<SnapshotRow> {
    let mut tx = db.begin().await?;
    let query = Query::new(
        "look at a snapshot",
        "SELECT register, as_of FROM register_snapshot WHERE id = $1 AND state = 0",
    );
    let row = tx.fetch_one(query.int(id)).await?.ok_or_else(|| gone(id))?;
    let (register, as_of) = (row.text("register")?, row.text("as_of")?);
    let query = Query::new(
        "find the snapshot in force",
        "SELECT as_of FROM register_snapshot WHERE register = $1 AND state = 1",
    );
    if let Some(row) = tx.fetch_one(query.text(&register)).await? {
        let known = row.text("as_of")?;
        if known > as_of {
            let words = format!("{register} is known of {known} already; {as_of} is older");
            return Err(StoreError::Conflict(words));
        }
    }
    let query = Query::new(
        "replace the snapshot in force",
        "UPDATE register_snapshot SET state = 2, replaced_at = $1 WHERE register = $2 AND state = 1",
    );
    tx.run(query.int(at.as_millis()).text(&register)).await?;
    let query = Query::new(
        "put a snapshot in force",
        "UPDATE register_snapshot SET state = 1, loaded_at = $1, file_sha256 = $2, repeated = $3,
             rejected = $4, numbers = (SELECT count(*) FROM register_number WHERE snapshot = $5)
         WHERE id = $5",
    )
    .int(at.as_millis())
    .text(&read.sha256)
    .int(i64::try_from(read.repeated).unwrap_or(i64::MAX))
    .int(i64::try_from(read.rejected).unwrap_or(i64::MAX))
    .int(id);
    taken(tx.run(query).await, || {
        format!("another snapshot of {register} came into force at that moment; try again")
    })?;
    touch(&mut tx).await?;
    let row = one(&mut tx, id).await?;
    let detail = format!(
        "{}; {} numbers; file {}",
        row.snapshot, row.numbers, read.sha256
    );
    tx.note("register.load", format!("register {register}"), detail);
    tx.commit().await?;
    db.learn("register_number").await;
    Ok(row)
}

async fn one(tx: &mut Tx, id: i64) -> Result<SnapshotRow> {
    let query = Query::new("read a snapshot", format!("{ROWS} WHERE id = $1")).int(id);
    let row = tx.fetch_one(query).await?.ok_or_else(|| gone(id))?;
    row_of(&row)
}

/// See [`crate::LawStore::count_hits`].
pub(super) async fn count_hits(db: &Database, id: i64) -> Result<u64> {
    let query = Query::new(
        "count our numbers in a register",
        "SELECT count(DISTINCT p.e164) AS n FROM phone p
         WHERE EXISTS (SELECT 1 FROM register_number n WHERE n.snapshot = $1 AND n.e164 = p.e164)",
    );
    let row = db.fetch_one(query.int(id)).await?;
    let hits: i64 = row.map_or(Ok(0), |row| row.int("n"))?;
    let query = Query::new(
        "note our numbers in a register",
        "UPDATE register_snapshot SET hits = $1 WHERE id = $2",
    );
    db.run(query.int(hits).int(id)).await?;
    Ok(u64::try_from(hits).unwrap_or(0))
}

/// See [`crate::LawStore::abort_snapshot`].
pub(super) async fn abort(db: &Database, id: i64) -> Result<()> {
    while remove_some(db, id, 0).await? > 0 {}
    let query = Query::new(
        "forget a load of a register",
        "DELETE FROM register_snapshot WHERE id = $1 AND state = 0",
    );
    db.run(query.int(id)).await.map(drop)
}

/// See [`crate::LawStore::forget_replaced_snapshots`]. Dead loads go too.
pub(super) async fn forget_replaced(db: &Database) -> Result<()> {
    let query = Query::new(
        "find registers to forget",
        "SELECT id, state FROM register_snapshot s
         WHERE (state = 2 OR (state = 0 AND touched_at < $1))
           AND EXISTS (SELECT 1 FROM register_number n WHERE n.snapshot = s.id)",
    );
    let dead = (wall_clock() - LEFTOVER_AFTER).as_millis();
    for row in db.fetch(query.int(dead)).await? {
        let (id, state) = (row.int("id")?, row.int("state")?);
        match state {
            0 => abort(db, id).await?,
            state => while remove_some(db, id, state).await? > 0 {},
        }
    }
    Ok(())
}

async fn remove_some(db: &Database, id: i64, state: i64) -> Result<u64> {
    let query = Query::new(
        "remove numbers of a register",
        "DELETE FROM register_number WHERE snapshot = $1
           AND e164 IN (SELECT e164 FROM register_number WHERE snapshot = $1 ORDER BY e164 LIMIT $2)
           AND EXISTS (SELECT 1 FROM register_snapshot WHERE id = $1 AND state = $3)",
    );
    db.run(query.int(id).int(REMOVED_AT_ONCE).int(state)).await
}

/// See [`crate::LawStore::override_snapshot`].
pub(super) async fn allow(
    db: &Database,
    register: &str,
    by: &str,
    reason: &str,
    at: Timestamp,
) -> Result<SnapshotRow> {
    let mut tx = db.begin().await?;
    let query = Query::new(
        "let a late snapshot be used",
        "UPDATE register_snapshot SET override_at = $1, override_by = $2, override_reason = $3
         WHERE register = $4 AND state = 1 RETURNING id",
    )
    .int(at.as_millis())
    .text(by)
    .text(reason)
    .text(register);
    let Some(row) = tx.fetch_one(query).await? else {
        let (what, id) = ("snapshot in force of register", register.to_owned());
        return Err(StoreError::NotFound { what, id });
    };
    let row = one(&mut tx, row.int("id")?).await?;
    touch(&mut tx).await?;
    let detail = format!("{}: {reason}", row.snapshot);
    tx.note("register.override", format!("register {register}"), detail);
    tx.commit().await?;
    Ok(row)
}

/// See [`crate::LawStore::registers`].
pub(super) async fn in_force(db: &Database) -> Result<Vec<RegisterSnapshot>> {
    let query = Query::new(
        "read the registers in force",
        format!("{ROWS} WHERE state = 1 ORDER BY register"),
    );
    let rows = db.fetch(query).await?;
    rows.iter()
        .map(|row| row_of(row).map(|row| row.snapshot))
        .collect()
}

/// See [`crate::LawStore::snapshots`].
pub(super) async fn all(db: &Database, register: Option<&str>) -> Result<Vec<SnapshotRow>> {
    let query = Query::new(
        "read snapshots of registers",
        format!("{ROWS} WHERE state > 0 AND ($1 = '' OR register = $1) ORDER BY id"),
    );
    let rows = db.fetch(query.text(register.unwrap_or_default())).await?;
    rows.iter().map(row_of).collect()
}

const ROWS: &str =
    "SELECT id, register, as_of, state, loaded_at, replaced_at, loaded_by, file_name,
        file_sha256, numbers, repeated, rejected, hits, override_at, override_by, override_reason
    FROM register_snapshot";

fn row_of(row: &Row) -> Result<SnapshotRow> {
    let overridden = match row.opt_time("override_at")? {
        Some(at) => Some((
            at,
            row.opt_text("override_by")?.unwrap_or_default(),
            row.opt_text("override_reason")?.unwrap_or_default(),
        )),
        None => None,
    };
    Ok(SnapshotRow {
        snapshot: RegisterSnapshot {
            id: row.int("id")?,
            register: row.text("register")?,
            as_of: row.text("as_of")?,
            sha256: row.text("file_sha256")?,
            overridden: overridden.is_some(),
        },
        in_force: row.int("state")? == 1,
        loaded_at: row.time("loaded_at")?,
        loaded_by: row.text("loaded_by")?,
        file_name: row.text("file_name")?,
        numbers: row.narrow("numbers")?,
        repeated: row.narrow("repeated")?,
        rejected: row.narrow("rejected")?,
        hits: row.opt_narrow("hits")?,
        replaced_at: row.opt_time("replaced_at")?,
        overridden,
    })
}

/// See [`crate::LawStore::listed`].
pub(super) async fn listed(db: &Database, numbers: &[PhoneNumber]) -> Result<Vec<Listing>> {
    let mut tx = db.begin().await?;
    let query = Query::new("look numbers up in registers", LISTED_NUMBERS)
        .rows(Batch::default().ints("e164", numbers.iter().map(|number| digits(*number))));
    let rows = tx.fetch(query).await?;
    let known = listings(&mut tx, &rows).await?;
    tx.commit().await?;
    Ok(known.into_iter().map(|(_, listing)| listing).collect())
}

/// Which of their numbers are in a register, by contact.
pub(super) async fn of_contacts(
    tx: &mut Tx,
    contacts: &[i64],
) -> Result<BTreeMap<i64, Vec<Listing>>> {
    let mut by_contact: BTreeMap<i64, Vec<Listing>> = BTreeMap::new();
    if contacts.is_empty() {
        return Ok(by_contact);
    }
    let query = Query::new("look contacts up in registers", LISTED_CONTACTS)
        .rows(Batch::default().ints("contact", contacts.iter().copied()));
    let rows = tx.fetch(query).await?;
    for (contact, listing) in listings(tx, &rows).await? {
        by_contact.entry(contact).or_default().push(listing);
    }
    Ok(by_contact)
}

/// CROSS JOIN has SQLite keep the order: few contacts, few numbers, few registers in force.
pub(super) const LISTED_CONTACTS: &str = "
    SELECT r.contact AS contact, p.e164 AS e164, s.id AS snapshot
    FROM {rows} CROSS JOIN phone p CROSS JOIN register_snapshot s CROSS JOIN register_number n
    WHERE p.contact = r.contact AND s.state = 1 AND n.snapshot = s.id AND n.e164 = p.e164";

const LISTED_NUMBERS: &str = "
    SELECT 0 AS contact, r.e164 AS e164, s.id AS snapshot
    FROM {rows} CROSS JOIN register_snapshot s CROSS JOIN register_number n
    WHERE s.state = 1 AND n.snapshot = s.id AND n.e164 = r.e164";

async fn listings(tx: &mut Tx, rows: &[Row]) -> Result<Vec<(i64, Listing)>> {
    let mut snapshots: BTreeMap<i64, Arc<RegisterSnapshot>> = BTreeMap::new();
    let mut found = Vec::new();
    for row in rows {
        let id = row.int("snapshot")?;
        let snapshot = match snapshots.get(&id) {
            Some(known) => Arc::clone(known),
            None => {
                let snapshot = Arc::new(one(tx, id).await?.snapshot);
                snapshots.insert(id, Arc::clone(&snapshot));
                snapshot
            }
        };
        let number = row.phone("e164")?;
        found.push((row.int("contact")?, Listing { number, snapshot }));
    }
    Ok(found)
}

fn gone(id: i64) -> StoreError {
    StoreError::NotFound {
        what: "load of a register",
        id: id.to_string(),
    }
}
