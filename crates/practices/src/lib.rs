//! The operating model (*Seguimiento Modelo Operación*): which practices there are and who owes them how often, what of that is
//! due, held and missed in a cycle of the business calendar, how far each role adheres, how a plan or agreement stands, and
//! what becomes of an idea.
//!
//! Which practices there are is data, a TOML text in versions (`config/practices.toml` is the house's). No I/O and no clock: the
//! caller says what day it is. What was held and agreed is kept by `store`; indicators are `kpi`'s.

mod adherence;
mod agenda;
mod cycle;
mod idea;
mod model;
mod plan;

pub use adherence::{Adherence, adherence};
pub use agenda::{Edition, Held, Item, State, agenda};
pub use cycle::{Cycle, Every, Workdays, week_of};
pub use idea::IdeaState;
pub use model::{HOUSE, InvalidModel, Leader, Model, Owner, Practice, Role, Words};
pub use plan::{PlanStanding, PlanState, Step, StepKind, standing};
