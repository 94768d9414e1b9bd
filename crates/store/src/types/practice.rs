//! The operating model as callers see it. Days are counted from 1970 by the clock of the model's law pack; which words roles,
//! steps and states may have is `practices`' to say.

use domain::{CampaignId, Timestamp};

/// A version of the practices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PracticeModelRow {
    /// Its number; given by the record.
    pub version: u32,
    /// When it came into force.
    pub at: Timestamp,
    /// Who put it.
    pub by: String,
    /// Why.
    pub note: String,
    /// TOML.
    pub text: String,
}

/// A session that was held, as its newest version has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Its number; 0 for a new one.
    pub session: i64,
    /// Rises with each correction, from 1; given by the record.
    pub version: u32,
    /// When this version was written.
    pub at: Timestamp,
    /// By whom; given by the record.
    pub by: String,
    /// Key of the practice.
    pub practice: String,
    /// As whose it was held.
    pub role: String,
    /// Who held it.
    pub leader: String,
    /// On which day.
    pub day: i64,
    /// How long it took.
    pub minutes: u32,
    /// Who was there.
    pub participants: String,
    /// What was said.
    pub notes: String,
    /// It was none.
    pub void: bool,
}

/// The figure of a campaign that missed its target, as it was when a plan was opened for it.
#[derive(Clone, Debug, PartialEq)]
pub struct MissedTarget {
    /// Of which campaign.
    pub campaign: CampaignId,
    /// The variant compared.
    pub variant: String,
    /// From.
    pub from: Timestamp,
    /// Until, not included.
    pub to: Timestamp,
    /// What it was.
    pub figure: f64,
    /// What it should have been.
    pub target: f64,
    /// Version of the definitions.
    pub definitions: String,
}

/// A plan to open.
#[derive(Clone, Debug, PartialEq)]
pub struct NewPlan {
    /// What is to be done.
    pub words: String,
    /// By whom.
    pub owner: String,
    /// By which day.
    pub due: i64,
    /// The session in which it was agreed.
    pub session: Option<i64>,
    /// The target that was missed.
    pub missed: Option<MissedTarget>,
    /// When.
    pub at: Timestamp,
}

/// A plan as it was opened, with what happened to it since.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanRow {
    /// Its number.
    pub id: i64,
    /// Who opened it.
    pub by: String,
    /// As it was opened.
    pub plan: NewPlan,
    /// Its steps in order.
    pub steps: Vec<PlanStepRow>,
}

/// A step of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanStepRow {
    /// When.
    pub at: Timestamp,
    /// By whom; given by the record.
    pub by: String,
    /// On which day.
    pub day: i64,
    /// What kind.
    pub kind: String,
    /// In their own words.
    pub words: String,
    /// The new last day.
    pub due: Option<i64>,
    /// The new owner.
    pub owner: Option<String>,
}

/// An idea with what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdeaRow {
    /// Its number; 0 for a new one.
    pub id: i64,
    /// When it was said.
    pub at: Timestamp,
    /// Who wrote it down; given by the record.
    pub by: String,
    /// Whose it is.
    pub author: String,
    /// The idea.
    pub words: String,
    /// Its steps in order.
    pub steps: Vec<IdeaStepRow>,
}

/// A step of an idea.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdeaStepRow {
    /// When.
    pub at: Timestamp,
    /// By whom; given by the record.
    pub by: String,
    /// What it became.
    pub state: String,
    /// Why.
    pub words: String,
}
