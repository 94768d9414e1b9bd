//! What a datagram is, and for whom, on a socket that many legs share: before anybody is asked.
//!
//! The first thing a browser sends from an address is a Binding request with our fragment of its user name
//! (RFC 8445, section 7.2.2). Whether it also knows the password, the leg says; here is only which leg to
//! ask.

/// Whether it is audio or a report of it, protected (RFC 7983, section 7).
pub fn is_audio(datagram: &[u8]) -> bool {
    matches!(datagram.first(), Some(128..=191))
}

/// Header of a STUN message (RFC 8489, section 5).
const HEADER: usize = 20;
const BINDING_REQUEST: u16 = 1;
const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];
const USERNAME: u16 = 6;

/// Our fragment of a user name.
pub type User = String;

/// Our half of the user name in a Binding request; `None` if the datagram is no such request.
pub fn user_of(datagram: &[u8]) -> Option<&str> {
    let (header, mut rest) = datagram.split_at_checked(HEADER)?;
    let is_request = word(header)? == BINDING_REQUEST && header[4..8] == MAGIC_COOKIE;
    if !is_request {
        return None;
    }
    while let Some((head, after)) = rest.split_at_checked(4) {
        let length = usize::from(word(&head[2..])?);
        let value = after.get(..length)?;
        if word(head)? == USERNAME {
            return std::str::from_utf8(value).ok()?.split(':').next();
        }
        // Values are padded to words.
        rest = after.get(length.next_multiple_of(4)..)?;
    }
    None
}

fn word(bytes: &[u8]) -> Option<u16> {
    let bytes = bytes.get(..2)?;
    Some(u16::from_be_bytes([bytes[0], bytes[1]]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(attributes: &[u8]) -> Vec<u8> {
        let mut request = vec![0, 1, 0, attributes.len() as u8];
        request.extend(MAGIC_COOKIE);
        request.extend([7; 12]);
        request.extend(attributes);
        request
    }

    #[test]
    fn audio_is_told_from_checks_and_handshakes_by_the_first_byte() {
        for (first, audio) in [
            (0, false),
            (22, false),
            (63, false),
            (127, false),
            (128, true),
        ] {
            assert_eq!(is_audio(&[first, 0, 0, 0]), audio, "{first}");
        }
        assert!(is_audio(&[191]) && !is_audio(&[192]) && !is_audio(&[]));
    }

    #[test]
    fn our_half_of_the_name_is_found_behind_other_attributes() {
        let named = request(b"\x80\x22\0\x03abc\0\0\x06\0\x09ours:page\0\0\0");
        assert_eq!(user_of(&named), Some("ours"));
    }

    #[test]
    fn what_is_no_request_or_names_nobody_belongs_to_nobody() {
        let mut answer = request(b"\0\x06\0\x01a\0\0\0");
        answer[0] = 1;
        for datagram in [
            &b""[..],
            &[0x80; 172],
            &answer,
            &request(b""),
            &request(b"\0\x06\xFF\xFFa"),
            &request(b"\0\x06\0\x02\xFF\xFF\0\0"),
        ] {
            assert_eq!(user_of(datagram), None, "{datagram:?}");
        }
    }
}
