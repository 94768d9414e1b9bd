//! The lease of a campaign with segments. Whose turn it is, [`campaigns::Mix`] says; who comes next in a segment is an
//! ordered walk of one index, however large the base: of those never called by rank, of those to be called again by
//! when they are due. Which was leased stays in `work.dialed_in`, so that the call counts for the segment it was made in
//! even where its result takes the contact out of it.

use campaigns::{CampaignSegment, DayClock, Left, Mix, MixTurn, Rest, SegmentOrder, SpreadPace};
use domain::{CampaignId, ContactId, SegmentId, Timestamp};

use super::super::database::Tx;
use super::super::query::{Batch, Query};
use super::super::sale::portfolio;
use super::super::work::mark_leased;
use super::pace::{self, Paced};
use super::pick::look;
use super::set::{ROWS, rest_of, segment_of};
use super::tally::{self, Reached, Sums};
use crate::error::{Result, StoreError};

/// While contacts are still being parted, or calls are under way that a quota waits for, it is asked again so soon.
const SOON: std::time::Duration = std::time::Duration::from_secs(1);
/// A segment whose portfolio has nothing to sell is asked again so soon.
const UNSOLD_FOR: std::time::Duration = std::time::Duration::from_secs(30);

/// Segments that a lease goes by.
#[derive(Debug)]
pub(in super::super) struct Parted {
    segments: Vec<CampaignSegment>,
    turns: Vec<MixTurn>,
    left: Vec<Left>,
    /// Nothing of what it is for may be sold now.
    unsold: Vec<bool>,
    /// Of those spread over the day.
    paces: Vec<Option<Paced>>,
    /// By which quotas of a day and best hours go.
    clock: DayClock,
    /// Contacts are being looked at by the segments just now.
    unsettled: bool,
}

/// The version in force, and how far it was counted what its segments did.
pub(super) struct Locked {
    version: i64,
    rest: Rest,
    walking: bool,
    pub(super) counted: Reached,
}

/// Locked until the end of the transaction, so that no two leases count the same calls, or pay the same debt to a
/// segment.
pub(super) async fn locked(tx: &mut Tx, campaign: CampaignId) -> Result<Option<Locked>> {
    let query = Query::new(
        "lock the segments of a campaign",
        "SELECT version, rest_last, walked, tally_attempt, tally_typed
         FROM segment_set WHERE campaign = $1 {alone}",
    )
    .int(campaign.get());
    let Some(row) = tx.fetch_one(query).await? else {
        return Ok(None);
    };
    Ok(Some(Locked {
        version: row.int("version")?,
        rest: rest_of(row.flag("rest_last")?),
        walking: row.opt_int("walked")?.is_some(),
        counted: Reached {
            attempt: row.int("tally_attempt")?,
            typed: row.int("tally_typed")?,
        },
    }))
}

/// What stands around the segments of a campaign: read at once, since each statement is a way to the database and back.
pub(super) struct Around {
    /// Its law pack; empty where there is no such campaign.
    pack: String,
    /// The clock of that.
    pub(super) clock: DayClock,
    /// How far there is something to count.
    pub(super) end: Reached,
    /// Somebody is still to be looked at by the segments.
    unparted: bool,
}

/// Each value is the end or the first entry of an index; a test asks the planner about it.
pub(in super::super) const AROUND: &str = "SELECT
     (SELECT max(a.id) FROM attempt a) AS attempt,
     (SELECT max(t.seq) FROM typification t) AS typed,
     (SELECT c.settings FROM campaign c WHERE c.id = $1) AS settings,
     (SELECT w.contact FROM work w WHERE w.campaign = $1 AND w.contact > 0 AND w.segment = -1
          ORDER BY w.contact LIMIT 1) AS unparted";

/// See [`Around`].
pub(super) async fn around(tx: &mut Tx, campaign: CampaignId) -> Result<Around> {
    #[derive(serde::Deserialize)]
    struct Settings {
        law_pack: String,
    }
    let query = Query::new("read what segments go by", AROUND).int(campaign.get());
    let row = tx.fetch_one(query).await?.ok_or(StoreError::Corrupt {
        what: "the segments of a campaign",
        detail: "nothing was answered".to_owned(),
    })?;
    let pack = match row.opt_text("settings")? {
        None => String::new(),
        Some(_) => {
            let settings: Settings = row.json("settings", "settings of a campaign")?;
            settings.law_pack
        }
    };
    Ok(Around {
        clock: DayClock::of(&pack),
        pack,
        end: Reached {
            attempt: row.opt_int("attempt")?.unwrap_or(0),
            typed: row.opt_int("typed")?.unwrap_or(0),
        },
        unparted: row.opt_int("unparted")?.is_some(),
    })
}

