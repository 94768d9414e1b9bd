//! `cadencia gate check`: what the law says of calls that might be made, row by row.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Write as _};
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use domain::{PhoneNumber, PriorCall, Reach, Timestamp};
use law::{NextCall, Pack, Purpose};
use serde::Serialize;

use crate::Global;
use crate::times::{parse, shown};

/// Longest file read: two million instants.
const BYTES_MAX: u64 = 256 << 20;

/// What the law lets leave, and when
#[derive(Args)]
pub(crate) struct Gate {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Judges calls that might be made: CSV with `instant`, and optionally `number`, `person`,
    /// `purpose`, `zone`, `reach`, in order of time; a call that is allowed counts for the next of
    /// the same person or number
    Check(Check),
    /// The rules of a pack, with their dates and sources
    Rules {
        /// Which pack
        #[arg(long, default_value = "co")]
        pack: String,
    },
}

#[derive(Args)]
struct Check {
    /// The CSV file; standard input when absent
    file: Option<PathBuf>,
    /// Which pack
    #[arg(long, default_value = "co")]
    pack: String,
    /// Judge each row as if nobody had been called before
    #[arg(long)]
    alone: bool,
}

impl Gate {
    pub(crate) fn run(&self, global: &Global) -> Result<()> {
        crate::output::configuration(global)?;
        match &self.what {
            What::Check(check) => check.run(global),
            What::Rules { pack } => rules(global, pack),
        }
    }
}

/// What is said of a row.
#[derive(Serialize)]
struct Verdict<'a> {
    /// Place in the file, the heading being 1.
    line: u64,
    instant: &'a str,
    number: &'a str,
    person: &'a str,
    allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule: Option<String>,
    /// Pack and version.
    pack: &'a str,
    /// Milliseconds UTC of the first instant at which the same call would be allowed.
    #[serde(skip_serializing_if = "Option::is_none")]
    opens: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<String>,
}

impl Check {
    fn run(&self, global: &Global) -> Result<()> {
        let pack = Pack::by_id(&self.pack)?;
        let label = pack.label();
        let source: Box<dyn Read> = match &self.file {
            Some(path) => {
                let file = File::open(path);
                Box::new(file.with_context(|| format!("cannot read {}", path.display()))?)
            }
            None => Box::new(std::io::stdin()),
        };
        let mut reader = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .flexible(true)
            .from_reader(source.take(BYTES_MAX));
        let columns = Columns::of(reader.headers().context("the CSV has no heading")?)?;
        let mut before = Before::default();
        let mut out = std::io::stdout().lock();
        for record in reader.records() {
            let record = record?;
            let row = columns.read(&record)?;
            let prior = match self.alone {
                true => Vec::new(),
                false => before.of(&row),
            };
            let call = NextCall {
                purpose: row.purpose,
                zone: row.zone,
                agent_waits: false,
                house: &[],
                consents: &[],
            };
            let refusal = pack.may_contact(call, &prior, row.at).err();
            if refusal.is_none() {
                before.note(&row);
            }
            let verdict = Verdict {
                line: record.position().map_or(0, csv::Position::line),
                instant: row.instant,
                number: row.number,
                person: row.person,
                allowed: refusal.is_none(),
                rule: refusal.as_ref().map(|refusal| refusal.rule.clone()),
                pack: &label,
                opens: refusal.as_ref().map(|refusal| refusal.opens.as_millis()),
                words: refusal.map(|refusal| refusal.words),
            };
            match global.json {
                true => writeln!(out, "{}", serde_json::to_string(&verdict)?)?,
                false => writeln!(out, "{}", for_people(&verdict))?,
            }
        }
        Ok(())
    }
}

fn for_people(verdict: &Verdict<'_>) -> String {
    let (line, instant) = (verdict.line, verdict.instant);
    match (&verdict.rule, verdict.opens, &verdict.words) {
        (Some(rule), Some(opens), Some(words)) => {
            let opens = shown(Timestamp::from_millis(opens));
            format!(
                "{line}  {instant}  refused by {rule} ({}) until {opens}: {words}",
                verdict.pack
            )
        }
        _ => format!("{line}  {instant}  allowed ({})", verdict.pack),
    }
}

/// Where each column stands.
struct Columns {
    instant: usize,
    number: Option<usize>,
    person: Option<usize>,
    purpose: Option<usize>,
    zone: Option<usize>,
    reach: Option<usize>,
}

/// A call that might be made.
struct Row<'a> {
    instant: &'a str,
    at: Timestamp,
    number: &'a str,
    person: &'a str,
    purpose: Purpose,
    zone: Option<&'a str>,
    reach: Reach,
}

