//! The two databases behind one small face: begin, run, fetch. SQLite has one
//! writer connection and read-only readers; its durability is pinned here.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::postgres::PgPool;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, Postgres, Row as _, SqlSafeStr, Sqlite, Transaction,
};
use tokio::time::MissedTickBehavior;

use super::query::Query;
use super::row::Row;
use super::{audit, postgres};
use crate::error::{Result, StoreError};
use crate::types::{Actor, AuditEntry};

/// First version without the WAL-reset bug that can corrupt a database.
const SQLITE_MIN: (u32, u32, u32) = (3, 51, 3);
/// Readers beside the writer: short reads, two cores.
const SQLITE_READERS: u32 = 4;
/// Pages of the write-ahead log (64 MiB) from which a commit moves them into the file itself, where what does that beside
/// it ([`keep_log_short`]) does not keep up.
const LOG_PAGES_MAX: &str = "16384";
/// What the writer keeps of the file in memory (64 MiB, written as SQLite has it): a base being loaded comes back to the same
/// pages of its indexes again and again.
const WRITER_CACHE: &str = "-65536";
/// Between two looks at the log.
const LOG_EVERY: Duration = Duration::from_millis(100);
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
            16 "0016" "segments",
            17 "0017" "reception",
            18 "0018" "typifications",
            19 "0019" "audit_chain",
            20 "0020" "registers",
            21 "0021" "consents",
            22 "0022" "purpose",
            23 "0023" "identity",
            24 "0024" "words_and_agenda",
            25 "0025" "rules_and_returns",
            26 "0026" "work_tally",
            27 "0027" "contact_in_list",
            28 "0028" "segment_pace",
            33 "0033" "sales",
            30 "0030" "kpi_choices",
            31 "0031" "goals_and_rosters",
            32 "0032" "rollups",
            36 "0036" "attach",
            42 "0042" "practices",
            43 "0043" "segment_sells",
            44 "0044" "sheet_value",
            48 "0048" "history",
            53 "0053" "reports",
            39 "0039" "schedules",
            51 "0051" "desk",
            49 "0049" "events",
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

/// An open database, and who writes through it.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    pub(crate) pools: Pools,
    /// Named in the audit log.
    pub(crate) actor: Arc<Actor>,
}

/// Its connections.
#[derive(Clone, Debug)]
pub(crate) enum Pools {
    /// A file beside us.
    Sqlite {
        /// The only connection that writes.
        writer: SqlitePool,
        /// Read-only connections.
        readers: SqlitePool,
        /// Who waits for the writer.
        queue: Arc<Queue>,
    },
    /// A server.
    Postgres(PgPool),
}

/// How many wait for the writer of SQLite just now.
#[derive(Debug, Default)]
pub(crate) struct Queue(AtomicUsize);

/// One of them, until it has it or gives up.
struct Waiting<'a>(&'a Queue);

impl Queue {
    fn wait(&self) -> Waiting<'_> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Waiting(self)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Database {
    /// Opens `sqlite:PATH` or `postgres://...` and brings the schema up to date.
    pub(crate) async fn open(url: &str) -> Result<Database> {
        let pools = if url.starts_with("sqlite:") {
            open_sqlite(url).await?
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Pools::Postgres(postgres::open(url, migrations!("postgres")).await?)
        } else {
            return Err(StoreError::Address(
                "write sqlite:PATH or postgres://USER@HOST/DATABASE".to_owned(),
            ));
        };
        let actor = Arc::default();
        Ok(Database { pools, actor })
    }

    /// The same database, written to by somebody.
    pub(crate) fn acting(&self, actor: Actor) -> Database {
        Database {
            pools: self.pools.clone(),
            actor: Arc::new(actor),
        }
    }

    /// Begins a writing transaction.
    pub(crate) async fn begin(&self) -> Result<Tx> {
        let began = match &self.pools {
            Pools::Sqlite { writer, queue, .. } => {
                let _waiting = queue.wait();
                let began = writer.begin_with("BEGIN IMMEDIATE").await;
                began.map(Began::Sqlite)
            }
            Pools::Postgres(pool) => pool.begin().await.map(Began::Postgres),
        };
        let began = began.map_err(|source| StoreError::Query {
            doing: "begin a transaction",
            source,
        })?;
        Ok(Tx {
            began,
            actor: Arc::clone(&self.actor),
            notes: Vec::new(),
        })
    }

