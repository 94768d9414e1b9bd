//! `attempts export`: the twin of the import. The same columns, so that what one record wrote another takes in; and what a
//! client's tool reads of attempts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::Path;

use campaigns::EditedColumn;
use chrono::{DateTime, SecondsFormat};
use domain::{AgentId, Contact, ContactId, ContactPhone, Outcome, Timestamp};
use intake::csv_line;
use store::{AttemptFilter, AttemptRow, SaleFilter, Store};
use wire::{HistoryAccount, HistoryPart};

use super::contacts::KEY;
use super::rows::{CALLS, CONTACTS, SAID, SALES, STATES};
use crate::error::ApiError;

/// Attempts read at once.
const PAGE: u32 = 5_000;

/// Writes the attempts of a campaign whose calls are over into a folder, with their contacts, what was said of them, and the
/// states of the campaign's advisors in `from..to`.
pub async fn export_history(
    store: &dyn Store,
    campaign: &campaigns::Campaign,
    (from, to): (Timestamp, Timestamp),
    folder: &Path,
) -> Result<HistoryAccount, ApiError> {
    let agents = store.agents().await?;
    let names: BTreeMap<AgentId, String> = agents
        .iter()
        .map(|agent| (agent.id, agent.name.clone()))
        .collect();
    let mut calls = Sheet::create(folder, "intentos.csv", CALLS)?;
    let mut people = Sheet::create(folder, "contactos.csv", CONTACTS)?;
    let (mut contacts, mut words) = (BTreeMap::new(), Vec::new());
    let mut told = BTreeSet::new();
    let mut waiting: BTreeMap<(Timestamp, i64), AttemptRow> = BTreeMap::new();
    let mut filter = AttemptFilter {
        campaign: Some(campaign.id),
        from: Some(from),
        to: Some(to),
        limit: PAGE,
        ..AttemptFilter::default()
    };
    loop {
        let page = store.attempts(&filter).await?;
        let Some(last) = page.last() else { break };
        filter.after = Some(last.id);
        let settled = last.intended_at;
        for row in page {
            if let Some(placed) = row.placed_at.filter(|_| is_told(&row)) {
                told.insert(row.id.get());
                waiting.insert((placed, row.id.get()), row);
            }
        }
        // Whatever comes yet was intended later, and so left later.
        let later = waiting.split_off(&(settled, i64::MIN));
        for row in std::mem::replace(&mut waiting, later).into_values() {
            one(store, &row, &names, &mut calls, &mut contacts, &mut words).await?;
        }
    }
    for row in waiting.into_values() {
        one(store, &row, &names, &mut calls, &mut contacts, &mut words).await?;
    }
    for cells in contacts.into_values() {
        people.line(&cells)?;
    }
    let mut said = Sheet::create(folder, "tipificaciones.csv", SAID)?;
    words.sort();
    for (_, _, cells) in words {
        said.line(&cells)?;
    }
    let mut states = Sheet::create(folder, "estados.csv", STATES)?;
    let mut log = store.agent_log(None, from, to).await?;
    log.sort_by_key(|row| (row.at, row.seq));
    for row in log {
        let serves = |agent: &&domain::AgentProfile| {
            agent.id == row.agent && agent.campaigns.contains(&campaign.id)
        };
        if let Some(agent) = agents.iter().find(serves) {
            let reason = row.reason.unwrap_or_default();
            states.line(&[
                agent.name.clone(),
                time(Some(row.at)),
                row.to.word().to_owned(),
                reason,
            ])?;
        }
    }
    let sold = sales_of(store, campaign, &told, folder).await?;
    Ok(HistoryAccount {
        campaign: campaign.name.clone(),
        sales: sold,
        written: true,
        contacts: people.done()?,
        attempts: calls.done()?,
        typifications: said.done()?,
        agent_states: states.done()?,
        ..HistoryAccount::default()
    })
}

/// The moves of the sales of these attempts, in order of time, each sale's value with its acceptance.
async fn sales_of(
    store: &dyn Store,
    campaign: &campaigns::Campaign,
    told: &BTreeSet<i64>,
    folder: &Path,
) -> Result<HistoryPart, ApiError> {
    let filter = SaleFilter {
        campaign: Some(campaign.id),
        ..SaleFilter::default()
    };
    let sales = store.sales(&filter).await?;
    let live = sales
        .iter()
        .filter(|sale| !sale.by_correction && told.contains(&sale.attempt.get()));
    let live: BTreeMap<_, _> = live.map(|sale| (sale.id, sale)).collect();
    let mut moves = store.sale_moves(&filter).await?;
    moves.retain(|row| live.contains_key(&row.sale));
    moves.sort_by_key(|row| (row.at, row.sale, row.n));
    let mut sheet = Sheet::create(folder, "ventas.csv", SALES)?;
    for row in moves {
        let sale = live[&row.sale];
        let value = (row.n == 1 && sale.sheet > 0).then(|| sale.value.to_string());
        sheet.line(&[
            sale.attempt.to_string(),
            row.to.word().to_owned(),
            time(Some(row.at)),
            value.unwrap_or_default(),
            row.reason.unwrap_or_default(),
            row.user,
        ])?;
    }
    sheet.done()
}