impl Columns {
    fn of(headings: &csv::StringRecord) -> Result<Columns> {
        let place = |name: &str| {
            headings
                .iter()
                .position(|heading| heading.eq_ignore_ascii_case(name))
        };
        let Some(instant) = place("instant") else {
            bail!(
                "the CSV has no column `instant`; it has {}",
                headings.iter().collect::<Vec<_>>().join(", ")
            );
        };
        Ok(Columns {
            instant,
            number: place("number"),
            person: place("person"),
            purpose: place("purpose"),
            zone: place("zone"),
            reach: place("reach"),
        })
    }

    fn read<'a>(&self, record: &'a csv::StringRecord) -> Result<Row<'a>> {
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |place: Option<usize>| place.and_then(|place| record.get(place)).unwrap_or("");
        let instant = cell(Some(self.instant));
        let at = parse(instant).with_context(|| format!("line {line}"))?;
        let purpose = match cell(self.purpose) {
            "" => Purpose::Commercial,
            word => Purpose::from_word(word).with_context(|| {
                let words: Vec<_> = Purpose::ALL.into_iter().map(Purpose::word).collect();
                format!(
                    "line {line}: `{word}` is no purpose; write {}",
                    words.join(", ")
                )
            })?,
        };
        let reach = match cell(self.reach) {
            "" | "nobody" => Reach::Nobody,
            "abandoned" => Reach::Abandoned,
            "person" => Reach::Person,
            "contact" => Reach::Contact,
            other => bail!(
                "line {line}: `{other}` is nothing a call reaches; write nobody, abandoned, person or contact"
            ),
        };
        Ok(Row {
            instant,
            at,
            number: cell(self.number),
            person: cell(self.person),
            purpose,
            zone: Some(cell(self.zone)).filter(|zone| !zone.is_empty()),
            reach,
        })
    }
}

/// Calls of the file that were allowed, by person and by number.
#[derive(Default)]
struct Before(HashMap<String, Vec<(u64, PriorCall)>>, u64);

impl Before {
    fn of(&self, row: &Row<'_>) -> Vec<PriorCall> {
        let both = Before::keys(row)
            .into_iter()
            .filter_map(|key| self.0.get(&key));
        let mut calls: Vec<(u64, PriorCall)> = both.flatten().copied().collect();
        calls.sort_unstable_by_key(|(place, _)| *place);
        calls.dedup_by_key(|(place, _)| *place);
        calls.into_iter().map(|(_, call)| call).collect()
    }

    fn note(&mut self, row: &Row<'_>) {
        self.1 += 1;
        let call = PriorCall {
            at: row.at,
            // No limit looks at which number it was.
            phone: nobodys(),
            reach: row.reach,
        };
        for key in Before::keys(row) {
            self.0.entry(key).or_default().push((self.1, call));
        }
    }

    fn keys(row: &Row<'_>) -> Vec<String> {
        let person = Some(row.person).filter(|person| !person.is_empty());
        let number = Some(row.number).filter(|number| !number.is_empty());
        let person = person.map(|person| format!("person {person}"));
        person
            .into_iter()
            .chain(number.map(|number| format!("number {number}")))
            .collect()
    }
}

/// A number where none is asked about.
fn nobodys() -> PhoneNumber {
    PhoneNumber::from_e164("+10000000").expect("digits that begin with none of a country")
}

/// A rule as people and programs read it.
#[derive(Serialize)]
struct RuleShown {
    rule: String,
    limit: String,
    valid_from: String,
    valid_to: Option<String>,
    source: String,
}

fn rules(global: &Global, pack: &str) -> Result<()> {
    let pack = Pack::by_id(pack)?;
    let shown = pack.rules().iter().map(|rule| RuleShown {
        rule: rule.id.clone(),
        limit: rule.value.to_string(),
        valid_from: rule.valid_from.to_string(),
        valid_to: rule.valid_to.map(|day| day.to_string()),
        source: rule.source.clone(),
    });
    let shown: Vec<RuleShown> = shown.collect();
    crate::output::show(global, &shown, |rules| {
        println!("{} ({})", pack.name, pack.label());
        let row = |rule: &RuleShown| {
            let from = match &rule.valid_to {
                Some(to) => format!("{} to {to}", rule.valid_from),
                None => rule.valid_from.clone(),
            };
            vec![
                rule.rule.clone(),
                rule.limit.clone(),
                from,
                rule.source.clone(),
            ]
        };
        let rows: Vec<_> = rules.iter().map(row).collect();
        crate::output::table(&["rule", "limit", "since", "source"], &rows, "no rules");
    })
}
