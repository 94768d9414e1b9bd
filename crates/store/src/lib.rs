//! The record, on SQLite and PostgreSQL.
