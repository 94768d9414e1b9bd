//! A history as events: what the engine would have told of the same calls, with their instants in the past, so that tables,
//! counters and reports come of them by the ways they always come. Chunk by chunk, each in one transaction with the keys of
//! its rows: whoever begins again goes on where it ended.

use std::collections::{BTreeMap, HashMap};

use campaigns::{Campaign, Catalogue};
use domain::{
    AgentId, AgentStatus, AttemptId, Cause, ContactId, DialMode, Disposition, EndedBy, Event,
    Intent, Occasion, Outcome, Purpose, Recorded, SaleId, SignallingRecord, Timestamp, TrunkId,
    Typification, WorkState, WorkUpdate,
};
use store::{PastAttempt, PastContact, PastKey, PastKind, PastMove, SaleFilter, Store, StoreError};

use super::rows::{PastCall, PastStage, PastState, PastWord};
use crate::error::ApiError;

/// Writes a history down.
pub(super) struct Writer<'a> {
    store: &'a dyn Store,
    pub(super) campaign: Campaign,
    catalogue: Catalogue,
    /// Everybody who is named, by name.
    pub(super) agents: BTreeMap<String, AgentId>,
    /// Typifications come in a file of their own; else an attempt's code is what its advisor said of it.
    pub(super) words_apart: bool,
    /// Where numbering goes on; none until the record is ours.
    numbers: Option<(i64, u64)>,
    /// Sales by attempt, once some are moved.
    sales: BTreeMap<i64, SaleId>,
    /// What each agent does, of those met so far.
    states: BTreeMap<AgentId, AgentStatus>,
}

/// Another engine writes this record.
const ENGINE_CAME: &str = "an engine took the record over meanwhile; stop it and run the same command again: it goes on where it \
                           ended";

impl<'a> Writer<'a> {
    pub(super) fn new(store: &'a dyn Store, campaign: Campaign, catalogue: Catalogue) -> Self {
        Writer {
            store,
            campaign,
            catalogue,
            agents: BTreeMap::new(),
            words_apart: false,
            numbers: None,
            sales: BTreeMap::new(),
            states: BTreeMap::new(),
        }
    }

    /// Attempts of a chunk; how many are new.
    pub(super) async fn calls(&mut self, calls: &[PastCall]) -> Result<u64, ApiError> {
        let keys = calls.iter().map(|call| call.key.clone()).collect();
        let known = self.known(PastKind::Attempt, keys).await?;
        let new: Vec<_> = calls
            .iter()
            .filter(|call| !known.contains_key(&call.key))
            .collect();
        if new.is_empty() {
            return Ok(0);
        }
        let mut contacts = self.contacts_of(&new).await?;
        let (mut attempt, seq) = self.numbers().await?;
        let (mut events, mut keys) = (Events::from(seq), Vec::new());
        for call in &new {
            let contact = contacts
                .get_mut(&call.contact)
                .ok_or_else(|| gone("contact", &call.contact))?;
            self.one_call(call, AttemptId::new(attempt), contact, &mut events)?;
            keys.push(PastKey {
                kind: PastKind::Attempt,
                name: call.key.clone(),
                id: attempt,
            });
            attempt += 1;
        }
        self.commit(attempt, events, &keys).await?;
        Ok(new.len() as u64)
    }

    async fn contacts_of(
        &self,
        calls: &[&PastCall],
    ) -> Result<HashMap<String, PastContact>, ApiError> {
        let names = calls.iter().map(|call| call.contact.clone()).collect();
        let ids = self.known(PastKind::Contact, names).await?;
        let wanted: Vec<_> = ids.values().copied().map(ContactId::new).collect();
        let found = self.store.past_contacts(self.campaign.id, &wanted).await?;
        let mut by_id: BTreeMap<i64, PastContact> = found
            .into_iter()
            .map(|past| (past.contact.get(), past))
            .collect();
        let named = ids.into_iter();
        Ok(named
            .filter_map(|(name, id)| Some((name, by_id.remove(&id)?)))
            .collect())
    }

