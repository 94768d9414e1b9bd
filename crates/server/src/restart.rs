//! After a crash: what was open is closed as `unknown_crash`, its dialogs get
//! BYE or CANCEL, phones and lines are known again, and whoever was at work
//! goes on. Nobody is dialed twice: a closed attempt waits like any other, and
//! so does one whose agent had not typified yet.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use campaigns::{After, Campaign, Catalogue};
use domain::{
    AgentId, AgentStatus, CatalogueId, Cause, Disposition, EndedBy, Event, Intent, Occasion,
    Outcome, Recorded, Timestamp, Typification, WorkItem, WorkState, WorkUpdate,
};
use engine::{AgentRequest, Input, PastAttempt};
use store::{Result, Store};
use telephony::{BindingRecord, Telephony};

use crate::floor::Floor;
use crate::inbound;

/// Wait before a person whose call a crash took may be called again, where
/// the catalogue does not say.
const COOL_OFF: Duration = Duration::from_secs(3_600);
/// How far back to look for who was at work.
const SHIFT: Duration = Duration::from_secs(16 * 3_600);

/// The longest that calls may leave on one day; the night is as long.
const DAY_OF_CALLS: Duration = Duration::from_secs(12 * 3_600);

/// What an earlier run left, brought to its end.
pub(crate) struct Left {
    /// How many attempts were open.
    pub(crate) orphans: usize,
    /// Attempts of which agents may still speak.
    pub(crate) past: Vec<PastAttempt>,
}

/// Ends what the earlier run left open: facts first, then dialogs.
pub(crate) async fn close_orphans(
    store: &Arc<dyn Store>,
    telephony: &Telephony,
    floor: &Floor,
    now: Timestamp,
) -> Result<Left> {
    let open = store.open_attempts().await?;
    let sides = store.open_sides().await?;
    let mut seq = store.numbering().await?.next_seq;
    let mut meanings = Meanings::of(store);
    let (mut events, mut past) = (Vec::new(), Vec::new());
    let mut note = |event| {
        events.push(Recorded {
            seq,
            at: now,
            event,
        });
        seq += 1;
    };
    for (intent, came_in) in store.untyped_attempts().await? {
        let work = store.work(intent.campaign, intent.contact).await?;
        let catalogue = meanings.at(intent.catalogue).await?;
        let row = catalogue.system(Occasion::Untyped);
        let (work, next) = match (work, came_in) {
            (Some(work), Some(state)) => {
                let next = inbound::as_it_was(&work, state);
                (Some(work), next)
            }
            (work, _) => {
                let work = work.map(|work| as_leased(work, intent.ordinal));
                let next = next_work(floor, &intent, work.as_ref(), &catalogue, row, now);
                (work, next)
            }
        };
        note(Event::Typified(Typification {
            attempt: intent.attempt,
            agent: None,
            user: None,
            code: row.code.clone(),
            note: String::new(),
            corrects: false,
            next: next.clone(),
        }));
        let told = (next, came_in, Arc::clone(&catalogue), now);
        past.extend(spoken_of(&intent, intent.agent, work, told));
    }
    for orphan in &open {
        let (intent, outcome) = (&orphan.intent, Outcome::UnknownCrash);
        let work = store.work(intent.campaign, intent.contact).await?;
        let catalogue = meanings.at(intent.catalogue).await?;
        let row = catalogue.system(Occasion::Ended(outcome));
        let as_it_was = work.as_ref().zip(orphan.came_in);
        let next = match as_it_was.map(|(work, state)| inbound::as_it_was(work, state)) {
            Some(next) => next,
            None => next_work(floor, intent, work.as_ref(), &catalogue, row, now),
        };
        note(Event::AttemptClosed {
            attempt: intent.attempt,
            outcome,
            cause: Cause::default(),
            ended_by: EndedBy::System,
            next: Some(next.clone()),
        });
        let told = (next, orphan.came_in, Arc::clone(&catalogue), now);
        past.extend(spoken_of(intent, orphan.agent, work, told));
    }
    let (ends, dialogs) = inbound::strangers_left(store, now, seq).await?;
    events.extend(ends);
    store.commit(&events).await?;
    for dialog in dialogs {
        telephony.end_dialog(dialog);
    }
    for orphan in &open {
        let intent = &orphan.intent;
        if orphan.came_in.is_some() {
            // There is nothing to cancel of a call that they made.
            if let Some(dialog) = orphan.signalling.clone() {
                telephony.end_dialog(dialog);
            }
            continue;
        }
        telephony.end_orphan(
            intent.attempt,
            intent.trunk,
            intent.phone,
            intent.caller_id,
            orphan.signalling.clone(),
        );
    }
    for side in sides {
        telephony.end_orphan_side(side.attempt, side.number, side.route, side.signalling);
    }
    let orphans = open.len();
    Ok(Left { orphans, past })
}

