//! What a call was, as its agent says, or the system where nobody did. A later
//! word corrects an earlier one; both stay in the record.

use std::time::Duration;

use agents::{Agent, State};
use campaigns::{After, UNTYPIFIED};
use domain::{
    AgentId, AttemptId, CampaignId, Disposition, Event, Origin, PersonId, PhoneNumber, Timestamp,
    Typification, WorkItem, WorkState, WorkUpdate,
};

use crate::Engine;

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
struct Spoken {
    attempt: AttemptId,
    campaign: CampaignId,
    work: WorkItem,
    phone: u8,
    number: PhoneNumber,
    person: PersonId,
    typified: bool,
}

impl Engine {
    pub(crate) fn typify(&mut self, agent: AgentId, said: Said) {
        let spoken = match self.spoken_of(agent, said.attempt) {
            Ok(spoken) => spoken,
            Err((code, words)) => return self.reject(code, words),
        };
        let row = match self.allowed(&spoken, &said) {
            Ok(row) => row,
            Err((code, words)) => return self.reject(code, &words),
        };
        let next = self.next_of(&spoken, &said, &row, Some(agent));
        self.record(Some(agent), &spoken, &row, said.note, next);
        let wraps_up = self.roster.get(agent).is_some_and(|known| {
            matches!(known.state(), State::WrapUp { attempt, .. } if *attempt == said.attempt)
        });
        if wraps_up {
            self.act(agent, Agent::free);
        }
        self.dirty.insert(spoken.campaign);
        self.forget_removed(spoken.campaign);
    }

    /// Nobody said what an answered call was: the system notes that.
    pub(crate) fn typify_by_system(&mut self, attempt: AttemptId) {
        let Some(past) = self.past.get(attempt).filter(|past| !past.typified) else {
            return;
        };
        let spoken = Spoken {
            attempt,
            campaign: past.campaign,
            phone: past.phone,
            number: past.number,
            person: past.work.contact.person,
            typified: false,
            work: past.work.clone(),
        };
        let Some(row) = self
            .runs
            .get(&spoken.campaign)
            .map(|run| run.system_row(UNTYPIFIED).into_owned())
        else {
            return;
        };
        let said = Said {
            attempt,
            code: row.code.clone(),
            note: String::new(),
            callback_at: None,
        };
        let next = self.next_of(&spoken, &said, &row, None);
        self.record(None, &spoken, &row, String::new(), next);
        self.dirty.insert(spoken.campaign);
        self.forget_removed(spoken.campaign);
    }

    /// The attempt, if it is this agent's to speak of.
    fn spoken_of(
        &self,
        agent: AgentId,
        attempt: AttemptId,
    ) -> Result<Spoken, (&'static str, &'static str)> {
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
                work: call.work.clone(),
                phone: call.intent.ordinal,
                number: call.intent.phone,
                person: call.intent.person,
                typified: call.typified,
            });
        }
        let past = self.past.get(attempt).ok_or(NOT_YOURS)?;
        if past.agent != Some(agent) || !self.runs.contains_key(&past.campaign) {
            return Err(NOT_YOURS);
        }
        Ok(Spoken {
            attempt,
            campaign: past.campaign,
            phone: past.phone,
            number: past.number,
            person: past.work.contact.person,
            typified: past.typified,
            work: past.work.clone(),
        })
    }

    /// The catalogue's row, if an agent may set it with what they said.
    fn allowed(&self, spoken: &Spoken, said: &Said) -> Result<Disposition, (&'static str, String)> {
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
            return Ok(row.clone());
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
        Ok(row.clone())
    }

    fn next_of(
        &self,
        spoken: &Spoken,
        said: &Said,
        row: &Disposition,
        agent: Option<AgentId>,
    ) -> WorkUpdate {
        let Some(run) = self.runs.get(&spoken.campaign) else {
            return campaigns::give_back(&spoken.work);
        };
        // "Agenda personal" is the agent's own; every other anyone's.
        let personal = said.callback_at.and(agent).filter(|_| row.code == "TI01");
        let after = After {
            work: &spoken.work,
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
        spoken: &Spoken,
        update: WorkUpdate,
    ) -> WorkUpdate {
        let contact = spoken.work.contact.id;
        let open = self.calls.iter().find(|call| {
            call.intent.campaign == spoken.campaign
                && call.intent.contact == contact
                && call.intent.attempt != attempt
        });
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

    fn record(
        &mut self,
        agent: Option<AgentId>,
        spoken: &Spoken,
        row: &Disposition,
        note: String,
        next: WorkUpdate,
    ) {
        let attempt = spoken.attempt;
        if row.suppresses {
            self.opted_out.insert(spoken.person, spoken.number);
        }
        self.emit(Event::Typified(Typification {
            attempt,
            agent,
            code: row.code.clone(),
            note,
            corrects: spoken.typified,
            next: next.clone(),
        }));
        if let Some(call) = self.calls.get_mut(attempt) {
            call.typified = true;
            call.typified_as = Some(next.clone());
        }
        if let Some(past) = self.past.get_mut(attempt) {
            let first = !past.typified;
            past.typified = true;
            past.update = Some(next.clone());
            if first && let Some(run) = self.runs.get_mut(&spoken.campaign) {
                run.untyped = run.untyped.saturating_sub(1);
            }
        }
        if next.state != WorkState::Ready && next.state != WorkState::Leased {
            self.end_work_of_later(spoken, next.state);
        }
        self.take_out_of_hoppers(spoken, row);
        self.will_be_due(&next);
    }

    /// A later attempt on the contact goes on: it must not open the work again.
    fn end_work_of_later(&mut self, spoken: &Spoken, state: WorkState) {
        let contact = spoken.work.contact.id;
        for call in self.calls.iter_mut() {
            let same = call.intent.campaign == spoken.campaign && call.intent.contact == contact;
            if same && call.intent.attempt != spoken.attempt {
                call.work_ended = Some(state);
            }
        }
    }

    /// What waits in a hopper was leased before this was said.
    fn take_out_of_hoppers(&mut self, spoken: &Spoken, row: &Disposition) {
        let mut back = Vec::new();
        for run in self.runs.values_mut() {
            if run.campaign.id == spoken.campaign {
                // The typification itself says what becomes of this one.
                run.hopper.remove_contact(spoken.work.contact.id);
            }
            if row.suppresses {
                let gone = run.hopper.remove_person(spoken.person, spoken.number);
                back.extend(gone.iter().map(campaigns::suppress));
            }
        }
        self.release(back);
    }
}