    /// A call from its intent to its end, and what its advisor said, where that is told beside it.
    fn one_call(
        &self,
        call: &PastCall,
        attempt: AttemptId,
        contact: &mut PastContact,
        events: &mut Events,
    ) -> Result<(), ApiError> {
        let phone = contact
            .phones
            .iter()
            .find(|phone| phone.number == call.phone);
        let phone = phone.ok_or_else(|| gone("number of contact", &call.contact))?;
        let agent = call
            .agent
            .as_ref()
            .map(|name| self.agent(name))
            .transpose()?;
        let caller_id = call.caller_id.or(self.campaign.caller_ids.first().copied());
        events.add(
            call.placed,
            Event::AttemptIntended(Intent {
                under: None,
                attempt,
                campaign: self.campaign.id,
                list: contact.list,
                contact: contact.contact,
                person: contact.person,
                segment: contact.segment.clone(),
                phone: call.phone,
                ordinal: phone.ordinal,
                trunk: TrunkId::new(0),
                caller_id: caller_id.unwrap_or(call.phone),
                mode: DialMode::Power,
                purpose: Purpose::Commercial,
                serves: None,
                agent: None,
                catalogue: self.catalogue.id,
            }),
        );
        steps(call, attempt, agent, events);
        let said = call
            .code
            .as_deref()
            .and_then(|code| self.catalogue.get(code));
        let by_system =
            Occasion::of(call.outcome).map(|on| said.unwrap_or_else(|| self.catalogue.system(on)));
        contact.attempts = contact
            .attempts
            .saturating_add(u16::from(costs(call.outcome)));
        if let Some(row) = by_system {
            settle(contact, row);
        }
        let next = self.next(contact, call.ended, by_system);
        events.add(
            call.ended,
            Event::AttemptClosed {
                attempt,
                outcome: call.outcome,
                cause: Cause {
                    sip_status: call.sip_status,
                    ..Cause::default()
                },
                ended_by: EndedBy::Network,
                next: Some(next),
            },
        );
        if let (None, Some(row), false) = (by_system, said, self.words_apart) {
            settle(contact, row);
            let next = self.next(contact, call.ended, Some(row));
            events.add(
                call.ended,
                Event::Typified(Typification {
                    attempt,
                    agent,
                    user: None,
                    code: row.code.clone(),
                    note: String::new(),
                    corrects: false,
                    next,
                }),
            );
        }
        Ok(())
    }

    fn next(&self, contact: &PastContact, at: Timestamp, row: Option<&Disposition>) -> WorkUpdate {
        WorkUpdate {
            campaign: self.campaign.id,
            contact: contact.contact,
            state: contact.state,
            next_at: at,
            next_phone: 0,
            attempts: contact.attempts,
            repeats: 0,
            code: row.map(|row| row.code.clone()),
            invalid_phone: None,
            suppress: row.is_some_and(|row| row.suppresses),
            promise: None,
            because: None,
        }
    }

    /// What was said of attempts, of a chunk; how much of it is new.
    pub(super) async fn words(&mut self, words: &[PastWord]) -> Result<u64, ApiError> {
        let keys = words.iter().map(PastWord::key).collect();
        let known = self.known(PastKind::Typification, keys).await?;
        let new: Vec<_> = words
            .iter()
            .filter(|word| !known.contains_key(&word.key()))
            .collect();
        if new.is_empty() {
            return Ok(0);
        }
        let names = new.iter().map(|word| word.attempt.clone()).collect();
        let ids = self.known(PastKind::Attempt, names).await?;
        let attempts: Vec<_> = ids.values().copied().map(AttemptId::new).collect();
        let attempts = self.store.past_attempts(&attempts).await?;
        let wanted: Vec<_> = attempts.iter().map(|past| past.contact).collect();
        let contacts = self.store.past_contacts(self.campaign.id, &wanted).await?;
        let mut contacts: HashMap<ContactId, PastContact> = contacts
            .into_iter()
            .map(|past| (past.contact, past))
            .collect();
        let mut attempts: HashMap<i64, PastAttempt> = attempts
            .into_iter()
            .map(|past| (past.id.get(), past))
            .collect();
        let (attempt, seq) = self.numbers().await?;
        let (mut events, mut keys) = (Events::from(seq), Vec::new());
        for word in &new {
            let of = ids.get(&word.attempt).and_then(|id| attempts.get_mut(id));
            let of = of.ok_or_else(|| gone("attempt", &word.attempt))?;
            let contact = contacts
                .get_mut(&of.contact)
                .ok_or_else(|| gone("contact of attempt", &word.attempt))?;
            keys.push(PastKey {
                kind: PastKind::Typification,
                name: word.key(),
                id: i64::try_from(events.next).unwrap_or(i64::MAX),
            });
            let said = self.one_word(word, of, contact)?;
            events.add(word.at, said);
        }
        self.commit(attempt, events, &keys).await?;
        Ok(new.len() as u64)
    }

