//! What an attempt or a typification makes of the work with a contact: call
//! again when and on which phone, or never, and by which rule. Looks at a
//! [`Disposition`] alone, whoever set it.

use domain::{
    AgentId, AttemptId, CallBack, ContactPhone, Disposition, Gate, NextPhone, Promise, Purpose,
    Reach, Timestamp, WorkItem, WorkState, WorkUpdate,
};
use law::Pack;

use crate::Campaign;
use crate::budget::{self, own};

/// What happened to a piece of work.
#[derive(Clone, Copy, Debug)]
pub struct After<'a> {
    /// The attempt it was.
    pub attempt: AttemptId,
    /// The work as it was when the attempt began.
    pub work: &'a WorkItem,
    /// The phone dialed (ordinal).
    pub phone: u8,
    /// What the call was.
    pub disposition: &'a Disposition,
    /// The version of the typifications it is of.
    pub version: u32,
    /// False where it costs no attempt whatever the disposition says (we gave
    /// up ourselves, or the call never left).
    pub costs_attempt: bool,
    /// When the customer asked to be called again.
    pub callback_at: Option<Timestamp>,
    /// Who said what it was.
    pub agent: Option<AgentId>,
    /// The person asked never to be called again, whatever else the call was.
    pub opt_out: bool,
}

/// Where the work is to stand, and which rule says so.
struct Verdict {
    state: WorkState,
    because: Gate,
}

