//! *Seguimiento Modelo Operación*, the one sheet: the indicators of each cycle beside the adherence to practices, and the plans
//! wherever a target was missed. Computed when it is asked for; as rows for a CSV or workbook too.

use std::path::Path;

use ::practices::{Cycle, Every, Item, Role, week_of};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use campaigns::Campaign;
use chrono::{Months, NaiveDate};
use domain::{CampaignId, Timestamp};
use intake::{ReportSheet, csv_line};
use serde::Deserialize;
use store::{SessionRow, Store};
use utoipa::IntoParams;
use wire::{ActionPlan, ModelCycle, ModelKpi, ModelPractice, ModelReport};

use crate::App;
use crate::action_plans::{action_plans, kpi_shown, period_of};
use crate::auth::{Caller, now};
use crate::error::ApiError;
use crate::practices::{Calendar, adherence_shown, day_of_number, due, read_day};

/// Which time a report is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelSpan {
    /// This week, by the clock of the practices.
    ThisWeek,
    /// The week of a day.
    Week(NaiveDate),
    /// The month of a day.
    Month(NaiveDate),
}

impl ModelSpan {
    /// From a day, or a month such as 2026-12; this week where both are absent.
    pub fn read(week: Option<&str>, month: Option<&str>) -> Result<ModelSpan, ApiError> {
        match (week, month) {
            (None, Some(text)) => {
                let first = crate::gestion::GestionWanted::month(text)?.0;
                Ok(ModelSpan::Month(first))
            }
            (Some(text), None) => read_day(text).map(ModelSpan::Week),
            (None, None) => Ok(ModelSpan::ThisWeek),
            (Some(_), Some(_)) => Err(ApiError::Invalid(
                "ask for a week or for a month, not both".to_owned(),
            )),
        }
    }

    /// Its cycles: a week, or the weeks that end in a month and the month as a whole.
    fn cycles(&self, today: NaiveDate) -> Vec<(Every, Cycle)> {
        match self {
            ModelSpan::ThisWeek => vec![(Every::Week, week_of(today))],
            ModelSpan::Week(day) => vec![(Every::Week, week_of(*day))],
            ModelSpan::Month(day) => {
                let first = *day;
                let next = first.checked_add_months(Months::new(1)).unwrap_or(first);
                let last = next.pred_opt().unwrap_or(first);
                let days = first.iter_days().take_while(|day| *day <= last);
                let weeks = days.map(week_of).filter(|week| week.last <= last);
                let mut cycles: Vec<_> = weeks.map(|week| (Every::Week, week)).collect();
                cycles.dedup();
                cycles.push((Every::Month, Cycle { first, last }));
                cycles
            }
        }
    }
}

/// The report of a time, of all campaigns or of one.
pub async fn model_report(
    store: &dyn Store,
    span: &ModelSpan,
    only: Option<CampaignId>,
    at: Timestamp,
) -> Result<ModelReport, ApiError> {
    let calendar = Calendar::read(store, at).await?;
    let cycles = span.cycles(calendar.today);
    let first = cycles.iter().map(|(_, cycle)| cycle.first).min();
    let last = cycles.iter().map(|(_, cycle)| cycle.last).max();
    let (first, last) = (first.unwrap_or_default(), last.unwrap_or_default());
    let (items, sessions) = due(store, &calendar, (first, last)).await?;
    let mut plans = action_plans(store, true, at).await?;
    plans.retain(|plan| touches(&calendar, plan, (first, last)));
    let campaigns = store.campaigns().await?.into_iter();
    let campaigns: Vec<Campaign> = campaigns
        .filter(|it| only.is_none_or(|only| it.id == only))
        .collect();
    let mut told = Vec::new();
    for (every, cycle) in cycles {
        let mut kpis = Vec::new();
        for campaign in &campaigns {
            kpis.extend(kpis_of(store, campaign, cycle, &plans, at).await?);
        }
        told.push(ModelCycle {
            from: cycle.first.to_string(),
            to: cycle.last.to_string(),
            every: every.word().to_owned(),
            kpis,
            adherence: adherence_shown(&items, (cycle.first, cycle.last)),
            practices: practices_of(&calendar, &items, &sessions, cycle),
        });
    }
    let kpis = told.iter().flat_map(|cycle| &cycle.kpis);
    let missed = kpis.filter(|kpi| kpi.met == Some(false) && kpi.plans.is_empty());
    let without_plan = u32::try_from(missed.count()).unwrap_or(u32::MAX);
    Ok(ModelReport {
        from: first.to_string(),
        to: last.to_string(),
        cycles: told,
        plans,
        without_plan,
    })
}

