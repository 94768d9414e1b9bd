//! The configuration file of one node: where it listens and where its record
//! is. Everything else (campaigns, trunks, agents) lives in the store.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use telephony::{DigestAlgorithm, Listener, ListenerKind, OwnCertificate, TlsSettings};

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
}

/// Signalling.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SipSettings {
    /// Where SIP is heard, UDP and TCP.
    pub bind: SocketAddr,
    /// What others are told to reach us at, where that is not `bind`.
    pub advertised: Option<SocketAddr>,
    /// Digest realm and domain of the phones' addresses of record.
    pub domain: String,
    /// Digests offered to phones and taken from them, preferred first.
    pub digests: Vec<Digest>,
    /// How often the far side of a silent connection is asked whether it is there; in seconds.
    pub keep_alive_s: u64,
    /// Signalling inside TLS.
    pub tls: TlsSection,
    /// Signalling of pages in browsers.
    pub websocket: WebSocketSection,
}

/// Signalling of pages in browsers (RFC 7118).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebSocketSection {
    /// Where it is heard.
    pub bind: Option<SocketAddr>,
    /// As `sip.tls.advertised`.
    pub advertised: Option<SocketAddr>,
    /// Whether inside TLS, with the certificate of `sip.tls`; else a proxy must see to that.
    pub tls: bool,
    /// The sites whose pages may come; empty: those of any.
    pub origins: Vec<String>,
}

impl Default for WebSocketSection {
    fn default() -> WebSocketSection {
        WebSocketSection {
            bind: None,
            advertised: None,
            tls: true,
            origins: Vec::new(),
        }
    }
}

/// Signalling inside TLS.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TlsSection {
    /// Where it is heard.
    pub bind: Option<SocketAddr>,
    /// What others are told to reach it at, where that is neither `bind` nor its port at the
    /// address of `sip.advertised`.
    pub advertised: Option<SocketAddr>,
    /// Our certificate and those between it and its authority, PEM.
    pub certificate: Option<PathBuf>,
    /// Its private key, PEM.
    pub key: Option<PathBuf>,
    /// The authorities of carriers' certificates, PEM; those the machine trusts when absent.
    pub authorities: Option<PathBuf>,
}

/// A digest by its name in headers (RFC 8760).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Digest {
    /// What RFC 8760 wants.
    #[serde(rename = "SHA-256")]
    Sha256,
    /// All that older phones know.
    #[serde(rename = "MD5")]
    Md5,
}

impl Digest {
    pub(crate) fn algorithm(self) -> DigestAlgorithm {
        match self {
            Self::Sha256 => DigestAlgorithm::Sha256,
            Self::Md5 => DigestAlgorithm::Md5,
        }
    }
}

/// Audio.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MediaSettings {
    /// Local address of every leg; that of `sip.bind` when absent.
    pub bind: Option<IpAddr>,
    /// First UDP port; 0 lets the system choose.
    pub port_first: u16,
    /// Last UDP port.
    pub port_last: u16,
    /// Media threads; 0 means one for every two processors.
    pub threads: usize,
    /// A leg that sends nothing for so many seconds is hung up.
    pub silence_s: u64,
    /// Language of the message to abandoned callers: `es` or `en`.
    pub message: String,
}

impl Default for Config {
    fn default() -> Config {
        Config {
            database: "sqlite:cadencia.db".to_owned(),
            http: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            drain_s: 30,
            sip: SipSettings::default(),
            media: MediaSettings::default(),
        }
    }
}

impl Default for SipSettings {
    fn default() -> SipSettings {
        SipSettings {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 5060)),
            advertised: None,
            domain: "cadencia.local".to_owned(),
            digests: vec![Digest::Sha256, Digest::Md5],
            keep_alive_s: 30,
            tls: TlsSection::default(),
            websocket: WebSocketSection::default(),
        }
    }
}

impl Default for MediaSettings {
    fn default() -> MediaSettings {
        MediaSettings {
            bind: None,
            port_first: 20_000,
            port_last: 29_999,
            threads: 0,
            silence_s: 30,
            message: "es".to_owned(),
        }
    }
}

impl SipSettings {
    /// Every place where SIP is heard besides `bind`.
    pub(crate) fn more_places(&self) -> Vec<Listener> {
        let tls = self.tls.bind.map(|address| Listener {
            kind: ListenerKind::Tls,
            address,
            advertised: self.tls.advertised.or_else(|| self.told_at(address)),
        });
        let websocket = &self.websocket;
        let websocket = websocket.bind.map(|address| Listener {
            kind: match websocket.tls {
                true => ListenerKind::Wss,
                false => ListenerKind::Ws,
            },
            address,
            advertised: websocket.advertised.or_else(|| self.told_at(address)),
        });
        tls.into_iter().chain(websocket).collect()
    }

    /// The port of `address` where others reach us already: 0 stands for it.
    fn told_at(&self, address: SocketAddr) -> Option<SocketAddr> {
        let told = self.advertised?.ip();
        (told.is_ipv4() == address.is_ipv4()).then(|| SocketAddr::new(told, 0))
    }

