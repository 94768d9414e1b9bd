//! Somebody calls one of our caller ids. Whom we know goes to a ready agent of
//! their last campaign, at any hour; where there is none they hear a message
//! with two keys: to be called back, and never to be called again. It is no
//! attempt: pacing learns nothing of it but that the agent is busy.
//!
//! ```text
//!  offered ──a number of ours, a channel free──▶ Answering ──through──▶ Talking
//!     │ 404, 486, 503                                        └─nobody─▶ Message
//! ```

use std::sync::Arc;

use campaigns::Catalogue;
use domain::{
    AttemptId, Event, Intent, Occasion, OfferId, PhoneNumber, SignallingRecord, Timestamp, TrunkId,
    WorkItem, WorkState, WorkUpdate,
};

use crate::call::{Call, Phase};
use crate::strangers::Stranger;
use crate::timers::{MESSAGE_MAX, PLACED_WITHIN, Timer};
use crate::typify::Said;
use crate::{Command, Engine, Menu};

/// A call that somebody makes to us.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// Which.
    pub offer: OfferId,
    /// Over which trunk it comes.
    pub trunk: TrunkId,
    /// What they may have called, the likeliest first.
    pub called: Vec<PhoneNumber>,
    /// Who calls; `None`: they hide it.
    pub caller: Option<PhoneNumber>,
    /// Whose number that is, and where the work with them stands.
    pub known: Option<(WorkItem, WorkState)>,
}

impl Engine {
    /// Which of these numbers callers reach us at: one that a campaign shows.
    pub fn reached_at(&self, called: &[PhoneNumber]) -> Option<PhoneNumber> {
        let runs = || self.runs.values().filter(|run| !run.removed);
        let ours =
            |number: &&PhoneNumber| runs().any(|run| run.campaign.caller_ids.contains(number));
        called.iter().find(ours).copied()
    }

    pub(crate) fn call_offered(&mut self, offered: Offer) {
        let Some(called) = self.reached_at(&offered.called) else {
            return self.turn_away(offered.offer, 404);
        };
        if self.draining {
            return self.turn_away(offered.offer, 503);
        }
        let known = offered.known.filter(|(work, _)| {
            let run = self.runs.get(&work.campaign);
            run.is_some_and(|run| !run.removed)
        });
        let person = known.as_ref().map(|(work, _)| work.contact.person);
        // Whose phone we ring or have on the line already has no need to call.
        if self.is_on_a_call(person, offered.caller) || !self.trunks.take(offered.trunk) {
            return self.turn_away(offered.offer, 486);
        }
        self.numbering.next_attempt += 1;
        let attempt = AttemptId::new(self.numbering.next_attempt - 1);
        let (offer, trunk) = (offered.offer, offered.trunk);
        let campaign = known.as_ref().map(|(work, _)| work.campaign);
        self.order(Command::TakeCall {
            offer,
            attempt,
            campaign,
        });
        let silent = self.now + PLACED_WITHIN;
        self.timers.set(Timer::Silence(attempt), silent);
        match (known, offered.caller) {
            (Some((work, state)), Some(phone)) => {
                let intent = self.received(attempt, trunk, called, phone, &work);
                self.take_in(intent, work, state);
            }
            (None, phone) | (Some(_), phone) => {
                let stranger = Stranger::new(trunk, phone, called);
                self.strangers.insert(attempt, stranger);
            }
        }
    }

    fn turn_away(&mut self, offer: OfferId, status: u16) {
        self.order(Command::RefuseCall { offer, status });
    }

