//! `cadencia person consent`: what people agreed to beyond their contract, with the evidence of it.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use domain::{ConsentId, PersonId, Timestamp};
use wire::{Consent, ConsentForm};

use crate::Global;
use crate::output::{record, show, table};
use crate::times::{now, parse, shown};

const BY: &str = "command line";

#[derive(Subcommand)]
pub(crate) enum Consents {
    /// Record that a person agreed: to be called at other hours, or at all
    Record(Record),
    /// What a person agreed to; of everybody without a number
    List {
        /// Their number; see `person show`
        person: Option<i64>,
        /// Those too that were ended
        #[arg(long)]
        all: bool,
    },
    /// End a consent: calls under it that have not rung are taken back
    End {
        /// Its number
        id: i64,
        /// Why
        #[arg(long)]
        reason: String,
    },
}

#[derive(Args)]
pub(crate) struct Record {
    /// Their number; see `person show`
    person: i64,
    /// `hours`: other hours than the law's; `commercial`: to be called at all, where a law asks for that
    #[arg(long, default_value = "hours")]
    kind: String,
    /// Such as 19:00-21:00, by the clock of the person
    #[arg(long)]
    hours: Option<String>,
    /// The days of the week it names, such as mon,tue,sun
    #[arg(long, value_delimiter = ',')]
    days: Vec<String>,
    /// It names holidays too
    #[arg(long)]
    holidays: bool,
    /// For which calls: commercial, requested-callback, resumed, sale-validation, delivery
    #[arg(long = "for", value_delimiter = ',', required = true)]
    purposes: Vec<String>,
    /// When the contract was made that it is apart from
    #[arg(long, value_name = "TIME")]
    contract: Option<String>,
    /// When the person agreed
    #[arg(long, value_name = "TIME")]
    signed: String,
    /// In what they did: words or a reference that find it again
    #[arg(long)]
    instrument: String,
    /// The file that shows it: its SHA-256 is kept, the file is not
    #[arg(long, value_name = "FILE")]
    evidence: PathBuf,
}

impl Record {
    fn form(&self) -> Result<ConsentForm> {
        let contract = self.contract.as_deref().map(parse).transpose()?;
        Ok(ConsentForm {
            kind: self.kind.clone(),
            hours: self.hours.clone(),
            days: self.days.clone(),
            holidays: self.holidays,
            purposes: self.purposes.clone(),
            contract_at: contract.map(Timestamp::as_millis),
            signed_at: parse(&self.signed)?.as_millis(),
            instrument: self.instrument.clone(),
            evidence_sha256: api::sha256_of_file(&self.evidence)
                .with_context(|| format!("cannot read {}", self.evidence.display()))?,
        })
    }
}

impl Consents {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        let done = match self {
            Consents::List { person, all } => {
                let person = person.map(PersonId::new);
                let found = api::consents(&*store, person, !all, now()).await?;
                return list(global, &found);
            }
            Consents::Record(it) => {
                let person = PersonId::new(it.person);
                api::record_consent(&*store, person, &it.form()?, BY, now()).await?
            }
            Consents::End { id, reason } => {
                api::end_consent(&*store, ConsentId::new(*id), BY, reason, now()).await?
            }
        };
        show(global, &done, told)
    }
}

fn told(it: &Consent) {
    if it.ended_at.is_some() {
        return println!("consent {} of person {} is over", it.id, it.person);
    }
    println!("consent {} of person {}: {}", it.id, it.person, what(it));
    println!("evidence {}", it.evidence_sha256);
    match it.heeded_by.is_empty() {
        true => println!(
            "no law pack in force lets a call leave under it; see `gate rules` (is the contract's date given?)"
        ),
        false => println!("heeded by {}", it.heeded_by.join(", ")),
    }
}

pub(crate) fn what(it: &Consent) -> String {
    let holidays = if it.holidays { " and holidays" } else { "" };
    let hours = it.hours.as_deref().map(|hours| {
        let days = it.days.join(" ");
        format!("{hours} on {days}{holidays}, ")
    });
    format!(
        "{}for {}",
        hours.unwrap_or_default(),
        it.purposes.join(", ")
    )
}

fn list(global: &Global, found: &[Consent]) -> Result<()> {
    show(global, &found, |found| {
        let row = |it: &Consent| {
            let ended = it.ended_at.map(|at| format!("ended {}", time(at)));
            vec![
                it.id.to_string(),
                it.person.to_string(),
                it.kind.clone(),
                what(it),
                time(it.signed_at),
                it.instrument.chars().take(40).collect(),
                ended.unwrap_or_else(|| "stands".to_owned()),
            ]
        };
        let rows: Vec<_> = found.iter().map(row).collect();
        let headings = [
            "consent", "person", "kind", "to what", "signed", "in", "state",
        ];
        table(&headings, &rows, "nobody agreed to anything");
    })
}

fn time(millis: i64) -> String {
    shown(Timestamp::from_millis(millis))
}
