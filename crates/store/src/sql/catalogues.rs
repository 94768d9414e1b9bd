//! Typifications in versions: what is in force, what was, and a new one beside them. None is changed or
//! removed: attempts name the version they began with.

use std::collections::BTreeSet;
use std::time::Duration;

use ::campaigns::Catalogue;
use async_trait::async_trait;
use domain::{
    CallBack, CampaignId, CatalogueId, ContactId, Disposition, NextPhone, Occasion, Origin,
    RetryRule, Timestamp, WorkState,
};

use super::config::{must_exist, taken, touch};
use super::database::{Database, Tx};
use super::fold::millis;
use super::query::{Batch, Query};
use super::row::Row;
use super::{SqlStore, contradictions, corrections, work_tally};
use crate::catalogues::Catalogues;
use crate::error::{Result, StoreError};
use crate::types::{
    CatalogueVersion, ContradictionSet, CorrectionRow, HeldByRule, Management, NewCatalogue,
};

/// The campaign that the house's own versions are of.
const HOUSE: i64 = 0;

const COLUMNS: &str = "code, level1, level2, level3, origin, set_on, human, third_party, holder,
    effective_contact, accepted_sale, closes_record, suppresses, best_rank, wait_ms, next_phone,
    other_hours, times_max, invalidates_phone, costs_attempt, call_back, retired, next_action";

/// The last version of a campaign, else of the house.
const IN_FORCE: &str = "SELECT id, version FROM catalogue WHERE campaign IN ($1, 0)
     ORDER BY campaign DESC, version DESC LIMIT 1";

#[async_trait]
impl Catalogues for SqlStore {
    async fn catalogue(&self, campaign: CampaignId) -> Result<Catalogue> {
        in_force(&self.db, campaign).await
    }

    async fn catalogue_of(&self, id: CatalogueId) -> Result<Option<Catalogue>> {
        let query = Query::new(
            "look a version of typifications up",
            "SELECT id, version FROM catalogue WHERE id = $1",
        );
        match self.db.fetch_one(query.int(id.get())).await? {
            Some(row) => Ok(Some(read(&self.db, &row).await?)),
            None => Ok(None),
        }
    }

    async fn catalogue_versions(&self, campaign: CampaignId) -> Result<Vec<CatalogueVersion>> {
        versions(&self.db, campaign).await
    }

    async fn put_catalogue(&self, new: &NewCatalogue) -> Result<(Catalogue, Vec<String>)> {
        put(&self.db, new).await
    }

    async fn management(&self, campaign: CampaignId, contact: ContactId) -> Result<Management> {
        corrections::management(&self.db, campaign, contact).await
    }

    async fn work_state(
        &self,
        campaign: CampaignId,
        contact: ContactId,
    ) -> Result<Option<WorkState>> {
        let query = Query::new(
            "read the state of work",
            "SELECT state FROM work WHERE campaign = $1 AND contact = $2",
        );
        let query = query.int(campaign.get()).int(contact.get());
        let row = self.db.fetch_one(query).await?;
        row.map(|row| row.kind("state", WorkState::from_number))
            .transpose()
    }

    async fn held_by_rule(&self, campaign: CampaignId, now: Timestamp) -> Result<Vec<HeldByRule>> {
        work_tally::held_by_rule(&self.db, campaign, now).await
    }

    async fn contradiction_sets(&self, campaign: CampaignId) -> Result<Vec<ContradictionSet>> {
        contradictions::sets(&self.db, campaign).await
    }

    async fn put_contradiction_set(&self, new: &ContradictionSet) -> Result<u32> {
        contradictions::put(&self.db, new).await
    }

