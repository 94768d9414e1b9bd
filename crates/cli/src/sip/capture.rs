//! `cadencia sip capture`: messages into a file that Wireshark and tshark read.

use std::fs::{File, OpenOptions};
use std::io::BufWriter;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::json;

use super::pcap::Pcap;
use super::watching::{Next, Wanted};
use crate::Global;
use crate::output::show;

/// Write messages to a file that Wireshark and tshark read
///
/// Messages over TCP, TLS and WebSocket are written as if they were UDP; IP and UDP headers are
/// made up. A message of more than 8 KiB is cut.
#[derive(Args)]
pub(crate) struct Capture {
    #[command(flatten)]
    wanted: Wanted,
    /// The file; it must not exist
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// End after so many minutes
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// End when the file has so many megabytes
    #[arg(long, value_name = "MB", default_value_t = 100)]
    megabytes: u64,
}

impl Capture {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        if !(1..=10_000).contains(&self.megabytes) {
            bail!("--megabytes is from 1 to 10000");
        }
        let mut watching = self.wanted.watch(global, Some(self.minutes)).await?;
        let name = self.out.display();
        let writing = || format!("writing {name}");
        let file = BufWriter::new(made(&self.out)?);
        let mut pcap = Pcap::begin(file).with_context(writing)?;
        while let Next::Message(message) = watching.next().await? {
            pcap.add(&message).with_context(writing)?;
            if pcap.bytes() >= self.megabytes * 1_000_000 {
                break;
            }
        }
        let (messages, bytes) = (pcap.messages(), pcap.bytes());
        pcap.end().with_context(writing)?;
        let end = json!({"file": self.out, "messages": messages, "bytes": bytes,
            "dropped": watching.dropped});
        show(global, &end, |_| {
            let missed = watching.dropped;
            println!("{messages} messages in {name} ({bytes} bytes); {missed} missed");
        })
    }
}

/// Whoever else is on the machine need not read who was called.
fn made(path: &Path) -> Result<File> {
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    file.with_context(|| {
        format!(
            "cannot make {}; captures never overwrite a file",
            path.display()
        )
    })
}
