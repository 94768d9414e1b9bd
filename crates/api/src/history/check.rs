//! The check of a history before anything of it is written: every row, and what rows say together. Keeps some bytes of each
//! key, whatever the rows hold.

mod told;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hasher as _};
use std::path::Path;

use domain::{CampaignId, ContactId, PhoneNumber, Timestamp};
use store::{PastKind, Store};

pub(super) use self::told::text_of;
use super::cells::Reading;
use super::rows::{CALLS, CONTACTS, Meaning, PastCall, PastPerson};
use super::table::{FileProblem, Table};
use super::{CHUNK, Teller};
use crate::error::ApiError;

/// Most problems that are told: who mends these sees the next ones.
const TOLD_MAX: usize = 100;

/// What was found so far.
pub(super) struct Check<'a> {
    store: &'a dyn Store,
    /// Where the history is to be, if there is such a campaign yet.
    campaign: Option<CampaignId>,
    meaning: &'a Meaning,
    pub(super) problems: Vec<FileProblem>,
    /// Phones by contact, and instants by attempt; keys as their hashes.
    contacts: HashMap<u64, Box<[PhoneNumber]>>,
    calls: HashMap<u64, Known>,
    /// Everybody who is named.
    pub(super) agents: BTreeSet<String>,
}

/// An attempt: when it was made, and whether the last word on it is that it was a sale.
#[derive(Clone, Copy, Debug)]
struct Known {
    placed: Timestamp,
    is_sale: bool,
}

