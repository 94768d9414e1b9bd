//! What the product asks of its record for an advisor's desk. A part of [`Store`](crate::Store) with a name of its own.

use async_trait::async_trait;
use domain::{AgentId, AttemptId, Timestamp};
use kpi::Facts;

use crate::error::Result;
use crate::types::{DeskMessageRow, PageQuality};

/// Desks of advisors.
#[async_trait]
pub trait DeskStore: Send + Sync {
    /// The counts of the calls of one agent that left in a time, whatever their campaign, and of what they did with it. Each
    /// call counts as it does in [`KpiStore::facts`](crate::KpiStore::facts).
    async fn agent_facts(&self, agent: AgentId, from: Timestamp, to: Timestamp) -> Result<Facts>;
    /// Keeps how a call sounded at the page; false where that was told before, which stands.
    async fn put_page_quality(&self, told: &PageQuality, at: Timestamp) -> Result<bool>;
    /// How a call sounded at the page.
    async fn page_quality(&self, attempt: AttemptId) -> Result<Option<PageQuality>>;
    /// Keeps a message to an advisor; gives its number. The audit log tells who wrote to whom, and not what.
    async fn put_desk_message(&self, new: &DeskMessageRow) -> Result<i64>;
    /// Messages from an instant on, newest first: of one agent, or of all; those not seen to, or all.
    async fn desk_messages(
        &self,
        agent: Option<AgentId>,
        unseen: bool,
        from: Timestamp,
    ) -> Result<Vec<DeskMessageRow>>;
    /// Notes that the advisor has seen a message of theirs; false where there is none that waits for it.
    async fn see_desk_message(&self, agent: AgentId, id: i64, at: Timestamp) -> Result<bool>;
}
