//! Files exchanged with the client's tools: sales written out by a mapping, and a file of theirs crossed with our sales into moves and
//! differences. Reading one again moves nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::{CampaignId, SaleId, Timestamp};
use intake::{Source, csv_line, read_table};
use sales::{Crossing, Doer, IdentityPolicy, KnownSale, Mapping, Record, Setting, cross};
use serde::Deserialize;
use store::{ExchangeRow, NewMove, Paper, SaleFilter, SaleRow, Store};
use utoipa::IntoParams;
use wire::{SaleCrossing, SaleCrossingMove, SaleDifference};

use crate::App;
use crate::auth::{Caller, now};
use crate::campaigns::find;
use crate::error::ApiError;
use crate::evidence::sha256_of_bytes;
use crate::sale_settings::sale_setting;
use crate::sales::Viewer;

/// Lines whose moves are made in one transaction: a large file does not keep others waiting.
const MOVES_AT_ONCE: usize = 500;

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleFile {
    /// Its content, CSV in UTF-8.
    pub content: String,
    /// Sales in it.
    pub rows: u64,
}

/// Writes the sales of a campaign out by a mapping; noted with its hash.
pub async fn export_sales(
    store: &dyn Store,
    campaign: CampaignId,
    name: &str,
    at: Timestamp,
) -> Result<SaleFile, ApiError> {
    let (version, mapping) = mapping_of(store, campaign, name).await?;
    let delimiter = mapping.delimiter.chars().next().unwrap_or(';');
    let headings: Vec<_> = mapping
        .columns
        .iter()
        .map(|column| column.name.clone())
        .collect();
    let mut content = format!("\u{feff}{}", csv_line(&headings, delimiter));
    let mut rows = 0;
    for sale in known_sales(store, campaign).await? {
        if mapping.writes(sale.standing.stage) {
            content.push_str(&csv_line(&mapping.line(&sale.fields), delimiter));
            rows += 1;
        }
    }
    let exchange = ExchangeRow {
        id: 0,
        campaign,
        mapping: name.to_owned(),
        mapping_version: version,
        direction: "export".to_owned(),
        at,
        by: String::new(),
        file_name: format!("{name}.csv"),
        sha256: sha256_of_bytes(content.as_bytes()),
        rows,
        moved: 0,
        differences: 0,
    };
    store.note_exchange(&exchange).await?;
    Ok(SaleFile { content, rows })
}

/// A file to be crossed.
#[derive(Clone, Debug)]
pub struct SaleFileRead<'f> {
    /// Name of its mapping.
    pub mapping: &'f str,
    /// Its name.
    pub name: &'f str,
    /// CSV or XLSX.
    pub content: Vec<u8>,
    /// Only look at it.
    pub dry_run: bool,
}

/// Crosses a file with the sales of a campaign, moves those that it moves, and tells what does not agree.
pub async fn import_sales(
    store: &dyn Store,
    campaign: CampaignId,
    file: SaleFileRead<'_>,
    at: Timestamp,
) -> Result<SaleCrossing, ApiError> {
    let (version, mapping) = mapping_of(store, campaign, file.mapping).await?;
    let (_, text) = store.sale_setting(campaign, Setting::Identity).await?;
    let policy = IdentityPolicy::read(&text).map_err(ApiError::internal)?;
    let sha256 = sha256_of_bytes(&file.content);
    let records = records_of(&mapping, file.name, file.content)?;
    let known = known_sales(store, campaign).await?;
    let crossing = cross(&mapping, &records, &known, &policy);
    if !file.dry_run {
        let moves = moves_of(&crossing, at);
        for some in moves.chunks(MOVES_AT_ONCE) {
            store.move_sales(&some.concat()).await?;
        }
        let exchange = ExchangeRow {
            id: 0,
            campaign,
            mapping: file.mapping.to_owned(),
            mapping_version: version,
            direction: "import".to_owned(),
            at,
            by: String::new(),
            file_name: file.name.to_owned(),
            sha256: sha256.clone(),
            rows: crossing.rows,
            moved: crossing.moves.len() as u64,
            differences: crossing.differences.len() as u64,
        };
        store.note_exchange(&exchange).await?;
    }
    Ok(shown(&crossing, sha256, file.dry_run))
}

async fn mapping_of(
    store: &dyn Store,
    campaign: CampaignId,
    name: &str,
) -> Result<(u32, Mapping), ApiError> {
    let setting = sale_setting(store, campaign, "mapping", name).await?;
    let mapping = Mapping::read(&setting.text).map_err(ApiError::internal)?;
    Ok((setting.version, mapping))
}

/// The rows of a file by heading; refused where a column that decides is not there.
fn records_of(mapping: &Mapping, name: &str, content: Vec<u8>) -> Result<Vec<Record>, ApiError> {
    let mut source = Source::seekable(name, Cursor::new(content));
    let rows = read_table(&mut source).map_err(|fault| ApiError::Invalid(fault.to_string()))?;
    let Some(((_, headings), rows)) = rows.split_first() else {
        return Err(ApiError::Invalid("the file has no headings".to_owned()));
    };
    let deciding = mapping.columns.iter().filter(|column| column.decides());
    let missing: Vec<_> = deciding
        .filter(|column| !headings.contains(&column.name))
        .map(|column| column.name.as_str())
        .collect();
    if !missing.is_empty() {
        return Err(ApiError::Invalid(format!(
            "the file has no column {}; it has {}",
            missing.join(", "),
            headings.join(", ")
        )));
    }
    let record = |(line, cells): &(u64, Vec<String>)| Record {
        line: *line,
        cells: headings
            .iter()
            .cloned()
            .zip(cells.iter().cloned())
            .collect(),
    };
    Ok(rows.iter().map(record).collect())
}

