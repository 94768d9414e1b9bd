//! What the product asks of its record about the law: registers, consents, abandoned calls, rights of people, law packs. A trait of its own only
//! to keep [`Store`](crate::Store) on a page; whoever has a `Store` has this.

use async_trait::async_trait;
use domain::{
    CampaignId, ConsentId, Listing, PersonConsent, PersonId, PhoneNumber, RegisterSnapshot,
    Timestamp, WorkItem,
};

use crate::error::Result;
use crate::types::{
    ConsentRow, ErasedPerson, LawText, NewConsent, NewRequest, NewSnapshot, Rectification,
    RequestRow, SnapshotRead, SnapshotRow,
};

/// Registers, consents, rights of people, law packs.
#[async_trait]
pub trait LawStore {
    // --- registers of numbers that must not be called --------------------

    /// Begins to load a snapshot of a register; its number.
    async fn begin_snapshot(&self, new: &NewSnapshot) -> Result<i64>;
    /// Keeps numbers of it; says how many were not there yet.
    async fn snapshot_chunk(&self, snapshot: i64, numbers: &[PhoneNumber]) -> Result<u64>;
    /// Puts it in force, in place of the one before, unless that tells of a later day.
    async fn finish_snapshot(
        &self,
        snapshot: i64,
        read: &SnapshotRead,
        at: Timestamp,
    ) -> Result<SnapshotRow>;
    /// Leaves nothing of a load.
    async fn abort_snapshot(&self, snapshot: i64) -> Result<()>;
    /// Counts the numbers of our contacts that are in a snapshot, and notes it there.
    async fn count_hits(&self, snapshot: i64) -> Result<u64>;
    /// Lets go of the numbers of snapshots that were replaced; what they were stays known.
    async fn forget_replaced_snapshots(&self) -> Result<()>;
    /// A manager lets the snapshot in force of a register be used though it is late.
    async fn override_snapshot(
        &self,
        register: &str,
        by: &str,
        reason: &str,
        at: Timestamp,
    ) -> Result<SnapshotRow>;
    /// The registers in force, by name.
    async fn registers(&self) -> Result<Vec<RegisterSnapshot>>;
    /// Every snapshot there ever was, the oldest first; of one register.
    async fn snapshots(&self, register: Option<&str>) -> Result<Vec<SnapshotRow>>;
    /// Which of these numbers are in a register in force.
    async fn listed(&self, numbers: &[PhoneNumber]) -> Result<Vec<Listing>>;

    // --- what people agreed to ---------------------------------------------

    /// Records a consent; refused where it was signed before the contract it is apart from.
    async fn record_consent(&self, new: &NewConsent) -> Result<ConsentRow>;
    /// Ends one that stands.
    async fn end_consent(
        &self,
        consent: ConsentId,
        by: &str,
        why: &str,
        at: Timestamp,
    ) -> Result<ConsentRow>;
    /// Consents, the oldest first; of one person; those alone that stand.
    async fn consents(
        &self,
        person: Option<PersonId>,
        standing_only: bool,
    ) -> Result<Vec<ConsentRow>>;
    /// People whose consents were recorded or ended since then, with what stands.
    async fn consents_changed(
        &self,
        since: Timestamp,
    ) -> Result<Vec<(PersonId, Vec<PersonConsent>)>>;
    /// As [`Store::lease_work`](crate::Store::lease_work), of those people who agreed to be called at other hours.
    async fn lease_agreed(
        &self,
        campaign: CampaignId,
        now: Timestamp,
        count: u32,
    ) -> Result<(Vec<WorkItem>, Option<Timestamp>)>;

    // --- abandoned calls ----------------------------------------------------

    /// When the first call of a campaign left.
    async fn first_call(&self, campaign: CampaignId) -> Result<Option<Timestamp>>;
    /// Calls of a campaign in `from..to` that people answered, and those of them abandoned.
    async fn abandons(
        &self,
        campaign: CampaignId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<(u64, u64)>;

    // --- rights of people -------------------------------------------------

    /// Takes a request in; its number.
    async fn open_request(&self, new: &NewRequest) -> Result<i64>;
    /// Takes more time for an open request, once.
    async fn extend_request(
        &self,
        request: i64,
        due: (&str, Timestamp),
        told: &str,
        at: Timestamp,
    ) -> Result<()>;
    /// Closes an open request with its answer.
    async fn close_request(
        &self,
        request: i64,
        by: &str,
        outcome: &str,
        sha256: Option<&str>,
        at: Timestamp,
    ) -> Result<()>;
    /// Requests, those due first first.
    async fn requests(&self, person: Option<PersonId>, open_only: bool) -> Result<Vec<RequestRow>>;
    /// Puts right what is known of a person.
    async fn rectify(&self, person: PersonId, change: &Rectification, reason: &str) -> Result<()>;
    /// Erases what is known of a person, but for their attempts, which stay without a name; they are
    /// never called again. Refused while they are called or held.
    async fn erase_person(
        &self,
        person: PersonId,
        reason: &str,
        at: Timestamp,
    ) -> Result<ErasedPerson>;

    /// Keeps law packs (pack and version, text) as they are used from now on.
    async fn put_law_texts(&self, texts: &[(String, String)], at: Timestamp) -> Result<()>;
    /// Every law pack that was ever used.
    async fn law_texts(&self) -> Result<Vec<LawText>>;
}
