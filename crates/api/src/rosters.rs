//! Who is rostered when: shown, and loaded from the table that a spreadsheet writes (`asesor, fecha, desde, hasta, descansos`).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use campaigns::{EditedColumn, EditedRow, RowProblem, read_edited};
use domain::{AgentId, AgentProfile, CampaignId};
use kpi::RosterRow;
use store::Store;
use wire::{RosterShift, UsualShift};

use crate::App;
use crate::auth::Caller;
use crate::campaigns::find;
use crate::error::ApiError;
use crate::goals::{Days, agent_named, column, day_of, day_text, no_agent, no_day};

const COLUMNS: &[EditedColumn] = &[
    column("asesor", "agent", true),
    column("fecha", "day", true),
    column("desde", "from", true),
    column("hasta", "to", true),
    column("descansos", "breaks", false),
];
const AGENT: usize = 0;
const DAY: usize = 1;
const FROM: usize = 2;
const TO: usize = 3;
const BREAKS: usize = 4;
/// Longest usual shift.
const SHIFT_MAX: Duration = Duration::from_secs(24 * 3_600);

/// Who is rostered when, of every advisor.
#[utoipa::path(get, path = "/api/v1/roster", tag = "kpis", params(Days),
    responses((status = 200, body = [RosterShift])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
    Query(days): Query<Days>,
) -> Result<Json<Vec<RosterShift>>, ApiError> {
    caller.supervisor()?;
    roster(app.store.as_ref(), days.read()?).await.map(Json)
}

/// Load shifts from a table: those of the advisors and days it names are replaced. Everything that is wrong with it is told
/// by line and column. In the audit log.
#[utoipa::path(put, path = "/api/v1/roster.csv", tag = "kpis",
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = [RosterShift]), (status = 422, body = wire::Problem)))]
pub(crate) async fn put_csv(
    caller: Caller,
    text: String,
) -> Result<Json<Vec<RosterShift>>, ApiError> {
    caller.supervisor()?;
    load_roster(caller.store.as_ref(), &text, "API")
        .await
        .map(Json)
}

/// How long the shift of a campaign's advisors is who have none in the roster.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/usual-shift", tag = "kpis",
    responses((status = 200, body = UsualShift), (status = 404, body = wire::Problem)))]
pub(crate) async fn usual(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<UsualShift>, ApiError> {
    caller.supervisor()?;
    let id = CampaignId::new(id);
    find(app.store.as_ref(), id).await?;
    let shift = app.store.usual_shift(id).await?;
    Ok(Json(UsualShift {
        minutes: shift.map(|shift| shift.as_secs() / 60),
    }))
}

/// Set it; without minutes it is not known, and advisor-days of who is not rostered are `s/d`. In the audit log.
#[utoipa::path(put, path = "/api/v1/campaigns/{id}/usual-shift", tag = "kpis", request_body = UsualShift,
    responses((status = 204), (status = 404, body = wire::Problem), (status = 422, body = wire::Problem)))]