/// The segments of a campaign, if it has any, with what each may still get.
pub(in super::super) async fn open(
    tx: &mut Tx,
    campaign: CampaignId,
    now: Timestamp,
) -> Result<Option<Parted>> {
    let Some(locked) = locked(tx, campaign).await? else {
        return Ok(None);
    };
    let query = Query::new("read segments", ROWS)
        .int(campaign.get())
        .int(locked.version);
    let (mut segments, mut turns, mut kept) = (Vec::new(), Vec::new(), Vec::new());
    for row in tx.fetch(query).await? {
        let segment = segment_of(&row)?;
        turns.push(MixTurn {
            segment: segment.id,
            priority: segment.priority,
            share: segment.share,
            most: u32::MAX,
            paced: u32::MAX,
            owed: row.int("owed")?,
        });
        kept.push(SpreadPace {
            reckoned: row.time("paced_at")?,
            thousandths: row.narrow("paced")?,
        });
        segments.push(segment);
    }
    if locked.rest == Rest::Last {
        segments.push(the_rest());
        turns.push(MixTurn {
            segment: SegmentId::new(0),
            priority: u16::MAX,
            share: 100,
            most: u32::MAX,
            paced: u32::MAX,
            owed: 0,
        });
    }
    let around = around(tx, campaign).await?;
    let clock = around.clock;
    tally::bring_up(tx, campaign, clock, (locked.counted, around.end)).await?;
    let mut left = left_of(tx, campaign, (clock, now), &segments).await?;
    let unsold = unsold(tx, campaign, (clock, now), &segments).await?;
    for (left, unsold) in left.iter_mut().zip(&unsold) {
        if *unsold && *left != Left::Reached {
            *left = Left::Waits;
        }
    }
    for (turn, left) in turns.iter_mut().zip(&left) {
        turn.most = match left {
            Left::Any => u32::MAX,
            Left::Most(most) => *most,
            Left::Waits | Left::Reached => 0,
        };
    }
    let paces = pace::of(tx, campaign, (&around.pack, now), (&segments, &kept, &left)).await?;
    for (turn, pace) in turns.iter_mut().zip(&paces) {
        turn.paced = pace.as_ref().map_or(u32::MAX, |pace| pace.most);
    }
    let unsettled = locked.walking || around.unparted;
    Ok(Some(Parted {
        segments,
        turns,
        left,
        unsold,
        paces,
        clock,
        unsettled,
    }))
}

impl Parted {
    /// Segments that get as many as there are.
    pub(in super::super) fn without_quota(&self) -> Vec<i64> {
        let free = self.segments.iter().filter(|one| one.quota.is_none());
        free.map(|segment| segment.id.get()).collect()
    }
}

fn the_rest() -> CampaignSegment {
    CampaignSegment {
        id: SegmentId::new(0),
        name: String::new(),
        rule: String::new(),
        lists: Vec::new(),
        priority: u16::MAX,
        share: 100,
        order: SegmentOrder::Oldest,
        retries_first: false,
        quota: None,
        sells: Vec::new(),
    }
}

async fn left_of(
    tx: &mut Tx,
    campaign: CampaignId,
    (clock, now): (DayClock, Timestamp),
    segments: &[CampaignSegment],
) -> Result<Vec<Left>> {
    if segments.iter().all(|segment| segment.quota.is_none()) {
        return Ok(vec![Left::Any; segments.len()]);
    }
    let sums: Sums = tally::sums(tx, campaign, clock, now).await?;
    let under_way = under_way(tx, campaign).await?;
    let left = |segment: &CampaignSegment| {
        let Some(quota) = segment.quota else {
            return Left::Any;
        };
        let id = segment.id.get();
        let (today, in_all) = sums.get(&id).copied().unwrap_or_default();
        quota.left(today, in_all, under_way.get(&id).copied().unwrap_or(0))
    };
    Ok(segments.iter().map(left).collect())
}

/// Of which segments nothing may be sold now. The portfolio is read only where one is for something of it.
async fn unsold(
    tx: &mut Tx,
    campaign: CampaignId,
    (clock, now): (DayClock, Timestamp),
    segments: &[CampaignSegment],
) -> Result<Vec<bool>> {
    if segments.iter().all(|segment| segment.sells.is_empty()) {
        return Ok(vec![false; segments.len()]);
    }
    let portfolio = portfolio::of_in(tx, campaign).await?;
    let today = clock.date(now).unwrap_or_default();
    let is_unsold = |segment: &CampaignSegment| portfolio.offers(&segment.sells, today).is_err();
    Ok(segments.iter().map(is_unsold).collect())
}

/// How many contacts of each segment are being called or about to be.
async fn under_way(
    tx: &mut Tx,
    campaign: CampaignId,
) -> Result<std::collections::BTreeMap<i64, u32>> {
    let query = Query::new(
        "count leased work of segments",
        "SELECT dialed_in, count(*) AS n FROM work
         WHERE campaign = $1 AND state = 2 AND dialed_in IS NOT NULL GROUP BY dialed_in",
    )
    .int(campaign.get());
    let rows = tx.fetch(query).await?;
    rows.iter()
        .map(|row| Ok((row.int("dialed_in")?, row.narrow("n")?)))
        .collect()
}

