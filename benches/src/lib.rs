//! Support for the measurements under `benches/`.
