//! An agent as configured: who they are, which campaigns they serve, which
//! phone is theirs. What they are doing now lives in `agents`.

use crate::{AgentId, CampaignId};

/// How customers reach an agent's ear. Numbers are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(i16)]
pub enum LineMode {
    /// The engine calls the phone once at log-in and keeps it up all shift:
    /// an answered customer is heard at once.
    NailedUp = 1,
    /// The phone rings for each call.
    PerCall = 2,
}

/// What carries an agent's line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LineKind {
    /// Their page (WebRTC).
    Page,
    /// A phone, signalled in datagrams.
    Udp,
    /// A phone on a connection.
    Tcp,
    /// A phone inside TLS.
    Tls,
    /// A phone in somebody's page (RFC 7118).
    WebSocket,
    /// The same inside TLS.
    SecureWebSocket,
}

impl LineKind {
    /// The word used in the API.
    pub const fn word(self) -> &'static str {
        match self {
            LineKind::Page => "page",
            LineKind::Udp => "udp",
            LineKind::Tcp => "tcp",
            LineKind::Tls => "tls",
            LineKind::WebSocket => "ws",
            LineKind::SecureWebSocket => "wss",
        }
    }
}

/// An agent as configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentProfile {
    /// Who.
    pub id: AgentId,
    /// Name on screens.
    pub name: String,
    /// User part of the phone's address of record; registers with digest.
    pub sip_user: String,
    /// Campaigns they take calls for.
    pub campaigns: Vec<CampaignId>,
    /// How calls reach them.
    pub line: LineMode,
}
