//! The audit log: appended to and read, and nothing else; triggers of both databases refuse the rest. It
//! is a chain (`chain.rs`), so that what is done behind the triggers' back is seen. An entry is written
//! in the transaction of what it tells of.

use domain::{Timestamp, UserId};
use sha2::{Digest as _, Sha256};

use super::chain::{Head, Link, hex, sha256};
use super::database::{Database, Tx};
use super::import::wall_clock;
use super::query::Query;
use super::row::Row;
use crate::error::{Result, StoreError};
use crate::types::{Actor, AuditCheck, AuditEntry, AuditFault, AuditFilter, AuditRow};

/// Most entries in an answer.
const PAGE_MAX: u32 = 10_000;
/// Most faults that are told: more say nothing more.
const FAULTS_MAX: usize = 100;

/// What somebody does now.
pub(super) fn entry(actor: &Actor, action: &str, subject: String, detail: String) -> AuditEntry {
    AuditEntry {
        at: wall_clock(),
        user: actor.user,
        user_name: actor.user_name.clone(),
        source: actor.source.clone(),
        action: action.to_owned(),
        subject,
        detail,
    }
}

/// See [`crate::Store::put_audit`].
pub(super) async fn put(db: &Database, entry: &AuditEntry) -> Result<()> {
    let mut tx = db.begin().await?;
    append(&mut tx, std::slice::from_ref(entry)).await?;
    tx.commit().await
}

/// Appends entries at the end of the chain. Others who append wait from here to the end of the
/// transaction, which therefore should be near.
pub(super) async fn append(tx: &mut Tx, entries: &[AuditEntry]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let (mut number, mut previous) = end(tx).await?;
    for entry in entries {
        number += 1;
        let hash = sha256(&text_of(number, &previous, entry));
        let query = Query::new(
            "write the audit log",
            "INSERT INTO audit (id, at, user_id, user_name, source, action, subject, detail,
                                previous, sha256)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .int(number)
        .int(entry.at.as_millis())
        .int(entry.user.map(UserId::get))
        .text(&entry.user_name)
        .text(&entry.source)
        .text(&entry.action)
        .text(&entry.subject)
        .text(&entry.detail)
        .text(&previous)
        .text(&hash);
        tx.run(query).await?;
        let query = Query::new(
            "move the end of the audit log",
            "UPDATE audit_head SET number = $1, sha256 = $2 WHERE id = 1",
        );
        tx.run(query.int(number).text(&hash)).await?;
        previous = hash;
    }
    Ok(())
}

/// Number and hash of the last entry, held until the transaction ends.
async fn end(tx: &mut Tx) -> Result<(i64, String)> {
    let text = "SELECT number, sha256 FROM audit_head WHERE id = 1 {turn}";
    let row = tx.fetch_one(Query::new("find the end of the audit log", text));
    let row = row.await?.ok_or_else(|| corrupt("it has no end"))?;
    let (number, hash) = (row.int("number")?, row.text("sha256")?);
    if number == 0 || !hash.is_empty() {
        return Ok((number, hash));
    }
    // The first of the chain, after entries that have no hash.
    let mut before = Before::default();
    loop {
        let rows = tx.fetch(page(&AuditFilter::default(), before.last)).await?;
        if rows.is_empty() {
            return Ok((number, before.hash()));
        }
        for row in &rows {
            before.add(&row_of(row)?);
        }
    }
}

/// What the hash of an entry is of. Written by hand: no setting of a library may ever change it.
fn text_of(number: i64, previous: &str, entry: &AuditEntry) -> String {
    let part = |text: &str| serde_json::Value::from(storable(text)).to_string();
    let user = entry
        .user
        .map_or("null".to_owned(), |user| user.to_string());
    let texts = [
        &entry.user_name,
        &entry.source,
        &entry.action,
        &entry.subject,
        &entry.detail,
    ];
    let texts: Vec<String> = texts.into_iter().map(|text| part(text)).collect();
    let at = entry.at.as_millis();
    format!(
        "[{number},{},{at},{user},{}]",
        part(previous),
        texts.join(",")
    )
}

/// As a database gives it back: neither keeps the character zero.
fn storable(text: &str) -> String {
    super::query::storable(text).into_owned()
}

/// Entries from before the chain, under one hash.
#[derive(Default)]
struct Before {
    digest: Sha256,
    last: i64,
}

impl Before {
    fn add(&mut self, row: &AuditRow) {
        self.digest.update(text_of(row.id, "", &row.entry));
        self.digest.update(b"\n");
        self.last = row.id;
    }

    fn hash(self) -> String {
        hex(&self.digest.finalize())
    }
}

/// See [`crate::Store::audit`].
pub(super) async fn all(db: &Database, filter: &AuditFilter) -> Result<Vec<AuditRow>> {
    let query = page(filter, filter.after.unwrap_or(i64::MIN));
    db.fetch(query).await?.iter().map(row_of).collect()
}

