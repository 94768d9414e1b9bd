//! A person as the record knows them, found by number or document.

use std::collections::{BTreeMap, BTreeSet};

use domain::{AttemptId, CampaignId, Gate, PersonId, Timestamp, WorkState};

use super::consents;
use super::database::{Database, Tx};
use super::prior;
use super::query::{Batch, Query};
use super::registers;
use super::row::Row;
use super::work::{contact_of, digits, phones_by_contact, promise_of};
use crate::error::Result;
use crate::types::{PersonRecord, PersonRow, PersonSought, PersonWork, RetiredNumber};

/// People a number may have: a household, not a switchboard.
const PEOPLE_MAX: i64 = 100;

/// See [`crate::Store::people`].
pub(super) async fn find(
    db: &Database,
    sought: &PersonSought,
    now: Timestamp,
) -> Result<Vec<PersonRow>> {
    let mut tx = db.begin().await?;
    let people = match sought {
        PersonSought::Phone(phone) => Query::new(
            "find people by number",
            "SELECT DISTINCT k.person FROM phone p JOIN contact k ON k.id = p.contact
                 WHERE p.e164 = $1 ORDER BY k.person LIMIT $2",
        )
        .int(digits(*phone))
        .int(PEOPLE_MAX),
        PersonSought::Document(document) => Query::new(
            "find a person by document",
            "SELECT id AS person FROM person WHERE identity = $1 LIMIT $2",
        )
        .text(&format!("d:{document}"))
        .int(PEOPLE_MAX),
        PersonSought::Person(person) => Query::new(
            "find a person",
            "SELECT id AS person FROM person WHERE id = $1 LIMIT $2",
        )
        .int(person.get())
        .int(PEOPLE_MAX),
    };
    let mut found = Vec::new();
    for row in tx.fetch(people).await? {
        found.push(read(&mut tx, row.int("person")?, now).await?);
    }
    tx.commit().await?;
    Ok(found)
}

async fn read(tx: &mut Tx, person: i64, now: Timestamp) -> Result<PersonRow> {
    let query = Query::new(
        "read a person",
        "SELECT suppressed FROM person WHERE id = $1",
    );
    let row = tx.fetch_one(query.int(person)).await?;
    let suppressed = row.as_ref().map(|row| row.flag("suppressed")).transpose()?;
    let query = Query::new(
        "read the records of a person",
        "SELECT k.id, k.list, k.person, k.document, k.name, k.segment, k.attributes, k.line,
                l.name AS list_name, i.finished_at, i.file_sha256
         FROM contact k JOIN list l ON l.id = k.list JOIN import i ON i.id = k.import
         WHERE k.person = $1 AND i.finished_at IS NOT NULL ORDER BY k.id",
    );
    let rows = tx.fetch(query.int(person)).await?;
    let contacts: Vec<i64> = rows
        .iter()
        .map(|row| row.int("id"))
        .collect::<Result<_>>()?;
    let batch = || Batch::default().ints("contact", contacts.iter().copied());
    let query = Query::new(
        "read the numbers of a person",
        "SELECT p.contact, p.ordinal, p.e164, 0 AS attempts,
                CASE WHEN s.e164 IS NOT NULL OR EXISTS
                          (SELECT 1 FROM retired_phone x WHERE x.e164 = p.e164 AND x.person =
                              (SELECT k.person FROM contact k WHERE k.id = p.contact))
                     THEN 0 ELSE 1 END AS usable
         FROM {rows} JOIN phone p ON p.contact = r.contact
         LEFT JOIN suppression s ON s.e164 = p.e164 ORDER BY p.contact, p.ordinal",
    );
    let mut phones = phones_by_contact(&tx.fetch(query.rows(batch())).await?)?;
    let mut prior = prior::of_contacts(tx, &contacts, now).await?;
    let mut listed = registers::of_contacts(tx, &contacts).await?;
    let mut work = work_of(tx, person).await?;
    let mut records = Vec::new();
    for row in &rows {
        let mut contact = contact_of(row)?;
        let id = contact.id.get();
        contact.phones = phones.remove(&id).unwrap_or_default();
        records.push(PersonRecord {
            contact,
            list_name: row.text("list_name")?,
            loaded_at: row.time("finished_at")?,
            file_sha256: row.opt_text("file_sha256")?.unwrap_or_default(),
            line: row.narrow("line")?,
            work: work.remove(&id).unwrap_or_default(),
            prior: prior.remove(&id).unwrap_or_default(),
            listed: listed.remove(&id).unwrap_or_default(),
        });
    }
    Ok(PersonRow {
        person: PersonId::new(person),
        suppressed: suppressed.unwrap_or(false),
        suppressed_numbers: suppressed_numbers(tx, &records).await?,
        retired_numbers: retired_numbers(tx, person).await?,
        consents: consents::of_people(tx, &BTreeSet::from([person]))
            .await?
            .remove(&person)
            .unwrap_or_default(),
        records,
    })
}

async fn work_of(tx: &mut Tx, person: i64) -> Result<BTreeMap<i64, Vec<PersonWork>>> {
    let query = Query::new(
        "read the work with a person",
        "SELECT contact, campaign, state, next_at, attempts, code, turn, callback_agent, callback_asked, because_rule,
                because_pack
         FROM work WHERE person = $1 ORDER BY campaign",
    );
    let mut work: BTreeMap<i64, Vec<PersonWork>> = BTreeMap::new();
    for row in tx.fetch(query.int(person)).await? {
        work.entry(row.int("contact")?)
            .or_default()
            .push(PersonWork {
                campaign: CampaignId::new(row.int("campaign")?),
                state: row.kind("state", WorkState::from_number)?,
                next_at: row.time("next_at")?,
                attempts: row.narrow("attempts")?,
                code: row.opt_text("code")?,
                promise: promise_of(&row)?,
                because: because_of(&row)?,
            });
    }
    Ok(work)
}

/// The rule that made the work wait, or ended it.
fn because_of(row: &Row) -> Result<Option<Gate>> {
    let pack = row.opt_text("because_pack")?.unwrap_or_default();
    let rule = row.opt_text("because_rule")?;
    Ok(rule.map(|rule| Gate { rule, pack }))
}

async fn suppressed_numbers(
    tx: &mut Tx,
    records: &[PersonRecord],
) -> Result<Vec<(domain::PhoneNumber, Timestamp, String)>> {
    let phones = records.iter().flat_map(|record| &record.contact.phones);
    let numbers: BTreeSet<i64> = phones.map(|phone| digits(phone.number)).collect();
    let query = Query::new(
        "read suppressed numbers",
        "SELECT s.e164, s.at, s.reason FROM {rows} JOIN suppression s ON s.e164 = r.e164 ORDER BY s.e164",
    )
    .rows(Batch::default().ints("e164", numbers));
    let mut suppressed = Vec::new();
    for row in tx.fetch(query).await? {
        suppressed.push((row.phone("e164")?, row.time("at")?, row.text("reason")?));
    }
    Ok(suppressed)
}

async fn retired_numbers(tx: &mut Tx, person: i64) -> Result<Vec<RetiredNumber>> {
    let query = Query::new(
        "read numbers that are no good",
        "SELECT e164, attempt, at, code FROM retired_phone WHERE person = $1 ORDER BY at, attempt",
    );
    let number = |row: &Row| {
        Ok(RetiredNumber {
            phone: row.phone("e164")?,
            attempt: AttemptId::new(row.int("attempt")?),
            at: row.time("at")?,
            code: row.text("code")?,
        })
    };
    tx.fetch(query.int(person))
        .await?
        .iter()
        .map(number)
        .collect()
}
