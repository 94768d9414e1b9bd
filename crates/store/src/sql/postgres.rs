//! Letting ourselves in to a PostgreSQL: its connections, and advice for people where it does not let
//! us in.

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{Migration, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{Connection as _, PgConnection};

use crate::error::{Result, StoreError};

/// Connections to PostgreSQL.
const CONNECTIONS: u32 = 8;
/// An engine whose machine vanished in a transaction must not hold up the next one: the server ends
/// what it left after so long. The address may say otherwise, as any other option of a connection.
const IDLE: (&str, &str) = ("idle_in_transaction_session_timeout", "30s");
/// How long it may take to let us in.
const CONNECT_MAX: Duration = Duration::from_secs(10);

/// Opens it and brings its schema up to date.
pub(super) async fn open(url: &str, migrations: Vec<Migration>) -> Result<PgPool> {
    let asked =
        PgConnectOptions::from_str(url).map_err(|error| StoreError::Address(error.to_string()))?;
    let said = |name| asked.get_options().is_some_and(|said| said.contains(name));
    let idle = (!said(IDLE.0)).then_some(IDLE);
    let options = asked
        .clone()
        .application_name("cadencia")
        .options([("synchronous_commit", "on")].into_iter().chain(idle));
    let cannot = |source| StoreError::Open {
        database: place_of(&options),
        advice: advice(&source),
        source,
    };
    knock(&options).await.map_err(cannot)?;
    let pool = PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(CONNECT_MAX)
        .connect_with(options.clone())
        .await
        .map_err(cannot)?;
    Migrator::with_migrations(migrations)
        .run(&pool)
        .await
        .map_err(StoreError::Migrate)?;
    Ok(pool)
}

/// One connection before the pool: a pool tries again for seconds, and then
/// knows only that time was up.
async fn knock(options: &PgConnectOptions) -> Result<(), sqlx::Error> {
    let connect = PgConnection::connect_with(options);
    match tokio::time::timeout(CONNECT_MAX, connect).await {
        Ok(Ok(db)) => db.close().await,
        // It is starting up, and the pool waits for that.
        Ok(Err(fault)) if sql_state(&fault).as_deref() == Some("57P03") => Ok(()),
        Ok(Err(fault)) => Err(fault),
        Err(_) => Err(sqlx::Error::PoolTimedOut),
    }
}

fn sql_state(fault: &sqlx::Error) -> Option<String> {
    let code = fault.as_database_error()?.code()?;
    Some(code.into_owned())
}

/// Where and as whom, without the password.
fn place_of(options: &PgConnectOptions) -> String {
    let name = options.get_database().unwrap_or_default();
    let user = options.get_username();
    match options.get_socket() {
        Some(folder) => format!("postgres://{user}@{}/{name}", folder.display()),
        None => {
            let (host, port) = (options.get_host(), options.get_port());
            format!("postgres://{user}@{host}:{port}/{name}")
        }
    }
}

fn advice(fault: &sqlx::Error) -> &'static str {
    match (fault, sql_state(fault).as_deref()) {
        (_, Some("28P01" | "28000")) => {
            "it does not let this user in; correct user and password in the address"
        }
        (_, Some("3D000")) => "there is none of that name; create it, or correct the address",
        (_, Some("53300")) => "all its connections are taken; end some, or let it have more",
        (sqlx::Error::Io(_), _) => {
            "nothing answers there; start PostgreSQL, or correct host and port in the address"
        }
        (sqlx::Error::PoolTimedOut, _) => {
            "it does not answer in time; is the host right, and does a firewall let us through?"
        }
        _ => "it refuses",
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use cluster::Cluster;

    use crate::sql::database::{Database, Pools};
    use crate::sql::{fence, restart};

    async fn shown(record: &Database, setting: &'static str) -> String {
        let Pools::Postgres(pool) = &record.pools else {
            panic!("a server");
        };
        let shown = sqlx::query_scalar(setting).fetch_one(pool).await;
        shown.expect("a setting")
    }

    #[tokio::test]
    async fn who_stops_within_a_transaction_holds_the_next_engine_up_for_a_moment_only() {
        let cluster = Cluster::start();
        let url = cluster.url("public");
        crate::open(&url).await.expect("a record");
        let next = Database::open(&url).await.expect("opens");
        let asked = "SHOW idle_in_transaction_session_timeout";
        assert_eq!(shown(&next, asked).await, "30s");
        let hasty = format!("{url}&options[idle_in_transaction_session_timeout]=1s");
        let gone = Database::open(&hasty).await.expect("opens");
        assert_eq!(shown(&gone, asked).await, "1s");

        // Its machine vanishes here: the connection stays, and nothing more is said on it.
        let mut left = gone.begin().await.expect("begins");
        fence::raise(&mut left).await.expect("takes over");
        let began = Instant::now();
        let taken = tokio::time::timeout(Duration::from_secs(20), restart::take_over(&next));
        let epoch = taken.await.expect("in time").expect("takes over");
        let waited = began.elapsed();
        assert!(
            waited > Duration::from_millis(500),
            "{waited:?}: it had nothing to wait for"
        );
        assert_eq!(epoch, 1, "what was left undone is undone");
        left.commit().await.expect_err("its turn is over");
    }
}
