//! What a call was, as its agent says, or the system where nobody did. A later
//! word corrects an earlier one; both stay in the record. What follows from it is
//! in `typified.rs`.

use std::sync::Arc;
use std::time::Duration;

use agents::{Agent, State};
use campaigns::{After, Catalogue};
use domain::{
    AgentId, AttemptId, CampaignId, ContactId, Disposition, Occasion, Origin, PersonId,
    PhoneNumber, Purpose, Timestamp, WorkItem, WorkState, WorkUpdate,
};
use law::NextCall;

use crate::call::Call;
use crate::inbound::in_view_of_before;
use crate::past::{Heard, PastCall};
use crate::{Engine, Rejection};

/// A call-back further off than this is a typing error.
const CALLBACK_MAX: Duration = Duration::from_secs(90 * 86_400);

/// What an agent said.
pub(crate) struct Said {
    pub(crate) attempt: AttemptId,
    pub(crate) code: String,
    pub(crate) note: String,
    pub(crate) callback_at: Option<Timestamp>,
    pub(crate) opt_out: bool,
}

/// Who says what a call was.
pub(crate) enum By {
    /// Wrap-up ran out, or a caller pressed a key.
    System,
    Agent(AgentId),
    /// A supervisor, by name.
    User(String),
}

/// The attempt spoken of, open or over.
pub(crate) struct Spoken<'a> {
    pub(crate) attempt: AttemptId,
    pub(crate) campaign: CampaignId,
    pub(crate) work: &'a WorkItem,
    pub(crate) phone: u8,
    pub(crate) number: PhoneNumber,
    pub(crate) typified: bool,
    pub(crate) came_in: Option<WorkState>,
    pub(crate) catalogue: &'a Arc<Catalogue>,
    /// When it was over, if it is.
    pub(crate) ended: Option<Timestamp>,
    /// What was said of it before asked never to be called again.
    pub(crate) opted_out: bool,
    /// Whether the work counts it as an attempt by now.
    pub(crate) counted: bool,
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
    /// What it costs now less what it cost before, in attempts.
    pub(crate) charge: i16,
    /// What was said before is taken back: the person did not ask never to be called again.
    pub(crate) lifts: bool,
    pub(crate) next: WorkUpdate,
}

impl Engine {
    pub(crate) fn typify(&mut self, agent: AgentId, said: Said) {
        let understood = match self.understand(agent, &said) {
            Ok(understood) => understood,
            Err(why) => return self.refuse_request(why),
        };
        let campaign = understood.campaign;
        self.take_word(By::Agent(agent), understood, said.note);
        let wraps_up = self.roster.get(agent).is_some_and(|known| {
            matches!(known.state(), State::WrapUp { attempt, .. } if *attempt == said.attempt)
        });
        if wraps_up {
            self.act(agent, Agent::free);
        }
        self.dirty.push(campaign);
        self.forget_removed(campaign);
    }

    fn understand(&self, agent: AgentId, said: &Said) -> Result<Understood, Rejection> {
        let spoken = self
            .spoken_of(agent, said.attempt)
            .map_err(|(code, words)| Rejection::new(code, words))?;
        self.may_correct(&spoken, said)?;
        let row = self.allowed(&spoken, said)?;
        Ok(self.understood(&spoken, said, row, Some(agent)))
    }

    /// Whether an agent may say something else of it than was said, if anything was.
    fn may_correct(&self, spoken: &Spoken<'_>, said: &Said) -> Result<(), Rejection> {
        let Some(run) = self.runs.get(&spoken.campaign).filter(|_| spoken.typified) else {
            return Ok(());
        };
        let within = run.campaign.correct_within;
        if spoken
            .ended
            .is_some_and(|ended| self.now.since(ended) > within)
        {
            let hours = within.as_secs() / 3_600;
            return Err(Rejection::new(
                "correction_too_late",
                format!("a typification may be corrected within {hours} h; ask your supervisor"),
            ));
        }
        let suppresses = |row: &Disposition| row.suppresses;
        let still = said.opt_out || spoken.catalogue.get(&said.code).is_some_and(suppresses);
        if spoken.opted_out && !still {
            return Err(Rejection::new(
                "opt_out_stays",
                "the person asked never to be called again; only a supervisor may take that back"
                    .to_owned(),
            ));
        }
        Ok(())
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
        if !self.runs.contains_key(&campaign) {
            return;
        }
        let row = heard.catalogue.system(Occasion::Untyped);
        let said = Said {
            attempt,
            code: row.code.clone(),
            note: String::new(),
            callback_at: None,
            opt_out: false,
        };
        let understood = self.understood(&of_past(attempt, past, heard), &said, row, None);
        self.take_word(By::System, understood, String::new());
        self.dirty.push(campaign);
        self.forget_removed(campaign);
    }

