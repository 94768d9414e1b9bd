//! The handle others hold, and the orders it hands to the signalling thread.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ::sip::endpoint::Ban;
use domain::{
    AgentId, AgentProfile, AttemptId, Destination, DestinationId, PhoneNumber, Secret,
    SignallingRecord, TransferRoute, Trunk, TrunkId,
};
use engine::{Command, Tables};
use recorder::Recorder;
use tokio::sync::{mpsc, oneshot, watch};

use crate::capture::{Capture, MediaTrace, MediaWanted};
use crate::counters::Meters;
use crate::handshake::Edge;
use crate::media::Country;
use crate::page::PageOrder;
use crate::trunk_test::{NoTest, Teller, TrunkTest};
use crate::watch::{Board, CallLadder, Seats, Trace, TraceFilter, Watch, Watcher};
use crate::{
    BindingRecord, Counters, Heard, Report, SoundBook, TelephonyConfig, TelephonyError, TlsError,
    TooManyWatch, driver,
};

/// Batches of ladders that wait to be kept; beyond, they grow.
const LADDER_BATCHES: usize = 4;

/// An order to the signalling thread. They come from our own process, at the pace of the engine
/// and of people who configure: the channel needs no bound.
#[derive(Debug)]
pub(crate) enum Order {
    SetTrunk(Box<Trunk>),
    RemoveTrunk(TrunkId),
    SetAgent(Box<AgentProfile>, Secret),
    RemoveAgent(AgentId),
    SetDestination(Box<Destination>, Secret),
    RemoveDestination(DestinationId),
    SetSounds(SoundBook),
    SetCountry(&'static Country),
    CarryOut(Command),
    RestoreBinding(BindingRecord),
    RestoreLine(AgentId, SignallingRecord),
    EndOrphan(Orphan),
    ListBans(oneshot::Sender<Vec<Ban>>),
    LiftBan(IpAddr, oneshot::Sender<bool>),
    TestTrunk(TrunkId, Duration, Teller),
    PressKeys(AttemptId, String),
    EndDialog(SignallingRecord),
    AnswerRefer(AgentId, bool),
    Compare(Tables),
    Page(AgentId, PageOrder),
    Watch(Watcher),
    Capture(Box<Capture>),
    KeepLadders(mpsc::Sender<Vec<CallLadder>>),
    RecordWith(Recorder),
    Stop {
        limit: Duration,
        done: oneshot::Sender<()>,
    },
}

/// A call of an earlier life of this node.
#[derive(Debug)]
pub(crate) struct Orphan {
    pub(crate) attempt: AttemptId,
    /// Its second leg, by the number of the transfer, instead of its first.
    pub(crate) side: Option<u32>,
    pub(crate) trunk: TrunkId,
    pub(crate) phone: PhoneNumber,
    pub(crate) caller_id: PhoneNumber,
    pub(crate) answered: Option<SignallingRecord>,
}

/// The telephony of this node. Clones share it; nothing here waits but [`Telephony::stop`]. When
/// the last clone is dropped without `stop`, the thread ends as a crash would: calls stay up until
/// their far ends notice.
#[derive(Clone, Debug)]
pub struct Telephony {
    orders: mpsc::UnboundedSender<Order>,
    meters: Arc<Meters>,
    heard: Arc<[Heard]>,
    edge: Arc<Edge>,
    seats: Seats,
    board: watch::Receiver<Board>,
}

impl Telephony {
    /// Opens the sockets and starts the threads. What happens from then on is in the channel; it
    /// is unbounded because the signalling thread may neither wait nor lose the end of a call, and
    /// each call and line says only a few things.
    pub async fn start(
        config: TelephonyConfig,
    ) -> Result<(Telephony, mpsc::UnboundedReceiver<Report>), TelephonyError> {
        let (orders, inbox) = mpsc::unbounded_channel();
        let (reports, outbox) = mpsc::unbounded_channel();
        let meters = Arc::new(Meters::default());
        let (watch, board) = Watch::new();
        let (heard, edge) = driver::spawn(config, inbox, reports, Arc::clone(&meters), watch)?;
        let telephony = Telephony {
            orders,
            meters,
            heard: heard.into(),
            edge,
            seats: Seats::default(),
            board,
        };
        Ok((telephony, outbox))
    }

    /// Where SIP is heard first of all: datagrams and connections.
    pub fn local(&self) -> SocketAddr {
        self.heard[0].address
    }

