//! Legs of browsers without a browser: the far side is str0m as a page uses its own stack (full ICE,
//! the one who offers), between them a network in memory and a clock that is only counted.

mod figures;
mod page;

use std::time::Duration;

use media::Codec;
use media::srtp::Suite;
use page::{Call, FRAME, Page, packet};
use webrtc::{Identity, OfferError, Peer, Place};

#[test]
fn every_packet_arrives_both_ways_under_the_numbers_agreed_on() {
    let mut call = Call::connected(Page::new());
    let agreed = call.ours.agreed();
    assert_eq!((agreed.codec, agreed.payload_type), (Codec::Pcma, 8));
    let keys = agreed.telephone_event.expect("the page takes keys");
    assert_eq!(keys, page::KEYS);
    let ssrc = format!("a=ssrc:{} ", call.ours.ssrc());
    assert!(call.answer.contains(&ssrc), "{}", call.answer);
    for number in 0..500u16 {
        // Over the end of the numbers.
        let ours = 65_400u16.wrapping_add(number);
        call.we_say(&packet(agreed.payload_type, ours, &[number as u8; 160]));
        call.page_says(8, number, &[number as u8; 160]);
        call.pass(FRAME);
    }
    call.we_say(&packet(keys, 364, &[5, 0x0A, 0, 160]));
    call.page_says(0, 500, &[1; 160]);
    call.page_says(page::KEYS, 501, &[1, 0x0A, 0, 160]);
    call.pass(FRAME);

    let in_order = |pair: &[page::Seen]| pair[1].sequence == pair[0].sequence.wrapping_add(1);
    let seen = call.page_heard();
    assert_eq!(seen.len(), 501);
    assert!(seen.windows(2).all(in_order), "one stream without a gap");
    assert_eq!(seen[8].payload, [8; 160]);
    assert_eq!(seen[500].payload_type, page::KEYS);

    let heard = call.we_heard();
    assert_eq!(heard.len(), 502);
    assert!(heard.windows(2).all(in_order), "one stream without a gap");
    assert_eq!(heard[9].payload, [9; 160]);
    assert_eq!((heard[0].payload_type, heard[500].payload_type), (8, 0));
    assert_eq!(heard[501].payload_type, page::KEYS);
}

#[test]
fn there_are_keys_once_the_page_proved_its_certificate_and_only_audio_is_ours() {
    let mut call = Call::new(Page::new());
    assert_eq!(call.ours.keys(), None);
    let mut call = {
        call.pass(FRAME);
        assert_eq!(call.ours.keys(), None, "checks alone make none");
        Call::connected(Page::new())
    };
    let keys = call.ours.keys().expect("connected");
    assert_eq!(keys.ours.suite(), Suite::AeadAes256Gcm);
    assert_ne!(keys.ours, keys.theirs);
    // Reports would be due several times; that none leaves is seen where datagrams are taken.
    for number in 0..1_000u16 {
        call.we_say(&packet(8, number, &[1; 160]));
        call.page_says(8, number, &[1; 160]);
        call.pass(FRAME);
    }
    assert_eq!(
        (call.page_heard().len(), call.we_heard().len()),
        (1_000, 1_000)
    );
    assert_eq!(call.ours.keys(), Some(keys), "for as long as the leg");
    call.ours.close();
    call.pass(FRAME * 5);
    assert!(call.page_is_gone() && call.we_left());
}

#[test]
fn a_page_with_another_certificate_than_it_named_gets_no_keys() {
    let (mut page, other) = (Page::new(), Page::new());
    let named = |offer: &str| {
        let line = offer.lines().find(|line| line.starts_with("a=fingerprint"));
        line.expect("it names one").to_owned()
    };
    page.offer = page
        .offer
        .replace(&named(&page.offer), &named(&other.offer));
    let mut call = Call::new(page);
    for _ in 0..100 {
        call.pass(FRAME);
    }
    assert_eq!(call.ours.keys(), None);
    assert!(call.we_left() && !call.ours.is_connected());
}

#[test]
fn a_leg_is_up_after_two_round_trips_and_the_handshake() {
    let call = Call::connected(Page::new());
    assert!(call.took < Duration::from_millis(400), "{:?}", call.took);
}

#[test]
fn what_is_lost_on_the_way_costs_only_itself() {
    let mut call = Call::connected(Page::new());
    call.lose_every(7);
    for number in 0..700u16 {
        call.we_say(&packet(8, number, &[1; 160]));
        call.page_says(8, number, &[1; 160]);
        call.pass(FRAME);
    }
    // Reports and checks are lost as well, so that shares are of all that was sent.
    let (seen, heard) = (call.page_heard().len(), call.we_heard().len());
    assert!((580..=640).contains(&seen), "{seen}");
    assert!((580..=640).contains(&heard), "{heard}");
}

#[test]
fn a_late_packet_is_heard_in_its_place_and_one_that_comes_twice_once() {
    let mut call = Call::connected(Page::new());
    for number in [0u16, 1, 3, 4, 2, 5] {
        call.page_says(8, number, &[number as u8; 160]);
        call.pass(FRAME);
    }
    call.repeat_last();
    call.pass(FRAME);
    let heard = call.we_heard();
    let numbers: Vec<u16> = heard.iter().map(|heard| heard.sequence).collect();
    assert_eq!(numbers, [0, 1, 3, 4, 2, 5]);
}

#[test]
fn either_side_may_end_it_and_the_other_knows_at_once() {
    let mut call = Call::connected(Page::new());
    call.ours.close();
    call.pass(FRAME * 5);
    assert!(call.page_is_gone());
    assert!(call.we_left() && !call.ours.is_connected());

    let mut call = Call::connected(Page::new());
    call.close_page();
    call.pass(FRAME * 5);
    assert!(call.we_left() && !call.ours.is_connected());
}

