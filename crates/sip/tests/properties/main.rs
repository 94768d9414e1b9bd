//! Properties of the message layer over generated, mutated and cut messages.

mod endpoint;
mod framing;
mod generate;
#[path = "../torture/messages.rs"]
mod messages;
mod mutation;
mod reader;
mod round_trip;
