//! A recording on its way from the spool to the archive: a thread of its own, of lower priority than
//! all that calls need, reads, compresses and seals; whoever sends takes what is ready. What waits in
//! between is bounded, so that a slow archive slows the thread and fills no memory.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use domain::{AttemptId, Timestamp};
use media::{Codec, flac, g711};
use sha2::{Digest as _, Sha256};
use tokio::sync::{mpsc, oneshot};

use super::ArchiveForm;
use super::frames::{self, Index};
use crate::error::{ArchiveError, RecordingError};
use crate::file_key::FileKey;
use crate::keys::{MasterKeys, hex};
use crate::sealed::{CHUNK, Content, Flags, Head, Sealer};
use crate::spool::Spooled;
use crate::wav::{Form, Wav};

/// Pieces that wait to be sent.
const WAITING: usize = 8;
/// Bytes of a piece, about.
const PIECE: usize = 256 << 10;
/// How much less urgent than everything else (`nice`).
const NICE: i32 = 10;

/// What the record must know of what was packed.
#[derive(Debug)]
pub(super) struct Packed {
    pub(super) content: Content,
    pub(super) wav_bytes: u64,
    pub(super) wav_sha256: String,
    pub(super) object_bytes: u64,
    pub(super) object_sha256: String,
    pub(super) sealed_key: String,
}

/// A recording that is being packed.
pub(super) struct Packing {
    /// When it began.
    pub(super) began: Timestamp,
    pieces: mpsc::Receiver<Vec<u8>>,
    end: oneshot::Receiver<Result<Packed, RecordingError>>,
}

impl Packing {
    /// Opens a file of the spool and begins to pack it.
    pub(super) async fn start(
        file: PathBuf,
        keys: Arc<MasterKeys>,
        attempt: AttemptId,
        form: ArchiveForm,
    ) -> Result<Packing, ArchiveError> {
        let (told, opened) = oneshot::channel();
        let (pieces, received) = mpsc::channel(WAITING);
        let (ended, end) = oneshot::channel();
        let work = move || {
            // Not ours to have, in a container without the right: it is only slower then.
            let _ = rustix::process::setpriority_process(None, NICE);
            let spooled = Spooled::open(&file, &keys).and_then(|spooled| {
                match spooled.head().attempt == attempt {
                    true => Ok(spooled),
                    false => Err(RecordingError::HeadChanged),
                }
            });
            let spooled = match spooled {
                Ok(spooled) => spooled,
                Err(fault) => {
                    let _ = told.send(Err(fault));
                    return;
                }
            };
            let _ = told.send(Ok(spooled.head().began));
            let packer = Packer::new(&spooled, &keys, form, pieces);
            let _ = ended.send(packer.pack(&spooled));
        };
        thread::Builder::new()
            .name("recorder-archive".to_owned())
            .spawn(work)
            .map_err(RecordingError::File)?;
        let began = opened.await.map_err(|_| ArchiveError::Broke)??;
        Ok(Packing {
            began,
            pieces: received,
            end,
        })
    }

    /// The next bytes of the object: so many or a little more, fewer at its end, none after it.
    pub(super) async fn part(&mut self, size: usize) -> Vec<u8> {
        let mut part = Vec::new();
        while part.len() < size {
            match self.pieces.recv().await {
                Some(piece) => part.extend(piece),
                None => break,
            }
        }
        part
    }

    /// What was packed, when all of it was taken.
    pub(super) async fn end(&mut self) -> Result<Packed, ArchiveError> {
        Ok((&mut self.end).await.map_err(|_| ArchiveError::Broke)??)
    }
}

/// Content in, sealed pieces out.
struct Packer {
    head: Head,
    law: Codec,
    sealer: Sealer,
    sealed_key: String,
    pieces: mpsc::Sender<Vec<u8>>,
    /// Content that fills no chunk yet.
    rest: Vec<u8>,
    place: u64,
    piece: Vec<u8>,
    digest: Sha256,
    bytes: u64,
}

/// Nobody takes what is packed any more.
fn given_up() -> RecordingError {
    RecordingError::Archive("it was given up".to_owned())
}

