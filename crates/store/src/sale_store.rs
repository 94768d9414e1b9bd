//! What the product asks of its record about sales. A trait of its own only to keep [`Store`](crate::Store) on a page; whoever
//! has a `Store` has this.

use async_trait::async_trait;
use domain::{CampaignId, EvidenceId, SaleId, Timestamp};
use sales::{Portfolio, Setting};

use crate::error::Result;
use crate::types::{
    EvidenceRow, ExchangeRow, NewEvidence, NewMove, NewPaper, NewSaleAudit, Paper, PaperRow,
    SaleAuditRow, SaleFilter, SaleMoveRow, SaleRow, SaleSettingRow,
};

/// Sales, from acceptance to legalisation. They begin and are annulled with what is said of their calls
/// ([`Store::commit`](crate::Store::commit)); everything else is here, each change in the audit log.
#[async_trait]
pub trait SaleStore: Send + Sync {
    /// Sales by filter, in order of id.
    async fn sales(&self, filter: &SaleFilter) -> Result<Vec<SaleRow>>;
    /// One.
    async fn sale(&self, sale: SaleId) -> Result<Option<SaleRow>>;
    /// The moves of sales by filter, in order of sale and place.
    async fn sale_moves(&self, filter: &SaleFilter) -> Result<Vec<SaleMoveRow>>;
    /// Moves a sale where it may go; says why it may not otherwise.
    async fn move_sale(&self, new: &NewMove) -> Result<SaleRow>;
    /// Moves all of these or none: each goes by what those before it left.
    async fn move_sales(&self, moves: &[NewMove]) -> Result<()>;
    /// Sends sales back to their advisors whose term for evidence of identity is over; says how many.
    async fn return_late_sales(&self, now: Timestamp) -> Result<u64>;
    /// Keeps a version of a sheet or reservation in which nothing is wrong.
    async fn put_paper(&self, new: &NewPaper) -> Result<SaleRow>;
    /// The versions of one, the newest first.
    async fn papers(&self, sale: SaleId, paper: Paper) -> Result<Vec<PaperRow>>;
    /// The newest of each sale by filter, in order of sale.
    async fn newest_papers(
        &self,
        filter: &SaleFilter,
        paper: Paper,
    ) -> Result<Vec<(SaleId, PaperRow)>>;
    /// Keeps evidence.
    async fn put_evidence(&self, new: &NewEvidence) -> Result<EvidenceRow>;
    /// The evidence of a sale, in order.
    async fn evidence(&self, sale: SaleId) -> Result<Vec<EvidenceRow>>;
    /// Its sealed key and content; none once erased.
    async fn evidence_content(&self, evidence: EvidenceId) -> Result<Option<(String, Vec<u8>)>>;
    /// Evidence whose key is sealed by another master key than that of this name (how a sealed key begins), in order, with
    /// its sealed key.
    async fn evidence_sealed_otherwise(
        &self,
        name: &str,
        after: Option<EvidenceId>,
        limit: u32,
    ) -> Result<Vec<(EvidenceRow, String)>>;
    /// Puts a key that was sealed anew in the place of the old one; false where that is not there.
    async fn reseal_evidence(&self, evidence: EvidenceId, old: &str, new: &str) -> Result<bool>;
    /// Audits a sale by the scorecard in force.
    async fn audit_sale(&self, new: &NewSaleAudit) -> Result<SaleAuditRow>;
    /// What the advisor says of the last audit of a sale: once.
    async fn reply_to_audit(
        &self,
        sale: SaleId,
        disputes: bool,
        words: &str,
        at: Timestamp,
    ) -> Result<()>;
    /// The audits of a sale, in order.
    async fn sale_audits(&self, sale: SaleId) -> Result<Vec<SaleAuditRow>>;
    /// The setting of a campaign in force: its version and text; the house's is version 0.
    async fn sale_setting(&self, campaign: CampaignId, setting: Setting) -> Result<(u32, String)>;
    /// The versions of a setting or mapping of a campaign, the newest first.
    async fn sale_settings(
        &self,
        campaign: CampaignId,
        kind: &str,
        name: &str,
    ) -> Result<Vec<SaleSettingRow>>;
    /// Names of the mappings of a campaign.
    async fn mappings(&self, campaign: CampaignId) -> Result<Vec<String>>;
    /// Puts a version into force; its number is given here.
    async fn put_sale_setting(&self, new: &SaleSettingRow) -> Result<u32>;
    /// What a campaign may sell, with what is promised of it to sales other than this one.
    async fn portfolio(&self, campaign: CampaignId, but: Option<SaleId>) -> Result<Portfolio>;
    /// Puts what a campaign may sell, counted at an instant, in place of what it was.
    async fn put_portfolio(
        &self,
        campaign: CampaignId,
        portfolio: &Portfolio,
        at: Timestamp,
    ) -> Result<()>;
    /// Notes a file that was exchanged; its number.
    async fn note_exchange(&self, new: &ExchangeRow) -> Result<i64>;
    /// Files exchanged for a campaign, the newest first.
    async fn exchanges(&self, campaign: CampaignId) -> Result<Vec<ExchangeRow>>;
}
