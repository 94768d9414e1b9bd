//! `cadencia trunk`: carriers.

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use serde_json::json;
use wire::TrunkForm;

use crate::Global;
use crate::output::{record, show, table};
use crate::trunk_test::Test;

#[derive(Subcommand)]
pub(crate) enum Trunk {
    /// Make a trunk, or change the one of this name
    Set(Box<Settings>),
    /// Show every trunk
    List,
    /// Show what an INVITE over a trunk would say, and place one short call if asked to
    Test(Test),
    /// Show what becomes of calls over each, by the running engine
    Stats(crate::trunk_stats::Stats),
    /// Remove a trunk
    Remove {
        /// Its name
        name: String,
    },
}

#[derive(Args)]
pub(crate) struct Settings {
    /// Unique name
    name: String,
    /// Host name or IP address of the carrier
    #[arg(long)]
    host: Option<String>,
    /// Port; 0: as the carrier's name servers say (SRV)
    #[arg(long)]
    port: Option<u16>,
    /// udp, tcp or tls
    #[arg(long)]
    transport: Option<String>,
    /// Calls at once the carrier allows
    #[arg(long)]
    channels: Option<u32>,
    /// New calls per second the carrier allows
    #[arg(long)]
    cps: Option<f64>,
    /// Digest user, where the carrier asks for one
    #[arg(long)]
    user: Option<String>,
    /// Digest password
    #[arg(long, env = "CADENCIA_TRUNK_PASSWORD", hide_env_values = true)]
    password: Option<String>,
    /// Put before every number: short for --called '* put PREFIX'
    #[arg(long)]
    prefix: Option<String>,
    /// How called numbers are written, such as '+57/12 strip 2 put 03'; repeat for more rules,
    /// give '' for none
    #[arg(long)]
    called: Vec<String>,
    /// How calling numbers are written; likewise
    #[arg(long)]
    calling: Vec<String>,
    /// A rule for its INVITEs: 'add NAME: VALUE', 'set NAME: VALUE' or 'remove NAME'; likewise
    #[arg(long = "header")]
    headers: Vec<String>,
    /// The user in From where it is not the number
    #[arg(long)]
    from_user: Option<String>,
    /// The host in From where it is not our domain
    #[arg(long)]
    from_domain: Option<String>,
    /// Whether P-Asserted-Identity tells the number
    #[arg(long)]
    asserted: Option<bool>,
    /// Whether Remote-Party-ID does
    #[arg(long)]
    remote_party: Option<bool>,
    /// Whether the called party is not shown the number
    #[arg(long)]
    private: Option<bool>,
    /// Diversion from this number
    #[arg(long)]
    diversion: Option<String>,
    /// Whether History-Info tells the same
    #[arg(long)]
    history_info: Option<bool>,
    /// For how long to register with the carrier, such as 300s; 0s: not at all
    #[arg(long)]
    register: Option<String>,
    /// Whether its audio is protected, which tls alone allows: off, offered or required
    #[arg(long)]
    srtp: Option<String>,
    /// Whether it may be used
    #[arg(long)]
    enabled: Option<bool>,
}

impl Trunk {
    pub(crate) async fn run(&self, global: &Global) -> Result<()> {
        let store = record(global).await?;
        let trunks = store.trunks().await?;
        let find = |name: &str| trunks.iter().find(|trunk| trunk.name == name).cloned();
        match self {
            Trunk::Set(settings) => {
                let mut trunk = find(&settings.name).unwrap_or_else(api::new_trunk);
                api::apply_trunk(&settings.form(), &mut trunk)?;
                trunk.id = store.put_trunk(&trunk).await?;
                show(global, &api::trunk_shown(&trunk), |trunk| {
                    println!(
                        "trunk `{}` saved: {}:{}",
                        trunk.name, trunk.host, trunk.port
                    );
                })
            }
            Trunk::List => {
                let shown: Vec<_> = trunks.iter().map(api::trunk_shown).collect();
                show(global, &shown, |shown| {
                    let rows: Vec<_> = shown
                        .iter()
                        .map(|t| {
                            vec![
                                t.name.clone(),
                                format!("{}:{}/{}", t.host, t.port, t.transport),
                                t.channels_max.to_string(),
                                t.calls_per_second_max.to_string(),
                                if t.enabled { "yes" } else { "no" }.to_owned(),
                            ]
                        })
                        .collect();
                    table(
                        &["trunk", "carrier", "channels", "calls/s", "enabled"],
                        &rows,
                        "no trunks yet; make one with `cadencia trunk set NAME --host ADDRESS`",
                    );
                })
            }
            Trunk::Test(test) => {
                let Some(trunk) = find(&test.name) else {
                    bail!(
                        "there is no trunk named `{}`; see `cadencia trunk list`",
                        test.name
                    );
                };
                test.run(global, trunk).await
            }
            Trunk::Stats(stats) => stats.run(global).await,
            Trunk::Remove { name } => {
                let Some(trunk) = find(name) else {
                    bail!("there is no trunk named `{name}`; see `cadencia trunk list`");
                };
                store.remove_trunk(trunk.id).await?;
                show(global, &json!({"removed": name}), |_| {
                    println!("trunk `{name}` removed")
                })
            }
        }
    }
}

impl Settings {
    fn form(&self) -> TrunkForm {
        TrunkForm {
            name: Some(self.name.clone()),
            host: self.host.clone(),
            port: self.port,
            transport: self.transport.clone(),
            channels_max: self.channels,
            calls_per_second_max: self.cps,
            user: self.user.clone(),
            password: self.password.clone(),
            prefix: self.prefix.clone(),
            called: some(&self.called),
            calling: some(&self.calling),
            headers: some(&self.headers),
            from_user: self.from_user.clone(),
            from_domain: self.from_domain.clone(),
            asserted: self.asserted,
            remote_party: self.remote_party,
            private: self.private,
            diversion: self.diversion.clone(),
            history_info: self.history_info,
            register: self.register.clone(),
            srtp: self.srtp.clone(),
            enabled: self.enabled,
        }
    }
}

/// What was given, if anything was; one empty text stands for nothing at all.
fn some(texts: &[String]) -> Option<Vec<String>> {
    let given = texts
        .iter()
        .filter(|text| !text.is_empty())
        .cloned()
        .collect();
    (!texts.is_empty()).then_some(given)
}
