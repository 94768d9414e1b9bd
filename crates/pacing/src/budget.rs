//! How much risk the next call may carry so that the share of abandoned calls
//! meets the target at the end of the day: a balance to spend evenly over
//! what is left of it, and two corrections learnt on the way, one from
//! forecast to outcome, one from the risk allowed to the risk taken.

use std::time::Duration;

use crate::certainty::abandoned_max;
use crate::elsewhere::OwnBudget;
use crate::lately::Lately;
use crate::learnt::{LearntBudget, rounded, sound};
use crate::pacer::{Balance, PacerConfig};

/// Aim so far under the target, and so many abandoned calls under what it
/// comes to, for the luck of the last calls: the share matters on a large
/// floor, the calls on a small one.
const AIM: f64 = 0.99;
const SPARE: f64 = 0.5;
/// A balance is spent, or repaid, over this part of what is left of the day.
/// All of it would leave a rest at the end; much less makes theta restless,
/// and that costs more than it brings.
const REPAID_OVER: f64 = 0.5;
/// Smallest and largest share allowed, in shares aimed at.
const SHARE_MIN: f64 = 0.03;
const SHARE_MAX: f64 = 2.0;
/// Part of the abandoned calls that being sure allows which is aimed at: a day
/// ends some above its aim as often as below.
const SURE_AIM: f64 = 0.97;
/// Surer than this nobody is.
const SURE_MAX: f64 = 0.999;
/// Look ahead where no end of calling hours is known.
const HORIZON: f64 = 3.0 * 3_600.0;
/// Memory of the rate of live calls, in seconds.
const RATE_MEMORY: f64 = 1_200.0;
/// Abandoned calls for each one forecast, before any is seen, and the forecast
/// ones it is worth. Well above 1: a call placed later may be answered sooner
/// and take the agent.
const OUTCOME_PRIOR: (f64, f64) = (1.9, 6.0);
/// Expected abandoned calls remembered by the outcome's factor.
const OUTCOME_MEMORY: f64 = 80.0;
/// How fast the risk taken is steered, per live call expected.
const STEER: f64 = 0.03;

/// Share of the budget used before anything is learnt.
const CAUTION: f64 = 0.4;
/// All of it is used after so many live calls for each agent, within bounds:
/// what a large team learns in a minute takes a small one an hour, but a
/// small one also does less harm meanwhile.
const LEARNT_PER_AGENT: f64 = 10.0;
const LEARNT: (f64, f64) = (50.0, 200.0);

/// Live calls, and abandoned ones forecast, that earlier days may count for.
const HISTORY_LIVE_MAX: f64 = 200.0;
const HISTORY_FORECAST_MAX: f64 = 30.0;

/// Logarithm of theta over the mean risk before anything is learnt.
const STEER_FIRST: f64 = 0.5;
/// Largest logarithm of theta over the mean risk, in general and where
/// another limit keeps risk low.
const STEER_MAX: f64 = 3.5;
const STEER_UNBOUND_MAX: f64 = 1.1;

/// The balance of the abandon period.
#[derive(Clone, Debug)]
pub(crate) struct Budget {
    aim: f64,
    limit: f64,
    sure: Option<f64>,
    live: f64,
    abandoned: f64,
    /// Both, earlier in the month.
    earlier: (f64, f64),
    /// Live calls this policy has seen itself.
    learnt: f64,
    live_recent: f64,
    time_recent: f64,
    forecast: f64,
    outcome: f64,
    steer: f64,
    lately: Lately,
}

/// What the budget allows now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Allowance {
    /// Share that may be abandoned from here on.
    pub(crate) share: f64,
    /// Mean risk to take, as forecast.
    pub(crate) mean_risk: f64,
    /// Risk up to which one more call is placed.
    pub(crate) theta: f64,
    /// Abandoned calls for each one forecast.
    pub(crate) factor: f64,
    /// Abandoned calls to spare (negative: overspent) against the aim.
    pub(crate) balance: f64,
    /// Part of the risk that the last half hour leaves.
    pub(crate) leave: f64,
}

impl Budget {
    pub(crate) fn new(config: &PacerConfig) -> Budget {
        let target = config.target.get().min(config.limit.get());
        Budget {
            aim: AIM * target,
            limit: config.limit.get(),
            // Certainty is not to be had at any budget.
            sure: config.sure.map(|sure| sure.get().clamp(0.5, SURE_MAX)),
            live: 0.0,
            abandoned: 0.0,
            earlier: (0.0, 0.0),
            learnt: 0.0,
            live_recent: 0.0,
            time_recent: 0.0,
            forecast: 0.0,
            outcome: 0.0,
            steer: STEER_FIRST,
            lately: Lately::new(target),
        }
    }

    pub(crate) fn restore(&mut self, balance: &Balance) {
        let counts = |(live, abandoned): (u64, u64)| (live as f64, abandoned.min(live) as f64);
        (self.live, self.abandoned) = counts((balance.live, balance.abandoned));
        self.earlier = counts(balance.earlier);
    }

    /// Bytes held beside itself.
    pub(crate) fn footprint(&self) -> usize {
        self.lately.footprint()
    }

    /// What is to be kept.
    pub(crate) fn learnt(&self) -> LearntBudget {
        LearntBudget {
            forecast: rounded(self.forecast),
            outcome: rounded(self.outcome),
            steer: (self.steer * 1_000.0).round() / 1_000.0,
            live: rounded(self.learnt),
        }
    }

