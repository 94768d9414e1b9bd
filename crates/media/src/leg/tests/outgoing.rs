//! One continuous stream, whoever speaks.

use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::rtp::Datagram;
use crate::{Playback, Prompt, ToneKind};

/// An outgoing half and its clock.
struct Mouth {
    half: Outgoing,
    now: Instant,
}

/// Header fields of a packet sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Sent {
    sequence: u16,
    timestamp: u32,
    marker: bool,
    payload_type: u8,
}

impl Mouth {
    fn new() -> Mouth {
        Mouth::of(Outgoing::new(1))
    }

    fn to_page() -> Mouth {
        Mouth::of(Outgoing::to_page(0xB0B, 1))
    }

    fn of(mut half: Outgoing) -> Mouth {
        let now = Instant::now();
        half.set_remote(now, Remote::new(peer(), Codec::Pcma));
        Mouth { half, now }
    }

    /// Lets time pass frame by frame; gives what was sent, and whether a playback ended.
    fn pass(&mut self, time: Duration) -> (Vec<Sent>, bool) {
        let (end, mut all, mut done) = (self.now + time, Vec::new(), false);
        while let Some(due) = self.half.due().filter(|due| *due < end) {
            self.now = self.now.max(due);
            let mut buffer = [0; 300];
            let tick = self.half.tick(self.now, &mut buffer);
            all.extend(tick.packet.map(|length| sent(&buffer[..length])));
            done |= tick.done;
        }
        self.now = end;
        (all, done)
    }

    fn forward(&mut self, packet: &Packet<'_>) -> Option<Sent> {
        let mut buffer = [0; 2_000];
        let length = self
            .half
            .forward_audio(self.now, OTHER, Codec::Pcma, packet, &mut buffer)?;
        Some(sent(&buffer[..length]))
    }
}

fn sent(bytes: &[u8]) -> Sent {
    match rtp::read(bytes) {
        Datagram::Rtp(packet) => Sent {
            sequence: packet.sequence,
            timestamp: packet.timestamp,
            marker: packet.marker,
            payload_type: packet.payload_type,
        },
        other => panic!("not RTP: {other:?}"),
    }
}

fn prompt(frames: usize) -> Playback {
    let prompt = Prompt::from_g711(Codec::Pcma, &vec![1; frames * 160]);
    Playback::Prompt(Arc::new(prompt.expect("not empty")))
}

#[test]
fn silence_is_fifty_packets_a_second_without_a_seam() {
    let mut mouth = Mouth::new();
    let (sent, _) = mouth.pass(ms(1_000));
    assert_eq!(sent.len(), 50);
    assert!(sent[0].marker && sent[1..].iter().all(|packet| !packet.marker));
    for pair in sent.windows(2) {
        assert_eq!(pair[1].timestamp, pair[0].timestamp.wrapping_add(160));
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
    }
}

#[test]
fn a_page_is_sent_silence_sparingly_and_its_timestamps_go_on() {
    let mut mouth = Mouth::to_page();
    assert_eq!(mouth.half.ssrc(), 0xB0B);
    let (first, _) = mouth.pass(ms(200));
    assert_eq!(first.len(), 10, "a way is found by more than one");
    let (sent, _) = mouth.pass(ms(4_000));
    assert_eq!(sent.len(), 10);
    assert!(sent.iter().all(|packet| !packet.marker));
    for pair in sent.windows(2) {
        assert_eq!(pair[1].timestamp, pair[0].timestamp.wrapping_add(3_200));
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
    }
}

#[test]
fn what_ends_a_pages_silence_is_heard_at_once_and_marked() {
    type Begins = fn(&mut Mouth);
    let begins: [Begins; 3] = [
        |mouth| mouth.half.play(mouth.now, prompt(3), false),
        |mouth| mouth.half.enter_room(mouth.now),
        |mouth| mouth.half.press(mouth.now, "5"),
    ];
    for begin in begins {
        let mut mouth = Mouth::to_page();
        let remote = Remote {
            telephone_event: Some(101),
            ..Remote::new(peer(), Codec::Pcma)
        };
        mouth.half.set_remote(mouth.now, remote);
        mouth.pass(ms(1_000));
        let last = *mouth.pass(ms(410)).0.last().expect("one each 400 ms");
        let due = mouth.half.due().expect("silence goes on");
        mouth.now = due - ms(100);
        begin(&mut mouth);
        assert_eq!(mouth.half.due(), Some(mouth.now));
        let (sent, _) = mouth.pass(ms(60));
        assert_eq!(sent.len(), 3);
        assert!(sent[0].marker && !sent[1].marker);
        assert_eq!(sent[0].timestamp, last.timestamp.wrapping_add(2_400));
        assert_eq!(sent[0].sequence, last.sequence.wrapping_add(1));
    }
}

