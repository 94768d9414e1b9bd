//! The segments of a campaign as configured: one row per segment and version. What is in force is the version that
//! `segment_set` names.

use campaigns::{CampaignSegment, Quota, QuotaOf, Rest, SegmentOrder, Segmentation};
use domain::{CampaignId, ContactId, ListId, SegmentId, Timestamp};

use super::super::config::{must_exist, no_such, touch};
use super::super::database::{Database, Tx};
use super::super::query::{Batch, Query};
use super::super::row::Row;
use crate::error::{Result, StoreError};
use crate::types::{SegmentSet, SegmentVersion, SegmentWalk, SpeaksOf};

const HISTORY: i64 = 1;
const TODAY: i64 = 2;

/// See [`crate::SegmentStore::segments`].
pub(super) async fn in_force(db: &Database, campaign: CampaignId) -> Result<Option<SegmentSet>> {
    let query = Query::new(
        "read the segments in force",
        "SELECT s.version, s.rest_last, s.speaks_of, s.walked, s.walked_day, s.walked_lists,
                v.saved_at, v.saved_by
         FROM segment_set s JOIN segment_version v
           ON v.campaign = s.campaign AND v.version = s.version
         WHERE s.campaign = $1",
    )
    .int(campaign.get());
    let Some(head) = db.fetch_one(query).await? else {
        return Ok(None);
    };
    let version: u32 = head.narrow("version")?;
    let query = Query::new("read segments", ROWS)
        .int(campaign.get())
        .int(i64::from(version));
    let rows = db.fetch(query).await?;
    set_of(&head, version, &rows).map(Some)
}

/// The segments of a version, in order.
pub(super) const ROWS: &str = "
         SELECT r.segment, r.name, r.rule, r.lists, r.priority, r.share, r.ordering, r.order_column,
                r.retries_first, r.quota_of, r.quota_most, r.quota_per_day, r.sells, g.owed,
                g.paced_at, g.paced
         FROM segment_row r JOIN segment g ON g.id = r.segment
         WHERE r.campaign = $1 AND r.version = $2 ORDER BY r.place";

fn set_of(head: &Row, version: u32, rows: &[Row]) -> Result<SegmentSet> {
    let speaks_of = head.int("speaks_of")?;
    let lists: Vec<i64> = match head.text("walked_lists")?.as_str() {
        "" => Vec::new(),
        text => serde_json::from_str(text).map_err(odd)?,
    };
    Ok(SegmentSet {
        version,
        saved_at: head.time("saved_at")?,
        saved_by: head.text("saved_by")?,
        segmentation: Segmentation {
            segments: rows.iter().map(segment_of).collect::<Result<_>>()?,
            rest: rest_of(head.flag("rest_last")?),
        },
        speaks_of: SpeaksOf {
            history: speaks_of & HISTORY != 0,
            today: speaks_of & TODAY != 0,
        },
        walk: SegmentWalk {
            after: head.opt_int("walked")?.map(ContactId::new),
            day: head.int("walked_day")?,
            lists: lists.into_iter().map(ListId::new).collect(),
        },
    })
}

pub(super) fn rest_of(last: bool) -> Rest {
    match last {
        true => Rest::Last,
        false => Rest::Never,
    }
}

/// A segment of [`ROWS`].
pub(super) fn segment_of(row: &Row) -> Result<CampaignSegment> {
    let lists: Vec<i64> = row.json("lists", "lists of a segment")?;
    Ok(CampaignSegment {
        id: SegmentId::new(row.int("segment")?),
        name: row.text("name")?,
        rule: row.text("rule")?,
        lists: lists.into_iter().map(ListId::new).collect(),
        priority: row.narrow("priority")?,
        share: row.narrow("share")?,
        order: order_of(&row.text("ordering")?, row.opt_text("order_column")?)?,
        retries_first: row.flag("retries_first")?,
        quota: quota_of(row)?,
        sells: row.json("sells", "what a segment sells")?,
    })
}

fn order_of(word: &str, column: Option<String>) -> Result<SegmentOrder> {
    Ok(match (word, column) {
        ("oldest", _) => SegmentOrder::Oldest,
        ("newest", _) => SegmentOrder::Newest,
        ("score", Some(column)) => SegmentOrder::Score(column),
        ("best_hour", column) => SegmentOrder::BestHour(column),
        ("spread", _) => SegmentOrder::Spread,
        (other, _) => return Err(odd(format!("the order `{other}` means nothing"))),
    })
}

