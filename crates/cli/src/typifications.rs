//! `cadencia typifications`: what calls of a campaign may be said to be, what follows, and what was said.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use campaigns::{Catalogue, ContradictionRule};
use clap::{Args, Subcommand};
use domain::{Disposition, NextPhone, Timestamp, parse_span};
use store::Store;
use wire::{
    Contradiction, Contradictions, Correction, CorrectionForm, TypificationRow, Typifications,
    TypificationsPut, TypificationsVersion,
};

use crate::Global;
use crate::campaign::find;
use crate::engine_api::Reach;
use crate::output::{record, show, table};
use crate::times::{now, parse, shown};
use crate::typification_rules::RulesCommand;

/// A day of the calendar.
const DAY: Duration = Duration::from_secs(24 * 3_600);

#[derive(Subcommand)]
pub(crate) enum TypificationsCommand {
    /// The typifications in force, with their flags and when people are called again
    Show {
        /// Name of the campaign
        campaign: String,
        /// An earlier version, by its number
        #[arg(long = "number", value_name = "VERSION")]
        earlier: Option<u32>,
    },
    /// Writes them as CSV for a spreadsheet, or as JSON with --json
    Export {
        /// Name of the campaign
        campaign: String,
        /// The file; standard output when absent
        #[arg(long)]
        out: Option<PathBuf>,
        /// An earlier version, by its number
        #[arg(long = "number", value_name = "VERSION")]
        earlier: Option<u32>,
    },
    /// Puts a CSV or JSON file into force for calls that begin from now on; everything wrong with it is told
    Import {
        /// Name of the campaign
        campaign: String,
        /// The file; its name ends in .csv or .json
        file: PathBuf,
        /// Why, for whoever looks at the versions
        #[arg(long, default_value = "")]
        note: String,
    },
    /// Says what is wrong with a CSV or JSON file; changes nothing
    Check {
        /// The file; its name ends in .csv or .json
        file: PathBuf,
    },
    /// The versions there were, by whom and why
    Versions {
        /// Name of the campaign
        campaign: String,
    },
    /// Changes when people are called again after one typification, as a new version
    Set(Set),
    /// Says what a call was, in its advisor's stead: retries, suppression and figures follow
    Correct(Correct),
    /// What was corrected, by whom, why, and what it changed in figures
    Corrections {
        /// Name of the campaign
        campaign: String,
        /// From, such as 2026-11-24; the beginning when absent
        #[arg(long)]
        from: Option<String>,
        /// Until, not included; now when absent
        #[arg(long)]
        to: Option<String>,
    },
    /// Calls whose typification contradicts what the system saw: a sale in five seconds
    Contradictions {
        /// Name of the campaign
        campaign: String,
        /// The day, such as 2026-11-24; today when absent
        #[arg(long)]
        day: Option<String>,
        /// Rules to try as CSV, instead of the campaign's; see `typifications rules`
        #[arg(long)]
        rules: Option<PathBuf>,
    },
    /// The rules that find them, as a campaign has them
    #[command(subcommand)]
    Rules(RulesCommand),
}

#[derive(Args)]
pub(crate) struct Set {
    /// Name of the campaign
    campaign: String,
    /// Code of the typification
    code: String,
    /// Least wait before the next attempt, such as 3h
    #[arg(long)]
    wait: Option<String>,
    /// Which phone is next: same, next or best
    #[arg(long)]
    phone: Option<String>,
    /// How often in a row before the phone is left alone; 0: any number
    #[arg(long)]
    times: Option<u8>,
    /// Whether hours of the day are tried in which the person was not tried yet
    #[arg(long)]
    other_hours: Option<bool>,
    /// Whether the record is done with
    #[arg(long)]
    closes: Option<bool>,
    /// Whether anybody may set it no more
    #[arg(long)]
    retired: Option<bool>,
    /// Why, for whoever looks at the versions
    #[arg(long, default_value = "")]
    note: String,
}

