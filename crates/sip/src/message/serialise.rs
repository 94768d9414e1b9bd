//! From a message to bytes. Content-Length always comes from the body. No text can leave its line:
//! [`Message::to_bytes`] writes CR, LF and NUL as blanks, [`Message::try_to_bytes`] refuses them.

use super::{Headers, Injection, Message, lexer};

impl Message {
    /// The bytes to send. A line break inside the start line or a header becomes a blank, since no
    /// value may turn into another header; use [`Self::try_to_bytes`] to be told instead.
    pub fn to_bytes(&self) -> Vec<u8> {
        let body = self.body();
        let mut bytes = Vec::with_capacity(512 + body.len());
        push_line(&mut bytes, &self.start_line());
        for (name, value) in self.headers().iter() {
            if !name.eq_ignore_ascii_case("Content-Length") {
                push_field(&mut bytes, name, value);
            }
        }
        push_field(&mut bytes, "Content-Length", &body.len().to_string());
        bytes.extend_from_slice(b"\r\n");
        bytes.extend_from_slice(body);
        bytes
    }

    /// The bytes to send, or where a line break was found that does not belong there.
    pub fn try_to_bytes(&self) -> Result<Vec<u8>, Injection> {
        if !lexer::is_one_line(&self.start_line()) {
            return Err(Injection {
                field: "start line".to_owned(),
            });
        }
        check_headers(self.headers())?;
        Ok(self.to_bytes())
    }

    fn start_line(&self) -> String {
        match self {
            Self::Request(request) => format!("{} {} SIP/2.0", request.method, request.uri),
            Self::Response(response) => format!("SIP/2.0 {} {}", response.status, response.reason),
        }
    }
}

fn check_headers(headers: &Headers) -> Result<(), Injection> {
    for (name, value) in headers.iter() {
        if !lexer::is_token(name) || !lexer::is_one_line(value) {
            return Err(Injection {
                field: name.escape_default().to_string(),
            });
        }
    }
    Ok(())
}

fn push_field(bytes: &mut Vec<u8>, name: &str, value: &str) {
    bytes.extend(
        name.chars()
            .filter(|c| lexer::TOKEN.has(*c))
            .map(|c| c as u8),
    );
    bytes.extend_from_slice(b": ");
    push_line(bytes, value);
}

/// Writes `text` as one line, whatever it holds.
fn push_line(bytes: &mut Vec<u8>, text: &str) {
    bytes.extend(text.bytes().map(|byte| {
        if matches!(byte, b'\r' | b'\n') {
            b' '
        } else {
            byte
        }
    }));
    bytes.extend_from_slice(b"\r\n");
}
