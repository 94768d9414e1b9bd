//! The settings of a node about reports by schedule: the places that they may go to. Secrets stand in files of their own.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use delivery::{Email, Mailbox, Place, Places, Security, Webhook, is_let_through};
use domain::Secret;
use serde::Deserialize;

use crate::config::ConfigError;

/// Shortest secret that web hooks are signed with, in bytes.
const SECRET_MIN: usize = 16;

/// Places for reports.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeliverySettings {
    /// Where what did not arrive yet is kept.
    pub kept: PathBuf,
    /// Folders.
    pub folder: Vec<FolderSettings>,
    /// Mail boxes.
    pub email: Vec<EmailSettings>,
    /// Programs of others.
    pub webhook: Vec<WebhookSettings>,
}

impl Default for DeliverySettings {
    fn default() -> DeliverySettings {
        DeliverySettings {
            kept: PathBuf::from("deliveries"),
            folder: Vec::new(),
            email: Vec::new(),
            webhook: Vec::new(),
        }
    }
}

/// A folder.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FolderSettings {
    /// What schedules call it.
    pub name: String,
    /// Where.
    pub path: PathBuf,
}

/// Mail boxes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmailSettings {
    /// What schedules call them.
    pub name: String,
    /// The SMTP server.
    pub host: String,
    /// Its port; the usual of its security when absent.
    pub port: Option<u16>,
    /// `starttls`, `tls`, or `plain` to this machine alone.
    #[serde(default = "starttls")]
    pub security: String,
    /// Name there.
    pub user: Option<String>,
    /// A file with the password, for its owner alone.
    pub password: Option<PathBuf>,
    /// Who sends.
    pub from: String,
    /// Who receives.
    pub to: Vec<String>,
    /// MiB of which a report is still attached.
    #[serde(default = "attach_mib")]
    pub attach_mib: u64,
}

fn starttls() -> String {
    "starttls".to_owned()
}

const fn attach_mib() -> u64 {
    10
}

/// A program of others.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// What schedules call it.
    pub name: String,
    /// Where: `https://`, or `http://` on this machine.
    pub url: String,
    /// A file with what requests are signed with, for its owner alone.
    pub secret: PathBuf,
}

impl DeliverySettings {
    /// Refuses what cannot work; does not read secrets.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let no = |name, problem: String| Err(ConfigError::Setting(name, problem));
        let mut names = BTreeSet::new();
        for name in self.names() {
            if name.trim().is_empty() || !names.insert(name) {
                let problem = format!(
                    "give each place a name of its own; `{name}` is there twice or says nothing"
                );
                return no("delivery", problem);
            }
        }
        for email in &self.email {
            email.security().map_err(in_emails)?;
            email.mailboxes().map_err(in_emails)?;
            if email.to.is_empty() || email.user.is_some() != email.password.is_some() {
                let words = format!(
                    "{}: say `to`, and `user` with `password` or neither",
                    email.name
                );
                return no("delivery.email", words);
            }
        }
        for hook in &self.webhook {
            if !is_let_through(&hook.url) {
                let words = format!("{}: use https://, or http:// on this machine", hook.name);
                return no("delivery.webhook", words);
            }
        }
        Ok(())
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        let folders = self.folder.iter().map(|it| it.name.as_str());
        let emails = self.email.iter().map(|it| it.name.as_str());
        let hooks = self.webhook.iter().map(|it| it.name.as_str());
        folders.chain(emails).chain(hooks)
    }

    /// The places, with their secrets.
    pub fn resolved(&self) -> Result<Places, ConfigError> {
        let mut named = Vec::new();
        for folder in &self.folder {
            named.push((folder.name.clone(), Place::Folder(folder.path.clone())));
        }
        for email in &self.email {
            let resolved = email.resolved()?;
            named.push((email.name.clone(), Place::Email(Box::new(resolved))));
        }
        for hook in &self.webhook {
            let secret = secret_in("delivery.webhook.secret", &hook.secret)?;
            if secret.expose().len() < SECRET_MIN {
                let words = format!("{}: a secret has {SECRET_MIN} bytes at least", hook.name);
                return Err(ConfigError::Setting("delivery.webhook.secret", words));
            }
            let url = hook.url.clone();
            let resolved = Webhook { url, secret };
            named.push((hook.name.clone(), Place::Webhook(Box::new(resolved))));
        }
        Ok(Places {
            kept: self.kept.clone(),
            named,
        })
    }
}