#[derive(Args)]
pub(crate) struct Correct {
    /// Id of the attempt
    attempt: i64,
    /// Code of the typifications its call began with
    code: String,
    /// Why; it stays in the record
    #[arg(long)]
    why: String,
    /// When the customer asked to be called again, such as 2026-12-01T09:30
    #[arg(long)]
    callback_at: Option<String>,
    /// They asked never to be called again, whatever else the call was
    #[arg(long)]
    opt_out: bool,
    #[command(flatten)]
    reach: Reach,
}

impl TypificationsCommand {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        match self {
            Self::Show { campaign, earlier } => {
                let store = record(global).await?;
                let catalogue = version_of(store.as_ref(), campaign, *earlier).await?;
                show(global, &api::typifications_shown(&catalogue), print)
            }
            Self::Export {
                campaign,
                out,
                earlier,
            } => {
                let store = record(global).await?;
                let catalogue = version_of(store.as_ref(), campaign, *earlier).await?;
                export(global, &catalogue, out.as_deref())
            }
            Self::Import {
                campaign,
                file,
                note,
            } => {
                let rows = read(file)?;
                put(global, campaign, rows, note).await
            }
            Self::Check { file } => {
                let rows = read(file)?;
                show(global, &api::checked(&rows), |put| {
                    println!("{} typifications, and nothing is wrong with them", put.rows);
                })
            }
            Self::Versions { campaign } => versions(global, campaign).await,
            Self::Set(set) => set.run(global).await,
            Self::Correct(correct) => correct.run(global).await,
            Self::Corrections { campaign, from, to } => {
                let store = record(global).await?;
                let id = find(store.as_ref(), campaign).await?.id;
                let time = |text: &Option<String>| text.as_deref().map(parse).transpose();
                let from = time(from)?.unwrap_or(Timestamp::from_millis(0));
                let to = time(to)?.unwrap_or_else(now);
                let found = api::corrections(store.as_ref(), id, from, to).await?;
                show(global, &found, |found| print_corrections(found))
            }
            Self::Contradictions {
                campaign,
                day,
                rules,
            } => {
                let store = record(global).await?;
                let id = find(store.as_ref(), campaign).await?.id;
                let from = match day {
                    Some(day) => parse(day)?,
                    None => crate::times::today(),
                };
                let rules = match rules {
                    Some(file) => {
                        let rules = ContradictionRule::read(&text_of(file)?, None);
                        (0, rules.with_context(|| format!("in {}", file.display()))?)
                    }
                    None => api::rules_in_force(store.as_ref(), id).await?,
                };
                let found =
                    api::contradictions(store.as_ref(), id, &rules, from, from + DAY).await?;
                show(global, &found, print_contradictions)
            }
            Self::Rules(rules) => rules.run(global).await,
        }
    }
}

async fn version_of(store: &dyn Store, name: &str, version: Option<u32>) -> Result<Catalogue> {
    let campaign = find(store, name).await?.id;
    let Some(number) = version else {
        return Ok(store.catalogue(campaign).await?);
    };
    let versions = store.catalogue_versions(campaign).await?;
    let Some(found) = versions.iter().find(|version| version.version == number) else {
        bail!(
            "the typifications of `{name}` have no version {number}; see `typifications versions`"
        );
    };
    let read = store.catalogue_of(found.id).await?;
    read.context("a version that is listed is not there")
}

