//! A hundred thousand calls and a floor of phones over networks that lose, double, delay and reorder,
//! in virtual time and from one seed: `NETWORK_SEED=7 cargo test -p sip --test network` runs it again
//! as it was. What must hold afterwards is in `calls.rs` and `phones.rs`; `soak.rs` goes on for longer.

mod calls;
mod net;
mod phones;
mod soak;

/// The seed of this run: that of the environment, or the same every day.
fn seed() -> u64 {
    let given = std::env::var("NETWORK_SEED").ok();
    given.and_then(|seed| seed.parse().ok()).unwrap_or(4)
}
