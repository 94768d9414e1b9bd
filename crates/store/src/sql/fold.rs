//! Folds a run of events into the changes they make, in memory: several steps
//! of one attempt become one row of one statement. Pure.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    AgentId, AgentStatus, CampaignState, Event, Intent, LegQuality, Occasion, Outcome, Recorded,
    RecordingFact, Stranger, Timestamp, TransferTarget, Typification, WorkUpdate,
};

/// Everything a run of events changes. A run never intends two calls to the
/// same person or number, so that the second can be refused by the first.
#[derive(Debug, Default)]
pub(super) struct Fold<'a> {
    pub(super) intents: Vec<(Timestamp, &'a Intent)>,
    /// Calls that people we know made to us.
    pub(super) received: Vec<(Timestamp, &'a Intent)>,
    /// Calls of strangers, and their ends.
    pub(super) strangers: Vec<(Timestamp, &'a Stranger)>,
    pub(super) strangers_left: Vec<StrangerEnd<'a>>,
    pub(super) attempts: BTreeMap<i64, AttemptChange>,
    /// How legs of attempts sounded.
    pub(super) measured: Vec<(i64, &'a LegQuality)>,
    pub(super) typified: Vec<(u64, Timestamp, &'a Typification)>,
    /// Notes left for whoever has a call next: place in the journal, attempt, words.
    pub(super) notes: Vec<(u64, i64, &'a str)>,
    pub(super) agents: Vec<AgentChange>,
    pub(super) finished: BTreeSet<i64>,
    /// The last word on each piece of work.
    pub(super) work: BTreeMap<(i64, i64), &'a WorkUpdate>,
    /// Whether attempts found their phone to be no good, and in which words; the last word of each.
    pub(super) phones: BTreeMap<i64, (i64, Option<String>)>,
    /// Attempts of which a supervisor took back that the person is never to be called again.
    pub(super) lifting: BTreeSet<i64>,
    /// What was decided and said about recordings.
    pub(super) recordings: Recordings<'a>,
    /// Attempts whose person and number must never be called again.
    pub(super) suppressing: BTreeSet<i64>,
}

/// Changes of recordings.
#[derive(Debug, Default)]
pub(super) struct Recordings<'a> {
    /// When it began, or why there is none.
    pub(super) decided: BTreeMap<i64, (i64, Option<&'static str>)>,
    pub(super) marks: Vec<Mark<'a>>,
    /// Class, and until when it is kept.
    pub(super) classes: BTreeMap<i64, (&'a str, i64)>,
}

/// A place of a recording.
#[derive(Debug)]
pub(super) struct Mark<'a> {
    pub(super) seq: u64,
    pub(super) at: i64,
    pub(super) attempt: i64,
    pub(super) kind: &'a str,
    pub(super) text: &'a str,
    pub(super) agent: Option<i64>,
}

/// The end of a stranger's call.
#[derive(Debug)]
pub(super) struct StrangerEnd<'a> {
    pub(super) attempt: i64,
    pub(super) at: i64,
    pub(super) outcome: i64,
    pub(super) code: Option<&'a str>,
    pub(super) suppress: bool,
}

/// What became known of an attempt.
#[derive(Debug, Default)]
pub(super) struct AttemptChange {
    pub(super) placed: Option<i64>,
    pub(super) ringing: Option<i64>,
    pub(super) answered: Option<i64>,
    pub(super) signalling: Option<String>,
    pub(super) bridged: Option<i64>,
    pub(super) agent: Option<i64>,
    pub(super) waited_ms: Option<i64>,
    pub(super) ended: Option<i64>,
    pub(super) outcome: Option<i64>,
    pub(super) sip_status: Option<i64>,
    pub(super) q850: Option<i64>,
    pub(super) cause_text: Option<String>,
    /// The trunk it went on over.
    pub(super) trunk: Option<i64>,
    pub(super) ended_by: Option<i64>,
    /// Said by an agent, or by the system after wrap-up: overrules.
    pub(super) code: Option<String>,
    pub(super) coded_by: Option<i64>,
    /// Whether the last word is that the person must never be called again.
    pub(super) opt_out: Option<i64>,
    /// What the outcome alone says: only where nobody said otherwise.
    pub(super) system_code: Option<String>,
    pub(super) gate_rule: Option<String>,
    pub(super) gate_pack: Option<String>,
}

/// A change of an agent's state.
#[derive(Debug)]
pub(super) struct AgentChange {
    pub(super) seq: u64,
    pub(super) at: Timestamp,
    pub(super) agent: i64,
    pub(super) from: AgentStatus,
    pub(super) to: AgentStatus,
    pub(super) reason: Option<String>,
    pub(super) attempt: Option<i64>,
}

/// Splits a batch where a person or number would be intended twice.
pub(super) fn runs(batch: &[Recorded]) -> Vec<&[Recorded]> {
    let mut runs = Vec::new();
    let (mut start, mut people, mut phones) = (0, BTreeSet::new(), BTreeSet::new());
    for (at, recorded) in batch.iter().enumerate() {
        let (Event::AttemptIntended(intent) | Event::CallReceived(intent)) = &recorded.event else {
            continue;
        };
        if people.contains(&intent.person) || phones.contains(&intent.phone) {
            runs.push(&batch[start..at]);
            start = at;
            people.clear();
            phones.clear();
        }
        people.insert(intent.person);
        phones.insert(intent.phone);
    }
    runs.push(&batch[start..]);
    runs
}

impl<'a> Fold<'a> {
    /// Folds a run.
    pub(super) fn of(run: &'a [Recorded]) -> Fold<'a> {
        let mut fold = Fold::default();
        for recorded in run {
            fold.take(recorded);
        }
        fold
    }

    /// Whether an attempt begins in this run.
    pub(super) fn begins(&self, attempt: i64) -> bool {
        let mut all = self.intents.iter().chain(&self.received);
        all.any(|(_, intent)| intent.attempt.get() == attempt)
    }

    /// Attempts that end in this run.
    pub(super) fn ended(&self) -> Vec<i64> {
        let ended = |(id, change): (&i64, &AttemptChange)| change.outcome.map(|_| *id);
        self.attempts.iter().filter_map(ended).collect()
    }

    fn take(&mut self, recorded: &'a Recorded) {
        let at = recorded.at.as_millis();
        match &recorded.event {
            Event::AttemptIntended(intent) => self.intents.push((recorded.at, intent)),
            Event::CallReceived(intent) => self.received.push((recorded.at, intent)),
            Event::StrangerCalled(stranger) => self.strangers.push((recorded.at, stranger)),
            Event::StrangerLeft {
                attempt,
                outcome,
                code,
                suppress,
            } => self.strangers_left.push(StrangerEnd {
                attempt: attempt.get(),
                at,
                outcome: i64::from(outcome.number()),
                code: code.as_deref(),
                suppress: *suppress,
            }),
            Event::AttemptRefused {
                attempt,
                gate,
                next,
            } => {
                let change = self.change(attempt.get());
                change.ended = Some(at);
                change.outcome = Some(i64::from(Outcome::Refused.number()));
                change.gate_rule = Some(gate.rule.clone());
                change.gate_pack = Some(gate.pack.clone());
                self.work(next, None);
            }
            Event::CallPlaced { attempt } => self.change(attempt.get()).placed = Some(at),
            Event::CallRerouted { attempt, to, .. } => {
                self.change(attempt.get()).trunk = Some(to.get());
            }
            Event::CallRinging { attempt } => self.change(attempt.get()).ringing = Some(at),
            Event::CallAnswered {
                attempt,
                signalling,
            } => {
                let change = self.change(attempt.get());
                change.answered = Some(at);
                change.signalling = Some(signalling.0.clone());
            }
            Event::CallBridged {
                attempt,
                agent,
                waited,
            } => {
                let change = self.change(attempt.get());
                change.bridged = Some(at);
                change.agent = Some(agent.get());
                change.waited_ms = Some(millis(*waited));
            }
            Event::CallAbandoned { attempt, waited } => {
                self.change(attempt.get()).waited_ms = Some(millis(*waited));
            }
            Event::AttemptClosed {
                attempt,
                outcome,
                cause,
                ended_by,
                next,
            } => {
                let change = self.change(attempt.get());
                change.ended = Some(at);
                change.outcome = Some(i64::from(outcome.number()));
                change.sip_status = cause.sip_status.map(i64::from);
                change.q850 = cause.q850.map(i64::from);
                change.cause_text.clone_from(&cause.text);
                change.ended_by = Some(i64::from(ended_by.number()));
                // What follows from the outcome bears the code that the system sets on it.
                let noted = next.as_ref().filter(|_| Occasion::of(*outcome).is_some());
                change.system_code = noted.and_then(|next| next.code.clone());
                if let Some(next) = next {
                    self.phone(attempt.get(), at, next, false);
                    self.work(next, Some(attempt.get()));
                }
            }
            Event::Recording { attempt, fact } => self.recording(recorded, attempt.get(), fact),
            Event::Typified(said) => {
                let change = self.change(said.attempt.get());
                change.code = Some(said.code.clone());
                change.coded_by = said.agent.map(|agent| agent.get());
                change.opt_out = Some(i64::from(said.next.suppress));
                self.typified.push((recorded.seq, recorded.at, said));
                let attempt = said.attempt.get();
                if said.next.suppress {
                    self.lifting.remove(&attempt);
                } else if said.user.is_some() {
                    self.suppressing.remove(&attempt);
                    self.lifting.insert(attempt);
                }
                self.phone(attempt, at, &said.next, said.corrects);
                self.work(&said.next, Some(attempt));
            }
            Event::AgentStateChanged {
                agent,
                from,
                to,
                reason,
                attempt,
            } => self.agents.push(AgentChange {
                seq: recorded.seq,
                at: recorded.at,
                agent: agent.get(),
                from: *from,
                to: *to,
                reason: reason.clone(),
                attempt: attempt.map(|attempt| attempt.get()),
            }),
            Event::CampaignStateChanged {
                campaign, state, ..
            } => {
                // The row holds what people asked; only the end of the list is
                // the engine's to say. The journal has the rest.
                if *state == CampaignState::Finished {
                    self.finished.insert(campaign.get());
                }
            }
            Event::CallMeasured { attempt, legs } => {
                let attempt = attempt.get();
                self.measured.extend(legs.iter().map(|leg| (attempt, leg)));
            }
            Event::CallTransferred {
                attempt,
                to: TransferTarget::Agent(agent),
                ..
            } => self.change(attempt.get()).agent = Some(agent.get()),
            Event::CallTransferred { .. }
            | Event::TransferIntended(_)
            | Event::TransferAnswered { .. }
            | Event::TransferFailed { .. }
            | Event::CallHeld { .. }
            | Event::CallResumed { .. }
            | Event::ThreeWayStarted { .. }
            | Event::DigitsSent { .. }
            | Event::CallSupervised { .. } => {}
            Event::CallNoted { attempt, note, .. } => {
                self.notes.push((recorded.seq, attempt.get(), note));
            }
            Event::PacingDecided(_) | Event::PacingTold { .. } | Event::PacingLearnt { .. } => {}
        }
    }

    fn recording(&mut self, recorded: &Recorded, attempt: i64, fact: &'a RecordingFact) {
        let at = recorded.at.as_millis();
        let mut mark = |kind, text, agent: Option<AgentId>| {
            self.recordings.marks.push(Mark {
                seq: recorded.seq,
                at,
                attempt,
                kind,
                text,
                agent: agent.map(AgentId::get),
            });
        };
        match fact {
            RecordingFact::Started => {
                self.recordings.decided.insert(attempt, (at, None));
            }
            RecordingFact::Declined(why) => {
                let why = Some(why.word());
                self.recordings.decided.insert(attempt, (at, why));
            }
            // It comes just before the beginning, which has no place to mark yet.
            RecordingFact::Consented { .. } | RecordingFact::Announced => {}
            RecordingFact::Paused { agent } => mark("pause", "", Some(*agent)),
            RecordingFact::Resumed { agent } => mark("resume", "", *agent),
            RecordingFact::Marked { kind, text, agent } => mark(kind, text, *agent),
            RecordingFact::Classed { class, keep_until } => {
                let kept = (class.as_str(), keep_until.as_millis());
                self.recordings.classes.insert(attempt, kept);
            }
        }
    }

    fn change(&mut self, attempt: i64) -> &mut AttemptChange {
        self.attempts.entry(attempt).or_default()
    }

    /// What an attempt says of its phone: no good, or, where it said so before, good after all.
    fn phone(&mut self, attempt: i64, at: i64, next: &WorkUpdate, corrects: bool) {
        let code = next
            .invalid_phone
            .map(|_| next.code.clone().unwrap_or_default());
        if code.is_some() || corrects {
            self.phones.insert(attempt, (at, code));
        }
    }

    fn work(&mut self, next: &'a WorkUpdate, attempt: Option<i64>) {
        let (campaign, contact) = (next.campaign.get(), next.contact.get());
        if let (true, Some(attempt)) = (next.suppress, attempt) {
            self.suppressing.insert(attempt);
        }
        self.work.insert((campaign, contact), next);
    }
}

/// A duration as stored.
pub(super) fn millis(span: std::time::Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
