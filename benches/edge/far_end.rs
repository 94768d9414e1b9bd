//! sipp as it comes, answering calls.

use std::net::{SocketAddr, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tests::floor::until;
use tests::ports::free_port;

pub(crate) struct FarEnd {
    pub(crate) address: SocketAddr,
    child: Child,
    _folder: tempfile::TempDir,
}

impl FarEnd {
    /// Answers so many calls.
    pub(crate) fn start(calls: u32) -> FarEnd {
        let folder = tempfile::tempdir().expect("a folder for what sipp writes");
        let address = free_port();
        let child = Command::new("sipp")
            .args([
                "-sn",
                "uas",
                "-i",
                "127.0.0.1",
                "-nostdin",
                "-timeout",
                "120s",
            ])
            .args(["-p", &address.port().to_string()])
            // It takes a BYE that comes again for one more call.
            .args(["-m", &(2 * calls).to_string()])
            .args(["-l", "9000"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sipp is installed (make tools installs it)");
        until("sipp listens", Duration::from_secs(10), || {
            UdpSocket::bind(address).is_err()
        });
        FarEnd {
            address,
            child,
            _folder: folder,
        }
    }
}

impl Drop for FarEnd {
    fn drop(&mut self) {
        // Over by itself once it has had its calls.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
