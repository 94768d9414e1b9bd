//! Databases for the contract: a file in a temporary folder, and a temporary
//! PostgreSQL cluster with a new schema for each test. Also the way around
//! the store, for planting damage and looking at what is stored.

use std::future::Future;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

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
    Box::new(move |record| Box::pin(test(record)))
}

/// Runs a test on a file of its own.
pub(crate) async fn on_sqlite<F: Future<Output = ()>>(test: fn(Record) -> F) {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", dir.path().join("record.db").display());
    test(Record::open(url).await).await;
}

/// A PostgreSQL server of our own; stopped when dropped.
pub(crate) struct Cluster {
    dir: tempfile::TempDir,
    programs: PathBuf,
    schemas: AtomicU32,
}

impl Cluster {
    /// Listens on a socket in its folder only, so no port can be taken.
    pub(crate) fn start() -> Cluster {
        let cluster = Cluster {
            dir: tempfile::tempdir().expect("a temporary folder"),
            programs: programs(),
            schemas: AtomicU32::new(0),
        };
        if is_root() {
            // PostgreSQL refuses to run as root.
            let mut chown = Command::new("chown");
            run(chown.arg("postgres:postgres").arg(cluster.dir.path()));
        }
        let data = cluster.data();
        run(cluster
            .program("initdb")
            .args(["-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8"])
            .args(["--no-locale", "-D"])
            .arg(&data));
        let options = format!(
            "-k {} -c listen_addresses= -c fsync=off -c full_page_writes=off \
             -c max_connections=100",
            cluster.dir.path().display()
        );
        let log = cluster.dir.path().join("log");
        run(cluster
            .program("pg_ctl")
            .args(["-w", "-s", "-o", &options, "-l"])
            .arg(log)
            .arg("-D")
            .arg(&data)
            .arg("start"));
        cluster
    }

    /// Runs a test in a schema of its own, which costs a tenth of a database
    /// of its own. A panic in it has been printed by then.
    pub(crate) async fn holds(&self, test: Held) -> bool {
        let name = format!("record{}", self.schemas.fetch_add(1, Ordering::Relaxed));
        let mut db = PgConnection::connect(&self.url("public"))
            .await
            .expect("the cluster answers");
        let create = AssertSqlSafe(format!("CREATE SCHEMA {name}"));
        sqlx::raw_sql(create)
            .execute(&mut db)
            .await
            .expect("a schema");
        let record = Record::open(self.url(&name)).await;
        tokio::spawn(test(record)).await.is_ok()
    }

    fn url(&self, schema: &str) -> String {
        let socket = self.dir.path().display().to_string().replace('/', "%2F");
        format!(
            "postgres://postgres@localhost/postgres?host={socket}&options[search_path]={schema}"
        )
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn program(&self, name: &str) -> Command {
        let path = self.programs.join(name);
        let mut command = match is_root() {
            true => {
                let mut command = Command::new("setpriv");
                command
                    .args(["--reuid", "postgres", "--regid", "postgres"])
                    .arg("--clear-groups")
                    .arg(path);
                command
            }
            false => Command::new(path),
        };
        command.current_dir(self.dir.path());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let mut stop = self.program("pg_ctl");
        stop.args(["-s", "-m", "immediate", "-D"]).arg(self.data());
        // Nothing more can be done about one that does not stop.
        let _ = stop.arg("stop").status();
    }
}

fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let newest = versions
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| bin.join("initdb").exists())
        .max();
    newest.expect("PostgreSQL is not in /usr/lib/postgresql; `make tools` installs it")
}

fn is_root() -> bool {
    std::fs::metadata(Path::new("/proc/self")).is_ok_and(|me| me.uid() == 0)
}

fn run(command: &mut Command) {
    // Not its output: the server would inherit the pipe and keep it open.
    let done = command.stdout(std::process::Stdio::null()).status();
    let done = done.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(done.success(), "{command:?} failed: {done}");
}
