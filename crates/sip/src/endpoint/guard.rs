//! Whom an endpoint hears at all: budgets of strangers, bans of those who guess, tools that scan.
//! Trunks and registered phones never come here.

use super::bans::{Ban, Bans};
use super::source_rate::SourceRate;
use crate::message::Request;
use std::net::IpAddr;
use std::time::Instant;

/// What tools that look for telephones to abuse call themselves, in lower case. Whoever runs one may
/// have it say something else: this spares answers, it is no wall.
const SCANNERS: [&str; 10] = [
    "friendly-scanner",
    "friendly-request",
    "sipvicious",
    "sip-scan",
    "sipscan",
    "sundayddr",
    "iwar",
    "sipcli",
    "vaxsipuseragent",
    "pplsip",
];

/// How often strangers were turned away; these only ever rise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TurnedAway {
    /// Messages beyond the budget of their source, or from a banned one: no answer.
    pub unheard: u64,
    /// Requests of tools that scan: no answer.
    pub scanners: u64,
    /// Logins with a wrong name or password.
    pub wrong_logins: u64,
    /// Sources shut out for a while.
    pub bans: u64,
}

#[derive(Debug)]
pub(super) struct Guard {
    /// False: everybody is heard, always.
    on: bool,
    rate: SourceRate,
    bans: Bans,
    pub(super) turned_away: TurnedAway,
}

impl Guard {
    /// `per_second` zero: no limit and no ban.
    pub(super) fn new(per_second: u32, now: Instant) -> Self {
        Self {
            on: per_second > 0,
            rate: SourceRate::new(per_second, now),
            bans: Bans::default(),
            turned_away: TurnedAway::default(),
        }
    }

    /// Before a message is even read: whether it is worth that.
    pub(super) fn is_shut(&mut self, now: Instant, source: IpAddr) -> bool {
        let shut =
            self.on && (self.bans.is_banned(now, source) || self.rate.is_flooding(now, source));
        self.turned_away.unheard += u64::from(shut);
        shut
    }

    /// Whether a source is shut out for guessing.
    pub(super) fn is_banned(&self, now: Instant, source: IpAddr) -> bool {
        self.on && self.bans.is_banned(now, source)
    }

    /// Counts a request of a stranger; says whether to take it.
    pub(super) fn admits(&mut self, now: Instant, source: IpAddr, request: &Request) -> bool {
        if self.on && is_scanner(request) {
            self.turned_away.scanners += 1;
            return false;
        }
        let admitted = self.rate.admits(now, source);
        self.turned_away.unheard += u64::from(!admitted);
        admitted
    }

    /// The same for a question that is no SIP.
    pub(super) fn admits_question(&mut self, now: Instant, source: IpAddr) -> bool {
        if self.is_shut(now, source) {
            return false;
        }
        let admitted = self.rate.admits(now, source);
        self.turned_away.unheard += u64::from(!admitted);
        admitted
    }

    /// A login was wrong. `proven`: its sender has the address it claims. `spare`: phones are
    /// registered at that address.
    pub(super) fn wrong(
        &mut self,
        now: Instant,
        source: IpAddr,
        user: &str,
        proven: bool,
        spare: bool,
    ) {
        self.turned_away.wrong_logins += 1;
        self.rate.penalise(now, source);
        if self.on && proven && self.bans.wrong(now, source, user, spare) {
            self.turned_away.bans += 1;
        }
    }

    /// A login was right.
    pub(super) fn right(&mut self, source: IpAddr, user: &str) {
        self.bans.right(source, user);
    }

    pub(super) fn is_locked(&self, now: Instant, source: IpAddr, user: &str) -> bool {
        self.bans.is_locked(now, source, user)
    }

    pub(super) fn bans(&self, now: Instant) -> Vec<Ban> {
        self.bans.list(now)
    }

    /// Hears a source again.
    pub(super) fn lift(&mut self, now: Instant, source: IpAddr) -> bool {
        self.rate.forgive(source);
        self.bans.lift(now, source)
    }
}

fn is_scanner(request: &Request) -> bool {
    let Some(agent) = request.headers.get("User-Agent") else {
        return false;
    };
    let agent = agent.to_ascii_lowercase();
    SCANNERS.iter().any(|scanner| agent.contains(scanner))
}
