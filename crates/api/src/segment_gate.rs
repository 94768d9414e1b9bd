//! The gate of a campaign's segments: contacts that could be called but for them, and why.

use campaigns::{Campaign, CampaignSegment, Left, Rest, Segmentation};
use domain::Timestamp;
use sales::Portfolio;
use store::{SegmentStanding, Store};

use crate::error::ApiError;
use crate::segments::today_of;

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
    let shut = Shut::of(store, campaign, &set.segmentation).await?;
    let mut held = Held::default();
    held.add(waiting(UNPARTED), "their segment is being looked for");
    if set.segmentation.rest == Rest::Never {
        held.add(waiting(0), "fit no segment, and the rest is never called");
    }
    for segment in &set.segmentation.segments {
        let standing = standings.iter().find(|one| one.segment == segment.id);
        if let Some(why) = shut.why(segment, standing) {
            held.add(waiting(segment.id.get()), &why);
        }
    }
    Ok(Some((held.contacts, held.why.join("; "))))
}

/// Why nobody of a segment is called, whoever waits in it.
pub(crate) struct Shut {
    /// Read only where a segment is for something of it.
    portfolio: Option<Portfolio>,
    today: chrono::NaiveDate,
}

impl Shut {
    pub(crate) async fn of(
        store: &dyn Store,
        campaign: &Campaign,
        set: &Segmentation,
    ) -> Result<Shut, ApiError> {
        let portfolio = match set.segments.iter().all(|segment| segment.sells.is_empty()) {
            true => None,
            false => Some(store.portfolio(campaign.id, None).await?),
        };
        Ok(Shut {
            portfolio,
            today: today_of(campaign),
        })
    }

    pub(crate) fn why(
        &self,
        segment: &CampaignSegment,
        standing: Option<&SegmentStanding>,
    ) -> Option<String> {
        let (today, in_all) = standing
            .map(|one| (one.today, one.in_all))
            .unwrap_or_default();
        let left = segment.quota.map(|quota| quota.left(today, in_all, 0));
        if left == Some(Left::Reached) {
            return Some(format!("the quota of `{}` is reached", segment.name));
        }
        let offers = self.portfolio.as_ref()?.offers(&segment.sells, self.today);
        let why = offers.err()?;
        Some(format!("`{}` has nothing to sell: {why}", segment.name))
    }
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
