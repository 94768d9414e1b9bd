//! Every scenario of `tests/sipp` is played, as the comment at its head says: a line
//!
//! ```text
//! play [over tcp,] [ring 400ms,] ORDER: END
//! ```
//!
//! for each time, where ORDER is `listen`, or `hang up` or `play the message` with `when ringing` or
//! `when answered`, and END is `failed OUTCOME STATUS [q850 CAUSE]` or `ended by WHOM [q850 CAUSE]`.
//! A carrier that did something new is a new file there, and nothing else. `SCENARIO=NAME` in the
//! environment plays one alone.

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::{AttemptId, Secret, TrunkTransport};
use engine::{CallProgress, Command};
use futures_util::{FutureExt, StreamExt, stream};

use crate::floor::{ANSWERS, Floor, trunk};
use crate::sipp::Sipp;

/// Scenarios played at the same time.
const AT_ONCE: usize = 8;
/// How long a phone may ring that is not asked to ring shorter.
const RING_MAX: Duration = Duration::from_secs(20);

/// One line of a scenario.
#[derive(Debug)]
struct Play {
    file: PathBuf,
    line: String,
    transport: TrunkTransport,
    ring_max: Duration,
    order: Option<(When, Order)>,
    end: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Ringing,
    Answered,
}

#[derive(Clone, Copy, Debug)]
enum Order {
    HangUp,
    PlayMessage,
}

#[tokio::test]
async fn every_scenario_of_the_library_ends_as_it_says() {
    let plays = library();
    assert!(!plays.is_empty(), "there is no such scenario");
    let ends = stream::iter(&plays).map(|play| async move { (play, run(play).await) });
    let ends: Vec<_> = ends.buffer_unordered(AT_ONCE).collect().await;
    let wrong: Vec<_> = ends
        .iter()
        .filter_map(|(play, end)| Some((play, end.as_ref().err()?)))
        .map(|(play, why)| format!("{} ({}): {why}", name(&play.file), play.line))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The plays of every file, in order of name.
fn library() -> Vec<Play> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sipp");
    let files = std::fs::read_dir(folder).expect("the library is there");
    let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    files.retain(|file| file.extension().is_some_and(|kind| kind == "xml"));
    files.sort();
    if let Ok(only) = std::env::var("SCENARIO") {
        files.retain(|file| name(file) == only);
    }
    files.iter().flat_map(|file| plays_of(file)).collect()
}

fn plays_of(file: &Path) -> Vec<Play> {
    let bytes = std::fs::read(file).expect("it can be read");
    let text = String::from_utf8_lossy(&bytes);
    let (_, comment) = text.split_once("<!--").expect("a comment at its head");
    let (comment, _) = comment.split_once("-->").expect("its end");
    let lines = comment
        .lines()
        .filter_map(|line| line.trim().strip_prefix("play "));
    let plays: Vec<_> = lines.map(|line| Play::read(file, line)).collect();
    assert!(!plays.is_empty(), "{} is never played", name(file));
    plays
}

fn name(file: &Path) -> std::borrow::Cow<'_, str> {
    file.file_stem().expect("a name").to_string_lossy()
}

impl Play {
    fn read(file: &Path, line: &str) -> Play {
        let words = line.split_once(": ");
        let (how, end) = words.unwrap_or_else(|| panic!("{}: `{line}`?", name(file)));
        let mut play = Play {
            file: file.into(),
            line: line.into(),
            transport: TrunkTransport::Udp,
            ring_max: RING_MAX,
            order: None,
            end: end.into(),
        };
        for part in how.split(", ") {
            match part {
                "listen" => {}
                "over tcp" => play.transport = TrunkTransport::Tcp,
                "ring 400ms" => play.ring_max = Duration::from_millis(400),
                "hang up when ringing" => play.order = Some((When::Ringing, Order::HangUp)),
                "hang up when answered" => play.order = Some((When::Answered, Order::HangUp)),
                "play the message when answered" => {
                    play.order = Some((When::Answered, Order::PlayMessage));
                }
                _ => panic!("{}: `{part}` is no order", name(file)),
            }
        }
        play
    }
}

/// Plays it; what was not as it should be.
async fn run(play: &Play) -> Result<(), String> {
    let sipp = Sipp::plays(&play.file, play.transport).await?;
    let mut floor = Floor::open().await;
    let mut known = trunk("127.0.0.1", sipp.address.port(), play.transport);
    known.credentials = Some(("cadencia".into(), Secret::new("clave")));
    floor.telephony.set_trunk(known);
    let call = floor.calls_for(ANSWERS, play.ring_max);
    // One that is stuck must not hide what sipp says of it, nor what became of the others.
    let end = AssertUnwindSafe(follow(&mut floor, call, play)).catch_unwind();
    let end = end.await.unwrap_or_else(|_| "nothing more".to_owned());
    let verdict = sipp.ends().await;
    if end != play.end {
        return Err(format!("{end}; {verdict:?}"));
    }
    verdict
}

/// Gives the orders when their time comes, until the call ends.
async fn follow(floor: &mut Floor, attempt: AttemptId, play: &Play) -> String {
    loop {
        let progress = floor.next(attempt).await;
        let now = match &progress {
            CallProgress::Ringing => Some(When::Ringing),
            CallProgress::Answered(_) => Some(When::Answered),
            CallProgress::Placed
            | CallProgress::MessagePlayed
            | CallProgress::Announced
            | CallProgress::Key(_) => None,
            CallProgress::Failed { .. } | CallProgress::Ended { .. } => return words(&progress),
        };
        match play.order {
            Some((when, Order::HangUp)) if Some(when) == now => {
                floor.orders(Command::HangUp { attempt });
            }
            Some((when, Order::PlayMessage)) if Some(when) == now => {
                floor.orders(Command::PlayMessage { attempt });
            }
            _ => {}
        }
    }
}

/// An end as the files write it.
fn words(end: &CallProgress) -> String {
    let (said, cause) = match end {
        CallProgress::Failed { outcome, cause } => (format!("failed {}", outcome.word()), cause),
        CallProgress::Ended { by, cause } => (format!("ended by {by:?}").to_lowercase(), cause),
        other => panic!("{other:?} is no end"),
    };
    let status = cause.sip_status.map(|status| format!(" {status}"));
    let q850 = cause.q850.map(|cause| format!(" q850 {cause}"));
    said + &status.unwrap_or_default() + &q850.unwrap_or_default()
}
