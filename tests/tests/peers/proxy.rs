//! Kamailio before the carrier, as operators have it: the trunk registers there, every call is
//! challenged, and every request of a call goes through it (Record-Route).

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::process::Command;

use tests::floor::{PATIENCE, until};
use tests::ports::free_port;

use crate::peer::Peer;

const USER: &str = "operador";
const PASSWORD: &str = "clave-del-hilo";

/// A proxy and registrar.
pub(crate) struct Proxy {
    _peer: Peer,
    address: SocketAddr,
}

impl Proxy {
    /// Calls of who is registered go on to the carrier.
    pub(crate) fn before(carrier: SocketAddr) -> Proxy {
        let folder = tempfile::tempdir().expect("a folder for kamailio");
        let address = free_port();
        let settings = include_str!("kamailio.cfg")
            .replace("PROXY", &address.to_string())
            .replace("CARRIER", &carrier.to_string())
            .replace("PASSWORD", PASSWORD)
            .replace("USER", USER);
        let file = folder.path().join("kamailio.cfg");
        fs::write(&file, settings).expect("the folder is ours");
        let mut command = Command::new("/usr/sbin/kamailio");
        command.arg("-f").arg(&file).args(["-DD", "-E", "-m", "64"]);
        command.arg("-Y").arg(folder.path());
        command.arg("-P").arg(folder.path().join("pid"));
        let peer = Peer::start(command, folder);
        until("kamailio listens", PATIENCE, || {
            TcpStream::connect(address).is_ok()
        });
        Proxy {
            _peer: peer,
            address,
        }
    }

    /// The settings of a trunk to it, over a connection.
    pub(crate) fn trunk(&self) -> String {
        let port = self.address.port();
        format!("--port {port} --transport tcp --register 60s --user {USER} --password {PASSWORD}")
    }
}
