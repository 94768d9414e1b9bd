//! Legs of browsers whose network lets no UDP pass, by connections; and of both address families.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use telephony::media::{BrowserDoors, Codec, MediaEvent, Playback, ToneKind};

use super::page::{Page, tcp_place};
use super::rig::{PATIENCE, Rig};

fn rig(threads: usize, ips: &[IpAddr]) -> Rig {
    Rig::with(|config| {
        config.threads = threads;
        config.bind_ips = ips.to_vec();
        config.silence_timeout = Duration::from_millis(700);
        config.browsers = Some(BrowserDoors {
            port: 0,
            tcp_port: Some(0),
            announced: vec![],
        });
    })
}

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A page by TCP whose leg carries audio.
fn connected(rig: &Rig) -> Page {
    connected_with(rig, None)
}

fn connected_with(rig: &Rig, buffer: Option<usize>) -> Page {
    let mut page = Page::new();
    let (leg, answer) = rig.pool.open_browser(&page.offer).expect("a page's offer");
    page.leg = Some(leg);
    page.take_by_tcp(&answer, buffer);
    page.until("it is connected", |page| {
        page.connected && page.seen.len() > 2
    });
    page
}

/// A connection to the place where they are taken in.
fn stranger(rig: &Rig) -> TcpStream {
    let page = Page::new();
    let (_, answer) = rig.pool.open_browser(&page.offer).expect("a page's offer");
    let stream = TcpStream::connect(tcp_place(&answer).expect("a place")).expect("it listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("not zero");
    stream
}

/// Waits until the other side hangs up, and nothing was said before.
fn is_hung_up_on(mut stranger: TcpStream) -> Duration {
    let began = Instant::now();
    let mut said = Vec::new();
    // It may end by a reset: what we said was not read.
    let _ = stranger.read_to_end(&mut said);
    assert!(said.is_empty(), "nothing is said to a stranger");
    assert!(began.elapsed() < PATIENCE, "hung up on in time");
    began.elapsed()
}

#[test]
fn a_page_behind_tcp_and_a_phone_hear_each_other_and_nothing_is_lost() {
    // Two threads: the connection finds the one that has its leg.
    let rig = rig(2, &[HERE]);
    for _ in 0..2 {
        let mut phone = rig.connected(Codec::Pcma);
        let mut page = connected(&rig);
        rig.pool.bridge(page.leg(), phone.leg());
        rig.settle();
        page.seen.clear();
        phone.drain();
        for _ in 0..100 {
            phone.say_frame(1_000);
            page.say(700, 1);
        }
        phone.receive_many(100);
        page.expect_tone(1_000, 100);
        let stats = rig.until(page.leg(), |stats| stats.packets_in == 100);
        assert_eq!((stats.lost, stats.send_errors), (0, 0));
    }
}

#[test]
fn whoever_does_not_prove_at_once_to_be_a_page_is_hung_up_on() {
    let rig = rig(1, &[HERE]);
    let mut http = stranger(&rig);
    http.write_all(b"GET / HTTP/1.1\r\n\r\n")
        .expect("connected");
    assert!(is_hung_up_on(http) < Duration::from_secs(3));

    let mut nobody = stranger(&rig);
    nobody.write_all(&check("nobody:x")).expect("connected");
    assert!(is_hung_up_on(nobody) < Duration::from_secs(3));

    // The right name, from who has seen an answer, without its password.
    let page = Page::new();
    let (_, answer) = rig.pool.open_browser(&page.offer).expect("a page's offer");
    let user = answer.lines().find_map(|l| l.strip_prefix("a=ice-ufrag:"));
    let mut forger = stranger(&rig);
    let forged = check(&format!("{}:x", user.expect("it has one")));
    forger.write_all(&forged).expect("connected");
    assert!(is_hung_up_on(forger) < Duration::from_secs(3));

    let mut half = stranger(&rig);
    half.write_all(&forged[..30]).expect("connected");
    let silent = stranger(&rig);
    is_hung_up_on(silent);
    is_hung_up_on(half);
    // And pages come in as before.
    connected(&rig);
}

/// A check of connectivity for a name, framed, without any proof.
fn check(user: &str) -> Vec<u8> {
    let padded = user.len().next_multiple_of(4);
    let mut check = vec![0, 1, 0, (4 + padded) as u8, 0x21, 0x12, 0xA4, 0x42];
    check.extend([0; 12]);
    check.extend([0, 6, 0, user.len() as u8]);
    check.extend(user.bytes());
    check.resize(24 + padded, 0);
    webrtc::framed(&check).expect("short")
}

#[test]
fn a_connection_that_is_held_up_drops_audio_instead_of_saying_it_late() {
    let rig = rig(1, &[HERE]);
    let mut page = connected_with(&rig, Some(2_048));
    let mut other = connected(&rig);
    let beep = Playback::Tone(ToneKind::Steady(440));
    rig.pool.play(page.leg(), beep.clone(), true);
    rig.pool.play(other.leg(), beep, true);
    // It says something, or its silence is a hole, and takes nothing for three seconds.
    let began = Instant::now();
    other.seen.clear();
    while began.elapsed() < Duration::from_secs(3) {
        other.live();
    }
    assert!(other.seen.len() >= 140, "the other's goes on");
    page.seen.clear();
    let began = Instant::now();
    while began.elapsed() < Duration::from_millis(100) {
        page.live();
    }
    let late = page.seen.len();
    assert!(late < 75, "{late} packets of 150 were kept for it");
    page.seen.clear();
    page.until("and then it hears what is said now", |page| {
        page.seen.len() > 20
    });
}

#[test]
fn a_page_whose_connection_breaks_is_missed_and_the_leg_goes_on() {
    let rig = rig(1, &[HERE]);
    let mut page = connected(&rig);
    page.say(700, 10);
    page.cut();
    rig.expect(|event| matches!(event, MediaEvent::Silent { .. }).then_some(()));
    // Its second offer is answered as any.
    let mut again = connected(&rig);
    again.say(700, 1);
    rig.close(page.leg());
}

#[test]
fn pages_come_by_either_address_family() {
    let six = IpAddr::V6(Ipv6Addr::LOCALHOST);
    let rig = rig(1, &[HERE, six]);
    let mut pages = Vec::new();
    for ip in [HERE, six] {
        let mut page = Page::at(ip);
        let (leg, answer) = rig.pool.open_browser(&page.offer).expect("a page's offer");
        page.leg = Some(leg);
        let at = |ip: IpAddr| answer.matches(&format!(" {ip} ")).count();
        assert_eq!((at(HERE), at(six)), (2, 2), "UDP and TCP each: {answer}");
        page.take(&answer);
        page.until("it is connected", |page| {
            page.connected && page.seen.len() > 2
        });
        pages.push(page);
    }
    let [mut four, mut six] = <[Page; 2]>::try_from(pages).ok().expect("two");
    rig.pool.bridge(four.leg(), six.leg());
    rig.settle();
    for _ in 0..50 {
        four.say(440, 1);
        six.say(900, 1);
    }
    four.expect_tone(900, 45);
    six.expect_tone(440, 45);
}

#[test]
fn a_public_address_is_announced_to_pages_of_its_family_alone() {
    let six = IpAddr::V6(Ipv6Addr::LOCALHOST);
    let public = IpAddr::from([203, 0, 113, 9]);
    let rig = Rig::with(|config| {
        config.bind_ips = vec![HERE, six];
        config.browsers = Some(BrowserDoors {
            port: 0,
            tcp_port: Some(0),
            announced: vec![public],
        });
    });
    let page = Page::new();
    let (_, answer) = rig.pool.open_browser(&page.offer).expect("a page's offer");
    let candidates: Vec<SocketAddr> = answer
        .lines()
        .filter(|line| line.starts_with("a=candidate"))
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            let port = words[5].parse().expect("a port");
            SocketAddr::new(words[4].parse().expect("an address"), port)
        })
        .collect();
    let ips: Vec<IpAddr> = candidates.iter().map(SocketAddr::ip).collect();
    assert_eq!(ips, [public, six, public, six], "{answer}");
}