impl After<'_> {
    /// The change in the work. A promised call-back is kept even when no
    /// attempt is left: the customer asked for it.
    pub fn update(&self, campaign: &Campaign, pack: Option<&Pack>, now: Timestamp) -> WorkUpdate {
        let phone = self.next_phone(campaign);
        let ended = self.ended(campaign, phone.is_some());
        let (next_at, waits) = self.next_at(campaign, pack, now);
        let verdict = ended.unwrap_or(Verdict {
            state: WorkState::Ready,
            because: waits,
        });
        WorkUpdate {
            campaign: self.work.campaign,
            contact: self.work.contact.id,
            state: verdict.state,
            next_at,
            next_phone: phone.unwrap_or(self.phone),
            attempts: self.attempts(),
            repeats: self.repeats(),
            code: Some(self.disposition.code.clone()),
            invalid_phone: self
                .disposition
                .retry
                .invalidates_phone
                .then_some(self.phone),
            suppress: self.suppresses(),
            promise: self.promise().filter(|_| verdict.state == WorkState::Ready),
            because: Some(verdict.because),
        }
    }

    fn suppresses(&self) -> bool {
        self.disposition.suppresses || self.opt_out
    }

    /// Why nobody calls them any more, if so.
    fn ended(&self, campaign: &Campaign, has_phone: bool) -> Option<Verdict> {
        let end = |state, because| Some(Verdict { state, because });
        if self.opt_out {
            return end(WorkState::Suppressed, own("opt_out"));
        }
        if self.disposition.suppresses {
            return end(WorkState::Suppressed, self.rule("suppresses"));
        }
        if self.disposition.closes_record {
            return end(WorkState::Closed, self.rule("closes_record"));
        }
        if self.promise().is_some() {
            return None;
        }
        if !has_phone {
            return end(WorkState::Exhausted, own("no_phone_left"));
        }
        let spent = self.work.spent.saturating_add(u16::from(self.costs()));
        let used_up = budget::used_up(campaign, self.attempts(), spent)?;
        end(WorkState::Exhausted, used_up)
    }

    /// What the customer was promised: an agent's own call where the typification says so.
    fn promise(&self) -> Option<Promise> {
        let promised = self.callback_at.is_some() || self.disposition.call_back.is_some();
        let personal = self.disposition.call_back == Some(CallBack::Personal);
        promised.then_some(Promise {
            agent: self.agent.filter(|_| personal),
            asked_in: Some(self.attempt),
        })
    }

    /// When they are called again, and the rule that says so.
    fn next_at(
        &self,
        campaign: &Campaign,
        pack: Option<&Pack>,
        now: Timestamp,
    ) -> (Timestamp, Gate) {
        if let Some(at) = self.callback_at {
            return (at, self.rule("call_back"));
        }
        let rule = self.disposition.retry;
        let waited = now + rule.wait;
        let other = pack
            .filter(|_| rule.other_hours && self.promise().is_none())
            .and_then(|pack| self.other_hours(campaign, pack, waited, now));
        match other {
            Some(later) if later > waited => (later, self.rule("other_hours")),
            _ => (waited, self.rule("wait")),
        }
    }

    /// The first instant from `from` on in those hours of the person's day in which they were tried
    /// least; this call counts as tried now.
    fn other_hours(
        &self,
        campaign: &Campaign,
        pack: &Pack,
        from: Timestamp,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let parts = campaign.hours.parts();
        let zone = crate::zone_of(&self.work.contact);
        let mut tried = vec![0_u32; parts.len()];
        let before = self.work.prior.iter().map(|call| call.at);
        for at in before.chain([now]) {
            let minute = pack.minute_of_day(at, zone)?;
            if let Some(place) = parts.iter().position(|part| part.has(minute)) {
                tried[place] += 1;
            }
        }
        let least = tried.iter().min()?;
        let open: Vec<_> = parts
            .iter()
            .zip(&tried)
            .filter(|(_, times)| *times == least)
            .map(|(part, _)| *part)
            .collect();
        pack.next_in(&open, Purpose::Commercial, from, zone)
    }

    fn rule(&self, what: &str) -> Gate {
        Gate {
            rule: format!("{}.{what}", self.disposition.code),
            pack: format!("typifications {}", self.version),
        }
    }

    fn costs(&self) -> bool {
        self.costs_attempt && self.disposition.retry.costs_attempt
    }

    fn attempts(&self) -> u16 {
        self.work.attempts.saturating_add(u16::from(self.costs()))
    }

    fn repeats(&self) -> u8 {
        if self.work.last_code.as_deref() == Some(&self.disposition.code) {
            self.work.repeats.saturating_add(1)
        } else {
            1
        }
    }

    /// Which phone next; `None` when none is left. The one the disposition prefers, unless it
    /// forbids this one, or happened on it as often in a row as it may.
    fn next_phone(&self, campaign: &Campaign) -> Option<u8> {
        let here = |phone: &ContactPhone| phone.ordinal == self.phone;
        let attempts = |phone: &ContactPhone| {
            phone
                .attempts
                .saturating_add(u16::from(here(phone) && self.costs()))
        };
        let rule = self.disposition.retry;
        let worn_out = rule.times_max.is_some_and(|max| self.repeats() >= max);
        let usable = |phone: &&ContactPhone| {
            let banned = here(phone) && (rule.invalidates_phone || worn_out);
            phone.usable && !banned && attempts(phone) < campaign.attempts_per_phone_max
        };
        let phones = || self.work.contact.phones.iter().filter(usable);
        let same = || phones().find(|phone| here(phone));
        let after = || phones().find(|phone| phone.ordinal > self.phone);
        let before = || phones().find(|phone| phone.ordinal < self.phone);
        let next = match rule.next_phone {
            NextPhone::Same => same().or_else(after).or_else(before),
            NextPhone::Next => after().or_else(before).or_else(same),
            // Of equals the first in the order of the base.
            NextPhone::Best => phones()
                .rev()
                .max_by_key(|phone| (self.reach(phone), std::cmp::Reverse(attempts(phone)))),
        };
        next.map(|phone| phone.ordinal)
    }

    /// How far calls to a phone came lately, this one included.
    fn reach(&self, phone: &ContactPhone) -> Reach {
        let before = self
            .work
            .prior
            .iter()
            .filter(|call| call.phone == phone.number);
        let came = match self.disposition {
            said if said.effective_contact || said.holder => Reach::Contact,
            said if said.human => Reach::Person,
            _ => Reach::Nobody,
        };
        let here = (phone.ordinal == self.phone).then_some(came);
        let reached = before.map(|call| call.reach).chain(here);
        reached.max().unwrap_or(Reach::Nobody)
    }
}

/// Work handed back as it was.
pub fn give_back(work: &WorkItem) -> WorkUpdate {
    WorkUpdate {
        campaign: work.campaign,
        contact: work.contact.id,
        state: WorkState::Ready,
        next_at: work.due,
        next_phone: work.next_phone,
        attempts: work.attempts,
        repeats: work.repeats,
        code: work.last_code.clone(),
        invalid_phone: None,
        suppress: false,
        promise: work.promise,
        because: None,
    }
}

/// Work handed back unchanged, but not due before `until`, by the rule that says so.
pub fn defer(work: &WorkItem, until: Timestamp, because: Gate) -> WorkUpdate {
    WorkUpdate {
        next_at: until,
        because: Some(because),
        ..give_back(work)
    }
}

/// Work that must not be done any more.
pub fn suppress(work: &WorkItem) -> WorkUpdate {
    WorkUpdate {
        state: WorkState::Suppressed,
        because: Some(own("opt_out")),
        ..give_back(work)
    }
}

/// Work for which no attempt or phone is left.
pub fn exhaust(work: &WorkItem, because: Gate) -> WorkUpdate {
    WorkUpdate {
        state: WorkState::Exhausted,
        because: Some(because),
        ..give_back(work)
    }
}

#[cfg(test)]
mod tests;
