//! What the product asks of its record about segments. A trait of its own only to keep [`Store`](crate::Store) on a page;
//! whoever has a `Store` has this.

use async_trait::async_trait;
use campaigns::Segmentation;
use domain::{AttemptId, CampaignId, ContactId, ListId, SegmentId, Timestamp};

use crate::error::Result;
use crate::types::{
    ContactTexts, SegmentPlace, SegmentSet, SegmentStanding, SegmentSubject, SegmentVersion,
    SpeaksOf, Subjects,
};

/// Segments of campaigns.
#[async_trait]
pub trait SegmentStore {
    /// The segments in force; `None`: the campaign is called list by list.
    async fn segments(&self, campaign: CampaignId) -> Result<Option<SegmentSet>>;
    /// Every version there was, newest first.
    async fn segment_versions(&self, campaign: CampaignId) -> Result<Vec<SegmentVersion>>;
    /// Puts segments in force. Those with the name of one there was keep its number; their ids are not looked at. All
    /// contacts are to be looked at again.
    async fn put_segments(
        &self,
        campaign: CampaignId,
        segmentation: &Segmentation,
        speaks_of: SpeaksOf,
        by: &str,
        now: Timestamp,
    ) -> Result<SegmentSet>;
    /// Back to list by list.
    async fn remove_segments(&self, campaign: CampaignId) -> Result<()>;
    /// Contacts of a campaign, in order of id, without their phones.
    async fn segment_subjects(
        &self,
        campaign: CampaignId,
        which: Subjects,
        limit: u32,
    ) -> Result<Vec<SegmentSubject>>;
    /// Contacts of a list in order of id, as text: a page in one row of the database, for rules that are held against
    /// millions. `phones`: whether they are counted. `None`: there are no more.
    async fn contact_texts(
        &self,
        list: ListId,
        after: Option<ContactId>,
        limit: u32,
        phones: bool,
    ) -> Result<Option<ContactTexts>>;
    /// Begins to look at all contacts again: on this day, with these lists. False where another version is in force.
    async fn begin_segment_walk(
        &self,
        campaign: CampaignId,
        version: u32,
        day: i64,
        lists: &[ListId],
    ) -> Result<bool>;
    /// Writes down where contacts belong. False, and nothing is written, where another version is in force.
    async fn place_contacts(
        &self,
        campaign: CampaignId,
        version: u32,
        places: &[SegmentPlace],
    ) -> Result<bool>;
    /// Notes how far the walk came; `None`: to the end.
    async fn segments_walked(
        &self,
        campaign: CampaignId,
        version: u32,
        after: Option<ContactId>,
    ) -> Result<()>;
    /// Gives contacts a segment by hand, whatever rules say; `None` lets the rules decide again. Says how many changed.
    /// `why` is for the audit log.
    async fn pin_contacts(
        &self,
        campaign: CampaignId,
        pins: &[(ContactId, Option<SegmentId>)],
        why: &str,
    ) -> Result<u64>;
    /// Which of these contacts are a campaign's work, and whether their list is one of its lists.
    async fn contacts_of_campaign(
        &self,
        campaign: CampaignId,
        contacts: &[ContactId],
    ) -> Result<Vec<(ContactId, bool)>>;
    /// What each segment has and did, in order of number.
    async fn segment_standings(
        &self,
        campaign: CampaignId,
        now: Timestamp,
    ) -> Result<Vec<SegmentStanding>>;
    /// In which segment calls of a campaign were made, of those in a span of attempts, both included; 0 for who fits none.
    /// Of calls made while it had no segments nothing is known.
    async fn attempt_segments(
        &self,
        campaign: CampaignId,
        first: AttemptId,
        last: AttemptId,
    ) -> Result<Vec<(AttemptId, SegmentId)>>;
    /// Gives contacts on whom all attempts were spent a new pass. Those who closed, asked not to be called, or have no
    /// phone left are passed over. Says how many are to be called again. `why` is for the audit log.
    async fn recycle(&self, campaign: CampaignId, contacts: &[ContactId], why: &str)
    -> Result<u64>;
}