pub(crate) async fn put_usual(
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<UsualShift>,
) -> Result<StatusCode, ApiError> {
    caller.supervisor()?;
    let shift = form
        .minutes
        .map(|minutes| Duration::from_secs(minutes.saturating_mul(60)));
    put_usual_shift(caller.store.as_ref(), CampaignId::new(id), shift).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Sets the usual shift of a campaign.
pub async fn put_usual_shift(
    store: &dyn Store,
    campaign: CampaignId,
    shift: Option<Duration>,
) -> Result<(), ApiError> {
    find(store, campaign).await?;
    if shift.is_some_and(|shift| shift.as_secs() < 60 || shift > SHIFT_MAX) {
        let words = "a shift is from one minute to 24 hours long";
        return Err(ApiError::Invalid(words.to_owned()));
    }
    Ok(store.put_usual_shift(campaign, shift).await?)
}

/// Who is rostered from a day to another, both included, counted from 1970.
pub async fn roster(store: &dyn Store, days: (i64, i64)) -> Result<Vec<RosterShift>, ApiError> {
    let agents = store.agents().await?;
    let rows = store.roster(days).await?;
    Ok(rows.iter().map(|row| shown(row, &agents)).collect())
}

fn shown(row: &RosterRow, agents: &[AgentProfile]) -> RosterShift {
    let found = agents.iter().find(|agent| agent.id == row.agent);
    let breaks = row.breaks.iter();
    RosterShift {
        agent: found.map_or_else(|| row.agent.to_string(), |agent| agent.name.clone()),
        day: day_text(row.day),
        from: clock(row.from_min),
        to: clock(row.to_min),
        breaks: breaks
            .map(|(from, to)| format!("{}-{}", clock(*from), clock(*to)))
            .collect(),
    }
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// Loads shifts from a table; those of the advisors and days it names are replaced. Returns what they have now.
pub async fn load_roster(
    store: &dyn Store,
    text: &str,
    source: &str,
) -> Result<Vec<RosterShift>, ApiError> {
    let agents = store.agents().await?;
    let rows = read(text, &agents).map_err(ApiError::Rows)?;
    let days: BTreeSet<(AgentId, i64)> = rows.iter().map(|row| (row.agent, row.day)).collect();
    store.put_roster(&days, &rows, source).await?;
    Ok(rows.iter().map(|row| shown(row, &agents)).collect())
}

fn read(text: &str, agents: &[AgentProfile]) -> Result<Vec<RosterRow>, Vec<RowProblem>> {
    let mut problems = Vec::new();
    let mut days: BTreeMap<(AgentId, i64), Vec<RosterRow>> = BTreeMap::new();
    for row in read_edited(text, COLUMNS)? {
        match shift(&row, agents) {
            Ok(shift) => {
                let same_day = days.entry((shift.agent, shift.day)).or_default();
                if same_day.iter().any(|other| other.overlaps(&shift)) {
                    problems
                        .push(row.wrong("desde", "this advisor has another shift at that time"));
                }
                same_day.push(shift);
            }
            Err(mut wrong) => problems.append(&mut wrong),
        }
    }
    match problems.is_empty() {
        true => Ok(days.into_values().flatten().collect()),
        false => Err(problems),
    }
}

fn shift(row: &EditedRow, agents: &[AgentProfile]) -> Result<RosterRow, Vec<RowProblem>> {
    let mut problems = Vec::new();
    let agent = agent_named(agents, row.cell(AGENT));
    if agent.is_none() {
        problems.push(row.wrong("asesor", no_agent(row.cell(AGENT))));
    }
    let day = day_of(row.cell(DAY));
    if day.is_none() {
        problems.push(row.wrong("fecha", no_day(row.cell(DAY))));
    }
    let (from, to) = (minute(row.cell(FROM)), minute(row.cell(TO)));
    for (column, minute) in [("desde", from), ("hasta", to)] {
        if minute.is_none() {
            problems.push(row.wrong(column, "an hour is written as 08:00"));
        }
    }
    let breaks: Option<Vec<_>> = row
        .cell(BREAKS)
        .split([' ', ';', '|', '+'])
        .filter(|text| !text.is_empty())
        .map(span)
        .collect();
    if breaks.is_none() {
        problems.push(row.wrong("descansos", "breaks are written as 10:00-10:15 12:00-13:00"));
    }
    let (Some(agent), Some(day), Some(from_min), Some(to_min), Some(breaks)) =
        (agent, day, from, to, breaks)
    else {
        return Err(problems);
    };
    let shift = RosterRow {
        agent: agent.id,
        day,
        from_min,
        to_min,
        breaks,
    };
    match shift.fault() {
        None => Ok(shift),
        Some(fault) => Err(vec![row.wrong("hasta", fault)]),
    }
}

fn span(text: &str) -> Option<(u16, u16)> {
    let (from, to) = text.split_once('-')?;
    Some((minute(from)?, minute(to)?))
}

/// Minutes of the day, of `8:00` or `08:00:00`; 24:00 is its end.
fn minute(text: &str) -> Option<u16> {
    let mut parts = text.trim().split(':');
    let hour: u16 = parts.next()?.parse().ok()?;
    let minute: u16 = parts.next()?.parse().ok()?;
    let seconds: u16 = parts.next().map_or(Ok(0), str::parse).ok()?;
    let sound = hour <= 24 && minute < 60 && seconds == 0 && parts.next().is_none();
    Some(hour * 60 + minute).filter(|all| sound && *all <= 1_440)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::goals::tests::ana;

    #[test]
    fn a_split_shift_with_breaks_is_read_and_shown_as_it_was_written() {
        let text = "asesor;fecha;desde;hasta;descansos\nana;2026-12-01;14:00;18:00;\nAna Ruiz;01/12/2026;8:00;12:00:00;\"09:30-09:45 11:00-11:10\"\n";
        let rows = read(text, &ana()).expect("a table");
        assert_eq!(rows.len(), 2);
        let shown = shown(&rows[1], &ana());
        assert_eq!((shown.from.as_str(), shown.to.as_str()), ("08:00", "12:00"));
        assert_eq!(shown.breaks, ["09:30-09:45", "11:00-11:10"]);
        assert_eq!(
            (shown.agent.as_str(), shown.day.as_str()),
            ("Ana Ruiz", "2026-12-01")
        );
    }

    #[test]
    fn shifts_that_make_no_sense_are_told_by_line_and_column() {
        let text = "agent,day,from,to,breaks\neva,2026-12-01,08:00,12:00,\nana,2026-12-01,12:00,08:00,\nana,2026-12-02,08:00,12:00,\nana,2026-12-02,11:00,13:00,\nana,2026-12-03,8h,25:00,x\n";
        let problems = read(text, &ana()).expect_err("wrong");
        let told: Vec<_> = problems.iter().map(|one| (one.line, one.column)).collect();
        let expected = [
            (2, "asesor"),
            (3, "hasta"),
            (5, "desde"),
            (6, "desde"),
            (6, "hasta"),
            (6, "descansos"),
        ];
        assert_eq!(told, expected);
    }
}
