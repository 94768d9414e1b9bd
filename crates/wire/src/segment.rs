//! Segments of a list: rules over its columns, counted before anybody is called.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A column that a rule may name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SegmentColumn {
    /// As the base writes it.
    pub name: String,
    /// `text`, `number` or `date`.
    pub kind: String,
    /// What it holds.
    pub about: String,
}

/// A rule to be counted.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SegmentRule {
    /// Such as `ciudad in ("Bogotá") and edad >= 30`; whoever is empty takes everybody.
    pub rule: String,
}

/// Whom a rule takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SegmentCount {
    /// The rule.
    pub rule: String,
    /// Contacts of the list.
    pub contacts: u64,
    /// Those of them that belong to it.
    pub taken: u64,
    /// A few that do, with the cells the rule looks at.
    pub examples: Vec<SegmentExample>,
    /// A few that do not.
    pub left_out: Vec<SegmentExample>,
}

/// A contact beside a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SegmentExample {
    /// Which contact.
    pub contact: i64,
    /// Column and cell, in the order of the list's columns.
    pub cells: Vec<(String, String)>,
}

/// What may be written next in a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SegmentSuggestions {
    /// Words, the likeliest first.
    pub words: Vec<String>,
    /// Where the rule cannot be read, in bytes; absent if it can.
    pub wrong_from: Option<usize>,
    /// Up to where.
    pub wrong_to: Option<usize>,
    /// Why not.
    pub message: Option<String>,
}
