//! Typifications of campaigns: what is in force, a new version after it was checked, and the versions there
//! were. Rows travel as JSON or as the CSV that spreadsheets edit.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use campaigns::{CATALOGUE_COLUMNS, Catalogue, InvalidCatalogue, RowProblem};
use domain::{CampaignId, CatalogueId, Disposition, Timestamp};
use serde::Deserialize;
use store::{CatalogueVersion, NewCatalogue, Store};
use utoipa::IntoParams;
use wire::{
    DeskDisposition, ProblemRow, TypificationRow, Typifications, TypificationsForm,
    TypificationsPut, TypificationsVersion,
};

use crate::App;
use crate::auth::{Caller, now};
use crate::campaigns::find;
use crate::error::ApiError;

/// Which version.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// `catalogue` of an attempt or a version; the one in force when absent.
    catalogue: Option<i64>,
}

/// Whether a new version is meant, and why: of typifications, and of the rules that find contradictions.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Meant {
    /// Only say what would be; nothing is changed.
    #[serde(default)]
    pub(crate) check: bool,
    /// Why, for whoever looks at the versions.
    #[serde(default)]
    pub(crate) note: String,
}

/// The typifications an advisor may choose: of the version in force, or of the one their call began with.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/dispositions", tag = "campaigns", params(Wanted),
    responses((status = 200, body = [DeskDisposition])))]
pub(crate) async fn for_agents(
    State(app): State<App>,
    _caller: Caller,
    Path(id): Path<i64>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Vec<DeskDisposition>>, ApiError> {
    let catalogue = meant(app.store.as_ref(), id, &wanted).await?;
    let mine = catalogue.rows().iter().filter(|row| row.is_for_agents());
    let shown = |row: &Disposition| DeskDisposition {
        code: row.code.clone(),
        levels: levels(row),
        sale: row.accepted_sale,
        call_back: row.call_back.map(|call| call.word().to_owned()),
        next_action: row.next_action.clone(),
    };
    Ok(Json(mine.map(shown).collect()))
}

/// All typifications of a campaign with their flags and retry rules.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/typifications", tag = "typifications", params(Wanted),
    responses((status = 200, body = Typifications), (status = 404, body = wire::Problem)))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Typifications>, ApiError> {
    caller.supervisor()?;
    let catalogue = meant(app.store.as_ref(), id, &wanted).await?;
    Ok(Json(typifications_shown(&catalogue)))
}

/// The same as the CSV that a spreadsheet edits, and that can be put back.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/typifications.csv", tag = "typifications", params(Wanted),
    responses((status = 200, content_type = "text/csv"), (status = 404, body = wire::Problem)))]
pub(crate) async fn csv(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, ApiError> {
    caller.supervisor()?;
    let catalogue = meant(app.store.as_ref(), id, &wanted).await?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"tipificaciones.csv\"",
        ),
    ];
    Ok((headers, catalogue.text()).into_response())
}

/// Put typifications into force for calls that begin from now on. In the audit log.
#[utoipa::path(put, path = "/api/v1/campaigns/{id}/typifications", tag = "typifications", params(Meant),
    request_body = TypificationsForm,
    responses((status = 200, body = TypificationsPut), (status = 422, body = wire::Problem)))]
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(meant): Query<Meant>,
    Json(form): Json<TypificationsForm>,
) -> Result<Json<TypificationsPut>, ApiError> {
    let why = match form.note.is_empty() {
        true => meant.note.clone(),
        false => form.note.clone(),
    };
    let rows = typifications_of(&form.rows)?;
    take(&app, &caller, id, meant.check, rows, why).await
}

/// The same from a CSV, such as `typifications.csv` gives. In the audit log.
#[utoipa::path(put, path = "/api/v1/campaigns/{id}/typifications.csv", tag = "typifications", params(Meant),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = TypificationsPut), (status = 422, body = wire::Problem)))]
pub(crate) async fn put_csv(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(meant): Query<Meant>,
    text: String,
) -> Result<Json<TypificationsPut>, ApiError> {
    let rows = read_typifications(&text)?;
    take(&app, &caller, id, meant.check, rows, meant.note).await
}

async fn take(
    app: &App,
    caller: &Caller,
    id: i64,
    check: bool,
    rows: Vec<Disposition>,
    why: String,
) -> Result<Json<TypificationsPut>, ApiError> {
    caller.admin()?;
    let campaign = find(app.store.as_ref(), CampaignId::new(id)).await?;
    if check {
        return Ok(Json(checked(&rows)));
    }
    let by = &caller.user.name;
    let put = put_typifications(caller.store.as_ref(), campaign.id, rows, by, why).await?;
    app.control.config_changed();
    Ok(Json(put))
}

/// The versions there are, the newest first.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/typifications/versions", tag = "typifications",
    responses((status = 200, body = [TypificationsVersion]), (status = 404, body = wire::Problem)))]
