//! Files that clients send, one row each, and the keys their answers are encrypted to.

use std::time::Duration;

use async_trait::async_trait;
use domain::{CampaignId, ListId, Timestamp};

use super::config::{no_such, taken};
use super::database::Database;
use super::import::wall_clock;
use super::query::Query;
use super::row::Row;
use super::{SqlStore, return_file, revert};
use crate::error::{Result, StoreError};
use crate::receptions::Receptions;
use crate::types::{
    CampaignKey, ImportId, LoadRow, NewReception, OpenedFile, ReceptionFilter, ReceptionId,
    ReceptionRow, ReceptionState, RefusedFile, ReturnFileRow,
};

/// A command or upload that has not gone on for so long has broken off.
const BROKEN_OFF_AFTER: Duration = Duration::from_secs(600);
/// Most files in an answer.
const PAGE_MAX: u32 = 10_000;

#[async_trait]
impl Receptions for SqlStore {
    async fn take_file(&self, file: &NewReception) -> Result<ReceptionId> {
        take(&self.db, file).await
    }

    async fn note_refused(
        &self,
        file: &NewReception,
        why: &RefusedFile,
        now: Timestamp,
    ) -> Result<ReceptionId> {
        let mut tx = self.db.begin().await?;
        let row = tx.fetch_one(insert(file, ReceptionState::Refused)).await?;
        let id = row.ok_or_else(|| no_such("file", "new"))?.int("id")?;
        tx.run(refuse(ReceptionId(id), 3, why, now)).await?;
        tx.commit().await?;
        Ok(ReceptionId(id))
    }

    async fn file_opened(&self, file: ReceptionId, opened: &OpenedFile) -> Result<()> {
        let query = Query::new(
            "note what was inside a file",
            "UPDATE reception SET envelope = $1, signer = $2, plain_sha256 = $3, plain_bytes = $4
             WHERE id = $5 AND state = 1",
        )
        .text(&opened.envelope)
        .text(&opened.signer)
        .text(&opened.sha256)
        .int(number(opened.bytes))
        .int(file.0);
        let changed = self.db.run(query).await;
        match taken(changed, String::new) {
            Ok(1..) => Ok(()),
            Ok(0) => Err(no_such("file being read with number", file.0)),
            Err(StoreError::Conflict(_)) => Err(StoreError::Conflict(
                before(&self.db, "plain_sha256", &opened.sha256).await?,
            )),
            Err(other) => Err(other),
        }
    }

    async fn file_goes_into(&self, file: ReceptionId, import: ImportId) -> Result<()> {
        let query = Query::new(
            "note the load of a file",
            "UPDATE reception SET import = $1 WHERE id = $2 AND state = 1",
        );
        match self.db.run(query.int(import.0).int(file.0)).await? {
            0 => Err(no_such("file being read with number", file.0)),
            _ => Ok(()),
        }
    }

    async fn refuse_file(
        &self,
        file: ReceptionId,
        why: &RefusedFile,
        now: Timestamp,
    ) -> Result<()> {
        self.db.run(refuse(file, 1, why, now)).await.map(drop)
    }

    async fn received_file(&self, file: ReceptionId) -> Result<Option<ReceptionRow>> {
        let query = Query::new("read a file received", format!("{ROW} WHERE r.id = $1"));
        let row = self.db.fetch_one(query.int(file.0)).await?;
        row.as_ref().map(row_of).transpose()
    }

    async fn received_files(&self, filter: &ReceptionFilter) -> Result<Vec<ReceptionRow>> {
        let text = format!(
            "{ROW} WHERE ($1 IS NULL OR r.place = $1) AND ($2 = 0 OR r.state = $2) AND r.id < $3
             ORDER BY r.id DESC LIMIT $4"
        );
        let state = filter.state.map_or(0, |state| i64::from(state.number()));
        let query = Query::new("read files received", text)
            .opt_text(filter.place.as_deref())
            .int(state)
            .int(filter.before.map_or(i64::MAX, |it| it.0))
            .int(i64::from(filter.limit.min(PAGE_MAX)));
        self.db.fetch(query).await?.iter().map(row_of).collect()
    }

    async fn received_counts(&self) -> Result<Vec<(String, ReceptionState, u64)>> {
        let query = Query::new(
            "count files received",
            "SELECT place, state, count(*) AS n FROM reception GROUP BY place, state
             ORDER BY place, state",
        );
        let count = |row: &Row| {
            let state = row.kind("state", ReceptionState::from_number)?;
            Ok((row.text("place")?, state, row.narrow("n")?))
        };
        self.db.fetch(query).await?.iter().map(count).collect()
    }

    async fn exclusions(&self, import: ImportId) -> Result<Vec<(String, u64)>> {
        exclusions(&self.db, import).await
    }

    async fn loads(&self, list: ListId) -> Result<Vec<LoadRow>> {
        loads(&self.db, list).await
    }

