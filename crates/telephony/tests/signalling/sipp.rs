//! sipp as the carrier: a SIP stack that others wrote, which checks the messages that it receives
//! and fails on a wrong one. What it does is a file of `tests/sipp`.

use std::fs::File;
use std::net::{SocketAddr, TcpStream, UdpSocket};
use std::path::Path;
use std::process::{Child, Command as Process, Stdio};
use std::time::{Duration, Instant};

use domain::TrunkTransport;

use crate::floor::PATIENCE;
use crate::ports::free_port;

/// How often it is looked at.
const GLANCE: Duration = Duration::from_millis(5);

/// A sipp at work in a folder of its own, on a port of its own.
pub(crate) struct Sipp {
    pub(crate) address: SocketAddr,
    process: Child,
    folder: tempfile::TempDir,
}

impl Sipp {
    /// Starts it, and waits until it listens; else what it says against the scenario.
    pub(crate) async fn plays(scenario: &Path, transport: TrunkTransport) -> Result<Sipp, String> {
        let address = free_port();
        let folder = tempfile::tempdir().expect("a folder for what sipp writes");
        let said = File::create(folder.path().join("said.log")).expect("our folder");
        let (flag, port) = (flag(transport), address.port().to_string());
        let process = Process::new("sipp")
            .arg("-sf")
            .arg(scenario)
            .args(["-i", "127.0.0.1", "-mi", "127.0.0.1", "-p", &port])
            .args(["-m", "1", "-t", flag, "-rtp_echo", "-nostdin"])
            .args(["-trace_err", "-timeout", "30s"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(said)
            .spawn()
            .expect("sipp is installed (make test installs it)");
        let mut sipp = Sipp {
            address,
            process,
            folder,
        };
        let started = Instant::now();
        while !sipp.listens(transport) {
            let over = sipp.process.try_wait().expect("our child").is_some();
            if over || started.elapsed() > PATIENCE {
                return Err(format!("sipp does not start: {}", sipp.complaints()));
            }
            tokio::time::sleep(GLANCE).await;
        }
        Ok(sipp)
    }

    fn listens(&self, transport: TrunkTransport) -> bool {
        match transport {
            TrunkTransport::Udp => UdpSocket::bind(self.address).is_err(),
            TrunkTransport::Tcp | TrunkTransport::Tls => TcpStream::connect(self.address).is_ok(),
        }
    }

    /// Waits until sipp has played its scenario to the end; what it found wrong, in its words.
    pub(crate) async fn ends(mut self) -> Result<(), String> {
        let started = Instant::now();
        loop {
            match self.process.try_wait().expect("our child") {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(format!("sipp says {status}: {}", self.complaints())),
                None if started.elapsed() > PATIENCE => {
                    return Err(format!("sipp waits for more: {}", self.complaints()));
                }
                None => tokio::time::sleep(GLANCE).await,
            }
        }
    }

    fn complaints(&self) -> String {
        let written = std::fs::read_dir(self.folder.path()).expect("our folder");
        let errors = written.map(|entry| std::fs::read(entry.expect("an entry").path()));
        let texts = errors.map(|text| String::from_utf8_lossy(&text.unwrap_or_default()).into());
        texts.collect::<Vec<String>>().join("\n")
    }
}

impl Drop for Sipp {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// As sipp names what it listens with.
fn flag(transport: TrunkTransport) -> &'static str {
    match transport {
        TrunkTransport::Udp => "u1",
        TrunkTransport::Tcp => "t1",
        TrunkTransport::Tls => "l1",
    }
}
