//! Starting and stopping a node, in the order that keeps its promises: the
//! record is taken over and the past closed before the first call leaves.

use std::collections::{HashSet, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow};
use domain::AgentStatus;
use engine::{Engine, Input, LiveState, Numbering};
use rand::RngExt as _;
use recorder::{Recorder, Vault};
use store::{GivenUp, Journal, Store};
use telephony::media::{Country, MediaConfig, Prompt};
use telephony::{Causes, Heard, Telephony, TelephonyConfig};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;

use crate::browser_settings;
use crate::certificates::Certificates;
use crate::clock::Clock;
use crate::config::Config;
use crate::control::{LoopControl, Request};
use crate::floor::Floor;
use crate::law_folder::{install_law, watch};
use crate::metrics::LoopFigures;
use crate::phone_book::PhoneBook;
use crate::recordings::Recordings;
use crate::run::{Aside, Inbox, Loop, started};
use crate::{
    counters, deliveries, hooks, ladders, late_sales, reception, restart, returns, rosters,
    segmenting,
};

/// A running node.
#[derive(Debug)]
pub struct Server {
    http: SocketAddr,
    sip: SocketAddr,
    requests: mpsc::UnboundedSender<Request>,
    live: watch::Receiver<Arc<LiveState>>,
    running: JoinHandle<Option<GivenUp>>,
    serving: JoinHandle<()>,
    stop_serving: oneshot::Sender<()>,
    certificates: Certificates,
    heard: Vec<Heard>,
    /// Keeps ladders until the last call is over.
    keeping: Option<JoinHandle<()>>,
    recorder: Recorder,
    /// Writes down the end of recordings until the last one is over.
    recording: JoinHandle<()>,
    /// Brings them to the archive.
    archiving: JoinHandle<()>,
    segmenting: JoinHandle<()>,
    counters: JoinHandle<()>,
    late_sales: JoinHandle<()>,
    /// Tells the engine who leaves when.
    rosters: JoinHandle<()>,
    /// Watches the drop folders.
    watching: JoinHandle<()>,
    /// Writes return files.
    returning: JoinHandle<()>,
    /// Sends reports that are due by schedule.
    delivering: JoinHandle<()>,
    /// Sends events to web hooks.
    telling: JoinHandle<()>,
}

