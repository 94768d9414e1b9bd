//! What was done with each segment: calls that left, effective contacts, sales; by day of the call. Brought up to date
//! from the tables of attempts and typifications, each read on from where it was left, whenever contacts are leased:
//! what quotas see is never older than the lease they limit. A correction moves what it corrects.

use std::collections::BTreeMap;

use campaigns::{DayClock, SegmentTally};
use domain::{AttemptId, CampaignId, SegmentId, Timestamp};

use super::super::database::{Database, Tx};
use super::super::query::{Batch, Query};
use super::super::row::Row;
use crate::error::Result;

/// Rows read at a time.
const PAGE: i64 = 2_000;

/// What each segment did on a day and in all.
pub(super) type Sums = BTreeMap<i64, (SegmentTally, SegmentTally)>;

/// How far attempts and typifications go, or how far they were counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reached {
    pub(super) attempt: i64,
    pub(super) typed: i64,
}

/// Reads on from where it was left, to the end. The row of `segment_set` is locked by whoever calls.
pub(super) async fn bring_up(
    tx: &mut Tx,
    campaign: CampaignId,
    clock: DayClock,
    (counted, end): (Reached, Reached),
) -> Result<()> {
    let mut from = Some(counted.attempt);
    while let Some(after) = from.filter(|after| *after < end.attempt) {
        from = attempts(tx, campaign, clock, (after, end.attempt)).await?;
    }
    let mut from = Some(counted.typed);
    while let Some(after) = from.filter(|after| *after < end.typed) {
        from = typified(tx, campaign, (after, end.typed)).await?;
    }
    Ok(())
}

/// Attempts since the last that was counted, up to the first of which it is not known whether it left. By id: whatever
/// the campaign has had before is not looked at.
pub(super) const ATTEMPTS: &str = "
         SELECT a.id, a.intended_at, a.placed_at, a.outcome, w.dialed_in
         FROM attempt a LEFT JOIN work w ON w.campaign = a.campaign AND w.contact = a.contact
         WHERE a.id > $2 AND +a.campaign = $1 AND a.direction = 1 ORDER BY a.id LIMIT $3";

/// How far it came, where there are more.
async fn attempts(
    tx: &mut Tx,
    campaign: CampaignId,
    clock: DayClock,
    (from, end): (i64, i64),
) -> Result<Option<i64>> {
    let query = Query::new("read attempts of segments", ATTEMPTS)
        .int(campaign.get())
        .int(from)
        .int(PAGE);
    let rows = tx.fetch(query).await?;
    let (mut last, mut counted) = (from, Vec::new());
    let mut undecided = false;
    for row in &rows {
        let left = row.opt_int("placed_at")?.is_some();
        undecided = !left && row.opt_int("outcome")?.is_none();
        if undecided {
            break;
        }
        last = row.int("id")?;
        let segment = row.opt_int("dialed_in")?.filter(|segment| *segment >= 0);
        if let (true, Some(segment)) = (left, segment) {
            counted.push((last, segment, clock.day(row.time("intended_at")?)));
        }
    }
    let full = rows.len() as i64 == PAGE;
    if !full && !undecided {
        // What other campaigns did meanwhile is not gone through again.
        last = last.max(end);
    }
    if last == from {
        return Ok(None);
    }
    let each = || counted.iter();
    let query = Query::new(
        "count attempts of segments",
        "INSERT INTO segment_attempt (attempt, campaign, segment, day)
         SELECT r.attempt, $1, r.segment, r.day FROM {rows} WHERE true
         ON CONFLICT (attempt) DO NOTHING",
    )
    .int(campaign.get())
    .rows(
        Batch::default()
            .ints("attempt", each().map(|(attempt, _, _)| *attempt))
            .ints("segment", each().map(|(_, segment, _)| *segment))
            .ints("day", each().map(|(_, _, day)| *day)),
    );
    tx.run(query).await?;
    let mut changes = Changes::default();
    for (_, segment, day) in &counted {
        changes.of(*segment, *day).0 += 1;
    }
    changes.write(tx, campaign).await?;
    move_cursor(tx, campaign, "tally_attempt", last).await?;
    Ok((full && !undecided).then_some(last))
}

/// What was said of attempts since the last that was counted.
const TYPIFIED: &str = "
         SELECT t.seq, t.attempt, COALESCE(d.effective_contact, 0) AS contact,
                COALESCE(d.accepted_sale, 0) AS sale
         FROM typification t JOIN attempt a ON a.id = t.attempt
         LEFT JOIN disposition d ON d.catalogue = a.catalogue AND d.code = t.code
         WHERE t.seq > $2 AND +a.campaign = $1 ORDER BY t.seq LIMIT $3";

/// How far it came, where there are more.
async fn typified(
    tx: &mut Tx,
    campaign: CampaignId,
    (from, end): (i64, i64),
) -> Result<Option<i64>> {
    let query = Query::new("read typifications of segments", TYPIFIED)
        .int(campaign.get())
        .int(from)
        .int(PAGE);
    let rows = tx.fetch(query).await?;
    let full = rows.len() as i64 == PAGE;
    let last = match rows.last() {
        Some(row) if full => row.int("seq")?,
        Some(row) => end.max(row.int("seq")?),
        None => end,
    };
    // Of several words on one attempt the last one holds.
    let mut said = BTreeMap::new();
    for row in &rows {
        let flags = (row.flag("contact")?, row.flag("sale")?);
        said.insert(row.int("attempt")?, flags);
    }
    if !said.is_empty() {
        recount(tx, campaign, &said).await?;
    }
    move_cursor(tx, campaign, "tally_typed", last).await?;
    Ok(full.then_some(last))
}

