//! The peers: sipp as the carrier and baresip as the advisors' phones, each in
//! a folder of its own. Killed when dropped.

use std::fs::{self, File};
use std::net::{SocketAddr, UdpSocket};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tests::floor::{PATIENCE, until};
use tests::ports::free_port;

use crate::fate::VOICES;
use crate::tone::{encode, read_wav, tone, write_wav};
use crate::trace::{self, Trace};

/// A process of the test.
pub(crate) struct Peer {
    pub(crate) child: Child,
    pub(crate) folder: tempfile::TempDir,
}

impl Peer {
    pub(crate) fn start(mut command: Command, folder: tempfile::TempDir) -> Peer {
        let file = |name| File::create(folder.path().join(name)).expect("the folder is ours");
        let child = command
            .current_dir(folder.path())
            .env("HOME", folder.path())
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(file("out.txt"))
            .stderr(file("err.txt"))
            .spawn()
            .unwrap_or_else(|problem| {
                let name = command.get_program().to_string_lossy();
                panic!("{name} does not start ({problem}); `make tools` installs it")
            });
        Peer { child, folder }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // It and all it started: a proxy and a browser are many processes. Already over when it broke
        // off, and then the test has said so.
        let group = format!("-{}", self.child.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.child.wait();
    }
}

/// The carrier.
pub(crate) struct Carrier {
    peer: Peer,
    pub(crate) address: SocketAddr,
}

impl Carrier {
    /// sipp with the scenario of this folder; customers who listen have their
    /// media sent to the port `ear`.
    pub(crate) fn start(ear: u16) -> Carrier {
        let folder = tempfile::tempdir().expect("a folder for sipp");
        for (digit, says) in (5..).zip(VOICES) {
            let audio: Vec<u8> = tone(says, 1).into_iter().map(encode).collect();
            let file = folder.path().join(format!("voice{digit}.ulaw"));
            fs::write(file, audio).expect("the folder is ours");
        }
        let address = free_port();
        let scenario = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/carrier.xml");
        let mut command = Command::new("sipp");
        command.arg("-sf").arg(scenario);
        command.args(["-i", "127.0.0.1", "-mi", "127.0.0.1", "-nostdin", "-aa"]);
        command.args(["-p", &address.port().to_string()]);
        command.args(["-key", "ear_port", &ear.to_string(), "-l", "900"]);
        command.args(["-trace_shortmsg", "-shortmessage_file", "messages.log"]);
        command.args(["-trace_err", "-error_file", "errors.log"]);
        let peer = Peer::start(command, folder);
        until("sipp listens", PATIENCE, || {
            UdpSocket::bind(address).is_err()
        });
        Carrier { peer, address }
    }

    /// Every message that it sent or received.
    pub(crate) fn trace(&self) -> Trace {
        trace::read(&self.read("messages.log"))
    }

    /// Messages the carrier did not expect, as it wrote them down.
    pub(crate) fn complaints(&self) -> String {
        self.read("errors.log")
    }

    fn read(&self, name: &str) -> String {
        fs::read(self.peer.folder.path().join(name))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }
}

/// An advisor's phone.
pub(crate) trait Phone {
    /// Everything it heard; whole once its line was taken down.
    fn heard(&self) -> Vec<i16>;
}

/// A phone made by baresip.
pub(crate) struct Baresip {
    peer: Peer,
}

impl Baresip {
    /// A baresip that registers, answers by itself and says a tone.
    pub(crate) fn start(user: &str, password: &str, registrar: SocketAddr, says: f64) -> Baresip {
        let how = format!("sip:{user}@{registrar};transport=udp");
        Baresip::start_with((user, password), &how, "", says)
    }

    /// The same inside TLS, with protected audio (`srtp-mand`: never without).
    pub(crate) fn start_secure(
        user: &str,
        password: &str,
        registrar: SocketAddr,
        says: f64,
    ) -> Baresip {
        let how = format!("sip:{user}@{registrar};transport=tls");
        Baresip::start_with((user, password), &how, ";mediaenc=srtp-mand", says)
    }

    /// A carrier for one number: a baresip that knows no registrar, is reached inside TLS with this
    /// certificate and its key, and talks with protected audio only. Returns where it is, too.
    pub(crate) fn carrier(number: &str, certificate: &str, says: f64) -> (Baresip, SocketAddr) {
        // It takes the port above the one it is told for TLS.
        let plain = free_port();
        let secure = SocketAddr::new(plain.ip(), plain.port() + 1);
        let account = format!(
            "<sip:{number}@127.0.0.1;transport=tls>;regint=0;answermode=auto;\
             audio_codecs=PCMU;mediaenc=srtp-mand\n"
        );
        let config = "sip_certificate carrier.pem\n";
        let files = [("carrier.pem", certificate)];
        (Baresip::run(&account, plain, config, &files, says), secure)
    }

    fn start_with((user, password): (&str, &str), how: &str, more: &str, says: f64) -> Baresip {
        let account = format!(
            "<{how}>;auth_user={user};auth_pass={password};\
             answermode=auto;regint=60;audio_codecs=PCMU{more}\n"
        );
        Baresip::run(&account, free_port(), "", &[], says)
    }

    fn run(
        account: &str,
        listen: SocketAddr,
        config: &str,
        files: &[(&str, &str)],
        says: f64,
    ) -> Baresip {
        let folder = tempfile::tempdir().expect("a folder for baresip");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("rec")).expect("the folder is ours");
        // baresip starts its file over where it ends; longer than the test is simpler.
        write_wav(&at("in.wav"), &tone(says, 300));
        fs::write(at("accounts"), account).expect("the folder is ours");
        for (name, content) in files {
            fs::write(at(name), content).expect("the folder is ours");
        }
        let config = format!(
            "{config}poll_method epoll\nnet_interface 127.0.0.1\nsip_listen {listen}\n\
             call_local_timeout 120\ncall_max_calls 2\n\
             audio_player aubridge,nil\naudio_source aufile,in.wav\naudio_alert aubridge,nil\n\
             ausrc_srate 8000\nauplay_srate 8000\naudio_buffer 20-160\n\
             rtp_ports 16000-17000\njitter_buffer_delay 1-5\n\
             module_path /usr/lib/baresip/modules\n\
             module g711.so\nmodule aufile.so\nmodule aubridge.so\nmodule sndfile.so\n\
             module srtp.so\n\
             module_tmp uuid.so\nmodule_tmp account.so\nmodule_app menu.so\nsnd_path rec\n"
        );
        fs::write(at("config"), config).expect("the folder is ours");
        let mut command = Command::new("baresip");
        command.args(["-4", "-f", "."]);
        Baresip {
            peer: Peer::start(command, folder),
        }
    }
}

impl Phone for Baresip {
    fn heard(&self) -> Vec<i16> {
        let folder = self.peer.folder.path().join("rec");
        let files = fs::read_dir(folder).expect("made at the start");
        let mut files: Vec<PathBuf> = files
            .map(|file| file.expect("it can be listed").path())
            .filter(|path| path.to_string_lossy().ends_with("-dec.wav"))
            .collect();
        // Their names are times.
        files.sort();
        files.iter().flat_map(|path| read_wav(path)).collect()
    }
}
