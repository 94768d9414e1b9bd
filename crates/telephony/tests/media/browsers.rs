//! Legs of browsers: what plain legs do, they do.

use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::time::{Duration, Instant};

use media::tone::share_at;
use telephony::media::{BrowserDoors, Codec, LegId, MediaEvent, NoBrowserLeg, Playback, ToneKind};

use super::page::Page;
use super::rig::{Phone, Rig};

fn rig() -> Rig {
    rig_with(1)
}

fn rig_with(threads: usize) -> Rig {
    Rig::with(|config| {
        config.threads = threads;
        config.silence_timeout = Duration::from_millis(700);
        config.browsers = Some(BrowserDoors {
            port: 0,
            tcp_port: None,
            announced: vec![],
        });
    })
}

/// A page whose leg carries audio.
fn connected(rig: &Rig) -> Page {
    let mut page = Page::new();
    let (leg, answer) = rig.pool.open_browser(&page.offer).expect("a page's offer");
    page.leg = Some(leg);
    page.take(&answer);
    page.until("it is connected", |page| {
        page.connected && page.seen.len() > 2
    });
    page
}

/// Lets a page live while the phone says its tone at its own pace.
fn both_say(page: &mut Page, phone: &mut Phone, frames: u32) {
    for _ in 0..frames {
        phone.say_frame(1_000);
        page.say(700, 1);
    }
}

#[test]
fn a_page_and_a_phone_hear_each_other_and_nothing_is_lost() {
    let rig = rig();
    let mut phone = rig.connected(Codec::Pcma);
    let mut page = connected(&rig);
    rig.pool.bridge(page.leg(), phone.leg());
    rig.settle();
    page.seen.clear();
    phone.drain();
    both_say(&mut page, &mut phone, 100);
    let heard = phone.receive_many(100);
    assert!(heard.iter().all(|heard| heard.payload_type == 8));
    page.expect_tone(1_000, 100);
    page.seen.clear();
    page.say(700, 30);
    phone.expect_tone(700, 20);
    let stats = rig.until(page.leg(), |stats| stats.packets_in == 130);
    assert_eq!((stats.lost, stats.send_errors), (0, 0));
    assert_eq!(
        stats.foreign_dropped + stats.malformed + stats.unsupported,
        0
    );
}

#[test]
fn two_pages_on_two_threads_are_bridged() {
    let rig = rig_with(2);
    let (mut one, mut other) = (connected(&rig), connected(&rig));
    assert_ne!(one.leg.expect("open").local, other.leg.expect("open").local);
    rig.pool.bridge(one.leg(), other.leg());
    rig.settle();
    for _ in 0..50 {
        one.say(440, 1);
        other.say(900, 1);
    }
    one.expect_tone(900, 45);
    other.expect_tone(440, 45);
}

#[test]
fn a_tone_is_played_and_its_end_is_told() {
    let rig = rig();
    let mut page = connected(&rig);
    page.seen.clear();
    rig.pool
        .play(page.leg(), Playback::Tone(ToneKind::Beep), false);
    page.until("it was played", |_| {
        let done = |event: &MediaEvent| matches!(event, MediaEvent::PlaybackDone { .. });
        rig.told().iter().any(done)
    });
    let silence = [Codec::Pcma.silence(); 160];
    assert!(page.seen.iter().any(|seen| seen.payload != silence));
}