    /// Every place where SIP is heard, in the order of the configuration.
    pub fn heard(&self) -> &[Heard] {
        &self.heard
    }

    /// Reads the certificates anew, from files: not for a thread that must not wait. Connections
    /// from now on use them, open ones go on; an error leaves those in use that were.
    pub fn reload_certificates(&self) -> Result<(), TlsError> {
        self.edge.tls.reload()
    }

    /// The same if a file was written since; says whether one was.
    pub fn reload_changed_certificates(&self) -> Result<bool, TlsError> {
        self.edge.tls.reload_if_changed()
    }

    /// Makes a trunk known, or changes it. Its host name is looked up aside.
    pub fn set_trunk(&self, trunk: Trunk) {
        self.order(Order::SetTrunk(Box::new(trunk)));
    }

    /// Forgets a trunk; its live calls go on.
    pub fn remove_trunk(&self, id: TrunkId) {
        self.order(Order::RemoveTrunk(id));
    }

    /// Makes an agent known, or changes them; from then on their phone may register.
    pub fn set_agent(&self, profile: AgentProfile, password: &Secret) {
        self.order(Order::SetAgent(Box::new(profile), password.clone()));
    }

    /// Forgets an agent: their line falls, their phone may register no more.
    pub fn remove_agent(&self, id: AgentId) {
        self.order(Order::RemoveAgent(id));
    }

    /// Makes a destination known, or changes it; a phone of ours there may register from then on.
    pub fn set_destination(&self, destination: Destination, password: &Secret) {
        let destination = Box::new(destination);
        self.order(Order::SetDestination(destination, password.clone()));
    }

    /// Forgets a destination: its phone may register no more; who is on a call stays.
    pub fn remove_destination(&self, id: DestinationId) {
        self.order(Order::RemoveDestination(id));
    }

    /// What is heard from the next sound on where no person speaks.
    pub fn set_sounds(&self, sounds: SoundBook) {
        self.order(Order::SetSounds(sounds));
    }

    /// Whose tones are spoken to agents, and understood before an answer; Colombia's unless told.
    pub fn set_country(&self, country: &'static Country) {
        self.order(Order::SetCountry(country));
    }

    /// Carries out the engine's orders about calls and lines; others are not for telephony.
    pub fn carry_out(&self, command: &Command) {
        match command {
            Command::PlaceCall { .. }
            | Command::TakeCall { .. }
            | Command::RefuseCall { .. }
            | Command::Bridge { .. }
            | Command::Arrange { .. }
            | Command::CallSide { .. }
            | Command::DropSide { .. }
            | Command::Supervise { .. }
            | Command::SendDigits { .. }
            | Command::Record { .. }
            | Command::Warn { .. }
            | Command::PlayMessage { .. }
            | Command::PlayMenu { .. }
            | Command::HangUp { .. }
            | Command::RaiseLine { .. }
            | Command::DropLine { .. } => self.order(Order::CarryOut(command.clone())),
            Command::RefillHopper { .. } | Command::LookUpNumbers(_) | Command::ReleaseWork(_) => {}
        }
    }

    /// At start: a phone that was registered before. Its agent may be made known before or after.
    pub fn restore_binding(&self, binding: BindingRecord) {
        self.order(Order::RestoreBinding(binding));
    }

    /// At start: a line that was up before. It is hung up; the engine raises it anew.
    pub fn restore_line(&self, agent: AgentId, record: SignallingRecord) {
        self.order(Order::RestoreLine(agent, record));
    }

    /// At start: a call that was open before. An answered one gets BYE, another one CANCEL.
    pub fn end_orphan(
        &self,
        attempt: AttemptId,
        trunk: TrunkId,
        phone: PhoneNumber,
        caller_id: PhoneNumber,
        answered: Option<SignallingRecord>,
    ) {
        self.order(Order::EndOrphan(Orphan {
            attempt,
            side: None,
            trunk,
            phone,
            caller_id,
            answered,
        }));
    }

    /// Presses keys towards a customer's side, as a transfer through somebody's menu needs: in the
    /// audio (RFC 4733) where it takes them there, else by INFO.
    pub fn press_keys(&self, attempt: AttemptId, keys: &str) {
        self.order(Order::PressKeys(attempt, keys.to_owned()));
    }

