//! What the product asks of its record about the operating model. A trait of its own only to keep [`Store`](crate::Store) on a
//! page; whoever has a `Store` has this.

use async_trait::async_trait;

use crate::error::Result;
use crate::types::{
    IdeaRow, IdeaStepRow, NewPlan, PlanRow, PlanStepRow, PracticeModelRow, SessionRow,
};

/// Practices, sessions, plans and ideas. Rows are only added, each in the audit log.
#[async_trait]
pub trait PracticeStore: Send + Sync {
    /// The versions of the practices in the order in which they came into force. None: the house's count.
    async fn practice_models(&self) -> Result<Vec<PracticeModelRow>>;
    /// Puts a version into force; its number is given here.
    async fn put_practice_model(&self, new: &PracticeModelRow) -> Result<u32>;
    /// The sessions held from a day to another, both included, each as its newest version has it; those that were none are
    /// left out.
    async fn practice_sessions(&self, days: (i64, i64)) -> Result<Vec<SessionRow>>;
    /// The versions of a session, the newest first.
    async fn practice_session(&self, session: i64) -> Result<Vec<SessionRow>>;
    /// Writes a session down with what was agreed in it: all of it or nothing. Its number.
    async fn record_session(&self, new: &SessionRow, agreed: &[NewPlan]) -> Result<i64>;
    /// Writes another version of a session that has `new.version` of them; refuses when it has more meanwhile.
    async fn correct_session(&self, new: &SessionRow) -> Result<()>;
    /// Every plan with its steps, in order of its number.
    async fn action_plans(&self) -> Result<Vec<PlanRow>>;
    /// One.
    async fn action_plan(&self, plan: i64) -> Result<Option<PlanRow>>;
    /// Opens a plan. Its number.
    async fn open_plan(&self, new: &NewPlan) -> Result<i64>;
    /// Adds a step to a plan that has so many; refuses when it has more meanwhile.
    async fn step_plan(&self, plan: i64, steps: u32, new: &PlanStepRow) -> Result<()>;
    /// Every idea with its steps, in order of its number.
    async fn ideas(&self) -> Result<Vec<IdeaRow>>;
    /// Writes an idea down. Its number.
    async fn put_idea(&self, new: &IdeaRow) -> Result<i64>;
    /// Adds a step to an idea that has so many; refuses when it has more meanwhile.
    async fn step_idea(&self, idea: i64, steps: u32, new: &IdeaStepRow) -> Result<()>;
}
