//! The configuration file of one node: where it listens and where its record
//! is. Everything else (campaigns, trunks, agents) lives in the store.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use telephony::media::{Country, Prompt};

use crate::addresses::{ONE_EACH, OneOrSeveral};
use crate::browser_settings::BrowserSettings;
use crate::delivery_settings::DeliverySettings;
use crate::law_folder::LawSettings;
use crate::reception_settings::ReceptionSettings;
use crate::recording_settings::RecordingSettings;
use crate::sip_settings::SipSettings;

/// One node.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// `sqlite:PATH` or `postgres://USER@HOST/NAME`.
    pub database: String,
    /// Where HTTP is served.
    pub http: SocketAddr,
    /// Longest wait, at a clean stop, for live calls to end; in seconds.
    pub drain_s: u64,
    /// Signalling.
    pub sip: SipSettings,
    /// Audio.
    pub media: MediaSettings,
    /// Recordings of calls.
    pub recordings: RecordingSettings,
    /// Law packs beside those compiled in.
    pub law: LawSettings,
    /// Files that clients send.
    pub reception: ReceptionSettings,
    /// Where reports go by schedule.
    pub delivery: DeliverySettings,
}

/// Audio.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MediaSettings {
    /// Local address of every leg, one for each address family; those of `sip.bind` when empty.
    pub bind: OneOrSeveral<IpAddr>,
    /// First UDP port; 0 lets the system choose.
    pub port_first: u16,
    /// Last UDP port.
    pub port_last: u16,
    /// Media threads; 0 means one for every two processors.
    pub threads: usize,
    /// A leg that sends nothing for so many seconds is hung up.
    pub silence_s: u64,
    /// Language of the built-in message to abandoned callers: `es` or `en`.
    pub message: String,
    /// Pages that are phones.
    pub browser: BrowserSettings,
    /// The country whose tones are spoken to advisors, and understood before an answer.
    pub country: String,
    /// A recording for callers for whom nobody is ready, which says what their keys 1 and 9 do.
    pub inbound_message: Option<PathBuf>,
}

/// Bytes of a recording, and how long it may play: a caller listens to it.
const RECORDING_MAX: u64 = 16 * 1024 * 1024;
const RECORDING_LENGTH_MAX: Duration = Duration::from_secs(45);

impl MediaSettings {
    /// What callers hear for whom nobody is ready; without a recording, three tones.
    pub(crate) fn menu(&self) -> Result<Prompt, ConfigError> {
        let Some(path) = &self.inbound_message else {
            return Ok(Prompt::beeps(3));
        };
        let no = |why: String| {
            ConfigError::Setting(
                "media.inbound_message",
                format!("{}: {why}", path.display()),
            )
        };
        let unread = |error| ConfigError::Read(path.clone(), error);
        if fs::metadata(path).map_err(unread)?.len() > RECORDING_MAX {
            return Err(no("larger than 16 MiB".to_owned()));
        }
        let bytes = fs::read(path).map_err(unread)?;
        let prompt = Prompt::from_wav(&bytes).map_err(|error| no(error.to_string()))?;
        if prompt.duration() > RECORDING_LENGTH_MAX {
            return Err(no(
                "it plays for more than 45 s; record a shorter one".to_owned()
            ));
        }
        Ok(prompt)
    }
}

impl Default for Config {
    fn default() -> Config {
        Config {
            database: "sqlite:cadencia.db".to_owned(),
            http: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            drain_s: 30,
            sip: SipSettings::default(),
            media: MediaSettings::default(),
            recordings: RecordingSettings::default(),
            law: LawSettings::default(),
            reception: ReceptionSettings::default(),
            delivery: DeliverySettings::default(),
        }
    }
}

impl Default for MediaSettings {
    fn default() -> MediaSettings {
        MediaSettings {
            bind: OneOrSeveral::default(),
            port_first: 20_000,
            port_last: 29_999,
            threads: 0,
            silence_s: 30,
            message: "es".to_owned(),
            browser: BrowserSettings::default(),
            country: "co".to_owned(),
            inbound_message: None,
        }
    }
}

/// Why a configuration cannot be used.
#[derive(Debug)]
pub enum ConfigError {
    /// The file cannot be read.
    Read(PathBuf, std::io::Error),
    /// It is no TOML, or names a setting that does not exist.
    Parse(PathBuf, toml::de::Error),
    /// A setting makes no sense.
    Setting(&'static str, String),
}

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Read(path, error) => write!(
                f,
                "cannot read the configuration {}: {error}",
                path.display()
            ),
            Self::Parse(path, error) => {
                write!(f, "in the configuration {}: {error}", path.display())
            }
            Self::Setting(name, problem) => write!(f, "setting `{name}`: {problem}"),
        }
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads and checks a file.
    pub fn load(path: &Path) -> Result<Config, ConfigError> {
        let text =
            fs::read_to_string(path).map_err(|error| ConfigError::Read(path.to_owned(), error))?;
        let config: Config =
            toml::from_str(&text).map_err(|error| ConfigError::Parse(path.to_owned(), error))?;
        config.check()?;
        Ok(config)
    }

    /// Refuses what cannot work.
    pub fn check(&self) -> Result<(), ConfigError> {
        let no = |name, problem: &str| Err(ConfigError::Setting(name, problem.to_owned()));
        let schemes = ["sqlite:", "postgres://", "postgresql://"];
        if !schemes
            .iter()
            .any(|scheme| self.database.starts_with(scheme))
        {
            return no("database", "use sqlite:PATH or postgres://USER@HOST/NAME");
        }
        self.sip.check()?;
        let media = &self.media;
        if !media.bind.are_of_different_families() {
            return no("media.bind", ONE_EACH);
        }
        if media.port_first != 0 && media.port_last < media.port_first.saturating_add(1) {
            return no("media.port_last", "must lie above `media.port_first`");
        }
        if !matches!(media.message.as_str(), "es" | "en") {
            return no("media.message", "use \"es\" or \"en\"");
        }
        media.browser.check()?;
        if Country::of(&media.country).is_none() {
            let known: Vec<_> = Country::all()
                .iter()
                .map(|known| known.code.as_str())
                .collect();
            let words = format!("use one of {}", known.join(", "));
            return Err(ConfigError::Setting("media.country", words));
        }
        media.menu()?;
        self.recordings.check()?;
        self.reception.check()?;
        self.delivery.check()?;
        if !(5..=3_600).contains(&media.silence_s) {
            return no("media.silence_s", "from 5 to 3600 seconds");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_is_named_with_its_line() {
        let error = toml::from_str::<Config>("database = \"sqlite:x\"\nhtpp = \"127.0.0.1:1\"\n")
            .expect_err("there is no such setting")
            .to_string();
        assert!(
            error.contains("line 2") && error.contains("htpp"),
            "{error}"
        );
    }

    #[test]
    fn a_recording_for_callers_is_read_at_the_start_and_refused_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("entrantes.wav");
        let checked = || {
            let mut config = Config::default();
            config.media.inbound_message = Some(path.clone());
            config.check().map_err(|problem| problem.to_string())
        };
        assert!(checked().expect_err("no file").contains("entrantes.wav"));
        fs::write(&path, b"this is no recording").expect("our folder");
        let problem = checked().expect_err("no WAV");
        assert!(problem.contains("media.inbound_message"), "{problem}");
    }

    #[test]
    fn the_defaults_are_sound() {
        Config::default().check().expect("the defaults work");
    }
}