#[test]
fn a_call_to_an_idle_page_begins_with_a_mark_at_the_clocks_timestamp() {
    let mut mouth = Mouth::to_page();
    let (silence, _) = mouth.pass(ms(1_000));
    let last = silence.last().expect("some");
    let then = mouth.half.due().expect("silence goes on") - ms(400);
    mouth.half.join(mouth.now, OTHER);
    let first = mouth.forward(&packet(5, 1, 0, &[0; 160])).expect("bridged");
    let passed = (mouth.now - then).as_millis() as u32 * 8;
    assert!(first.marker);
    assert_eq!(first.timestamp, last.timestamp.wrapping_add(passed));
    assert_eq!(first.sequence, last.sequence.wrapping_add(1));
}

#[test]
fn silence_after_a_sound_is_whole_for_a_while() {
    let mut mouth = Mouth::to_page();
    mouth.pass(ms(2_000));
    mouth.half.play(mouth.now, prompt(5), false);
    let (sent, done) = mouth.pass(ms(300));
    assert_eq!((sent.len(), done), (15, true), "five of the prompt");
    for pair in sent.windows(2) {
        assert_eq!(pair[1].timestamp, pair[0].timestamp.wrapping_add(160));
    }
    let (sent, _) = mouth.pass(ms(4_000));
    assert_eq!(sent.len(), 10);
    // A bridge whose other side is silent is not idle: whoever is on it may speak any moment.
    mouth.half.join(mouth.now, OTHER);
    mouth.forward(&packet(5, 1, 0, &[0; 160])).expect("bridged");
    let (sent, _) = mouth.pass(ms(1_000));
    assert_eq!(sent.len(), 30, "after 400 ms of nothing");
}

#[test]
fn a_streams_numbers_begin_in_the_lower_half() {
    for seed in 0..100 {
        let mut mouth = Mouth::of(Outgoing::new(seed));
        let (sent, _) = mouth.pass(ms(20));
        assert!(sent[0].sequence < 0x8000, "seed {seed}");
    }
}

#[test]
fn a_leg_that_knows_no_peer_needs_no_clock() {
    let mut half = Outgoing::new(1);
    half.play(Instant::now(), Playback::Tone(ToneKind::Ringback), true);
    half.join(Instant::now(), OTHER);
    assert_eq!(half.due(), None);
}

#[test]
fn a_prompt_ends_after_its_length_and_the_bridge_is_heard_again() {
    let mut mouth = Mouth::new();
    mouth.half.join(mouth.now, OTHER);
    mouth.half.play(mouth.now, prompt(10), false);
    assert_eq!(
        mouth.forward(&packet(5, 1, 0, &[0; 160])),
        None,
        "the prompt is heard instead"
    );
    let (sent, done) = mouth.pass(ms(200));
    assert_eq!((sent.len(), done), (10, true));
    let next = mouth
        .forward(&packet(5, 11, 1_600, &[0; 160]))
        .expect("heard again");
    assert_eq!(next.sequence, sent[9].sequence.wrapping_add(1));
    assert_eq!(next.timestamp, sent[9].timestamp.wrapping_add(160));
    assert!(next.marker);
}

#[test]
fn a_clock_that_was_stopped_starts_anew_without_a_burst() {
    let mut mouth = Mouth::new();
    let (before, _) = mouth.pass(ms(100));
    mouth.now += ms(3_000);
    let (after, _) = mouth.pass(ms(100));
    assert!(after.len() <= 6, "{} packets at once", after.len());
    let last = before.last().expect("five").timestamp;
    let gap = after[0].timestamp.wrapping_sub(last);
    assert!(
        (24_000..25_000).contains(&gap),
        "the timestamps tell the pause: {gap}"
    );
}

