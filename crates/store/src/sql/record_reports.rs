//! Records by pages: the contacts, then their phones and the calls with their people, each in one walk of an index.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use domain::{AgentId, AttemptId, CatalogueId, ContactId, Outcome, PhoneNumber, WorkState};

use ::sales::Stage;

use super::SqlStore;
use super::database::Database;
use super::query::Query;
use super::row::Row;
use crate::error::Result;
use crate::record_reports::RecordReports;
use crate::types::{CallTold, CallsMade, ImportId, ManagedRecord, RecordsWanted, SaleTold};

/// Most records of a page.
const PAGE_MAX: u32 = 10_000;

#[async_trait]
impl RecordReports for SqlStore {
    async fn managed_records(
        &self,
        wanted: &RecordsWanted,
        after: Option<ContactId>,
        limit: u32,
    ) -> Result<Vec<ManagedRecord>> {
        page(&self.db, wanted, after, limit).await
    }
}

/// The work of a person is found by the person: it may be with another record of theirs, in another list.
const RECORDS: &str = "
     SELECT k.id, k.person, k.import, k.record, k.line, k.document, i.finished_at, h.suppressed,
            COALESCE(g.name, k.segment) AS segment, w.state, w.because_rule, w.next_at, w.turn, w.code,
            CASE WHEN $7 = 1 THEN k.attributes ELSE '[]' END AS attributes
     FROM contact k
     JOIN import i ON i.id = k.import AND i.finished_at >= $4 AND i.finished_at < $5
     JOIN person h ON h.id = k.person
     LEFT JOIN work w ON w.campaign = $1 AND w.person = k.person
     LEFT JOIN segment g ON g.id = w.segment
     WHERE k.list = $2 AND k.id > $3 ORDER BY k.id LIMIT $6";

const PHONES: &str = "
     SELECT p.contact, p.e164 FROM contact k CROSS JOIN phone p
     WHERE k.list = $1 AND k.id > $2 AND k.id <= $3 AND p.contact = k.id
     ORDER BY p.contact, p.ordinal";

/// The people of a page of records, once each.
macro_rules! people {
    () => {
        "(SELECT DISTINCT person FROM contact WHERE list = $1 AND id > $2 AND id <= $3) k"
    };
}

/// Of the calls with each person, the last and the best, with how many there were: the others are counted and never read.
const CALLS: &str = concat!(
    "WITH made AS (
         SELECT a.person, a.id, a.placed_at,
                CASE WHEN a.code IS NULL THEN -2 ELSE COALESCE(d.best_rank, -1) END AS best_rank
         FROM ",
    people!(),
    " CROSS JOIN attempt a LEFT JOIN disposition d ON d.catalogue = a.catalogue AND d.code = a.code
         WHERE a.person = k.person AND a.placed_at IS NOT NULL AND a.placed_at < $5 AND a.campaign = $4
     ), placed AS (
         SELECT person, id, best_rank,
                row_number() OVER (PARTITION BY person ORDER BY placed_at DESC, id DESC) AS from_last,
                row_number() OVER (PARTITION BY person ORDER BY best_rank DESC, placed_at DESC, id DESC) AS from_best,
                count(*) OVER (PARTITION BY person) AS total, min(placed_at) OVER (PARTITION BY person) AS first_at,
                count(CASE WHEN placed_at >= $6 THEN 1 END) OVER (PARTITION BY person) AS on_day
         FROM made
     )
     SELECT p.person, p.total, p.first_at, p.on_day, CASE WHEN p.from_last = 1 THEN 1 ELSE 0 END AS is_last,
            CASE WHEN p.from_best = 1 AND p.best_rank > -2 THEN 1 ELSE 0 END AS is_best,
            a.id, a.placed_at, a.phone, a.outcome, a.code, a.catalogue, a.agent, a.bridged_at, a.ended_at,
            CASE WHEN r.attempt IS NULL THEN 0 ELSE 1 END AS recorded
     FROM placed p JOIN attempt a ON a.id = p.id
     LEFT JOIN recording r ON r.attempt = a.id AND r.state IN (1, 2, 3)
     WHERE p.from_last = 1 OR p.from_best = 1"
);

/// Who was called after what is told.
const LATER: &str = concat!(
    "SELECT DISTINCT a.person FROM ",
    people!(),
    " CROSS JOIN attempt a WHERE a.person = k.person AND a.placed_at >= $5 AND a.campaign = $4"
);

const SALES: &str = concat!(
    "SELECT s.person, s.stage, s.has_sheet, s.value,
            (SELECT string_agg(i.code, ' ' ORDER BY i.code) FROM sale_item i WHERE i.sale = s.id) AS items
     FROM ",
    people!(),
    " CROSS JOIN sale s
     WHERE s.person = k.person AND s.by_correction = 0 AND s.campaign = $4 AND s.placed_at < $5
     ORDER BY s.placed_at, s.attempt"
);

