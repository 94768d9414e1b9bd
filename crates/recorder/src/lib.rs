//! Recordings: what is heard of a call, sealed from its first byte to the day its key is destroyed.
//!
//! Media threads copy packets into a queue and never wait ([`Recorder::frames`]); one thread lays
//! them on a time line (`media::timeline`), another seals and writes. A file says all that is needed
//! to bring it to its end after a crash ([`recover`]). The [`Archive`] has what is over. Which calls are recorded is the engine's to
//! decide, what is known of a recording is the store's.

mod archive;
mod destroy;
mod ears;
mod error;
mod evidence;
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

pub use archive::{Archive, ArchiveForm, Archived, Bucket, Place};
pub use destroy::{aside_in, destroy, put_back, set_aside};
pub use error::{ArchiveError, KeyError, RecordingError};
pub use evidence::SealedFile;
pub use file_key::FileKey;
pub use keys::{MasterKeys, SEALED_KEY, sealed_by};
pub use recorder::{Counters, Outcome, Recorder, RecorderConfig};
pub use recovery::{Left, recover};
pub use room::free_share;
pub use sealed::{CHUNK, Content, Head};
pub use spool::{Spooled, path_of, spool_keys};
pub use vault::{Playable, Vault};
pub use wav::{Form, Wav};
