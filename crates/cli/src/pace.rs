//! `cadencia pace`: drives the pacing policy over JSON lines, so that any
//! simulator of a floor can judge it. One object per line in, one reply per
//! `hello` and `tick` out; time is the other side's, never the wall clock.
//! Unknown fields and events are ignored. It is the `pacing` crate that runs
//! production, fed from the events of the protocol. With `--learnt` a session
//! starts from what the one before had learnt.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use domain::{AgentId, AttemptId, DialMode, Rate, Timestamp};
use pacing::{
    Decision, Fact, Learnt, Pacer, PacerConfig, Snapshot, SnapshotCall, SnapshotTalk,
    SnapshotWrapUp,
};
use serde::Deserialize;

/// The message to an abandoned caller holds its channel this long.
const MESSAGE: Duration = Duration::from_secs(8);

/// Session time is not the wall clock's: a file is taken to be of the day
/// before, a night ago.
const NIGHT: Duration = Duration::from_secs(16 * 3_600);

#[derive(Args)]
pub(crate) struct Pace {
    /// What the policy has learnt: read at the start where the file exists, as
    /// if of the day before, and written at the end
    #[arg(long, value_name = "FILE")]
    learnt: Option<PathBuf>,
}

impl Pace {
    /// Answers the protocol on `input` until `bye` or its end.
    pub(crate) fn run(&self, input: impl BufRead, output: impl Write) -> Result<()> {
        let Some(file) = &self.learnt else {
            return run(input, output, None).map(drop);
        };
        let session = run(input, output, read_learnt(file)?)?;
        let Some(session) = session else {
            return Ok(());
        };
        std::fs::write(file, session.pacer.learnt().to_json())
            .with_context(|| format!("writing what was learnt to {}", file.display()))
    }
}

