//! Months of figures: the worked example of the indicators (`example.rs`), and the history of another system taken in
//! (`history.rs`), each against figures that were come by otherwise.

mod example;
mod history;
