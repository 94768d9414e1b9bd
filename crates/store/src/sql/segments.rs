//! Segments of campaigns: their settings by version (`set`), which contact belongs where (`placing`), the lease by
//! segment (`lease`, `pick`, `pace`), what was done with each (`tally`), and new passes (`recycle`).

pub(super) mod lease;
mod pace;
pub(super) mod pick;
pub(super) mod placing;
pub(super) mod recycle;
mod set;
mod standings;
mod tally;
pub(super) mod texts;
mod walk;

use ::campaigns::Segmentation;
use async_trait::async_trait;
use domain::{AttemptId, CampaignId, ContactId, ListId, SegmentId, Timestamp};

use super::SqlStore;
use crate::error::Result;
use crate::segment_store::SegmentStore;
use crate::types::{
    ContactTexts, SegmentPlace, SegmentSet, SegmentStanding, SegmentSubject, SegmentVersion,
    SpeaksOf, Subjects,
};

/// The segment of work that must be looked at.
const UNPARTED: i64 = -1;

#[async_trait]
impl SegmentStore for SqlStore {
    async fn segments(&self, campaign: CampaignId) -> Result<Option<SegmentSet>> {
        set::in_force(&self.db, campaign).await
    }

    async fn segment_versions(&self, campaign: CampaignId) -> Result<Vec<SegmentVersion>> {
        set::versions(&self.db, campaign).await
    }

    async fn put_segments(
        &self,
        campaign: CampaignId,
        segmentation: &Segmentation,
        speaks_of: SpeaksOf,
        by: &str,
        now: Timestamp,
    ) -> Result<SegmentSet> {
        set::put(&self.db, campaign, segmentation, speaks_of, (by, now)).await
    }

    async fn remove_segments(&self, campaign: CampaignId) -> Result<()> {
        set::remove(&self.db, campaign).await
    }

    async fn segment_subjects(
        &self,
        campaign: CampaignId,
        which: Subjects,
        limit: u32,
    ) -> Result<Vec<SegmentSubject>> {
        placing::subjects(&self.db, campaign, which, limit).await
    }

    async fn contact_texts(
        &self,
        list: ListId,
        after: Option<ContactId>,
        limit: u32,
        phones: bool,
    ) -> Result<Option<ContactTexts>> {
        texts::page(&self.db, list, after, limit, phones).await
    }

    async fn begin_segment_walk(
        &self,
        campaign: CampaignId,
        version: u32,
        day: i64,
        lists: &[ListId],
    ) -> Result<bool> {
        walk::begin_walk(&self.db, campaign, version, day, lists).await
    }

    async fn place_contacts(
        &self,
        campaign: CampaignId,
        version: u32,
        places: &[SegmentPlace],
    ) -> Result<bool> {
        placing::place(&self.db, campaign, version, places).await
    }

    async fn segments_walked(
        &self,
        campaign: CampaignId,
        version: u32,
        after: Option<ContactId>,
    ) -> Result<()> {
        walk::walked(&self.db, campaign, version, after).await
    }

    async fn pin_contacts(
        &self,
        campaign: CampaignId,
        pins: &[(ContactId, Option<SegmentId>)],
        why: &str,
    ) -> Result<u64> {
        placing::pin(&self.db, campaign, pins, why).await
    }

    async fn contacts_of_campaign(
        &self,
        campaign: CampaignId,
        contacts: &[ContactId],
    ) -> Result<Vec<(ContactId, bool)>> {
        placing::of_campaign(&self.db, campaign, contacts).await
    }

    async fn segment_standings(
        &self,
        campaign: CampaignId,
        now: Timestamp,
    ) -> Result<Vec<SegmentStanding>> {
        standings::standings(&self.db, campaign, now).await
    }

    async fn attempt_segments(
        &self,
        campaign: CampaignId,
        first: AttemptId,
        last: AttemptId,
    ) -> Result<Vec<(AttemptId, SegmentId)>> {
        tally::made_in(&self.db, campaign, first, last).await
    }

    async fn recycle(
        &self,
        campaign: CampaignId,
        contacts: &[ContactId],
        why: &str,
    ) -> Result<u64> {
        recycle::recycle(&self.db, campaign, contacts, why).await
    }
}
