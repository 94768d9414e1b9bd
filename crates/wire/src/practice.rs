//! The operating model: practices, sessions, plans, ideas, and the sheet that follows them. Days are written as 2026-12-01.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A version of the practices.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PracticeModel {
    /// Its number; 0: the house's own.
    pub version: u32,
    /// When it came into force, in ms since 1970 UTC.
    pub at: Option<i64>,
    /// Who put it.
    pub by: String,
    /// Why.
    pub note: String,
    /// TOML.
    pub text: String,
}

/// A practice that is owed.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Practice {
    /// Stable.
    pub key: String,
    /// In Spanish.
    pub name: String,
    /// In English.
    pub name_en: String,
    /// `day`, `week`, `fortnight`, `month`, `half_year`.
    pub every: String,
    /// How long one takes.
    pub minutes: u16,
    /// By whom.
    pub owners: Vec<PracticeOwner>,
}

/// Who owes a practice.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PracticeOwner {
    /// `supervisor`, `coordinator`, `manager`.
    pub role: String,
    /// How many in a cycle, of each who leads in the role.
    pub times: u32,
    /// Who leads in it; nobody: the role owes it as one.
    pub leaders: Vec<String>,
}

/// A line of the agenda.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PracticeDue {
    /// Key of the practice.
    pub practice: String,
    /// Its name.
    pub name: String,
    /// `day`, `week`, `fortnight`, `month`, `half_year`.
    pub every: String,
    /// Minutes of each.
    pub minutes: u16,
    /// Who owes it.
    pub role: String,
    /// Which of them; absent: the role.
    pub leader: Option<String>,
    /// First day of the cycle.
    pub from: String,
    /// Last day of the cycle.
    pub to: String,
    /// By when: its last working day.
    pub due: String,
    /// How many.
    pub goal: u32,
    /// How many were held.
    pub done: u32,
    /// `planned`, `done` or `missed`.
    pub state: String,
}

/// How far a role adheres in a week.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PracticeAdherence {
    /// First day of the time: a Monday, or the first of a month.
    pub from: String,
    /// Last day.
    pub to: String,
    /// The role; absent: all of them.
    pub role: Option<String>,
    /// How many were to be held by now.
    pub goal: u32,
    /// How many of them were.
    pub done: u32,
    /// How many can be held no more.
    pub missed: u32,
    /// How many are still to be held.
    pub left: u32,
    /// Done of goal, 0 to 1; absent where nothing was due.
    pub share: Option<f64>,
    /// As people read it; `s/d` where nothing was due.
    pub shown: String,
}

/// A session that was held.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PracticeSession {
    /// Its number.
    pub id: i64,
    /// Rises with each correction, from 1.
    pub version: u32,
    /// When this version was written, in ms since 1970 UTC.
    pub at: i64,
    /// By whom.
    pub by: String,
    /// Key of the practice.
    pub practice: String,
    /// As whose it was held.
    pub role: String,
    /// Who held it.
    pub leader: String,
    /// On which day.
    pub day: String,
    /// How long it took.
    pub minutes: u32,
    /// Who was there.
    pub participants: String,
    /// What was said.
    pub notes: String,
    /// It was none.
    pub void: bool,
    /// Numbers of the plans that were agreed in it.
    pub agreements: Vec<i64>,
}

/// A session to write down, or to put right: what is absent stays, or is usual.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PracticeSessionForm {
    /// Key of the practice.
    pub practice: Option<String>,
    /// As whose; absent: of the only role that owes it.
    pub role: Option<String>,
    /// Who held it; absent: whoever writes it down.
    pub leader: Option<String>,
    /// On which day; absent: today.
    pub day: Option<String>,
    /// How long it took; absent: as long as it usually does.
    pub minutes: Option<u32>,
    /// Who was there.
    pub participants: Option<String>,
    /// What was said.
    pub notes: Option<String>,
    /// It was none; only to put one right.
    pub void: Option<bool>,
    /// What was agreed; only of a new one.
    pub agreements: Vec<ActionPlanForm>,
}

/// An agreement or action plan to open.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ActionPlanForm {
    /// What is to be done.
    pub words: String,
    /// By whom.
    pub owner: String,
    /// By which day, a working one.
    pub due_on: Option<String>,
    /// The same in working days from today.
    pub in_days: Option<u32>,
    /// The session in which it was agreed.
    pub session: Option<i64>,
    /// The target that was missed; its figure is taken now.
    pub missed: Option<MissedTargetForm>,
}

/// Which target was missed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MissedTargetForm {
    /// Number of the campaign.
    pub campaign: i64,
    /// The indicator, such as `contactabilidad`: the variant that the campaign compares.
    pub indicator: String,
    /// First day.
    pub from: String,
    /// Last day, included.
    pub to: String,
}