fn page(filter: &AuditFilter, after: i64) -> Query {
    let limit = match filter.limit {
        0 => PAGE_MAX,
        limit => limit.min(PAGE_MAX),
    };
    Query::new(
        "read the audit log",
        "SELECT id, at, user_id, user_name, source, action, subject, detail, previous, sha256
         FROM audit
         WHERE id > $1 AND at >= $2 AND at < $3 AND ($4 = '' OR user_name = $4)
           AND ($5 = '' OR subject = $5) AND ($6 = '' OR action = $6) ORDER BY id LIMIT $7",
    )
    .int(after)
    .int(filter.from.map_or(i64::MIN, Timestamp::as_millis))
    .int(filter.to.map_or(i64::MAX, Timestamp::as_millis))
    .text(filter.user_name.as_deref().unwrap_or_default())
    .text(filter.subject.as_deref().unwrap_or_default())
    .text(filter.action.as_deref().unwrap_or_default())
    .int(i64::from(limit))
}

fn row_of(row: &Row) -> Result<AuditRow> {
    Ok(AuditRow {
        id: row.int("id")?,
        entry: AuditEntry {
            at: row.time("at")?,
            user: row.opt_int("user_id")?.map(UserId::new),
            user_name: row.text("user_name")?,
            source: row.text("source")?,
            action: row.text("action")?,
            subject: row.text("subject")?,
            detail: row.text("detail")?,
        },
        previous: row.opt_text("previous")?,
        sha256: row.opt_text("sha256")?,
    })
}

/// See [`crate::Store::check_audit`].
pub(super) async fn check(db: &Database, noted: Option<(i64, &str)>) -> Result<AuditCheck> {
    let mut check = Check::new(noted);
    loop {
        let after = check.last;
        let rows = db.fetch(page(&AuditFilter::default(), after)).await?;
        for row in &rows {
            check.row(&row_of(row)?);
        }
        if !rows.is_empty() {
            continue;
        }
        let query = Query::new(
            "find the end of the audit log",
            "SELECT number, sha256 FROM audit_head WHERE id = 1",
        );
        let row = db.fetch_one(query).await?;
        let row = row.ok_or_else(|| corrupt("it has no end"))?;
        let end = (row.int("number")?, row.text("sha256")?);
        // Somebody appended meanwhile.
        let more = Query::new(
            "look for more of the audit log",
            "SELECT COALESCE(MAX(id), 0) AS last FROM audit WHERE id <= $1",
        );
        let more = db.fetch_one(more.int(end.0)).await?;
        if more.map_or(Ok(0), |row| row.int("last"))? <= check.last {
            return Ok(check.end(end));
        }
    }
}

/// How far the log was gone through.
struct Check<'a> {
    last: i64,
    entries: u64,
    before: Option<Before>,
    head: Head,
    faults: Vec<AuditFault>,
    noted: Option<(i64, &'a str)>,
    found: bool,
}

impl<'a> Check<'a> {
    fn new(noted: Option<(i64, &'a str)>) -> Check<'a> {
        Check {
            last: i64::MIN,
            entries: 0,
            before: Some(Before::default()),
            head: Head::default(),
            faults: Vec::new(),
            noted,
            found: false,
        }
    }

    fn fault(&mut self, number: i64, what: &str) {
        if self.faults.len() < FAULTS_MAX {
            let what = what.to_owned();
            self.faults.push(AuditFault { number, what });
        }
    }

    fn row(&mut self, row: &AuditRow) {
        self.entries += 1;
        self.last = row.id;
        let (Some(previous), Some(hash)) = (&row.previous, &row.sha256) else {
            match &mut self.before {
                Some(before) => before.add(row),
                None => self.fault(row.id, "was put in: it has no hash"),
            }
            return;
        };
        if let Some(before) = self.before.take()
            && before.last != 0
        {
            self.head.number = before.last;
            self.head.sha256 = before.hash();
            if row.id == self.head.number + 1 && *previous != self.head.sha256 {
                let what =
                    "says that entries before it, from before there were hashes, were changed";
                self.fault(row.id, what);
                self.head.sha256.clone_from(previous);
            }
        }
        let text = text_of(row.id, previous, &row.entry);
        let link = Link {
            number: row.id,
            previous,
            sha256: hash,
            text: &text,
        };
        for fault in self.head.follow(&link) {
            self.fault(fault.number, &fault.what);
        }
        if let Some((number, noted)) = self.noted
            && number == row.id
        {
            self.found = true;
            if noted != hash {
                self.fault(number, "is not the one whose hash was noted down");
            }
        }
    }

    fn end(mut self, (number, hash): (i64, String)) -> AuditCheck {
        if let Some(before) = self.before.take() {
            self.head.number = before.last;
        }
        let last = self.head.number;
        if last < number {
            match number - last {
                1 => self.fault(number, "is missing"),
                _ => self.fault(last + 1, &format!("to {number} are missing")),
            }
        } else if last > number {
            self.fault(last, "was put in behind the end");
        } else if !hash.is_empty() && self.head.sha256 != hash {
            self.fault(last, "is not the one that was written last");
        }
        if let (Some((number, _)), false) = (self.noted, self.found) {
            self.fault(number, "was noted down and is not there");
        }
        AuditCheck {
            entries: self.entries,
            last: number,
            sha256: hash,
            faults: self.faults,
        }
    }
}

fn corrupt(detail: &str) -> StoreError {
    StoreError::Corrupt {
        what: "audit log",
        detail: detail.to_owned(),
    }
}
