//! The store as far as the engine sees it: work that is due is leased in
//! order, given back, and changed as attempts and typifications say. Contacts
//! nobody leased yet are not made up: a long base costs nothing. Where the campaign has segments, they say who is next
//! (`parts.rs`).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use campaigns::{Catalogue, Mix};
use domain::{
    AttemptId, CampaignId, Contact, ContactId, ContactPhone, Event, ListId, PersonId, PhoneNumber,
    Promise, Timestamp, WorkItem, WorkState, WorkUpdate,
};

use crate::base::{Stock, contact_of, number_of};
use crate::parts::{Part, Parts};
use crate::report::SegmentReport;
use crate::segments::Segment;

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
    /// Their number was found to exist before the start.
    known: bool,
    /// The place of their segment, where there are any.
    part: Option<usize>,
    leased: bool,
}

/// The work of one campaign.
#[derive(Debug)]
pub(crate) struct Shelf {
    campaign: CampaignId,
    opened: Timestamp,
    /// The whole base, strangers first: a store leases whom it has waited for
    /// longest, and whoever was called already became due only later.
    stock: Vec<Stock>,
    total: u32,
    /// The base by segment, in place of `stock`.
    parts: Option<Parts>,
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
        Shelf {
            campaign,
            opened,
            parts: None,
            total: stock.iter().map(|stock| stock.contacts).sum(),
            stock,
            work: Vec::new(),
            ready: BinaryHeap::new(),
            finished: 0,
            dry_at: None,
        }
    }

    /// The same by segment, until the end of the run.
    pub(crate) fn by_segment(
        campaign: CampaignId,
        segments: &[Segment],
        opened: Timestamp,
        ends: Timestamp,
    ) -> Shelf {
        let all = segments.iter().flat_map(|segment| &segment.base);
        Shelf {
            total: all.map(|stock| stock.contacts).sum(),
            parts: Some(Parts::of(segments, opened, ends)),
            ..Shelf::of(campaign, Vec::new(), opened)
        }
    }

    /// Up to `count` that are due, and when the next one will be.
    pub(crate) fn lease(
        &mut self,
        now: Timestamp,
        count: u32,
    ) -> (Vec<WorkItem>, Option<Timestamp>) {
        let (leased, next) = match self.parts.take() {
            None => self.in_order(now, count),
            Some(mut parts) => {
                let found = self.by_turns(&mut parts, now, count);
                self.parts = Some(parts);
                found
            }
        };
        if leased.is_empty() && count > 0 {
            self.dry_at.get_or_insert(now);
        }
        (leased, next)
    }

    fn in_order(&mut self, now: Timestamp, count: u32) -> (Vec<WorkItem>, Option<Timestamp>) {
        let mut leased = Vec::new();
        while leased.len() < count as usize {
            let Some(next) = self.next_due().filter(|(due, _)| *due <= now) else {
                break;
            };
            leased.push(self.take(next));
        }
        (leased, self.next_due().map(|(due, _)| due))
    }

    /// By the turns of segments; call-backs that were promised before all of it.
    fn by_turns(
        &mut self,
        parts: &mut Parts,
        now: Timestamp,
        count: u32,
    ) -> (Vec<WorkItem>, Option<Timestamp>) {
        let (promised, next_promise) = self.in_order(now, count);
        for item in &promised {
            if let Some(place) = self.work[place_of(item.contact.id)].part {
                parts.parts[place].under_way += 1;
            }
        }
        let wanted = count.saturating_sub(u32::try_from(promised.len()).unwrap_or(count));
        let mut mix = Mix::new(parts.turns(now), wanted);
        let mut taken = vec![0; parts.parts.len()];
        loop {
            let asks = mix.ask();
            if asks.is_empty() {
                break;
            }
            for ask in asks {
                let found = self.of_part(parts, ask.turn, ask.count, now);
                taken[ask.turn] += found.len();
                mix.found(ask, found);
            }
        }
        let (contacts, turns) = mix.end();
        parts.settle(&turns, &taken);
        let found = contacts.into_iter().map(|contact| self.leased(contact));
        let leased = promised.into_iter().chain(found).collect();
        let next = [next_promise, parts.next_due(now)];
        (leased, next.into_iter().flatten().min())
    }

    /// The next contacts of a segment.
    fn of_part(
        &mut self,
        parts: &mut Parts,
        place: usize,
        wanted: u32,
        now: Timestamp,
    ) -> Vec<ContactId> {
        let part = &mut parts.parts[place];
        let retries_first = part.segment.retries_first;
        let mut found = Vec::new();
        for again in [retries_first, !retries_first] {
            while found.len() < wanted as usize {
                if let Some(stock) = part.untouched(again) {
                    let n = self.work.len() as u32 + 1;
                    self.work.push(Kept {
                        ready: false,
                        leased: true,
                        part: Some(place),
                        ..self.made_up(n, stock)
                    });
                    found.push(ContactId::new(i64::from(n)));
                } else if let Some(contact) = again.then(|| self.due_again(part, now)).flatten() {
                    found.push(contact);
                } else {
                    break;
                }
            }
        }
        found
    }

    /// The first of a segment who is to be called again by now.
    fn due_again(&mut self, part: &mut Part, now: Timestamp) -> Option<ContactId> {
        while let Some(Reverse((due, contact))) = part.again.peek().copied() {
            let item = &mut self.work[place_of(contact)];
            let there = item.ready && item.due == due;
            if there && due > now {
                return None;
            }
            part.again.pop();
            if there {
                (item.ready, item.leased) = (false, true);
                return Some(contact);
            }
        }
        None
    }

    /// What a fact says of segments.
    pub(crate) fn note(&mut self, event: &Event, catalogue: &Catalogue) {
        if let Some(parts) = &mut self.parts {
            let work = &self.work;
            parts.note(event, catalogue, |contact| {
                work.get(place_of(contact)).and_then(|item| item.part)
            });
        }
    }

    /// The segment of a call.
    pub(crate) fn segment_of(&self, attempt: AttemptId) -> Option<&Segment> {
        self.parts.as_ref()?.segment_of(attempt)
    }

    /// What each segment came to.
    pub(crate) fn segment_reports(&self) -> Vec<SegmentReport> {
        let reports = self.parts.as_ref().map(Parts::reports);
        reports.unwrap_or_default()
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
        let was_leased = std::mem::replace(&mut item.leased, update.state == WorkState::Leased);
        let was_finished = item.finished;
        let part = self.parts.as_mut().zip(item.part);
        let mut part = part.map(|(parts, place)| &mut parts.parts[place]);
        match update.state {
            WorkState::Ready => {
                item.finished = false;
                let due = Reverse((item.due, update.contact));
                // Who was promised a call comes before all turns.
                match part.as_deref_mut().filter(|_| item.promise.is_none()) {
                    Some(part) => part.again.push(due),
                    None => self.ready.push(due),
                }
            }
            WorkState::Leased => {}
            WorkState::Closed | WorkState::Exhausted | WorkState::Suppressed => {
                item.finished = true;
            }
        }
        self.finished += u64::from(item.finished);
        self.finished -= u64::from(was_finished);
        if let Some(part) = part {
            part.finished += u64::from(item.finished);
            part.finished -= u64::from(was_finished);
            let gone = u32::from(was_leased && !item.leased);
            part.under_way = part.under_way.saturating_sub(gone);
        }
        self.pass_over();
    }

    /// Whether this number was found to exist before the start.
    pub(crate) fn is_known(&self, phone: PhoneNumber) -> bool {
        let place = usize::try_from(contact_of(phone) - 1).unwrap_or(usize::MAX);
        self.work.get(place).is_some_and(|item| item.known)
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
        // With segments nobody comes but in their turn.
        let fresh = (!self.stock.is_empty() && made < i64::from(self.total))
            .then(|| (self.opened, ContactId::new(made + 1)));
        let again = self.ready.peek().map(|Reverse(first)| *first);
        again.into_iter().chain(fresh).min()
    }

    fn take(&mut self, next: (Timestamp, ContactId)) -> WorkItem {
        let place = place_of(next.1);
        if place == self.work.len() {
            let n = self.work.len() as u32 + 1;
            self.work.push(self.made_up(n, self.stock_of(n)));
        }
        (self.work[place].ready, self.work[place].leased) = (false, true);
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

    /// What the contact of this place in the base is like.
    fn stock_of(&self, n: u32) -> Stock {
        let mut before = 0;
        let of = self.stock.iter().find(|stock| {
            before += stock.contacts;
            n <= before
        });
        *of.expect("the base is longer")
    }

    /// A contact before it is called in this run.
    fn made_up(&self, n: u32, of: Stock) -> Kept {
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
            known: of.attempts > 0,
            part: None,
            leased: false,
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
