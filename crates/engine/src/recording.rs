//! Which calls are recorded, and what agents may do with the recording of theirs. Sound and files
//! are other people's: here are the decision, its reason, and the marks.
//!
//! ```text
//!  Undecided ──answered──▶ Awaited ──bridged, consented──▶ On ◀─pause/resume─▶ Paused
//!      │ off, not chosen      │ │bridged, to be told       ▲
//!      │                      │ ▼                          │
//!      │                      │ Telling ───told────────────┘
//!      └──────────▶ Not ◀─────┴──┘ never bridged, no consent, not told, disk low
//! ```

use std::time::Duration;

use campaigns::{Consent, RecordFrom, RecordingRules};
use domain::{
    AgentId, AttemptId, CampaignId, Event, NoRecording, Occasion, Outcome, RecordingFact,
};

use crate::call::Call;
use crate::command::RecordOrder;
use crate::timers::Timer;
use crate::transfer::Refused;
use crate::{Command, Engine};

/// Longest kind and text of a mark, in characters.
const KIND_MAX: usize = 32;
const TEXT_MAX: usize = 200;
/// Most marks of one call: a script has fewer stages, and a page that runs wild fills no record.
const MARKS_MAX: u16 = 500;

const NOT_RECORDED: Refused = ("not_recorded", "this call is not being recorded");
const NOT_PAUSED: Refused = ("not_paused", "the recording is not paused");
const TOO_MANY: Refused = ("too_many_marks", "this recording has 500 marks already");
const BAD_MARK: Refused = (
    "bad_mark",
    "a mark has a kind of 1 to 32 of a-z, 0-9 and _, and at most 200 characters of text",
);
const NO_CONSENT_AWAITED: Refused = (
    "no_consent_awaited",
    "this call waits for no consent: it is recorded already, or is not to be",
);

/// How the recording of a call stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Recording {
    /// Nobody has picked up.
    #[default]
    Undecided,
    /// It is to be, and has not begun.
    Awaited,
    /// The customer is being told of it.
    Telling,
    /// It goes on, with so many marks.
    On { marks: u16 },
    /// Silence is recorded.
    Paused { marks: u16 },
    /// There is none.
    Not,
}

impl Engine {
    /// Somebody picked up.
    pub(crate) fn decide_recording(&mut self, attempt: AttemptId) {
        let Some(rules) = self.rules_of(attempt) else {
            return;
        };
        let (records, chosen) = (rules.records(), rules.chooses(attempt));
        let at_once = rules.from == RecordFrom::Answer && rules.consent == Consent::NotNeeded;
        match (records, chosen) {
            (false, _) => self.decline(attempt, NoRecording::Off),
            (true, false) => self.decline(attempt, NoRecording::NotChosen),
            (true, true) => {
                self.recording_is(attempt, Recording::Awaited);
                if at_once {
                    self.start_recording(attempt);
                }
            }
        }
    }

    /// An agent hears the customer.
    pub(crate) fn record_from_bridge(&mut self, attempt: AttemptId) {
        if self.recording_of(attempt) != Recording::Awaited {
            return;
        }
        match self.rules_of(attempt).map(|rules| rules.consent) {
            Some(Consent::NotNeeded) => self.start_recording(attempt),
            Some(Consent::Announced) => {
                self.recording_is(attempt, Recording::Telling);
                let order = RecordOrder::Announce;
                self.order(Command::Record { attempt, order });
            }
            Some(Consent::Asked) | None => {}
        }
    }

    /// The customer was told.
    pub(crate) fn recording_announced(&mut self, attempt: AttemptId) {
        if self.recording_of(attempt) == Recording::Telling {
            self.note_recording(attempt, RecordingFact::Announced);
            self.start_recording(attempt);
        }
    }

    fn start_recording(&mut self, attempt: AttemptId) {
        if self.no_room {
            return self.decline(attempt, NoRecording::DiskLow);
        }
        self.recording_is(attempt, Recording::On { marks: 0 });
        self.note_recording(attempt, RecordingFact::Started);
        let order = RecordOrder::Start { at: self.now };
        self.order(Command::Record { attempt, order });
    }

    fn decline(&mut self, attempt: AttemptId, why: NoRecording) {
        self.recording_is(attempt, Recording::Not);
        self.note_recording(attempt, RecordingFact::Declined(why));
    }

    /// A call is over: what was awaited never came, or what there is gets its class.
    pub(crate) fn recording_ends(&mut self, call: &Call, outcome: Outcome) {
        let (attempt, campaign) = (call.intent.attempt, call.intent.campaign);
        match call.recording {
            Recording::Awaited => {
                let why = match call.heard_by {
                    Some(_) => NoRecording::NoConsent,
                    None => NoRecording::NotBridged,
                };
                self.note_recording(attempt, RecordingFact::Declined(why));
            }
            Recording::Telling => {
                let why = RecordingFact::Declined(NoRecording::NotAnnounced);
                self.note_recording(attempt, why);
            }
            // What was said of it already is the class.
            Recording::On { .. } | Recording::Paused { .. } if !call.typified => {
                let row = Occasion::of(outcome).map(|on| call.catalogue.system(on).code.clone());
                self.class_recording(campaign, attempt, &row.unwrap_or_default());
            }
            Recording::On { .. }
            | Recording::Paused { .. }
            | Recording::Undecided
            | Recording::Not => {}
        }
    }

