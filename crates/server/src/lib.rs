//! Wires every part and runs the loop: step, record, act, publish. The only
//! crate that knows them all; it decides nothing about calls.

mod addresses;
mod certificates;
mod clock;
mod config;
mod control;
mod floor;
mod metrics;
mod phone_book;
mod phone_server;
mod restart;
mod run;
mod serve;
mod sip_settings;

pub use addresses::OneOrSeveral;
pub use config::{Config, ConfigError, MediaSettings};
pub use serve::{Server, Stopped};
pub use sip_settings::{Digest, SipSettings, TlsSection, WebSocketSection};
