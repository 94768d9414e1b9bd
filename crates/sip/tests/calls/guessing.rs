//! Strangers who look for numbers and passwords: what they hear is the same whatever they ask for,
//! soon they hear nothing, and no agent's phone is shut out with them.

use crate::world::{ALICE, BOB, World, address, call_to, config, secs, udp};
use sip::auth::{Challenge, DigestClient, Login};
use sip::endpoint::{Ban, Event, NewRegistration, TurnedAway};
use sip::message::Method;
use std::net::SocketAddr;

const STRANGER: u8 = 9;

/// Alice is a phone, Bob the registrar of an engine: it takes no calls and knows nobody.
fn world() -> World {
    let mut bob = config(2);
    bob.accept_calls = false;
    bob.source_rate = 20;
    let mut world = World::of(vec![config(1), bob]);
    for number in 0..40 {
        let user = format!("adv{number}");
        world
            .endpoint(BOB)
            .set_account(&user, Some("a long secret"));
    }
    world
}

fn request(method: &str, user: &str, number: u32, more: &str) -> String {
    format!(
        "{method} sip:{user}@example.com SIP/2.0\r\n\
         Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK{number};rport\r\nMax-Forwards: 70\r\n\
         From: <sip:x@example.com>;tag=1\r\nTo: <sip:{user}@example.com>\r\n\
         Call-ID: c\r\nCSeq: 1 {method}\r\nContact: <sip:x@10.0.0.9>\r\n{more}\
         Content-Length: 0\r\n\r\n"
    )
}

/// What a stranger at `from` hears.
fn hears(world: &mut World, from: SocketAddr, message: &str) -> Option<String> {
    world.mail.clear();
    world.inject(from, BOB, message);
    world.pass(secs(1));
    let (_, _, bytes) = world.mail.first()?;
    Some(String::from_utf8(bytes.clone()).expect("we write UTF-8"))
}

/// The credentials that somebody gives who was answered so.
fn credentials(answer: &str, user: &str, password: &str) -> String {
    let mut lines = answer.lines();
    let challenge = lines.find_map(|line| line.strip_prefix("WWW-Authenticate: "));
    let challenge = Challenge::parse(challenge.expect("a challenge")).expect("our own");
    let login = Login { user, password };
    let uri = format!("sip:{user}@example.com");
    let value = DigestClient::answer(&challenge, &Method::Register, &uri, login, 1, "c");
    format!("Authorization: {value}\r\n")
}

/// One guess: asks for a challenge and answers it. What came back at last.
fn guesses(world: &mut World, from: SocketAddr, user: &str, password: &str) -> Option<String> {
    let number = u32::try_from(world.wire.len()).expect("a few");
    let asked = hears(world, from, &request("REGISTER", user, number, ""))?;
    let credentials = credentials(&asked, user, password);
    let again = request("REGISTER", user, number + 1_000_000, &credentials);
    hears(world, from, &again)
}

fn bans(world: &mut World) -> Vec<Ban> {
    world.act(BOB, |bob, now| bob.bans(now))
}

fn turned_away(world: &mut World) -> TurnedAway {
    world.endpoint(BOB).turned_away()
}

/// The answer without what is drawn anew for each: To tag and nonce.
fn shape(answer: &str) -> Vec<String> {
    let digits = |line: &str| {
        let long = line.split(['"', '=', ';']).map(|word| match word.len() {
            32.. => "*".repeat(word.len()),
            _ => word.to_owned(),
        });
        long.collect::<Vec<_>>().join("|")
    };
    answer.lines().map(digits).collect()
}

#[test]
fn known_and_unknown_names_get_the_same_answer_whatever_is_asked() {
    for method in [
        "REGISTER",
        "INVITE",
        "OPTIONS",
        "SUBSCRIBE",
        "MESSAGE",
        "REFER",
    ] {
        let mut world = world();
        let mut ask = |user: &str| {
            let message = request(method, user, 7, "");
            let answer = hears(&mut world, address(STRANGER), &message);
            answer.unwrap_or_else(|| panic!("{method}: silence"))
        };
        let (known, unknown) = (ask("adv1"), ask("xyz1"));
        assert!(known.starts_with("SIP/2.0 401 "), "{method}: {known}");
        let named = unknown.replace("xyz1", "adv1");
        assert_eq!(shape(&known), shape(&named), "{method}");
        assert_eq!(known.len(), unknown.len(), "{method}");
        assert_eq!(world.endpoint(BOB).load().servers, 0, "nothing is kept");
    }
}

#[test]
fn a_wrong_password_and_an_unknown_name_get_the_same_answer() {
    let mut world = world();
    let wrong = guesses(&mut world, address(STRANGER), "adv1", "12345");
    let unknown = guesses(&mut world, address(STRANGER), "xyz1", "12345");
    let (wrong, unknown) = (wrong.expect("an answer"), unknown.expect("an answer"));
    assert!(wrong.starts_with("SIP/2.0 401 "), "{wrong}");
    assert_eq!(shape(&wrong).len(), shape(&unknown).len());
    assert_eq!(wrong.len(), unknown.len());
    assert_eq!(turned_away(&mut world).wrong_logins, 2);
}

