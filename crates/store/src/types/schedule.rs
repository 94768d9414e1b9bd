//! Runs of schedules.

use domain::Timestamp;
use schedules::ScheduleId;

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunState {
    /// For its time, or its next try.
    Waiting,
    /// Being carried out.
    Running,
    /// What it made is where it was to go.
    Arrived,
    /// Tried as often as anything is; a person may have it tried again.
    Dead,
}

impl RunState {
    /// All of them.
    pub const ALL: [RunState; 4] = [
        RunState::Waiting,
        RunState::Running,
        RunState::Arrived,
        RunState::Dead,
    ];

    /// As it is kept.
    pub const fn number(self) -> i16 {
        match self {
            RunState::Waiting => 1,
            RunState::Running => 2,
            RunState::Arrived => 3,
            RunState::Dead => 4,
        }
    }

    /// From that.
    pub fn from_number(number: i16) -> Option<RunState> {
        RunState::ALL
            .into_iter()
            .find(|state| state.number() == number)
    }

    /// What people read.
    pub const fn word(self) -> &'static str {
        match self {
            RunState::Waiting => "waiting",
            RunState::Running => "running",
            RunState::Arrived => "arrived",
            RunState::Dead => "dead",
        }
    }
}

/// A run that is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRun {
    /// Of which schedule.
    pub schedule: ScheduleId,
    /// When it was due: of which days it is goes by that.
    pub due_at: Timestamp,
    /// So many before it were missed.
    pub missed: u32,
    /// Who asked for it outside of the schedule.
    pub asked_by: Option<String>,
    /// Not before then.
    pub at: Timestamp,
}

/// What a run made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunMade {
    /// What the file is called.
    pub file_name: String,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    /// Which.
    pub id: i64,
    /// Of which schedule.
    pub schedule: ScheduleId,
    /// When it was due.
    pub due_at: Timestamp,
    /// So many before it were missed, and are not made good.
    pub missed: u32,
    /// Who asked for it outside of the schedule.
    pub asked_by: Option<String>,
    /// How it stands.
    pub state: RunState,
    /// How often it was tried.
    pub tries: u32,
    /// When it is tried next.
    pub next_at: Timestamp,
    /// Why it failed last.
    pub fault: Option<String>,
    /// What it made.
    pub made: Option<RunMade>,
    /// When it arrived or died.
    pub ended_at: Option<Timestamp>,
}

/// What became of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunEnd {
    /// It is where it was to go.
    Arrived,
    /// It failed, and is tried again then.
    Again(Timestamp, String),
    /// It failed for the last time.
    Dead(String),
}
