//! Sales on SQL: which file answers what, and how a sale is read.

mod audits;
mod begin;
mod evidence;
mod figures;
mod moves;
mod papers;
mod past;
pub(in crate::sql) mod portfolio;
mod settings;

use std::collections::{BTreeMap, BTreeSet};

use ::sales::{AuditState, Portfolio, Setting, Stage};
use async_trait::async_trait;
use domain::{AgentId, AttemptId, CampaignId, ContactId, EvidenceId, PersonId, SaleId, Timestamp};

pub(super) use self::begin::follow;
pub(super) use self::figures::{
    CALLS_OF_SALES, SALES_OF_CALLS, bound, count as count_sales, counted, followed,
};
pub(super) use self::past::put as move_past_sales;
use super::SqlStore;
use super::config::no_such;
use super::database::{Database, Tx};
use super::query::Query;
use super::row::Row;
use crate::error::{Result, StoreError};
use crate::sale_store::SaleStore;
use crate::types::{
    EvidenceRow, ExchangeRow, NewEvidence, NewMove, NewPaper, NewSaleAudit, Paper, PaperRow,
    SaleAuditRow, SaleFilter, SaleMoveRow, SaleRow, SaleSettingRow,
};

const COLUMNS: &str = "s.id, s.attempt, s.campaign, s.contact, s.person, s.agent, s.code, s.accepted_at, \
    s.stage, s.stage_at, s.moves, s.returned, s.sheet, s.has_sheet, s.value, s.reservation, s.audit, \
    s.audit_why, s.by_correction";

#[async_trait]
impl SaleStore for SqlStore {
    async fn sales(&self, filter: &SaleFilter) -> Result<Vec<SaleRow>> {
        all(&self.db, filter).await
    }

    async fn sale(&self, sale: SaleId) -> Result<Option<SaleRow>> {
        let text = format!("SELECT {COLUMNS} FROM sale s WHERE s.id = $1");
        let row = self
            .db
            .fetch_one(Query::new("read a sale", text).int(sale.get()))
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let mut sale = sale_of(&row)?;
        let kinds = self.db.fetch(kinds_of(sale.id)).await?;
        sale.evidence = kinds
            .iter()
            .map(|row| row.text("kind"))
            .collect::<Result<_>>()?;
        Ok(Some(sale))
    }

    async fn sale_moves(&self, filter: &SaleFilter) -> Result<Vec<SaleMoveRow>> {
        moves::all(&self.db, filter).await
    }

    async fn move_sale(&self, new: &NewMove) -> Result<SaleRow> {
        moves::put(&self.db, std::slice::from_ref(new)).await?;
        self.sale(new.sale)
            .await?
            .ok_or_else(|| no_such("sale", new.sale))
    }

    async fn move_sales(&self, moves: &[NewMove]) -> Result<()> {
        moves::put(&self.db, moves).await
    }

    async fn return_late_sales(&self, now: Timestamp) -> Result<u64> {
        moves::return_late(&self.db, now).await
    }

    async fn put_paper(&self, new: &NewPaper) -> Result<SaleRow> {
        papers::put(&self.db, new).await?;
        self.sale(new.sale)
            .await?
            .ok_or_else(|| no_such("sale", new.sale))
    }

    async fn papers(&self, sale: SaleId, paper: Paper) -> Result<Vec<PaperRow>> {
        papers::of(&self.db, sale, paper).await
    }

    async fn newest_papers(
        &self,
        filter: &SaleFilter,
        paper: Paper,
    ) -> Result<Vec<(SaleId, PaperRow)>> {
        papers::newest(&self.db, filter, paper).await
    }

    async fn put_evidence(&self, new: &NewEvidence) -> Result<EvidenceRow> {
        evidence::put(&self.db, new).await
    }

    async fn evidence(&self, sale: SaleId) -> Result<Vec<EvidenceRow>> {
        evidence::of(&self.db, sale).await
    }

    async fn evidence_content(&self, evidence: EvidenceId) -> Result<Option<(String, Vec<u8>)>> {
        evidence::content(&self.db, evidence).await
    }

    async fn evidence_sealed_otherwise(
        &self,
        name: &str,
        after: Option<EvidenceId>,
        limit: u32,
    ) -> Result<Vec<(EvidenceRow, String)>> {
        evidence::sealed_otherwise(&self.db, name, after, limit).await
    }

