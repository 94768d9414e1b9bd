//! What becomes of a sale between "sí, acepto" and its legalisation: stages and the moves between them, the sheet and its
//! form, evidence of identity, portfolio and reservation, queues, the audit of sales, and files exchanged with the
//! client's own tools.
//!
//! All that differs between campaigns is data, a TOML text in versions (`data/` has the house's): the form, the identity
//! policy, the queues, the scorecard, what is said in a call (the script), the columns of exchanged files. No I/O and no clock: the caller gives the instant.

mod audit;
mod calendar;
mod course;
mod crossing;
mod exchange;
mod form;
mod identity;
mod pipeline;
mod portfolio;
mod queue;
mod reservation;
mod script;
mod setting;
mod sheet;
mod stage;
mod standing;
mod value;

pub use audit::{Answer, Audited, Mandatory, SaleSubject, Scorecard, Verdict};
pub use calendar::BusinessHours;
pub use course::{Doer, Need, Reason, Refusal, WAYS, Way, ways_from};
pub use crossing::{Crossing, Difference, Differs, KnownSale, PlannedMove, Record, cross};
pub use exchange::{CellKind, Column, Mapping, Purpose};
pub use form::{Choice, Condition, Field, Kind, SaleForm};
pub use identity::{EvidenceKind, IdentityPolicy};
pub use pipeline::{Counted, CourseStep, Loss, PIPELINE, Pipeline, SaleCourse};
pub use portfolio::{Item, ItemProblem, Portfolio};
pub use queue::{QueuePlace, Queues};
pub use reservation::{RESERVATION_FIELDS, Reservation};
pub use script::{CallStage, Objection, Reply, Script, Step};
pub use setting::{InvalidSetting, Setting, Words};
pub use sheet::{FieldProblem, Sheet, SheetSubject};
pub use stage::Stage;
pub use standing::{AuditState, Fact, Standing};
