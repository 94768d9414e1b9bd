//! The contract of the store: every test is written once and holds on SQLite
//! and on PostgreSQL. Which database a test runs on is `database.rs`'s affair.

/// Runs the named tests on SQLite, one test each, and on PostgreSQL in one
/// cluster per subject: starting one costs more than all that is asked of it.
macro_rules! contract {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                super::super::database::on_sqlite(super::$name).await;
            })*
        }

        #[tokio::test(flavor = "multi_thread")]
        async fn all_of_it_holds_on_postgresql() {
            let postgres = super::database::Postgres::start();
            let mut broken = Vec::new();
            $(if !postgres.holds(super::database::boxed($name)).await {
                broken.push(stringify!($name));
            })*
            assert!(broken.is_empty(), "on PostgreSQL these do not hold (see above): {broken:?}");
        }
    };
}

mod abandons;
mod agenda;
mod attach;
mod audit;
mod catalogues;
mod config;
mod consents;
mod crowd;
mod database;
mod days;
mod desk;
mod events;
mod fixture;
mod identity;
mod import;
mod inbound;
mod journal;
mod kpis;
mod ladders;
mod management;
mod parting;
mod past;
mod person;
mod practices;
mod prior;
mod prompts;
mod quality;
mod reading;
mod reception;
mod recordings;
mod registers;
mod restart;
mod retention;
mod rights;
mod rollups;
mod routing;
mod sale_reports;
mod sales;
mod schedules;
mod schema;
mod segments;
mod transfers;
mod typifying;
mod verify;
mod work;