    /// What the engine knows, each second: whatever only one of the two knows, and for longer than
    /// orders and reports are under way, is ended.
    pub fn compare(&self, engine: Tables) {
        self.order(Order::Compare(engine));
    }

    /// The answer to [`Report::Referred`](crate::Report::Referred): whether the engine granted it.
    pub fn answer_refer(&self, agent: AgentId, granted: bool) {
        self.order(Order::AnswerRefer(agent, granted));
    }

    /// At start: a second leg that was open before. An answered one gets BYE, one over a trunk
    /// CANCEL; a phone of ours that only rang stops by itself.
    pub fn end_orphan_side(
        &self,
        attempt: AttemptId,
        number: u32,
        route: Option<TransferRoute>,
        answered: Option<SignallingRecord>,
    ) {
        match (route, answered) {
            (None, None) => {}
            (None, Some(record)) => self.end_dialog(record),
            (Some(route), answered) => self.order(Order::EndOrphan(Orphan {
                attempt,
                side: Some(number),
                trunk: route.trunk,
                phone: route.phone,
                caller_id: route.caller_id,
                answered,
            })),
        }
    }

    /// At start: a dialog of which nothing is known but how to end it.
    pub fn end_dialog(&self, record: SignallingRecord) {
        self.order(Order::EndDialog(record));
    }

    /// The figures so far.
    pub fn counters(&self) -> Counters {
        self.meters.read()
    }

    /// The sources that are not heard for a while, since they guessed passwords.
    pub async fn bans(&self) -> Vec<Ban> {
        let (answer, bans) = oneshot::channel();
        self.order(Order::ListBans(answer));
        // Telephony that has stopped hears nobody at all.
        bans.await.unwrap_or_default()
    }

    /// Hears a source again; says whether it was banned.
    pub async fn lift_ban(&self, source: IpAddr) -> bool {
        let (answer, lifted) = oneshot::channel();
        self.order(Order::LiftBan(source, answer));
        lifted.await.unwrap_or(false)
    }

    /// Asks every address of a trunk whether it is there; those that say nothing for so long are
    /// given up.
    pub async fn test_trunk(&self, trunk: TrunkId, limit: Duration) -> Result<TrunkTest, NoTest> {
        let (tell, told) = oneshot::channel();
        self.order(Order::TestTrunk(trunk, limit, tell));
        told.await.unwrap_or(Err(NoTest::Unknown))
    }

    /// Signalling as it passes, from now on.
    pub fn trace(&self, filter: TraceFilter) -> Result<Trace, TooManyWatch> {
        let (trace, watcher) = self.seats.take(filter)?;
        self.order(Order::Watch(watcher));
        Ok(trace)
    }

    /// The same, and with it what the legs of so many of these calls hear and say.
    pub fn capture(
        &self,
        filter: TraceFilter,
        wanted: MediaWanted,
    ) -> Result<(Trace, MediaTrace), TooManyWatch> {
        let trace = self.trace(filter.clone())?;
        let (capture, packets) = Capture::new(filter, wanted);
        self.order(Order::Capture(Box::new(capture)));
        Ok((trace, packets))
    }

    /// From now on the messages of every customer's call are kept until it is over, and come out
    /// here, a batch a second; the channel closes when telephony has ended.
    pub fn keep_ladders(&self) -> mpsc::Receiver<Vec<CallLadder>> {
        let (taker, ladders) = mpsc::channel(LADDER_BATCHES);
        self.order(Order::KeepLadders(taker));
        ladders
    }

    /// From now on calls are recorded with this, as the engine orders.
    pub fn record_with(&self, recorder: Recorder) {
        self.order(Order::RecordWith(recorder));
    }

    /// The figures of every trunk, by name, at most a second old.
    pub fn trunk_figures(&self) -> Board {
        Arc::clone(&self.board.borrow())
    }

    /// The same as it goes.
    pub fn trunk_board(&self) -> watch::Receiver<Board> {
        self.board.clone()
    }

    /// Ends every call and line, waits until the far ends agreed or `limit` has passed, and closes
    /// the sockets.
    pub async fn stop(self, limit: Duration) {
        let (done, stopped) = oneshot::channel();
        self.order(Order::Stop { limit, done });
        // An error means that the thread is gone already: nothing is left to stop.
        let _ = stopped.await;
    }

    pub(crate) fn order(&self, order: Order) {
        if self.orders.send(order).is_err() {
            tracing::debug!("telephony is stopped; an order to it was dropped");
        }
    }
}
