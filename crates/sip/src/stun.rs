//! The one question of STUN that phones put to a SIP port (RFC 5626 section 3.5.2): where do you
//! see me? Answered with the address and nothing else, by RFC 8489. No ICE, no credentials, and
//! never much more bytes than were asked with, so that nobody is flooded by way of us.

use std::net::{IpAddr, SocketAddr};

/// What stands in every message (RFC 8489 section 5).
const COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];
const HEADER: usize = 20;
/// No question is longer: what phones send is 20 to 60 bytes.
const QUESTION_MAX: usize = 576;

const BINDING_REQUEST: [u8; 2] = [0x00, 0x01];
const BINDING_SUCCESS: [u8; 2] = [0x01, 0x01];
const BINDING_ERROR: [u8; 2] = [0x01, 0x11];

const XOR_MAPPED_ADDRESS: u16 = 0x0020;
const ERROR_CODE: u16 = 0x0009;
const UNKNOWN_ATTRIBUTES: u16 = 0x000a;
/// Attributes from here on may be passed over.
const OPTIONAL: u16 = 0x8000;
/// Unknown ones that are named in an answer.
const UNKNOWN_MAX: usize = 4;

/// Whether these bytes are a Binding request.
pub fn is_question(bytes: &[u8]) -> bool {
    bytes.starts_with(&BINDING_REQUEST) && bytes.get(4..8) == Some(&COOKIE)
}

/// The answer to who asked from `source`; none for what is no sound Binding request.
pub fn answer(bytes: &[u8], source: SocketAddr) -> Option<Vec<u8>> {
    if !is_question(bytes) || bytes.len() > QUESTION_MAX {
        return None;
    }
    let length = usize::from(u16::from_be_bytes(bytes.get(2..4)?.try_into().ok()?));
    if bytes.len() != HEADER + length {
        return None;
    }
    let transaction = bytes.get(8..HEADER)?;
    let unknown = unknown_attributes(&bytes[HEADER..])?;
    Some(if unknown.is_empty() {
        let address = xor_address(source, transaction);
        message(
            BINDING_SUCCESS,
            transaction,
            &[(XOR_MAPPED_ADDRESS, address)],
        )
    } else {
        let named: Vec<u8> = unknown.into_iter().flat_map(u16::to_be_bytes).collect();
        let code = (ERROR_CODE, vec![0, 0, 4, 20]);
        message(
            BINDING_ERROR,
            transaction,
            &[code, (UNKNOWN_ATTRIBUTES, named)],
        )
    })
}

/// The attributes that must be understood and are not; `None` if the bytes are no attributes.
fn unknown_attributes(mut rest: &[u8]) -> Option<Vec<u16>> {
    let mut unknown = Vec::new();
    while !rest.is_empty() {
        let kind = u16::from_be_bytes(rest.get(..2)?.try_into().ok()?);
        let length = usize::from(u16::from_be_bytes(rest.get(2..4)?.try_into().ok()?));
        rest = rest.get(4 + length.next_multiple_of(4)..)?;
        // We ask for no credentials: those that come unasked change nothing in the answer.
        let credentials = matches!(kind, 0x0006 | 0x0008 | 0x0014 | 0x0015);
        if kind < OPTIONAL && !credentials && unknown.len() < UNKNOWN_MAX {
            unknown.push(kind);
        }
    }
    Some(unknown)
}

/// An address that no router rewrites, since it is not there to be found (RFC 8489 section 14.2).
fn xor_address(source: SocketAddr, transaction: &[u8]) -> Vec<u8> {
    let mask = COOKIE.iter().chain(transaction);
    let port = source.port() ^ u16::from_be_bytes([COOKIE[0], COOKIE[1]]);
    let (family, octets) = match source.ip() {
        IpAddr::V4(ip) => (1, ip.octets().to_vec()),
        IpAddr::V6(ip) => (2, ip.octets().to_vec()),
    };
    let mut value = vec![0, family];
    value.extend(port.to_be_bytes());
    value.extend(octets.iter().zip(mask).map(|(octet, mask)| octet ^ mask));
    value
}

fn message(kind: [u8; 2], transaction: &[u8], attributes: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (kind, value) in attributes {
        body.extend(kind.to_be_bytes());
        body.extend((value.len() as u16).to_be_bytes());
        body.extend(value);
        body.resize(body.len().next_multiple_of(4), 0);
    }
    let mut bytes = kind.to_vec();
    bytes.extend((body.len() as u16).to_be_bytes());
    bytes.extend(COOKIE);
    bytes.extend(transaction);
    bytes.extend(body);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The transaction of the samples of RFC 5769.
    const TRANSACTION: [u8; 12] = [
        0xb7, 0xe7, 0xa7, 0x01, 0xbc, 0x34, 0xd6, 0x86, 0xfa, 0x87, 0xdf, 0xae,
    ];

    fn question(attributes: &[(u16, Vec<u8>)]) -> Vec<u8> {
        message(BINDING_REQUEST, &TRANSACTION, attributes)
    }

    #[test]
    fn who_asks_is_told_where_it_is_seen_as_in_the_samples_of_rfc_5769() {
        let four = answer(
            &question(&[]),
            "192.0.2.1:32853".parse().expect("an address"),
        );
        let four = four.expect("an answer");
        assert_eq!(four[..2], BINDING_SUCCESS);
        assert_eq!(four[8..20], TRANSACTION);
        let wanted = [0, 0x20, 0, 8, 0, 1, 0xa1, 0x47, 0xe1, 0x12, 0xa6, 0x43];
        assert_eq!(four[20..], wanted);
        let six = "[2001:db8:1234:5678:11:2233:4455:6677]:32853";
        let six = answer(&question(&[]), six.parse().expect("an address")).expect("an answer");
        let wanted = [
            0, 0x20, 0, 0x14, 0, 2, 0xa1, 0x47, 0x01, 0x13, 0xa9, 0xfa, 0xa5, 0xd3, 0xf1, 0x79,
            0xbc, 0x25, 0xf4, 0xb5, 0xbe, 0xd2, 0xb9, 0xd9,
        ];
        assert_eq!(six[20..], wanted);
    }

    #[test]
    fn what_must_be_understood_and_is_not_is_named() {
        let source = "192.0.2.1:5060".parse().expect("an address");
        let software = (0x8022, b"phone".to_vec());
        let changed = (0x0003, vec![0; 4]);
        let reply = answer(&question(&[software.clone(), changed]), source).expect("an answer");
        assert_eq!(reply[..2], BINDING_ERROR);
        assert_eq!(reply[20..28], [0, 9, 0, 4, 0, 0, 4, 20]);
        assert_eq!(reply[28..34], [0, 0x0a, 0, 2, 0, 3]);
        let reply = answer(&question(&[software]), source).expect("an answer");
        assert_eq!(reply[..2], BINDING_SUCCESS);
    }

    #[test]
    fn no_answer_is_much_longer_than_its_question_and_nonsense_gets_none() {
        let source = "[2001:db8::1]:5060".parse().expect("an address");
        let many: Vec<_> = (1..60).map(|kind| (kind, vec![0; 4])).collect();
        for attributes in [&[][..], &many] {
            let question = question(attributes);
            let reply = answer(&question, source).expect("an answer");
            assert!(reply.len() <= question.len() + 24);
        }
        let whole = question(&[(0x8022, vec![1; 8])]);
        for length in 0..whole.len() {
            assert_eq!(answer(&whole[..length], source), None, "{length} bytes");
        }
        assert_eq!(answer(&[0; 600], source), None);
        let mut response = question(&[]);
        response[0] = 1;
        assert_eq!(answer(&response, source), None);
    }
}
