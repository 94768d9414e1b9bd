//! Registers, rights of people and law packs on SQL: which file answers what.

use async_trait::async_trait;
use domain::{
    CampaignId, ConsentId, Listing, PersonConsent, PersonId, PhoneNumber, RegisterSnapshot,
    Timestamp, WorkItem,
};

use super::{SqlStore, abandons, consents, erase, law_texts, registers, rights};
use crate::error::Result;
use crate::law_store::LawStore;
use crate::types::{
    ConsentRow, ErasedPerson, LawText, NewConsent, NewRequest, NewSnapshot, Rectification,
    RequestRow, SnapshotRead, SnapshotRow,
};

#[async_trait]
impl LawStore for SqlStore {
    async fn begin_snapshot(&self, new: &NewSnapshot) -> Result<i64> {
        registers::begin(&self.db, new).await
    }

    async fn snapshot_chunk(&self, snapshot: i64, numbers: &[PhoneNumber]) -> Result<u64> {
        registers::chunk(&self.db, snapshot, numbers).await
    }

    async fn finish_snapshot(
        &self,
        snapshot: i64,
        read: &SnapshotRead,
        at: Timestamp,
    ) -> Result<SnapshotRow> {
        registers::finish(&self.db, snapshot, read, at).await
    }

    async fn abort_snapshot(&self, snapshot: i64) -> Result<()> {
        registers::abort(&self.db, snapshot).await
    }

    async fn count_hits(&self, snapshot: i64) -> Result<u64> {
        registers::count_hits(&self.db, snapshot).await
    }

    async fn forget_replaced_snapshots(&self) -> Result<()> {
        registers::forget_replaced(&self.db).await
    }

    async fn override_snapshot(
        &self,
        register: &str,
        by: &str,
        reason: &str,
        at: Timestamp,
    ) -> Result<SnapshotRow> {
        registers::allow(&self.db, register, by, reason, at).await
    }

    async fn registers(&self) -> Result<Vec<RegisterSnapshot>> {
        registers::in_force(&self.db).await
    }

    async fn snapshots(&self, register: Option<&str>) -> Result<Vec<SnapshotRow>> {
        registers::all(&self.db, register).await
    }

    async fn listed(&self, numbers: &[PhoneNumber]) -> Result<Vec<Listing>> {
        registers::listed(&self.db, numbers).await
    }

    async fn record_consent(&self, new: &NewConsent) -> Result<ConsentRow> {
        consents::record(&self.db, new).await
    }

    async fn end_consent(
        &self,
        consent: ConsentId,
        by: &str,
        why: &str,
        at: Timestamp,
    ) -> Result<ConsentRow> {
        consents::end(&self.db, consent, by, why, at).await
    }

    async fn consents(
        &self,
        person: Option<PersonId>,
        standing_only: bool,
    ) -> Result<Vec<ConsentRow>> {
        consents::all(&self.db, person, standing_only).await
    }

    async fn consents_changed(
        &self,
        since: Timestamp,
    ) -> Result<Vec<(PersonId, Vec<PersonConsent>)>> {
        consents::changed(&self.db, since).await
    }

    async fn lease_agreed(
        &self,
        campaign: CampaignId,
        now: Timestamp,
        count: u32,
    ) -> Result<(Vec<WorkItem>, Option<Timestamp>)> {
        consents::lease(&self.db, self.epoch(), campaign, now, count).await
    }

    async fn first_call(&self, campaign: CampaignId) -> Result<Option<Timestamp>> {
        abandons::first_call(&self.db, campaign).await
    }

    async fn abandons(
        &self,
        campaign: CampaignId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<(u64, u64)> {
        abandons::counted(&self.db, campaign, from, to).await
    }

    async fn open_request(&self, new: &NewRequest) -> Result<i64> {
        rights::open(&self.db, new).await
    }

    async fn extend_request(
        &self,
        request: i64,
        due: (&str, Timestamp),
        told: &str,
        at: Timestamp,
    ) -> Result<()> {
        rights::extend(&self.db, request, due, told, at).await
    }

    async fn close_request(
        &self,
        request: i64,
        by: &str,
        outcome: &str,
        sha256: Option<&str>,
        at: Timestamp,
    ) -> Result<()> {
        rights::close(&self.db, request, by, outcome, sha256, at).await
    }

    async fn requests(&self, person: Option<PersonId>, open_only: bool) -> Result<Vec<RequestRow>> {
        rights::all(&self.db, person, open_only).await
    }

    async fn rectify(&self, person: PersonId, change: &Rectification, reason: &str) -> Result<()> {
        erase::rectify(&self.db, person, change, reason).await
    }

    async fn erase_person(
        &self,
        person: PersonId,
        reason: &str,
        at: Timestamp,
    ) -> Result<ErasedPerson> {
        erase::erase(&self.db, person, reason, at).await
    }

    async fn put_law_texts(&self, texts: &[(String, String)], at: Timestamp) -> Result<()> {
        law_texts::put(&self.db, texts, at).await
    }

    async fn law_texts(&self) -> Result<Vec<LawText>> {
        law_texts::all(&self.db).await
    }
}
