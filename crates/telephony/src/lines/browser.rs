//! Lines whose phone is a page. The page offered the line when its shift began and keeps it up all
//! shift; no phone rings.
//!
//! ```text
//!   offer ──▶ Connecting ──▶ Up ◀──────── another leg connected ───────┐
//!                            └─ audio gone ─▶ Away ─ offer with token ─┘
//!                                              └─ too long ─▶ gone
//! ```
//! A page may lose its connection to us and keep its audio, and the other way round: each has its own
//! time to come back. Meanwhile the customer hears the hold tone, and the engine hears nothing. What is
//! done about it is in `pages.rs`.

use std::time::{Duration, Instant};

use domain::AttemptId;

use super::Line;
use crate::media::LegId;
use crate::page::{LineNews, PageId, Teller};

/// How long a customer waits for a page that is being loaded again: a browser that starts anew on a
/// slow machine takes a few seconds.
const AWAY_MAX: Duration = Duration::from_secs(10);
/// How long nobody may be given to such a page: it takes a second to load it again.
const IDLE_AWAY_MAX: Duration = Duration::from_secs(3);
/// How long a page may be without a connection while its audio goes on.
const UNSEEN_MAX: Duration = Duration::from_secs(60);
/// A page that is an agent's phone.
#[derive(Debug)]
pub(crate) struct BrowserLine {
    pub(super) page: PageId,
    pub(super) token: String,
    pub(super) tell: Teller,
    /// The leg that carries audio, if one does.
    pub(super) leg: Option<LegId>,
    /// The leg that was offered and is not connected yet, and since when.
    pub(super) next: Option<(LegId, Instant)>,
    /// The customer on it.
    pub(super) with: Option<AttemptId>,
    /// Whether the engine counts on it.
    pub(super) raised: bool,
    /// Since when no audio comes.
    pub(super) away: Option<Instant>,
    /// Since when the page has no connection.
    pub(super) unseen: Option<Instant>,
}

impl BrowserLine {
    /// Its leg, where it carries audio now and the engine knows of it.
    pub(super) fn up_leg(&self) -> Option<LegId> {
        self.leg.filter(|_| self.raised && self.away.is_none())
    }

    pub(super) fn is_raised(&self) -> bool {
        self.raised
    }

    pub(super) fn set_with(&mut self, attempt: Option<AttemptId>) {
        self.with = attempt;
    }

    pub(super) fn legs(&self) -> impl Iterator<Item = LegId> {
        let next = self.next.map(|(leg, _)| leg);
        self.leg.into_iter().chain(next)
    }

    /// Whether nobody else may have the line without being told so: somebody is there.
    pub(super) fn is_held(&self) -> bool {
        self.unseen.is_none() || self.leg.is_some()
    }

    pub(super) fn tell(&self, news: LineNews) {
        // A page that is gone is told nothing.
        let _ = self.tell.send(news);
    }

    pub(super) fn is_overdue(&self, now: Instant) -> Option<&'static str> {
        let over = |since: Option<Instant>, limit| since.is_some_and(|since| now >= since + limit);
        let limit = match self.with {
            Some(_) => AWAY_MAX,
            None => IDLE_AWAY_MAX,
        };
        if over(self.away, limit) {
            return Some("the page's audio does not come back");
        }
        over(self.unseen, UNSEEN_MAX).then_some("the page does not come back")
    }
}

impl Line {
    /// Whether a page is its phone.
    pub(crate) fn has_page(&self) -> bool {
        self.browser.is_some()
    }

    /// Whether a customer left a page: it stays up, and says silence.
    pub(super) fn left_browser(&mut self, attempt: AttemptId) -> Option<LegId> {
        let browser = self.browser.as_mut()?;
        if browser.with != Some(attempt) {
            return None;
        }
        browser.with = None;
        browser.leg
    }
}
