//! What people agreed to beyond their contract: recorded, ended, and told with their work. Nothing of a consent is ever
//! changed but that it is over; triggers of both databases refuse it.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    AgreedTo, CampaignId, ConsentId, OtherHours, PersonConsent, PersonId, Purpose, Timestamp,
    WorkItem,
};

use super::config::{lists_of, no_such, touch, written};
use super::database::{Database, Tx};
use super::fence;
use super::query::{Batch, Query};
use super::row::Row;
use super::segments::lease as by_segment;
use super::work;
use crate::error::{Result, StoreError};
use crate::types::{ConsentRow, NewConsent};

/// Days of the week as they are kept.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

const ROWS: &str = "SELECT c.id, c.person, c.kind, c.from_min, c.to_min, c.days, c.holidays, c.purposes, \
    c.contract_at, c.signed_at, c.instrument, c.evidence_sha256, c.recorded_at, c.recorded_by, c.ended_at, \
    c.ended_by, c.ended_why";

/// See [`crate::LawStore::record_consent`].
pub(super) async fn record(db: &Database, new: &NewConsent) -> Result<ConsentRow> {
    if new.contract_at.is_some_and(|made| made >= new.signed_at) {
        let words =
            "a consent is given after the contract it is apart from; this one was signed before it";
        return Err(StoreError::Conflict(words.to_owned()));
    }
    let mut tx = db.begin().await?;
    there(&mut tx, new.person).await?;
    let (from, to, days, holidays) = match new.to {
        AgreedTo::OtherHours(hours) => (
            Some(i64::from(hours.from)),
            Some(i64::from(hours.to)),
            Some(days_text(hours.days)),
            hours.holidays,
        ),
        AgreedTo::Calls => (None, None, None, false),
    };
    let query = Query::new(
        "record a consent",
        "INSERT INTO consent (person, kind, from_min, to_min, days, holidays, purposes, contract_at,
                              signed_at, instrument, evidence_sha256, recorded_at, recorded_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id",
    )
    .int(new.person.get())
    .text(new.to.word())
    .int(from)
    .int(to)
    .opt_text(days.as_deref())
    .int(i64::from(holidays))
    .text(&purposes_text(&new.purposes))
    .int(new.contract_at.map(Timestamp::as_millis))
    .int(new.signed_at.as_millis())
    .text(&new.instrument)
    .text(&new.evidence_sha256)
    .int(new.recorded_at.as_millis())
    .text(&new.recorded_by);
    let id = written(&mut tx, query, "consent", 0).await?;
    come_sooner(&mut tx, new).await?;
    touch(&mut tx).await?;
    let row = one(&mut tx, id).await?;
    let detail = format!(
        "consent {id} ({}), for {}, evidence {}",
        new.to.word(),
        purposes_text(&new.purposes),
        new.evidence_sha256
    );
    tx.note("consent.record", format!("person {}", new.person), detail);
    tx.commit().await?;
    Ok(row)
}

/// Work that waits by a rule of a law pack is looked at again: the consent may open what that rule closes.
async fn come_sooner(tx: &mut Tx, new: &NewConsent) -> Result<()> {
    let query = Query::new(
        "look at the work with who agreed again",
        "UPDATE work SET next_at = $1
         WHERE person = $2 AND state = 1 AND next_at > $1 AND because_pack LIKE '%@%'",
    )
    .int(new.recorded_at.as_millis())
    .int(new.person.get());
    tx.run(query).await.map(drop)
}

/// Refused where there is no such person, or they were erased.
async fn there(tx: &mut Tx, person: PersonId) -> Result<()> {
    let query = Query::new(
        "look a person up",
        "SELECT id FROM person WHERE id = $1 AND erased_at IS NULL",
    );
    match tx.fetch_one(query.int(person.get())).await? {
        Some(_) => Ok(()),
        None => Err(no_such("person", person)),
    }
}

/// See [`crate::LawStore::end_consent`].
pub(super) async fn end(
    db: &Database,
    id: ConsentId,
    by: &str,
    why: &str,
    at: Timestamp,
) -> Result<ConsentRow> {
    let mut tx = db.begin().await?;
    let query = Query::new(
        "end a consent",
        "UPDATE consent SET ended_at = $1, ended_by = $2, ended_why = $3
         WHERE id = $4 AND ended_at IS NULL",
    )
    .int(at.as_millis())
    .text(by)
    .text(why)
    .int(id.get());
    if tx.run(query).await? == 0 {
        return Err(no_such("consent that stands", id));
    }
    touch(&mut tx).await?;
    let row = one(&mut tx, id.get()).await?;
    let subject = format!("person {}", row.consent.person);
    tx.note("consent.end", subject, format!("consent {id}: {why}"));
    tx.commit().await?;
    Ok(row)
}

