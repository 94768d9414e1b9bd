//! The command line: one binary, `cadencia`.

fn main() {}
