//! What each agent may do next.
