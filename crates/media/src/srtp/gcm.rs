//! AES-GCM (RFC 7714), as browsers prefer it: one pass encrypts and makes the tag.

use aes::{Aes128Enc, Aes256Enc};
use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{AesGcm, Tag};

use super::MasterKey;
use super::derive::Purpose;

/// Bytes of the tag, of both suites.
pub(super) const TAG: usize = 16;

const SALT: usize = 12;

/// The keys of one direction of RTP or RTCP.
pub(super) struct Gcm {
    cipher: Cipher,
    salt: [u8; SALT],
}

/// GCM only ever encrypts, also to decrypt.
enum Cipher {
    Aes128(AesGcm<Aes128Enc, U12>),
    Aes256(AesGcm<Aes256Enc, U12>),
}

impl Gcm {
    pub(super) fn derive_128(master: &MasterKey, purpose: Purpose) -> Gcm {
        Gcm::with_128(purpose.cipher_key(master), purpose.salt(master))
    }

    pub(super) fn derive_256(master: &MasterKey, purpose: Purpose) -> Gcm {
        Gcm::with_256(purpose.cipher_key(master), purpose.salt(master))
    }

    pub(super) fn with_128(key: [u8; 16], salt: [u8; SALT]) -> Gcm {
        Gcm {
            cipher: Cipher::Aes128(AesGcm::new(&key.into())),
            salt,
        }
    }

    pub(super) fn with_256(key: [u8; 32], salt: [u8; SALT]) -> Gcm {
        Gcm {
            cipher: Cipher::Aes256(AesGcm::new(&key.into())),
            salt,
        }
    }

    /// Encrypts a payload of the stream with this index, and writes the tag over it and what stays in clear.
    /// Nothing to encrypt is signed all the same.
    pub(super) fn seal(
        &self,
        (ssrc, index): (u32, u64),
        clear: &[u8],
        payload: &mut [u8],
        tag: &mut [u8],
    ) {
        let iv = self.iv(ssrc, index).into();
        let made = match &self.cipher {
            Cipher::Aes128(cipher) => cipher.encrypt_inout_detached(&iv, clear, payload.into()),
            Cipher::Aes256(cipher) => cipher.encrypt_inout_detached(&iv, clear, payload.into()),
        };
        let made = made.expect("a datagram is shorter than 64 GiB");
        tag[..TAG].copy_from_slice(&made);
    }

    /// Decrypts it, if the tag is right.
    pub(super) fn open(
        &self,
        (ssrc, index): (u32, u64),
        clear: &[u8],
        payload: &mut [u8],
        tag: &[u8],
    ) -> bool {
        let iv = self.iv(ssrc, index).into();
        let Ok(tag) = Tag::try_from(tag) else {
            return false;
        };
        let opened = match &self.cipher {
            Cipher::Aes128(gcm) => gcm.decrypt_inout_detached(&iv, clear, payload.into(), &tag),
            Cipher::Aes256(gcm) => gcm.decrypt_inout_detached(&iv, clear, payload.into(), &tag),
        };
        opened.is_ok()
    }

    /// Two zeros, the stream, and the index of 48 bits: a report's of 31 bits has zeros before it
    /// (8.1 and 9.1).
    fn iv(&self, ssrc: u32, index: u64) -> [u8; SALT] {
        let mut iv = self.salt;
        for (byte, of_ssrc) in iv[2..6].iter_mut().zip(ssrc.to_be_bytes()) {
            *byte ^= of_ssrc;
        }
        for (byte, of_index) in iv[6..].iter_mut().zip(&index.to_be_bytes()[2..]) {
            *byte ^= of_index;
        }
        iv
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys::SessionKeys;
    use super::*;

    /// The packets of RFC 7714, sections 16 and 17: keys and salts of a session.
    const SALT: &[u8; 12] = b"Quid pro quo";
    const SSRC: u32 = 0x5501_A0B2;
    const INDEX: u64 = 0xF17B;
    const HEADER: u128 = 0x8040_F17B_8041_F8D3_5501_A0B2;
    const AUDIO: &[u8] = b"Gallia est omnis divisa in partes tres";
    const REPORT: &str = "81c8000d4d6172734e5450314e545032525450200000042a0000e930\
        4c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef";
    const REPORTER: u32 = 0x4D61_7273;
    const NUMBER: u32 = 0x5D4;

    fn keys() -> [SessionKeys; 2] {
        let key = std::array::from_fn(|n| n as u8);
        let short = std::array::from_fn(|n| n as u8);
        [Gcm::with_128(short, *SALT), Gcm::with_256(key, *SALT)].map(SessionKeys::Gcm)
    }

    fn bytes(hex: &str) -> Vec<u8> {
        let digits: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
        let pairs = digits.chunks(2);
        let pairs = pairs.map(|pair| std::str::from_utf8(pair).expect("ASCII"));
        pairs
            .map(|pair| u8::from_str_radix(pair, 16).expect("hex"))
            .collect()
    }

    #[test]
    fn packets_are_those_of_the_rfc() {
        let expected = [
            "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833
             899d7f27beb16a9152cf765ee4390cce",
            "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b
             7aa3db36dfffd6b0f9bb7878d7a76c13",
        ];
        for (keys, expected) in keys().iter().zip(expected) {
            let header = &HEADER.to_be_bytes()[4..];
            let plain = [header, AUDIO].concat();
            let (mut packet, mut tag) = (plain.clone(), [0; TAG]);
            keys.seal_rtp((SSRC, INDEX), &mut packet, header.len(), &mut tag);
            let sealed = [&packet[header.len()..], &tag].concat();
            assert_eq!(sealed, bytes(expected));
            assert!(keys.open_rtp((SSRC, INDEX), &mut packet, header.len(), &tag));
            assert_eq!(packet, plain);
        }
    }

    #[test]
    fn reports_are_those_of_the_rfc() {
        let expected = [
            "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda
             4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade800005d4",
            "81c8000d4d617273d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be
             8415f658c61de0476f1b6fad1d1eb30c4446839f57ff6f6cb26ac3be800005d4",
        ];
        for (keys, expected) in keys().iter().zip(expected) {
            let mut report = bytes(REPORT);
            keys.seal_rtcp(REPORTER, NUMBER, &mut report);
            assert_eq!(report, bytes(expected));
            let mut parts = keys.parts(&mut report).expect("long enough");
            assert_eq!(parts.number(), NUMBER);
            assert!(keys.open_rtcp(REPORTER, &mut parts));
            assert_eq!(parts.packet, bytes(REPORT));
        }
    }

    /// Section 17.3.
    #[test]
    fn a_report_in_clear_is_believed_by_its_tag() {
        let [keys, _] = keys();
        let sealed = REPORT.to_owned() + "841dd9683dd78ec92ae58790125f62b3" + "000005d4";
        let mut report = bytes(&sealed);
        let mut parts = keys.parts(&mut report).expect("long enough");
        assert!(keys.open_rtcp(REPORTER, &mut parts));
        assert_eq!(parts.packet, bytes(REPORT));
        let mut report = bytes(&sealed);
        report[20] ^= 1;
        let mut parts = keys.parts(&mut report).expect("long enough");
        assert!(!keys.open_rtcp(REPORTER, &mut parts));
    }
}
