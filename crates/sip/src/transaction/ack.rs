//! The ACK for a refused INVITE (RFC 3261 section 17.1.1.3), which the transaction itself sends.

use crate::message::{Message, Method, Request, Response};

/// The bytes of the ACK to `response` to `invite`.
pub(super) fn ack_for_failure(invite: &Request, response: &Response) -> Vec<u8> {
    let mut ack = Request::new(Method::Ack, invite.uri.clone());
    if let Ok(via) = invite.headers.via_top() {
        ack.headers.push("Via", via.to_string());
    }
    ack.headers.push("Max-Forwards", "70");
    for name in ["Route", "From"] {
        for value in invite.headers.get_all(name) {
            ack.headers.push(name, value);
        }
    }
    let to = response.headers.get("To").or(invite.headers.get("To"));
    ack.headers.push("To", to.unwrap_or_default());
    let call_id = invite.headers.get("Call-ID").unwrap_or_default();
    ack.headers.push("Call-ID", call_id);
    let number = invite.headers.cseq().map_or(1, |cseq| cseq.number);
    ack.headers.push("CSeq", format!("{number} ACK"));
    Message::Request(ack).to_bytes()
}
