//! Keys in descriptions (RFC 4568).

use super::*;

fn keying(byte: u8, required: bool) -> Keying {
    Keying {
        key: MasterKey([byte; 30]),
        required,
    }
}

/// What becomes of an offer of ours with `keying` at a phone that has `theirs`.
fn between(
    ours: Option<Keying>,
    theirs: Option<Keying>,
) -> Result<(Negotiated, Negotiated), SdpError> {
    let offer = offer_keyed(local(), 1, &BOTH, Direction::SendRecv, ours);
    let at = "198.51.100.7:30000".parse().expect("an address");
    let (reply, seen_by_them) =
        answer_keyed(&offer, at, 2, &[Codec::Pcma], Direction::SendRecv, theirs)?;
    Ok((accept(&offer, &reply)?, seen_by_them))
}

#[test]
fn two_with_keys_protect_their_audio_whether_it_is_required_or_not() {
    for required in [true, false] {
        let (ours, theirs) = (keying(1, required), keying(2, false));
        let (seen_by_us, seen_by_them) = between(Some(ours), Some(theirs)).expect("agreed");
        let crypto = seen_by_us.crypto.expect("protected");
        assert_eq!((crypto.ours, crypto.theirs), (ours.key, theirs.key));
        let crypto = seen_by_them.crypto.expect("protected");
        assert_eq!((crypto.ours, crypto.theirs), (theirs.key, ours.key));
    }
}

#[test]
fn a_phone_without_keys_talks_in_clear_unless_keys_are_required() {
    let (seen_by_us, seen_by_them) = between(Some(keying(1, false)), None).expect("agreed");
    assert_eq!((seen_by_us.crypto, seen_by_them.crypto), (None, None));
    let refused = between(Some(keying(1, true)), None);
    assert!(
        matches!(refused, Err(SdpError::Unprotected(_))),
        "{refused:?}"
    );
    let refused = between(None, Some(keying(2, true)));
    assert!(
        matches!(refused, Err(SdpError::Unprotected(_))),
        "{refused:?}"
    );
}

#[test]
fn an_answer_keeps_the_tag_and_suite_of_the_first_line_it_can_use() {
    let key = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";
    let offer = theirs(&format!(
        "m=audio 4000 RTP/SAVP 8\r\n\
         a=crypto:1 AEAD_AES_256_GCM inline:{key}\r\n\
         a=crypto:5 AES_CM_128_HMAC_SHA1_32 inline:{key}|2^31\r\n\
         a=crypto:6 AES_CM_128_HMAC_SHA1_80 inline:{key}\r\n"
    ));
    let keying = Some(keying(1, false));
    let (reply, settled) =
        answer_keyed(&offer, local(), 1, &BOTH, Direction::SendRecv, keying).expect("an answer");
    assert!(reply.contains("RTP/SAVP 8"), "{reply}");
    assert!(
        reply.contains("a=crypto:5 AES_CM_128_HMAC_SHA1_32 inline:AQEB"),
        "{reply}"
    );
    assert_eq!(
        settled.crypto.map(|crypto| crypto.suite),
        Some(CryptoSuite::Tag32)
    );
}

#[test]
fn an_answer_that_takes_another_line_or_none_ends_what_required_keys() {
    let offer = offer_keyed(
        local(),
        1,
        &BOTH,
        Direction::SendRecv,
        Some(keying(1, true)),
    );
    let key = "d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj";
    for lines in [
        "m=audio 4000 RTP/SAVP 8\r\n".to_owned(),
        "m=audio 4000 RTP/AVP 8\r\n".to_owned(),
        format!("m=audio 4000 RTP/SAVP 8\r\na=crypto:2 AES_CM_128_HMAC_SHA1_80 inline:{key}\r\n"),
        format!("m=audio 4000 RTP/SAVP 8\r\na=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:{key}\r\n"),
    ] {
        let refused = accept(&offer, &theirs(&lines));
        assert!(
            matches!(refused, Err(SdpError::Unprotected(_))),
            "{lines} {refused:?}"
        );
    }
}
