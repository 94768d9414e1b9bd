//! Tones as networks and fax machines make them, and what must not be taken for one.

use super::*;
use std::f64::consts::TAU;

/// Tones of so many hertz (0: none) and ms, one after another, with a little noise.
fn sound(parts: &[(f64, u32)]) -> Vec<i16> {
    let (mut all, mut noise) = (Vec::new(), 1_u32);
    for (hertz, ms) in parts {
        for n in 0..ms * SAMPLE_RATE / 1_000 {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let hiss = f64::from(noise >> 16) / 65_536.0 * 40.0 - 20.0;
            let sine = (TAU * hertz * f64::from(n) / f64::from(SAMPLE_RATE)).sin();
            all.push((sine * 6_000.0 * f64::from(u8::from(*hertz > 0.0)) + hiss) as i16);
        }
    }
    all
}

fn verdict(parts: &[(f64, u32)], times: usize, from_ms: u32) -> Option<Heard> {
    let whole = sound(&parts.repeat(times));
    let from = (from_ms * SAMPLE_RATE / 1_000) as usize;
    let mut detector = Detector::default();
    // As packets bring it.
    let mut packets = whole[from..].chunks(160);
    packets.find_map(|packet| detector.hear(packet))
}

#[test]
fn busy_and_reorder_tones_are_told_apart_wherever_they_are_met() {
    for from_ms in [0, 7, 130, 333] {
        for (hertz, ms) in [(425.0, 250), (425.0, 500), (430.0, 375), (418.0, 330)] {
            let cycle = [(hertz, ms), (0.0, ms)];
            let heard = verdict(&cycle, 8, from_ms);
            assert_eq!(heard, Some(Heard::BusyTone), "{hertz} Hz, {ms} ms");
        }
        let reorder = [(425.0, 100), (0.0, 700), (425.0, 300), (0.0, 700)];
        assert_eq!(verdict(&reorder, 6, from_ms), Some(Heard::ReorderTone));
        let fast = [(425.0, 120), (0.0, 120)];
        assert_eq!(verdict(&fast, 10, from_ms), Some(Heard::ReorderTone));
    }
}

#[test]
fn ringing_tone_speech_and_silence_say_nothing() {
    let ringing = [(425.0, 1_000), (0.0, 4_000)];
    assert_eq!(verdict(&ringing, 6, 0), None);
    let twice = [(425.0, 400), (0.0, 200), (425.0, 400), (0.0, 2_000)];
    assert_eq!(verdict(&twice, 6, 0), None);
    assert_eq!(verdict(&[(0.0, 20_000)], 1, 0), None);
    let chatter: Vec<_> = (0..200)
        .map(|n| (150.0 + f64::from(n * 37 % 900), 30 + n as u32 * 53 % 170))
        .collect();
    assert_eq!(verdict(&chatter, 3, 0), None);
    assert_eq!(verdict(&[(425.0, 20_000)], 1, 0), None, "a steady tone");
}

#[test]
fn the_special_information_tones_are_told_apart() {
    let after = [(425.0, 1_000), (0.0, 1_200)];
    for (tones, heard) in [
        ([(950.0, 330), (1400.0, 330), (1800.0, 330)], Heard::Sit),
        (
            [(985.2, 380), (1370.6, 274), (1776.7, 380)],
            Heard::SitVacant,
        ),
        (
            [(913.8, 274), (1370.6, 274), (1776.7, 380)],
            Heard::SitIntercept,
        ),
        (
            [(985.2, 380), (1428.5, 380), (1776.7, 380)],
            Heard::SitNoCircuit,
        ),
        (
            [(913.8, 274), (1428.5, 380), (1776.7, 380)],
            Heard::SitReorder,
        ),
    ] {
        let end = [(0.0, 400)];
        let whole: Vec<_> = after.iter().chain(&tones).chain(&end).copied().collect();
        for from_ms in [0, 11, 150] {
            assert_eq!(verdict(&whole, 1, from_ms), Some(heard), "{tones:?}");
        }
    }
}

