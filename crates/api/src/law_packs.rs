//! The law packs there are, for whoever sets campaigns up. They are files (`law.folder`), and changed there.

use axum::Json;
use law::{Pack, Rule};
use wire::{LawPack, LawRule};

use crate::auth::Caller;
use crate::error::ApiError;

/// Every law pack, of each the version in force.
#[utoipa::path(get, path = "/api/v1/law-packs", tag = "law", responses((status = 200, body = [LawPack])))]
pub(crate) async fn all(caller: Caller) -> Result<Json<Vec<LawPack>>, ApiError> {
    caller.supervisor()?;
    let packs = Pack::all();
    Ok(Json(packs.iter().map(AsRef::as_ref).map(shown).collect()))
}

fn shown(pack: &Pack) -> LawPack {
    LawPack {
        id: pack.id.clone(),
        version: pack.version.clone(),
        name: pack.name.clone(),
        zone: pack.zone().to_owned(),
        loopback_only: pack.loopback_only(),
        rules: pack.rules().iter().map(rule_shown).collect(),
    }
}

fn rule_shown(rule: &Rule) -> LawRule {
    let purposes = rule.purposes.iter();
    LawRule {
        id: rule.id.clone(),
        says: rule.value.to_string(),
        purposes: purposes.map(|one| one.word().to_owned()).collect(),
        valid_from: rule.valid_from.to_string(),
        valid_to: rule.valid_to.map(|day| day.to_string()),
        source: rule.source.clone(),
    }
}
