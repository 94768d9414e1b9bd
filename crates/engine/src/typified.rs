//! What follows from a typification, in the very step in which it is said: the
//! call, its past, later calls of the contact, and what waits in hoppers.

use domain::{Event, Typification, WorkState};

use crate::Engine;
use crate::typify::{By, Understood};

impl Engine {
    /// Takes the word of somebody, into the record and everywhere it matters at once.
    pub(crate) fn take_word(&mut self, by: By, what: Understood, note: String) {
        let attempt = what.attempt;
        if what.suppresses {
            self.opted_out.insert(what.person, what.number);
        } else if what.lifts {
            self.opted_out.remove(what.person, what.number);
        }
        if let Some(call) = self.calls.get_mut(attempt) {
            call.typified = true;
            call.typified_as = Some(what.next.clone());
        }
        if let Some(past) = self.past.get_mut(attempt) {
            let first = !past.typified;
            past.typified = true;
            past.update = Some(what.next.clone());
            if first && let Some(run) = self.runs.get_mut(&what.campaign) {
                run.untyped = run.untyped.saturating_sub(1);
            }
        }
        self.charge_later(&what);
        let state = what.next.state;
        if state != WorkState::Ready && state != WorkState::Leased {
            self.end_work_of_later(&what, state);
        }
        self.take_out_of_hoppers(&what);
        self.retire_number(&what);
        self.will_be_due(&what.next);
        self.class_recording(what.campaign, attempt, &what.code);
        let (agent, user) = match by {
            By::System => (None, None),
            By::Agent(agent) => (Some(agent), None),
            By::User(name) => (None, Some(name)),
        };
        self.emit(Event::Typified(Typification {
            attempt,
            agent,
            user,
            code: what.code,
            note,
            corrects: what.typified,
            next: what.next,
        }));
    }

    /// Attempts after it began with a count that this word changes.
    fn charge_later(&mut self, what: &Understood) {
        if what.charge == 0 {
            return;
        }
        let key = (what.campaign, what.contact);
        self.past.charge_after(what.attempt, key, what.charge);
        if !self.calls.have(what.contact) {
            return;
        }
        for call in self.calls.iter_mut() {
            let same = (call.intent.campaign, call.intent.contact) == key;
            if same && call.intent.attempt > what.attempt {
                let work = &mut call.work;
                work.attempts = work.attempts.saturating_add_signed(what.charge);
            }
        }
    }

    /// A later attempt on the contact goes on: it must not open the work again.
    fn end_work_of_later(&mut self, what: &Understood, state: WorkState) {
        let contact = what.contact;
        if !self.calls.have(contact) {
            return;
        }
        for call in self.calls.iter_mut() {
            let same = call.intent.campaign == what.campaign && call.intent.contact == contact;
            if same && call.intent.attempt != what.attempt {
                call.work_ended = Some(state);
            }
        }
    }

    /// A number that is no good is not dialed by a call of the person that was decided on already.
    fn retire_number(&mut self, what: &Understood) {
        if what.next.invalid_phone.is_none() {
            return;
        }
        for call in self.calls.iter_mut() {
            if call.intent.person != what.person || call.intent.attempt == what.attempt {
                continue;
            }
            let phones = call.work.contact.phones.iter_mut();
            for phone in phones.filter(|phone| phone.number == what.number) {
                phone.usable = false;
            }
        }
    }

    /// What waits in a hopper was leased before this was said.
    fn take_out_of_hoppers(&mut self, what: &Understood) {
        let mut back = Vec::new();
        for run in self.runs.values_mut() {
            if run.campaign.id == what.campaign {
                // The typification itself says what becomes of this one.
                run.hopper.remove_contact(what.contact);
            }
            let become_of = match (what.suppresses, what.next.invalid_phone) {
                (true, _) => campaigns::suppress,
                (false, Some(_)) => campaigns::give_back,
                (false, None) => continue,
            };
            let gone = run.hopper.remove_person(what.person, what.number);
            back.extend(gone.iter().map(become_of));
        }
        self.release(back);
    }
}
