//! The gate of a campaign's segments: contacts that could be called but for them, and why.

use campaigns::{Campaign, Left, Rest};
use domain::Timestamp;
use store::{SegmentStanding, Store};

use crate::error::ApiError;

/// How many contacts wait behind segments; `None`: the campaign has none.
pub(crate) async fn outside(
    store: &dyn Store,
    campaign: &Campaign,
    now: Timestamp,
) -> Result<Option<(u64, String)>, ApiError> {
    let Some(set) = store.segments(campaign.id).await? else {
        return Ok(None);
    };
    let standings = store.segment_standings(campaign.id, now).await?;
    let waiting = |id: i64| {
        let of = |standing: &&SegmentStanding| standing.segment.get() == id;
        let standing = standings.iter().find(of);
        standing.map_or(0, |standing| standing.fresh + standing.again)
    };
    let mut held = Held::default();
    held.add(waiting(UNPARTED), "their segment is being looked for");
    if set.segmentation.rest == Rest::Never {
        held.add(waiting(0), "fit no segment, and the rest is never called");
    }
    for segment in &set.segmentation.segments {
        let standing = standings.iter().find(|one| one.segment == segment.id);
        let (today, in_all) = standing
            .map(|one| (one.today, one.in_all))
            .unwrap_or_default();
        let left = segment.quota.map(|quota| quota.left(today, in_all, 0));
        if left == Some(Left::Reached) {
            let why = format!("the quota of `{}` is reached", segment.name);
            held.add(waiting(segment.id.get()), &why);
        }
    }
    Ok(Some((held.contacts, held.why.join("; "))))
}

/// As the store has contacts whose segment must be found.
const UNPARTED: i64 = -1;

#[derive(Debug, Default)]
struct Held {
    contacts: u64,
    why: Vec<String>,
}

impl Held {
    fn add(&mut self, contacts: u64, why: &str) {
        if contacts > 0 {
            self.contacts += contacts;
            self.why.push(format!("{contacts}: {why}"));
        }
    }
}
