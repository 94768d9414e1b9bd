//! How the calls sounded, as the record has it.

use serde_json::Value;
use tests::http::{ask, log_in};
use tests::{Floor, Running};

use crate::fate::Fate;
use crate::record::{talk, whose};

/// Packets a second, each way.
const PACKETS: f64 = 50.0;
/// The beginning and the end of a call may be counted by one side alone.
const SLACK: f64 = 0.5 * PACKETS;
/// What the network of one machine deserves, however busy it is (ITU-T G.107; 93.2 at best).
const GOOD: f64 = 80.0;

/// Every call in which the customer spoke was measured on both legs, and all of it for as long as
/// the two were joined.
pub(crate) fn calls_were_measured(floor: &Floor, engine: &Running, attempts: &[Value]) {
    let http = engine.http();
    let user = floor.run(&["user", "add", "oido", "--role", "supervisor"]);
    let (_, session) = log_in(http, "oido", user["password"].as_str().expect("shown once"));
    let token = session["token"].as_str().expect("a token");
    let spoke = |row: &&Value| Fate::of(whose(row)) == Fate::Speaks;
    let mut measured = 0;
    for row in attempts.iter().filter(spoke) {
        let path = format!("/api/v1/attempts/{}/quality", row["id"]);
        let (status, legs) = ask(http, "GET", &path, Some(token), None);
        assert_eq!(status, 200, "{legs}");
        let words: Vec<_> = legs.as_array().expect("a list").iter().collect();
        let [customer, agent] = words.as_slice() else {
            panic!("both legs of {row}: {legs}");
        };
        assert_eq!(
            (&customer["leg"], &agent["leg"]),
            (&"customer".into(), &"agent".into())
        );
        let expected = talk(row) * PACKETS;
        for leg in [customer, agent] {
            let count = |field: &str| leg[field].as_f64().expect("a number");
            let came = count("received") + count("lost");
            // A customer speaks from the answer on, an agent's packets count from the bridge.
            assert!(came > expected - SLACK, "{expected} of {leg}");
            assert!(count("r_factor") > GOOD, "{leg}");
            assert!(count("mos") > 4.0, "{leg}");
        }
        let came = agent["received"].as_f64().expect("a number");
        assert!(came < expected + SLACK, "{expected} of {agent}");
        measured += 1;
    }
    assert!(measured > 0, "nobody spoke");
}
