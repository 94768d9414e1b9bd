//! Who hears whom in a mixer, and what loss, drift and loudness do to it.

use super::*;
use crate::ToneKind;
use crate::tone::share_at;

const CODEC: Codec = Codec::Pcma;
const FRAME_MS: u64 = 20;

fn leg(number: u64) -> LegId {
    LegId(number)
}

/// Someone who says a steady tone, packet by packet, by a clock of their own.
struct Speaker {
    leg: LegId,
    hertz: u16,
    said: u32,
}

impl Speaker {
    fn new(number: u64, hertz: u16) -> Speaker {
        Speaker {
            leg: leg(number),
            hertz,
            said: 0,
        }
    }

    fn packet(&mut self) -> (u32, [u8; FRAME_SAMPLES]) {
        let mut codes = [0; FRAME_SAMPLES];
        for (code, n) in codes.iter_mut().zip(self.said..) {
            *code = g711::encode(CODEC, ToneKind::Steady(self.hertz).sample(n));
        }
        let timestamp = self.said;
        self.said = self.said.wrapping_add(FRAME_SAMPLES as u32);
        (timestamp, codes)
    }

    fn says(&mut self, now: Instant, mixer: &mut Mixer) {
        let (timestamp, codes) = self.packet();
        mixer.hear(now, self.leg, CODEC, &packet(7, timestamp, &codes));
    }
}

/// A packet whose number goes with its place, as of a sender that sends one each 20 ms.
fn packet(ssrc: u32, timestamp: u32, payload: &[u8]) -> Packet<'_> {
    Packet {
        payload_type: 8,
        marker: false,
        sequence: (timestamp / FRAME_SAMPLES as u32) as u16,
        timestamp,
        ssrc,
        payload,
    }
}

fn heard(mixer: &mut Mixer, now: Instant, by: LegId) -> Vec<i16> {
    let mut frame = [0; FRAME_SAMPLES];
    mixer.frame(now, by, CODEC, &mut frame);
    g711::decode_all(CODEC, &frame)
}

fn at(start: Instant, frames: u64) -> Instant {
    start + Duration::from_millis(frames * FRAME_MS)
}

/// Three who speak for so many frames; what each heard of the last second.
fn talk(frames: u64, mut lost: impl FnMut(u64) -> bool) -> [Vec<i16>; 3] {
    let start = Instant::now();
    let mut mixer = Mixer::new(start, &[leg(0), leg(1), leg(2)]);
    let mut speakers = [(0, 400), (1, 700), (2, 1_100)].map(|(n, hertz)| Speaker::new(n, hertz));
    let mut ears = [const { Vec::new() }; 3];
    for turn in 0..frames {
        let now = at(start, turn);
        for speaker in &mut speakers {
            if lost(turn) {
                speaker.packet();
            } else {
                speaker.says(now, &mut mixer);
            }
        }
        for (number, ear) in (0..).zip(&mut ears) {
            let samples = heard(&mut mixer, now, leg(number));
            if turn + 50 >= frames {
                ear.extend(samples);
            }
        }
    }
    ears
}

#[test]
fn each_hears_the_others_and_not_themselves() {
    let [one, two, three] = talk(100, |_| false);
    for (ear, own, others) in [
        (&one, 400, [700, 1_100]),
        (&two, 700, [400, 1_100]),
        (&three, 1_100, [400, 700]),
    ] {
        assert!(share_at(own, ear) < 0.01, "{own}");
        for hertz in others {
            let share = share_at(hertz, ear);
            assert!((0.4..0.6).contains(&share), "{hertz}: {share}");
        }
    }
}

#[test]
fn lost_packets_are_filled_by_what_was_said_before_and_shift_nothing() {
    let [one, ..] = talk(200, |turn| turn % 10 == 3);
    // A tenth is made up; what came stands where it belongs, so the tones stay pure.
    let shares = share_at(700, &one) + share_at(1_100, &one);
    assert!(shares > 0.93, "{shares}");
    assert_eq!(silent_frames(&one), 0);
}

