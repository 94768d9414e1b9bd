//! Reports by schedule, and what became of each. A part of [`Store`](crate::Store) with a name of its own.

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::Timestamp;
use schedules::{Schedule, ScheduleId};

use crate::error::Result;
use crate::types::{NewRun, RunEnd, RunMade, RunRow, RunState};

/// Schedules and their runs. Changes of schedules, and what arrives somewhere, are in the audit log.
#[async_trait]
pub trait ScheduleStore: Send + Sync {
    /// Every schedule, by name.
    async fn schedules(&self) -> Result<Vec<Schedule>>;
    /// Makes (id 0) or changes one.
    async fn put_schedule(&self, schedule: &Schedule) -> Result<ScheduleId>;
    /// Removes one; its runs stay, and those that wait are dead.
    async fn remove_schedule(&self, schedule: ScheduleId) -> Result<()>;
    /// When what ran last of each was due; runs outside of the schedule do not count.
    async fn ran_through(&self) -> Result<BTreeMap<ScheduleId, Timestamp>>;
    /// Has something run; its number, or none where the same is known to be due already.
    async fn put_run(&self, new: &NewRun) -> Result<Option<i64>>;
    /// The next run whose time has come, which is the caller's until `until`: nobody else is given it before, and afterwards it
    /// is taken for one whose runner broke off. Counts as a try. `only`: this one.
    async fn claim_run(
        &self,
        only: Option<i64>,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<Option<RunRow>>;
    /// Notes what a run made, before it goes anywhere.
    async fn run_made(&self, run: i64, made: &RunMade) -> Result<()>;
    /// Notes what became of a try.
    async fn run_ended(&self, run: i64, at: Timestamp, end: &RunEnd) -> Result<()>;
    /// Has a dead run tried again from the beginning of its tries.
    async fn revive_run(&self, run: i64, now: Timestamp) -> Result<()>;
    /// Runs, the newest first: of a schedule, in a state.
    async fn runs(
        &self,
        schedule: Option<ScheduleId>,
        state: Option<RunState>,
        limit: u32,
    ) -> Result<Vec<RunRow>>;
}
