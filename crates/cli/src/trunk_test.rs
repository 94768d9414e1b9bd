//! `cadencia trunk test`: whether a trunk is there (OPTIONS); with a number, what an INVITE over it
//! would say, and one short call if asked for. The call is a test by whoever runs it, to a phone of
//! their own: it is no attempt, and neither the law pack nor the record hears of it.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use domain::{AttemptId, CampaignId, PhoneNumber, Trunk, TrunkTransport, parse_span};
use engine::{CallProgress, Command};
use rand::RngExt as _;
use serde_json::{Value as Json, json};
use telephony::media::{MediaConfig, Prompt};
use telephony::{Listener, Report, Telephony, TelephonyConfig, TlsSettings};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::Global;
use crate::output::{configuration, show, table};

/// The only call there is.
const CALL: AttemptId = AttemptId::new(1);
/// How long a name server may take, and the far end to take leave.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Args)]
pub(crate) struct Test {
    /// The trunk
    pub(crate) name: String,
    /// The number to call, in E.164; without one, the carrier is only asked whether it is there
    number: Option<String>,
    /// The caller id, in E.164
    #[arg(long, default_value = "+576015550100")]
    caller_id: String,
    /// Really place the call: to a phone of your own
    #[arg(long, requires = "number")]
    call: bool,
    /// Hang up so long after the answer
    #[arg(long, default_value = "3s")]
    talk: String,
    /// Give up after ringing so long
    #[arg(long, default_value = "30s")]
    ring: String,
    /// Give an address of the carrier up that says nothing for so long
    #[arg(long, default_value = "5s")]
    timeout: String,
}

impl Test {
    pub(crate) async fn run(&self, global: &Global, trunk: Trunk) -> Result<()> {
        match &self.number {
            Some(called) => self.show_invite(global, trunk, called).await,
            None => self.ask(global, trunk).await,
        }
    }

    /// Asks each address of the carrier whether it is there.
    async fn ask(&self, global: &Global, trunk: Trunk) -> Result<()> {
        let limit = parse_span(&self.timeout).context("timeout")?;
        let config = configuration(global)?;
        let (telephony, _reports) = Telephony::start(settings(&config, &trunk)?).await?;
        // It asks; it does not move our registration to a socket that is gone in a moment.
        telephony.set_trunk(Trunk {
            register: None,
            ..trunk.clone()
        });
        let tested = telephony.test_trunk(trunk.id, limit).await;
        telephony.stop(Duration::ZERO).await;
        let tested = server::trunk_tested(&trunk, &tested?);
        show(global, &tested, |tested| {
            let rows: Vec<_> = tested.addresses.iter().map(row).collect();
            table(&["address", "ms", "says", "allows"], &rows, &tested.says);
        })?;
        ensure!(tested.ok, "trunk `{}`: {}", tested.trunk, tested.says);
        Ok(())
    }

    async fn show_invite(&self, global: &Global, trunk: Trunk, called: &str) -> Result<()> {
        let number = |text: &str| PhoneNumber::from_e164(text).with_context(|| format!("`{text}`"));
        let (phone, caller_id) = (number(called)?, number(&self.caller_id)?);
        let config = configuration(global)?;
        let sent = telephony::preview(&trunk, phone, caller_id, &config.sip.domain)
            .context("the trunk's host, or `sip.domain` in the configuration, is no host name")?;
        let headers: Vec<_> = sent
            .headers
            .iter()
            .map(|(name, value)| [name, value])
            .collect();
        let mut shown = json!({
            "request_uri": sent.request_uri, "from": sent.from, "to": sent.to, "headers": headers,
        });
        if !global.json {
            println!("INVITE {} SIP/2.0", sent.request_uri);
            println!("From: {}\nTo: {}", sent.from, sent.to);
            for (name, value) in &sent.headers {
                println!("{name}: {value}");
            }
        }
        if self.call {
            let steps = self.place(&config, trunk, phone, caller_id).await?;
            if !global.json {
                println!();
                steps.iter().for_each(|step| println!("{}", words(step)));
            }
            shown["call"] = Json::Array(steps);
        }
        show(global, &shown, |_| {})
    }

    /// Places the call, from a socket of its own; answers with what happened.
    async fn place(
        &self,
        config: &server::Config,
        trunk: Trunk,
        phone: PhoneNumber,
        caller_id: PhoneNumber,
    ) -> Result<Vec<Json>> {
        let span = |name: &str, text: &str| parse_span(text).with_context(|| name.to_owned());
        let (talk, ring) = (span("talk", &self.talk)?, span("ring", &self.ring)?);
        let settings = settings(config, &trunk)?;
        let (telephony, mut reports) = Telephony::start(settings).await?;
        let order = Command::PlaceCall {
            attempt: CALL,
            campaign: CampaignId::new(0),
            trunk: trunk.id,
            phone,
            caller_id,
            ring_timeout: ring,
        };
        telephony.set_trunk(trunk);
        let steps = follow(&telephony, &mut reports, &order, talk).await;
        telephony.stop(PATIENCE).await;
        Ok(steps)
    }
}

