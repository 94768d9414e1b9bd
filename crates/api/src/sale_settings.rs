//! What decides about the sales of a campaign: form, identity policy, queues, scorecard, script and the columns of exchanged files, as TOML in
//! versions; and its portfolio, a table.

use std::io::Cursor;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::{CampaignId, Timestamp};
use intake::{Source, csv_line, read_table};
use sales::{InvalidSetting, Item, Mapping, Portfolio, Setting};
use store::{SaleSettingRow, Store};
use wire::{PortfolioItem, SaleSetting};

use crate::App;
use crate::auth::{Caller, now};
use crate::campaigns::find;
use crate::error::ApiError;
use crate::sales::Viewer;
use crate::typifications::Meant;

/// The word of a setting that has a name.
const MAPPING: &str = "mapping";

/// The setting of a campaign in force.
pub async fn sale_setting(
    store: &dyn Store,
    campaign: CampaignId,
    kind: &str,
    name: &str,
) -> Result<SaleSetting, ApiError> {
    let mut versions = sale_setting_versions(store, campaign, kind, name).await?;
    match versions.is_empty() {
        true => Err(ApiError::NotFound(format!(
            "{kind} `{name}` of this campaign; put one first"
        ))),
        false => Ok(versions.remove(0)),
    }
}

/// Its versions, the newest first; the house's last.
pub async fn sale_setting_versions(
    store: &dyn Store,
    campaign: CampaignId,
    kind: &str,
    name: &str,
) -> Result<Vec<SaleSetting>, ApiError> {
    let setting = setting_of(kind, name)?;
    let rows = store.sale_settings(campaign, kind, name).await?;
    let mut versions: Vec<_> = rows.iter().map(shown).collect();
    if let Some(setting) = setting {
        versions.push(SaleSetting {
            kind: kind.to_owned(),
            name: String::new(),
            version: 0,
            at: None,
            by: String::new(),
            note: String::new(),
            text: setting.house().to_owned(),
        });
    }
    Ok(versions)
}

/// Puts a text into force; `check` only says what is wrong with it.
pub async fn put_sale_setting(
    store: &dyn Store,
    campaign: CampaignId,
    (kind, name): (&str, &str),
    (text, note): (&str, &str),
    check: bool,
) -> Result<SaleSetting, ApiError> {
    let read = match setting_of(kind, name)? {
        Some(setting) => setting.check(text),
        None => Mapping::read(text).map(drop),
    };
    read.map_err(|wrong: InvalidSetting| ApiError::Invalid(wrong.to_string()))?;
    let mut new = SaleSettingRow {
        campaign,
        kind: kind.to_owned(),
        name: name.to_owned(),
        version: 0,
        at: now(),
        by: String::new(),
        note: note.to_owned(),
        text: text.to_owned(),
    };
    if !check {
        new.version = store.put_sale_setting(&new).await?;
    }
    Ok(shown(&new))
}

/// Which setting; none: a mapping, which has a name.
fn setting_of(kind: &str, name: &str) -> Result<Option<Setting>, ApiError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    match Setting::from_word(kind) {
        Some(setting) => Ok(Some(setting)),
        None if kind != MAPPING => {
            let words: Vec<_> = Setting::ALL.iter().map(|setting| setting.word()).collect();
            Err(ApiError::Invalid(format!(
                "there is no setting `{kind}`; use {} or mapping",
                words.join(", ")
            )))
        }
        None if name.is_empty() || name.len() > 60 || !name.chars().all(plain) => {
            Err(ApiError::Invalid(
                "a mapping has a name of letters, digits, - and _, up to 60".to_owned(),
            ))
        }
        None => Ok(None),
    }
}

fn shown(row: &SaleSettingRow) -> SaleSetting {
    SaleSetting {
        kind: row.kind.clone(),
        name: row.name.clone(),
        version: row.version,
        at: (row.version > 0).then(|| Timestamp::as_millis(row.at)),
        by: row.by.clone(),
        note: row.note.clone(),
        text: row.text.clone(),
    }
}

