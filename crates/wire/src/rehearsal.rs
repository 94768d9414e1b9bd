//! A day of a campaign, rehearsed: what is asked, and what to expect.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What to rehearse. What is absent is as the record has it: the people and
/// hours of the last day, the settings and base of now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RehearsalForm {
    /// So many days, each drawn from a seed of its own; 20 when absent.
    pub seeds: Option<u32>,
    /// The first seed; the same seeds give the same days.
    pub seed: Option<u64>,
    /// Advisors at work from start to end.
    pub agents: Option<u32>,
    /// Who is there from when to when, in place of `agents`.
    pub roster: Option<Vec<RehearsalShift>>,
    /// Hours of a day, more than 0 and at most 24.
    pub hours: Option<f64>,
    /// How sure so many sales are.
    pub sales_target: Option<u64>,
}

/// Advisors who come and go together. Times read `"4h"`, from the start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RehearsalShift {
    /// How many.
    pub agents: u32,
    /// They log in.
    pub from: String,
    /// They log out, after the call they are on.
    pub to: String,
}

/// A campaign rehearsed.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Rehearsal {
    /// Campaign.
    pub campaign: String,
    /// What the floor rests on.
    pub model: RehearsalModel,
    /// Hours of a day.
    pub hours: f64,
    /// Local time at the start.
    pub start_hour: u8,
    /// Most advisors at once.
    pub agents: u32,
    /// Channels of the campaign's trunks.
    pub channels: u32,
    /// What to expect.
    pub expected: RehearsalFigures,
    /// How sure the sales asked for are; absent where none were.
    pub sales_target: Option<RehearsalTarget>,
    /// How well the last whole day is predicted from those before it.
    pub back_test: RehearsalBackTest,
    /// Promises the engine broke, in words; empty in a sound engine.
    pub broken: Vec<String>,
}

/// What a floor rests on.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RehearsalModel {
    /// Whether the attempts were enough; else it is the averages of the house.
    pub fitted: bool,
    /// In one sentence.
    pub words: String,
    /// Attempts there were.
    pub attempts: u64,
    /// On so many days.
    pub days: u64,
    /// What was too little to tell, in words.
    pub assumed: Vec<String>,
}

/// Of ten days one is below `low` and one above `high`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct RehearsalRange {
    /// The tenth of a hundred.
    pub low: f64,
    /// The middle one.
    pub median: f64,
    /// The ninetieth of a hundred.
    pub high: f64,
}

/// What to expect of the day. Absent: nothing to measure by.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RehearsalFigures {
    /// Days rehearsed.
    pub runs: u32,
    /// Calls placed.
    pub attempts: RehearsalRange,
    /// Conversations with a person.
    pub contacts: RehearsalRange,
    /// Of those, an offer was made to the holder.
    pub effective: RehearsalRange,
    /// Of those, a sale.
    pub sales: RehearsalRange,
    /// Calls abandoned.
    pub abandoned: RehearsalRange,
    /// Abandoned in answered by a person, from 0 to 1.
    pub abandon_rate: Option<RehearsalRange>,
    /// Talk and wrap-up in talk, wrap-up and ready, from 0 to 1.
    pub utilisation: Option<RehearsalRange>,
    /// Most calls at once: the trunk channels needed.
    pub channels_peak: RehearsalRange,
    /// Contacts that may still be called at the end.
    pub contacts_left: RehearsalRange,
    /// Share of days in which nobody of the base was due any more at some time.
    pub base_ran_out: f64,
    /// Hours after which that was, in those days.
    pub base_ran_out_after_hours: Option<RehearsalRange>,
    /// Of each segment, in their order, those who fit none last; empty where the campaign has no segments.
    pub segments: Vec<RehearsalSegment>,
}

/// What to expect of a segment.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RehearsalSegment {
    /// What it is called.
    pub name: String,
    /// How much likelier than the campaign's somebody of it picks up, as a ratio of odds: 1 where the record has too little
    /// of it, which `assumed` says.
    pub answers: f64,
    /// Calls placed.
    pub attempts: RehearsalRange,
    /// Conversations with a person.
    pub contacts: RehearsalRange,
    /// Of those, an offer was made to the holder.
    pub effective: RehearsalRange,
    /// Of those, a sale.
    pub sales: RehearsalRange,
    /// Contacts that may still be called at the end.
    pub contacts_left: RehearsalRange,
    /// Share of days in which its quota was reached.
    pub enough: f64,
    /// Hours after which that was, in those days.
    pub enough_after_hours: Option<RehearsalRange>,
}

/// How sure a target is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, ToSchema)]
pub struct RehearsalTarget {
    /// Sales asked for.
    pub target: u64,
    /// Share of days that reach it.
    pub chance: f64,
}

/// A day that was, predicted; or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum RehearsalBackTest {
    /// No day could be predicted.
    Refused {
        /// Why, in words.
        refused: String,
    },
    /// The day beside its prediction.
    Judged {
        /// When it began, in ms since 1970 UTC.
        day: i64,
        /// Attempts of the days before.
        attempts: u64,
        /// So many days.
        days: u64,
        /// What the prediction rests on, in one sentence.
        model: String,
        /// Each figure.
        figures: Vec<RehearsalJudged>,
    },
}

/// A figure of a day, predicted and actual.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RehearsalJudged {
    /// `attempts`, `contacts`, `abandoned` or `utilisation`.
    pub figure: String,
    /// Over the days rehearsed.
    pub predicted: RehearsalRange,
    /// In the record.
    pub actual: f64,
    /// From the actual figure to the median, against the actual figure; absent
    /// where that is 0.
    pub error: Option<f64>,
}
