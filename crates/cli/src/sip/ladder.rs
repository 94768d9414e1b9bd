//! `cadencia sip ladder`: the signalling of an attempt, from the record.

use anyhow::Result;
use clap::Args;
use domain::{AttemptId, Timestamp};
use wire::LadderMessage;

use crate::Global;
use crate::output::{record, show};
use crate::times::shown;

/// Show the signalling of an attempt that is over
#[derive(Args)]
pub(crate) struct Ladder {
    /// Its id, as in `cadencia report attempts`
    attempt: i64,
}

impl Ladder {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        let ladder = api::ladder(store.as_ref(), AttemptId::new(self.attempt)).await?;
        show(global, &ladder, print)
    }
}

fn print(ladder: &wire::Ladder) {
    println!(
        "attempt {} over {}, {}",
        ladder.attempt,
        ladder.trunk,
        shown(Timestamp::from_millis(ladder.began))
    );
    println!(
        "  we are {}, the other side {} ({})",
        ladder.local, ladder.remote, ladder.transport
    );
    println!("  Call-ID {}", ladder.call_id);
    for (place, message) in ladder.messages.iter().enumerate() {
        if ladder.elided > 0 && place == ladder.elided_after as usize {
            println!("           ... {} messages are not kept ...", ladder.elided);
        }
        println!("{}", line(message));
        if let Some(sdp) = &message.sdp {
            println!("                 {sdp}");
        }
        for (name, values) in &message.headers {
            for value in values {
                println!("                 {name}: {value}");
            }
        }
    }
}

fn line(message: &LadderMessage) -> String {
    let arrow = match message.direction.as_str() {
        "out" => "-->",
        _ => "<--",
    };
    let again = if message.again { "  again" } else { "" };
    format!(
        "{:>8.3} s  {arrow}  {}  (CSeq {}){again}",
        message.ms as f64 / 1_000.0,
        message.start,
        message.cseq
    )
}
