//! The API's way into the loop: requests with an answer, and the floor.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use api::{LineNews, LineOffer, TraceWanted};
use async_trait::async_trait;
use domain::{AgentId, Trunk};
use engine::{AgentRequest, Correction, LiveState, Rejection};
use futures_util::stream::BoxStream;
use recorder::Recorder;
use store::Store;
use telephony::{PageId, Telephony};
use tokio::sync::{mpsc, oneshot, watch};
use wire::{TraceLine, TrunkStats, TrunkTest};

use crate::metrics::{self, LoopFigures};
use crate::signalling::Watched;
use crate::{
    archiving, deliveries, hooks, pages, reception, recording_metrics, returns, signalling,
    trunk_metrics, trunk_tested,
};

/// How long the addresses of a trunk may take to answer.
const TEST_MAX: Duration = Duration::from_secs(5);

/// What others ask of the loop.
#[derive(Debug)]
pub(crate) enum Request {
    /// An agent asked; answer when what followed is durable.
    Agent {
        agent: AgentId,
        request: AgentRequest,
        answer: oneshot::Sender<Result<(), Rejection>>,
    },
    /// A supervisor corrects what was said of an attempt; answered likewise.
    Correct {
        correction: Box<Correction>,
        answer: oneshot::Sender<Result<(), Rejection>>,
    },
    /// Configuration changed.
    Reload,
    /// Stop dialing, let calls end, stop.
    Stop,
}

pub(crate) struct LoopControl {
    pub(crate) requests: mpsc::UnboundedSender<Request>,
    pub(crate) live: watch::Receiver<Arc<LiveState>>,
    pub(crate) telephony: Telephony,
    pub(crate) figures: Arc<LoopFigures>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) phone_server: wire::PhoneServer,
    pub(crate) recorder: Recorder,
    /// Whether the disk of the recordings is nearly full.
    pub(crate) disk_low: Arc<AtomicBool>,
    /// How the archive of recordings stands.
    pub(crate) archive: Arc<archiving::Figures>,
    /// How the drop folders stand.
    pub(crate) places: reception::Figures,
    /// Return files that go by themselves.
    pub(crate) returns: returns::Figures,
    /// Reports by schedule.
    pub(crate) deliveries: deliveries::Figures,
    pub(crate) hooks: hooks::Figures,
}

/// Agents and pages ask; more than this at once is somebody's mistake.
fn stopped() -> Rejection {
    let words = "the server is stopping; try again when it is back";
    Rejection::new("stopping", words)
}

#[async_trait]
impl api::Control for LoopControl {
    async fn ask(&self, agent: AgentId, request: AgentRequest) -> Result<(), Rejection> {
        let (answer, answered) = oneshot::channel();
        let request = Request::Agent {
            agent,
            request,
            answer,
        };
        self.requests.send(request).map_err(|_| stopped())?;
        answered.await.unwrap_or_else(|_| Err(stopped()))
    }

    async fn correct(&self, correction: Correction) -> Result<(), Rejection> {
        let (answer, answered) = oneshot::channel();
        let correction = Box::new(correction);
        let request = Request::Correct { correction, answer };
        self.requests.send(request).map_err(|_| stopped())?;
        answered.await.unwrap_or_else(|_| Err(stopped()))
    }

    fn live(&self) -> watch::Receiver<Arc<LiveState>> {
        self.live.clone()
    }

    fn config_changed(&self) {
        // A loop that is gone needs no configuration.
        let _ = self.requests.send(Request::Reload);
    }

    fn ready(&self) -> Result<(), String> {
        let live = self.live.borrow();
        if live.store_stalled {
            return Err("the database does not commit".to_owned());
        }
        if live.draining {
            return Err("draining".to_owned());
        }
        Ok(())
    }

    async fn bans(&self) -> Vec<wire::SipBan> {
        let bans = self.telephony.bans().await;
        let now = signalling::now();
        let shown = bans.into_iter().map(|ban| wire::SipBan {
            source: ban.source.to_string(),
            // The only way there is to be banned.
            reason: "wrong_logins".to_owned(),
            expires_in_s: ban.expires_in.as_secs(),
            until: (now + ban.expires_in).as_millis(),
            wrong_logins: ban.wrong_logins,
        });
        shown.collect()
    }

    async fn lift_ban(&self, source: IpAddr) -> bool {
        self.telephony.lift_ban(source).await
    }

    async fn test_trunk(&self, trunk: &Trunk) -> Result<TrunkTest, String> {
        let test = self.telephony.test_trunk(trunk.id, TEST_MAX).await;
        test.map(|test| trunk_tested(trunk, &test))
            .map_err(|why| why.to_string())
    }

    async fn offer_line(
        &self,
        agent: AgentId,
        offer: LineOffer,
    ) -> Result<(String, String), Rejection> {
        pages::offer(&self.telephony, agent, offer).await
    }

    async fn resume_line(
        &self,
        agent: AgentId,
        page: u64,
        token: String,
        tell: mpsc::UnboundedSender<LineNews>,
    ) -> Result<bool, Rejection> {
        pages::resume(&self.telephony, agent, page, token, tell).await
    }

    fn page_lost(&self, agent: AgentId, page: u64) {
        self.telephony.page_lost(agent, PageId(page));
    }

    fn end_line(&self, agent: AgentId, page: u64) {
        self.telephony.end_line(agent, PageId(page));
    }

    fn phone_server(&self) -> wire::PhoneServer {
        self.phone_server.clone()
    }

    fn trunk_stats(&self) -> Vec<TrunkStats> {
        let figures = self.telephony.trunk_figures();
        let live = self.live.borrow();
        let stats = |trunk| signalling::stats(trunk, &live);
        figures.iter().map(stats).collect()
    }

    fn trace(&self, wanted: TraceWanted) -> Result<BoxStream<'static, TraceLine>, String> {
        let filter = signalling::filter(&wanted);
        let watched = match signalling::media(&wanted) {
            Some(media) => {
                let both = self.telephony.capture(filter, media);
                both.map(|(trace, packets)| (trace, Some(packets)))
            }
            None => self.telephony.trace(filter).map(|trace| (trace, None)),
        };
        let (trace, packets) = watched.map_err(|full| full.to_string())?;
        Ok(signalling::lines(Watched {
            trace,
            packets,
            unmasked: wanted.unmasked,
            board: self.telephony.trunk_board(),
        }))
    }

    fn metrics(&self) -> String {
        let _ = &self.store;
        let text = metrics::text(
            &self.live.borrow(),
            &self.telephony.counters(),
            &self.figures,
        );
        let low = self.disk_low.load(Ordering::Relaxed);
        text + &trunk_metrics::text(&self.telephony.trunk_figures())
            + &recording_metrics::text(self.recorder.counters(), low, &self.archive)
            + &reception::text(&self.places)
            + &returns::text(&self.returns)
            + &deliveries::text(&self.deliveries)
            + &hooks::text(&self.hooks)
    }
}
