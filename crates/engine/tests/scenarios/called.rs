//! What the store knows of calls before: whom they were to, and how far they came.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use campaigns::Catalogue;
use domain::{
    AttemptId, DialMode, Event, Intent, Outcome, PersonConsent, PersonId, PhoneNumber, PriorCall,
    Reach, RegisterSnapshot, Timestamp, WorkItem,
};
use law::{NextCall, Pack, Purpose};

fn colombia() -> &'static Pack {
    static PACK: OnceLock<Pack> = OnceLock::new();
    PACK.get_or_init(Pack::colombia)
}

/// Fails the test if no call may leave now, for want of what is known of the register.
pub(crate) fn must_be_consulted(now: Timestamp, known: &[RegisterSnapshot]) {
    let verdict = colombia().registers_consulted(Purpose::Commercial, known, now);
    assert_eq!(verdict, Ok(()), "a call leaves all the same");
}

/// The day of an instant so many days before, in Bogotá.
pub(crate) fn day_before(now: Timestamp, days: u16) -> String {
    let today = colombia().today(now).expect("a day of the calendar");
    let before = (0..days).try_fold(today, |day, _| day.pred_opt());
    before.expect("a day of the calendar").to_string()
}

/// Calls that left.
#[derive(Debug, Default)]
pub(crate) struct Called {
    intents: BTreeMap<AttemptId, Intent>,
    calls: BTreeMap<AttemptId, (PersonId, PhoneNumber, PriorCall)>,
}

impl Called {
    pub(crate) fn journal(&mut self, now: Timestamp, event: &Event) {
        match event {
            Event::AttemptIntended(intent) => {
                self.intents.insert(intent.attempt, intent.clone());
            }
            Event::CallPlaced { attempt } => {
                let intent = &self.intents[attempt];
                let call = PriorCall {
                    at: now,
                    phone: intent.phone,
                    reach: Reach::Nobody,
                };
                let called = (intent.person, intent.phone, call);
                self.calls.insert(*attempt, called);
            }
            Event::CallBridged { attempt, .. } => self.came(*attempt, Reach::Contact),
            Event::AttemptClosed {
                attempt,
                outcome: Outcome::Abandoned,
                ..
            } => self.came(*attempt, Reach::Abandoned),
            Event::Typified(said) => {
                let house = Catalogue::spanish();
                let row = house.get(&said.code).expect("a code of the house");
                let reach = match (row.human, row.effective_contact) {
                    (_, true) => Reach::Contact,
                    (true, false) => Reach::Person,
                    (false, false) => Reach::Nobody,
                };
                self.came(said.attempt, reach);
            }
            _ => {}
        }
    }

    fn came(&mut self, attempt: AttemptId, reach: Reach) {
        if let Some((_, _, call)) = self.calls.get_mut(&attempt) {
            call.reach = reach;
        }
    }

    /// Fails the test if the law of Colombia would not let this call leave now.
    /// Or only by a consent that the intent does not name.
    pub(crate) fn must_be_lawful(
        &self,
        now: Timestamp,
        intent: &Intent,
        work: &WorkItem,
        consents: &[PersonConsent],
    ) {
        let under = intent.under.as_ref().map(|under| under.consents);
        let named = consents.iter().filter(|consent| {
            let under = under.unwrap_or_default();
            under.names(consent.id)
        });
        let named: Vec<PersonConsent> = named.cloned().collect();
        let call = NextCall {
            purpose: intent.purpose,
            zone: None,
            house: &[],
            consents: &named,
            agent_waits: intent.agent.is_some()
                || matches!(intent.mode, DialMode::Progressive | DialMode::Preview),
        };
        let verdict =
            colombia().may_contact(call, &self.before_but(work, Some(intent.attempt)), now);
        assert_eq!(verdict, Ok(()), "{} leaves all the same", intent.attempt);
    }

    /// Calls to the person, or to any number of theirs.
    pub(crate) fn before(&self, work: &WorkItem) -> Vec<PriorCall> {
        self.before_but(work, None)
    }

    /// The same but for one, which may go on over another trunk.
    fn before_but(&self, work: &WorkItem, own: Option<AttemptId>) -> Vec<PriorCall> {
        let theirs = |person: PersonId, number: PhoneNumber| {
            let mut phones = work.contact.phones.iter();
            person == work.contact.person || phones.any(|phone| phone.number == number)
        };
        let others = self.calls.iter().filter(|(id, _)| Some(**id) != own);
        let calls = others.map(|(_, call)| call);
        let of_them = calls.filter(|(person, number, _)| theirs(*person, *number));
        of_them.map(|(_, _, call)| *call).collect()
    }
}
