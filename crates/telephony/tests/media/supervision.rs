//! A third who listens to two.

use telephony::media::Codec;

use super::rig::{Heard, Phone, Rig};

/// What one of two says in so many frames, and what the other is sent. The third's frames come each
/// 20 ms and set the pace; they are what the third heard meanwhile.
fn say_and_hear(from: &mut Phone, to: &Phone, third: &Phone) -> (Vec<Heard>, Vec<Heard>) {
    third.drain();
    let frames = (0..30).map(|_| {
        from.say_frame(440);
        (to.receive(), third.receive())
    });
    frames.unzip()
}

#[test]
fn who_is_listened_to_is_sent_the_very_packets_they_would_be() {
    let rig = Rig::with(|config| config.threads = 2);
    let (customer, mut agent) = rig.bridged(Codec::Pcma, Codec::Pcma);
    let boss = rig.connected(Codec::Pcma);
    let (c, a, b) = (customer.leg(), agent.leg(), boss.leg());
    customer.drain();
    let (mut heard, _) = say_and_hear(&mut agent, &customer, &boss);
    rig.pool
        .connect(&[(c, vec![a]), (a, vec![c]), (b, vec![c, a])]);
    rig.settle();
    let (more, listened) = say_and_hear(&mut agent, &customer, &boss);
    heard.extend(more);
    // A whisper, which the customer must not notice either.
    rig.pool
        .connect(&[(c, vec![a]), (a, vec![c, b]), (b, vec![c, a])]);
    rig.settle();
    heard.extend(say_and_hear(&mut agent, &customer, &boss).0);
    rig.pool.unbridge(b);
    rig.pool.bridge(c, a);
    rig.settle();
    heard.extend(say_and_hear(&mut agent, &customer, &boss).0);

    let codes: Vec<u8> = listened[10..]
        .iter()
        .flat_map(|heard| heard.payload.clone())
        .collect();
    let share = media::tone::share_at(440, &media::g711::decode_all(Codec::Pcma, &codes));
    assert!(share > 0.9, "the third heard {share} of it");
    for pair in heard.windows(2) {
        let (before, after) = (&pair[0], &pair[1]);
        assert_eq!(after.sequence, before.sequence.wrapping_add(1));
        assert_eq!(after.timestamp, before.timestamp.wrapping_add(160));
        assert_eq!(after.ssrc, before.ssrc);
        assert!(!after.marker, "a new stretch began for the customer");
    }
    // The tone goes on from frame to frame without a step.
    let codes: Vec<u8> = heard
        .iter()
        .flat_map(|heard| heard.payload.clone())
        .collect();
    let samples = media::g711::decode_all(Codec::Pcma, &codes);
    let steps = samples
        .windows(2)
        .map(|pair| (i32::from(pair[1]) - i32::from(pair[0])).abs());
    let largest_in_first = samples[..3_000]
        .windows(2)
        .map(|pair| (i32::from(pair[1]) - i32::from(pair[0])).abs())
        .max();
    assert_eq!(steps.max(), largest_in_first, "a click");
}

/// The largest step from one sample to the next.
fn step(heard: &[Heard]) -> i32 {
    let codes: Vec<u8> = heard
        .iter()
        .flat_map(|heard| heard.payload.clone())
        .collect();
    let samples = media::g711::decode_all(Codec::Pcma, &codes);
    let steps = samples
        .windows(2)
        .map(|pair| (i32::from(pair[1]) - i32::from(pair[0])).abs());
    steps.max().expect("something was heard")
}

#[test]
fn whispering_begins_and_ends_without_a_click_for_the_advisor() {
    // Two tones at once have the steps of both; where one would break off there is half its height. A
    // machine that is held up for longer than a packet may be late is heard: then once more.
    let clicks = |(largest, natural): (i32, i32)| {
        println!("the largest step is {largest}, {natural} without a whisper");
        largest > 2 * natural + 64
    };
    assert!((0..3).any(|_| !clicks(steps_of_whispers())), "a click");
}

/// The largest step that an advisor hears while somebody whispers three times, and without.
fn steps_of_whispers() -> (i32, i32) {
    let rig = Rig::with(|config| config.threads = 2);
    let (mut customer, agent) = rig.bridged(Codec::Pcma, Codec::Pcma);
    let mut boss = rig.connected(Codec::Pcma);
    let (c, a, b) = (customer.leg(), agent.leg(), boss.leg());
    agent.drain();
    boss.drain();
    let mut talk = |frames: usize| {
        let frames = (0..frames).map(|_| {
            customer.say_frame(200);
            boss.say_frame(150);
            // What the third hears comes each 20 ms, and sets the pace.
            boss.receive();
            agent.receive()
        });
        frames.collect::<Vec<_>>()
    };
    let before = talk(20);
    let natural = step(&before);
    let mut heard = before;
    for _ in 0..3 {
        rig.pool
            .connect(&[(c, vec![a]), (a, vec![c, b]), (b, vec![c, a])]);
        heard.extend(talk(20));
        rig.pool
            .connect(&[(c, vec![a]), (a, vec![c]), (b, vec![c, a])]);
        heard.extend(talk(20));
    }
    heard.extend(talk(10));
    for pair in heard.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
    }
    (step(&heard), natural)
}
