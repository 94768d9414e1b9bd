//! An advisor at the desk, over the public API: logs in, says ready, hangs up
//! on those who listen and types each call by the number on the screen.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::floor::{PATIENCE, until};

use crate::fate::{self, Fate};

/// How often the screen is looked at.
const GLANCE: Duration = Duration::from_millis(100);
/// How long those who listen are talked to.
const TALK: Duration = Duration::from_millis(1_500);

/// What the API acknowledged: the code and note of each attempt.
pub(crate) type Typed = BTreeMap<i64, (String, String)>;

/// An advisor at work.
pub(crate) struct Desk {
    thread: JoinHandle<Typed>,
    stop: Arc<AtomicBool>,
}

impl Desk {
    /// Logs in and works until told to stop.
    pub(crate) fn open(http: SocketAddr, user: &str, password: &str) -> Desk {
        let stop = Arc::new(AtomicBool::new(false));
        let mut seat = Seat::take(http, user, password);
        until("their phone registers", PATIENCE, || {
            seat.get("agent")["registered"] == true
        });
        seat.post("agent/login", json!({})).expect("a seat is free");
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                seat.look();
                std::thread::sleep(GLANCE);
            }
            seat.typed
        });
        Desk { thread, stop }
    }

    /// Ends their day; what they typed.
    pub(crate) fn close(self) -> Typed {
        self.stop.store(true, Ordering::Relaxed);
        self.thread.join().expect("an advisor broke off")
    }
}

/// Their place before the API.
pub(crate) struct Seat {
    url: String,
    token: String,
    /// The attempt on the line, and since when.
    talking: Option<(i64, Instant)>,
    typed: Typed,
}

impl Seat {
    /// Signs in.
    pub(crate) fn take(http: SocketAddr, user: &str, password: &str) -> Seat {
        let mut seat = Seat {
            url: format!("http://{http}/api/v1"),
            token: String::new(),
            talking: None,
            typed: Typed::new(),
        };
        let form = json!({"user": user, "password": password});
        let session = seat.post("session", form).expect("their own password");
        seat.token = session["token"].as_str().expect("a token").to_owned();
        seat
    }

    fn look(&mut self) {
        let desk = self.get("agent");
        let attempt = desk["attempt"].as_i64();
        match (desk["status"].as_str(), attempt) {
            // A phone that is not registered yet is no reason to give up.
            (Some("break"), _) => {
                let _ = self.post("agent/ready", json!({}));
            }
            (Some("talking"), Some(attempt)) => self.talk(attempt, &desk),
            (Some("wrap_up"), Some(attempt)) => self.typify(attempt, &desk),
            _ => {}
        }
    }

    fn talk(&mut self, attempt: i64, desk: &Value) {
        let since = match self.talking {
            Some((same, since)) if same == attempt => since,
            _ => Instant::now(),
        };
        self.talking = Some((attempt, since));
        let listens = on_screen(desk).map(Fate::of) == Some(Fate::Listens);
        if listens && since.elapsed() >= TALK {
            self.post("agent/hangup", json!({}))
                .expect("they wait for us");
        }
    }

    fn typify(&mut self, attempt: i64, desk: &Value) {
        let Some(person) = on_screen(desk) else {
            return;
        };
        let (code, note) = (fate::code(person), format!("dicho por {person}"));
        let form = json!({"attempt": attempt, "code": code, "note": note});
        self.post("agent/typify", form).expect("wrap-up is long");
        self.typed.insert(attempt, (code.to_owned(), note));
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let request = ureq::get(format!("{}/{path}", self.url))
            .header("Authorization", format!("Bearer {}", self.token));
        let mut answer = request.call().expect("the engine serves");
        let text = answer.body_mut().read_to_string().expect("text");
        serde_json::from_str(&text).expect("JSON")
    }

    pub(crate) fn post(&self, path: &str, form: Value) -> Result<Value, ureq::Error> {
        let mut request = ureq::post(format!("{}/{path}", self.url));
        if !self.token.is_empty() {
            request = request.header("Authorization", format!("Bearer {}", self.token));
        }
        let text = request.send_json(form)?.body_mut().read_to_string()?;
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }
}

/// Whom the screen shows.
fn on_screen(desk: &Value) -> Option<usize> {
    let phones = desk["contact"]["phones"].as_array()?;
    let current = phones.iter().find(|phone| phone["current"] == true)?;
    Some(fate::person(current["number"].as_str()?))
}
