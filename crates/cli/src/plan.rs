//! `cadencia plan` and `cadencia idea`: action plans and agreements with their follow-up, and the register of ideas.

use anyhow::Result;
use chrono::NaiveDate;
use clap::{Args, Subcommand};
use domain::Timestamp;
use wire::{
    ActionPlan, ActionPlanForm, ActionPlanStepForm, Idea, IdeaForm, IdeaStepForm, MissedTargetForm,
};

use crate::Global;
use crate::campaign::find;
use crate::output::{record, show, table};
use crate::times::{now, shown};

/// Whose an idea is where nobody is named.
const BY: &str = "command line";

#[derive(Subcommand)]
pub(crate) enum Plan {
    /// Open plans and agreements, those due first first
    List {
        /// Closed ones too
        #[arg(long)]
        all: bool,
    },
    /// One, with what happened to it
    Show {
        /// Its number
        plan: i64,
    },
    /// Open one; for a target that a campaign missed, its figure is taken now
    Open(Open),
    /// Follow one up: note, due, owner, done, reopened or withdrawn
    Step {
        /// Its number
        plan: i64,
        /// note, due, owner, done, reopened or withdrawn
        kind: String,
        /// In your words
        #[arg(long, default_value = "")]
        words: String,
        /// The new last day, of `due`
        #[arg(long, value_name = "DATE")]
        due: Option<NaiveDate>,
        /// The same in working days from today
        #[arg(long, conflicts_with = "due")]
        in_days: Option<u32>,
        /// The new owner, of `owner`
        #[arg(long)]
        owner: Option<String>,
    },
}

#[derive(Args)]
pub(crate) struct Open {
    /// What is to be done
    words: String,
    /// By whom
    #[arg(long)]
    owner: String,
    /// By which day, a working one
    #[arg(long, value_name = "DATE")]
    due: Option<NaiveDate>,
    /// The same in working days from today
    #[arg(long, conflicts_with = "due")]
    in_days: Option<u32>,
    /// The session in which it was agreed
    #[arg(long)]
    session: Option<i64>,
    /// The campaign that missed a target
    #[arg(long, requires_all = ["kpi", "from", "to"])]
    campaign: Option<String>,
    /// Of this indicator, such as contactabilidad
    #[arg(long, requires = "campaign")]
    kpi: Option<String>,
    /// From this day
    #[arg(long, value_name = "DATE", requires = "campaign")]
    from: Option<NaiveDate>,
    /// To this day, included
    #[arg(long, value_name = "DATE", requires = "campaign")]
    to: Option<NaiveDate>,
}

impl Plan {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        let store = store.as_ref();
        match self {
            Plan::List { all } => {
                let plans = api::action_plans(store, *all, now()).await?;
                show(global, &plans, |plans| plans_told(plans))
            }
            Plan::Show { plan } => {
                let plan = api::action_plan(store, *plan, now()).await?;
                show(global, &plan, plan_told)
            }
            Plan::Open(open) => {
                let form = open.form(store).await?;
                let plan = api::open_plan(store, &form, now()).await?;
                show(global, &plan, plan_told)
            }
            Plan::Step {
                plan,
                kind,
                words,
                due,
                in_days,
                owner,
            } => {
                let form = ActionPlanStepForm {
                    kind: kind.clone(),
                    words: words.clone(),
                    due_on: due.map(|day| day.to_string()),
                    in_days: *in_days,
                    owner: owner.clone(),
                };
                let plan = api::step_plan(store, *plan, &form, now()).await?;
                show(global, &plan, plan_told)
            }
        }
    }
}

