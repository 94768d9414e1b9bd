//! The API of the running engine, for what the record does not know: live signalling and figures.

use std::io::{BufRead as _, BufReader};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;

use crate::Global;
use crate::output::{configuration, record};

/// Lines that wait to be shown; the engine counts what it drops beyond.
const LINES_WAITING: usize = 256;

/// How the engine is reached.
#[derive(Args, Clone, Debug)]
pub(crate) struct Reach {
    /// Where the engine serves HTTP [default: `http` of the configuration]
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Act as this administrator [default: the first there is]
    #[arg(long = "as", value_name = "USER")]
    user: Option<String>,
    /// A token of the API, where the record is not at hand
    #[arg(long, env = "CADENCIA_TOKEN", hide_env_values = true)]
    token: Option<String>,
}

/// The engine, and as whom it is asked.
pub(crate) struct Engine {
    /// Where it is.
    pub(crate) url: String,
    token: String,
}

impl Reach {
    /// Whether it is said who asks.
    pub(crate) fn is_by_name(&self) -> bool {
        self.user.is_some() || self.token.is_some()
    }

    /// With a token of the caller's, else by the record: who may open it is an administrator.
    pub(crate) async fn engine(&self, global: &Global) -> Result<Engine> {
        let url = match &self.url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", reachable(configuration(global)?.http)),
        };
        let token = match &self.token {
            Some(token) => token.clone(),
            None => {
                let store = record(global).await?;
                let entered = api::enter_by_record(store.as_ref(), self.user.as_deref()).await;
                entered?.0
            }
        };
        Ok(Engine { url, token })
    }
}

/// An address that is every one is reached at this machine's own.
pub(crate) fn reachable(http: SocketAddr) -> SocketAddr {
    let ip = match http.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, http.port())
}

impl Engine {
    /// One answer.
    pub(crate) async fn get<T: DeserializeOwned + Send + 'static>(
        &self,
        path: &'static str,
    ) -> Result<T> {
        let (url, token) = (self.url.clone(), self.token.clone());
        let ask = move || {
            let mut body = ask(&url, &token, "GET", path, &[])?;
            Ok(body.read_json()?)
        };
        tokio::task::spawn_blocking(ask).await?
    }

    /// Ends something; the engine says so without a word.
    pub(crate) async fn delete(&self, path: String) -> Result<()> {
        let (url, token) = (self.url.clone(), self.token.clone());
        let ask = move || ask(&url, &token, "DELETE", &path, &[]).map(drop);
        tokio::task::spawn_blocking(ask).await?
    }

    /// Asks for something to be done.
    pub(crate) async fn post(&self, path: String, body: serde_json::Value) -> Result<()> {
        let (url, token) = (self.url.clone(), self.token.clone());
        let ask = move || send(&url, &token, &path, &body);
        tokio::task::spawn_blocking(ask).await?
    }

    /// An answer that goes on, line by line, until either side ends it.
    pub(crate) fn lines(
        &self,
        path: &'static str,
        query: Vec<(&'static str, String)>,
    ) -> mpsc::Receiver<Result<String>> {
        let (lines, taken) = mpsc::channel(LINES_WAITING);
        let (url, token) = (self.url.clone(), self.token.clone());
        // It ends with the program at the latest: whoever waits for a line cannot be told to stop.
        std::thread::spawn(move || {
            let body = match ask(&url, &token, "GET", path, &query) {
                Ok(body) => body,
                Err(problem) => {
                    let _ = lines.blocking_send(Err(problem));
                    return;
                }
            };
            for line in BufReader::new(body.into_reader()).lines() {
                let line = line.context("the engine broke off");
                if lines.blocking_send(line).is_err() {
                    return;
                }
            }
        });
        taken
    }
}

fn ask(
    url: &str,
    token: &str,
    method: &str,
    path: &str,
    query: &[(&'static str, String)],
) -> Result<ureq::Body> {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    let agent = ureq::Agent::from(config.build());
    let to = format!("{url}{path}");
    let request = match method {
        "DELETE" => agent.delete(to),
        _ => agent.get(to),
    };
    let mut request = request.header("Authorization", format!("Bearer {token}"));
    for (name, value) in query {
        request = request.query(name, value);
    }
    let answer = request.call().with_context(|| no_engine(url))?;
    granted(url, answer)
}

fn send(url: &str, token: &str, path: &str, body: &serde_json::Value) -> Result<()> {
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    let agent = ureq::Agent::from(config.build());
    let request = agent
        .post(format!("{url}{path}"))
        .header("Authorization", format!("Bearer {token}"));
    let answer = request.send_json(body).with_context(|| no_engine(url))?;
    granted(url, answer).map(drop)
}

fn no_engine(url: &str) -> String {
    format!("no engine answers at {url}; start one with `cadencia serve`, or give its `--url`")
}

/// The answer, or the words with which it was refused.
fn granted(url: &str, answer: ureq::http::Response<ureq::Body>) -> Result<ureq::Body> {
    if answer.status().is_success() {
        return Ok(answer.into_body());
    }
    let status = answer.status();
    let said: serde_json::Value = answer.into_body().read_json().unwrap_or_default();
    match said["message"].as_str() {
        Some(words) => bail!("{words}"),
        None => bail!("the engine at {url} answered {status}"),
    }
}
