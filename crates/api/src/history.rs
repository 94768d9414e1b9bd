//! `attempts import`: the history of another system (contacts, attempts, typifications, agents' states, sales, goals) into a campaign
//! of its own that is never dialed, by the record's own means (ADR 48). All of it is checked before anything is written; what is
//! known by its key is passed over, so that the same files again change nothing and a broken-off import goes on.

mod cells;
mod check;
mod contacts;
mod export;
mod rows;
mod table;
mod writing;

use std::collections::BTreeMap;
use std::path::PathBuf;

use campaigns::{Campaign, Catalogue};
use domain::{AgentId, CampaignId, Timestamp};
use store::Store;
use wire::HistoryAccount;

use self::cells::Reading;
use self::check::Check;
use self::contacts::Contacts;
pub use self::export::export_history;
use self::rows::{CALLS, Meaning, SAID, SALES, STATES};
pub use self::table::FileProblem;
use self::table::Table;
use self::writing::Writer;
use crate::agents::new_agent;
use crate::auth::now;
use crate::error::ApiError;
use crate::refused_load::LoadError;
use crate::unsealing::hash_of;

/// Rows of one transaction.
const CHUNK: usize = 500;

/// The files of a history; those that are there.
#[derive(Clone, Debug, Default)]
pub struct HistoryFiles {
    /// Contacts.
    pub contacts: Option<PathBuf>,
    /// Attempts.
    pub attempts: Option<PathBuf>,
    /// What was said of them.
    pub typifications: Option<PathBuf>,
    /// What agents did with their time.
    pub agent_states: Option<PathBuf>,
    /// Stages that sales came to.
    pub sales: Option<PathBuf>,
    /// Goals.
    pub goals: Option<PathBuf>,
}

/// What to take in.
#[derive(Clone, Debug)]
pub struct HistoryRequest {
    /// Name of the campaign that is to hold it; made if there is none.
    pub campaign: String,
    /// The law pack of a campaign that is made: by its clock days are told.
    pub law_pack: String,
    /// The files.
    pub files: HistoryFiles,
    /// Codes of the other system, and which of the campaign's they are.
    pub codes: BTreeMap<String, String>,
    /// Nothing is written.
    pub check_only: bool,
}

/// How far it is: a file, and rows of it that were read since the last word.
#[derive(Clone, Copy, Debug)]
pub struct HistoryProgress<'a> {
    /// The file.
    pub file: &'a str,
    /// Rows since the last word.
    pub rows: u64,
    /// Rows that are to be written in all; not known while they are checked.
    pub of: Option<u64>,
}

/// Why a history was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The files are not as they must be; nothing was written.
    #[error("{}", told(.0))]
    Files(Vec<FileProblem>),
    /// Anything else.
    #[error(transparent)]
    Api(#[from] ApiError),
}

impl From<store::StoreError> for HistoryError {
    fn from(error: store::StoreError) -> HistoryError {
        HistoryError::Api(error.into())
    }
}

fn told(problems: &[FileProblem]) -> String {
    let lines: Vec<_> = problems.iter().map(FileProblem::to_string).collect();
    format!("nothing was written:\n{}", lines.join("\n"))
}

/// Tells how far it is.
struct Teller<'a> {
    progress: &'a mut dyn FnMut(HistoryProgress<'_>),
    /// Rows that are to be written in all, once they are checked.
    of: Option<u64>,
}

impl Teller<'_> {
    fn tell(&mut self, file: &str, rows: u64) {
        let of = self.of;
        (self.progress)(HistoryProgress { file, rows, of });
    }
}

/// The files were as they must be when they were checked.
fn changed(problem: FileProblem) -> ApiError {
    ApiError::Conflict(format!(
        "{problem}; the file was changed since it was checked"
    ))
}

fn all_changed(problems: Vec<FileProblem>) -> ApiError {
    let first = problems.into_iter().next();
    first.map_or_else(
        || ApiError::Conflict("a file was changed".to_owned()),
        changed,
    )
}

