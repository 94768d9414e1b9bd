//! Putting lists to work in campaigns, contact by contact in small transactions: intents of calls wait for each, so a
//! million contacts at once would have all campaigns wait. How far it came stands beside the list of the campaign: what a
//! crash or a second load interrupts is gone on with from there, by whoever comes first.

use super::database::{Database, Tx};
use super::query::Query;
use crate::error::Result;

/// Contacts put to work in one transaction: some milliseconds of the only writer of SQLite.
const PAGE: i64 = 500;

/// Has the contacts of a list that come after this one put to work in a campaign; [`go_on`] does it, once that is
/// committed.
pub(super) async fn mark(tx: &mut Tx, campaign: i64, list: i64, after: i64) -> Result<()> {
    let query = Query::new(
        "have a list put to work",
        "UPDATE campaign_list
         SET attach_after = CASE WHEN attach_after < $1 THEN attach_after ELSE $1 END
         WHERE campaign = $2 AND list = $3",
    )
    .int(after)
    .int(campaign)
    .int(list);
    tx.run(query).await.map(drop)
}

/// See [`crate::Store::put_to_work`].
pub(super) async fn go_on(db: &Database) -> Result<u64> {
    let query = Query::new(
        "find lists to be put to work",
        "SELECT campaign, list FROM campaign_list WHERE attach_after IS NOT NULL
         ORDER BY campaign, place, list",
    );
    let mut added = 0;
    for row in db.fetch(query).await? {
        let (campaign, list) = (row.int("campaign")?, row.int("list")?);
        while let Some(some) = page(db, campaign, list).await? {
            added += some;
        }
    }
    if added > 0 {
        db.learn("work").await;
    }
    Ok(added)
}

/// Puts the next contacts to work; `None` when there are no more, or the campaign let the list go meanwhile.
async fn page(db: &Database, campaign: i64, list: i64) -> Result<Option<u64>> {
    let mut tx = db.begin().await?;
    let query = Query::new(
        "go on with a list",
        "SELECT attach_after FROM campaign_list
         WHERE campaign = $1 AND list = $2 AND attach_after IS NOT NULL {alone}",
    );
    let Some(row) = tx.fetch_one(query.int(campaign).int(list)).await? else {
        return Ok(None);
    };
    let after = row.int("attach_after")?;
    let until = last_of(&mut tx, list, after).await?;
    let added = match until {
        Some(until) => Some(put_to_work(&mut tx, (campaign, list), (after, until)).await?),
        None => None,
    };
    let query = Query::new(
        "note how far a list is at work",
        "UPDATE campaign_list SET attach_after = $1 WHERE campaign = $2 AND list = $3",
    );
    tx.run(query.int(until).int(campaign).int(list)).await?;
    tx.commit().await?;
    Ok(added)
}

/// The last contact of the next page, seen or not.
async fn last_of(tx: &mut Tx, list: i64, after: i64) -> Result<Option<i64>> {
    let query = Query::new(
        "find the next contacts of a list",
        "SELECT max(p.id) AS last FROM
             (SELECT k.id FROM contact k WHERE k.list = $1 AND k.id > $2 ORDER BY k.id LIMIT $3) AS p",
    );
    let row = tx.fetch_one(query.int(list).int(after).int(PAGE)).await?;
    Ok(row.map(|row| row.opt_int("last")).transpose()?.flatten())
}

/// Visible contacts alone; of a person who is in the list twice, the contact with a document.
async fn put_to_work(
    tx: &mut Tx,
    (campaign, list): (i64, i64),
    (after, until): (i64, i64),
) -> Result<u64> {
    let query = Query::new(
        "put contacts to work",
        "INSERT INTO work (campaign, contact, list, person, segment, state, next_at)
         SELECT $1, k.id, k.list, k.person,
                (SELECT -1 FROM segment_set g WHERE g.campaign = $1),
                CASE WHEN h.suppressed = 1
                       OR NOT EXISTS (SELECT 1 FROM phone q WHERE q.contact = k.id
                            AND NOT EXISTS (SELECT 1 FROM suppression s WHERE s.e164 = q.e164))
                     THEN 5 ELSE 1 END, 0
         FROM contact k
         JOIN import i ON i.id = k.import AND i.finished_at IS NOT NULL
         JOIN person h ON h.id = k.person
         WHERE k.list = $2 AND k.id > $3 AND k.id <= $4
           AND (k.with_document = 1 OR NOT EXISTS
                   (SELECT 1 FROM contact o JOIN import oi ON oi.id = o.import
                    WHERE o.list = k.list AND o.person = k.person AND o.with_document = 1
                      AND oi.finished_at IS NOT NULL))
         ON CONFLICT DO NOTHING",
    )
    .int(campaign)
    .int(list)
    .int(after)
    .int(until);
    tx.run(query).await
}
