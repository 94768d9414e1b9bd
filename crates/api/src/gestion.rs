//! The informe de gestión: every record that was received within a span, with what became of it, adding up to what was
//! received, or no report at all. What is read is written row by row to whatever takes rows ([`GestionSheet`]); how it then
//! goes to anybody is not decided here.

mod columns;
mod route;
mod sheets;

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use campaigns::{Campaign, Catalogue};
use chrono::NaiveDate;
use domain::{AgentId, CatalogueId, ContactId, ListId, Timestamp};
use intake::Acta;
use law::Pack;
use store::{ContactList, CorrectionRow, ImportId, LoadRow, RecordsWanted, Store};
use wire::GestionTotals;

use crate::error::ApiError;
use crate::record_state::state_of;

pub use columns::COLUMNS as GESTION_COLUMNS;
pub(crate) use route::{__path_of_campaign, of_campaign, optional_day};
pub use sheets::{CsvSheet, GestionForm, GestionSheet, write_gestion_file};

/// Records read at once.
const PAGE: u32 = 5_000;

/// Which records, and as they stood when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GestionWanted {
    /// Lists; all that the campaign dials where empty.
    pub lists: Vec<ListId>,
    /// The first day of which loads count, by the clock of the campaign's law pack.
    pub from: NaiveDate,
    /// The first day of which they count no more.
    pub to: NaiveDate,
    /// As it stood when this day ended; now where absent.
    pub as_of: Option<NaiveDate>,
    /// Whoever reads it may not see numbers.
    pub masked: bool,
}

impl GestionWanted {
    /// Of the loads of a month such as `2026-11`.
    pub fn month(text: &str) -> Result<(NaiveDate, NaiveDate), ApiError> {
        let first = format!("{text}-01").parse::<NaiveDate>();
        let first = first
            .map_err(|_| ApiError::Invalid(format!("`{text}` is no month; write it as 2026-11")))?;
        let next = first.checked_add_months(chrono::Months::new(1));
        Ok((first, next.unwrap_or(first)))
    }

    /// Of a month, or from a day until another; of this month where nothing is said.
    pub fn span(
        campaign: &Campaign,
        now: Timestamp,
        month: Option<&str>,
        (from, to): (Option<NaiveDate>, Option<NaiveDate>),
    ) -> Result<(NaiveDate, NaiveDate), ApiError> {
        match (month, from, to) {
            (Some(month), None, None) => GestionWanted::month(month),
            (None, Some(from), Some(to)) => Ok((from, to)),
            (None, None, None) => GestionWanted::this_month(campaign, now),
            _ => Err(ApiError::Invalid(
                "write a month, or from and to, not both nor one of those".to_owned(),
            )),
        }
    }

    /// Of this month's.
    fn this_month(campaign: &Campaign, now: Timestamp) -> Result<(NaiveDate, NaiveDate), ApiError> {
        let today = pack_of(campaign)?.today(now).unwrap_or_default();
        GestionWanted::month(&today.format("%Y-%m").to_string())
    }
}

fn pack_of(campaign: &Campaign) -> Result<Pack, ApiError> {
    let pack = Pack::by_id(&campaign.law_pack);
    pack.map_err(|problem| ApiError::Invalid(problem.to_string()))
}

