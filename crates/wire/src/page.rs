//! What an advisor's page and the server say to each other on the page's one connection. Each message
//! is a JSON object whose `t` says what it is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Desk, DeskMessage, Script};

/// The version of these messages; the server says it first of all.
pub const PAGE_VERSION: u32 = 1;

/// What a page says. `id` grows with each message of a connection; one that comes again is answered as
/// before and not carried out again.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(tag = "t", deny_unknown_fields)]
pub enum PageSays {
    /// It wishes to be the advisor's phone.
    #[serde(rename = "line.offer")]
    LineOffer {
        /// Number of this message.
        id: u64,
        /// The browser's description of the session, an offer.
        sdp: String,
        /// What it was given when it was the phone before.
        #[serde(default)]
        resume: Option<String>,
        /// Whether it takes the line from another page.
        #[serde(default)]
        take_over: bool,
    },
    /// It was the phone on an earlier connection, and its audio never stopped.
    #[serde(rename = "line.resume")]
    LineResume {
        /// Number of this message.
        id: u64,
        /// What it was given then.
        resume: String,
    },
    /// It is the phone no more.
    #[serde(rename = "line.end")]
    LineEnd {
        /// Number of this message.
        id: u64,
    },
}

impl PageSays {
    /// Its number.
    pub const fn id(&self) -> u64 {
        match self {
            Self::LineOffer { id, .. } | Self::LineResume { id, .. } | Self::LineEnd { id } => *id,
        }
    }
}

/// A message to a page. Whoever misses a number connects again: a connection begins with the whole desk.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PageMessage {
    /// Counts the messages of a connection, from 1.
    pub seq: u64,
    /// What it says.
    #[serde(flatten)]
    pub what: PageHears,
}

/// What a page hears.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(tag = "t")]
pub enum PageHears {
    /// The first message.
    #[serde(rename = "hello")]
    Hello {
        /// The version of these messages.
        v: u32,
    },
    /// The desk changed.
    #[serde(rename = "desk")]
    Desk {
        /// All of it.
        desk: Box<Desk>,
        /// What is said in this campaign: with the first contact of it on this connection, and again when it changed.
        #[serde(skip_serializing_if = "Option::is_none")]
        script: Option<Box<Script>>,
    },
    /// A supervisor wrote, and the advisor has not said yet that they saw it.
    #[serde(rename = "message")]
    Message {
        /// What.
        message: DeskMessage,
    },
    /// The page is the phone as soon as its browser has taken this answer.
    #[serde(rename = "line.answer")]
    LineAnswer {
        /// Number of the message answered.
        re: u64,
        /// Our description of the session.
        sdp: String,
        /// Give it with the next offer of this page.
        resume: String,
    },
    /// The page goes on as the phone.
    #[serde(rename = "line.resumed")]
    LineResumed {
        /// Number of the message answered.
        re: u64,
        /// Whether audio goes both ways; if not, offer anew.
        up: bool,
    },
    /// The page is the phone no more.
    #[serde(rename = "line.ended")]
    LineEnded {
        /// Number of the message answered.
        re: u64,
    },
    /// The page is not the phone.
    #[serde(rename = "line.refused")]
    LineRefused {
        /// Number of the message answered.
        re: u64,
        /// `taken`, `phone_in_use`, `unknown`, `offer`, `not_here` or `stopping`.
        code: String,
        /// What happened and what to do.
        message: String,
    },
    /// Something happened to the line.
    #[serde(rename = "line.state")]
    LineState {
        /// `up`, `away`, `taken` or `gone`.
        state: String,
    },
    /// A message of the page makes no sense.
    #[serde(rename = "problem")]
    Problem {
        /// What is wrong with it.
        message: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_apart_by_t_and_unknown_fields_are_refused() {
        let offer = r#"{"t":"line.offer","id":1,"sdp":"v=0"}"#;
        let read: PageSays = serde_json::from_str(offer).expect("an offer");
        assert_eq!(read.id(), 1);
        for wrong in [
            r#"{"t":"line.offer","id":1}"#,
            r#"{"t":"line.offer","id":-1,"sdp":""}"#,
            r#"{"t":"line.end","id":1,"force":true}"#,
            r#"{"t":"hello","v":1}"#,
            "[]",
        ] {
            assert!(serde_json::from_str::<PageSays>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn what_a_page_hears_is_numbered() {
        let message = PageMessage {
            seq: 1,
            what: PageHears::Hello { v: PAGE_VERSION },
        };
        let text = serde_json::to_string(&message).expect("JSON");
        assert_eq!(text, r#"{"seq":1,"t":"hello","v":1}"#);
    }
}
