//! What became of the records a client sent: each with its state, adding up to what was received, or no file at all.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;

use campaigns::Campaign;
use chrono::DateTime;
use domain::{ListId, Timestamp, WorkState};
use intake::{Acta, Discarded};
use reception::{Keyring, Plaintext, Recipient};
use store::{LoadRow, ReturnRow, Store};
use wire::ReturnTotals;

use crate::error::ApiError;

/// Records read at once.
const PAGE: u32 = 5_000;
const HEADINGS: &str =
    "carga;registro;linea;documento;telefono;estado;codigo;intentos;ultimo_intento;motivo";

/// A return file before it is encrypted.
#[derive(Debug)]
pub struct ReturnFile {
    /// What it is called.
    pub name: String,
    /// CSV, UTF-8 with its mark, separated by semicolons.
    pub text: Plaintext,
    /// Its sums.
    pub totals: ReturnTotals,
}

/// The state of every record of a list in a campaign, checked against the actas of its loads.
pub async fn return_file(
    store: &dyn Store,
    campaign: &Campaign,
    list: ListId,
    at: Timestamp,
) -> Result<ReturnFile, ApiError> {
    let lists = store.lists().await?;
    let named = lists.into_iter().find(|it| it.id == list);
    let list = named.ok_or_else(|| ApiError::NotFound(format!("list {list}")))?;
    if !campaign.lists.contains(&list.id) {
        return Err(ApiError::Conflict(format!(
            "the campaign {} does not dial the list {}",
            campaign.name, list.name
        )));
    }
    let mut loads = store.loads(list.id).await?;
    loads.retain(|load| load.reverted.is_none());
    let mut writing = Writing::new(campaign, &list.name);
    let mut after = None;
    loop {
        let rows = store.returned(campaign.id, list.id, after, PAGE).await?;
        let Some(last) = rows.last() else { break };
        after = Some(last.contact);
        for row in &rows {
            writing.record(row)?;
        }
    }
    for load in &loads {
        writing.load(load)?;
    }
    writing.check()?;
    let day = DateTime::from_timestamp_millis(at.as_millis());
    let day = day.map_or(String::new(), |day| day.format("%Y%m%d-%H%M%S").to_string());
    Ok(ReturnFile {
        name: format!("retorno-{}-{day}.csv", plain(&list.name)),
        text: writing.text,
        totals: writing.totals,
    })
}

/// The file encrypted to a client's key, and what it is called then.
pub async fn sealed_return(
    file: ReturnFile,
    key: Recipient,
    ours: Arc<Keyring>,
) -> Result<(String, Vec<u8>), ApiError> {
    let sealing = tokio::task::spawn_blocking(move || {
        let mut sealed = Vec::new();
        let mut reader = file.text.into_reader();
        key.seal(&file.name, &mut reader, &ours, &mut sealed)?;
        Ok::<_, std::io::Error>((format!("{}.{}", file.name, key.ending()), sealed))
    });
    let sealed = sealing.await.map_err(ApiError::internal)?;
    sealed.map_err(ApiError::internal)
}

/// A name that is good for a file anywhere.
fn plain(name: &str) -> String {
    let letter = |c: char| {
        if c.is_alphanumeric() || c == '-' {
            c
        } else {
            '_'
        }
    };
    name.chars().take(80).map(letter).collect()
}

/// Where a record stands. One that is excluded is that first, closed before used up, and so on.
fn state_of(row: &ReturnRow) -> &'static str {
    match (row.suppressed, row.state) {
        (true, _) | (_, Some(WorkState::Suppressed)) => "excluido",
        (_, Some(WorkState::Closed)) => "cerrado",
        (_, Some(WorkState::Exhausted)) => "agotado",
        (_, Some(WorkState::Ready | WorkState::Leased) | None) if row.attempts > 0 => "en_gestion",
        (_, Some(WorkState::Ready | WorkState::Leased) | None) => "virgen",
    }
}

struct Writing {
    text: Plaintext,
    totals: ReturnTotals,
    /// Contacts by load.
    valid: BTreeMap<i64, u64>,
    /// What does not add up.
    off: Vec<String>,
}

impl Writing {
    fn new(campaign: &Campaign, list: &str) -> Writing {
        let mut text = Plaintext::default();
        writeln!(text, "\u{feff}{HEADINGS}").expect("memory takes any text");
        Writing {
            text,
            totals: ReturnTotals {
                campaign: campaign.name.clone(),
                list: list.to_owned(),
                received: 0,
                states: BTreeMap::new(),
                codes: BTreeMap::new(),
            },
            valid: BTreeMap::new(),
            off: Vec::new(),
        }
    }

    fn line(&mut self, cells: [String; 10]) -> Result<(), ApiError> {
        let cells = cells.map(quoted);
        writeln!(self.text, "{}", cells.join(";")).map_err(ApiError::internal)
    }

