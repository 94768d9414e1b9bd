//! Contacts cleared for dialing now, bounded. Nobody is in it twice, and who
//! was taken out is gone until the store leases them again.

use std::collections::VecDeque;
use std::collections::hash_map::Entry;

use domain::{ContactId, Keyed, KeyedSet, PersonConsent, PersonId, PhoneNumber, WorkItem};

/// The next to dial of one campaign.
#[derive(Clone, Debug, Default)]
pub struct Hopper {
    queue: VecDeque<WorkItem>,
    contacts: KeyedSet<ContactId>,
    persons: KeyedSet<PersonId>,
    /// How many of those who wait have the number.
    numbers: Keyed<PhoneNumber, u16>,
    promised: usize,
}

impl Hopper {
    /// The most it holds: minutes of demand of the largest floor, and little
    /// enough to give back when a campaign stops.
    pub const ITEMS_MAX: usize = 4_096;

    /// How many wait.
    pub fn len(&self) -> usize {
        self.queue.len()
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// How many wait for the agent who promised to call.
    pub fn promised(&self) -> usize {
        self.promised
    }

    /// Whether a record waits.
    pub fn holds(&self, contact: ContactId) -> bool {
        self.contacts.contains(&contact)
    }

    /// Whether a person waits, or anybody with a number.
    pub fn knows(&self, person: PersonId, number: PhoneNumber) -> bool {
        self.persons.contains(&person) || self.numbers.contains_key(&number)
    }

    /// Takes work in, at the end. Hands it back when the person or the record
    /// waits already, or when there is no room.
    pub fn put(&mut self, work: WorkItem) -> Result<(), Box<WorkItem>> {
        let (contact, person) = (work.contact.id, work.contact.person);
        let known = self.contacts.contains(&contact) || self.persons.contains(&person);
        if known || self.queue.len() >= Self::ITEMS_MAX {
            return Err(Box::new(work));
        }
        self.contacts.insert(contact);
        self.persons.insert(person);
        for phone in &work.contact.phones {
            *self.numbers.entry(phone.number).or_default() += 1;
        }
        self.promised += usize::from(work.promised_by().is_some());
        self.queue.push_back(work);
        Ok(())
    }

    /// The first that `fits`.
    pub fn take(&mut self, fits: impl Fn(&WorkItem) -> bool) -> Option<WorkItem> {
        let place = self.queue.iter().position(fits)?;
        let work = self.queue.remove(place)?;
        self.forget(&work);
        Some(work)
    }

    /// How many that `fits` wait, counted up to `enough`.
    pub fn count(&self, enough: usize, fits: impl Fn(&WorkItem) -> bool) -> usize {
        self.queue
            .iter()
            .filter(|work| fits(work))
            .take(enough)
            .count()
    }

    /// Takes out all work with a person or on a number: they must not be called.
    pub fn remove_person(&mut self, person: PersonId, phone: PhoneNumber) -> Vec<WorkItem> {
        if !self.knows(person, phone) {
            return Vec::new();
        }
        self.remove_all(|work| {
            work.contact.person == person || work.contact.phones.iter().any(|p| p.number == phone)
        })
    }

    /// What a person agreed to is this from now on.
    pub fn agreed(&mut self, person: PersonId, consents: &[PersonConsent]) {
        if self.persons.contains(&person) {
            let mut theirs = self.queue.iter_mut();
            if let Some(work) = theirs.find(|work| work.contact.person == person) {
                work.consents = consents.to_vec();
            }
        }
    }

    /// Takes out all work with a record.
    pub fn remove_contact(&mut self, contact: ContactId) -> Vec<WorkItem> {
        if !self.holds(contact) {
            return Vec::new();
        }
        self.remove_all(|work| work.contact.id == contact)
    }

    /// Takes everything out, in order.
    pub fn drain(&mut self) -> Vec<WorkItem> {
        self.remove_all(|_| true)
    }

    fn remove_all(&mut self, matches: impl Fn(&WorkItem) -> bool) -> Vec<WorkItem> {
        let (out, stay): (VecDeque<_>, VecDeque<_>) =
            self.queue.drain(..).partition(|work| matches(work));
        self.queue = stay;
        for work in &out {
            self.forget(work);
        }
        out.into()
    }

    fn forget(&mut self, work: &WorkItem) {
        self.contacts.remove(&work.contact.id);
        self.persons.remove(&work.contact.person);
        for phone in &work.contact.phones {
            if let Entry::Occupied(mut waiting) = self.numbers.entry(phone.number) {
                *waiting.get_mut() -= 1;
                if *waiting.get() == 0 {
                    waiting.remove();
                }
            }
        }
        self.promised -= usize::from(work.promised_by().is_some());
    }
}

#[cfg(test)]
mod tests;