#[test]
fn it_says_so_once() {
    let mut detector = Detector::default();
    let busy = sound(&[(425.0, 250), (0.0, 250)].repeat(20));
    let said = busy.chunks(160).filter_map(|packet| detector.hear(packet));
    assert_eq!(said.count(), 1);
}

/// The called machine's tone for so long: its phase turned over every 450 ms, its strength waving 15 times a second.
fn ced(ms: u32, hertz: f64, turns: bool, waves: bool) -> Vec<i16> {
    let one = |n: u32| {
        let at = f64::from(n) / f64::from(SAMPLE_RATE);
        let sign = match turns && n / 3_600 % 2 == 1 {
            true => -1.0,
            false => 1.0,
        };
        let wave = 1.0 + 0.2 * f64::from(u8::from(waves)) * (TAU * 15.0 * at).sin();
        ((TAU * hertz * at).sin() * sign * wave * 3_000.0) as i16
    };
    (0..ms * SAMPLE_RATE / 1_000).map(one).collect()
}

/// What is heard and how many ms into it.
fn heard_at(mut detector: Detector, samples: &[i16]) -> Option<(Heard, usize)> {
    let mut packets = samples.chunks(160).enumerate();
    packets.find_map(|(n, packet)| Some((detector.hear(packet)?, (n + 1) * 20)))
}

#[test]
fn a_fax_machine_is_known_within_a_second_of_its_tone_before_and_after_the_answer() {
    for (turns, waves) in [(false, false), (true, false), (false, true), (true, true)] {
        for hertz in [2_085.0, 2_100.0, 2_115.0] {
            let mut sound = sound(&[(0.0, 1_510)]);
            sound.extend(ced(3_000, hertz, turns, waves));
            for detector in [Detector::default(), Detector::of_fax()] {
                let Some((heard, at)) = heard_at(detector, &sound) else {
                    panic!("{hertz} Hz, turns {turns}, waves {waves}: nothing heard");
                };
                assert_eq!(heard, Heard::FaxCed);
                assert!(at < 2_510, "{hertz} Hz: only {at} ms into it");
            }
        }
    }
}

#[test]
fn a_calling_fax_machine_is_known_by_its_second_tone() {
    for hertz in [1_065.0, 1_100.0, 1_135.0] {
        for (on, off) in [(500, 3_000), (430, 2_600), (570, 3_400)] {
            let cng = sound(&[(0.0, 700), (hertz, on), (0.0, off), (hertz, on), (0.0, off)]);
            let heard = heard_at(Detector::of_fax(), &cng).map(|(heard, _)| heard);
            assert_eq!(heard, Some(Heard::FaxCng), "{hertz} Hz, {on} on, {off} off");
        }
    }
}

#[test]
fn beeps_keys_and_late_tones_are_no_fax_machine() {
    let nothing = |parts: &[(f64, u32)]| {
        let heard = heard_at(Detector::of_fax(), &sound(parts));
        assert_eq!(heard, None, "{parts:?}");
    };
    // The beep of an answering machine, once.
    nothing(&[(0.0, 3_000), (1_100.0, 500), (0.0, 8_000)]);
    nothing(&[(0.0, 3_000), (2_100.0, 400), (0.0, 8_000)]);
    nothing(&[
        (1_400.0, 1_000),
        (0.0, 3_000),
        (1_400.0, 1_000),
        (0.0, 3_000),
    ]);
    // A key's two tones, held.
    let two = |n: u32| {
        let tone = |hertz: f64| (TAU * hertz * f64::from(n) / f64::from(SAMPLE_RATE)).sin();
        ((tone(941.0) + tone(1_336.0)) * 4_000.0) as i16
    };
    let keys: Vec<i16> = (0..5 * SAMPLE_RATE).map(two).collect();
    assert_eq!(heard_at(Detector::of_fax(), &keys), None);
    // Music on hold, long after the answer.
    nothing(&[(0.0, 13_000), (2_100.0, 2_000)]);
}
