//! `cadencia recording`: list, show, export, verify, erase. Works on the record and the files of this
//! node; each access is in the audit log.

use std::fs::File;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use domain::{AttemptId, Timestamp};
use recorder::{Form, Vault};
use serde_json::json;
use store::{RecordingFilter, RecordingState, Store};

use crate::Global;
use crate::output::{configuration, record, show, table};
use crate::rekey::rekey;
use crate::retention::Retention;
use crate::times;

/// What is read and written at once.
const PIECE: u64 = 1 << 20;

#[derive(Subcommand)]
pub(crate) enum Recording {
    /// Recordings by campaign, state and time
    List(Wanted),
    /// One recording with its marks, or why there is none
    Show {
        /// The attempt's id
        attempt: i64,
    },
    /// Write it to a WAV file: the customer left, the advisor right
    Export {
        /// The attempt's id
        attempt: i64,
        /// Where to; never over a file that is there
        file: PathBuf,
    },
    /// Read them from end to end: whether they are as they were made
    Verify(Wanted),
    /// What waits for the archive, since when, and what is in the way
    Backlog,
    /// Destroy its key before its time; prints the certificate
    Erase {
        /// The attempt's id
        attempt: i64,
        /// Why, for the certificate
        #[arg(long)]
        reason: String,
    },
    /// Change the master key: add one, and seal the keys of all recordings anew with it
    Rekey {
        /// With the last key of the file, which is there already
        #[arg(long)]
        go_on: bool,
        /// Take the old keys out of the file, if nothing on this node needs them any more
        #[arg(long)]
        drop_old: bool,
    },
    #[command(flatten)]
    Retention(Retention),
}

#[derive(Args)]
pub(crate) struct Wanted {
    /// Of this campaign
    #[arg(long)]
    campaign: Option<String>,
    /// none, recording, spooled, stored, erased or lost [default: all but none]
    #[arg(long)]
    state: Option<String>,
    /// Begun from then on
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Begun before then
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 1_000)]
    limit: u32,
}

