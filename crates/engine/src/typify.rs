//! What a call was, as its agent says, or the system where nobody did. A later
//! word corrects an earlier one; both stay in the record.

use std::time::Duration;

use agents::{Agent, State};
use campaigns::{After, UNTYPIFIED};
use domain::{
    AgentId, AttemptId, CampaignId, ContactId, Disposition, Event, Origin, PersonId, PhoneNumber,
    Timestamp, Typification, WorkItem, WorkState, WorkUpdate,
};

use crate::Engine;
use crate::call::Call;
use crate::past::{Heard, PastCall};

/// A call-back further off than this is a typing error.
const CALLBACK_MAX: Duration = Duration::from_secs(90 * 86_400);

/// What an agent said.
pub(crate) struct Said {
    pub(crate) attempt: AttemptId,
    pub(crate) code: String,
    pub(crate) note: String,
    pub(crate) callback_at: Option<Timestamp>,
}

/// The attempt spoken of, open or over.
struct Spoken<'a> {
    attempt: AttemptId,
    campaign: CampaignId,
    work: &'a WorkItem,
    phone: u8,
    number: PhoneNumber,
    typified: bool,
}

/// What was said of it, understood: what becomes of its contact.
struct Understood {
    attempt: AttemptId,
    campaign: CampaignId,
    contact: ContactId,
    person: PersonId,
    number: PhoneNumber,
    /// Whether somebody said something of it before.
    typified: bool,
    code: String,
    suppresses: bool,
    next: WorkUpdate,
}

impl Engine {
    pub(crate) fn typify(&mut self, agent: AgentId, said: Said) {
        let understood = match self.understand(agent, &said) {
            Ok(understood) => understood,
            Err((code, words)) => return self.reject(code, &words),
        };
        let campaign = understood.campaign;
        self.record(Some(agent), understood, said.note);
        let wraps_up = self.roster.get(agent).is_some_and(|known| {
            matches!(known.state(), State::WrapUp { attempt, .. } if *attempt == said.attempt)
        });
        if wraps_up {
            self.act(agent, Agent::free);
        }
        self.dirty.push(campaign);
        self.forget_removed(campaign);
    }

    fn understand(
        &self,
        agent: AgentId,
        said: &Said,
    ) -> Result<Understood, (&'static str, String)> {
        let spoken = self
            .spoken_of(agent, said.attempt)
            .map_err(|(code, words)| (code, words.to_owned()))?;
        let row = self.allowed(&spoken, said)?;
        Ok(self.understood(&spoken, said, row, Some(agent)))
    }

    /// Nobody said what an answered call was: the system notes that.
    pub(crate) fn typify_by_system(&mut self, attempt: AttemptId) {
        let Some(past) = self.past.get(attempt).filter(|past| !past.typified) else {
            return;
        };
        let Some(heard) = &past.heard else {
            return;
        };
        let campaign = past.campaign;
        let Some(run) = self.runs.get(&campaign) else {
            return;
        };
        let row = run.system_row(UNTYPIFIED);
        let said = Said {
            attempt,
            code: row.code.clone(),
            note: String::new(),
            callback_at: None,
        };
        let understood = self.understood(&of_past(attempt, past, heard), &said, &row, None);
        self.record(None, understood, String::new());
        self.dirty.push(campaign);
        self.forget_removed(campaign);
    }

