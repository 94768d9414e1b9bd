//! A campaign rehearsed: its settings and what is left of its base, a floor
//! fitted to its own attempts, the runs, and how well yesterday is predicted.

use std::time::Duration;

use anyhow::{Result, bail};
use campaigns::Campaign;
use domain::{Timestamp, WorkState};
use simulator::{
    BackTest, Basis, Expected, History, InvalidScenario, Judged, Report, Rules, Scenario, Stock,
    chance_of_sales, fit, rehearse, roster,
};
use store::Store;

use super::Simulate;
use super::past::history;
use crate::Global;
use crate::output::record;
use crate::times::{now, parse};

/// How far back attempts are read when nobody says: four weeks, so that every
/// day of the week counts as often.
const LOOK_BACK: Duration = Duration::from_secs(28 * 86_400);
/// A day at work, where no day in the record shows one.
const DAY_HOURS: f64 = 8.0;
const START_HOUR: u8 = 8;

/// A rehearsal before its runs.
pub(super) struct Rehearsal {
    campaign: String,
    pub(super) scenario: Scenario,
    basis: Basis,
    back_test: Result<BackTest, String>,
}

/// What the runs came to.
pub(super) struct Rehearsed {
    pub(super) campaign: String,
    pub(super) scenario: Scenario,
    pub(super) basis: Basis,
    pub(super) expected: Expected,
    pub(super) sales_target: Option<(u64, f64)>,
    /// When the day began, what it was predicted from, and how well.
    pub(super) back_test: Result<(Timestamp, Basis, Vec<Judged>), String>,
    /// Promises the engine broke, in words.
    pub(super) broken: Vec<String>,
}

impl Rehearsal {
    /// Reads the record.
    pub(super) async fn of(global: &Global, name: &str, flags: &Simulate) -> Result<Rehearsal> {
        let store = record(global).await?;
        let store = store.as_ref();
        let campaign = named(store, name).await?;
        let to = flags.to.as_deref().map_or_else(|| Ok(now()), parse)?;
        let from = flags
            .from
            .as_deref()
            .map_or_else(|| Ok(to - LOOK_BACK), parse)?;
        let history = history(store, &campaign, from, to).await?;
        let settings = settings(store, &campaign).await?;
        let back_test = BackTest::of(&history, to, &settings);
        let (mut scenario, basis) = fit(&history, last_day(&history, settings));
        flags.apply(&mut scenario);
        if scenario.roster.is_empty() && scenario.agents == 0 {
            bail!("nobody works for campaign `{name}` yet; say how many will with --agents");
        }
        if scenario.base.iter().all(|stock| stock.contacts == 0) {
            bail!(
                "campaign `{name}` has nobody left to call; \
                 load a base with `cadencia list import` and give it with `campaign set --list`"
            );
        }
        Ok(Rehearsal {
            campaign: campaign.name,
            scenario,
            basis,
            back_test,
        })
    }

    /// Runs there will be for `runs` seeds.
    pub(super) fn runs(&self, runs: u32) -> u32 {
        runs * (1 + u32::from(self.back_test.is_ok()))
    }

    pub(super) fn run(
        self,
        runs: u32,
        sales_target: Option<u64>,
        each: &(dyn Fn() + Sync),
    ) -> Result<Rehearsed> {
        let reports = side_by_side(&self.scenario, runs, each)?;
        let back_test = match self.back_test {
            Err(why) => Err(why),
            Ok(test) => {
                let judged = test.judge(&side_by_side(&test.scenario, runs, each)?);
                Ok((test.day, test.basis, judged))
            }
        };
        let expected = Expected::of(&reports).expect("at least one run");
        let chance = |target| Some((target, chance_of_sales(&reports, target)?));
        Ok(Rehearsed {
            campaign: self.campaign,
            scenario: self.scenario,
            basis: self.basis,
            expected,
            sales_target: sales_target.and_then(chance),
            back_test,
            broken: reports
                .into_iter()
                .flat_map(|report| report.broken)
                .collect(),
        })
    }
}

/// Runs on every processor.
pub(super) fn side_by_side(
    scenario: &Scenario,
    runs: u32,
    each: &(dyn Fn() + Sync),
) -> Result<Vec<Report>, InvalidScenario> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    rehearse(scenario, runs, threads, each)
}

async fn named(store: &dyn Store, name: &str) -> Result<Campaign> {
    let campaigns = store.campaigns().await?;
    let names: Vec<_> = campaigns.iter().map(|c| format!("`{}`", c.name)).collect();
    let names = names.join(", ");
    match campaigns.into_iter().find(|campaign| campaign.name == name) {
        Some(campaign) => Ok(campaign),
        None if names.is_empty() => {
            bail!("there is no campaign yet; make one with `cadencia campaign create`")
        }
        None => bail!("there is no campaign named `{name}`; there are {names}"),
    }
}

/// The campaign's settings, its trunks and what is left of its base.
async fn settings(store: &dyn Store, campaign: &Campaign) -> Result<Scenario> {
    let trunks = store.trunks().await?;
    let theirs = || {
        let all = trunks.iter().filter(|trunk| trunk.enabled);
        all.filter(|trunk| campaign.trunks.contains(&trunk.id))
    };
    let usual = Scenario::default();
    let base = store.work_stock(campaign.id).await?.into_iter();
    let callable = base.filter(|stock| {
        matches!(stock.state, WorkState::Ready | WorkState::Leased) && stock.phones > 0
    });
    Ok(Scenario {
        agents: staff(store, campaign).await?,
        hours: DAY_HOURS,
        start_hour: START_HOUR,
        mode: campaign.mode,
        power_ratio: campaign.power_ratio,
        abandon_limit: campaign.abandon_limit,
        abandon_target: campaign.abandon_target,
        ring_timeout: campaign.ring_timeout,
        rules: Rules::of(campaign, &store.dispositions(campaign.id).await?),
        channels: theirs().map(|trunk| trunk.channels_max).sum(),
        calls_per_second: match theirs().map(|trunk| trunk.calls_per_second_max).sum() {
            0.0 => usual.calls_per_second,
            rate => f64::min(rate, 1_000.0),
        },
        base: callable
            .map(|stock| Stock {
                contacts: u32::try_from(stock.contacts).unwrap_or(u32::MAX),
                attempts: stock.attempts,
                phones: stock.phones,
            })
            .collect(),
        ..usual
    })
}

async fn staff(store: &dyn Store, campaign: &Campaign) -> Result<u32> {
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
