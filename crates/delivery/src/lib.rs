//! Carries out what is due by schedule: has a report made, keeps it until it has arrived, and brings it to a folder, by e-mail
//! or to a web hook; and events to web hooks that follow them (`hooks.rs`). When something is due and when it is tried again is `schedules`'; how a report is made is told by whoever
//! implements [`Maker`].
//!
//! ```text
//!  due ─▶ run (waits) ─▶ taken ─▶ made, kept ─▶ sent ─▶ arrived
//!            ▲                                    │
//!            └──────── later, at most so often ───┴─▶ dead
//! ```

mod email;
mod fault;
mod folder;
mod hooks;
mod keeping;
mod places;
mod runner;
mod webhook;

pub use email::{Email, Security};
pub use fault::Fault;
pub use hooks::{EventWriter, HookPass, HookRunner};
pub use lettre::message::Mailbox;
pub use places::{Place, PlaceKind, Places};
pub use runner::{Clock, Made, Maker, Pass, Runner};
pub use webhook::{IDEMPOTENCY_KEY, SIGNATURE, TIMESTAMP, Webhook, is_let_through, signature};