async fn page(
    db: &Database,
    wanted: &RecordsWanted,
    after: Option<ContactId>,
    limit: u32,
) -> Result<Vec<ManagedRecord>> {
    let after = after.map_or(0, ContactId::get);
    let query = Query::new("read records", RECORDS)
        .int(wanted.campaign.get())
        .int(wanted.list.get())
        .int(after)
        .int(wanted.received_from.as_millis())
        .int(wanted.received_to.as_millis())
        .int(i64::from(limit.min(PAGE_MAX)))
        .int(i64::from(wanted.attributes));
    let rows = db.fetch(query).await?;
    let Some(last) = rows.last() else {
        return Ok(Vec::new());
    };
    let span = (wanted.list.get(), after, last.int("id")?);
    let mut phones = phones(db, span).await?;
    let calls = calls(db, wanted, span).await?;
    let mut records = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut record = record_of(row)?;
        record.phones = phones.remove(&record.contact.get()).unwrap_or_default();
        let person = row.int("person")?;
        record.calls = calls.get(&person).cloned().unwrap_or_default();
        records.push(record);
    }
    Ok(records)
}

fn record_of(row: &Row) -> Result<ManagedRecord> {
    Ok(ManagedRecord {
        contact: ContactId::new(row.int("id")?),
        import: ImportId(row.int("import")?),
        record: row.narrow("record")?,
        line: row.narrow("line")?,
        received_at: row.time("finished_at")?,
        document: row.text("document")?,
        segment: row.text("segment")?,
        attributes: row.json("attributes", "attributes of a contact")?,
        phones: Vec::new(),
        state: row.opt_kind("state", WorkState::from_number)?,
        suppressed: row.flag("suppressed")?,
        rule: row.opt_text("because_rule")?,
        next_at: row.opt_time("next_at")?,
        promised: row.opt_int("turn")? == Some(0),
        code: row.opt_text("code")?,
        calls: CallsMade::default(),
    })
}

async fn phones(
    db: &Database,
    (list, after, last): (i64, i64, i64),
) -> Result<HashMap<i64, Vec<PhoneNumber>>> {
    let query = Query::new("read the phones of records", PHONES)
        .int(list)
        .int(after)
        .int(last);
    let mut found: HashMap<i64, Vec<PhoneNumber>> = HashMap::new();
    for row in db.fetch(query).await? {
        let phone = row.phone("e164")?;
        found.entry(row.int("contact")?).or_default().push(phone);
    }
    Ok(found)
}

async fn calls(
    db: &Database,
    wanted: &RecordsWanted,
    (list, after, last): (i64, i64, i64),
) -> Result<HashMap<i64, CallsMade>> {
    let of_page = |doing, text| {
        Query::new(doing, text)
            .int(list)
            .int(after)
            .int(last)
            .int(wanted.campaign.get())
            .int(wanted.until.as_millis())
    };
    let mut found: HashMap<i64, CallsMade> = HashMap::new();
    let query = of_page("read the calls with records", CALLS);
    for row in db.fetch(query.int(wanted.day.as_millis())).await? {
        take(found.entry(row.int("person")?).or_default(), &row)?;
    }
    let query = of_page("look who was called later", LATER);
    for row in db.fetch(query).await? {
        found.entry(row.int("person")?).or_default().later = true;
    }
    let query = of_page("read the sales to records", SALES);
    for row in db.fetch(query).await? {
        found.entry(row.int("person")?).or_default().sale = Some(sale_of(&row)?);
    }
    Ok(found)
}

/// The last call, the best, or the one that is both.
fn take(made: &mut CallsMade, row: &Row) -> Result<()> {
    made.total = row.narrow("total")?;
    made.on_day = row.narrow("on_day")?;
    made.first_at = Some(row.time("first_at")?);
    let call = call_of(row)?;
    if row.flag("is_best")? {
        made.best = Some(call.clone());
    }
    if row.flag("is_last")? {
        made.last = Some(call);
    }
    Ok(())
}

fn sale_of(row: &Row) -> Result<SaleTold> {
    let with_sheet = row.flag("has_sheet")?;
    Ok(SaleTold {
        stage: row.kind("stage", Stage::from_number)?,
        items: row.opt_text("items")?.unwrap_or_default(),
        value: row.opt_int("value")?.filter(|_| with_sheet),
    })
}

fn call_of(row: &Row) -> Result<CallTold> {
    let bridged = row.opt_time("bridged_at")?;
    let talk = bridged.zip(row.opt_time("ended_at")?);
    Ok(CallTold {
        attempt: AttemptId::new(row.int("id")?),
        at: row.time("placed_at")?,
        phone: row.phone("phone")?,
        outcome: row.opt_kind("outcome", |number| Outcome::from_number(number).ok())?,
        code: row.opt_text("code")?,
        catalogue: CatalogueId::new(row.int("catalogue")?),
        agent: row.opt_int("agent")?.map(AgentId::new),
        talk: talk.map_or(Duration::ZERO, |(from, to)| to.since(from)),
        recorded: row.flag("recorded")?,
    })
}
