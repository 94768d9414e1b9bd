//! What passes between an advisor's page and its line: the words that the API carries to and fro.

use domain::AgentId;
use tokio::sync::{mpsc, oneshot};

use crate::Telephony;
use crate::handle::Order;
use crate::media::NoBrowserLeg;

/// One connection of a page, for as long as the process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PageId(pub u64);

/// Where a page is told of its line. Unbounded, because signalling may not wait; a line has a few
/// things to say in an hour.
pub(crate) type Teller = mpsc::UnboundedSender<LineNews>;

/// A page wishes to be its agent's phone.
#[derive(Clone, Debug)]
pub struct LineOffer {
    /// Which page.
    pub page: PageId,
    /// The description of its session.
    pub sdp: String,
    /// What it was told when it was the phone before: it goes on with that line.
    pub resume: Option<String>,
    /// It takes the line from another page.
    pub take_over: bool,
    /// What it will be told, to resume by. Nobody may be able to guess it.
    pub token: String,
    /// Where it hears of the line.
    pub tell: Teller,
}

/// Our description of the session, and by what the line is resumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineAnswer {
    /// The description.
    pub sdp: String,
    /// The token.
    pub resume: String,
}

/// Why a page is not the phone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineRefused {
    /// Another page is.
    #[error("the line is on another page; take it over there or close it")]
    Taken,
    /// A SIP phone carries the line at this moment.
    #[error("a phone carries the line now; hang it up first")]
    PhoneInUse,
    /// There is no line to go on with.
    #[error("the line is not there any more; offer it anew")]
    Unknown,
    /// No leg is made of the offer.
    #[error(transparent)]
    NoLeg(#[from] NoBrowserLeg),
    /// Nobody is here to answer.
    #[error("telephony is stopping")]
    Stopping,
}

/// Something a page is told of its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineNews {
    /// Audio goes both ways.
    Up,
    /// None comes from the browser: it should offer anew.
    Away,
    /// Another page took the line.
    Taken,
    /// The line is gone.
    Gone,
}

/// What pages ask of the signalling thread.
#[derive(Debug)]
pub(crate) enum PageOrder {
    Offer(
        Box<LineOffer>,
        oneshot::Sender<Result<LineAnswer, LineRefused>>,
    ),
    /// The page has a new connection; its audio never stopped.
    Resume {
        page: PageId,
        token: String,
        tell: Teller,
        answer: oneshot::Sender<Result<bool, LineRefused>>,
    },
    /// The page's connection is gone, and perhaps the page.
    Lost(PageId),
    /// The page gives the line up.
    End(PageId),
}

impl Telephony {
    /// A page offers to be its agent's phone.
    pub async fn offer_line(
        &self,
        agent: AgentId,
        offer: LineOffer,
    ) -> Result<LineAnswer, LineRefused> {
        let (answer, answered) = oneshot::channel();
        self.order(Order::Page(
            agent,
            PageOrder::Offer(Box::new(offer), answer),
        ));
        answered.await.unwrap_or(Err(LineRefused::Stopping))
    }

    /// A page has a new connection, and its audio may never have stopped: whether it has not.
    pub async fn resume_line(
        &self,
        agent: AgentId,
        page: PageId,
        token: String,
        tell: Teller,
    ) -> Result<bool, LineRefused> {
        let (answer, answered) = oneshot::channel();
        let order = PageOrder::Resume {
            page,
            token,
            tell,
            answer,
        };
        self.order(Order::Page(agent, order));
        answered.await.unwrap_or(Err(LineRefused::Stopping))
    }

    /// A page's connection is gone; it may come back.
    pub fn page_lost(&self, agent: AgentId, page: PageId) {
        self.order(Order::Page(agent, PageOrder::Lost(page)));
    }

    /// A page is not the phone any more.
    pub fn end_line(&self, agent: AgentId, page: PageId) {
        self.order(Order::Page(agent, PageOrder::End(page)));
    }
}
