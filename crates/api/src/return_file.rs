//! What became of the records a client sent: each with its state on a day, adding up to what was received, or no file
//! at all. A file of a day of which calls were said to be something else since is written again, as its next version.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;

use campaigns::Campaign;
use chrono::{DateTime, NaiveDate};
use domain::{ListId, Timestamp, WorkState};
use intake::{Acta, Discarded};
use law::Pack;
use reception::{Keyring, Plaintext, Recipient};
use store::{LoadRow, ReturnFileRow, ReturnRow, Store};
use wire::{ReturnTotals, ReturnedFile};

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
    /// What is written down of it before it goes.
    pub row: ReturnFileRow,
}

/// The state of every record of a list in a campaign on a day, or now, checked against the actas of its loads. Of a day
/// that is over it is as that day ended, by what is said of its calls now.
pub async fn return_file(
    store: &dyn Store,
    campaign: &Campaign,
    list: ListId,
    day: Option<NaiveDate>,
    at: Timestamp,
) -> Result<ReturnFile, ApiError> {
    let day = Day::of(campaign, day, at)?;
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
    let before = store.return_files(campaign.id).await?;
    let before = before
        .iter()
        .find(|file| file.list == list.id && file.day == day.name);
    let version = before.map_or(1, |file| file.version.saturating_add(1));
    let mut writing = Writing::new(campaign, &list.name);
    let (mut after, until) = (None, day.to.min(at));
    loop {
        let rows = store
            .returned(campaign.id, list.id, until, after, PAGE)
            .await?;
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
    writing.footer(&day.name, version, at)?;
    let stamp = DateTime::from_timestamp_millis(at.as_millis());
    let stamp = stamp.map_or(String::new(), |at| at.format("%Y%m%d-%H%M%S").to_string());
    let again = match version {
        1 => String::new(),
        _ => format!("-{}-v{version}", day.name),
    };
    let name = format!("retorno-{}{again}-{stamp}.csv", plain(&list.name));
    Ok(ReturnFile {
        row: ReturnFileRow {
            campaign: campaign.id,
            list: list.id,
            day: day.name,
            from: day.from,
            to: day.to,
            version,
            at,
            by: String::new(),
            file_name: name.clone(),
            sha256: writing.text.sha256(),
            records: writing.totals.received,
            corrections: 0,
        },
        name,
        text: writing.text,
        totals: writing.totals,
    })
}

/// A day by the clock of a campaign's law pack.
struct Day {
    name: String,
    from: Timestamp,
    to: Timestamp,
}

impl Day {
    fn of(campaign: &Campaign, day: Option<NaiveDate>, at: Timestamp) -> Result<Day, ApiError> {
        let pack = Pack::by_id(&campaign.law_pack);
        let pack = pack.map_err(|problem| ApiError::Invalid(problem.to_string()))?;
        let today = pack.today(at).unwrap_or_default();
        let day = day.unwrap_or(today);
        if day > today {
            return Err(ApiError::Invalid(format!("{day} is still to come")));
        }
        let from = pack.begins(day);
        Ok(Day {
            name: day.to_string(),
            from,
            to: pack.tomorrow(from),
        })
    }
}

/// The files that went back from a campaign, the last version of each, and which are to be written again.
pub async fn return_files(
    store: &dyn Store,
    campaign: &Campaign,
) -> Result<Vec<ReturnedFile>, ApiError> {
    let lists = store.lists().await?;
    let name = |id: ListId| lists.iter().find(|list| list.id == id);
    let shown = |file: &ReturnFileRow| ReturnedFile {
        list: file.list.get(),
        list_name: name(file.list).map_or(String::new(), |list| list.name.clone()),
        day: file.day.clone(),
        version: file.version,
        written_at: file.at.as_millis(),
        restated_at: (file.version > 1).then_some(file.at.as_millis()),
        written_by: file.by.clone(),
        file_name: file.file_name.clone(),
        sha256: file.sha256.clone(),
        records: file.records,
        corrections: file.corrections,
        to_be_restated: file.corrections > 0,
    };
    let files = store.return_files(campaign.id).await?;
    Ok(files.iter().map(shown).collect())
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
    // Whoever was called after that was neither done with by then nor forbidden to call.
    if row.called_later {
        return if row.attempts > 0 {
            "en_gestion"
        } else {
            "virgen"
        };
    }
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

    /// Which day and version this is; no record.
    fn footer(&mut self, day: &str, version: u32, at: Timestamp) -> Result<(), ApiError> {
        let at = DateTime::from_timestamp_millis(at.as_millis()).filter(|_| version > 1);
        let restated = at.map_or(String::new(), |at| {
            at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
        });
        let mut cells = <[String; 10]>::default();
        cells[0] = "pie".to_owned();
        cells[1] = format!("dia={day}");
        cells[2] = format!("version={version}");
        cells[3] = format!("restated_at={restated}");
        self.line(cells)
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
            called_later: false,
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
    fn who_was_called_after_the_day_was_still_in_work_on_it() {
        let then = |attempts| ReturnRow {
            called_later: true,
            ..row(Some(WorkState::Closed), attempts, true)
        };
        assert_eq!(state_of(&then(2)), "en_gestion");
        assert_eq!(state_of(&then(0)), "virgen");
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