    /// What a call was says how long its recording is kept. A correction says it anew.
    pub(crate) fn class_recording(&mut self, campaign: CampaignId, attempt: AttemptId, code: &str) {
        let Some(run) = self.runs.get(&campaign) else {
            return;
        };
        let rules = &run.campaign.recording;
        if !rules.records() {
            return;
        }
        let (class, days) = rules.kept(run.pack.as_deref(), code);
        let fact = RecordingFact::Classed {
            class: class.to_owned(),
            keep_until: self.now + Duration::from_secs(u64::from(days) * 86_400),
        };
        self.note_recording(attempt, fact);
    }

    pub(crate) fn consent(&mut self, id: AgentId) {
        let done = self.call_had_by(id).and_then(|(attempt, _)| {
            if self.recording_of(attempt) != Recording::Awaited {
                return Err(NO_CONSENT_AWAITED);
            }
            self.note_recording(attempt, RecordingFact::Consented { agent: id });
            self.start_recording(attempt);
            Ok(())
        });
        self.grant(done);
    }

    pub(crate) fn pause_recording(&mut self, id: AgentId) {
        let done = self.call_had_by(id).and_then(|(attempt, _)| {
            let marks = match self.recording_of(attempt) {
                Recording::On { marks } => marks,
                Recording::Paused { .. } => return Ok(()),
                _ => return Err(NOT_RECORDED),
            };
            let most = self.rules_of(attempt).map(|rules| rules.pause_max);
            let until = self.now + most.unwrap_or_default();
            self.timers.set(Timer::Paused(attempt), until);
            self.recording_is(attempt, Recording::Paused { marks });
            self.note_recording(attempt, RecordingFact::Paused { agent: id });
            let order = RecordOrder::Pause;
            self.order(Command::Record { attempt, order });
            Ok(())
        });
        self.grant(done);
    }

    pub(crate) fn resume_recording(&mut self, id: AgentId) {
        let done = self.call_had_by(id).and_then(|(attempt, _)| {
            match self.recording_of(attempt) {
                Recording::Paused { .. } => self.go_on_recording(attempt, Some(id)),
                Recording::On { .. } => {}
                _ => return Err(NOT_PAUSED),
            }
            Ok(())
        });
        self.grant(done);
    }

    /// A pause that nobody ended.
    pub(crate) fn pause_is_over(&mut self, attempt: AttemptId) {
        if matches!(self.recording_of(attempt), Recording::Paused { .. }) {
            self.go_on_recording(attempt, None);
        }
    }

    fn go_on_recording(&mut self, attempt: AttemptId, agent: Option<AgentId>) {
        let marks = self.recording_of(attempt).marks();
        self.timers.clear(Timer::Paused(attempt));
        self.recording_is(attempt, Recording::On { marks });
        self.note_recording(attempt, RecordingFact::Resumed { agent });
        let order = RecordOrder::Resume;
        self.order(Command::Record { attempt, order });
    }

    pub(crate) fn mark_recording(&mut self, id: AgentId, kind: String, text: String) {
        let done = self.call_had_by(id).and_then(|(attempt, _)| {
            let is_kind = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            let fits = (1..=KIND_MAX).contains(&kind.chars().count())
                && kind.chars().all(is_kind)
                && text.chars().count() <= TEXT_MAX;
            if !fits {
                return Err(BAD_MARK);
            }
            let agent = Some(id);
            self.mark(attempt, RecordingFact::Marked { kind, text, agent })
        });
        self.grant(done);
    }

    /// What happens to a recorded call is marked, as far as there is room.
    pub(crate) fn mark_by_engine(&mut self, attempt: AttemptId, kind: &str) {
        let fact = RecordingFact::Marked {
            kind: kind.to_owned(),
            text: String::new(),
            agent: None,
        };
        // Where nothing is recorded there is nothing to mark.
        let _ = self.mark(attempt, fact);
    }

    fn mark(&mut self, attempt: AttemptId, fact: RecordingFact) -> Result<(), Refused> {
        let call = self.calls.get_mut(attempt).ok_or(NOT_RECORDED)?;
        let (Recording::On { marks } | Recording::Paused { marks }) = &mut call.recording else {
            return Err(NOT_RECORDED);
        };
        if *marks >= MARKS_MAX {
            return Err(TOO_MANY);
        }
        *marks += 1;
        self.note_recording(attempt, fact);
        Ok(())
    }

    fn note_recording(&mut self, attempt: AttemptId, fact: RecordingFact) {
        self.emit(Event::Recording { attempt, fact });
    }

    fn rules_of(&self, attempt: AttemptId) -> Option<&RecordingRules> {
        let call = self.calls.get(attempt)?;
        let run = self.runs.get(&call.intent.campaign)?;
        Some(&run.campaign.recording)
    }

    fn recording_of(&self, attempt: AttemptId) -> Recording {
        self.calls
            .get(attempt)
            .map_or(Recording::Not, |call| call.recording)
    }

    fn recording_is(&mut self, attempt: AttemptId, stands: Recording) {
        if let Some(call) = self.calls.get_mut(attempt) {
            call.recording = stands;
        }
    }
}

impl Recording {
    fn marks(self) -> u16 {
        match self {
            Recording::On { marks } | Recording::Paused { marks } => marks,
            Recording::Undecided | Recording::Awaited | Recording::Telling | Recording::Not => 0,
        }
    }

    /// The word for the desk; `None`: there is none.
    pub(crate) fn word(self) -> Option<&'static str> {
        match self {
            Recording::Awaited | Recording::Telling => Some("awaited"),
            Recording::On { .. } => Some("on"),
            Recording::Paused { .. } => Some("paused"),
            Recording::Undecided | Recording::Not => None,
        }
    }
}