/// An agent who heard the customer may still say what the call was.
fn spoken_of(
    intent: &Intent,
    agent: Option<AgentId>,
    work: Option<WorkItem>,
    (update, came_in, catalogue, ended): (WorkUpdate, Option<WorkState>, Arc<Catalogue>, Timestamp),
) -> Option<PastAttempt> {
    Some(PastAttempt {
        intent: intent.clone(),
        work: work?,
        agent: agent?,
        update,
        came_in,
        catalogue,
        ended,
    })
}

/// Versions of typifications, each read once.
struct Meanings<'a> {
    store: &'a Arc<dyn Store>,
    known: HashMap<CatalogueId, Arc<Catalogue>>,
}

impl Meanings<'_> {
    fn of(store: &Arc<dyn Store>) -> Meanings<'_> {
        Meanings {
            store,
            known: HashMap::new(),
        }
    }

    /// The version an attempt began with.
    async fn at(&mut self, id: CatalogueId) -> Result<Arc<Catalogue>> {
        if let Some(known) = self.known.get(&id) {
            return Ok(Arc::clone(known));
        }
        let read = self.store.catalogue_of(id).await?.unwrap_or_default();
        let read = Arc::new(read);
        self.known.insert(id, Arc::clone(&read));
        Ok(read)
    }
}

/// The work as it was before its last call to this number. The record counts a
/// call when it closes; what follows from its typification counts it as well.
pub(crate) fn as_leased(mut work: WorkItem, ordinal: u8) -> WorkItem {
    let phones = work.contact.phones.iter_mut();
    for phone in phones.filter(|phone| phone.ordinal == ordinal) {
        phone.attempts = phone.attempts.saturating_sub(1);
    }
    work
}

/// What becomes of the work: as the catalogue says for this code, counting what
/// was tried before, and never until the person cooled off.
fn next_work(
    floor: &Floor,
    intent: &Intent,
    work: Option<&WorkItem>,
    catalogue: &Catalogue,
    disposition: &Disposition,
    now: Timestamp,
) -> WorkUpdate {
    let campaign = floor.campaigns.get(&intent.campaign);
    match (work, campaign) {
        (Some(work), Some(campaign)) => {
            let after = After {
                attempt: intent.attempt,
                work,
                phone: intent.ordinal,
                disposition,
                version: catalogue.version,
                costs_attempt: true,
                callback_at: None,
                agent: None,
                opt_out: false,
            };
            let pack = law::Pack::by_id(&campaign.law_pack).ok();
            let mut update = after.update(campaign, pack.as_ref(), now);
            update.next_at = update.next_at.max(now + COOL_OFF);
            update
        }
        _ => WorkUpdate {
            campaign: intent.campaign,
            contact: intent.contact,
            state: WorkState::Ready,
            next_at: now + COOL_OFF,
            next_phone: intent.ordinal,
            attempts: 1,
            repeats: 1,
            code: Some(disposition.code.clone()),
            invalid_phone: None,
            suppress: false,
            promise: None,
            because: None,
        },
    }
}

/// People who answered a campaign's calls this month, and those of them
/// abandoned, where it wants to be sure of the month.
async fn month(store: &Arc<dyn Store>, campaign: &Campaign, now: Timestamp) -> Result<(u64, u64)> {
    let pack = law::Pack::by_id(&campaign.law_pack).ok();
    let began = pack.and_then(|pack| pack.month_began(now));
    let Some(began) = began.filter(|_| campaign.abandon_sure.is_some()) else {
        return Ok((0, 0));
    };
    let until = now + Duration::from_millis(1);
    store.abandons(campaign.id, began, until).await
}

/// How the abandon ledger of a campaign stands: a restart forgives none.
async fn abandon_ledger(
    store: &Arc<dyn Store>,
    campaign: &Campaign,
    now: Timestamp,
) -> Result<Input> {
    let first = store.first_call(campaign.id).await?;
    let pack = law::Pack::by_id(&campaign.law_pack).ok();
    let period = pack
        .zip(first)
        .and_then(|(pack, first)| pack.abandon_period(first, now));
    let (live, abandoned) = match period {
        Some((from, to)) => store.abandons(campaign.id, from, to).await?,
        None => (0, 0),
    };
    Ok(Input::AbandonLedger {
        campaign: campaign.id,
        first,
        counts: law::AbandonLedger { live, abandoned },
    })
}