#[test]
fn who_guesses_on_is_heard_no_more_until_the_ban_runs_out_or_is_lifted() {
    let mut world = world();
    let guess = |world: &mut World, number: u32| {
        let user = format!("adv{}", number % 40);
        guesses(world, address(STRANGER), &user, &format!("{number}"))
    };
    let heard = (0..40).take_while(|number| guess(&mut world, *number).is_some());
    assert_eq!(heard.count(), 16);
    let banned = bans(&mut world);
    assert_eq!(
        (banned.len(), banned[0].source),
        (1, address(STRANGER).ip())
    );
    assert_eq!(turned_away(&mut world).bans, 1);
    // Not even the right password is heard from there, from elsewhere it is.
    assert_eq!(
        guesses(&mut world, address(STRANGER), "adv1", "a long secret"),
        None
    );
    let elsewhere = guesses(&mut world, address(8), "adv1", "a long secret");
    assert!(elsewhere.is_some_and(|answer| answer.starts_with("SIP/2.0 200 ")));
    assert!(world.act(BOB, |bob, now| bob.lift_ban(now, address(STRANGER).ip())));
    assert!(guess(&mut world, 50).is_some());
    for number in 51..70 {
        let _ = guess(&mut world, number);
    }
    assert_eq!(bans(&mut world).len(), 1);
    world.pass(secs(601));
    assert!(bans(&mut world).is_empty());
    assert!(guess(&mut world, 1).is_some());
}

#[test]
fn who_forges_addresses_gets_nobody_banned() {
    let mut world = world();
    let forged = "Authorization: Digest username=\"adv1\", realm=\"example.com\", \
        nonce=\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\", uri=\"sip:adv1@example.com\", \
        response=\"00000000000000000000000000000000\", algorithm=MD5\r\n";
    for number in 0..100 {
        let message = request("REGISTER", "adv1", number, forged);
        let _ = hears(&mut world, address(STRANGER), &message);
    }
    assert!(bans(&mut world).is_empty());
    world.pass(secs(60));
    let answer = guesses(&mut world, address(STRANGER), "adv1", "a long secret");
    assert!(answer.is_some_and(|answer| answer.starts_with("SIP/2.0 200 ")));
}

/// Alice's phone registers as adv1 and refreshes now and then.
fn registers(world: &mut World) {
    let wanted = NewRegistration {
        flow: udp(address(2)),
        domain: "example.com".to_owned(),
        user: "adv1".to_owned(),
        password: "a long secret".to_owned(),
        expires: secs(60),
    };
    world.act(ALICE, |alice, now| alice.register(now, wanted));
    world.pass(secs(1));
}

#[test]
fn an_attacker_behind_the_same_address_locks_no_phone_out() {
    let mut world = world();
    registers(&mut world);
    // From the office of the agent, but from another port than the phone.
    let neighbour = SocketAddr::new(address(1).ip(), 40_000);
    for number in 0..200 {
        let _ = guesses(&mut world, neighbour, "adv1", &format!("{number}"));
    }
    let right = guesses(&mut world, neighbour, "adv1", "a long secret");
    assert!(
        right.is_some_and(|answer| answer.starts_with("SIP/2.0 401 ")),
        "not listened to, even if the guess is right"
    );
    world.pass(secs(600));
    assert_eq!(
        world.endpoint(BOB).bindings("adv1").len(),
        1,
        "the phone refreshes"
    );
    let lost = world.sides[BOB].events.iter();
    let lost = lost.filter(|event| matches!(event, Event::Unregistered { .. }));
    assert_eq!(lost.count(), 0);
}

#[test]
fn tools_that_scan_hear_nothing() {
    let mut world = world();
    for agent in [
        "friendly-scanner",
        "sipvicious",
        "SIPCLI/1.8",
        "VaxSIPUserAgent/3.1",
    ] {
        for method in ["REGISTER", "INVITE", "OPTIONS"] {
            let agent = format!("User-Agent: {agent}\r\n");
            let message = request(method, "adv1", 7, &agent);
            assert_eq!(hears(&mut world, address(STRANGER), &message), None);
        }
    }
    let asked = hears(
        &mut world,
        address(STRANGER),
        &request("OPTIONS", "a", 1, ""),
    );
    assert!(asked.is_some(), "the name of a program bans nobody");
    assert_eq!(turned_away(&mut world).scanners, 12);
}

#[test]
fn who_asks_on_and_on_is_answered_no_more() {
    let mut world = world();
    let mut heard = 0;
    for number in 0..400 {
        let user = format!("{}", 1000 + number);
        let message = request("REGISTER", &user, number, "");
        heard += u32::from(hears(&mut world, address(STRANGER), &message).is_some());
    }
    assert!((200..=290).contains(&heard), "{heard}");
    assert!(turned_away(&mut world).unheard > 100);
}

#[test]
fn trunks_and_registered_phones_have_no_budget() {
    let mut world = world();
    registers(&mut world);
    world.act(BOB, |bob, _| bob.set_trusted(vec![address(STRANGER).ip()]));
    for number in 0..300 {
        for from in [address(STRANGER), SocketAddr::new(address(1).ip(), 40_001)] {
            let message = request("OPTIONS", "adv1", number, "");
            let answer = hears(&mut world, from, &message);
            assert!(answer.is_some_and(|answer| answer.starts_with("SIP/2.0 200 ")));
        }
    }
    let call = world.act(ALICE, |alice, now| alice.invite(now, call_to(address(2))));
    world.pass(secs(1));
    let failed = world.told(ALICE, call);
    assert!(
        format!("{failed:?}").contains("status: 401"),
        "a phone proves each call: its address alone is no proof"
    );
}