/// Checks a history and, where nothing is wrong with it, takes it in.
pub async fn import_history(
    store: &dyn Store,
    request: &HistoryRequest,
    mut progress: impl FnMut(HistoryProgress<'_>),
) -> Result<HistoryAccount, HistoryError> {
    let mut teller = Teller {
        progress: &mut progress,
        of: None,
    };
    let campaigns = store.campaigns().await?;
    let there = campaigns
        .into_iter()
        .find(|campaign| campaign.name == request.campaign);
    if let Some(campaign) = &there {
        must_take_it(store, campaign).await?;
    }
    let law_pack = there
        .as_ref()
        .map_or(&request.law_pack, |campaign| &campaign.law_pack);
    let pack = law::Pack::by_id(law_pack).map_err(|error| ApiError::Invalid(error.to_string()))?;
    let id = there
        .as_ref()
        .map_or(CampaignId::new(0), |campaign| campaign.id);
    let meaning = Meaning {
        zone: pack.zone().to_owned(),
        catalogue: store.catalogue(id).await?,
        codes: request.codes.clone(),
        now: now(),
    };
    let mut account = HistoryAccount {
        campaign: request.campaign.clone(),
        ..HistoryAccount::default()
    };
    let check = Check::new(store, there.as_ref().map(|campaign| campaign.id), &meaning);
    let named = checked(check, &request.files, &mut account, &mut teller).await?;
    if request.check_only {
        return Ok(account);
    }
    let parts = [
        account.contacts,
        account.attempts,
        account.typifications,
        account.agent_states,
        account.sales,
    ];
    teller.of = Some(parts.iter().map(|part| part.rows).sum());
    let campaign = match there {
        Some(campaign) => campaign,
        None => made(store, request).await?,
    };
    store.hold_past(campaign.id, now()).await?;
    let checked = Checked {
        files: &request.files,
        meaning: &meaning,
        campaign,
        named,
    };
    written(store, checked, &mut account, &mut teller).await?;
    account.written = true;
    Ok(account)
}

/// A history goes where nobody was called by this record.
async fn must_take_it(store: &dyn Store, campaign: &Campaign) -> Result<(), ApiError> {
    if store.holds_past(campaign.id).await? {
        return Ok(());
    }
    let filter = store::AttemptFilter {
        campaign: Some(campaign.id),
        limit: 1,
        ..store::AttemptFilter::default()
    };
    let stopped = campaign.state == domain::CampaignState::Stopped;
    match stopped && campaign.lists.is_empty() && store.attempts(&filter).await?.is_empty() {
        true => Ok(()),
        false => Err(ApiError::Conflict(format!(
            "the campaign \"{}\" is dialed here; a history goes into a campaign of its own, which is never dialed: give another \
             name",
            campaign.name
        ))),
    }
}

async fn checked(
    mut check: Check<'_>,
    files: &HistoryFiles,
    account: &mut HistoryAccount,
    teller: &mut Teller<'_>,
) -> Result<Vec<String>, HistoryError> {
    if let Some(path) = &files.contacts {
        account.contacts.rows = check.contacts(path, teller);
    }
    if let Some(path) = &files.attempts {
        account.attempts.rows = check.calls(path, teller).await?;
    }
    if let Some(path) = &files.typifications {
        account.typifications.rows = check.words(path, teller).await?;
    }
    if let Some(path) = &files.agent_states {
        account.agent_states.rows = check.states(path, teller).await?;
    }
    if let Some(path) = &files.sales {
        account.sales.rows = check.sales(path, teller).await?;
    }
    if let Some(path) = &files.goals {
        account.goals.rows = check.goals(path).await?;
    }
    match check.problems.is_empty() {
        true => Ok(check.agents.into_iter().collect()),
        false => Err(HistoryError::Files(check.problems)),
    }
}

async fn made(store: &dyn Store, request: &HistoryRequest) -> Result<Campaign, ApiError> {
    let mut campaign = Campaign::new(CampaignId::new(0), request.campaign.clone());
    campaign.law_pack.clone_from(&request.law_pack);
    let checked = campaign.check();
    checked.map_err(|error| ApiError::Invalid(error.to_string()))?;
    campaign.id = store.put_campaign(&campaign).await?;
    Ok(campaign)
}

/// A history that was checked, and where it goes.
struct Checked<'a> {
    files: &'a HistoryFiles,
    meaning: &'a Meaning,
    campaign: Campaign,
    /// Advisors it names.
    named: Vec<String>,
}

