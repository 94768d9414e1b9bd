//! linphone as the advisors' phones, without a sound card: it says one file and records what it
//! hears in another.

use std::fs;
use std::io::Write as _;
use std::net::SocketAddr;
use std::process::Command;

use tests::ports::free_port;

use crate::peer::{Peer, Phone};
use crate::tone::{read_wav, tone, write_wav};

/// An advisor's phone.
pub(crate) struct Linphone {
    peer: Peer,
}

impl Linphone {
    /// A linphonec that registers, answers by itself and says a tone.
    pub(crate) fn start(user: &str, password: &str, registrar: SocketAddr, says: f64) -> Linphone {
        let folder = tempfile::tempdir().expect("a folder for linphone");
        let at = |name: &str| folder.path().join(name);
        // Where it keeps its data, it must find a folder.
        fs::create_dir_all(at(".local/share/linphone")).expect("the folder is ours");
        write_wav(&at("in.wav"), &tone(says, 300));
        fs::write(at("rc"), settings(user, password, registrar)).expect("the folder is ours");
        let commands = format!(
            "soundcard use files\nplay {}\nrecord {}\n",
            at("in.wav").display(),
            at("heard.wav").display()
        );
        let mut command = Command::new("linphonec");
        command.arg("-a").arg("-c").arg(at("rc"));
        let mut peer = Peer::start(command, folder);
        // It ends where its commands do: they stay open as long as it lives.
        let orders = peer.child.stdin.as_mut().expect("asked for");
        orders.write_all(commands.as_bytes()).expect("it reads");
        Linphone { peer }
    }
}

impl Phone for Linphone {
    fn heard(&self) -> Vec<i16> {
        read_wav(&self.peer.folder.path().join("heard.wav"))
    }
}

/// On loopback alone, with G.711 and a digest of the registrar's choice.
fn settings(user: &str, password: &str, registrar: SocketAddr) -> String {
    let (sip, audio) = (free_port().port(), free_port().port());
    format!(
        "[sip]\nauto_net_state_mon=0\nsip_port={sip}\nsip_tcp_port=-2\nsip_tls_port=-2\n\
         guess_hostname=0\ncontact=sip:{user}@127.0.0.1:{sip}\ndefault_proxy=0\n\
         register_only_when_network_is_up=0\nmedia_encryption=none\n\
         [rtp]\naudio_rtp_port={audio}\n\
         [proxy_0]\nreg_proxy=<sip:{registrar};transport=udp>\n\
         reg_identity=sip:{user}@cadencia.local\nreg_expires=60\nreg_sendregister=1\npublish=0\n\
         [auth_info_0]\nusername={user}\npasswd={password}\n\
         [sound]\nechocancellation=0\nagc=0\n"
    )
}
