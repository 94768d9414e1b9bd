//! RTP and audio without sockets or clock: packets and an `Instant` in, packets and verdicts out.
//!
//! A [`leg::Incoming`] judges what one leg's peer sends (who may be heard, RFC 3550 reception
//! figures, digits); a [`leg::Outgoing`] makes the one continuous stream that peer hears, whether
//! it comes from a bridge, a tone or a prompt. `telephony::media` owns the sockets.

pub mod codec;
mod conceal;
mod country;
pub mod detect;
pub mod dtmf;
mod fax;
pub mod flac;
pub mod g711;
pub mod leg;
pub mod mixer;
pub mod playback;
pub mod prompt;
pub mod quality;
pub mod redact;
pub mod remote;
pub mod resample;
pub mod rtcp;
pub mod rtp;
pub mod srtp;
pub mod stats;
pub mod tap;
pub mod timeline;
pub mod tone;
mod voice;
pub mod wav;

pub use codec::Codec;
pub use country::{Cadence, Country};
pub use playback::Playback;
pub use prompt::{Prompt, PromptError};
pub use quality::Quality;
pub use remote::{LearnMode, LegId, Remote};
pub use stats::LegStats;
pub use tap::TapFrame;
pub use timeline::{Side, Timeline};
pub use tone::ToneKind;
