//! What other systems follow: events in one order, of which each keeps its place for good.

use std::fmt;

use domain::{
    AgentId, AttemptId, CampaignId, ContactId, ListId, PhoneNumber, SaleId, Timestamp, TrunkId,
    WebHookId,
};

/// A place in the order of events: of an event of the journal, or beside it. Whoever has followed up to one goes on after it, and is
/// told nothing twice and everything once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeedPlace {
    /// Place in the journal; of what happened beside it, where the journal ended then.
    pub seq: u64,
    /// 0 and 1: told by that event itself; above: beside it.
    pub part: u64,
}

impl FeedPlace {
    /// Before the first.
    pub const BEGIN: FeedPlace = FeedPlace { seq: 0, part: 0 };

    /// Reads `812.0`.
    pub fn from_text(text: &str) -> Option<FeedPlace> {
        let number = |text: &str| {
            let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
            let number: Option<u64> = is_plain.then(|| text.parse().ok()).flatten();
            // Both databases keep 63 bits.
            number.filter(|number| i64::try_from(*number).is_ok())
        };
        let (seq, part) = text.split_once('.')?;
        Some(FeedPlace {
            seq: number(seq)?,
            part: number(part)?,
        })
    }
}

impl fmt::Display for FeedPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.seq, self.part)
    }
}

/// What others may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FeedKind {
    /// An attempt is over.
    AttemptClosed,
    /// A call that somebody we know made to us is over.
    InboundClosed,
    /// It was said what a call was.
    TypificationMade,
    /// It was said anew, in place of what was said before.
    TypificationCorrected,
    /// Somebody is promised a call.
    CallBackBooked,
    /// That call was moved, handed on or cancelled.
    CallBackChanged,
    /// A sale moved, its acceptance included.
    SaleMoved,
    /// An agent does something else.
    AgentState,
    /// A campaign was started, paused, stopped or ran out.
    CampaignState,
}

impl FeedKind {
    /// All of them.
    pub const ALL: [FeedKind; 9] = [
        Self::AttemptClosed,
        Self::InboundClosed,
        Self::TypificationMade,
        Self::TypificationCorrected,
        Self::CallBackBooked,
        Self::CallBackChanged,
        Self::SaleMoved,
        Self::AgentState,
        Self::CampaignState,
    ];

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AttemptClosed => "attempt.closed",
            Self::InboundClosed => "inbound.closed",
            Self::TypificationMade => "typification.made",
            Self::TypificationCorrected => "typification.corrected",
            Self::CallBackBooked => "call_back.booked",
            Self::CallBackChanged => "call_back.changed",
            Self::SaleMoved => "sale.moved",
            Self::AgentState => "agent.state",
            Self::CampaignState => "campaign.state",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<FeedKind> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// Which events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedWanted {
    /// After this place.
    pub after: FeedPlace,
    /// And up to this one.
    pub up_to: Option<FeedPlace>,
    /// Of these kinds; all where there is none.
    pub kinds: Vec<FeedKind>,
    /// Of this campaign; of agents, those who work in it.
    pub campaign: Option<CampaignId>,
    /// At most so many.
    pub limit: u32,
}

/// Some events, in their order.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedPage {
    /// The events.
    pub events: Vec<FeedEvent>,
    /// Where to go on; further than the last event where what follows it is not wanted.
    pub next: FeedPlace,
    /// Nothing came after that yet.
    pub is_end: bool,
}

/// An event.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedEvent {
    /// Its place, which names it.
    pub place: FeedPlace,
    /// When.
    pub at: Timestamp,
    /// Of which campaign.
    pub campaign: Option<CampaignId>,
    /// What happened.
    pub fact: FeedFact,
}

impl FeedEvent {
    /// Of which kind it is.
    pub fn kind(&self) -> FeedKind {
        match &self.fact {
            FeedFact::CallClosed(call) if call.inbound => FeedKind::InboundClosed,
            FeedFact::CallClosed(_) => FeedKind::AttemptClosed,
            FeedFact::Typified { corrects: true, .. } => FeedKind::TypificationCorrected,
            FeedFact::Typified { .. } => FeedKind::TypificationMade,
            FeedFact::CallBackBooked { .. } => FeedKind::CallBackBooked,
            FeedFact::CallBackChanged { .. } => FeedKind::CallBackChanged,
            FeedFact::SaleMoved { .. } => FeedKind::SaleMoved,
            FeedFact::AgentState { .. } => FeedKind::AgentState,
            FeedFact::CampaignState { .. } => FeedKind::CampaignState,
        }
    }
}

