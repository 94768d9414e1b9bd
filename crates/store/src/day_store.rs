//! What happened on a day of a campaign, for those who copy days that are over. A part of [`Store`](crate::Store) with a name
//! of its own. The calls of a day are those that left on it ([`AttemptFilter`](crate::AttemptFilter) finds them).

use async_trait::async_trait;
use domain::{ContactId, SaleId};

use crate::error::Result;
use crate::types::{AgentTimeRow, DayContact, DaySaleMove, DaySpan, TypificationRow};

/// Days that are over.
#[async_trait]
pub trait DayStore: Send + Sync {
    /// Calls of the day that are not over yet.
    async fn open_on(&self, day: &DaySpan) -> Result<u64>;
    /// How often something was said of calls of the day after a place in the journal.
    async fn said_after(&self, day: &DaySpan, after: u64) -> Result<u64>;
    /// What was said of calls of the day, whenever it was: in order of place in the journal, after that one.
    async fn said_on(&self, day: &DaySpan, after: u64, limit: u32) -> Result<Vec<TypificationRow>>;
    /// Records that were called on the day or came on it, in order, after that one.
    async fn contacts_on(
        &self,
        day: &DaySpan,
        after: Option<ContactId>,
        limit: u32,
    ) -> Result<Vec<DayContact>>;
    /// What the agents who serve the campaign, or took a call of it, did on the day: every state they were in, in order of
    /// agent and time.
    async fn time_on(&self, day: &DaySpan) -> Result<Vec<AgentTimeRow>>;
    /// Moves of sales that were made on the day, in order of sale and place, after that one.
    async fn moves_on(
        &self,
        day: &DaySpan,
        after: Option<(SaleId, u32)>,
        limit: u32,
    ) -> Result<Vec<DaySaleMove>>;
}
