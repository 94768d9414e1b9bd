//! Session keys from a master key: AES in counter mode over the salt with a label in it (RFC 3711, 4.3;
//! with keys of 256 bits RFC 6188, 3).

use aes::cipher::{KeyIvInit, StreamCipher};
use aes::{Aes128, Aes256};
use ctr::Ctr128BE;

use super::MasterKey;

/// What is derived (4.3.2): RTP and RTCP have keys of their own.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    Rtp = 0,
    Rtcp = 3,
}

impl Purpose {
    /// The key of the cipher.
    pub(super) fn cipher_key<const N: usize>(self, master: &MasterKey) -> [u8; N] {
        derived(master, self as u8)
    }

    /// The key of the tag, where the cipher makes none itself.
    pub(super) fn tag_key<const N: usize>(self, master: &MasterKey) -> [u8; N] {
        derived(master, self as u8 + 1)
    }

    /// The salt.
    pub(super) fn salt<const N: usize>(self, master: &MasterKey) -> [u8; N] {
        derived(master, self as u8 + 2)
    }
}

fn derived<const N: usize>(master: &MasterKey, label: u8) -> [u8; N] {
    let mut iv = [0; 16];
    iv[..master.salt.len()].copy_from_slice(&master.salt);
    iv[7] ^= label;
    let mut bytes = [0; N];
    let key = &master.key[..master.suite.key_length()];
    let fits = "a suite's key is one of AES";
    match key.len() {
        16 => Ctr128BE::<Aes128>::new_from_slices(key, &iv)
            .expect(fits)
            .apply_keystream(&mut bytes),
        _ => Ctr128BE::<Aes256>::new_from_slices(key, &iv)
            .expect(fits)
            .apply_keystream(&mut bytes),
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::srtp::Suite;

    fn bytes(hex: &str) -> Vec<u8> {
        let digits = hex.as_bytes().chunks(2);
        let pairs = digits.map(|pair| std::str::from_utf8(pair).expect("ASCII"));
        pairs
            .map(|pair| u8::from_str_radix(pair, 16).expect("hex"))
            .collect()
    }

    /// RFC 3711, appendix B.3.
    #[test]
    fn session_keys_are_those_of_the_rfc() {
        let key = bytes("E1F97A0D3E018BE0D64FA32C06DE41390EC675AD498AFEEBB6960B3AABE6");
        let master = MasterKey::new(Suite::AesCm128HmacSha1Tag80, &key).expect("as long");
        let cipher: [u8; 16] = Purpose::Rtp.cipher_key(&master);
        let tag: [u8; 20] = Purpose::Rtp.tag_key(&master);
        let salt: [u8; 14] = Purpose::Rtp.salt(&master);
        assert_eq!(cipher[..], bytes("C61E7A93744F39EE10734AFE3FF7A087"));
        assert_eq!(tag[..], bytes("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4"));
        assert_eq!(salt[..], bytes("30CBBC08863D8C85D49DB34A9AE1"));
    }

    /// RFC 6188, section 7.2: 256 bits. Its salt is of 112 bits, which no suite of ours has with such a
    /// key.
    #[test]
    fn session_keys_of_256_bits_are_those_of_the_rfc() {
        let master = MasterKey {
            suite: Suite::AeadAes256Gcm,
            key: bytes("F0F04914B513F2763A1B1FA130F10E2998F6F6E43E4309D1E622A0E332B9F1B6")
                .try_into()
                .expect("256 bits"),
            salt: bytes("3B04803DE51EE7C96423AB5B78D2")
                .try_into()
                .expect("112 bits"),
        };
        let cipher: [u8; 32] = Purpose::Rtp.cipher_key(&master);
        let tag: [u8; 20] = Purpose::Rtp.tag_key(&master);
        let salt: [u8; 14] = Purpose::Rtp.salt(&master);
        let expected = "5BA1064E30EC51613CAD926C5A28EF731EC7FB397F70A960653CAF06554CD8C4";
        assert_eq!(cipher[..], bytes(expected));
        assert_eq!(tag[..], bytes("FD9C32D39ED5FBB5A9DC96B30818454D1313DC05"));
        assert_eq!(salt[..], bytes("FA31791685CA444A9E07C6C64E93"));
    }
}
