//! The informe gerencial: indicators against their targets, how they evolved, by parts, what became of sales, and what is to be
//! planned.

use serde::Serialize;
use utoipa::ToSchema;

use crate::Kpi;

/// A campaign over a span of days.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GerencialReport {
    /// Campaign.
    pub campaign: String,
    /// The language of names and words: `es` or `en`.
    pub language: String,
    /// From this day on, by the clock of the campaign's law pack,
    pub from: String,
    /// until this day, which is not included.
    pub to: String,
    /// The same as instants, in ms since 1970 UTC: what `report kpi` is asked for to see these figures.
    pub from_ms: i64,
    /// Until; now, where the last day is not over.
    pub to_ms: i64,
    /// The days it is compared with: from,
    pub before_from: String,
    /// until, not included.
    pub before_to: String,
    /// What became of sales is told as it stood when this day ended; absent: now.
    pub as_of: Option<String>,
    /// The base is what was received from this day on; absent: all that the campaign received.
    pub received_from: Option<String>,
    /// When it was made, in ms since 1970 UTC.
    pub made_at: i64,
    /// Version of the definitions.
    pub definitions: String,
    /// A figure that misses its target by at most this share of it is `near`.
    pub near: f64,
    /// Indicators for which there is no `near`: a limit of the law is kept or not.
    pub strict: Vec<String>,
    /// Every indicator that can have a target, by the variant that the campaign compares.
    pub indicators: Vec<GerencialIndicator>,
    /// Day by day; empty of more than two months.
    pub days: Vec<GerencialSpan>,
    /// By ISO week, cut where the report begins and ends.
    pub weeks: Vec<GerencialSpan>,
    /// By month of the calendar, with five before; those before the first with anything are left out.
    pub months: Vec<GerencialSpan>,
    /// By base, segment, advisor and hour of the day.
    pub parts: Vec<GerencialBreakdown>,
    /// How many of the accepted sales came to each stage: accepted, validated, reserved, delivered, legalised.
    pub pipeline: Vec<GerencialStep>,
    /// Those under way, by where they stand.
    pub standing: Vec<GerencialStage>,
    /// Why accepted sales were lost, the commonest cause first.
    pub losses: Vec<GerencialLoss>,
    /// What was said of offers that were not accepted, the commonest first.
    pub refusals: Vec<GerencialRefusal>,
    /// A row for each target that is missed, to be filled.
    pub plans: Vec<GerencialPlan>,
    /// What is to be known of these figures.
    pub notes: Vec<String>,
    /// 1, and one more for each correction, made after the last day, of a call of these days.
    pub version: u32,
    /// When the last of those was made, in ms since 1970 UTC.
    pub restated_at: Option<i64>,
}

/// An indicator of the whole.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GerencialIndicator {
    /// The variant compared, with its target.
    pub kpi: Kpi,
    /// `met`, `near`, `missed`, `unknown`.
    pub light: String,
    /// The same in words, with the sign of its shape.
    pub light_words: String,
    /// The target as people read it; empty without one.
    pub target_shown: String,
    /// The figure of the days before.
    pub before: Option<f64>,
    /// The same as people read it.
    pub before_shown: String,
    /// How much it changed since, as people read it; empty where one of the two is missing.
    pub change_shown: String,
    /// What it is short of; absent where the target is met or there is none.
    pub shortfall: Option<GerencialShortfall>,
    /// The indicator's other variants.
    pub variants: Vec<Kpi>,
}

/// What a missed target means. Rates are those of the report's days: an estimate to talk by.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GerencialShortfall {
    /// By how much, in the unit of the indicator.
    pub by: f64,
    /// What is missing above the line, or too much of it; time in seconds.
    pub missing: f64,
    /// What that is.
    pub of: String,
    /// Too much of it, not too little.
    pub is_excess: bool,
    /// Calls in which that much is made.
    pub calls: Option<f64>,
    /// Sales that go with it.
    pub sales: Option<f64>,
    /// Advisor-hours in which that much is made.
    pub hours: Option<f64>,
    /// All of it as a sentence.
    pub words: String,
}

