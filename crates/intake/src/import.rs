//! The entry points: look at a file, then read it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use domain::Rate;

use crate::acta::{Acta, Duplicates};
use crate::columns::Columns;
use crate::error::IntakeError;
use crate::guess::mapping_of;
use crate::ledger::Ledger;
use crate::legal_basis;
use crate::mapping::Mapping;
use crate::options::ImportOptions;
use crate::phone::NumberPlan;
use crate::preview::Preview;
use crate::row::Fingerprint;
use crate::seen::Seen;
use crate::sink::{Progress, Sink};
use crate::source::Source;
use crate::survey::Survey;

/// Rows between two reports of progress.
const ROWS_PER_REPORT: u64 = 1_000;

/// Looks at a file: what it is, and what would be read from each column. With
/// a mapping in the options, that one is shown instead of a guess.
pub fn inspect(source: &mut Source<'_>, options: &ImportOptions) -> Result<Preview, IntakeError> {
    let survey = Survey::of(source, options)?;
    survey.preview(source, options)
}

/// Looks at a file and reads it by the mapping found (or given in the options).
pub fn import(
    source: &mut Source<'_>,
    options: &ImportOptions,
    sink: &mut dyn Sink,
    progress: &mut dyn FnMut(Progress),
) -> Result<Acta, IntakeError> {
    let survey = Survey::of(source, options)?;
    let mapping = mapping_of(&survey.guesses(&source.file_name, options)?);
    read_surveyed(source, &survey, &mapping, options, sink, progress)
}

/// Reads a file, gives its contacts to the sink, and accounts for every row.
///
/// On an error nothing more reaches the sink and its `finish` is not called:
/// what it holds is to be thrown away.
pub fn read(
    source: &mut Source<'_>,
    mapping: &Mapping,
    options: &ImportOptions,
    sink: &mut dyn Sink,
    progress: &mut dyn FnMut(Progress),
) -> Result<Acta, IntakeError> {
    let survey = Survey::of(source, options)?;
    survey.fits(mapping, &source.file_name)?;
    read_surveyed(source, &survey, mapping, options, sink, progress)
}

fn read_surveyed(
    source: &mut Source<'_>,
    survey: &Survey,
    mapping: &Mapping,
    options: &ImportOptions,
    sink: &mut dyn Sink,
    progress: &mut dyn FnMut(Progress),
) -> Result<Acta, IntakeError> {
    let columns = Columns::of(mapping);
    if !columns.have_phones() {
        return Err(IntakeError::NoPhoneColumn {
            file: source.file_name.clone(),
            headings: mapping.headings(),
        });
    }
    if !columns.have_legal_basis() && !legal_basis::is_one(&options.legal_basis) {
        return Err(IntakeError::NoLegalBasis {
            file: source.file_name.clone(),
        });
    }
    sink.headings(&survey.layout.headings)
        .map_err(|source| IntakeError::Store { record: 0, source })?;
    let whole = survey.whole(source);
    let mut ledger = Ledger {
        acta: blank_acta(source, survey, mapping, options),
        columns,
        plan: NumberPlan::new(options)?,
        limits: options.limits,
        data_from: survey.layout.data_from,
        heading_line: survey.layout.heading_line,
        sink,
        seen: Seen::default(),
        rounded_documents: 0,
    };
    let bytes = survey.read(source, options, &mut |row| {
        let done = row.done;
        let before = ledger.acta.received;
        ledger.take(row)?;
        let rows = ledger.acta.received;
        if rows != before && rows.is_multiple_of(ROWS_PER_REPORT) {
            let share = whole.and_then(|whole| Rate::of(done.min(whole), whole));
            progress(Progress { rows, share });
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if ledger.acta.received == 0 {
        return Err(IntakeError::Empty {
            file: source.file_name.clone(),
        });
    }
    note_bytes(&mut ledger.acta, &bytes);
    let acta = ledger.close()?;
    progress(Progress {
        rows: acta.received,
        share: Rate::new(1.0),
    });
    Ok(acta)
}

fn note_bytes(acta: &mut Acta, bytes: &Fingerprint) {
    acta.sha256.clone_from(&bytes.sha256);
    acta.bytes = bytes.bytes;
    if bytes.odd_cells > 0 {
        acta.warnings.push(format!(
            "{} celdas no estaban en UTF-8 y se leyeron como Windows-1252",
            bytes.odd_cells
        ));
    }
}

fn blank_acta(
    source: &Source<'_>,
    survey: &Survey,
    mapping: &Mapping,
    options: &ImportOptions,
) -> Acta {
    Acta {
        list_name: options.list_name.clone(),
        file_name: source.file_name.clone(),
        sha256: String::new(),
        bytes: 0,
        format: survey.format(),
        encoding: survey.encoding().map(|encoding| encoding.to_string()),
        delimiter: survey.delimiter(),
        sheet: survey.sheet(),
        region: options.region.clone(),
        legal_basis: options.legal_basis.clone(),
        mapping: mapping.clone(),
        received: 0,
        valid: 0,
        rejected: BTreeMap::new(),
        duplicates: Duplicates::default(),
        blank_lines: 0,
        title_lines: 0,
        shared_phones: 0,
        without_document: 0,
        phones: 0,
        phones_left_out: BTreeMap::new(),
        repairs: BTreeMap::new(),
        rejected_rows: Vec::new(),
        duplicate_rows: Vec::new(),
        warnings: unread_sheets(survey),
        started_ms: None,
        finished_ms: None,
        sealed: None,
        loaded_by: None,
        excluded: BTreeMap::new(),
        law_packs: Vec::new(),
    }
}

fn unread_sheets(survey: &Survey) -> Vec<String> {
    let others = survey.other_sheets();
    if others.is_empty() {
        return Vec::new();
    }
    vec![format!(
        "hojas del libro que no se leyeron: {}",
        others.join(", ")
    )]
}
