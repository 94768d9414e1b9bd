//! Trunks that are found by name, with a name server of our own on loopback.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use domain::{Trunk, TrunkId, TrunkTransport};
use engine::CallProgress;
use hickory_resolver::proto::op::{Message, OpCode};
use hickory_resolver::proto::rr::rdata::{A, NAPTR, SRV};
use hickory_resolver::proto::rr::{Name, RData, Record, RecordType};
use telephony::TelephonyConfig;

use crate::authority::Authority;
use crate::far_end::Carrier;
use crate::floor::{
    ANSWERS, CUSTOMER, Floor, PATIENCE, UNAVAILABLE, carrier, config, picks_up, trunk, until,
};
use crate::peer::{Peer, Setup};

const TTL: u32 = 1;

type Records = HashMap<(String, RecordType), Vec<RData>>;

/// A name server that knows what it was told.
struct Zone {
    address: SocketAddr,
    records: Arc<Mutex<Records>>,
}

impl Zone {
    fn start() -> Zone {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("loopback has free ports");
        let address = socket.local_addr().expect("bound");
        let records = Arc::<Mutex<Records>>::default();
        let known = Arc::clone(&records);
        // Ends with the test's process.
        std::thread::spawn(move || {
            let mut buffer = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut buffer) {
                let Ok(asked) = Message::from_vec(&buffer[..length]) else {
                    continue;
                };
                let mut answer = Message::response(asked.metadata.id, OpCode::Query);
                for question in &asked.queries {
                    let name = question.name().to_string().trim_end_matches('.').to_owned();
                    let known = known.lock().expect("no test panics inside");
                    let found = known.get(&(name, question.query_type()));
                    for data in found.into_iter().flatten() {
                        let owner = question.name().clone();
                        answer.add_answer(Record::from_rdata(owner, TTL, data.clone()));
                    }
                    answer.add_query(question.clone());
                }
                let bytes = answer.to_vec().expect("small");
                let _ = socket.send_to(&bytes, from);
            }
        });
        Zone { address, records }
    }

    fn says(&self, name: &str, kind: RecordType, data: Vec<RData>) {
        let mut records = self.records.lock().expect("no test panics inside");
        records.insert((name.to_owned(), kind), data);
    }

    fn says_address(&self, name: &str) {
        let data = RData::A(A(Ipv4Addr::LOCALHOST));
        self.says(name, RecordType::A, vec![data]);
    }

    /// Servers of a service by priority, each on loopback at a port.
    fn says_servers(&self, service: &str, servers: &[(u16, &str, u16)]) {
        let data = servers.iter().map(|(priority, host, port)| {
            let host = Name::from_ascii(format!("{host}.")).expect("a name");
            RData::SRV(SRV::new(*priority, 1, *port, host))
        });
        self.says(service, RecordType::SRV, data.collect());
        for (_, host, _) in servers {
            self.says_address(host);
        }
    }

    fn node(&self) -> TelephonyConfig {
        TelephonyConfig {
            name_servers: vec![self.address],
            ..config()
        }
    }
}

