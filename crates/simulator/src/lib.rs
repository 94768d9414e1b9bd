//! Callees, agents and carriers in virtual time, driving the same engine.
