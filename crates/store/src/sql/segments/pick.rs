//! Who comes next in a segment: ordered walks of partial indexes, and the mark that somebody is leased.

use campaigns::{CampaignSegment, DayClock, SegmentOrder, hours_from};
use domain::{CampaignId, Timestamp};

use super::super::database::Tx;
use super::super::query::Query;
use super::super::work::mark_leased;
use crate::error::Result;

/// Those never called, by rank; tests ask the planner about these three.
pub(in super::super) const FRESH: &str = "SELECT w.contact FROM work w
     WHERE w.campaign = $1 AND w.segment = $2 AND w.state = 1 AND w.turn = 1 AND w.next_at = 0
       AND EXISTS (SELECT 1 FROM campaign_list c WHERE c.campaign = $1 AND c.list = w.list)
       AND NOT EXISTS (SELECT 1 FROM open_attempt o WHERE o.person = w.person)
     ORDER BY w.rank, w.contact LIMIT $3 {skip_locked}";

/// Those of one rank: as a range of it, or SQLite would walk the whole campaign by contact.
pub(in super::super) const FRESH_OF_RANK: &str = "SELECT w.contact FROM work w
     WHERE w.campaign = $1 AND w.segment = $2 AND w.rank >= $4 AND w.rank <= $4
       AND w.state = 1 AND w.turn = 1 AND w.next_at = 0
       AND EXISTS (SELECT 1 FROM campaign_list c WHERE c.campaign = $1 AND c.list = w.list)
       AND NOT EXISTS (SELECT 1 FROM open_attempt o WHERE o.person = w.person)
     ORDER BY w.rank, w.contact LIMIT $3 {skip_locked}";

/// Those to be called again, by when they are due.
pub(in super::super) const AGAIN: &str = "SELECT w.contact FROM work w
     WHERE w.campaign = $1 AND w.segment = $2 AND w.state = 1 AND w.turn = 1
       AND w.next_at > 0 AND w.next_at <= $4
       AND EXISTS (SELECT 1 FROM campaign_list c WHERE c.campaign = $1 AND c.list = w.list)
       AND NOT EXISTS (SELECT 1 FROM open_attempt o WHERE o.person = w.person)
     ORDER BY w.next_at, w.contact LIMIT $3 {skip_locked}";

/// Looks contacts up and leases them.
pub(super) struct Search<'a> {
    pub(super) tx: &'a mut Tx,
    pub(super) campaign: CampaignId,
    pub(super) epoch: i64,
    pub(super) now: Timestamp,
    pub(super) clock: DayClock,
}

impl Search<'_> {
    /// The next contacts of a segment, leased.
    pub(super) async fn of(&mut self, segment: &CampaignSegment, wanted: i64) -> Result<Vec<i64>> {
        let mut found = Vec::new();
        for again in [segment.retries_first, !segment.retries_first] {
            let missing = wanted - found.len() as i64;
            if missing > 0 {
                let some = match again {
                    true => self.again(segment, missing).await?,
                    false => self.fresh(segment, missing).await?,
                };
                found.extend(some);
            }
        }
        Ok(found)
    }

    async fn again(&mut self, segment: &CampaignSegment, wanted: i64) -> Result<Vec<i64>> {
        let now = self.now.as_millis();
        self.lease(self.query(AGAIN, segment, wanted).int(now))
            .await
    }

    async fn fresh(&mut self, segment: &CampaignSegment, wanted: i64) -> Result<Vec<i64>> {
        if !matches!(segment.order, SegmentOrder::BestHour(_)) {
            return self.lease(self.query(FRESH, segment, wanted)).await;
        }
        let mut found = Vec::new();
        for hour in hours_from(self.clock.hour(self.now)) {
            let missing = wanted - found.len() as i64;
            if missing <= 0 {
                break;
            }
            let query = self.query(FRESH_OF_RANK, segment, missing).int(hour);
            found.extend(self.lease(query).await?);
        }
        Ok(found)
    }

    fn query(&self, text: &str, segment: &CampaignSegment, wanted: i64) -> Query {
        Query::new("pick work of a segment", text)
            .int(self.campaign.get())
            .int(segment.id.get())
            .int(wanted)
    }

    async fn lease(&mut self, query: Query) -> Result<Vec<i64>> {
        let rows = self.tx.fetch(query).await?;
        let picked: Vec<i64> = rows
            .iter()
            .map(|row| row.int("contact"))
            .collect::<Result<_>>()?;
        mark_leased(self.tx, self.epoch, self.campaign, &picked).await?;
        Ok(picked)
    }
}
