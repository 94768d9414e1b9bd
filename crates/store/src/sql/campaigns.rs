//! Campaigns as configured: what people search by in columns, the rest as one
//! readable JSON text.

use std::collections::BTreeMap;
use std::time::Duration;

use campaigns::{
    CallerIdChoice, Campaign, CampaignHours, Consent, ContactLimits, RecordFrom, RecordingRules,
    Region, RestBelow, Retention, Rotation,
};
use domain::{
    CampaignId, CampaignState, DialMode, ListId, PhoneNumber, Rate, RoutePlanId, TrunkId,
};
use serde::{Deserialize, Serialize};

use super::change;
use super::config::{must_exist, no_such, taken, touch, written};
use super::database::{Database, Tx};
use super::fold::millis;
use super::query::{Batch, Query};
use super::row::Row;
use super::{attach, past, routes};
use crate::error::{Result, StoreError};

/// Settings nobody searches by.
#[derive(Debug, Serialize, Deserialize)]
struct Settings {
    power_ratio: f64,
    #[serde(default)]
    lines_max: Option<u32>,
    trunks: Vec<i64>,
    #[serde(default)]
    route_plan: Option<i64>,
    caller_ids: Vec<String>,
    #[serde(default)]
    caller_id_choice: Choice,
    ring_timeout_ms: u64,
    attempts_per_contact_max: u16,
    attempts_per_phone_max: u16,
    wrap_up_ms: u64,
    abandon_limit: f64,
    abandon_target: f64,
    #[serde(default)]
    abandon_sure: Option<f64>,
    abandon_wait_ms: u64,
    law_pack: String,
    call_max_ms: u64,
    #[serde(default)]
    recording: Option<Recording>,
    #[serde(default)]
    person_calls_per_day: Option<u32>,
    #[serde(default)]
    person_calls_per_week: Option<u32>,
    #[serde(default)]
    person_gap_ms: Option<u64>,
    #[serde(default)]
    person_calls_per_base: Option<u16>,
    /// Parts of the day such as `07:00-11:00`; absent: the usual ones.
    #[serde(default)]
    hours: Option<Vec<String>>,
    #[serde(default)]
    callback_kept_ms: Option<u64>,
    #[serde(default)]
    correct_within_ms: Option<u64>,
    #[serde(default)]
    supervisor_corrects_within_ms: Option<u64>,
}

/// How a caller id is chosen.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Choice {
    least_used: bool,
    per_day_max: Option<u32>,
    /// The called number's beginning, and the caller id it is shown.
    regions: Vec<(String, String)>,
    rest_below: Option<f64>,
}

impl Choice {
    fn of(choice: &CallerIdChoice) -> Choice {
        let region = |row: &Region| (row.prefix.to_string(), row.caller_id.dialable());
        Choice {
            least_used: choice.rotation == Rotation::LeastUsed,
            per_day_max: choice.per_day_max,
            regions: choice.regions.iter().map(region).collect(),
            rest_below: choice.rest_below.map(RestBelow::share),
        }
    }

    fn read(self) -> Result<CallerIdChoice> {
        let region = |(prefix, caller_id): &(String, String)| {
            Ok(Region {
                prefix: prefix.parse().map_err(odd)?,
                caller_id: PhoneNumber::from_e164(caller_id).map_err(odd)?,
            })
        };
        Ok(CallerIdChoice {
            rotation: match self.least_used {
                true => Rotation::LeastUsed,
                false => Rotation::RoundRobin,
            },
            per_day_max: self.per_day_max,
            regions: self.regions.iter().map(region).collect::<Result<_>>()?,
            rest_below: self.rest_below.and_then(Rate::new).and_then(RestBelow::new),
        })
    }
}

/// Which calls are recorded.
#[derive(Debug, Serialize, Deserialize)]
struct Recording {
    share: f64,
    from: String,
    consent: String,
    required: bool,
    pause_max_ms: u64,
    /// Absent: as the law pack says.
    keep_days: Option<u32>,
    /// How typifications of a class begin, and its days.
    keep: Vec<(String, u32)>,
}

impl Recording {
    fn of(rules: &RecordingRules) -> Recording {
        Recording {
            share: rules.share.get(),
            from: rules.from.word().to_owned(),
            consent: rules.consent.word().to_owned(),
            required: rules.required,
            pause_max_ms: u64::try_from(millis(rules.pause_max)).unwrap_or(u64::MAX),
            keep_days: rules.keep.as_ref().map(|keep| keep.days),
            keep: rules
                .keep
                .as_ref()
                .map(|keep| keep.classes.clone())
                .unwrap_or_default(),
        }
    }

