//! `cadencia sip capture`: messages, and the audio of calls, into a file that Wireshark and tshark read.

use std::fs::{File, OpenOptions};
use std::io::BufWriter;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::json;

use super::pcapng::Pcapng;
use super::watching::{Next, Wanted};
use crate::Global;
use crate::output::show;

/// Write messages, and the audio of calls if asked for, to a file that Wireshark and tshark read
///
/// Messages over TCP, TLS and WebSocket are written as if they were UDP; IP and UDP headers are
/// made up. A message of more than 8 KiB is cut.
#[derive(Args)]
pub(crate) struct Capture {
    #[command(flatten)]
    wanted: Wanted,
    /// The file (pcapng); it must not exist
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// End after so many minutes
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// End when the file has so many megabytes
    #[arg(long, value_name = "MB", default_value_t = 100)]
    megabytes: u64,
    /// RTP and RTCP too, of the calls of an --attempt, a --trunk or a --number; who asks and which
    /// calls they were is written to the audit log, so say who: --as or --token
    #[arg(long)]
    media: bool,
    /// What is in packets that are protected (SRTP), instead of these
    #[arg(long, requires = "media")]
    clear: bool,
    /// The audio of so many calls at most, the first there are
    #[arg(long, value_name = "N", default_value_t = 10, requires = "media")]
    calls: usize,
}

impl Capture {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        if !(1..=10_000).contains(&self.megabytes) {
            bail!("--megabytes is from 1 to 10000");
        }
        if self.media && !self.wanted.is_by_name() {
            bail!("what people say is given to somebody: say who, with --as USER or --token");
        }
        if self.media && !self.wanted.chooses_calls() {
            bail!("whose audio? choose with --attempt, --trunk or --number");
        }
        let minutes = Some(self.minutes);
        let mut watching = self.wanted.watch(global, minutes, self.asked()).await?;
        let name = self.out.display();
        let writing = || format!("writing {name}");
        let file = BufWriter::new(made(&self.out)?);
        let mut pcapng = Pcapng::begin(file).with_context(writing)?;
        loop {
            let added = match watching.next().await? {
                Next::Message(message) => pcapng.add_message(&message),
                Next::Packet(packet) => pcapng.add_packet(&packet),
                Next::End => break,
            };
            added.with_context(writing)?;
            if pcapng.bytes() >= self.megabytes * 1_000_000 {
                break;
            }
        }
        let (messages, packets, calls) = (pcapng.messages(), pcapng.packets(), pcapng.calls());
        let (missed, packets_missed) = (watching.dropped, watching.packets_dropped);
        let bytes = pcapng.end(missed, packets_missed).with_context(writing)?;
        let mut end = json!({"file": self.out, "messages": messages, "bytes": bytes,
            "dropped": missed});
        if self.media {
            end["packets"] = packets.into();
            end["calls"] = calls.into();
            end["packets_dropped"] = packets_missed.into();
        }
        show(global, &end, |_| {
            println!("{messages} messages in {name} ({bytes} bytes); {missed} missed");
            if self.media {
                println!("{packets} packets of {calls} calls; {packets_missed} missed");
            }
        })
    }

    /// What the engine is asked for besides messages.
    fn asked(&self) -> Vec<(&'static str, String)> {
        let said = |name, so: bool| so.then(|| (name, "true".to_owned()));
        let calls = self.media.then(|| ("calls", self.calls.to_string()));
        let all = [said("media", self.media), said("clear", self.clear), calls];
        all.into_iter().flatten().collect()
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
