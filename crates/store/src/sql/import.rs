//! Loading contacts: staged in chunks that nobody sees, made visible at once.
//! What a crash leaves behind is removed when the record is next opened.

use std::collections::HashMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::{ListId, Timestamp};

use super::attach;
use super::config::{must_exist, no_such, taken, touch};
use super::database::{Database, Tx};
use super::identity;
use super::query::{Batch, Query};
use super::work;
use crate::error::{Result, StoreError};
use crate::types::{ImportId, ListTarget, NewContact, Verdict};

/// A load nobody fed for so long is a leftover; a living one stages far oftener.
const LEFTOVER_AFTER: Duration = Duration::from_secs(600);
/// Contacts staged between two looks whether somebody waits: a few milliseconds of the only writer of SQLite.
const SLICE: usize = 50;
/// The same while nobody does: a statement has its price, whatever it writes.
const SLICE_MAX: usize = 400;
/// Contacts removed per transaction, so that the journal never waits long.
const REMOVED_AT_ONCE: i64 = 5_000;

/// See [`crate::Store::begin_import`].
pub(super) async fn begin(db: &Database, target: &ListTarget, now: Timestamp) -> Result<ImportId> {
    let mut tx = db.begin().await?;
    let (list, name) = match target {
        ListTarget::Existing(list) => {
            must_exist(&mut tx, "list", list.get()).await?;
            (list.get(), None)
        }
        ListTarget::New(name) => (new_list(&mut tx, name, now).await?, Some(name.as_str())),
    };
    let query = Query::new(
        "begin a load",
        "INSERT INTO import (list, list_name, begun_at, touched_at) VALUES ($1, $2, $3, $4)
         RETURNING id",
    )
    .int(list)
    .opt_text(name)
    .int(now.as_millis())
    .int(wall_clock().as_millis());
    let row = tx.fetch_one(query).await?;
    let id = row.ok_or_else(|| no_such("load", "new"))?.int("id")?;
    tx.commit().await?;
    Ok(ImportId(id))
}

/// A list that is hidden until its load is finished.
async fn new_list(tx: &mut Tx, name: &str, now: Timestamp) -> Result<i64> {
    let query = Query::new(
        "look a list up",
        "SELECT id FROM list WHERE name = $1 AND removed = 0",
    )
    .text(name);
    if tx.fetch_one(query).await?.is_some() {
        return Err(name_taken(name));
    }
    let query = Query::new(
        "make a list",
        "INSERT INTO list (name, created_at, removed) VALUES ($1, $2, 1) RETURNING id",
    )
    .text(name)
    .int(now.as_millis());
    let row = tx.fetch_one(query).await?;
    row.ok_or_else(|| no_such("list", name))?.int("id")
}

fn name_taken(name: &str) -> StoreError {
    StoreError::Conflict(format!(
        "there is already a list named {name}; choose another name, or load into that list"
    ))
}

/// See [`crate::Store::import_chunk`]. In as many transactions as others leave it: calls wait for no more than a slice.
pub(super) async fn chunk(
    db: &Database,
    import: ImportId,
    rows: &[NewContact],
) -> Result<Vec<Verdict>> {
    let mut verdicts = Vec::with_capacity(rows.len());
    let (mut rest, mut size) = (rows, SLICE);
    loop {
        let mut tx = db.begin().await?;
        let list = unfinished(&mut tx, import).await?.list;
        while !rest.is_empty() {
            let (slice, after) = rest.split_at(size.min(rest.len()));
            verdicts.extend(stage(&mut tx, import, list, slice).await?);
            rest = after;
            if db.is_wanted() {
                size = SLICE;
                break;
            }
            size = (2 * size).min(SLICE_MAX);
        }
        tx.commit().await?;
        if rest.is_empty() {
            return Ok(verdicts);
        }
    }
}

async fn stage(
    tx: &mut Tx,
    import: ImportId,
    list: i64,
    rows: &[NewContact],
) -> Result<Vec<Verdict>> {
    let placed = identity::place(tx, list, rows).await?;
    let staged: Vec<Staged<'_>> = rows
        .iter()
        .zip(placed.people)
        .zip(&placed.verdicts)
        .filter(|(_, verdict)| verdict.is_kept())
        .map(|(staged, _)| staged)
        .collect();
    let ids = insert_contacts(tx, import, list, &staged).await?;
    insert_phones(tx, &staged, &ids).await?;
    Ok(placed.verdicts)
}

