//! What a recording hears of a call whose packets are late, lost, or come by another clock.

use super::*;
use crate::ToneKind;
use crate::g711::decode_all;
use crate::rtp::Packet;
use crate::tone::share_at;

const CODEC: Codec = Codec::Pcma;
const CUSTOMER: LegId = LegId(1);
const AGENT: LegId = LegId(2);
const THIRD: LegId = LegId(3);
const BEFORE_WRAP: u32 = 500;

/// Someone who says a tone, packet by packet.
struct Speaking {
    leg: LegId,
    hertz: u16,
    sequence: u16,
    timestamp: u32,
}

impl Speaking {
    fn new(leg: LegId, hertz: u16) -> Speaking {
        Speaking {
            leg,
            hertz,
            sequence: 65_530,
            // Runs over its end soon; the tone does not.
            timestamp: 0_u32.wrapping_sub(BEFORE_WRAP),
        }
    }

    fn frame(&mut self, at: Instant) -> TapFrame {
        let mut codes = [0; FRAME_SAMPLES];
        for (code, n) in codes.iter_mut().zip(0..) {
            let n = self.timestamp.wrapping_add(n + BEFORE_WRAP);
            *code = g711::encode(CODEC, ToneKind::Steady(self.hertz).sample(n));
        }
        let packet = Packet {
            payload_type: 8,
            marker: false,
            sequence: self.sequence,
            timestamp: self.timestamp,
            ssrc: 7,
            payload: &codes,
        };
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(FRAME_SAMPLES as u32);
        let mut frames = TapFrame::of(self.leg, CODEC, at, &packet);
        frames.next().expect("20 ms are one frame")
    }

    /// A packet that nobody receives.
    fn lost(&mut self) {
        self.sequence = self.sequence.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(FRAME_SAMPLES as u32);
    }
}

struct Recorded {
    began: Instant,
    line: Timeline,
}

impl Recorded {
    fn call() -> Recorded {
        let began = Instant::now();
        let mut line = Timeline::new(began);
        line.seat(CUSTOMER, Side::Customer);
        line.seat(AGENT, Side::Agent);
        Recorded { began, line }
    }

    fn at(&self, ms: u64) -> Instant {
        self.began + Duration::from_millis(ms)
    }

    /// `who` talks in `ms`, with packets each 20 ms.
    fn talks(&mut self, who: &mut Speaking, ms: std::ops::Range<u64>) {
        for ms in ms.step_by(20) {
            let at = self.at(ms);
            self.line.hear(&who.frame(at));
        }
    }

    /// Both sides from the beginning to `ms`.
    fn ends(mut self, ms: u64) -> Sides {
        let mut pairs = Vec::new();
        let at = self.at(ms);
        self.line.finish(at, CODEC, &mut pairs);
        assert_eq!(pairs.len() as u64, ms * 8 * 2);
        let side = |skip| {
            let codes: Vec<u8> = pairs.iter().skip(skip).step_by(2).copied().collect();
            decode_all(CODEC, &codes)
        };
        Sides {
            left: side(0),
            right: side(1),
        }
    }
}

struct Sides {
    left: Vec<i16>,
    right: Vec<i16>,
}

fn span(side: &[i16], ms: std::ops::Range<usize>) -> &[i16] {
    &side[ms.start * 8..ms.end * 8]
}

fn is_silent(side: &[i16]) -> bool {
    side.iter().all(|sample| sample.abs() <= 8)
}

fn is_tone(side: &[i16], hertz: u16) -> bool {
    share_at(hertz, side) > 0.9
}

#[test]
fn both_sides_lie_where_they_were_said() {
    let mut call = Recorded::call();
    call.talks(&mut Speaking::new(CUSTOMER, 440), 100..300);
    call.talks(&mut Speaking::new(AGENT, 1_000), 200..400);
    let sides = call.ends(440);
    assert!(is_silent(span(&sides.left, 0..100)) && is_silent(span(&sides.left, 300..440)));
    assert!(is_tone(span(&sides.left, 100..300), 440));
    assert!(is_silent(span(&sides.right, 0..200)) && is_silent(span(&sides.right, 400..440)));
    assert!(is_tone(span(&sides.right, 200..400), 1_000));
}