fn quota_of(row: &Row) -> Result<Option<Quota>> {
    let Some(word) = row.opt_text("quota_of")? else {
        return Ok(None);
    };
    let of = match word.as_str() {
        "sales" => QuotaOf::Sales,
        "contacts" => QuotaOf::Contacts,
        "attempts" => QuotaOf::Attempts,
        other => return Err(odd(format!("a quota of `{other}` means nothing"))),
    };
    Ok(Some(Quota {
        of,
        most: row.narrow("quota_most")?,
        per_day: row.flag("quota_per_day")?,
    }))
}

fn odd(detail: impl ToString) -> StoreError {
    StoreError::Corrupt {
        what: "segments of a campaign",
        detail: detail.to_string(),
    }
}

/// See [`crate::SegmentStore::segment_versions`].
pub(super) async fn versions(db: &Database, campaign: CampaignId) -> Result<Vec<SegmentVersion>> {
    let query = Query::new(
        "read the versions of segments",
        "SELECT v.version, v.saved_at, v.saved_by,
                (SELECT count(*) FROM segment_row r
                 WHERE r.campaign = v.campaign AND r.version = v.version) AS segments
         FROM segment_version v WHERE v.campaign = $1 ORDER BY v.version DESC",
    )
    .int(campaign.get());
    let version = |row: &Row| {
        Ok(SegmentVersion {
            version: row.narrow("version")?,
            saved_at: row.time("saved_at")?,
            saved_by: row.text("saved_by")?,
            segments: row.narrow("segments")?,
        })
    };
    db.fetch(query).await?.iter().map(version).collect()
}

/// See [`crate::SegmentStore::put_segments`].
pub(super) async fn put(
    db: &Database,
    campaign: CampaignId,
    segmentation: &Segmentation,
    speaks_of: SpeaksOf,
    (by, now): (&str, Timestamp),
) -> Result<SegmentSet> {
    let mut tx = db.begin().await?;
    must_exist(&mut tx, "campaign", campaign.get()).await?;
    let version = next_version(&mut tx, campaign).await?;
    let rest_last = i64::from(segmentation.rest == Rest::Last);
    let query = Query::new(
        "write a version of segments",
        "INSERT INTO segment_version (campaign, version, saved_at, saved_by, rest_last)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .int(campaign.get())
    .int(version)
    .int(now.as_millis())
    .text(by)
    .int(rest_last);
    tx.run(query).await?;
    write_rows(&mut tx, campaign, version, &segmentation.segments).await?;
    let speaks = i64::from(speaks_of.history) * HISTORY + i64::from(speaks_of.today) * TODAY;
    let query = Query::new(
        "put segments in force",
        "INSERT INTO segment_set (campaign, version, rest_last, speaks_of, walked,
                                  tally_attempt, tally_typed)
         SELECT $1, $2, $3, $4, 0, (SELECT COALESCE(max(id), 0) FROM attempt),
                (SELECT COALESCE(max(seq), 0) FROM typification) WHERE true
         ON CONFLICT (campaign) DO UPDATE SET version = excluded.version,
             rest_last = excluded.rest_last, speaks_of = excluded.speaks_of,
             walked = 0, walked_day = 0, walked_lists = ''",
    )
    .int(campaign.get())
    .int(version)
    .int(rest_last)
    .int(speaks);
    tx.run(query).await?;
    touch(&mut tx).await?;
    let names: Vec<&str> = segmentation
        .segments
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    let detail = format!("version {version}: {}", names.join(", "));
    tx.note("campaign.segments", format!("campaign {campaign}"), detail);
    tx.commit().await?;
    in_force(db, campaign)
        .await?
        .ok_or_else(|| no_such("segments of campaign", campaign))
}

async fn next_version(tx: &mut Tx, campaign: CampaignId) -> Result<i64> {
    let query = Query::new(
        "number a version of segments",
        "SELECT COALESCE(max(version), 0) + 1 AS version FROM segment_version WHERE campaign = $1",
    )
    .int(campaign.get());
    match tx.fetch_one(query).await? {
        Some(row) => row.int("version"),
        None => Ok(1),
    }
}