/// What pacing had learnt of each campaign, and how its day stands: it need not
/// begin from guesses, and a restart forgives no abandoned call.
pub(crate) async fn pacing(
    store: &Arc<dyn Store>,
    floor: &Floor,
    now: Timestamp,
) -> Result<Vec<Input>> {
    let mut inputs = Vec::new();
    for (&campaign, settings) in &floor.campaigns {
        let until = now + Duration::from_millis(1);
        let (live, abandoned) = store.abandons(campaign, now - DAY_OF_CALLS, until).await?;
        inputs.push(Input::PacingBalance {
            campaign,
            live,
            abandoned,
            month: month(store, settings, now).await?,
        });
        inputs.push(abandon_ledger(store, settings, now).await?);
        let used = store.caller_ids(Some(campaign), now - DAY_OF_CALLS, until);
        inputs.extend(used.await?.into_iter().map(|row| Input::CallerIdUsed {
            campaign,
            caller_id: row.caller_id,
            calls: u32::try_from(row.calls).unwrap_or(u32::MAX),
            answered: u32::try_from(row.answered).unwrap_or(u32::MAX),
        }));
        if let Some((at, estimates)) = store.pacing_learnt(campaign).await? {
            inputs.push(Input::PacingLearnt {
                campaign,
                at,
                estimates,
            });
        }
    }
    Ok(inputs)
}

/// Phones that were registered, and lines to be hung up before they are
/// raised anew.
pub(crate) async fn restore_phones(
    store: &Arc<dyn Store>,
    telephony: &Telephony,
    now: Timestamp,
) -> Result<()> {
    for binding in store.bindings().await? {
        if binding.expires_at > now {
            telephony.restore_binding(BindingRecord {
                user: binding.user,
                line: binding.line,
                expires_at: binding.expires_at,
            });
        }
    }
    for (agent, record) in store.line_dialogs().await? {
        telephony.restore_line(agent, record);
        store.put_line_dialog(agent, None).await?;
    }
    Ok(())
}

/// Who was at work: they are logged in again, and those who took calls are
/// ready as soon as their line is up.
pub(crate) async fn at_work(
    store: &Arc<dyn Store>,
    now: Timestamp,
) -> Result<HashMap<AgentId, AgentStatus>> {
    let from = Timestamp::from_millis(now.as_millis() - SHIFT.as_millis() as i64);
    let log = store
        .agent_log(None, from, now + Duration::from_secs(1))
        .await?;
    let mut last = HashMap::new();
    for change in log {
        last.insert(change.agent, change.to);
    }
    last.retain(|_, status| *status != AgentStatus::Offline);
    Ok(last)
}

/// What an agent who was at work would have asked for.
pub(crate) fn log_in(agent: AgentId) -> Input {
    Input::Agent {
        agent,
        request: AgentRequest::LogIn,
    }
}

#[cfg(test)]
mod tests {
    use domain::{CampaignId, Contact, ContactId, ContactPhone, ListId, PersonId, PhoneNumber};

    use super::*;

    #[test]
    fn a_call_that_closed_already_counts_once_when_its_typification_follows() {
        let phone = |ordinal, attempts| ContactPhone {
            ordinal,
            number: PhoneNumber::from_e164("+573001234567").expect("a number"),
            attempts,
            usable: true,
        };
        let contact = Contact {
            id: ContactId::new(1),
            list: ListId::new(1),
            person: PersonId::new(1),
            document: String::new(),
            name: String::new(),
            segment: String::new(),
            phones: vec![phone(0, 2), phone(1, 3)],
            attributes: Vec::new(),
        };
        let work = WorkItem {
            campaign: CampaignId::new(1),
            contact,
            attempts: 4,
            repeats: 0,
            last_code: None,
            next_phone: 1,
            due: Timestamp::from_millis(0),
            promise: None,
            spent: 0,
            prior: Vec::new(),
            listed: Vec::new(),
            consents: Vec::new(),
            resumes: None,
        };
        let leased = as_leased(work, 1);
        let attempts: Vec<_> = leased.contact.phones.iter().map(|p| p.attempts).collect();
        // The contact's own count moves with the typification only.
        assert_eq!((attempts, leased.attempts), (vec![2, 2], 4));
    }
}
