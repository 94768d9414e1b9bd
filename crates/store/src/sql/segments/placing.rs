//! Which contact belongs where: who is to be looked at, and writing down what was found.

use std::collections::BTreeMap;

use domain::{CampaignId, ContactId, SegmentId, WorkState};

use super::super::database::{Database, Tx};
use super::super::fence;
use super::super::query::{Batch, Query};
use super::super::row::Row;
use super::super::work::contact_of;
use super::UNPARTED;
use crate::error::Result;
use crate::types::{History, SegmentPlace, SegmentSubject, Subjects};

/// Contacts given a segment by hand in one transaction, so that the journal never waits long.
const AT_ONCE: usize = 1_000;
/// Most contacts in one answer.
const PAGE_MAX: u32 = 10_000;

/// See [`crate::SegmentStore::segment_subjects`].
pub(super) async fn subjects(
    db: &Database,
    campaign: CampaignId,
    which: Subjects,
    limit: u32,
) -> Result<Vec<SegmentSubject>> {
    let (text, list, after) = match which {
        Subjects::After(after) => (page(ALL, "0"), 0, after),
        Subjects::OfList(list, after) => (page(OF_LIST, CLOSED_ELSEWHERE), list.get(), after),
        Subjects::Unparted => (page(TO_BE_PARTED, "0"), 0, None),
    };
    let query = Query::new("read contacts to be parted", text)
        .int(campaign.get())
        .int(after.map_or(0, ContactId::get))
        .int(i64::from(limit.min(PAGE_MAX)))
        .int(list);
    let rows = db.fetch(query).await?;
    let mut subjects: Vec<SegmentSubject> = rows.iter().map(subject_of).collect::<Result<_>>()?;
    let tried =
        |subject: &&SegmentSubject| subject.code.is_some() || subject.spent > 0 || subject.pass > 1;
    let tried: Vec<i64> = subjects
        .iter()
        .filter(tried)
        .map(|one| one.contact.id.get())
        .collect();
    let mut histories = histories(db, campaign, &tried).await?;
    for subject in &mut subjects {
        let history = histories.remove(&subject.contact.id.get());
        subject.history = history.unwrap_or_default();
    }
    Ok(subjects)
}

const ALL: &str = "$4 = 0";
const OF_LIST: &str = "w.list = $4";
/// As the partial index has it.
const TO_BE_PARTED: &str = "w.segment = -1 AND $4 = 0";

/// Whether another campaign closed the person of the work `w` over the same base: a sale or a refusal is one's for all.
pub(super) const CLOSED_ELSEWHERE: &str = "CASE WHEN EXISTS (SELECT 1 FROM work o
        WHERE o.person = w.person AND o.campaign <> w.campaign AND o.list = w.list AND o.state = 3)
    THEN 1 ELSE 0 END";

/// Work of a campaign with a condition, in order of contact. CROSS JOIN has SQLite begin with the work.
fn page(condition: &str, closed_elsewhere: &str) -> String {
    format!(
        "SELECT k.id, k.list, k.person, k.document, k.name, k.segment, k.attributes, w.state,
                w.attempts, w.repeats, w.code, w.pinned, w.segment AS part, w.pass,
                (SELECT count(*) FROM phone p WHERE p.contact = k.id) AS phones,
                CASE WHEN EXISTS (SELECT 1 FROM campaign_list c
                                  WHERE c.campaign = w.campaign AND c.list = w.list)
                     THEN 1 ELSE 0 END AS attached,
                {closed_elsewhere} AS closed_elsewhere
         FROM work w CROSS JOIN contact k
         WHERE w.campaign = $1 AND w.contact > $2 AND k.id = w.contact AND {condition}
         ORDER BY w.contact LIMIT $3"
    )
}

