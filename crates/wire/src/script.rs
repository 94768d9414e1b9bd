//! The script of a campaign, as the advisor's page goes through it.

use serde::Serialize;
use utoipa::ToSchema;

/// What an advisor says in a call, as a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Script {
    /// Its version; 0: the house's.
    pub version: u32,
    /// Its steps; the first begins the call.
    pub steps: Vec<ScriptStep>,
    /// What is said to objections.
    pub objections: Vec<ScriptObjection>,
}

/// A step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScriptStep {
    /// Its word.
    pub key: String,
    /// `greeting`, `offer`, `pre_closings`, `closings`, `contract`, `farewell` or `typification`.
    pub stage: String,
    /// What is said; what stands in braces is filled in by who shows it.
    pub say: ScriptWords,
    /// Whether it must be read as it stands; mark in the recording when it was.
    pub required: bool,
    /// What the customer may answer; none: the next step follows.
    pub answers: Vec<ScriptAnswer>,
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScriptAnswer {
    /// On its button.
    pub label: ScriptWords,
    /// The step it leads to.
    pub go: Option<String>,
    /// The typification it suggests.
    pub typify: Option<String>,
}

/// An objection, and what is said to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScriptObjection {
    /// What the customer says, in short.
    pub title: ScriptWords,
    /// What is answered.
    pub say: ScriptWords,
}

/// Words in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ScriptWords {
    /// In Spanish.
    pub es: String,
    /// In English.
    pub en: String,
}
