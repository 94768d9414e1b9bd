//! The store as far as the engine sees it: work that is due is leased in
//! order, given back, and changed as attempts and typifications say. Contacts
//! nobody leased yet are not made up: a long base costs nothing.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use domain::{
    CampaignId, Contact, ContactId, ContactPhone, ListId, PersonId, PhoneNumber, Promise,
    Timestamp, WorkItem, WorkState, WorkUpdate,
};

use crate::base::{Stock, contact_of, number_of};

/// What the store keeps of the work with one contact, beside what its place in
/// the base says.
#[derive(Debug)]
struct Kept {
    /// Whether it is to be leased when it is due.
    ready: bool,
    /// Whether nobody calls them any more.
    finished: bool,
    due: Timestamp,
    attempts: u16,
    repeats: u8,
    next_phone: u8,
    promise: Option<Promise>,
    last_code: Option<String>,
    phones: Vec<ContactPhone>,
}

/// The work of one campaign.
#[derive(Debug)]
pub(crate) struct Shelf {
    campaign: CampaignId,
    opened: Timestamp,
    /// The whole base, strangers first: a store leases whom it has waited for
    /// longest, and whoever was called already became due only later.
    stock: Vec<Stock>,
    /// Contacts of it nobody called before the start.
    strangers: u32,
    total: u32,
    /// Those leased at least once, in order of id from 1.
    work: Vec<Kept>,
    /// Those who came to be ready, by when they are due; some no longer are,
    /// but the first is.
    ready: BinaryHeap<Reverse<(Timestamp, ContactId)>>,
    /// How many are called no more.
    finished: u64,
    /// The first time somebody asked and nobody was due.
    dry_at: Option<Timestamp>,
}

impl Shelf {
    /// Everybody due from the start.
    pub(crate) fn of(campaign: CampaignId, mut stock: Vec<Stock>, opened: Timestamp) -> Shelf {
        stock.sort_by_key(|stock| stock.attempts);
        let strangers = stock.iter().filter(|stock| stock.attempts == 0);
        Shelf {
            campaign,
            opened,
            strangers: strangers.map(|stock| stock.contacts).sum(),
            total: stock.iter().map(|stock| stock.contacts).sum(),
            stock,
            work: Vec::new(),
            ready: BinaryHeap::new(),
            finished: 0,
            dry_at: None,
        }
    }

    /// Up to `count` that are due, and when the next one will be.
    pub(crate) fn lease(
        &mut self,
        now: Timestamp,
        count: u32,
    ) -> (Vec<WorkItem>, Option<Timestamp>) {
        let mut leased = Vec::new();
        while leased.len() < count as usize {
            let Some(next) = self.next_due().filter(|(due, _)| *due <= now) else {
                break;
            };
            leased.push(self.take(next));
        }
        if leased.is_empty() && count > 0 {
            self.dry_at.get_or_insert(now);
        }
        (leased, self.next_due().map(|(due, _)| due))
    }