    async fn revert_load(&self, import: ImportId, by: &str, now: Timestamp) -> Result<u64> {
        revert::load(&self.db, import, by, now).await
    }

    async fn campaign_key(&self, campaign: CampaignId) -> Result<Option<CampaignKey>> {
        let query = Query::new(
            "read a client's key",
            "SELECT campaign, key, name, set_at, set_by FROM campaign_key WHERE campaign = $1",
        );
        let row = self.db.fetch_one(query.int(campaign.get())).await?;
        let key = |row: &Row| {
            Ok(CampaignKey {
                campaign,
                key: row.text("key")?,
                name: row.text("name")?,
                at: row.time("set_at")?,
                by: row.text("set_by")?,
            })
        };
        row.as_ref().map(key).transpose()
    }

    async fn put_campaign_key(&self, key: &CampaignKey) -> Result<()> {
        let query = Query::new(
            "set a client's key",
            "INSERT INTO campaign_key (campaign, key, name, set_at, set_by)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (campaign) DO UPDATE
             SET key = excluded.key, name = excluded.name, set_at = excluded.set_at,
                 set_by = excluded.set_by",
        )
        .int(key.campaign.get())
        .text(&key.key)
        .text(&key.name)
        .int(key.at.as_millis())
        .text(&key.by);
        let mut tx = self.db.begin().await?;
        tx.run(query).await?;
        let subject = format!("campaign {}", key.campaign);
        tx.note("client_key.set", subject, key.name.clone());
        tx.commit().await
    }

    async fn remove_campaign_key(&self, campaign: CampaignId) -> Result<bool> {
        let query = Query::new(
            "take a client's key away",
            "DELETE FROM campaign_key WHERE campaign = $1 RETURNING name",
        );
        let mut tx = self.db.begin().await?;
        let Some(row) = tx.fetch_one(query.int(campaign.get())).await? else {
            return Ok(false);
        };
        let subject = format!("campaign {campaign}");
        tx.note("client_key.remove", subject, row.text("name")?);
        tx.commit().await?;
        Ok(true)
    }

    async fn return_files(&self, campaign: CampaignId) -> Result<Vec<ReturnFileRow>> {
        return_file::written(&self.db, campaign).await
    }

    async fn return_file_named(&self, file_name: &str) -> Result<bool> {
        return_file::is_named(&self.db, file_name).await
    }

    async fn put_return_file(&self, file: &ReturnFileRow) -> Result<()> {
        return_file::put(&self.db, file).await
    }
}

const ROW: &str =
    "SELECT r.id, r.place, r.file_name, r.sha256, r.bytes, r.received_at, r.received_by,
        r.state, r.again, r.envelope, r.signer, r.plain_sha256, r.plain_bytes, r.import,
        r.ended_at, r.code, r.reason, r.reason_es, i.list, l.name AS list_name
     FROM reception r LEFT JOIN import i ON i.id = r.import LEFT JOIN list l ON l.id = i.list";

async fn take(db: &Database, file: &NewReception) -> Result<ReceptionId> {
    let mut tx = db.begin().await?;
    // By the same clock as that of loads, which is nobody's but this machine's.
    let before_then = wall_clock() - BROKEN_OFF_AFTER;
    let query = Query::new(
        "let go of files whose reading broke off",
        "UPDATE reception SET state = 3, code = 'interrupted', ended_at = $1,
             reason = 'reading it broke off; send it again',
             reason_es = 'su lectura se interrumpió; envíelo de nuevo'
         WHERE sha256 = $2 AND state = 1 AND place = '' AND received_at < $3
           AND NOT EXISTS (SELECT 1 FROM import i WHERE i.id = reception.import
                           AND (i.finished_at IS NOT NULL OR i.touched_at >= $3))",
    )
    .int(file.at.as_millis())
    .text(&file.sha256)
    .int(before_then.as_millis());
    tx.run(query).await?;
    let inserted = tx.fetch_one(insert(file, ReceptionState::Taken)).await;
    match taken(inserted, String::new) {
        Ok(Some(row)) => {
            let id = ReceptionId(row.int("id")?);
            tx.commit().await?;
            Ok(id)
        }
        Ok(None) => Err(no_such("file", "new")),
        Err(StoreError::Conflict(_)) => {
            drop(tx);
            Err(StoreError::Conflict(
                before(db, "sha256", &file.sha256).await?,
            ))
        }
        Err(other) => Err(other),
    }
}

fn insert(file: &NewReception, state: ReceptionState) -> Query {
    Query::new(
        "take a file",
        "INSERT INTO reception (place, file_name, sha256, bytes, received_at, received_by, state,
             again, envelope, signer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', '') RETURNING id",
    )
    .text(&file.place)
    .text(&file.file_name)
    .text(&file.sha256)
    .int(number(file.bytes))
    .int(file.at.as_millis())
    .text(&file.by)
    .int(i64::from(state.number()))
    .int(i64::from(file.again))
}

