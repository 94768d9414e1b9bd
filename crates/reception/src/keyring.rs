//! The keys that open what clients send: ours, and those that clients sign with.

use std::fmt;

use pgp::composed::{SignedPublicKey, SignedSecretKey};
use zeroize::Zeroizing;

/// Keys in memory.
#[derive(Default)]
pub struct Keyring {
    pub(crate) age: Vec<age::x25519::Identity>,
    pub(crate) openpgp: Vec<SignedSecretKey>,
    pub(crate) passphrases: Vec<Zeroizing<String>>,
    pub(crate) clients: Vec<SignedPublicKey>,
}

impl fmt::Debug for Keyring {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Keyring({} age, {} OpenPGP, {} passphrases, {} of clients)",
            self.age.len(),
            self.openpgp.len(),
            self.passphrases.len(),
            self.clients.len()
        )
    }
}

impl Keyring {
    /// Also knows the key that a client signs with. Keys of age sign nothing.
    #[must_use]
    pub fn knowing(mut self, client: &crate::Recipient) -> Keyring {
        self.clients.extend(client.certificate().cloned());
        self
    }
}
