//! `cadencia rights`: requests of people for their rights, with their last days.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};
use wire::{RightsAnswerForm, RightsForm, RightsRequest};

use crate::Global;
use crate::output::{record, show, table};
use crate::times::now;

const BY: &str = "command line";

#[derive(Subcommand)]
pub(crate) enum Rights {
    /// Open requests, those due first first; fails when one is overdue
    List {
        /// Closed ones too
        #[arg(long)]
        all: bool,
    },
    /// Take a request in
    Open(Open),
    /// Take the longer term the law allows, once, having told the person why
    Extend {
        /// Its number
        id: i64,
        /// What the person was told
        #[arg(long)]
        told: String,
    },
    /// Close a request with its answer
    Close {
        /// Its number
        id: i64,
        /// How it was answered
        #[arg(long)]
        answer: String,
        /// SHA-256 of what was handed over
        #[arg(long)]
        sha256: Option<String>,
    },
}

#[derive(Args)]
pub(crate) struct Open {
    /// consulta, reclamo, or another that the pack has a term for
    kind: String,
    /// Whose data; see `person show`
    #[arg(long, value_name = "NUMBER")]
    person: Option<i64>,
    /// How it came: a call, mail, the client
    #[arg(long, default_value = "")]
    channel: String,
    /// What they ask
    #[arg(long, default_value = "")]
    words: String,
    /// Law pack whose term and calendar count
    #[arg(long, default_value = "co")]
    pack: String,
    /// The day it came in [default: today]
    #[arg(long, value_name = "DATE")]
    received: Option<String>,
}

impl Rights {
    pub(crate) async fn run(&self, global: &Global) -> Result<ExitCode> {
        let store = record(global).await?;
        let done = match self {
            Rights::List { all } => return list(global, *all).await,
            Rights::Open(open) => {
                let form = RightsForm {
                    person: open.person,
                    kind: open.kind.clone(),
                    channel: open.channel.clone(),
                    words: open.words.clone(),
                    pack: Some(open.pack.clone()),
                    received_on: open.received.clone(),
                };
                api::open_request(&*store, &form, BY, now()).await?
            }
            Rights::Extend { id, told } => api::extend_request(&*store, *id, told, now()).await?,
            Rights::Close { id, answer, sha256 } => {
                let form = RightsAnswerForm {
                    words: answer.clone(),
                    sha256: sha256.clone(),
                };
                api::close_request(&*store, *id, BY, &form, now()).await?
            }
        };
        show(global, &done, |done| match &done.outcome {
            Some(outcome) => println!("request {} closed: {outcome}", done.id),
            None => println!(
                "request {} ({}): answer by {}, {} business days ({})",
                done.id, done.kind, done.due_on, done.days_left, done.rule
            ),
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

async fn list(global: &Global, all: bool) -> Result<ExitCode> {
    let store = record(global).await?;
    let requests = api::requests(&*store, None, !all, now()).await?;
    show(global, &requests, |requests| {
        let row = |one: &RightsRequest| {
            let state = match (one.overdue, &one.closed_at) {
                (true, _) => format!("OVERDUE by {} business days", -one.days_left),
                (false, Some(_)) => "closed".to_owned(),
                (false, None) => format!("{} business days left", one.days_left),
            };
            vec![
                one.id.to_string(),
                one.kind.clone(),
                one.person
                    .map(|person| person.to_string())
                    .unwrap_or_default(),
                one.due_on.clone(),
                state,
                one.words.chars().take(60).collect(),
            ]
        };
        let rows: Vec<_> = requests.iter().map(row).collect();
        let headings = ["request", "kind", "person", "due on", "state", "words"];
        table(&headings, &rows, "no request is open");
    })?;
    Ok(match requests.iter().any(|one| one.overdue) {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}
