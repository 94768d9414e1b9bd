//! Steps of the engine: an hour (or some minutes) of a floor is simulated and
//! recorded, then fed to an engine alone. Compared with a round trip of one
//! word between two threads over channels, which a step must stay near: the
//! loop around the engine pays such a trip for each input anyhow.

use std::hint::black_box;

use benches::{compare, quick, rate_with, round_trips, span};
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
