//! An advisor at their desk: logs in, says ready, talks, hangs up, wraps up and
//! types, all over the public API, as the advisor page does.

use std::time::Duration;

use futures_util::StreamExt as _;
use rand::RngExt as _;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{self, Message};

use crate::mix::exponential;

/// How an advisor works.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AdvisorHabits {
    /// Mean talk before they hang up, in seconds.
    pub talk_mean_s: f64,
    /// Shortest talk, in seconds.
    pub talk_min_s: f64,
    /// Mean time to typify, in seconds.
    pub wrap_up_mean_s: f64,
    /// Share of calls that end in a sale.
    pub sale: f64,
    /// Share of calls with the holder reached and the offer made, no sale.
    pub offer_made: f64,
    /// Share of calls where a machine is noticed and typed as one.
    pub machine: f64,
}

impl Default for AdvisorHabits {
    fn default() -> AdvisorHabits {
        AdvisorHabits {
            talk_mean_s: 40.0,
            talk_min_s: 3.0,
            wrap_up_mean_s: 6.0,
            sale: 0.04,
            offer_made: 0.5,
            machine: 0.28,
        }
    }
}

/// Who and where.
#[derive(Clone, Debug)]
pub struct Advisor {
    /// Base address of the API, such as `http://127.0.0.1:8080`.
    pub url: String,
    /// User name.
    pub user: String,
    /// Password.
    pub password: String,
    /// How they work.
    pub habits: AdvisorHabits,
    /// Seed of what they do.
    pub seed: u64,
}

/// What an advisor did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdvisorReport {
    /// Calls talked.
    pub calls: u64,
    /// Calls typed, as the API acknowledged them.
    pub typified: u64,
    /// Sales among them.
    pub sales: u64,
}

/// Why an advisor could not work.
#[derive(Debug, thiserror::Error)]
pub enum AdvisorError {
    /// The API cannot be reached, or said no.
    #[error("{0}: {1}")]
    Api(String, String),
    /// The live connection.
    #[error("the live connection to {0} failed")]
    Live(String, #[source] Box<tungstenite::Error>),
}

/// What the API says about us (the fields we need).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Desk {
    status: String,
    attempt: Option<i64>,
}

