//! What became of the records a client sent: each with its state on a day, adding up to what was received, or no file
//! at all. A file of a day of which calls were said to be something else since is written again, as its next version.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;

use campaigns::Campaign;
use chrono::{DateTime, NaiveDate};
use domain::{ListId, Timestamp};
use intake::{Acta, Discarded, csv_cell};
use law::Pack;
use reception::{Keyring, Plaintext, Recipient};
use store::{ContactList, LoadRow, ManagedRecord, RecordsWanted, ReturnFileRow, Store};
use wire::{ReturnTotals, ReturnedFile};

use crate::error::ApiError;
use crate::record_state::state_of;

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
    let until = day.to.min(at);
    let mut loads = store.loads(list.id).await?;
    // What came after the day was not received on it.
    loads.retain(|load| load.finished.is_some_and(|finished| finished < until));
    let before = store.return_files(campaign.id).await?;
    let before = before
        .iter()
        .find(|file| file.list == list.id && file.day == day.name);
    let version = before.map_or(1, |file| file.version.saturating_add(1));
    let mut writing = Writing::new(campaign, &list.name);
    let records = RecordsWanted {
        campaign: campaign.id,
        list: list.id,
        received_from: Timestamp::default(),
        received_to: until,
        day: day.from,
        until,
        attributes: false,
    };
    let mut after = None;
    loop {
        let rows = store.managed_records(&records, after, PAGE).await?;
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
    let name = file_name(&list, &day.name, version, at);
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
            corrected_at: None,
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
pub(crate) async fn sealed_return(
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

/// What a file is called: like no other, whatever lists are called and however many are written in one second.
fn file_name(list: &ContactList, day: &str, version: u32, at: Timestamp) -> String {
    let stamp = DateTime::from_timestamp_millis(at.as_millis());
    let stamp = stamp.map_or(String::new(), |at| at.format("%Y%m%d-%H%M%S").to_string());
    let again = match version {
        1 => String::new(),
        _ => format!("-v{version}"),
    };
    let (name, number) = (plain(&list.name), list.id);
    format!("retorno-{name}-{number}-{day}{again}-{stamp}.csv")
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
        let cells = cells.map(|cell| csv_cell(&cell, ';'));
        writeln!(self.text, "{}", cells.join(";")).map_err(ApiError::internal)
    }

    fn record(&mut self, row: &ManagedRecord) -> Result<(), ApiError> {
        let state = state_of(row);
        let last = row.calls.last.as_ref();
        // What decided later was not known then.
        let code = match row.calls.later {
            true => last.and_then(|call| call.code.clone()),
            false => row.code.clone(),
        };
        *self.totals.states.entry(state.to_owned()).or_default() += 1;
        *self.valid.entry(row.import.0).or_default() += 1;
        let code = code.unwrap_or_default();
        if state == "cerrado" {
            *self.totals.codes.entry(code.clone()).or_default() += 1;
        }
        let last = last.and_then(|call| DateTime::from_timestamp_millis(call.at.as_millis()));
        self.line([
            row.import.0.to_string(),
            row.record.to_string(),
            row.line.to_string(),
            row.document.clone(),
            row.phones
                .first()
                .map_or(String::new(), |phone| phone.as_u64().to_string()),
            state.to_owned(),
            code,
            row.calls.total.to_string(),
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

#[cfg(test)]
mod tests {
    use domain::{ContactId, WorkState};
    use store::{CallsMade, ImportId};

    use super::*;

    fn row(state: Option<WorkState>) -> ManagedRecord {
        ManagedRecord {
            contact: ContactId::new(1),
            import: ImportId(1),
            record: 1,
            line: 2,
            received_at: Timestamp::default(),
            document: "10".to_owned(),
            segment: String::new(),
            attributes: Vec::new(),
            phones: Vec::new(),
            state,
            suppressed: false,
            rule: None,
            next_at: None,
            promised: false,
            code: Some("VE01".to_owned()),
            calls: CallsMade::default(),
        }
    }

    #[test]
    fn a_file_that_does_not_add_up_is_none() {
        let campaign = Campaign::new(domain::CampaignId::new(1), "ventas");
        let mut writing = Writing::new(&campaign, "base");
        writing
            .record(&row(Some(WorkState::Closed)))
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
    fn a_name_is_good_for_a_file_anywhere() {
        assert_eq!(plain("Hogares / Marzo 2026"), "Hogares___Marzo_2026");
    }
}
