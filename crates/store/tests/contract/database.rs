//! Databases for the contract: a file in a temporary folder, and a temporary
//! PostgreSQL cluster with a new schema for each test. Also the way around
//! the store, for planting damage and looking at what is stored.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use cluster::Cluster;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use store::Store;

/// A record under test.
#[derive(Clone)]
pub(crate) struct Record {
    pub(crate) store: Arc<dyn Store>,
    url: String,
}

impl Record {
    async fn open(url: String) -> Record {
        let store = store::open(&url).await.expect("the record opens");
        Record { store, url }
    }

    /// The same record as a process started later sees it.
    pub(crate) async fn reopened(&self) -> Record {
        Record::open(self.url.clone()).await
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// Runs a statement behind the store's back.
    pub(crate) async fn execute(&self, sql: &str) -> Result<u64, sqlx::Error> {
        let sql = AssertSqlSafe(sql.to_owned());
        if self.is_sqlite() {
            let mut db = SqliteConnection::connect(&self.url).await?;
            let done = sqlx::raw_sql(sql).execute(&mut db).await?;
            Ok(done.rows_affected())
        } else {
            let mut db = PgConnection::connect(&self.url).await?;
            let done = sqlx::raw_sql(sql).execute(&mut db).await?;
            Ok(done.rows_affected())
        }
    }

    /// Whatever a test did, the counters of work are what the work is.
    async fn is_counted(&self) {
        self.store.fold_counters().await.expect("folds");
        let problems = self.store.verify().await.expect("verifies");
        let of_counters = |problem: &&store::Problem| problem.invariant.contains("counters");
        let wrong: Vec<_> = problems.iter().filter(of_counters).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    /// The first column of a question, as texts.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        let sql = AssertSqlSafe(sql.to_owned());
        if self.is_sqlite() {
            let mut db = SqliteConnection::connect(&self.url)
                .await
                .expect("connects");
            let found = sqlx::query_scalar(sql).fetch_all(&mut db).await;
            found.expect("the question is sound")
        } else {
            let mut db = PgConnection::connect(&self.url).await.expect("connects");
            let found = sqlx::query_scalar(sql).fetch_all(&mut db).await;
            found.expect("the question is sound")
        }
    }
}

/// A test of the contract, as data.
type Held = Box<dyn FnOnce(Record) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send>;

pub(crate) fn boxed<F>(test: fn(Record) -> F) -> Held
where
    F: Future<Output = ()> + Send + 'static,
{
    Box::new(move |record| {
        Box::pin(async move {
            test(record.clone()).await;
            record.is_counted().await;
        })
    })
}

/// Runs a test on a file of its own.
pub(crate) async fn on_sqlite<F: Future<Output = ()>>(test: fn(Record) -> F) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", dir.path().join("record.db").display());
    let record = Record::open(url).await;
    test(record.clone()).await;
    record.is_counted().await;
}

/// A PostgreSQL server, and how many tests had a schema of it.
pub(crate) struct Postgres {
    cluster: Cluster,
    schemas: AtomicU32,
}

impl Postgres {
    pub(crate) fn start() -> Postgres {
        Postgres {
            cluster: Cluster::start(),
            schemas: AtomicU32::new(0),
        }
    }

    /// Runs a test in a schema of its own, which costs a tenth of a database
    /// of its own. A panic in it has been printed by then.
    pub(crate) async fn holds(&self, test: Held) -> bool {
        let name = format!("record{}", self.schemas.fetch_add(1, Ordering::Relaxed));
        let mut db = PgConnection::connect(&self.cluster.url("public"))
            .await
            .expect("the cluster answers");
        let create = AssertSqlSafe(format!("CREATE SCHEMA {name}"));
        sqlx::raw_sql(create)
            .execute(&mut db)
            .await
            .expect("a schema");
        let record = Record::open(self.cluster.url(&name)).await;
        tokio::spawn(test(record)).await.is_ok()
    }
}
