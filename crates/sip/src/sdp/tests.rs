//! Offer and answer: our own, those of phones in the field, and those that must be refused.

mod keys;
mod phones;

use super::*;

const BOTH: [Codec; 2] = [Codec::Pcma, Codec::Pcmu];

fn local() -> SocketAddr {
    "192.0.2.10:20000".parse().expect("an address")
}

/// An offer of theirs with `media` after the session lines.
fn theirs(media: &str) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 198.51.100.7\r\ns=-\r\nc=IN IP4 198.51.100.7\r\nt=0 0\r\n{media}"
    )
}

/// What we settle on for `offer` if we speak both codecs both ways.
fn settled(offer: &str) -> Negotiated {
    answered(offer).1
}

fn answered(offer: &str) -> (String, Negotiated) {
    answer(offer, local(), 7, &BOTH, Direction::SendRecv).expect("a usable offer")
}

fn refusal(offer: &str) -> SdpError {
    answer(offer, local(), 7, &BOTH, Direction::SendRecv).expect_err("an unusable offer")
}

/// The `m=` lines of a description.
fn streams(sdp: &str) -> Vec<&str> {
    sdp.lines().filter(|line| line.starts_with("m=")).collect()
}

#[test]
fn our_offer_names_codecs_in_order_keys_and_packet_length() {
    assert_eq!(
        offer(local(), 42, &BOTH, Direction::SendRecv),
        "v=0\r\no=- 42 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n\
         m=audio 20000 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
    );
}

#[test]
fn an_ipv6_address_is_named_as_such() {
    let local = "[2001:db8::5]:4000".parse().expect("an address");
    let sdp = offer(local, 1, &[Codec::Pcmu], Direction::SendRecv);
    assert!(sdp.contains("\r\nc=IN IP6 2001:db8::5\r\n"));
    let (_, negotiated) = answered(&sdp);
    assert_eq!(negotiated.remote, local);
}

#[test]
fn what_one_side_offers_the_other_answers_and_the_first_accepts() {
    let ours = offer(local(), 1, &BOTH, Direction::SendRecv);
    let their_address = "198.51.100.7:30000".parse().expect("an address");
    let (reply, seen_by_them) =
        answer(&ours, their_address, 2, &[Codec::Pcmu], Direction::SendRecv).expect("an answer");
    let seen_by_us = accept(&ours, &reply).expect("an accepted answer");
    assert_eq!(seen_by_them.remote, local());
    assert_eq!(
        seen_by_us,
        Negotiated {
            remote: their_address,
            codec: Codec::Pcmu,
            payload_type: 0,
            telephone_event: Some(101),
            direction: Direction::SendRecv,
            ptime_ms: 20,
            crypto: None,
        }
    );
}

#[test]
fn their_order_of_codecs_decides() {
    let media = "m=audio 4000 RTP/AVP 0 8\r\n";
    assert_eq!(settled(&theirs(media)).codec, Codec::Pcmu);
    let media = "m=audio 4000 RTP/AVP 8 0\r\n";
    assert_eq!(settled(&theirs(media)).codec, Codec::Pcma);
}

#[test]
fn the_answer_names_one_codec_so_that_both_ways_are_alike() {
    let (sdp, _) = answered(&theirs("m=audio 4000 RTP/AVP 0 8\r\n"));
    assert_eq!(streams(&sdp), ["m=audio 20000 RTP/AVP 0"]);
}

#[test]
fn payload_types_are_theirs_even_for_known_codecs() {
    let media = "m=audio 4000 RTP/AVP 97 96\r\na=rtpmap:97 pcma/8000/1\r\na=rtpmap:96 TELEPHONE-EVENT/8000\r\n";
    let (sdp, negotiated) = answered(&theirs(media));
    assert_eq!(
        (negotiated.codec, negotiated.payload_type),
        (Codec::Pcma, 97)
    );
    assert_eq!(negotiated.telephone_event, Some(96));
    assert!(sdp.contains("a=rtpmap:97 PCMA/8000\r\n"));
    assert!(sdp.contains("a=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\n"));
}

#[test]
fn keys_at_another_clock_are_not_ours() {
    let media = "m=audio 4000 RTP/AVP 8 97 101\r\na=rtpmap:97 telephone-event/48000\r\na=rtpmap:101 telephone-event/8000\r\n";
    assert_eq!(settled(&theirs(media)).telephone_event, Some(101));
}

#[test]
fn without_their_keys_we_answer_without() {
    let (sdp, negotiated) = answered(&theirs("m=audio 4000 RTP/AVP 8\r\n"));
    assert_eq!(negotiated.telephone_event, None);
    assert!(!sdp.contains("telephone-event"));
}

#[test]
fn a_static_number_with_another_meaning_is_not_g711() {
    let media = "m=audio 4000 RTP/AVP 8\r\na=rtpmap:8 L16/16000\r\n";
    assert_eq!(refusal(&theirs(media)), SdpError::NoCommonCodec);
}