/// A row that becomes a contact, and whose.
type Staged<'a> = (&'a NewContact, i64);

struct Unfinished {
    list: i64,
    list_name: Option<String>,
}

/// The load, if it is still going on; marks it as alive.
async fn unfinished(tx: &mut Tx, import: ImportId) -> Result<Unfinished> {
    let query = Query::new(
        "go on with a load",
        "UPDATE import SET touched_at = $1
         WHERE id = $2 AND finished_at IS NULL AND reverted_at IS NULL
         RETURNING list, list_name",
    )
    .int(wall_clock().as_millis())
    .int(import.0);
    match tx.fetch_one(query).await? {
        Some(row) => Ok(Unfinished {
            list: row.int("list")?,
            list_name: row.opt_text("list_name")?,
        }),
        None => Err(no_such("load going on with number", import.0)),
    }
}

/// The contacts made, by record.
async fn insert_contacts(
    tx: &mut Tx,
    import: ImportId,
    list: i64,
    staged: &[Staged<'_>],
) -> Result<HashMap<i64, i64>> {
    let each = || staged.iter().map(|(row, _)| *row);
    let attributes = |row: &NewContact| {
        serde_json::to_string(&row.attributes).expect("pairs of texts always serialise")
    };
    let query = Query::new(
        "stage contacts",
        "INSERT INTO contact (list, import, record, line, person, document, with_document, name,
                              segment, attributes)
         SELECT $1, $2, r.record, r.line, r.person, r.document,
                CASE r.document WHEN '' THEN 0 ELSE 1 END, r.name, r.segment, r.attributes
         FROM {rows} WHERE true ORDER BY r.record RETURNING record, id",
    )
    .int(list)
    .int(import.0)
    .rows(
        Batch::default()
            .ints("record", each().map(|row| number(row.record)))
            .ints("line", each().map(|row| number(row.line)))
            .ints("person", staged.iter().map(|(_, person)| *person))
            .texts("document", each().map(|row| row.document.clone()))
            .texts("name", each().map(|row| row.name.clone()))
            .texts("segment", each().map(|row| row.segment.clone()))
            .texts("attributes", each().map(attributes)),
    );
    let made = tx.fetch(query).await?;
    made.iter()
        .map(|row| Ok((row.int("record")?, row.int("id")?)))
        .collect()
}