    fn read(self) -> Result<RecordingRules> {
        let strange = |word: &str| odd(format!("`{word}` means nothing to this version"));
        Ok(RecordingRules {
            share: Rate::new(self.share).ok_or_else(|| odd(self.share))?,
            from: RecordFrom::from_word(&self.from).ok_or_else(|| strange(&self.from))?,
            consent: Consent::from_word(&self.consent).ok_or_else(|| strange(&self.consent))?,
            required: self.required,
            pause_max: Duration::from_millis(self.pause_max_ms),
            keep: self.keep_days.map(|days| Retention {
                days,
                classes: self.keep,
            }),
        })
    }
}

fn odd(detail: impl ToString) -> StoreError {
    StoreError::Corrupt {
        what: "settings of a campaign",
        detail: detail.to_string(),
    }
}

impl Settings {
    fn of(campaign: &Campaign) -> Settings {
        let span = |span: Duration| u64::try_from(millis(span)).unwrap_or(u64::MAX);
        Settings {
            power_ratio: campaign.power_ratio,
            lines_max: campaign.lines_max,
            trunks: campaign.trunks.iter().map(|trunk| trunk.get()).collect(),
            route_plan: campaign.route_plan.map(RoutePlanId::get),
            caller_ids: campaign.caller_ids.iter().map(|id| id.dialable()).collect(),
            caller_id_choice: Choice::of(&campaign.caller_id_choice),
            ring_timeout_ms: span(campaign.ring_timeout),
            attempts_per_contact_max: campaign.attempts_per_contact_max,
            attempts_per_phone_max: campaign.attempts_per_phone_max,
            wrap_up_ms: span(campaign.wrap_up),
            abandon_limit: campaign.abandon_limit.get(),
            abandon_target: campaign.abandon_target.get(),
            abandon_sure: campaign.abandon_sure.map(Rate::get),
            abandon_wait_ms: span(campaign.abandon_wait),
            law_pack: campaign.law_pack.clone(),
            call_max_ms: span(campaign.call_max),
            recording: Some(Recording::of(&campaign.recording)),
            person_calls_per_day: campaign.contact_limits.per_day,
            person_calls_per_week: campaign.contact_limits.per_week,
            person_gap_ms: campaign.contact_limits.gap.map(span),
            person_calls_per_base: campaign.contact_limits.per_base,
            hours: Some(campaign.hours.texts()),
            callback_kept_ms: Some(span(campaign.callback_kept)),
            correct_within_ms: Some(span(campaign.correct_within)),
            supervisor_corrects_within_ms: Some(span(campaign.supervisor_corrects_within)),
        }
    }
}

/// See [`crate::Store::campaigns`].
pub(super) async fn all(db: &Database) -> Result<Vec<Campaign>> {
    let mut lists: BTreeMap<i64, Vec<ListId>> = BTreeMap::new();
    let query = Query::new(
        "read campaigns' lists",
        "SELECT campaign, list FROM campaign_list ORDER BY campaign, place, list",
    );
    for row in db.fetch(query).await? {
        let list = ListId::new(row.int("list")?);
        lists.entry(row.int("campaign")?).or_default().push(list);
    }
    let routes = routes::by_plan(db).await?;
    let query = Query::new(
        "read campaigns",
        "SELECT id, name, state, mode, settings FROM campaign WHERE removed = 0 ORDER BY name",
    );
    let rows = db.fetch(query).await?;
    rows.iter()
        .map(|row| {
            let mut campaign = campaign_of(row)?;
            campaign.lists = lists.remove(&campaign.id.get()).unwrap_or_default();
            let routes = campaign.route_plan.and_then(|plan| routes.get(&plan));
            campaign.routes = routes.cloned().unwrap_or_default();
            Ok(campaign)
        })
        .collect()
}

fn campaign_of(row: &Row) -> Result<Campaign> {
    let settings: Settings = serde_json::from_str(&row.text("settings")?).map_err(odd)?;
    let share = |value: f64| Rate::new(value).ok_or_else(|| odd(format!("{value} is no share")));
    let caller_ids = settings
        .caller_ids
        .iter()
        .map(|id| PhoneNumber::from_e164(id).map_err(odd))
        .collect::<Result<_>>()?;
    let usual = Campaign::new(CampaignId::new(row.int("id")?), row.text("name")?);
    let kept = |millis: Option<u64>, usual| millis.map_or(usual, Duration::from_millis);
    Ok(Campaign {
        state: row.kind("state", CampaignState::from_number)?,
        mode: row.kind("mode", DialMode::from_number)?,
        power_ratio: settings.power_ratio,
        lines_max: settings.lines_max,
        trunks: settings.trunks.into_iter().map(TrunkId::new).collect(),
        route_plan: settings.route_plan.map(RoutePlanId::new),
        caller_ids,
        caller_id_choice: settings.caller_id_choice.read()?,
        ring_timeout: Duration::from_millis(settings.ring_timeout_ms),
        attempts_per_contact_max: settings.attempts_per_contact_max,
        attempts_per_phone_max: settings.attempts_per_phone_max,
        wrap_up: Duration::from_millis(settings.wrap_up_ms),
        abandon_limit: share(settings.abandon_limit)?,
        abandon_target: share(settings.abandon_target)?,
        abandon_sure: settings.abandon_sure.map(share).transpose()?,
        abandon_wait: Duration::from_millis(settings.abandon_wait_ms),
        law_pack: settings.law_pack,
        call_max: Duration::from_millis(settings.call_max_ms),
        recording: match settings.recording {
            Some(recording) => recording.read()?,
            None => RecordingRules::default(),
        },
        contact_limits: ContactLimits {
            per_day: settings.person_calls_per_day,
            per_week: settings.person_calls_per_week,
            gap: settings.person_gap_ms.map(Duration::from_millis),
            per_base: settings.person_calls_per_base,
        },
        hours: match settings.hours {
            Some(parts) => CampaignHours::read(&parts).map_err(odd)?,
            None => usual.hours,
        },
        callback_kept: kept(settings.callback_kept_ms, usual.callback_kept),
        correct_within: kept(settings.correct_within_ms, usual.correct_within),
        supervisor_corrects_within: kept(
            settings.supervisor_corrects_within_ms,
            usual.supervisor_corrects_within,
        ),
        id: usual.id,
        name: usual.name,
        lists: usual.lists,
        routes: usual.routes,
    })
}