/// A figure with its light.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GerencialFigure {
    /// Id of the variant.
    pub id: String,
    /// Name on screens.
    pub name: String,
    /// `share`, `number`, `seconds`, `money`.
    pub unit: String,
    /// Absent where there is none.
    pub value: Option<f64>,
    /// As people read it; `s/d` where there is none.
    pub shown: String,
    /// With what it is compared.
    pub target: Option<f64>,
    /// `met`, `near`, `missed`, `unknown`.
    pub light: String,
}

/// A day, week or month.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GerencialSpan {
    /// `2026-11-03`, `2026-W45`, `2026-11`.
    pub label: String,
    /// From, in ms since 1970 UTC.
    pub from_ms: i64,
    /// Until.
    pub to_ms: i64,
    /// Some of its days are not in it, or it is not over.
    pub is_part: bool,
    /// Corrections of its calls on later days.
    pub restated: u32,
    /// Calls whose INVITE left.
    pub attempts: u64,
    /// Accepted sales.
    pub sales: u64,
    /// The indicators, in the order of the report.
    pub figures: Vec<GerencialFigure>,
}

/// All parts of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GerencialBreakdown {
    /// `base`, `segment`, `advisor`, `hour`.
    pub dimension: String,
    /// What people read above it.
    pub name: String,
    /// In order of name, hours in their own.
    pub rows: Vec<GerencialPart>,
}

/// A base, segment, advisor or hour of the day.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GerencialPart {
    /// Its number.
    pub part: i64,
    /// What it is called.
    pub name: String,
    /// Calls whose INVITE left; an advisor's are those connected to them.
    pub attempts: u64,
    /// Answered by a person.
    pub answered: u64,
    /// Effective contacts.
    pub contacts: u64,
    /// Records worked: distinct ones of the part, which do not add up.
    pub records: u64,
    /// Accepted sales.
    pub sales: u64,
    /// What they are worth; absent where values are not recorded.
    pub value: Option<f64>,
    /// Hours connected; of advisors and hours.
    pub connected_h: f64,
    /// The indicators that mean something of such a part.
    pub figures: Vec<GerencialFigure>,
}

/// Accepted sales that came to a stage.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GerencialStep {
    /// The stage's word.
    pub stage: String,
    /// What people read.
    pub name: String,
    /// How many came to it, whatever became of them afterwards.
    pub sales: u64,
    /// What they are worth.
    pub value: i64,
    /// Of those accepted; absent without any.
    pub of_accepted: Option<f64>,
    /// Of those that came to the stage before.
    pub of_before: Option<f64>,
}

/// Sales that stand somewhere.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GerencialStage {
    /// The stage's word.
    pub stage: String,
    /// What people read.
    pub name: String,
    /// How many.
    pub sales: u64,
    /// What they are worth.
    pub value: i64,
}

/// Sales lost for one cause.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GerencialLoss {
    /// Where, as the stage's word.
    pub stage: String,
    /// What people read of it.
    pub name: String,
    /// Why; empty where nobody said.
    pub reason: String,
    /// How many.
    pub sales: u64,
    /// What they are worth.
    pub value: i64,
    /// Of all that were accepted.
    pub share: f64,
}

/// Effective contacts that were no sale, by one typification.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GerencialRefusal {
    /// Its code.
    pub code: String,
    /// What it says.
    pub words: String,
    /// How many calls.
    pub calls: u64,
    /// Of all offers that were not accepted.
    pub share: f64,
}

/// What is to be done about a missed target.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct GerencialPlan {
    /// The indicator.
    pub indicator: String,
    /// What people read.
    pub name: String,
    /// `near` or `missed`.
    pub light: String,
    /// By how much it is missed and what that means.
    pub missed_by: String,
    /// What will be done; absent until somebody says.
    pub action: Option<String>,
    /// By whom.
    pub owner: Option<String>,
    /// Until when, as 2026-12-01.
    pub due: Option<String>,
    /// How it is followed up.
    pub follow_up: Option<String>,
}
