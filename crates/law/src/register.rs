//! Registers that a pack demands to be consulted: how old what is known of one may be, and that no number
//! in it is called. Also the business days that ages and terms are counted in.

use std::fmt;

use chrono::{Datelike, Days, NaiveDate, Weekday};
use domain::{Listing, Purpose, RegisterSnapshot, Timestamp};

use crate::hours::{instant, local};
use crate::rule::{Rule, Value};
use crate::{Pack, Refusal};

/// Longest term that is counted day by day.
const DAYS_MAX: u32 = 3_660;
/// Named as the rule where a number is on a house's own list.
pub const HOUSE_LIST: &str = "house.list";
/// How the names of a house's own lists begin: they bind under every pack.
pub const HOUSE_LIST_PREFIX: &str = "casa";
/// A number in a register is looked at again after so long: the next snapshot may not have it.
const LOOKED_AT_AGAIN_H: u64 = 24;

/// A register that must be consulted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Register {
    /// Its name, such as `rne`.
    pub name: String,
    /// What is known of it may be so many days old.
    pub fresh: u32,
    /// And so many where a manager says so. Older: no call.
    pub stop: u32,
    /// Business days, or days of the calendar.
    pub business: bool,
}

/// How old what is known of a register is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// As new as it must be.
    Fresh {
        /// Days.
        age: u32,
    },
    /// Usable only where a manager says so.
    Late {
        /// Days.
        age: u32,
    },
    /// Not usable.
    Old {
        /// Days.
        age: u32,
    },
    /// Nothing is known of it.
    Missing,
}

impl fmt::Display for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days = if self.business {
            "business days"
        } else {
            "days"
        };
        let (name, fresh, stop) = (&self.name, self.fresh, self.stop);
        write!(f, "register {name} consulted, {fresh} {days} old at most")?;
        match stop > fresh {
            true => write!(f, ", {stop} if a manager says so"),
            false => Ok(()),
        }
    }
}

impl Pack {
    /// Registers that bind such calls on a day, with their rules.
    pub fn registers(
        &self,
        purpose: Purpose,
        day: NaiveDate,
    ) -> impl Iterator<Item = (&Rule, &Register)> {
        let binding = self
            .rules
            .iter()
            .filter(move |rule| rule.binds(purpose, day));
        binding.filter_map(|rule| match &rule.value {
            Value::Register(register) => Some((rule, register)),
            _ => None,
        })
    }

    /// How old what is known of a register is at an instant.
    pub fn freshness(
        &self,
        register: &Register,
        known: Option<&RegisterSnapshot>,
        at: Timestamp,
    ) -> Freshness {
        let as_of = known.and_then(|known| known.as_of.parse::<NaiveDate>().ok());
        let (Some(as_of), Some(today)) = (as_of, self.today(at)) else {
            return Freshness::Missing;
        };
        let age = match register.business {
            true => self.business_days(as_of, today),
            false => days_between(as_of, today),
        };
        match age {
            age if age <= register.fresh => Freshness::Fresh { age },
            age if age <= register.stop => Freshness::Late { age },
            age => Freshness::Old { age },
        }
    }

    /// Whether every register that binds such calls was consulted lately.
    pub fn registers_consulted(
        &self,
        purpose: Purpose,
        known: &[RegisterSnapshot],
        at: Timestamp,
    ) -> Result<(), Refusal> {
        let Some(today) = self.today(at) else {
            return Ok(());
        };
        for (rule, register) in self.registers(purpose, today) {
            let snapshot = known.iter().find(|known| known.register == register.name);
            let words = match self.freshness(register, snapshot, at) {
                Freshness::Fresh { .. } => continue,
                Freshness::Late { .. } if snapshot.is_some_and(|one| one.overridden) => continue,
                Freshness::Missing => format!("El registro {} no se ha consultado", register.name),
                Freshness::Late { age } => format!(
                    "La consulta del registro {} tiene {}; cargue una nueva o pida que un gerente la autorice",
                    register.name,
                    days_es(age, register.business)
                ),
                Freshness::Old { age } => format!(
                    "La consulta del registro {} tiene {}; cargue una nueva",
                    register.name,
                    days_es(age, register.business)
                ),
            };
            return Err(self.by_register(&rule.id, snapshot, words, self.tomorrow(at)));
        }
        Ok(())
    }

