//! What a person's consent changes: hours it opens that the law leaves to them, and calls that leave only with one.
//! Both are rules of a pack; without such a rule a consent opens nothing, and none is asked for. A consent never
//! opens what it does not name: a holiday, a day of the week, a purpose.

use std::fmt;
use std::time::Duration;

use chrono::{Datelike, Days, NaiveDateTime, Timelike};
use chrono_tz::Tz;
use domain::{AgreedTo, ConsentId, LeavesUnder, OtherHours, PersonConsent, Purpose, Timestamp};

use crate::frequency::NextCall;
use crate::hours::{at_offset, instant, local};
use crate::rule::{Rule, Value};
use crate::{Pack, Refusal};

/// Days searched for the next hour that a consent opens.
const SEARCH_DAYS: u64 = 60;
/// Who has not agreed is looked at again after so long: they may have by then.
const LOOKED_AT_AGAIN: Duration = Duration::from_secs(24 * 3_600);

/// What a consent to other hours may open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MayOpen {
    /// Hours beside the windows.
    pub hours: bool,
    /// Days of the week without calls.
    pub days: bool,
    /// Holidays.
    pub holidays: bool,
    /// Only if it was given after the contract it is apart from.
    pub after_contract: bool,
}

impl MayOpen {
    /// Whether it may open all that another asks for.
    fn suffices(self, needed: MayOpen) -> bool {
        (self.hours || !needed.hours)
            && (self.days || !needed.days)
            && (self.holidays || !needed.holidays)
    }
}

impl fmt::Display for MayOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = [
            (self.hours, "other hours"),
            (self.days, "closed days"),
            (self.holidays, "holidays"),
        ];
        let named: Vec<&str> = all.iter().filter(|(may, _)| *may).map(|it| it.1).collect();
        write!(f, "a consent may open {}", named.join(", "))?;
        match self.after_contract {
            true => f.write_str(", if given after the contract"),
            false => Ok(()),
        }
    }
}

impl Pack {
    /// Whether it asks for a consent before some calls.
    pub fn demands_consent(&self) -> bool {
        self.rules.iter().any(|rule| rule.value == Value::Consent)
    }

    /// Whether a consent may open anything for such calls at an instant.
    pub fn consent_may_open(&self, purpose: Purpose, at: Timestamp) -> bool {
        let today = self.today(at);
        today.is_some_and(|day| self.may_open(purpose, day).next().is_some())
    }

    /// Whether a consent of somebody of this zone opens anything under this law, for the purposes it names.
    pub fn heeds(&self, consent: &PersonConsent, at: Timestamp) -> bool {
        let Some(today) = self.today(at) else {
            return false;
        };
        let mut purposes = consent.purposes.iter();
        match consent.to {
            AgreedTo::Calls => {
                purposes.any(|purpose| self.demanding(*purpose, today).next().is_some())
            }
            AgreedTo::OtherHours(_) => purposes.any(|purpose| {
                let mut rules = self.may_open(*purpose, today);
                rules.any(|(_, may)| in_order(consent, may))
            }),
        }
    }

    /// The consents that a call leaves under at an instant at which it may leave.
    pub fn leaves_under(&self, call: NextCall<'_>, at: Timestamp) -> LeavesUnder {
        let clocks = self.clocks(call.zone).unwrap_or_default();
        let forbidden = self.forbidden(call.purpose, at, &clocks).is_some();
        LeavesUnder {
            hours: forbidden
                .then(|| self.opened_by(call, at, &clocks))
                .flatten(),
            calls: match self.demands_consent_of(call, at) {
                Some(_) => agreed_to_calls(call, at),
                None => None,
            },
        }
    }

    /// The rule that closes the hours of a call, unless a consent opens them.
    pub(crate) fn closed_to(
        &self,
        call: NextCall<'_>,
        at: Timestamp,
        clocks: &[Tz],
    ) -> Option<(&str, String)> {
        let closed = self.forbidden(call.purpose, at, clocks)?;
        match self.opened_by(call, at, clocks) {
            Some(_) => None,
            None => Some(closed),
        }
    }

    /// Refused where such a call leaves only with a consent, and there is none.
    pub(crate) fn consented(&self, call: NextCall<'_>, at: Timestamp) -> Result<(), Refusal> {
        let Some(rule) = self.demands_consent_of(call, at) else {
            return Ok(());
        };
        match agreed_to_calls(call, at) {
            Some(_) => Ok(()),
            None => Err(Refusal {
                rule: rule.to_owned(),
                pack: self.label(),
                opens: at + LOOKED_AT_AGAIN,
                words: "La persona no ha dado su consentimiento para estas llamadas".to_owned(),
            }),
        }
    }

