//! What a file is and how it is laid out, learnt from its first rows: shown as
//! a [`Preview`], and what the reading goes by.

use crate::acta::Format;
use crate::delimited::Dialect;
use crate::error::IntakeError;
use crate::guess::{guess, mapping_of};
use crate::kind::kind_of;
use crate::layout::Layout;
use crate::mapping::Mapping;
use crate::options::{Encoding, ImportOptions};
use crate::phone::NumberPlan;
use crate::preview::{Confidence, Guess, Preview};
use crate::row::{EachRow, Fingerprint, Row};
use crate::source::Source;

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
                return Err(IntakeError::Format {
                    file: source.file_name.clone(),
                    found: "a workbook",
                    advice: "save it as CSV",
                });
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
        }
    }

    pub(crate) fn format(&self) -> Format {
        match self.body {
            Body::Csv(_) => Format::Csv,
        }
    }

    pub(crate) fn encoding(&self) -> Option<Encoding> {
        match self.body {
            Body::Csv(dialect) => Some(dialect.encoding),
        }
    }

    pub(crate) fn delimiter(&self) -> Option<char> {
        match self.body {
            Body::Csv(dialect) => Some(char::from(dialect.delimiter)),
        }
    }

    /// The sheet that is read.
    pub(crate) fn sheet(&self) -> Option<String> {
        None
    }

    /// What the progress is measured against.
    pub(crate) fn whole(&self, source: &mut Source<'_>) -> Option<u64> {
        source.len()
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
        let plan = NumberPlan::new(options)?;
        let from = self.layout.data_from;
        let data = |row: &&Row| row.line >= from && row.fault.is_none() && !row.is_blank();
        let data: Vec<Row> = self.rows.iter().filter(data).cloned().collect();
        let guesses = match &options.mapping {
            Some(mapping) => {
                self.fits(mapping, &source.file_name)?;
                told(mapping)
            }
            None => guess(&self.layout, &data, &plan),
        };
        Ok(Preview {
            file_name: source.file_name.clone(),
            format: self.format(),
            encoding: self.encoding().map(|encoding| encoding.to_string()),
            delimiter: self.delimiter(),
            sheets: Vec::new(),
            sheet: self.sheet(),
            heading_line: self.layout.heading_line,
            mapping: mapping_of(&guesses),
            guesses,
            rows: data.into_iter().take(SHOWN).map(|row| row.cells).collect(),
        })
    }
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