/// See [`crate::Store::put_campaign`].
pub(super) async fn put(db: &Database, campaign: &Campaign) -> Result<CampaignId> {
    let settings =
        serde_json::to_string(&Settings::of(campaign)).expect("numbers and texts always serialise");
    let text = match campaign.id.get() {
        0 => {
            "INSERT INTO campaign (name, mode, settings, state) VALUES ($1, $2, $3, $4)
             RETURNING id"
        }
        _ => {
            "UPDATE campaign SET name = $1, mode = $2, settings = $3
             WHERE id = $4 AND removed = 0 RETURNING id"
        }
    };
    let query = Query::new("write a campaign", text)
        .text(&campaign.name)
        .int(i64::from(campaign.mode.number()))
        .text(&settings)
        .int(match campaign.id.get() {
            0 => i64::from(campaign.state.number()),
            id => id,
        });
    let mut tx = db.begin().await?;
    let before = change::row(&mut tx, "campaign", campaign.id.get()).await?;
    let id = taken(
        written(&mut tx, query, "campaign", campaign.id.get()).await,
        || format!("there is already a campaign named {}", campaign.name),
    )?;
    put_lists(&mut tx, id, &campaign.lists).await?;
    touch(&mut tx).await?;
    let lists: Vec<i64> = campaign.lists.iter().map(|list| list.get()).collect();
    let beside = [("lists".to_owned(), lists.into())];
    change::note_with(
        &mut tx,
        "campaign",
        id,
        before,
        beside.into_iter().collect(),
    )
    .await?;
    tx.commit().await?;
    attach::go_on(db).await?;
    Ok(CampaignId::new(id))
}

/// Lists no longer named are let go: their work stays, but is not leased. Those that were not named before are put to
/// work once this is committed.
async fn put_lists(tx: &mut Tx, campaign: i64, lists: &[ListId]) -> Result<()> {
    for list in lists {
        must_exist(tx, "list", list.get()).await?;
    }
    let batch = || {
        Batch::default()
            .ints("list", lists.iter().map(|list| list.get()))
            .ints("place", 0..lists.len() as i64)
    };
    let query = Query::new(
        "let lists of a campaign go",
        "DELETE FROM campaign_list
         WHERE campaign = $1 AND list NOT IN (SELECT r.list FROM {rows})",
    );
    tx.run(query.int(campaign).rows(batch())).await?;
    let query = Query::new(
        "write the lists of a campaign",
        "INSERT INTO campaign_list (campaign, list, place, attach_after)
         SELECT $1, r.list, min(r.place), 0 FROM {rows} WHERE true GROUP BY r.list
         ON CONFLICT (campaign, list) DO UPDATE SET place = excluded.place",
    );
    tx.run(query.int(campaign).rows(batch())).await.map(drop)
}

/// See [`crate::Store::set_campaign_state`].
pub(super) async fn set_state(
    db: &Database,
    campaign: CampaignId,
    state: CampaignState,
) -> Result<()> {
    let mut tx = db.begin().await?;
    if state == CampaignState::Running {
        past::must_be_live(&mut tx, campaign).await?;
    }
    let query = Query::new(
        "change the state of a campaign",
        "UPDATE campaign SET state = $1 WHERE id = $2 AND removed = 0",
    )
    .int(i64::from(state.number()))
    .int(campaign.get());
    if tx.run(query).await? == 0 {
        return Err(no_such("campaign", campaign));
    }
    touch(&mut tx).await?;
    let subject = format!("campaign {campaign}");
    tx.note("campaign.state", subject, state.word().to_owned());
    tx.commit().await
}
