//! A browser driven by its own protocol for tools (CDP), with a microphone that plays a tone: tabs,
//! scripts in them, and nothing of the page that is looked at is changed but what a person could.

use std::cell::{Cell, RefCell};
use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tests::floor::{PATIENCE, until};
use tokio_tungstenite::tungstenite::stream::MaybeTlsStream;
use tokio_tungstenite::tungstenite::{Message, WebSocket, connect};

use crate::peer::Peer;

/// No page has more places to go to.
const TABS_MAX: usize = 400;
/// Samples a second of the microphone.
const RATE: u32 = 48_000;

/// What a page has before its own scripts run: its connections are kept where a test finds them, and
/// the microphone is heard as it is, without the filters that a voice needs and a tone suffers from.
const BEFOREHAND: &str = "
    window.legs = [];
    const Leg = window.RTCPeerConnection;
    window.RTCPeerConnection = class extends Leg {
        constructor(...all) {
            super(...all);
            window.legs.push(this);
            this.made = performance.now();
            this.addEventListener('connectionstatechange', () => {
                if (this.connectionState === 'connected') this.up ??= performance.now();
            });
        }
        setRemoteDescription(...all) {
            this.answered = performance.now();
            return super.setRemoteDescription(...all);
        }
    };
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = (wanted) => wanted.video ? open(wanted) : open({ audio: {
        echoCancellation: false, noiseSuppression: false, autoGainControl: false } });";

/// A browser without a screen, whose profile is this folder and whose microphone is none of a machine.
pub(crate) fn headless(profile: &Path) -> Command {
    let mut command = Command::new("chromium");
    command.args([
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
    ]);
    command.args(["--no-first-run", "--disable-background-networking"]);
    command.args(["--disable-component-update", "--disable-sync"]);
    command.args([
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
    ]);
    command.arg(format!("--user-data-dir={}", profile.display()));
    command
}

/// A browser.
pub(crate) struct Chromium {
    _peer: Peer,
    socket: RefCell<WebSocket<MaybeTlsStream<TcpStream>>>,
    next: Cell<u64>,
}

/// A page in it.
pub(crate) struct Tab<'a> {
    browser: &'a Chromium,
    session: String,
}

impl Chromium {
    /// A browser whose microphone plays this tone for ever.
    pub(crate) fn start(says: f64) -> Chromium {
        let folder = tempfile::tempdir().expect("a folder for the browser");
        let microphone = folder.path().join("mic.wav");
        write_microphone(&microphone, says);
        let mut command = headless(folder.path());
        command.arg(format!(
            "--use-file-for-fake-audio-capture={}",
            microphone.display()
        ));
        command.arg("--autoplay-policy=no-user-gesture-required");
        // Where there is no network but loopback, it is taken.
        command.arg("--allow-loopback-in-peer-connection");
        command.args(["--remote-debugging-port=0", "about:blank"]);
        let door = folder.path().join("DevToolsActivePort");
        let peer = Peer::start(command, folder);
        let mut url = String::new();
        until("the browser says where it is driven", PATIENCE, || {
            let told = fs::read_to_string(&door).unwrap_or_default();
            let mut lines = told.lines();
            if let (Some(port), Some(path)) = (lines.next(), lines.next()) {
                url = format!("ws://127.0.0.1:{port}{path}");
            }
            !url.is_empty()
        });
        let (socket, _) = connect(url).expect("the browser lets itself be driven");
        Chromium {
            _peer: peer,
            socket: RefCell::new(socket),
            next: Cell::new(1),
        }
    }

    /// A new tab with nothing in it.
    pub(crate) fn tab(&self) -> Tab<'_> {
        let target = self.call(None, "Target.createTarget", json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = self.call(None, "Target.attachToTarget", attach);
        let session = attached["sessionId"].as_str().expect("a name").to_owned();
        let tab = Tab {
            browser: self,
            session,
        };
        tab.call("Page.enable", json!({}));
        let script = json!({"source": BEFOREHAND});
        tab.call("Page.addScriptToEvaluateOnNewDocument", script);
        tab
    }

    fn call(&self, session: Option<&str>, method: &str, params: Value) -> Value {
        let id = self.next.get();
        self.next.set(id + 1);
        let mut order = json!({"id": id, "method": method, "params": params});
        if let Some(session) = session {
            order["sessionId"] = json!(session);
        }
        let mut socket = self.socket.borrow_mut();
        let text = Message::Text(order.to_string().into());
        socket.send(text).expect("the browser is there");
        loop {
            let Message::Text(text) = socket.read().expect("the browser is there") else {
                continue;
            };
            let said: Value = serde_json::from_str(&text).expect("JSON");
            if said["id"] == id {
                assert!(said["error"].is_null(), "{method}: {}", said["error"]);
                return said["result"].clone();
            }
        }
    }
}

