//! Goals of a campaign: shown, and loaded from the table that a spreadsheet writes (`fecha, hora, asesor, ventas, valor`).

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, Query, State};
use campaigns::{EditedColumn, EditedRow, RowProblem, read_edited};
use chrono::NaiveDate;
use domain::{AgentProfile, CampaignId};
use kpi::Goal;
use serde::Deserialize;
use store::Store;
use utoipa::IntoParams;
use wire::GoalRow;

use crate::App;
use crate::auth::Caller;
use crate::campaigns::find;
use crate::error::ApiError;

const COLUMNS: &[EditedColumn] = &[
    column("fecha", "day", true),
    column("hora", "hour", false),
    column("asesor", "agent", false),
    column("ventas", "sales", true),
    column("valor", "value", false),
];
const DAY: usize = 0;
const HOUR: usize = 1;
const AGENT: usize = 2;
const SALES: usize = 3;
const VALUE: usize = 4;
/// More than any floor sells on a day.
const SALES_MAX: f64 = 1_000_000.0;

pub(crate) const fn column(
    name: &'static str,
    alias: &'static str,
    required: bool,
) -> EditedColumn {
    EditedColumn {
        name,
        alias,
        required,
    }
}

/// Which days.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Days {
    /// From this day on, as 2026-12-01; all of them when absent.
    from: Option<String>,
    /// Until this day, included.
    to: Option<String>,
}

impl Days {
    pub(crate) fn read(&self) -> Result<(i64, i64), ApiError> {
        let day = |text: &Option<String>, other| match text {
            None => Ok(other),
            Some(text) => day_of(text).ok_or_else(|| ApiError::Invalid(no_day(text))),
        };
        Ok((day(&self.from, 0)?, day(&self.to, DAY_MAX)?))
    }
}

/// The last day that a calendar has here: in 2170.
const DAY_MAX: i64 = 73_000;

/// The goals of a campaign.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/goals", tag = "kpis", params(Days),
    responses((status = 200, body = [GoalRow]), (status = 404, body = wire::Problem)))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(days): Query<Days>,
) -> Result<Json<Vec<GoalRow>>, ApiError> {
    caller.supervisor()?;
    let id = CampaignId::new(id);
    find(app.store.as_ref(), id).await?;
    goals(app.store.as_ref(), id, days.read()?).await.map(Json)
}

/// Load goals from a table: those of the days it names are replaced. Everything that is wrong with it is told by line and
/// column. In the audit log.
#[utoipa::path(put, path = "/api/v1/campaigns/{id}/goals.csv", tag = "kpis",
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = [GoalRow]), (status = 404, body = wire::Problem),
              (status = 422, body = wire::Problem)))]
pub(crate) async fn put_csv(
    caller: Caller,
    Path(id): Path<i64>,
    text: String,
) -> Result<Json<Vec<GoalRow>>, ApiError> {
    caller.supervisor()?;
    load_goals(caller.store.as_ref(), CampaignId::new(id), &text, "API")
        .await
        .map(Json)
}

/// The goals of a campaign from a day to another, both included, counted from 1970.
pub async fn goals(
    store: &dyn Store,
    campaign: CampaignId,
    days: (i64, i64),
) -> Result<Vec<GoalRow>, ApiError> {
    let agents = store.agents().await?;
    let goals = store.goals(campaign, days).await?;
    Ok(goals.iter().map(|goal| shown(goal, &agents)).collect())
}

fn shown(goal: &Goal, agents: &[AgentProfile]) -> GoalRow {
    let name = goal.agent.map(|id| {
        let found = agents.iter().find(|agent| agent.id == id);
        found.map_or_else(|| id.to_string(), |agent| agent.name.clone())
    });
    GoalRow {
        day: day_text(goal.day),
        hour: goal.hour,
        agent: name,
        sales: goal.sales,
        value: goal.value,
    }
}

/// Loads goals from a table; those of the days it names are replaced. Returns what these days have now.
pub async fn load_goals(
    store: &dyn Store,
    campaign: CampaignId,
    text: &str,
    source: &str,
) -> Result<Vec<GoalRow>, ApiError> {
    find(store, campaign).await?;
    let agents = store.agents().await?;
    let read = read(text, &agents).map_err(ApiError::Rows)?;
    let days: BTreeSet<i64> = read.iter().map(|goal| goal.day).collect();
    store.put_goals(campaign, &days, &read, source).await?;
    Ok(read.iter().map(|goal| shown(goal, &agents)).collect())
}

pub(crate) fn read(text: &str, agents: &[AgentProfile]) -> Result<Vec<Goal>, Vec<RowProblem>> {
    let mut problems = Vec::new();
    let mut goals: Vec<Goal> = Vec::new();
    let mut keys = BTreeSet::new();
    for row in read_edited(text, COLUMNS)? {
        match goal(&row, agents) {
            Ok(goal) if keys.insert((goal.day, goal.hour, goal.agent)) => goals.push(goal),
            Ok(_) => problems.push(row.wrong("fecha", "this goal is there twice")),
            Err(mut wrong) => problems.append(&mut wrong),
        }
    }
    match problems.is_empty() {
        true => Ok(goals),
        false => Err(problems),
    }
}

