//! A temporary PostgreSQL server for tests: made by `initdb` in a folder of its
//! own, heard on a socket in that folder only, so no port can be taken; stopped
//! by its own process id, and removed, when dropped. Knows no word of ours.
//!
//! A crate apart from `tests`, because the store's contract needs a server and
//! must not wait for the whole program to be built.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A PostgreSQL server of our own.
#[derive(Debug)]
pub struct Cluster {
    dir: tempfile::TempDir,
    programs: PathBuf,
    password: Option<String>,
}

impl Cluster {
    /// Lets anybody in who reaches the socket.
    pub fn start() -> Cluster {
        Cluster::started(None)
    }

    /// Lets in who knows this password.
    pub fn start_with_password(password: &str) -> Cluster {
        Cluster::started(Some(password.to_owned()))
    }

    /// Its one database, in a schema of it: `public` is there from the start.
    pub fn url(&self, schema: &str) -> String {
        match &self.password {
            Some(password) => self.url_as(&format!("postgres:{password}"), schema),
            None => self.url_as("postgres", schema),
        }
    }

    /// The same for somebody else, `USER` or `USER:PASSWORD`.
    pub fn url_as(&self, who: &str, schema: &str) -> String {
        let socket = self.dir.path().display().to_string().replace('/', "%2F");
        format!("postgres://{who}@localhost/postgres?host={socket}&options[search_path]={schema}")
    }

    fn started(password: Option<String>) -> Cluster {
        let cluster = Cluster {
            dir: tempfile::tempdir().expect("a temporary folder"),
            programs: programs(),
            password,
        };
        let secret = cluster.password.as_ref().map(|password| {
            let file = cluster.dir.path().join("password");
            std::fs::write(&file, password).expect("the folder is ours");
            file
        });
        if is_root() {
            // PostgreSQL refuses to run as root.
            let mut chown = Command::new("chown");
            run(chown
                .args(["-R", "postgres:postgres"])
                .arg(cluster.dir.path()));
        }
        cluster.initialise(secret.as_deref());
        cluster.run_server();
        cluster
    }

    fn initialise(&self, password: Option<&Path>) {
        let mut initdb = self.program("initdb");
        initdb
            .args(["-U", "postgres", "--no-sync", "-E", "UTF8", "--no-locale"])
            .arg("-D")
            .arg(self.data());
        match password {
            Some(file) => initdb.args(["-A", "scram-sha-256", "--pwfile"]).arg(file),
            None => initdb.args(["-A", "trust"]),
        };
        run(&mut initdb);
    }

    /// Without flushing to disk: tests kill their own programs, never this one
    /// before they are done with it.
    fn run_server(&self) {
        let options = format!(
            "-k {} -c listen_addresses= -c fsync=off -c full_page_writes=off \
             -c max_connections=100",
            self.dir.path().display()
        );
        run(self
            .program("pg_ctl")
            .args(["-w", "-s", "-o", &options, "-l"])
            .arg(self.dir.path().join("log"))
            .arg("-D")
            .arg(self.data())
            .arg("start"));
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

/// Where the newest PostgreSQL of this machine is. A machine without one fails
/// the test: what is not run must not look as if it held.
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
    std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0)
}

fn run(command: &mut Command) {
    // Not its output: the server would inherit the pipe and keep it open.
    let done = command.stdout(Stdio::null()).status();
    let done = done.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(done.success(), "{command:?} failed: {done}");
}
