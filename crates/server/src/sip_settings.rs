//! The settings of signalling: the places where SIP is heard, what others are told of them, whose
//! certificates are shown and believed.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use serde::Deserialize;
use telephony::{Causes, DigestAlgorithm, Listener, ListenerKind, OwnCertificate, TlsSettings};

use crate::addresses::{ONE_EACH, OneOrSeveral};
use crate::config::ConfigError;

/// Bytes of a table of causes.
const CAUSES_MAX: u64 = 256 * 1024;

/// Signalling.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SipSettings {
    /// Where SIP is heard, UDP and TCP; one for each address family.
    pub bind: OneOrSeveral<SocketAddr>,
    /// What others are told to reach us at, where that is not `bind`; by family likewise.
    pub advertised: OneOrSeveral<SocketAddr>,
    /// Digest realm and domain of the phones' addresses of record.
    pub domain: String,
    /// Digests offered to phones and taken from them, preferred first.
    pub digests: Vec<Digest>,
    /// How often the far side of a silent connection is asked whether it is there; in seconds.
    pub keep_alive_s: u64,
    /// How often the addresses of trunks are asked whether they are alive; in seconds, 0: never.
    pub options_s: u64,
    /// How long a call lasts of which neither side says again that it is there; in seconds, 0: without
    /// end.
    pub session_timer_s: u64,
    /// Whether the audio of phones is protected.
    pub phone_srtp: Srtp,
    /// Whom to ask for the addresses of trunks; empty: those that the machine asks.
    pub name_servers: Vec<SocketAddr>,
    /// A file that says otherwise than the built-in table what words of the network mean; see
    /// `cadencia causes`.
    pub causes: Option<PathBuf>,
    /// Whether the signalling of every call is kept, for `cadencia sip ladder`.
    pub ladders: bool,
    /// For how many days.
    pub ladder_days: u32,
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
    pub bind: OneOrSeveral<SocketAddr>,
    /// As `sip.tls.advertised`.
    pub advertised: OneOrSeveral<SocketAddr>,
    /// Whether inside TLS, with the certificate of `sip.tls`; else a proxy must see to that.
    pub tls: bool,
    /// The sites whose pages may come; empty: those of any.
    pub origins: Vec<String>,
}

impl Default for WebSocketSection {
    fn default() -> WebSocketSection {
        WebSocketSection {
            bind: OneOrSeveral::default(),
            advertised: OneOrSeveral::default(),
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
    pub bind: OneOrSeveral<SocketAddr>,
    /// What others are told to reach it at, where that is neither `bind` nor its port at the
    /// address of `sip.advertised`.
    pub advertised: OneOrSeveral<SocketAddr>,
    /// Our certificate and those between it and its authority, PEM.
    pub certificate: Option<PathBuf>,
    /// Its private key, PEM.
    pub key: Option<PathBuf>,
    /// The authorities of carriers' certificates, PEM; those the machine trusts when absent.
    pub authorities: Option<PathBuf>,
}

/// Whether the audio of phones is protected, with keys in their signalling (RFC 4568).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Srtp {
    /// Nowhere.
    Off,
    /// Where signalling is inside TLS and the phone can.
    Offered,
    /// A phone inside TLS that cannot is not talked to.
    Required,
}

impl Srtp {
    pub(crate) fn policy(self) -> domain::Srtp {
        match self {
            Self::Off => domain::Srtp::Off,
            Self::Offered => domain::Srtp::Offered,
            Self::Required => domain::Srtp::Required,
        }
    }
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

impl Default for SipSettings {
    fn default() -> SipSettings {
        SipSettings {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 5060)).into(),
            advertised: OneOrSeveral::default(),
            domain: "cadencia.local".to_owned(),
            digests: vec![Digest::Sha256, Digest::Md5],
            keep_alive_s: 30,
            options_s: 0,
            session_timer_s: 1_800,
            phone_srtp: Srtp::Offered,
            name_servers: Vec::new(),
            causes: None,
            ladders: true,
            ladder_days: 30,
            tls: TlsSection::default(),
            websocket: WebSocketSection::default(),
        }
    }
}

impl SipSettings {
    /// Every place where SIP is heard, UDP and TCP first.
    pub(crate) fn places(&self) -> Vec<Listener> {
        let websockets = match self.websocket.tls {
            true => ListenerKind::Wss,
            false => ListenerKind::Ws,
        };
        let (tls, pages) = (&self.tls, &self.websocket);
        let mut places = Vec::new();
        for (kind, bind, advertised) in [
            (ListenerKind::Plain, &self.bind, &self.advertised),
            (ListenerKind::Tls, &tls.bind, &tls.advertised),
            (websockets, &pages.bind, &pages.advertised),
        ] {
            places.extend(bind.all().iter().map(|&address| Listener {
                kind,
                address,
                advertised: advertised.alike(address).or_else(|| self.told_at(address)),
            }));
        }
        places
    }

    /// The port of `address` where others reach us already: 0 stands for it.
    fn told_at(&self, address: SocketAddr) -> Option<SocketAddr> {
        let told = self.advertised.alike(address)?;
        Some(SocketAddr::new(told.ip(), 0))
    }

    /// Our certificate, and whose others must be.
    pub fn certificates(&self) -> TlsSettings {
        let own = self.tls.certificate.clone().zip(self.tls.key.clone());
        TlsSettings {
            own: own.map(|(certificate, key)| OwnCertificate { certificate, key }),
            authorities: self.tls.authorities.clone(),
        }
    }

