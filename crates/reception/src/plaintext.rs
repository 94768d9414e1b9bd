//! What a client's file says, in memory: at most so much, in pieces that never move while they grow (a
//! buffer that is moved leaves a copy behind), overwritten when let go of.

use std::fmt::{self, Write as _};
use std::io::{self, Read, Seek, SeekFrom, Write};

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Bytes of a piece.
const PIECE: usize = 1 << 20;

/// Bytes that never were on a disk. What is to be sent is written to it.
#[derive(Default)]
pub struct Plaintext {
    pieces: Vec<Zeroizing<Vec<u8>>>,
    len: u64,
}

/// Personal data stays out of logs.
impl fmt::Debug for Plaintext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plaintext({} bytes)", self.len)
    }
}

/// Why bytes could not be gathered.
#[derive(Debug)]
pub(crate) enum Gathering {
    /// There are more than so many.
    TooLarge(u64),
    /// They could not be read; with encryption, not only for reasons of the disk.
    Failed(io::Error),
}

impl Plaintext {
    /// All that a reader gives, if that is at most `most`.
    pub(crate) fn gather(from: &mut dyn Read, most: u64) -> Result<Plaintext, Gathering> {
        let mut text = Plaintext {
            pieces: Vec::new(),
            len: 0,
        };
        loop {
            let mut piece = Zeroizing::new(vec![0; PIECE]);
            let filled = fill(from, &mut piece).map_err(Gathering::Failed)?;
            piece.truncate(filled);
            text.len += filled as u64;
            if text.len > most {
                return Err(Gathering::TooLarge(most));
            }
            text.pieces.push(piece);
            if filled < PIECE {
                return Ok(text);
            }
        }
    }

    /// How much there is.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Its SHA-256, in hexadecimal.
    pub fn sha256(&self) -> String {
        let mut sha = Sha256::new();
        for piece in &self.pieces {
            sha.update(piece.as_slice());
        }
        hexadecimal(&sha.finalize())
    }

    /// To be read from any place; overwritten when the reader is dropped.
    pub fn into_reader(self) -> impl Read + Seek + Send {
        Reader { text: self, at: 0 }
    }
}

impl Write for Plaintext {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.pieces.last().is_none_or(|last| last.len() == PIECE) {
            self.pieces.push(Zeroizing::new(Vec::with_capacity(PIECE)));
        }
        let last = self.pieces.last_mut().expect("one was just added");
        let taken = bytes.len().min(PIECE - last.len());
        last.extend_from_slice(&bytes[..taken]);
        self.len += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads until the buffer is full or there is no more.
fn fill(from: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match from.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(filled)
}

struct Reader {
    text: Plaintext,
    at: u64,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let at = usize::try_from(self.at).unwrap_or(usize::MAX);
        let Some(piece) = self.text.pieces.get(at / PIECE) else {
            return Ok(0);
        };
        let rest = piece.get(at % PIECE..).unwrap_or_default();
        let read = rest.len().min(buffer.len());
        buffer[..read].copy_from_slice(&rest[..read]);
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Reader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.text.len.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        let before = || io::Error::new(io::ErrorKind::InvalidInput, "before the first byte");
        self.at = to.ok_or_else(before)?;
        Ok(self.at)
    }
}

/// SHA-256 and size of all bytes of a file.
pub fn hash(from: &mut dyn Read) -> io::Result<(String, u64)> {
    let mut sha = Sha256::new();
    let mut bytes = 0;
    let mut piece = vec![0; PIECE];
    loop {
        let read = fill(from, &mut piece)?;
        sha.update(&piece[..read]);
        bytes += read as u64;
        if read < PIECE {
            return Ok((hexadecimal(&sha.finalize()), bytes));
        }
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes any text");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(len: usize) -> Vec<u8> {
        (0..len).map(|at| (at % 251) as u8).collect()
    }

    #[test]
    fn what_was_gathered_is_read_from_any_place() {
        for len in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 17] {
            let whole = text(len);
            let gathered = Plaintext::gather(&mut whole.as_slice(), 1 << 30).expect("fits");
            assert_eq!(gathered.len(), len as u64);
            let same = hash(&mut whole.as_slice()).expect("memory");
            assert_eq!((gathered.sha256(), gathered.len()), same);
            let mut reader = gathered.into_reader();
            let mut back = Vec::new();
            reader.read_to_end(&mut back).expect("memory");
            assert!(back == whole, "{len}");
            let end = len.saturating_sub(5);
            reader.seek(SeekFrom::Start(end as u64)).expect("a place");
            back.clear();
            reader.read_to_end(&mut back).expect("memory");
            assert_eq!(back, whole[end..]);
        }
    }

    #[test]
    fn what_was_written_is_read_back() {
        let whole = text(2 * PIECE + 9);
        let mut written = Plaintext::default();
        for part in whole.chunks(100_003) {
            written.write_all(part).expect("memory");
        }
        let mut back = Vec::new();
        assert_eq!(written.len(), whole.len() as u64);
        written
            .into_reader()
            .read_to_end(&mut back)
            .expect("memory");
        assert!(back == whole);
    }

    #[test]
    fn one_byte_too_many_is_too_much() {
        let whole = text(PIECE + 1);
        Plaintext::gather(&mut whole.as_slice(), PIECE as u64 + 1).expect("fits");
        let gathered = Plaintext::gather(&mut whole.as_slice(), PIECE as u64);
        assert!(matches!(gathered, Err(Gathering::TooLarge(_))));
        let endless = Plaintext::gather(&mut io::repeat(b'x'), 10 * PIECE as u64);
        assert!(matches!(endless, Err(Gathering::TooLarge(_))));
    }

    #[test]
    fn nothing_is_before_the_first_byte_and_nothing_after_the_last() {
        let mut reader = Plaintext::gather(&mut &b"abc"[..], 10)
            .expect("fits")
            .into_reader();
        assert!(reader.seek(SeekFrom::Current(-1)).is_err());
        reader
            .seek(SeekFrom::End(7))
            .expect("a file may be sought beyond its end");
        assert_eq!(reader.read(&mut [0; 4]).expect("memory"), 0);
    }

    #[test]
    fn what_it_says_is_in_no_log() {
        let gathered = Plaintext::gather(&mut &b"1020304050;Ana"[..], 100).expect("fits");
        assert_eq!(format!("{gathered:?}"), "Plaintext(14 bytes)");
    }
}
