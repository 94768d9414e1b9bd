//! Days that are over, on SQL. Calls are found by the index on the instant of the intent, as `read.rs` does.

use std::collections::{BTreeMap, HashMap};

use ::sales::Stage;
use async_trait::async_trait;
use domain::{AgentId, AttemptId, ContactId, ListId, PersonId, PhoneNumber, SaleId, Timestamp};

use super::SqlStore;
use super::database::Database;
use super::query::{Batch, Query};
use super::read::{INTENT_TO_INVITE_MAX, agent_log_of, typification_of};
use super::row::Row;
use crate::day_store::DayStore;
use crate::error::Result;
use crate::types::{
    AgentLogRow, AgentTimeRow, DayContact, DaySaleMove, DaySpan, ImportId, TypificationRow,
};

/// Most rows of a page.
const PAGE_MAX: u32 = 10_000;

/// Calls `a` of a day: campaign `$1`, `$2..$3`, and `$4` an hour before.
const OF_DAY: &str = "a.campaign = $1 AND a.direction = 1
     AND COALESCE(a.placed_at, a.intended_at) >= $2 AND COALESCE(a.placed_at, a.intended_at) < $3
     AND a.intended_at >= $4 AND a.intended_at < $3";

fn of_day(doing: &'static str, text: String, day: &DaySpan) -> Query {
    Query::new(doing, text)
        .int(day.campaign.get())
        .int(day.from.as_millis())
        .int(day.to.as_millis())
        .int((day.from - INTENT_TO_INVITE_MAX).as_millis())
}

fn page(limit: u32) -> i64 {
    i64::from(limit.clamp(1, PAGE_MAX))
}

fn seq(place: u64) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

#[async_trait]
impl DayStore for SqlStore {
    async fn open_on(&self, day: &DaySpan) -> Result<u64> {
        let text =
            format!("SELECT count(*) AS n FROM attempt a WHERE {OF_DAY} AND a.outcome IS NULL");
        count(&self.db, of_day("count calls that are not over", text, day)).await
    }

    async fn said_after(&self, day: &DaySpan, after: u64) -> Result<u64> {
        let text = format!(
            "SELECT count(*) AS n FROM attempt a JOIN typification t ON t.attempt = a.id
             WHERE {OF_DAY} AND t.seq > $5"
        );
        let query = of_day("count what was said since", text, day).int(seq(after));
        count(&self.db, query).await
    }

    async fn said_on(&self, day: &DaySpan, after: u64, limit: u32) -> Result<Vec<TypificationRow>> {
        let text = format!(
            "SELECT t.seq, t.at, t.attempt, t.agent, t.code, t.note, t.corrects, t.corrected_by, t.opt_out
             FROM attempt a JOIN typification t ON t.attempt = a.id
             WHERE {OF_DAY} AND t.seq > $5 ORDER BY t.seq LIMIT $6"
        );
        let query = of_day("read what was said on a day", text, day)
            .int(seq(after))
            .int(page(limit));
        let rows = self.db.fetch(query).await?;
        rows.iter().map(typification_of).collect()
    }

    async fn contacts_on(
        &self,
        day: &DaySpan,
        after: Option<ContactId>,
        limit: u32,
    ) -> Result<Vec<DayContact>> {
        contacts(&self.db, day, after, limit).await
    }

    async fn time_on(&self, day: &DaySpan) -> Result<Vec<AgentTimeRow>> {
        time(&self.db, day).await
    }

    async fn moves_on(
        &self,
        day: &DaySpan,
        after: Option<(SaleId, u32)>,
        limit: u32,
    ) -> Result<Vec<DaySaleMove>> {
        let (sale, n) = after.map_or((0, 0), |(sale, n)| (sale.get(), i64::from(n)));
        let query = Query::new(
            "read the moves of a day",
            "SELECT m.sale, m.n, s.attempt, s.contact, s.agent, s.code, s.accepted_at, m.at, m.from_stage, m.to_stage,
                    m.doer, m.reason, s.has_sheet, s.value
             FROM sale s JOIN sale_move m ON m.sale = s.id
             WHERE s.campaign = $1 AND m.at >= $2 AND m.at < $3 AND s.accepted_at < $3
               AND (m.sale > $4 OR (m.sale = $4 AND m.n > $5))
             ORDER BY m.sale, m.n LIMIT $6",
        )
        .int(day.campaign.get())
        .int(day.from.as_millis())
        .int(day.to.as_millis())
        .int(sale)
        .int(n)
        .int(page(limit));
        self.db.fetch(query).await?.iter().map(move_of).collect()
    }
}

async fn count(db: &Database, query: Query) -> Result<u64> {
    let row = db.fetch_one(query).await?;
    row.map_or(Ok(0), |row| row.narrow("n"))
}

