//! Places calls while the chance that the next one, if answered, finds no
//! agent stays below what the abandon budget allows.

use crate::budget::Allowance;
use crate::decision::{Binding, Decision, Grounds};
use crate::figures::Figures;
use crate::forecast::{Alike, Forecast, POINTS};
use crate::limits;
use crate::pacer::Pacer;
use crate::risk::Risk;
use crate::snapshot::Snapshot;

pub(crate) fn decide(pacer: &mut Pacer, snapshot: &Snapshot) -> Decision {
    let (calls, talks) = (&pacer.calls, &pacer.talks);
    let ahead = pacer
        .outlook
        .forecast(snapshot, calls, talks, &pacer.config);
    let own = pacer.budget.own(snapshot.window_closes_in);
    let allowance = pacer.budget.allowance(own, snapshot.elsewhere.share(own));
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
    Decision {
        dial,
        binding: binding.word(),
        grounds: Grounds::Risk(figures(pacer, snapshot, &ahead, allowance, next)),
    }
}

/// What it rests on; `risk_next` is the risk of one call more.
fn figures(
    pacer: &Pacer,
    snapshot: &Snapshot,
    ahead: &Forecast,
    allowance: Allowance,
    risk_next: f64,
) -> Figures {
    Figures {
        ready: snapshot.agents_ready,
        busy: snapshot.talking.len() + snapshot.wrap_up.len(),
        waiting: snapshot.waiting,
        in_flight: snapshot.calls.len(),
        expected_answers: in_the_end(&ahead.holds),
        expected_frees: in_the_end(&ahead.frees),
        answer_chance: ahead.new_live,
        answer_level: ahead.level.0,
        talk_level: ahead.talk_level.0,
        risk_last: pacer.decided.back().copied().unwrap_or(0.0),
        risk_next,
        allowance,
        live: pacer.budget.live(),
        abandoned: pacer.budget.abandoned(),
        target: pacer.config.target,
    }
}

/// How many are expected by the last point.
fn in_the_end(alike: &[Alike]) -> f64 {
    let each = alike.iter();
    each.map(|alike| f64::from(alike.count) * alike.chance[POINTS - 1])
        .sum()
}
