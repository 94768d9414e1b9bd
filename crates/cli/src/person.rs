//! `cadencia person`: everything that was or was not done about somebody, by which rule, when.

use anyhow::Result;
use clap::{Args, Subcommand};
use domain::Timestamp;
use wire::{Passport, PassportRecord};

use crate::Global;
use crate::output::{record, show, table};
use crate::times::{now, shown};

#[derive(Subcommand)]
pub(crate) enum Person {
    /// Everything that was or was not done about somebody; noted in the audit log
    Show(Sought),
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
        let Person::Show(asked) = self;
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
    passport.records.iter().for_each(print_record);
    let rows: Vec<Vec<String>> = passport
        .attempts
        .iter()
        .map(|attempt| {
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
                    .unwrap_or_else(|| "open".to_owned()),
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
    }
}

fn time(millis: i64) -> String {
    shown(Timestamp::from_millis(millis))
}