/// Found by the calls of the day and by the loads of it, and then read in order.
const CONTACTS: &str = "
     SELECT k.id, k.person, k.list, k.import, k.record, k.document, k.name, k.segment, i.finished_at,
            (SELECT count(*) FROM attempt a WHERE a.contact = k.id AND {of_day}) AS attempts
     FROM contact k JOIN import i ON i.id = k.import
     WHERE k.id IN (SELECT a.contact FROM attempt a WHERE {of_day} AND a.contact > $5
                    UNION
                    SELECT c.id FROM import l JOIN contact c ON c.import = l.id
                    WHERE l.finished_at >= $2 AND l.finished_at < $3 AND l.reverted_at IS NULL AND c.id > $5
                      AND l.list IN (SELECT g.list FROM campaign_list g WHERE g.campaign = $1))
     ORDER BY k.id LIMIT $6";

async fn contacts(
    db: &Database,
    day: &DaySpan,
    after: Option<ContactId>,
    limit: u32,
) -> Result<Vec<DayContact>> {
    let text = CONTACTS.replace("{of_day}", OF_DAY);
    let query = of_day("read the records of a day", text, day)
        .int(after.map_or(0, ContactId::get))
        .int(page(limit));
    let rows = db.fetch(query).await?;
    let ids: Vec<i64> = rows
        .iter()
        .map(|row| row.int("id"))
        .collect::<Result<_>>()?;
    let mut phones = phones(db, ids).await?;
    let contact = |row: &Row| {
        let id = row.int("id")?;
        Ok(DayContact {
            id: ContactId::new(id),
            person: PersonId::new(row.int("person")?),
            list: ListId::new(row.int("list")?),
            import: ImportId(row.int("import")?),
            record: row.narrow("record")?,
            received_at: row.time("finished_at")?,
            document: row.text("document")?,
            name: row.text("name")?,
            segment: row.text("segment")?,
            phones: phones.remove(&id).unwrap_or_default(),
            attempts: row.narrow("attempts")?,
        })
    };
    rows.iter().map(contact).collect()
}

async fn phones(db: &Database, ids: Vec<i64>) -> Result<HashMap<i64, Vec<PhoneNumber>>> {
    let mut found: HashMap<i64, Vec<PhoneNumber>> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let query = Query::new(
        "read the phones of records",
        "SELECT p.contact, p.e164 FROM {rows} JOIN phone p ON p.contact = r.contact
         ORDER BY p.contact, p.ordinal",
    )
    .rows(Batch::default().ints("contact", ids));
    for row in db.fetch(query).await? {
        let phone = row.phone("e164")?;
        found.entry(row.int("contact")?).or_default().push(phone);
    }
    Ok(found)
}

async fn time(db: &Database, day: &DaySpan) -> Result<Vec<AgentTimeRow>> {
    let columns = "l.seq, l.at, l.agent, l.from_status, l.to_status, l.reason, l.attempt";
    // What went on when the day began is found agent by agent: the log is long.
    let text = format!(
        "WITH who AS (SELECT agent FROM agent_campaign WHERE campaign = $1
                      UNION SELECT a.agent FROM attempt a WHERE {OF_DAY} AND a.agent IS NOT NULL)
         SELECT {columns} FROM who CROSS JOIN agent_log l
         WHERE l.agent = who.agent AND l.at >= $2 AND l.at < $3
         UNION ALL
         SELECT {columns} FROM who CROSS JOIN agent_log l
         WHERE l.seq = (SELECT p.seq FROM agent_log p WHERE p.agent = who.agent AND p.at < $2
                        ORDER BY p.at DESC, p.seq DESC LIMIT 1)
         ORDER BY 3, 1"
    );
    let mut logs: BTreeMap<AgentId, Vec<AgentLogRow>> = BTreeMap::new();
    for row in db
        .fetch(of_day("read what agents did on a day", text, day))
        .await?
    {
        let change = agent_log_of(&row)?;
        logs.entry(change.agent).or_default().push(change);
    }
    let mut rows = Vec::new();
    for log in logs.into_values() {
        let ends: Vec<Timestamp> = log.iter().skip(1).map(|next| next.at).collect();
        for (place, change) in log.into_iter().enumerate() {
            rows.push(AgentTimeRow {
                seq: change.seq,
                agent: change.agent,
                status: change.to,
                from: change.at.max(day.from),
                to: ends.get(place).copied().unwrap_or(day.to).min(day.to),
                reason: change.reason,
                attempt: change.attempt,
            });
        }
    }
    rows.retain(|row| row.from < row.to);
    Ok(rows)
}

fn move_of(row: &Row) -> Result<DaySaleMove> {
    let with_sheet = row.flag("has_sheet")?;
    Ok(DaySaleMove {
        sale: SaleId::new(row.int("sale")?),
        n: row.narrow("n")?,
        attempt: AttemptId::new(row.int("attempt")?),
        contact: ContactId::new(row.int("contact")?),
        agent: row.opt_int("agent")?.map(AgentId::new),
        code: row.text("code")?,
        accepted_at: row.time("accepted_at")?,
        at: row.time("at")?,
        from: row.opt_kind("from_stage", Stage::from_number)?,
        to: row.kind("to_stage", Stage::from_number)?,
        doer: row.text("doer")?,
        reason: row.opt_text("reason")?,
        value: row.opt_int("value")?.filter(|_| with_sheet),
    })
}