#[test]
fn a_gap_in_the_bridge_is_filled_and_its_end_is_continuous() {
    let mut mouth = Mouth::new();
    mouth.half.join(mouth.now, OTHER);
    let first = mouth.forward(&packet(5, 1, 0, &[0; 160])).expect("bridged");
    assert!(
        mouth.pass(ms(400)).0.is_empty(),
        "a late network is not a gap"
    );
    let (filled, _) = mouth.pass(ms(200));
    assert_eq!(filled.len(), 10);
    assert_eq!(filled[0].sequence, first.sequence.wrapping_add(1));
    let gap = filled[0].timestamp.wrapping_sub(first.timestamp);
    assert_eq!(gap, 3_200, "400 ms");
    let next = mouth
        .forward(&packet(5, 2, 4_800, &[0; 160]))
        .expect("bridged");
    assert_eq!(next.sequence, filled[9].sequence.wrapping_add(1));
}

#[test]
fn loss_and_reordering_are_passed_on_as_they_are() {
    let mut mouth = Mouth::new();
    mouth.half.join(mouth.now, OTHER);
    let mut numbers = |sequence: u16| {
        let packet = packet(5, sequence, u32::from(sequence) * 160, &[0; 160]);
        mouth
            .forward(&packet)
            .map(|sent| (sent.sequence, sent.timestamp))
    };
    let (base, start) = numbers(10).expect("the first");
    assert_eq!(
        numbers(13),
        Some((base.wrapping_add(3), start.wrapping_add(480)))
    );
    assert_eq!(
        numbers(12),
        Some((base.wrapping_add(2), start.wrapping_add(320)))
    );
    assert_eq!(numbers(9), None, "from before the bridge");
    assert_eq!(
        numbers(14),
        Some((base.wrapping_add(4), start.wrapping_add(640)))
    );
}

#[test]
fn a_sender_that_restarts_its_numbers_is_not_noticed_by_the_listener() {
    let mut mouth = Mouth::new();
    mouth.half.join(mouth.now, OTHER);
    let mut last = mouth.forward(&packet(5, 1, 0, &[0; 160])).expect("bridged");
    for (ssrc, sequence, timestamp) in [(5, 40_000, 160), (5, 40_001, 9_999_999), (6, 7, 3)] {
        mouth.now += ms(20);
        let next = mouth
            .forward(&packet(ssrc, sequence, timestamp, &[0; 160]))
            .expect("bridged");
        assert_eq!(next.sequence, last.sequence.wrapping_add(1));
        assert_eq!(next.timestamp, last.timestamp.wrapping_add(160));
        assert!(next.marker);
        last = next;
    }
}

#[test]
fn a_key_held_for_seconds_is_not_a_restart() {
    let mut mouth = Mouth::new();
    let remote = Remote {
        telephone_event: Some(101),
        ..Remote::new(peer(), Codec::Pcma)
    };
    mouth.half.set_remote(mouth.now, remote);
    mouth.half.join(mouth.now, OTHER);
    let first = mouth.forward(&packet(5, 1, 0, &[0; 160])).expect("bridged");
    let mut buffer = [0; 200];
    for n in 0..200u16 {
        mouth.now += ms(20);
        let event = packet(5, 2 + n, 160, &[1, 10, 0, 160]);
        let length = mouth
            .half
            .forward_keys(mouth.now, OTHER, &event, &mut buffer);
        let key = sent(&buffer[..length.expect("bridged")]);
        assert_eq!(
            (key.payload_type, key.timestamp),
            (101, first.timestamp.wrapping_add(160))
        );
    }
    mouth.now += ms(20);
    let next = mouth
        .forward(&packet(5, 202, 32_160, &[0; 160]))
        .expect("bridged");
    assert_eq!(next.timestamp, first.timestamp.wrapping_add(32_160));
    assert!(!next.marker);
}