    fn one_word(
        &self,
        word: &PastWord,
        of: &mut PastAttempt,
        contact: &mut PastContact,
    ) -> Result<Event, ApiError> {
        let row = self
            .catalogue
            .get(&word.code)
            .ok_or_else(|| gone("typification", &word.code))?;
        let named = word
            .agent
            .as_ref()
            .map(|name| self.agent(name))
            .transpose()?;
        let agent = match &word.user {
            Some(_) => named,
            None => named.or(of.agent),
        };
        // What an earlier call was leaves the work as the last one has it; but for who must never be called again.
        if of.is_last || row.suppresses {
            settle(contact, row);
        }
        let last = of.is_last.then_some(row);
        let mut next = self.next(contact, word.at, last);
        next.code = last
            .map(|row| row.code.clone())
            .or_else(|| contact.code.clone());
        next.suppress = row.suppresses;
        Ok(Event::Typified(Typification {
            attempt: of.id,
            agent,
            user: word.user.clone(),
            code: row.code.clone(),
            note: word.note.clone(),
            corrects: std::mem::replace(&mut of.is_typified, true) || agent.is_none(),
            next,
        }))
    }

    /// What agents did, of a chunk; how much of it is new.
    pub(super) async fn states(&mut self, rows: &[PastState]) -> Result<u64, ApiError> {
        let keys = rows.iter().map(PastState::key).collect();
        let known = self.known(PastKind::AgentState, keys).await?;
        let new: Vec<_> = rows
            .iter()
            .filter(|row| !known.contains_key(&row.key()))
            .collect();
        if new.is_empty() {
            return Ok(0);
        }
        let (attempt, seq) = self.numbers().await?;
        let (mut events, mut keys) = (Events::from(seq), Vec::new());
        for row in &new {
            let agent = self.agent(&row.agent)?;
            let from = self.state_of(agent, row.at).await?;
            self.states.insert(agent, row.state);
            keys.push(PastKey {
                kind: PastKind::AgentState,
                name: row.key(),
                id: i64::try_from(events.next).unwrap_or(i64::MAX),
            });
            events.add(
                row.at,
                Event::AgentStateChanged {
                    agent,
                    from,
                    to: row.state,
                    reason: row.reason.clone(),
                    attempt: None,
                },
            );
        }
        self.commit(attempt, events, &keys).await?;
        Ok(new.len() as u64)
    }

    /// Stages of sales, of a chunk; how many are new.
    pub(super) async fn stages(&mut self, rows: &[PastStage]) -> Result<u64, ApiError> {
        let keys = rows.iter().map(PastStage::key).collect();
        let known = self.known(PastKind::SaleMove, keys).await?;
        let new: Vec<_> = rows
            .iter()
            .filter(|row| !known.contains_key(&row.key()))
            .collect();
        let names = new.iter().map(|row| row.attempt.clone()).collect();
        let attempts = self.known(PastKind::Attempt, names).await?;
        if new.is_empty() {
            return Ok(0);
        }
        if self.sales.is_empty() {
            let filter = SaleFilter {
                campaign: Some(self.campaign.id),
                ..SaleFilter::default()
            };
            let sales = self.store.sales(&filter).await?;
            let live = sales.iter().filter(|sale| !sale.by_correction);
            self.sales = live.map(|sale| (sale.attempt.get(), sale.id)).collect();
        }
        let (mut moves, mut keys) = (Vec::new(), Vec::new());
        for row in &new {
            let sale = attempts
                .get(&row.attempt)
                .and_then(|attempt| self.sales.get(attempt));
            let sale = *sale.ok_or_else(|| gone("sale of attempt", &row.attempt))?;
            moves.push(PastMove {
                sale,
                to: row.stage,
                at: row.at,
                reason: row.reason.clone(),
                user: row.user.clone().unwrap_or_default(),
                value: row.value,
            });
            keys.push(PastKey {
                kind: PastKind::SaleMove,
                name: row.key(),
                id: sale.get(),
            });
        }
        self.store
            .put_past_moves(self.campaign.id, &moves, &keys)
            .await?;
        Ok(new.len() as u64)
    }

