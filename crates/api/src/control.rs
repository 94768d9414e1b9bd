//! What the API may ask of the running engine. The server implements it.

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use domain::AgentId;
use engine::{AgentRequest, LiveState, Rejection};
use tokio::sync::watch;

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
    /// Where phones find the node.
    fn phone_server(&self) -> wire::PhoneServer;
    /// Figures in the Prometheus text format.
    fn metrics(&self) -> String;
}