    pub(crate) fn certificates(&self) -> TlsSettings {
        let own = self.tls.certificate.clone().zip(self.tls.key.clone());
        TlsSettings {
            own: own.map(|(certificate, key)| OwnCertificate { certificate, key }),
            authorities: self.tls.authorities.clone(),
        }
    }

    fn check_more_places(&self) -> Result<(), ConfigError> {
        let no = |name, problem: &str| Err(ConfigError::Setting(name, problem.to_owned()));
        let tls = &self.tls;
        if tls.certificate.is_some() != tls.key.is_some() {
            return no(
                "sip.tls.key",
                "certificate and key go together: name both files",
            );
        }
        if tls.bind.is_some() && tls.certificate.is_none() {
            return no(
                "sip.tls.certificate",
                "needed with `sip.tls.bind`, and so is the key",
            );
        }
        let websocket = &self.websocket;
        if websocket.bind.is_some() && websocket.tls && tls.certificate.is_none() {
            return no(
                "sip.tls.certificate",
                "needed with `sip.websocket.bind`, and so is the key; or set `sip.websocket.tls` \
                 to false and put a proxy with TLS before it",
            );
        }
        let site = |origin: &String| {
            let host = origin.split_once("://").map_or("", |(_, host)| host);
            !host.is_empty() && !host.contains(['/', ' '])
        };
        if !websocket.origins.iter().all(site) {
            return no(
                "sip.websocket.origins",
                "sites as browsers write them, such as \"https://cadencia.example\"",
            );
        }
        let mut untold = self.more_places().into_iter();
        let untold =
            untold.find(|place| place.address.ip().is_unspecified() && place.advertised.is_none());
        match untold {
            Some(_) => no(
                "sip.advertised",
                "needed when SIP is heard on every address: others must be told one",
            ),
            None => Ok(()),
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
        if self.sip.bind.ip().is_unspecified() && self.sip.advertised.is_none() {
            return no(
                "sip.advertised",
                "needed when `sip.bind` is every address: others must be told one",
            );
        }
        if self.sip.domain.is_empty() || self.sip.domain.contains(|c: char| c.is_whitespace()) {
            return no("sip.domain", "a host name, such as cadencia.example");
        }
        if self.sip.digests.is_empty() {
            return no(
                "sip.digests",
                "phones need one: \"SHA-256\", \"MD5\" or both",
            );
        }
        if !(5..=3_600).contains(&self.sip.keep_alive_s) {
            return no("sip.keep_alive_s", "from 5 to 3600 seconds");
        }
        self.sip.check_more_places()?;
        let media = &self.media;
        if media.port_first != 0 && media.port_last < media.port_first.saturating_add(1) {
            return no("media.port_last", "must lie above `media.port_first`");
        }
        if !matches!(media.message.as_str(), "es" | "en") {
            return no("media.message", "use \"es\" or \"en\"");
        }
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
    fn the_defaults_are_sound() {
        Config::default().check().expect("the defaults work");
    }

    #[test]
    fn every_address_needs_one_to_tell() {
        let config: Config = toml::from_str("[sip]\nbind = \"0.0.0.0:5060\"").expect("TOML");
        assert!(config.check().is_err());
    }

    #[test]
    fn a_place_for_tls_needs_a_certificate_and_an_address_to_tell() {
        let read = |text: &str| {
            let config: Config = toml::from_str(text).expect("TOML");
            config.check().map(|()| config.sip.more_places())
        };
        let files = "certificate = \"a.pem\"\nkey = \"b.pem\"\n";
        read("[sip.tls]\nbind = \"127.0.0.1:5061\"").expect_err("no certificate");
        read("[sip.tls]\nkey = \"b.pem\"").expect_err("a key alone");
        let every = format!("[sip.tls]\nbind = \"0.0.0.0:5061\"\n{files}");
        read(&every).expect_err("nothing to tell");
        let told = format!("[sip]\nadvertised = \"203.0.113.10:5060\"\n{every}");
        let places = read(&told).expect("sound");
        assert_eq!(places[0].advertised, Some(([203, 0, 113, 10], 0).into()));
    }

    #[test]
    fn a_place_for_pages_needs_a_certificate_or_a_proxy_and_sites_that_are_some() {
        let read = |text: &str| {
            let text = format!("[sip.websocket]\nbind = \"127.0.0.1:8443\"\n{text}");
            let config: Config = toml::from_str(&text).expect("TOML");
            config.check().map(|()| config.sip.more_places())
        };
        read("").expect_err("no certificate");
        let places = read("tls = false\norigins = [\"https://a.example\"]").expect("sound");
        assert_eq!(places[0].kind, ListenerKind::Ws);
        read("tls = false\norigins = [\"https://a.example/\"]").expect_err("no site");
    }

    #[test]
    fn digests_are_known_by_name_and_one_at_least_is_offered() {
        let read = |list: &str| toml::from_str::<Config>(&format!("[sip]\ndigests = [{list}]"));
        let old = read("\"MD5\"").expect("a digest");
        assert_eq!(old.sip.digests, [Digest::Md5]);
        old.check().expect("phones can log in");
        read("")
            .expect("TOML")
            .check()
            .expect_err("no phone can log in");
        let error = read("\"SHA-1\"").expect_err("no such digest").to_string();
        assert!(error.contains("SHA-256"), "{error}");
    }
}
