//! `cadencia practice`: the operating model: which practices there are, what is due, what was held, and how far each role
//! adheres.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use domain::Timestamp;
use store::Store;
use wire::{
    ActionPlanForm, Practice, PracticeAdherence, PracticeDue, PracticeSession, PracticeSessionForm,
};

use crate::Global;
use crate::output::{record, show, table};
use crate::times::{now, shown};
use crate::typifications::text_of;

/// Who holds a session where nobody is named.
const BY: &str = "command line";

#[derive(Subcommand)]
pub(crate) enum PracticeCommand {
    /// The practices in force: how often, by whom, how long
    List,
    /// What is due, done and missed, of this week or of a span
    Agenda(Span),
    /// Adherence by week and role
    Adherence(Span),
    /// The sessions that were held
    Sessions(Span),
    /// Write a session down
    Record(Session),
    /// Put a session right: another version of it is written
    Correct(Correct),
    /// The practices as text, in versions
    #[command(subcommand)]
    Model(ModelCommand),
}

#[derive(Args)]
pub(crate) struct Span {
    /// From this day on, as 2026-12-01 [default: this week]
    #[arg(long)]
    from: Option<NaiveDate>,
    /// Until this day, included
    #[arg(long)]
    to: Option<NaiveDate>,
}

#[derive(Args)]
pub(crate) struct Session {
    /// Key of the practice, such as dialogo_diario
    practice: String,
    #[command(flatten)]
    said: Said,
    /// What was agreed, as OWNER:DAY:WORDS or OWNER:+WORKING_DAYS:WORDS; may be repeated
    #[arg(long = "agreement", value_name = "AGREEMENT")]
    agreements: Vec<String>,
}

#[derive(Args)]
pub(crate) struct Correct {
    /// Its number
    session: i64,
    /// Key of the practice
    #[arg(long)]
    practice: Option<String>,
    #[command(flatten)]
    said: Said,
    /// It was none
    #[arg(long)]
    void: bool,
}

#[derive(Args)]
pub(crate) struct Said {
    /// supervisor, coordinator or manager [default: the only one that owes it]
    #[arg(long)]
    role: Option<String>,
    /// Who held it
    #[arg(long)]
    leader: Option<String>,
    /// On which day [default: today]
    #[arg(long)]
    day: Option<NaiveDate>,
    /// How long it took [default: as long as it usually does]
    #[arg(long)]
    minutes: Option<u32>,
    /// Who was there
    #[arg(long)]
    participants: Option<String>,
    /// What was said
    #[arg(long)]
    notes: Option<String>,
}

#[derive(Subcommand)]
pub(crate) enum ModelCommand {
    /// Prints what is in force, TOML; the house's where there is none
    Show,
    /// Puts a TOML file into force; everything wrong with it is told. Past cycles keep the version they were due under
    Put {
        /// The file
        file: PathBuf,
        /// Why, for whoever looks at the versions
        #[arg(long, default_value = "")]
        note: String,
        /// Only say what is wrong with it
        #[arg(long)]
        check: bool,
    },
    /// The versions there were, by whom and why
    Versions,
}

impl Span {
    fn read(&self) -> Option<(NaiveDate, NaiveDate)> {
        let week = chrono::Days::new(6);
        match (self.from, self.to) {
            (None, None) => None,
            (Some(from), to) => Some((from, to.unwrap_or(from + week))),
            (None, Some(to)) => Some((to - week, to)),
        }
    }
}

impl Said {
    fn form(&self) -> PracticeSessionForm {
        PracticeSessionForm {
            role: self.role.clone(),
            leader: self.leader.clone(),
            day: self.day.map(|day| day.to_string()),
            minutes: self.minutes,
            participants: self.participants.clone(),
            notes: self.notes.clone(),
            ..PracticeSessionForm::default()
        }
    }
}

impl PracticeCommand {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        let store = store.as_ref();
        match self {
            PracticeCommand::List => {
                let all = api::practices(store, now()).await?;
                show(global, &all, |all| practices_told(all))
            }
            PracticeCommand::Agenda(span) => {
                let due = api::practice_agenda(store, span.read(), now()).await?;
                show(global, &due, |due| agenda_told(due))
            }
            PracticeCommand::Adherence(span) => {
                let told = api::practice_adherence(store, span.read(), now()).await?;
                show(global, &told, |told| adherence_told(told))
            }
            PracticeCommand::Sessions(span) => {
                let held = api::practice_sessions(store, span.read(), now()).await?;
                show(global, &held, |held| sessions_told(held))
            }
            PracticeCommand::Record(session) => {
                let mut form = session.said.form();
                form.practice = Some(session.practice.clone());
                let agreements = session.agreements.iter().map(|text| agreement(text));
                form.agreements = agreements.collect::<Result<_>>()?;
                let made = api::record_session(store, &form, BY, now()).await?;
                show(global, &made, session_told)
            }
            PracticeCommand::Correct(correct) => {
                let mut form = correct.said.form();
                form.practice.clone_from(&correct.practice);
                form.void = correct.void.then_some(true);
                let put = api::correct_session(store, correct.session, &form, now()).await?;
                show(global, &put, session_told)
            }
            PracticeCommand::Model(model) => model.run(global, store).await,
        }
    }
}