    /// Whether such a call may leave to a number, as far as registers go. `listed`: those that have
    /// numbers of the person; others' numbers are passed over.
    pub fn not_listed(
        &self,
        purpose: Purpose,
        number: domain::PhoneNumber,
        listed: &[Listing],
        at: Timestamp,
    ) -> Result<(), Refusal> {
        let mut theirs = listed.iter().filter(|one| one.number == number).peekable();
        if theirs.peek().is_none() {
            return Ok(());
        }
        let Some(today) = self.today(at) else {
            return Ok(());
        };
        for Listing { snapshot, .. } in theirs {
            let demanded = self
                .registers(purpose, today)
                .find(|(_, register)| register.name == snapshot.register)
                .map(|(rule, _)| rule.id.as_str());
            let own = snapshot.register.starts_with(HOUSE_LIST_PREFIX);
            let Some(rule) = demanded.or(own.then_some(HOUSE_LIST)) else {
                continue;
            };
            let words = format!("El número está en el registro {}", snapshot.register);
            let again = at + std::time::Duration::from_secs(LOOKED_AT_AGAIN_H * 3_600);
            return Err(self.by_register(rule, Some(snapshot), words, again));
        }
        Ok(())
    }

    fn by_register(
        &self,
        rule: &str,
        snapshot: Option<&RegisterSnapshot>,
        words: String,
        opens: Timestamp,
    ) -> Refusal {
        let evidence = snapshot.map(|snapshot| format!(" {snapshot}"));
        Refusal {
            rule: rule.to_owned(),
            pack: format!("{}{}", self.label(), evidence.unwrap_or_default()),
            opens,
            words,
        }
    }

    /// The day it is by the pack's clock.
    pub fn today(&self, at: Timestamp) -> Option<NaiveDate> {
        local(at, self.main_zone()).map(|local| local.date_naive())
    }

    /// When the next day begins by the pack's clock: what is counted in days changes then.
    pub fn tomorrow(&self, at: Timestamp) -> Timestamp {
        let next = self
            .today(at)
            .and_then(|day| day.checked_add_days(Days::new(1)));
        next.and_then(|day| instant(day.and_hms_opt(0, 0, 0)?, self.main_zone()))
            .unwrap_or(at)
    }

    /// When a day begins by the pack's clock.
    pub fn begins(&self, day: NaiveDate) -> Timestamp {
        let midnight = day.and_hms_opt(0, 0, 0);
        let begins = midnight.and_then(|midnight| instant(midnight, self.main_zone()));
        begins.unwrap_or_default()
    }

    /// Whether business is done on a day: Monday to Friday where the pack does not say, and no holiday.
    pub fn is_business_day(&self, day: NaiveDate) -> bool {
        let rules = self.rules.iter().filter(|rule| rule.in_force(day));
        let mut days = rules.filter_map(|rule| match &rule.value {
            Value::BusinessDays(days) => Some(days.as_slice()),
            _ => None,
        });
        let weekday = day.weekday();
        let open = match days.next_back() {
            Some(days) => days.contains(&weekday),
            None => !matches!(weekday, Weekday::Sat | Weekday::Sun),
        };
        open && self.holidays.name_of(day).is_none()
    }

    /// Business days after `from`, up to and with `to`; none when it is not later.
    pub fn business_days(&self, from: NaiveDate, to: NaiveDate) -> u32 {
        let days = from.iter_days().skip(1).take(DAYS_MAX as usize);
        let until = days.take_while(|day| *day <= to);
        until.filter(|day| self.is_business_day(*day)).count() as u32
    }

    /// The day on which a term of so many business days after `from` ends.
    pub fn business_day_after(&self, from: NaiveDate, term: u32) -> NaiveDate {
        let days = from.iter_days().skip(1).take(DAYS_MAX as usize);
        let mut open = days.filter(|day| self.is_business_day(*day));
        match term.min(DAYS_MAX).checked_sub(1) {
            Some(before) => open.nth(before as usize).unwrap_or(from),
            None => from,
        }
    }
}

fn days_between(from: NaiveDate, to: NaiveDate) -> u32 {
    u32::try_from((to - from).num_days()).unwrap_or(0)
}

fn days_es(age: u32, business: bool) -> String {
    let ending = if age == 1 { "" } else { "s" };
    match business {
        true if age == 1 => "1 día hábil".to_owned(),
        true => format!("{age} días hábiles"),
        false => format!("{age} día{ending}"),
    }
}

#[cfg(test)]
mod tests;
