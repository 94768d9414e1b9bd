//! Joins pacing, agents and campaigns: inputs in, commands and events out.
