//! The vocabulary of the tests that need the whole program: [`Floor`] is one
//! installation in a folder of its own, run as the real binary `cadencia`.

pub mod audit;
pub mod authority;
pub mod desk;
pub mod floor;
pub mod http;
pub mod office;
pub mod ports;
pub mod program;
pub mod s3;
pub mod shift;
pub mod sold;
pub mod watcher;
pub mod wire;

pub use floor::{Floor, Running};
