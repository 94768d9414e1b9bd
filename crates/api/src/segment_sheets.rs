//! Segments by Excel: a base, or whom a rule takes of it, out into a workbook with its columns, what was tried and its
//! segments; the edited workbook back in. A row says by its record who it is; whoever was given another segment keeps
//! it whatever rules say, and an emptied cell lets the rules decide again. All of a workbook holds, or nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use campaigns::{Campaign, REST_NAME};
use chrono::NaiveDate;
use domain::{ContactId, ListId, SegmentId};
use intake::{
    IntakeError, SegmentSheet, SheetError, SheetFault, SheetRow, Source, read_segment_sheet,
};
use segments::Segment;
use store::{SegmentSet, SegmentSubject, Store, Subjects};
use wire::{SegmentSheetProblem, SegmentSheetRead};

use crate::campaign_rules::{CampaignColumns, campaign_columns};
use crate::error::ApiError;
use crate::segment_count::read;

/// Contacts read at a time.
const PAGE: u32 = 5_000;
/// Records looked up at a time.
const LOOKED_UP: usize = 1_000;
/// Problems told of one workbook.
const PROBLEMS_MAX: usize = 100;

/// Which contacts of a campaign go out.
#[derive(Clone, Debug, Default)]
pub struct SheetWanted {
    /// Those of this list; all when absent.
    pub list: Option<ListId>,
    /// Those a rule takes; all when empty.
    pub rule: String,
}

/// Writes contacts of a campaign to a workbook; says how many.
pub async fn write_segment_sheet(
    store: &dyn Store,
    campaign: &Campaign,
    wanted: &SheetWanted,
    today: NaiveDate,
    path: &Path,
) -> Result<u32, ApiError> {
    let columns = campaign_columns(store, campaign).await?;
    let rule = match wanted.rule.trim() {
        "" => None,
        rule => Some(read(rule, &columns.schema)?),
    };
    let names = names_of(store.segments(campaign.id).await?.as_ref());
    let headings: Vec<String> = columns
        .schema
        .columns()
        .iter()
        .map(|one| one.name.clone())
        .collect();
    let mut sheet = SegmentSheet::new(&headings).map_err(unwritten)?;
    let mut after = None;
    loop {
        let which = match wanted.list {
            Some(list) => Subjects::OfList(list, after),
            None => Subjects::After(after),
        };
        let page = store.segment_subjects(campaign.id, which, PAGE).await?;
        let Some(last) = page.last() else {
            break;
        };
        after = Some(last.contact.id);
        for subject in page.iter().filter(|subject| subject.attached) {
            if is_wanted(rule.as_ref(), &columns, subject, today) {
                let segment = subject.segment.and_then(|id| names.get(&id));
                let cells = cells_of(&columns, subject);
                let segment = segment.map_or("", String::as_str);
                sheet
                    .contact(subject.contact.id.get(), &cells, segment)
                    .map_err(unwritten)?;
            }
        }
    }
    sheet.save(path).map_err(unwritten)
}

fn unwritten(error: SheetError) -> ApiError {
    match error {
        SheetError::Full => ApiError::Invalid(error.to_string()),
        SheetError::Write(_) => ApiError::internal(error),
    }
}

fn is_wanted(
    rule: Option<&Segment>,
    columns: &CampaignColumns,
    subject: &SegmentSubject,
    today: NaiveDate,
) -> bool {
    rule.is_none_or(|rule| rule.takes(&columns.row(subject), today))
}

fn cells_of(columns: &CampaignColumns, subject: &SegmentSubject) -> Vec<String> {
    let row = columns.row(subject);
    let all = 0..columns.schema.columns().len();
    all.map(|column| row.text(column).into_owned()).collect()
}

/// Names by number; 0 is the rest.
fn names_of(set: Option<&SegmentSet>) -> BTreeMap<SegmentId, String> {
    let segments = set.into_iter().flat_map(|set| &set.segmentation.segments);
    let named = segments.map(|segment| (segment.id, segment.name.clone()));
    named
        .chain([(SegmentId::new(0), REST_NAME.to_owned())])
        .collect()
}