/// Calls until a call is more than refused for want of an address.
async fn calls_once_found(floor: &mut Floor, number: &str) {
    let started = Instant::now();
    loop {
        let call = floor.calls(number);
        match floor.next(call).await {
            CallProgress::Placed => return,
            other => assert!(started.elapsed() < PATIENCE, "{other:?}"),
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn calls_go_to_the_best_server_and_past_one_that_fails() {
    let first = carrier();
    let second = Peer::start(Setup {
        behave: picks_up,
        voice: CUSTOMER,
        register: None,
    });
    let zone = Zone::start();
    let servers = [
        (20, "b.carrier.test", second.address.port()),
        (10, "a.carrier.test", first.address.port()),
    ];
    zone.says_servers("_sip._udp.carrier.test", &servers);
    let mut floor = Floor::open_with(zone.node()).await;
    let trunk = trunk("carrier.test", 0, TrunkTransport::Udp);
    floor.telephony.set_trunk(trunk);
    calls_once_found(&mut floor, ANSWERS).await;
    until("the best one is called", || first.invites() == 1).await;
    let call = floor.calls(UNAVAILABLE);
    floor.answered(call).await;
    let invites = (first.invites(), second.invites());
    assert_eq!(invites, (2, 1), "the same call went on to the next");
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    assert_eq!((first.invites(), second.invites()), (2, 2));
}

#[tokio::test]
async fn a_host_may_keep_the_servers_of_a_transport_elsewhere() {
    let (usual, named) = (carrier(), carrier());
    let zone = Zone::start();
    let rule = |order, service: &str, name: &str| {
        let name = Name::from_ascii(format!("{name}.")).expect("a name");
        let (flags, services) = (Box::from(*b"s"), Box::from(service.as_bytes()));
        RData::NAPTR(NAPTR::new(order, 1, flags, services, Box::from(*b""), name))
    };
    let rules = vec![
        rule(30, "SIP+D2U", "_sip._udp.worse.test"),
        rule(10, "SIP+D2T", "_sip._tcp.wrong.test"),
        rule(20, "sip+d2u", "_sip._udp.hosting.test"),
    ];
    zone.says("carrier.test", RecordType::NAPTR, rules);
    let server = |carrier: &Peer| [(1, "a.hosting.test", carrier.address.port())];
    zone.says_servers("_sip._udp.carrier.test", &server(&usual));
    zone.says_servers("_sip._udp.hosting.test", &server(&named));
    let mut floor = Floor::open_with(zone.node()).await;
    let trunk = trunk("carrier.test", 0, TrunkTransport::Udp);
    floor.telephony.set_trunk(trunk);
    calls_once_found(&mut floor, ANSWERS).await;
    until("the named one is called", || named.invites() == 1).await;
    assert_eq!(usual.invites(), 0);
}

#[tokio::test]
async fn a_carrier_that_moves_is_followed() {
    let (old, new) = (carrier(), carrier());
    let zone = Zone::start();
    let service = "_sip._udp.carrier.test";
    zone.says_servers(service, &[(1, "a.carrier.test", old.address.port())]);
    let mut floor = Floor::open_with(zone.node()).await;
    let trunk = trunk("carrier.test", 0, TrunkTransport::Udp);
    floor.telephony.set_trunk(trunk);
    calls_once_found(&mut floor, ANSWERS).await;
    until("the old one is called", || old.invites() == 1).await;
    zone.says_servers(service, &[(1, "a.carrier.test", new.address.port())]);
    let started = Instant::now();
    while new.invites() == 0 {
        assert!(started.elapsed() < PATIENCE, "never followed");
        let call = floor.calls(ANSWERS);
        floor.answered(call).await;
    }
}

#[tokio::test]
async fn a_host_without_servers_is_called_at_its_own_address() {
    let carrier = carrier();
    let zone = Zone::start();
    zone.says_address("sip.carrier.test");
    let mut floor = Floor::open_with(zone.node()).await;
    let port = carrier.address.port();
    let trunk = trunk("sip.carrier.test", port, TrunkTransport::Udp);
    floor.telephony.set_trunk(trunk);
    calls_once_found(&mut floor, ANSWERS).await;
    until("it is called", || carrier.invites() == 1).await;
}

#[tokio::test]
async fn what_options_find_dead_gets_no_call() {
    let authority = Authority::new();
    // Found by another name, it still must bear the trunk's.
    let signed = authority.signs("carrier.test");
    let mut alive = Carrier::start("127.0.0.1", signed.server()).await;
    let dead = UdpSocket::bind("127.0.0.1:0").expect("loopback has free ports");
    let nobody = dead.local_addr().expect("bound").port();
    let zone = Zone::start();
    let servers = [
        (10, "a.elsewhere.test", nobody),
        (20, "b.elsewhere.test", alive.address.port()),
    ];
    zone.says_servers("_sips._tcp.carrier.test", &servers);
    let setup = TelephonyConfig {
        probe_every: Some(Duration::from_secs(1)),
        tls: authority.believed(),
        ..zone.node()
    };
    let mut floor = Floor::open_with(setup).await;
    let trunk = trunk("carrier.test", 0, TrunkTransport::Tls);
    floor.telephony.set_trunk(trunk);
    let mut far_end = alive.next().await;
    far_end
        .hears("OPTIONS sip:carrier.test;transport=tls ")
        .await;
    until("the dead one is known", || {
        floor.telephony.counters().sip_in > 0
    })
    .await;
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
}

#[tokio::test]
async fn a_name_server_that_is_gone_delays_no_call() {
    let carrier = carrier();
    // Bound, so that it swallows what is asked, and never answers.
    let silent = UdpSocket::bind("127.0.0.1:0").expect("loopback has free ports");
    let setup = TelephonyConfig {
        name_servers: vec![silent.local_addr().expect("bound")],
        ..config()
    };
    let mut floor = Floor::open_with(setup).await;
    for number in 2..50 {
        floor.telephony.set_trunk(Trunk {
            id: TrunkId::new(number),
            ..trunk("gone.test", 0, TrunkTransport::Udp)
        });
    }
    floor.trunk_to(carrier.address);
    let started = Instant::now();
    let call = floor.calls(ANSWERS);
    floor.answered(call).await;
    // The name server's time is 2 s, twice.
    assert!(started.elapsed() < Duration::from_secs(2));
}
