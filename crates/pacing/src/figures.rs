//! The figures a predictive decision rests on, and the sentence made of them.

use domain::Rate;

use crate::budget::Allowance;
use crate::decision::{Binding, Decision};

/// What was seen, expected and allowed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Figures {
    pub(crate) ready: u32,
    pub(crate) busy: usize,
    pub(crate) waiting: u32,
    pub(crate) in_flight: usize,
    pub(crate) expected_answers: f64,
    pub(crate) expected_frees: f64,
    pub(crate) answer_chance: f64,
    pub(crate) answer_level: f64,
    pub(crate) talk_level: f64,
    /// Risk of the last call placed, and of one more.
    pub(crate) risk_last: f64,
    pub(crate) risk_next: f64,
    pub(crate) allowance: Allowance,
    pub(crate) live: f64,
    pub(crate) abandoned: f64,
    pub(crate) target: Rate,
}

impl Figures {
    /// One sentence for people.
    pub(crate) fn why(&self, decision: &Decision) -> String {
        let held_by = if decision.binding == Binding::Abandon.word() {
            format!(
                "one more would find no agent {} of the time, {} allowed",
                percent(self.risk_next),
                percent(self.allowance.theta)
            )
        } else {
            format!("held by {}", decision.binding)
        };
        let given_up = if decision.gives_up() {
            "; who has rung long is given up"
        } else {
            ""
        };
        let abandoned = if self.live > 0.0 {
            self.abandoned / self.live
        } else {
            0.0
        };
        format!(
            "{} now: {} free, {:.1} more soon, {:.1} answers on their way; {held_by}{given_up}; \
             abandoned so far {} of {}",
            decision.dial,
            self.ready,
            self.expected_frees,
            self.expected_answers,
            percent(abandoned),
            self.target
        )
    }

    /// As they go into the record.
    pub(crate) fn named(&self) -> [(&'static str, f64); 18] {
        [
            ("ready", f64::from(self.ready)),
            ("busy", self.busy as f64),
            ("waiting", f64::from(self.waiting)),
            ("in_flight", self.in_flight as f64),
            ("expected_answers", self.expected_answers),
            ("expected_frees", self.expected_frees),
            ("answer_chance", self.answer_chance),
            ("answer_level", self.answer_level),
            ("talk_level", self.talk_level),
            ("risk_last", self.risk_last),
            ("risk_next", self.risk_next),
            ("theta", self.allowance.theta),
            ("outcome_factor", self.allowance.factor),
            ("share_allowed", self.allowance.share),
            ("balance", self.allowance.balance),
            ("half_hour_leaves", self.allowance.leave),
            ("live", self.live),
            ("abandoned", self.abandoned),
        ]
    }
}

fn percent(share: f64) -> String {
    Rate::new(share.clamp(0.0, 1.0))
        .unwrap_or_default()
        .to_string()
}
