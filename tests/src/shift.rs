//! A shift: a base, a trunk to somewhere on loopback, a campaign in power mode,
//! and advisors with real phones. Made by the commands people use.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::ports::free_port;
use crate::{Floor, Running};

/// The name of the one campaign.
pub const CAMPAIGN: &str = "resistente";

/// What is set up.
pub struct Shift {
    /// Where calls go.
    pub trunk: SocketAddr,
    /// Calls at once on the trunk.
    pub channels: u32,
    /// New calls a second on the trunk.
    pub calls_per_second: u32,
    /// People on the base, each with one number.
    pub contacts: u32,
    /// Lines per ready advisor.
    pub power_ratio: u32,
    /// Advisors with a phone each.
    pub agents: usize,
    /// How they work (`carrier::AdvisorHabits`).
    pub habits: Value,
}

impl Shift {
    /// Six quick advisors, three lines each: calls enough for any test.
    pub fn to(trunk: SocketAddr) -> Shift {
        Shift {
            trunk,
            channels: 30,
            calls_per_second: 15,
            contacts: 2_000,
            power_ratio: 3,
            agents: 6,
            habits: json!({"talk_mean_s": 0.3, "talk_min_s": 0.2, "wrap_up_mean_s": 0.2,
                "machine": 0.0}),
        }
    }
}

impl Floor {
    /// Sets the shift up and starts its campaign; an engine that starts now, or
    /// again, is found at the same addresses.
    pub fn prepare(&self, shift: &Shift) {
        self.configure(&free_port().to_string(), &free_port().to_string());
        let mut base = String::from("documento;nombre;celular\n");
        for person in 0..shift.contacts {
            let (document, number) = (10_000_000 + person, 1_000_000 + person);
            base += &format!("{document};Persona {person};300{number:07}\n");
        }
        self.file("base.csv", base);
        let acta = self.run(&["list", "import", "base.csv", "--name", "base"]);
        assert_eq!(acta["acta"]["valid"], shift.contacts);
        let (host, port) = (shift.trunk.ip().to_string(), shift.trunk.port().to_string());
        let channels = shift.channels.to_string();
        let rate = shift.calls_per_second.to_string();
        self.run(&[
            "trunk",
            "set",
            "hilo",
            "--host",
            &host,
            "--port",
            &port,
            "--channels",
            &channels,
            "--cps",
            &rate,
        ]);
        let ratio = shift.power_ratio.to_string();
        self.run(&[
            "campaign",
            "create",
            CAMPAIGN,
            "--mode",
            "power",
            "--power-ratio",
            &ratio,
            "--list",
            "base",
            "--trunk",
            "hilo",
            "--caller-id",
            "+576015550100",
            "--law",
            "laboratorio",
            "--ring-timeout",
            "15s",
        ]);
        let seats: Vec<Value> = (1..=shift.agents)
            .map(|number| self.hire(&format!("asesor{number}"), CAMPAIGN).json())
            .collect();
        self.file("seats.json", Value::from(seats).to_string());
        self.file("habits.json", shift.habits.to_string());
        self.run(&["campaign", "start", CAMPAIGN]);
    }

    /// The advisors of the shift, at work on this engine and the next ones at
    /// its addresses.
    pub fn advisors(&self, engine: &Running) -> Running {
        let (url, sip) = (
            format!("http://{}", engine.http()),
            engine.sip().to_string(),
        );
        Running::start(self.command(&[
            "advisors",
            "--url",
            &url,
            "--registrar",
            &sip,
            "--seats",
            "seats.json",
            "--habits",
            "habits.json",
        ]))
    }

    /// An advisor of a campaign, with a phone and a log-in of the same name.
    pub fn hire(&self, name: &str, campaign: &str) -> Seat {
        let agent = self.run(&[
            "agent",
            "set",
            name,
            "--sip-user",
            name,
            "--campaign",
            campaign,
        ]);
        let user = self.run(&["user", "add", name, "--role", "advisor", "--agent", name]);
        let secret = |value: &Value| value.as_str().expect("shown once").to_owned();
        Seat {
            agent: agent["id"].as_i64().expect("an id"),
            user: name.to_owned(),
            password: secret(&user["password"]),
            sip_password: secret(&agent["sip_password"]),
        }
    }
}

/// Who sits there.
pub struct Seat {
    /// The agent's id in the record.
    pub agent: i64,
    /// Log-in, and user part of the phone's address.
    pub user: String,
    /// Of the log-in.
    pub password: String,
    /// Of the phone.
    pub sip_password: String,
}

impl Seat {
    /// As `cadencia advisors` reads it.
    fn json(&self) -> Value {
        json!({
            "user": self.user,
            "password": self.password,
            "sip_user": self.user,
            "sip_password": self.sip_password,
        })
    }
}
