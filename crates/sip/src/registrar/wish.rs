//! What a REGISTER asks for: its Contacts with their times, the flow that each names (RFC 5626
//! section 4.2) and the proxies on the way back (RFC 3327). Reads and refuses; changes nothing.

use super::{Answer, Registrar};
use crate::message::{NameAddr, Request};
use crate::uri::Uri;
use std::time::Duration;

/// Granted when a REGISTER does not say (RFC 3261 section 10.2.1.1).
const EXPIRES_DEFAULT: Duration = Duration::from_secs(3600);

/// Proxies between a phone and us; more is a loop.
const PATH_MAX: usize = 5;

/// Bytes of one name of a phone or one proxy. They are kept, and sent back.
const NAME_MAX: usize = 256;

/// One Contact of a REGISTER.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    pub(super) contact: Uri,
    /// `+sip.instance`: the same phone under another address.
    pub(super) instance: Option<String>,
    /// Which of the flows of that phone, where it keeps several.
    pub(super) reg_id: Option<u32>,
    /// Where requests to it go first.
    pub(super) path: Vec<NameAddr>,
    /// Zero removes.
    pub(super) expires: Duration,
}

impl Registrar {
    /// The Contacts of a REGISTER with the time that each is granted.
    pub(super) fn wishes(&mut self, request: &Request) -> Result<Vec<Wish>, Answer> {
        let Ok(contacts) = request.headers.contacts() else {
            return Err(Answer::Refuse(400));
        };
        let path = path_of(request).ok_or(Answer::Refuse(400))?;
        let outbound = asks_for_outbound(request);
        let header = request.headers.expires().ok().flatten();
        let default = header.map_or(EXPIRES_DEFAULT, |s| Duration::from_secs(s.into()));
        let mut wishes = Vec::new();
        for contact in contacts {
            let mut wish = self.wish(contact, default)?;
            wish.reg_id = wish.reg_id.filter(|_| outbound);
            wish.path.clone_from(&path);
            wishes.push(wish);
        }
        let named = |wish: &&Wish| wish.reg_id.is_some() && !wish.expires.is_zero();
        match wishes.iter().filter(named).count() {
            0 => Ok(wishes),
            // Whoever stands next to the phone holds its flow, and must have said so.
            1 if !came_through_a_proxy(request) || first_hop_holds_flows(&path) => Ok(wishes),
            1 => Err(Answer::Refuse(439)),
            _ => Err(Answer::Refuse(400)),
        }
    }

    fn wish(&mut self, contact: NameAddr, default: Duration) -> Result<Wish, Answer> {
        if !contact.uri.is_sip() {
            return Err(Answer::Refuse(400));
        }
        let own = contact.params.get("expires");
        let own = own.and_then(|seconds| seconds.parse::<u32>().ok());
        let asked = own.map_or(default, |seconds| Duration::from_secs(seconds.into()));
        if !asked.is_zero() && asked < self.rules.expires_min {
            return Err(Answer::TooBrief(self.rules.expires_min));
        }
        let instance = contact.params.get_unquoted("+sip.instance");
        let instance = instance.filter(|name| name.len() <= NAME_MAX);
        let number = contact.params.get("reg-id");
        let number = number.and_then(|number| number.parse::<u32>().ok());
        Ok(Wish {
            // A flow belongs to a phone: without a name the number says nothing.
            reg_id: number.filter(|number| instance.is_some() && (1..1 << 31).contains(number)),
            instance,
            contact: contact.uri,
            path: Vec::new(),
            expires: self.granted(asked),
        })
    }
}

/// Whether flows are to be kept as RFC 5626 has it.
fn asks_for_outbound(request: &Request) -> bool {
    let headers = &request.headers;
    headers.lists("Supported", "outbound") || headers.lists("Require", "outbound")
}

/// `None` where it is no path, or more of one than anybody needs.
fn path_of(request: &Request) -> Option<Vec<NameAddr>> {
    let path = request.headers.paths().ok()?;
    let brief = |hop: &NameAddr| hop.to_string().len() <= NAME_MAX;
    (path.len() <= PATH_MAX && path.iter().all(brief)).then_some(path)
}

fn came_through_a_proxy(request: &Request) -> bool {
    request.headers.vias().is_ok_and(|vias| vias.len() > 1)
}

/// The last hop of the path is the proxy that the phone talks to; `ob` is its word for it.
fn first_hop_holds_flows(path: &[NameAddr]) -> bool {
    path.last().is_some_and(|hop| hop.uri.params.has("ob"))
}
