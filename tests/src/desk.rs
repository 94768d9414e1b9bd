//! An advisor's desk, through the public API: what it shows and what is asked of it.

use std::net::SocketAddr;

use serde_json::Value;

use crate::floor::{PATIENCE, until};
use crate::http::{ask, log_in};

/// Somebody who has logged in at a desk.
pub struct Desk {
    /// Where the API is.
    pub http: SocketAddr,
    /// Of their session.
    pub token: String,
}

impl Desk {
    /// Logs in.
    pub fn of(http: SocketAddr, user: &str, password: &str) -> Desk {
        let (status, session) = log_in(http, user, password);
        assert_eq!(status, 200, "{session}");
        let token = session["token"].as_str().expect("a token").to_owned();
        Desk { http, token }
    }

    /// The desk now.
    pub fn desk(&self) -> Value {
        self.get("agent")
    }

    /// What a path of the API answers.
    pub fn get(&self, path: &str) -> Value {
        let path = format!("/api/v1/{path}");
        let (status, answer) = ask(self.http, "GET", &path, Some(&self.token), None);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// Waits until the desk shows something.
    pub fn until(&self, what: &str, so: impl Fn(&Value) -> bool) {
        until(what, PATIENCE, || so(&self.desk()));
    }

    /// Asks for what must be granted.
    pub fn asks(&self, path: &str, form: Value) {
        let (status, answer) = self.tries(path, form);
        assert_eq!(status, 204, "{path}: {answer}");
    }

    /// Asks for what may be refused.
    pub fn tries(&self, path: &str, form: Value) -> (u16, Value) {
        let path = format!("/api/v1/{path}");
        ask(self.http, "POST", &path, Some(&self.token), Some(form))
    }
}
