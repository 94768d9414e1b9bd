//! The campaigns whose sales somebody may see, with what is in their sheets, evidence and audits by name: what a page of sales and
//! reports begins with. Settings whole are in `sale_settings.rs`.

use axum::Json;
use axum::extract::State;
use campaigns::Campaign;
use sales::{IdentityPolicy, SaleForm, Scorecard, Setting, Words};
use store::Store;
use wire::{SaleCampaign, SaleName, ScriptWords};

use crate::App;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::sales::Viewer;

/// The campaigns there are, as who works with their sales and reports needs them.
#[utoipa::path(get, path = "/api/v1/sales/campaigns", tag = "sales",
    responses((status = 200, body = [SaleCampaign])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<SaleCampaign>>, ApiError> {
    let viewer = Viewer::of(&caller)?;
    let store = app.store.as_ref();
    let mut shown = Vec::new();
    for campaign in store.campaigns().await? {
        shown.push(named(store, viewer, campaign).await?);
    }
    Ok(Json(shown))
}

async fn named(
    store: &dyn Store,
    viewer: Viewer,
    campaign: Campaign,
) -> Result<SaleCampaign, ApiError> {
    let setting =
        async |setting| Ok::<_, ApiError>(store.sale_setting(campaign.id, setting).await?.1);
    // All of them were checked when they were put.
    let form = SaleForm::read(&setting(Setting::Form).await?).map_err(ApiError::internal)?;
    let policy = setting(Setting::Identity).await?;
    let policy = IdentityPolicy::read(&policy).map_err(ApiError::internal)?;
    let card = setting(Setting::Scorecard).await?;
    let card = Scorecard::read(&card).map_err(ApiError::internal)?;
    let files = match viewer.desk() {
        Ok(_) => store.mappings(campaign.id).await?,
        Err(_) => Vec::new(),
    };
    let zone = law::Pack::by_id(&campaign.law_pack).map_or("UTC", |pack| pack.zone());
    let fields = form.fields.into_iter();
    let kinds = policy.kinds.into_iter();
    let criteria = card.criteria.into_iter();
    Ok(SaleCampaign {
        id: campaign.id.get(),
        name: campaign.name,
        zone: zone.to_owned(),
        fields: fields.map(|it| name(it.key, it.label)).collect(),
        evidence: kinds.map(|it| name(it.kind, it.label)).collect(),
        criteria: criteria.map(|it| name(it.key, it.label)).collect(),
        files,
    })
}

fn name(key: String, label: Words) -> SaleName {
    let Words { es, en } = label;
    SaleName {
        key,
        label: ScriptWords { es, en },
    }
}
