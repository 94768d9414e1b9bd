//! A carrier inside TLS that takes no audio in clear: baresip, which others wrote. Customer and advisor hear
//! each other, through the whole program; and a trunk that offers no keys is refused.

use serde_json::json;
use tests::Floor;
use tests::floor::{PATIENCE, until};

use crate::desk::Seat;
use crate::peer::{Baresip, Phone};
use crate::record::attempts;
use crate::tone::spells;
use crate::{Cast, Phones, set_up};

const ADVISOR: f64 = 1_400.0;
const CUSTOMER: f64 = 900.0;
/// The one person of the base, and the number that the carrier knows.
const PERSON: usize = 77;
const NUMBER: &str = "+573005550077";

#[test]
fn a_customer_behind_a_carrier_with_protected_audio_and_an_advisor_hear_each_other() {
    let own = rcgen::generate_simple_self_signed(vec!["127.0.0.1".into()]).expect("a name");
    let pem = own.cert.pem() + &own.signing_key.serialize_pem();
    let (carrier, at) = Baresip::carrier(NUMBER, &pem, CUSTOMER);
    let floor = Floor::new();
    floor.file("carriers.pem", own.cert.pem());
    floor.sip_setting("digests = [\"MD5\"]\n[sip.tls]\nauthorities = \"carriers.pem\"");
    let cast = Cast {
        people: vec![PERSON],
        advisors: 1,
        phones: Phones::Baresip,
        proxy: false,
    };
    let trunk = format!("--port {} --transport tls --srtp required", at.port());
    let seat = set_up(&floor, &cast, &trunk).remove(0).seat;
    let shown = floor.run(&["trunk", "list"]);
    assert_eq!(shown[0]["srtp"], "required");
    let refused = floor.refused(&["trunk", "set", "operador", "--transport", "udp"]);
    assert!(refused.contains("inside TLS"), "{refused}");

    let engine = floor.serve();
    let phone = Baresip::start(&seat.user, &seat.sip_password, engine.sip(), ADVISOR);
    let desk = Seat::take(engine.http(), &seat.user, &seat.password);
    let status = |wanted: &str| desk.get("agent")["status"] == wanted;
    until("their phone registers", PATIENCE, || {
        desk.get("agent")["registered"] == true
    });
    desk.post("agent/login", json!({})).expect("a seat is free");
    until("the shift began", PATIENCE, || status("break"));
    desk.post("agent/ready", json!({})).expect("the line is up");
    until("they talk", PATIENCE, || status("talking"));
    std::thread::sleep(std::time::Duration::from_secs(2));
    desk.post("agent/hangup", json!({})).expect("they talk");
    until("the call is over", PATIENCE, || status("wrap_up"));
    assert_eq!(attempts(&floor)[0]["outcome"], "connected");
    engine.stop();

    // Each heard the other's tone for most of two seconds, as loud as it was said.
    for (ear, tone) in [(carrier.heard(), ADVISOR), (phone.heard(), CUSTOMER)] {
        let spells = spells(&[tone], &ear);
        let longest = spells.iter().max_by(|a, b| a.seconds.total_cmp(&b.seconds));
        let longest = longest.unwrap_or_else(|| panic!("{tone} Hz was not heard"));
        assert!(longest.seconds > 1.2, "{longest:?}");
        assert!((0.9..1.1).contains(&longest.loudness), "{longest:?}");
    }
}