    /// What the words of the network mean here.
    pub fn causes(&self) -> Result<Causes, ConfigError> {
        let Some(path) = &self.causes else {
            return Ok(Causes::default());
        };
        let size = fs::metadata(path).map_err(|error| ConfigError::Read(path.clone(), error))?;
        let no = |why: String| ConfigError::Setting("sip.causes", why);
        if size.len() > CAUSES_MAX {
            return Err(no(format!("{} is no table of causes", path.display())));
        }
        let text =
            fs::read_to_string(path).map_err(|error| ConfigError::Read(path.clone(), error))?;
        Causes::with_site(&text).map_err(|wrong| no(format!("{}, {wrong}", path.display())))
    }

    /// Refuses what cannot work.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let no = |name, problem: &str| Err(ConfigError::Setting(name, problem.to_owned()));
        if self.domain.is_empty() || self.domain.contains(|c: char| c.is_whitespace()) {
            return no("sip.domain", "a host name, such as cadencia.example");
        }
        if self.digests.is_empty() {
            return no(
                "sip.digests",
                "phones need one: \"SHA-256\", \"MD5\" or both",
            );
        }
        if !(5..=3_600).contains(&self.keep_alive_s) {
            return no("sip.keep_alive_s", "from 5 to 3600 seconds");
        }
        if self.options_s != 0 && !(5..=3_600).contains(&self.options_s) {
            return no("sip.options_s", "from 5 to 3600 seconds, or 0");
        }
        if self.session_timer_s != 0 && !(90..=86_400).contains(&self.session_timer_s) {
            return no("sip.session_timer_s", "from 90 to 86400 seconds, or 0");
        }
        self.causes()?;
        if !(1..=3_650).contains(&self.ladder_days) {
            return no(
                "sip.ladder_days",
                "from 1 to 3650 days; `ladders = false` keeps none",
            );
        }
        self.check_addresses()?;
        self.check_certificate()?;
        let site = |origin: &String| {
            let host = origin.split_once("://").map_or("", |(_, host)| host);
            !host.is_empty() && !host.contains(['/', ' '])
        };
        if !self.websocket.origins.iter().all(site) {
            return no(
                "sip.websocket.origins",
                "sites as browsers write them, such as \"https://cadencia.example\"",
            );
        }
        Ok(())
    }

    fn check_addresses(&self) -> Result<(), ConfigError> {
        let no = |name, problem: &str| Err(ConfigError::Setting(name, problem.to_owned()));
        if self.bind.all().is_empty() {
            return no("sip.bind", ONE_EACH);
        }
        for (name, addresses) in [
            ("sip.bind", &self.bind),
            ("sip.advertised", &self.advertised),
            ("sip.tls.bind", &self.tls.bind),
            ("sip.tls.advertised", &self.tls.advertised),
            ("sip.websocket.bind", &self.websocket.bind),
            ("sip.websocket.advertised", &self.websocket.advertised),
        ] {
            if !addresses.are_of_different_families() {
                return no(name, ONE_EACH);
            }
        }
        let untold =
            |place: &Listener| place.address.ip().is_unspecified() && place.advertised.is_none();
        if self.places().iter().any(untold) {
            return no(
                "sip.advertised",
                "needed when SIP is heard on every address: others must be told one",
            );
        }
        Ok(())
    }

    fn check_certificate(&self) -> Result<(), ConfigError> {
        let no = |name, problem: &str| Err(ConfigError::Setting(name, problem.to_owned()));
        let tls = &self.tls;
        if tls.certificate.is_some() != tls.key.is_some() {
            return no(
                "sip.tls.key",
                "certificate and key go together: name both files",
            );
        }
        if tls.certificate.is_some() {
            return Ok(());
        }
        if !tls.bind.all().is_empty() {
            return no(
                "sip.tls.certificate",
                "needed with `sip.tls.bind`, and so is the key",
            );
        }
        if self.websocket.tls && !self.websocket.bind.all().is_empty() {
            return no(
                "sip.tls.certificate",
                "needed with `sip.websocket.bind`, and so is the key; or set `sip.websocket.tls` \
                 to false and put a proxy with TLS before it",
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn every_address_needs_one_to_tell() {
        let config: Config = toml::from_str("[sip]\nbind = \"0.0.0.0:5060\"").expect("TOML");
        assert!(config.check().is_err());
    }

    #[test]
    fn a_place_for_tls_needs_a_certificate_and_an_address_to_tell() {
        let read = |text: &str| {
            let config: Config = toml::from_str(text).expect("TOML");
            config.check().map(|()| config.sip.places())
        };
        let files = "certificate = \"a.pem\"\nkey = \"b.pem\"\n";
        read("[sip.tls]\nbind = \"127.0.0.1:5061\"").expect_err("no certificate");
        read("[sip.tls]\nkey = \"b.pem\"").expect_err("a key alone");
        let every = format!("[sip.tls]\nbind = \"0.0.0.0:5061\"\n{files}");
        read(&every).expect_err("nothing to tell");
        let told = format!("[sip]\nadvertised = \"203.0.113.10:5060\"\n{every}");
        let places = read(&told).expect("sound");
        assert_eq!(places[1].advertised, Some(([203, 0, 113, 10], 0).into()));
    }

    #[test]
    fn a_place_for_pages_needs_a_certificate_or_a_proxy_and_sites_that_are_some() {
        let read = |text: &str| {
            let text = format!("[sip.websocket]\nbind = \"127.0.0.1:8443\"\n{text}");
            let config: Config = toml::from_str(&text).expect("TOML");
            config.check().map(|()| config.sip.places())
        };
        read("").expect_err("no certificate");
        let places = read("tls = false\norigins = [\"https://a.example\"]").expect("sound");
        assert_eq!(places[1].kind, ListenerKind::Ws);
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