/// Whether a plan was open in a time, or is opened or closed in it.
fn touches(calendar: &Calendar, plan: &ActionPlan, (first, last): (NaiveDate, NaiveDate)) -> bool {
    let today = calendar.today;
    let zone = calendar.on(today).ok().map(|edition| &edition.pack);
    let opened = zone.and_then(|pack| pack.today(Timestamp::from_millis(plan.at)));
    let closed = plan.closed_on.as_ref();
    let closed = closed.and_then(|day| day.parse::<NaiveDate>().ok());
    opened.is_none_or(|opened| opened <= last) && closed.is_none_or(|closed| closed >= first)
}

/// What a campaign compares, in a cycle that has begun; nothing of one in which there is no figure at all.
async fn kpis_of(
    store: &dyn Store,
    campaign: &Campaign,
    cycle: Cycle,
    plans: &[ActionPlan],
    at: Timestamp,
) -> Result<Vec<ModelKpi>, ApiError> {
    let Ok(period) = period_of(campaign, (cycle.first, cycle.last), at) else {
        return Ok(Vec::new());
    };
    let report = crate::kpis::report(store, campaign.id, &period).await?;
    let chosen: Vec<_> = report.kpis.into_iter().filter(|kpi| kpi.chosen).collect();
    if chosen.iter().all(|kpi| kpi.value.is_none()) {
        return Ok(Vec::new());
    }
    let end = period_of(
        campaign,
        (cycle.first, cycle.last),
        Timestamp::from_millis(i64::MAX),
    )?
    .to;
    let shown = |kpi: wire::Kpi| {
        let of = |plan: &&ActionPlan| {
            plan.missed.as_ref().is_some_and(|missed| {
                missed.campaign == campaign.id.get()
                    && missed.variant == kpi.id
                    && missed.from >= period.from.as_millis()
                    && missed.to <= end.as_millis()
            })
        };
        ModelKpi {
            campaign: campaign.name.clone(),
            indicator: kpi.id.split('.').next().unwrap_or_default().to_owned(),
            plans: plans.iter().filter(of).map(|plan| plan.id).collect(),
            target_shown: kpi
                .target
                .map_or_else(String::new, |target| kpi_shown(&kpi.id, target)),
            variant: kpi.id,
            name: kpi.name,
            value: kpi.value,
            shown: kpi.shown,
            target: kpi.target,
            met: kpi.met,
        }
    };
    Ok(chosen.into_iter().map(shown).collect())
}

/// What of each practice was due in a cycle, by role.
fn practices_of(
    calendar: &Calendar,
    items: &[Item],
    sessions: &[SessionRow],
    cycle: Cycle,
) -> Vec<ModelPractice> {
    let mut told: Vec<ModelPractice> = Vec::new();
    for item in items.iter().filter(|item| cycle.has(item.due)) {
        let same =
            |it: &&mut ModelPractice| it.practice == item.practice && it.role == item.role.word();
        let missed = match item.state {
            ::practices::State::Missed => item.short(),
            ::practices::State::Planned | ::practices::State::Done => 0,
        };
        match told.iter_mut().find(same) {
            Some(known) => {
                known.goal += item.goal;
                known.done += item.counted();
                known.missed += missed;
            }
            None => told.push(ModelPractice {
                practice: item.practice.clone(),
                name: calendar.name_of(&item.practice).to_owned(),
                role: item.role.word().to_owned(),
                goal: item.goal,
                done: item.counted(),
                missed,
                minutes: minutes(sessions, item, cycle),
            }),
        }
    }
    told
}

fn minutes(sessions: &[SessionRow], item: &Item, cycle: Cycle) -> u32 {
    let of = |row: &&SessionRow| {
        row.practice == item.practice
            && row.role == item.role.word()
            && cycle.has(day_of_number(row.day))
    };
    let minutes = sessions.iter().filter(of).map(|row| row.minutes);
    minutes.fold(0, u32::saturating_add)
}

