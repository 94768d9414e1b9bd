//! The settings of pages that are phones: where their audio is heard, and what they are told of that.

use std::net::{IpAddr, SocketAddr};

use serde::Deserialize;
use telephony::media::BrowserDoors;

use crate::config::{Config, ConfigError};

/// Above the ports of the other legs.
const PORT: u16 = 30_000;
/// More than any host has; each costs every page a check.
const ANNOUNCED_MAX: usize = 8;

/// Pages that are phones.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BrowserSettings {
    /// Whether advisors may use their page as their phone.
    pub enabled: bool,
    /// The UDP port of the first media thread; each thread takes the next one. The system chooses
    /// where it chooses those of the other legs.
    pub port: u16,
    /// The TCP port, one for all threads, of pages whose network lets no UDP pass; 0: there is none,
    /// since a port that nobody needs is one more to be looked after.
    pub tcp_port: u16,
    /// What pages are told to reach us at, where that is not the address of the audio (NAT).
    pub announced: Vec<IpAddr>,
}

impl Default for BrowserSettings {
    fn default() -> BrowserSettings {
        BrowserSettings {
            enabled: true,
            port: PORT,
            tcp_port: 0,
            announced: Vec::new(),
        }
    }
}

impl BrowserSettings {
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let no = |name, problem: &str| Err(ConfigError::Setting(name, problem.to_owned()));
        if self.announced.len() > ANNOUNCED_MAX {
            return no("media.browser.announced", "at most 8 addresses");
        }
        let reachable = |ip: &IpAddr| !ip.is_unspecified() && !ip.is_multicast();
        if !self.announced.iter().all(reachable) {
            return no(
                "media.browser.announced",
                "name the addresses that pages reach, not 0.0.0.0 or ::",
            );
        }
        Ok(())
    }
}

/// Where pages are heard, if they are.
pub(crate) fn doors(config: &Config) -> Option<BrowserDoors> {
    let browser = &config.media.browser;
    let told = match browser.announced.as_slice() {
        // What phones are told is true for pages too.
        [] => config
            .sip
            .advertised
            .all()
            .iter()
            .map(SocketAddr::ip)
            .collect(),
        told => told.to_vec(),
    };
    let chosen = |port| match config.media.port_first {
        0 => 0,
        _ => port,
    };
    browser.enabled.then_some(BrowserDoors {
        port: chosen(browser.port),
        tcp_port: (browser.tcp_port != 0).then(|| chosen(browser.tcp_port)),
        announced: told,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, String> {
        let config: Config = toml::from_str(text).map_err(|problem| problem.to_string())?;
        config.check().map_err(|problem| problem.to_string())?;
        Ok(config)
    }

    #[test]
    fn pages_are_told_what_is_announced_to_them_else_what_phones_are_told() {
        let told = |text: &str| doors(&read(text).expect("sound")).map(|doors| doors.announced);
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert_eq!(told(""), Some(vec![]));
        let advertised = "[sip]\nadvertised = \"203.0.113.10:5060\"\n";
        assert_eq!(told(advertised), Some(vec![ip("203.0.113.10")]));
        let both = format!("{advertised}[media.browser]\nannounced = [\"198.51.100.1\"]");
        assert_eq!(told(&both), Some(vec![ip("198.51.100.1")]));
        assert_eq!(told("[media.browser]\nenabled = false"), None);
    }

    #[test]
    fn pages_come_by_tcp_where_that_is_wanted() {
        let port = |text: &str| doors(&read(text).expect("sound")).and_then(|it| it.tcp_port);
        assert_eq!(port(""), None);
        assert_eq!(port("[media.browser]\ntcp_port = 443"), Some(443));
        let the_systems = "[media]\nport_first = 0\n[media.browser]\ntcp_port = 443";
        assert_eq!(port(the_systems), Some(0));
    }

    #[test]
    fn an_address_that_no_page_can_reach_is_refused_by_name() {
        let problem = read("[media.browser]\nannounced = [\"0.0.0.0\"]").expect_err("refused");
        assert!(problem.contains("media.browser.announced"), "{problem}");
    }
}
