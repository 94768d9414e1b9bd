//! The abandon ledger of each campaign: how many more of those who answer in the law's period may find no agent. Where
//! the law says so, no call leaves whose expected abandonment, with that of the calls in flight, would overdraw it; then only as many leave as
//! agents stand ready. What pacing aims at is its own affair, well under the limit: this is the last gate.

use domain::{CampaignId, DialMode, Rate, Timestamp};
use law::{AbandonLedger, Pack};

use crate::Engine;
use crate::call::{Call, Phase};
use crate::gates::Closed;
use crate::run::Run;

/// The ledger of the period under way.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Period {
    /// When the campaign's first call left.
    first: Option<Timestamp>,
    /// When the next period begins; known once a call left.
    until: Option<Timestamp>,
    counts: AbandonLedger,
}

impl Period {
    /// As an earlier engine left it.
    pub(crate) fn restore(
        &mut self,
        pack: Option<&Pack>,
        first: Option<Timestamp>,
        counts: AbandonLedger,
        now: Timestamp,
    ) {
        self.first = first;
        self.until = first.and_then(|first| end(pack, first, now));
        self.counts = counts;
    }

    /// A call left.
    pub(crate) fn placed(&mut self, pack: Option<&Pack>, now: Timestamp) {
        if self.first.is_none() {
            self.first = Some(now);
            self.until = end(pack, now, now);
        }
        self.roll(pack, now);
    }

    /// A person picked up.
    pub(crate) fn answered(&mut self) {
        self.counts.live += 1;
    }

    /// And found no agent.
    pub(crate) fn abandoned(&mut self) {
        self.counts.abandoned += 1;
    }

    /// Begins the next period where this one is over.
    fn roll(&mut self, pack: Option<&Pack>, now: Timestamp) {
        if self.until.is_some_and(|until| until <= now) {
            self.counts = AbandonLedger::default();
            self.until = self.first.and_then(|first| end(pack, first, now));
        }
    }
}

fn end(pack: Option<&Pack>, first: Timestamp, now: Timestamp) -> Option<Timestamp> {
    Some(pack?.abandon_period(first, now)?.1)
}

impl Run {
    /// The stricter of the law's limit and the campaign's.
    fn abandon_limit(&self) -> Rate {
        let own = self.campaign.abandon_limit;
        let law = self.pack.as_ref().map(|pack| pack.abandon_limit());
        law.filter(|law| law.get() < own.get()).unwrap_or(own)
    }

    /// How many more may be abandoned in this period; none while nobody has answered in it.
    pub(crate) fn abandons_left(&self) -> Option<i64> {
        let counts = self.period.counts;
        (counts.live > 0).then(|| counts.left(self.abandon_limit()))
    }

    /// The same where its law has the ledger hold each call.
    fn abandons_held(&self) -> Option<i64> {
        let pack = self.pack.as_ref()?;
        let binds = pack.abandon_binds(self.period.counts);
        binds.then(|| self.period.counts.left(self.abandon_limit()))
    }
}

impl Engine {
    /// How many of the calls just decided on the ledger lets out.
    pub(crate) fn ledger_lets(&self, id: CampaignId, dial: u32) -> u32 {
        match self.ledger_room(id) {
            None => dial,
            Some(room) => dial.min(u32::try_from(room).unwrap_or(0)),
        }
    }

    /// Whether a call about to leave would overdraw the ledger of its campaign.
    pub(crate) fn abandon_gate(&self, call: &Call) -> Result<(), Closed> {
        let Some(run) = self.runs.get(&call.intent.campaign) else {
            return Ok(());
        };
        let Some(pack) = run.pack.as_ref().filter(|_| call.intent.agent.is_none()) else {
            return Ok(());
        };
        // It is one of the lines counted.
        let room = self.ledger_room(call.intent.campaign);
        if room.is_none_or(|room| room >= 0) {
            return Ok(());
        }
        Err(Closed {
            gate: pack.abandon_gate(),
            until: self.now,
            words: "one more call could be abandoned, and the period has none to spare".to_owned(),
        })
    }

    /// For how many lines more, beside those there are, the ledger and agents who are ready suffice (negative: for
    /// so many fewer). None where it binds nobody: expected abandonment stays within what is left.
    fn ledger_room(&self, id: CampaignId) -> Option<i64> {
        let run = self.runs.get(&id)?;
        let mode = run.campaign.mode;
        let left = run
            .abandons_held()
            .filter(|_| !matches!(mode, DialMode::Progressive | DialMode::Preview))?;
        let left = left.max(0);
        // Of lines at a fixed ratio nobody knows the risk: each beyond the agents counts whole.
        if mode == DialMode::Power {
            return Some(self.lines_to_spare(id).saturating_add(left));
        }
        let answer = run.pace.last().and_then(|last| last.answer_chance());
        let (calls, risk) = run.pace.in_flight();
        let expected = risk * answer.unwrap_or(1.0);
        if expected <= left as f64 {
            return None;
        }
        // Whoever answers adds to the ledger too. A call less likely to be abandoned than the limit is never the one
        // that overdraws it, once what was abandoned already lies under the limit.
        let coming = calls * answer.unwrap_or(0.0);
        let (limit, counts) = (run.abandon_limit().get(), run.period.counts);
        let allowed = limit * (counts.live as f64 + coming);
        let overdrawn = counts.abandoned as f64 + expected > allowed;
        overdrawn.then(|| self.lines_to_spare(id))
    }

    /// Agents who are ready, less the lines that may yet want one.
    fn lines_to_spare(&self, id: CampaignId) -> i64 {
        let lines = self.calls.iter().filter(|call| {
            let wants_agent = call.is_in_flight() || call.phase == Phase::Waiting;
            call.intent.campaign == id && call.intent.agent.is_none() && wants_agent
        });
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        count(self.ready(id)) - count(lines.count())
    }
}
