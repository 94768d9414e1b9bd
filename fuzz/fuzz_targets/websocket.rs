//! Bytes for `entries/websocket.rs`.
#![no_main]

#[path = "../entries/websocket.rs"]
mod entries;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| entries::websocket(bytes));