    async fn corrections(
        &self,
        campaign: CampaignId,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<CorrectionRow>> {
        corrections::within(&self.db, campaign, from, to).await
    }
}

/// See [`Catalogues::catalogue`].
pub(super) async fn in_force(db: &Database, campaign: CampaignId) -> Result<Catalogue> {
    let query = Query::new("find the typifications in force", IN_FORCE);
    match db.fetch_one(query.int(campaign.get())).await? {
        Some(row) => read(db, &row).await,
        None => Ok(Catalogue::spanish()),
    }
}

async fn read(db: &Database, row: &Row) -> Result<Catalogue> {
    let id = row.int("id")?;
    let rows = db.fetch(rows_of(id)).await?;
    let rows = rows.iter().map(disposition_of).collect::<Result<_>>()?;
    Ok(Catalogue::from_rows(
        CatalogueId::new(id),
        row.narrow("version")?,
        rows,
    ))
}

fn rows_of(id: i64) -> Query {
    let text = format!("SELECT {COLUMNS} FROM disposition WHERE catalogue = $1 ORDER BY place");
    Query::new("read typifications", text).int(id)
}

async fn rows_in(tx: &mut Tx, id: i64) -> Result<Vec<Disposition>> {
    tx.fetch(rows_of(id))
        .await?
        .iter()
        .map(disposition_of)
        .collect()
}

async fn versions(db: &Database, campaign: CampaignId) -> Result<Vec<CatalogueVersion>> {
    let query = Query::new(
        "read the versions of typifications",
        "SELECT c.id, c.campaign, c.version, c.created_at, c.created_by, c.note,
                (SELECT count(*) FROM disposition d WHERE d.catalogue = c.id) AS n
         FROM catalogue c
         WHERE c.campaign = (SELECT max(o.campaign) FROM catalogue o WHERE o.campaign IN ($1, 0))
         ORDER BY c.version DESC",
    );
    let rows = db.fetch(query.int(campaign.get())).await?;
    let version = |row: &Row| {
        Ok(CatalogueVersion {
            id: CatalogueId::new(row.int("id")?),
            version: row.narrow("version")?,
            of_house: row.int("campaign")? == HOUSE,
            at: row.time("created_at")?,
            by: row.text("created_by")?,
            note: row.text("note")?,
            rows: row.narrow("n")?,
        })
    };
    rows.iter().map(version).collect()
}

async fn put(db: &Database, new: &NewCatalogue) -> Result<(Catalogue, Vec<String>)> {
    let campaign = new.campaign.get();
    // Before the turn to write is taken: calls that bear a code from now on name the version before, which
    // stays as it is.
    let used = codes_in_use(db, campaign).await?;
    let mut tx = db.begin().await?;
    must_exist(&mut tx, "campaign", campaign).await?;
    let query = Query::new("find the typifications in force", IN_FORCE).int(campaign);
    let before = match tx.fetch_one(query).await? {
        Some(row) => rows_in(&mut tx, row.int("id")?).await?,
        None => Vec::new(),
    };
    let (rows, retired) = Catalogue::succeed(new.rows.clone(), &before, |code| used.contains(code));
    let written = write(&mut tx, campaign, &rows, new).await;
    let (id, version) = taken(written, || {
        "somebody else changed these typifications at the same time; look at theirs first"
            .to_owned()
    })?;
    touch(&mut tx).await?;
    let detail = differences(version, &before, &rows);
    tx.note(
        "campaign.typifications",
        format!("campaign {campaign}"),
        detail,
    );
    tx.commit().await?;
    let catalogue = Catalogue::from_rows(CatalogueId::new(id), version, rows);
    Ok((catalogue, retired))
}

/// What a version changes, for the audit log: rows that are new, gone or not as they were.
fn differences(version: u32, before: &[Disposition], after: &[Disposition]) -> String {
    let codes = |rows: &[Disposition], others: &[Disposition]| {
        let differ = rows.iter().filter(|row| !others.contains(row));
        differ.map(|row| row.code.clone()).collect::<Vec<_>>()
    };
    let (now, was) = (codes(after, before), codes(before, after));
    serde_json::json!({"version": version, "rows": after.len(), "was": was, "is": now}).to_string()
}

/// Codes that calls of a campaign bear.
async fn codes_in_use(db: &Database, campaign: i64) -> Result<BTreeSet<String>> {
    let query = Query::new(
        "find the codes in use",
        "SELECT DISTINCT code FROM attempt WHERE campaign = $1 AND code IS NOT NULL
         UNION SELECT DISTINCT t.code FROM typification t JOIN attempt a ON a.id = t.attempt
         WHERE a.campaign = $1",
    );
    let rows = db.fetch(query.int(campaign)).await?;
    rows.iter().map(|row| row.text("code")).collect()
}

async fn write(
    tx: &mut Tx,
    campaign: i64,
    rows: &[Disposition],
    new: &NewCatalogue,
) -> Result<(i64, u32)> {
    let query = Query::new(
        "put a version of typifications into force",
        "INSERT INTO catalogue (campaign, version, created_at, created_by, note)
         SELECT $1, COALESCE(max(version), 0) + 1, $2, $3, $4 FROM catalogue WHERE campaign = $1
         RETURNING id, version",
    )
    .int(campaign)
    .int(new.at.as_millis())
    .text(&new.by)
    .text(&new.note);
    let Some(row) = tx.fetch_one(query).await? else {
        return Err(StoreError::Corrupt {
            what: "versions of typifications",
            detail: "a version that was written has no number".to_owned(),
        });
    };
    let id = row.int("id")?;
    fill(tx, id, rows).await?;
    Ok((id, row.narrow("version")?))
}

async fn fill(tx: &mut Tx, id: i64, rows: &[Disposition]) -> Result<()> {
    let text = format!(
        "INSERT INTO disposition (catalogue, place, {COLUMNS})
         SELECT $1, r.place, r.code, r.level1, r.level2, r.level3, r.origin, r.set_on, r.human,
             r.third_party, r.holder, r.effective_contact, r.accepted_sale, r.closes_record,
             r.suppresses, r.best_rank, r.wait_ms, r.next_phone, r.other_hours, r.times_max,
             r.invalidates_phone, r.costs_attempt, r.call_back, r.retired, r.next_action
         FROM {{rows}}"
    );
    let query = Query::new("write typifications", text)
        .int(id)
        .rows(batch(rows));
    tx.run(query).await.map(drop)
}

fn batch(rows: &[Disposition]) -> Batch {
    let flag = |pick: fn(&Disposition) -> bool| rows.iter().map(move |d| i64::from(pick(d)));
    let level = |at: usize| rows.iter().map(move |d| d.levels[at].clone());
    let words = |d: &Disposition| {
        let words: Vec<_> = d.occasions.iter().map(|on| Occasion::word(*on)).collect();
        words.join(" ")
    };
    Batch::default()
        .texts("code", rows.iter().map(|d| d.code.clone()))
        .ints("place", 0..rows.len() as i64)
        .texts("level1", level(0))
        .texts("level2", level(1))
        .texts("level3", level(2))
        .texts("origin", rows.iter().map(|d| d.origin.word().to_owned()))
        .texts("set_on", rows.iter().map(words))
        .ints("human", flag(|d| d.human))
        .ints("third_party", flag(|d| d.third_party))
        .ints("holder", flag(|d| d.holder))
        .ints("effective_contact", flag(|d| d.effective_contact))
        .ints("accepted_sale", flag(|d| d.accepted_sale))
        .ints("closes_record", flag(|d| d.closes_record))
        .ints("suppresses", flag(|d| d.suppresses))
        .ints("best_rank", rows.iter().map(|d| i64::from(d.rank)))
        .ints("wait_ms", rows.iter().map(|d| millis(d.retry.wait)))
        .texts(
            "next_phone",
            rows.iter().map(|d| d.retry.next_phone.word().to_owned()),
        )
        .ints("other_hours", flag(|d| d.retry.other_hours))
        .ints(
            "times_max",
            rows.iter().map(|d| d.retry.times_max.map(i64::from)),
        )
        .ints("invalidates_phone", flag(|d| d.retry.invalidates_phone))
        .ints("costs_attempt", flag(|d| d.retry.costs_attempt))
        .texts(
            "call_back",
            rows.iter()
                .map(|d| d.call_back.map(|call| call.word().to_owned())),
        )
        .ints("retired", flag(|d| d.retired))
        .texts("next_action", rows.iter().map(|d| d.next_action.clone()))
}

fn disposition_of(row: &Row) -> Result<Disposition> {
    let odd = |word: &str| StoreError::Corrupt {
        what: "typifications",
        detail: format!("`{word}` means nothing to this version"),
    };
    let origin = row.text("origin")?;
    let next_phone = row.text("next_phone")?;
    let call_back = row.opt_text("call_back")?;
    let call_back = call_back.map(|word| CallBack::from_word(&word).ok_or_else(|| odd(&word)));
    let occasions = row.text("set_on")?;
    let occasions = occasions
        .split_whitespace()
        .map(|word| Occasion::from_word(word).ok_or_else(|| odd(word)));
    Ok(Disposition {
        code: row.text("code")?,
        levels: [
            row.text("level1")?,
            row.text("level2")?,
            row.text("level3")?,
        ],
        origin: Origin::from_word(&origin).ok_or_else(|| odd(&origin))?,
        occasions: occasions.collect::<Result<_>>()?,
        human: row.flag("human")?,
        third_party: row.flag("third_party")?,
        holder: row.flag("holder")?,
        effective_contact: row.flag("effective_contact")?,
        accepted_sale: row.flag("accepted_sale")?,
        closes_record: row.flag("closes_record")?,
        suppresses: row.flag("suppresses")?,
        rank: row.narrow("best_rank")?,
        call_back: call_back.transpose()?,
        retired: row.flag("retired")?,
        retry: RetryRule {
            wait: Duration::from_millis(row.narrow("wait_ms")?),
            next_phone: NextPhone::from_word(&next_phone).ok_or_else(|| odd(&next_phone))?,
            other_hours: row.flag("other_hours")?,
            times_max: row.opt_narrow("times_max")?,
            invalidates_phone: row.flag("invalidates_phone")?,
            costs_attempt: row.flag("costs_attempt")?,
        },
        next_action: row.text("next_action")?,
    })
}

/// Writes the house's own down where this program has another than the record: as its first version, or
/// as the next, so that calls of before keep their meaning.
pub(super) async fn ensure_house(db: &Database) -> Result<()> {
    let house = Catalogue::house();
    let known = in_force(db, CampaignId::new(HOUSE)).await?;
    if known.rows() == house.rows() {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    // Whoever opens the record at the same time waits here, and finds it done.
    super::fence::turn(&mut tx).await?;
    let query = Query::new("find the typifications in force", IN_FORCE).int(HOUSE);
    let last = match tx.fetch_one(query).await? {
        Some(row) => Some(row.int("id")?),
        None => None,
    };
    let rows = match last {
        Some(id) => rows_in(&mut tx, id).await?,
        None => Vec::new(),
    };
    match last {
        Some(id) if rows.is_empty() => fill(&mut tx, id, house.rows()).await?,
        _ if rows == house.rows() => return Ok(()),
        _ => {
            let new = NewCatalogue {
                campaign: CampaignId::new(HOUSE),
                rows: house.rows().to_vec(),
                by: String::new(),
                note: String::new(),
                at: super::import::wall_clock(),
            };
            write(&mut tx, HOUSE, house.rows(), &new).await?;
        }
    }
    tx.commit().await
}