    /// What an agent did until then.
    async fn state_of(&self, agent: AgentId, at: Timestamp) -> Result<AgentStatus, ApiError> {
        if let Some(state) = self.states.get(&agent) {
            return Ok(*state);
        }
        let log = self
            .store
            .agent_log(Some(agent), Timestamp::default(), at)
            .await?;
        Ok(log.last().map_or(AgentStatus::Offline, |last| last.to))
    }

    fn agent(&self, name: &str) -> Result<AgentId, ApiError> {
        self.agents
            .get(name)
            .copied()
            .ok_or_else(|| gone("advisor", name))
    }

    async fn known(
        &self,
        kind: PastKind,
        names: Vec<String>,
    ) -> Result<BTreeMap<String, i64>, ApiError> {
        Ok(self.store.past_ids(self.campaign.id, kind, &names).await?)
    }

    /// Where numbering goes on; takes the record over the first time something is to be written.
    async fn numbers(&mut self) -> Result<(i64, u64), ApiError> {
        if let Some(numbers) = self.numbers {
            return Ok(numbers);
        }
        self.store.take_over().await?;
        let from = self.store.numbering().await?;
        let numbers = (from.next_attempt, from.next_seq);
        self.numbers = Some(numbers);
        Ok(numbers)
    }

    async fn commit(
        &mut self,
        next_attempt: i64,
        events: Events,
        keys: &[PastKey],
    ) -> Result<(), ApiError> {
        let done = self
            .store
            .commit_past(self.campaign.id, &events.list, keys)
            .await;
        done.map_err(|error| match error {
            StoreError::Replaced | StoreError::JournalGap { .. } => {
                ApiError::Conflict(ENGINE_CAME.to_owned())
            }
            other => other.into(),
        })?;
        self.numbers = Some((next_attempt, events.next));
        Ok(())
    }
}

/// The check knew of it.
fn gone(what: &str, name: &str) -> ApiError {
    ApiError::Conflict(format!(
        "the {what} \"{name}\" is not there any more; were the files changed meanwhile? Run the same command again"
    ))
}

/// Events with their places in the journal.
struct Events {
    list: Vec<Recorded>,
    next: u64,
}

impl Events {
    fn from(seq: u64) -> Events {
        Events {
            list: Vec::new(),
            next: seq,
        }
    }

    fn add(&mut self, at: Timestamp, event: Event) {
        let seq = self.next;
        self.next += 1;
        self.list.push(Recorded { seq, at, event });
    }
}

/// What happened between the intent of a call and its end.
fn steps(call: &PastCall, attempt: AttemptId, agent: Option<AgentId>, events: &mut Events) {
    events.add(call.placed, Event::CallPlaced { attempt });
    if let Some(at) = call.ringing {
        events.add(at, Event::CallRinging { attempt });
    }
    let Some(answered) = call.answered else {
        return;
    };
    let signalling = SignallingRecord(String::new());
    events.add(
        answered,
        Event::CallAnswered {
            attempt,
            signalling,
        },
    );
    if let (Some(bridged), Some(agent)) = (call.bridged, agent) {
        let waited = bridged.since(answered);
        events.add(
            bridged,
            Event::CallBridged {
                attempt,
                agent,
                waited,
            },
        );
    }
    if call.outcome == Outcome::Abandoned {
        let waited = call.ended.since(answered);
        events.add(call.ended, Event::CallAbandoned { attempt, waited });
    }
}

/// Whether such a call is charged to its contact.
fn costs(outcome: Outcome) -> bool {
    !matches!(outcome, Outcome::Congestion | Outcome::Cancelled)
}

/// Where the work with a contact stands after that was said of it.
fn settle(contact: &mut PastContact, row: &Disposition) {
    contact.state = match (contact.state, row.suppresses, row.closes_record) {
        (WorkState::Suppressed, _, _) | (_, true, _) => WorkState::Suppressed,
        (_, _, true) => WorkState::Closed,
        _ => WorkState::Ready,
    };
    contact.code = Some(row.code.clone());
}
