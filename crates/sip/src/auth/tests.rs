//! Digests of the RFCs' examples, and the server against phones, replays and strangers.

use super::*;
use crate::message::Method;
use std::net::IpAddr;
use std::time::{Duration, Instant};

const LIFETIME: Duration = Duration::from_secs(60);

/// A server, one account on it, and a clock to move.
struct Server {
    nonces: Nonces,
    now: Instant,
    ha1: Ha1,
}

impl Server {
    fn new() -> Self {
        Self::with(100, &[Algorithm::Sha256, Algorithm::Md5])
    }

    fn with(capacity: usize, algorithms: &[Algorithm]) -> Self {
        let now = Instant::now();
        let rules = NonceRules {
            realm: "example.com".to_owned(),
            key: [7; 32],
            lifetime: LIFETIME,
            capacity,
            algorithms: algorithms.to_vec(),
        };
        Self {
            nonces: Nonces::new(rules, now),
            now,
            ha1: Ha1::new("alice", "example.com", "secret"),
        }
    }

    /// The first challenge of `algorithm` to the usual address.
    fn challenge(&mut self, algorithm: Algorithm) -> Challenge {
        self.nonces
            .challenges(self.now, home(), false)
            .into_iter()
            .find(|challenge| challenge.algorithm == algorithm)
            .expect("the algorithm is offered")
    }

    fn verify(&mut self, authorization: &str) -> Verdict {
        self.verify_from(home(), authorization)
    }

    fn verify_from(&mut self, source: IpAddr, authorization: &str) -> Verdict {
        let authorization = Authorization::parse(authorization).expect("credentials");
        let (now, ha1) = (self.now, self.ha1.clone());
        self.nonces
            .verify(now, source, &authorization, &Method::Register, Some(&ha1))
    }
}

fn home() -> IpAddr {
    "198.51.100.7".parse().expect("an address")
}

fn answer(challenge: &Challenge, nc: u32) -> String {
    answer_with("secret", challenge, nc)
}

fn answer_with(password: &str, challenge: &Challenge, nc: u32) -> String {
    let login = Login {
        user: "alice",
        password,
    };
    let method = Method::Register;
    DigestClient::answer(challenge, &method, "sip:example.com", login, nc, "c0ffee")
}

/// The response that we compute for a challenge text.
fn response(challenge: &str, login: Login<'_>, uri: &str, cnonce: &str) -> String {
    let challenge = Challenge::parse(challenge).expect("a challenge");
    let get = Method::Other("GET".to_owned());
    let text = DigestClient::answer(&challenge, &get, uri, login, 1, cnonce);
    Authorization::parse(&text).expect("what we wrote").response
}