async fn write_rows(
    tx: &mut Tx,
    campaign: CampaignId,
    version: i64,
    segments: &[CampaignSegment],
) -> Result<()> {
    let each = || segments.iter();
    let query = Query::new(
        "number segments",
        "INSERT INTO segment (campaign, name) SELECT $1, r.name FROM {rows} WHERE true
         ON CONFLICT (campaign, name) DO NOTHING",
    )
    .int(campaign.get())
    .rows(Batch::default().texts("name", each().map(|one| one.name.clone())));
    tx.run(query).await?;
    let lists = |one: &CampaignSegment| {
        let lists: Vec<i64> = one.lists.iter().map(|list| list.get()).collect();
        serde_json::to_string(&lists).expect("numbers always serialise")
    };
    let sells =
        |one: &CampaignSegment| serde_json::to_string(&one.sells).expect("texts always serialise");
    let quota = |one: &CampaignSegment| one.quota;
    let batch = Batch::default()
        .ints("place", 0..segments.len() as i64)
        .texts("name", each().map(|one| one.name.clone()))
        .texts("rule", each().map(|one| one.rule.clone()))
        .texts("lists", each().map(lists))
        .ints("priority", each().map(|one| i64::from(one.priority)))
        .ints("share", each().map(|one| i64::from(one.share)))
        .texts(
            "ordering",
            each().map(|one| order_word(&one.order).to_owned()),
        )
        .texts("order_column", each().map(|one| order_column(&one.order)))
        .ints(
            "retries_first",
            each().map(|one| i64::from(one.retries_first)),
        )
        .texts("quota_of", each().map(|one| quota(one).map(quota_word)))
        .ints(
            "quota_most",
            each().map(|one| quota(one).map(|q| i64::from(q.most))),
        )
        .ints(
            "quota_per_day",
            each().map(|one| quota(one).map(|q| i64::from(q.per_day))),
        )
        .texts("sells", each().map(sells));
    let query = Query::new(
        "write segments",
        "INSERT INTO segment_row (campaign, version, place, segment, name, rule, lists, priority,
             share, ordering, order_column, retries_first, quota_of, quota_most, quota_per_day,
             sells)
         SELECT $1, $2, r.place, g.id, r.name, r.rule, r.lists, r.priority, r.share, r.ordering,
                r.order_column, r.retries_first, r.quota_of, r.quota_most, r.quota_per_day, r.sells
         FROM {rows} JOIN segment g ON g.campaign = $1 AND g.name = r.name",
    )
    .int(campaign.get())
    .int(version)
    .rows(batch);
    tx.run(query).await.map(drop)
}

fn order_word(order: &SegmentOrder) -> &'static str {
    match order {
        SegmentOrder::Oldest => "oldest",
        SegmentOrder::Newest => "newest",
        SegmentOrder::Score(_) => "score",
        SegmentOrder::BestHour(_) => "best_hour",
        SegmentOrder::Spread => "spread",
    }
}

fn order_column(order: &SegmentOrder) -> Option<String> {
    match order {
        SegmentOrder::Score(column) | SegmentOrder::BestHour(Some(column)) => Some(column.clone()),
        SegmentOrder::Oldest
        | SegmentOrder::Newest
        | SegmentOrder::BestHour(None)
        | SegmentOrder::Spread => None,
    }
}

fn quota_word(quota: Quota) -> String {
    let word = match quota.of {
        QuotaOf::Sales => "sales",
        QuotaOf::Contacts => "contacts",
        QuotaOf::Attempts => "attempts",
    };
    word.to_owned()
}

/// See [`crate::SegmentStore::remove_segments`]. What was done is kept; contacts keep the segment they had, of which
/// nothing is made.
pub(super) async fn remove(db: &Database, campaign: CampaignId) -> Result<()> {
    let mut tx = db.begin().await?;
    let query = Query::new(
        "put segments out of force",
        "DELETE FROM segment_set WHERE campaign = $1",
    );
    if tx.run(query.int(campaign.get())).await? == 0 {
        return Err(no_such("segments of campaign", campaign));
    }
    touch(&mut tx).await?;
    let detail = "none: list by list".to_owned();
    tx.note("campaign.segments", format!("campaign {campaign}"), detail);
    tx.commit().await
}
