//! Sockets and clocks that drive `sip` and `media` for the engine.
//!
//! One thread owns the signalling: the endpoint, its sockets and the tables that say whose call
//! and whose line a dialog is. The media threads are apart. [`Telephony`] is the handle others
//! hold: it hands orders over and never waits; what happened comes back as [`Report`]s. No
//! decision is made here that the engine could make.

mod bind;
mod calls;
mod capture;
mod causes;
mod config;
mod connection;
mod counters;
mod driver;
mod error;
mod exchange;
mod handle;
mod handshake;
mod ids;
mod incoming;
mod lines;
pub mod media;
mod names;
mod offers;
mod orphan;
mod outcome;
mod page;
mod parties;
mod phones;
mod pulse;
mod quality;
mod reaper;
mod recording;
mod referred;
mod report;
mod resolve;
mod session;
mod sides;
mod sieve;
mod sip_address;
mod sounds;
mod supervision;
mod targets;
mod tls;
mod transport;
mod trunk;
mod trunk_registration;
mod trunk_test;
mod waiting_room;
mod watch;
mod websocket;

pub use ::sip::auth::Algorithm as DigestAlgorithm;
pub use ::sip::endpoint::{Ban, NoAnswer, OptionsAnswer};
pub use ::sip::message::Status;
pub use capture::{MediaTrace, MediaWanted};
pub use causes::{Causes, Meaning, Word, WrongCause};
pub use config::{Heard, Listener, ListenerKind, OwnCertificate, TelephonyConfig, TlsSettings};
pub use counters::Counters;
pub use error::{TelephonyError, TlsError};
pub use handle::Telephony;
pub use outcome::{Refusal, WhoEnded, outcome_of};
pub use page::{LineAnswer, LineNews, LineOffer, LineRefused, PageId};
pub use report::{BindingRecord, Report, TrunkRegistration};
pub use sounds::SoundBook;
pub use trunk::{InvitePreview, preview};
pub use trunk_test::{NoTest, TestedAddress, TrunkTest};
pub use watch::{
    Board, CallLadder, SPREAD_BOUNDS, Said, Spread, TooManyWatch, Trace, TraceFilter, Traced,
    TrunkFigures, TrunkTotals,
};
