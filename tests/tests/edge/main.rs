//! What administrators set and see of the SIP edge, by the public API and the command line, with the
//! whole program running: who may, what it says, and what it refuses with which reason.

mod bans;
mod breaker;
mod caller_ids;
mod route_plans;
mod trunk_test;

use serde_json::Value;
use tests::http::{ask, log_in};
use tests::{Floor, Running};

/// Somebody who asks the API.
struct Caller<'a> {
    engine: &'a Running,
    token: Option<String>,
}

impl<'a> Caller<'a> {
    /// With a role of their own.
    fn who_is(role: &str, floor: &Floor, engine: &'a Running) -> Caller<'a> {
        let name = format!("quien-{role}");
        let mut words = vec!["user", "add", &name, "--role", role];
        if role == "advisor" {
            floor.run(&["agent", "set", "Ana", "--sip-user", "ana"]);
            words.extend(["--agent", "Ana"]);
        }
        let user = floor.run(&words);
        let password = user["password"].as_str().expect("shown once");
        let (status, session) = log_in(engine.http(), &name, password);
        assert_eq!(status, 200, "{session}");
        let token = session["token"].as_str().map(str::to_owned);
        Caller { engine, token }
    }

    fn nobody(engine: &'a Running) -> Caller<'a> {
        Caller {
            engine,
            token: None,
        }
    }

    fn asks(&self, method: &str, path: &str, form: Option<Value>) -> (u16, Value) {
        let path = format!("/api/v1/{path}");
        let token = self.token.as_deref();
        ask(self.engine.http(), method, &path, token, form)
    }

    fn gets(&self, path: &str) -> Value {
        let (status, answer) = self.asks("GET", path, None);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// A request that is refused with these words.
    fn is_refused(&self, method: &str, path: &str, form: Value, status: u16, words: &str) {
        let (said, answer) = self.asks(method, path, Some(form.clone()));
        assert_eq!(said, status, "{method} {path} {form}: {answer}");
        let message = answer["message"].as_str().unwrap_or_default();
        assert!(message.contains(words), "{form}: {message}");
    }
}

/// Where the command line finds the engine.
fn url(engine: &Running) -> String {
    format!("http://{}", engine.http())
}
