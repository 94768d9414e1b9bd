//! To mail boxes, over SMTP. What is small is attached; of what is not the mail says where it lies. The Message-ID is the same
//! of every try, so that of one that came twice mail programs show one. Credentials go over TLS alone, or to this machine.

use std::path::Path;
use std::time::Duration;

use domain::Secret;
use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use crate::fault::Fault;

/// Longest wait for a word of the server.
const WORD_MAX: Duration = Duration::from_secs(60);

/// How the way to the server is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS after STARTTLS, or no mail at all.
    StartTls,
    /// Not at all: only to this machine.
    Plain,
}

/// Mail boxes and the way to them.
#[derive(Clone, Debug)]
pub struct Email {
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is secured.
    pub security: Security,
    /// Name and password there.
    pub credentials: Option<(String, Secret)>,
    /// Who sends.
    pub from: Mailbox,
    /// Who receives.
    pub to: Vec<Mailbox>,
    /// What is larger is not attached.
    pub attach_max: u64,
}

/// What is sent.
pub(crate) struct Letter<'a> {
    pub(crate) key: &'a str,
    pub(crate) subject: String,
    pub(crate) words: String,
    pub(crate) name: &'a str,
    pub(crate) media_type: &'a str,
}

impl Email {
    /// Whether a report of this size is attached.
    pub(crate) const fn attaches(&self, bytes: u64) -> bool {
        bytes <= self.attach_max
    }

    /// Sends a letter, with the file where one is given.
    pub(crate) async fn deliver(
        &self,
        letter: Letter<'_>,
        attached: Option<&Path>,
    ) -> Result<(), Fault> {
        let message = self.message(letter, attached)?;
        let sent = self.transport()?.send(message).await;
        sent.map(drop)
            .map_err(|fault| Fault::of("the mail server did not take it", &fault))
    }

    fn message(&self, letter: Letter<'_>, attached: Option<&Path>) -> Result<Message, Fault> {
        let domain = self.from.email.domain();
        let mut message = Message::builder()
            .from(self.from.clone())
            .subject(letter.subject)
            .message_id(Some(format!("<{}@{domain}>", letter.key)));
        for to in &self.to {
            message = message.to(to.clone());
        }
        let odd = |fault: &dyn std::error::Error| Fault::of("the mail cannot be written", fault);
        let words = SinglePart::plain(letter.words);
        let Some(path) = attached else {
            return message.singlepart(words).map_err(|fault| odd(&fault));
        };
        let bytes =
            std::fs::read(path).map_err(|fault| Fault::of("the report cannot be read", &fault))?;
        let kind = ContentType::parse(letter.media_type).map_err(|fault| odd(&fault))?;
        let file = Attachment::new(letter.name.to_owned()).body(bytes, kind);
        let parts = MultiPart::mixed().singlepart(words).singlepart(file);
        message.multipart(parts).map_err(|fault| odd(&fault))
    }

    fn transport(&self) -> Result<AsyncSmtpTransport<Tokio1Executor>, Fault> {
        let host = self.host.as_str();
        let builder = match self.security {
            Security::Tls => AsyncSmtpTransport::<Tokio1Executor>::relay(host),
            Security::StartTls => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host),
            Security::Plain => Ok(AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(
                host,
            )),
        };
        let builder = builder.map_err(|fault| Fault::of("the way to the mail server", &fault))?;
        let mut builder = builder.port(self.port).timeout(Some(WORD_MAX));
        if let Some((user, password)) = &self.credentials {
            let password = password.expose().to_owned();
            builder = builder.credentials(Credentials::new(user.clone(), password));
        }
        Ok(builder.build())
    }
}
