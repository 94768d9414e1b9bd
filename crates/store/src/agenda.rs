//! What the product asks of its record about booked call-backs. A part of [`Store`](crate::Store) with a name of its own.

use async_trait::async_trait;
use domain::{CampaignId, ContactId};

use crate::error::Result;
use crate::types::{CallBackChange, CallBackFilter, CallBackRow};

/// The agenda of call-backs.
#[async_trait]
pub trait Agenda: Send + Sync {
    /// Booked call-backs, the soonest first.
    async fn call_backs(&self, filter: &CallBackFilter) -> Result<Vec<CallBackRow>>;
    /// The call-back booked with a contact, if one is.
    async fn call_back(
        &self,
        campaign: CampaignId,
        contact: ContactId,
    ) -> Result<Option<CallBackRow>>;
    /// Moves, hands on or cancels a booked call-back; refused while it is being called. In the audit log.
    async fn change_call_back(
        &self,
        campaign: CampaignId,
        contact: ContactId,
        change: &CallBackChange,
        why: &str,
    ) -> Result<()>;
}
