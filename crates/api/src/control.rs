//! What the API may ask of the running engine. The server implements it.

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use domain::{AgentId, AttemptId, Trunk, TrunkId};
use engine::{AgentRequest, Correction, LiveState, Rejection};
use futures_util::stream::BoxStream;
use tokio::sync::{mpsc, watch};
use wire::{TraceLine, TrunkStats, TrunkTest};

/// The running engine, as the API sees it.
#[async_trait]
pub trait Control: Send + Sync {
    /// Asks for an agent; returns when what followed is durable.
    async fn ask(&self, agent: AgentId, request: AgentRequest) -> Result<(), Rejection>;
    /// Corrects what was said of an attempt; returns when what followed is durable.
    async fn correct(&self, correction: Correction) -> Result<(), Rejection>;
    /// The floor: changes at least once a second.
    fn live(&self) -> watch::Receiver<Arc<LiveState>>;
    /// Configuration changed in the store: read it again now.
    fn config_changed(&self);
    /// Why new calls cannot leave, if they cannot.
    fn ready(&self) -> Result<(), String>;
    /// The sources on the SIP side that are not heard for a while.
    async fn bans(&self) -> Vec<wire::SipBan>;
    /// Hears a source again; says whether it was banned.
    async fn lift_ban(&self, source: IpAddr) -> bool;
    /// Asks a trunk whether it is there; the words say why it could not be asked.
    async fn test_trunk(&self, trunk: &Trunk) -> Result<TrunkTest, String>;
    /// A page offers to be its agent's phone: our description of the session, and the token by which
    /// the line is resumed.
    async fn offer_line(
        &self,
        agent: AgentId,
        offer: LineOffer,
    ) -> Result<(String, String), Rejection>;
    /// A page goes on as the phone on a new connection; says whether audio goes both ways.
    async fn resume_line(
        &self,
        agent: AgentId,
        page: u64,
        token: String,
        tell: mpsc::UnboundedSender<LineNews>,
    ) -> Result<bool, Rejection>;
    /// A page's connection is gone; it may come back.
    fn page_lost(&self, agent: AgentId, page: u64);
    /// A page is the phone no more.
    fn end_line(&self, agent: AgentId, page: u64);
    /// Where phones find the node.
    fn phone_server(&self) -> wire::PhoneServer;
    /// What became of calls over each trunk, by name.
    fn trunk_stats(&self) -> Vec<TrunkStats>;
    /// Signalling as it passes; the words say why not.
    fn trace(&self, wanted: TraceWanted) -> Result<BoxStream<'static, TraceLine>, String>;
    /// Figures in the Prometheus text format.
    fn metrics(&self) -> String;
}

/// A page offers to be its agent's phone.
#[derive(Clone, Debug)]
pub struct LineOffer {
    /// Which page.
    pub page: u64,
    /// The browser's description of the session.
    pub sdp: String,
    /// The token of the line it goes on with.
    pub resume: Option<String>,
    /// Whether it takes the line from another page.
    pub take_over: bool,
    /// The token it will resume by.
    pub token: String,
    /// Where it hears of the line; unbounded, since a line has little to say.
    pub tell: mpsc::UnboundedSender<LineNews>,
}

/// Something that a page is told of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineNews {
    /// Audio goes both ways.
    Up,
    /// None comes from the browser.
    Away,
    /// Another page took the line.
    Taken,
    /// The line is gone.
    Gone,
}

impl LineNews {
    /// The word for it in the API.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Away => "away",
            Self::Taken => "taken",
            Self::Gone => "gone",
        }
    }
}

/// Which messages to watch: those for which all that is set holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TraceWanted {
    /// With a Call-ID that begins so.
    pub call_id: Option<String>,
    /// Of this customer's call.
    pub attempt: Option<AttemptId>,
    /// Of calls over this trunk, and to or from its addresses.
    pub trunk: Option<TrunkId>,
    /// To or from the phone of this user.
    pub sip_user: Option<String>,
    /// To or from a number that ends with these digits.
    pub number_ends: Option<String>,
    /// Whether numbers and secrets are shown.
    pub unmasked: bool,
    /// What is wanted of the audio of these calls.
    pub media: Option<MediaWanted>,
}

/// The audio of calls, packet by packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaWanted {
    /// Whether packets of protected legs are shown opened.
    pub clear: bool,
    /// So many calls at most.
    pub calls: usize,
}
