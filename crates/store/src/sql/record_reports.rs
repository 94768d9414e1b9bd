//! Records by pages: the contacts, then their phones and the calls with their people, each in one walk of an index.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use domain::{
    AgentId, AttemptId, CatalogueId, ContactId, Outcome, PhoneNumber, Timestamp, WorkState,
};

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

const CALLS: &str = "
     SELECT a.person, a.id, a.placed_at, a.phone, a.outcome, a.code, a.catalogue, a.agent, a.bridged_at,
            a.ended_at, COALESCE(d.best_rank, -1) AS best_rank,
            CASE WHEN r.attempt IS NULL THEN 0 ELSE 1 END AS recorded,
            s.stage, s.has_sheet, s.value,
            (SELECT string_agg(i.code, ' ' ORDER BY i.code) FROM sale_item i WHERE i.sale = s.id) AS items
     FROM contact k CROSS JOIN attempt a
     LEFT JOIN sale s ON s.attempt = a.id AND s.by_correction = 0
     LEFT JOIN disposition d ON d.catalogue = a.catalogue AND d.code = a.code
     LEFT JOIN recording r ON r.attempt = a.id AND r.state IN (1, 2, 3)
     WHERE k.list = $1 AND k.id > $2 AND k.id <= $3 AND a.person = k.person
       AND a.placed_at IS NOT NULL AND a.campaign = $4
     ORDER BY a.placed_at, a.id";

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
    let mut calls = calls(db, wanted, span).await?;
    let mut records = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut record = record_of(row)?;
        record.phones = phones.remove(&record.contact.get()).unwrap_or_default();
        let person = row.int("person")?;
        record.calls = calls
            .remove(&person)
            .map_or_else(CallsMade::default, |of| of.made);
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

/// The calls with a person, and the rank of the best so far.
struct Gathered {
    made: CallsMade,
    highest: i64,
}

async fn calls(
    db: &Database,
    wanted: &RecordsWanted,
    (list, after, last): (i64, i64, i64),
) -> Result<HashMap<i64, Gathered>> {
    let query = Query::new("read the calls with records", CALLS)
        .int(list)
        .int(after)
        .int(last)
        .int(wanted.campaign.get());
    let mut found: HashMap<i64, Gathered> = HashMap::new();
    for row in db.fetch(query).await? {
        let of = found.entry(row.int("person")?).or_insert(Gathered {
            made: CallsMade::default(),
            highest: i64::MIN,
        });
        of.take(wanted, &row)?;
    }
    Ok(found)
}

impl Gathered {
    /// In the order in which calls left.
    fn take(&mut self, wanted: &RecordsWanted, row: &Row) -> Result<()> {
        let at = row.time("placed_at")?;
        let made = &mut self.made;
        if at >= wanted.until {
            made.later = true;
            return Ok(());
        }
        made.total += 1;
        made.on_day += u64::from(at >= wanted.day);
        made.first_at.get_or_insert(at);
        let call = call_of(row, at)?;
        let rank = row.int("best_rank")?;
        if call.code.is_some() && rank >= self.highest {
            self.highest = rank;
            made.best = Some(call.clone());
        }
        made.last = Some(call);
        if let Some(sale) = sale_of(row)? {
            made.sale = Some(sale);
        }
        Ok(())
    }
}

fn sale_of(row: &Row) -> Result<Option<SaleTold>> {
    let Some(stage) = row.opt_kind("stage", Stage::from_number)? else {
        return Ok(None);
    };
    let with_sheet = row.flag("has_sheet")?;
    Ok(Some(SaleTold {
        stage,
        items: row.opt_text("items")?.unwrap_or_default(),
        value: row.opt_int("value")?.filter(|_| with_sheet),
    }))
}

fn call_of(row: &Row, at: Timestamp) -> Result<CallTold> {
    let bridged = row.opt_time("bridged_at")?;
    let talk = bridged.zip(row.opt_time("ended_at")?);
    Ok(CallTold {
        attempt: AttemptId::new(row.int("id")?),
        at,
        phone: row.phone("phone")?,
        outcome: row.opt_kind("outcome", |number| Outcome::from_number(number).ok())?,
        code: row.opt_text("code")?,
        catalogue: CatalogueId::new(row.int("catalogue")?),
        agent: row.opt_int("agent")?.map(AgentId::new),
        talk: talk.map_or(Duration::ZERO, |(from, to)| to.since(from)),
        recorded: row.flag("recorded")?,
    })
}