/// The columns of the sheet; whether each holds numbers.
const COLUMNS: [(&str, bool); 11] = [
    ("seccion", false),
    ("desde", false),
    ("hasta", false),
    ("campana", false),
    ("tema", false),
    ("responsable", false),
    ("resultado", false),
    ("meta", false),
    ("hechas", true),
    ("estado", false),
    ("planes", false),
];

/// The report as rows: indicators, practices and adherence of each cycle, then the plans.
fn rows(report: &ModelReport) -> Vec<[String; COLUMNS.len()]> {
    let mut rows = Vec::new();
    for cycle in &report.cycles {
        let row = |section: &str, rest: [String; 8]| {
            let head = [section.to_owned(), cycle.from.clone(), cycle.to.clone()];
            let mut cells = head.into_iter().chain(rest);
            std::array::from_fn(|_| cells.next().unwrap_or_default())
        };
        rows.extend(
            cycle
                .kpis
                .iter()
                .map(|kpi| row("indicador", kpi_cells(kpi))),
        );
        rows.extend(cycle.practices.iter().map(|it| {
            row(
                "practica",
                [
                    String::new(),
                    it.name.clone(),
                    spanish(&it.role),
                    format!("{} min", it.minutes),
                    it.goal.to_string(),
                    it.done.to_string(),
                    missed_words(it.missed),
                    String::new(),
                ],
            )
        }));
        rows.extend(cycle.adherence.iter().map(|it| {
            row(
                "adherencia",
                [
                    String::new(),
                    "Adherencia".to_owned(),
                    it.role
                        .as_deref()
                        .map_or_else(|| "todos".to_owned(), spanish),
                    it.shown.clone(),
                    it.goal.to_string(),
                    it.done.to_string(),
                    missed_words(it.missed),
                    String::new(),
                ],
            )
        }));
    }
    rows.extend(report.plans.iter().map(plan_row));
    rows
}

fn kpi_cells(kpi: &ModelKpi) -> [String; 8] {
    let numbers: Vec<String> = kpi.plans.iter().map(i64::to_string).collect();
    [
        kpi.campaign.clone(),
        kpi.name.clone(),
        String::new(),
        kpi.shown.clone(),
        kpi.target_shown.clone(),
        String::new(),
        match kpi.met {
            Some(true) => "cumple".to_owned(),
            Some(false) if kpi.plans.is_empty() => "no cumple, sin plan".to_owned(),
            Some(false) => "no cumple".to_owned(),
            None => String::new(),
        },
        numbers.join(" "),
    ]
}

fn missed_words(missed: u32) -> String {
    match missed {
        0 => String::new(),
        1 => "1 no se hizo".to_owned(),
        more => format!("{more} no se hicieron"),
    }
}

fn spanish(role: &str) -> String {
    Role::from_word(role).map_or_else(|| role.to_owned(), |role| role.spanish().to_owned())
}

fn plan_row(plan: &ActionPlan) -> [String; COLUMNS.len()] {
    let missed = plan.missed.as_ref();
    [
        "plan".to_owned(),
        String::new(),
        plan.due.clone(),
        missed.map_or_else(String::new, |missed| missed.campaign_name.clone()),
        plan.words.clone(),
        plan.owner.clone(),
        missed.map_or_else(String::new, |missed| missed.figure_shown.clone()),
        missed.map_or_else(String::new, |missed| missed.target_shown.clone()),
        String::new(),
        state_words(plan),
        plan.id.to_string(),
    ]
}

/// How a plan stands, in Spanish.
pub fn state_words(plan: &ActionPlan) -> String {
    use ::practices::PlanState;
    let states = [
        PlanState::Open,
        PlanState::Late,
        PlanState::Done,
        PlanState::Withdrawn,
    ];
    let known = states.iter().find(|state| state.word() == plan.state);
    let word = known.map_or(plan.state.as_str(), |state| state.spanish());
    match plan.days_late {
        0 => word.to_owned(),
        1 => format!("{word}, 1 día hábil tarde"),
        late => format!("{word}, {late} días hábiles tarde"),
    }
}

/// The sheet as a CSV.
pub fn model_csv(report: &ModelReport) -> String {
    let headings = COLUMNS.map(|(heading, _)| heading.to_owned());
    let mut text = format!("\u{feff}{}", csv_line(&headings, ';'));
    for row in rows(report) {
        text.push_str(&csv_line(&row, ';'));
    }
    text
}

