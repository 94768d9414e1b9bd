//! What a scripted peer of Alice says: answers to her requests, and requests of its own inside the
//! call that she made to it.

use crate::world::{ALICE, World, address, call_to, uri};
use sip::endpoint::CallHandle;
use sip::message::{Message, Method, Request, Response, Status};

pub(crate) const SCRIPT: u8 = 9;

pub(crate) fn respond(world: &mut World, request: &Request, code: u16, lines: &[(&str, &str)]) {
    let mut response = Response::to_request(request, Status::new(code).expect("a status"));
    let mut to = request.headers.to().expect("a To");
    to.set_tag("script");
    response.headers.set("To", to.to_string());
    response.headers.push("Contact", "<sip:script@10.0.0.9>");
    for (name, value) in lines {
        response.headers.push(name, *value);
    }
    let bytes = Message::Response(response).to_bytes();
    world.inject(address(SCRIPT), ALICE, bytes);
    world.pass(world.latency * 3);
}

pub(crate) fn challenged_call(world: &mut World) -> CallHandle {
    let mut call = call_to(address(SCRIPT));
    call.credentials = Some(("alice".to_owned(), "secret".to_owned()));
    let call = world.act(ALICE, |alice, now| alice.invite(now, call));
    world.pass(world.latency);
    call
}

pub(crate) fn latest(world: &World, method: &str) -> Request {
    world.mailed(method).pop().expect("a request came")
}

/// A request of Bob's script within the call that Alice made to it.
pub(crate) fn inside(world: &World, method: Method, cseq: u32, body: &str) -> Request {
    let ack = latest(world, "ACK");
    let mut request = Request::new(method, uri("sip:alice@10.0.0.1:5060"));
    let via = format!("SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKscript{cseq};rport");
    let headers = &mut request.headers;
    headers.push("Via", via);
    headers.push("From", ack.headers.get("To").unwrap_or_default());
    headers.push("To", ack.headers.get("From").unwrap_or_default());
    headers.push("Call-ID", ack.headers.get("Call-ID").unwrap_or_default());
    headers.push("CSeq", format!("{cseq} {}", request.method));
    headers.push("Contact", "<sip:moved@10.0.0.9>");
    if !body.is_empty() {
        request.set_body("application/sdp", body);
    }
    request
}

pub(crate) fn ask(world: &mut World, request: &Request) {
    let bytes = Message::Request(request.clone()).to_bytes();
    world.inject(address(SCRIPT), ALICE, bytes);
    world.pass(world.latency * 3);
}

pub(crate) fn up(world: &mut World) -> CallHandle {
    let call = challenged_call(world);
    let invite = latest(world, "INVITE");
    respond(world, &invite, 200, &[]);
    call
}

/// Alice calls the script; gives back the call and the INVITE as it arrived.
pub(crate) fn invited(world: &mut World) -> (CallHandle, Request) {
    let call = challenged_call(world);
    (call, latest(world, "INVITE"))
}

/// A fork of the script answers: a body is SDP, lines are headers of their own.
pub(crate) fn fork_says(
    world: &mut World,
    request: &Request,
    (code, tag): (u16, &str),
    lines: &[(&str, &str)],
    body: &str,
) {
    let mut response = Response::to_request(request, Status::new(code).expect("a status"));
    let mut to = request.headers.to().expect("a To");
    if to.tag().is_none() {
        to.set_tag(tag);
    }
    response.headers.set("To", to.to_string());
    response
        .headers
        .push("Contact", format!("<sip:{tag}@10.0.0.9>"));
    for (name, value) in lines {
        response.headers.push(name, *value);
    }
    if !body.is_empty() {
        response.set_body("application/sdp", body);
    }
    let bytes = Message::Response(response).to_bytes();
    world.inject(address(SCRIPT), ALICE, bytes);
    world.pass(world.latency * 3);
}

/// A request of a fork inside its dialog with Alice, early or not.
pub(crate) fn of_fork(world: &World, tag: &str, method: Method, cseq: u32, body: &str) -> Request {
    let invite = latest(world, "INVITE");
    let mut request = Request::new(method, uri("sip:alice@10.0.0.1:5060"));
    let via = format!("SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK{tag}{cseq};rport");
    let mut from = invite.headers.to().expect("a To");
    from.set_tag(tag);
    let headers = &mut request.headers;
    headers.push("Via", via);
    headers.push("From", from.to_string());
    headers.push("To", invite.headers.get("From").unwrap_or_default());
    headers.push("Call-ID", invite.headers.get("Call-ID").unwrap_or_default());
    headers.push("CSeq", format!("{cseq} {}", request.method));
    headers.push("Contact", format!("<sip:{tag}@10.0.0.9>"));
    if !body.is_empty() {
        request.set_body("application/sdp", body);
    }
    request
}

/// The script agrees to the BYE, and all comes to rest.
pub(crate) fn hang_up_and_rest(world: &mut World, call: CallHandle) {
    world.hang_up(ALICE, call);
    world.pass(world.latency);
    for bye in world.mailed("BYE") {
        respond(world, &bye, 200, &[]);
    }
    world.expect_at_rest();
}
