//! Other hours, for who agreed to them. What people agreed to comes with their work; outside of the hours of the law a
//! campaign leases their work alone, and a call leaves only under a consent that its durable intent names and that
//! nobody has ended. One that ends while their phone has not rung takes the call back.

use campaigns::zone_of;
use domain::{CampaignId, DialMode, LeavesUnder, PersonConsent, PersonId, Under, WorkItem};
use law::NextCall;

use crate::Engine;
use crate::call::{Call, Phase};
use crate::run::Run;

impl Engine {
    /// Whether a campaign leases everybody's work or, its hours being over, that of who agreed to others. When they
    /// are over whoever waits goes back.
    pub(crate) fn follow_hours(&mut self, id: CampaignId) {
        let now = self.now;
        let Some(run) = self.runs.get_mut(&id).filter(|run| run.is_running()) else {
            return;
        };
        let agreed_alone = run.may_call(now).is_err() && run.opens_by_consent();
        if run.feed.lease_of(agreed_alone, now) && agreed_alone {
            self.release_hopper(id);
        }
    }

    /// What these people agreed to is this from now on.
    pub(crate) fn consents_changed(&mut self, changed: Vec<(PersonId, Vec<PersonConsent>)>) {
        let mut back = Vec::new();
        for (person, consents) in &changed {
            for run in self.runs.values_mut() {
                run.hopper.agreed(*person, consents);
            }
            self.past.agreed(*person, consents);
            let theirs = self.calls.iter_mut();
            for call in theirs.filter(|call| call.intent.person == *person) {
                call.work.consents.clone_from(consents);
                if left_and_has_not_rung(call) && names_one_that_ended(call) {
                    back.push(call.intent.attempt);
                }
            }
        }
        for attempt in back {
            self.give_up(attempt);
        }
        // Who just agreed may be due.
        for (id, run) in &mut self.runs {
            run.feed.restart();
            self.dirty.push(*id);
        }
    }
}

/// Under which law, clock and consents a call to somebody leaves now; none without a pack.
pub(crate) fn under(run: &Run, work: &WorkItem, now: domain::Timestamp) -> Option<Under> {
    let pack = run.pack.as_ref()?;
    let consents = match work.consents.is_empty() {
        true => LeavesUnder::default(),
        false => pack.leaves_under(next_call(run, work, false, &work.consents), now),
    };
    Some(Under {
        consents,
        ..pack.under(now, zone_of(&work.contact))
    })
}

/// The next call to somebody, as the law is asked about it.
pub(crate) fn next_call<'a>(
    run: &'a Run,
    work: &'a WorkItem,
    has_agent: bool,
    consents: &'a [PersonConsent],
) -> NextCall<'a> {
    NextCall {
        purpose: work.purpose(),
        zone: zone_of(&work.contact),
        agent_waits: has_agent
            || matches!(run.campaign.mode, DialMode::Progressive | DialMode::Preview),
        house: &run.house,
        consents,
    }
}

/// Those consents of a call about to leave that its intent names and that stand.
pub(crate) fn named(call: &Call) -> Vec<PersonConsent> {
    let under = consents_of(call);
    let stands = call.work.consents.iter();
    stands
        .filter(|consent| under.names(consent.id))
        .cloned()
        .collect()
}

fn consents_of(call: &Call) -> LeavesUnder {
    let under = call.intent.under.as_ref();
    under.map(|under| under.consents).unwrap_or_default()
}

fn names_one_that_ended(call: &Call) -> bool {
    let stands = |id| call.work.consents.iter().any(|consent| consent.id == id);
    consents_of(call).ids().any(|id| !stands(id))
}

fn left_and_has_not_rung(call: &Call) -> bool {
    matches!(call.phase, Phase::Ordered | Phase::Dialing)
}