/// The moves of each line.
fn moves_of(crossing: &Crossing, at: Timestamp) -> Vec<Vec<NewMove>> {
    let of_line = |planned: &sales::PlannedMove| {
        let steps = planned.to.iter();
        let step = |(stage, reason): &(sales::Stage, Option<String>)| NewMove {
            sale: SaleId::new(planned.sale),
            to: *stage,
            doer: Doer::BackOffice,
            reason: reason.clone(),
            note: planned.note.clone(),
            source: Some(planned.said.clone()),
            at,
        };
        steps.map(step).collect()
    };
    crossing.moves.iter().map(of_line).collect()
}

/// The sales of a campaign with everything a mapping may name.
async fn known_sales(store: &dyn Store, campaign: CampaignId) -> Result<Vec<KnownSale>, ApiError> {
    let filter = SaleFilter {
        campaign: Some(campaign),
        ..SaleFilter::default()
    };
    let mut known: BTreeMap<SaleId, KnownSale> = BTreeMap::new();
    for row in store.sales(&filter).await? {
        if !row.by_correction {
            known.insert(row.id, known_of(&row));
        }
    }
    for paper in [Paper::Sheet, Paper::Reservation] {
        let before = match paper {
            Paper::Sheet => "",
            Paper::Reservation => "reservation.",
        };
        for (sale, row) in store.newest_papers(&filter, paper).await? {
            let Some(known) = known.get_mut(&sale) else {
                continue;
            };
            let values = row.values.into_iter();
            known
                .fields
                .extend(values.map(|(key, value)| (format!("{before}{key}"), value)));
        }
    }
    for row in store.sale_moves(&filter).await? {
        if let Some(known) = known.get_mut(&row.sale) {
            known.passed.extend(row.from);
            known.heard.extend(row.source);
        }
    }
    Ok(known.into_values().collect())
}

fn known_of(row: &SaleRow) -> KnownSale {
    let fields = [
        ("sale", row.id.to_string()),
        ("attempt", row.attempt.to_string()),
        ("stage", row.stage.word().to_owned()),
        (
            "accepted_at",
            law::text_in("America/Bogota", row.accepted_at).unwrap_or_default(),
        ),
        ("code", row.code.clone()),
        ("value", row.value.to_string()),
    ];
    KnownSale {
        sale: row.id.get(),
        standing: row.standing(),
        passed: BTreeSet::new(),
        heard: BTreeSet::new(),
        fields: fields.map(|(key, value)| (key.to_owned(), value)).into(),
    }
}

fn shown(crossing: &Crossing, sha256: String, dry_run: bool) -> SaleCrossing {
    let moves = crossing.moves.iter().map(|planned| SaleCrossingMove {
        sale: planned.sale,
        line: planned.line,
        to: planned
            .to
            .iter()
            .map(|(stage, _)| stage.word().to_owned())
            .collect(),
    });
    let differences = crossing.differences.iter().map(|differs| SaleDifference {
        line: differs.line,
        sale: differs.sale,
        what: differs.what.word().to_owned(),
        message: differs.words.clone(),
    });
    SaleCrossing {
        sha256,
        dry_run,
        rows: crossing.rows,
        moved: crossing.moves.len() as u64,
        unchanged: crossing.unchanged,
        moves: moves.collect(),
        differences: differences.collect(),
    }
}

/// How it is read.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct How {
    /// Name of the file.
    file_name: String,
    /// Only say what it would come to.
    dry_run: bool,
}

/// The sales of a campaign as the client's tool reads them, by a mapping. In the audit log.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/sale-files/{mapping}", tag = "sales",
    responses((status = 200, content_type = "text/csv"), (status = 404, body = wire::Problem)))]
pub(crate) async fn export(
    State(app): State<App>,
    caller: Caller,
    Path((id, mapping)): Path<(i64, String)>,
) -> Result<Response, ApiError> {
    Viewer::of(&caller)?.desk()?;
    let id = CampaignId::new(id);
    find(app.store.as_ref(), id).await?;
    let file = export_sales(caller.store.as_ref(), id, &mapping, now()).await?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{mapping}.csv\""),
        ),
    ];
    Ok((headers, file.content).into_response())
}

/// Cross a file of the client's (CSV or XLSX) with the sales of a campaign: what it moves is moved, what does not agree is told by line.
/// The same file again moves nothing. In the audit log.
#[utoipa::path(post, path = "/api/v1/campaigns/{id}/sale-files/{mapping}", tag = "sales", params(How),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses((status = 200, body = SaleCrossing), (status = 404, body = wire::Problem), (status = 422, body = wire::Problem)))]
pub(crate) async fn import(
    State(app): State<App>,
    caller: Caller,
    Path((id, mapping)): Path<(i64, String)>,
    Query(how): Query<How>,
    content: Bytes,
) -> Result<Json<SaleCrossing>, ApiError> {
    Viewer::of(&caller)?.desk()?;
    let id = CampaignId::new(id);
    find(app.store.as_ref(), id).await?;
    let file = SaleFileRead {
        mapping: &mapping,
        name: &how.file_name,
        content: content.to_vec(),
        dry_run: how.dry_run,
    };
    import_sales(caller.store.as_ref(), id, file, now())
        .await
        .map(Json)
}