impl Recording {
    pub(crate) async fn run(&self, global: &Global) -> Result<ExitCode> {
        let config = configuration(global)?;
        let store = record(global).await?;
        let store = store.as_ref();
        let vault = || server::vault(&config).map(Arc::new);
        match self {
            Recording::List(wanted) => list(global, store, wanted).await?,
            Recording::Show { attempt } => one(global, store, AttemptId::new(*attempt)).await?,
            Recording::Export { attempt, file } => {
                export(global, store, &vault()?, AttemptId::new(*attempt), file).await?;
            }
            Recording::Retention(it) => return it.run(global, store, vault).await,
            Recording::Verify(wanted) => return verify(global, store, &vault()?, wanted).await,
            Recording::Rekey { go_on, drop_old } => {
                let settings = &config.recordings;
                let (file, spool) = (&settings.master_key, settings.spool());
                rekey(global, store, file, &spool, *go_on, *drop_old).await?;
            }
            Recording::Backlog => backlog(global, store).await?,
            Recording::Erase { attempt, reason } => {
                erase(global, store, &vault()?, AttemptId::new(*attempt), reason).await?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Wanted {
    async fn filter(&self, store: &dyn Store) -> Result<RecordingFilter> {
        let time = |text: &Option<String>| text.as_deref().map(times::parse).transpose();
        let campaign = match &self.campaign {
            Some(name) => Some(crate::campaign::find(store, name).await?.id),
            None => None,
        };
        let state = self.state.as_deref().map(api::recording_state).transpose();
        Ok(RecordingFilter {
            campaign,
            state: state?,
            from: time(&self.from)?,
            to: time(&self.to)?,
            limit: self.limit,
            ..RecordingFilter::default()
        })
    }
}

async fn list(global: &Global, store: &dyn Store, wanted: &Wanted) -> Result<()> {
    let rows = store.recordings(&wanted.filter(store).await?).await?;
    let shown: Vec<_> = rows.iter().map(api::recording_shown).collect();
    show(global, &shown, |shown| {
        let rows: Vec<_> = shown
            .iter()
            .map(|it| {
                vec![
                    it.attempt.to_string(),
                    time(it.started_at),
                    seconds(it.duration_ms),
                    it.state.clone(),
                    it.class.clone().unwrap_or_default(),
                    time(it.keep_until),
                    it.why.clone().unwrap_or_default(),
                ]
            })
            .collect();
        let headings = [
            "attempt",
            "began",
            "length",
            "state",
            "class",
            "kept until",
            "why",
        ];
        table(
            &headings,
            &rows,
            "no recordings; see `cadencia campaign set NAME --recording all`",
        );
    })
}

async fn one(global: &Global, store: &dyn Store, attempt: AttemptId) -> Result<()> {
    let shown = api::recording(store, attempt).await?;
    show(global, &shown, |it| {
        println!("attempt     {}", it.attempt);
        println!("state       {}", it.state);
        let rows = [
            ("why", it.why.clone().unwrap_or_default()),
            ("began", time(it.started_at)),
            ("length", seconds(it.duration_ms)),
            ("class", it.class.clone().unwrap_or_default()),
            ("kept until", time(it.keep_until)),
            ("wav sha-256", it.wav_sha256.clone().unwrap_or_default()),
            ("object", it.object.clone().unwrap_or_default()),
            ("trouble", it.trouble.clone().unwrap_or_default()),
            ("erased", time(it.erased_at)),
            ("held", if it.held { "yes" } else { "" }.to_owned()),
        ];
        for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
            println!("{name:<11} {value}");
        }
        for mark in &it.marks {
            println!(
                "  {:>9}  {}  {}",
                seconds(Some(mark.offset_ms)),
                mark.kind,
                mark.text
            );
        }
    })
}

async fn export(
    global: &Global,
    store: &dyn Store,
    vault: &Arc<Vault>,
    attempt: AttemptId,
    file: &PathBuf,
) -> Result<()> {
    let playable = api::open_recording(store, vault, attempt).await?;
    let detail = format!("to {}", file.display());
    let subject = format!("attempt {attempt}");
    api::note_command(store, "recording.export", subject, detail).await?;
    let mut out = File::create_new(file)
        .with_context(|| format!("{} cannot be made; is it there already?", file.display()))?;
    let length = playable.wav().len();
    let mut at = 0;
    while at < length {
        let piece = playable.read(at..at + PIECE).await?;
        out.write_all(&piece)?;
        at += piece.len() as u64;
    }
    let sha256 = playable.sha256().await?;
    let value = json!({"attempt": attempt.get(), "file": file, "bytes": length, "sha256": sha256});
    show(global, &value, |_| {
        println!("{}: {length} bytes, sha-256 {sha256}", file.display())
    })
}

async fn verify(
    global: &Global,
    store: &dyn Store,
    vault: &Arc<Vault>,
    wanted: &Wanted,
) -> Result<ExitCode> {
    let mut filter = wanted.filter(store).await?;
    filter.limit = u32::MAX;
    let (mut sound, mut bad) = (0, Vec::new());
    for row in store.recordings(&filter).await? {
        if !matches!(row.state, RecordingState::Spooled | RecordingState::Stored) {
            continue;
        }
        let opened = api::open_recording(store, vault, row.attempt).await;
        let problem = match opened {
            Err(problem) => Some(problem.to_string()),
            // The record has the hash of 16 bits, whatever is played.
            Ok(playable) => match playable.in_form(Form::Pcm).sha256().await {
                Err(problem) => Some(problem.to_string()),
                Ok(sha) if row.wav_sha256.as_ref().is_some_and(|known| *known != sha) => {
                    Some("its sound is not that of the record: the SHA-256 differs".to_owned())
                }
                Ok(_) => None,
            },
        };
        match problem {
            None => sound += 1,
            Some(problem) => bad.push(json!({"attempt": row.attempt.get(), "problem": problem})),
        }
    }
    show(global, &json!({"sound": sound, "bad": bad}), |_| {
        println!("{sound} recordings are as they were made");
        for it in &bad {
            println!(
                "attempt {}: {}",
                it["attempt"],
                it["problem"].as_str().unwrap_or_default()
            );
        }
    })?;
    Ok(match bad.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

async fn backlog(global: &Global, store: &dyn Store) -> Result<()> {
    let shown = api::recording_backlog(store).await?;
    show(global, &shown, |it| {
        if it.waiting == 0 {
            return println!("every recording is in the archive");
        }
        println!(
            "{} recordings, {} in all, wait for the archive; the oldest since {}",
            it.waiting,
            seconds(Some(it.duration_ms)),
            time(it.oldest_at)
        );
        if let Some(trouble) = &it.trouble {
            println!("{} did not come there: {trouble}", it.troubled);
        }
    })
}

async fn erase(
    global: &Global,
    store: &dyn Store,
    vault: &Arc<Vault>,
    attempt: AttemptId,
    reason: &str,
) -> Result<()> {
    if reason.trim().is_empty() {
        bail!("say why it is erased: --reason 'asked by the customer'");
    }
    let certificate =
        api::erase_recording(store, vault, attempt, "command line", reason.trim()).await?;
    show(global, &certificate, |it| {
        println!("recording of attempt {} erased: {}", it.attempt, it.method);
    })
}

fn time(at: Option<i64>) -> String {
    at.map(|at| times::shown(Timestamp::from_millis(at)))
        .unwrap_or_default()
}

fn seconds(ms: Option<i64>) -> String {
    ms.map(|ms| format!("{}.{:03} s", ms / 1_000, ms % 1_000))
        .unwrap_or_default()
}
