//! Transactions (RFC 3261 section 17, with the corrections of RFC 6026). The four machines only
//! decide; the two tables find them by branch, keep their bytes and alarms, and send.

mod ack;
mod clients;
mod invite_client;
mod invite_server;
mod key;
mod non_invite_client;
mod non_invite_server;
mod servers;

pub(crate) use clients::{ClientId, ClientTable};
pub(crate) use key::ServerKey;
pub(crate) use servers::{Receipt, ServerId, ServerTable};

use crate::message::Status;

/// What a client machine wants done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ClientDo {
    /// Nothing.
    Nothing,
    /// Send the request again.
    Repeat,
    /// Tell the user of the transaction about the response.
    Deliver,
    /// The same, and acknowledge a refusal.
    DeliverAndAck,
    /// The acknowledgement got lost: send it again.
    RepeatAck,
    /// Tell the user that no answer came.
    GiveUp,
}

/// What a server machine wants done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ServerDo {
    /// Nothing.
    Nothing,
    /// Send the latest response again.
    Repeat,
    /// Send the new response.
    Send,
    /// The ACK belongs to a 2xx: it is the dialog's.
    PassUp,
}

/// Responses as the machines see them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// 1xx.
    Provisional,
    /// 2xx.
    Success,
    /// 3xx to 6xx.
    Failure,
}

impl From<Status> for Class {
    fn from(status: Status) -> Self {
        match status.code() {
            ..200 => Self::Provisional,
            200..300 => Self::Success,
            300.. => Self::Failure,
        }
    }
}