#[test]
fn the_examples_of_rfc_7616() {
    let login = Login {
        user: "Mufasa",
        password: "Circle of Life",
    };
    let cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
    for (algorithm, expected) in [
        (
            "SHA-256",
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
    ] {
        let challenge = format!(
            "Digest realm=\"http-auth@example.org\", qop=\"auth, auth-int\", algorithm={algorithm}, \
             nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
             opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""
        );
        assert_eq!(
            response(&challenge, login, "/dir/index.html", cnonce),
            expected
        );
    }
}

#[test]
fn the_example_of_rfc_2617() {
    let login = Login {
        user: "Mufasa",
        password: "Circle Of Life",
    };
    let challenge = "Digest realm=\"testrealm@host.com\", qop=\"auth,auth-int\", \
        nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";
    assert_eq!(
        response(challenge, login, "/dir/index.html", "0a4f113b"),
        "6629fae49393a05397450978507c4ef1"
    );
}

#[test]
fn the_older_form_of_rfc_2069_as_corrected() {
    let login = Login {
        user: "Mufasa",
        password: "CircleOfLife",
    };
    let challenge = "Digest realm=\"testrealm@host.com\", \
        nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"";
    assert_eq!(
        response(challenge, login, "/dir/index.html", "unused"),
        "1949323746fe6a43ef61f9606e7febea"
    );
}

#[test]
fn the_answer_repeats_the_opaque_and_the_escapes() {
    let challenge = Challenge {
        realm: "a \"quoted\" realm".to_owned(),
        nonce: "n".to_owned(),
        algorithm: Algorithm::Sha256,
        qop_auth: true,
        stale: true,
        opaque: Some("o".to_owned()),
    };
    assert_eq!(
        Challenge::parse(&challenge.to_string()),
        Ok(challenge.clone())
    );
    let read = Authorization::parse(&answer(&challenge, 10)).expect("what we wrote");
    assert_eq!(read.realm, challenge.realm);
    assert_eq!(read.opaque, challenge.opaque);
    assert_eq!(read.qop.expect("qop was offered").nc, 10);
}

#[test]
fn the_strongest_challenge_wins_whatever_the_order() {
    let mut server = Server::new();
    let mut lines: Vec<String> = server
        .nonces
        .challenges(server.now, home(), false)
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(lines.len(), 2, "one line per algorithm");
    lines.reverse();
    lines.insert(0, "Basic realm=\"example.com\"".to_owned());
    let chosen = strongest_challenge(lines.iter().map(String::as_str)).expect("a digest");
    assert_eq!(chosen.algorithm, Algorithm::Sha256);
}

#[test]
fn a_right_password_is_accepted_with_either_hash() {
    for algorithm in [Algorithm::Sha256, Algorithm::Md5] {
        let mut server = Server::new();
        let challenge = server.challenge(algorithm);
        assert_eq!(server.verify(&answer(&challenge, 1)), Verdict::Accepted);
    }
}

#[test]
fn a_wrong_password_is_refused_and_costs_no_memory() {
    let mut server = Server::new();
    let challenge = server.challenge(Algorithm::Sha256);
    let wrong = answer_with("guess", &challenge, 1);
    assert_eq!(server.verify(&wrong), Verdict::Refused);
    assert_eq!(server.nonces.remembered(), 0);
    assert_eq!(server.verify(&answer(&challenge, 1)), Verdict::Accepted);
}

#[test]
fn an_unknown_account_is_refused_even_with_the_digest_of_nobody() {
    let mut server = Server::new();
    let challenge = server.challenge(Algorithm::Sha256);
    let mut authorization = Authorization::parse(&answer(&challenge, 1)).expect("credentials");
    let nobody = Ha1 {
        md5: [0; 16],
        sha256: [0; 32],
    };
    authorization.response = nobody.response(
        Algorithm::Sha256,
        &authorization.nonce,
        "REGISTER",
        &authorization.uri,
        authorization.qop.as_ref(),
    );
    let verdict = server
        .nonces
        .verify(server.now, home(), &authorization, &Method::Register, None);
    assert_eq!(verdict, Verdict::Refused);
}

#[test]
fn a_digest_for_another_method_realm_or_uri_is_refused() {
    let mut server = Server::new();
    let challenge = server.challenge(Algorithm::Sha256);
    let good = Authorization::parse(&answer(&challenge, 1)).expect("credentials");
    let ha1 = server.ha1.clone();
    let mut verdict = |authorization: &Authorization, method: &Method| {
        server
            .nonces
            .verify(server.now, home(), authorization, method, Some(&ha1))
    };
    assert_eq!(verdict(&good, &Method::Invite), Verdict::Refused);
    let realm = Authorization {
        realm: "example.net".to_owned(),
        ..good.clone()
    };
    assert_eq!(verdict(&realm, &Method::Register), Verdict::Refused);
    let uri = Authorization {
        uri: "sip:premium@example.com".to_owned(),
        ..good
    };
    assert_eq!(verdict(&uri, &Method::Register), Verdict::Refused);
}

#[test]
fn a_hash_that_is_not_allowed_is_neither_offered_nor_taken() {
    for (allowed, other) in [
        (Algorithm::Sha256, Algorithm::Md5),
        (Algorithm::Md5, Algorithm::Sha256),
    ] {
        let mut strict = Server::with(100, &[allowed]);
        let challenges = strict.nonces.challenges(strict.now, home(), false);
        assert_eq!(challenges.len(), 1);
        assert_eq!(challenges[0].algorithm, allowed);
        let forced = Challenge {
            algorithm: other,
            ..challenges[0].clone()
        };
        assert_eq!(strict.verify(&answer(&forced, 1)), Verdict::Refused);
        assert_eq!(strict.verify(&answer(&challenges[0], 1)), Verdict::Accepted);
    }
}

#[test]
fn the_same_digest_is_not_taken_twice() {
    let mut server = Server::new();
    let challenge = server.challenge(Algorithm::Sha256);
    let digest = answer(&challenge, 1);
    assert_eq!(server.verify(&digest), Verdict::Accepted);
    assert_eq!(server.verify(&digest), Verdict::Stale);
}

#[test]
fn counters_may_overtake_each_other_but_not_repeat() {
    let mut server = Server::new();
    let challenge = server.challenge(Algorithm::Sha256);
    for (nc, expected) in [
        (1, Verdict::Accepted),
        (3, Verdict::Accepted),
        (2, Verdict::Accepted),
        (2, Verdict::Stale),
        (3, Verdict::Stale),
        (100, Verdict::Accepted),
        (37, Verdict::Accepted),
        (36, Verdict::Stale),
        (0, Verdict::Stale),
        (u32::MAX, Verdict::Accepted),
        (u32::MAX, Verdict::Stale),
        (100, Verdict::Stale),
    ] {
        assert_eq!(server.verify(&answer(&challenge, nc)), expected, "nc {nc}");
    }
}

#[test]
fn the_older_form_uses_a_nonce_up() {
    let mut server = Server::new();
    let challenge = server.challenge(Algorithm::Md5);
    let old = Challenge {
        qop_auth: false,
        ..challenge.clone()
    };
    assert_eq!(server.verify(&answer(&old, 0)), Verdict::Accepted);
    assert_eq!(server.verify(&answer(&old, 0)), Verdict::Stale);
    assert_eq!(server.verify(&answer(&challenge, 1)), Verdict::Stale);
}

#[test]
fn a_used_nonce_is_not_taken_in_the_older_form() {
    let mut server = Server::new();
    let challenge = server.challenge(Algorithm::Md5);
    assert_eq!(server.verify(&answer(&challenge, 1)), Verdict::Accepted);
    let old = Challenge {
        qop_auth: false,
        ..challenge
    };
    assert_eq!(server.verify(&answer(&old, 0)), Verdict::Stale);
}

#[test]
fn a_nonce_lives_its_lifetime_and_no_longer() {
    let mut server = Server::new();
    let challenge = server.challenge(Algorithm::Sha256);
    server.now += LIFETIME;
    assert_eq!(server.verify(&answer(&challenge, 1)), Verdict::Accepted);
    server.now += Duration::from_millis(1);
    assert_eq!(server.verify(&answer(&challenge, 2)), Verdict::Stale);
}

#[test]
fn a_nonce_belongs_to_the_address_that_asked() {
    let mut server = Server::new();
    let challenge = server.challenge(Algorithm::Sha256);
    let elsewhere = "203.0.113.9".parse().expect("an address");
    let digest = answer(&challenge, 1);
    assert_eq!(server.verify_from(elsewhere, &digest), Verdict::Stale);
    let mapped = "::ffff:198.51.100.7".parse().expect("an address");
    assert_eq!(server.verify_from(mapped, &digest), Verdict::Accepted);
}

#[test]
fn forged_and_foreign_nonces_are_stale_at_best() {
    let mut server = Server::new();
    let challenge = server.challenge(Algorithm::Sha256);
    let mut nonces = vec![
        String::new(),
        "n".to_owned(),
        "dcd98b7102dd2f0e8b11d0f6".to_owned(),
    ];
    for place in [0, 11, 25, 42] {
        let mut nonce = challenge.nonce.clone().into_bytes();
        nonce[place] = if nonce[place] == b'E' { b'I' } else { b'E' };
        nonces.push(String::from_utf8(nonce).expect("ASCII"));
    }
    for nonce in nonces {
        let forged = Challenge {
            nonce,
            ..challenge.clone()
        };
        assert_eq!(
            server.verify(&answer(&forged, 1)),
            Verdict::Stale,
            "{}",
            forged.nonce
        );
    }
    assert_eq!(server.nonces.remembered(), 0);
}

#[test]
fn two_phones_behind_one_address_get_two_nonces() {
    let mut server = Server::new();
    let one = server.challenge(Algorithm::Sha256);
    let other = server.challenge(Algorithm::Sha256);
    assert_ne!(one.nonce, other.nonce);
    assert_eq!(server.verify(&answer(&one, 1)), Verdict::Accepted);
    assert_eq!(server.verify(&answer(&other, 1)), Verdict::Accepted);
}

#[test]
fn memory_is_bounded_and_nothing_forgotten_can_be_replayed() {
    let mut server = Server::with(3, &[Algorithm::Sha256, Algorithm::Md5]);
    let digests: Vec<String> = (0..10)
        .map(|_| answer(&server.challenge(Algorithm::Sha256), 1))
        .collect();
    for digest in &digests {
        assert_eq!(server.verify(digest), Verdict::Accepted);
        assert!(server.nonces.remembered() <= 3);
    }
    for digest in &digests {
        assert_eq!(server.verify(digest), Verdict::Stale);
    }
}

#[test]
fn expired_nonces_are_forgotten() {
    let mut server = Server::new();
    for _ in 0..5 {
        let challenge = server.challenge(Algorithm::Sha256);
        assert_eq!(server.verify(&answer(&challenge, 1)), Verdict::Accepted);
    }
    server.now += LIFETIME * 2;
    let challenge = server.challenge(Algorithm::Sha256);
    assert_eq!(server.verify(&answer(&challenge, 1)), Verdict::Accepted);
    assert_eq!(server.nonces.remembered(), 1);
}

#[test]
fn secrets_stay_out_of_logs() {
    let mut server = Server::new();
    let challenge = server.challenge(Algorithm::Sha256);
    let digest = Authorization::parse(&answer(&challenge, 1)).expect("credentials");
    let shown = format!("{:?} {:?} {:?}", server.nonces, server.ha1, digest);
    assert!(!shown.contains("7, 7") && !shown.contains(&digest.response));
}

#[test]
fn other_schemes_and_broken_credentials_are_told_apart() {
    for (text, error) in [
        ("Basic YWxpY2U6c2VjcmV0", AuthError::Scheme),
        ("Digest", AuthError::Malformed),
        ("Digest username", AuthError::Malformed),
        ("Digest username=\"alice", AuthError::Malformed),
        (
            "Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"0\", algorithm=SHA-512-256",
            AuthError::Algorithm,
        ),
        (
            "Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"0\", qop=auth-int",
            AuthError::Qop,
        ),
        (
            "Digest username=\"a\", realm=\"r\", nonce=\"n\", uri=\"u\", response=\"0\", qop=auth, nc=1, cnonce=\"c\"",
            AuthError::Malformed,
        ),
    ] {
        assert_eq!(Authorization::parse(text), Err(error), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn no_header_makes_it_panic(text in "(Digest )?.{0,120}") {
        let _ = Challenge::parse(&text);
        let _ = Authorization::parse(&text);
    }

    #[test]
    fn no_nonce_makes_it_panic(nonce in ".{0,60}", nc in proptest::num::u32::ANY) {
        let mut server = Server::new();
        let challenge = Challenge { nonce, ..server.challenge(Algorithm::Sha256) };
        if let Ok(authorization) = Authorization::parse(&answer(&challenge, nc)) {
            let ha1 = server.ha1.clone();
            let verdict = server.nonces.verify(
                server.now, home(), &authorization, &Method::Register, Some(&ha1),
            );
            proptest::prop_assert_ne!(verdict, Verdict::Accepted);
        }
    }
}