    /// The attempt, if it is this agent's to speak of.
    fn spoken_of(
        &self,
        agent: AgentId,
        attempt: AttemptId,
    ) -> Result<Spoken<'_>, (&'static str, &'static str)> {
        const NOT_YOURS: (&str, &str) = (
            "not_your_call",
            "that call is not yours, or too old to be typified here",
        );
        if let Some(call) = self.calls.get(attempt) {
            if call.heard_by != Some(agent) {
                return Err(NOT_YOURS);
            }
            return Ok(Spoken {
                attempt,
                campaign: call.intent.campaign,
                work: &call.work,
                phone: call.intent.ordinal,
                number: call.intent.phone,
                typified: call.typified,
            });
        }
        let past = self.past.get(attempt).ok_or(NOT_YOURS)?;
        match &past.heard {
            Some(heard) if heard.agent == agent && self.runs.contains_key(&past.campaign) => {
                Ok(of_past(attempt, past, heard))
            }
            _ => Err(NOT_YOURS),
        }
    }

    /// The catalogue's row, if an agent may set it with what they said.
    fn allowed(
        &self,
        spoken: &Spoken<'_>,
        said: &Said,
    ) -> Result<&Disposition, (&'static str, String)> {
        let run = self.runs.get(&spoken.campaign);
        let Some(row) = run.and_then(|run| run.catalogue.get(&said.code)) else {
            return Err((
                "unknown_code",
                format!(
                    "there is no typification {}; choose one of the campaign's",
                    said.code
                ),
            ));
        };
        if row.origin == Origin::System {
            return Err((
                "system_code",
                format!("{} is set by the system alone; choose another", said.code),
            ));
        }
        let Some(at) = said.callback_at else {
            return Ok(row);
        };
        if at <= self.now || at > self.now + CALLBACK_MAX {
            return Err((
                "callback_out_of_range",
                "a call-back must lie ahead, within 90 days; choose another time".into(),
            ));
        }
        if row.closes_record || row.suppresses {
            return Err((
                "callback_on_closed",
                format!(
                    "{} ends the work with this person; leave the call-back out",
                    said.code
                ),
            ));
        }
        // The gate would hold it anyway; better that the customer hears it now.
        let pack = run.and_then(|run| run.pack.as_ref());
        if let Some(refusal) = pack.and_then(|pack| pack.may_call(at, None).err()) {
            return Err(("callback_closed", refusal.words));
        }
        Ok(row)
    }

    fn understood(
        &self,
        spoken: &Spoken<'_>,
        said: &Said,
        row: &Disposition,
        agent: Option<AgentId>,
    ) -> Understood {
        Understood {
            attempt: spoken.attempt,
            campaign: spoken.campaign,
            contact: spoken.work.contact.id,
            person: spoken.work.contact.person,
            number: spoken.number,
            typified: spoken.typified,
            code: row.code.clone(),
            suppresses: row.suppresses,
            next: self.next_of(spoken, said, row, agent),
        }
    }

    fn next_of(
        &self,
        spoken: &Spoken<'_>,
        said: &Said,
        row: &Disposition,
        agent: Option<AgentId>,
    ) -> WorkUpdate {
        let Some(run) = self.runs.get(&spoken.campaign) else {
            return campaigns::give_back(spoken.work);
        };
        // "Agenda personal" is the agent's own; every other anyone's.
        let personal = said.callback_at.and(agent).filter(|_| row.code == "TI01");
        let after = After {
            work: spoken.work,
            phone: spoken.phone,
            disposition: row,
            costs_attempt: true,
            callback_at: said.callback_at,
            callback_agent: personal,
        };
        let update = after.update(&run.campaign, self.now);
        self.in_view_of_later(said.attempt, spoken, update)
    }

    /// A correction of an attempt that was not the last one must not undo what
    /// came after it; only "never again" holds whenever it is said.
    fn in_view_of_later(
        &self,
        attempt: AttemptId,
        spoken: &Spoken<'_>,
        update: WorkUpdate,
    ) -> WorkUpdate {
        let contact = spoken.work.contact.id;
        let other = |call: &&Call| {
            call.intent.campaign == spoken.campaign
                && call.intent.contact == contact
                && call.intent.attempt != attempt
        };
        let open = if self.calls.have(contact) {
            self.calls.iter().find(other)
        } else {
            None
        };
        let later = match open {
            Some(call) => Some(WorkUpdate {
                state: WorkState::Leased,
                ..campaigns::give_back(&call.work)
            }),
            None => self
                .past
                .later_than(attempt)
                .and_then(|past| past.update.clone()),
        };
        match later {
            Some(later) if update.state == WorkState::Ready => later,
            Some(later) => WorkUpdate {
                attempts: later.attempts,
                ..update
            },
            None => update,
        }
    }

    fn record(&mut self, agent: Option<AgentId>, what: Understood, note: String) {
        let attempt = what.attempt;
        if what.suppresses {
            self.opted_out.insert(what.person, what.number);
        }
        if let Some(call) = self.calls.get_mut(attempt) {
            call.typified = true;
            call.typified_as = Some(what.next.clone());
        }
        if let Some(past) = self.past.get_mut(attempt) {
            let first = !past.typified;
            past.typified = true;
            past.update = Some(what.next.clone());
            if first && let Some(run) = self.runs.get_mut(&what.campaign) {
                run.untyped = run.untyped.saturating_sub(1);
            }
        }
        let state = what.next.state;
        if state != WorkState::Ready && state != WorkState::Leased {
            self.end_work_of_later(&what, state);
        }
        self.take_out_of_hoppers(&what);
        self.will_be_due(&what.next);
        self.emit(Event::Typified(Typification {
            attempt,
            agent,
            code: what.code,
            note,
            corrects: what.typified,
            next: what.next,
        }));
    }

    /// A later attempt on the contact goes on: it must not open the work again.
    fn end_work_of_later(&mut self, what: &Understood, state: WorkState) {
        let contact = what.contact;
        if !self.calls.have(contact) {
            return;
        }
        for call in self.calls.iter_mut() {
            let same = call.intent.campaign == what.campaign && call.intent.contact == contact;
            if same && call.intent.attempt != what.attempt {
                call.work_ended = Some(state);
            }
        }
    }

    /// What waits in a hopper was leased before this was said.
    fn take_out_of_hoppers(&mut self, what: &Understood) {
        let mut back = Vec::new();
        for run in self.runs.values_mut() {
            if run.campaign.id == what.campaign {
                // The typification itself says what becomes of this one.
                run.hopper.remove_contact(what.contact);
            }
            if what.suppresses {
                let gone = run.hopper.remove_person(what.person, what.number);
                back.extend(gone.iter().map(campaigns::suppress));
            }
        }
        self.release(back);
    }
}

fn of_past<'a>(attempt: AttemptId, past: &PastCall, heard: &'a Heard) -> Spoken<'a> {
    Spoken {
        attempt,
        campaign: past.campaign,
        work: &heard.work,
        phone: heard.phone,
        number: heard.number,
        typified: past.typified,
    }
}
