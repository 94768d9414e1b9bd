//! Attempts that are over, kept for as long as their typification may come or
//! be corrected. Bounded: the oldest are forgotten.

use std::collections::VecDeque;
use std::sync::Arc;

use campaigns::Catalogue;
use domain::{
    AgentId, AttemptId, CampaignId, ContactId, Keyed, PersonConsent, PersonId, Timestamp, WorkItem,
    WorkState, WorkUpdate,
};

use crate::input::PastAttempt;

/// The most that are kept: more than a floor of 300 hears in an hour.
const KEPT_MAX: usize = 20_000;

/// One attempt that is over.
#[derive(Clone, Debug)]
pub(crate) struct PastCall {
    pub(crate) campaign: CampaignId,
    pub(crate) contact: ContactId,
    /// What may be said of it. Of most attempts nothing, as no agent heard
    /// anybody.
    pub(crate) heard: Option<Box<Heard>>,
    /// Whether someone, or the system, said what it was.
    pub(crate) typified: bool,
    /// What was last decided about the work.
    pub(crate) update: Option<WorkUpdate>,
}

/// The call of an attempt in which an agent heard the customer.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    /// Who.
    pub(crate) agent: AgentId,
    /// The work as it was when the attempt began.
    pub(crate) work: WorkItem,
    /// The phone dialed.
    pub(crate) phone: u8,
    /// The same as a number.
    pub(crate) number: domain::PhoneNumber,
    /// Everyone who had it, in turn: they may leave a note.
    pub(crate) had: Vec<AgentId>,
    /// How long they talked.
    pub(crate) talked: std::time::Duration,
    /// They called us: where the work stood then.
    pub(crate) came_in: Option<WorkState>,
    /// The typifications in force when it began.
    pub(crate) catalogue: Arc<Catalogue>,
    /// When it was over.
    pub(crate) ended: Timestamp,
    /// The network ended it, and not one of the two.
    pub(crate) was_cut: bool,
}

/// Attempts that are over.
#[derive(Clone, Debug, Default)]
pub(crate) struct Past {
    order: VecDeque<AttemptId>,
    /// Boxed: an attempt is far larger than what a map moves well.
    calls: Keyed<AttemptId, Box<PastCall>>,
    latest: Keyed<(CampaignId, ContactId), AttemptId>,
}

impl Past {
    /// What an earlier engine left to be corrected.
    pub(crate) fn restore(&mut self, attempt: PastAttempt) {
        let PastAttempt {
            intent,
            work,
            agent,
            update,
            came_in,
            catalogue,
            ended,
        } = attempt;
        let heard = Heard {
            agent,
            work,
            phone: intent.ordinal,
            number: intent.phone,
            had: Vec::new(),
            // Only a call of this engine teaches it how long people talk.
            talked: std::time::Duration::ZERO,
            came_in,
            catalogue,
            ended,
            was_cut: false,
        };
        let call = PastCall {
            campaign: intent.campaign,
            contact: heard.work.contact.id,
            heard: Some(Box::new(heard)),
            typified: true,
            update: Some(update),
        };
        self.put(intent.attempt, call);
    }

    pub(crate) fn put(&mut self, attempt: AttemptId, call: PastCall) {
        let key = (call.campaign, call.contact);
        self.latest.insert(key, attempt);
        self.calls.insert(attempt, Box::new(call));
        self.order.push_back(attempt);
        while self.order.len() > KEPT_MAX {
            let Some(oldest) = self.order.pop_front() else {
                break;
            };
            if let Some(gone) = self.calls.remove(&oldest) {
                let key = (gone.campaign, gone.contact);
                if self.latest.get(&key) == Some(&oldest) {
                    self.latest.remove(&key);
                }
            }
        }
    }

    /// Whether an attempt with a contact is kept.
    pub(crate) fn knows(&self, campaign: CampaignId, contact: ContactId) -> bool {
        self.latest.contains_key(&(campaign, contact))
    }

    pub(crate) fn get(&self, attempt: AttemptId) -> Option<&PastCall> {
        self.calls.get(&attempt).map(Box::as_ref)
    }

    pub(crate) fn get_mut(&mut self, attempt: AttemptId) -> Option<&mut PastCall> {
        self.calls.get_mut(&attempt).map(Box::as_mut)
    }

    /// What a person agreed to is this from now on.
    pub(crate) fn agreed(&mut self, person: PersonId, consents: &[PersonConsent]) {
        let heard = self
            .calls
            .values_mut()
            .filter_map(|call| call.heard.as_mut());
        for heard in heard.filter(|heard| heard.work.contact.person == person) {
            heard.work.consents = consents.to_vec();
        }
    }

    /// What an attempt costs changed: later ones with the contact began with another count.
    pub(crate) fn charge_after(
        &mut self,
        attempt: AttemptId,
        (campaign, contact): (CampaignId, ContactId),
        charge: i16,
    ) {
        let later = self.calls.iter_mut().filter(|(id, call)| {
            **id > attempt && call.campaign == campaign && call.contact == contact
        });
        for (_, call) in later {
            if let Some(heard) = &mut call.heard {
                heard.work.attempts = heard.work.attempts.saturating_add_signed(charge);
            }
            if let Some(update) = &mut call.update {
                update.attempts = update.attempts.saturating_add_signed(charge);
            }
        }
    }

    /// A later attempt on the same contact that is over too, if any.
    pub(crate) fn later_than(&self, attempt: AttemptId) -> Option<&PastCall> {
        let call = self.calls.get(&attempt)?;
        let latest = self.latest.get(&(call.campaign, call.contact))?;
        (*latest != attempt).then(|| self.get(*latest)).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten_and_their_contacts_with_them() {
        let mut past = Past::default();
        let (campaign, contact) = (CampaignId::new(1), ContactId::new);
        for n in 0..=KEPT_MAX as i64 {
            let call = PastCall {
                campaign,
                contact: contact(n),
                heard: None,
                typified: true,
                update: None,
            };
            past.put(AttemptId::new(n), call);
        }
        assert!(!past.knows(campaign, contact(0)) && past.knows(campaign, contact(1)));
        assert!(past.get(AttemptId::new(0)).is_none());
    }
}