#[test]
fn late_and_reordered_packets_find_their_place() {
    let mut call = Recorded::call();
    let mut customer = Speaking::new(CUSTOMER, 440);
    call.talks(&mut customer, 0..100);
    let [first, second, third] = std::array::from_fn(|_| customer.frame(call.at(250)));
    for frame in [second, third, first] {
        call.line.hear(&frame);
    }
    call.talks(&mut customer, 160..300);
    let sides = call.ends(300);
    assert!(is_tone(&sides.left, 440));
    let quiet = sides.left.windows(16).filter(|part| is_silent(part));
    assert_eq!(quiet.count(), 0, "there is no hole");
}

#[test]
fn a_short_loss_is_filled_and_a_long_one_is_silence() {
    let mut call = Recorded::call();
    let mut customer = Speaking::new(CUSTOMER, 500);
    call.talks(&mut customer, 0..200);
    customer.lost();
    call.talks(&mut customer, 220..400);
    (0..5).for_each(|_| customer.lost());
    call.talks(&mut customer, 500..600);
    let sides = call.ends(600);
    assert!(is_tone(span(&sides.left, 200..220), 500));
    assert!(is_silent(span(&sides.left, 400..500)));
    assert!(is_tone(span(&sides.left, 500..600), 500));
}

#[test]
fn somebodys_silence_is_not_filled() {
    let mut call = Recorded::call();
    let mut customer = Speaking::new(CUSTOMER, 500);
    call.talks(&mut customer, 0..100);
    customer.timestamp = customer.timestamp.wrapping_add(320);
    call.talks(&mut customer, 140..200);
    let sides = call.ends(200);
    assert!(is_silent(span(&sides.left, 100..140)));
}

#[test]
fn a_pause_is_silence_and_keeps_the_time() {
    let mut call = Recorded::call();
    let (mut customer, mut agent) = (Speaking::new(CUSTOMER, 440), Speaking::new(AGENT, 800));
    call.talks(&mut customer, 0..200);
    call.talks(&mut agent, 0..200);
    // The order comes after some of what it is about.
    call.line.pause(call.at(160));
    call.talks(&mut customer, 200..400);
    call.line.resume(call.at(300));
    (0..10).for_each(|_| agent.lost());
    call.talks(&mut agent, 400..460);
    let sides = call.ends(460);
    assert!(is_tone(span(&sides.left, 0..160), 440));
    assert!(is_silent(span(&sides.left, 160..460)));
    assert!(is_silent(span(&sides.right, 160..400)));
    assert!(is_tone(span(&sides.right, 400..460), 800));
}

#[test]
fn a_third_party_is_heard_on_the_right_and_who_left_is_not() {
    let mut call = Recorded::call();
    let (mut agent, mut third) = (Speaking::new(AGENT, 400), Speaking::new(THIRD, 1_200));
    call.line.seat(THIRD, Side::Agent);
    call.talks(&mut agent, 0..200);
    call.talks(&mut third, 100..200);
    call.line.leave(AGENT);
    assert_eq!(call.line.legs().collect::<Vec<_>>(), [CUSTOMER, THIRD]);
    call.talks(&mut third, 200..400);
    let sides = call.ends(400);
    assert!(is_tone(span(&sides.right, 0..100), 400));
    let both = span(&sides.right, 100..200);
    assert!(share_at(400, both) > 0.3 && share_at(1_200, both) > 0.3);
    assert!(is_tone(span(&sides.right, 200..400), 1_200));
    assert!(is_silent(&sides.left));
}

#[test]
fn a_sender_by_another_clock_stays_within_a_fraction_of_a_second() {
    let mut call = Recorded::call();
    let mut customer = Speaking::new(CUSTOMER, 440);
    let mut pairs = Vec::new();
    // A packet each 19 ms by our clock: five percent fast, far worse than any telephone.
    for n in 0..1_000 {
        let at = call.at(n * 19);
        call.line.hear(&customer.frame(at));
        call.line.take(at, CODEC, &mut pairs);
    }
    let heard = pairs.chunks(2).filter(|pair| pair[0] != CODEC.silence());
    assert!(heard.count() > 18_000 * 8);
    assert!((call.line.told - 19_000 * 8).abs() < 400 * 8);
}

#[test]
fn nothing_is_heard_of_strangers_or_before_the_beginning() {
    let mut call = Recorded::call();
    let mut stranger = Speaking::new(LegId(9), 440);
    call.talks(&mut stranger, 0..100);
    for leg in 10..100 {
        call.line.seat(LegId(leg), Side::Agent);
    }
    assert!(call.line.voices.len() <= VOICES_MAX);
    let sides = call.ends(100);
    assert!(is_silent(&sides.left) && is_silent(&sides.right));
}
