//! The two databases behind one small face: begin, run, fetch. SQLite has one
//! writer connection and read-only readers; its durability is pinned here.

use std::str::FromStr;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{
    AssertSqlSafe, Connection as _, PgConnection, Postgres, Row as _, SqlSafeStr, Sqlite,
    Transaction,
};

use super::query::Query;
use super::row::Row;
use crate::error::{Result, StoreError};

/// First version without the WAL-reset bug that can corrupt a database.
const SQLITE_MIN: (u32, u32, u32) = (3, 51, 3);
/// Readers beside the writer: short reads, two cores.
const SQLITE_READERS: u32 = 4;
/// Connections to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 8;
/// How long PostgreSQL may take to let us in.
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// How long SQLite waits for another process's write.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Every migration of a database, in the order of its number, which is written as a file has it.
macro_rules! migrations {
    ($folder:literal) => {
        migrations!(
            $folder,
            1 "0001" "record",
            2 "0002" "views",
            3 "0003" "pacing_ledger",
            4 "0004" "pacing_learnt",
            5 "0005" "routing",
            6 "0006" "phone_ticket",
            7 "0007" "destinations",
            8 "0008" "ladders",
            9 "0009" "inbound",
            10 "0010" "recordings",
            11 "0011" "prompts",
            12 "0012" "call_quality",
            13 "0013" "archive",
            14 "0014" "retention",
            15 "0015" "calls_of_person",
        )
    };
    ($folder:literal, $($version:literal $number:literal $name:literal),* $(,)?) => {
        vec![$(Migration::new(
            $version,
            $name.into(),
            MigrationType::Simple,
            include_str!(concat!("../../migrations/", $folder, "/", $number, "_", $name, ".sql"))
                .into_sql_str(),
            false,
        )),*]
    };
}

/// An open database.
#[derive(Clone, Debug)]
pub(crate) enum Database {
    /// A file beside us.
    Sqlite {
        /// The only connection that writes.
        writer: SqlitePool,
        /// Read-only connections.
        readers: SqlitePool,
    },
    /// A server.
    Postgres(PgPool),
}

impl Database {
    /// Opens `sqlite:PATH` or `postgres://...` and brings the schema up to date.
    pub(crate) async fn open(url: &str) -> Result<Database> {
        if url.starts_with("sqlite:") {
            open_sqlite(url).await
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            open_postgres(url).await
        } else {
            Err(StoreError::Address(
                "write sqlite:PATH or postgres://USER@HOST/DATABASE".to_owned(),
            ))
        }
    }

    /// Begins a writing transaction.
    pub(crate) async fn begin(&self) -> Result<Tx> {
        let tx = match self {
            Database::Sqlite { writer, .. } => {
                writer.begin_with("BEGIN IMMEDIATE").await.map(Tx::Sqlite)
            }
            Database::Postgres(pool) => pool.begin().await.map(Tx::Postgres),
        };
        tx.map_err(|source| StoreError::Query {
            doing: "begin a transaction",
            source,
        })
    }

    /// Reads outside any transaction.
    pub(crate) async fn fetch(&self, query: Query) -> Result<Vec<Row>> {
        let doing = query.doing;
        match self {
            Database::Sqlite { readers, .. } => query
                .for_sqlite()
                .fetch_all(readers)
                .await
                .map(|rows| rows.into_iter().map(Row::Sqlite).collect()),
            Database::Postgres(pool) => query
                .for_postgres()
                .fetch_all(pool)
                .await
                .map(|rows| rows.into_iter().map(Row::Postgres).collect()),
        }
        .map_err(|source| StoreError::Query { doing, source })
    }

    /// Reads the first row.
    pub(crate) async fn fetch_one(&self, query: Query) -> Result<Option<Row>> {
        Ok(self.fetch(query).await?.into_iter().next())
    }

    /// Tells PostgreSQL what tables hold now: after much was added it would plan
    /// for the old tables, for a minute or so, and walk through all of the new
    /// ones. SQLite finds the better plans without being told.
    pub(crate) async fn learn(&self, tables: &'static str) {
        let Database::Postgres(pool) = self else {
            return;
        };
        let analyze = AssertSqlSafe(format!("ANALYZE {tables}"));
        if let Err(fault) = sqlx::raw_sql(analyze).execute(pool).await {
            tracing::warn!(%fault, tables, "statistics are old; questions may be slow for a while");
        }
    }

    /// One statement in a transaction of its own.
    pub(crate) async fn run(&self, query: Query) -> Result<u64> {
        let mut tx = self.begin().await?;
        let changed = tx.run(query).await?;
        tx.commit().await?;
        Ok(changed)
    }
}