fn read_learnt(file: &Path) -> Result<Option<Learnt>> {
    match std::fs::read_to_string(file) {
        Ok(text) => Learnt::from_json(&text).map(Some).with_context(|| {
            format!(
                "{} holds nothing this version of pace has learnt; remove it to start anew",
                file.display()
            )
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("reading {}", file.display())),
    }
}

/// Reads the protocol from `input` until `bye` or its end.
fn run(
    input: impl BufRead,
    mut output: impl Write,
    learnt: Option<Learnt>,
) -> Result<Option<Session>> {
    let mut session: Option<Session> = None;
    for (number, line) in input.lines().enumerate() {
        let line = line.context("reading the protocol")?;
        if line.trim().is_empty() {
            continue;
        }
        let message: Message = serde_json::from_str(&line)
            .with_context(|| format!("line {}: not a message of the protocol", number + 1))?;
        match message {
            Message::Hello(hello) => {
                session = Some(Session::new(hello, learnt.as_ref())?);
                reply(&mut output, &serde_json::json!({ "ready": true }))?;
            }
            Message::Tick { t, ev } => {
                let Some(session) = session.as_mut() else {
                    bail!("line {}: a tick came before the hello", number + 1);
                };
                let decision = session.tick(t, &ev);
                let said = serde_json::json!({
                    "dial": decision.dial,
                    "binding": decision.binding,
                    "why": decision.why(),
                });
                reply(&mut output, &said)?;
            }
            Message::Bye => return Ok(session),
            Message::Unknown => {}
        }
    }
    Ok(session)
}

fn reply(output: &mut impl Write, said: &serde_json::Value) -> Result<()> {
    writeln!(output, "{said}")
        .and_then(|()| output.flush())
        .context("writing the reply")
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Message {
    Hello(Hello),
    Tick {
        t: i64,
        #[serde(default)]
        ev: Vec<Ev>,
    },
    Bye,
    #[serde(other)]
    Unknown,
}

#[derive(Deserialize)]
struct Hello {
    target_abandon: f64,
    #[serde(default = "default_wait")]
    abandon_wait_ms: u64,
    #[serde(default = "default_ring_timeout")]
    ring_timeout_ms: u64,
    /// Not of the judge's: how sure to be that the rate stays under the target.
    #[serde(default)]
    sure: Option<f64>,
    max_channels: u32,
    max_cps: f64,
    #[serde(default)]
    dial_until_ms: Option<i64>,
}

fn default_wait() -> u64 {
    2_000
}

fn default_ring_timeout() -> u64 {
    25_000
}

/// One event: `k` agent or call, `s` its new state, `a` and `c` who.
#[derive(Deserialize)]
struct Ev {
    #[serde(default)]
    k: String,
    #[serde(default)]
    s: String,
    #[serde(default)]
    t: i64,
    a: Option<i64>,
    c: Option<i64>,
}

/// What an agent of the protocol does.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Doing {
    Ready,
    Talk { since: i64 },
    WrapUp { since: i64, talked: i64 },
    Away,
}

#[derive(Clone, Copy, Debug)]
struct Agent {
    doing: Doing,
    leaving: bool,
}

/// Where a call of the protocol stands.
#[derive(Clone, Copy, Debug)]
enum Call {
    Flying(SnapshotCall),
    Waiting,
    Talking,
}

struct Session {
    pacer: Pacer,
    agents: BTreeMap<i64, Agent>,
    calls: BTreeMap<i64, Call>,
    /// When the channels of abandoned calls are free again.
    messages: VecDeque<i64>,
    channels: u32,
    bucket: Bucket,
    dial_until: Option<i64>,
}

impl Session {
    fn new(hello: Hello, learnt: Option<&Learnt>) -> Result<Session> {
        let target = Rate::new(hello.target_abandon)
            .with_context(|| format!("target_abandon {} is no share", hello.target_abandon))?;
        let config = PacerConfig {
            target,
            limit: target,
            sure: hello.sure.and_then(Rate::new),
            wait_limit: Duration::from_millis(hello.abandon_wait_ms),
            ring_timeout: Duration::from_millis(hello.ring_timeout_ms),
        };
        Ok(Session {
            pacer: match learnt {
                Some(learnt) => Pacer::from_history(config, learnt, NIGHT),
                None => Pacer::new(config),
            },
            agents: BTreeMap::new(),
            calls: BTreeMap::new(),
            messages: VecDeque::new(),
            channels: hello.max_channels,
            bucket: Bucket::new(hello.max_cps),
            dial_until: hello.dial_until_ms,
        })
    }

    fn tick(&mut self, t: i64, events: &[Ev]) -> Decision {
        for event in events {
            match event.k.as_str() {
                "agent" => self.agent(event),
                "call" => self.call(event),
                _ => {}
            }
        }
        let snapshot = self.snapshot(t);
        let decision = self.pacer.decide(&snapshot);
        self.bucket.take(decision.dial);
        decision
    }

    fn agent(&mut self, event: &Ev) {
        let Some(number) = event.a else { return };
        let agent = self.agents.entry(number).or_insert(Agent {
            doing: Doing::Away,
            leaving: false,
        });
        if event.s == "leaving" {
            agent.leaving = true;
            return;
        }
        let before = agent.doing;
        agent.doing = match (event.s.as_str(), before) {
            ("ready", _) => Doing::Ready,
            ("talk", _) => Doing::Talk { since: event.t },
            ("wrap", Doing::Talk { since }) => Doing::WrapUp {
                since: event.t,
                talked: event.t.saturating_sub(since),
            },
            ("wrap", _) => Doing::WrapUp {
                since: event.t,
                talked: 0,
            },
            ("pause" | "off", _) => Doing::Away,
            _ => return,
        };
        if matches!(agent.doing, Doing::Ready | Doing::Away) {
            agent.leaving = false;
        }
        let (at, id) = (Timestamp::from_millis(event.t), AgentId::new(number));
        let after = agent.doing;
        if matches!(after, Doing::WrapUp { .. }) {
            self.pacer.observe(at, Fact::TalkEnded { agent: id });
        }
        if matches!(before, Doing::WrapUp { .. }) {
            self.pacer.observe(at, Fact::WrapUpEnded { agent: id });
        }
        match after {
            Doing::Ready => self.pacer.observe(at, Fact::AgentReady { agent: id }),
            Doing::Away => self.pacer.observe(at, Fact::AgentLeft { agent: id }),
            Doing::Talk { .. } | Doing::WrapUp { .. } => {}
        }
    }

    fn call(&mut self, event: &Ev) {
        let Some(number) = event.c else { return };
        let (at, call) = (Timestamp::from_millis(event.t), AttemptId::new(number));
        let fact = match event.s.as_str() {
            "dialed" => Fact::CallPlaced { call },
            "ringing" => Fact::Ringing { call },
            "answered" => Fact::Answered { call },
            "live" => Fact::Live { call },
            "connected" => Fact::Bridged {
                call,
                agent: AgentId::new(event.a.unwrap_or(-1)),
            },
            "abandoned" => Fact::Abandoned { call },
            "machine" | "busy" | "failed" | "noanswer" => Fact::Failed { call },
            "ended" => Fact::Ended { call },
            _ => return,
        };
        self.track(number, event.t, fact);
        self.pacer.observe(at, fact);
    }

    /// Keeps the mirror of the calls.
    fn track(&mut self, number: i64, t: i64, fact: Fact) {
        let at = Timestamp::from_millis(t);
        match fact {
            Fact::CallPlaced { .. } => {
                let placed = SnapshotCall {
                    placed: at,
                    ringing: None,
                    answered: None,
                };
                self.calls.insert(number, Call::Flying(placed));
            }
            Fact::Ringing { .. } => {
                if let Some(Call::Flying(flying)) = self.calls.get_mut(&number) {
                    flying.ringing = Some(at);
                }
            }
            Fact::Answered { .. } => {
                if let Some(Call::Flying(flying)) = self.calls.get_mut(&number) {
                    flying.answered = Some(at);
                }
            }
            Fact::Live { .. } => {
                self.calls.insert(number, Call::Waiting);
            }
            Fact::Bridged { .. } => {
                self.calls.insert(number, Call::Talking);
            }
            Fact::Abandoned { .. } => {
                self.calls.remove(&number);
                let span = i64::try_from(MESSAGE.as_millis()).unwrap_or(i64::MAX);
                self.messages.push_back(t.saturating_add(span));
            }
            _ => {
                self.calls.remove(&number);
            }
        }
    }

    fn snapshot(&mut self, t: i64) -> Snapshot {
        while self.messages.front().is_some_and(|free| *free < t) {
            self.messages.pop_front();
        }
        let now = Timestamp::from_millis(t);
        let mut snapshot = Snapshot::empty(now, DialMode::Predictive);
        for agent in self.agents.values() {
            add_agent(&mut snapshot, agent);
        }
        for call in self.calls.values() {
            match call {
                Call::Flying(flying) => snapshot.calls.push(*flying),
                Call::Waiting => snapshot.waiting += 1,
                Call::Talking => {}
            }
        }
        let in_use = u32::try_from(self.calls.len() + self.messages.len()).unwrap_or(u32::MAX);
        snapshot.channels_free = self.channels.saturating_sub(in_use);
        snapshot.calls_now_max = self.bucket.at(t);
        snapshot.hopper = u32::MAX;
        snapshot.window_closes_in = self.dial_until.map(|until| {
            Duration::from_millis(u64::try_from(until.saturating_sub(t)).unwrap_or(0))
        });
        snapshot
    }
}

fn add_agent(snapshot: &mut Snapshot, agent: &Agent) {
    let at = Timestamp::from_millis;
    match agent.doing {
        Doing::Ready => snapshot.agents_ready += 1,
        Doing::Talk { since } => snapshot.talking.push(SnapshotTalk {
            since: at(since),
            leaving: agent.leaving,
        }),
        Doing::WrapUp { since, talked } => snapshot.wrap_up.push(SnapshotWrapUp {
            since: at(since),
            talked: Duration::from_millis(u64::try_from(talked).unwrap_or(0)),
            until: None,
            leaving: agent.leaving,
        }),
        Doing::Away => {}
    }
}

/// Calls per second: a bucket that holds one second's worth, at least a call.
struct Bucket {
    per_second: f64,
    credit: f64,
    at: i64,
}

impl Bucket {
    fn new(per_second: f64) -> Bucket {
        Bucket {
            per_second: if per_second.is_finite() {
                per_second.max(0.0)
            } else {
                0.0
            },
            credit: 0.0,
            at: 0,
        }
    }

    fn at(&mut self, t: i64) -> u32 {
        let passed = t.saturating_sub(self.at).max(0) as f64;
        let most = self.per_second.max(1.0);
        self.credit = (self.credit + self.per_second * passed / 1_000.0).min(most);
        self.at = t.max(self.at);
        self.credit.floor() as u32
    }

    fn take(&mut self, calls: u32) {
        self.credit = (self.credit - f64::from(calls)).max(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELLO: &str = r#"{"type":"hello","v":1,"target_abandon":0.03,"abandon_wait_ms":2000,"ring_timeout_ms":25000,"max_channels":4,"max_cps":3.0,"tick_ms":1000,"event_mode":false,"amd":true,"dial_until_ms":10000,"new":{}}"#;

    fn replies(lines: &[&str]) -> Vec<serde_json::Value> {
        let mut said = Vec::new();
        run(lines.join("\n").as_bytes(), &mut said, None).expect("the protocol was kept");
        let said = String::from_utf8(said).expect("JSON is UTF-8");
        said.lines()
            .map(|line| serde_json::from_str(line).expect("a reply is JSON"))
            .collect()
    }

    #[test]
    fn each_hello_and_tick_gets_one_reply_and_unknown_things_none() {
        let said = replies(&[
            HELLO,
            r#"{"type":"weather","rain":true}"#,
            r#"{"type":"tick","t":0,"ev":[]}"#,
            r#"{"type":"tick","t":1000,"ev":[{"k":"agent","t":900,"a":0,"s":"dancing"},{"k":"moon","s":"full"}],"x":1}"#,
            r#"{"type":"bye"}"#,
        ]);
        assert_eq!(said.len(), 3);
        assert_eq!(said[0]["ready"], true);
        assert_eq!(said[2]["dial"], 0);
        assert_eq!(said[2]["binding"], "no agents");
    }

    #[test]
    fn channels_calls_per_second_and_closing_time_hold() {
        let ready: Vec<String> = (0..9)
            .map(|agent| format!(r#"{{"k":"agent","t":0,"a":{agent},"s":"ready"}}"#))
            .collect();
        let first = format!(r#"{{"type":"tick","t":1000,"ev":[{}]}}"#, ready.join(","));
        let dialed: Vec<String> = (0..3)
            .map(|call| format!(r#"{{"k":"call","t":1000,"c":{call},"s":"dialed"}}"#))
            .collect();
        let second = format!(r#"{{"type":"tick","t":2000,"ev":[{}]}}"#, dialed.join(","));
        let late = r#"{"type":"tick","t":10000,"ev":[]}"#;
        let said = replies(&[HELLO, &first, &second, late]);
        assert_eq!(
            (&said[1]["dial"], &said[1]["binding"]),
            (&3.into(), &"cps".into())
        );
        assert_eq!(
            (&said[2]["dial"], &said[2]["binding"]),
            (&1.into(), &"trunk".into())
        );
        assert_eq!(
            (&said[3]["dial"], &said[3]["binding"]),
            (&0.into(), &"window".into())
        );
    }

    #[test]
    fn garbage_is_an_error_with_its_line() {
        let error = run("not json".as_bytes(), Vec::new(), None).err();
        let error = error.expect("not the protocol");
        assert!(error.to_string().starts_with("line 1"), "{error}");
        assert!(run(r#"{"type":"tick","t":1}"#.as_bytes(), Vec::new(), None).is_err());
    }

    #[test]
    fn a_session_starts_from_what_the_one_before_had_learnt() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("learnt.json");
        let pace = Pace {
            learnt: Some(file.clone()),
        };
        let day = || pace.run(HELLO.as_bytes(), Vec::new());
        day().expect("there is nothing to read yet");
        let first = std::fs::read_to_string(&file).expect("it was written");
        day().expect("it reads what it wrote");
        assert_eq!(
            first,
            std::fs::read_to_string(&file).expect("it was written")
        );
        std::fs::write(&file, "{}").expect("written");
        let error = day().err().map(|error| error.to_string());
        assert!(error.is_some_and(|words| words.contains("remove it to start anew")));
        assert_eq!(std::fs::read_to_string(&file).expect("left alone"), "{}");
    }
}