#[test]
fn every_other_stream_is_refused_in_its_place() {
    let offer = theirs(
        "m=video 5000 RTP/AVPF 96 97\r\nm=audio 4000 RTP/AVP 8\r\nm=audio 4002 RTP/AVP 8\r\n\
         m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nm=image 0 udptl t38\r\n",
    );
    let (sdp, negotiated) = answered(&offer);
    assert_eq!(negotiated.remote.port(), 4000);
    assert_eq!(
        streams(&sdp),
        [
            "m=video 0 RTP/AVPF 96 97",
            "m=audio 20000 RTP/AVP 8",
            "m=audio 0 RTP/AVP 8",
            "m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
            "m=image 0 udptl t38",
        ]
    );
}

#[test]
fn plain_audio_is_taken_beside_encrypted_audio() {
    let (sdp, _) = answered(&theirs(
        "m=audio 4000 RTP/SAVP 8\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\nm=audio 4002 RTP/AVP 8\r\n",
    ));
    assert_eq!(
        streams(&sdp),
        ["m=audio 0 RTP/SAVP 8", "m=audio 20000 RTP/AVP 8"]
    );
}

#[test]
fn the_times_of_the_offer_are_repeated() {
    let offer = theirs("m=audio 4000 RTP/AVP 8\r\n").replace("t=0 0", "t=3149328700 0");
    assert!(answered(&offer).0.contains("\r\nt=3149328700 0\r\n"));
}

#[test]
fn the_address_of_the_stream_goes_before_that_of_the_session() {
    let media = "m=audio 4000 RTP/AVP 8\r\nc=IN IP4 203.0.113.9\r\n";
    assert_eq!(
        settled(&theirs(media)).remote,
        "203.0.113.9:4000".parse().expect("an address")
    );
}

#[test]
fn what_they_only_send_we_only_receive() {
    for (theirs_says, ours_is) in [
        ("sendrecv", Direction::SendRecv),
        ("sendonly", Direction::RecvOnly),
        ("recvonly", Direction::SendOnly),
        ("inactive", Direction::Inactive),
    ] {
        let (sdp, negotiated) = answered(&theirs(&format!(
            "m=audio 4000 RTP/AVP 8\r\na={theirs_says}\r\n"
        )));
        assert_eq!(negotiated.direction, ours_is, "{theirs_says}");
        assert!(sdp.ends_with(&format!("a={}\r\n", ours_is.as_str())));
    }
}

#[test]
fn a_direction_of_the_session_holds_where_the_stream_has_none() {
    let on_session = theirs("a=sendonly\r\nm=audio 4000 RTP/AVP 8\r\n");
    assert_eq!(settled(&on_session).direction, Direction::RecvOnly);
    let on_both = theirs("a=sendonly\r\nm=audio 4000 RTP/AVP 8\r\na=sendrecv\r\n");
    assert_eq!(settled(&on_both).direction, Direction::SendRecv);
}

#[test]
fn our_wish_narrows_the_direction() {
    let offer = theirs("m=audio 4000 RTP/AVP 8\r\n");
    let (_, negotiated) =
        answer(&offer, local(), 1, &BOTH, Direction::SendOnly).expect("an answer");
    assert_eq!(negotiated.direction, Direction::SendOnly);
    let held = theirs("m=audio 4000 RTP/AVP 8\r\na=sendonly\r\n");
    let (_, negotiated) = answer(&held, local(), 1, &BOTH, Direction::SendOnly).expect("an answer");
    assert_eq!(negotiated.direction, Direction::Inactive);
}

#[test]
fn nothing_is_sent_to_a_hold_of_the_old_kind() {
    let offer = theirs("m=audio 4000 RTP/AVP 8\r\nc=IN IP4 0.0.0.0\r\n");
    let negotiated = settled(&offer);
    assert!(negotiated.remote.ip().is_unspecified());
    assert_eq!(negotiated.direction, Direction::RecvOnly);
}

#[test]
fn packet_lengths_that_g711_does_not_use_become_the_default() {
    for (lines, expected) in [
        ("", 20),
        ("a=ptime:20\r\n", 20),
        ("a=ptime:30\r\n", 30),
        ("a=ptime:40\r\na=maxptime:30\r\n", 30),
        ("a=maxptime:150\r\n", 20),
        ("a=maxptime:10\r\n", 10),
        ("a=ptime:0\r\n", 20),
        ("a=ptime:25\r\n", 20),
        ("a=ptime:99999999999\r\n", 20),
        ("a=ptime\r\n", 20),
    ] {
        let offer = theirs(&format!("m=audio 4000 RTP/AVP 8\r\n{lines}"));
        assert_eq!(settled(&offer).ptime_ms, expected, "{lines:?}");
    }
}

