//! What a leg hears when nobody is bridged to it.

use std::sync::Arc;

use crate::{Prompt, ToneKind};

/// A thing to play to a leg.
#[derive(Debug, Clone)]
pub enum Playback {
    /// Comfort silence: frames of zero, so that NATs, watchdogs and ears know the line lives.
    Silence,
    /// A tone; played once it is one cycle of its cadence (a steady tone: one second).
    Tone(ToneKind),
    /// A recorded message.
    Prompt(Arc<Prompt>),
}