/// Takes an edited workbook in. With problems nothing is changed.
pub async fn take_segment_sheet(
    store: &dyn Store,
    campaign: &Campaign,
    file: &Path,
    name: &str,
) -> Result<SegmentSheetRead, ApiError> {
    let Some(set) = store.segments(campaign.id).await? else {
        let words = format!(
            "the campaign {} has no segments; save them first",
            campaign.name
        );
        return Err(ApiError::Conflict(words));
    };
    let file = file.to_owned();
    let reading = tokio::task::spawn_blocking(move || {
        let mut source = Source::open(&file)?;
        read_segment_sheet(&mut source)
    });
    let rows = match reading.await.map_err(ApiError::internal)?.map_err(unread)? {
        Ok(rows) => rows,
        Err(faults) => return Ok(refused(faults)),
    };
    let (pins, mut problems) = pins_of(&rows, &set);
    problems.extend(strangers(store, campaign, &rows).await?);
    let mut told = SegmentSheetRead {
        rows: rows.len() as u64,
        edited: pins.len() as u64,
        changed: 0,
        problems,
    };
    told.problems.sort_by_key(|problem| problem.row);
    told.problems.truncate(PROBLEMS_MAX);
    if told.problems.is_empty() {
        let why = format!("{} of {} records, by {name}", pins.len(), rows.len());
        told.changed = store.pin_contacts(campaign.id, &pins, &why).await?;
    }
    Ok(told)
}

fn unread(error: IntakeError) -> ApiError {
    match error {
        IntakeError::Read { .. } => ApiError::internal(error),
        other => ApiError::Invalid(other.to_string()),
    }
}

fn refused(faults: Vec<SheetFault>) -> SegmentSheetRead {
    let problem = |fault: SheetFault| SegmentSheetProblem {
        row: fault.line,
        message: fault.message,
    };
    SegmentSheetRead {
        problems: faults.into_iter().map(problem).collect(),
        ..SegmentSheetRead::default()
    }
}

type Pins = Vec<(ContactId, Option<SegmentId>)>;

/// Which records somebody gave another segment, and cells that name none.
fn pins_of(rows: &[SheetRow], set: &SegmentSet) -> (Pins, Vec<SegmentSheetProblem>) {
    let names = names_of(Some(set));
    let by_name: BTreeMap<String, SegmentId> = names
        .iter()
        .map(|(id, name)| (name.to_lowercase(), *id))
        .collect();
    let (mut pins, mut problems) = (Pins::new(), Vec::new());
    for row in rows
        .iter()
        .filter(|row| row.written.as_deref() != Some(&row.segment))
    {
        let name = row.segment.trim_start_matches('\'').to_lowercase();
        let segment = by_name.get(&name).copied();
        if segment.is_none() && !name.is_empty() {
            let known: Vec<&str> = names.values().map(String::as_str).collect();
            problems.push(SegmentSheetProblem {
                row: row.line,
                message: format!(
                    "la campaña no tiene un segmento `{}`; tiene: {}",
                    row.segment,
                    known.join(", ")
                ),
            });
            continue;
        }
        pins.push((ContactId::new(row.contact), segment));
    }
    (pins, problems)
}

/// Records that are not the campaign's: unknown ones, and those of lists it does not dial.
async fn strangers(
    store: &dyn Store,
    campaign: &Campaign,
    rows: &[SheetRow],
) -> Result<Vec<SegmentSheetProblem>, ApiError> {
    let mut problems = Vec::new();
    for some in rows.chunks(LOOKED_UP) {
        let ids: Vec<ContactId> = some.iter().map(|row| ContactId::new(row.contact)).collect();
        let known = store.contacts_of_campaign(campaign.id, &ids).await?;
        let ours: BTreeSet<ContactId> = known
            .iter()
            .filter(|(_, attached)| *attached)
            .map(|(id, _)| *id)
            .collect();
        for row in some
            .iter()
            .filter(|row| !ours.contains(&ContactId::new(row.contact)))
        {
            if problems.len() < PROBLEMS_MAX {
                problems.push(stranger(store, campaign, row).await?);
            }
        }
    }
    Ok(problems)
}

async fn stranger(
    store: &dyn Store,
    campaign: &Campaign,
    row: &SheetRow,
) -> Result<SegmentSheetProblem, ApiError> {
    let message = match store.contact(ContactId::new(row.contact)).await? {
        None => format!("no existe el registro {}", row.contact),
        Some(contact) => {
            let lists = store.lists().await?;
            let list = lists.into_iter().find(|list| list.id == contact.list);
            let list = list.map_or_else(|| contact.list.to_string(), |list| list.name);
            format!(
                "el registro {} es de la base `{list}` y no está en la campaña {}",
                row.contact, campaign.name
            )
        }
    };
    Ok(SegmentSheetProblem {
        row: row.line,
        message,
    })
}