/// The sheet as a workbook, in a file.
pub fn write_model_workbook(report: &ModelReport, path: &Path) -> Result<(), ApiError> {
    let headings = COLUMNS.map(|(heading, _)| heading);
    let numbers = COLUMNS.map(|(_, is_number)| is_number);
    let sheet = ReportSheet::new("Seguimiento", &headings, &numbers);
    let mut sheet = sheet.map_err(ApiError::internal)?;
    for row in rows(report) {
        sheet.row(&row).map_err(ApiError::internal)?;
    }
    sheet.save(path).map_err(ApiError::internal)
}

/// Which time, of which campaign, and how.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Wanted {
    /// The week of this day, as 2026-12-01; this week when nothing is said.
    week: Option<String>,
    /// A month such as 2026-12: its weeks, and the month as a whole.
    month: Option<String>,
    /// Of this campaign alone.
    campaign: Option<i64>,
    /// `json` (default), `csv` or `xlsx`.
    format: Option<String>,
}

/// The one sheet of the operating model: indicators of each cycle beside the adherence to practices, and the plans.
#[utoipa::path(get, path = "/api/v1/practices/report", tag = "practices", params(Wanted),
    responses((status = 200, body = ModelReport), (status = 422, body = wire::Problem)))]
pub(crate) async fn sheet(
    State(app): State<App>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Response, ApiError> {
    caller.supervisor()?;
    let at = now();
    let span = ModelSpan::read(wanted.week.as_deref(), wanted.month.as_deref())?;
    let only = wanted.campaign.map(CampaignId::new);
    let report = model_report(app.store.as_ref(), &span, only, at).await?;
    let as_file = |kind: &'static str, ending: &str, bytes: Vec<u8>| {
        let name = format!("attachment; filename=\"seguimiento-modelo.{ending}\"");
        let headers = [(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, name)];
        (headers, bytes).into_response()
    };
    match wanted.format.as_deref().unwrap_or("json") {
        "json" => Ok(Json(report).into_response()),
        "csv" => Ok(as_file(
            "text/csv; charset=utf-8",
            "csv",
            model_csv(&report).into_bytes(),
        )),
        "xlsx" => {
            let written = tokio::task::spawn_blocking(move || {
                let file = tempfile::NamedTempFile::new().map_err(ApiError::internal)?;
                write_model_workbook(&report, file.path())?;
                std::fs::read(file.path()).map_err(ApiError::internal)
            });
            let bytes = written.await.map_err(ApiError::internal)??;
            let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            Ok(as_file(kind, "xlsx", bytes))
        }
        other => Err(ApiError::Invalid(format!(
            "`{other}` is no format; use json, csv or xlsx"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_has_the_weeks_that_end_in_it_and_itself() {
        let first = "2026-12-01".parse().expect("a day");
        let told: Vec<String> = ModelSpan::Month(first)
            .cycles(first)
            .iter()
            .map(|(every, cycle)| format!("{} {} {}", every.word(), cycle.first, cycle.last))
            .collect();
        assert_eq!(
            told,
            [
                "week 2026-11-30 2026-12-06",
                "week 2026-12-07 2026-12-13",
                "week 2026-12-14 2026-12-20",
                "week 2026-12-21 2026-12-27",
                "month 2026-12-01 2026-12-31",
            ]
        );
    }

    #[test]
    fn words_that_a_spreadsheet_would_compute_stay_words() {
        let plan = ActionPlan {
            id: 3,
            at: 0,
            by: "jefa".to_owned(),
            words: "=HYPERLINK(\"x\")".to_owned(),
            owner: "Marta".to_owned(),
            due: "2026-12-04".to_owned(),
            state: "late".to_owned(),
            days_late: 2,
            closed_on: None,
            session: None,
            missed: None,
            steps: Vec::new(),
        };
        let report = ModelReport {
            from: String::new(),
            to: String::new(),
            cycles: Vec::new(),
            plans: vec![plan],
            without_plan: 0,
        };
        let csv = model_csv(&report);
        assert!(!csv.contains(";=HYPERLINK"), "{csv}");
        assert!(csv.contains("vencido, 2 días hábiles tarde"), "{csv}");
    }
}
