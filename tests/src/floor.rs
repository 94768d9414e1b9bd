//! One installation: configuration and record in a folder, commands on it, and
//! the running engine.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::program::cadencia;

/// Longer than anything healthy takes, shorter than a person's patience.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// One installation.
pub struct Floor {
    folder: tempfile::TempDir,
    database: String,
}

impl Floor {
    /// On SQLite, in the folder itself.
    pub fn new() -> Floor {
        Floor::on("sqlite:cadencia.db")
    }

    /// On the database of this URL.
    pub fn on(database: &str) -> Floor {
        let floor = Floor {
            folder: tempfile::tempdir().expect("a folder for an installation"),
            database: database.to_owned(),
        };
        // Ports are the system's choice; a test that restarts the engine keeps them by `configure`.
        floor.configure("127.0.0.1:0", "127.0.0.1:0");
        floor
    }

    /// Where it lives.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its record, read from outside.
    pub fn record(&self) -> String {
        match self.database.strip_prefix("sqlite:") {
            Some(file) => format!("sqlite:{}", self.folder().join(file).display()),
            None => self.database.clone(),
        }
    }

    /// A file of this name and content; returns its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder().join(name);
        std::fs::write(&path, content).expect("the folder is ours");
        path
    }

    /// Writes the configuration: where SIP is heard and HTTP served.
    pub fn configure(&self, sip: &str, http: &str) {
        self.configure_in("cadencia.toml", sip, http);
    }

    /// Another configuration on the same record, in a file of its own.
    pub fn configure_in(&self, file: &str, sip: &str, http: &str) {
        let text = format!(
            "database = \"{}\"\nhttp = \"{http}\"\ndrain_s = 5\n\
             [media]\nport_first = 0\n[sip]\nbind = \"{sip}\"\n",
            self.database
        );
        self.file(file, text);
    }

    /// Adds a line to the settings of SIP, which end the configuration.
    pub fn sip_setting(&self, line: &str) {
        let path = self.folder().join("cadencia.toml");
        let text = std::fs::read_to_string(path).expect("written by `configure`");
        self.file("cadencia.toml", format!("{text}{line}\n"));
    }

    /// A command of the program, in this installation.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(cadencia());
        command
            .args(arguments)
            .current_dir(self.folder())
            .stdin(Stdio::null())
            .env_remove("CADENCIA_CONFIG")
            .env_remove("CADENCIA_DATABASE");
        command
    }

    /// Runs a command that must go well; what it answers with `--json`.
    pub fn run(&self, arguments: &[&str]) -> Value {
        let out = self
            .command(arguments)
            .arg("--json")
            .output()
            .expect("the program starts");
        let said = String::from_utf8_lossy(&out.stdout);
        assert!(
            out.status.success(),
            "cadencia {arguments:?} ended with {}: {said}{}",
            out.status,
            String::from_utf8_lossy(&out.stderr)
        );
        let last = said.lines().last().unwrap_or("null");
        serde_json::from_str(last).unwrap_or_else(|e| panic!("{arguments:?} said {said}: {e}"))
    }

    /// Runs a command that must be refused; what it says to people.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let out = self
            .command(arguments)
            .output()
            .expect("the program starts");
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(!out.status.success(), "{arguments:?} went well");
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
        said
    }

    /// Starts the engine and waits until it serves.
    pub fn serve(&self) -> Running {
        Running::start(self.command(&["serve", "--json"]))
    }
}

impl Default for Floor {
    fn default() -> Floor {
        Floor::new()
    }
}

/// A part of the floor at work: the engine, a carrier, advisors. Killed when
/// dropped.
pub struct Running {
    child: Child,
    lines: BufReader<ChildStdout>,
    /// What it said before it was ready and when it was.
    pub said: Vec<Value>,
}

impl Running {
    /// Starts it, and waits for the line that says where it serves.
    pub fn start(mut command: Command) -> Running {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let lines = BufReader::new(child.stdout.take().expect("asked for above"));
        let mut running = Running {
            child,
            lines,
            said: Vec::new(),
        };
        while !running
            .said
            .last()
            .is_some_and(|line| line.get("sip").is_some() || line.get("advisors").is_some())
        {
            let line = running.line();
            running.said.push(line);
        }
        running
    }

    /// Its next line.
    pub fn line(&mut self) -> Value {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("its output is text");
        assert!(!line.is_empty(), "it ended early; see its errors above");
        serde_json::from_str(&line).unwrap_or(Value::Null)
    }

    /// Where it hears SIP.
    pub fn sip(&self) -> SocketAddr {
        self.address("sip")
    }

    /// Where it serves HTTP.
    pub fn http(&self) -> SocketAddr {
        self.address("http")
    }

    fn address(&self, name: &str) -> SocketAddr {
        let said = self.said.last().expect("a running part has spoken");
        let text = said[name].as_str().expect("it says where it serves");
        text.parse().expect("an address")
    }

    /// Process id, for whoever looks from outside.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Its status when it ends by itself, in time.
    pub fn ended(mut self, patience: Duration) -> ExitStatus {
        let mut status = None;
        until("it ends by itself", patience, || {
            status = self.child.try_wait().expect("our own child");
            status.is_some()
        });
        status.expect("waited for above")
    }

    /// SIGKILL: no farewell, nothing flushed.
    pub fn kill(mut self) {
        self.child.kill().expect("our own child");
        self.child.wait().expect("our own child");
    }

    /// SIGTERM, and its end; a clean stop is status 0.
    pub fn stop(mut self) {
        let told = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .expect("kill is everywhere");
        assert!(told.success());
        let status = self.child.wait().expect("our own child");
        assert!(status.success(), "it stopped with {status}");
    }

    /// Ends the input of a peer (carrier, advisors); returns its last word.
    pub fn farewell(mut self) -> Value {
        drop(self.child.stdin.take());
        let last = self.line();
        self.child.wait().expect("our own child");
        last
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already over when it was stopped or killed by name.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until `is` holds; panics with `what` when it never does.
pub fn until(what: &str, patience: Duration, mut is: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < patience, "in {patience:?} never: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