/// Reads the report of a campaign at an instant, and has `sheet` take it row by row, the foot last. Nothing of what it took
/// may be used where this fails.
pub async fn gestion(
    store: &dyn Store,
    campaign: &Campaign,
    wanted: &GestionWanted,
    now: Timestamp,
    sheet: &mut dyn GestionSheet,
) -> Result<GestionTotals, ApiError> {
    let pack = pack_of(campaign)?;
    let day = wanted.as_of.or_else(|| pack.today(now)).unwrap_or_default();
    let (begins, ends) = (pack.begins(day), pack.tomorrow(pack.begins(day)));
    let until = ends.min(now);
    let span = (pack.begins(wanted.from), pack.begins(wanted.to).min(until));
    let mut report = Report {
        campaign,
        zone: pack.zone().to_owned(),
        masked: wanted.masked,
        catalogues: HashMap::new(),
        agents: agents(store).await?,
        totals: GestionTotals {
            campaign: campaign.name.clone(),
            from: wanted.from.to_string(),
            to: wanted.to.to_string(),
            day: day.to_string(),
            received: 0,
            states: BTreeMap::new(),
            reasons: BTreeMap::new(),
            version: 1,
            restated_at: None,
        },
        off: Vec::new(),
        corrections: corrections(store, campaign, (begins, until), now).await?,
        corrected: HashSet::new(),
    };
    let lists = store.lists().await?;
    let asked = |list: &&ContactList| match wanted.lists.is_empty() {
        true => campaign.lists.contains(&list.id),
        false => wanted.lists.contains(&list.id),
    };
    for list in lists.iter().filter(asked) {
        if !campaign.lists.contains(&list.id) {
            return Err(ApiError::Conflict(format!(
                "the campaign {} does not dial the list {}",
                campaign.name, list.name
            )));
        }
        let records = RecordsWanted {
            campaign: campaign.id,
            list: list.id,
            received_from: span.0,
            received_to: span.1,
            day: begins,
            until,
            attributes: false,
        };
        report.list(store, list, &records, sheet).await?;
    }
    report.restated();
    report.check()?;
    for line in columns::foot(&report.totals) {
        sheet.row(&line)?;
    }
    Ok(report.totals)
}

async fn agents(store: &dyn Store) -> Result<HashMap<AgentId, String>, ApiError> {
    let agents = store.agents().await?.into_iter();
    Ok(agents.map(|agent| (agent.id, agent.name)).collect())
}

/// Corrections, made after a day, of its calls: they make another version of it (ruling 42: of the day of the attempt).
async fn corrections(
    store: &dyn Store,
    campaign: &Campaign,
    (begins, until): (Timestamp, Timestamp),
    now: Timestamp,
) -> Result<Vec<CorrectionRow>, ApiError> {
    if until >= now {
        return Ok(Vec::new());
    }
    let mut since = store.corrections(campaign.id, until, now).await?;
    since.retain(|row| {
        row.placed_at
            .is_some_and(|at| (begins..until).contains(&at))
    });
    Ok(since)
}

/// The column of each load that has what the client calls a record.
fn client_ids(loads: &[LoadRow]) -> Result<HashMap<ImportId, String>, ApiError> {
    let mut named = HashMap::new();
    for load in loads {
        let acta: Acta = serde_json::from_str(&load.acta).map_err(ApiError::internal)?;
        if let Some(heading) = acta.mapping.client_id() {
            named.insert(load.id, heading.to_owned());
        }
    }
    Ok(named)
}

/// A report in the making.
struct Report<'a> {
    campaign: &'a Campaign,
    zone: String,
    masked: bool,
    catalogues: HashMap<CatalogueId, Catalogue>,
    agents: HashMap<AgentId, String>,
    totals: GestionTotals,
    /// What does not add up.
    off: Vec<String>,
    /// Corrections since of calls of the day.
    corrections: Vec<CorrectionRow>,
    /// The records told whose calls they correct.
    corrected: HashSet<ContactId>,
}

