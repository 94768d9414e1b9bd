//! Where clients' files come from and what opens them, as the node is configured.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use campaigns::ReturnSchedule;
use domain::CampaignId;
use reception::{KeyFiles, Keyring, Recipient};
use store::Store;

use crate::error::ApiError;
use crate::unsealing::PLAINTEXT_MAX;

/// Endings of names that say what a file is, not what is in it.
const ENDINGS: [&str; 9] = [
    "csv", "txt", "tsv", "xlsx", "zip", "age", "gpg", "pgp", "asc",
];

/// Reception of clients' files.
#[derive(Clone, Debug)]
pub struct Reception {
    /// Our private keys.
    pub keys: KeyFiles,
    /// Bytes that an encrypted file may hold.
    pub plaintext_max: u64,
    /// A file is complete when nothing changed for so long.
    pub steady: Duration,
    /// Drop folders.
    pub places: Vec<PlaceSettings>,
}

impl Default for Reception {
    fn default() -> Reception {
        Reception {
            keys: KeyFiles::default(),
            plaintext_max: PLAINTEXT_MAX,
            steady: Duration::from_secs(10),
            places: Vec::new(),
        }
    }
}

/// A drop folder: whose it is, and what its files are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceSettings {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub root: PathBuf,
    /// The campaign that dials what comes here, by name; none: nobody does yet.
    pub campaign: Option<String>,
    /// Name of the list that a file goes into; `{file}` is the file's name. Empty: that name alone.
    pub list: String,
    /// Changes to the guessed mapping, as `role=column`.
    pub mapping: Vec<String>,
    /// Sheet of workbooks.
    pub sheet: Option<String>,
    /// Why these people may be called; empty where each row says so.
    pub legal_basis: String,
    /// Files that are not encrypted are taken as well.
    pub clear: bool,
    /// Only files signed with the key of the campaign's client are taken.
    pub signed: bool,
    /// When return files of the campaign's lists go out by themselves; none: when somebody writes them.
    pub returns: Option<ReturnSchedule>,
}

impl PlaceSettings {
    /// The list that a file goes into.
    pub fn list_of(&self, file: &str) -> String {
        let mut stem = file;
        while let Some((rest, ending)) = stem.rsplit_once('.') {
            let known = ENDINGS.contains(&ending.to_ascii_lowercase().as_str());
            if rest.is_empty() || !known {
                break;
            }
            stem = rest;
        }
        match self.list.as_str() {
            "" => stem.to_owned(),
            pattern => pattern.replace("{file}", stem),
        }
    }
}

impl Reception {
    /// What opens a file, and whose signatures count: those of the campaign's client, or of any client's where no
    /// campaign is known.
    pub async fn keyring(
        &self,
        store: &dyn Store,
        campaign: Option<CampaignId>,
    ) -> Result<Arc<Keyring>, ApiError> {
        let files = self.keys.clone();
        let loading = tokio::task::spawn_blocking(move || files.load());
        let loaded = loading.await.map_err(ApiError::internal)?;
        let mut keys = loaded.map_err(|problem| ApiError::Invalid(problem.to_string()))?;
        let campaigns = match campaign {
            Some(campaign) => vec![campaign],
            None => store
                .campaigns()
                .await?
                .iter()
                .map(|campaign| campaign.id)
                .collect(),
        };
        for campaign in campaigns {
            if let Some(row) = store.campaign_key(campaign).await? {
                // It was read when it was set; one that has expired since still says who signed.
                if let Ok(key) = Recipient::parse(&row.key) {
                    keys = keys.knowing(&key);
                }
            }
        }
        Ok(Arc::new(keys))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_named_after_its_file() {
        let mut place = PlaceSettings::default();
        assert_eq!(place.list_of("Hogares Marzo.csv.gpg"), "Hogares Marzo");
        assert_eq!(place.list_of(".gpg"), ".gpg");
        assert_eq!(place.list_of("Base 12.03.2026.XLSX.age"), "Base 12.03.2026");
        "Claro {file}".clone_into(&mut place.list);
        assert_eq!(place.list_of("marzo.xlsx.age"), "Claro marzo");
    }
}
