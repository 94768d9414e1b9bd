//! The acta as text, for terminals and for files beside a base.

use std::fmt;

use chrono::DateTime;

use crate::acta::{Acta, Discarded};

/// Rows of each kind that `{}` prints; `{:#}` prints all that are listed.
const ROWS_SHOWN: usize = 20;

/// The acta as people sign it, in Spanish: the first discarded rows with `{}`,
/// all of them with `{:#}`.
impl fmt::Display for Acta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "ACTA DE CARGUE")?;
        self.write_file(f)?;
        self.write_sums(f)?;
        self.write_details(f)?;
        write_rows(
            f,
            "Filas rechazadas",
            &self.rejected_rows,
            self.rejected_total(),
        )?;
        write_rows(
            f,
            "Filas duplicadas",
            &self.duplicate_rows,
            self.duplicates.total(),
        )
    }
}

impl Acta {
    fn write_file(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Lista:           {}", self.list_name)?;
        write!(
            f,
            "Archivo:         {} ({} bytes, {}",
            self.file_name, self.bytes, self.format
        )?;
        if let Some(encoding) = &self.encoding {
            write!(f, ", {encoding}")?;
        }
        if let Some(delimiter) = self.delimiter {
            let shown = if delimiter == '\t' {
                "tabulador".to_owned()
            } else {
                delimiter.to_string()
            };
            write!(f, ", separador {shown}")?;
        }
        if let Some(sheet) = &self.sheet {
            write!(f, ", hoja {sheet}")?;
        }
        writeln!(f, ")")?;
        writeln!(f, "SHA-256:         {}", self.sha256)?;
        if let Some(sealed) = &self.sealed {
            writeln!(
                f,
                "Recibido como:   {} ({})",
                sealed.file_name, sealed.envelope
            )?;
            writeln!(f, "  SHA-256:       {}", sealed.sha256)?;
            let signer = sealed.signer.as_deref().unwrap_or("sin firma conocida");
            writeln!(f, "  firma:         {signer}")?;
        }
        writeln!(f, "Base legal:      {}", self.legal_basis)?;
        if let Some(by) = &self.loaded_by {
            writeln!(f, "Cargado por:     {by}")?;
        }
        for (label, millis) in [
            ("Inicio:  ", self.started_ms),
            ("Fin:     ", self.finished_ms),
        ] {
            if let Some(at) = millis.and_then(DateTime::from_timestamp_millis) {
                writeln!(f, "{label}        {}", at.format("%Y-%m-%d %H:%M:%S UTC"))?;
            }
        }
        Ok(())
    }

    fn write_sums(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nRecibidos        {:>10}", self.received)?;
        writeln!(f, "  válidos        {:>10}", self.valid)?;
        for (reason, count) in &self.excluded {
            writeln!(f, "    {count:>8}  no se llamarán: {reason}")?;
        }
        writeln!(f, "  rechazados     {:>10}", self.rejected_total())?;
        for (reason, count) in &self.rejected {
            writeln!(f, "    {count:>8}  {}", reason.words())?;
        }
        writeln!(f, "  duplicados     {:>10}", self.duplicates.total())?;
        for (count, words) in [
            (self.duplicates.by_document, "por documento"),
            (self.duplicates.by_phone, "por teléfono"),
        ] {
            if count > 0 {
                writeln!(f, "    {count:>8}  {words}")?;
            }
        }
        let verdict = if self.balances() {
            "cuadra"
        } else {
            "NO CUADRA"
        };
        writeln!(
            f,
            "Cuadre: {} = {} + {} + {}: {verdict}",
            self.received,
            self.valid,
            self.rejected_total(),
            self.duplicates.total()
        )
    }

    fn write_details(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nTeléfonos de los válidos: {}", self.phones)?;
        for (reason, count) in &self.phones_left_out {
            writeln!(f, "  {count} no usados: {}", reason.words())?;
        }
        for (repair, count) in &self.repairs {
            writeln!(f, "  {count} reparados: {repair}")?;
        }
        writeln!(f, "Válidos sin documento: {}", self.without_document)?;
        writeln!(
            f,
            "Válidos con un teléfono compartido: {}",
            self.shared_phones
        )?;
        writeln!(
            f,
            "No recibidos: {} líneas en blanco, {} líneas de título",
            self.blank_lines, self.title_lines
        )?;
        for warning in &self.warnings {
            writeln!(f, "Atención: {warning}")?;
        }
        writeln!(f, "\nColumnas:")?;
        for column in &self.mapping.columns {
            writeln!(f, "  {} → {}", column.heading, column.role)?;
        }
        Ok(())
    }
}

fn write_rows(
    f: &mut fmt::Formatter<'_>,
    title: &str,
    rows: &[Discarded],
    total: u64,
) -> fmt::Result {
    if rows.is_empty() {
        return Ok(());
    }
    writeln!(f, "\n{title}:")?;
    let shown = if f.alternate() {
        rows.len()
    } else {
        rows.len().min(ROWS_SHOWN)
    };
    for row in &rows[..shown] {
        write!(
            f,
            "  registro {}, línea {}: {}",
            row.record,
            row.line,
            row.why.words()
        )?;
        if !row.column.is_empty() {
            write!(f, " ({})", row.column)?;
        }
        writeln!(f)?;
    }
    let listed = u64::try_from(shown).unwrap_or(u64::MAX);
    if total > listed {
        writeln!(f, "  … y {} más", total - listed)?;
    }
    Ok(())
}
