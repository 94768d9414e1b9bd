//! `cadencia demo`: the main job on this machine. The engine runs here; carrier
//! and advisors are processes of their own, at the other side of real sockets.

mod figures;
mod floor;
mod peer;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use clap::Args;
use domain::{CampaignId, CampaignState};
use engine::LiveState;
use serde_json::{Value, json};
use server::{Config, Server};
use store::Store;

use crate::Global;
use crate::output::{log, open};
use crate::report::kpi_table;
use crate::serve::stop_signal;
use crate::times::now;
use peer::Peer;

/// Show the main job on this machine: carrier, phones, base, pacing, figures.
#[derive(Args)]
pub(crate) struct Demo {
    /// How long to dial, in minutes; Ctrl-C ends it earlier
    #[arg(long, default_value_t = 5.0)]
    minutes: f64,
    /// Simulated advisors
    #[arg(long, default_value_t = 20)]
    agents: u32,
    /// Seed of base, carrier and advisors
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where to keep the record [default: a folder that is removed at the end]
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
    /// Where the live page is served; port 0 lets the system choose
    #[arg(long, default_value = "127.0.0.1:8080")]
    http: SocketAddr,
}

/// The start of the figure of utilisation: lines and pacing have settled.
const SETTLED: Duration = Duration::from_secs(120);

impl Demo {
    pub(crate) async fn run(&self, global: &Global) -> Result<ExitCode> {
        log("warn", false);
        anyhow::ensure!(
            (0.1..=1_440.0).contains(&self.minutes) && (1..=500).contains(&self.agents),
            "a demo lasts from 0.1 to 1440 minutes, with 1 to 500 agents"
        );
        let own = tempfile::tempdir().context("a folder for the record")?;
        let folder = self.keep.as_deref().unwrap_or(own.path());
        std::fs::create_dir_all(folder)?;
        let database = match &global.database {
            Some(url) => url.clone(),
            None => format!("sqlite:{}", folder.join("cadencia.db").display()),
        };
        let store = open(&database).await?;
        let carrier = self.carrier().await?;
        let floor = floor::set_up(&store, self, folder, &carrier).await?;
        let config = self.config(database, folder);
        let server = self.serve(&config, &store).await?;
        let advisors = self.advisors(&server, &config, folder).await?;
        self.greet(&server, &floor);
        let began = Instant::now();
        let started = now();
        store
            .set_campaign_state(floor.campaign, CampaignState::Running)
            .await?;
        self.watch(&server, began).await?;
        store
            .set_campaign_state(floor.campaign, CampaignState::Stopped)
            .await?;
        let ended = now();
        println!("stopping: no new calls; live ones end");
        server.stop().await?;
        let typed = advisors.stop().await?;
        let carried = carrier.stop().await?;
        let settled = if ended.since(started) > SETTLED {
            started + SETTLED
        } else {
            started
        };
        let period = (started, settled, ended);
        let figures = figures::gather(store.as_ref(), floor.campaign, period, &carried).await?;
        let period = kpi::Period::new(domain::Timestamp::from_millis(0), now());
        let report = api::report(store.as_ref(), floor.campaign, &period).await?;
        kpi_table(&report);
        let line = figures.line(&report, &typed);
        if !global.json {
            figures.shown();
        }
        println!("{line}");
        Ok(figures.verdict())
    }

    fn config(&self, database: String, folder: &Path) -> Config {
        let mut config = Config {
            database,
            http: self.http,
            drain_s: 90,
            ..Config::default()
        };
        config.sip.bind = SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into();
        config.media.port_first = 0;
        config.recordings.folder = folder.join("recordings");
        config.recordings.master_key = folder.join("recordings.key");
        config
    }

    /// Port 8080 is often taken: then any other is as good.
    async fn serve(&self, config: &Config, store: &Arc<dyn Store>) -> Result<Server> {
        let mut config = config.clone();
        if std::net::TcpListener::bind(config.http).is_err() {
            config.http.set_port(0);
        }
        Server::start(&config, Arc::clone(store)).await
    }

