//! The usual modes, re-created from what is publicly known of them: a fixed
//! number of lines per advisor, and a dial level adapted every fifteen seconds
//! between 1:1 and a cap, held down by a rule on the day's drops.

use std::collections::VecDeque;

use domain::Timestamp;
use pacing::{Fact, Pacer, Snapshot};

/// Who decides.
pub(crate) trait Policy {
    fn told(&mut self, at: Timestamp, fact: Fact);
    fn decide(&mut self, snapshot: &Snapshot) -> u32;
    /// Calls that have rung for 15 s are to be given up now.
    fn gives_up(&self) -> bool {
        false
    }
}

/// Cadencia's own, and whether it gives calls up when the risk of one more is
/// so many times what is allowed.
pub(crate) struct Ours {
    pub(crate) pacer: Pacer,
    pub(crate) gives_up_at: Option<f64>,
    pub(crate) jumped: bool,
}

impl Policy for Ours {
    fn told(&mut self, at: Timestamp, fact: Fact) {
        self.pacer.observe(at, fact);
    }

    fn decide(&mut self, snapshot: &Snapshot) -> u32 {
        let decision = self.pacer.decide(snapshot);
        if let Some(times) = self.gives_up_at {
            let inputs = decision.inputs();
            let of = |name| inputs.iter().find(|(key, _)| *key == name);
            let (risk, theta) = (of("risk_next"), of("theta"));
            self.jumped = match (risk, theta) {
                (Some((_, risk)), Some((_, theta))) => decision.dial == 0 && *risk > times * theta,
                _ => false,
            };
        }
        decision.dial
    }

    fn gives_up(&self) -> bool {
        self.jumped
    }
}

/// So many lines for each ready advisor, calls on their way included.
pub(crate) struct PerReady(pub(crate) f64);

impl Policy for PerReady {
    fn told(&mut self, _: Timestamp, _: Fact) {}

    fn decide(&mut self, snapshot: &Snapshot) -> u32 {
        let lines = (f64::from(snapshot.agents_ready) * self.0).floor() as u32;
        lines.saturating_sub(snapshot.calls.len() as u32 + snapshot.waiting)
    }
}

/// So many lines for each advisor who is ready or talking, talks included.
pub(crate) struct PerWorking(pub(crate) f64);

impl Policy for PerWorking {
    fn told(&mut self, _: Timestamp, _: Fact) {}

    fn decide(&mut self, snapshot: &Snapshot) -> u32 {
        lines_for(self.0, snapshot)
    }
}

fn lines_for(level: f64, snapshot: &Snapshot) -> u32 {
    let working = f64::from(snapshot.agents_ready) + snapshot.talking.len() as f64;
    let lines = (level * working).round() as u32;
    let in_use = snapshot.calls.len() + snapshot.talking.len();
    lines.saturating_sub(in_use as u32 + snapshot.waiting)
}

/// What is done with the level while too many were dropped today.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Rule {
    /// 1:1.
    HardLimit,
    /// Half of it.
    Average,
    /// Less of it the later the day.
    Tapered,
}

/// The adaptive modes.
pub(crate) struct Adaptive {
    rule: Rule,
    cap: f64,
    target: f64,
    level: f64,
    second: u64,
    placed: u64,
    live: u64,
    dropped: u64,
    /// Share dropped today, as of the last full minute, and calls until then.
    share: (f64, u64),
    /// Ready advisors less waiting calls, and advisors in all, of 15 s.
    lately: VecDeque<(f64, f64)>,
    /// Calls placed and dropped in each of the last 60 s.
    minute: VecDeque<(u64, u64)>,
}

impl Adaptive {
    pub(crate) fn new(rule: Rule, cap: f64, target: f64) -> Adaptive {
        Adaptive {
            rule,
            cap,
            target,
            level: 1.0,
            second: 0,
            placed: 0,
            live: 0,
            dropped: 0,
            share: (0.0, 0),
            lately: VecDeque::new(),
            minute: VecDeque::from([(0, 0)]),
        }
    }

    fn adapt(&mut self, hours_left: f64) {
        let of = |pick: fn(&(f64, f64)) -> f64| self.lately.iter().map(pick).sum::<f64>();
        let (spare, all) = (of(|of| of.0), of(|of| of.1));
        let by = if all > 0.0 { spare / all } else { 0.0 };
        let mut level = (self.level * (1.0 + by)).clamp(1.0, self.cap);
        let placed: u64 = self.minute.iter().map(|of| of.0).sum();
        let dropped: u64 = self.minute.iter().map(|of| of.1).sum();
        if placed > 20 && dropped * 2 > placed {
            level /= 2.0;
        }
        if self.share.1 > 50 && self.share.0 > self.target {
            level = match self.rule {
                Rule::HardLimit => 1.0,
                Rule::Average => level / 2.0,
                Rule::Tapered => level * (hours_left / 10.0).min(1.0),
            };
        }
        self.level = level.max(1.0);
    }
}

impl Policy for Adaptive {
    fn told(&mut self, _: Timestamp, fact: Fact) {
        let minute = self.minute.back_mut().expect("this second is there");
        match fact {
            Fact::CallPlaced { .. } => {
                self.placed += 1;
                minute.0 += 1;
            }
            Fact::Live { .. } => self.live += 1,
            Fact::Abandoned { .. } => {
                self.dropped += 1;
                minute.1 += 1;
            }
            _ => {}
        }
    }

    fn decide(&mut self, snapshot: &Snapshot) -> u32 {
        self.second += 1;
        let spare = f64::from(snapshot.agents_ready) - f64::from(snapshot.waiting);
        self.lately.push_back((spare, snapshot.agents() as f64));
        if self.lately.len() > 15 {
            self.lately.pop_front();
        }
        self.minute.push_back((0, 0));
        if self.minute.len() > 60 {
            self.minute.pop_front();
        }
        if self.second.is_multiple_of(60) {
            let share = self.dropped as f64 / self.live.max(1) as f64;
            self.share = (share, self.placed);
        }
        if self.second.is_multiple_of(15) {
            let left = snapshot
                .window_closes_in
                .map_or(0.0, |left| left.as_secs_f64());
            self.adapt(left / 3_600.0);
        }
        // Its loop places calls every 2.5 s.
        if matches!(self.second % 5, 0 | 3) {
            lines_for(self.level, snapshot)
        } else {
            0
        }
    }
}
