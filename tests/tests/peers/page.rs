//! An advisor's phone that is a page: JsSIP in a real browser, over a WebSocket.

use std::net::UdpSocket;
use std::time::Duration;

use serde_json::{Value, json};
use tests::Floor;
use tests::floor::{PATIENCE, until};
use tests::ports::free_port;

use crate::browser::Site;
use crate::desk::Seat;

#[test]
fn a_page_with_jssip_registers_carries_a_line_and_is_missed_when_it_goes() {
    let floor = Floor::new();
    let (site, sip) = (Site::open(), free_port());
    // Challenges stay as they are: JsSIP reads the last alone, which is MD5, and knows no other.
    floor.sip_setting(&format!(
        "[sip.websocket]\nbind = \"{sip}\"\ntls = false\norigins = [\"{}\"]",
        site.origin()
    ));
    floor.run(&["trunk", "set", "hilo", "--host", "127.0.0.1", "--port", "9"]);
    floor.run(&[
        "campaign",
        "create",
        "pagina",
        "--mode",
        "progressive",
        "--trunk",
        "hilo",
        "--caller-id",
        "+576015550100",
        "--law",
        "laboratorio",
    ]);
    let hired = floor.hire("asesora", "pagina");
    let engine = floor.serve();
    let ear = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
    ear.set_read_timeout(Some(Duration::from_secs(10)))
        .expect("a timeout above zero");
    let page = site.browse(&json!({
        "socket": format!("ws://{sip}"),
        "uri": "sip:asesora@cadencia.local",
        "password": hired.sip_password,
        "audio": ear.local_addr().expect("it is bound").port(),
    }));

    page.order("start");
    page.says("connected");
    page.says("registered");
    let desk = Seat::take(engine.http(), &hired.user, &hired.password);
    let is = |what: &str, value: Value| {
        until(&format!("{what} is {value}"), PATIENCE, || {
            desk.get("agent")[what] == value
        });
    };
    is("registered", json!(true));

    // A browser wants its audio encrypted, and says 488 to what the engine offers: nobody is told
    // that the line is up.
    page.order("take it as it is");
    desk.post("agent/login", json!({})).expect("a seat is free");
    page.says("called by cadencia");
    page.says("failed: WebRTC Error");
    is("status", json!("offline"));

    // With a session of its own making it carries the line, and packets arrive where it said.
    page.order("take it as yours");
    desk.post("agent/login", json!({})).expect("a seat is free");
    page.says("called by cadencia");
    page.says("confirmed");
    is("status", json!("break"));
    let mut packet = [0; 512];
    let (length, _) = ear.recv_from(&mut packet).expect("the line can be heard");
    assert_eq!((length, packet[0], packet[1] & 0x7F), (172, 0x80, 8));

    page.order("hang up");
    page.says("ended by local");
    until("the line is down", PATIENCE, || {
        desk.get("agent")["status"] != "break"
    });

    page.order("call elsewhere");
    page.says("elsewhere refused: 404");

    page.order("unregister");
    page.says("unregistered");
    is("registered", json!(false));
    page.order("register");
    page.says("registered");
    is("registered", json!(true));

    page.order("lose the socket");
    page.says("disconnected");
    page.says("registered");
    is("registered", json!(true));
    // A page that is closed can be rung no more: that is known at once.
    drop(page);
    is("registered", json!(false));
    engine.stop();
}