    fn record(&mut self, row: &ReturnRow) -> Result<(), ApiError> {
        let state = state_of(row);
        *self.totals.states.entry(state.to_owned()).or_default() += 1;
        *self.valid.entry(row.import.0).or_default() += 1;
        let code = row.code.clone().unwrap_or_default();
        if state == "cerrado" {
            *self.totals.codes.entry(code.clone()).or_default() += 1;
        }
        let last = row
            .last_at
            .and_then(|at| DateTime::from_timestamp_millis(at.as_millis()));
        self.line([
            row.import.0.to_string(),
            row.record.to_string(),
            row.line.to_string(),
            row.document.clone(),
            row.phone
                .map_or(String::new(), |phone| phone.as_u64().to_string()),
            state.to_owned(),
            code,
            row.attempts.to_string(),
            last.map_or(String::new(), |at| {
                at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
            }),
            String::new(),
        ])
    }

    /// The rows of a load that became no contact, and whether those that did are all there.
    fn load(&mut self, load: &LoadRow) -> Result<(), ApiError> {
        let acta: Acta = serde_json::from_str(&load.acta).map_err(ApiError::internal)?;
        self.totals.received += acta.received;
        let valid = self.valid.remove(&load.id.0).unwrap_or_default();
        if valid != acta.valid {
            let words = format!(
                "load {} has {valid} of {} valid records",
                load.id.0, acta.valid
            );
            self.off.push(words);
        }
        for (state, rows, count) in [
            ("rechazado", &acta.rejected_rows, acta.rejected_total()),
            ("duplicado", &acta.duplicate_rows, acta.duplicates.total()),
        ] {
            if count > 0 {
                *self.totals.states.entry(state.to_owned()).or_default() += count;
            }
            for row in rows {
                self.discarded(load.id.0, state, row)?;
            }
        }
        Ok(())
    }

    fn discarded(&mut self, load: i64, state: &str, row: &Discarded) -> Result<(), ApiError> {
        let none = String::new;
        self.line([
            load.to_string(),
            row.record.to_string(),
            row.line.to_string(),
            none(),
            none(),
            state.to_owned(),
            none(),
            "0".to_owned(),
            none(),
            row.why.words().to_owned(),
        ])
    }

    fn check(&mut self) -> Result<(), ApiError> {
        let sum: u64 = self.totals.states.values().sum();
        if sum != self.totals.received {
            let words = format!(
                "{sum} records have a state, {} were received",
                self.totals.received
            );
            self.off.push(words);
        }
        match self.off.is_empty() {
            true => Ok(()),
            false => Err(ApiError::Conflict(format!(
                "the return file of {} does not add up and was not written: {}",
                self.totals.list,
                self.off.join("; ")
            ))),
        }
    }
}

/// A cell as RFC 4180 has it.
fn quoted(cell: String) -> String {
    match cell.contains([';', '"', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell,
    }
}

#[cfg(test)]
mod tests {
    use domain::ContactId;
    use store::ImportId;

    use super::*;

    fn row(state: Option<WorkState>, attempts: u64, suppressed: bool) -> ReturnRow {
        ReturnRow {
            contact: ContactId::new(1),
            import: ImportId(1),
            record: 1,
            line: 2,
            document: "10".to_owned(),
            phone: None,
            state,
            suppressed,
            code: Some("VE01".to_owned()),
            attempts,
            last_at: None,
        }
    }

    #[test]
    fn a_record_has_one_state_the_strongest() {
        for (state, attempts, suppressed, wanted) in [
            (Some(WorkState::Ready), 0, false, "virgen"),
            (None, 0, false, "virgen"),
            (Some(WorkState::Leased), 0, false, "virgen"),
            (Some(WorkState::Ready), 2, false, "en_gestion"),
            (Some(WorkState::Exhausted), 6, false, "agotado"),
            (Some(WorkState::Closed), 1, false, "cerrado"),
            (Some(WorkState::Suppressed), 0, false, "excluido"),
            // Asked never to be called again after a sale.
            (Some(WorkState::Closed), 1, true, "excluido"),
        ] {
            assert_eq!(
                state_of(&row(state, attempts, suppressed)),
                wanted,
                "{state:?}"
            );
        }
    }

    #[test]
    fn a_file_that_does_not_add_up_is_none() {
        let campaign = Campaign::new(domain::CampaignId::new(1), "ventas");
        let mut writing = Writing::new(&campaign, "base");
        writing
            .record(&row(Some(WorkState::Closed), 1, false))
            .expect("memory");
        writing.totals.received = 1;
        writing.check().expect("one of one");
        assert_eq!(writing.totals.codes["VE01"], 1);
        writing.totals.received = 2;
        let problem = writing.check().expect_err("one of two").to_string();
        assert!(
            problem.contains("1 records have a state, 2 were received"),
            "{problem}"
        );
    }

    #[test]
    fn a_cell_is_quoted_where_it_must_be() {
        assert_eq!(quoted("a;\"b\"".to_owned()), "\"a;\"\"b\"\"\"");
        assert_eq!(quoted("1020".to_owned()), "1020");
        assert_eq!(plain("Hogares / Marzo 2026"), "Hogares___Marzo_2026");
    }
}
