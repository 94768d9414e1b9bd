//! Who comes next in segments: ordered walks of partial indexes, those of all segments that are asked together in one
//! statement, since each statement is a way to the database and back.

use campaigns::{CampaignSegment, DayClock, SegmentOrder, hours_from};
use domain::{CampaignId, Timestamp};

use super::super::database::Tx;
use super::super::query::Query;
use crate::error::Result;

/// Walks asked first: those to be called again, those whose hour it is, those of whom it is not known. The other hours
/// are only gone through where these are not enough.
const AT_FIRST: usize = 3;
/// Most walks in one statement; SQLite takes five hundred.
const WALKS_MAX: usize = 100;

/// An ordered walk of the contacts of a segment. No two have anybody in common, so that all found are marked at once.
#[derive(Clone, Copy, Debug)]
pub(in super::super) enum Walk {
    /// Those never called, by rank.
    Fresh,
    /// Those never called of one rank: as a range of it, or SQLite would walk the whole campaign by contact.
    FreshOfRank(i64),
    /// Those to be called again, by when they are due.
    Again,
}

/// The next contacts of each segment, at most so many, in their order.
pub(super) async fn look(
    tx: &mut Tx,
    campaign: CampaignId,
    (clock, now): (DayClock, Timestamp),
    asked: &[(&CampaignSegment, u32)],
) -> Result<Vec<Vec<i64>>> {
    let mut found = vec![Vec::new(); asked.len()];
    let walks: Vec<Vec<Walk>> = asked
        .iter()
        .map(|(segment, _)| walks_of(segment, clock.hour(now)))
        .collect();
    let (mut first, mut then) = (Vec::new(), Vec::new());
    for (place, walks) in walks.iter().enumerate() {
        let (some, others) = walks.split_at(walks.len().min(AT_FIRST));
        first.extend(some.iter().map(|walk| (place, *walk)));
        then.extend(others.iter().map(|walk| (place, *walk)));
    }
    for walks in first.chunks(WALKS_MAX).chain(then.chunks(WALKS_MAX)) {
        let missing = |place: usize| asked[place].1 as usize - found[place].len();
        let walks: Vec<(usize, Walk)> = walks
            .iter()
            .copied()
            .filter(|(place, _)| missing(*place) > 0)
            .collect();
        if walks.is_empty() {
            continue;
        }
        let kinds: Vec<Walk> = walks.iter().map(|(_, walk)| *walk).collect();
        let mut query = Query::new("pick work of segments", text(&kinds)).int(campaign.get());
        for (place, walk) in &walks {
            let segment = asked[*place].0.id.get();
            query = query.int(segment).int(missing(*place) as i64);
            query = match walk {
                Walk::Fresh => query,
                Walk::FreshOfRank(rank) => query.int(*rank),
                Walk::Again => query.int(now.as_millis()),
            };
        }
        for (walk, contact) in in_order(tx, query).await? {
            let place = walks[walk].0;
            if found[place].len() < asked[place].1 as usize {
                found[place].push(contact);
            }
        }
    }
    Ok(found)
}

/// How the contacts of a segment are gone through at an hour.
fn walks_of(segment: &CampaignSegment, hour: i64) -> Vec<Walk> {
    let mut walks = match segment.order {
        SegmentOrder::BestHour(_) => hours_from(hour).map(Walk::FreshOfRank).collect(),
        _ => vec![Walk::Fresh],
    };
    let again = if segment.retries_first {
        0
    } else {
        walks.len()
    };
    walks.insert(again, Walk::Again);
    walks
}

/// The walks as one statement; tests ask the planner about it. The campaign is bound first, then of each walk its segment,
/// how many at most, and the rank or the instant where it has one.
pub(in super::super) fn text(walks: &[Walk]) -> String {
    let mut bound = 1;
    let mut next = || {
        bound += 1;
        bound
    };
    let mut texts = Vec::with_capacity(walks.len());
    for (number, walk) in walks.iter().enumerate() {
        let (segment, most) = (next(), next());
        let (which, order) = match walk {
            Walk::Fresh => ("w.next_at = 0".to_owned(), "rank"),
            Walk::FreshOfRank(_) => {
                let rank = next();
                let which = format!("w.rank >= ${rank} AND w.rank <= ${rank} AND w.next_at = 0");
                (which, "rank")
            }
            Walk::Again => (
                format!("w.next_at > 0 AND w.next_at <= ${}", next()),
                "next_at",
            ),
        };
        texts.push(format!(
            "SELECT * FROM (
                 SELECT CAST({number} AS BIGINT) AS walk, w.{order} AS place, w.contact FROM work w
                 WHERE w.campaign = $1 AND w.segment = ${segment} AND w.state = 1 AND w.turn = 1 AND {which}
                   AND EXISTS (SELECT 1 FROM campaign_list c WHERE c.campaign = $1 AND c.list = w.list)
                   AND NOT EXISTS (SELECT 1 FROM open_attempt o WHERE o.person = w.person)
                 ORDER BY w.{order}, w.contact LIMIT ${most} {{skip_locked}}) AS found{number}"
        ));
    }
    texts.join(" UNION ALL ")
}

/// What the walks found: a database may answer them in any order.
async fn in_order(tx: &mut Tx, query: Query) -> Result<Vec<(usize, i64)>> {
    let mut found = Vec::new();
    for row in tx.fetch(query).await? {
        let walk: u32 = row.narrow("walk")?;
        found.push((walk as usize, row.int("place")?, row.int("contact")?));
    }
    found.sort_unstable();
    Ok(found
        .into_iter()
        .map(|(walk, _, contact)| (walk, contact))
        .collect())
}
