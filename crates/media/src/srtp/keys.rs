//! The keys of one direction, derived from its master key (RFC 3711, 4.3), and what is done with them.

use aes::Aes128;
use aes::cipher::{InnerIvInit, KeyInit, KeyIvInit, StreamCipher, StreamCipherCoreWrapper};
use ctr::CtrCore;
use ctr::flavors::Ctr128BE;
use hmac::{Hmac, Mac};
use sha1::Sha1;

use super::MasterKey;

type Counter = ctr::Ctr128BE<Aes128>;

const KEY: usize = 16;
const SALT: usize = 14;
const MAC_KEY: usize = 20;

/// What is derived (4.3.2): RTP and RTCP have keys of their own.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose {
    Rtp = 0,
    Rtcp = 3,
}

pub(super) struct SessionKeys {
    cipher: Aes128,
    salt: [u8; SALT],
    mac: Hmac<Sha1>,
}

impl SessionKeys {
    pub(super) fn derive(master: &MasterKey, purpose: Purpose) -> SessionKeys {
        let first = purpose as u8;
        let cipher: [u8; KEY] = derived(master, first);
        let mac: [u8; MAC_KEY] = derived(master, first + 1);
        SessionKeys {
            cipher: Aes128::new(&cipher.into()),
            salt: derived(master, first + 2),
            mac: Hmac::new_from_slice(&mac).expect("a MAC takes a key of any length"),
        }
    }

    /// Encrypts or decrypts, which is the same, a payload of the stream with this index (4.1.1).
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

    /// The whole tag over these parts; a suite sends its first bytes.
    pub(super) fn tag(&self, packet: &[u8], more: &[u8]) -> [u8; MAC_KEY] {
        self.mac_of(packet, more).finalize().into_bytes().into()
    }

    /// Whether a tag is right, in a time that does not tell how wrong it is.
    pub(super) fn is_tag(&self, packet: &[u8], more: &[u8], tag: &[u8]) -> bool {
        self.mac_of(packet, more).verify_truncated_left(tag).is_ok()
    }

    fn mac_of(&self, packet: &[u8], more: &[u8]) -> Hmac<Sha1> {
        let mut mac = self.mac.clone();
        mac.update(packet);
        mac.update(more);
        mac
    }
}

/// AES in counter mode over the salt with the label in it (4.3.1, 4.3.3).
fn derived<const N: usize>(master: &MasterKey, label: u8) -> [u8; N] {
    let (key, salt) = master.0.split_at(KEY);
    let mut iv = [0; 16];
    iv[..SALT].copy_from_slice(salt);
    iv[7] ^= label;
    let mut stream = Counter::new_from_slices(key, &iv).expect("both lengths are AES's");
    let mut bytes = [0; N];
    stream.apply_keystream(&mut bytes);
    bytes
}

/// Nothing of them is for any log.
impl std::fmt::Debug for SessionKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionKeys(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3711, appendix B.3.
    #[test]
    fn session_keys_are_those_of_the_rfc() {
        let mut master = [0; MasterKey::LENGTH];
        master[..16].copy_from_slice(&0xE1F9_7A0D_3E01_8BE0_D64F_A32C_06DE_4139_u128.to_be_bytes());
        let salt = 0x0EC6_75AD_498A_FEEB_B696_0B3A_ABE6_u128.to_be_bytes();
        master[16..].copy_from_slice(&salt[2..]);
        let master = MasterKey(master);

        let cipher: [u8; 16] = derived(&master, 0);
        let mac: [u8; 20] = derived(&master, 1);
        let salt: [u8; 14] = derived(&master, 2);

        let expected = 0xC61E_7A93_744F_39EE_1073_4AFE_3FF7_A087_u128.to_be_bytes();
        assert_eq!(cipher, expected);
        let expected = 0xCEBE_321F_6FF7_716B_6FD4_AB49_AF25_6A15_u128.to_be_bytes();
        assert_eq!(mac[..16], expected);
        assert_eq!(mac[16..], [0x6D, 0x38, 0xBA, 0xA4]);
        let expected = 0x30CB_BC08_863D_8C85_D49D_B34A_9AE1_u128.to_be_bytes();
        assert_eq!(salt, expected[2..]);
    }
}