/// Calls that are over, and of which it is known how.
fn is_told(row: &AttemptRow) -> bool {
    let known = row
        .outcome
        .is_some_and(|outcome| outcome != Outcome::UnknownCrash);
    known && row.ended_at.is_some() && !row.inbound
}

/// When, of which attempt, and what was said.
type Word = (Timestamp, i64, Vec<String>);

async fn one(
    store: &dyn Store,
    row: &AttemptRow,
    names: &BTreeMap<AgentId, String>,
    calls: &mut Sheet,
    contacts: &mut BTreeMap<ContactId, Vec<String>>,
    words: &mut Vec<Word>,
) -> Result<(), ApiError> {
    let name = |agent: Option<AgentId>| {
        let name = agent.and_then(|agent| names.get(&agent).cloned());
        name.unwrap_or_default()
    };
    let contact = match contacts.get(&row.contact) {
        Some(cells) => cells[0].clone(),
        None => {
            let contact = store.contact(row.contact).await?;
            let cells = contact_cells(contact.as_ref(), row);
            let key = cells[0].clone();
            contacts.insert(row.contact, cells);
            key
        }
    };
    let outcome = row.outcome.map_or("", |outcome| outcome.word());
    calls.line(&[
        row.id.to_string(),
        contact,
        row.phone.dialable(),
        time(row.placed_at),
        time(row.ringing_at),
        time(row.answered_at),
        time(row.bridged_at),
        time(row.ended_at),
        outcome.to_owned(),
        name(row.agent),
        row.code.clone().unwrap_or_default(),
        row.caller_id.dialable(),
        row.cause
            .sip_status
            .map_or_else(String::new, |status| status.to_string()),
    ])?;
    for said in store.typifications(row.id).await? {
        let cells = vec![
            row.id.to_string(),
            time(Some(said.at)),
            said.code,
            name(said.agent),
            said.user.unwrap_or_default(),
            said.note,
        ];
        words.push((said.at, row.id.get(), cells));
    }
    Ok(())
}

/// A contact; of who was erased only the number called, as the attempt has it.
fn contact_cells(contact: Option<&Contact>, row: &AttemptRow) -> Vec<String> {
    let text =
        |pick: fn(&Contact) -> &String| contact.map_or_else(String::new, |of| pick(of).clone());
    let own = contact.and_then(|of| of.attributes.iter().find(|(heading, _)| heading == KEY));
    let key = own.map_or_else(|| row.contact.to_string(), |(_, key)| key.clone());
    let phones = contact.map_or(&[][..], |of| &of.phones);
    let mut numbers: Vec<String> = phones
        .iter()
        .map(|phone: &ContactPhone| phone.number.dialable())
        .collect();
    if !phones.iter().any(|phone| phone.number == row.phone) {
        numbers.push(row.phone.dialable());
    }
    vec![
        key,
        text(|of| &of.document),
        text(|of| &of.name),
        text(|of| &of.segment),
        numbers.join("|"),
        String::new(),
    ]
}

/// An instant to the millisecond, in UTC.
fn time(at: Option<Timestamp>) -> String {
    let at = at.and_then(|at| DateTime::from_timestamp_millis(at.as_millis()));
    at.map_or_else(String::new, |at| {
        at.to_rfc3339_opts(SecondsFormat::Millis, true)
    })
}

/// A file that is being written.
struct Sheet {
    file: BufWriter<File>,
    name: &'static str,
    rows: u64,
}

impl Sheet {
    fn create(
        folder: &Path,
        name: &'static str,
        columns: &[EditedColumn],
    ) -> Result<Sheet, ApiError> {
        let unwritten = |error: io::Error| unwritten(name, &error);
        std::fs::create_dir_all(folder).map_err(unwritten)?;
        let file = File::create(folder.join(name)).map_err(unwritten)?;
        let mut sheet = Sheet {
            file: BufWriter::new(file),
            name,
            rows: 0,
        };
        let headings: Vec<String> = columns
            .iter()
            .map(|column| column.name.to_owned())
            .collect();
        let text = format!("\u{feff}{}", csv_line(&headings, ';'));
        sheet.write(&text)?;
        Ok(sheet)
    }

    fn line(&mut self, cells: &[String]) -> Result<(), ApiError> {
        self.rows += 1;
        self.write(&csv_line(cells, ';'))
    }

    fn write(&mut self, text: &str) -> Result<(), ApiError> {
        let written = self.file.write_all(text.as_bytes());
        written.map_err(|error| unwritten(self.name, &error))
    }

    fn done(mut self) -> Result<HistoryPart, ApiError> {
        self.file
            .flush()
            .map_err(|error| unwritten(self.name, &error))?;
        Ok(HistoryPart {
            rows: self.rows,
            new: self.rows,
        })
    }
}

fn unwritten(name: &str, error: &io::Error) -> ApiError {
    ApiError::Invalid(format!("{name} cannot be written: {error}"))
}