pub(crate) async fn versions(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<Vec<TypificationsVersion>>, ApiError> {
    caller.supervisor()?;
    find(app.store.as_ref(), CampaignId::new(id)).await?;
    let versions = app.store.catalogue_versions(CampaignId::new(id)).await?;
    Ok(Json(versions.iter().map(version_shown).collect()))
}

async fn meant(store: &dyn Store, id: i64, wanted: &Wanted) -> Result<Catalogue, ApiError> {
    match wanted.catalogue {
        None => Ok(store.catalogue(CampaignId::new(id)).await?),
        Some(id) => {
            let found = store.catalogue_of(CatalogueId::new(id)).await?;
            found.ok_or_else(|| ApiError::NotFound(format!("version {id} of typifications")))
        }
    }
}

/// What a version that was checked would be.
pub fn checked(rows: &[Disposition]) -> TypificationsPut {
    TypificationsPut {
        catalogue: None,
        version: None,
        rows: rows.len(),
        retired: Vec::new(),
    }
}

/// Rows of a text, or everything that is wrong with it.
pub fn read_typifications(text: &str) -> Result<Vec<Disposition>, ApiError> {
    match Catalogue::parse(text) {
        Ok(catalogue) => Ok(catalogue.rows().to_vec()),
        Err(InvalidCatalogue::Rows(problems)) => Err(ApiError::Rows(problems)),
        Err(other @ InvalidCatalogue::Csv(_)) => Err(ApiError::Invalid(other.to_string())),
    }
}

/// Puts rows that were checked into force.
pub async fn put_typifications(
    store: &dyn Store,
    campaign: CampaignId,
    rows: Vec<Disposition>,
    by: &str,
    why: String,
) -> Result<TypificationsPut, ApiError> {
    let new = NewCatalogue {
        campaign,
        rows,
        by: by.to_owned(),
        note: why,
        at: now(),
    };
    let (catalogue, retired) = store.put_catalogue(&new).await?;
    Ok(TypificationsPut {
        catalogue: Some(catalogue.id.get()),
        version: Some(catalogue.version),
        rows: catalogue.rows().len(),
        retired,
    })
}

/// Rows of JSON are read as the table they stand for, so that both ways say the same of what is wrong.
pub fn typifications_of(rows: &[TypificationRow]) -> Result<Vec<Disposition>, ApiError> {
    let mut text = CATALOGUE_COLUMNS.join(",");
    for row in rows {
        text.push('\n');
        let cells = cells(row).map(|cell| format!("\"{}\"", cell.replace('"', "\"\"")));
        text.push_str(&cells.join(","));
    }
    read_typifications(&text)
}

fn cells(row: &TypificationRow) -> [String; 23] {
    let flag = |flag: bool| u8::from(flag).to_string();
    let level = |at: usize| row.levels.get(at).cloned().unwrap_or_default();
    let number = |number: Option<u8>| number.map(|n| n.to_string()).unwrap_or_default();
    [
        row.code.clone(),
        level(0),
        level(1),
        level(2),
        row.origin.clone(),
        row.set_on.join(" "),
        flag(row.human),
        flag(row.third_party),
        flag(row.holder),
        flag(row.effective_contact),
        flag(row.accepted_sale),
        flag(row.closes_record),
        flag(row.suppresses),
        number(row.rank),
        row.wait_min.to_string(),
        row.next_phone.clone(),
        flag(row.other_hours),
        number(row.times_max),
        flag(row.invalidates_phone),
        flag(!row.free),
        row.call_back.clone().unwrap_or_default(),
        flag(row.retired),
        row.next_action.clone(),
    ]
}

fn levels(row: &Disposition) -> Vec<String> {
    let levels = row.levels.iter().filter(|level| !level.is_empty());
    levels.cloned().collect()
}

/// A version in public words.
pub fn typifications_shown(catalogue: &Catalogue) -> Typifications {
    Typifications {
        catalogue: catalogue.id.get(),
        version: catalogue.version,
        rows: catalogue.rows().iter().map(row_shown).collect(),
    }
}

fn row_shown(row: &Disposition) -> TypificationRow {
    TypificationRow {
        code: row.code.clone(),
        levels: levels(row),
        origin: row.origin.word().to_owned(),
        set_on: row
            .occasions
            .iter()
            .map(|on| on.word().to_owned())
            .collect(),
        human: row.human,
        third_party: row.third_party,
        holder: row.holder,
        effective_contact: row.effective_contact,
        accepted_sale: row.accepted_sale,
        closes_record: row.closes_record,
        suppresses: row.suppresses,
        rank: Some(row.rank),
        wait_min: row.retry.wait.as_secs() / 60,
        next_phone: row.retry.next_phone.word().to_owned(),
        other_hours: row.retry.other_hours,
        times_max: row.retry.times_max,
        invalidates_phone: row.retry.invalidates_phone,
        free: !row.retry.costs_attempt,
        call_back: row.call_back.map(|call| call.word().to_owned()),
        retired: row.retired,
        next_action: row.next_action.clone(),
    }
}

/// A version as it is listed.
pub fn version_shown(version: &CatalogueVersion) -> TypificationsVersion {
    TypificationsVersion {
        catalogue: version.id.get(),
        version: version.version,
        of_house: version.of_house,
        at: Timestamp::as_millis(version.at),
        by: version.by.clone(),
        note: version.note.clone(),
        rows: version.rows,
    }
}

pub(crate) fn problem_shown(problem: &RowProblem) -> ProblemRow {
    ProblemRow {
        line: problem.line,
        column: problem.column.to_owned(),
        code: problem.code.clone(),
        message: problem.words.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_the_same_as_json_and_say_what_is_wrong_by_row_and_column() {
        let house = Catalogue::house();
        let shown = typifications_shown(house);
        let json = serde_json::to_string(&shown.rows).expect("plain values");
        let mut read: Vec<TypificationRow> = serde_json::from_str(&json).expect("ours");
        assert_eq!(typifications_of(&read).expect("sound"), house.rows());
        read[2].next_action = "diga \"hola\", y cuelgue".to_owned();
        read[3].next_phone = "otro".to_owned();
        let Err(ApiError::Rows(problems)) = typifications_of(&read) else {
            panic!("it names a phone nobody knows");
        };
        assert_eq!((problems[0].line, problems[0].column), (5, "next_phone"));
    }
}
