//! The paces of segments that are spread over the day: kept with the segment, reckoned anew every few seconds of leases, and
//! paid for by what was leased. What a pace allows is [`SpreadPace`]'s to say.

use campaigns::{CampaignSegment, Left, LegalDay, SegmentOrder, SpreadPace};
use domain::{CampaignId, Timestamp};

use super::super::database::Tx;
use super::super::query::{Batch, Query};
use super::super::work_tally;
use crate::error::Result;

/// The pace of a segment in this lease.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paced {
    /// As the record has it.
    kept: SpreadPace,
    /// As it is now.
    pace: SpreadPace,
    /// What may be leased before others have nobody left.
    pub(super) most: u32,
}

/// The paces of segments, none for those of another order.
pub(super) async fn of(
    tx: &mut Tx,
    campaign: CampaignId,
    (pack, now): (&str, Timestamp),
    (segments, kept, left): (&[CampaignSegment], &[SpreadPace], &[Left]),
) -> Result<Vec<Option<Paced>>> {
    let is_spread = |segment: &CampaignSegment| segment.order == SegmentOrder::Spread;
    if !segments.iter().any(is_spread) {
        return Ok(vec![None; segments.len()]);
    }
    let day = LegalDay::of(pack, now);
    let mut paces = Vec::with_capacity(segments.len());
    for (at, segment) in segments.iter().enumerate() {
        if !is_spread(segment) {
            paces.push(None);
            continue;
        }
        let mut pace = kept[at];
        if pace.is_due(now) {
            let until = day.ends().unwrap_or(now);
            let there = work_tally::due_in(tx, campaign, segment.id, until).await?;
            let today = match left[at] {
                Left::Any => there,
                Left::Most(most) => there.min(u64::from(most)),
                Left::Waits | Left::Reached => 0,
            };
            pace = pace.reckon(&day, today, now);
        }
        paces.push(Some(Paced {
            kept: kept[at],
            pace,
            most: pace.most(&day, now),
        }));
    }
    Ok(paces)
}

/// Pays for what was leased, and keeps what changed.
pub(super) async fn keep(
    tx: &mut Tx,
    segments: &[CampaignSegment],
    paces: &[Option<Paced>],
    taken: &[usize],
) -> Result<()> {
    let mut changed = Vec::new();
    for ((segment, paced), taken) in segments.iter().zip(paces).zip(taken) {
        let Some(paced) = paced else { continue };
        let pace = paced.pace.after(*taken);
        if pace != paced.kept {
            changed.push((segment.id.get(), pace));
        }
    }
    if changed.is_empty() {
        return Ok(());
    }
    let each = || changed.iter();
    let thousandths = |pace: &SpreadPace| i64::try_from(pace.thousandths).unwrap_or(i64::MAX);
    let query = Query::new(
        "note the paces of segments",
        "UPDATE segment AS g SET paced_at = r.paced_at, paced = r.paced
         FROM {rows} WHERE g.id = r.segment",
    )
    .rows(
        Batch::default()
            .ints("segment", each().map(|(segment, _)| *segment))
            .ints(
                "paced_at",
                each().map(|(_, pace)| pace.reckoned.as_millis()),
            )
            .ints("paced", each().map(|(_, pace)| thousandths(pace))),
    );
    tx.run(query).await.map(drop)
}