    /// Takes up what earlier days learnt, at part of its weight.
    pub(crate) fn start_from(&mut self, learnt: &LearntBudget, weight: f64) {
        let forecast = sound(learnt.forecast);
        let part = weight * (HISTORY_FORECAST_MAX / forecast.max(1e-9)).min(1.0);
        self.forecast = forecast * part;
        self.outcome = sound(learnt.outcome) * part;
        if learnt.steer.is_finite() {
            let known = (sound(learnt.live) * weight / LEARNT.1).min(1.0);
            let steer = learnt.steer.clamp(-1.5, STEER_UNBOUND_MAX);
            self.steer = STEER_FIRST + (steer - STEER_FIRST) * known;
        }
        self.learnt = (sound(learnt.live) * weight).min(HISTORY_LIVE_MAX);
    }

    /// Live calls it learnt from, earlier days included as far as they count.
    pub(crate) fn learnt_from(&self) -> f64 {
        self.learnt
    }

    pub(crate) fn live(&self) -> f64 {
        self.live
    }

    pub(crate) fn abandoned(&self) -> f64 {
        self.abandoned
    }

    /// Time went by, with so many agents busy at its end.
    pub(crate) fn passed(&mut self, seconds: f64, busy: usize) {
        self.lately.passed(seconds, busy);
        let keep = (-seconds.clamp(0.0, 60.0) / RATE_MEMORY).exp();
        self.live_recent *= keep;
        self.time_recent = self.time_recent * keep + seconds.clamp(0.0, 60.0);
    }

    /// A person answered a call placed at this risk.
    pub(crate) fn answered(&mut self, risk: f64) {
        self.live += 1.0;
        self.learnt += 1.0;
        self.lately.answered();
        self.live_recent += 1.0;
        self.forecast += risk;
        let fade = (1.0 - risk / OUTCOME_MEMORY).clamp(0.0, 1.0);
        self.forecast *= fade;
        self.outcome *= fade;
    }

    pub(crate) fn abandoned_one(&mut self) {
        self.abandoned += 1.0;
        self.outcome += 1.0;
        self.lately.abandoned_one();
    }

    /// Calls are placed at these risks, each with this chance of being
    /// answered. Where the budget did not bind (`bound`), the risk taken was
    /// low for another reason: theta may not run far ahead on that account.
    pub(crate) fn took(
        &mut self,
        allowance: &Allowance,
        risks: impl IntoIterator<Item = f64>,
        new_live: f64,
        bound: bool,
    ) {
        let most = if bound {
            STEER_MAX
        } else {
            self.steer.max(STEER_UNBOUND_MAX)
        };
        for risk in risks {
            let off = (1.0 - risk / allowance.mean_risk.max(1e-9)).clamp(-4.0, 1.0);
            self.steer = (self.steer + STEER * new_live * off).clamp(-1.5, most);
        }
    }

    /// The balance, and the share it leaves to be abandoned from here on.
    pub(crate) fn own(&self, closes_in: Option<Duration>) -> OwnBudget {
        let left = closes_in.map_or(HORIZON, |left| left.as_secs_f64().min(86_400.0));
        let rate = (self.live_recent + 2.0) / (self.time_recent + 20.0);
        let coming = (rate * left * REPAID_OVER).max(20.0);
        let of_day = (self.aim, self.aim * self.live - self.abandoned - SPARE);
        // Earlier thrift is not spent today: the day's own balance holds too.
        let (aim, balance) = self.of_month(rate * left).map_or(of_day, |(aim, balance)| {
            (aim, balance.min(aim * self.live - self.abandoned - SPARE))
        });
        let share = aim + balance / coming;
        OwnBudget {
            target: self.aim,
            balance,
            share: share.clamp(SHARE_MIN * self.aim, SHARE_MAX * self.aim),
            learnt: self.learnt,
        }
    }

    /// What is allowed now, where such a share may be abandoned.
    pub(crate) fn allowance(&self, own: OwnBudget, share: f64) -> Allowance {
        let share = share * self.caution();
        let (prior, weight) = OUTCOME_PRIOR;
        let factor = (self.outcome + weight * prior) / (self.forecast + weight);
        let factor = factor.clamp(0.3, 5.0);
        let leave = self.lately.leave();
        let mean_risk = share / factor * leave;
        Allowance {
            share,
            mean_risk,
            theta: (mean_risk * self.steer.exp()).min(0.5),
            factor,
            balance: own.balance,
            leave,
        }
    }

    /// To be sure of the month: the share to end at with so many live calls to
    /// come today, and the balance against it. It lies the further under the
    /// limit the fewer calls the month has.
    fn of_month(&self, coming: f64) -> Option<(f64, f64)> {
        let (live, abandoned) = (self.live + self.earlier.0, self.abandoned + self.earlier.1);
        let all = live + coming;
        let most = SURE_AIM * abandoned_max(all, self.limit, self.sure?) / all.max(1.0);
        let aim = most.clamp(0.0, self.aim);
        Some((aim, aim * live - abandoned - SPARE))
    }

    /// Part of the budget that may be used with what is learnt so far.
    fn caution(&self) -> f64 {
        let (least, most) = LEARNT;
        let calls = (LEARNT_PER_AGENT * self.lately.team()).clamp(least, most);
        (CAUTION + (1.0 - CAUTION) * self.learnt / calls).min(1.0)
    }
}
