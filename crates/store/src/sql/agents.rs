//! Agents as configured.

use std::collections::BTreeMap;

use domain::{AgentId, AgentProfile, CampaignId, LineMode, Secret};

use super::change;
use super::config::{taken, touch, written};
use super::database::{Database, Tx};
use super::query::{Batch, Query};
use crate::error::{Result, StoreError};

/// See [`crate::Store::agents`].
pub(super) async fn all(db: &Database) -> Result<Vec<AgentProfile>> {
    let mut campaigns: BTreeMap<i64, Vec<CampaignId>> = BTreeMap::new();
    let query = Query::new(
        "read agents' campaigns",
        "SELECT agent, campaign FROM agent_campaign ORDER BY agent, place",
    );
    for row in db.fetch(query).await? {
        let campaign = CampaignId::new(row.int("campaign")?);
        campaigns
            .entry(row.int("agent")?)
            .or_default()
            .push(campaign);
    }
    let query = Query::new(
        "read agents",
        "SELECT id, name, sip_user, line FROM agent WHERE removed = 0 ORDER BY name, id",
    );
    let mut agents = Vec::new();
    for row in db.fetch(query).await? {
        let id = row.int("id")?;
        agents.push(AgentProfile {
            id: AgentId::new(id),
            name: row.text("name")?,
            sip_user: row.text("sip_user")?,
            campaigns: campaigns.remove(&id).unwrap_or_default(),
            line: line_mode(row.int("line")?)?,
        });
    }
    Ok(agents)
}

fn line_mode(number: i64) -> Result<LineMode> {
    [LineMode::NailedUp, LineMode::PerCall]
        .into_iter()
        .find(|mode| *mode as i64 == number)
        .ok_or_else(|| StoreError::Corrupt {
            what: "line of an agent",
            detail: format!("{number} means nothing to this version"),
        })
}

/// See [`crate::Store::put_agent`].
pub(super) async fn put(
    db: &Database,
    agent: &AgentProfile,
    sip_password: Option<&Secret>,
) -> Result<AgentId> {
    let text = match agent.id.get() {
        0 => {
            "INSERT INTO agent (name, sip_user, line, sip_password) VALUES ($1, $2, $3, $4)
             RETURNING id"
        }
        _ => {
            "UPDATE agent SET name = $1, sip_user = $2, line = $3,
                              sip_password = COALESCE($4, sip_password)
             WHERE id = $5 AND removed = 0 RETURNING id"
        }
    };
    let mut query = Query::new("write an agent", text)
        .text(&agent.name)
        .text(&agent.sip_user)
        .int(agent.line as i64)
        .opt_text(sip_password.map(Secret::expose));
    if agent.id.get() != 0 {
        query = query.int(agent.id.get());
    }
    let mut tx = db.begin().await?;
    let before = change::row(&mut tx, "agent", agent.id.get()).await?;
    let id = taken(
        written(&mut tx, query, "agent", agent.id.get()).await,
        || {
            format!(
                "there is already an agent with the phone {}",
                agent.sip_user
            )
        },
    )?;
    put_campaigns(&mut tx, id, &agent.campaigns).await?;
    touch(&mut tx).await?;
    let campaigns: Vec<i64> = agent.campaigns.iter().map(|id| id.get()).collect();
    let beside = [("campaigns".to_owned(), campaigns.into())];
    change::note_with(&mut tx, "agent", id, before, beside.into_iter().collect()).await?;
    tx.commit().await?;
    Ok(AgentId::new(id))
}

async fn put_campaigns(tx: &mut Tx, agent: i64, campaigns: &[CampaignId]) -> Result<()> {
    let query = Query::new(
        "replace an agent's campaigns",
        "DELETE FROM agent_campaign WHERE agent = $1",
    )
    .int(agent);
    tx.run(query).await?;
    let query = Query::new(
        "write an agent's campaigns",
        "INSERT INTO agent_campaign (agent, campaign, place)
         SELECT $1, r.campaign, r.place FROM {rows} WHERE true ON CONFLICT DO NOTHING",
    )
    .int(agent)
    .rows(
        Batch::default()
            .ints("campaign", campaigns.iter().map(|c| c.get()))
            .ints("place", 0..campaigns.len() as i64),
    );
    tx.run(query).await.map(drop)
}

/// See [`crate::Store::agent_password`].
pub(super) async fn password(db: &Database, agent: AgentId) -> Result<Option<Secret>> {
    let query = Query::new(
        "read an agent's phone password",
        "SELECT sip_password FROM agent WHERE id = $1 AND removed = 0",
    )
    .int(agent.get());
    match db.fetch_one(query).await? {
        Some(row) => Ok(row.opt_text("sip_password")?.map(Secret::new)),
        None => Ok(None),
    }
}
