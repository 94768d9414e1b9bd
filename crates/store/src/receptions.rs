//! What the record is asked about files that clients send: each is taken once, loaded or refused, and may be
//! taken back as a whole while nobody was called.

use async_trait::async_trait;
use domain::{CampaignId, ListId, Timestamp};

use crate::error::Result;
use crate::types::{
    CampaignKey, ImportId, LoadRow, NewReception, OpenedFile, ReceptionFilter, ReceptionId,
    ReceptionRow, RefusedFile, ReturnFileRow,
};

/// A part of [`crate::Store`].
#[async_trait]
pub trait Receptions: Send + Sync {
    /// Writes down that a file is taken. A [`crate::StoreError::Conflict`] when it was taken or loaded before. What a
    /// command or upload that broke off has left is refused first.
    async fn take_file(&self, file: &NewReception) -> Result<ReceptionId>;
    /// Writes down that a file was refused without being taken.
    async fn note_refused(
        &self,
        file: &NewReception,
        why: &RefusedFile,
        now: Timestamp,
    ) -> Result<ReceptionId>;
    /// What was inside. A [`crate::StoreError::Conflict`] when that was loaded before, in whatever envelope.
    async fn file_opened(&self, file: ReceptionId, opened: &OpenedFile) -> Result<()>;
    /// Which load it leads to: when that is finished, the file is loaded.
    async fn file_goes_into(&self, file: ReceptionId, import: ImportId) -> Result<()>;
    /// It is refused. One that is loaded stays so.
    async fn refuse_file(&self, file: ReceptionId, why: &RefusedFile, now: Timestamp)
    -> Result<()>;
    /// One file.
    async fn received_file(&self, file: ReceptionId) -> Result<Option<ReceptionRow>>;
    /// Files, newest first.
    async fn received_files(&self, filter: &ReceptionFilter) -> Result<Vec<ReceptionRow>>;
    /// How many files of each place are in each state, by place.
    async fn received_counts(&self) -> Result<Vec<(String, crate::ReceptionState, u64)>>;
    /// Contacts of a load that must not be called, by reason; also before it is finished.
    async fn exclusions(&self, import: ImportId) -> Result<Vec<(String, u64)>>;
    /// The loads of a list, those taken back too, oldest first.
    async fn loads(&self, list: ListId) -> Result<Vec<LoadRow>>;
    /// Takes a load back as a whole: its contacts and the work with them are gone, its acta stays. A
    /// [`crate::StoreError::Conflict`] once a call was made, or is about to be. Says how many contacts it removed.
    async fn revert_load(&self, import: ImportId, by: &str, now: Timestamp) -> Result<u64>;
    /// The client's key of a campaign.
    async fn campaign_key(&self, campaign: CampaignId) -> Result<Option<CampaignKey>>;
    /// Sets it.
    async fn put_campaign_key(&self, key: &CampaignKey) -> Result<()>;
    /// Takes it away; says whether there was one.
    async fn remove_campaign_key(&self, campaign: CampaignId) -> Result<bool>;
    /// The last version of each file that went back from a campaign, by day and list.
    async fn return_files(&self, campaign: CampaignId) -> Result<Vec<ReturnFileRow>>;
    /// Whether a file of this name went back, in whatever version: what a crash left is sent, or thrown away.
    async fn return_file_named(&self, file_name: &str) -> Result<bool>;
    /// Writes down that one goes back. A [`crate::StoreError::Conflict`] where that version did already.
    async fn put_return_file(&self, file: &ReturnFileRow) -> Result<()>;
}