    /// Whether others wait for what a transaction holds: long work in small steps commits then, and comes again.
    pub(crate) fn is_wanted(&self) -> bool {
        match &self.pools {
            Pools::Sqlite { queue, .. } => queue.0.load(Ordering::Relaxed) > 0,
            Pools::Postgres(_) => false,
        }
    }

    /// Reads outside any transaction.
    pub(crate) async fn fetch(&self, query: Query) -> Result<Vec<Row>> {
        let doing = query.doing;
        match &self.pools {
            Pools::Sqlite { readers, .. } => query
                .for_sqlite()
                .fetch_all(readers)
                .await
                .map(|rows| rows.into_iter().map(Row::Sqlite).collect()),
            Pools::Postgres(pool) => query
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
        let Pools::Postgres(pool) = &self.pools else {
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
pub(crate) struct Tx {
    began: Began,
    actor: Arc<Actor>,
    /// What the audit log is told with it.
    notes: Vec<AuditEntry>,
}

enum Began {
    /// On SQLite's writer.
    Sqlite(Transaction<'static, Sqlite>),
    /// On PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    /// Runs a statement; tells how many rows it changed.
    pub(crate) async fn run(&mut self, query: Query) -> Result<u64> {
        let doing = query.doing;
        match &mut self.began {
            Began::Sqlite(tx) => query
                .for_sqlite()
                .execute(&mut **tx)
                .await
                .map(|done| done.rows_affected()),
            Began::Postgres(tx) => query
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
        match &mut self.began {
            Began::Sqlite(tx) => query
                .for_sqlite()
                .fetch_all(&mut **tx)
                .await
                .map(|rows| rows.into_iter().map(Row::Sqlite).collect()),
            Began::Postgres(tx) => query
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

    /// The log-in name of who writes; empty where it is the program.
    pub(crate) fn actor_name(&self) -> String {
        self.actor.user_name.clone()
    }

    /// Has the audit log say what this transaction does: with it, or not at all.
    pub(crate) fn note(&mut self, action: &str, subject: String, detail: String) {
        let entry = audit::entry(&self.actor, action, subject, detail);
        self.notes.push(entry);
    }

    /// Makes it durable. The audit log comes last: who writes to it waits for nothing else.
    pub(crate) async fn commit(mut self) -> Result<()> {
        let notes = std::mem::take(&mut self.notes);
        audit::append(&mut self, &notes).await?;
        match self.began {
            Began::Sqlite(tx) => tx.commit().await,
            Began::Postgres(tx) => tx.commit().await,
        }
        .map_err(|source| StoreError::Query {
            doing: "commit",
            source,
        })
    }
}

async fn open_sqlite(url: &str) -> Result<Pools> {
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
        .connect_with(
            options
                .clone()
                .pragma("wal_autocheckpoint", LOG_PAGES_MAX)
                .pragma("cache_size", WRITER_CACHE),
        )
        .await
        .map_err(cannot)?;
    check_sqlite(&writer, url).await?;
    Migrator::with_migrations(migrations!("sqlite"))
        .run(&writer)
        .await
        .map_err(StoreError::Migrate)?;
    keep_log_short(options.clone(), &writer);
    let readers = SqlitePoolOptions::new()
        .max_connections(SQLITE_READERS)
        .connect_with(options.create_if_missing(false).read_only(true))
        .await
        .map_err(cannot)?;
    let queue = Arc::default();
    Ok(Pools::Sqlite {
        writer,
        readers,
        queue,
    })
}

/// Moves what the write-ahead log holds into the file, beside the writer: a commit that does it makes all others wait,
/// some tens of milliseconds each while a base is loaded. It ends with the writer.
fn keep_log_short(options: SqliteConnectOptions, writer: &SqlitePool) {
    let mut closed = writer.close_event();
    let keeping = async move {
        let mut connection = match options.connect().await {
            Ok(connection) => connection,
            Err(fault) => {
                tracing::warn!(%fault, "commits keep the write-ahead log short themselves");
                return;
            }
        };
        let mut every = tokio::time::interval(LOG_EVERY);
        every.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            every.tick().await;
            let checkpoint = sqlx::query("PRAGMA wal_checkpoint(PASSIVE)");
            if let Err(fault) = checkpoint.execute(&mut connection).await {
                tracing::debug!(%fault, "the write-ahead log stays as long as it is for now");
            }
        }
    };
    drop(tokio::spawn(async move { closed.do_until(keeping).await }));
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
