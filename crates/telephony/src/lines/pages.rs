//! What becomes of a line whose phone is a page: offered, connected, away, taken over, given up.

use std::time::{Duration, Instant};

use domain::AgentId;
use engine::LineEvent;

use super::browser::BrowserLine;
use crate::exchange::{Exchange, Owner};
use crate::media::LegId;
use crate::page::{LineAnswer, LineNews, LineOffer, LineRefused, PageId, PageOrder, Teller};

/// How long an offered leg may take to be connected.
const CONNECTING_MAX: Duration = Duration::from_secs(15);

impl Exchange {
    pub(crate) fn page_order(&mut self, now: Instant, agent: AgentId, order: PageOrder) {
        match order {
            PageOrder::Offer(offer, answer) => {
                // Whoever asked and is gone is missed by their connection.
                let _ = answer.send(self.line_offered(now, agent, *offer));
            }
            PageOrder::Resume {
                page,
                token,
                tell,
                answer,
            } => {
                let _ = answer.send(self.resume_line(agent, page, &token, tell));
            }
            PageOrder::Lost(page) => {
                if let Some(line) = self.browser_of(agent, page) {
                    line.unseen = Some(now);
                }
            }
            PageOrder::End(page) => {
                if self.browser_of(agent, page).is_some() {
                    self.end_browser_line(agent, "the page gave the line up");
                }
            }
        }
    }

    fn browser_of(&mut self, agent: AgentId, page: PageId) -> Option<&mut BrowserLine> {
        let line = self.lines.get_mut(&agent)?.browser.as_mut();
        line.filter(|line| line.page == page)
    }

    fn line_offered(
        &mut self,
        now: Instant,
        agent: AgentId,
        offer: LineOffer,
    ) -> Result<LineAnswer, LineRefused> {
        if self.stopping {
            return Err(LineRefused::Stopping);
        }
        let line = self.lines.get(&agent).ok_or(LineRefused::Unknown)?;
        if !line.is_down() || line.raised {
            return Err(LineRefused::PhoneInUse);
        }
        let former = line.browser.as_ref();
        let is_its_own = former.is_none_or(|former| {
            former.page == offer.page || offer.resume.as_ref() == Some(&former.token)
        });
        let may = is_its_own || offer.take_over || !former.is_some_and(BrowserLine::is_held);
        if !may {
            return Err(LineRefused::Taken);
        }
        let (leg, sdp) = self.media.open_browser(&offer.sdp)?;
        self.own_leg(leg.id, Owner::Line(agent));
        let resume = offer.token.clone();
        let former = self
            .lines
            .get_mut(&agent)
            .and_then(|line| line.browser.take());
        let line = self.succeed(now, former, offer, leg.id);
        if let Some(known) = self.lines.get_mut(&agent) {
            known.browser = Some(line);
        }
        Ok(LineAnswer { sdp, resume })
    }

    /// The line as the page has it that offered last. What carries audio goes on until the new leg does.
    fn succeed(
        &mut self,
        now: Instant,
        former: Option<BrowserLine>,
        offer: LineOffer,
        leg: LegId,
    ) -> BrowserLine {
        let mut line = BrowserLine {
            page: offer.page,
            token: offer.token,
            tell: offer.tell,
            leg: None,
            next: Some((leg, now)),
            with: None,
            raised: false,
            away: None,
            unseen: None,
        };
        let Some(former) = former else { return line };
        if former.page != line.page {
            former.tell(LineNews::Taken);
        }
        if let Some((unused, _)) = former.next {
            self.forget_leg(unused);
        }
        BrowserLine {
            leg: former.leg,
            with: former.with,
            raised: former.raised,
            away: former.away,
            next: line.next.take(),
            ..line
        }
    }

    fn resume_line(
        &mut self,
        agent: AgentId,
        page: PageId,
        token: &str,
        tell: Teller,
    ) -> Result<bool, LineRefused> {
        let line = self.lines.get_mut(&agent);
        let line = line.and_then(|line| line.browser.as_mut());
        let line = line.filter(|line| line.token == token);
        let line = line.ok_or(LineRefused::Unknown)?;
        line.page = page;
        line.tell = tell;
        line.unseen = None;
        Ok(line.leg.is_some() && line.away.is_none())
    }