/// Ends all that a person agreed to, in the transaction that erases them.
pub(super) async fn end_all(tx: &mut Tx, person: PersonId, at: Timestamp) -> Result<()> {
    let query = Query::new(
        "end the consents of a person",
        "UPDATE consent SET ended_at = $1, ended_by = 'program', ended_why = 'the person was erased'
         WHERE person = $2 AND ended_at IS NULL",
    );
    tx.run(query.int(at.as_millis()).int(person.get())).await?;
    touch(tx).await
}

async fn one(tx: &mut Tx, id: i64) -> Result<ConsentRow> {
    let query = Query::new(
        "read a consent",
        format!("{ROWS} FROM consent c WHERE c.id = $1"),
    );
    let row = tx.fetch_one(query.int(id)).await?;
    row_of(&row.ok_or_else(|| no_such("consent", id))?)
}

/// See [`crate::LawStore::consents`].
pub(super) async fn all(
    db: &Database,
    person: Option<PersonId>,
    standing_only: bool,
) -> Result<Vec<ConsentRow>> {
    let text = format!(
        "{ROWS} FROM consent c
         WHERE ($1 = 0 OR c.person = $1) AND ($2 = 0 OR c.ended_at IS NULL) ORDER BY c.id"
    );
    let query = Query::new("read consents", text)
        .int(person.map_or(0, PersonId::get))
        .int(i64::from(standing_only));
    db.fetch(query).await?.iter().map(row_of).collect()
}

/// See [`crate::LawStore::consents_changed`].
pub(super) async fn changed(
    db: &Database,
    since: Timestamp,
) -> Result<Vec<(PersonId, Vec<PersonConsent>)>> {
    let query = Query::new(
        "find whose consents changed",
        "SELECT person FROM consent WHERE recorded_at >= $1
         UNION SELECT person FROM consent WHERE ended_at IS NOT NULL AND ended_at >= $1
         ORDER BY person",
    );
    let rows = db.fetch(query.int(since.as_millis())).await?;
    let people = rows
        .iter()
        .map(|row| row.int("person"))
        .collect::<Result<BTreeSet<i64>>>()?;
    if people.is_empty() {
        return Ok(Vec::new());
    }
    let mut tx = db.begin().await?;
    let mut standing = of_people(&mut tx, &people).await?;
    tx.commit().await?;
    let with = |person: i64| {
        let theirs = standing.remove(&person).unwrap_or_default();
        (PersonId::new(person), theirs)
    };
    Ok(people.into_iter().map(with).collect())
}

/// Gives work what its people agreed to, as it stands.
pub(super) async fn told(tx: &mut Tx, items: &mut [WorkItem]) -> Result<()> {
    let people = items.iter().map(|item| item.contact.person.get());
    let mut standing = of_people(tx, &people.collect()).await?;
    for item in items {
        // A person has one piece of work with a campaign.
        let theirs = standing.remove(&item.contact.person.get());
        item.consents = theirs.unwrap_or_default();
    }
    Ok(())
}

/// CROSS JOIN has SQLite keep the order: few people, fewer consents.
pub(super) const STANDING: &str = " FROM {rows} CROSS JOIN consent c
     WHERE c.person = r.person AND c.ended_at IS NULL ORDER BY c.id";

pub(super) async fn of_people(
    tx: &mut Tx,
    people: &BTreeSet<i64>,
) -> Result<BTreeMap<i64, Vec<PersonConsent>>> {
    let mut standing: BTreeMap<i64, Vec<PersonConsent>> = BTreeMap::new();
    if people.is_empty() {
        return Ok(standing);
    }
    let query = Query::new("read what people agreed to", format!("{ROWS}{STANDING}"))
        .rows(Batch::default().ints("person", people.iter().copied()));
    for row in tx.fetch(query).await? {
        let row = row_of(&row)?;
        let theirs = standing.entry(row.consent.person.get()).or_default();
        theirs.push(row.consent.given(row.id));
    }
    Ok(standing)
}

/// Whose work is leased outside of the hours of the law; a test asks the planner about it.
pub(super) const AGREED: &str = "
     FROM (SELECT DISTINCT person FROM consent WHERE ended_at IS NULL AND kind = 'hours') AS c
     CROSS JOIN work w
     WHERE w.campaign = $1 AND w.person = c.person AND w.state = 1
       AND EXISTS (SELECT 1 FROM campaign_list l WHERE l.campaign = $1 AND l.list = w.list)";

