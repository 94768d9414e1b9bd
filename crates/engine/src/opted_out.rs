//! Who asked not to be called since the engine started. The store suppresses
//! them for good; this holds from the very step in which they asked.

use domain::{KeyedSet, PersonId, PhoneNumber, WorkItem};

/// People and numbers that must not be called.
#[derive(Clone, Debug, Default)]
pub(crate) struct OptedOut {
    persons: KeyedSet<PersonId>,
    phones: KeyedSet<PhoneNumber>,
}

impl OptedOut {
    pub(crate) fn insert(&mut self, person: PersonId, phone: PhoneNumber) {
        self.persons.insert(person);
        self.phones.insert(phone);
    }

    /// It was said by mistake. Whatever else the record knows still holds: the store asks it of each intent.
    pub(crate) fn remove(&mut self, person: PersonId, phone: PhoneNumber) {
        self.persons.remove(&person);
        self.phones.remove(&phone);
    }

    /// Nobody knows whose number it is.
    pub(crate) fn insert_phone(&mut self, phone: PhoneNumber) {
        self.phones.insert(phone);
    }

    pub(crate) fn contains(&self, person: PersonId, phone: PhoneNumber) -> bool {
        self.persons.contains(&person) || self.phones.contains(&phone)
    }

    /// Whether work is with such a person, or has such a number.
    pub(crate) fn covers(&self, work: &WorkItem) -> bool {
        self.persons.contains(&work.contact.person)
            || work
                .contact
                .phones
                .iter()
                .any(|phone| self.phones.contains(&phone.number))
    }
}