#[test]
fn an_idle_page_is_sent_little_and_hears_a_tone_and_a_call_at_once() {
    let rig = rig();
    let mut phone = rig.connected(Codec::Pcma);
    let mut page = connected(&rig);
    // Longer than the silence that follows any sound.
    page.say(700, 25);
    page.seen.clear();
    let began = Instant::now();
    page.say(700, 100);
    let most = began.elapsed().as_millis() as usize / 400 + 1;
    let few = page.seen.len();
    assert!((1..=most).contains(&few), "{few} in {:?}", began.elapsed());

    page.seen.clear();
    let tone = Playback::Tone(ToneKind::Steady(440));
    rig.pool.play(page.leg(), tone, true);
    page.expect_tone(440, 20);
    assert!(page.seen.iter().filter(|seen| seen.is_silence()).count() <= 1);
    rig.pool.play(page.leg(), Playback::Silence, true);
    page.say(700, 50);

    page.seen.clear();
    phone.drain();
    rig.pool.bridge(page.leg(), phone.leg());
    rig.settle();
    both_say(&mut page, &mut phone, 50);
    page.expect_tone(1_000, 50);
    let stats = rig.pool.stats(page.leg()).expect("open");
    assert_eq!((stats.lost, stats.send_errors), (0, 0));
}

#[test]
fn reports_go_both_ways_and_tell_what_the_page_lost() {
    let rig = rig();
    let mut page = connected(&rig);
    page.say(700, 20);
    let stats = |page: &Page| rig.pool.stats(page.leg()).expect("open");
    page.until("a report of ours left", |page| stats(page).rtcp_out > 0);
    page.until("the page's came", |page| stats(page).rtcp_in > 0);
    page.until("they tell the way there and back", |page| {
        stats(page).rtt_ms.is_some()
    });
    let told = stats(&page);
    assert!(told.rtt_ms.is_some_and(|rtt| rtt < 1_000.0), "{told:?}");
    assert_eq!(told.remote_lost, Some(0), "{told:?}");
    assert_eq!((told.malformed, told.unauthentic), (0, 0));
    let sent = told.rtcp_out;
    assert_eq!(rig.close(page.leg()).rtcp_out, sent + 1, "goodbye");
}

#[test]
fn keys_go_both_ways_under_each_sides_number() {
    let rig = rig();
    let mut phone = rig.connected_by(Codec::Pcma, |remote| remote.telephone_event = Some(101));
    let mut page = connected(&rig);
    rig.pool.bridge(page.leg(), phone.leg());
    rig.settle();
    page.say(700, 3);
    page.press('7');
    let digit = rig.expect(|event| match event {
        MediaEvent::Digit { leg, digit } => Some((leg, digit)),
        _ => None,
    });
    assert_eq!(digit, (page.leg(), '7'));
    let pressed = phone.receive_until(|heard| heard.payload_type == 101);
    assert_eq!(pressed.last().map(|heard| heard.payload[0]), Some(7));

    phone.say(1_000, 3);
    phone.press('#');
    page.until("it sees the key", |page| page.keys_seen().len() == 6);
    assert!(page.keys_seen().iter().all(|key| key.payload[0] == 11));
    page.seen.clear();
    rig.pool.press(page.leg(), "5");
    page.until("it is pressed for the page", |page| {
        page.keys_seen().len() == 8
    });
}

#[test]
fn a_page_is_mixed_with_two_phones() {
    let rig = rig();
    let (mut a, b) = (rig.connected(Codec::Pcma), rig.connected(Codec::Pcmu));
    let mut page = connected(&rig);
    rig.pool.mix(&[page.leg(), a.leg(), b.leg()]);
    rig.settle();
    for _ in 0..40 {
        page.say(700, 1);
        a.say_frame(1_000);
    }
    page.until("it hears the phone", |page| page.seen.len() > 40);
    let heard = b.hear_sound(30);
    // The page keeps time worse than a microphone: short stretches are whole.
    let stretches: Vec<Vec<i16>> = heard
        .chunks(3)
        .map(|stretch| {
            stretch
                .iter()
                .flat_map(|heard| heard.payload.clone())
                .collect()
        })
        .map(|codes: Vec<u8>| media::g711::decode_all(Codec::Pcmu, &codes))
        .collect();
    for hertz in [700, 1_000] {
        let shares = stretches.iter().map(|stretch| share_at(hertz, stretch));
        let best = shares.fold(0.0, f64::max);
        assert!(best > 0.3, "{hertz} Hz has {best} of the power at best");
    }
    a.hear_sound(5);
}

