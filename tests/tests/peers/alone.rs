//! A test in a network of its own: it has nothing but loopback, so that a browser's own business goes
//! nowhere and no port is anybody else's.

use std::process::Command;

const MARK: &str = "CADENCIA_TEST_ALONE";

/// Runs the test of this name again where it is alone; true where it already is, and should go on.
pub(crate) fn alone(name: &str) -> bool {
    if std::env::var_os(MARK).is_some() {
        return true;
    }
    // Built where there is a network, should that need one.
    tests::program::pages();
    tests::program::cadencia();
    let test = std::env::current_exe().expect("a test has a path");
    let script = format!("ip link set lo up && exec \"$0\" --exact {name} --nocapture");
    let ended = Command::new("unshare")
        .args(["--map-root-user", "--net", "sh", "-c", &script])
        .arg(test)
        .env(MARK, "1")
        .status()
        .expect("unshare is everywhere");
    assert!(ended.success(), "alone it failed; see above");
    false
}
