//! A command that goes on until Ctrl-C, such as `cadencia sip trace --json`.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command};

use serde_json::Value;

use crate::Floor;

/// A command that watches, its words in a file.
pub struct Watcher {
    child: Child,
    said: PathBuf,
}

impl Watcher {
    /// Starts it in this installation; `name` is that of the file.
    pub fn start(floor: &Floor, name: &str, arguments: &[&str]) -> Watcher {
        let said = floor.folder().join(name);
        let file = File::create(&said).expect("the folder is ours");
        let mut command: Command = floor.command(arguments);
        let child = command.stdout(file).spawn().expect("the program starts");
        Watcher { child, said }
    }

    /// What it said so far.
    pub fn lines(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(&self.said).expect("it is there");
        let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
        whole
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON lines"))
            .collect()
    }

    /// Ctrl-C, a clean end, and all it said.
    pub fn stop(mut self) -> Vec<Value> {
        let told = Command::new("kill")
            .args(["-INT", &self.child.id().to_string()])
            .status();
        assert!(told.expect("kill is everywhere").success());
        assert!(self.child.wait().expect("our own child").success());
        self.lines()
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // Ended already, unless the test fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