#[test]
fn two_packets_in_a_row_are_filled_and_a_longer_hole_is_silence() {
    let [one, ..] = talk(200, |turn| turn % 10 < 2);
    assert_eq!(silent_frames(&one), 0);
    let [one, ..] = talk(200, |turn| turn % 10 < 6);
    assert!(
        (25..=30).contains(&silent_frames(&one)),
        "{}",
        silent_frames(&one)
    );
}

#[test]
fn a_pause_without_a_packet_missing_is_nobodys_voice() {
    let start = Instant::now();
    let mut mixer = Mixer::new(start, &[leg(0), leg(1)]);
    let mut speaker = Speaker::new(0, 500);
    let mut ear = Vec::new();
    for turn in 0..60u64 {
        let (timestamp, codes) = speaker.packet();
        // Who suppresses silence sends nothing for a while, and numbers on without a gap.
        let paused = (30..32).contains(&turn);
        if !paused {
            let sequence = if turn < 30 { turn } else { turn - 2 };
            let said = Packet {
                sequence: sequence as u16,
                ..packet(7, timestamp, &codes)
            };
            mixer.hear(at(start, turn), leg(0), CODEC, &said);
        }
        ear.extend(heard(&mut mixer, at(start, turn), leg(1)));
    }
    assert_eq!(silent_frames(&ear[20 * FRAME_SAMPLES..]), 2);
}

fn silent_frames(ear: &[i16]) -> usize {
    let frames = ear.chunks(FRAME_SAMPLES);
    let silent = frames.filter(|frame| frame.iter().all(|sample| sample.abs() <= 8));
    silent.count()
}

#[test]
fn who_comes_is_faded_in_and_who_is_heard_no_more_is_faded_out() {
    let start = Instant::now();
    let everybody = [leg(0), leg(1), leg(2)];
    let whisper = |heard: bool| {
        let others = if heard {
            &everybody[..]
        } else {
            &everybody[..1]
        };
        [
            (leg(0), vec![leg(1)]),
            (leg(1), others.to_vec()),
            (leg(2), vec![leg(0), leg(1)]),
        ]
    };
    let mut mixer = Mixer::of(start, &whisper(false));
    // Low tones, whose own steps are small.
    let (mut customer, mut boss) = (Speaker::new(0, 100), Speaker::new(2, 150));
    let mut ear = Vec::new();
    for turn in 0..120 {
        let now = at(start, turn);
        match turn {
            40 => mixer.arrange(&whisper(true)),
            80 => mixer.arrange(&whisper(false)),
            _ => {}
        }
        customer.says(now, &mut mixer);
        boss.says(now, &mut mixer);
        ear.extend(heard(&mut mixer, now, leg(1)));
    }
    let spell = |from: usize, to: usize| &ear[from * FRAME_SAMPLES..to * FRAME_SAMPLES];
    assert!(share_at(100, spell(10, 40)) > 0.95);
    assert!((0.4..0.6).contains(&share_at(150, spell(50, 80))));
    assert!(share_at(100, spell(90, 120)) > 0.95);
    let step = |samples: &[i16]| {
        let steps = samples.windows(2);
        let steps = steps.map(|pair| (i32::from(pair[1]) - i32::from(pair[0])).abs());
        steps.max().expect("samples")
    };
    let own = step(spell(50, 80));
    assert!(step(&ear) <= own + own / 4, "{} of {own}", step(&ear));
}

