//! The vocabulary shared by the tests that cross crates.
