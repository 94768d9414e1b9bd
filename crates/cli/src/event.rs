//! `cadencia event`: what other systems follow, read from the record.

use std::io::Write as _;
use std::time::Duration;

use anyhow::Result;
use api::EventReader;
use clap::{Args, Subcommand};
use domain::Timestamp;
use store::{FeedWanted, Store};
use wire::{Event, EventPage};

use crate::Global;
use crate::campaign::find;
use crate::output::{record, show, table};
use crate::times::shown;

/// Between two looks for what came.
const LOOK_EVERY: Duration = Duration::from_millis(500);

#[derive(Subcommand)]
pub(crate) enum EventCommand {
    /// Events after a cursor, and the cursor to go on with
    List {
        #[command(flatten)]
        which: Which,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// Events as they happen, until it is ended; with --json one a line
    Follow {
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Args)]
pub(crate) struct Which {
    /// After this id: `begin`, `end` for what happens from now on, or `next` of an answer [default: begin; when following: end]
    #[arg(long, value_name = "ID")]
    after: Option<String>,
    /// Of these kinds, with commas between, such as sale.moved,attempt.closed [default: all]
    #[arg(long, value_delimiter = ',', value_name = "KINDS")]
    kinds: Vec<String>,
    /// Of this campaign
    #[arg(long)]
    campaign: Option<String>,
    /// Numbers as they are, not masked
    #[arg(long)]
    clear: bool,
}

impl Which {
    async fn wanted(&self, store: &dyn Store, usual: &str, limit: u32) -> Result<FeedWanted> {
        let after = self.after.as_deref().unwrap_or(usual);
        Ok(FeedWanted {
            after: api::event_place(store, Some(after)).await?,
            up_to: None,
            kinds: api::event_kinds(self.kinds.iter().map(String::as_str))?,
            campaign: match &self.campaign {
                Some(name) => Some(find(store, name).await?.id),
                None => None,
            },
            limit,
        })
    }

    fn reader(&self) -> EventReader {
        EventReader {
            clear: self.clear,
            is_staff: true,
        }
    }
}

impl EventCommand {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        let store = store.as_ref();
        match self {
            Self::List { which, limit } => {
                let mut wanted = which.wanted(store, "begin", *limit).await?;
                let mut page = api::events(store, &wanted, which.reader()).await?;
                // What was not asked for is passed over, however much it is.
                while page.events.is_empty() && !page.is_end {
                    wanted.after = api::event_place(store, Some(&page.next)).await?;
                    page = api::events(store, &wanted, which.reader()).await?;
                }
                show(global, &page, page_table)
            }
            Self::Follow { which } => follow(global, store, which).await,
        }
    }
}

async fn follow(global: &Global, store: &dyn Store, which: &Which) -> Result<()> {
    let mut wanted = which.wanted(store, "end", 1_000).await?;
    let mut out = std::io::stdout();
    loop {
        let page = store.feed(&wanted).await?;
        for event in &page.events {
            let event = api::event_shown(event, which.reader());
            let line = match global.json {
                true => serde_json::to_string(&event)?,
                false => cells(&event).join("  "),
            };
            // Whoever read them went away: that is no fault.
            if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
                return Ok(());
            }
        }
        wanted.after = page.next;
        if page.is_end {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

fn cells(event: &Event) -> Vec<String> {
    let json = serde_json::to_value(event).unwrap_or_default();
    let told = json["data"].as_object().into_iter().flatten();
    let told = told.filter(|(_, value)| !value.is_null() && value.as_str() != Some(""));
    let told = told.map(|(key, value)| match value.as_str() {
        Some(text) => format!("{key}={text}"),
        None => format!("{key}={value}"),
    });
    vec![
        event.id.clone(),
        shown(Timestamp::from_millis(event.at)),
        json["kind"].as_str().unwrap_or_default().to_owned(),
        event
            .campaign
            .map_or_else(|| "-".to_owned(), |id| id.to_string()),
        told.collect::<Vec<_>>().join(" "),
    ]
}

fn page_table(page: &EventPage) {
    let rows: Vec<_> = page.events.iter().map(cells).collect();
    let headings = ["id", "cuándo", "qué", "campaña", "datos"];
    table(&headings, &rows, "ningún evento");
    let more = if page.is_end { "" } else { "; hay más" };
    println!("siguiente: --after {}{more}", page.next);
}
