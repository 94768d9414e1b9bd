//! Wires every part and runs the loop: step, record, act, publish. The only
//! crate that knows them all; it decides nothing about calls.

mod certificates;
mod clock;
mod config;
mod control;
mod floor;
mod metrics;
mod restart;
mod run;
mod serve;

pub use config::{
    Config, ConfigError, Digest, MediaSettings, SipSettings, TlsSection, WebSocketSection,
};
pub use serve::{Server, Stopped};
