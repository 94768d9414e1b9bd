//! What a trunk's settings make of its messages, and what a carrier's answers make of a call: read
//! off the wire.

use std::net::SocketAddr;
use std::time::Duration;

use domain::{CallerIdentity, Cause, Outcome, Secret, Trunk, TrunkTransport};
use engine::CallProgress;
use telephony::{Causes, Report, TelephonyConfig, TrunkRegistration};

use crate::floor::{ANSWERS, Floor, TRUNK, config, phone, trunk};
use crate::text_carrier::{TextCarrier, field, reply};

pub(crate) fn at(address: SocketAddr) -> Trunk {
    let host = address.ip().to_string();
    trunk(&host, address.port(), TrunkTransport::Udp)
}

/// A carrier that refuses every call so.
fn refuses(status: &'static str, fields: &'static [&'static str]) -> TextCarrier {
    TextCarrier::start(move |request| match request.starts_with("INVITE ") {
        true => vec![reply(request, status, fields, "")],
        false => Vec::new(),
    })
}

pub(crate) async fn end_of_a_call(floor: &mut Floor) -> (Outcome, Cause) {
    let call = floor.calls(ANSWERS);
    let failed = |progress: &CallProgress| matches!(progress, CallProgress::Failed { .. });
    match floor.call(call, failed).await {
        CallProgress::Failed { outcome, cause } => (outcome, cause),
        other => unreachable!("asked for a failure, got {other:?}"),
    }
}

#[tokio::test]
async fn an_invite_is_written_as_the_trunk_wants_it() {
    let carrier = refuses("486 Busy Here", &[]);
    let mut floor = Floor::open().await;
    floor.telephony.set_trunk(Trunk {
        called: vec!["+57/12 strip 2 put 9#03".parse().expect("a rule")],
        calling: vec!["+57 strip 2".parse().expect("a rule")],
        identity: CallerIdentity {
            remote_party: true,
            diversion: Some(phone("+576017770000")),
            ..CallerIdentity::default()
        },
        headers: [
            "add X-Account: 4711 {called}",
            "set User-Agent: gateway",
            "remove Remote-Party-ID",
        ]
        .map(|rule| rule.parse().expect("a rule"))
        .to_vec(),
        ..at(carrier.address)
    });
    end_of_a_call(&mut floor).await;
    let invite = carrier.receives("INVITE", 1).await;
    let uri = format!(
        "INVITE sip:9%23033000000001@127.0.0.1:{} SIP/2.0",
        carrier.address.port()
    );
    assert_eq!(invite.lines().next(), Some(uri.as_str()), "{invite}");
    let says = |name| field(&invite, name);
    let from = says("From").expect("there is a From");
    assert!(
        from.starts_with("<sip:6013000000@cadencia.test>;tag="),
        "{from}"
    );
    assert_eq!(
        says("P-Asserted-Identity"),
        Some("<sip:6013000000@cadencia.test>")
    );
    assert_eq!(
        says("Diversion"),
        Some("<sip:6017770000@cadencia.test>;reason=unconditional")
    );
    assert_eq!(says("X-Account"), Some("4711 9#033000000001"));
    assert_eq!(says("User-Agent"), Some("gateway"));
    assert_eq!(says("Remote-Party-ID"), None);
    assert_eq!(invite.matches("User-Agent:").count(), 1);
}

#[tokio::test]
async fn a_private_caller_is_anonymous_to_the_called_and_known_to_the_carrier() {
    let carrier = refuses("486 Busy Here", &[]);
    let mut floor = Floor::open().await;
    let mut private = at(carrier.address);
    private.identity.private = true;
    floor.telephony.set_trunk(private);
    end_of_a_call(&mut floor).await;
    let invite = carrier.receives("INVITE", 1).await;
    let from = field(&invite, "From").expect("there is a From");
    assert!(
        from.starts_with("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag="),
        "{from}"
    );
    assert_eq!(field(&invite, "Privacy"), Some("id"));
    let contact = field(&invite, "Contact").expect("there is a Contact");
    assert!(!contact.contains("3000000"), "{contact}");
}

#[tokio::test]
async fn the_networks_words_and_its_wish_to_be_left_alone_are_kept() {
    let fields = &[
        "Reason: Q.850;cause=34;text=\"no circuit\"",
        "Retry-After: 17 (later)",
    ];
    let carrier = refuses("503 Service Unavailable", fields);
    let mut floor = Floor::open().await;
    floor.telephony.set_trunk(at(carrier.address));
    let (outcome, cause) = end_of_a_call(&mut floor).await;
    assert_eq!(outcome, Outcome::Congestion);
    assert_eq!(
        cause,
        Cause {
            sip_status: Some(503),
            q850: Some(34),
            text: Some("no circuit".into()),
            retry_after: Some(Duration::from_secs(17)),
        }
    );
    let busy = refuses("486 Ocupado", &["Retry-After: 60"]);
    floor.telephony.set_trunk(at(busy.address));
    let (outcome, cause) = end_of_a_call(&mut floor).await;
    assert_eq!((outcome, cause.retry_after), (Outcome::Busy, None));
    assert_eq!(cause.text.as_deref(), Some("Ocupado"));
}

#[tokio::test]
async fn a_site_says_what_its_carriers_words_mean() {
    let carrier = refuses("603 Decline", &[]);
    let setup = TelephonyConfig {
        causes: Causes::with_site("sip 603 unreachable").expect("a line"),
        ..config()
    };
    let mut floor = Floor::open_with(setup).await;
    floor.telephony.set_trunk(at(carrier.address));
    let (outcome, _) = end_of_a_call(&mut floor).await;
    assert_eq!(outcome, Outcome::Unreachable);
}

/// A registrar that wants a digest first, then more time than was asked for, then agrees.
fn registrar(least: u32, granted: u32) -> TextCarrier {
    TextCarrier::start(move |request| {
        if request.starts_with("INVITE ") {
            return vec![reply(request, "486 Busy Here", &[], "")];
        }
        let challenge = "WWW-Authenticate: Digest realm=\"carrier\",nonce=\"n1\",algorithm=MD5";
        let asked: u32 = field(request, "Expires").map_or(0, |text| text.parse().unwrap_or(0));
        vec![match field(request, "Authorization") {
            None => reply(request, "401 Unauthorized", &[challenge], ""),
            Some(_) if asked > 0 && asked < least => {
                let least = format!("Min-Expires: {least}");
                reply(request, "423 Interval Too Brief", &[least.as_str()], "")
            }
            Some(_) if asked == 0 => reply(request, "200 OK", &[], ""),
            Some(_) => {
                let granted = format!("Expires: {granted}");
                reply(request, "200 OK", &[granted.as_str()], "")
            }
        }]
    })
}

fn registering(address: SocketAddr) -> Trunk {
    Trunk {
        credentials: Some(("4711".into(), Secret::new("word"))),
        register: Some(Duration::from_secs(60)),
        ..at(address)
    }
}

async fn registration(floor: &mut Floor) -> TrunkRegistration {
    let about = |report: &Report| matches!(report, Report::TrunkRegistration { .. });
    match floor.report(about).await {
        Report::TrunkRegistration { trunk, state } => {
            assert_eq!(trunk, TRUNK);
            state
        }
        other => unreachable!("asked for a registration, got {other:?}"),
    }
}

#[tokio::test]
async fn a_trunk_registers_refreshes_calls_and_leaves() {
    let carrier = registrar(1_800, 2);
    let mut floor = Floor::open().await;
    floor.telephony.set_trunk(registering(carrier.address));
    let up = TrunkRegistration::Up(Duration::from_secs(2));
    assert_eq!(registration(&mut floor).await, up);
    let asked: Vec<_> = carrier
        .requests("REGISTER")
        .iter()
        .filter_map(|request| field(request, "Expires").map(str::to_owned))
        .collect();
    assert_eq!(asked[..2], ["60", "60"], "a challenge, then too brief");
    assert!(asked.contains(&"1800".to_owned()), "{asked:?}");
    let register = carrier.receives("REGISTER", 1).await;
    assert!(
        register.starts_with("REGISTER sip:127.0.0.1 SIP/2.0"),
        "{register}"
    );
    let contact = field(&register, "Contact").expect("there is a Contact");
    let ours = floor.telephony.local();
    assert_eq!(contact, format!("<sip:4711@{ours}>"));
    assert_eq!(registration(&mut floor).await, up, "refreshed in time");
    end_of_a_call(&mut floor).await;
    assert_eq!(
        carrier.requests("INVITE").len(),
        1,
        "it leaves to the registrar"
    );
    floor.telephony.remove_trunk(TRUNK);
    assert_eq!(registration(&mut floor).await, TrunkRegistration::Down);
    let last = carrier.requests("REGISTER").pop().expect("there were some");
    assert_eq!(field(&last, "Expires"), Some("0"));
}

#[tokio::test]
async fn a_registration_that_is_refused_is_told_with_its_status() {
    let carrier = TextCarrier::start(|request| vec![reply(request, "403 Forbidden", &[], "")]);
    let mut floor = Floor::open().await;
    floor.telephony.set_trunk(registering(carrier.address));
    assert_eq!(
        registration(&mut floor).await,
        TrunkRegistration::Failed(403)
    );
}

#[tokio::test]
async fn a_trunk_that_changes_in_other_ways_stays_registered() {
    let carrier = registrar(0, 600);
    let mut floor = Floor::open().await;
    floor.telephony.set_trunk(registering(carrier.address));
    let up = TrunkRegistration::Up(Duration::from_secs(600));
    assert_eq!(registration(&mut floor).await, up);
    let asked = carrier.requests("REGISTER").len();
    floor.telephony.set_trunk(Trunk {
        channels_max: 7,
        ..registering(carrier.address)
    });
    end_of_a_call(&mut floor).await;
    assert_eq!(carrier.requests("REGISTER").len(), asked);
    floor.telephony.set_trunk(Trunk {
        register: Some(Duration::from_secs(120)),
        ..registering(carrier.address)
    });
    assert_eq!(registration(&mut floor).await, TrunkRegistration::Down);
    assert_eq!(
        registration(&mut floor).await,
        up,
        "anew, once the old one is gone"
    );
}