fn in_emails(problem: String) -> ConfigError {
    ConfigError::Setting("delivery.email", problem)
}

impl EmailSettings {
    fn security(&self) -> Result<Security, String> {
        match self.security.as_str() {
            "starttls" => Ok(Security::StartTls),
            "tls" => Ok(Security::Tls),
            "plain" if is_this_machine(&self.host) => Ok(Security::Plain),
            "plain" => Err(format!(
                "{}: without TLS mail goes to this machine alone; use starttls or tls",
                self.name
            )),
            other => Err(format!("`{other}`: use starttls, tls or plain")),
        }
    }

    fn mailboxes(&self) -> Result<Vec<Mailbox>, String> {
        let read = |text: &String| {
            text.parse()
                .map_err(|_| format!("`{text}` is no mail box; write informes@example.com"))
        };
        std::iter::once(&self.from)
            .chain(&self.to)
            .map(read)
            .collect()
    }

    fn resolved(&self) -> Result<Email, ConfigError> {
        let security = self.security().map_err(in_emails)?;
        let mut boxes = self.mailboxes().map_err(in_emails)?;
        let from = boxes.remove(0);
        let password = self.password.as_deref();
        let password = password.map(|path| secret_in("delivery.email.password", path));
        let usual = match security {
            Security::StartTls => 587,
            Security::Tls => 465,
            Security::Plain => 25,
        };
        Ok(Email {
            host: self.host.clone(),
            port: self.port.unwrap_or(usual),
            security,
            credentials: self.user.clone().zip(password.transpose()?),
            from,
            to: boxes,
            attach_max: self.attach_mib * 1024 * 1024,
        })
    }
}

fn is_this_machine(host: &str) -> bool {
    let ip = host.parse::<std::net::IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

/// The text of a file that nobody but its owner reads.
fn secret_in(setting: &'static str, path: &Path) -> Result<Secret, ConfigError> {
    let unread = |error| ConfigError::Read(path.to_owned(), error);
    let mode = fs::metadata(path).map_err(unread)?.permissions().mode();
    if mode & 0o077 != 0 {
        let words = format!("others can read {}; chmod 600 it", path.display());
        return Err(ConfigError::Setting(setting, words));
    }
    let text = fs::read_to_string(path).map_err(unread)?;
    match text.trim() {
        "" => Err(ConfigError::Setting(
            setting,
            format!("{} is empty", path.display()),
        )),
        text => Ok(Secret::new(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(text: &str) -> Result<(), String> {
        let settings: DeliverySettings = toml::from_str(text).expect("TOML of the right shape");
        settings.check().map_err(|problem| problem.to_string())
    }

    #[test]
    fn what_would_leave_this_machine_in_the_clear_is_refused() {
        let mail = |host: &str, security: &str| {
            format!(
                "[[email]]\nname = \"a\"\nhost = \"{host}\"\nsecurity = \"{security}\"\n\
                 from = \"a@example.com\"\nto = [\"b@example.com\"]\n"
            )
        };
        assert_eq!(checked(&mail("127.0.0.1", "plain")), Ok(()));
        assert_eq!(checked(&mail("mail.example.com", "starttls")), Ok(()));
        let refused = checked(&mail("mail.example.com", "plain")).expect_err("in the clear");
        assert!(refused.contains("this machine alone"), "{refused}");
        let hook = "[[webhook]]\nname = \"a\"\nurl = \"http://example.com\"\nsecret = \"s\"\n";
        assert!(checked(hook).is_err());
        let twice =
            "[[folder]]\nname = \"a\"\npath = \"x\"\n[[folder]]\nname = \"a\"\npath = \"y\"\n";
        assert!(checked(twice).expect_err("twice").contains("`a`"));
    }

    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("secret");
        fs::write(&path, "dieciséis bytes y más\n").expect("ours");
        let settings = DeliverySettings {
            webhook: vec![WebhookSettings {
                name: "a".to_owned(),
                url: "https://example.com".to_owned(),
                secret: path.clone(),
            }],
            ..DeliverySettings::default()
        };
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("ours");
        let refused = settings.resolved().expect_err("others can read it");
        assert!(refused.to_string().contains("chmod 600"), "{refused}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("ours");
        let places = settings.resolved().expect("sound");
        assert!(
            !format!("{places:?}").contains("bytes"),
            "secrets stay out of logs"
        );
    }
}