/// An agreement or action plan.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ActionPlan {
    /// Its number.
    pub id: i64,
    /// When it was opened, in ms since 1970 UTC.
    pub at: i64,
    /// By whom.
    pub by: String,
    /// What is to be done.
    pub words: String,
    /// Whose it is now.
    pub owner: String,
    /// Its last day now.
    pub due: String,
    /// `open`, `late`, `done` or `withdrawn`.
    pub state: String,
    /// Working days after its last: until it was done, or until today.
    pub days_late: u32,
    /// When it was done or withdrawn.
    pub closed_on: Option<String>,
    /// The session in which it was agreed.
    pub session: Option<i64>,
    /// The target that was missed.
    pub missed: Option<MissedTarget>,
    /// What happened to it since, in order.
    pub steps: Vec<ActionPlanStep>,
}

/// A target that was missed, as it was when the plan was opened.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MissedTarget {
    /// Number of the campaign.
    pub campaign: i64,
    /// Its name.
    pub campaign_name: String,
    /// The variant compared.
    pub variant: String,
    /// From, in ms since 1970 UTC.
    pub from: i64,
    /// Until, not included.
    pub to: i64,
    /// What it was.
    pub figure: f64,
    /// As people read it.
    pub figure_shown: String,
    /// What it should have been.
    pub target: f64,
    /// As people read it.
    pub target_shown: String,
    /// Version of the definitions.
    pub definitions: String,
}

/// A step of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ActionPlanStep {
    /// When, in ms since 1970 UTC.
    pub at: i64,
    /// By whom.
    pub by: String,
    /// `note`, `due`, `owner`, `done`, `reopened` or `withdrawn`.
    pub kind: String,
    /// In their own words.
    pub words: String,
    /// The new last day.
    pub due: Option<String>,
    /// The new owner.
    pub owner: Option<String>,
}

/// A step to add.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ActionPlanStepForm {
    /// `note`, `due`, `owner`, `done`, `reopened` or `withdrawn`.
    pub kind: String,
    /// In their own words.
    pub words: String,
    /// The new last day, of `due`.
    pub due_on: Option<String>,
    /// The same in working days from today.
    pub in_days: Option<u32>,
    /// The new owner, of `owner`.
    pub owner: Option<String>,
}

/// An idea with what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Idea {
    /// Its number.
    pub id: i64,
    /// When it was said, in ms since 1970 UTC.
    pub at: i64,
    /// Who wrote it down.
    pub by: String,
    /// Whose it is.
    pub author: String,
    /// The idea.
    pub words: String,
    /// `new`, `under_review`, `accepted`, `done` or `rejected`.
    pub state: String,
    /// What became of it, in order.
    pub steps: Vec<IdeaStep>,
}

/// What became of an idea.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct IdeaStep {
    /// When, in ms since 1970 UTC.
    pub at: i64,
    /// By whom.
    pub by: String,
    /// What it became.
    pub state: String,
    /// Why.
    pub words: String,
}

/// An idea to write down.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IdeaForm {
    /// The idea.
    pub words: String,
    /// Whose it is; absent: whoever writes it down.
    pub author: Option<String>,
}

/// What becomes of an idea.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IdeaStepForm {
    /// `under_review`, `accepted`, `done` or `rejected`.
    pub state: String,
    /// Why.
    pub words: String,
}

/// *Seguimiento Modelo Operación*: each cycle with its indicators, what was held of the practices, and the plans.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ModelReport {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// Its weeks; of a month, the month as a whole last.
    pub cycles: Vec<ModelCycle>,
    /// Plans that were open then, or are opened or closed in it.
    pub plans: Vec<ActionPlan>,
    /// Targets that were missed and for which there is no plan.
    pub without_plan: u32,
}

/// A cycle of the report.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ModelCycle {
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// `week` or `month`.
    pub every: String,
    /// The indicators that campaigns compare.
    pub kpis: Vec<ModelKpi>,
    /// By role, all of them last.
    pub adherence: Vec<PracticeAdherence>,
    /// Each practice and role, summed over the cycle.
    pub practices: Vec<ModelPractice>,
}

/// An indicator of a campaign in a cycle.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ModelKpi {
    /// The campaign.
    pub campaign: String,
    /// The indicator.
    pub indicator: String,
    /// The variant compared.
    pub variant: String,
    /// Its name.
    pub name: String,
    /// Absent where there is nothing to divide by.
    pub value: Option<f64>,
    /// As people read it.
    pub shown: String,
    /// With what it is compared.
    pub target: Option<f64>,
    /// As people read it.
    pub target_shown: String,
    /// Whether that is met.
    pub met: Option<bool>,
    /// Plans for this figure of this cycle.
    pub plans: Vec<i64>,
}

/// A practice of a role in a cycle of the report.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct ModelPractice {
    /// Its key.
    pub practice: String,
    /// Its name.
    pub name: String,
    /// Who owes it.
    pub role: String,
    /// How many were to be held.
    pub goal: u32,
    /// How many of them were.
    pub done: u32,
    /// How many can be held no more.
    pub missed: u32,
    /// Minutes that were spent on it.
    pub minutes: u32,
}
