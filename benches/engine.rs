//! Steps of the engine: an hour (or some minutes) of a floor is simulated and
//! recorded, then fed to an engine alone. Compared with a round trip of one
//! word between two threads over channels, which a step must stay near: the
//! loop around the engine pays such a trip for each input anyhow.

use std::hint::black_box;
use std::sync::mpsc;
use std::thread;

use benches::{compare, quick, rate, rate_with, span};
use engine::{Engine, Numbering};
use simulator::Scenario;

fn main() {
    let trips = round_trips();
    for agents in [20, 200] {
        let scenario = Scenario {
            agents,
            hours: if quick() { 0.05 } else { 0.25 },
            ..Scenario::default()
        };
        let inputs = simulator::record(&scenario).expect("the defaults can be simulated");
        let steps = rate_with(
            span(),
            || inputs.clone(),
            |inputs| {
                let mut engine = Engine::new(Numbering::default());
                let count = inputs.len() as u64;
                for (at, input) in inputs {
                    let _ = black_box(engine.handle(at, input));
                }
                count
            },
        );
        let what = format!("engine step, {agents} agents, predictive");
        compare(&what, steps, "channel round trip", trips);
    }
}

fn round_trips() -> f64 {
    const TRIPS: u64 = 2_000;
    let (there, ask) = mpsc::channel::<u64>();
    let (answer, back) = mpsc::channel();
    let echo = thread::spawn(move || {
        for word in ask {
            if answer.send(word).is_err() {
                break;
            }
        }
    });
    let trips = rate(span(), || {
        for word in 0..TRIPS {
            there
                .send(word)
                .expect("the echo lives until `there` is gone");
            black_box(back.recv().expect("and answers every word"));
        }
        TRIPS
    });
    drop(there);
    echo.join().expect("the echo does nothing that panics");
    trips
}
