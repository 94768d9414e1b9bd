//! Wires every part and runs the loop: step, record, act, publish. The only
//! crate that knows them all; it decides nothing about calls.

mod addresses;
mod archive_settings;
mod archiving;
mod breaker_metrics;
mod browser_settings;
mod certificates;
mod clock;
mod config;
mod control;
mod counters;
mod floor;
mod inbound;
mod ladders;
mod law_folder;
mod metrics;
mod pages;
mod phone_book;
mod phone_server;
mod reception;
mod reception_settings;
mod recording_metrics;
mod recording_settings;
mod recordings;
mod restart;
mod retention;
mod returns;
mod run;
mod segmenting;
mod serve;
mod signalling;
mod sip_settings;
mod sounds;
mod trunk_metrics;
mod trunk_test;

pub use addresses::OneOrSeveral;
pub use archive_settings::ArchiveSettings;
pub use browser_settings::BrowserSettings;
pub use config::{Config, ConfigError, MediaSettings};
pub use law_folder::{LawSettings, install_law};
pub use reception_settings::ReceptionSettings;
pub use recording_settings::RecordingSettings;
pub use recordings::vault;
pub use serve::{Server, Stopped};
pub use sip_settings::{Digest, SipSettings, TlsSection, WebSocketSection};
pub use trunk_test::trunk_tested;
