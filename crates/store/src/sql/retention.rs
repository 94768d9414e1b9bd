//! Recordings at the end of their time: which may be erased, what somebody holds, and the chain of
//! certificates that some were.

use domain::{AttemptId, CampaignId, PersonId, PhoneNumber, Timestamp};
use serde_json::{Map, Value};

use super::chain::{Head, Link, sha256};
use super::config::taken;
use super::database::{Database, Tx};
use super::query::Query;
use super::row::Row;
use super::work::digits;
use crate::error::{Result, StoreError};
use crate::types::{CertificateFilter, CertificateRow, Held, HoldRow, NewHold, RetentionCount};

/// Most certificates in an answer.
const PAGE_MAX: u32 = 10_000;

/// Whether somebody holds a recording.
pub(super) const IS_HELD: &str = "EXISTS (SELECT 1 FROM legal_hold h WHERE h.released_at IS NULL
    AND (h.attempt = recording.attempt
        OR h.person = (SELECT a.person FROM attempt a WHERE a.id = recording.attempt)))";

/// See [`crate::Store::put_hold`].
pub(super) async fn put_hold(db: &Database, hold: &NewHold) -> Result<i64> {
    let (attempt, person) = match hold.held {
        Held::Attempt(attempt) => (Some(attempt.get()), None),
        Held::Person(person) => (None, Some(person.get())),
    };
    let query = Query::new(
        "place a hold on recordings",
        "INSERT INTO legal_hold (attempt, person, reason, placed_at, placed_by)
         VALUES ($1, $2, $3, $4, $5) RETURNING id",
    )
    .int(attempt)
    .int(person)
    .text(&hold.reason)
    .int(hold.at.as_millis())
    .text(&hold.by);
    let subject = match hold.held {
        Held::Attempt(attempt) => format!("attempt {attempt}"),
        Held::Person(person) => format!("person {person}"),
    };
    let mut tx = db.begin().await?;
    let row = tx.fetch_one(query).await?;
    tx.note("recording.hold", subject, hold.reason.clone());
    tx.commit().await?;
    row.map_or(Ok(0), |row| row.int("id"))
}

/// See [`crate::Store::release_hold`].
pub(super) async fn release_hold(db: &Database, id: i64, at: Timestamp, by: &str) -> Result<bool> {
    let query = Query::new(
        "release a hold on recordings",
        "UPDATE legal_hold SET released_at = $1, released_by = $2
         WHERE id = $3 AND released_at IS NULL",
    );
    let query = query.int(at.as_millis()).text(by).int(id);
    let mut tx = db.begin().await?;
    if tx.run(query).await? != 1 {
        return Ok(false);
    }
    tx.note("recording.release", format!("hold {id}"), String::new());
    tx.commit().await?;
    Ok(true)
}

/// See [`crate::Store::holds`].
pub(super) async fn holds(db: &Database, of: Option<AttemptId>) -> Result<Vec<HoldRow>> {
    let query = Query::new(
        "read holds on recordings",
        "SELECT h.id, h.attempt, h.person, h.reason, h.placed_at, h.placed_by, h.released_at,
             h.released_by
         FROM legal_hold h
         WHERE $1 = 0 OR (h.released_at IS NULL AND (h.attempt = $1
             OR h.person = (SELECT a.person FROM attempt a WHERE a.id = $1)))
         ORDER BY h.id",
    );
    let rows = db.fetch(query.int(of.map_or(0, AttemptId::get))).await?;
    rows.iter().map(hold_of).collect()
}

fn hold_of(row: &Row) -> Result<HoldRow> {
    let attempt = row.opt_int("attempt")?.map(AttemptId::new);
    let held = match attempt {
        Some(attempt) => Held::Attempt(attempt),
        None => Held::Person(PersonId::new(row.int("person")?)),
    };
    let by = row.opt_text("released_by")?.unwrap_or_default();
    Ok(HoldRow {
        id: row.int("id")?,
        hold: NewHold {
            held,
            reason: row.text("reason")?,
            at: row.time("placed_at")?,
            by: row.text("placed_by")?,
        },
        released: row.opt_time("released_at")?.map(|at| (at, by)),
    })
}

/// See [`crate::Store::people_with_phone`].
pub(super) async fn with_phone(db: &Database, phone: &PhoneNumber) -> Result<Vec<PersonId>> {
    let query = Query::new(
        "find people by a phone",
        "SELECT DISTINCT c.person FROM phone p JOIN contact c ON c.id = p.contact
         WHERE p.e164 = $1 ORDER BY c.person",
    );
    let rows = db.fetch(query.int(digits(*phone))).await?;
    rows.iter()
        .map(|row| row.int("person").map(PersonId::new))
        .collect()
}