    async fn carrier(&self) -> Result<Peer> {
        let seed = self.seed.to_string();
        let arguments = ["carrier", "--bind", "127.0.0.1:0", "--seed", seed.as_str()];
        Peer::start(&arguments).await.context("the carrier")
    }

    async fn advisors(&self, server: &Server, config: &Config, folder: &Path) -> Result<Peer> {
        let (url, sip, seed) = (
            format!("http://{}", server.http()),
            server.sip().to_string(),
            self.seed.to_string(),
        );
        let seats = folder.join("seats.json").display().to_string();
        let arguments = [
            "advisors",
            "--url",
            &url,
            "--registrar",
            &sip,
            "--domain",
            &config.sip.domain,
            "--seats",
            &seats,
            "--seed",
            &seed,
        ];
        Peer::start(&arguments).await.context("the advisors")
    }

    fn greet(&self, server: &Server, floor: &floor::DemoFloor) {
        println!(
            "live page   http://{}/   user admin   password {}",
            server.http(),
            floor.password
        );
        println!(
            "{} contacts, {} advisors, {} min, seed {}; Ctrl-C ends it",
            floor.contacts, self.agents, self.minutes, self.seed
        );
    }

    /// A line each second on a terminal, each ten seconds elsewhere.
    async fn watch(&self, server: &Server, began: Instant) -> Result<()> {
        let until = began + Duration::from_secs_f64(self.minutes * 60.0);
        let live = server.live();
        let terminal = std::io::IsTerminal::is_terminal(&std::io::stdout());
        let mut tick = tokio::time::interval(Duration::from_secs(1));
        let mut told = stop_watch();
        loop {
            tokio::select! {
                _ = tick.tick() => {
                    let seconds = began.elapsed().as_secs();
                    if terminal || seconds.is_multiple_of(10) {
                        summary(&live.borrow(), seconds, terminal);
                    }
                }
                () = tokio::time::sleep_until(until.into()) => break,
                told = &mut told => {
                    told??;
                    break;
                }
            }
        }
        if terminal {
            println!();
        }
        Ok(())
    }
}

fn stop_watch() -> tokio::task::JoinHandle<Result<()>> {
    tokio::spawn(stop_signal())
}

/// One line of the floor.
fn summary(live: &LiveState, seconds: u64, terminal: bool) {
    use domain::AgentStatus as Is;
    use std::io::Write as _;
    let agents = |status| {
        live.agents
            .iter()
            .filter(|agent| agent.status == status)
            .count()
    };
    let Some(campaign) = live.campaigns.first() else {
        return;
    };
    let calls = campaign.calls;
    let share =
        |share: Option<f64>| share.map_or("s/d".to_owned(), |s| format!("{:.1}%", s * 100.0));
    let line = format!(
        "{:>3}:{:02}  ready {:<3} talking {:<3} wrap-up {:<3}  dialing {:<3} ringing {:<3} waiting {:<2}  \
         attempts {:<5} answered {:<5} abandoned {:<3} ({})  busy {}  {}",
        seconds / 60,
        seconds % 60,
        agents(Is::Ready),
        agents(Is::Talking),
        agents(Is::WrapUp),
        calls.dialing + calls.intended,
        calls.ringing,
        calls.waiting,
        campaign.attempts,
        campaign.live_answers,
        campaign.abandoned,
        share(domain::Rate::of(campaign.abandoned, campaign.live_answers).map(domain::Rate::get)),
        share(campaign.utilisation),
        campaign.pacing.as_ref().map_or("", |pacing| pacing.binding),
    );
    if terminal {
        print!("\r\x1b[2K{line}");
        // A terminal that is gone is not our business.
        let _ = std::io::stdout().flush();
    } else {
        println!("{line}");
    }
}

/// A value of a peer's last line.
fn figure(value: &Value, name: &str) -> u64 {
    value[name].as_u64().unwrap_or(0)
}

/// Used by the parts: who is dialed for.
type Campaign = CampaignId;

/// A line that programs read.
fn one_line(value: &Value) -> String {
    json!(value).to_string()
}
