//! The settings of a node about recordings. Which calls are recorded is its campaigns' to say.

use std::path::PathBuf;

use domain::Rate;
use media::Codec;
use recorder::Form;
use serde::Deserialize;

use crate::archive_settings::ArchiveSettings;
use crate::config::ConfigError;

/// Recordings.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RecordingSettings {
    /// Where files are made.
    pub folder: PathBuf,
    /// The file of the keys that seal them.
    pub master_key: PathBuf,
    /// The law samples are kept in: `pcma` or `pcmu`.
    pub law: String,
    /// How they are played: `pcm` or `g711`.
    pub wav: String,
    /// With less than this share of the disk free no recording begins.
    pub low_water: String,
    /// Whether they are erased by themselves once they were kept long enough.
    pub erase: bool,
    /// Where they go once they are over.
    pub archive: ArchiveSettings,
}

impl Default for RecordingSettings {
    fn default() -> RecordingSettings {
        RecordingSettings {
            folder: PathBuf::from("recordings"),
            master_key: PathBuf::from("recordings.key"),
            law: "pcma".to_owned(),
            wav: "pcm".to_owned(),
            low_water: "10%".to_owned(),
            erase: true,
            archive: ArchiveSettings::default(),
        }
    }
}

impl RecordingSettings {
    /// Where files are made until they are in the archive.
    pub fn spool(&self) -> PathBuf {
        self.folder.join("spool")
    }

    pub(crate) fn codec(&self) -> Codec {
        match self.law.as_str() {
            "pcmu" => Codec::Pcmu,
            _ => Codec::Pcma,
        }
    }

    pub(crate) fn form(&self) -> Form {
        match self.wav.as_str() {
            "g711" => Form::G711,
            _ => Form::Pcm,
        }
    }

    pub(crate) fn low_water(&self) -> Rate {
        self.low_water.parse().unwrap_or_default()
    }

    /// Refuses what cannot work.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let no = |name, problem: &str| Err(ConfigError::Setting(name, problem.to_owned()));
        if !matches!(self.law.as_str(), "pcma" | "pcmu") {
            return no("recordings.law", "use \"pcma\" or \"pcmu\"");
        }
        if !matches!(self.wav.as_str(), "pcm" | "g711") {
            return no("recordings.wav", "use \"pcm\" or \"g711\"");
        }
        if self.low_water.parse::<Rate>().is_err() {
            return no(
                "recordings.low_water",
                "a share of the disk, such as \"10%\"",
            );
        }
        self.archive.check()
    }
}
