//! Numbers in a register are not called: they are struck out of work when it comes, and looked at again
//! at the instant a call leaves. A snapshot loaded meanwhile is in force from the step that tells of it.

use std::sync::Arc;

use domain::{CampaignId, Listing, RegisterSnapshot, WorkItem};

use law::Pack;

use crate::call::{Call, Phase};
use crate::gates::Closed;
use crate::run::Run;
use crate::{Command, Engine};

impl Engine {
    /// Other registers are in force. What waits was leased under those before and is leased anew; what
    /// is on its way and has not rung is looked up.
    pub(crate) fn registers_changed(&mut self, known: Vec<RegisterSnapshot>) {
        if *self.registers == known {
            return;
        }
        self.registers = Arc::new(known);
        let ids: Vec<CampaignId> = self.runs.keys().copied().collect();
        for id in ids {
            if let Some(run) = self.runs.get_mut(&id) {
                run.consult(Arc::clone(&self.registers));
            }
            self.release_hopper(id);
            self.dirty.push(id);
        }
        let on_their_way = self.calls.iter().filter(|call| has_not_rung(call));
        let mut numbers: Vec<_> = on_their_way.map(|call| call.intent.phone).collect();
        numbers.sort_unstable();
        numbers.dedup();
        if !numbers.is_empty() {
            self.order(Command::LookUpNumbers(numbers));
        }
    }

    /// Other versions of law packs are in force. What waits is looked at again when it comes anew.
    pub(crate) fn law_changed(&mut self, packs: Vec<Arc<Pack>>) {
        self.packs = packs;
        let ids: Vec<CampaignId> = self.runs.keys().copied().collect();
        for id in ids {
            if let Some(run) = self.runs.get_mut(&id) {
                run.judge_by(&self.packs);
            }
            self.release_hopper(id);
            self.dirty.push(id);
        }
    }

    /// Numbers on their way that are in a register: what has not left finds its gate closed, what has
    /// not rung is taken back.
    pub(crate) fn numbers_listed(&mut self, listed: &[Listing]) {
        let mut back = Vec::new();
        for call in self.calls.iter_mut().filter(|call| has_not_rung(call)) {
            let theirs = listed.iter().filter(|one| one.number == call.intent.phone);
            let before = call.work.listed.len();
            for one in theirs {
                if !call.work.listed.contains(one) {
                    call.work.listed.push(one.clone());
                }
            }
            if call.work.listed.len() > before {
                back.push(call.intent.attempt);
            }
        }
        for attempt in back {
            let Some(call) = self.calls.get(attempt) else {
                continue;
            };
            let left = matches!(call.phase, Phase::Ordered | Phase::Dialing);
            if left && self.register_gate(call).is_err() {
                self.give_up(attempt);
            }
        }
    }

    /// Whether the number of a call about to leave is in a register that binds it.
    pub(crate) fn register_gate(&self, call: &Call) -> Result<(), Closed> {
        let run = self.runs.get(&call.intent.campaign);
        let Some(pack) = run.and_then(|run| run.pack.as_ref()) else {
            return Ok(());
        };
        let work = &call.work;
        pack.not_listed(work.purpose(), call.intent.phone, &work.listed, self.now)
            .map_err(Closed::from)
    }

    /// Strikes out the numbers of work that a register keeps from being called; refused where none is
    /// left for that.
    pub(crate) fn strike_listed(&self, run: &Run, work: &mut WorkItem) -> Result<(), Closed> {
        let Some(pack) = run.pack.as_ref().filter(|_| !work.listed.is_empty()) else {
            return Ok(());
        };
        let mut struck = None;
        let purpose = work.purpose();
        for phone in work.contact.phones.iter_mut().filter(|phone| phone.usable) {
            let verdict = pack.not_listed(purpose, phone.number, &work.listed, self.now);
            if let Err(refusal) = verdict {
                phone.usable = false;
                struck = Some(refusal);
            }
        }
        let none_left = work.contact.phones.iter().all(|phone| !phone.usable);
        match struck.filter(|_| none_left) {
            Some(refusal) => Err(Closed::from(refusal)),
            None => Ok(()),
        }
    }
}

fn has_not_rung(call: &Call) -> bool {
    matches!(
        call.phase,
        Phase::Intended | Phase::Shown | Phase::Rerouting | Phase::Ordered | Phase::Dialing
    )
}
