//! A call that was cut, taken up again: the advisor who had the customer calls that very person once more, as a call whose
//! purpose is `resumed` and which serves the attempt cut. It goes the way of every call: an intent that must be durable,
//! and every gate at the instant it leaves.

use std::sync::Arc;
use std::time::Duration;

use agents::{Agent, State};
use domain::{AgentId, AttemptId, CampaignId, Event, PriorCall, Reach, WorkItem};

use crate::call::Call;
use crate::contacting::judge;
use crate::gates::Closed;
use crate::past::Heard;
use crate::{Engine, Rejection};

/// A call is resumed within so long of its being cut, or it is another call.
const RESUMED_WITHIN: Duration = Duration::from_secs(300);

impl Engine {
    /// Calls the customer of the call that was cut, while its advisor has not said what it was.
    pub(crate) fn redial(&mut self, id: AgentId) {
        match self.cut_call_of(id) {
            Ok((attempt, campaign, work)) => self.call_again(id, attempt, campaign, work),
            Err(why) => self.refuse_request(why),
        }
    }

    /// Whether an agent may call the customer of the attempt they typify once more.
    pub(crate) fn may_redial(&self, id: AgentId) -> bool {
        self.cut_call_of(id).is_ok()
    }

    fn cut_call_of(&self, id: AgentId) -> Result<(AttemptId, CampaignId, WorkItem), Rejection> {
        let no = |code, words: &str| Err(Rejection::new(code, words.to_owned()));
        let agent = self.roster.get(id);
        let Some(State::WrapUp { attempt, .. }) = agent.map(Agent::state) else {
            return no(
                "not_in_wrap_up",
                "only the call you are typifying can be taken up again",
            );
        };
        let past = self.past.get(*attempt).filter(|past| !past.typified);
        let heard = past.and_then(|past| Some((past, past.heard.as_ref()?)));
        let Some((past, heard)) = heard.filter(|(_, heard)| heard.agent == id && heard.was_cut)
        else {
            return no(
                "not_cut",
                "the call was not cut: one of the two ended it; ask for a call-back instead",
            );
        };
        if self.now.since(heard.ended) > RESUMED_WITHIN {
            return no("cut_too_long_ago", "it was cut more than five minutes ago");
        }
        if !agent.is_some_and(Agent::line_is_up) {
            return no("no_line", "your line is down; wait until it is up again");
        }
        Ok((*attempt, past.campaign, resumed(*attempt, heard)))
    }

    fn call_again(&mut self, id: AgentId, cut: AttemptId, campaign: CampaignId, work: WorkItem) {
        if let Err(closed) = self.lets_resume(campaign, &work) {
            return self.reject("closed", &closed.words);
        }
        let phones = || work.contact.phones.iter();
        let Some(phone) = phones()
            .find(|phone| phone.ordinal == work.next_phone)
            .copied()
        else {
            return self.reject("no_phone", "their number is not known any more");
        };
        let Some(trunk) = self.trunk_for(campaign, phone.number, false) else {
            return self.reject("no_trunk", "no trunk can carry the call now; try again");
        };
        let Some(catalogue) = self
            .runs
            .get(&campaign)
            .map(|run| Arc::clone(&run.catalogue))
        else {
            return self.reject("no_campaign", "its campaign is gone");
        };
        let attempt = self.next_attempt();
        let Some(intent) = self.intent(attempt, &work, phone, trunk, Some(id)) else {
            return self.reject(
                "no_caller_id",
                "no caller id of the campaign is left for today",
            );
        };
        self.begin_call(Call::new(intent.clone(), work, catalogue, self.now, true));
        self.emit(Event::AttemptIntended(intent));
        // With the new call under way, what is said of the cut one does not give the person back to others.
        self.typify_by_system(cut);
        let limit = self.ring_max(campaign);
        self.act(id, |agent, now| agent.call_again(now, attempt, limit).ok());
        self.dirty.push(campaign);
    }

    /// The gates, asked before the advisor is bound to a call that could not leave. They are asked again then.
    fn lets_resume(&mut self, campaign: CampaignId, work: &WorkItem) -> Result<(), Closed> {
        self.intent_gate(campaign, true)?;
        if self.opted_out.covers(work) {
            return Err(self.closed("person.opted_out", "the person asked not to be called"));
        }
        let mut phones = work.contact.phones.iter();
        let person = work.contact.person;
        if phones.any(|phone| self.calls.are_calling(person, phone.number)) {
            return Err(self.closed("person.on_the_line", "they are on the line already"));
        }
        match self.runs.get(&campaign) {
            Some(run) => judge(run, work, true, &work.consents, self.now),
            None => Ok(()),
        }
    }
}

/// The work of a call that was cut, for one more that serves it.
fn resumed(cut: AttemptId, heard: &Heard) -> WorkItem {
    let mut work = heard.work.clone();
    work.resumes = Some(cut);
    work.promise = None;
    work.next_phone = heard.phone;
    // The cut call itself was not among those before it.
    work.prior.insert(
        0,
        PriorCall {
            at: heard.ended,
            phone: heard.number,
            reach: Reach::Contact,
        },
    );
    work
}
