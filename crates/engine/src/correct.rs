//! What a supervisor says an attempt was, of anybody's calls and long after them. What was said before
//! stays in the record; retries, suppression and figures follow the last word.

use domain::WorkState;

use crate::Engine;
use crate::input::Correction;
use crate::typify::{By, Said, Spoken, in_view_of_later};

impl Engine {
    pub(crate) fn correct(&mut self, correction: Correction) {
        let attempt = correction.intent.attempt;
        let said = Said {
            attempt,
            code: correction.code.clone(),
            note: correction.why.clone(),
            callback_at: correction.callback_at,
            opt_out: correction.opt_out,
        };
        let known = self.past.get(attempt);
        let before = known.and_then(|past| past.update.as_ref());
        let spoken = Spoken {
            attempt,
            campaign: correction.intent.campaign,
            work: &correction.work,
            phone: correction.intent.ordinal,
            number: correction.intent.phone,
            typified: correction.typified,
            came_in: correction.came_in,
            catalogue: &correction.catalogue,
            ended: Some(correction.ended),
            // A supervisor may take it back: whether there is anything to, the record knows.
            opted_out: before.is_none_or(|said| said.suppress),
            counted: correction.counted,
        };
        let Some(run) = self.runs.get(&spoken.campaign) else {
            return self.reject("campaign_gone", "its campaign was removed");
        };
        if self.calls.get(attempt).is_some() {
            return self.reject(
                "call_goes_on",
                "the call goes on; its agent may say what it is",
            );
        }
        let within = run.campaign.supervisor_corrects_within;
        if self.now.since(correction.ended) > within {
            let days = within.as_secs() / 86_400;
            let words = format!("its campaign lets typifications be corrected for {days} days");
            return self.reject("correction_too_late", &words);
        }
        let row = match self.allowed(&spoken, &said) {
            Ok(row) => row,
            Err(why) => return self.refuse_request(why),
        };
        let mut understood = self.understood(&spoken, &said, row, None);
        // What the engine knows of later attempts is newer than what the record told.
        if self.past.later_than(attempt).is_none() && !self.calls.have(understood.contact) {
            let charge = understood.charge;
            understood.next = in_view_of_later(correction.later, charge, understood.next);
        }
        let campaign = understood.campaign;
        let reopens = understood.next.state == WorkState::Ready;
        self.take_word(By::User(correction.user), understood, said.note);
        if reopens && let Some(run) = self.runs.get_mut(&campaign) {
            run.feed.restart();
        }
        self.dirty.push(campaign);
    }
}
