//! The TOML text of a pack, and what must hold before it is trusted. A pack
//! that loads has a zone, calling hours and every plain limit: what is asked of
//! it later cannot be missing.

use std::time::Duration;

use chrono::{NaiveDate, Weekday};
use chrono_tz::Tz;
use domain::{PriorCall, Purpose, Rate, parse_span};
use serde::Deserialize;

use crate::consent::MayOpen;
use crate::frequency::{Counted, Frequency, Within};
use crate::holidays::{Calendar, Falls, HolidayRule};
use crate::pack::Limits;
use crate::register::Register;
use crate::rule::{Rule, Value, Window};
use crate::term::Term;
use crate::{LawError, Pack};

/// The abandon ledger is of so long where no rule says (16 CFR 310.4(b)(4)(i)).
const ABANDON_PERIOD: Duration = Duration::from_secs(30 * 86_400);
const DAY: Duration = Duration::from_secs(86_400);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackText {
    id: String,
    version: String,
    name: String,
    in_force_from: Option<String>,
    #[serde(default)]
    loopback_only: bool,
    rules: Vec<RuleText>,
    #[serde(default)]
    holidays: Vec<HolidayText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    id: String,
    value: ValueText,
    purposes: Option<Vec<String>>,
    valid_from: String,
    valid_to: Option<String>,
    source: String,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
enum ValueText {
    Zone {
        zone: String,
    },
    Zones {
        zones: Vec<String>,
    },
    Hours {
        windows: Vec<WindowText>,
    },
    ClosedDays {
        days: Vec<String>,
    },
    ClosedHolidays,
    Share {
        share: String,
    },
    Span {
        span: String,
    },
    Calls {
        calls: u32,
    },
    Frequency(FrequencyText),
    OtherHours {
        /// Kinds of rules: `hours`, `closed-days`, `closed-holidays`.
        opens: Vec<String>,
        #[serde(default)]
        after_contract: bool,
    },
    Consent,
    Register(RegisterText),
    BusinessDays {
        days: Vec<String>,
    },
    Term {
        of: String,
        days: u32,
        #[serde(default)]
        more: u32,
    },
    Keep {
        days: u32,
        class: Option<String>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrequencyText {
    counts: CountedText,
    max: u32,
    /// `day`, `week`, or a span such as `2h`.
    within: String,
    #[serde(default)]
    unless_agent: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RegisterText {
    register: String,
    fresh: u32,
    stop: Option<u32>,
    /// `business` or `calendar`.
    days: String,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum CountedText {
    Attempts,
    Answers,
    Contacts,
    Abandons,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WindowText {
    days: Vec<String>,
    opens: String,
    closes: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HolidayText {
    name: String,
    on: Option<String>,
    moves: Option<String>,
    easter: Option<i64>,
    valid_from: String,
    valid_to: Option<String>,
    source: String,
}

/// Reads and checks a pack.
pub(crate) fn parse(text: &str) -> Result<Pack, LawError> {
    let file: PackText = toml::from_str(text)?;
    let pack = file.id.clone();
    let refuse = |rule: &str, why: String| LawError::Rule {
        pack: pack.clone(),
        rule: rule.to_owned(),
        why,
    };
    let mut rules = Vec::with_capacity(file.rules.len());
    for rule in file.rules {
        let id = rule.id.clone();
        rules.push(read_rule(rule).map_err(|why| refuse(&id, why))?);
    }
    let mut holidays = Vec::with_capacity(file.holidays.len());
    for holiday in file.holidays {
        let name = holiday.name.clone();
        holidays.push(read_holiday(holiday).map_err(|why| refuse(&name, why))?);
    }
    let limits = read_limits(&rules).map_err(|(rule, why)| refuse(rule, why))?;
    Ok(Pack {
        id: file.id,
        version: file.version,
        name: file.name,
        in_force_from: file
            .in_force_from
            .as_deref()
            .map(read_date)
            .transpose()
            .map_err(|why| refuse("in_force_from", why))?,
        loopback_only: file.loopback_only,
        rules,
        holidays: Calendar { rules: holidays },
        limits,
    })
}

fn read_rule(text: RuleText) -> Result<Rule, String> {
    if text.source.trim().is_empty() {
        return Err("a rule without a source is an opinion".to_owned());
    }
    Ok(Rule {
        value: read_value(text.value)?,
        purposes: match text.purposes {
            Some(words) => words
                .iter()
                .map(|word| read_purpose(word))
                .collect::<Result<_, _>>()?,
            None => Purpose::ALL.to_vec(),
        },
        valid_from: read_date(&text.valid_from)?,
        valid_to: text.valid_to.as_deref().map(read_date).transpose()?,
        id: text.id,
        source: text.source,
    })
}

fn read_purpose(word: &str) -> Result<Purpose, String> {
    Purpose::from_word(word).ok_or_else(|| format!("\"{word}\" is no purpose of a call"))
}

fn read_value(text: ValueText) -> Result<Value, String> {
    Ok(match text {
        ValueText::Zone { zone } => Value::Zones(vec![read_zone(&zone)?]),
        ValueText::Zones { zones } if zones.is_empty() => {
            return Err("a pack has one zone at least".to_owned());
        }
        ValueText::Zones { zones } => Value::Zones(
            zones
                .iter()
                .map(|zone| read_zone(zone))
                .collect::<Result<_, _>>()?,
        ),
        ValueText::Hours { windows } => Value::Hours(
            windows
                .into_iter()
                .map(read_window)
                .collect::<Result<_, _>>()?,
        ),
        ValueText::ClosedDays { days } => Value::ClosedDays(read_days(&days)?),
        ValueText::ClosedHolidays => Value::ClosedHolidays,
        ValueText::Share { share } => {
            Value::Share(share.parse::<Rate>().map_err(|e| e.to_string())?)
        }
        ValueText::Span { span } => Value::Span(parse_span(&span).map_err(|e| e.to_string())?),
        ValueText::Calls { calls } => Value::Calls(calls),
        ValueText::Keep { days: 0, .. } => return Err("kept for no day at all".to_owned()),
        ValueText::Keep { days, class } => Value::Keep { class, days },
        ValueText::Frequency(text) => Value::Frequency(read_frequency(&text)?),
        ValueText::OtherHours {
            opens,
            after_contract,
        } => Value::OtherHours(read_opens(&opens, after_contract)?),
        ValueText::Consent => Value::Consent,
        ValueText::Register(text) => Value::Register(read_register(text)?),
        ValueText::BusinessDays { days } => Value::BusinessDays(read_days(&days)?),
        ValueText::Term { days: 0, .. } => return Err("a term of no day at all".to_owned()),
        ValueText::Term { of, days, more } => Value::Term(Term { of, days, more }),
    })
}

fn read_opens(kinds: &[String], after_contract: bool) -> Result<MayOpen, String> {
    let mut may = MayOpen {
        after_contract,
        ..MayOpen::default()
    };
    for kind in kinds {
        match kind.as_str() {
            "hours" => may.hours = true,
            "closed-days" => may.days = true,
            "closed-holidays" => may.holidays = true,
            other => {
                return Err(format!(
                    "`{other}` cannot be opened; write hours, closed-days or closed-holidays"
                ));
            }
        }
    }
    match kinds.is_empty() {
        true => Err("say in `opens` what a consent may open".to_owned()),
        false => Ok(may),
    }
}

fn read_register(text: RegisterText) -> Result<Register, String> {
    let stop = text.stop.unwrap_or(text.fresh);
    if stop < text.fresh {
        return Err("`stop` comes after `fresh`".to_owned());
    }
    let business = match text.days.as_str() {
        "business" => true,
        "calendar" => false,
        other => return Err(format!("`{other}` are no days; write business or calendar")),
    };
    Ok(Register {
        name: text.register,
        fresh: text.fresh,
        stop,
        business,
    })
}

fn read_zone(name: &str) -> Result<Tz, String> {
    name.parse()
        .map_err(|_| format!("no time zone is named \"{name}\""))
}

fn read_frequency(text: &FrequencyText) -> Result<Frequency, String> {
    if text.max == 0 {
        return Err("a limit of no call at all is a closed day, not a frequency".to_owned());
    }
    let within = match text.within.as_str() {
        "day" => Within::Day,
        "week" => Within::Week,
        span => Within::Last(parse_span(span).map_err(|e| e.to_string())?),
    };
    if let Within::Last(span) = within
        && span > PriorCall::LOOKED_BACK
    {
        return Err("calls are looked back at for eight days".to_owned());
    }
    Ok(Frequency {
        counts: match text.counts {
            CountedText::Attempts => Counted::Attempts,
            CountedText::Answers => Counted::Answers,
            CountedText::Contacts => Counted::Contacts,
            CountedText::Abandons => Counted::Abandons,
        },
        max: text.max,
        within,
        unless_agent: text.unless_agent,
    })
}

fn read_window(text: WindowText) -> Result<Window, String> {
    let (opens, closes) = (read_time(&text.opens)?, read_time(&text.closes)?);
    if opens >= closes {
        return Err(format!(
            "a window cannot close at {} if it opens at {}",
            text.closes, text.opens
        ));
    }
    Ok(Window {
        days: read_days(&text.days)?,
        opens,
        closes,
    })
}

fn read_days(names: &[String]) -> Result<Vec<Weekday>, String> {
    names
        .iter()
        .map(|name| {
            name.parse::<Weekday>()
                .map_err(|_| format!("\"{name}\" is no day of the week"))
        })
        .collect()
}

/// `HH:MM`, up to 24:00, as the time since midnight.
fn read_time(text: &str) -> Result<Duration, String> {
    let bad = || format!("\"{text}\" is no time of day; write it as 07:00");
    let (hours, minutes) = text.split_once(':').ok_or_else(bad)?;
    let hours: u64 = hours.parse().map_err(|_| bad())?;
    let minutes: u64 = minutes.parse().map_err(|_| bad())?;
    if minutes > 59 || hours * 60 + minutes > 24 * 60 {
        return Err(bad());
    }
    Ok(Duration::from_secs((hours * 60 + minutes) * 60))
}

fn read_date(text: &str) -> Result<NaiveDate, String> {
    text.parse()
        .map_err(|_| format!("\"{text}\" is no date; write it as 2026-07-09"))
}

fn read_holiday(text: HolidayText) -> Result<HolidayRule, String> {
    let falls = match (&text.on, text.easter, text.moves.as_deref()) {
        (Some(on), None, None) => {
            let (month, day) = read_month_day(on)?;
            Falls::On { month, day }
        }
        (Some(on), None, Some("monday")) => {
            let (month, day) = read_month_day(on)?;
            Falls::MondayFrom { month, day }
        }
        (None, Some(offset), None) if (-100..=200).contains(&offset) => Falls::Easter(offset),
        _ => return Err("say `on`, with or without `moves = \"monday\"`, or `easter`".to_owned()),
    };
    Ok(HolidayRule {
        falls,
        valid_from: read_date(&text.valid_from)?,
        valid_to: text.valid_to.as_deref().map(read_date).transpose()?,
        name: text.name,
        source: text.source,
    })
}

fn read_month_day(text: &str) -> Result<(u32, u32), String> {
    // A leap year, so that 29 February may be written.
    let date = read_date(&format!("2024-{text}"))?;
    Ok((chrono::Datelike::month(&date), chrono::Datelike::day(&date)))
}

/// The plain limits. Of several versions of one rule the strictest counts, for
/// a limit on how calls are made has no single instant to be asked about.
fn read_limits(rules: &[Rule]) -> Result<Limits, (&'static str, String)> {
    let missing = |what: &'static str| move || (what, "the pack has no such rule".to_owned());
    if !rules
        .iter()
        .any(|rule| matches!(rule.value, Value::Hours(_)))
    {
        return Err(missing("hours")());
    }
    let zones = rules.iter().find_map(|rule| match &rule.value {
        Value::Zones(zones) => Some(zones.clone()),
        _ => None,
    });
    Ok(Limits {
        zones: zones.ok_or_else(missing("zone"))?,
        ring_min: spans(rules, ".ring-min")
            .max()
            .ok_or_else(missing("ring-min"))?,
        abandon_wait: spans(rules, ".abandon-wait")
            .min()
            .ok_or_else(missing("abandon-wait"))?,
        abandon_limit: least_share(rules, ".abandon-limit").ok_or_else(missing("abandon-limit"))?,
        abandon_period: read_period(rules)?,
        abandon_from: read_from(rules),
        abandon_target: least_share(rules, ".abandon-target")
            .ok_or_else(missing("abandon-target"))?,
    })
}

/// The stricter period is the shorter one: thrift of its beginning is spent in it or not at all.
fn read_period(rules: &[Rule]) -> Result<Duration, (&'static str, String)> {
    let period = spans(rules, ".abandon-period").min();
    let period = period.unwrap_or(ABANDON_PERIOD);
    match period >= DAY && period.as_secs().is_multiple_of(DAY.as_secs()) {
        true => Ok(period),
        false => Err((
            "abandon-period",
            "a period is of whole days, such as 30d".to_owned(),
        )),
    }
}

/// From so many calls on; never where no rule says.
fn read_from(rules: &[Rule]) -> Option<u32> {
    let named = rules
        .iter()
        .filter(|rule| rule.id.ends_with(".abandon-from"));
    let calls = named.filter_map(|rule| match rule.value {
        Value::Calls(calls) => Some(calls),
        _ => None,
    });
    calls.min()
}

fn spans<'r>(rules: &'r [Rule], suffix: &'r str) -> impl Iterator<Item = Duration> + 'r {
    rules
        .iter()
        .filter(move |rule| rule.id.ends_with(suffix))
        .filter_map(|rule| {
            if let Value::Span(span) = rule.value {
                Some(span)
            } else {
                None
            }
        })
}

fn least_share(rules: &[Rule], suffix: &str) -> Option<Rate> {
    rules
        .iter()
        .filter(|rule| rule.id.ends_with(suffix))
        .filter_map(|rule| {
            if let Value::Share(share) = rule.value {
                Some(share)
            } else {
                None
            }
        })
        .min_by(|a, b| a.get().total_cmp(&b.get()))
}