/// Leases by segment. The second value is when somebody more may be called; now where the lease is full.
pub(in super::super) async fn fill(
    tx: &mut Tx,
    epoch: i64,
    campaign: CampaignId,
    now: Timestamp,
    wanted: u32,
    parted: &Parted,
) -> Result<(Vec<i64>, Option<Timestamp>)> {
    let mut mix = Mix::new(parted.turns.clone(), wanted);
    let mut left = parted.left.clone();
    let mut taken = vec![0; parted.turns.len()];
    loop {
        let asks = mix.ask();
        if asks.is_empty() {
            break;
        }
        let asked: Vec<_> = asks
            .iter()
            .map(|ask| (&parted.segments[ask.turn], ask.count))
            .collect();
        let found = look(tx, campaign, (parted.clock, now), &asked).await?;
        let picked: Vec<i64> = found.iter().flatten().copied().collect();
        for (ask, found) in asks.into_iter().zip(found) {
            left[ask.turn] = left[ask.turn].after(found.len());
            taken[ask.turn] += found.len();
            mix.found(ask, found.into_iter().map(ContactId::new).collect());
        }
        // Before the next round, or it would find them again.
        mark_leased(tx, epoch, campaign, &picked).await?;
    }
    let (contacts, turns) = mix.end();
    keep_debts(tx, &parted.turns, &turns).await?;
    pace::keep(tx, &parted.segments, &parted.paces, &taken).await?;
    let leased: Vec<i64> = contacts.into_iter().map(ContactId::get).collect();
    let next = match leased.len() < wanted as usize {
        true => next_due(tx, campaign, now, parted, &left).await?,
        false => Some(now),
    };
    Ok((leased, next))
}

/// What segments are owed from now on, where it changed.
async fn keep_debts(tx: &mut Tx, before: &[MixTurn], after: &[MixTurn]) -> Result<()> {
    let changed = |(old, new): &(&MixTurn, &MixTurn)| new.owed != old.owed && new.segment.get() > 0;
    let changed: Vec<&MixTurn> = before
        .iter()
        .zip(after)
        .filter(changed)
        .map(|(_, new)| new)
        .collect();
    if changed.is_empty() {
        return Ok(());
    }
    let query = Query::new(
        "note what segments are owed",
        "UPDATE segment AS g SET owed = r.owed FROM {rows} WHERE g.id = r.segment",
    )
    .rows(
        Batch::default()
            .ints("segment", changed.iter().map(|turn| turn.segment.get()))
            .ints("owed", changed.iter().map(|turn| turn.owed)),
    );
    tx.run(query).await.map(drop)
}

async fn next_due(
    tx: &mut Tx,
    campaign: CampaignId,
    now: Timestamp,
    parted: &Parted,
    left: &[Left],
) -> Result<Option<Timestamp>> {
    let mut soonest = parted.unsettled.then_some(now + SOON);
    for ((segment, left), unsold) in parted.segments.iter().zip(left).zip(&parted.unsold) {
        let per_day = segment.quota.is_some_and(|quota| quota.per_day);
        let earliest = match left {
            Left::Waits if *unsold => now + UNSOLD_FOR,
            Left::Any | Left::Most(_) => Timestamp::default(),
            Left::Waits => now + SOON,
            Left::Reached if per_day => parted.clock.begins(parted.clock.day(now) + 1),
            Left::Reached => continue,
        };
        let due = first_due(tx, campaign, segment.id).await?;
        let due = due.map(|due| due.max(earliest));
        soonest = [soonest, due].into_iter().flatten().min();
    }
    Ok(soonest)
}

/// When the first contact of a segment is due: each half is the first entry of an index.
pub(in super::super) const FIRST_DUE: &str = "SELECT COALESCE(
     (SELECT f.next_at FROM (SELECT w.next_at FROM work w
          WHERE w.campaign = $1 AND w.segment = $2 AND w.state = 1 AND w.turn = 1 AND w.next_at = 0
          ORDER BY w.rank LIMIT 1) AS f),
     (SELECT min(w.next_at) FROM work w WHERE w.campaign = $1 AND w.segment = $2
          AND w.state = 1 AND w.turn = 1 AND w.next_at > 0)) AS due";

async fn first_due(
    tx: &mut Tx,
    campaign: CampaignId,
    segment: SegmentId,
) -> Result<Option<Timestamp>> {
    let query = Query::new("find when work of a segment is due", FIRST_DUE)
        .int(campaign.get())
        .int(segment.get());
    match tx.fetch_one(query).await? {
        Some(row) => row.opt_time("due"),
        None => Ok(None),
    }
}
