//! What the product asks of its record when it takes the history of another system in. A part of [`Store`](crate::Store) with
//! a name of its own.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use domain::{AttemptId, CampaignId, ContactId, PhoneNumber, Recorded, Timestamp};

use crate::error::Result;
use crate::types::{PastAttempt, PastContact, PastKey, PastKind, PastMove};

/// Histories of other systems.
#[async_trait]
pub trait PastStore: Send + Sync {
    /// Whether a campaign holds a history, and so is never dialed.
    async fn holds_past(&self, campaign: CampaignId) -> Result<bool>;
    /// Has a campaign hold one from now on; refused where it was dialed, or is being.
    async fn hold_past(&self, campaign: CampaignId, at: Timestamp) -> Result<()>;
    /// What keys of the other system are here; those not known are left out.
    async fn past_ids(
        &self,
        campaign: CampaignId,
        kind: PastKind,
        names: &[String],
    ) -> Result<BTreeMap<String, i64>>;
    /// The keys of what is here; of what has none, nothing.
    async fn past_names(
        &self,
        campaign: CampaignId,
        kind: PastKind,
        ids: &[i64],
    ) -> Result<BTreeMap<i64, String>>;
    /// The highest id of ours under a key.
    async fn last_past_id(&self, campaign: CampaignId, kind: PastKind) -> Result<Option<i64>>;
    /// Notes keys of what is here already; one that is known stays as it is.
    async fn name_past(&self, campaign: CampaignId, keys: &[PastKey]) -> Result<()>;
    /// Contacts of a campaign as its history goes on with them.
    async fn past_contacts(
        &self,
        campaign: CampaignId,
        contacts: &[ContactId],
    ) -> Result<Vec<PastContact>>;
    /// Attempts as their history goes on with them.
    async fn past_attempts(&self, attempts: &[AttemptId]) -> Result<Vec<PastAttempt>>;
    /// Which of these times on the telephone fall together with an attempt to the same number that is known already.
    async fn past_overlaps(
        &self,
        spans: &[(PhoneNumber, Timestamp, Timestamp)],
    ) -> Result<BTreeSet<usize>>;
    /// Appends events of the past and their keys, in one transaction, and projects them as [`commit`](crate::Store::commit)
    /// does; but for the gates, which close before a call leaves, and these left long ago. Each attempt must be over within
    /// the batch that intends it.
    async fn commit_past(
        &self,
        campaign: CampaignId,
        batch: &[Recorded],
        keys: &[PastKey],
    ) -> Result<()>;
    /// Has sales make the moves they made in another system, with their keys, in one transaction. There must be such moves
    /// ([`sales::WAYS`]); what they need here is not asked for, and no audit is due of what was validated elsewhere.
    async fn put_past_moves(
        &self,
        campaign: CampaignId,
        moves: &[PastMove],
        keys: &[PastKey],
    ) -> Result<()>;
}
