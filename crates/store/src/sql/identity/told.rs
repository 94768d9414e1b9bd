//! The rules themselves, in memory. A row with a document is who has that document; else the one person without a
//! document who alone has its numbers, and learns it; else somebody new. A row without is the person who alone has
//! all of its numbers; else whoever is known by just these numbers, or somebody new. So a number that several people
//! have makes nobody the same. Pure.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::super::query::storable;
use super::super::work::digits;
use crate::types::{NewContact, Verdict};

/// What is known of people, and what the rows told so far add to it.
#[derive(Debug, Default)]
pub(super) struct Told {
    people: Vec<Person>,
    by_id: HashMap<i64, usize>,
    by_key: HashMap<String, usize>,
    by_number: HashMap<i64, Owner>,
}

#[derive(Debug)]
struct Person {
    /// `None`: to be made.
    id: Option<i64>,
    /// What they are known by, and were before a row brought their document.
    key: String,
    before: Option<String>,
    /// Whether the list has a contact of theirs without a document, and one with.
    in_list: [bool; 2],
}

impl Person {
    fn has_document(&self) -> bool {
        self.key.starts_with("d:")
    }
}

/// Who had a number first.
#[derive(Clone, Copy, Debug)]
struct Owner {
    person: usize,
    shared: bool,
}

/// What a row alone says of who it is.
pub(super) fn key(row: &NewContact) -> String {
    if !row.document.is_empty() {
        return format!("d:{}", storable(&row.document));
    }
    let mut numbers: Vec<i64> = row.phones.iter().map(|phone| digits(*phone)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let numbers: Vec<String> = numbers.iter().map(i64::to_string).collect();
    match numbers.is_empty() {
        true => format!("n:{}", storable(&row.name)),
        false => format!("p:{}", numbers.join("+")),
    }
}

/// Everything an erased person may have been known by who was like this row.
pub(super) fn keys(row: &NewContact) -> impl Iterator<Item = String> {
    let alone = row.phones.iter().filter(|_| row.document.is_empty());
    let alone = alone.map(|phone| format!("p:{}", digits(*phone)));
    std::iter::once(key(row)).chain(alone)
}

impl Told {
    /// Somebody of the record.
    pub(super) fn know(&mut self, id: i64, key: &str) -> usize {
        if let Some(place) = self.by_id.get(&id) {
            return *place;
        }
        let place = self.add(Some(id), key.to_owned());
        self.by_id.insert(id, place);
        place
    }

    fn add(&mut self, id: Option<i64>, key: String) -> usize {
        let place = self.people.len();
        self.by_key.insert(key.clone(), place);
        self.people.push(Person {
            id,
            key,
            before: None,
            in_list: [false; 2],
        });
        place
    }

    pub(super) fn owns(&mut self, person: usize, number: i64, shared: bool) {
        self.by_number.insert(number, Owner { person, shared });
    }

    /// Everybody known.
    pub(super) fn ids(&self) -> Vec<i64> {
        self.people.iter().filter_map(|person| person.id).collect()
    }

    pub(super) fn is_in_list(&mut self, person: i64, with_document: bool) {
        if let Some(place) = self.by_id.get(&person) {
            self.people[*place].in_list[usize::from(with_document)] = true;
        }
    }

    /// Who a row is, and what becomes of it.
    pub(super) fn tell(&mut self, row: &NewContact) -> (usize, Verdict) {
        let documented = !row.document.is_empty();
        let person = match documented {
            true => self.with_document(row),
            false => self.without_document(row),
        };
        let has = &mut self.people[person].in_list[usize::from(documented)];
        let verdict = match (std::mem::replace(has, true), documented) {
            (true, true) => Verdict::DuplicateDocument,
            (true, false) => Verdict::DuplicatePhone,
            (false, _) => self.keep(person, row),
        };
        (person, verdict)
    }

    fn with_document(&mut self, row: &NewContact) -> usize {
        let key = key(row);
        if let Some(person) = self.by_key.get(&key) {
            return *person;
        }
        let mut owners = row.phones.iter().filter_map(|phone| self.owner(*phone));
        let first = owners.next();
        let alone = first.filter(|first| {
            let others = owners.all(|owner| owner.person == first.person && !owner.shared);
            others && !first.shared && !self.people[first.person].has_document()
        });
        match alone {
            Some(owner) => self.learn(owner.person, key),
            None => self.add(None, key),
        }
    }

    fn learn(&mut self, place: usize, key: String) -> usize {
        self.by_key.insert(key.clone(), place);
        let person = &mut self.people[place];
        let before = std::mem::replace(&mut person.key, key);
        self.by_key.remove(&before);
        person.before = Some(before);
        place
    }

    fn without_document(&mut self, row: &NewContact) -> usize {
        let mut owners = row.phones.iter().map(|phone| self.owner(*phone));
        if let Some(Some(first)) = owners.next()
            && !first.shared
            && owners.all(|owner| owner.is_some_and(|o| o.person == first.person && !o.shared))
        {
            return first.person;
        }
        let key = key(row);
        match self.by_key.get(&key) {
            Some(person) => *person,
            None => self.add(None, key),
        }
    }

    fn owner(&self, phone: domain::PhoneNumber) -> Option<Owner> {
        self.by_number.get(&digits(phone)).copied()
    }

    /// Notes the numbers of a row that is kept.
    fn keep(&mut self, person: usize, row: &NewContact) -> Verdict {
        let mut shares = false;
        for phone in &row.phones {
            match self.by_number.entry(digits(*phone)) {
                Entry::Vacant(free) => {
                    let shared = false;
                    free.insert(Owner { person, shared });
                }
                Entry::Occupied(mut owner) => {
                    owner.get_mut().shared |= owner.get().person != person;
                    shares |= owner.get().shared;
                }
            }
        }
        match shares {
            true => Verdict::Shared,
            false => Verdict::Accepted,
        }
    }

    /// People of the record whose document became known.
    pub(super) fn learnt(&self) -> Vec<(i64, &str)> {
        let learnt = self.people.iter().filter(|person| person.before.is_some());
        learnt
            .filter_map(|person| Some((person.id?, person.key.as_str())))
            .collect()
    }

    /// People to be made, in the order of their rows: what they are known by, and were before.
    pub(super) fn to_be_made(&self) -> Vec<(String, Option<String>)> {
        let new = self.people.iter().filter(|person| person.id.is_none());
        new.map(|person| (person.key.clone(), person.before.clone()))
            .collect()
    }

    pub(super) fn made(&mut self, key: &str, id: i64) {
        if let Some(place) = self.by_key.get(key) {
            self.people[*place].id = Some(id);
        }
    }

    /// The number of somebody; all are made by now.
    pub(super) fn id(&self, place: usize) -> i64 {
        self.people[place]
            .id
            .expect("whoever was new was written, and every key is one person's")
    }
}