/// See [`crate::LawStore::lease_agreed`].
pub(super) async fn lease(
    db: &Database,
    epoch: i64,
    campaign: CampaignId,
    now: Timestamp,
    count: u32,
) -> Result<(Vec<WorkItem>, Option<Timestamp>)> {
    let mut tx = db.begin().await?;
    fence::beside(&mut tx, epoch).await?;
    if lists_of(&mut tx, campaign).await?.is_empty() {
        return Ok((Vec::new(), None));
    }
    // Of segments with a quota only who was promised a call: what is left of it is counted in hours.
    let parted = by_segment::open(&mut tx, campaign, now).await?;
    let of_segments = match parted.map(|parted| parted.without_quota()) {
        None => String::new(),
        Some(ids) if ids.is_empty() => " AND w.turn = 0".to_owned(),
        Some(ids) => {
            let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
            format!(" AND (w.turn = 0 OR w.segment IN ({}))", ids.join(", "))
        }
    };
    let text = format!(
        "SELECT w.contact {AGREED}{of_segments} AND w.next_at <= $2
           AND NOT EXISTS (SELECT 1 FROM open_attempt o WHERE o.person = w.person)
         ORDER BY w.turn, w.next_at, w.contact LIMIT $3 {{skip_locked}}"
    );
    let query = Query::new("pick work of who agreed to other hours", text)
        .int(campaign.get())
        .int(now.as_millis())
        .int(i64::from(count));
    let rows = tx.fetch(query).await?;
    let picked = rows.iter().map(|row| row.int("contact"));
    let picked = picked.collect::<Result<Vec<i64>>>()?;
    work::mark_leased(&mut tx, epoch, campaign, &picked).await?;
    let text = format!("SELECT min(w.next_at) AS next_at {AGREED}{of_segments}");
    let query = Query::new("find when their work is due", text).int(campaign.get());
    let due = match tx.fetch_one(query).await? {
        Some(row) => row.opt_time("next_at")?,
        None => None,
    };
    let items = work::read_leased(&mut tx, campaign, &picked, now).await?;
    tx.commit().await?;
    Ok((items, due))
}

fn row_of(row: &Row) -> Result<ConsentRow> {
    let text = |column| Ok::<_, StoreError>(row.opt_text(column)?.unwrap_or_default());
    let ended = match row.opt_time("ended_at")? {
        Some(at) => Some((at, text("ended_by")?, text("ended_why")?)),
        None => None,
    };
    Ok(ConsentRow {
        id: ConsentId::new(row.int("id")?),
        consent: NewConsent {
            person: PersonId::new(row.int("person")?),
            to: agreed_to(row)?,
            purposes: purposes_of(&row.text("purposes")?)?,
            contract_at: row.opt_time("contract_at")?,
            signed_at: row.time("signed_at")?,
            instrument: row.text("instrument")?,
            evidence_sha256: row.text("evidence_sha256")?,
            recorded_at: row.time("recorded_at")?,
            recorded_by: row.text("recorded_by")?,
        },
        ended,
    })
}

fn agreed_to(row: &Row) -> Result<AgreedTo> {
    let kind = row.text("kind")?;
    if kind == AgreedTo::Calls.word() {
        return Ok(AgreedTo::Calls);
    }
    let named = row.opt_text("days")?.unwrap_or_default();
    let named: Vec<&str> = named.split(',').collect();
    let hours = OtherHours {
        from: row.opt_narrow("from_min")?.unwrap_or(0),
        to: row.opt_narrow("to_min")?.unwrap_or(0),
        days: DAYS.map(|day| named.contains(&day)),
        holidays: row.flag("holidays")?,
    };
    let to = AgreedTo::OtherHours(hours);
    match kind == to.word() {
        true => Ok(to),
        false => Err(strange(&kind)),
    }
}

fn days_text(days: [bool; 7]) -> String {
    let named = DAYS.iter().zip(days).filter(|(_, named)| *named);
    let named: Vec<&str> = named.map(|(day, _)| *day).collect();
    named.join(",")
}

fn purposes_text(purposes: &[Purpose]) -> String {
    let words: Vec<&str> = purposes.iter().map(|purpose| purpose.word()).collect();
    words.join(",")
}

fn purposes_of(text: &str) -> Result<Vec<Purpose>> {
    let words = text.split(',').filter(|word| !word.is_empty());
    words
        .map(|word| Purpose::from_word(word).ok_or_else(|| strange(word)))
        .collect()
}

fn strange(word: &str) -> StoreError {
    StoreError::Corrupt {
        what: "a consent",
        detail: format!("`{word}` is not known"),
    }
}
