//! What the API may ask of the running engine. The server implements it.

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use domain::{AgentId, AttemptId, Trunk, TrunkId};
use engine::{AgentRequest, LiveState, Rejection};
use futures_util::stream::BoxStream;
use tokio::sync::watch;
use wire::{TraceLine, TrunkStats, TrunkTest};

/// The running engine, as the API sees it.
#[async_trait]
pub trait Control: Send + Sync {
    /// Asks for an agent; returns when what followed is durable.
    async fn ask(&self, agent: AgentId, request: AgentRequest) -> Result<(), Rejection>;
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
    /// Where phones find the node.
    fn phone_server(&self) -> wire::PhoneServer;
    /// What became of calls over each trunk, by name.
    fn trunk_stats(&self) -> Vec<TrunkStats>;
    /// Signalling as it passes; the words say why not.
    fn trace(&self, wanted: TraceWanted) -> Result<BoxStream<'static, TraceLine>, String>;
    /// Figures in the Prometheus text format.
    fn metrics(&self) -> String;
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
}