    /// Raises a line whose phone is a page. One that is not connected yet says so when it is, and is
    /// then asked for again.
    pub(super) fn raise_browser_line(&mut self, agent: AgentId) {
        let line = self.lines.get_mut(&agent);
        let Some(line) = line.and_then(|line| line.browser.as_mut()) else {
            return;
        };
        if line.leg.is_some() && line.away.is_none() {
            line.raised = true;
            self.line_up(agent);
        }
    }

    /// A leg of a page carries audio.
    pub(crate) fn browser_connected(&mut self, agent: AgentId, leg: LegId) {
        let line = self.lines.get_mut(&agent);
        let Some(line) = line.and_then(|line| line.browser.as_mut()) else {
            return;
        };
        let former = match (line.leg, line.next) {
            (Some(known), _) if known == leg => None,
            (known, Some((next, _))) if next == leg => {
                line.next = None;
                line.leg = Some(leg);
                known
            }
            // It was given up, or came back after it was.
            _ => return self.forget_leg(leg),
        };
        line.away = None;
        line.tell(LineNews::Up);
        let (raised, with) = (line.raised, line.with);
        if let Some(former) = former {
            self.forget_leg(former);
        }
        match with {
            Some(attempt) if raised => self.join(attempt),
            _ if raised => {}
            _ => self.report_line(agent, LineEvent::Registered),
        }
    }

    /// A leg of a page carries no audio any more; `left`: and will not again.
    pub(crate) fn browser_away(&mut self, now: Instant, agent: AgentId, leg: LegId, left: bool) {
        if left {
            self.forget_leg(leg);
        }
        let line = self.lines.get_mut(&agent);
        let Some(line) = line.and_then(|line| line.browser.as_mut()) else {
            return;
        };
        if line.next.is_some_and(|(next, _)| next == leg) {
            if left {
                line.next = None;
                line.tell(LineNews::Away);
            }
            return;
        }
        if line.leg != Some(leg) {
            return;
        }
        if left {
            line.leg = None;
        }
        // One that has not left may be heard again, and says so.
        line.away.get_or_insert(now);
        line.tell(LineNews::Away);
        if let Some(attempt) = line.with.filter(|_| line.raised) {
            self.join(attempt);
        }
    }

    /// Whether an agent's page is being loaded again.
    pub(crate) fn is_browser_away(&self, agent: AgentId) -> bool {
        let line = self.lines.get(&agent);
        let line = line.and_then(|line| line.browser.as_ref());
        line.is_some_and(|line| line.raised && line.away.is_some())
    }

    /// Gives up pages that do not come back, and legs that come to nothing.
    pub(crate) fn end_overdue_pages(&mut self, now: Instant) {
        let mut overdue = Vec::new();
        let mut unused = Vec::new();
        for (agent, line) in &mut self.lines {
            let Some(browser) = line.browser.as_mut() else {
                continue;
            };
            if let Some(why) = browser.is_overdue(now) {
                overdue.push((*agent, why));
            } else if let Some((leg, since)) = browser.next
                && now >= since + CONNECTING_MAX
            {
                browser.next = None;
                browser.tell(LineNews::Away);
                unused.push(leg);
                if browser.leg.is_none() {
                    browser.away.get_or_insert(now);
                }
            }
        }
        unused.into_iter().for_each(|leg| self.forget_leg(leg));
        for (agent, why) in overdue {
            self.end_browser_line(agent, why);
        }
    }

    /// The page is not the phone any more; whoever was on it, and the engine, hear of it.
    pub(crate) fn end_browser_line(&mut self, agent: AgentId, why: &str) {
        let Some(line) = self.lines.get_mut(&agent) else {
            return;
        };
        let registered = line.registered;
        let Some(browser) = line.browser.take() else {
            return;
        };
        browser.tell(LineNews::Gone);
        browser.legs().for_each(|leg| self.forget_leg(leg));
        if !registered {
            self.report_line(agent, LineEvent::Unregistered);
        }
        if let Some(attempt) = browser.with {
            self.agent_dropped(attempt, agent);
        }
        if browser.raised {
            self.line_down(agent, why);
        }
    }

    /// The engine wants no line any more; the page stays ready for the next shift.
    pub(super) fn lower_browser_line(&mut self, agent: AgentId) {
        let line = self.lines.get_mut(&agent);
        let Some(browser) = line.and_then(|line| line.browser.as_mut()) else {
            return;
        };
        browser.raised = false;
        browser.with = None;
        if let Some(leg) = browser.leg {
            self.media.unbridge(leg);
        }
    }
}
