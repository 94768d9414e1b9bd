//! What the sheet of a campaign's sales asks for, as a page draws it. The settings themselves are TOML (`sale_settings.rs`); here
//! they are put together with what may be sold today. Whether a sheet is good, `sale_papers.rs` says.

use axum::Json;
use axum::extract::{Path, State};
use chrono::NaiveDate;
use domain::CampaignId;
use sales::{Field, IdentityPolicy, Portfolio, Setting, Words};
use wire::{SaleEvidenceKind, SaleField, SaleFieldWhen, SaleFields, SaleOption, ScriptWords};

use crate::App;
use crate::auth::{Caller, now};
use crate::error::ApiError;
use crate::sale_papers::{form_of, today};
use crate::sales::Viewer;

/// The fields of a campaign's sheets with what may be chosen today, and the evidence that goes with a sale.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/sale-fields", tag = "sales",
    responses((status = 200, body = SaleFields), (status = 404, body = wire::Problem)))]
pub(crate) async fn of_campaign(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<Json<SaleFields>, ApiError> {
    Viewer::of(&caller)?.doer()?;
    let (store, id) = (app.store.as_ref(), CampaignId::new(id));
    let today = today(store, id, now()).await?;
    let (version, form) = form_of(store, id).await?;
    let portfolio = store.portfolio(id, None).await?;
    let (_, policy) = store.sale_setting(id, Setting::Identity).await?;
    let policy = IdentityPolicy::read(&policy).map_err(ApiError::internal)?;
    let kinds = policy.kinds.into_iter().map(|kind| SaleEvidenceKind {
        kind: kind.kind,
        label: words(&kind.label),
    });
    Ok(Json(SaleFields {
        version,
        fields: form
            .fields
            .iter()
            .map(|field| field_shown(field, &portfolio, today))
            .collect(),
        evidence: kinds.collect(),
        required: policy.require.into_iter().map(|one| one.any_of).collect(),
    }))
}

fn field_shown(field: &Field, portfolio: &Portfolio, today: NaiveDate) -> SaleField {
    let written = field.options.iter().map(|option| SaleOption {
        key: option.key.clone(),
        label: words(&option.label),
        price: None,
    });
    let of_portfolio = |kind: &String| {
        let sold = portfolio.items.iter();
        let sold = sold.filter(|item| item.kind == *kind && item.sells(today).is_ok());
        sold.map(|item| SaleOption {
            key: item.code.clone(),
            label: ScriptWords {
                es: item.name.clone(),
                en: item.name.clone(),
            },
            price: Some(item.price),
        })
        .collect::<Vec<_>>()
    };
    SaleField {
        key: field.key.clone(),
        label: words(&field.label),
        kind: field.kind_word().to_owned(),
        required: field.required,
        min: field.min,
        max: field.max,
        options: match &field.portfolio {
            Some(kind) => of_portfolio(kind),
            None => written.collect(),
        },
        when: field.when.as_ref().map(|when| SaleFieldWhen {
            field: when.field.clone(),
            is: when.is.clone(),
        }),
    }
}

fn words(words: &Words) -> ScriptWords {
    ScriptWords {
        es: words.es.clone(),
        en: words.en.clone(),
    }
}