fn print(typifications: &Typifications) {
    println!("version {}", typifications.version);
    let row = |row: &TypificationRow| {
        let flags = [
            (row.human, "human"),
            (row.third_party, "third party"),
            (row.holder, "holder"),
            (row.effective_contact, "contact"),
            (row.accepted_sale, "sale"),
            (row.closes_record, "closes"),
            (row.suppresses, "never again"),
            (row.invalidates_phone, "bad phone"),
            (row.free, "free"),
            (row.retired, "retired"),
        ];
        let flags = flags
            .into_iter()
            .filter(|(is, _)| *is)
            .map(|(_, word)| word);
        let again = match (row.closes_record, row.suppresses) {
            (false, false) => format!(
                "{} min, {} phone{}{}",
                row.wait_min,
                row.next_phone,
                if row.other_hours { ", other hours" } else { "" },
                row.times_max
                    .map(|times| format!(", {times} in a row"))
                    .unwrap_or_default(),
            ),
            _ => String::new(),
        };
        vec![
            row.code.clone(),
            row.levels.join(" › "),
            row.origin.clone(),
            row.rank.map(|rank| rank.to_string()).unwrap_or_default(),
            flags.collect::<Vec<_>>().join(", "),
            again,
        ]
    };
    let rows: Vec<_> = typifications.rows.iter().map(row).collect();
    table(
        &[
            "code",
            "typification",
            "by",
            "rank",
            "counts as",
            "called again",
        ],
        &rows,
        "no typifications",
    );
}

fn export(global: &Global, catalogue: &Catalogue, out: Option<&Path>) -> Result<()> {
    let text = match global.json {
        true => serde_json::to_string_pretty(&api::typifications_shown(catalogue).rows)?,
        false => catalogue.text(),
    };
    match out {
        Some(path) => {
            std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
        }
        None => {
            print!("{text}");
            Ok(())
        }
    }
}

/// Rows of a file, CSV or JSON, or everything that is wrong with it.
fn read(file: &Path) -> Result<Vec<Disposition>> {
    let text = text_of(file)?;
    let is_json = file
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("json"));
    let rows = match is_json {
        true => {
            let rows: Vec<TypificationRow> =
                serde_json::from_str(&text).with_context(|| format!("in {}", file.display()))?;
            api::typifications_of(&rows)
        }
        false => api::read_typifications(&text),
    };
    rows.with_context(|| format!("{} cannot be used", file.display()))
}

/// The text of a file; spreadsheets of old write Windows-1252, of which the accents are Latin-1.
pub(crate) fn text_of(file: &Path) -> Result<String> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(other) => other
            .as_bytes()
            .iter()
            .map(|byte| char::from(*byte))
            .collect(),
    })
}

async fn put(global: &Global, name: &str, rows: Vec<Disposition>, note: &str) -> Result<()> {
    let store = record(global).await?;
    let campaign = find(store.as_ref(), name).await?.id;
    let by = "command line";
    let put = api::put_typifications(store.as_ref(), campaign, rows, by, note.to_owned()).await?;
    show(global, &put, |put| print_put(name, put))
}

fn print_put(name: &str, put: &TypificationsPut) {
    println!(
        "version {} of the typifications of `{name}` is in force for calls that begin from now on: {} rows",
        put.version.unwrap_or_default(),
        put.rows
    );
    if !put.retired.is_empty() {
        println!(
            "  kept as retired, because calls bear them: {}",
            put.retired.join(", ")
        );
    }
}

async fn versions(global: &Global, name: &str) -> Result<()> {
    let store = record(global).await?;
    let campaign = find(store.as_ref(), name).await?.id;
    let versions = store.catalogue_versions(campaign).await?;
    let versions: Vec<_> = versions.iter().map(api::version_shown).collect();
    show(global, &versions, |versions| {
        let row = |version: &TypificationsVersion| {
            let whose = if version.of_house { "the house's" } else { "" };
            let since = Timestamp::from_millis(version.at);
            vec![
                version.version.to_string(),
                version.rows.to_string(),
                if version.at == 0 {
                    String::new()
                } else {
                    shown(since)
                },
                format!("{whose}{}", version.by),
                version.note.clone(),
            ]
        };
        let rows: Vec<_> = versions.iter().map(row).collect();
        table(&["version", "rows", "since", "by", "why"], &rows, "none");
    })
}