impl Tab<'_> {
    /// Opens a page and waits until it is there.
    pub(crate) fn open(&self, url: &str) {
        self.call("Page.navigate", json!({"url": url}));
        self.until("the page is there", "document.readyState === 'complete'");
    }

    /// F5. The page of before is gone when this returns: what is asked next, the new one answers.
    pub(crate) fn reload(&self) {
        self.eval("window.isOfBefore = true");
        self.call("Page.reload", json!({}));
        self.until("it is loaded again", "window.isOfBefore === undefined");
    }

    /// The value of a script, waited for.
    pub(crate) fn eval(&self, script: &str) -> Value {
        let said = self.evaluate(script);
        assert!(said["exceptionDetails"].is_null(), "{script}: {said}");
        said["result"]["value"].clone()
    }

    /// Waits until a script is true. A page that is being loaded says no.
    pub(crate) fn until(&self, what: &str, script: &str) {
        until(what, PATIENCE, || {
            self.evaluate(script)["result"]["value"] == true
        });
    }

    /// A key, as a person presses it: a letter, a digit, or a key by its name.
    pub(crate) fn press(&self, key: &str) {
        let upper = key.to_ascii_uppercase();
        let (code, number) = match key {
            "Enter" => ("Enter".to_owned(), 13),
            "Escape" => ("Escape".to_owned(), 27),
            "Tab" => ("Tab".to_owned(), 9),
            "ArrowDown" => ("ArrowDown".to_owned(), 40),
            "ArrowUp" => ("ArrowUp".to_owned(), 38),
            " " => ("Space".to_owned(), 32),
            _ if key.as_bytes()[0].is_ascii_digit() => (format!("Digit{key}"), upper.as_bytes()[0]),
            _ => (format!("Key{upper}"), upper.as_bytes()[0]),
        };
        let text = match key {
            "Enter" => "\r",
            "Escape" | "Tab" | "ArrowDown" | "ArrowUp" => "",
            _ => key,
        };
        let mut down =
            json!({"type": "keyDown", "key": key, "code": code, "windowsVirtualKeyCode": number});
        if !text.is_empty() {
            down["text"] = json!(text);
        }
        self.call("Input.dispatchKeyEvent", down);
        let up =
            json!({"type": "keyUp", "key": key, "code": code, "windowsVirtualKeyCode": number});
        self.call("Input.dispatchKeyEvent", up);
    }

    /// Goes on by Tab until what is meant has the focus.
    pub(crate) fn tab_to(&self, selector: &str) {
        let selected = json!(selector);
        self.until(
            &format!("{selector} is there"),
            &format!("!!document.querySelector({selected})"),
        );
        let focused = format!("document.activeElement?.matches({selected}) ?? false");
        for _ in 0..TABS_MAX {
            if self.eval(&focused) == true {
                return;
            }
            self.press("Tab");
        }
        panic!("{selector} is not reached by Tab");
    }

    /// Has a field for files hold this one: a window of the system to choose it from is nobody's to drive.
    pub(crate) fn give_file(&self, selector: &str, path: &Path) {
        let document = self.call("DOM.getDocument", json!({}));
        let wanted = json!({"nodeId": document["root"]["nodeId"], "selector": selector});
        let field = self.call("DOM.querySelector", wanted);
        let given = json!({"nodeId": field["nodeId"], "files": [path]});
        self.call("DOM.setFileInputFiles", given);
    }

    /// Words into the field that has the focus.
    pub(crate) fn write(&self, words: &str) {
        self.call("Input.insertText", json!({"text": words}));
    }

    /// Looks as if the machine asked for this theme.
    pub(crate) fn theme(&self, scheme: &str) {
        let scheme = json!({"name": "prefers-color-scheme", "value": scheme});
        self.call("Emulation.setEmulatedMedia", json!({"features": [scheme]}));
    }

    /// Gives the page a window of this width.
    pub(crate) fn resize(&self, width: u32) {
        let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// What is on the screen, as a PNG in base64.
    pub(crate) fn picture(&self) -> String {
        let shot = self.call(
            "Page.captureScreenshot",
            json!({"captureBeyondViewport": true}),
        );
        shot["data"].as_str().expect("a picture").to_owned()
    }

    pub(crate) fn click(&self, selector: &str) {
        self.eval(&format!("document.querySelector('{selector}').click()"));
    }

    fn evaluate(&self, script: &str) -> Value {
        let params = json!({"expression": script, "awaitPromise": true, "returnByValue": true});
        self.call("Runtime.evaluate", params)
    }

    fn call(&self, method: &str, params: Value) -> Value {
        self.browser.call(Some(&self.session), method, params)
    }
}

fn write_microphone(path: &Path, says: f64) {
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = hound::WavWriter::create(path, spec).expect("the folder is ours");
    // Whole waves, so that where it begins anew is not heard.
    for at in 0..RATE {
        let turn = std::f64::consts::TAU * says * f64::from(at) / f64::from(RATE);
        let sample = (turn.sin() * 16_000.0) as i16;
        file.write_sample(sample).expect("the disk has room");
    }
    file.finalize().expect("the disk has room");
}
