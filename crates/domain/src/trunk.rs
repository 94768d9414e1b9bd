//! A SIP trunk as configured: where the carrier is and what it allows.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use crate::header_rule::{HEADER_RULES_MAX, HeaderRule};
use crate::number_rule::{NUMBER_RULES_MAX, NumberRule};
use crate::{PhoneNumber, TrunkId};

/// A text that must never be printed. `Debug` masks it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps it.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Which transport carries a trunk's signalling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TrunkTransport {
    /// Datagrams.
    Udp,
    /// A connection.
    Tcp,
    /// A connection inside TLS, to a carrier whose certificate bears the trunk's host.
    Tls,
}

/// Whether audio is protected, with keys in the signalling (SDES, RFC 4568). Keys are worth something
/// only where signalling is inside TLS, so none is offered elsewhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Srtp {
    /// No keys at all.
    Off,
    /// Offered beside audio in clear (RTP/AVP), which those without keys pass over.
    #[default]
    Offered,
    /// Offered alone (RTP/SAVP); whoever has none is not talked to.
    Required,
}

impl Srtp {
    /// Its word in settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Srtp::Off => "off",
            Srtp::Offered => "offered",
            Srtp::Required => "required",
        }
    }
}

impl FromStr for Srtp {
    type Err = InvalidTrunk;

    fn from_str(text: &str) -> Result<Srtp, InvalidTrunk> {
        let all = [Srtp::Off, Srtp::Offered, Srtp::Required];
        let found = all.into_iter().find(|srtp| srtp.as_str() == text);
        found.ok_or(InvalidTrunk("srtp is `off`, `offered` or `required`"))
    }
}

/// A trunk as configured.
#[derive(Clone, Debug, PartialEq)]
pub struct Trunk {
    /// Which.
    pub id: TrunkId,
    /// Unique name people use.
    pub name: String,
    /// Host name or IP address of the carrier.
    pub host: String,
    /// Port of the carrier; 0: as its name servers say.
    pub port: u16,
    /// Transport.
    pub transport: TrunkTransport,
    /// Calls at once the carrier allows.
    pub channels_max: u32,
    /// New calls per second the carrier allows.
    pub calls_per_second_max: f64,
    /// Digest credentials, where the carrier asks for them.
    pub credentials: Option<(String, Secret)>,
    /// How the called number is written; `+` and the E.164 digits where no rule fits.
    pub called: Vec<NumberRule>,
    /// How the calling number is written; likewise.
    pub calling: Vec<NumberRule>,
    /// How the caller is told.
    pub identity: CallerIdentity,
    /// What else its INVITEs bear, and what they do not.
    pub headers: Vec<HeaderRule>,
    /// For how long we register with the carrier, under the user of `credentials`; `None`: it knows
    /// us by our address.
    pub register: Option<Duration>,
    /// Whether its audio is protected.
    pub srtp: Srtp,
    /// Whether it may be used.
    pub enabled: bool,
}

/// Shortest registration asked for: less is a flood.
pub const REGISTER_EXPIRES_MIN: Duration = Duration::from_secs(60);
/// Longest registration asked for.
pub const REGISTER_EXPIRES_MAX: Duration = Duration::from_secs(86_400);

/// How a trunk is told who calls, beyond From (RFC 3325, RFC 5806, RFC 7044).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerIdentity {
    /// The user in From, where the carrier wants the account there and not the number.
    pub from_user: Option<String>,
    /// The host in From, where it is not our domain.
    pub from_domain: Option<String>,
    /// P-Asserted-Identity with the number.
    pub asserted: bool,
    /// Remote-Party-ID with the number, for carriers from before RFC 3325.
    pub remote_party: bool,
    /// Privacy: id, and an anonymous From: the called party is not shown the number.
    pub private: bool,
    /// Diversion from this number: the call passes for one that was forwarded.
    pub diversion: Option<PhoneNumber>,
    /// History-Info that says the same in the newer way.
    pub history_info: bool,
}

impl Default for CallerIdentity {
    fn default() -> CallerIdentity {
        CallerIdentity {
            from_user: None,
            from_domain: None,
            asserted: true,
            remote_party: false,
            private: false,
            diversion: None,
            history_info: false,
        }
    }
}

/// A trunk that cannot be; the text says what to change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidTrunk(pub &'static str);

impl fmt::Display for InvalidTrunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for InvalidTrunk {}

impl Trunk {
    /// A trunk of which nothing was said but where its carrier is: by datagrams to the usual port,
    /// with the caps of a small line.
    pub fn new(id: TrunkId, name: impl Into<String>, host: impl Into<String>) -> Trunk {
        Trunk {
            id,
            name: name.into(),
            host: host.into(),
            port: 5060,
            transport: TrunkTransport::Udp,
            channels_max: 30,
            calls_per_second_max: 10.0,
            credentials: None,
            called: Vec::new(),
            calling: Vec::new(),
            identity: CallerIdentity::default(),
            headers: Vec::new(),
            register: None,
            srtp: Srtp::default(),
            enabled: true,
        }
    }

    /// Refuses what cannot work.
    pub fn check(&self) -> Result<(), InvalidTrunk> {
        let no = |words| Err(InvalidTrunk(words));
        if self.name.trim().is_empty() || self.name.chars().any(char::is_control) {
            return no("the trunk has no name; give it one");
        }
        if self.host.is_empty() || !is_plain(&self.host) {
            return no("the trunk needs the host name or IP address of the carrier");
        }
        if !(1..=100_000).contains(&self.channels_max) {
            return no("a trunk carries from 1 to 100000 calls at once");
        }
        if !(0.1..=5_000.0).contains(&self.calls_per_second_max) {
            return no("a trunk takes from 0.1 to 5000 new calls a second");
        }
        let rules_max = self.called.len().max(self.calling.len());
        if rules_max > NUMBER_RULES_MAX || self.headers.len() > HEADER_RULES_MAX {
            return no("a trunk has at most 64 number rules of a kind and 32 header rules");
        }
        let lasts = REGISTER_EXPIRES_MIN..=REGISTER_EXPIRES_MAX;
        match self.register {
            Some(expires) if !lasts.contains(&expires) => {
                return no("a registration lasts from 60 s to 24 h");
            }
            Some(_) if self.credentials.is_none() => {
                return no("a trunk that registers needs the user and password of its account");
            }
            _ => {}
        }
        if self.srtp == Srtp::Required && self.transport != TrunkTransport::Tls {
            return no("keys of audio are secret only inside TLS: set the transport to tls");
        }
        let from = [&self.identity.from_user, &self.identity.from_domain];
        if from
            .into_iter()
            .flatten()
            .any(|text| !is_plain(text) || text.is_empty())
        {
            return no("the user and domain of From hold no blank or control character");
        }
        if self.identity.history_info && self.identity.diversion.is_none() {
            return no("History-Info tells from whom a call was diverted: give `diversion` too");
        }
        Ok(())
    }
}

fn is_plain(text: &str) -> bool {
    text.len() <= 255 && !text.chars().any(|c| c.is_control() || c.is_whitespace())
}