impl Server {
    /// Starts a node on a record that is open already.
    pub async fn start(config: &Config, store: Arc<dyn Store>) -> Result<Server> {
        let clock = Clock::start();
        install_law(config, started(&clock))?;
        let places = Arc::new(config.delivery.resolved()?);
        let floor = Floor::load(&store, None).await?.unwrap_or_default();
        let secret = store.secret().await.context("the node's secret")?;
        let causes = config.sip.causes()?;
        let recordings = Recordings::open(config)?;
        let (telephony, reports) = Telephony::start(telephony_config(config, secret, causes)?)
            .await
            .context("cannot open SIP")?;
        telephony.record_with(recordings.recorder.clone());
        if let Some(country) = Country::of(&config.media.country) {
            telephony.set_country(country);
        }
        // Before the record is taken over: whoever cannot serve must not stop one who can.
        let listener = listen(config.http).await?;
        store.take_over().await?;
        let engine_floor = Floor::default();
        let mut inputs = floor.changes(&engine_floor, &telephony);
        let now = started(&clock);
        store.put_law_texts(&law::Pack::texts(), now).await?;
        inputs.extend(restart::pacing(&store, &floor, now).await?);
        let left = restart::close_orphans(&store, &telephony, &floor, now).await?;
        let orphans = left.orphans;
        recordings.recover(&store).await?;
        let released = store.release_leases().await?;
        if orphans + usize::try_from(released).unwrap_or(0) > 0 {
            tracing::warn!(orphans, released, "closed what an earlier run left open");
        }
        let at_work = restart::at_work(&store, now).await?;
        let numbering = store.numbering().await?;
        let (journal, committed) = Journal::start(Arc::clone(&store));
        let (requests, requested) = mpsc::unbounded_channel();
        let (aside, came_back) = mpsc::unbounded_channel();
        let (live, watched) = watch::channel(Arc::new(LiveState::default()));
        let figures = Arc::new(LoopFigures::new()?);
        restart::restore_phones(&store, &telephony, now).await?;
        for input in inputs {
            // The loop reads these before anything else.
            let _ = aside.send(Aside::Input(input));
        }
        for past in left.past {
            let _ = aside.send(Aside::Input(Input::Past(Box::new(past))));
        }
        for agent in at_work.keys() {
            let _ = aside.send(Aside::Input(restart::log_in(*agent)));
        }
        let takes_calls = |status: &AgentStatus| *status != AgentStatus::Break;
        let resume: HashSet<_> = at_work
            .iter()
            .filter(|(_, status)| takes_calls(status))
            .map(|(agent, _)| *agent)
            .collect();
        let keeping = config.sip.ladders.then(|| {
            let calls = telephony.keep_ladders();
            let store = Arc::clone(&store);
            tokio::spawn(ladders::keep(calls, store, config.sip.ladder_days))
        });
        let sip = telephony.local();
        let heard = telephony.heard().to_vec();
        let certificates = Certificates::watch(telephony.clone())?;
        let (watching, drop_folders) = reception::watch_places(
            config.reception.resolved(),
            Arc::clone(&store),
            requests.clone(),
        );
        let (returning, returns) =
            returns::send_daily(config.reception.resolved(), Arc::clone(&store));
        let (delivering, deliveries) = deliveries::send(Arc::clone(&store), Arc::clone(&places));
        let (telling, hooks) = hooks::send(Arc::clone(&store), Arc::clone(&places));
        let control = LoopControl {
            requests: requests.clone(),
            live: watched.clone(),
            telephony: telephony.clone(),
            figures: Arc::clone(&figures),
            store: Arc::clone(&store),
            phone_server: config.sip.phone_server(&heard),
            recorder: recordings.recorder.clone(),
            disk_low: Arc::clone(&recordings.low),
            archive: Arc::clone(&recordings.figures),
            places: drop_folders,
            returns,
            deliveries,
            hooks,
        };
        let (recorder, vault) = (recordings.recorder.clone(), Arc::clone(&recordings.vault));
        let (recording, archiving) = recordings.keep(Arc::clone(&store), aside.clone());
        let segmenting = tokio::spawn(segmenting::keep(Arc::clone(&store)));
        let counters = tokio::spawn(counters::keep(Arc::clone(&store)));
        let late_sales = tokio::spawn(late_sales::keep(Arc::clone(&store)));
        let rosters = tokio::spawn(rosters::keep(Arc::clone(&store), aside.clone()));
        let engine = Engine::new(Numbering {
            next_attempt: numbering.next_attempt,
            next_seq: numbering.next_seq,
        });
        if config.law.folder.is_some() {
            tokio::spawn(watch(config.clone(), Arc::clone(&store), aside.clone()));
        }
        let running = Loop {
            engine,
            clock,
            floor,
            store: Arc::clone(&store),
            journal,
            telephony,
            phones: PhoneBook::open(Arc::clone(&store)),
            figures,
            live,
            aside,
            drain: Duration::from_secs(config.drain_s),
            resume,
            waiting: VecDeque::new(),
            appended: VecDeque::new(),
            published: Instant::now(),
            changed: true,
            reloading: false,
            stop_by: None,
            given_up: None,
        };
        let inbox = Inbox {
            reports,
            committed,
            requests: requested,
            aside: came_back,
        };
        let running = tokio::spawn(running.run(inbox));
        let (http, serving, stop_serving) = serve(
            listener,
            store,
            control,
            vault,
            (config.reception.resolved(), places),
        )?;
        Ok(Server {
            http,
            sip,
            requests,
            live: watched,
            running,
            serving,
            stop_serving,
            certificates,
            heard,
            keeping,
            recorder,
            recording,
            archiving,
            segmenting,
            counters,
            late_sales,
            rosters,
            watching,
            returning,
            delivering,
            telling,
        })
    }

    /// Where HTTP is served.
    pub fn http(&self) -> SocketAddr {
        self.http
    }

    /// Where SIP is heard.
    pub fn sip(&self) -> SocketAddr {
        self.sip
    }

    /// Every place where SIP is heard.
    pub fn heard(&self) -> &[Heard] {
        &self.heard
    }

    /// The floor, as it goes.
    pub fn live(&self) -> watch::Receiver<Arc<LiveState>> {
        self.live.clone()
    }

    /// Waits until the node stops by itself, which it does only when it must;
    /// returns why. May be given up waiting for, and `stop` called instead.
    pub async fn stopped_by_itself(&mut self) -> anyhow::Error {
        match (&mut self.running).await {
            Ok(Some(why)) => Stopped(why).into(),
            Ok(None) => anyhow!("the loop ended without being told to"),
            Err(fault) => anyhow!(fault).context("the loop broke off"),
        }
    }

