//! A rule that cannot be read: where, why, and what may stand there.

use std::ops::Range;

use thiserror::Error;

/// Why a rule cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct SegmentError {
    /// The bytes of the rule that are wrong; empty where something is missing.
    pub at: Range<usize>,
    /// Why, and what to write instead.
    pub message: String,
}

impl SegmentError {
    pub(crate) fn new(at: Range<usize>, message: impl Into<String>) -> SegmentError {
        SegmentError {
            at,
            message: message.into(),
        }
    }

    /// The rule with a mark under what is wrong, and why.
    pub fn pointed(&self, rule: &str) -> String {
        let before = rule.get(..self.at.start).unwrap_or(rule);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = rule[line_start..].lines().next().unwrap_or("");
        let indent = before[line_start..].chars().count();
        let wrong = rule
            .get(self.at.clone())
            .unwrap_or("")
            .lines()
            .next()
            .unwrap_or("");
        let marks = wrong.chars().count().max(1);
        format!(
            "{line}\n{}{}\n{}",
            " ".repeat(indent),
            "^".repeat(marks),
            self.message
        )
    }
}