    /// What an attempt or a typification changed; `dialed`: on which phone.
    pub(crate) fn update(&mut self, update: &WorkUpdate, dialed: Option<u8>) {
        let Some(item) = self.work.get_mut(place_of(update.contact)) else {
            return;
        };
        let spent = update.attempts.saturating_sub(item.attempts);
        for phone in &mut item.phones {
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
        item.promise = update.promise;
        item.ready = update.state == WorkState::Ready;
        let was_finished = item.finished;
        match update.state {
            WorkState::Ready => {
                item.finished = false;
                self.ready.push(Reverse((item.due, update.contact)));
            }
            WorkState::Leased => {}
            WorkState::Closed | WorkState::Exhausted | WorkState::Suppressed => {
                item.finished = true;
            }
        }
        self.finished += u64::from(item.finished);
        self.finished -= u64::from(was_finished);
        self.pass_over();
    }

    /// Whether this number was found to exist before the start.
    pub(crate) fn is_known(&self, phone: PhoneNumber) -> bool {
        contact_of(phone) > self.strangers
    }

    /// When nobody was due any more, the first time.
    pub(crate) fn dry_at(&self) -> Option<Timestamp> {
        self.dry_at
    }

    /// Contacts that may still be called, now or later.
    pub(crate) fn left(&self) -> u64 {
        u64::from(self.total) - self.finished
    }

    fn next_due(&self) -> Option<(Timestamp, ContactId)> {
        let made = self.work.len() as i64;
        let fresh = (made < i64::from(self.total)).then(|| (self.opened, ContactId::new(made + 1)));
        let again = self.ready.peek().map(|Reverse(first)| *first);
        again.into_iter().chain(fresh).min()
    }

    fn take(&mut self, next: (Timestamp, ContactId)) -> WorkItem {
        let place = place_of(next.1);
        if place == self.work.len() {
            self.work.push(self.made_up(self.work.len() as u32 + 1));
        }
        self.work[place].ready = false;
        self.pass_over();
        self.leased(next.1)
    }

    /// What is no longer ready, or not at that time, goes from the front.
    fn pass_over(&mut self) {
        while let Some(Reverse((due, contact))) = self.ready.peek() {
            let item = &self.work[place_of(*contact)];
            if item.ready && item.due == *due {
                return;
            }
            self.ready.pop();
        }
    }

    /// The work as the dialer gets it.
    fn leased(&self, id: ContactId) -> WorkItem {
        let item = &self.work[place_of(id)];
        WorkItem {
            campaign: self.campaign,
            contact: Contact {
                id,
                list: ListId::new(1),
                person: PersonId::new(id.get()),
                document: String::new(),
                name: String::new(),
                segment: String::new(),
                phones: item.phones.clone(),
                attributes: Vec::new(),
            },
            attempts: item.attempts,
            repeats: item.repeats,
            last_code: item.last_code.clone(),
            next_phone: item.next_phone,
            due: item.due,
            promise: item.promise,
            spent: 0,
            // Its law pack limits nobody.
            prior: Vec::new(),
            listed: Vec::new(),
            consents: Vec::new(),
            resumes: None,
        }
    }

    /// The contact of this place in the base.
    fn made_up(&self, n: u32) -> Kept {
        let mut before = 0;
        let of = self.stock.iter().find(|stock| {
            before += stock.contacts;
            n <= before
        });
        let of = *of.expect("the base is longer");
        let phones = of.phones_each();
        let phone = |ordinal: u8| ContactPhone {
            ordinal,
            number: number_of(n, ordinal),
            attempts: of.attempts / u16::from(phones)
                + u16::from(u16::from(ordinal) < of.attempts % u16::from(phones)),
            usable: true,
        };
        Kept {
            ready: true,
            finished: false,
            due: self.opened,
            attempts: of.attempts,
            repeats: 0,
            next_phone: u8::try_from(of.attempts % u16::from(phones)).unwrap_or(0),
            promise: None,
            last_code: None,
            phones: (0..phones).map(phone).collect(),
        }
    }
}

/// Where the work with a contact stands.
fn place_of(contact: ContactId) -> usize {
    usize::try_from(contact.get() - 1).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_leased_once_strangers_first_and_then_is_dry() {
        let at = Timestamp::from_millis;
        let tried = Stock {
            contacts: 2,
            attempts: 3,
            phones: 2,
        };
        let stock = vec![tried, Stock::of_strangers(2)];
        let mut shelf = Shelf::of(CampaignId::new(1), stock, at(0));
        let (first, next) = shelf.lease(at(5), 3);
        let attempts: Vec<_> = first.iter().map(|item| item.attempts).collect();
        assert_eq!((attempts, next), (vec![0, 0, 3], Some(at(0))));
        let per_phone = first[2].contact.phones.iter().map(|phone| phone.attempts);
        assert_eq!(per_phone.collect::<Vec<_>>(), [2, 1]);
        assert!(shelf.is_known(first[2].contact.phones[1].number));
        assert!(!shelf.is_known(first[0].contact.phones[0].number));
        assert_eq!((shelf.lease(at(6), 9).0.len(), shelf.dry_at()), (1, None));
        assert_eq!(
            (shelf.lease(at(7), 9), shelf.dry_at()),
            ((vec![], None), Some(at(7)))
        );
        let because = domain::Gate {
            rule: "law.hours".to_owned(),
            pack: "law".to_owned(),
        };
        shelf.update(&campaigns::defer(&first[1], at(60), because), None);
        assert_eq!((shelf.left(), shelf.lease(at(8), 1).1), (4, Some(at(60))));
        shelf.update(&campaigns::suppress(&first[2]), None);
        assert_eq!(shelf.left(), 3);
        assert_eq!(shelf.lease(at(60), 1).0[0].contact.id, first[1].contact.id);
    }
}