impl ModelCommand {
    async fn run(&self, global: &Global, store: &dyn Store) -> Result<()> {
        match self {
            ModelCommand::Show => {
                let versions = api::practice_models(store).await?;
                let Some(newest) = versions.first() else {
                    bail!("there are no practices");
                };
                show(global, newest, |newest| print!("{}", newest.text))
            }
            ModelCommand::Put { file, note, check } => {
                let text = text_of(file)?;
                let put = api::put_practice_model(store, (&text, note), *check, now()).await;
                let put = put.with_context(|| format!("{} cannot be used", file.display()))?;
                show(global, &put, |put| match check {
                    true => println!("nothing is wrong with it"),
                    false => println!("version {} is in force", put.version),
                })
            }
            ModelCommand::Versions => {
                let versions = api::practice_models(store).await?;
                show(global, &versions, |versions| {
                    let row = |one: &wire::PracticeModel| {
                        let since = one.at.map(|at| shown(Timestamp::from_millis(at)));
                        vec![
                            one.version.to_string(),
                            since.unwrap_or_else(|| "the house's".to_owned()),
                            one.by.clone(),
                            one.note.clone(),
                        ]
                    };
                    let rows: Vec<_> = versions.iter().map(row).collect();
                    table(&["version", "since", "by", "why"], &rows, "no version");
                })
            }
        }
    }
}

/// `OWNER:DAY:WORDS` or `OWNER:+DAYS:WORDS`.
fn agreement(text: &str) -> Result<ActionPlanForm> {
    let mut parts = text.splitn(3, ':');
    let (Some(owner), Some(when), Some(words)) = (parts.next(), parts.next(), parts.next()) else {
        bail!("`{text}` is no agreement; write OWNER:2026-12-04:WORDS or OWNER:+3:WORDS");
    };
    let in_days = match when.trim().strip_prefix('+') {
        Some(days) => Some(
            days.parse()
                .with_context(|| format!("`{when}` is no number of working days"))?,
        ),
        None => None,
    };
    Ok(ActionPlanForm {
        words: words.to_owned(),
        owner: owner.to_owned(),
        due_on: in_days.is_none().then(|| when.to_owned()),
        in_days,
        ..ActionPlanForm::default()
    })
}

/// A cycle as people here say it.
fn every_told(every: &str) -> &str {
    match every {
        "day" => "diaria",
        "week" => "semanal",
        "fortnight" => "quincenal",
        "month" => "mensual",
        "half_year" => "semestral",
        other => other,
    }
}

pub(crate) fn role_told(role: &str) -> &str {
    match role {
        "coordinator" => "coordinador",
        "manager" => "gerente",
        other => other,
    }
}

fn practices_told(all: &[Practice]) {
    let row = |one: &Practice| {
        let owners = one.owners.iter().map(|owner| {
            let names = match owner.leaders.is_empty() {
                true => String::new(),
                false => format!(" ({})", owner.leaders.join(", ")),
            };
            format!("{} {}{names}", owner.times, role_told(&owner.role))
        });
        vec![
            one.key.clone(),
            one.name.clone(),
            every_told(&one.every).to_owned(),
            one.minutes.to_string(),
            owners.collect::<Vec<_>>().join(", "),
        ]
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    let headings = ["práctica", "nombre", "frecuencia", "min", "responsables"];
    table(&headings, &rows, "no hay prácticas");
}

fn agenda_told(due: &[PracticeDue]) {
    let row = |one: &PracticeDue| {
        let state = match one.state.as_str() {
            "done" => "hecha",
            "missed" => "no se hizo",
            _ => "por hacer",
        };
        vec![
            one.due.clone(),
            one.practice.clone(),
            one.leader
                .clone()
                .unwrap_or_else(|| role_told(&one.role).to_owned()),
            format!("{}/{}", one.done, one.goal),
            state.to_owned(),
            format!("{} min", one.minutes),
        ]
    };
    let rows: Vec<_> = due.iter().map(row).collect();
    let headings = [
        "a más tardar",
        "práctica",
        "responsable",
        "hechas",
        "estado",
        "dura",
    ];
    table(&headings, &rows, "nada se debe en estos días");
}

pub(crate) fn adherence_told(told: &[PracticeAdherence]) {
    let row = |one: &PracticeAdherence| {
        vec![
            format!("{} a {}", one.from, one.to),
            one.role.as_deref().map_or("todos", role_told).to_owned(),
            one.shown.clone(),
            format!("{}/{}", one.done, one.goal),
            one.missed.to_string(),
            one.left.to_string(),
        ]
    };
    let rows: Vec<_> = told.iter().map(row).collect();
    let headings = [
        "semana",
        "rol",
        "adherencia",
        "hechas",
        "no se hicieron",
        "por hacer",
    ];
    table(&headings, &rows, "");
}

fn sessions_told(held: &[PracticeSession]) {
    let row = |one: &PracticeSession| {
        vec![
            one.id.to_string(),
            one.day.clone(),
            one.practice.clone(),
            one.leader.clone(),
            one.minutes.to_string(),
            one.participants.clone(),
            one.notes.chars().take(60).collect(),
        ]
    };
    let rows: Vec<_> = held.iter().map(row).collect();
    let headings = ["sesión", "día", "práctica", "quién", "min", "con", "notas"];
    table(&headings, &rows, "ninguna sesión en estos días");
}

fn session_told(session: &PracticeSession) {
    let what = match session.void {
        true => "was none",
        false => "is written down",
    };
    println!(
        "session {} ({}, {}, {}) {what}, version {}",
        session.id, session.practice, session.leader, session.day, session.version
    );
    for plan in &session.agreements {
        println!("  agreement: plan {plan}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agreement_has_an_owner_a_day_and_words() {
        let read = agreement("Marta:2026-12-04:revisar el guion: parte 2").expect("one");
        assert_eq!(read.owner, "Marta");
        assert_eq!(read.due_on.as_deref(), Some("2026-12-04"));
        assert_eq!(read.words, "revisar el guion: parte 2");
        let read = agreement("Luis:+3:escuchar").expect("one");
        assert_eq!((read.in_days, read.due_on), (Some(3), None));
        assert!(agreement("Luis:escuchar").is_err());
        assert!(agreement("Luis:+tres:escuchar").is_err());
    }
}