/// What a campaign may sell, with what is left.
pub async fn portfolio_shown(
    store: &dyn Store,
    campaign: CampaignId,
) -> Result<Vec<PortfolioItem>, ApiError> {
    let portfolio = store.portfolio(campaign, None).await?;
    Ok(portfolio.items.iter().map(item_shown).collect())
}

fn item_shown(item: &Item) -> PortfolioItem {
    PortfolioItem {
        code: item.code.clone(),
        kind: item.kind.clone(),
        name: item.name.clone(),
        price: item.price,
        stock: item.stock,
        left: item.left(),
        valid_from: item.valid_from.map(|day| day.to_string()),
        valid_to: item.valid_to.map(|day| day.to_string()),
        with: item.with.clone(),
    }
}

/// The same as the CSV that a spreadsheet edits.
pub fn portfolio_csv(items: &[PortfolioItem]) -> String {
    let mut text = "\u{feff}".to_owned();
    text.push_str(&csv_line(&Portfolio::COLUMNS.map(str::to_owned), ';'));
    let number = |number: Option<i64>| number.map(|n| n.to_string()).unwrap_or_default();
    for item in items {
        let cells = [
            item.code.clone(),
            item.kind.clone(),
            item.name.clone(),
            item.price.to_string(),
            number(item.stock),
            item.valid_from.clone().unwrap_or_default(),
            item.valid_to.clone().unwrap_or_default(),
            item.with.join(" "),
        ];
        text.push_str(&csv_line(&cells, ';'));
    }
    text
}

/// Puts what a campaign may sell, from a table; what it was counted at is now. `check` only says what is wrong with it.
pub async fn put_portfolio(
    store: &dyn Store,
    campaign: CampaignId,
    file_name: &str,
    table: Vec<u8>,
    check: bool,
) -> Result<Vec<PortfolioItem>, ApiError> {
    let portfolio = portfolio_of(file_name, table)?;
    if check {
        return Ok(portfolio.items.iter().map(item_shown).collect());
    }
    store.put_portfolio(campaign, &portfolio, now()).await?;
    portfolio_shown(store, campaign).await
}

/// What a table says, or everything that is wrong with it.
fn portfolio_of(file_name: &str, table: Vec<u8>) -> Result<Portfolio, ApiError> {
    let mut source = Source::seekable(file_name, Cursor::new(table));
    let rows = read_table(&mut source).map_err(|fault| ApiError::Invalid(fault.to_string()))?;
    let lines: Vec<u64> = rows.iter().map(|(line, _)| *line).collect();
    let cells: Vec<Vec<String>> = rows.into_iter().map(|(_, cells)| cells).collect();
    Portfolio::read(&cells).map_err(|problems| {
        let row = |problem: sales::ItemProblem| campaigns::RowProblem {
            // Lines are counted as if none were blank.
            line: lines
                .get(problem.line as usize - 1)
                .copied()
                .unwrap_or(problem.line),
            column: problem.column,
            code: String::new(),
            words: problem.words,
        };
        ApiError::Rows(problems.into_iter().map(row).collect())
    })
}

/// A setting of the sales of a campaign: `form`, `identity`, `queues`, `scorecard`, `script`, or `mapping` with its name. The house's is version 0.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/sale-settings/{kind}", tag = "sales", params(Named),
    responses((status = 200, body = [SaleSetting]), (status = 404, body = wire::Problem)))]
pub(crate) async fn versions(
    State(app): State<App>,
    caller: Caller,
    Path((id, kind)): Path<(i64, String)>,
    Query(named): Query<Named>,
) -> Result<Json<Vec<SaleSetting>>, ApiError> {
    Viewer::of(&caller)?.doer()?;
    let id = CampaignId::new(id);
    find(app.store.as_ref(), id).await?;
    sale_setting_versions(app.store.as_ref(), id, &kind, &named.name)
        .await
        .map(Json)
}

/// Which of several.
#[derive(Debug, Default, serde::Deserialize, utoipa::IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Named {
    /// Name of a mapping; empty for the others.
    name: String,
    /// Why it is changed.
    note: String,
    /// Only say what is wrong with it.
    check: bool,
}

