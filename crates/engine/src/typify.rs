//! What a call was, as its agent says, or the system where nobody did. A later
//! word corrects an earlier one; both stay in the record. What follows from it is
//! in `typified.rs`.

use std::time::Duration;

use agents::{Agent, State};
use campaigns::{After, UNTYPIFIED};
use domain::{
    AgentId, AttemptId, CampaignId, ContactId, Disposition, Origin, PersonId, PhoneNumber,
    Timestamp, WorkItem, WorkState, WorkUpdate,
};

use law::Purpose;

use crate::Engine;
use crate::call::Call;
use crate::inbound::in_view_of_before;
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
    came_in: Option<WorkState>,
}

/// What was said of it, understood: what becomes of its contact.
pub(crate) struct Understood {
    pub(crate) attempt: AttemptId,
    pub(crate) campaign: CampaignId,
    pub(crate) contact: ContactId,
    pub(crate) person: PersonId,
    pub(crate) number: PhoneNumber,
    /// Whether somebody said something of it before.
    pub(crate) typified: bool,
    pub(crate) code: String,
    pub(crate) suppresses: bool,
    pub(crate) next: WorkUpdate,
}

impl Engine {
    pub(crate) fn typify(&mut self, agent: AgentId, said: Said) {
        let understood = match self.understand(agent, &said) {
            Ok(understood) => understood,
            Err((code, words)) => return self.reject(code, &words),
        };
        let campaign = understood.campaign;
        self.take_word(Some(agent), understood, said.note);
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
        self.take_word(None, understood, String::new());
        self.dirty.push(campaign);
        self.forget_removed(campaign);
    }

    /// What the key of a caller says, whom no agent heard.
    pub(crate) fn typify_by_key(&mut self, said: Said) {
        let Some(call) = self.calls.get(said.attempt) else {
            return;
        };
        let campaign = call.intent.campaign;
        let Some(run) = self.runs.get(&campaign) else {
            return;
        };
        let row = run.system_row(&said.code);
        let understood = self.understood(&of_open(call), &said, &row, None);
        self.take_word(None, understood, said.note);
        self.dirty.push(campaign);
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
            return Ok(of_open(call));
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
        let asked = Purpose::RequestedCallback;
        if let Some(refusal) = pack.and_then(|pack| pack.may_call_for(asked, at, None).err()) {
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
            // No INVITE of ours left for who called us.
            costs_attempt: spoken.came_in.is_none(),
            callback_at: said.callback_at,
            callback_agent: personal,
        };
        let update = after.update(&run.campaign, self.now);
        let update = in_view_of_before(spoken.came_in, said.callback_at, update);
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
}

fn of_open(call: &Call) -> Spoken<'_> {
    Spoken {
        attempt: call.intent.attempt,
        campaign: call.intent.campaign,
        work: &call.work,
        phone: call.intent.ordinal,
        number: call.intent.phone,
        typified: call.typified,
        came_in: call.came_in,
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
        came_in: heard.came_in,
    }
}
