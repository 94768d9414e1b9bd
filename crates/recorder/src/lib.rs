//! Recordings: what is heard of a call, sealed from its first byte to the day its key is destroyed.
//!
//! Media threads copy packets into a queue and never wait ([`Recorder::frames`]); one thread lays
//! them on a time line (`media::timeline`), another seals and writes. A file says all that is needed
//! to bring it to its end after a crash ([`recover`]). Which calls are recorded is the engine's to
//! decide, what is known of a recording is the store's.

mod ears;
mod error;
mod file_key;
mod keys;
mod pen;
mod recorder;
mod recovery;
mod room;
mod sealed;
mod spool;
mod vault;
mod wav;

pub use error::{KeyError, RecordingError};
pub use file_key::FileKey;
pub use keys::{MasterKeys, SEALED_KEY};
pub use recorder::{Counters, Outcome, Recorder, RecorderConfig};
pub use recovery::{Left, recover};
pub use room::free_share;
pub use sealed::{CHUNK, Content, Head};
pub use spool::{Spooled, path_of};
pub use vault::{Playable, Vault};
pub use wav::{Form, Wav};
