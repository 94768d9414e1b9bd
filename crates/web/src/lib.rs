//! The pages, embedded; they speak only the public API.
