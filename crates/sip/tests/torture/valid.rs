//! RFC 4475 section 3.1.1: valid though odd. Each is read, and read right.

use super::{request, response};
use sip::message::Method;
use sip::uri::unescape;

#[test]
fn wsinv() {
    let request = request("wsinv");
    let headers = &request.headers;
    let from = headers.from().expect("From");
    assert_eq!(from.display.as_deref(), Some("J Rosenberg \\\""));
    assert_eq!(from.tag(), Some("98asjd8"));
    assert_eq!(headers.to().expect("To").tag(), Some("1918181833n"));
    assert_eq!(headers.max_forwards(), Ok(Some(68)));
    let cseq = headers.cseq().expect("CSeq");
    assert_eq!((cseq.number, cseq.method), (9, Method::Invite));
    let vias = headers.vias().expect("Via");
    let transports: Vec<_> = vias.iter().map(|via| via.transport.as_ref()).collect();
    assert_eq!(transports, ["UDP", "TCP", "UDP"]);
    assert_eq!(vias[0].branch(), Some("390skdjuw"));
    assert_eq!(vias[0].rfc3261_branch(), None);
    assert_eq!(vias[2].branch(), Some("z9hG4bK30239"));
    assert_eq!(
        headers.get("NewFangledHeader"),
        Some("newfangled value continued newfangled value")
    );
    assert_eq!(
        headers.get("UnknownHeaderWithUnusualValue"),
        Some(";;,,;;,;")
    );
    assert_eq!(headers.get("Subject"), Some(""));
    let contacts = headers.contacts().expect("Contact");
    assert_eq!(contacts[0].display.as_deref(), Some("Quoted string \"\""));
    assert_eq!(contacts[0].params.get("newparam"), Some("newvalue"));
    assert_eq!(contacts[0].params.get("q"), Some("0.33"));
    let route = &headers.routes().expect("Route")[0];
    assert!(route.uri.is_loose_router());
    assert!(request.uri.params.has("unknownparam"));
    assert_eq!(request.body.len(), 150);
}

#[test]
fn intmeth() {
    let request = request("intmeth");
    assert_eq!(
        request.method,
        Method::Other("!interesting-Method0123456789_*+`.%indeed'~".to_owned())
    );
    assert_eq!(
        request.uri.user.as_deref(),
        Some("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*")
    );
    assert_eq!(
        request.uri.password.as_deref(),
        Some("&it+has=1,weird!*pas$wo~d_too.(doesn't-it)")
    );
    let to = request.headers.to().expect("To");
    assert_eq!(to.display.as_deref(), Some("BEL:\x07 NUL:\0 DEL:\x7f"));
    let from = request.headers.from().expect("From");
    assert_eq!(
        from.display.as_deref(),
        Some("token1~` token2'+_ token3*%!.-")
    );
    assert_eq!(
        from.params.get_unquoted("fromParam''~+*_!.-%").as_deref(),
        Some("работающий")
    );
    assert_eq!(from.tag(), Some("_token~1'+`*%!-."));
    assert_eq!(
        request.headers.get("extensionHeader-!.%*+_`'~"),
        Some("\u{feff}大停電")
    );
    assert_eq!(request.headers.max_forwards(), Ok(Some(255)));
}

#[test]
fn esc01() {
    let request = request("esc01");
    assert_eq!(
        request.uri.user_decoded().as_deref(),
        Some("sips:user@example.com")
    );
    assert_eq!(request.uri.host.to_string(), "example.net");
    let from = request.headers.from().expect("From");
    assert_eq!(from.uri.user_decoded().as_deref(), Some("I have spaces"));
    let contact = &request.headers.contacts().expect("Contact")[0].uri;
    assert!(contact.is_loose_router(), "%6C%72 is lr");
    let (name, value) = contact.params.iter().nth(1).expect("two parameters");
    assert_eq!(unescape(name), "name");
    assert_eq!(value.map(unescape).as_deref(), Some("value%41"));
}

#[test]
fn escnull() {
    let request = request("escnull");
    let contacts = request.headers.contacts().expect("Contact");
    let users: Vec<_> = contacts.iter().map(|c| c.uri.user_decoded()).collect();
    assert_eq!(users, [Some("\0".to_owned()), Some("\0\0".to_owned())]);
    assert_ne!(contacts[0].uri, contacts[1].uri);
    assert!(
        request
            .headers
            .from()
            .expect("From")
            .to_string()
            .contains("%00")
    );
}

#[test]
fn esc02() {
    let request = request("esc02");
    assert_eq!(request.method, Method::Other("RE%47IST%45R".to_owned()));
    let to = request.headers.to().expect("To");
    assert_eq!(to.display.as_deref(), Some("%Z%45"));
    assert_eq!(request.headers.contacts().expect("Contact").len(), 2);
    assert!(request.headers.contains("C%6Fntact"));
    let via = request.headers.via_top().expect("Via");
    assert_eq!(via.branch(), Some("z9hG4bK209%fzsnel234"));
}

#[test]
fn lwsdisp() {
    let from = request("lwsdisp").headers.from().expect("From");
    assert_eq!(from.display.as_deref(), Some("caller"));
    assert_eq!(from.uri.to_string(), "sip:caller@example.com");
}

#[test]
fn longreq() {
    let headers = request("longreq").headers;
    assert_eq!(headers.vias().expect("Via").len(), 34);
    let to = headers.to().expect("To");
    assert_eq!(to.uri.port, Some(6000));
    assert!(to.display.expect("a display name").len() > 100);
    assert!(headers.call_id().expect("Call-ID").len() > 100);
    assert!(headers.from().expect("From").tag().expect("a tag").len() > 100);
}

#[test]
fn dblreq() {
    let request = request("dblreq");
    assert_eq!(request.method, Method::Register);
    assert!(request.body.is_empty(), "what follows is not a body");
}

#[test]
fn semiuri() {
    let uri = request("semiuri").uri;
    assert_eq!(
        uri.user_decoded().as_deref(),
        Some("user;par=u@example.net")
    );
    assert!(uri.params.is_empty());
}

#[test]
fn transports() {
    let vias = request("transports").headers.vias().expect("Via");
    let names: Vec<_> = vias.iter().map(|via| via.transport.as_ref()).collect();
    assert_eq!(names, ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"]);
}

#[test]
fn mpart01() {
    let request = request("mpart01");
    assert_eq!(request.body.len(), 553);
    assert!(request.body.contains(&0), "binary, zeros included");
    assert_eq!(
        request.headers.content_type().as_deref(),
        Some("multipart/mixed")
    );
}

#[test]
fn unreason() {
    let response = response("unreason");
    assert_eq!(response.status.code(), 200);
    assert_eq!(
        response.reason,
        "= 2**3 * 5**2 но сто девяносто девять - простое"
    );
}

#[test]
fn noreason() {
    let response = response("noreason");
    assert_eq!(
        (response.status.code(), response.reason.as_str()),
        (100, "")
    );
}
