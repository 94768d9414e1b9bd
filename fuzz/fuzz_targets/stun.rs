//! Bytes for `entries/sip.rs`.
#![no_main]

#[path = "../entries/sip.rs"]
#[allow(dead_code, reason = "each target drives one of them")]
mod entries;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entries::stun(bytes));