impl Set {
    async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        let campaign = find(store.as_ref(), &self.campaign).await?.id;
        let mut rows = store.catalogue(campaign).await?.rows().to_vec();
        let Some(row) = rows.iter_mut().find(|row| row.code == self.code) else {
            bail!("`{}` has no typification {}", self.campaign, self.code);
        };
        self.change(row)?;
        // As a whole: a rule may contradict another.
        let text = Catalogue::from_rows(domain::CatalogueId::new(0), 0, rows).text();
        let rows = api::read_typifications(&text)?;
        put(global, &self.campaign, rows, &self.note).await
    }

    fn change(&self, row: &mut Disposition) -> Result<()> {
        if let Some(wait) = &self.wait {
            row.retry.wait = parse_span(wait).context("--wait")?;
        }
        if let Some(word) = &self.phone {
            row.retry.next_phone = NextPhone::from_word(word)
                .with_context(|| format!("--phone: `{word}` is none; write same, next or best"))?;
        }
        if let Some(times) = self.times {
            row.retry.times_max = (times > 0).then_some(times);
        }
        row.retry.other_hours = self.other_hours.unwrap_or(row.retry.other_hours);
        row.closes_record = self.closes.unwrap_or(row.closes_record);
        row.retired = self.retired.unwrap_or(row.retired);
        Ok(())
    }
}

impl Correct {
    async fn run(&self, global: &Global) -> Result<()> {
        let callback_at = self.callback_at.as_deref().map(parse).transpose()?;
        let form = CorrectionForm {
            code: self.code.clone(),
            why: self.why.clone(),
            callback_at: callback_at.map(Timestamp::as_millis),
            opt_out: self.opt_out,
        };
        let engine = self.reach.engine(global).await?;
        let path = format!("/api/v1/attempts/{}/correction", self.attempt);
        engine.post(path, serde_json::to_value(form)?).await?;
        let done = serde_json::json!({"attempt": self.attempt, "code": self.code});
        show(global, &done, |_| {
            println!("attempt {} is {} from now on", self.attempt, self.code);
        })
    }
}

fn print_corrections(found: &[Correction]) {
    let row = |correction: &Correction| {
        let delta = &correction.delta;
        let changes = [
            (delta.answered, "answered"),
            (delta.effective, "contacts"),
            (delta.sales, "sales"),
        ];
        let changes = changes.iter().filter(|(change, _)| *change != 0);
        let changes: Vec<_> = changes.map(|(n, what)| format!("{n:+} {what}")).collect();
        let agent = correction.agent.map(|agent| format!("agent {agent}"));
        let by = correction
            .user
            .clone()
            .or(agent)
            .unwrap_or_else(|| "system".to_owned());
        vec![
            shown(Timestamp::from_millis(correction.at)),
            correction.attempt.to_string(),
            correction
                .placed_at
                .map(|at| shown(Timestamp::from_millis(at)))
                .unwrap_or_default(),
            format!("{} → {}", correction.before, correction.after),
            changes.join(", "),
            by,
            correction.why.clone(),
        ]
    };
    let rows: Vec<_> = found.iter().map(row).collect();
    table(
        &[
            "corrected",
            "attempt",
            "call of",
            "typification",
            "changes",
            "by",
            "why",
        ],
        &rows,
        "nothing was corrected",
    );
}

fn print_contradictions(found: &Contradictions) {
    let row = |found: &Contradiction| {
        vec![
            shown(Timestamp::from_millis(found.placed_at)),
            found.attempt.to_string(),
            found
                .agent
                .map(|agent| agent.to_string())
                .unwrap_or_default(),
            found.code.clone(),
            format!("{} s", found.talk_s),
            found.rule.clone(),
            found.message.clone(),
        ]
    };
    let rows: Vec<_> = found.found.iter().map(row).collect();
    table(
        &[
            "call",
            "attempt",
            "agent",
            "code",
            "talk",
            "rule",
            "what contradicts",
        ],
        &rows,
        "no typification contradicts its call",
    );
    let counts: Vec<_> = found
        .by_rule
        .iter()
        .map(|(rule, n)| format!("{rule} {n}"))
        .collect();
    let counts = match counts.is_empty() {
        true => String::new(),
        false => format!(": {}", counts.join(", ")),
    };
    println!("{} calls looked at{counts}", found.attempts);
}