/// A writing transaction; rolled back when dropped.
pub(crate) enum Tx {
    /// On SQLite's writer.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Runs a statement; tells how many rows it changed.
    pub(crate) async fn run(&mut self, query: Query) -> Result<u64> {
        let doing = query.doing;
        match self {
            Tx::Sqlite(tx) => query
                .for_sqlite()
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected()),
            Tx::Postgres(tx) => query
                .for_postgres()
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected()),
        }
        .map_err(|source| StoreError::Query { doing, source })
    }

    /// Runs a statement that returns rows.
    pub(crate) async fn fetch(&mut self, query: Query) -> Result<Vec<Row>> {
        let doing = query.doing;
        match self {
            Tx::Sqlite(tx) => query
                .for_sqlite()
                .fetch_all(&mut **tx)
                .await
                .map(|rows| rows.into_iter().map(Row::Sqlite).collect()),
            Tx::Postgres(tx) => query
                .for_postgres()
                .fetch_all(&mut **tx)
                .await
                .map(|rows| rows.into_iter().map(Row::Postgres).collect()),
        }
        .map_err(|source| StoreError::Query { doing, source })
    }

    /// Runs a statement that returns at most one row.
    pub(crate) async fn fetch_one(&mut self, query: Query) -> Result<Option<Row>> {
        Ok(self.fetch(query).await?.into_iter().next())
    }

    /// Makes it durable.
    pub(crate) async fn commit(self) -> Result<()> {
        match self {
            Tx::Sqlite(tx) => tx.commit().await,
            Tx::Postgres(tx) => tx.commit().await,
        }
        .map_err(|source| StoreError::Query {
            doing: "commit",
            source,
        })
    }
}

async fn open_sqlite(url: &str) -> Result<Database> {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    if path.is_empty() || path.contains(":memory:") || path.contains("mode=memory") {
        return Err(StoreError::Address(
            "the record needs a file; write sqlite:PATH".to_owned(),
        ));
    }
    let cannot = |source| no_sqlite(url, source);
    let options = SqliteConnectOptions::from_str(url)
        .map_err(cannot)?
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .min_connections(1)
        .connect_with(options.clone())
        .await
        .map_err(cannot)?;
    check_sqlite(&writer, url).await?;
    Migrator::with_migrations(migrations!("sqlite"))
        .run(&writer)
        .await
        .map_err(StoreError::Migrate)?;
    let readers = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS)
        .connect_with(options.create_if_missing(false).read_only(true))
        .await
        .map_err(cannot)?;
    Ok(Database::Sqlite { writer, readers })
}

fn no_sqlite(url: &str, source: sqlx::Error) -> StoreError {
    StoreError::Open {
        database: url.to_owned(),
        advice: "is it a SQLite file, in a folder this user may write to?",
        source,
    }
}

/// Refuses a library with the WAL-reset bug, and a file system without the
/// shared memory that WAL needs (a network one).
async fn check_sqlite(writer: &SqlitePool, url: &str) -> Result<()> {
    let cannot = |source| no_sqlite(url, source);
    let row = sqlx::query("SELECT sqlite_version() AS v")
        .fetch_one(writer)
        .await
        .map_err(cannot)?;
    let version: String = row.try_get("v").map_err(cannot)?;
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    if (next(), next(), next()) < SQLITE_MIN {
        return Err(StoreError::Unsupported(format!(
            "SQLite {version} can corrupt a database in WAL mode; 3.51.3 or later is needed"
        )));
    }
    let row = sqlx::query("PRAGMA journal_mode")
        .fetch_one(writer)
        .await
        .map_err(cannot)?;
    let mode: String = row.try_get(0).map_err(cannot)?;
    if mode != "wal" {
        return Err(StoreError::Unsupported(format!(
            "{url}: this file system does not carry a write-ahead log (journal mode is {mode}); use a local disk"
        )));
    }
    Ok(())
}

async fn open_postgres(url: &str) -> Result<Database> {
    let options = PgConnectOptions::from_str(url)
        .map_err(|error| StoreError::Address(error.to_string()))?
        .application_name("cadencia")
        .options([
            ("synchronous_commit", "on"),
            // An engine whose machine vanished must not hold up the next one.
            ("idle_in_transaction_session_timeout", "30s"),
        ]);
    let cannot = |source| StoreError::Open {
        database: place_of(&options),
        advice: advice(&source),
        source,
    };
    knock(&options).await.map_err(cannot)?;
    let pool = PgPoolOptions::new()
        .max_connections(POSTGRES_CONNECTIONS)
        .acquire_timeout(CONNECT_MAX)
        .connect_with(options.clone())
        .await
        .map_err(cannot)?;
    Migrator::with_migrations(migrations!("postgres"))
        .run(&pool)
        .await
        .map_err(StoreError::Migrate)?;
    Ok(Database::Postgres(pool))
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
