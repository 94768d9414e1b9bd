//! A campaign as it can be rehearsed: its settings and what is left of its base,
//! and a floor fitted to its own attempts.

use std::time::Duration;

use campaigns::{Campaign, REST_NAME, Rest, SegmentTally};
use domain::{SegmentId, Timestamp, WorkState};
use simulator::{BackTest, Basis, History, Rules, Scenario, Segment, Stock, fit, roster};
use store::{Store, WorkStock};

use super::past::history;
use crate::error::ApiError;

/// How far back attempts are read when nobody says: four weeks, so that every
/// day of the week counts as often.
const LOOK_BACK: Duration = Duration::from_secs(28 * 86_400);
/// A day at work, where no day in the record shows one.
const DAY_HOURS: f64 = 8.0;
const START_HOUR: u8 = 8;

/// A rehearsal before its runs.
#[derive(Debug)]
pub struct Plan {
    /// The campaign's name.
    pub campaign: String,
    /// What is run.
    pub scenario: Scenario,
    /// What the floor rests on.
    pub basis: Basis,
    /// The last day to be predicted; why there is none, in words.
    pub back_test: Result<BackTest, String>,
}

impl Plan {
    /// Reads the record: attempts from `from` (four weeks before the end when
    /// nobody says) until `to`, which is taken for now. `change` has the last
    /// word on what is run.
    pub async fn of(
        store: &dyn Store,
        campaign: &Campaign,
        from: Option<Timestamp>,
        to: Timestamp,
        change: impl FnOnce(&mut Scenario),
    ) -> Result<Plan, ApiError> {
        let from = from.unwrap_or(to - LOOK_BACK);
        // First: it has the calls counted by segment that the history tells of.
        let settings = settings(store, campaign, to).await?;
        let history = history(store, campaign, from, to).await?;
        let back_test = BackTest::of(&history, to, &settings);
        let (mut scenario, basis) = fit(&history, last_day(&history, settings));
        change(&mut scenario);
        let name = &campaign.name;
        if scenario.roster.is_empty() && scenario.agents == 0 {
            return Err(ApiError::Invalid(format!(
                "nobody works for campaign `{name}` yet; say how many agents will"
            )));
        }
        if scenario
            .whole_base()
            .iter()
            .all(|stock| stock.contacts == 0)
        {
            return Err(ApiError::Invalid(format!(
                "campaign `{name}` has nobody left to call; load a base and give it to the campaign"
            )));
        }
        let checked = scenario.check();
        checked.map_err(|error| ApiError::Invalid(error.to_string()))?;
        Ok(Plan {
            campaign: campaign.name.clone(),
            scenario,
            basis,
            back_test,
        })
    }
}

/// The campaign's settings, its trunks and what is left of its base.
async fn settings(
    store: &dyn Store,
    campaign: &Campaign,
    now: Timestamp,
) -> Result<Scenario, ApiError> {
    let trunks = store.trunks().await?;
    let theirs = || {
        let all = trunks.iter().filter(|trunk| trunk.enabled);
        all.filter(|trunk| campaign.leaves_over(trunk.id))
    };
    let usual = Scenario::default();
    let mut left = store.work_stock(campaign.id).await?;
    left.retain(|stock| {
        matches!(stock.state, WorkState::Ready | WorkState::Leased) && stock.phones > 0
    });
    let segments = segments(store, campaign, &left, now).await?;
    if !segments.is_empty() {
        left.clear();
    }
    Ok(Scenario {
        agents: staff(store, campaign).await?,
        hours: DAY_HOURS,
        start_hour: START_HOUR,
        mode: campaign.mode,
        power_ratio: campaign.power_ratio,
        abandon_limit: campaign.abandon_limit,
        abandon_target: campaign.abandon_target,
        ring_timeout: campaign.ring_timeout,
        lines_max: campaign.lines_max.unwrap_or(0),
        rules: Rules::of(campaign, store.catalogue(campaign.id).await?.rows()),
        channels: theirs().map(|trunk| trunk.channels_max).sum(),
        calls_per_second: match theirs().map(|trunk| trunk.calls_per_second_max).sum() {
            0.0 => usual.calls_per_second,
            rate => f64::min(rate, 1_000.0),
        },
        base: left.iter().map(stock_of).collect(),
        segments,
        ..usual
    })
}

fn stock_of(stock: &WorkStock) -> Stock {
    Stock {
        contacts: u32::try_from(stock.contacts).unwrap_or(u32::MAX),
        attempts: stock.attempts,
        phones: stock.phones,
    }
}

/// The segments of a campaign with what is left of their bases; empty where it has none. Contacts that were not parted yet
/// count as fitting none.
async fn segments(
    store: &dyn Store,
    campaign: &Campaign,
    left: &[WorkStock],
    now: Timestamp,
) -> Result<Vec<Segment>, ApiError> {
    let Some(set) = store.segments(campaign.id).await? else {
        return Ok(Vec::new());
    };
    let standings = store.segment_standings(campaign.id, now).await?;
    let did = |id: SegmentId| {
        let its = standings.iter().find(|standing| standing.segment == id);
        its.map_or(SegmentTally::default(), |standing| standing.in_all)
    };
    let base = |of: &dyn Fn(SegmentId) -> bool| -> Vec<Stock> {
        let theirs = |stock: &&WorkStock| stock.segment.is_some_and(of);
        left.iter().filter(theirs).map(stock_of).collect()
    };
    let mut segments: Vec<Segment> = set
        .segmentation
        .segments
        .iter()
        .map(|one| Segment::of(one, did(one.id), base(&|id| id == one.id)))
        .collect();
    if set.segmentation.rest == Rest::Last {
        segments.push(Segment::rest(REST_NAME, base(&|id| id.get() <= 0)));
    }
    Ok(segments)
}

async fn staff(store: &dyn Store, campaign: &Campaign) -> Result<u32, ApiError> {
    let agents = store.agents().await?;
    let theirs = agents
        .iter()
        .filter(|agent| agent.campaigns.contains(&campaign.id));
    Ok(u32::try_from(theirs.count()).unwrap_or(u32::MAX))
}

/// The people and hours of the last day in the record, where there is one.
fn last_day(history: &History, scenario: Scenario) -> Scenario {
    let last = history.days().last().copied();
    let Some((start_hour, roster)) = last.and_then(|day| roster(history, day)) else {
        return scenario;
    };
    let hours = roster.iter().map(|shift| shift.to).max();
    let hours = hours.unwrap_or_default().as_secs_f64() / 3_600.0;
    if hours <= 0.0 {
        return scenario;
    }
    Scenario {
        start_hour,
        hours,
        roster,
        ..scenario
    }
}
