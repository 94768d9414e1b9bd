//! Months of figures: the worked example of the indicators (`example.rs`), the history of another system taken in
//! (`history.rs`), and a month run through the engine in virtual time (`real.rs`), each against figures that were come by
//! otherwise; what a campaign compares them with (`targets.rs`), and what managers
//! are told (`gerencial.rs`).

mod after;
mod example;
mod floor;
mod gerencial;
mod history;
mod real;
mod targets;