#[test]
fn only_the_leg_that_is_bridged_is_heard() {
    let mut mouth = Mouth::new();
    mouth.half.join(mouth.now, LegId(9));
    assert_eq!(mouth.forward(&packet(5, 1, 0, &[0; 160])), None);
    mouth.half.join(mouth.now, OTHER);
    assert_eq!(
        mouth.forward(&packet(5, 2, 0, &[0; 1_400])),
        None,
        "no phone packs so much"
    );
    mouth.half.part(mouth.now);
    assert_eq!(mouth.forward(&packet(5, 3, 0, &[0; 160])), None);
    assert_eq!(mouth.pass(ms(100)).0.len(), 5, "silence follows");
}

#[test]
fn an_ended_leg_says_nothing_whoever_still_forwards_to_it() {
    let mut mouth = Mouth::new();
    mouth.half.join(mouth.now, OTHER);
    mouth.half.end();
    assert_eq!(mouth.forward(&packet(5, 1, 0, &[0; 160])), None);
    assert!(mouth.pass(ms(1_000)).0.is_empty());
}

#[test]
fn on_hold_time_goes_on_but_nothing_is_sent() {
    let mut mouth = Mouth::new();
    mouth.pass(ms(100));
    let hold = Remote::new(address("0.0.0.0:4000"), Codec::Pcma);
    mouth.half.set_remote(mouth.now, hold);
    mouth.half.play(mouth.now, prompt(10), false);
    let (sent, done) = mouth.pass(ms(300));
    assert_eq!((sent.len(), done), (0, true));
    mouth
        .half
        .set_remote(mouth.now, Remote::new(peer(), Codec::Pcma));
    assert_eq!(mouth.pass(ms(100)).0.len(), 5);
}

proptest! {
    #[test]
    fn whoever_speaks_the_numbers_only_go_forward(
        steps in proptest::collection::vec((0u8..6, 0u64..900, any::<u16>(), any::<u32>()), 1..60)
    ) {
        let mut mouth = Mouth::new();
        let mut all = Vec::new();
        for (what, time, sequence, timestamp) in steps {
            match what {
                0 => mouth.half.join(mouth.now, OTHER),
                1 => mouth.half.part(mouth.now),
                2 => mouth.half.play(mouth.now, prompt(3), false),
                3 => mouth.half.play(mouth.now, Playback::Silence, true),
                // A new stream each time: whatever its numbers, it must fit in.
                _ => all.extend(mouth.forward(&packet(timestamp, sequence, timestamp, &[0; 160]))),
            }
            all.extend(mouth.pass(ms(time)).0);
        }
        for pair in all.windows(2) {
            prop_assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
            let step = pair[1].timestamp.wrapping_sub(pair[0].timestamp);
            prop_assert!((160..8_000 * 60).contains(&step), "{}", step);
        }
    }
}

#[test]
fn in_a_room_a_leg_hears_the_others_each_twenty_ms_and_silence_after_it() {
    let (mut half, start) = (Outgoing::new(1), Instant::now());
    half.set_remote(start, Remote::new(peer(), Codec::Pcma));
    let me = LegId(40);
    let mut room = crate::mixer::Mixer::new(start, &[me, OTHER]);
    half.enter_room(start);
    let (mut loud, mut buffer) = (0, [0; 300]);
    for turn in 0..20u32 {
        let now = start + ms(20) * turn;
        let said = Packet {
            payload_type: 8,
            marker: false,
            sequence: turn as u16,
            timestamp: turn * 160,
            ssrc: 1,
            payload: &[0x2A; 160],
        };
        room.hear(now, OTHER, Codec::Pcma, &said);
        let tick = half.tick_in(now, Some((&mut room, me)), &mut buffer);
        let length = tick.packet.expect("a frame each turn");
        loud += usize::from(buffer[12..length].iter().all(|code| *code == 0x2A));
    }
    assert_eq!(
        loud, 14,
        "all but the first 60 ms and the 60 in which they rise"
    );
    half.part(start + ms(400));
    let silent = (20..25).map(|turn| {
        let tick = half.tick(start + ms(20) * turn, &mut buffer);
        let length = tick.packet.expect("a frame each turn");
        buffer[12..length].iter().all(|code| *code == 0xD5)
    });
    // They fade as they came.
    assert_eq!(
        silent.collect::<Vec<_>>(),
        [false, false, false, true, true]
    );
}