/// See [`crate::Store::retention_due`].
pub(super) async fn due(db: &Database, at: Timestamp) -> Result<Vec<RetentionCount>> {
    let query = Query::new(
        "count recordings that were kept long enough",
        format!(
            "SELECT campaign, class, CAST(SUM(1 - held) AS BIGINT) AS due,
                 CAST(SUM(held) AS BIGINT) AS held,
                 CAST(COALESCE(SUM((1 - held) * duration_ms), 0) AS BIGINT) AS length,
                 MIN(keep_until) AS since
             FROM (SELECT campaign, COALESCE(class, '') AS class, duration_ms, keep_until,
                       CASE WHEN {IS_HELD} THEN 1 ELSE 0 END AS held
                   FROM recording WHERE state IN (2, 3) AND keep_until <= $1) q
             GROUP BY campaign, class ORDER BY campaign, class"
        ),
    );
    let count = |row: &Row| {
        Ok(RetentionCount {
            campaign: CampaignId::new(row.int("campaign")?),
            class: row.text("class")?,
            due: row.narrow("due")?,
            held: row.narrow("held")?,
            duration_ms: row.int("length")?,
            since: row.time("since")?,
        })
    };
    let rows = db.fetch(query.int(at.as_millis())).await?;
    rows.iter().map(count).collect()
}

/// See [`crate::Store::recording_erased`].
pub(super) async fn erased(
    db: &Database,
    attempt: AttemptId,
    at: Timestamp,
    certificate: Map<String, Value>,
) -> Result<Option<CertificateRow>> {
    let reason = certificate.get("reason").and_then(Value::as_str);
    let reason = reason.unwrap_or_default().to_owned();
    let mut tx = db.begin().await?;
    let certificate = next(&mut tx, attempt, at, certificate).await?;
    let query = Query::new(
        "destroy the key of a recording",
        format!(
            "UPDATE recording SET state = 4, sealed_key = NULL, erased_at = $1, certificate = $2
             WHERE attempt = $3 AND state IN (2, 3, 5) AND NOT {IS_HELD}"
        ),
    )
    .int(at.as_millis())
    .text(&certificate.body)
    .int(attempt.get());
    if tx.run(query).await? != 1 {
        return Ok(None);
    }
    let query = Query::new(
        "write a certificate",
        "INSERT INTO deletion_certificate (number, at, attempt, body, sha256)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .int(certificate.number)
    .int(at.as_millis())
    .int(attempt.get())
    .text(&certificate.body)
    .text(&certificate.sha256);
    taken(tx.run(query).await, || {
        "another certificate was written at that moment; try again".to_owned()
    })?;
    tx.note("recording.erase", format!("attempt {attempt}"), reason);
    tx.commit().await?;
    Ok(Some(certificate))
}

/// The certificate that follows the last one.
async fn next(
    tx: &mut Tx,
    attempt: AttemptId,
    at: Timestamp,
    mut certificate: Map<String, Value>,
) -> Result<CertificateRow> {
    let query = Query::new(
        "read the last certificate",
        "SELECT number, sha256 FROM deletion_certificate ORDER BY number DESC LIMIT 1",
    );
    let (number, previous) = match tx.fetch_one(query).await? {
        Some(last) => (last.int("number")? + 1, last.text("sha256")?),
        None => (1, String::new()),
    };
    certificate.insert("number".to_owned(), number.into());
    certificate.insert("previous_sha256".to_owned(), previous.into());
    let body = Value::Object(certificate).to_string();
    Ok(CertificateRow {
        number,
        at,
        attempt,
        sha256: sha256(&body),
        body,
    })
}

/// See [`crate::Store::certificates`].
pub(super) async fn certificates(
    db: &Database,
    filter: &CertificateFilter,
) -> Result<Vec<CertificateRow>> {
    let query = Query::new(
        "read certificates",
        "SELECT number, at, attempt, body, sha256 FROM deletion_certificate
         WHERE number > $1 AND at >= $2 AND at < $3 AND ($4 = 0 OR attempt = $4)
         ORDER BY number LIMIT $5",
    )
    .int(filter.after.unwrap_or(0))
    .int(filter.from.map_or(0, Timestamp::as_millis))
    .int(filter.to.map_or(i64::MAX, Timestamp::as_millis))
    .int(filter.attempt.map_or(0, AttemptId::get))
    .int(i64::from(filter.limit.min(PAGE_MAX)));
    let rows = db.fetch(query).await?;
    rows.iter().map(certificate_of).collect()
}

fn certificate_of(row: &Row) -> Result<CertificateRow> {
    Ok(CertificateRow {
        number: row.int("number")?,
        at: row.time("at")?,
        attempt: AttemptId::new(row.int("attempt")?),
        body: row.text("body")?,
        sha256: row.text("sha256")?,
    })
}

/// Goes through the chain from its beginning; says how long it is.
pub(super) async fn check_chain(db: &Database) -> Result<i64> {
    let mut head = Head::default();
    loop {
        let filter = CertificateFilter {
            after: Some(head.number),
            limit: PAGE_MAX,
            ..CertificateFilter::default()
        };
        let page = certificates(db, &filter).await?;
        if page.is_empty() {
            return Ok(head.number);
        }
        for row in &page {
            follows(row, &mut head)?;
        }
    }
}

fn follows(row: &CertificateRow, head: &mut Head) -> Result<()> {
    let broken = |number: i64, what: &str| StoreError::Corrupt {
        what: "chain of certificates",
        detail: format!("number {number} {what}"),
    };
    let body: Value = serde_json::from_str(&row.body).unwrap_or_default();
    let link = Link {
        number: row.number,
        previous: body["previous_sha256"].as_str().unwrap_or_default(),
        sha256: &row.sha256,
        text: &row.body,
    };
    if let Some(fault) = head.follow(&link).first() {
        return Err(broken(fault.number, &fault.what));
    }
    match body["number"] == row.number {
        true => Ok(()),
        false => Err(broken(row.number, "was changed")),
    }
}
