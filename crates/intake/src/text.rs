//! Bytes to text: which encoding a CSV file is in, and its cells read by it.

use std::borrow::Cow;
use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};

use crate::options::Encoding;

/// Encoding and length of the byte order mark, told by the first bytes.
pub(crate) fn detect(head: &[u8]) -> (Encoding, usize) {
    match head {
        [0xEF, 0xBB, 0xBF, ..] => (Encoding::Utf8, 3),
        [0xFF, 0xFE, ..] => (Encoding::Utf16Le, 2),
        [0xFE, 0xFF, ..] => (Encoding::Utf16Be, 2),
        _ => (detect_unmarked(head), 0),
    }
}

fn detect_unmarked(head: &[u8]) -> Encoding {
    // Spanish text in UTF-16 has a zero in nearly every other byte.
    let pairs = head.len() / 2;
    let zeros = |odd: usize| {
        head.iter()
            .skip(odd)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    if pairs >= 4 && zeros(1) * 10 > pairs * 7 {
        return Encoding::Utf16Le;
    }
    if pairs >= 4 && zeros(0) * 10 > pairs * 7 {
        return Encoding::Utf16Be;
    }
    match std::str::from_utf8(head) {
        Ok(_) => Encoding::Utf8,
        // A letter cut in two where the head ends is no error.
        Err(error) if error.error_len().is_none() => Encoding::Utf8,
        Err(error) => by_majority(head, error.valid_up_to()),
    }
}

/// A UTF-8 file may hold a few lines pasted from elsewhere: the kind of letter
/// that is more frequent decides.
fn by_majority(head: &[u8], first_error: usize) -> Encoding {
    let mut good = count_multibyte(&head[..first_error]);
    let (mut bad, mut rest) = (0_usize, &head[first_error..]);
    while let Err(error) = std::str::from_utf8(rest) {
        good += count_multibyte(&rest[..error.valid_up_to()]);
        let Some(skip) = error.error_len() else { break };
        bad += 1;
        rest = &rest[error.valid_up_to() + skip..];
    }
    good += std::str::from_utf8(rest).map_or(0, |text| count_multibyte(text.as_bytes()));
    if good > bad {
        Encoding::Utf8
    } else {
        Encoding::Windows1252
    }
}

fn count_multibyte(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| **b >= 0xC0).count()
}

/// Text of one cell; true when it was not in the encoding of the file.
pub(crate) fn decode(bytes: &[u8], encoding: Encoding) -> (Cow<'_, str>, bool) {
    if encoding == Encoding::Windows1252 {
        return (WINDOWS_1252.decode_without_bom_handling(bytes).0, false);
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), false),
        Err(_) => (WINDOWS_1252.decode_without_bom_handling(bytes).0, true),
    }
}

/// Whether a cell holds what no text has.
pub(crate) fn is_binary(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .any(|b| *b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r' | 0x0B | 0x0C | 0x1A))
}

/// UTF-16 bytes passed on as UTF-8, a piece at a time.
pub(crate) struct Utf16<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    text: Vec<u8>,
    text_at: usize,
    ended: bool,
}

const PIECE: usize = 16 * 1024;

impl<R: Read> Utf16<R> {
    pub(crate) fn new(inner: R, encoding: Encoding) -> Utf16<R> {
        let from = if encoding == Encoding::Utf16Be {
            UTF_16BE
        } else {
            UTF_16LE
        };
        Utf16 {
            inner,
            decoder: from.new_decoder_without_bom_handling(),
            raw: Vec::new(),
            raw_at: 0,
            text: Vec::new(),
            text_at: 0,
            ended: false,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        if self.raw_at == self.raw.len() {
            self.raw.resize(PIECE, 0);
            let read = self.inner.read(&mut self.raw)?;
            self.raw.truncate(read);
            self.raw_at = 0;
        }
        let last = self.raw.is_empty();
        self.text.resize(3 * PIECE, 0);
        let (result, read, written, _) =
            self.decoder
                .decode_to_utf8(&self.raw[self.raw_at..], &mut self.text, last);
        self.raw_at += read;
        self.text.truncate(written);
        self.text_at = 0;
        self.ended = last && result == CoderResult::InputEmpty;
        Ok(())
    }
}

impl<R: Read> Read for Utf16<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.text_at == self.text.len() {
            if self.ended {
                return Ok(0);
            }
            self.refill()?;
        }
        let count = buffer.len().min(self.text.len() - self.text_at);
        buffer[..count].copy_from_slice(&self.text[self.text_at..self.text_at + count]);
        self.text_at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_encoding_is_told_by_the_bytes() {
        for (bytes, encoding, mark) in [
            (&b"nombre;tel"[..], Encoding::Utf8, 0),
            ("Peña".as_bytes(), Encoding::Utf8, 0),
            (b"\xEF\xBB\xBFnombre", Encoding::Utf8, 3),
            (b"Pe\xF1a;Bogot\xE1", Encoding::Windows1252, 0),
            (b"\xFF\xFEn\0o\0", Encoding::Utf16Le, 2),
            (b"\xFE\xFF\0n\0o", Encoding::Utf16Be, 2),
            (b"n\0o\0m\0b\0r\0e\0", Encoding::Utf16Le, 0),
        ] {
            assert_eq!(detect(bytes), (encoding, mark), "{bytes:?}");
        }
    }

    #[test]
    fn a_letter_cut_by_the_end_of_the_head_is_still_utf8() {
        let bytes = "Bogotá".as_bytes();
        assert_eq!(detect(&bytes[..bytes.len() - 1]).0, Encoding::Utf8);
    }

    #[test]
    fn utf16_becomes_utf8_across_pieces() {
        let text = "Peña;Bogotá\n".repeat(5_000);
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let mut read = String::new();
        Utf16::new(&bytes[..], Encoding::Utf16Le)
            .read_to_string(&mut read)
            .expect("memory can be read");
        assert_eq!(read, text);
    }
}
