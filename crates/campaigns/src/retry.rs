//! What an attempt or a typification makes of the work with a contact: call
//! again when and on which phone, or never. Looks at a [`Disposition`] alone,
//! whoever set it.

use domain::{AgentId, ContactPhone, Disposition, Timestamp, WorkItem, WorkState, WorkUpdate};

use crate::Campaign;

/// What happened to a piece of work.
#[derive(Clone, Copy, Debug)]
pub struct After<'a> {
    /// The work as it was when the attempt began.
    pub work: &'a WorkItem,
    /// The phone dialed (ordinal).
    pub phone: u8,
    /// What the call was.
    pub disposition: &'a Disposition,
    /// False where it costs no attempt whatever the disposition says (we gave
    /// up ourselves, or the call never left).
    pub costs_attempt: bool,
    /// When the customer asked to be called again.
    pub callback_at: Option<Timestamp>,
    /// Whose call that will be, where it is personal.
    pub callback_agent: Option<AgentId>,
}

impl After<'_> {
    /// The change in the work. A promised call-back is kept even when no
    /// attempt is left: the customer asked for it.
    pub fn update(&self, campaign: &Campaign, now: Timestamp) -> WorkUpdate {
        let phone = self.next_phone(campaign);
        let state = self.state(campaign, phone.is_some());
        let wait = self.disposition.retry.wait;
        WorkUpdate {
            campaign: self.work.campaign,
            contact: self.work.contact.id,
            state,
            next_at: self.callback_at.unwrap_or(now + wait),
            next_phone: phone.unwrap_or(self.phone),
            attempts: self.attempts(),
            repeats: self.repeats(),
            code: Some(self.disposition.code.clone()),
            invalid_phone: self
                .disposition
                .retry
                .invalidates_phone
                .then_some(self.phone),
            suppress: self.disposition.suppresses,
            callback_agent: self.callback_agent.filter(|_| state == WorkState::Ready),
        }
    }

    fn state(&self, campaign: &Campaign, has_phone: bool) -> WorkState {
        if self.disposition.suppresses {
            WorkState::Suppressed
        } else if self.disposition.closes_record {
            WorkState::Closed
        } else if self.callback_at.is_some() {
            WorkState::Ready
        } else if !has_phone || self.attempts() >= campaign.attempts_per_contact_max {
            WorkState::Exhausted
        } else {
            WorkState::Ready
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

    /// Which phone next; `None` when none is left. The same phone again unless
    /// the disposition prefers another, forbids this one, or happened on it as
    /// often in a row as it may.
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
        let next = if rule.other_phone {
            after().or_else(before).or_else(same)
        } else {
            same().or_else(after).or_else(before)
        };
        next.map(|phone| phone.ordinal)
    }
}

/// Work handed back as it was.
pub fn give_back(work: &WorkItem) -> WorkUpdate {
    defer(work, work.due)
}

/// Work handed back unchanged, but not due before `until`.
pub fn defer(work: &WorkItem, until: Timestamp) -> WorkUpdate {
    WorkUpdate {
        campaign: work.campaign,
        contact: work.contact.id,
        state: WorkState::Ready,
        next_at: until,
        next_phone: work.next_phone,
        attempts: work.attempts,
        repeats: work.repeats,
        code: work.last_code.clone(),
        invalid_phone: None,
        suppress: false,
        callback_agent: work.callback_agent,
    }
}

/// Work that must not be done any more.
pub fn suppress(work: &WorkItem) -> WorkUpdate {
    WorkUpdate {
        state: WorkState::Suppressed,
        ..give_back(work)
    }
}

#[cfg(test)]
mod tests;