    /// What the key of a caller says, whom no agent heard.
    pub(crate) fn typify_by_key(&mut self, said: Said) {
        let Some(call) = self.calls.get(said.attempt) else {
            return;
        };
        let campaign = call.intent.campaign;
        let Some(row) = call.catalogue.get(&said.code).cloned() else {
            return;
        };
        let understood = self.understood(&of_open(call), &said, &row, None);
        self.take_word(By::System, understood, said.note);
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
    pub(crate) fn allowed<'a>(
        &self,
        spoken: &Spoken<'a>,
        said: &Said,
    ) -> Result<&'a Disposition, Rejection> {
        let run = self.runs.get(&spoken.campaign);
        let Some(row) = spoken.catalogue.get(&said.code) else {
            return Err(Rejection::new(
                "unknown_code",
                format!(
                    "there is no typification {}; choose one of the campaign's",
                    said.code
                ),
            ));
        };
        if row.origin == Origin::System {
            return Err(Rejection::new(
                "system_code",
                format!("{} is set by the system alone; choose another", said.code),
            ));
        }
        if row.retired {
            return Err(Rejection::new(
                "retired_code",
                format!("{} is not used any more; choose another", said.code),
            ));
        }
        let Some(at) = said.callback_at else {
            return Ok(row);
        };
        if at <= self.now || at > self.now + CALLBACK_MAX {
            return Err(Rejection::new(
                "callback_out_of_range",
                "a call-back must lie ahead, within 90 days; choose another time",
            ));
        }
        if row.closes_record || row.suppresses || said.opt_out {
            return Err(Rejection::new(
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
        let zone = campaigns::zone_of(&spoken.work.contact);
        let call = NextCall {
            purpose: asked,
            zone,
            agent_waits: true,
            house: &[],
            consents: &spoken.work.consents,
        };
        if let Some(refusal) = pack.and_then(|pack| pack.may_contact(call, &[], at).err()) {
            return Err(Rejection {
                opens: Some(refusal.opens),
                ..Rejection::new("callback_closed", refusal.words)
            });
        }
        Ok(row)
    }

    pub(crate) fn understood(
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
            suppresses: row.suppresses || said.opt_out,
            charge: charge(spoken, row),
            lifts: spoken.opted_out && !row.suppresses && !said.opt_out,
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
        let after = After {
            attempt: spoken.attempt,
            work: spoken.work,
            phone: spoken.phone,
            disposition: row,
            version: spoken.catalogue.version,
            // No INVITE of ours left for who called us.
            costs_attempt: spoken.came_in.is_none(),
            callback_at: said.callback_at,
            agent,
            opt_out: said.opt_out,
        };
        let update = after.update(&run.campaign, run.pack.as_deref(), self.now);
        let update = in_view_of_before(spoken.came_in, said.callback_at, update);
        let later = self.later_word(said.attempt, spoken);
        in_view_of_later(later, charge(spoken, row), update)
    }

    /// What a later attempt with the contact made of the work, or does as it goes on.
    fn later_word(&self, attempt: AttemptId, spoken: &Spoken<'_>) -> Option<WorkUpdate> {
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
        match open {
            Some(call) => Some(WorkUpdate {
                state: WorkState::Leased,
                ..campaigns::give_back(&call.work)
            }),
            None => self
                .past
                .later_than(attempt)
                .and_then(|past| past.update.clone()),
        }
    }
}

/// A correction of an attempt that was not the last one must not undo what
/// came after it; only "never again" holds whenever it is said.
pub(crate) fn in_view_of_later(
    later: Option<WorkUpdate>,
    charge: i16,
    update: WorkUpdate,
) -> WorkUpdate {
    let later = later.map(|later| WorkUpdate {
        attempts: later.attempts.saturating_add_signed(charge),
        ..later
    });
    match later {
        // What the attempt says of its phone and of the person holds all the same.
        Some(later) if update.state == WorkState::Ready => WorkUpdate {
            invalid_phone: update.invalid_phone,
            suppress: update.suppress,
            ..later
        },
        Some(later) => WorkUpdate {
            attempts: later.attempts,
            ..update
        },
        None => update,
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
        catalogue: &call.catalogue,
        ended: None,
        opted_out: call.typified_as.as_ref().is_some_and(|said| said.suppress),
        counted: call.typified && costs(call.typified_as.as_ref(), &call.catalogue),
    }
}

fn of_past<'a>(attempt: AttemptId, past: &'a PastCall, heard: &'a Heard) -> Spoken<'a> {
    Spoken {
        attempt,
        campaign: past.campaign,
        work: &heard.work,
        phone: heard.phone,
        number: heard.number,
        typified: past.typified,
        came_in: heard.came_in,
        catalogue: &heard.catalogue,
        ended: Some(heard.ended),
        opted_out: past.update.as_ref().is_some_and(|said| said.suppress),
        counted: past.typified && costs(past.update.as_ref(), &heard.catalogue),
    }
}

/// Whether what was said of a call cost an attempt.
fn costs(said: Option<&WorkUpdate>, meant: &Catalogue) -> bool {
    let row = said.and_then(|said| meant.get(said.code.as_deref()?));
    row.is_none_or(|row| row.retry.costs_attempt)
}

/// What a call costs now less what it cost before. No INVITE of ours left for who called us.
fn charge(spoken: &Spoken<'_>, row: &Disposition) -> i16 {
    match spoken.came_in {
        Some(_) => 0,
        None => i16::from(row.retry.costs_attempt) - i16::from(spoken.counted),
    }
}
