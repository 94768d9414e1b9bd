//! Trunks: what people search by and what is counted in columns, the rest as one readable JSON
//! text, so that an option more is no migration.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use domain::{CallerIdentity, PhoneNumber, Secret, Srtp, Trunk, TrunkId, TrunkTransport};
use serde::{Deserialize, Serialize};

use super::change;
use super::config::{taken, touch, written};
use super::database::Database;
use super::query::Query;
use super::row::Row;
use crate::error::{Result, StoreError};

/// Options nobody searches by. Rules stand as people write them.
#[derive(Debug, Serialize, Deserialize)]
#[serde(default)]
struct Options {
    called: Vec<String>,
    calling: Vec<String>,
    headers: Vec<String>,
    from_user: Option<String>,
    from_domain: Option<String>,
    asserted: bool,
    remote_party: bool,
    private: bool,
    diversion: Option<String>,
    history_info: bool,
    register_s: Option<u64>,
    srtp: String,
}

impl Default for Options {
    fn default() -> Options {
        Options::of(&Trunk::new(TrunkId::new(0), "", ""))
    }
}

impl Options {
    fn of(trunk: &Trunk) -> Options {
        let identity = &trunk.identity;
        Options {
            called: texts(&trunk.called),
            calling: texts(&trunk.calling),
            headers: texts(&trunk.headers),
            from_user: identity.from_user.clone(),
            from_domain: identity.from_domain.clone(),
            asserted: identity.asserted,
            remote_party: identity.remote_party,
            private: identity.private,
            diversion: identity.diversion.map(PhoneNumber::dialable),
            history_info: identity.history_info,
            register_s: trunk.register.map(|span| span.as_secs()),
            srtp: trunk.srtp.as_str().to_owned(),
        }
    }

    fn put_into(self, trunk: &mut Trunk) -> Result<()> {
        trunk.called = parsed(&self.called)?;
        trunk.calling = parsed(&self.calling)?;
        trunk.headers = parsed(&self.headers)?;
        let diversion = self.diversion.map(|text| PhoneNumber::from_e164(&text));
        trunk.identity = CallerIdentity {
            from_user: self.from_user,
            from_domain: self.from_domain,
            asserted: self.asserted,
            remote_party: self.remote_party,
            private: self.private,
            diversion: diversion.transpose().map_err(odd)?,
            history_info: self.history_info,
        };
        trunk.register = self.register_s.map(Duration::from_secs);
        trunk.srtp = self.srtp.parse::<Srtp>().map_err(odd)?;
        Ok(())
    }
}

fn texts(rules: &[impl Display]) -> Vec<String> {
    rules.iter().map(ToString::to_string).collect()
}

fn parsed<T: FromStr<Err: Display>>(texts: &[String]) -> Result<Vec<T>> {
    texts.iter().map(|text| text.parse().map_err(odd)).collect()
}

fn odd(error: impl Display) -> StoreError {
    StoreError::Corrupt {
        what: "options of a trunk",
        detail: error.to_string(),
    }
}

/// See [`crate::Store::trunks`].
pub(super) async fn all(db: &Database) -> Result<Vec<Trunk>> {
    let query = Query::new(
        "read trunks",
        "SELECT id, name, host, port, transport, channels_max, calls_per_second, username,
                password, options, enabled
         FROM trunk WHERE removed = 0 ORDER BY name",
    );
    db.fetch(query).await?.iter().map(trunk_of).collect()
}

fn trunk_of(row: &Row) -> Result<Trunk> {
    let transport = match row.text("transport")?.as_str() {
        "udp" => TrunkTransport::Udp,
        "tcp" => TrunkTransport::Tcp,
        "tls" => TrunkTransport::Tls,
        other => {
            return Err(StoreError::Corrupt {
                what: "transport of a trunk",
                detail: format!("{other:?} means nothing to this version"),
            });
        }
    };
    let username = row.opt_text("username")?;
    let password = row.opt_text("password")?.unwrap_or_default();
    let (id, name) = (TrunkId::new(row.int("id")?), row.text("name")?);
    let mut trunk = Trunk {
        port: row.narrow("port")?,
        transport,
        channels_max: row.narrow("channels_max")?,
        calls_per_second_max: row.real("calls_per_second")?,
        credentials: username.map(|name| (name, Secret::new(password))),
        enabled: row.flag("enabled")?,
        ..Trunk::new(id, name, row.text("host")?)
    };
    let options: Options = serde_json::from_str(&row.text("options")?).map_err(odd)?;
    options.put_into(&mut trunk)?;
    Ok(trunk)
}

/// See [`crate::Store::put_trunk`].
pub(super) async fn put(db: &Database, trunk: &Trunk) -> Result<TrunkId> {
    let text = match trunk.id.get() {
        0 => {
            "INSERT INTO trunk (name, host, port, transport, channels_max, calls_per_second,
                                username, password, options, enabled)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id"
        }
        _ => {
            "UPDATE trunk SET name = $1, host = $2, port = $3, transport = $4, channels_max = $5,
                 calls_per_second = $6, username = $7, password = $8, options = $9, enabled = $10
             WHERE id = $11 AND removed = 0 RETURNING id"
        }
    };
    let options = serde_json::to_string(&Options::of(trunk)).expect("texts always serialise");
    let credentials = trunk.credentials.as_ref();
    let mut query = Query::new("write a trunk", text)
        .text(&trunk.name)
        .text(&trunk.host)
        .int(i64::from(trunk.port))
        .text(match trunk.transport {
            TrunkTransport::Udp => "udp",
            TrunkTransport::Tcp => "tcp",
            TrunkTransport::Tls => "tls",
        })
        .int(i64::from(trunk.channels_max))
        .real(trunk.calls_per_second_max)
        .opt_text(credentials.map(|(name, _)| name.as_str()))
        .opt_text(credentials.map(|(_, password)| password.expose()))
        .text(&options)
        .int(i64::from(trunk.enabled));
    if trunk.id.get() != 0 {
        query = query.int(trunk.id.get());
    }
    let mut tx = db.begin().await?;
    let before = change::row(&mut tx, "trunk", trunk.id.get()).await?;
    let id = taken(
        written(&mut tx, query, "trunk", trunk.id.get()).await,
        || format!("there is already a trunk named {}", trunk.name),
    )?;
    touch(&mut tx).await?;
    change::note(&mut tx, "trunk", id, before).await?;
    tx.commit().await?;
    Ok(TrunkId::new(id))
}