/// What happened, in the words that are kept.
#[derive(Clone, Debug, PartialEq)]
pub enum FeedFact {
    /// A call is over.
    CallClosed(Box<ClosedCall>),
    /// Somebody, or the system, said what a call was.
    Typified {
        /// Of which call.
        attempt: AttemptId,
        /// With which record.
        contact: Option<ContactId>,
        /// Who said so; none: the system, or `user`.
        agent: Option<AgentId>,
        /// The user who corrected it in an agent's stead.
        user: Option<String>,
        /// What.
        code: String,
        /// What had been said before.
        before: Option<String>,
        /// In place of that.
        corrects: bool,
    },
    /// Somebody is promised a call.
    CallBackBooked {
        /// Who.
        contact: ContactId,
        /// When.
        due_at: Timestamp,
        /// By whom; none: anyone.
        agent: Option<AgentId>,
        /// In the call that said so.
        attempt: Option<AttemptId>,
    },
    /// That promise was changed.
    CallBackChanged {
        /// Whose.
        contact: ContactId,
        /// `moved`, `assigned` or `cancelled`.
        change: String,
        /// When the call is due now; none: it is cancelled.
        due_at: Option<Timestamp>,
        /// By whom; none: anyone.
        agent: Option<AgentId>,
    },
    /// A sale moved.
    SaleMoved {
        /// Which.
        sale: SaleId,
        /// Place of the move among those of the sale, from 1.
        n: u32,
        /// The call it was accepted in.
        attempt: Option<AttemptId>,
        /// Whose.
        contact: ContactId,
        /// Who sold.
        agent: Option<AgentId>,
        /// From where; none: accepted.
        from: Option<String>,
        /// To where.
        to: String,
        /// As whom somebody moved it.
        doer: String,
        /// Which user.
        user: String,
        /// Why.
        reason: Option<String>,
    },
    /// An agent does something else.
    AgentState {
        /// Who.
        agent: AgentId,
        /// What they did.
        from: String,
        /// What they do.
        to: String,
        /// Break reason, or why the line was lost.
        reason: Option<String>,
        /// The call it is about.
        attempt: Option<AttemptId>,
    },
    /// A campaign changed its state.
    CampaignState {
        /// To which.
        state: String,
        /// Why, in words.
        reason: String,
    },
}

/// A call that is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClosedCall {
    /// Which.
    pub attempt: AttemptId,
    /// They called us.
    pub inbound: bool,
    /// Of which list.
    pub list: ListId,
    /// With which record.
    pub contact: ContactId,
    /// Its segment then.
    pub segment: String,
    /// Which number.
    pub phone: PhoneNumber,
    /// Over which trunk.
    pub trunk: TrunkId,
    /// How the campaign dialed.
    pub mode: String,
    /// What the call was for; none where they called us.
    pub purpose: Option<String>,
    /// Who took it.
    pub agent: Option<AgentId>,
    /// When the INVITE left, or came.
    pub placed_at: Option<Timestamp>,
    /// When it was answered.
    pub answered_at: Option<Timestamp>,
    /// When customer and agent heard each other.
    pub bridged_at: Option<Timestamp>,
    /// What became of it.
    pub outcome: String,
    /// What the network said.
    pub sip_status: Option<u16>,
    /// The same, by Q.850.
    pub q850: Option<u16>,
    /// Who ended it: `customer`, `agent`, `system` or `network`.
    pub ended_by: String,
}

/// A web hook that is to follow events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHook {
    /// Its name.
    pub name: String,
    /// The place of the configuration that it goes to.
    pub place: String,
    /// Of this campaign alone.
    pub campaign: Option<CampaignId>,
    /// Of these kinds; all where there is none.
    pub kinds: Vec<FeedKind>,
    /// Most events in a request.
    pub batch: u32,
    /// Numbers are not masked.
    pub clear: bool,
    /// What is after this place is sent.
    pub after: FeedPlace,
    /// Now.
    pub at: Timestamp,
}

/// A web hook, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookRow {
    /// Which.
    pub id: WebHookId,
    /// Its name.
    pub name: String,
    /// The place of the configuration that it goes to.
    pub place: String,
    /// Of this campaign alone.
    pub campaign: Option<CampaignId>,
    /// Of these kinds; all where there is none.
    pub kinds: Vec<FeedKind>,
    /// Most events in a request.
    pub batch: u32,
    /// Numbers are not masked.
    pub clear: bool,
    /// Everything up to here arrived, or was not wanted.
    pub sent: FeedPlace,
    /// What is under way ends here.
    pub pending: Option<FeedPlace>,
    /// Tried as often as anything is; a person may have it go on.
    pub is_dead: bool,
    /// How often what is under way was tried.
    pub tries: u32,
    /// When it is tried next.
    pub next_at: Timestamp,
    /// Why it failed last.
    pub fault: Option<String>,
    /// So many events arrived.
    pub events: u64,
    /// When the last did.
    pub arrived_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read_as_they_are_written_and_nothing_else_is() {
        let place = FeedPlace { seq: 812, part: 3 };
        assert_eq!(FeedPlace::from_text(&place.to_string()), Some(place));
        assert!(FeedPlace { seq: 9, part: 99 } < FeedPlace { seq: 10, part: 0 });
        for odd in [
            "",
            "812",
            "812.",
            ".1",
            "8x.1",
            "+8.1",
            "1.2.3",
            "1.99999999999999999999",
        ] {
            assert_eq!(FeedPlace::from_text(odd), None, "{odd}");
        }
    }

    #[test]
    fn every_kind_is_known_by_its_word() {
        for kind in FeedKind::ALL {
            assert_eq!(FeedKind::from_word(kind.word()), Some(kind));
        }
    }
}
