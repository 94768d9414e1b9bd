//! The command line: one binary, `cadencia`.

mod pace;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// A predictive dialer: a base becomes paced calls to advisors.
#[derive(Parser)]
#[command(name = "cadencia", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Drive the pacing policy over JSON lines on standard input and output.
    Pace,
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Pace => pace::run(std::io::stdin().lock(), std::io::stdout().lock()),
    }
}
