//! Keeping hoppers filled with a few seconds of demand, and noticing when a
//! campaign has nothing left.

use std::time::Duration;

use campaigns::{Hopper, defer, exhaust, give_back, over_budget};
use domain::{CampaignId, CampaignState, Event, Timestamp, WorkItem, WorkState, WorkUpdate};

use crate::gates::own_gate;
use crate::timers::Timer;
use crate::{Command, Engine};

/// Demand the hopper holds: enough to outlast a slow answer of the store,
/// little enough that work leased is work dialed.
const HOLDS: f64 = 4.0;
/// The least it holds, so that the first call of a shift finds someone.
const HOLDS_MIN: usize = 10;
/// An answer that does not come within this is asked for again.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// Pause after an answer that brought nothing.
const AFTER_NOTHING: Duration = Duration::from_secs(2);
/// The store is asked again at least so often: a supervisor may have brought a call-back forward.
const NOTHING_DUE_MAX: Duration = Duration::from_secs(60);
/// The same where those alone are asked for who agreed to other hours.
const AFTER_NOBODY_AGREED: Duration = Duration::from_secs(60);
/// Work with a person who waits under another record already comes back so
/// much later.
const SAME_PERSON_LATER: Duration = Duration::from_secs(60);
/// The store says "nothing left" this often in a row before it is believed:
/// the last work given back may not have been durable when it first did.
const NOTHING_LEFT_TIMES: u8 = 2;

/// What is known of the store's supply.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Feed {
    asked: Option<Timestamp>,
    ask_from: Timestamp,
    /// Answers in a row that said nothing is left.
    nothing_left: u8,
    /// Those alone are asked for who agreed to other hours than these.
    agreed_alone: bool,
    /// Intents a second, lately.
    demand: f64,
    intents: u32,
}

impl Feed {
    /// An intent was made.
    pub(crate) fn took(&mut self) {
        self.intents += 1;
    }

    /// A second went by.
    pub(crate) fn second(&mut self) {
        self.demand += 0.1 * (f64::from(self.intents) - self.demand);
        self.intents = 0;
    }

    /// Work will be due again.
    pub(crate) fn due_at(&mut self, at: Timestamp) {
        self.nothing_left = 0;
        self.ask_from = self.ask_from.min(at);
    }

    /// The campaign starts: nothing known holds any more.
    pub(crate) fn restart(&mut self) {
        *self = Feed {
            demand: self.demand,
            agreed_alone: self.agreed_alone,
            ..Feed::default()
        };
    }

    /// Whose work is asked for from now on; true where that is news.
    pub(crate) fn lease_of(&mut self, agreed_alone: bool, now: Timestamp) -> bool {
        if self.agreed_alone == agreed_alone {
            return false;
        }
        self.agreed_alone = agreed_alone;
        self.nothing_left = 0;
        self.ask_from = now;
        true
    }

    /// When to ask again after an answer that brought nothing.
    fn after_nothing(&self) -> Duration {
        match self.agreed_alone {
            true => AFTER_NOBODY_AGREED,
            false => AFTER_NOTHING,
        }
    }

    fn holds(&self, agents: usize) -> usize {
        let by_demand = (self.demand * HOLDS).ceil() as usize;
        by_demand
            .max(2 * agents)
            .clamp(HOLDS_MIN, Hopper::ITEMS_MAX / 2)
    }
}

impl Engine {
    /// Asks for contacts where a hopper is half empty.
    pub(crate) fn feed(&mut self, id: CampaignId) {
        if self.stalled || self.draining {
            return;
        }
        self.follow_hours(id);
        let now = self.now;
        let everybody = self.roster.len();
        let Some(run) = self.runs.get_mut(&id) else {
            return;
        };
        let closed = run.may_call(now).is_err() && !run.opens_by_consent();
        if !run.is_running() || closed {
            return;
        }
        let waiting = run.feed.asked.is_some_and(|at| now < at + ANSWER_WITHIN);
        // Enough for everybody is enough: nobody need be counted.
        if waiting || run.hopper.len() * 2 > run.feed.holds(everybody) {
            return;
        }
        let agents = self.staffed(id);
        let Some(run) = self.runs.get_mut(&id) else {
            return;
        };
        let holds = run.feed.holds(agents);
        if run.hopper.len() * 2 > holds {
            return;
        }
        if now < run.feed.ask_from {
            self.timers.set(Timer::Feed(id), run.feed.ask_from);
            return;
        }
        run.feed.asked = Some(now);
        let count = u32::try_from(holds - run.hopper.len()).unwrap_or(u32::MAX);
        let agreed_alone = run.feed.agreed_alone;
        self.timers.set(Timer::Feed(id), now + ANSWER_WITHIN);
        self.order(Command::RefillHopper {
            campaign: id,
            count,
            agreed_alone,
        });
    }

