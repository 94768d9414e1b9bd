//! Whom to call, when, and how often.
