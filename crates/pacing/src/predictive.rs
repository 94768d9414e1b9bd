//! Places calls while the chance that the next one, if answered, finds no
//! agent stays below what the abandon budget allows.

use domain::Rate;

use crate::budget::Allowance;
use crate::decision::{Binding, Decision};
use crate::forecast::{Forecast, POINTS, forecast};
use crate::limits;
use crate::pacer::Pacer;
use crate::risk::Risk;
use crate::snapshot::Snapshot;

pub(crate) fn decide(pacer: &mut Pacer, snapshot: &Snapshot) -> Decision {
    let ring_timeout = pacer.config.ring_timeout.as_secs_f64();
    let wait_limit = pacer.config.wait_limit.as_secs_f64();
    let ahead = forecast(
        snapshot,
        &pacer.calls,
        &pacer.talks,
        ring_timeout,
        wait_limit,
    );
    let allowance = pacer.budget.allowance(snapshot.window_closes_in);
    let (room, limit) = limits::room(snapshot);
    let mut risk = Risk::new(&ahead);
    let mut next = risk.next();
    let mut dial = 0;
    while dial < room && next <= allowance.theta {
        pacer.decided.push_back(next);
        risk.add_call();
        next = risk.next();
        dial += 1;
    }
    let binding = if next <= allowance.theta {
        limit
    } else {
        Binding::Abandon
    };
    let bound = binding == Binding::Abandon;
    let risks = pacer.decided.iter().copied();
    pacer.budget.took(&allowance, risks, ahead.new_live, bound);
    explained(
        pacer,
        snapshot,
        &ahead,
        &allowance,
        Outcome {
            dial,
            binding,
            next,
        },
    )
}

struct Outcome {
    dial: u32,
    binding: Binding,
    /// Risk of one call more.
    next: f64,
}

fn explained(
    pacer: &Pacer,
    snapshot: &Snapshot,
    ahead: &Forecast,
    allowance: &Allowance,
    outcome: Outcome,
) -> Decision {
    let Outcome {
        dial,
        binding,
        next,
    } = outcome;
    let answers: f64 = ahead.holds.iter().map(|holds| holds[POINTS - 1]).sum();
    let frees: f64 = ahead.frees.iter().map(|frees| frees[POINTS - 1]).sum();
    let last = pacer.decided.back().copied().unwrap_or(0.0);
    let held_by = match binding {
        Binding::Abandon => format!(
            "one more would find no agent {} of the time, {} allowed",
            percent(next),
            percent(allowance.theta)
        ),
        limit => format!("held by {}", limit.word()),
    };
    let abandoned = if pacer.budget.live() > 0.0 {
        pacer.budget.abandoned() / pacer.budget.live()
    } else {
        0.0
    };
    let why = format!(
        "{dial} now: {} free, {frees:.1} more soon, {answers:.1} answers on their way; {held_by}; \
         abandoned so far {} of {}",
        snapshot.agents_ready,
        percent(abandoned),
        pacer.config.target
    );
    let ((level, _), (talk_level, _)) = (ahead.level, ahead.talk_level);
    Decision {
        dial,
        binding: binding.word(),
        why,
        inputs: vec![
            ("ready", f64::from(snapshot.agents_ready)),
            (
                "busy",
                (snapshot.talking.len() + snapshot.wrap_up.len()) as f64,
            ),
            ("waiting", f64::from(snapshot.waiting)),
            ("in_flight", snapshot.calls.len() as f64),
            ("expected_answers", answers),
            ("expected_frees", frees),
            ("answer_chance", ahead.new_live),
            ("answer_level", level),
            ("talk_level", talk_level),
            ("risk_last", last),
            ("risk_next", next),
            ("theta", allowance.theta),
            ("outcome_factor", allowance.factor),
            ("share_allowed", allowance.share),
            ("balance", allowance.balance),
            ("half_hour_leaves", allowance.leave),
            ("live", pacer.budget.live()),
            ("abandoned", pacer.budget.abandoned()),
        ],
    }
}

fn percent(share: f64) -> String {
    Rate::new(share.clamp(0.0, 1.0))
        .unwrap_or_default()
        .to_string()
}
