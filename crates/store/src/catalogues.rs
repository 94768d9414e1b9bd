//! What the record knows of typifications: their versions, what was said of calls by which, and the phones
//! that were found to be no good. A part of [`Store`](crate::Store) with a name of its own.

use async_trait::async_trait;
use campaigns::Catalogue;
use domain::{CampaignId, CatalogueId, ContactId, Timestamp, WorkState};

use crate::error::Result;
use crate::types::{
    CatalogueVersion, ContradictionSet, CorrectionRow, HeldByRule, Management, NewCatalogue,
};

/// Typifications of campaigns.
#[async_trait]
pub trait Catalogues: Send + Sync {
    /// The version in force for calls of a campaign that begin now: its own last one, else the house's.
    async fn catalogue(&self, campaign: CampaignId) -> Result<Catalogue>;
    /// A version, whoever's it is.
    async fn catalogue_of(&self, id: CatalogueId) -> Result<Option<Catalogue>>;
    /// The versions of a campaign, the newest first; of one that has none of its own, the house's.
    async fn catalogue_versions(&self, campaign: CampaignId) -> Result<Vec<CatalogueVersion>>;
    /// Puts a version into force for calls that begin from now on. Codes of the version before that calls
    /// bear are kept, retired: the second value tells which.
    async fn put_catalogue(&self, new: &NewCatalogue) -> Result<(Catalogue, Vec<String>)>;
    /// The last and the best that was said of a record in a campaign.
    async fn management(&self, campaign: CampaignId, contact: ContactId) -> Result<Management>;
    /// Where the work with a contact stands.
    async fn work_state(
        &self,
        campaign: CampaignId,
        contact: ContactId,
    ) -> Result<Option<WorkState>>;
    /// How many contacts of a campaign each rule makes wait, or ended the work with, the commonest first.
    async fn held_by_rule(&self, campaign: CampaignId, now: Timestamp) -> Result<Vec<HeldByRule>>;
    /// The rules that find contradictions in a campaign, in the versions it had, the newest first; none where it has
    /// the house's.
    async fn contradiction_sets(&self, campaign: CampaignId) -> Result<Vec<ContradictionSet>>;
    /// Puts a version into force; its number is given here.
    async fn put_contradiction_set(&self, new: &ContradictionSet) -> Result<u32>;
    /// What was corrected in a campaign within a time, in order, each with what it was before.
    async fn corrections(
        &self,
        campaign: CampaignId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<CorrectionRow>>;
}
