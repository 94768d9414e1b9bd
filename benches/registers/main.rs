//! Ten thousand phones that come back after a power cut, over real sockets, while calls are placed:
//! what it adds to the time from the order of a call to its answer, and how long it takes until all
//! phones are registered and all registrations are on the disk. Compared with the same calls without
//! a phone in sight, in the same run.

mod carrier;
mod phones;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use benches::quick;
use domain::{AgentId, AgentProfile, AttemptId, LineMode, PhoneNumber, Secret, Trunk, TrunkId};
use engine::{CallProgress, Command};
use store::Store;
use telephony::media::{Codec, MediaConfig, Prompt};
use telephony::{
    Causes, DigestAlgorithm, Listener, Report, Telephony, TelephonyConfig, TlsSettings,
};
use tokio::sync::mpsc;

use carrier::Carrier;
use phones::{Pace, Phones};

const TRUNK: TrunkId = TrunkId::new(1);
/// Calls a second, all the while.
const CALLS: u32 = 50;

fn main() {
    let users = if quick() { 500 } else { 10_000 };
    let span = Duration::from_secs(if quick() { 2 } else { 8 });
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(measure(users, span));
}

async fn measure(users: u32, span: Duration) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let url = format!("sqlite:{}", folder.path().join("record.db").display());
    let store = store::open(&url).await.expect("a new record");
    let (telephony, reports) = Telephony::start(config()).await.expect("loopback");
    let carrier = Carrier::start();
    telephony.set_trunk(trunk(carrier.address));
    for number in 0..users {
        let profile = AgentProfile {
            id: AgentId::new(i64::from(number) + 1),
            name: format!("Asesor {number}"),
            sip_user: phones::user(number),
            campaigns: Vec::new(),
            line: LineMode::NailedUp,
        };
        telephony.set_agent(profile, &Secret::new(phones::password(number)));
    }
    let mut calls = Calls::new(telephony.clone(), reports, Arc::clone(&store));
    let node = telephony.local();

    calls.place_for(Duration::from_secs(1)).await;
    let alone = calls.place_for(span).await;
    println!("calls alone, {CALLS} a second: {alone}");
    for rate in [2_000, 5_000] {
        let storm = Phones::start(node, users, Pace::PerSecond(rate));
        let within = calls.place_for(span).await;
        let did = storm.stop();
        println!(
            "calls within {rate} REGISTER a second: {within} | p99 {:+.2} ms, x{:.2} | \
             {:.0} REGISTER/s answered, {} registrations, {} unanswered",
            millis(within.p99) - millis(alone.p99),
            within.p99.as_secs_f64() / alone.p99.as_secs_f64(),
            did.answered as f64 / span.as_secs_f64(),
            did.registered,
            did.unanswered,
        );
    }
    let began = Instant::now();
    let storm = Phones::start(node, users, Pace::AllAtOnce);
    let within = calls.place_until(|| storm.all_are_registered()).await;
    let took = began.elapsed();
    let did = storm.stop();
    println!(
        "{users} phones at once: all registered in {:.1} s, {} REGISTERs sent | calls meanwhile: \
         {within} | p99 {:+.2} ms",
        took.as_secs_f64(),
        did.sent,
        millis(within.p99) - millis(alone.p99),
    );
    let kept = calls.all_kept(users as usize).await;
    println!(
        "{kept} registrations in the record {:.1} s after the storm began",
        began.elapsed().as_secs_f64()
    );
    let counters = telephony.counters();
    println!("REGISTERs put off for good: {}", counters.registers_dropped);
    telephony.stop(Duration::from_secs(1)).await;
}

fn config() -> TelephonyConfig {
    TelephonyConfig {
        places: vec![Listener::plain(([127, 0, 0, 1], 0).into())],
        tls: TlsSettings::default(),
        probe_every: None,
        name_servers: Vec::new(),
        origins: Vec::new(),
        keep_alive: Duration::from_secs(30),
        domain: "cadencia.test".into(),
        digests: vec![DigestAlgorithm::Sha256, DigestAlgorithm::Md5],
        media: MediaConfig::loopback(1),
        secret: [5; 32],
        session_timer: None,
        phone_srtp: domain::Srtp::default(),
        causes: Causes::default(),
        message: Prompt::from_g711(Codec::Pcma, &[0x55; 800]).expect("G.711"),
        menu: Prompt::from_g711(Codec::Pcma, &[0x55; 800]).expect("G.711"),
        announcement: Prompt::from_g711(Codec::Pcma, &[0x55; 800]).expect("G.711"),
        seed: [6; 32],
    }
}

fn trunk(address: std::net::SocketAddr) -> Trunk {
    Trunk {
        port: address.port(),
        channels_max: 10_000,
        calls_per_second_max: 10_000.0,
        ..Trunk::new(TRUNK, "carrier", address.ip().to_string())
    }
}

