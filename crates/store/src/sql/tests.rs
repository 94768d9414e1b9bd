//! What only this crate can see: how statements are planned.