    /// Stops dialing, lets calls end within the configured time, closes the
    /// record, then the sockets.
    pub async fn stop(self) -> Result<()> {
        let _ = self.requests.send(Request::Stop);
        // A base under way is loaded anew at the next start.
        self.watching.abort();
        // A return file under way is brought to its end at the next start, if the record has it.
        self.returning.abort();
        // What was under way is sent again by whoever goes on: it has its key.
        self.delivering.abort();
        self.telling.abort();
        self.certificates.leave();
        let given_up = self.running.await.context("the loop broke off")?;
        if let Some(why) = given_up {
            return Err(Stopped(why).into());
        }
        let _ = self.stop_serving.send(());
        let recorder = self.recorder;
        // What is written late is found at the next start: a disk must not hold us up for ever.
        let ending = tokio::task::spawn_blocking(move || recorder.stop());
        let _ = tokio::time::timeout(Duration::from_secs(5), ending).await;
        let _ = tokio::time::timeout(Duration::from_secs(2), self.recording).await;
        // What is under way to the archive begins anew at the next start.
        self.archiving.abort();
        self.segmenting.abort();
        self.counters.abort();
        self.late_sales.abort();
        self.rosters.abort();
        if let Some(keeping) = self.keeping {
            // Nothing that is decided hangs on it: a database that is gone must not hold us up.
            let _ = tokio::time::timeout(Duration::from_secs(2), keeping).await;
        }
        // Live connections never end by themselves.
        let _ = tokio::time::timeout(Duration::from_secs(2), self.serving).await;
        Ok(())
    }
}

/// Why a node stopped by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped(pub GivenUp);

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            GivenUp::Replaced => {
                "stopped: another engine took this record over. One record has one engine; \
                 stop the other before starting this one again"
            }
            GivenUp::Gap => {
                "stopped: somebody else wrote to this engine's journal. Start it again: \
                 it goes on where the record ends"
            }
        })
    }
}

impl std::error::Error for Stopped {}

impl Stopped {
    /// Whether a start of this node by itself would take the record from the
    /// engine that has it now.
    pub fn must_stay_stopped(self) -> bool {
        self.0 == GivenUp::Replaced
    }
}

fn telephony_config(config: &Config, secret: [u8; 32], causes: Causes) -> Result<TelephonyConfig> {
    let media = &config.media;
    let ports = match media.port_first {
        0 => (0, 0),
        first => (first, media.port_last),
    };
    Ok(TelephonyConfig {
        places: config.sip.places(),
        tls: config.sip.certificates(),
        probe_every: match config.sip.options_s {
            0 => None,
            seconds => Some(Duration::from_secs(seconds)),
        },
        session_timer: match config.sip.session_timer_s {
            0 => None,
            seconds => Some(Duration::from_secs(seconds)),
        },
        phone_srtp: config.sip.phone_srtp.policy(),
        name_servers: config.sip.name_servers.clone(),
        origins: config.sip.websocket.origins.clone(),
        keep_alive: Duration::from_secs(config.sip.keep_alive_s),
        domain: config.sip.domain.clone(),
        digests: config
            .sip
            .digests
            .iter()
            .map(|digest| digest.algorithm())
            .collect(),
        media: MediaConfig {
            bind_ips: media_ips(config),
            port_range: ports,
            threads: media.threads,
            silence_timeout: Duration::from_secs(media.silence_s),
            browsers: browser_settings::doors(config),
            ..MediaConfig::loopback(rand::rng().random())
        },
        secret,
        causes,
        message: match media.message.as_str() {
            "en" => Prompt::abandon_en(),
            _ => Prompt::abandon_es(),
        },
        menu: media.menu()?,
        announcement: match media.message.as_str() {
            "en" => Prompt::recording_en(),
            _ => Prompt::recording_es(),
        },
        seed: rand::rng().random(),
    })
}

/// Where audio is heard: as told, else where SIP is.
fn media_ips(config: &Config) -> Vec<IpAddr> {
    match config.media.bind.all() {
        [] => config.sip.bind.all().iter().map(SocketAddr::ip).collect(),
        told => told.to_vec(),
    }
}

async fn listen(address: SocketAddr) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot serve HTTP on {address}; is another server running?"))
}

fn serve(
    listener: TcpListener,
    store: Arc<dyn Store>,
    control: LoopControl,
    vault: Arc<Vault>,
    (reception, places): (api::Reception, Arc<delivery::Places>),
) -> Result<(SocketAddr, JoinHandle<()>, oneshot::Sender<()>)> {
    let local = listener.local_addr()?;
    let app = api::App {
        store,
        control: Arc::new(control),
        log_ins: Arc::default(),
        rehearsals: Arc::default(),
        vault,
        reception: Arc::new(reception),
        places,
        desk_news: Arc::default(),
    };
    let service = api::router(app).into_make_service_with_connect_info::<SocketAddr>();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(async move {
        let stopped = async {
            let _ = stopped.await;
        };
        let served = axum::serve(listener, service).with_graceful_shutdown(stopped);
        if let Err(fault) = served.await {
            tracing::error!(%fault, "HTTP is no longer served");
        }
    });
    Ok((local, serving, stop))
}