impl Report<'_> {
    async fn list(
        &mut self,
        store: &dyn Store,
        list: &ContactList,
        wanted: &RecordsWanted,
        sheet: &mut dyn GestionSheet,
    ) -> Result<(), ApiError> {
        let within = wanted.received_from..wanted.received_to;
        let mut loads = store.loads(list.id).await?;
        loads.retain(|load| load.finished.is_some_and(|at| within.contains(&at)));
        let named = client_ids(&loads)?;
        let wanted = &RecordsWanted {
            attributes: !named.is_empty(),
            ..*wanted
        };
        let mut valid: BTreeMap<i64, u64> = BTreeMap::new();
        let mut after = None;
        loop {
            let page = store.managed_records(wanted, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.contact);
            for record in &page {
                for call in [&record.calls.last, &record.calls.best]
                    .into_iter()
                    .flatten()
                {
                    self.know(store, call.catalogue).await?;
                }
                *valid.entry(record.import.0).or_default() += 1;
                let state = state_of(record);
                if self
                    .corrections
                    .iter()
                    .any(|row| row.contact == record.contact)
                {
                    self.corrected.insert(record.contact);
                }
                let heading = named.get(&record.import).map(String::as_str);
                let cells = self.cells((&list.name, heading), record, state);
                if state == "excluido" {
                    self.count_reason(columns::reason_of(record));
                }
                self.count(state, 1);
                sheet.row(&cells)?;
            }
        }
        for load in &loads {
            let valid = valid.get(&load.id.0).copied().unwrap_or(0);
            self.load(&list.name, load, valid, sheet)?;
        }
        Ok(())
    }

    /// The rows of a load that became no contact.
    fn load(
        &mut self,
        list: &str,
        load: &LoadRow,
        valid: u64,
        sheet: &mut dyn GestionSheet,
    ) -> Result<(), ApiError> {
        let acta: Acta = serde_json::from_str(&load.acta).map_err(ApiError::internal)?;
        self.totals.received += acta.received;
        if valid != acta.valid {
            let words = format!(
                "load {} has {valid} of {} valid records",
                load.id.0, acta.valid
            );
            self.off.push(words);
        }
        let at = load.finished.unwrap_or_default();
        for (rows, count) in [
            (&acta.rejected_rows, acta.rejected_total()),
            (&acta.duplicate_rows, acta.duplicates.total()),
        ] {
            self.count("excluido", count);
            // An acta names the first rows alone; it counts all.
            let unnamed = count.saturating_sub(rows.len() as u64);
            if unnamed > 0 {
                *self
                    .totals
                    .reasons
                    .entry("al cargar, sin detalle".to_owned())
                    .or_default() += unnamed;
            }
            // What the client calls a row that became no contact is not kept.
            let is_named = acta.mapping.client_id().is_some();
            for row in rows {
                self.count_reason(row.why.words().to_owned());
                sheet.row(&self.discarded((list, is_named), load.id.0, at, row))?;
            }
        }
        Ok(())
    }

    fn count(&mut self, state: &str, many: u64) {
        if many > 0 {
            *self.totals.states.entry(state.to_owned()).or_default() += many;
        }
    }

    fn count_reason(&mut self, reason: String) {
        *self.totals.reasons.entry(reason).or_default() += 1;
    }

    /// Has the typifications that a call is to be read by.
    async fn know(&mut self, store: &dyn Store, id: CatalogueId) -> Result<(), ApiError> {
        if let Entry::Vacant(place) = self.catalogues.entry(id) {
            place.insert(store.catalogue_of(id).await?.unwrap_or_default());
        }
        Ok(())
    }

    /// Calls of the day that were said to be something else since make it another version.
    fn restated(&mut self) {
        let told = |row: &&CorrectionRow| self.corrected.contains(&row.contact);
        let (mut count, mut last) = (0_u32, None);
        for row in self.corrections.iter().filter(told) {
            count = count.saturating_add(1);
            last = Some(row.at);
        }
        self.totals.version = count.saturating_add(1);
        self.totals.restated_at = last.map(Timestamp::as_millis);
    }

    fn check(&mut self) -> Result<(), ApiError> {
        let sum: u64 = self.totals.states.values().sum();
        let received = self.totals.received;
        if sum != received {
            self.off.push(format!(
                "{sum} records have a state, {received} were received"
            ));
        }
        match (self.off.is_empty(), received) {
            (true, 1..) => Ok(()),
            (true, 0) => Err(ApiError::Conflict(format!(
                "nothing was received from {} until {}",
                self.totals.from, self.totals.to
            ))),
            (false, _) => Err(ApiError::Conflict(format!(
                "the report of {} does not add up and was not written: {}",
                self.campaign.name,
                self.off.join("; ")
            ))),
        }
    }
}

#[cfg(test)]
mod tests;