fn subject_of(row: &Row) -> Result<SegmentSubject> {
    let segment = row.opt_int("part")?.filter(|part| *part != UNPARTED);
    Ok(SegmentSubject {
        contact: contact_of(row)?,
        phones: row.narrow("phones")?,
        attached: row.flag("attached")?,
        state: row.kind("state", WorkState::from_number)?,
        spent: row.narrow("attempts")?,
        repeats: row.narrow("repeats")?,
        code: row.opt_text("code")?,
        history: History::default(),
        segment: segment.map(SegmentId::new),
        pinned: row.opt_int("pinned")?.map(SegmentId::new),
        pass: row.narrow("pass")?,
        closed_elsewhere: row.flag("closed_elsewhere")?,
    })
}

/// What was tried with contacts. Outcomes 1 to 3 are those of calls that a person picked up.
async fn histories(
    db: &Database,
    campaign: CampaignId,
    contacts: &[i64],
) -> Result<BTreeMap<i64, History>> {
    if contacts.is_empty() {
        return Ok(BTreeMap::new());
    }
    let query = Query::new(
        "read what was tried with contacts",
        "SELECT a.contact, count(*) AS attempts, max(a.intended_at) AS last_at,
                sum(CASE WHEN a.outcome IN (1, 2, 3) THEN 1 ELSE 0 END) AS answered,
                max(CASE WHEN a.outcome IN (1, 2, 3) THEN a.answered_at END) AS answered_at
         FROM {rows} CROSS JOIN attempt a
         WHERE a.contact = r.contact AND a.campaign = $1 AND a.direction = 1
           AND a.placed_at IS NOT NULL
         GROUP BY a.contact",
    )
    .int(campaign.get())
    .rows(Batch::default().ints("contact", contacts.iter().copied()));
    let rows = db.fetch(query).await?;
    let history = |row: &Row| {
        Ok((
            row.int("contact")?,
            History {
                attempts: row.narrow("attempts")?,
                last_at: row.opt_time("last_at")?,
                answered: row.narrow("answered")?,
                answered_at: row.opt_time("answered_at")?,
                best_code: None,
            },
        ))
    };
    let mut histories: BTreeMap<i64, History> = rows.iter().map(history).collect::<Result<_>>()?;
    let query = Query::new("read the best that was said of contacts", BEST)
        .int(campaign.get())
        .rows(Batch::default().ints("contact", contacts.iter().copied()));
    for row in db.fetch(query).await? {
        let history = histories.entry(row.int("contact")?).or_default();
        history.best_code = row.opt_text("code")?;
    }
    Ok(histories)
}

/// As `v1_management` has it. Outcome 14 is a call that never left.
const BEST: &str = "SELECT contact, code FROM (
         SELECT a.contact, a.code, row_number() OVER (PARTITION BY a.contact
                    ORDER BY d.best_rank DESC, a.intended_at DESC, a.id DESC) AS nth
         FROM {rows} CROSS JOIN attempt a
         JOIN disposition d ON d.catalogue = a.catalogue AND d.code = a.code
         WHERE a.contact = r.contact AND a.campaign = $1 AND a.outcome <> 14) AS said
     WHERE nth = 1";

/// The campaign comes with each row, so that the work is found by its whole key: with the campaign alone SQLite would
/// go through all work of it for every row. A test asks the planner.
pub(in super::super) const PLACE: &str =
    "UPDATE work AS w SET segment = r.segment, rank = r.rank FROM {rows}
         WHERE w.campaign = r.campaign AND w.contact = r.contact
           AND w.attempts = r.spent AND w.repeats = r.repeats
           AND w.pinned IS NOT DISTINCT FROM r.pinned
           AND (w.segment IS DISTINCT FROM r.segment OR w.rank <> r.rank)";

/// Likewise.
pub(in super::super) const PIN: &str = "UPDATE work AS w SET pinned = r.pinned,
             segment = CASE WHEN w.segment IS NULL THEN NULL ELSE -1 END
         FROM {rows} WHERE w.campaign = r.campaign AND w.contact = r.contact
           AND w.pinned IS DISTINCT FROM r.pinned";