async fn insert_phones(tx: &mut Tx, staged: &[Staged<'_>], ids: &HashMap<i64, i64>) -> Result<()> {
    let phones: Vec<(i64, i64, i64)> = staged
        .iter()
        .filter_map(|(row, _)| Some((*ids.get(&number(row.record))?, *row)))
        .flat_map(|(contact, row)| {
            let place = (0_i64..).zip(&row.phones);
            place.map(move |(ordinal, phone)| (contact, ordinal, work::digits(*phone)))
        })
        .collect();
    let query = Query::new(
        "stage phones",
        "INSERT INTO phone (contact, ordinal, e164)
         SELECT r.contact, r.ordinal, r.e164 FROM {rows} WHERE true ORDER BY r.contact, r.ordinal",
    )
    .rows(
        Batch::default()
            .ints("contact", phones.iter().map(|(contact, _, _)| *contact))
            .ints("ordinal", phones.iter().map(|(_, ordinal, _)| *ordinal))
            .ints("e164", phones.iter().map(|(_, _, e164)| *e164)),
    );
    tx.run(query).await.map(drop)
}

/// See [`crate::Store::finish_import`].
pub(super) async fn finish(
    db: &Database,
    import: ImportId,
    acta_json: &str,
    file_sha256: &str,
    now: Timestamp,
) -> Result<ListId> {
    let mut tx = db.begin().await?;
    let load = unfinished(&mut tx, import).await?;
    let query = Query::new(
        "finish a load",
        "UPDATE import SET finished_at = $1, acta = $2, file_sha256 = $3,
             contacts = (SELECT count(*) FROM contact WHERE import = $4)
         WHERE id = $4",
    )
    .int(now.as_millis())
    .text(acta_json)
    .text(file_sha256)
    .int(import.0);
    tx.run(query).await?;
    let query = Query::new(
        "note that a file is loaded",
        "UPDATE reception SET state = 2, ended_at = $1 WHERE import = $2 AND state = 1",
    );
    tx.run(query.int(now.as_millis()).int(import.0)).await?;
    if let Some(name) = &load.list_name {
        let query = Query::new("show a list", "UPDATE list SET removed = 0 WHERE id = $1");
        taken(tx.run(query.int(load.list)).await, || name.clone()).map_err(
            |error| match error {
                StoreError::Conflict(name) => name_taken(&name),
                other => other,
            },
        )?;
    }
    let query = Query::new(
        "find the campaigns of a list",
        "SELECT campaign FROM campaign_list WHERE list = $1",
    )
    .int(load.list);
    let campaigns = tx.fetch(query).await?;
    let before_first = before_first(&mut tx, import).await?;
    for row in &campaigns {
        attach::mark(&mut tx, row.int("campaign")?, load.list, before_first).await?;
    }
    touch(&mut tx).await?;
    let name = load
        .list_name
        .as_deref()
        .unwrap_or("into a list that was there");
    let detail = format!("{name}; file {file_sha256}; load {}", import.0);
    tx.note("list.load", format!("list {}", load.list), detail);
    tx.commit().await?;
    db.learn("contact, person, phone").await;
    attach::go_on(db).await?;
    Ok(ListId::new(load.list))
}

/// Where the contacts of a load begin: they are numbered in the order of its records.
async fn before_first(tx: &mut Tx, import: ImportId) -> Result<i64> {
    let query = Query::new(
        "find the first contact of a load",
        "SELECT id FROM contact WHERE import = $1 ORDER BY record LIMIT 1",
    );
    let first = tx.fetch_one(query.int(import.0)).await?;
    Ok(first.map(|row| row.int("id")).transpose()?.unwrap_or(1) - 1)
}

/// See [`crate::Store::abort_import`].
pub(super) async fn abort(db: &Database, import: ImportId) -> Result<()> {
    let mut tx = db.begin().await?;
    let load = unfinished(&mut tx, import).await?;
    tx.commit().await?;
    discard(db, import.0, load.list, load.list_name.is_some()).await
}

/// Removes loads that a crash left behind.
pub(super) async fn remove_leftovers(db: &Database) -> Result<()> {
    let query = Query::new(
        "find leftovers of loads",
        "SELECT id, list, list_name FROM import
         WHERE finished_at IS NULL AND touched_at < $1 AND reverted_at IS NULL",
    )
    .int((wall_clock() - LEFTOVER_AFTER).as_millis());
    for row in db.fetch(query).await? {
        let new_list = row.opt_text("list_name")?.is_some();
        discard(db, row.int("id")?, row.int("list")?, new_list).await?;
    }
    Ok(())
}

async fn discard(db: &Database, import: i64, list: i64, new_list: bool) -> Result<()> {
    while remove_some(db, import).await? > 0 {}
    let mut tx = db.begin().await?;
    let query = Query::new("remove a load", "DELETE FROM import WHERE id = $1");
    tx.run(query.int(import)).await?;
    if new_list {
        let query = Query::new(
            "remove the list of a load",
            "DELETE FROM list WHERE id = $1 AND removed = 1",
        );
        tx.run(query.int(list)).await?;
    }
    tx.commit().await
}

/// Removes contacts of a load that nobody sees; says how many. What they taught of people goes with them.
pub(super) async fn remove_some(db: &Database, import: i64) -> Result<usize> {
    let mut tx = db.begin().await?;
    let query = Query::new(
        "find staged contacts",
        "SELECT id, person FROM contact WHERE import = $1 ORDER BY record LIMIT $2",
    );
    let rows = tx.fetch(query.int(import).int(REMOVED_AT_ONCE)).await?;
    let ids = |column| rows.iter().map(move |row| row.int(column));
    let contacts = ids("id").collect::<Result<Vec<_>>>()?;
    let people = ids("person").collect::<Result<Vec<_>>>()?;
    for text in [
        "DELETE FROM phone WHERE contact IN (SELECT r.contact FROM {rows})",
        "DELETE FROM contact WHERE id IN (SELECT r.contact FROM {rows})",
    ] {
        let batch = Batch::default().ints("contact", contacts.iter().copied());
        tx.run(Query::new("remove staged contacts", text).rows(batch))
            .await?;
    }
    identity::unlearn(&mut tx, &people).await?;
    tx.commit().await?;
    Ok(contacts.len())
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Only tells living loads from dead ones; the record's times come from callers.
pub(super) fn wall_clock() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Timestamp::default() + since.unwrap_or_default()
}