    async fn reseal_evidence(&self, evidence: EvidenceId, old: &str, new: &str) -> Result<bool> {
        evidence::reseal(&self.db, evidence, old, new).await
    }

    async fn audit_sale(&self, new: &NewSaleAudit) -> Result<SaleAuditRow> {
        audits::put(&self.db, new).await
    }

    async fn reply_to_audit(
        &self,
        sale: SaleId,
        disputes: bool,
        words: &str,
        at: Timestamp,
    ) -> Result<()> {
        audits::reply(&self.db, sale, disputes, words, at).await
    }

    async fn sale_audits(&self, sale: SaleId) -> Result<Vec<SaleAuditRow>> {
        audits::of(&self.db, sale).await
    }

    async fn sale_setting(&self, campaign: CampaignId, setting: Setting) -> Result<(u32, String)> {
        settings::in_force(&self.db, campaign, setting).await
    }

    async fn sale_settings(
        &self,
        campaign: CampaignId,
        kind: &str,
        name: &str,
    ) -> Result<Vec<SaleSettingRow>> {
        settings::versions(&self.db, campaign, kind, name).await
    }

    async fn mappings(&self, campaign: CampaignId) -> Result<Vec<String>> {
        settings::mappings(&self.db, campaign).await
    }

    async fn put_sale_setting(&self, new: &SaleSettingRow) -> Result<u32> {
        settings::put(&self.db, new).await
    }

    async fn portfolio(&self, campaign: CampaignId, but: Option<SaleId>) -> Result<Portfolio> {
        portfolio::of(&self.db, campaign, but).await
    }

    async fn put_portfolio(
        &self,
        campaign: CampaignId,
        portfolio: &Portfolio,
        at: Timestamp,
    ) -> Result<()> {
        portfolio::put(&self.db, campaign, portfolio, at).await
    }

    async fn note_exchange(&self, new: &ExchangeRow) -> Result<i64> {
        settings::note_exchange(&self.db, new).await
    }

    async fn exchanges(&self, campaign: CampaignId) -> Result<Vec<ExchangeRow>> {
        settings::exchanges(&self.db, campaign).await
    }
}

/// Adds to a question over `sale s` which sales it is about.
fn narrow(mut query: Query, filter: &SaleFilter) -> Query {
    let numbers = [
        ("s.id =", filter.only.map(SaleId::get)),
        ("s.campaign =", filter.campaign.map(CampaignId::get)),
        ("s.agent =", filter.agent.map(AgentId::get)),
        ("s.accepted_at >=", filter.from.map(Timestamp::as_millis)),
        ("s.accepted_at <", filter.to.map(Timestamp::as_millis)),
        ("s.id >", filter.after.map(SaleId::get)),
    ];
    for (words, number) in numbers {
        if let Some(number) = number {
            query.push(&format!(" AND {words} ${}", query.bound() + 1));
            query = query.int(number);
        }
    }
    if !filter.stages.is_empty() {
        let stages: Vec<_> = filter
            .stages
            .iter()
            .map(|stage| stage.number().to_string())
            .collect();
        query.push(&format!(" AND s.stage IN ({})", stages.join(", ")));
    }
    query
}

async fn all(db: &Database, filter: &SaleFilter) -> Result<Vec<SaleRow>> {
    let text = format!("SELECT {COLUMNS} FROM sale s WHERE 1 = 1");
    let mut query = narrow(Query::new("read sales", text), filter);
    query.push(" ORDER BY s.id");
    if filter.limit > 0 {
        query.push(&format!(" LIMIT ${}", query.bound() + 1));
        query = query.int(i64::from(filter.limit));
    }
    let rows = db.fetch(query).await?;
    let mut sales: Vec<SaleRow> = rows.iter().map(sale_of).collect::<Result<_>>()?;
    let (Some(first), Some(last)) = (sales.first(), sales.last()) else {
        return Ok(sales);
    };
    let query = Query::new(
        "read the kinds of evidence of sales",
        "SELECT DISTINCT e.sale, e.kind FROM sale_evidence e
         WHERE e.sale >= $1 AND e.sale <= $2 AND e.erased_at IS NULL",
    );
    let mut kinds: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
    for row in db
        .fetch(query.int(first.id.get()).int(last.id.get()))
        .await?
    {
        kinds
            .entry(row.int("sale")?)
            .or_default()
            .insert(row.text("kind")?);
    }
    for sale in &mut sales {
        sale.evidence = kinds.remove(&sale.id.get()).unwrap_or_default();
    }
    Ok(sales)
}

