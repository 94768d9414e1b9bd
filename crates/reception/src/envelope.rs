//! What a file was sent in, told by its first bytes whatever its name says.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a file was sent in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Envelope {
    /// age, version 1 (<https://age-encryption.org/v1>), armoured or not.
    Age,
    /// OpenPGP (RFC 9580, RFC 4880), armoured or not.
    OpenPgp,
    /// A zip with encrypted files in it.
    Zip,
    /// Nothing: it can be read by anybody.
    Clear,
}

impl fmt::Display for Envelope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Envelope::Age => "age",
            Envelope::OpenPgp => "OpenPGP",
            Envelope::Zip => "ZIP (AES)",
            Envelope::Clear => "ninguno",
        })
    }
}

impl Envelope {
    /// By the first bytes; a zip may also be a workbook.
    pub(crate) fn of(head: &[u8]) -> Envelope {
        let text = head.trim_ascii_start();
        if head.starts_with(b"age-encryption.org/") || text.starts_with(b"-----BEGIN AGE ENCRYPTED")
        {
            Envelope::Age
        } else if text.starts_with(b"-----BEGIN PGP MESSAGE") || is_packet(head) {
            Envelope::OpenPgp
        } else if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
            Envelope::Zip
        } else {
            Envelope::Clear
        }
    }

    /// Whether it is armoured, as text.
    pub(crate) fn is_armoured(head: &[u8]) -> bool {
        head.trim_ascii_start().starts_with(b"-----BEGIN ")
    }
}

/// Whether an encrypted message of OpenPGP begins here. Its first byte may also be a letter (0xC1 is `Á` in
/// Windows-1252); the version that follows the length is none.
fn is_packet(head: &[u8]) -> bool {
    let Some((tag, version)) = packet(head) else {
        return false;
    };
    match tag {
        // Session keys, by public key or passphrase.
        1 => matches!(version, 2 | 3 | 6),
        3 => matches!(version, 4..=6),
        // Encrypted and integrity protected; GnuPG's AEAD.
        18 | 20 => matches!(version, 1 | 2),
        _ => false,
    }
}

/// Tag and first byte of the body of a packet (RFC 9580, 4.2).
fn packet(head: &[u8]) -> Option<(u8, u8)> {
    let first = *head.first()?;
    if first & 0x80 == 0 {
        return None;
    }
    let (tag, at) = if first & 0x40 != 0 {
        let length = match *head.get(1)? {
            192..=223 => 2,
            255 => 5,
            _ => 1,
        };
        (first & 0x3F, 1 + length)
    } else {
        let length = [1, 2, 4, 0][usize::from(first & 3)];
        ((first >> 2) & 0x0F, 1 + length)
    };
    Some((tag, *head.get(at)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_says_what_it_is() {
        for (head, wanted) in [
            (&b"age-encryption.org/v1\n-> X25519 "[..], Envelope::Age),
            (b"\n-----BEGIN AGE ENCRYPTED FILE-----\n", Envelope::Age),
            (b"-----BEGIN PGP MESSAGE-----\n\n", Envelope::OpenPgp),
            // gpg 2.2 to a public key, and with a passphrase.
            (b"\x85\x01\x8c\x03\x12\x34", Envelope::OpenPgp),
            (b"\x84\x5e\x03\x77", Envelope::OpenPgp),
            (b"\x8c\x0d\x04\x09\x03\x02", Envelope::OpenPgp),
            (b"\xc1\x5e\x03\x77", Envelope::OpenPgp),
            (b"\xd2\xc0\x4b\x01", Envelope::OpenPgp),
            (b"PK\x03\x04\x14\0", Envelope::Zip),
            (b"DOCUMENTO;TELEFONO\n", Envelope::Clear),
            // "Área;" in Windows-1252, "Ólafur" likewise; UTF-16; UTF-8 with its mark.
            (b"\xc1rea;TELEFONO\n", Envelope::Clear),
            (b"\xd2scar;3001112233\n", Envelope::Clear),
            (b"\xff\xfeD\0O\0", Envelope::Clear),
            (b"\xef\xbb\xbfDOC", Envelope::Clear),
            (b"", Envelope::Clear),
        ] {
            assert_eq!(Envelope::of(head), wanted, "{head:?}");
        }
    }
}
