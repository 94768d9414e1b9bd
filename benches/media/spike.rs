//! The plain relay in C that lies beside the checkout of those who have it
//! (`../shared/peers/relay_spike.c`): a socket a leg, epoll, recvfrom and sendto.

use std::fs;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::apart;

/// It ends by itself after so many seconds, should nobody end it.
const SECONDS: &str = "60";

/// Compiles it, if its source, a compiler and liburing are here.
pub(crate) fn compile(folder: &Path) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = root.join("../../shared/peers/relay_spike.c");
    let program = folder.join("relay_spike");
    let done = Command::new("cc")
        .args(["-O2", "-w", "-o"])
        .arg(&program)
        .arg(source)
        .arg("-luring")
        .stderr(Stdio::null())
        .status();
    done.is_ok_and(|status| status.success()).then_some(program)
}

/// Starts it between these ends, each with the next; where each sends to.
pub(crate) fn start(program: &Path, ends: &[u16], apart: bool) -> (Child, Vec<u16>) {
    let free = ends.iter().map(|_| UdpSocket::bind("127.0.0.1:0"));
    let free: Vec<UdpSocket> = free.map(|socket| socket.expect("a free port")).collect();
    let port = |socket: &UdpSocket| socket.local_addr().expect("bound").port();
    let ports: Vec<u16> = free.iter().map(port).collect();
    let pairs = ends.chunks_exact(2).zip(ports.chunks_exact(2));
    let lines = pairs.map(|(end, to)| format!("{} {} {} {}\n", end[0], to[0], end[1], to[1]));
    let streams = program.with_extension("streams");
    fs::write(&streams, lines.collect::<String>()).expect("a folder of ours");
    drop(free);
    let child = apart::command(program, apart)
        .arg("rs")
        .arg(streams)
        .arg(SECONDS)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("it was compiled");
    (child, ports)
}