    /// Takes the store's answer in. What cannot be used goes back at once.
    pub(crate) fn hopper_refilled(
        &mut self,
        id: CampaignId,
        work: Vec<WorkItem>,
        next_due: Option<Timestamp>,
    ) {
        let (now, draining) = (self.now, self.draining);
        let Some(run) = self.runs.get_mut(&id) else {
            self.release(work.iter().map(give_back).collect());
            return;
        };
        run.feed.asked = None;
        if !run.is_running() || draining {
            self.release(work.iter().map(give_back).collect());
            return;
        }
        let none_left = work.is_empty();
        let before = run.hopper.len();
        let (free, mut back) = self.those_who_may_be_called(id, work);
        let held_some = !back.is_empty();
        let run = self.runs.get_mut(&id).expect("looked up above");
        for item in free {
            if let Err(item) = run.hopper.put(item) {
                // Leased twice under one record is one lease: leave it. The same
                // person under another record comes later, so that they do
                // not come first again and again while others wait.
                if !run.hopper.holds(item.contact.id) {
                    let because = own_gate("person.waits_already");
                    back.push(defer(&item, now + SAME_PERSON_LATER, because));
                }
            }
        }
        let nothing = run.hopper.len() == before;
        run.feed.nothing_left = match (none_left, next_due) {
            // Of who agreed to other hours nobody may be left, of the others many.
            (true, None) if !run.feed.agreed_alone => run.feed.nothing_left.saturating_add(1),
            _ => 0,
        };
        run.feed.ask_from = match (nothing, next_due) {
            (false, _) => now,
            (true, _) if held_some => now,
            (true, Some(due)) if none_left => {
                due.clamp(now + Duration::from_secs(1), now + NOTHING_DUE_MAX)
            }
            (true, _) => now + run.feed.after_nothing(),
        };
        self.timers.set(Timer::Feed(id), run.feed.ask_from);
        if !back.is_empty() {
            self.order(Command::ReleaseWork(back));
        }
        self.dirty.push(id);
    }

    /// Parts work into what may go into the hopper and what goes back at once: whoever must not be called,
    /// and whoever was called too often lately.
    fn those_who_may_be_called(
        &self,
        id: CampaignId,
        work: Vec<WorkItem>,
    ) -> (Vec<WorkItem>, Vec<WorkUpdate>) {
        let (mut free, mut back) = (Vec::new(), Vec::new());
        let run = &self.runs[&id];
        for mut item in work {
            if self.opted_out.covers(&item) {
                back.push(campaigns::suppress(&item));
            } else if let Err(closed) = self.strike_listed(run, &mut item) {
                back.push(defer(&item, closed.until, closed.gate));
            } else if let Some(used_up) = over_budget(&run.campaign, &item) {
                back.push(exhaust(&item, used_up));
            } else if let Err(closed) = self.may_contact(run, &item) {
                back.push(defer(&item, closed.until, closed.gate));
            } else {
                free.push(item);
            }
        }
        (free, back)
    }

    /// Gives leased work back, outside of any attempt.
    pub(crate) fn release(&mut self, back: Vec<WorkUpdate>) {
        if back.is_empty() {
            return;
        }
        for update in &back {
            self.will_be_due(update);
        }
        self.order(Command::ReleaseWork(back));
    }

    /// Empties a hopper back into the store.
    pub(crate) fn release_hopper(&mut self, id: CampaignId) {
        if let Some(run) = self.runs.get_mut(&id) {
            let back = run.hopper.drain().iter().map(give_back).collect();
            self.release(back);
        }
    }

    /// Work decided on comes back into the supply.
    pub(crate) fn will_be_due(&mut self, update: &WorkUpdate) {
        if update.state != WorkState::Ready {
            return;
        }
        if let Some(run) = self.runs.get_mut(&update.campaign) {
            let at = update.next_at.max(self.now);
            run.feed.due_at(at);
            if run.is_running() {
                self.timers.set_by(Timer::Feed(update.campaign), at);
            }
        }
    }

    /// A campaign with nothing left to dial, nobody on the line and nothing to
    /// typify has finished.
    pub(crate) fn finish_if_done(&mut self, id: CampaignId) {
        let Some(run) = self.runs.get_mut(&id) else {
            return;
        };
        let done = run.is_running()
            && !self.stalled
            && !self.draining
            && run.feed.nothing_left >= NOTHING_LEFT_TIMES
            && run.hopper.is_empty()
            && run.open == 0
            && run.untyped == 0;
        if !done {
            return;
        }
        run.campaign.state = CampaignState::Finished;
        run.held = None;
        self.timers.clear(Timer::Feed(id));
        self.keep_learnt(id, true);
        self.emit(Event::CampaignStateChanged {
            campaign: id,
            state: CampaignState::Finished,
            reason: "no queda nadie por llamar".into(),
        });
    }
}