/// Refuses a file that is in a state.
fn refuse(file: ReceptionId, state: i64, why: &RefusedFile, now: Timestamp) -> Query {
    Query::new(
        "refuse a file",
        "UPDATE reception SET state = 3, code = $1, reason = $2, reason_es = $3, ended_at = $4
         WHERE id = $5 AND state = $6",
    )
    .text(&why.code)
    .text(&why.words)
    .text(&why.spanish)
    .int(now.as_millis())
    .int(file.0)
    .int(state)
}

/// What is said of a file that was there before.
async fn before(db: &Database, column: &'static str, sha256: &str) -> Result<String> {
    let text = format!("{ROW} WHERE r.{column} = $1 AND r.state IN (1, 2) ORDER BY r.id LIMIT 1");
    let query = Query::new("find a file received before", text).text(sha256);
    let Some(row) = db.fetch_one(query).await? else {
        return Ok("this file was loaded before".to_owned());
    };
    let row = row_of(&row)?;
    Ok(match (row.state, row.list) {
        (ReceptionState::Loaded, Some((_, list))) => format!(
            "this file was loaded already, as entry {}, into the list {list}",
            row.id.0
        ),
        _ => format!("this file is being loaded already, as entry {}", row.id.0),
    })
}

fn row_of(row: &Row) -> Result<ReceptionRow> {
    let opened = match row.opt_text("plain_sha256")? {
        None => None,
        Some(sha256) => Some(OpenedFile {
            envelope: row.text("envelope")?,
            signer: row.text("signer")?,
            sha256,
            bytes: row.opt_narrow("plain_bytes")?.unwrap_or_default(),
        }),
    };
    let refused = match row.opt_text("code")? {
        None => None,
        Some(code) => Some(RefusedFile {
            code,
            words: row.opt_text("reason")?.unwrap_or_default(),
            spanish: row.opt_text("reason_es")?.unwrap_or_default(),
        }),
    };
    let list = match (row.opt_int("list")?, row.opt_text("list_name")?) {
        (Some(id), Some(name)) => Some((ListId::new(id), name)),
        _ => None,
    };
    Ok(ReceptionRow {
        id: ReceptionId(row.int("id")?),
        file: NewReception {
            place: row.text("place")?,
            file_name: row.text("file_name")?,
            sha256: row.text("sha256")?,
            bytes: row.narrow("bytes")?,
            at: row.time("received_at")?,
            by: row.text("received_by")?,
            again: row.flag("again")?,
        },
        state: row.kind("state", ReceptionState::from_number)?,
        opened,
        import: row.opt_int("import")?.map(ImportId),
        list,
        ended_at: row.opt_time("ended_at")?,
        refused,
    })
}

async fn exclusions(db: &Database, import: ImportId) -> Result<Vec<(String, u64)>> {
    let query = Query::new(
        "count the contacts of a load that must not be called",
        "SELECT reason, count(*) AS n FROM (
             SELECT CASE WHEN h.suppressed = 1 THEN 'asked by the person'
                    ELSE COALESCE(
                        (SELECT min(s.reason) FROM phone q JOIN suppression s ON s.e164 = q.e164
                         WHERE q.contact = k.id),
                        (SELECT min(r.register) FROM phone q CROSS JOIN register_snapshot r
                         JOIN register_number n ON n.snapshot = r.id AND n.e164 = q.e164
                         WHERE q.contact = k.id AND r.state = 1)) END AS reason
             FROM contact k JOIN person h ON h.id = k.person
             WHERE k.import = $1
               AND (h.suppressed = 1 OR NOT EXISTS (
                   SELECT 1 FROM phone q WHERE q.contact = k.id
                     AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.e164 = q.e164)
                     AND NOT EXISTS (SELECT 1 FROM register_snapshot r
                         JOIN register_number n ON n.snapshot = r.id AND n.e164 = q.e164
                         WHERE r.state = 1)))
         ) AS excluded GROUP BY reason ORDER BY reason",
    )
    .int(import.0);
    let count = |row: &Row| Ok((row.text("reason")?, row.narrow("n")?));
    db.fetch(query).await?.iter().map(count).collect()
}

async fn loads(db: &Database, list: ListId) -> Result<Vec<LoadRow>> {
    let query = Query::new(
        "read the loads of a list",
        "SELECT id, list, contacts, acta, finished_at, reverted_at, reverted_by FROM import
         WHERE list = $1 AND (finished_at IS NOT NULL OR reverted_at IS NOT NULL) ORDER BY id",
    )
    .int(list.get());
    let load = |row: &Row| {
        let by = row.opt_text("reverted_by")?.unwrap_or_default();
        Ok(LoadRow {
            id: ImportId(row.int("id")?),
            list,
            contacts: row.narrow("contacts")?,
            acta: row.text("acta")?,
            finished: row.opt_time("finished_at")?,
            reverted: row.opt_time("reverted_at")?.map(|at| (at, by)),
        })
    };
    db.fetch(query).await?.iter().map(load).collect()
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
