//! When tables made from what was learnt are made anew. Every second would
//! be right, but what was learnt moves little in one once some hundred calls
//! are known; and the tables are most of the work of a decision.

/// Tables are no older than this, in milliseconds.
const AGE_MAX: i64 = 5_000;
/// Nor is there more news than this share of the exits remembered.
const NEWS_MAX: f64 = 0.02;
/// Nor has the fast level moved by more than this share.
const MOVED_MAX: f64 = 0.03;

/// How things stood when tables were made last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Freshness {
    at: Option<i64>,
    level: f64,
    exits: u64,
}

impl Freshness {
    /// Whether to make tables anew, with the level as it is and, for each
    /// stage, the exits in all and those remembered; a yes is taken as done.
    pub(crate) fn is_stale(
        &mut self,
        now: i64,
        (level, _): (f64, f64),
        exits: &[(u64, f64)],
    ) -> bool {
        let all: u64 = exits.iter().map(|(all, _)| all).sum();
        let remembered: f64 = exits.iter().map(|(_, remembered)| remembered).sum();
        let stale = self.at.is_none_or(|at| now.saturating_sub(at) >= AGE_MAX)
            || (all - self.exits) as f64 > NEWS_MAX * remembered
            || (level - self.level).abs() > MOVED_MAX * self.level;
        if stale {
            *self = Freshness {
                at: Some(now),
                level,
                exits: all,
            };
        }
        stale
    }
}
