//! A browser with one page in it, and the page's only friend: a web server of the test that hands
//! out the page, gives it orders and notes what it says.

use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

use serde_json::Value;
use tests::floor::{PATIENCE, until};

use crate::chromium::headless;
use crate::peer::Peer;

/// What passes between the test and the page.
#[derive(Default)]
struct Talk {
    orders: Mutex<VecDeque<String>>,
    ordered: Condvar,
    said: Mutex<Vec<String>>,
}

/// A web server without a page yet.
pub(crate) struct Site {
    listener: TcpListener,
}

/// A page at work in a browser.
pub(crate) struct Page {
    _browser: Peer,
    talk: Arc<Talk>,
}

impl Site {
    pub(crate) fn open() -> Site {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a loopback port");
        Site { listener }
    }

    /// As browsers name it in Origin.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address())
    }

    fn address(&self) -> SocketAddr {
        self.listener.local_addr().expect("it is bound")
    }

    /// Opens the page in a browser; it finds `settings` in itself.
    pub(crate) fn browse(self, settings: &Value) -> Page {
        let talk = Arc::<Talk>::default();
        let origin = self.origin();
        let script = bundle();
        let page = format!(
            "<!doctype html><meta charset=utf-8><script id=settings type=application/json>{settings}\
             </script><script type=module>{script}</script>"
        );
        let shared = Arc::clone(&talk);
        thread::spawn(move || {
            for stream in self.listener.incoming().map_while(Result::ok) {
                let (page, talk) = (page.clone(), Arc::clone(&shared));
                thread::spawn(move || serve(&stream, &page, &talk));
            }
        });
        let folder = tempfile::tempdir().expect("a folder for the browser");
        let mut command = headless(folder.path());
        command.args(["--remote-debugging-port=0", &origin]);
        Page {
            _browser: Peer::start(command, folder),
            talk,
        }
    }
}

impl Page {
    pub(crate) fn order(&self, what: &str) {
        let mut orders = self.talk.orders.lock().expect("no panic holds it");
        orders.push_back(what.to_owned());
        self.talk.ordered.notify_one();
    }

    /// Waits until the page has said this, and forgets what it said up to then.
    pub(crate) fn says(&self, what: &str) {
        until(&format!("the page says `{what}`"), PATIENCE, || {
            let mut said = self.talk.said.lock().expect("no panic holds it");
            let found = said.iter().position(|line| line == what);
            found.map(|at| said.drain(..=at)).is_some()
        });
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let said = self.talk.said.lock();
        println!("the page said besides: {:?}", said.as_deref());
        self.order("end");
    }
}

/// One request.
fn serve(stream: &TcpStream, page: &str, talk: &Talk) {
    let mut lines = BufReader::new(stream);
    let mut request = String::new();
    let mut length = 0;
    // A browser that hangs up in the middle is gone, and so is its request.
    if lines.read_line(&mut request).is_err() {
        return;
    }
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).is_err() || line.trim().is_empty() {
            break;
        }
        let line = line.to_ascii_lowercase();
        if let Some(count) = line.strip_prefix("content-length:") {
            length = count.trim().parse().expect("a browser counts well");
        }
    }
    let mut body = vec![0; length];
    let _ = lines.read_exact(&mut body);
    let answer = match request.split(' ').nth(1) {
        Some("/") => page.to_owned(),
        Some("/order") => next_order(talk),
        Some("/said") => {
            let said = String::from_utf8_lossy(&body).into_owned();
            talk.said.lock().expect("no panic holds it").push(said);
            String::new()
        }
        _ => String::new(),
    };
    let _ = write!(
        &mut &*stream,
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{answer}",
        answer.len()
    );
}

fn next_order(talk: &Talk) -> String {
    let orders = talk.orders.lock().expect("no panic holds it");
    let mut orders = talk
        .ordered
        .wait_while(orders, |orders| orders.is_empty())
        .expect("no panic holds it");
    orders.pop_front().expect("waited for")
}

/// The script of the page with the library it uses, in one piece.
fn bundle() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/page");
    let out = Command::new("npm")
        .args(["run", "--silent", "build"])
        .current_dir(folder)
        .output()
        .expect("npm runs; `make tools` installs what it needs");
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(out.status.success(), "the page is not built: {said}");
    // A script may not hold what would end it.
    let script = String::from_utf8(out.stdout).expect("scripts are text");
    script.replace("</script", "<\\/script")
}
