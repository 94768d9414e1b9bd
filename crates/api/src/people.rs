//! People across lists and campaigns: what was done about them, what was not and why, and what comes next.

use axum::Json;
use axum::extract::{Query, State};
use domain::{AgentId, PhoneNumber, Purpose, Timestamp, WorkState};
use law::{NextCall, Pack};
use serde::Deserialize;
use store::{AttemptFilter, Managed, PersonRecord, PersonRow, PersonSought, PersonWork, Store};
use utoipa::IntoParams;
use wire::{Passport, PassportRecord, PassportSaid, PassportWork, RetiredNumber, SuppressedNumber};

use crate::App;
use crate::attempts::attempt_shown;
use crate::audit::{From, note};
use crate::auth::{Caller, now};
use crate::consents::consents;
use crate::error::ApiError;
use crate::person_data::masked;

/// Attempts shown of a record.
const ATTEMPTS_MAX: u32 = 1_000;

/// Whom somebody looks for: one of the two.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    /// A number in E.164, with or without plus, or as it is dialed in the country.
    phone: Option<String>,
    /// An identity document.
    document: Option<String>,
}

/// Who has a number or document, with everything that was or was not done about them. In the audit log.
/// Supervisors see numbers and documents masked.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", params(Wanted),
    responses((status = 200, body = [Passport]), (status = 422, body = wire::Problem)))]