/// Put a setting into force: its text is TOML. Everything that is wrong with it is told at once. In the audit log.
#[utoipa::path(put, path = "/api/v1/campaigns/{id}/sale-settings/{kind}", tag = "sales", params(Named),
    request_body(content = String, content_type = "application/toml"),
    responses((status = 200, body = SaleSetting), (status = 422, body = wire::Problem)))]
pub(crate) async fn put(
    State(app): State<App>,
    caller: Caller,
    Path((id, kind)): Path<(i64, String)>,
    Query(named): Query<Named>,
    text: String,
) -> Result<Json<SaleSetting>, ApiError> {
    caller.supervisor()?;
    let id = CampaignId::new(id);
    find(app.store.as_ref(), id).await?;
    let (store, what) = (caller.store.as_ref(), (kind.as_str(), named.name.as_str()));
    let said = (text.as_str(), named.note.as_str());
    put_sale_setting(store, id, what, said, named.check)
        .await
        .map(Json)
}

/// The form of a campaign's sheets in force.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/sale-form", tag = "sales",
    responses((status = 200, body = SaleSetting), (status = 404, body = wire::Problem)))]
pub(crate) async fn form(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<SaleSetting>, ApiError> {
    in_force(&app, &caller, id, Setting::Form).await
}

/// The identity policy of a campaign in force.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/identity-policy", tag = "sales",
    responses((status = 200, body = SaleSetting), (status = 404, body = wire::Problem)))]
pub(crate) async fn identity(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<SaleSetting>, ApiError> {
    in_force(&app, &caller, id, Setting::Identity).await
}

async fn in_force(
    app: &App,
    caller: &Caller,
    id: i64,
    setting: Setting,
) -> Result<Json<SaleSetting>, ApiError> {
    Viewer::of(caller)?.doer()?;
    let id = CampaignId::new(id);
    find(app.store.as_ref(), id).await?;
    sale_setting(app.store.as_ref(), id, setting.word(), "")
        .await
        .map(Json)
}

/// What a campaign may sell, with what is left.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/portfolio", tag = "sales",
    responses((status = 200, body = [PortfolioItem]), (status = 404, body = wire::Problem)))]
pub(crate) async fn portfolio(
    State(app): State<App>,
    _caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<Vec<PortfolioItem>>, ApiError> {
    let id = CampaignId::new(id);
    find(app.store.as_ref(), id).await?;
    portfolio_shown(app.store.as_ref(), id).await.map(Json)
}

/// The same as the CSV that a spreadsheet edits, and that can be put back.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/portfolio.csv", tag = "sales",
    responses((status = 200, content_type = "text/csv"), (status = 404, body = wire::Problem)))]
pub(crate) async fn portfolio_table(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Response, ApiError> {
    Viewer::of(&caller)?.doer()?;
    let id = CampaignId::new(id);
    find(app.store.as_ref(), id).await?;
    let items = portfolio_shown(app.store.as_ref(), id).await?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"portafolio.csv\"",
        ),
    ];
    Ok((headers, portfolio_csv(&items)).into_response())
}

/// Put what a campaign may sell, as CSV or XLSX: `code;kind;name;price;stock;valid_from;valid_to;with`. Stock counts as counted now. In the
/// audit log.
#[utoipa::path(put, path = "/api/v1/campaigns/{id}/portfolio.csv", tag = "sales", params(Meant),
    request_body(content = Vec<u8>, content_type = "text/csv"),
    responses((status = 200, body = [PortfolioItem]), (status = 422, body = wire::Problem)))]
pub(crate) async fn put_portfolio_table(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(meant): Query<Meant>,
    table: axum::body::Bytes,
) -> Result<Json<Vec<PortfolioItem>>, ApiError> {
    caller.supervisor()?;
    let id = CampaignId::new(id);
    find(app.store.as_ref(), id).await?;
    let store = caller.store.as_ref();
    put_portfolio(store, id, "portafolio", table.to_vec(), meant.check)
        .await
        .map(Json)
}