fn goal(row: &EditedRow, agents: &[AgentProfile]) -> Result<Goal, Vec<RowProblem>> {
    let mut problems = Vec::new();
    let day = day_of(row.cell(DAY));
    if day.is_none() {
        problems.push(row.wrong("fecha", no_day(row.cell(DAY))));
    }
    let hour = optional(row.cell(HOUR), |text| {
        let text = text.strip_suffix(":00").unwrap_or(text);
        text.parse::<u8>().ok().filter(|hour| *hour < 24)
    });
    if hour.is_none() {
        problems.push(row.wrong(
            "hora",
            "an hour is written as 9 or 09:00; empty: the whole day",
        ));
    }
    let agent = optional(row.cell(AGENT), |text| agent_named(agents, text));
    if agent.is_none() {
        problems.push(row.wrong("asesor", no_agent(row.cell(AGENT))));
    }
    let sales = number(row.cell(SALES)).filter(|sales| *sales <= SALES_MAX);
    if sales.is_none() {
        problems.push(row.wrong(
            "ventas",
            "accepted sales are a number from 0 on, such as 15 or 1.5",
        ));
    }
    let value = optional(row.cell(VALUE), number);
    if value.is_none() {
        problems.push(row.wrong(
            "valor",
            "a value is a number from 0 on, without signs or points between thousands",
        ));
    }
    match (day, hour, agent, sales, value) {
        (Some(day), Some(hour), Some(agent), Some(sales), Some(value)) => Ok(Goal {
            day,
            hour,
            agent: agent.map(|agent| agent.id),
            sales,
            value,
        }),
        _ => Err(problems),
    }
}

/// An empty cell is nothing; another must be read. The outer `None`: it cannot be.
fn optional<'t, T>(text: &'t str, read: impl Fn(&'t str) -> Option<T>) -> Option<Option<T>> {
    match text {
        "" => Some(None),
        text => read(text).map(Some),
    }
}

fn number(text: &str) -> Option<f64> {
    let number = text.replace(',', ".").parse::<f64>().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number)
}

/// The advisor of that name, or with that phone.
pub(crate) fn agent_named<'a>(agents: &'a [AgentProfile], text: &str) -> Option<&'a AgentProfile> {
    let lower = text.to_lowercase();
    let named = |agent: &&AgentProfile| {
        agent.name.to_lowercase() == lower || agent.sip_user.to_lowercase() == lower
    };
    agents.iter().find(named)
}

pub(crate) fn no_agent(text: &str) -> String {
    format!("nobody is called \"{text}\"; see `cadencia agent list`")
}

/// A day counted from 1970, from `2026-12-01` or, as spreadsheets here write it, `01/12/2026`.
pub fn day_of(text: &str) -> Option<i64> {
    let date = ["%Y-%m-%d", "%d/%m/%Y"]
        .iter()
        .find_map(|form| NaiveDate::parse_from_str(text.trim(), form).ok())?;
    let day = number_of(date);
    (0..DAY_MAX).contains(&day).then_some(day)
}

/// A day as the record counts it: from 1970.
pub(crate) fn number_of(day: NaiveDate) -> i64 {
    day.signed_duration_since(NaiveDate::default()).num_days()
}

/// The same as text.
pub fn day_text(day: i64) -> String {
    let days = chrono::Days::new(u64::try_from(day).unwrap_or_default());
    let date = NaiveDate::default().checked_add_days(days);
    date.unwrap_or_default().format("%Y-%m-%d").to_string()
}

pub(crate) fn no_day(text: &str) -> String {
    format!("\"{text}\" is no day; write 2026-12-01 or 01/12/2026")
}

#[cfg(test)]
pub(crate) mod tests {
    use domain::{AgentId, LineMode};

    use super::*;

    /// Everybody who may be named.
    pub(crate) fn ana() -> Vec<AgentProfile> {
        vec![AgentProfile {
            id: AgentId::new(7),
            name: "Ana Ruiz".to_owned(),
            sip_user: "ana".to_owned(),
            campaigns: Vec::new(),
            line: LineMode::NailedUp,
        }]
    }

    #[test]
    fn a_table_of_goals_is_read_with_days_hours_and_advisors() {
        let text = "fecha;hora;asesor;ventas;valor\n2026-12-01;;;15;12000000\n01/12/2026;09:00;;2;\n2026-12-01;;ana;1,5;\n";
        let read = read(text, &ana()).expect("a table");
        let day = day_of("2026-12-01").expect("a day");
        assert_eq!(day_text(day), "2026-12-01");
        let goal = |hour, agent: Option<i64>, sales, value| Goal {
            day,
            hour,
            agent: agent.map(AgentId::new),
            sales,
            value,
        };
        assert_eq!(
            read,
            [
                goal(None, None, 15.0, Some(12_000_000.0)),
                goal(Some(9), None, 2.0, None),
                goal(None, Some(7), 1.5, None),
            ]
        );
    }

    #[test]
    fn everything_wrong_is_told_by_line_and_column() {
        let text = "fecha,hora,asesor,ventas\nayer,25,eva,-1\n2026-12-01,,,5\n2026-12-01,,,6\n";
        let problems = read(text, &ana()).expect_err("wrong");
        let told: Vec<_> = problems.iter().map(|one| (one.line, one.column)).collect();
        let expected = [
            (2, "fecha"),
            (2, "hora"),
            (2, "asesor"),
            (2, "ventas"),
            (4, "fecha"),
        ];
        assert_eq!(told, expected);
    }
}