#[test]
fn what_a_page_says_is_copied_to_a_tap_and_its_silence_is_told_once() {
    let rig = rig();
    let mut page = connected(&rig);
    let (copy, copied) = std::sync::mpsc::sync_channel(64);
    rig.pool.tap(page.leg(), Some(copy));
    rig.settle();
    page.say(700, 10);
    let frame = copied.recv().expect("it says something");
    assert_eq!((frame.leg, frame.codec), (page.leg(), Codec::Pcmu));
    // A machine that is short of breath may hold a page up for so long before.
    let newest = || {
        let told = rig.told().into_iter().rev();
        let mut of_silence = told.filter_map(|event| match event {
            MediaEvent::Silent { .. } => Some(true),
            MediaEvent::Resumed { .. } => Some(false),
            _ => None,
        });
        of_silence.next()
    };
    page.until("its silence is told", |_| newest() == Some(true));
    page.say(700, 1);
    page.until("it is heard again", |_| newest() == Some(false));
}

#[test]
fn a_page_that_closes_is_missed_and_one_that_is_closed_knows() {
    let rig = rig();
    let mut page = connected(&rig);
    page.close();
    let leg = rig.expect(|event| match event {
        MediaEvent::Left { leg } => Some(leg),
        _ => None,
    });
    assert_eq!(leg, page.leg());
    rig.close(leg);

    let mut page = connected(&rig);
    rig.close(page.leg());
    page.until("it knows", |page| page.gone);
}

#[test]
fn strangers_at_the_door_are_not_heard_and_end_nothing() {
    let rig = rig();
    let mut phone = rig.connected(Codec::Pcma);
    let mut page = connected(&rig);
    rig.pool.bridge(page.leg(), phone.leg());
    rig.settle();
    phone.drain();
    let stranger = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let door = page.leg.expect("open").local;
    // Fewer than the system keeps for a socket whose limit nobody raised.
    for n in 0..150u16 {
        let mut datagram = vec![[0x80, 0x00, 0x16, 0x40][usize::from(n) % 4]; 172];
        datagram[1] = n as u8;
        stranger
            .send_to(&datagram, door)
            .expect("loopback takes it");
    }
    // From the page's own address, but not by its keys.
    for datagram in [[0x80, 8, 0, 9].repeat(50), [0x80, 201, 0, 1].repeat(20)] {
        let sent = page.socket.send_to(&datagram, door);
        sent.expect("loopback takes it");
    }
    both_say(&mut page, &mut phone, 20);
    let stats = rig.until(page.leg(), |stats| stats.packets_in == 20);
    assert_eq!((stats.lost, stats.unauthentic), (0, 2));
    phone.receive_many(20);
}

#[test]
fn thirty_pages_share_one_socket() {
    let rig = rig();
    let mut pages: Vec<Page> = (0..30).map(|_| connected(&rig)).collect();
    let door = pages[0].leg.expect("open").local;
    assert!(
        pages
            .iter()
            .all(|page| page.leg.expect("open").local == door)
    );
    let mut phone = rig.connected(Codec::Pcma);
    let last = pages.last_mut().expect("thirty");
    rig.pool.bridge(last.leg(), phone.leg());
    rig.settle();
    last.seen.clear();
    both_say(last, &mut phone, 10);
    last.expect_tone(1_000, 10);
}

#[test]
fn a_public_address_is_announced_with_the_port_of_the_thread() {
    let public = IpAddr::from([203, 0, 113, 9]);
    let rig = Rig::with(|config| {
        config.browsers = Some(BrowserDoors {
            port: 0,
            tcp_port: None,
            announced: vec![public],
        });
    });
    let page = Page::new();
    let (leg, answer) = rig.pool.open_browser(&page.offer).expect("a page's offer");
    let wanted = format!("203.0.113.9 {} typ host", leg.local.port());
    assert!(answer.contains(&wanted), "{answer}");
    assert!(answer.contains("a=ice-lite"), "{answer}");
}

