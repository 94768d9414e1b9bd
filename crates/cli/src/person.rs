//! `cadencia person`: everything that was or was not done about somebody, by which rule, when.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use domain::{PersonId, Timestamp};
use serde_json::json;
use wire::{Passport, PassportRecord, RectifyForm};

use crate::Global;
use crate::consent::Consents;
use crate::output::{configuration, record, show, table};
use crate::times::{now, shown};

#[derive(Subcommand)]
pub(crate) enum Person {
    /// Everything that was or was not done about somebody; noted in the audit log
    Show(Sought),
    /// All that is known of a person, to hand over: a page for people and JSON
    Export {
        /// Their number; see `person show`
        person: i64,
        /// The page, such as datos.html; the JSON is put beside it
        file: PathBuf,
    },
    /// What people agreed to beyond their contract
    #[command(subcommand)]
    Consent(Consents),
    /// Put right what is known of a person; the old values stay in the audit log, masked
    Rectify(Rectify),
    /// Erase a person and the recordings of them that prove nothing; attempts stay without a name
    Erase {
        /// Their number; see `person show`
        person: i64,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

#[derive(Args)]
pub(crate) struct Rectify {
    /// Their number; see `person show`
    person: i64,
    /// Their name
    #[arg(long)]
    name: Option<String>,
    /// Their document
    #[arg(long)]
    document: Option<String>,
    /// A number that is not theirs
    #[arg(long, requires = "new_phone")]
    phone: Option<String>,
    /// The number that is
    #[arg(long, requires = "phone")]
    new_phone: Option<String>,
    /// Why
    #[arg(long)]
    reason: String,
}

impl Rectify {
    async fn run(&self, global: &Global) -> Result<()> {
        let form = RectifyForm {
            name: self.name.clone(),
            document: self.document.clone(),
            phone: self.phone.clone(),
            new_phone: self.new_phone.clone(),
            reason: self.reason.clone(),
        };
        let store = record(global).await?;
        api::rectify_person(&*store, PersonId::new(self.person), &form).await?;
        show(global, &json!({"rectified": self.person}), |_| {
            println!("person {} was put right", self.person);
        })
    }
}

async fn export(global: &Global, person: i64, file: &Path) -> Result<()> {
    let store = record(global).await?;
    let subject = format!("person {person}");
    api::note_command(
        &*store,
        "person.export",
        subject,
        file.display().to_string(),
    )
    .await?;
    let export = api::export_person(&*store, PersonId::new(person)).await?;
    let page = api::export_page(&export);
    let beside = file.with_extension("json");
    let cannot = |path: &Path| format!("cannot write {}", path.display());
    std::fs::write(file, &page).with_context(|| cannot(file))?;
    let text = serde_json::to_string_pretty(&export)?;
    std::fs::write(&beside, &text).with_context(|| cannot(&beside))?;
    let hash = api::sha256_of(page.as_bytes());
    let value = json!({"person": person, "page": file, "json": beside, "page_sha256": hash});
    show(global, &value, |_| {
        println!("{} and {} written", file.display(), beside.display());
        println!("the page has SHA-256 {hash}");
    })
}

async fn erase(global: &Global, person: i64, reason: &str) -> Result<()> {
    let config = configuration(global)?;
    let store = record(global).await?;
    let vault = Arc::new(server::vault(&config)?);
    let erased = api::erase_person(
        &*store,
        &vault,
        PersonId::new(person),
        "command line",
        reason,
    )
    .await?;
    show(global, &erased, |it| {
        println!(
            "person {}: {} records, {} numbers and {} notes erased, {} recordings destroyed",
            it.person,
            it.records,
            it.numbers,
            it.notes,
            it.recordings_erased.len()
        );
        println!("{} attempts stay without a name", it.attempts_kept);
        if it.in_old_journal > 0 {
            println!(
                "{} of them are in the journal of an earlier version, which keeps number and notes",
                it.in_old_journal
            );
        }
        for (attempt, class) in &it.recordings_kept {
            println!("the recording of attempt {attempt} is kept as a proof ({class})");
        }
    })
}

#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct Sought {
    /// Whoever has this number
    #[arg(long)]
    phone: Option<String>,
    /// Whoever has this identity document
    #[arg(long)]
    document: Option<String>,
}

impl Person {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let asked = match self {
            Person::Show(asked) => asked,
            Person::Export { person, file } => return export(global, *person, file).await,
            Person::Consent(consents) => return consents.run(global).await,
            Person::Rectify(rectify) => return rectify.run(global).await,
            Person::Erase { person, reason } => return erase(global, *person, reason).await,
        };
        let store = record(global).await?;
        let sought = api::person_sought(asked.phone.as_deref(), asked.document.as_deref())?;
        let passports = api::passports(store.as_ref(), &sought, now()).await?;
        for passport in &passports {
            let subject = format!("person {}", passport.person);
            api::note_command(store.as_ref(), "person.read", subject, String::new()).await?;
        }
        show(global, &passports, |passports| {
            if passports.is_empty() {
                println!("nobody has that number or document in any list");
            }
            passports.iter().for_each(print);
        })
    }
}

