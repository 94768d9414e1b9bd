//! The store as far as the engine sees it: work that is due is leased in
//! order, given back, and changed as attempts and typifications say.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    CampaignId, Contact, ContactId, ContactPhone, ListId, PersonId, PhoneNumber, Timestamp,
    WorkItem, WorkState, WorkUpdate,
};

/// The work of one campaign.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    work: BTreeMap<ContactId, WorkItem>,
    ready: BTreeSet<(Timestamp, ContactId)>,
}

impl Shelf {
    /// As many strangers, all due from the start.
    pub(crate) fn of_strangers(campaign: CampaignId, count: u32, due: Timestamp) -> Shelf {
        let mut shelf = Shelf::default();
        for n in 1..=count {
            let item = stranger(campaign, n, due);
            shelf.ready.insert((due, item.contact.id));
            shelf.work.insert(item.contact.id, item);
        }
        shelf
    }

    /// Up to `count` that are due, and when the next one will be.
    pub(crate) fn lease(
        &mut self,
        now: Timestamp,
        count: u32,
    ) -> (Vec<WorkItem>, Option<Timestamp>) {
        let mut leased = Vec::new();
        while leased.len() < count as usize {
            let Some((due, contact)) = self.ready.first().copied().filter(|(due, _)| *due <= now)
            else {
                break;
            };
            self.ready.remove(&(due, contact));
            leased.extend(self.work.get(&contact).cloned());
        }
        (leased, self.ready.first().map(|(due, _)| *due))
    }

    /// What an attempt or a typification changed; `dialed`: on which phone.
    pub(crate) fn update(&mut self, update: &WorkUpdate, dialed: Option<u8>) {
        let Some(item) = self.work.get_mut(&update.contact) else {
            return;
        };
        self.ready.remove(&(item.due, update.contact));
        let spent = update.attempts.saturating_sub(item.attempts);
        for phone in &mut item.contact.phones {
            if Some(phone.ordinal) == dialed {
                phone.attempts += spent;
            }
            if Some(phone.ordinal) == update.invalid_phone {
                phone.usable = false;
            }
        }
        item.attempts = update.attempts;
        item.repeats = update.repeats;
        item.last_code.clone_from(&update.code);
        item.next_phone = update.next_phone;
        item.due = update.next_at;
        item.callback_agent = update.callback_agent;
        if update.state == WorkState::Ready {
            self.ready.insert((item.due, update.contact));
        }
    }
}

fn stranger(campaign: CampaignId, n: u32, due: Timestamp) -> WorkItem {
    let id = i64::from(n);
    let number = PhoneNumber::from_e164(&format!("+573{n:09}"))
        .expect("12 digits with a country code are a number");
    WorkItem {
        campaign,
        contact: Contact {
            id: ContactId::new(id),
            list: ListId::new(1),
            person: PersonId::new(id),
            document: String::new(),
            name: String::new(),
            segment: String::new(),
            phones: vec![ContactPhone {
                ordinal: 0,
                number,
                attempts: 0,
                usable: true,
            }],
            attributes: Vec::new(),
        },
        attempts: 0,
        repeats: 0,
        last_code: None,
        next_phone: 0,
        due,
        callback_agent: None,
    }
}
