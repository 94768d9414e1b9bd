//! Rows of another system's tables, as far as one row can be judged: columns and what their cells mean. What rows say together
//! is `check.rs`'s affair. The columns are documented in `docs/how-to/bring-a-history.md`.

use std::collections::BTreeMap;

use campaigns::{Catalogue, EditedColumn};
use domain::{AgentStatus, Outcome, PhoneNumber, Timestamp};
use sales::Stage;

use super::cells::{Reading, TEXT_MAX};
use super::table::FileProblem;
use crate::goals::column;

/// Columns of contacts.
pub(super) const CONTACTS: &[EditedColumn] = &[
    column("clave", "key", true),
    column("documento", "document", false),
    column("nombre", "name", false),
    column("segmento", "segment", false),
    column("telefonos", "phones", true),
    column("recibida", "received_at", false),
];
/// Columns of attempts; what `attempts export` writes.
pub(super) const CALLS: &[EditedColumn] = &[
    column("clave", "key", true),
    column("contacto", "contact", true),
    column("telefono", "phone", true),
    column("inicio", "placed_at", true),
    column("timbre", "ringing_at", false),
    column("contestada", "answered_at", false),
    column("conectada", "bridged_at", false),
    column("fin", "ended_at", true),
    column("resultado", "outcome", true),
    column("asesor", "agent", false),
    column("codigo", "code", false),
    column("linea", "caller_id", false),
    column("sip", "sip_status", false),
];
/// Columns of typifications.
pub(super) const SAID: &[EditedColumn] = &[
    column("intento", "attempt", true),
    column("instante", "at", true),
    column("codigo", "code", true),
    column("asesor", "agent", false),
    column("usuario", "user", false),
    column("nota", "note", false),
];
/// Columns of agents' states.
pub(super) const STATES: &[EditedColumn] = &[
    column("asesor", "agent", true),
    column("instante", "at", true),
    column("estado", "state", true),
    column("motivo", "reason", false),
];

/// Columns of sales: a row for each stage that one came to.
pub(super) const SALES: &[EditedColumn] = &[
    column("intento", "attempt", true),
    column("etapa", "stage", true),
    column("instante", "at", true),
    column("valor", "value", false),
    column("motivo", "reason", false),
    column("usuario", "user", false),
];

/// Longest note.
const NOTE_MAX: usize = 4_000;

/// What a row cannot say by itself.
#[derive(Debug)]
pub(super) struct Meaning {
    /// Times without an offset are of this zone.
    pub(super) zone: String,
    pub(super) catalogue: Catalogue,
    /// Codes of the other system, and which of ours they are.
    pub(super) codes: BTreeMap<String, String>,
    /// Nothing of a history is later.
    pub(super) now: Timestamp,
}

/// A contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PastPerson {
    pub(super) line: u64,
    pub(super) key: String,
    pub(super) document: String,
    pub(super) name: String,
    pub(super) segment: String,
    pub(super) phones: Vec<PhoneNumber>,
    pub(super) received_at: Option<Timestamp>,
}

/// A call that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PastCall {
    pub(super) line: u64,
    pub(super) key: String,
    pub(super) contact: String,
    pub(super) phone: PhoneNumber,
    pub(super) placed: Timestamp,
    pub(super) ringing: Option<Timestamp>,
    pub(super) answered: Option<Timestamp>,
    pub(super) bridged: Option<Timestamp>,
    pub(super) ended: Timestamp,
    pub(super) outcome: Outcome,
    pub(super) agent: Option<String>,
    pub(super) code: Option<String>,
    pub(super) caller_id: Option<PhoneNumber>,
    pub(super) sip_status: Option<u16>,
}

/// What was said of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PastWord {
    pub(super) line: u64,
    pub(super) attempt: String,
    pub(super) at: Timestamp,
    pub(super) code: String,
    pub(super) agent: Option<String>,
    pub(super) user: Option<String>,
    pub(super) note: String,
}