/// Signalling of a socket of its own, which ends with the test.
fn settings(config: &server::Config, trunk: &Trunk) -> Result<TelephonyConfig> {
    let ip = our_address_towards(trunk)?;
    Ok(TelephonyConfig {
        places: vec![Listener::plain(SocketAddr::new(ip, 0))],
        domain: config.sip.domain.clone(),
        tls: match trunk.transport {
            TrunkTransport::Tls => config.sip.certificates(),
            TrunkTransport::Udp | TrunkTransport::Tcp => TlsSettings::default(),
        },
        origins: Vec::new(),
        keep_alive: Duration::from_secs(30),
        probe_every: None,
        session_timer: None,
        phone_srtp: domain::Srtp::default(),
        name_servers: config.sip.name_servers.clone(),
        digests: vec![telephony::DigestAlgorithm::Sha256],
        media: MediaConfig {
            bind_ips: vec![ip],
            threads: 1,
            ..MediaConfig::loopback(rand::rng().random())
        },
        secret: rand::rng().random(),
        causes: config.sip.causes()?,
        message: Prompt::abandon_es(),
        menu: Prompt::beeps(1),
        announcement: Prompt::beeps(1),
        seed: rand::rng().random(),
    })
}

fn row(tested: &wire::TrunkTestAddress) -> Vec<String> {
    let ms = tested.round_trip_ms.map(|ms| format!("{ms:.1}"));
    vec![
        tested.address.clone(),
        ms.unwrap_or_else(|| "-".to_owned()),
        tested.says.clone(),
        tested.allow.join(" "),
    ]
}

/// Orders the call once its trunk has an address, and tells what becomes of it.
async fn follow(
    telephony: &Telephony,
    reports: &mut UnboundedReceiver<Report>,
    order: &Command,
    talk: Duration,
) -> Vec<Json> {
    let began = Instant::now();
    let mut steps = Vec::new();
    telephony.carry_out(order);
    let mut hang_up_at: Option<Instant> = None;
    loop {
        let far = Instant::now() + Duration::from_secs(300);
        let report = tokio::select! {
            report = reports.recv() => report,
            () = tokio::time::sleep_until(hang_up_at.unwrap_or(far).into()) => {
                hang_up_at = None;
                telephony.carry_out(&Command::HangUp { attempt: CALL });
                continue;
            }
        };
        let Some(Report::Call { progress, .. }) = report else {
            match report {
                Some(_) => continue,
                None => return steps,
            }
        };
        let nothing_left = steps.is_empty();
        if let CallProgress::Failed { cause, .. } = &progress
            && nothing_left
            && cause.sip_status.is_none()
            && began.elapsed() < PATIENCE
        {
            // Its name is being looked up.
            tokio::time::sleep(Duration::from_millis(200)).await;
            telephony.carry_out(order);
            continue;
        }
        let ms = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (step, over) = told(&progress, ms);
        steps.push(step);
        if matches!(progress, CallProgress::Answered(_)) {
            hang_up_at = Some(Instant::now() + talk);
        }
        if over {
            return steps;
        }
    }
}

/// A step of the call, and whether it was the last.
fn told(progress: &CallProgress, ms: u64) -> (Json, bool) {
    match progress {
        CallProgress::Placed => (json!({"ms": ms, "step": "invite sent"}), false),
        CallProgress::Ringing => (json!({"ms": ms, "step": "ringing"}), false),
        CallProgress::Answered(_) => (json!({"ms": ms, "step": "answered"}), false),
        CallProgress::Failed { outcome, cause } => {
            let step = json!({
                "ms": ms, "step": "failed", "outcome": outcome.word(),
                "sip_status": cause.sip_status, "q850": cause.q850, "text": cause.text,
            });
            (step, true)
        }
        CallProgress::Ended { .. } => (json!({"ms": ms, "step": "ended"}), true),
        _ => (json!({"ms": ms, "step": "went on"}), false),
    }
}

fn words(step: &Json) -> String {
    let ms = step["ms"].to_string();
    let mut line = format!("{ms:>6} ms  {}", step["step"].as_str().unwrap_or(""));
    for (name, said) in [
        ("SIP", &step["sip_status"]),
        ("Q.850", &step["q850"]),
        ("", &step["text"]),
        ("outcome", &step["outcome"]),
    ] {
        if !said.is_null() {
            let said = said
                .as_str()
                .map_or_else(|| said.to_string(), str::to_owned);
            line += &format!("  {name} {said}").replace("   ", "  ");
        }
    }
    line
}

/// The address of ours that packets to the carrier leave from.
fn our_address_towards(trunk: &Trunk) -> Result<IpAddr> {
    let host = trunk.host.trim_matches(['[', ']']);
    let port = if trunk.port == 0 { 5060 } else { trunk.port };
    let found = (host, port).to_socket_addrs();
    let to = found.ok().and_then(|mut all| all.next());
    // A carrier known by SRV alone: whatever way the rest of the world is.
    let to = to.unwrap_or(SocketAddr::from(([192, 0, 2, 1], 5060)));
    let any: IpAddr = if to.is_ipv4() {
        [0; 4].into()
    } else {
        [0_u16; 8].into()
    };
    let socket = UdpSocket::bind((any, 0)).context("cannot open a socket")?;
    socket
        .connect(to)
        .with_context(|| format!("there is no way to {to}"))?;
    Ok(socket.local_addr()?.ip())
}
