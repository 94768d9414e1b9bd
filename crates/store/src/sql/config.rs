//! Configuration: typifications, and what every write of configuration has
//! in common.

use domain::{CampaignId, Disposition, Origin, RetryRule};
use std::time::Duration;

use super::change;
use super::database::{Database, Tx};
use super::fold::millis;
use super::query::{Batch, Query};
use super::row::Row;
use crate::error::{Result, StoreError};

/// Tells every process that configuration changed.
pub(super) async fn touch(tx: &mut Tx) -> Result<()> {
    let query = Query::new(
        "mark the configuration as changed",
        "UPDATE config_version SET version = version + 1 WHERE id = 1",
    );
    tx.run(query).await.map(drop)
}

/// See [`crate::Store::config_version`].
pub(super) async fn version(db: &Database) -> Result<i64> {
    let query = Query::new(
        "read the version of the configuration",
        "SELECT version FROM config_version WHERE id = 1",
    );
    match db.fetch_one(query).await? {
        Some(row) => row.int("version"),
        None => Ok(0),
    }
}

/// Refuses an id that nothing visible has. `what` is the table's name.
pub(super) async fn must_exist(tx: &mut Tx, what: &'static str, id: i64) -> Result<()> {
    let text = format!("SELECT id FROM {what} WHERE id = $1 AND removed = 0");
    let query = Query::new("look an id up", text).int(id);
    match tx.fetch_one(query).await? {
        Some(_) => Ok(()),
        None => Err(no_such(what, id)),
    }
}

/// The error for an id that nothing has.
pub(super) fn no_such(what: &'static str, id: impl ToString) -> StoreError {
    StoreError::NotFound {
        what,
        id: id.to_string(),
    }
}

/// Turns a broken unique constraint into words for people.
pub(super) fn taken<T>(result: Result<T>, words: impl FnOnce() -> String) -> Result<T> {
    match result {
        Err(StoreError::Query { source, .. })
            if source
                .as_database_error()
                .is_some_and(|error| error.is_unique_violation()) =>
        {
            Err(StoreError::Conflict(words()))
        }
        other => other,
    }
}

/// The id of the row an insert made or an update changed; both end in
/// `RETURNING id`.
pub(super) async fn written(tx: &mut Tx, query: Query, what: &'static str, id: i64) -> Result<i64> {
    match tx.fetch_one(query).await? {
        Some(row) => row.int("id"),
        None => Err(no_such(what, id)),
    }
}

/// Hides a row; what it took part in keeps naming it.
pub(super) async fn remove(db: &Database, what: &'static str, id: i64) -> Result<()> {
    let mut tx = db.begin().await?;
    let text = format!("UPDATE {what} SET removed = 1 WHERE id = $1 AND removed = 0");
    let query = Query::new("remove a row of configuration", text).int(id);
    if tx.run(query).await? == 0 {
        return Err(no_such(what, id));
    }
    touch(&mut tx).await?;
    let word = change::word(what);
    tx.note(
        &format!("{word}.remove"),
        format!("{word} {id}"),
        String::new(),
    );
    tx.commit().await
}

/// The lists of a campaign in order of priority.
pub(super) async fn lists_of(tx: &mut Tx, campaign: CampaignId) -> Result<Vec<i64>> {
    let query = Query::new(
        "read the lists of a campaign",
        "SELECT list FROM campaign_list WHERE campaign = $1 ORDER BY place, list",
    )
    .int(campaign.get());
    let rows = tx.fetch(query).await?;
    rows.iter().map(|row| row.int("list")).collect()
}

/// See [`crate::Store::dispositions`].
pub(super) async fn dispositions(db: &Database, campaign: CampaignId) -> Result<Vec<Disposition>> {
    let query = Query::new(
        "read typifications",
        "SELECT code, level1, level2, level3, origin, human, third_party, holder,
                effective_contact, accepted_sale, closes_record, suppresses, wait_ms, other_phone,
                times_max, invalidates_phone, costs_attempt
         FROM disposition WHERE campaign = $1 ORDER BY place",
    )
    .int(campaign.get());
    let rows: Vec<Disposition> = db
        .fetch(query)
        .await?
        .iter()
        .map(disposition_of)
        .collect::<Result<_>>()?;
    if rows.is_empty() {
        return Ok(campaigns::Catalogue::spanish().rows().to_vec());
    }
    Ok(rows)
}

