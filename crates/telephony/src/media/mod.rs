//! The media threads: sockets and clock for the pure crate `media`.
//!
//! A pool has few threads, each an epoll loop that owns the sockets of many legs. What a leg
//! receives is forwarded to the leg it is bridged with on arrival; only what we generate
//! ourselves (silence, tones, prompts) follows a 20 ms clock. Nothing here runs on, or waits
//! for, an async runtime; every method may be called from any thread and returns at once.

mod browser;
mod copier;
mod door;
mod epoll;
mod event;
mod lateness;
mod leg;
mod owned;
mod plan;
mod pool;
mod porch;
mod ports;
mod wire;
mod worker;

pub use ::media::{
    Codec, Country, LearnMode, LegId, LegStats, Playback, Prompt, PromptError, Quality, Remote,
    TapFrame, ToneKind,
};
pub use copier::{Capturing, Copied, Copier, Copies};
pub use door::BrowserDoors;
pub use event::MediaEvent;
pub use lateness::LATENESS_BOUNDS_MS;
pub use pool::{LegHandle, MediaConfig, MediaPool, NoBrowserLeg, PoolFigures};
