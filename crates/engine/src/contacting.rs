//! How often a person may be called: the gate of the law's counts, over all campaigns. What was done about them
//! comes with their work from the store; what is done meanwhile takes them out of other campaigns' hoppers.

use std::collections::VecDeque;
use std::time::Duration;

use campaigns::{defer, over_budget};
use domain::{AttemptId, Keyed, PersonConsent, PersonId, PhoneNumber, Timestamp, WorkItem};

use crate::Engine;
use crate::call::Call;
use crate::consent::{named, next_call};
use crate::gates::{Closed, own_gate};
use crate::run::Run;

/// Work that the store read before a call was written down comes within this.
const STALE_FOR: Duration = Duration::from_secs(60);
/// The rule that waits for it.
const JUST_CALLED: &str = "person.just_called";

/// Who was called just now.
#[derive(Clone, Debug, Default)]
pub(crate) struct JustCalled {
    order: VecDeque<(Timestamp, PersonId, PhoneNumber)>,
    people: Keyed<PersonId, Timestamp>,
    numbers: Keyed<PhoneNumber, Timestamp>,
}

impl JustCalled {
    fn insert(&mut self, now: Timestamp, person: PersonId, number: PhoneNumber) {
        while let Some((at, person, number)) = self.order.front().copied()
            && now.since(at) >= STALE_FOR
        {
            self.order.pop_front();
            forget(&mut self.people, &person, at);
            forget(&mut self.numbers, &number, at);
        }
        self.order.push_back((now, person, number));
        self.people.insert(person, now);
        self.numbers.insert(number, now);
    }

    fn covers(&self, now: Timestamp, work: &WorkItem) -> bool {
        let just = |at: Option<&Timestamp>| at.is_some_and(|at| now.since(*at) < STALE_FOR);
        let mut phones = work.contact.phones.iter();
        just(self.people.get(&work.contact.person))
            || phones.any(|phone| just(self.numbers.get(&phone.number)))
    }
}

/// Forgets what was noted at this instant and not since.
fn forget<K: Eq + std::hash::Hash>(noted: &mut Keyed<K, Timestamp>, key: &K, at: Timestamp) {
    if noted.get(key) == Some(&at) {
        noted.remove(key);
    }
}

impl Engine {
    /// Whether a person may be called now, as far as what was done about them goes; else when.
    pub(crate) fn may_contact(&self, run: &Run, work: &WorkItem) -> Result<(), Closed> {
        if limits(run) && self.just_called.covers(self.now, work) {
            return Err(Closed {
                until: self.now + STALE_FOR,
                ..self.closed(JUST_CALLED, "they were called a moment ago")
            });
        }
        judge(run, work, false, &work.consents, self.now)
    }

    /// The same of a call about to leave.
    pub(crate) fn contact_gate(&self, call: &Call) -> Result<(), Closed> {
        let Some(run) = self.runs.get(&call.intent.campaign) else {
            return Ok(());
        };
        // A call that was cut goes on; it is no attempt more to reach anybody.
        let budget = match call.work.resumes {
            Some(_) => None,
            None => over_budget(&run.campaign, &call.work),
        };
        if let Some(gate) = budget {
            return Err(Closed {
                gate,
                until: self.now,
                words: "every attempt they may cost was made".to_owned(),
            });
        }
        // What it is to leave under is in the record: no other consent will do.
        let has_agent = call.intent.agent.is_some();
        let judge =
            |consents: &[PersonConsent]| judge(run, &call.work, has_agent, consents, self.now);
        judge(&named(call)).map_err(|closed| Closed {
            until: judge(&call.work.consents).map_or_else(|later| later.until, |()| self.now),
            ..closed
        })
    }

    /// An INVITE left for a person: whoever else has them waiting asks the store anew.
    pub(crate) fn contacted(&mut self, attempt: AttemptId) {
        let Some(call) = self.calls.get(attempt) else {
            return;
        };
        let (person, number) = (call.intent.person, call.intent.phone);
        let now = self.now;
        self.just_called.insert(now, person, number);
        let mut back = Vec::new();
        for run in self.runs.values_mut() {
            if limits(run) && run.hopper.knows(person, number) {
                let gone = run.hopper.remove_person(person, number);
                let because = || own_gate(JUST_CALLED);
                back.extend(
                    gone.iter()
                        .map(|work| defer(work, now + STALE_FOR, because())),
                );
            }
        }
        self.release(back);
    }
}

/// Whether anything limits how often its people are called.
fn limits(run: &Run) -> bool {
    !run.house.is_empty()
        || run.campaign.contact_limits.per_base.is_some()
        || run.pack.as_ref().is_some_and(|pack| pack.limits_contacts())
}

/// Whether the law lets somebody be called, by these of their consents.
pub(crate) fn judge(
    run: &Run,
    work: &WorkItem,
    has_agent: bool,
    consents: &[PersonConsent],
    now: Timestamp,
) -> Result<(), Closed> {
    let Some(pack) = &run.pack else {
        return Ok(());
    };
    let zone = campaigns::zone_of(&work.contact);
    // Nothing done, nothing counted; and hours of one zone are the campaign's.
    let usual_zone = pack.has_one_zone() && zone.is_none_or(|zone| zone == pack.zone());
    let hours_are_open = usual_zone && run.is_open();
    if work.prior.is_empty() && hours_are_open && !pack.demands_consent() {
        return Ok(());
    }
    let call = next_call(run, work, has_agent, consents);
    pack.may_contact(call, &work.prior, now)
        .map_err(Closed::from)
}