async fn written(
    store: &dyn Store,
    checked: Checked<'_>,
    account: &mut HistoryAccount,
    teller: &mut Teller<'_>,
) -> Result<(), ApiError> {
    let Checked {
        files,
        meaning,
        campaign,
        named,
    } = checked;
    let agents = agents(store, &campaign, named, account).await?;
    if let Some(path) = &files.contacts {
        let (sha256, bytes) = hash_of(path).await.map_err(|error| match error {
            LoadError::Failed(error) => error,
            other => ApiError::Invalid(other.to_string()),
        })?;
        let contacts = Contacts {
            store,
            campaign: campaign.id,
            list: format!("{} (historia)", campaign.name),
            file_name: path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            sha256,
            bytes,
            received_at: first_call(files, meaning)?,
        };
        account.contacts.new = contacts.load(path, meaning, teller).await?;
    }
    let catalogue: Catalogue = store.catalogue(campaign.id).await?;
    let mut writer = Writer::new(store, campaign, catalogue);
    writer.agents = agents;
    writer.words_apart = files.typifications.is_some();
    if let Some(path) = &files.attempts {
        let mut table = Table::open(path, CALLS).map_err(changed)?;
        while let Some(rows) = chunk(&mut table, meaning, teller, |row| row.call())? {
            account.attempts.new += writer.calls(&rows).await?;
        }
    }
    if let Some(path) = &files.typifications {
        let mut table = Table::open(path, SAID).map_err(changed)?;
        while let Some(rows) = chunk(&mut table, meaning, teller, |row| row.word())? {
            account.typifications.new += writer.words(&rows).await?;
        }
    }
    if let Some(path) = &files.agent_states {
        let mut table = Table::open(path, STATES).map_err(changed)?;
        while let Some(rows) = chunk(&mut table, meaning, teller, |row| row.state())? {
            account.agent_states.new += writer.states(&rows).await?;
        }
    }
    if let Some(path) = &files.sales {
        let mut table = Table::open(path, SALES).map_err(changed)?;
        while let Some(rows) = chunk(&mut table, meaning, teller, |row| row.stage())? {
            account.sales.new += writer.stages(&rows).await?;
        }
    }
    if let Some(path) = &files.goals {
        let text = check::text_of(path).map_err(changed)?;
        let source = format!("history; {}", path.display());
        let loaded = crate::goals::load_goals(store, writer.campaign.id, &text, &source).await?;
        account.goals.new = loaded.len() as u64;
    }
    Ok(())
}

/// The next rows of a file that was checked; none at its end.
fn chunk<T>(
    table: &mut Table,
    meaning: &Meaning,
    teller: &mut Teller<'_>,
    read: impl Fn(Reading<'_>) -> Result<T, Vec<FileProblem>>,
) -> Result<Option<Vec<T>>, ApiError> {
    let mut rows = Vec::new();
    while rows.len() < CHUNK {
        let Some(row) = table.next().map_err(changed)? else {
            break;
        };
        rows.push(read(Reading::of(table, meaning, &row)).map_err(all_changed)?);
    }
    teller.tell(&table.file, rows.len() as u64);
    Ok((!rows.is_empty()).then_some(rows))
}

/// Whoever is named, in the campaign; those who are not here yet are made, without a phone.
async fn agents(
    store: &dyn Store,
    campaign: &Campaign,
    named: Vec<String>,
    account: &mut HistoryAccount,
) -> Result<BTreeMap<String, AgentId>, ApiError> {
    let all = store.agents().await?;
    let mut by_name = BTreeMap::new();
    let is_free = |user: &String| all.iter().all(|agent| agent.sip_user != *user);
    let users = (1..).map(|n| format!("historia-{}-{n}", campaign.id));
    let mut users = users.filter(is_free);
    for name in named {
        let known = crate::goals::agent_named(&all, &name).cloned();
        let is_new = known.is_none();
        let mut agent = known.unwrap_or_else(|| domain::AgentProfile {
            name: name.clone(),
            sip_user: users.next().unwrap_or_default(),
            ..new_agent()
        });
        if !agent.campaigns.contains(&campaign.id) {
            agent.campaigns.push(campaign.id);
            agent.id = store.put_agent(&agent, None).await?;
        }
        if is_new {
            account.agents_made.push(name.clone());
        }
        by_name.insert(name, agent.id);
    }
    Ok(by_name)
}

/// When the first attempt was made: who is not said to have been received at any time, was there by then.
fn first_call(files: &HistoryFiles, meaning: &Meaning) -> Result<Timestamp, ApiError> {
    let Some(path) = &files.attempts else {
        return Ok(meaning.now);
    };
    let mut table = Table::open(path, CALLS).map_err(changed)?;
    let Some(row) = table.next().map_err(changed)? else {
        return Ok(meaning.now);
    };
    let call = Reading::of(&table, meaning, &row).call();
    Ok(call.map_err(all_changed)?.placed)
}