fn hash(value: impl std::hash::Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl<'a> Check<'a> {
    pub(super) fn new(
        store: &'a dyn Store,
        campaign: Option<CampaignId>,
        meaning: &'a Meaning,
    ) -> Check<'a> {
        Check {
            store,
            campaign,
            meaning,
            problems: Vec::new(),
            contacts: HashMap::new(),
            calls: HashMap::new(),
            agents: BTreeSet::new(),
        }
    }

    fn is_full(&self) -> bool {
        self.problems.len() >= TOLD_MAX
    }

    fn open(&mut self, path: &Path, columns: &'static [campaigns::EditedColumn]) -> Option<Table> {
        Table::open(path, columns)
            .map_err(|problem| self.problems.push(problem))
            .ok()
    }

    /// The next rows that can be read, at most a chunk; none at the end, or where there is no use in going on.
    fn chunk<T>(
        &mut self,
        table: &mut Table,
        read: impl Fn(Reading<'_>) -> Result<T, Vec<FileProblem>>,
        teller: &mut Teller<'_>,
    ) -> Option<Vec<T>> {
        let mut rows = Vec::new();
        let mut seen = 0;
        while seen < CHUNK && !self.is_full() {
            match table.next() {
                Err(problem) => {
                    self.problems.push(problem);
                    return None;
                }
                Ok(None) => break,
                Ok(Some(row)) => {
                    seen += 1;
                    match read(Reading::of(table, self.meaning, &row)) {
                        Ok(value) => rows.push(value),
                        Err(wrong) => self.problems.extend(wrong),
                    }
                }
            }
        }
        teller.tell(&table.file, seen as u64);
        (seen > 0).then_some(rows)
    }

    /// Contacts; how many there are.
    pub(super) fn contacts(&mut self, path: &Path, teller: &mut Teller<'_>) -> u64 {
        let (mut count, mut documents) = (0, HashSet::new());
        let mut last = None;
        let Some(mut table) = self.open(path, CONTACTS) else {
            return 0;
        };
        while let Some(rows) = self.chunk(&mut table, |row| row.contact(), teller) {
            for person in rows {
                count += 1;
                self.one_contact(&table, &person, &mut documents);
                if last.is_some() && person.received_at.is_some() && person.received_at < last {
                    let words = "contacts come in the order in which they were received; sort the file by this column";
                    self.problems.push(table.wrong(person.line, 5, words));
                }
                last = person.received_at.or(last);
            }
        }
        count
    }

    fn one_contact(&mut self, table: &Table, person: &PastPerson, seen: &mut HashSet<u64>) {
        let phones = person.phones.clone().into_boxed_slice();
        if self.contacts.insert(hash(&person.key), phones).is_some() {
            let words = format!("the contact \"{}\" is there twice", person.key);
            self.problems.push(table.wrong(person.line, 0, words));
        }
        // As a base is judged: by document, or where there is none by all of its numbers.
        let mut numbers = person.phones.clone();
        numbers.sort();
        let (who, column) = match person.document.as_str() {
            "" => (hash(("phones", numbers)), 4),
            document => (hash(("document", document)), 1),
        };
        if !seen.insert(who) {
            let words = "another contact is this very person; give their calls one contact";
            self.problems.push(table.wrong(person.line, column, words));
        }
    }

    /// Attempts; how many there are.
    pub(super) async fn calls(
        &mut self,
        path: &Path,
        teller: &mut Teller<'_>,
    ) -> Result<u64, ApiError> {
        let Some(mut table) = self.open(path, CALLS) else {
            return Ok(0);
        };
        let (mut count, mut order) = (0, Order::default());
        // Until when a contact and a number were on the telephone.
        let mut busy: HashMap<u64, Timestamp> = HashMap::new();
        while let Some(rows) = self.chunk(&mut table, |row| row.call(), teller) {
            count += rows.len() as u64;
            self.fetch_contacts(&rows).await?;
            self.overlapping(&table, &rows).await?;
            for call in &rows {
                self.one_call(&table, call, &mut busy);
                self.problems
                    .extend(order.next(&table, call.line, 3, call.placed));
                self.agents.extend(call.agent.clone());
            }
        }
        Ok(count)
    }

    fn one_call(&mut self, table: &Table, call: &PastCall, busy: &mut HashMap<u64, Timestamp>) {
        let known = Known {
            placed: call.placed,
            is_sale: call.code.as_deref().is_some_and(|code| self.is_sale(code)),
        };
        if self.calls.insert(hash(&call.key), known).is_some() {
            let words = format!("the attempt \"{}\" is there twice", call.key);
            self.problems.push(table.wrong(call.line, 0, words));
        }
        match self.contacts.get(&hash(&call.contact)) {
            None => {
                let words = format!(
                    "there is no contact \"{}\", neither in the file of contacts nor here",
                    call.contact
                );
                self.problems.push(table.wrong(call.line, 1, words));
            }
            Some(phones) if !phones.contains(&call.phone) => {
                let words = "the contact has no such number; add it to its telephones";
                self.problems.push(table.wrong(call.line, 2, words));
            }
            Some(_) => {}
        }
        for (who, column) in [(hash(("contact", &call.contact)), 1), (hash(call.phone), 2)] {
            let until = busy.insert(who, call.ended);
            if until.is_some_and(|until| until > call.placed) {
                let words = "this call began before the one before it to the same was over";
                self.problems.push(table.wrong(call.line, column, words));
                break;
            }
        }
    }

    /// Learns of the contacts of calls that are in the record and not in the file.
    async fn fetch_contacts(&mut self, calls: &[PastCall]) -> Result<(), ApiError> {
        let Some(campaign) = self.campaign else {
            return Ok(());
        };
        let unknown = |call: &&PastCall| !self.contacts.contains_key(&hash(&call.contact));
        let names: BTreeSet<String> = calls
            .iter()
            .filter(unknown)
            .map(|call| call.contact.clone())
            .collect();
        if names.is_empty() {
            return Ok(());
        }
        let names: Vec<String> = names.into_iter().collect();
        let ids = self
            .store
            .past_ids(campaign, PastKind::Contact, &names)
            .await?;
        let contacts: Vec<ContactId> = ids.values().copied().map(ContactId::new).collect();
        let by_id: BTreeMap<i64, Box<[PhoneNumber]>> = self
            .store
            .past_contacts(campaign, &contacts)
            .await?
            .into_iter()
            .map(|past| {
                let phones = past.phones.iter().map(|phone| phone.number);
                (past.contact.get(), phones.collect())
            })
            .collect();
        for (name, id) in ids {
            if let Some(phones) = by_id.get(&id) {
                self.contacts.insert(hash(&name), phones.clone());
            }
        }
        Ok(())
    }

    /// Calls that are new, and to a number that was on the telephone then by what the record knows.
    async fn overlapping(&mut self, table: &Table, calls: &[PastCall]) -> Result<(), ApiError> {
        let known = match self.campaign {
            None => BTreeMap::new(),
            Some(campaign) => {
                let names: Vec<String> = calls.iter().map(|call| call.key.clone()).collect();
                self.store
                    .past_ids(campaign, PastKind::Attempt, &names)
                    .await?
            }
        };
        let new: Vec<&PastCall> = calls
            .iter()
            .filter(|call| !known.contains_key(&call.key))
            .collect();
        let spans: Vec<_> = new
            .iter()
            .map(|call| (call.phone, call.placed, call.ended))
            .collect();
        for place in self.store.past_overlaps(&spans).await? {
            let words = "the record has another attempt to this number at that time; was this history loaded into another campaign?";
            self.problems.push(table.wrong(new[place].line, 3, words));
        }
        Ok(())
    }
}

/// Rows come in order of time.
#[derive(Debug, Default)]
struct Order(Option<Timestamp>);

impl Order {
    fn next(
        &mut self,
        table: &Table,
        line: u64,
        column: usize,
        at: Timestamp,
    ) -> Option<FileProblem> {
        let before = self.0.replace(at);
        let words = "rows come in order of time; sort the file by this column";
        (before > Some(at)).then(|| table.wrong(line, column, words))
    }
}