#[test]
fn a_page_that_vanishes_is_missed_and_may_come_back() {
    let mut call = Call::connected(Page::new());
    let keys = call.ours.keys();
    call.lose_every(1);
    let mut silence = Duration::ZERO;
    while !call.we_missed_it() {
        call.pass(Duration::from_millis(500));
        silence += Duration::from_millis(500);
        assert!(silence < Duration::from_secs(60), "it is never missed");
    }
    println!("missed after {silence:?}");
    assert!(!call.we_left() && !call.ours.is_connected());
    call.lose_every(0);
    call.pass(Duration::from_secs(20));
    assert!(call.ours.is_connected(), "it came back");
    assert_eq!(call.ours.keys(), keys);
    call.page_says(8, 1, &[1; 160]);
    assert_eq!(call.we_heard().len(), 1);
}

#[test]
fn nobody_without_the_password_is_taken_for_the_page() {
    let mut call = Call::new(Page::new());
    let mut other = Call::new(Page::new());
    let check = other.first_check();
    let user = webrtc::user_of(&check).expect("a check names whom it asks");
    assert_eq!(user, other.ours.user());
    assert_ne!(user, call.ours.user());
    assert!(!call.ours.accepts(call.now, page::PATH, &check));
    assert!(other.ours.accepts(other.now, page::PATH, &check));
    // With our name in it, but not the password.
    let forged = page::renamed(&check, other.ours.user());
    assert!(!other.ours.accepts(other.now, page::PATH, &forged));
    call.pass(FRAME);
}

#[test]
fn garbage_from_the_right_address_ends_nothing() {
    let mut call = Call::connected(Page::new());
    for length in 0..200usize {
        let first = [0u8, 20, 22, 63, 128, 255][length % 6];
        let mut garbage = vec![length as u8; length];
        if let Some(byte) = garbage.first_mut() {
            *byte = first;
        }
        call.ours.receive(call.now, page::PATH, &garbage);
    }
    call.page_says(8, 1, &[1; 160]);
    call.pass(FRAME);
    assert_eq!(call.we_heard().len(), 1);
}

#[test]
fn an_offer_that_is_not_a_browsers_audio_is_refused_with_the_reason() {
    let identity = Identity::generate().expect("chance is there");
    let place = page::place();
    let offer = Page::new().offer;
    let now = std::time::Instant::now();
    let refused = |offer: &str| {
        let answer = Peer::answer(now, offer, &place, &identity);
        answer.map(|_| ()).expect_err("refused")
    };
    assert_eq!(
        refused(&"a".repeat(webrtc::OFFER_MAX + 1)),
        OfferError::TooLong
    );
    assert_eq!(refused("v=0"), OfferError::NotOneAudio);
    let video = offer.replace("m=audio", "m=video");
    assert_eq!(refused(&video), OfferError::NotOneAudio);
    let one_way = offer.replace("a=sendrecv", "a=recvonly");
    assert_eq!(refused(&one_way), OfferError::NotBothWays);
    let opus = offer.replace("PCMA", "opus").replace("PCMU", "opus");
    assert_eq!(refused(&opus), OfferError::NoCodec);
    let plain = offer
        .lines()
        .filter(|line| !line.starts_with("a=fingerprint"));
    let plain: Vec<&str> = plain.collect();
    assert!(matches!(
        refused(&plain.join("\r\n")),
        OfferError::Unreadable(_)
    ));
    let nowhere = Place::default();
    let answer = Peer::answer(now, &offer, &nowhere, &identity);
    assert_eq!(answer.map(|_| ()), Err(OfferError::NoAddress));
}

#[test]
fn a_thousand_cut_offers_are_refused_and_none_ends_the_program() {
    let identity = Identity::generate().expect("chance is there");
    let place = page::place();
    let offer = Page::new().offer;
    let now = std::time::Instant::now();
    for cut in (0..offer.len()).step_by(3) {
        let _ = Peer::answer(now, &offer[..cut], &place, &identity);
        let _ = Peer::answer(now, &offer[cut..], &place, &identity);
    }
}

#[test]
fn garbled_offers_are_refused_or_answered_and_none_ends_the_program() {
    let identity = Identity::generate().expect("chance is there");
    let place = page::place();
    let offer = Page::new().offer;
    let lines: Vec<&str> = offer.lines().collect();
    let now = std::time::Instant::now();
    let mut chance = 0x5EED_u64;
    let mut roll = |sides: usize| {
        // Knuth's constants: the same garble in every run.
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (chance >> 33) as usize % sides
    };
    let mut answered = 0;
    for _ in 0..3_000 {
        let mut garbled: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        for _ in 0..=roll(3) {
            let at = roll(garbled.len());
            match roll(5) {
                0 => drop(garbled.remove(at)),
                1 => garbled.insert(at, lines[roll(lines.len())].to_owned()),
                2 => garbled[at] = garbled[at].replace(|c: char| c.is_ascii_digit(), "9"),
                3 => garbled[at].push_str(" 4294967296 -1 é"),
                _ => {
                    let cut = roll(garbled[at].len().max(1));
                    garbled[at] = garbled[at].chars().take(cut).collect();
                }
            }
        }
        let garbled = garbled.join("\r\n") + "\r\n";
        answered += usize::from(Peer::answer(now, &garbled, &place, &identity).is_ok());
    }
    println!("{answered} of 3,000 garbled offers could be answered all the same");
    assert!(
        answered > 100,
        "most of them are refused for another reason"
    );
}
