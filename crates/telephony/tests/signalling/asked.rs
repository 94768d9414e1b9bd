//! A trunk asked by hand whether it is there: over TLS with a certificate that is believed or not,
//! behind names, and when too many ask.

use std::time::Duration;

use domain::{TrunkId, TrunkTransport};
use telephony::{NoAnswer, NoTest, TelephonyConfig};
use tokio::net::UdpSocket;

use crate::authority::Authority;
use crate::far_end::Carrier;
use crate::floor::{Floor, TRUNK, carrier, config, trunk};

/// Longer than any answer takes on loopback.
const LIMIT: Duration = Duration::from_secs(5);

/// The status that the one address of a trunk over TLS says, or why it says nothing.
async fn asks_over_tls(node: &Authority, theirs: &Authority, host: &str) -> Result<u16, NoAnswer> {
    let signed = theirs.signs(host);
    let carrier = Carrier::start("127.0.0.1", signed.server()).await;
    let floor = Floor::open_with(TelephonyConfig {
        tls: node.believed(),
        ..config()
    })
    .await;
    floor.trunk_at(carrier.address, TrunkTransport::Tls);
    let test = floor.telephony.test_trunk(TRUNK, LIMIT).await;
    let addresses = test.expect("it is asked").addresses;
    assert_eq!(addresses.len(), 1);
    assert_eq!(addresses[0].address, carrier.address);
    addresses[0].said.clone().map(|answer| answer.status.code())
}

#[tokio::test]
async fn a_carrier_inside_tls_is_asked_if_its_certificate_is_believed() {
    let (ours, strange) = (Authority::new(), Authority::new());
    assert_eq!(asks_over_tls(&ours, &ours, "127.0.0.1").await, Ok(200));
    for (authority, host) in [(&strange, "127.0.0.1"), (&ours, "sip.example")] {
        let said = asks_over_tls(&ours, authority, host).await;
        assert_eq!(said, Err(NoAnswer::Unreachable), "{host}");
    }
}

#[tokio::test]
async fn who_is_silent_is_given_up_in_time_and_calls_nobody() {
    let silent = UdpSocket::bind("127.0.0.1:0").await.expect("loopback");
    let floor = Floor::open().await;
    floor.trunk_to(silent.local_addr().expect("bound"));
    let limit = Duration::from_millis(300);
    let test = floor.telephony.test_trunk(TRUNK, limit).await;
    let test = test.expect("it is asked");
    assert_eq!(test.addresses[0].said, Err(NoAnswer::Silence));
    assert!(test.addresses[0].took >= limit, "{test:?}");
    assert_eq!(floor.telephony.counters().invites_sent, 0);
}

#[tokio::test]
async fn a_trunk_that_is_not_set_and_one_question_too_many_are_refused() {
    let silent = UdpSocket::bind("127.0.0.1:0").await.expect("loopback");
    let floor = Floor::open().await;
    let nobody = floor.telephony.test_trunk(TrunkId::new(99), LIMIT).await;
    assert_eq!(nobody, Err(NoTest::Unknown));
    floor.trunk_to(silent.local_addr().expect("bound"));
    let ask = || {
        let telephony = floor.telephony.clone();
        tokio::spawn(async move { telephony.test_trunk(TRUNK, Duration::from_secs(1)).await })
    };
    let asked: Vec<_> = (0..17).map(|_| ask()).collect();
    let mut refused = 0;
    for test in asked {
        match test.await.expect("no panic") {
            Ok(test) => assert_eq!(test.addresses.len(), 1),
            Err(why) => {
                assert_eq!(why, NoTest::TooMany);
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 1);
    // Their turn is over: another may ask.
    let carrier = carrier();
    floor.trunk_to(carrier.address);
    let test = floor.telephony.test_trunk(TRUNK, LIMIT).await;
    let test = test.expect("it is asked");
    let code = test.addresses[0].said.clone();
    assert_eq!(code.map(|answer| answer.status.code()), Ok(200));
}

#[tokio::test]
async fn a_trunk_known_by_name_is_asked_as_soon_as_its_address_is_found() {
    let carrier = carrier();
    let floor = Floor::open().await;
    let port = carrier.address.port();
    // Every resolver knows this name.
    let named = trunk("localhost", port, TrunkTransport::Udp);
    floor.telephony.set_trunk(named);
    let test = floor.telephony.test_trunk(TRUNK, LIMIT).await;
    let addresses = test.expect("it is asked").addresses;
    let of_carrier = addresses
        .iter()
        .find(|tested| tested.address == carrier.address);
    let said = of_carrier.expect("127.0.0.1 is localhost").said.clone();
    assert_eq!(said.map(|answer| answer.status.code()), Ok(200));
}