impl Advisor {
    /// Works until told to stop, then logs out.
    pub async fn work(
        self,
        mut stop: watch::Receiver<bool>,
    ) -> Result<AdvisorReport, AdvisorError> {
        let mut report = AdvisorReport::default();
        let token = self.log_in(&mut stop).await?;
        self.ask(&token, "login", json!({})).await?;
        let mut rng = StdRng::seed_from_u64(self.seed);
        while !*stop.borrow() {
            if let Err(problem) = self.sit(&token, &mut rng, &mut report, &mut stop).await {
                tracing::info!(user = %self.user, %problem, "desk lost, again in a moment");
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        }
        let _ = self.ask(&token, "logout", json!({})).await;
        Ok(report)
    }

    /// The engine may still be starting: tries until it lets us in.
    async fn log_in(&self, stop: &mut watch::Receiver<bool>) -> Result<String, AdvisorError> {
        let form = json!({"user": self.user, "password": self.password});
        loop {
            match self.post("/api/v1/session", None, form.clone()).await {
                Ok(answer) => {
                    let token = answer["token"].as_str().unwrap_or_default();
                    return Ok(token.to_owned());
                }
                Err(problem) if *stop.borrow() => return Err(problem),
                Err(AdvisorError::Api(what, words)) if words.contains("401") => {
                    return Err(AdvisorError::Api(what, words));
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    }

    /// Watches the desk over the live connection and does what is due.
    async fn sit(
        &self,
        token: &str,
        rng: &mut StdRng,
        report: &mut AdvisorReport,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<(), AdvisorError> {
        let url = self.url.replacen("http", "ws", 1) + "/api/v1/agent/events";
        let failed = |problem| AdvisorError::Live(url.clone(), Box::new(problem));
        let mut request = url.as_str().into_client_request().map_err(failed)?;
        let bearer = format!("Bearer {token}");
        request.headers_mut().insert(
            "Authorization",
            bearer.parse().map_err(|_| {
                AdvisorError::Api(url.clone(), "the token is no header value".to_owned())
            })?,
        );
        let (mut socket, _) = tokio_tungstenite::connect_async(request)
            .await
            .map_err(failed)?;
        let mut act = Due::default();
        loop {
            tokio::select! {
                frame = socket.next() => match frame {
                    Some(Ok(Message::Text(text))) => {
                        let desk: Desk = serde_json::from_str(&text).unwrap_or_default();
                        self.plan(&desk, &mut act, rng, report);
                    }
                    Some(Ok(_)) => {}
                    Some(Err(problem)) => return Err(failed(problem)),
                    None => return Ok(()),
                },
                () = tokio::time::sleep_until(act.at), if act.what.is_some() => {
                    if let Some((what, body)) = act.what.take() {
                        self.carry_out(token, what, body, report).await;
                    }
                }
                _ = stop.changed() => return Ok(()),
            }
        }
    }

    /// What the desk as it is now asks of us, and when we will do it.
    fn plan(&self, desk: &Desk, due: &mut Due, rng: &mut StdRng, report: &mut AdvisorReport) {
        let seen = (desk.status.clone(), desk.attempt);
        if due.seen == seen {
            return;
        }
        due.seen = seen;
        let now = tokio::time::Instant::now();
        let attempt = desk.attempt.unwrap_or_default();
        (due.at, due.what) = match desk.status.as_str() {
            "break" => (now, Some(("ready", json!({})))),
            "talking" => {
                report.calls += 1;
                due.machine = rng.random::<f64>() < self.habits.machine;
                let talk = if due.machine {
                    5.0
                } else {
                    self.habits.talk_mean_s
                };
                let least = self.habits.talk_min_s.clamp(0.0, 3_600.0);
                let talk = exponential(rng, talk).max(Duration::from_secs_f64(least));
                (now + talk, Some(("hangup", json!({}))))
            }
            "wrap_up" => {
                let code = self.code(due.machine, rng);
                let body = json!({"attempt": attempt, "code": code, "note": ""});
                let typing = exponential(rng, self.habits.wrap_up_mean_s);
                (now + typing, Some(("typify", body)))
            }
            _ => (now, None),
        };
    }

    fn code(&self, machine: bool, rng: &mut StdRng) -> &'static str {
        let at: f64 = rng.random();
        if machine {
            "NC03"
        } else if at < self.habits.sale {
            "VE01"
        } else if at < self.habits.sale + self.habits.offer_made {
            "NV01"
        } else {
            "TE01"
        }
    }

    async fn carry_out(
        &self,
        token: &str,
        what: &'static str,
        body: Value,
        report: &mut AdvisorReport,
    ) {
        let sale = body["code"]
            .as_str()
            .is_some_and(|code| code.starts_with("VE"));
        match self.ask(token, what, body).await {
            Ok(_) if what == "typify" => {
                report.typified += 1;
                report.sales += u64::from(sale);
            }
            Ok(_) => {}
            // The customer hung up a moment before us, or wrap-up ran out: fine.
            Err(problem) => tracing::debug!(user = %self.user, %problem, what, "not granted"),
        }
    }

    async fn ask(&self, token: &str, what: &str, body: Value) -> Result<Value, AdvisorError> {
        let path = format!("/api/v1/agent/{what}");
        self.post(&path, Some(token.to_owned()), body).await
    }

    async fn post(
        &self,
        path: &str,
        token: Option<String>,
        body: Value,
    ) -> Result<Value, AdvisorError> {
        let url = format!("{}{path}", self.url);
        let address = url.clone();
        let answer = tokio::task::spawn_blocking(move || post_blocking(&url, token, &body))
            .await
            .map_err(|problem| AdvisorError::Api(address.clone(), problem.to_string()))?;
        answer.map_err(|words| AdvisorError::Api(address, words))
    }
}

/// The next thing to do, and what the desk looked like when it was planned.
struct Due {
    seen: (String, Option<i64>),
    at: tokio::time::Instant,
    what: Option<(&'static str, Value)>,
    machine: bool,
}

impl Default for Due {
    fn default() -> Due {
        Due {
            seen: (String::new(), None),
            at: tokio::time::Instant::now(),
            what: None,
            machine: false,
        }
    }
}

fn post_blocking(url: &str, token: Option<String>, body: &Value) -> Result<Value, String> {
    let mut request = ureq::post(url)
        .config()
        .timeout_global(Some(Duration::from_secs(10)))
        .build();
    if let Some(token) = token {
        request = request.header("Authorization", &format!("Bearer {token}"));
    }
    let mut answer = request.send_json(body).map_err(|error| error.to_string())?;
    let text = answer
        .body_mut()
        .read_to_string()
        .map_err(|error| error.to_string())?;
    if text.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&text).map_err(|error| error.to_string())
}