/// Calls that are placed at an even pace, and hung up when they are answered.
struct Calls {
    telephony: Telephony,
    reports: mpsc::UnboundedReceiver<Report>,
    phones: mpsc::UnboundedSender<(String, Vec<store::Binding>)>,
    store: Arc<dyn Store>,
    next: i64,
    ordered: HashMap<AttemptId, Instant>,
}

impl Calls {
    fn new(
        telephony: Telephony,
        reports: mpsc::UnboundedReceiver<Report>,
        store: Arc<dyn Store>,
    ) -> Calls {
        let (phones, moved) = mpsc::unbounded_channel();
        tokio::spawn(keep(Arc::clone(&store), moved));
        Calls {
            telephony,
            reports,
            phones,
            store,
            next: 1,
            ordered: HashMap::new(),
        }
    }

    async fn place_for(&mut self, span: Duration) -> Times {
        let until = Instant::now() + span;
        self.place_until(|| Instant::now() >= until).await
    }

    /// Places calls until so, at most two minutes.
    async fn place_until(&mut self, so: impl Fn() -> bool) -> Times {
        let mut times = Vec::new();
        let give_up = Instant::now() + Duration::from_secs(120);
        let mut pace = tokio::time::interval(Duration::from_secs(1) / CALLS);
        while !so() && Instant::now() < give_up {
            tokio::select! {
                biased;
                Some(report) = self.reports.recv() => times.extend(self.reported(report)),
                _ = pace.tick() => self.place(),
            }
        }
        Times::of(times, self.ordered.len())
    }

    fn place(&mut self) {
        let attempt = AttemptId::new(self.next);
        self.next += 1;
        self.ordered.insert(attempt, Instant::now());
        self.telephony.carry_out(&Command::PlaceCall {
            attempt,
            campaign: domain::CampaignId::new(1),
            trunk: TRUNK,
            phone: PhoneNumber::from_e164("+573000000001").expect("a number"),
            caller_id: PhoneNumber::from_e164("+576013000000").expect("a number"),
            ring_timeout: Duration::from_secs(20),
        });
    }

    fn reported(&mut self, report: Report) -> Option<Duration> {
        match report {
            Report::Call { attempt, progress } => match progress {
                CallProgress::Answered(_) => {
                    self.telephony.carry_out(&Command::HangUp { attempt });
                    self.ordered.remove(&attempt).map(|at| at.elapsed())
                }
                CallProgress::Failed { outcome, .. } => {
                    panic!("a call came to nothing: {outcome:?}")
                }
                _ => None,
            },
            Report::Phones { user, phones } => {
                let kept = phones.into_iter().map(|phone| store::Binding {
                    user: phone.user,
                    line: phone.line,
                    expires_at: phone.expires_at,
                });
                let _ = self.phones.send((user, kept.collect()));
                None
            }
            _ => None,
        }
    }

    /// Waits until so many users' phones are in the record.
    async fn all_kept(&mut self, users: usize) -> usize {
        let give_up = Instant::now() + Duration::from_secs(60);
        loop {
            while let Ok(report) = self.reports.try_recv() {
                self.reported(report);
            }
            let bindings = self.store.bindings().await.expect("the record is there");
            let kept: std::collections::HashSet<_> =
                bindings.into_iter().map(|binding| binding.user).collect();
            if kept.len() >= users || Instant::now() >= give_up {
                return kept.len();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

/// As the server does it: so many users in one transaction, and a pause.
async fn keep(
    store: Arc<dyn Store>,
    mut moved: mpsc::UnboundedReceiver<(String, Vec<store::Binding>)>,
) {
    while let Some(first) = moved.recv().await {
        let mut waiting = HashMap::from([first]);
        loop {
            while let Ok((user, phones)) = moved.try_recv() {
                waiting.insert(user, phones);
            }
            let users: Vec<_> = waiting.keys().take(200).cloned().collect();
            if users.is_empty() {
                break;
            }
            let batch: Vec<_> = users
                .into_iter()
                .filter_map(|user| waiting.remove_entry(&user))
                .collect();
            store.put_phones(&batch).await.expect("the disk has room");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// How long calls took from their order to their answer.
struct Times {
    count: usize,
    open: usize,
    p50: Duration,
    p99: Duration,
    max: Duration,
}

impl Times {
    fn of(mut times: Vec<Duration>, open: usize) -> Times {
        times.sort_unstable();
        let at = |share: f64| {
            let place = (times.len() as f64 * share) as usize;
            times.get(place.min(times.len().saturating_sub(1))).copied()
        };
        Times {
            count: times.len(),
            open,
            p50: at(0.5).unwrap_or_default(),
            p99: at(0.99).unwrap_or_default(),
            max: times.last().copied().unwrap_or_default(),
        }
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "p50 {:.2} ms, p99 {:.2} ms, longest {:.2} ms ({} answered, {} not yet)",
            millis(self.p50),
            millis(self.p99),
            millis(self.max),
            self.count,
            self.open
        )
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
