//! `cadencia carrier` and `cadencia advisors`: the other side of the wire, as
//! processes of their own. They run until their input ends or a signal comes,
//! and print their figures as one line of JSON.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use carrier::{Advisor, AdvisorHabits, AdvisorReport, CarrierConfig, Mix, Phone, PhoneConfig};
use clap::Args;
use serde::{Deserialize, Serialize};
use serde_json::json;
use telephony::media::{MediaConfig, MediaPool};
use tokio::io::AsyncReadExt as _;
use tokio::sync::{mpsc, watch};

use crate::output::{from_file, log};
use crate::serve::stop_signal;

/// A carrier on loopback that answers, rings, refuses.
#[derive(Args)]
pub(crate) struct Carrier {
    /// Where it listens; loopback only
    #[arg(long, default_value = "127.0.0.1:5070")]
    bind: SocketAddr,
    /// Seed of every fate
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// What becomes of calls, as a JSON file of shares and times [default: a Colombian mobile base]
    #[arg(long, value_name = "FILE")]
    mix: Option<PathBuf>,
}

impl Carrier {
    pub(crate) async fn run(&self) -> Result<()> {
        log("warn", false);
        let mix = match &self.mix {
            None => Mix::default(),
            Some(path) => from_file(path, "mix")?,
        };
        let carrier = carrier::Carrier::start(CarrierConfig {
            bind: self.bind,
            seed: self.seed,
            mix,
        })
        .await?;
        println!("{}", json!({"sip": carrier.local()}));
        until_told().await?;
        println!("{}", serde_json::to_string(&carrier.stop().await)?);
        Ok(())
    }
}

/// One simulated advisor of the file.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Seat {
    /// Log-in of the API.
    pub(crate) user: String,
    /// Its password.
    pub(crate) password: String,
    /// User part of the phone's address.
    pub(crate) sip_user: String,
    /// Its password.
    pub(crate) sip_password: String,
}

/// Simulated advisors with real registered phones.
#[derive(Args)]
pub(crate) struct Advisors {
    /// Base address of the API
    #[arg(long, default_value = "http://127.0.0.1:8080")]
    url: String,
    /// The registrar; loopback only
    #[arg(long, default_value = "127.0.0.1:5060")]
    registrar: SocketAddr,
    /// Domain of the phones' addresses
    #[arg(long, default_value = "cadencia.local")]
    domain: String,
    /// JSON file: a list of {user, password, sip_user, sip_password}
    #[arg(long, value_name = "FILE")]
    seats: PathBuf,
    /// Seed of what they do
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How they work, as a JSON file
    #[arg(long, value_name = "FILE")]
    habits: Option<PathBuf>,
}

impl Advisors {
    pub(crate) async fn run(&self) -> Result<()> {
        log("warn", false);
        let seats: Vec<Seat> = from_file(&self.seats, "seats")?;
        let habits: AdvisorHabits = match &self.habits {
            Some(path) => from_file(path, "habits")?,
            None => AdvisorHabits::default(),
        };
        let (events, mut heard) = mpsc::unbounded_channel();
        let media = MediaPool::start(MediaConfig::loopback(self.seed), events)?;
        // Phones play one loop; what their legs tell is of no interest.
        tokio::spawn(async move { while heard.recv().await.is_some() {} });
        let (stop, stopped) = watch::channel(false);
        let mut desks = Vec::new();
        let mut phones = Vec::new();
        for (number, seat) in seats.into_iter().enumerate() {
            let seed = self.seed.wrapping_mul(1_000).wrapping_add(number as u64);
            let phone = self.phone(&seat, seed, media.clone()).await?;
            let mut state = phone.state();
            phones.push(phone);
            let advisor = Advisor {
                url: self.url.clone(),
                user: seat.user,
                password: seat.password,
                habits: habits.clone(),
                seed,
            };
            let stopped = stopped.clone();
            desks.push(tokio::spawn(async move {
                let registered = state.wait_for(|state| state.registered);
                // A phone that never registers must not keep the desk from trying.
                let _ = tokio::time::timeout(Duration::from_secs(30), registered).await;
                advisor.work(stopped).await
            }));
        }
        println!("{}", json!({"advisors": desks.len()}));
        until_told().await?;
        let _ = stop.send(true);
        let mut sum = AdvisorReport::default();
        for desk in desks {
            match desk.await? {
                Ok(report) => {
                    sum.calls += report.calls;
                    sum.typified += report.typified;
                    sum.sales += report.sales;
                }
                Err(problem) => tracing::warn!("{:#}", anyhow::Error::from(problem)),
            }
        }
        for phone in phones {
            phone.stop().await;
        }
        println!("{}", serde_json::to_string(&sum)?);
        Ok(())
    }

    async fn phone(&self, seat: &Seat, seed: u64, media: MediaPool) -> Result<Phone> {
        let config = PhoneConfig {
            bind: SocketAddr::new(self.registrar.ip(), 0),
            registrar: self.registrar,
            domain: self.domain.clone(),
            user: seat.sip_user.clone(),
            password: seat.sip_password.clone(),
            seed,
        };
        Ok(Phone::start(config, media).await?)
    }
}

/// Until our input ends (the parent is gone or done) or a signal comes. A
/// terminal is no parent: there only a signal counts.
async fn until_told() -> Result<()> {
    if std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        return stop_signal().await;
    }
    let mut input = tokio::io::stdin();
    let mut ignored = [0_u8; 256];
    let ended = async {
        while input
            .read(&mut ignored)
            .await
            .is_ok_and(|length| length > 0)
        {}
    };
    tokio::select! {
        () = ended => Ok(()),
        stopped = stop_signal() => stopped,
    }
}
