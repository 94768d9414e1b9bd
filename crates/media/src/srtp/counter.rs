//! AES in counter mode with a tag of HMAC-SHA1 (RFC 3711, 4.1.1 and 4.2.1), as phones with SDES keys have it.

use aes::Aes128;
use aes::cipher::{InnerIvInit, KeyInit, StreamCipher, StreamCipherCoreWrapper};
use ctr::CtrCore;
use ctr::flavors::Ctr128BE;
use hmac::{Hmac, Mac};
use sha1::Sha1;

use super::MasterKey;
use super::derive::Purpose;

const SALT: usize = 14;
const TAG_KEY: usize = 20;

/// The keys of one direction of RTP or RTCP.
pub(super) struct CounterMode {
    cipher: Aes128,
    salt: [u8; SALT],
    mac: Hmac<Sha1>,
    /// Bytes of the tag that are sent.
    tag: usize,
}

impl CounterMode {
    pub(super) fn derive(master: &MasterKey, purpose: Purpose, tag: usize) -> CounterMode {
        let cipher: [u8; 16] = purpose.cipher_key(master);
        let mac: [u8; TAG_KEY] = purpose.tag_key(master);
        CounterMode {
            cipher: Aes128::new(&cipher.into()),
            salt: purpose.salt(master),
            mac: Hmac::new_from_slice(&mac).expect("a MAC takes a key of any length"),
            tag,
        }
    }

    pub(super) fn tag(&self) -> usize {
        self.tag
    }

    /// Encrypts or decrypts, which is the same, a payload of the stream with this index.
    pub(super) fn apply(&self, ssrc: u32, index: u64, payload: &mut [u8]) {
        let mut iv = [0; 16];
        iv[..SALT].copy_from_slice(&self.salt);
        for (byte, of_ssrc) in iv[4..8].iter_mut().zip(ssrc.to_be_bytes()) {
            *byte ^= of_ssrc;
        }
        for (byte, of_index) in iv[8..14].iter_mut().zip(&index.to_be_bytes()[2..]) {
            *byte ^= of_index;
        }
        let counter = CtrCore::<&Aes128, Ctr128BE>::inner_iv_init(&self.cipher, &iv.into());
        StreamCipherCoreWrapper::from_core(counter).apply_keystream(payload);
    }

    /// Writes the tag over these parts.
    pub(super) fn sign(&self, packet: &[u8], more: [u8; 4], tag: &mut [u8]) {
        let whole = self.mac_of(packet, more).finalize().into_bytes();
        tag[..self.tag].copy_from_slice(&whole[..self.tag]);
    }

    /// Whether a tag is right, in a time that does not tell how wrong it is.
    pub(super) fn is_tag(&self, packet: &[u8], more: [u8; 4], tag: &[u8]) -> bool {
        self.mac_of(packet, more).verify_truncated_left(tag).is_ok()
    }

    fn mac_of(&self, packet: &[u8], more: [u8; 4]) -> Hmac<Sha1> {
        let mut mac = self.mac.clone();
        mac.update(packet);
        mac.update(&more);
        mac
    }
}
