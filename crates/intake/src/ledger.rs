//! Decides on each row and keeps the account: every row received ends as valid,
//! rejected or duplicate, and nowhere else.

use crate::acta::{Acta, Discarded, DuplicateBy, Reason, Why};
use crate::columns::{Columns, Parts};
use crate::error::{IntakeError, SinkError};
use crate::options::Limits;
use crate::phone::NumberPlan;
use crate::row::Row;
use crate::seen::{Known, Seen};
use crate::sink::{ImportedContact, Sink, Verdict};

pub(crate) struct Ledger<'a> {
    pub(crate) acta: Acta,
    pub(crate) columns: Columns,
    pub(crate) plan: NumberPlan,
    pub(crate) limits: Limits,
    pub(crate) data_from: u64,
    pub(crate) heading_line: Option<u64>,
    pub(crate) sink: &'a mut dyn Sink,
    pub(crate) seen: Seen,
    pub(crate) rounded_documents: u64,
}

impl Ledger<'_> {
    /// Takes one row of the file, whatever it is.
    pub(crate) fn take(&mut self, row: Row) -> Result<(), IntakeError> {
        if row.line < self.data_from {
            self.above_data(&row);
            return Ok(());
        }
        if row.is_blank() {
            self.acta.blank_lines += 1;
            return Ok(());
        }
        self.acta.received += 1;
        if self.acta.received > self.limits.rows {
            return Err(IntakeError::Limit {
                file: self.acta.file_name.clone(),
                line: row.line,
                why: format!("more than {} rows; split the base", self.limits.rows),
            });
        }
        if let Some(reason) = row.fault {
            return self.discard(&row, Why::Rejected(reason), "");
        }
        if row.width() > self.columns.count() {
            return self.discard(&row, Why::Rejected(Reason::TooManyCells), "");
        }
        self.contact(&row)
    }

    fn above_data(&mut self, row: &Row) {
        if row.is_blank() {
            self.acta.blank_lines += 1;
        } else if self.heading_line != Some(row.line) {
            self.acta.title_lines += 1;
        }
    }

    fn contact(&mut self, row: &Row) -> Result<(), IntakeError> {
        let parts = self
            .columns
            .parts(&row.cells, &self.plan, self.limits.phones);
        if parts.phones.numbers.is_empty() {
            let (reason, column) = match parts.refused {
                Some((reason, index)) => (reason, self.columns.heading(index).to_owned()),
                None => (Reason::NoPhone, self.columns.first_phone().to_owned()),
            };
            return self.discard(row, Why::Rejected(reason), &column);
        }
        if let Some(column) = parts.no_basis {
            let column = self.columns.heading(column).to_owned();
            return self.discard(row, Why::Rejected(Reason::NoLegalBasis), &column);
        }
        let known = self.seen.meet(&parts.document.text, &parts.phones.numbers);
        let shares_phone = match known {
            Known::Duplicate(by) => return self.discard(row, Why::Duplicate(by), ""),
            Known::New { shares_phone } => shares_phone,
        };
        let contact = ImportedContact {
            record: self.acta.received,
            line: row.line,
            document: parts.document.text.clone(),
            name: parts.name.clone(),
            segment: parts.segment.clone(),
            phones: parts.phones.numbers.clone(),
            attributes: parts.attributes.clone(),
            shared_phone: shares_phone,
        };
        match self.sink.accept(contact) {
            Ok(Verdict::Accepted) => self.count_valid(&parts, shares_phone),
            Ok(Verdict::DuplicateDocument) => {
                return self.discard(row, Why::Duplicate(DuplicateBy::Document), "");
            }
            Ok(Verdict::DuplicatePhone) => {
                return self.discard(row, Why::Duplicate(DuplicateBy::Phone), "");
            }
            Err(source) => return Err(self.store_error(source)),
        }
        Ok(())
    }

    fn count_valid(&mut self, parts: &Parts, shares_phone: bool) {
        let acta = &mut self.acta;
        acta.valid += 1;
        acta.phones += parts.phones.numbers.len() as u64;
        acta.shared_phones += u64::from(shares_phone);
        acta.without_document += u64::from(parts.document.text.is_empty());
        self.rounded_documents += u64::from(parts.document.rounded);
        for reason in &parts.phones.left_out {
            *acta.phones_left_out.entry(*reason).or_default() += 1;
        }
        for repair in &parts.phones.repairs {
            match acta.repairs.get_mut(*repair) {
                Some(count) => *count += 1,
                None => {
                    acta.repairs.insert((*repair).to_owned(), 1);
                }
            }
        }
    }

    /// Counts a row that is not valid, lists it, and tells the sink.
    fn discard(&mut self, row: &Row, why: Why, column: &str) -> Result<(), IntakeError> {
        let discarded = Discarded {
            record: self.acta.received,
            line: row.line,
            why,
            column: column.to_owned(),
        };
        let listed = match why {
            Why::Rejected(reason) => {
                *self.acta.rejected.entry(reason).or_default() += 1;
                &mut self.acta.rejected_rows
            }
            Why::Duplicate(by) => {
                match by {
                    DuplicateBy::Document => self.acta.duplicates.by_document += 1,
                    DuplicateBy::Phone => self.acta.duplicates.by_phone += 1,
                }
                &mut self.acta.duplicate_rows
            }
        };
        if listed.len() < self.limits.rows_listed {
            listed.push(discarded.clone());
        }
        let told = self.sink.discard(&discarded, &row.cells);
        told.map_err(|source| self.store_error(source))
    }

    /// After the last row: what the sink found out late, and the warnings.
    pub(crate) fn close(mut self) -> Result<Acta, IntakeError> {
        let late = match self.sink.finish() {
            Ok(late) => late,
            Err(source) => return Err(self.store_error(source)),
        };
        // A sink cannot take back more than it accepted.
        let by_document = late.by_document.min(self.acta.valid);
        let by_phone = late.by_phone.min(self.acta.valid - by_document);
        self.acta.valid -= by_document + by_phone;
        self.acta.shared_phones += late.shared.min(self.acta.valid);
        self.acta.duplicates.by_document += by_document;
        self.acta.duplicates.by_phone += by_phone;
        self.warn();
        Ok(self.acta)
    }

    fn warn(&mut self) {
        let acta = &mut self.acta;
        if self.heading_line.is_none() {
            acta.warnings.push(
                "el archivo no trae encabezados; las columnas se reconocieron por su contenido"
                    .to_owned(),
            );
        }
        if !self.columns.have_documents() {
            acta.warnings.push(
                "ninguna columna trae el documento; los duplicados se buscaron por teléfono"
                    .to_owned(),
            );
        }
        if self.rounded_documents > 0 {
            acta.warnings.push(format!(
                "{} documentos en notación científica perdieron dígitos y se dejaron vacíos",
                self.rounded_documents
            ));
        }
        let rejected = acta.rejected_total();
        if rejected * 5 > acta.received {
            acta.warnings.push(format!(
                "se rechazó más de la quinta parte de las filas ({rejected} de {}); revise el mapeo de columnas",
                acta.received
            ));
        }
    }

    fn store_error(&self, source: SinkError) -> IntakeError {
        IntakeError::Store {
            record: self.acta.received,
            source,
        }
    }
}