/// Whether each attempt is a contact, and a sale, in place of what was counted of it.
async fn recount(
    tx: &mut Tx,
    campaign: CampaignId,
    said: &BTreeMap<i64, (bool, bool)>,
) -> Result<()> {
    let query = Query::new(
        "read what was counted of attempts",
        "SELECT s.attempt, s.segment, s.day, s.contact, s.sale
         FROM {rows} CROSS JOIN segment_attempt s WHERE s.attempt = r.attempt",
    )
    .rows(Batch::default().ints("attempt", said.keys().copied()));
    let mut changes = Changes::default();
    for row in tx.fetch(query).await? {
        let (contact, sale) = said[&row.int("attempt")?];
        let change = changes.of(row.int("segment")?, row.int("day")?);
        change.1 += i64::from(contact) - row.int("contact")?;
        change.2 += i64::from(sale) - row.int("sale")?;
    }
    let query = Query::new(
        "count what attempts were",
        "UPDATE segment_attempt AS s SET contact = r.contact, sale = r.sale
         FROM {rows} WHERE s.attempt = r.attempt",
    )
    .rows(
        Batch::default()
            .ints("attempt", said.keys().copied())
            .ints(
                "contact",
                said.values().map(|(contact, _)| i64::from(*contact)),
            )
            .ints("sale", said.values().map(|(_, sale)| i64::from(*sale))),
    );
    tx.run(query).await?;
    changes.write(tx, campaign).await
}

/// Attempts, contacts and sales to be added, by segment and day.
#[derive(Debug, Default)]
struct Changes(BTreeMap<(i64, i64), (i64, i64, i64)>);

impl Changes {
    fn of(&mut self, segment: i64, day: i64) -> &mut (i64, i64, i64) {
        self.0.entry((segment, day)).or_default()
    }

    async fn write(&self, tx: &mut Tx, campaign: CampaignId) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let query = Query::new(
            "add to what segments did",
            "INSERT INTO segment_tally (campaign, segment, day, attempts, contacts, sales)
             SELECT $1, r.segment, r.day, r.attempts, r.contacts, r.sales FROM {rows} WHERE true
             ON CONFLICT (campaign, segment, day) DO UPDATE SET
                 attempts = segment_tally.attempts + excluded.attempts,
                 contacts = segment_tally.contacts + excluded.contacts,
                 sales = segment_tally.sales + excluded.sales",
        )
        .int(campaign.get())
        .rows(
            Batch::default()
                .ints("segment", self.0.keys().map(|(segment, _)| *segment))
                .ints("day", self.0.keys().map(|(_, day)| *day))
                .ints(
                    "attempts",
                    self.0.values().map(|(attempts, _, _)| *attempts),
                )
                .ints(
                    "contacts",
                    self.0.values().map(|(_, contacts, _)| *contacts),
                )
                .ints("sales", self.0.values().map(|(_, _, sales)| *sales)),
        );
        tx.run(query).await.map(drop)
    }
}

async fn move_cursor(tx: &mut Tx, campaign: CampaignId, column: &str, to: i64) -> Result<()> {
    let text = format!("UPDATE segment_set SET {column} = $1 WHERE campaign = $2");
    let query = Query::new("note how far segments are counted", text)
        .int(to)
        .int(campaign.get());
    tx.run(query).await.map(drop)
}

/// What each segment did on the day of an instant, and in all. By the key of the table, a row for each day of each.
pub(super) async fn sums(
    tx: &mut Tx,
    campaign: CampaignId,
    clock: DayClock,
    now: Timestamp,
) -> Result<Sums> {
    let query = Query::new(
        "read what segments did",
        "SELECT segment, CASE WHEN day = $2 THEN 1 ELSE 0 END AS today,
                CAST(sum(attempts) AS BIGINT) AS attempts, CAST(sum(contacts) AS BIGINT) AS contacts,
                CAST(sum(sales) AS BIGINT) AS sales
         FROM segment_tally WHERE campaign = $1
         GROUP BY segment, CASE WHEN day = $2 THEN 1 ELSE 0 END",
    )
    .int(campaign.get())
    .int(clock.day(now));
    let mut sums = Sums::new();
    for row in tx.fetch(query).await? {
        let part = SegmentTally {
            attempts: row.narrow("attempts")?,
            contacts: row.narrow("contacts")?,
            sales: row.narrow("sales")?,
        };
        let (today, in_all) = sums.entry(row.int("segment")?).or_default();
        if row.flag("today")? {
            *today = part;
        }
        in_all.attempts += part.attempts;
        in_all.contacts += part.contacts;
        in_all.sales += part.sales;
    }
    Ok(sums)
}

/// See [`crate::SegmentStore::attempt_segments`].
pub(super) async fn made_in(
    db: &Database,
    campaign: CampaignId,
    first: AttemptId,
    last: AttemptId,
) -> Result<Vec<(AttemptId, SegmentId)>> {
    let query = Query::new(
        "read the segments of attempts",
        "SELECT attempt, segment FROM segment_attempt
         WHERE attempt >= $2 AND attempt <= $3 AND campaign = $1 ORDER BY attempt",
    )
    .int(campaign.get())
    .int(first.get())
    .int(last.get());
    let rows = db.fetch(query).await?;
    let pair = |row: &Row| {
        let attempt = AttemptId::new(row.int("attempt")?);
        Ok((attempt, SegmentId::new(row.int("segment")?)))
    };
    rows.iter().map(pair).collect()
}
