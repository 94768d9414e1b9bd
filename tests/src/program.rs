//! The binary under test. Cargo builds it once for each test process, so that a
//! test never judges a stale one.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The program, freshly built in the profile of the tests.
pub fn cadencia() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let mut build = Command::new(env!("CARGO"));
        // With a test beside it, crates have the features that the tests gave them: asked for
        // alone, the program would have most of them compiled a second time.
        build.args(["build", "--quiet", "--workspace", "--bin", "cadencia"]);
        build.args(["--test", "tidy"]);
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        // What cargo tells a test of its package, build scripts would take for news: ring, and all
        // that stands on it, would be compiled for us and again for the next run of the tests.
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
                build.env_remove(name.as_ref());
            }
        }
        let built = build
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .stdin(Stdio::null())
            .status()
            .expect("the cargo that built this test runs");
        assert!(built.success(), "cadencia does not build");
        // target/debug/deps/NAME-HASH is this test; the program is two up.
        let test = std::env::current_exe().expect("a test has a path");
        let folder = test
            .parent()
            .and_then(Path::parent)
            .expect("tests lie in target/PROFILE/deps");
        folder.join("cadencia")
    })
}

/// Has the pages built, for tests that look at them. Who writes them builds them: only those that were never built
/// are built here, by one test process while the others wait.
pub fn pages() {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/web");
    let lock = File::create(web.join("built/lock")).expect("the folder is known to git");
    lock.lock().expect("a file of ours is locked");
    if web.join("built/advisor.html").exists() {
        return;
    }
    for words in [&["ci", "--ignore-scripts"][..], &["run", "build"]] {
        let npm = Command::new("npm")
            .args(words)
            .current_dir(web.join("ui"))
            .stdin(Stdio::null())
            .status()
            .expect("npm runs; the README says which Node is needed");
        assert!(
            npm.success(),
            "the pages are not built; see above, and `make web`"
        );
    }
}
