//! Indicators of a campaign and period, from the one catalogue.

use axum::Json;
use axum::extract::{Path, Query, State};
use domain::{CampaignId, Timestamp};
use intake::Language;
use serde::Deserialize;
use store::Store;
use utoipa::IntoParams;
use wire::{Kpi, KpiNotice, KpiReport};

use crate::App;
use crate::auth::{Caller, now};
use crate::campaigns::find;
use crate::error::ApiError;
use crate::kpi_facts::facts_of;

/// Which period.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Period {
    /// From, in ms since 1970 UTC; the beginning when absent.
    from: Option<i64>,
    /// Until, not included; now when absent.
    to: Option<i64>,
    /// The base is what was received from then on, in ms since 1970 UTC; all that the campaign received when absent.
    received_from: Option<i64>,
}

impl Period {
    fn meant(&self) -> kpi::Period {
        kpi::Period {
            from: Timestamp::from_millis(self.from.unwrap_or(0)),
            to: self.to.map_or_else(now, Timestamp::from_millis),
            received_from: self.received_from.map(Timestamp::from_millis),
            as_of: None,
        }
    }
}

/// The indicators of a campaign and period. `drill` names the calls behind one.
#[utoipa::path(get, path = "/api/v1/campaigns/{id}/kpis", tag = "kpis", params(Period),
    responses((status = 200, body = KpiReport), (status = 404, body = wire::Problem)))]
pub(crate) async fn of_campaign(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Query(period): Query<Period>,
) -> Result<Json<KpiReport>, ApiError> {
    caller.reader()?;
    report(app.store.as_ref(), CampaignId::new(id), &period.meant())
        .await
        .map(Json)
}

/// The indicators of a campaign and period, each variant that the campaign chose compared with its target.
pub async fn report(
    store: &dyn Store,
    campaign: CampaignId,
    period: &kpi::Period,
) -> Result<KpiReport, ApiError> {
    let named = find(store, campaign).await?;
    let facts = facts_of(store, &named, period).await?;
    let choices = store.kpi_choices(campaign).await?;
    let judged = kpi::judge(&facts, &choices);
    Ok(KpiReport {
        campaign: named.name,
        from: period.from.as_millis(),
        to: period.to.as_millis(),
        received_from: period.received_from.map(Timestamp::as_millis),
        definitions: kpi::VERSION.to_owned(),
        kpis: judged
            .into_iter()
            .map(|one| shown(one, Language::Spanish))
            .collect(),
    })
}

/// The same as CSV.
pub fn kpi_csv(report: &KpiReport) -> String {
    let mut text =
        "id,name,value,numerator,denominator,target,met,unit,formula,version\n".to_owned();
    let number = |value: Option<f64>| value.map_or_else(String::new, |v| v.to_string());
    for kpi in &report.kpis {
        text += &format!(
            "{},\"{}\",{},{},{},{},{},{},\"{}\",{}\n",
            kpi.id,
            kpi.name,
            number(kpi.value),
            number(kpi.numerator),
            number(kpi.denominator),
            number(kpi.target),
            kpi.met.map_or("", |met| if met { "yes" } else { "no" }),
            kpi.unit,
            kpi.formula,
            kpi.version
        );
    }
    text
}

/// An indicator with what it is compared with.
pub(crate) fn shown(judged: kpi::Judged, language: Language) -> Kpi {
    let kpi = judged.value;
    let definition = kpi.definition;
    let word = |set: Option<kpi::AttemptSet>| set.map(|set| set.word().to_owned());
    let notice = |notice: &kpi::Notice| KpiNotice {
        code: notice.code().to_owned(),
        words: match language {
            Language::Spanish => notice.words(),
            Language::English => notice.words_en(),
        },
    };
    let (name, formula) = match language {
        Language::Spanish => (definition.name, definition.formula()),
        Language::English => (definition.name_en, definition.formula_en()),
    };
    Kpi {
        id: definition.id.to_owned(),
        name: name.to_owned(),
        formula,
        unit: definition.unit.word().to_owned(),
        shown: kpi.shown(),
        value: kpi.value,
        numerator: kpi.numerator,
        denominator: kpi.denominator,
        target: judged.target,
        chosen: judged.chosen,
        met: judged.met,
        notices: judged.notices.iter().map(notice).collect(),
        drill: word(definition.drill()),
        denominator_drill: word(definition.denominator.set()),
        version: definition.version,
    }
}
