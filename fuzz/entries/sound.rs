//! What is done with a recording that somebody brings. Driven by cargo-fuzz, and over the kept corpus by
//! the ordinary tests (`crates/intake/tests/mutation.rs`).

use intake::sound::{read_recording, wav_of};

/// A file: refused with a reason, or a recording that reads the same once it was kept.
pub(crate) fn sound(bytes: &[u8]) {
    read(bytes);
    if bytes.starts_with(MARK) {
        let mut mended = bytes.to_vec();
        mend_checksums(&mut mended);
        read(&mended);
    }
}

fn read(bytes: &[u8]) {
    match read_recording(bytes) {
        Ok(samples) => {
            assert!(!samples.is_empty(), "nothing is no recording");
            let kept = wav_of(&samples);
            let again = read_recording(&kept).expect("we read what we write");
            assert_eq!(again.len(), samples.len());
        }
        Err(refused) => assert!(!refused.to_string().is_empty(), "a reason"),
    }
}

/// An Ogg page begins so (RFC 3533, section 6).
const MARK: &[u8] = b"OggS";
const HEADER: usize = 27;
/// The checksum's place in it.
const CHECKSUM: std::ops::Range<usize> = 22..26;

/// Ogg drops pages whose checksum is wrong: damage would never come as far as what reads them.
fn mend_checksums(bytes: &mut [u8]) {
    let mut at = 0;
    while let Some(length) = page(&bytes[at..]) {
        let page = &mut bytes[at..at + length];
        page[CHECKSUM].fill(0);
        let sum = checksum(page);
        page[CHECKSUM].copy_from_slice(&sum.to_le_bytes());
        at += length;
    }
}

/// The length of the page that begins there, if it is whole.
fn page(bytes: &[u8]) -> Option<usize> {
    if !bytes.starts_with(MARK) {
        return None;
    }
    let segments = usize::from(*bytes.get(HEADER - 1)?);
    let table = bytes.get(HEADER..HEADER + segments)?;
    let body: usize = table.iter().map(|length| usize::from(*length)).sum();
    let length = HEADER + segments + body;
    (length <= bytes.len()).then_some(length)
}

/// CRC-32 of the polynomial 0x04c11db7, neither reflected nor inverted.
fn checksum(page: &[u8]) -> u32 {
    page.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ (u32::from(*byte) << 24), |sum, _| {
            (sum << 1) ^ if sum >> 31 == 1 { 0x04C1_1DB7 } else { 0 }
        })
    })
}