fn disposition_of(row: &Row) -> Result<Disposition> {
    let origin = match row.text("origin")?.as_str() {
        "S" => Origin::System,
        "A" => Origin::Agent,
        _ => Origin::Both,
    };
    Ok(Disposition {
        code: row.text("code")?,
        levels: [
            row.text("level1")?,
            row.text("level2")?,
            row.text("level3")?,
        ],
        origin,
        human: row.flag("human")?,
        third_party: row.flag("third_party")?,
        holder: row.flag("holder")?,
        effective_contact: row.flag("effective_contact")?,
        accepted_sale: row.flag("accepted_sale")?,
        closes_record: row.flag("closes_record")?,
        suppresses: row.flag("suppresses")?,
        retry: RetryRule {
            wait: Duration::from_millis(row.narrow("wait_ms")?),
            other_phone: row.flag("other_phone")?,
            times_max: row.opt_narrow("times_max")?,
            invalidates_phone: row.flag("invalidates_phone")?,
            costs_attempt: row.flag("costs_attempt")?,
        },
    })
}

/// See [`crate::Store::put_dispositions`].
pub(super) async fn put_dispositions(
    db: &Database,
    campaign: CampaignId,
    rows: &[Disposition],
) -> Result<()> {
    let mut tx = db.begin().await?;
    must_exist(&mut tx, "campaign", campaign.get()).await?;
    let query = Query::new(
        "replace typifications",
        "DELETE FROM disposition WHERE campaign = $1",
    )
    .int(campaign.get());
    tx.run(query).await?;
    let query = Query::new(
        "write typifications",
        "INSERT INTO disposition (campaign, code, place, level1, level2, level3, origin, human,
             third_party, holder, effective_contact, accepted_sale, closes_record, suppresses,
             wait_ms, other_phone, times_max, invalidates_phone, costs_attempt)
         SELECT $1, r.code, r.place, r.level1, r.level2, r.level3, r.origin, r.human,
             r.third_party, r.holder, r.effective_contact, r.accepted_sale, r.closes_record,
             r.suppresses, r.wait_ms, r.other_phone, r.times_max, r.invalidates_phone,
             r.costs_attempt FROM {rows}",
    )
    .int(campaign.get())
    .rows(disposition_batch(rows));
    taken(tx.run(query).await, || {
        "a typification code is there twice".to_owned()
    })?;
    touch(&mut tx).await?;
    let subject = format!("campaign {campaign}");
    let detail = format!("{} typifications", rows.len());
    tx.note("campaign.typifications", subject, detail);
    tx.commit().await
}

fn disposition_batch(rows: &[Disposition]) -> Batch {
    let flag = |pick: fn(&Disposition) -> bool| rows.iter().map(move |d| i64::from(pick(d)));
    let level = |at: usize| rows.iter().map(move |d| d.levels[at].clone());
    let origin = |d: &Disposition| match d.origin {
        Origin::System => "S",
        Origin::Agent => "A",
        Origin::Both => "S A",
    };
    Batch::default()
        .texts("code", rows.iter().map(|d| d.code.clone()))
        .ints("place", 0..rows.len() as i64)
        .texts("level1", level(0))
        .texts("level2", level(1))
        .texts("level3", level(2))
        .texts("origin", rows.iter().map(|d| origin(d).to_owned()))
        .ints("human", flag(|d| d.human))
        .ints("third_party", flag(|d| d.third_party))
        .ints("holder", flag(|d| d.holder))
        .ints("effective_contact", flag(|d| d.effective_contact))
        .ints("accepted_sale", flag(|d| d.accepted_sale))
        .ints("closes_record", flag(|d| d.closes_record))
        .ints("suppresses", flag(|d| d.suppresses))
        .ints("wait_ms", rows.iter().map(|d| millis(d.retry.wait)))
        .ints("other_phone", flag(|d| d.retry.other_phone))
        .ints(
            "times_max",
            rows.iter().map(|d| d.retry.times_max.map(i64::from)),
        )
        .ints("invalidates_phone", flag(|d| d.retry.invalidates_phone))
        .ints("costs_attempt", flag(|d| d.retry.costs_attempt))
}
