//! The settings of a node about the archive of recordings: where, in what form, how long files stay in
//! the spool as well, and when it is late.

use std::fs;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::parse_span;
use recorder::{ArchiveForm, Bucket, Place};
use serde::Deserialize;

use crate::config::ConfigError;

/// The archive.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ArchiveSettings {
    /// A folder, or `s3://BUCKET/PREFIX`; empty: the folder `archive` beside the spool.
    pub url: String,
    /// What recordings are there: `flac` or `g711`.
    pub form: String,
    /// How long a file stays in the spool once the archive has it.
    pub keep_local: String,
    /// Recordings that are on their way there at once.
    pub at_once: usize,
    /// One that waits for longer raises an alarm.
    pub late: String,
    /// The region of the bucket.
    pub region: String,
    /// An S3 of one's own: `https://HOST[:PORT]`; Amazon's when absent.
    pub endpoint: Option<String>,
    /// Whether it may be reached without TLS (`http://`) elsewhere than on this machine.
    pub allow_http: bool,
    /// A file of the keys to it; the usual variables of the environment when absent.
    pub credentials: Option<PathBuf>,
    /// The authorities of its certificate; those the machine trusts when absent.
    pub authorities: Option<PathBuf>,
}

impl Default for ArchiveSettings {
    fn default() -> ArchiveSettings {
        ArchiveSettings {
            url: String::new(),
            form: "flac".to_owned(),
            keep_local: "0s".to_owned(),
            at_once: 2,
            late: "15m".to_owned(),
            region: "us-east-1".to_owned(),
            endpoint: None,
            allow_http: false,
            credentials: None,
            authorities: None,
        }
    }
}

/// The keys to an S3, as a file has them.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
}

impl ArchiveSettings {
    pub(crate) fn form(&self) -> ArchiveForm {
        match self.form.as_str() {
            "g711" => ArchiveForm::Codes,
            _ => ArchiveForm::Flac,
        }
    }

    pub(crate) fn keep_local(&self) -> Duration {
        parse_span(&self.keep_local).unwrap_or_default()
    }

    pub(crate) fn late(&self) -> Duration {
        parse_span(&self.late).unwrap_or_default()
    }

    /// Where it is, if all of recordings is in this folder; reads the keys to it.
    pub(crate) fn place(&self, recordings: &Path) -> Result<Place, ConfigError> {
        if self.url.is_empty() {
            return Ok(Place::Folder(recordings.join("archive")));
        }
        let Some(rest) = self.url.strip_prefix("s3://") else {
            let folder = self.url.strip_prefix("file://").unwrap_or(&self.url);
            return Ok(Place::Folder(PathBuf::from(folder)));
        };
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let keys = match &self.credentials {
            Some(file) => from_file(file)?,
            None => from_environment()?,
        };
        Ok(Place::S3(Bucket {
            name: name.to_owned(),
            prefix: prefix.trim_matches('/').to_owned(),
            region: self.region.clone(),
            endpoint: self.endpoint.clone(),
            access_key_id: keys.access_key_id,
            secret_access_key: keys.secret_access_key,
            token: keys.session_token,
            authorities: self.authorities.clone(),
        }))
    }

    /// Refuses what cannot work.
    pub(crate) fn check(&self) -> Result<(), ConfigError> {
        let no = |name, problem: &str| Err(ConfigError::Setting(name, problem.to_owned()));
        let is_place = match self.url.split_once("://") {
            None => true,
            Some(("file", path)) => path.starts_with('/'),
            Some((scheme, bucket)) => scheme == "s3" && !bucket.is_empty(),
        };
        if !is_place {
            return no(
                "recordings.archive.url",
                "a folder, such as \"/srv/recordings\", or a bucket, \"s3://BUCKET/PREFIX\"",
            );
        }
        if !matches!(self.form.as_str(), "flac" | "g711") {
            return no("recordings.archive.form", "use \"flac\" or \"g711\"");
        }
        if !(1..=16).contains(&self.at_once) {
            return no("recordings.archive.at_once", "from 1 to 16");
        }
        for (name, text) in [
            ("recordings.archive.keep_local", &self.keep_local),
            ("recordings.archive.late", &self.late),
        ] {
            if let Err(problem) = parse_span(text) {
                return no(name, &problem.to_string());
            }
        }
        let url = self.endpoint.as_deref().unwrap_or("https://");
        let words = match url.split_once("://") {
            Some(("https", _)) => return Ok(()),
            Some(("http", rest)) if self.allow_http || is_this_machine(rest) => return Ok(()),
            Some(("http", _)) => {
                "use https://HOST[:PORT]; over http whoever is on the way sees when who was called and \
                 may answer for the bucket (allow_http = true takes that on)"
            }
            _ => "use https://HOST[:PORT]",
        };
        no("recordings.archive.endpoint", words)
    }
}

