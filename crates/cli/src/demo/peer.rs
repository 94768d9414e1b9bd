//! A child process of this same binary that says one line when it is ready and
//! one when it is done.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// How long a peer may take to start, or to say goodbye.
const PATIENCE: Duration = Duration::from_secs(30);

/// A running peer. It ends when its input does, so that none outlives us.
pub(super) struct Peer {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    /// What it said when it was ready.
    pub(super) ready: Value,
}

impl Peer {
    pub(super) async fn start(arguments: &[&str]) -> Result<Peer> {
        let binary = std::env::current_exe().context("our own binary")?;
        let mut child = Command::new(binary)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // Ctrl-C at a terminal reaches the whole group: peers end when we say so.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let Some(out) = child.stdout.take() else {
            bail!("its output is not readable");
        };
        let mut peer = Peer {
            child,
            lines: BufReader::new(out).lines(),
            ready: Value::Null,
        };
        peer.ready = peer.line().await.context("it did not start")?;
        Ok(peer)
    }

    /// Ends its input; returns its last word.
    pub(super) async fn stop(mut self) -> Result<Value> {
        drop(self.child.stdin.take());
        let last = self.line().await?;
        tokio::time::timeout(PATIENCE, self.child.wait()).await??;
        Ok(last)
    }

    async fn line(&mut self) -> Result<Value> {
        let line = tokio::time::timeout(PATIENCE, self.lines.next_line()).await??;
        match line {
            Some(line) => Ok(serde_json::from_str(&line)?),
            None => bail!("it ended early; see its errors above"),
        }
    }
}