impl Packer {
    fn new(
        spooled: &Spooled,
        keys: &MasterKeys,
        form: ArchiveForm,
        pieces: mpsc::Sender<Vec<u8>>,
    ) -> Packer {
        let (attempt, began) = (spooled.head().attempt, spooled.head().began);
        let law = spooled.head().content.law();
        let content = match form {
            ArchiveForm::Flac => Content::Flac(law),
            ArchiveForm::Codes => Content::codes(law),
        };
        let key = FileKey::random();
        let head = Head::new(content, attempt, began, None);
        let mut packer = Packer {
            sealer: Sealer::new(&head, &key),
            sealed_key: hex(&keys.seal(&key, attempt)),
            law,
            pieces,
            rest: Vec::with_capacity(2 * CHUNK),
            place: 0,
            piece: Vec::with_capacity(PIECE + 2 * CHUNK),
            digest: Sha256::new(),
            bytes: 0,
            head,
        };
        packer.piece.extend(packer.head.bytes());
        packer
    }

    fn pack(mut self, spooled: &Spooled) -> Result<Packed, RecordingError> {
        let wav = Wav {
            form: Form::Pcm,
            codec: self.law,
            pairs: spooled.length() / 2,
        };
        let mut sound = Sha256::new_with_prefix(wav.header());
        let mut index = Index::default();
        let mut number = 0;
        let is_flac = matches!(self.head.content, Content::Flac(_));
        if is_flac {
            self.content(&flac::head(wav.pairs))?;
        }
        // A second is two frames.
        for second in (0..2 * wav.pairs).step_by(CHUNK) {
            let end = (second + CHUNK as u64).min(2 * wav.pairs);
            let codes = spooled.read(second..end)?;
            for code in &codes {
                sound.update(g711::decode(self.law, *code).to_le_bytes());
            }
            if !is_flac {
                self.content(&codes)?;
                continue;
            }
            for pairs in codes.chunks(2 * flac::FRAME) {
                let frame = flac::frame(number, self.law, pairs);
                self.check(&frame, pairs)?;
                index.add(&frame);
                self.content(&frame)?;
                number += 1;
            }
        }
        if is_flac {
            self.content(&index.bytes())?;
        }
        self.finish(&wav, sound)
    }

    /// What was compressed is read by another's reader before anything is let go of.
    fn check(&self, frame: &[u8], pairs: &[u8]) -> Result<(), RecordingError> {
        let meaning = |codes: &[u8]| g711::decode_all(self.law, codes);
        let read = frames::pairs(frame, self.law)?;
        match meaning(&read) == meaning(pairs) {
            true => Ok(()),
            false => Err(RecordingError::Archive(
                "it did not come back from FLAC as it was".to_owned(),
            )),
        }
    }

    fn content(&mut self, bytes: &[u8]) -> Result<(), RecordingError> {
        self.rest.extend_from_slice(bytes);
        // The last chunk says that it is, so that one is kept back.
        while self.rest.len() > CHUNK {
            let rest = self.rest.split_off(CHUNK);
            let chunk = std::mem::replace(&mut self.rest, rest);
            self.seal(&chunk, Flags::default())?;
        }
        Ok(())
    }

    fn seal(&mut self, chunk: &[u8], flags: Flags) -> Result<(), RecordingError> {
        self.sealer.seal(self.place, flags, chunk, &mut self.piece);
        self.place += 1;
        match self.piece.len() >= PIECE || flags.last {
            true => self.send(),
            false => Ok(()),
        }
    }

    fn send(&mut self) -> Result<(), RecordingError> {
        let piece = std::mem::replace(&mut self.piece, Vec::with_capacity(PIECE + 2 * CHUNK));
        self.digest.update(&piece);
        self.bytes += piece.len() as u64;
        self.pieces.blocking_send(piece).map_err(|_| given_up())
    }

    fn finish(mut self, wav: &Wav, sound: Sha256) -> Result<Packed, RecordingError> {
        let last = Flags {
            last: true,
            short: true,
            ..Flags::default()
        };
        let rest = std::mem::take(&mut self.rest);
        self.seal(&rest, last)?;
        Ok(Packed {
            content: self.head.content,
            wav_bytes: wav.len(),
            wav_sha256: hex(&sound.finalize()),
            object_bytes: self.bytes,
            object_sha256: hex(&self.digest.finalize()),
            sealed_key: self.sealed_key,
        })
    }
}