/// Whether a URL leads no further than this machine, of which all behind `://` is given.
fn is_this_machine(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // Before an `@` stands who asks, and it may look like a host.
    if authority.contains('@') {
        return false;
    }
    let host = match authority.strip_prefix('[') {
        Some(six) => six.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let ip = host.parse::<IpAddr>();
    host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

const NAME: &str = "recordings.archive.credentials";

fn from_file(path: &Path) -> Result<Credentials, ConfigError> {
    let unread = |error| ConfigError::Read(path.to_owned(), error);
    let mode = fs::metadata(path).map_err(unread)?.permissions().mode();
    if mode & 0o077 != 0 {
        let words = format!(
            "{} can be read by others than its owner; `chmod 600` it, and change the keys in it",
            path.display()
        );
        return Err(ConfigError::Setting(NAME, words));
    }
    let text = fs::read_to_string(path).map_err(unread)?;
    // What toml says of an error quotes the line, and the line may be the secret.
    toml::from_str(&text).map_err(|_| {
        let words = format!(
            "{} should have two lines: access_key_id = \"...\" and secret_access_key = \"...\"",
            path.display()
        );
        ConfigError::Setting(NAME, words)
    })
}

fn from_environment() -> Result<Credentials, ConfigError> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let (id, secret) = (
        variable("AWS_ACCESS_KEY_ID"),
        variable("AWS_SECRET_ACCESS_KEY"),
    );
    let (Some(access_key_id), Some(secret_access_key)) = (id, secret) else {
        let words = "name a file of the keys to the bucket, or set AWS_ACCESS_KEY_ID and \
                     AWS_SECRET_ACCESS_KEY";
        return Err(ConfigError::Setting(NAME, words.to_owned()));
    };
    Ok(Credentials {
        access_key_id,
        secret_access_key,
        session_token: variable("AWS_SESSION_TOKEN"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(url: &str, credentials: &Path) -> ArchiveSettings {
        ArchiveSettings {
            url: url.to_owned(),
            credentials: Some(credentials.to_owned()),
            ..ArchiveSettings::default()
        }
    }

    #[test]
    fn a_bucket_has_a_prefix_and_keys_that_only_their_owner_may_read() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("s3.toml");
        let text = "access_key_id = \"AK\"\nsecret_access_key = \"very secret\"\n";
        fs::write(&file, text).expect("ours");
        let place = || with("s3://grabaciones/claro/2026/", &file).place(folder.path());
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("ours");
        let open = place().expect_err("others may read it").to_string();
        assert!(open.contains("chmod 600"), "{open}");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("ours");
        let Place::S3(bucket) = place().expect("sound") else {
            panic!("a bucket")
        };
        assert_eq!(
            (bucket.name.as_str(), bucket.prefix.as_str()),
            ("grabaciones", "claro/2026")
        );
        assert!(!format!("{bucket:?}").contains("very secret"));
        fs::write(&file, "secret_acess_key = \"very secret\"").expect("ours");
        let wrong = place().expect_err("a typo").to_string();
        assert!(!wrong.contains("very secret"), "{wrong}");
    }

    #[test]
    fn http_leads_no_further_than_this_machine_unless_that_is_taken_on() {
        let check = |endpoint: &str, allow_http| {
            let settings = ArchiveSettings {
                endpoint: Some(endpoint.to_owned()),
                allow_http,
                ..ArchiveSettings::default()
            };
            settings.check()
        };
        for here in [
            "https://s3.example:9000",
            "http://127.0.0.1:9000",
            "http://127.8.0.1",
            "http://[::1]:9000/",
            "http://localhost:9000",
        ] {
            assert!(check(here, false).is_ok(), "{here}");
        }
        for elsewhere in [
            "http://s3.example:9000",
            "http://10.0.0.7",
            "http://[2001:db8::1]:9000",
            "http://127.0.0.1@s3.example",
            "http://127.0.0.1:80@s3.example",
            "http://localhost.example",
        ] {
            let refused = check(elsewhere, false).expect_err(elsewhere).to_string();
            assert!(refused.contains("allow_http"), "{refused}");
            assert!(check(elsewhere, true).is_ok(), "{elsewhere}");
        }
        for nonsense in ["s3.example:9000", "ftp://s3.example", ""] {
            assert!(check(nonsense, true).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn what_is_no_place_is_refused_with_advice() {
        let check = |url: &str| with(url, Path::new("x")).check();
        for url in [
            "",
            "recordings/archive",
            "/srv/a",
            "file:///srv/a",
            "s3://b",
        ] {
            assert!(check(url).is_ok(), "{url}");
        }
        for url in ["s3://", "https://x/y", "gs://b"] {
            let refused = check(url).expect_err(url).to_string();
            assert!(refused.contains("s3://BUCKET"), "{refused}");
        }
    }
}