    /// The first instant from `at` on at which law or consent opens the hours of a call.
    pub(crate) fn opening_to(&self, call: NextCall<'_>, at: Timestamp, clocks: &[Tz]) -> Timestamp {
        let by_law = self.opening(call.purpose, at, clocks);
        let hours = call.consents.iter().filter_map(|consent| match consent.to {
            AgreedTo::OtherHours(hours) => Some(hours),
            AgreedTo::Calls => None,
        });
        let by_consent = hours.filter_map(|hours| self.next_agreed(call, hours, at, clocks));
        by_consent.chain([by_law]).min().unwrap_or(by_law)
    }

    /// The first instant in agreed hours at which the call may leave.
    fn next_agreed(
        &self,
        call: NextCall<'_>,
        hours: OtherHours,
        at: Timestamp,
        clocks: &[Tz],
    ) -> Option<Timestamp> {
        let tz = *clocks.first()?;
        let today = local(at, tz)?.date_naive();
        let from = Duration::from_secs(u64::from(hours.from) * 60);
        let days = (0..SEARCH_DAYS).filter_map(|ahead| today.checked_add_days(Days::new(ahead)));
        let begins = days.filter_map(|day| instant(at_offset(day, from), tz));
        // Of hours that began already, what is left of them.
        let mut instants = begins.map(|begins| begins.max(at));
        instants.find(|then| self.closed_to(call, *then, clocks).is_none())
    }

    /// The consent that opens the hours of a call by every clock that closes them.
    fn opened_by(&self, call: NextCall<'_>, at: Timestamp, clocks: &[Tz]) -> Option<ConsentId> {
        let opens = |consent: &&PersonConsent| {
            consent.covers(call.purpose, at)
                && clocks.iter().all(|tz| {
                    let local = local(at, *tz).map(|local| local.naive_local());
                    local.is_some_and(|local| self.opens(consent, call.purpose, local))
                })
        };
        call.consents.iter().find(opens).map(|consent| consent.id)
    }

    /// Whether a consent opens a local time, or nothing closes it.
    fn opens(&self, consent: &PersonConsent, purpose: Purpose, local: NaiveDateTime) -> bool {
        let needed = self.closes(purpose, local);
        if needed == MayOpen::default() {
            return true;
        }
        let AgreedTo::OtherHours(hours) = consent.to else {
            return false;
        };
        let day = local.date();
        let holiday = self.holidays.name_of(day).is_some();
        agreed(hours, local)
            && (hours.holidays || !holiday)
            && self
                .may_open(purpose, day)
                .any(|(_, may)| may.suffices(needed) && in_order(consent, may))
    }

    fn may_open(
        &self,
        purpose: Purpose,
        day: chrono::NaiveDate,
    ) -> impl Iterator<Item = (&Rule, MayOpen)> {
        let binding = self
            .rules
            .iter()
            .filter(move |rule| rule.binds(purpose, day));
        binding.filter_map(|rule| match rule.value {
            Value::OtherHours(may) => Some((rule, may)),
            _ => None,
        })
    }

    fn demanding(&self, purpose: Purpose, day: chrono::NaiveDate) -> impl Iterator<Item = &Rule> {
        let binding = self
            .rules
            .iter()
            .filter(move |rule| rule.binds(purpose, day));
        binding.filter(|rule| rule.value == Value::Consent)
    }

    /// The rule by which such a call leaves only with a consent.
    fn demands_consent_of(&self, call: NextCall<'_>, at: Timestamp) -> Option<&str> {
        let today = self.today(at)?;
        let mut rules = self.demanding(call.purpose, today);
        rules.next().map(|rule| rule.id.as_str())
    }
}

fn agreed_to_calls(call: NextCall<'_>, at: Timestamp) -> Option<ConsentId> {
    let mut consents = call.consents.iter();
    let agreed = consents.find(|one| one.to == AgreedTo::Calls && one.covers(call.purpose, at));
    agreed.map(|one| one.id)
}

/// Whether it was given as such a rule asks.
fn in_order(consent: &PersonConsent, may: MayOpen) -> bool {
    let after = |made| made < consent.signed_at;
    !may.after_contract || consent.contract_at.is_some_and(after)
}

/// Whether a local time lies in agreed hours.
fn agreed(hours: OtherHours, local: NaiveDateTime) -> bool {
    let minute = local.hour() * 60 + local.minute();
    let day = local.weekday().num_days_from_monday() as usize;
    hours.days[day] && u32::from(hours.from) <= minute && minute < u32::from(hours.to)
}

#[cfg(test)]
mod tests;