fn print(passport: &Passport) {
    let opted_out = match passport.opted_out {
        true => ": asked never to be called again",
        false => "",
    };
    println!("person {}{opted_out}", passport.person);
    for number in &passport.suppressed_numbers {
        println!(
            "  {} is not called since {} ({})",
            number.phone,
            time(number.at),
            number.reason
        );
    }
    for number in &passport.retired_numbers {
        println!(
            "  {} is no good since {} ({} in attempt {})",
            number.phone,
            time(number.at),
            number.code,
            number.attempt
        );
    }
    for consent in &passport.consents {
        let ended = consent.ended_at.map(|at| format!(", ended {}", time(at)));
        println!(
            "  consent {}{}: {}",
            consent.id,
            ended.unwrap_or_default(),
            crate::consent::what(consent)
        );
    }
    passport.records.iter().for_each(print_record);
    let rows: Vec<Vec<String>> = passport
        .attempts
        .iter()
        .map(|attempt| {
            let consent = attempt.hours_consent.or(attempt.calls_consent);
            let by_consent = consent.map(|id| format!(" (by consent {id})"));
            let refused = attempt
                .gate
                .as_ref()
                .map(|rule| format!("refused by {rule}"));
            vec![
                time(attempt.intended_at),
                attempt.id.to_string(),
                attempt.phone.clone(),
                refused
                    .or(attempt.outcome.clone())
                    .unwrap_or_else(|| "open".to_owned())
                    + &by_consent.unwrap_or_default(),
                attempt.code.clone().unwrap_or_default(),
            ]
        })
        .collect();
    table(
        &[
            "when",
            "attempt",
            "number",
            "what became of it",
            "typification",
        ],
        &rows,
        "  no attempt was made",
    );
}

fn print_record(record: &PassportRecord) {
    println!(
        "  contact {} of `{}`, line {} of a file loaded {} ({})",
        record.contact,
        record.list,
        record.line,
        time(record.loaded_at),
        record.file_sha256.get(..12).unwrap_or_default(),
    );
    println!(
        "    {} {}  {}",
        record.document,
        record.name,
        record.phones.join(" ")
    );
    for work in &record.work {
        let code = work.code.as_deref().unwrap_or("never called");
        println!(
            "    {}: {}, {} attempts, {code}",
            work.campaign, work.state, work.attempts
        );
        match (&work.words, work.next_at) {
            (Some(words), Some(next)) => println!(
                "      not before {}: {words} ({}, {})",
                time(next),
                work.rule.as_deref().unwrap_or_default(),
                work.pack.as_deref().unwrap_or_default(),
            ),
            (None, Some(next)) => println!("      may be called from {}", time(next)),
            (_, None) => {}
        }
        if let Some(rule) = &work.because {
            let of = work.because_of.as_deref().unwrap_or_default();
            println!("      because of {rule} ({of})");
        }
        if work.promised {
            let whose = work.promised_by.map(|agent| format!("agent {agent}"));
            println!(
                "      a call was promised, by {}",
                whose.as_deref().unwrap_or("anybody")
            );
        }
        if let (Some(last), Some(best)) = (&work.last, &work.best) {
            println!(
                "      last said {} of {}; best {} of {}",
                last.code,
                time(last.at),
                best.code,
                time(best.at)
            );
        }
    }
}

fn time(millis: i64) -> String {
    shown(Timestamp::from_millis(millis))
}
