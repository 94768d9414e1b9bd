//! What a file is and how it is laid out, learnt from its first rows: shown as
//! a [`Preview`], and what the reading goes by.

use crate::acta::Format;
use crate::delimited::Dialect;
use crate::error::IntakeError;
use crate::guess::{guess, mapping_of};
use crate::kind::kind_of;
use crate::layout::Layout;
use crate::mapping::{Mapping, Role};
use crate::options::{Encoding, ImportOptions};
use crate::phone::NumberPlan;
use crate::preview::{Confidence, Guess, Preview};
use crate::row::{EachRow, Fingerprint, Row};
use crate::source::Source;
use crate::workbook::{self, Sheets};

/// Rows looked at to tell headings and roles.
const LOOKED_AT: usize = 300;
/// Rows shown.
const SHOWN: usize = 10;

pub(crate) struct Survey {
    pub(crate) body: Body,
    pub(crate) layout: Layout,
    rows: Vec<Row>,
}

/// How the rows are got at.
pub(crate) enum Body {
    Csv(Dialect),
    Xlsx(Sheets),
}

impl Survey {
    pub(crate) fn of(
        source: &mut Source<'_>,
        options: &ImportOptions,
    ) -> Result<Survey, IntakeError> {
        let (body, rows) = match kind_of(source, options)? {
            Format::Csv => {
                let head = source.head()?;
                let dialect = Dialect::of(head, options)?;
                let rows = dialect.rows_of_head(head, &options.limits, LOOKED_AT);
                (Body::Csv(dialect), rows)
            }
            Format::Xlsx => {
                let plan = NumberPlan::new(options)?;
                let file = source.file_name.clone();
                let has_phones = |rows: &[Row]| {
                    Layout::of(rows, options, &file).is_ok_and(|layout| {
                        let guesses = guess(&layout, &data(&layout, rows), &plan);
                        guesses.iter().any(|guess| guess.role == Role::Phone)
                    })
                };
                let (sheets, rows) = workbook::survey(source, options, LOOKED_AT, &has_phones)?;
                (Body::Xlsx(sheets), rows)
            }
        };
        if rows.iter().all(Row::is_blank) && rows.len() < LOOKED_AT {
            return Err(IntakeError::Empty {
                file: source.file_name.clone(),
            });
        }
        let layout = Layout::of(&rows, options, &source.file_name)?;
        Ok(Survey { body, layout, rows })
    }

    /// Gives every row of the file to `each`, titles and headings too.
    pub(crate) fn read(
        &self,
        source: &mut Source<'_>,
        options: &ImportOptions,
        each: &mut EachRow<'_>,
    ) -> Result<Fingerprint, IntakeError> {
        match &self.body {
            Body::Csv(dialect) => dialect.read(source, &options.limits, each),
            Body::Xlsx(sheets) => workbook::read(source, sheets, options, each),
        }
    }

    pub(crate) fn format(&self) -> Format {
        match self.body {
            Body::Csv(_) => Format::Csv,
            Body::Xlsx(_) => Format::Xlsx,
        }
    }

    pub(crate) fn encoding(&self) -> Option<Encoding> {
        match &self.body {
            Body::Csv(dialect) => Some(dialect.encoding),
            Body::Xlsx(_) => None,
        }
    }

    pub(crate) fn delimiter(&self) -> Option<char> {
        match &self.body {
            Body::Csv(dialect) => Some(char::from(dialect.delimiter)),
            Body::Xlsx(_) => None,
        }
    }

    /// The sheet that is read.
    pub(crate) fn sheet(&self) -> Option<String> {
        match &self.body {
            Body::Csv(_) => None,
            Body::Xlsx(sheets) => Some(sheets.chosen.clone()),
        }
    }

    /// Sheets with something in them may be among these; nobody reads them.
    pub(crate) fn other_sheets(&self) -> Vec<String> {
        match &self.body {
            Body::Csv(_) => Vec::new(),
            Body::Xlsx(sheets) => {
                let others = sheets.names.iter().filter(|name| **name != sheets.chosen);
                others.cloned().collect()
            }
        }
    }

    /// What the progress is measured against.
    pub(crate) fn whole(&self, source: &mut Source<'_>) -> Option<u64> {
        match &self.body {
            Body::Csv(_) => source.len(),
            Body::Xlsx(sheets) => Some(sheets.rows),
        }
    }

    /// The mapping given in the options, else the guess, with its reasons.
    pub(crate) fn guesses(
        &self,
        file: &str,
        options: &ImportOptions,
    ) -> Result<Vec<Guess>, IntakeError> {
        if let Some(mapping) = &options.mapping {
            self.fits(mapping, file)?;
            return Ok(told(mapping));
        }
        let plan = NumberPlan::new(options)?;
        Ok(guess(&self.layout, &data(&self.layout, &self.rows), &plan))
    }

    /// Whether a mapping was made for these columns.
    pub(crate) fn fits(&self, mapping: &Mapping, file: &str) -> Result<(), IntakeError> {
        let ours = &self.layout.headings;
        let same = mapping.columns.len() == ours.len()
            && mapping
                .columns
                .iter()
                .zip(ours)
                .all(|(column, heading)| column.heading == *heading);
        if same {
            return Ok(());
        }
        Err(IntakeError::Mapping {
            file: file.to_owned(),
            why: format!(
                "it is for the columns {}; the file has {}",
                mapping.headings(),
                ours.join(", ")
            ),
        })
    }

    pub(crate) fn preview(
        self,
        source: &Source<'_>,
        options: &ImportOptions,
    ) -> Result<Preview, IntakeError> {
        let guesses = self.guesses(&source.file_name, options)?;
        let rows = data(&self.layout, &self.rows).into_iter().take(SHOWN);
        Ok(Preview {
            file_name: source.file_name.clone(),
            format: self.format(),
            encoding: self.encoding().map(|encoding| encoding.to_string()),
            delimiter: self.delimiter(),
            sheets: match &self.body {
                Body::Csv(_) => Vec::new(),
                Body::Xlsx(sheets) => sheets.names.clone(),
            },
            sheet: self.sheet(),
            heading_line: self.layout.heading_line,
            mapping: mapping_of(&guesses),
            guesses,
            rows: rows.map(|row| row.cells).collect(),
        })
    }
}

/// The sound rows below the headings.
fn data(layout: &Layout, rows: &[Row]) -> Vec<Row> {
    let sound = |row: &&Row| row.line >= layout.data_from && row.fault.is_none() && !row.is_blank();
    rows.iter().filter(sound).cloned().collect()
}

/// What somebody decided needs no guess.
fn told(mapping: &Mapping) -> Vec<Guess> {
    let guess = |column: &crate::mapping::Column| Guess {
        heading: column.heading.clone(),
        role: column.role,
        confidence: Confidence::High,
        reason: "indicado por quien importa".to_owned(),
    };
    mapping.columns.iter().map(guess).collect()
}