    fn received(
        &self,
        attempt: AttemptId,
        trunk: TrunkId,
        called: PhoneNumber,
        phone: PhoneNumber,
        work: &WorkItem,
    ) -> Intent {
        let contact = &work.contact;
        let theirs = contact.phones.iter().find(|known| known.number == phone);
        let run = self.runs.get(&work.campaign);
        Intent {
            attempt,
            campaign: work.campaign,
            list: contact.list,
            contact: contact.id,
            person: contact.person,
            segment: contact.segment.clone(),
            phone,
            ordinal: theirs.map_or(work.next_phone, |phone| phone.ordinal),
            trunk,
            caller_id: called,
            mode: run.map_or(domain::DialMode::Preview, |run| run.campaign.mode),
            // It is theirs, not ours: the record has none of these for it.
            purpose: domain::Purpose::Commercial,
            serves: None,
            agent: None,
            under: None,
            catalogue: run.map_or(Catalogue::HOUSE, |run| run.catalogue.id),
        }
    }

    fn take_in(&mut self, intent: Intent, work: WorkItem, state: WorkState) {
        let run = self.runs.get(&intent.campaign);
        let catalogue = run.map(|run| Arc::clone(&run.catalogue));
        let catalogue = catalogue.unwrap_or_else(|| Arc::new(Catalogue::spanish()));
        let call = Call {
            phase: Phase::Answering,
            holds_channel: true,
            came_in: Some(state),
            ..Call::new(intent.clone(), work, catalogue, self.now, true)
        };
        if let Some(run) = self.runs.get_mut(&intent.campaign) {
            run.open += 1;
        }
        self.calls.insert(call);
        self.emit(Event::CallReceived(intent));
    }

    /// Our answer is out: they hear us from here on.
    pub(crate) fn caller_is_through(&mut self, attempt: AttemptId, signalling: SignallingRecord) {
        self.timers.clear(Timer::Silence(attempt));
        self.calls.wait(attempt, self.now);
        self.emit(Event::CallAnswered {
            attempt,
            signalling,
        });
        self.decide_recording(attempt);
        self.find_agent(attempt);
    }

    /// Nobody is ready: what their keys do is told, once.
    pub(crate) fn offer_choices(&mut self, attempt: AttemptId) {
        self.set_phase(attempt, Phase::Message);
        self.play_menu(attempt, Menu::Choices);
    }

    pub(crate) fn play_menu(&mut self, attempt: AttemptId, menu: Menu) {
        let silent = self.now + MESSAGE_MAX;
        self.timers.set(Timer::Silence(attempt), silent);
        self.order(Command::PlayMenu { attempt, menu });
    }

    /// A key of somebody who hears the message. What it asks for holds from this step on.
    pub(crate) fn key_pressed(&mut self, attempt: AttemptId, key: char) {
        let Some(asked) = asked_by(key) else {
            return;
        };
        let Some(call) = self.calls.get(attempt) else {
            return;
        };
        let chooses = call.phase == Phase::Message && call.heard_by.is_none() && !call.typified;
        if call.came_in.is_none() || !chooses {
            return;
        }
        self.typify_by_key(Said {
            attempt,
            code: call.catalogue.system(asked).code.clone(),
            note: format!("tecla {key}"),
            callback_at: (asked == Occasion::KeyCallBack).then_some(self.now),
            opt_out: false,
        });
        self.play_menu(attempt, Menu::Noted);
    }
}

/// What a key asks for.
pub(crate) fn asked_by(key: char) -> Option<Occasion> {
    match key {
        '1' => Some(Occasion::KeyCallBack),
        '9' => Some(Occasion::KeyOptOut),
        _ => None,
    }
}

/// What a call of theirs makes of the work: what was over stays so, unless they ask to be called,
/// and who must not be called stays that whatever is said.
pub(crate) fn in_view_of_before(
    came_in: Option<WorkState>,
    callback_at: Option<Timestamp>,
    update: WorkUpdate,
) -> WorkUpdate {
    let state = match came_in {
        Some(WorkState::Suppressed) => WorkState::Suppressed,
        Some(ended @ (WorkState::Closed | WorkState::Exhausted))
            if update.state == WorkState::Ready && callback_at.is_none() =>
        {
            ended
        }
        _ => update.state,
    };
    WorkUpdate { state, ..update }
}