pub(crate) async fn find(
    State(app): State<App>,
    caller: Caller,
    from: From,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Vec<Passport>>, ApiError> {
    caller.supervisor()?;
    let sought = sought(wanted.phone.as_deref(), wanted.document.as_deref())?;
    let store = app.store.as_ref();
    let passports = passports(store, &sought, now()).await?;
    for passport in &passports {
        let subject = format!("person {}", passport.person);
        note(store, &caller, &from, "person.read", subject, String::new()).await?;
    }
    // Who leads a floor speaks with people; only administrators take data out.
    if caller.admin().is_err() {
        return Ok(Json(passports.into_iter().map(masked).collect()));
    }
    Ok(Json(passports))
}

/// What to look for, from what somebody typed.
pub fn sought(phone: Option<&str>, document: Option<&str>) -> Result<PersonSought, ApiError> {
    match (phone, document) {
        (Some(phone), None) => match intake::number(phone) {
            Some(number) => Ok(PersonSought::Phone(number)),
            None => {
                let words = format!("`{phone}` is no number that can be called");
                Err(ApiError::Invalid(words))
            }
        },
        (None, Some(document)) => Ok(PersonSought::Document(intake::document(document))),
        _ => Err(ApiError::Invalid(
            "say either a phone or a document".to_owned(),
        )),
    }
}

/// The passports of whoever is meant.
pub async fn passports(
    store: &dyn Store,
    sought: &PersonSought,
    now: Timestamp,
) -> Result<Vec<Passport>, ApiError> {
    let campaigns = store.campaigns().await?;
    let mut passports = Vec::new();
    for row in store.people(sought, now).await? {
        let mut attempts = Vec::new();
        for record in &row.records {
            let filter = AttemptFilter {
                contact: Some(record.contact.id),
                newest_first: true,
                limit: ATTEMPTS_MAX,
                ..AttemptFilter::default()
            };
            attempts.extend(store.attempts(&filter).await?);
        }
        attempts.sort_by_key(|attempt| std::cmp::Reverse(attempt.id));
        let mut passport = Passport {
            attempts: attempts.iter().map(attempt_shown).collect(),
            consents: consents(store, Some(row.person), false, now).await?,
            ..shown(&row, &campaigns, now)
        };
        for (record, shown) in row.records.iter().zip(&mut passport.records) {
            for (work, shown) in record.work.iter().zip(&mut shown.work) {
                let all = store.management(work.campaign, record.contact.id).await?;
                (shown.last, shown.best) = (all.last.map(said), all.best.map(said));
            }
        }
        passports.push(passport);
    }
    Ok(passports)
}

fn shown(row: &PersonRow, campaigns: &[campaigns::Campaign], now: Timestamp) -> Passport {
    let number = |(phone, at, reason): &(PhoneNumber, Timestamp, String)| SuppressedNumber {
        phone: phone.dialable(),
        at: at.as_millis(),
        reason: reason.clone(),
    };
    let retired = |number: &store::RetiredNumber| RetiredNumber {
        phone: number.phone.dialable(),
        at: number.at.as_millis(),
        attempt: number.attempt.get(),
        code: number.code.clone(),
    };
    let record = |record: &PersonRecord| PassportRecord {
        contact: record.contact.id.get(),
        list: record.list_name.clone(),
        loaded_at: record.loaded_at.as_millis(),
        file_sha256: record.file_sha256.clone(),
        line: record.line,
        document: record.contact.document.clone(),
        name: record.contact.name.clone(),
        segment: record.contact.segment.clone(),
        phones: record
            .contact
            .phones
            .iter()
            .map(|phone| phone.number.dialable())
            .collect(),
        work: record
            .work
            .iter()
            .map(|work| work_shown(work, record, row, campaigns, now))
            .collect(),
    };
    Passport {
        person: row.person.get(),
        opted_out: row.suppressed,
        suppressed_numbers: row.suppressed_numbers.iter().map(number).collect(),
        retired_numbers: row.retired_numbers.iter().map(retired).collect(),
        records: row.records.iter().map(record).collect(),
        consents: Vec::new(),
        attempts: Vec::new(),
    }
}

/// What a campaign will do next with a record, as the gate would judge it.
fn work_shown(
    work: &PersonWork,
    record: &PersonRecord,
    person: &PersonRow,
    campaigns: &[campaigns::Campaign],
    now: Timestamp,
) -> PassportWork {
    let campaign = campaigns
        .iter()
        .find(|campaign| campaign.id == work.campaign);
    let ready = work.state == WorkState::Ready;
    let from = work.next_at.max(now);
    let pack = campaign.and_then(|campaign| Pack::by_id(&campaign.law_pack).ok());
    let house = campaign
        .map(|campaign| campaign.contact_limits.rules())
        .unwrap_or_default();
    let call = NextCall {
        purpose: Purpose::of_next(work.promise),
        zone: campaigns::zone_of(&record.contact),
        agent_waits: false,
        house: &house,
        consents: &person.consents,
    };
    let refusal = pack.filter(|_| ready).and_then(|pack| {
        let listed = all_listed(&pack, call.purpose, record, from);
        listed.or_else(|| pack.may_contact(call, &record.prior, from).err())
    });
    let next = refusal.as_ref().map_or(from, |refusal| refusal.opens);
    PassportWork {
        campaign: campaign
            .map_or_else(|| format!("campaign {}", work.campaign), |c| c.name.clone()),
        state: state_word(work.state).to_owned(),
        attempts: work.attempts,
        code: work.code.clone(),
        next_at: ready.then(|| next.as_millis()),
        rule: refusal.as_ref().map(|refusal| refusal.rule.clone()),
        pack: refusal.as_ref().map(|refusal| refusal.pack.clone()),
        words: refusal.map(|refusal| refusal.words),
        because: work.because.as_ref().map(|gate| gate.rule.clone()),
        because_of: work.because.as_ref().map(|gate| gate.pack.clone()),
        promised: work.promise.is_some(),
        promised_by: work
            .promise
            .and_then(|promise| promise.agent)
            .map(AgentId::get),
        last: None,
        best: None,
    }
}

fn said(managed: Managed) -> PassportSaid {
    PassportSaid {
        attempt: managed.attempt.get(),
        at: managed.at.as_millis(),
        code: managed.code,
    }
}

/// The register that keeps the last of their numbers from being called, if all of them are in one.
fn all_listed(
    pack: &Pack,
    purpose: Purpose,
    record: &PersonRecord,
    at: Timestamp,
) -> Option<law::Refusal> {
    let phones = record.contact.phones.iter().filter(|phone| phone.usable);
    let refused = phones.map(|phone| {
        pack.not_listed(purpose, phone.number, &record.listed, at)
            .err()
    });
    refused.collect::<Option<Vec<_>>>()?.pop()
}

const fn state_word(state: WorkState) -> &'static str {
    match state {
        WorkState::Ready => "ready",
        WorkState::Leased => "leased",
        WorkState::Closed => "closed",
        WorkState::Exhausted => "exhausted",
        WorkState::Suppressed => "suppressed",
    }
}
