//! Bytes for `entries/media.rs`.
#![no_main]

#[path = "../entries/media.rs"]
#[allow(dead_code, reason = "each target drives one of them")]
mod entries;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entries::rtcp(bytes));