/// A sale in a transaction that takes the turn; refused where there is none.
async fn one(tx: &mut Tx, sale: SaleId) -> Result<SaleRow> {
    let text = format!("SELECT {COLUMNS} FROM sale s WHERE s.id = $1");
    let row = tx
        .fetch_one(Query::new("read a sale", text).int(sale.get()))
        .await?;
    let mut found = sale_of(&row.ok_or_else(|| no_such("sale", sale))?)?;
    let kinds = tx.fetch(kinds_of(sale)).await?;
    found.evidence = kinds
        .iter()
        .map(|row| row.text("kind"))
        .collect::<Result<_>>()?;
    Ok(found)
}

fn kinds_of(sale: SaleId) -> Query {
    Query::new(
        "read the kinds of evidence of a sale",
        "SELECT DISTINCT kind FROM sale_evidence WHERE sale = $1 AND erased_at IS NULL",
    )
    .int(sale.get())
}

fn sale_of(row: &Row) -> Result<SaleRow> {
    let audit = row.text("audit")?;
    Ok(SaleRow {
        id: SaleId::new(row.int("id")?),
        attempt: AttemptId::new(row.int("attempt")?),
        campaign: CampaignId::new(row.int("campaign")?),
        contact: ContactId::new(row.int("contact")?),
        person: PersonId::new(row.int("person")?),
        agent: row.opt_int("agent")?.map(AgentId::new),
        code: row.text("code")?,
        accepted_at: row.time("accepted_at")?,
        stage: row.kind("stage", Stage::from_number)?,
        since: row.time("stage_at")?,
        moves: row.narrow("moves")?,
        returned: row.narrow("returned")?,
        sheet: row.narrow("sheet")?,
        has_sheet: row.flag("has_sheet")?,
        value: row.int("value")?,
        reservation: row.narrow("reservation")?,
        audit: AuditState::from_word(&audit).ok_or(StoreError::Corrupt {
            what: "state of an audit",
            detail: audit,
        })?,
        audit_why: row.text("audit_why")?,
        by_correction: row.flag("by_correction")?,
        evidence: BTreeSet::new(),
    })
}

/// Keeps words about a sale beside what they are about, where they can be erased.
async fn keep_words(tx: &mut Tx, sale: SaleId, kind: &str, n: u32, words: &str) -> Result<()> {
    if words.trim().is_empty() {
        return Ok(());
    }
    let query = Query::new(
        "keep words about a sale",
        "INSERT INTO sale_words (sale, kind, n, words)
         SELECT $1, $2, $3, $4 FROM sale s JOIN person h ON h.id = s.person
         WHERE s.id = $1 AND h.erased_at IS NULL",
    );
    let query = query
        .int(sale.get())
        .text(kind)
        .int(i64::from(n))
        .text(words.trim());
    tx.run(query).await.map(drop)
}

/// Of an erased person nothing is left but that there were sales, which stages they came to, and what they were worth.
pub(super) async fn erase(tx: &mut Tx, person: i64, at: Timestamp) -> Result<()> {
    for (doing, text) in [
        (
            "erase words about their sales",
            "DELETE FROM sale_words WHERE sale IN (SELECT id FROM sale WHERE person = $1)",
        ),
        (
            "erase their sales sheets",
            "DELETE FROM sale_sheet WHERE sale IN (SELECT id FROM sale WHERE person = $1)",
        ),
        (
            "erase the evidence of their sales",
            "DELETE FROM sale_evidence_content WHERE evidence IN
                 (SELECT e.id FROM sale s JOIN sale_evidence e ON e.sale = s.id WHERE s.person = $1)",
        ),
    ] {
        tx.run(Query::new(doing, text).int(person)).await?;
    }
    let query = Query::new(
        "erase the keys of their evidence",
        "UPDATE sale_evidence SET sealed_key = NULL, name = '', erased_at = $1
         WHERE erased_at IS NULL AND sale IN (SELECT id FROM sale WHERE person = $2)",
    );
    tx.run(query.int(at.as_millis()).int(person))
        .await
        .map(drop)
}