#[test]
fn where_no_browsers_are_heard_none_is_answered() {
    let rig = Rig::new();
    let page = Page::new();
    let refused = rig.pool.open_browser(&page.offer).map(|_| ());
    assert_eq!(refused, Err(NoBrowserLeg::NotHere));
}

/// Lines whose cost is measured, and for how long.
const LINES: usize = 50;
const SECONDS: u32 = 10;

/// What a media thread spends on lines that carry nothing but silence, and on lines whose far side hears
/// a tone: by browser, and as plain RTP.
#[test]
#[ignore = "a figure, not a check"]
fn lines_cost_so_much_of_a_processor() {
    let rig = rig();
    let mut pages: Vec<Page> = (0..LINES).map(|_| connected(&rig)).collect();
    let legs: Vec<LegId> = pages.iter().map(Page::leg).collect();
    let browser = cost(&rig, &legs, || {
        for page in &mut pages {
            page.send(0, &[0xFF; 160]);
            page.glance();
        }
    });
    let stats = legs.iter().map(|leg| rig.close(*leg));
    let lost: u64 = stats.map(|stats| stats.lost + stats.send_errors).sum();
    let mut phones: Vec<Phone> = (0..LINES).map(|_| rig.connected(Codec::Pcma)).collect();
    let legs: Vec<LegId> = phones.iter().map(Phone::leg).collect();
    let plain = cost(&rig, &legs, || {
        for phone in &mut phones {
            phone.say(0, 1);
            phone.drain();
        }
    });
    // A hundred packets a second and line.
    let packet = |share: f64| share * 100.0;
    println!(
        "an idle line: {:.4} % of a processor by browser, {:.4} % as plain RTP; one that hears a tone: \
         {:.4} and {:.4} %, so {:.2} and {:.2} us a packet; {lost} lost",
        browser.idle,
        plain.idle,
        browser.tone,
        plain.tone,
        packet(browser.tone),
        packet(plain.tone),
    );
}

/// What a line costs the media thread, in percent of a processor.
struct Cost {
    idle: f64,
    tone: f64,
}

/// The lines carry silence, then a tone to the far side; `round` is all that the far sides do in 20 ms.
fn cost(rig: &Rig, legs: &[LegId], mut round: impl FnMut()) -> Cost {
    let share = |spent: Duration| spent.as_secs_f64() / f64::from(SECONDS) / LINES as f64 * 100.0;
    let idle = share(spent(SECONDS, &mut round));
    for leg in legs {
        let tone = Playback::Tone(ToneKind::Steady(440));
        rig.pool.play(*leg, tone, true);
    }
    let tone = share(spent(SECONDS, round));
    Cost { idle, tone }
}

/// Processor time of the media thread over some seconds of 20 ms rounds.
fn spent(seconds: u32, mut round: impl FnMut()) -> Duration {
    let (before, began) = (media_thread(), Instant::now());
    for number in 1..=seconds * 50 {
        round();
        let next = began + Duration::from_millis(20) * number;
        std::thread::sleep(next.saturating_duration_since(Instant::now()));
    }
    media_thread() - before
}

/// Processor time of the media thread so far, in ticks of 10 ms (`proc(5)`).
fn media_thread() -> Duration {
    let tasks = std::fs::read_dir("/proc/self/task").expect("Linux says it");
    let stat = tasks.map_while(Result::ok).find_map(|task| {
        let stat = std::fs::read_to_string(task.path().join("stat")).ok()?;
        stat.contains("(media-0)").then_some(stat)
    });
    let stat = stat.expect("it runs");
    let after = stat.split(") ").nth(1).expect("as proc(5) has it");
    let ticks = after.split(' ').skip(11).take(2);
    let ticks: u64 = ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(10) * u32::try_from(ticks).expect("a short test")
}