/// What an agent began to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PastState {
    pub(super) line: u64,
    pub(super) agent: String,
    pub(super) at: Timestamp,
    pub(super) state: AgentStatus,
    pub(super) reason: Option<String>,
}

/// A stage that a sale came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PastStage {
    pub(super) line: u64,
    pub(super) attempt: String,
    pub(super) stage: Stage,
    pub(super) at: Timestamp,
    pub(super) value: Option<i64>,
    pub(super) reason: Option<String>,
    pub(super) user: Option<String>,
}

impl PastStage {
    /// What it is known by.
    pub(super) fn key(&self) -> String {
        format!("{}|{}|{}", self.attempt, self.stage, self.at.as_millis())
    }
}

impl PastWord {
    /// What it is known by: nothing else of the attempt was said at that instant.
    pub(super) fn key(&self) -> String {
        format!("{}|{}", self.attempt, self.at.as_millis())
    }
}

impl PastState {
    /// What it is known by.
    pub(super) fn key(&self) -> String {
        format!("{}|{}", self.agent, self.at.as_millis())
    }
}

impl Reading<'_> {
    pub(super) fn contact(mut self) -> Result<PastPerson, Vec<FileProblem>> {
        let key = self.name(0);
        let document = match self.row.cell(1) {
            "" => Some(String::new()),
            text => self.some(
                1,
                Some(intake::document(text)).filter(|it| !it.is_empty()),
                || "this is no identity document; leave it empty where there is none".to_owned(),
            ),
        };
        let name = self.text(2, TEXT_MAX);
        let segment = self.text(3, TEXT_MAX);
        let phones = self.phones(4);
        let received_at = self.instant(5);
        match (key, document, name, segment, phones, received_at) {
            (
                Some(key),
                Some(document),
                Some(name),
                Some(segment),
                Some(phones),
                Some(received_at),
            ) => self.done(PastPerson {
                line: self.row.line,
                key,
                document,
                name,
                segment,
                phones,
                received_at,
            }),
            _ => Err(self.problems),
        }
    }

    pub(super) fn call(mut self) -> Result<PastCall, Vec<FileProblem>> {
        let (key, contact) = (self.name(0), self.name(1));
        let phone = self.phone(2).flatten();
        if phone.is_none() && self.problems.is_empty() {
            self.wrong(2, "the number called is missing");
        }
        let (placed, ended) = (self.must(3), self.must(7));
        let steps = [4, 5, 6].map(|column| self.instant(column));
        let outcome = self.outcome(8);
        let agent = self.optional_name(9);
        let code = self.code(10);
        let caller_id = self.phone(11);
        let sip_status = self.sip_status(12);
        let [Some(ringing), Some(answered), Some(bridged)] = steps else {
            return Err(self.problems);
        };
        match (
            key, contact, phone, placed, ended, outcome, agent, code, caller_id, sip_status,
        ) {
            (
                Some(key),
                Some(contact),
                Some(phone),
                Some(placed),
                Some(ended),
                Some(outcome),
                Some(agent),
                Some(code),
                Some(caller_id),
                Some(sip_status),
            ) => {
                let call = PastCall {
                    line: self.row.line,
                    key,
                    contact,
                    phone,
                    placed,
                    ringing,
                    answered,
                    bridged,
                    ended,
                    outcome,
                    agent,
                    code,
                    caller_id,
                    sip_status,
                };
                self.steps_of(&call);
                self.done(call)
            }
            _ => Err(self.problems),
        }
    }

    pub(super) fn word(mut self) -> Result<PastWord, Vec<FileProblem>> {
        let attempt = self.name(0);
        let at = self.must(1);
        let code = self.code(2);
        let (agent, user) = (self.optional_name(3), self.optional_name(4));
        let note = self.text(5, NOTE_MAX);
        if matches!(code, Some(None)) {
            self.wrong(2, "what was said is missing");
        }
        match (attempt, at, code.flatten(), agent, user, note) {
            (Some(attempt), Some(at), Some(code), Some(agent), Some(user), Some(note)) => self
                .done(PastWord {
                    line: self.row.line,
                    attempt,
                    at,
                    code,
                    agent,
                    user,
                    note,
                }),
            _ => Err(self.problems),
        }
    }

    pub(super) fn state(mut self) -> Result<PastState, Vec<FileProblem>> {
        let agent = self.name(0);
        let at = self.must(1);
        let word = self.row.cell(2).to_lowercase();
        let state = AgentStatus::ALL
            .into_iter()
            .find(|state| state.word() == word);
        let state = self.some(2, state, || {
            let words = AgentStatus::ALL.map(AgentStatus::word).join(", ");
            format!("\"{word}\" is no state; one of {words}")
        });
        let reason = self.optional_name(3);
        match (agent, at, state, reason) {
            (Some(agent), Some(at), Some(state), Some(reason)) => self.done(PastState {
                line: self.row.line,
                agent,
                at,
                state,
                reason,
            }),
            _ => Err(self.problems),
        }
    }

    pub(super) fn stage(mut self) -> Result<PastStage, Vec<FileProblem>> {
        let attempt = self.name(0);
        let word = self.row.cell(1).to_lowercase();
        let stage = Stage::ALL.into_iter().find(|stage| stage.word() == word);
        let stage = self.some(1, stage, || {
            let words = Stage::ALL.map(Stage::word).join(", ");
            format!("\"{word}\" is no stage of a sale; one of {words}")
        });
        let at = self.must(2);
        let value = match self.row.cell(3) {
            "" => Some(None),
            text => {
                let value = text.parse::<i64>().ok().filter(|value| *value >= 0);
                let words = || {
                    "a value is a whole number from 0 on, without signs or points between thousands"
                        .to_owned()
                };
                self.some(3, value, words).map(Some)
            }
        };
        let (reason, user) = (self.optional_name(4), self.optional_name(5));
        match (attempt, stage, at, value, reason, user) {
            (Some(attempt), Some(stage), Some(at), Some(value), Some(reason), Some(user)) => self
                .done(PastStage {
                    line: self.row.line,
                    attempt,
                    stage,
                    at,
                    value,
                    reason,
                    user,
                }),
            _ => Err(self.problems),
        }
    }

    /// Whether the steps of a call follow each other and go with its end.
    fn steps_of(&mut self, call: &PastCall) {
        let steps = [
            (3, Some(call.placed)),
            (4, call.ringing),
            (5, call.answered),
            (6, call.bridged),
            (7, Some(call.ended)),
        ];
        let mut before = call.placed;
        for (column, at) in steps {
            let Some(at) = at else { continue };
            if at < before {
                self.wrong(column, "this is before the step before it");
            }
            before = at;
        }
        use Outcome as O;
        let connected = call.outcome == O::Connected;
        if connected && (call.bridged.is_none() || call.answered.is_none()) {
            self.wrong(
                6,
                "a connected call was answered and joined to an advisor; say when",
            );
        }
        if connected && call.agent.is_none() {
            self.wrong(9, "a connected call had an advisor; say who");
        }
        if !connected && call.bridged.is_some() {
            self.wrong(8, "a call that was joined to an advisor is `connected`");
        }
        let picked_up = matches!(call.outcome, O::Abandoned | O::HungUpWaiting);
        if picked_up && call.answered.is_none() {
            self.wrong(5, "such a call was answered; say when");
        }
        let nobody = matches!(
            call.outcome,
            O::NoAnswer | O::Busy | O::Unreachable | O::InvalidNumber | O::Congestion | O::Rejected
        );
        if nobody && call.answered.is_some() {
            self.wrong(5, "nobody picks up such a call; leave it empty");
        }
    }
}
