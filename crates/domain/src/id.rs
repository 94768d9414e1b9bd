//! Every id of the product, in one alphabetical list. No bare integer crosses
//! a function border: a `ContactId` can never be passed for an `AgentId`.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// Wraps the number the store knows this by.
            pub const fn new(raw: i64) -> Self {
                Self(raw)
            }

            /// The number the store knows this by.
            pub const fn get(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// A person who takes calls.
    AgentId,
    /// One try to reach one person on one phone; also names the call it makes.
    AttemptId,
    /// A campaign: a list dialed by rules.
    CampaignId,
    /// A version of the typifications of a campaign.
    CatalogueId,
    /// What a person agreed to, as it was recorded.
    ConsentId,
    /// One record of a contact list.
    ContactId,
    /// A place calls may be handed to: the back office.
    DestinationId,
    /// A file that proves something of a sale.
    EvidenceId,
    /// Contacts loaded together.
    ListId,
    /// A call that somebody makes to us and that nobody has taken yet; of no meaning after that.
    OfferId,
    /// A human being, across lists and campaigns (document, else phone).
    PersonId,
    /// A recording that callers or agents hear.
    PromptId,
    /// A route plan: which trunk carries which call.
    RoutePlanId,
    /// A sale, from its acceptance on.
    SaleId,
    /// A segment of a campaign; it keeps its number while it keeps its name.
    SegmentId,
    /// A SIP trunk to a carrier.
    TrunkId,
    /// Someone who may log in.
    UserId,
    /// A web hook that events are brought to.
    WebHookId,
}