#[test]
fn refusals_say_why() {
    let srtp = SdpError::Unprotected("RTP/SAVP".to_owned());
    for (media, error) in [
        ("", SdpError::NoAudio),
        ("m=video 5000 RTP/AVP 96\r\n", SdpError::NoAudio),
        ("m=audio 0 RTP/AVP 8\r\n", SdpError::NoAudio),
        ("m=audio 4000 RTP/AVP 18 101\r\n", SdpError::NoCommonCodec),
        ("m=audio 4000 RTP/SAVP 8\r\n", srtp),
        (
            "m=audio 4000 RTP/AVP 8\r\nc=IN IP4 pbx.example.com\r\n",
            SdpError::Address,
        ),
        (
            "m=audio 4000 RTP/AVP 8\r\nc=IN IP4 224.2.1.1/127\r\n",
            SdpError::Address,
        ),
        (
            "m=audio 4000 RTP/AVP 8\r\nc=IN IP4 255.255.255.255\r\n",
            SdpError::Address,
        ),
        ("m=audio 70000 RTP/AVP 8\r\n", SdpError::Malformed),
        ("m=audio\r\n", SdpError::Malformed),
    ] {
        assert_eq!(refusal(&theirs(media)), error, "{media:?}");
    }
    assert_eq!(refusal(""), SdpError::Malformed);
    assert_eq!(refusal("hello"), SdpError::Malformed);
    assert_eq!(
        refusal("v=0\r\nm=audio 4000 RTP/AVP 8\r\n"),
        SdpError::Address
    );
}

#[test]
fn lines_that_do_not_matter_may_be_wrong() {
    let offer = "v=0\no=broken\ns=\u{e9}\nb=AS:many\nc=IN IP4 198.51.100.7 \nr=1\nk=\nthat\nm=audio 4000 RTP/AVP 8\n\n\0";
    assert_eq!(settled(offer).codec, Codec::Pcma);
}

#[test]
fn an_answer_must_fit_the_offer() {
    let ours = offer(local(), 1, &[Codec::Pcma], Direction::SendRecv);
    let accepted = |media: &str| accept(&ours, &theirs(media));
    let more = accepted("m=audio 4000 RTP/AVP 8\r\nm=video 0 RTP/AVP 96\r\n");
    assert!(more.is_ok(), "streams nobody offered are passed over");
    for media in ["", "m=video 0 RTP/AVP 96\r\n"] {
        let error = accepted(media).expect_err(media);
        assert!(matches!(error, SdpError::Mismatch(_)), "{media:?}: {error}");
    }
    assert_eq!(
        accepted("m=audio 4000 RTP/AVP 0\r\n"),
        Err(SdpError::NoCommonCodec)
    );
    assert_eq!(accepted("m=audio 0 RTP/AVP 8\r\n"), Err(SdpError::NoAudio));
}

#[test]
fn an_answer_with_several_codecs_means_the_first_that_we_offered() {
    let ours = offer(local(), 1, &[Codec::Pcma], Direction::SendRecv);
    let reply = theirs("m=audio 4000 RTP/AVP 18 0 8 96\r\na=rtpmap:96 telephone-event/8000\r\n");
    let negotiated = accept(&ours, &reply).expect("an accepted answer");
    assert_eq!(negotiated.codec, Codec::Pcma);
    assert_eq!(negotiated.telephone_event, Some(96));
}

#[test]
fn an_answer_cannot_widen_the_direction_that_we_offered() {
    let ours = offer(local(), 1, &BOTH, Direction::SendOnly);
    let reply = theirs("m=audio 4000 RTP/AVP 8\r\na=sendrecv\r\n");
    assert_eq!(
        accept(&ours, &reply).expect("an accepted answer").direction,
        Direction::SendOnly
    );
}

#[test]
fn a_changed_description_keeps_its_id_and_gets_the_next_version() {
    let first = offer(local(), 42, &BOTH, Direction::SendRecv);
    let held = revised(&first, &offer(local(), 99, &BOTH, Direction::SendOnly));
    assert!(held.contains("\r\no=- 42 2 IN IP4 192.0.2.10\r\n"));
    assert!(held.ends_with("a=sendonly\r\n"));
    let again = revised(&held, &offer(local(), 99, &BOTH, Direction::SendOnly));
    assert_eq!(again, held, "a refresh changes nothing");
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(offer in "(?s).{0,200}") {
        let _ = answer(&offer, local(), 1, &BOTH, Direction::SendRecv);
    }

    #[test]
    fn an_answer_has_as_many_streams_as_its_offer(
        ports in proptest::collection::vec(0..9u16, 1..6),
        kind in "audio|video|image",
    ) {
        let media: String = ports.iter().enumerate().map(|(index, port)| {
            let kind = if index % 2 == 0 { "audio" } else { kind.as_str() };
            format!("m={kind} {port} RTP/AVP 8\r\n")
        }).collect();
        if let Ok((sdp, _)) = answer(&theirs(&media), local(), 1, &BOTH, Direction::SendRecv) {
            proptest::prop_assert_eq!(streams(&sdp).len(), ports.len());
            let spoken = |line: &&str| !line.contains(" 0 ");
            proptest::prop_assert_eq!(streams(&sdp).into_iter().filter(spoken).count(), 1);
        } else {
            proptest::prop_assert!(
                ports.iter().enumerate().all(|(i, p)| *p == 0 || (i % 2 == 1 && kind != "audio"))
            );
        }
    }
}