/// See [`crate::SegmentStore::place_contacts`]. Rows that say already what they should are left alone: an index that
/// does not change costs nothing.
pub(super) async fn place(
    db: &Database,
    campaign: CampaignId,
    version: u32,
    places: &[SegmentPlace],
) -> Result<bool> {
    let mut tx = db.begin().await?;
    fence::turn(&mut tx).await?;
    if !is_in_force(&mut tx, campaign, version).await? {
        return Ok(false);
    }
    let each = || places.iter();
    let query = Query::new("part contacts", PLACE).rows(
        Batch::default()
            .ints("campaign", each().map(|_| campaign.get()))
            .ints("contact", each().map(|place| place.contact.get()))
            .ints(
                "segment",
                each().map(|place| place.segment.map(SegmentId::get)),
            )
            .ints("rank", each().map(|place| place.rank))
            .ints("spent", each().map(|place| i64::from(place.spent)))
            .ints("repeats", each().map(|place| i64::from(place.repeats)))
            .ints(
                "pinned",
                each().map(|place| place.pinned.map(SegmentId::get)),
            ),
    );
    tx.run(query).await?;
    tx.commit().await?;
    Ok(true)
}

async fn is_in_force(tx: &mut Tx, campaign: CampaignId, version: u32) -> Result<bool> {
    let query = Query::new(
        "look which segments are in force",
        "SELECT version FROM segment_set WHERE campaign = $1 AND version = $2",
    )
    .int(campaign.get())
    .int(i64::from(version));
    Ok(tx.fetch_one(query).await?.is_some())
}

/// See [`crate::SegmentStore::pin_contacts`].
pub(super) async fn pin(
    db: &Database,
    campaign: CampaignId,
    pins: &[(ContactId, Option<SegmentId>)],
    why: &str,
) -> Result<u64> {
    let mut changed = 0;
    for (place, some) in pins.chunks(AT_ONCE).enumerate() {
        let why = (place == 0).then_some(why);
        changed += pin_some(db, campaign, some, why).await?;
    }
    Ok(changed)
}

async fn pin_some(
    db: &Database,
    campaign: CampaignId,
    pins: &[(ContactId, Option<SegmentId>)],
    why: Option<&str>,
) -> Result<u64> {
    let mut tx = db.begin().await?;
    fence::turn(&mut tx).await?;
    let query = Query::new("give contacts a segment", PIN).rows(
        Batch::default()
            .ints("campaign", pins.iter().map(|_| campaign.get()))
            .ints("contact", pins.iter().map(|(contact, _)| contact.get()))
            .ints(
                "pinned",
                pins.iter().map(|(_, pin)| pin.map(SegmentId::get)),
            ),
    );
    let changed = tx.run(query).await?;
    if let Some(why) = why {
        let subject = format!("campaign {campaign}");
        tx.note("campaign.segments_by_hand", subject, why.to_owned());
    }
    tx.commit().await?;
    Ok(changed)
}

/// See [`crate::SegmentStore::contacts_of_campaign`].
pub(super) async fn of_campaign(
    db: &Database,
    campaign: CampaignId,
    contacts: &[ContactId],
) -> Result<Vec<(ContactId, bool)>> {
    let query = Query::new(
        "look whose contacts these are",
        "SELECT w.contact, CASE WHEN EXISTS (SELECT 1 FROM campaign_list c
                                             WHERE c.campaign = $1 AND c.list = w.list)
                                THEN 1 ELSE 0 END AS attached
         FROM {rows} CROSS JOIN work w WHERE w.campaign = $1 AND w.contact = r.contact",
    )
    .int(campaign.get())
    .rows(Batch::default().ints("contact", contacts.iter().map(|one| one.get())));
    let rows = db.fetch(query).await?;
    rows.iter()
        .map(|row| Ok((ContactId::new(row.int("contact")?), row.flag("attached")?)))
        .collect()
}