impl Open {
    async fn form(&self, store: &dyn store::Store) -> Result<ActionPlanForm> {
        let day = |day: Option<NaiveDate>| day.map(|day| day.to_string());
        let missed = match &self.campaign {
            None => None,
            Some(name) => Some(MissedTargetForm {
                campaign: find(store, name).await?.id.get(),
                indicator: self.kpi.clone().unwrap_or_default(),
                from: day(self.from).unwrap_or_default(),
                to: day(self.to).unwrap_or_default(),
            }),
        };
        Ok(ActionPlanForm {
            words: self.words.clone(),
            owner: self.owner.clone(),
            due_on: day(self.due),
            in_days: self.in_days,
            session: self.session,
            missed,
        })
    }
}

fn why(plan: &ActionPlan) -> String {
    match (&plan.missed, plan.session) {
        (Some(missed), _) => format!(
            "{}: {} {} de {}",
            missed.campaign_name, missed.variant, missed.figure_shown, missed.target_shown
        ),
        (None, Some(session)) => format!("sesión {session}"),
        (None, None) => String::new(),
    }
}

pub(crate) fn plans_told(plans: &[ActionPlan]) {
    let row = |plan: &ActionPlan| {
        vec![
            plan.id.to_string(),
            plan.due.clone(),
            plan.owner.clone(),
            api::state_words(plan),
            why(plan),
            plan.words.chars().take(60).collect(),
        ]
    };
    let rows: Vec<_> = plans.iter().map(row).collect();
    let headings = ["plan", "vence", "responsable", "estado", "por", "qué"];
    table(&headings, &rows, "ningún plan");
}

fn plan_told(plan: &ActionPlan) {
    println!(
        "plan {} ({}): {}",
        plan.id,
        api::state_words(plan),
        plan.words
    );
    println!("  responsable {}, vence {}", plan.owner, plan.due);
    let why = why(plan);
    if !why.is_empty() {
        println!("  por {why}");
    }
    for step in &plan.steps {
        let at = shown(Timestamp::from_millis(step.at));
        let to = step.due.as_ref().or(step.owner.as_ref());
        let to = to.map_or_else(String::new, |to| format!(" {to}"));
        println!("  {at} {} {}{to}: {}", step.by, step.kind, step.words);
    }
}

#[derive(Subcommand)]
pub(crate) enum IdeaCommand {
    /// Every idea, and what became of it
    List,
    /// Write one down
    Add {
        /// The idea
        words: String,
        /// Whose it is
        #[arg(long)]
        author: Option<String>,
    },
    /// Say what becomes of one: under_review, accepted, done or rejected
    Step {
        /// Its number
        idea: i64,
        /// under_review, accepted, done or rejected
        state: String,
        /// Why
        #[arg(long, default_value = "")]
        words: String,
    },
}

impl IdeaCommand {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        let store = store.as_ref();
        let idea = match self {
            IdeaCommand::List => {
                let ideas = api::ideas(store).await?;
                return show(global, &ideas, |ideas| ideas_told(ideas));
            }
            IdeaCommand::Add { words, author } => {
                let form = IdeaForm {
                    words: words.clone(),
                    author: author.clone(),
                };
                api::put_idea(store, &form, BY, now()).await?
            }
            IdeaCommand::Step { idea, state, words } => {
                let form = IdeaStepForm {
                    state: state.clone(),
                    words: words.clone(),
                };
                api::step_idea(store, *idea, &form, now()).await?
            }
        };
        show(global, &idea, |idea| {
            ideas_told(std::slice::from_ref(idea));
        })
    }
}

fn ideas_told(ideas: &[Idea]) {
    let row = |idea: &Idea| {
        let state = match idea.state.as_str() {
            "new" => "nueva",
            "under_review" => "en estudio",
            "accepted" => "aceptada",
            "done" => "implementada",
            "rejected" => "descartada",
            other => other,
        };
        vec![
            idea.id.to_string(),
            shown(Timestamp::from_millis(idea.at)),
            idea.author.clone(),
            state.to_owned(),
            idea.words.clone(),
        ]
    };
    let rows: Vec<_> = ideas.iter().map(row).collect();
    let headings = ["idea", "cuándo", "de", "estado", "qué"];
    table(&headings, &rows, "ninguna idea");
}