#[test]
fn packets_out_of_order_find_their_places() {
    let start = Instant::now();
    let mut mixer = Mixer::new(start, &[leg(0), leg(1)]);
    let mut speaker = Speaker::new(0, 500);
    let mut ear = Vec::new();
    for turn in 0..60 {
        if turn % 2 == 0 {
            let (first, second) = (speaker.packet(), speaker.packet());
            for (timestamp, codes) in [second, first] {
                let said = packet(7, timestamp, &codes);
                mixer.hear(at(start, turn), leg(0), CODEC, &said);
            }
        }
        ear.extend(heard(&mut mixer, at(start, turn), leg(1)));
    }
    let steady = &ear[10 * FRAME_SAMPLES..];
    assert!(share_at(500, steady) > 0.95, "{}", share_at(500, steady));
}

#[test]
fn loud_together_stops_at_the_largest_sample() {
    let start = Instant::now();
    let mut mixer = Mixer::new(start, &[leg(0), leg(1), leg(2)]);
    let loud = [g711::encode(CODEC, i16::MAX); FRAME_SAMPLES];
    for turn in 0..20 {
        for speaker in 0..2 {
            let timestamp = turn as u32 * FRAME_SAMPLES as u32;
            let said = packet(7, timestamp, &loud);
            mixer.hear(at(start, turn), leg(speaker), CODEC, &said);
        }
        let samples = heard(&mut mixer, at(start, turn), leg(2));
        assert!(
            samples.iter().all(|s| *s >= -8),
            "no wrap to the other side"
        );
        // They have come by then.
        if turn >= 8 {
            assert!(samples.iter().all(|s| *s > 32_000));
        }
    }
}

#[test]
fn a_clock_that_drifts_is_followed_and_never_heard_late() {
    // A sender one percent too fast, and one as slow, for five minutes.
    for (fast, packets) in [(true, 15_150u64), (false, 14_850)] {
        let start = Instant::now();
        let mut mixer = Mixer::new(start, &[leg(0), leg(1)]);
        let mut speaker = Speaker::new(0, 500);
        let (mut said, mut silent) = (0, 0);
        for turn in 0..15_000u64 {
            let now = at(start, turn);
            while said * 15_000 <= turn * packets {
                speaker.says(now, &mut mixer);
                said += 1;
            }
            let seat = &mixer.seats[0];
            let lead = seat.voice.end() - mixer.place(now);
            let most = LEAD_MAX + FRAME_SAMPLES as i64;
            assert!((0..=most).contains(&lead), "fast {fast}: {lead} at {turn}");
            let samples = heard(&mut mixer, now, leg(1));
            silent += u32::from(turn > 10 && samples.iter().all(|s| s.abs() <= 8));
        }
        assert!(silent < 150, "fast {fast}: {silent} frames were silent");
    }
}

#[test]
fn a_sender_who_begins_anew_is_heard_at_once() {
    let start = Instant::now();
    let mut mixer = Mixer::new(start, &[leg(0), leg(1)]);
    let tone = |n: u32| g711::encode(CODEC, ToneKind::Steady(500).sample(n));
    let codes: Vec<u8> = (0..FRAME_SAMPLES as u32).map(tone).collect();
    for turn in 0..20u64 {
        // Another stream with far other timestamps from the tenth frame on.
        let (ssrc, base) = if turn < 10 {
            (1, 0)
        } else {
            (2, 0xFFFF_FF00u32)
        };
        let timestamp = base.wrapping_add(turn as u32 * FRAME_SAMPLES as u32);
        let said = packet(ssrc, timestamp, &codes);
        mixer.hear(at(start, turn), leg(0), CODEC, &said);
        let samples = heard(&mut mixer, at(start, turn), leg(1));
        if turn >= 4 {
            assert!(samples.iter().any(|s| s.abs() > 1_000), "silent at {turn}");
        }
    }
}

#[test]
fn who_is_not_seated_hears_nothing_of_their_own_making() {
    let start = Instant::now();
    let mut mixer = Mixer::new(start, &[leg(0), leg(1)]);
    let mut stranger = Speaker::new(9, 500);
    stranger.says(start, &mut mixer);
    let samples = heard(&mut mixer, at(start, 3), leg(0));
    assert!(samples.iter().all(|s| s.abs() <= 8));
}
