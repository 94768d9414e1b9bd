//! The demo's floor: a trunk to the carrier, a Spanish base, a predictive
//! campaign, advisors with phones and log-ins.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use domain::{CampaignId, Secret};
use intake::ImportOptions;
use store::Store;
use wire::{AgentForm, CampaignForm, TrunkForm, UserForm};

use super::{Campaign, Demo, Peer};
use crate::peers::Seat;

/// What was set up.
pub(super) struct DemoFloor {
    pub(super) campaign: Campaign,
    pub(super) contacts: u64,
    pub(super) password: String,
}

const NAME: &str = "Claro hogar";

pub(super) async fn set_up(
    store: &Arc<dyn Store>,
    demo: &Demo,
    folder: &Path,
    carrier: &Peer,
) -> Result<DemoFloor> {
    let contacts = load_base(store, demo, folder).await?;
    trunk(store.as_ref(), carrier).await?;
    let campaign = campaign(store.as_ref()).await?;
    let password = admin(store.as_ref()).await?;
    seats(store, demo.agents, folder).await?;
    Ok(DemoFloor {
        campaign,
        contacts,
        password,
    })
}

/// Enough people that the base does not run out, and rows that are refused.
async fn load_base(store: &Arc<dyn Store>, demo: &Demo, folder: &Path) -> Result<u64> {
    let wanted = demo.minutes * f64::from(demo.agents) * 15.0;
    let rows = (wanted as u32).clamp(3_000, 500_000);
    let path = folder.join("base-claro.csv");
    let mut file = BufWriter::new(File::create(&path).context("the sample base")?);
    intake::sample::write(rows, demo.seed, &mut file)?;
    file.flush()?;
    let request = api::ImportRequest {
        path,
        file_name: None,
        options: ImportOptions::new(NAME),
        mapping: Vec::new(),
        dry_run: false,
        origin: api::Origin::default(),
    };
    let imported = api::load(Arc::clone(store), request, |_| {}).await?;
    crate::list::acta_shown(&imported.acta);
    Ok(imported.acta.valid)
}

async fn trunk(store: &dyn Store, carrier: &Peer) -> Result<()> {
    let address: std::net::SocketAddr = carrier.ready["sip"]
        .as_str()
        .context("the carrier did not say where it listens")?
        .parse()?;
    let form = TrunkForm {
        name: Some("demo".to_owned()),
        host: Some(address.ip().to_string()),
        port: Some(address.port()),
        channels_max: Some(300),
        calls_per_second_max: Some(20.0),
        ..TrunkForm::default()
    };
    let trunks = store.trunks().await?;
    let known = trunks.into_iter().find(|trunk| trunk.name == "demo");
    let mut trunk = known.unwrap_or_else(api::new_trunk);
    api::apply_trunk(&form, &mut trunk)?;
    store.put_trunk(&trunk).await?;
    Ok(())
}

async fn campaign(store: &dyn Store) -> Result<CampaignId> {
    let form = CampaignForm {
        name: Some(NAME.to_owned()),
        lists: Some(vec![NAME.to_owned()]),
        trunks: Some(vec!["demo".to_owned()]),
        caller_ids: Some(vec!["+576015550100".to_owned()]),
        wrap_up: Some("30s".to_owned()),
        law_pack: Some("laboratorio".to_owned()),
        ..CampaignForm::default()
    };
    let campaigns = store.campaigns().await?;
    let known = campaigns.into_iter().find(|known| known.name == NAME);
    let mut campaign = known.unwrap_or_else(|| campaigns::Campaign::new(CampaignId::new(0), ""));
    api::apply_campaign(store, &form, &mut campaign).await?;
    Ok(store.put_campaign(&campaign).await?)
}

async fn admin(store: &dyn Store) -> Result<String> {
    user(store, "admin", "admin", None).await
}

/// Makes the user, or gives an earlier demo's a new password.
async fn user(store: &dyn Store, name: &str, role: &str, agent: Option<String>) -> Result<String> {
    let password = api::password::generate();
    let form = UserForm {
        name: Some(name.to_owned()),
        role: Some(role.to_owned()),
        password: Some(password.clone()),
        agent,
    };
    let users = store.users().await?;
    let known = users.into_iter().find(|user| user.name == name);
    let mut user = known.unwrap_or_else(api::new_user);
    api::apply_user(store, &form, &mut user).await?;
    store.put_user(&user).await?;
    Ok(password)
}

/// Agents, their phones and log-ins; the passwords go to a file only we read.
async fn seats(store: &Arc<dyn Store>, count: u32, folder: &Path) -> Result<()> {
    let mut seats = Vec::new();
    for number in 1..=count {
        let name = format!("Asesor {number:02}");
        let sip_password = api::password::generate();
        let form = AgentForm {
            name: Some(name.clone()),
            sip_user: Some(format!("asesor{number:02}")),
            campaigns: Some(vec![NAME.to_owned()]),
            ..AgentForm::default()
        };
        let agents = store.agents().await?;
        let known = agents.into_iter().find(|agent| agent.name == name);
        let mut agent = known.unwrap_or_else(api::new_agent);
        api::apply_agent(store.as_ref(), &form, &mut agent).await?;
        let secret = Secret::new(sip_password.clone());
        store.put_agent(&agent, Some(&secret)).await?;
        let log_in = format!("asesor{number:02}");
        let password = user(store.as_ref(), &log_in, "advisor", Some(name)).await?;
        seats.push(Seat {
            user: log_in.clone(),
            password,
            sip_user: log_in,
            sip_password,
        });
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(folder.join("seats.json"))?;
    file.write_all(serde_json::to_string(&seats)?.as_bytes())?;
    Ok(())
}
