//! Route plans: made, changed, removed by administrators.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use domain::{
    CostPerMinute, InvalidRule, Prefix, ROUTES_MAX, Route, RoutePlan, RoutePlanId, Trunk,
};
use wire::{RoutePlanForm, RouteRow};

use crate::App;
use crate::auth::Caller;
use crate::error::ApiError;
use crate::trunks::set;

/// Every route plan.
#[utoipa::path(get, path = "/api/v1/route-plans", tag = "trunks",
    responses((status = 200, body = [wire::RoutePlan])))]
pub(crate) async fn all(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Vec<wire::RoutePlan>>, ApiError> {
    caller.supervisor()?;
    let trunks = app.store.trunks().await?;
    let plans = app.store.route_plans().await?;
    let shown = plans.iter().map(|plan| route_plan_shown(plan, &trunks));
    Ok(Json(shown.collect()))
}

/// Make a route plan.
#[utoipa::path(post, path = "/api/v1/route-plans", tag = "trunks", request_body = RoutePlanForm,
    responses((status = 201, body = wire::RoutePlan), (status = 422, body = wire::Problem)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(form): Json<RoutePlanForm>,
) -> Result<(StatusCode, Json<wire::RoutePlan>), ApiError> {
    caller.admin()?;
    let mut plan = new_plan();
    let shown = save(&app, &caller, &form, &mut plan).await?;
    Ok((StatusCode::CREATED, Json(shown)))
}

/// Change a route plan.
#[utoipa::path(patch, path = "/api/v1/route-plans/{id}", tag = "trunks",
    request_body = RoutePlanForm,
    responses((status = 200, body = wire::RoutePlan), (status = 404, body = wire::Problem)))]
pub(crate) async fn change(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
    Json(form): Json<RoutePlanForm>,
) -> Result<Json<wire::RoutePlan>, ApiError> {
    caller.admin()?;
    let plans = app.store.route_plans().await?;
    let mut plan = plans
        .into_iter()
        .find(|plan| plan.id.get() == id)
        .ok_or_else(|| ApiError::NotFound(format!("route plan {id}")))?;
    Ok(Json(save(&app, &caller, &form, &mut plan).await?))
}

/// Remove a route plan; campaigns that follow it go by their trunks again.
#[utoipa::path(delete, path = "/api/v1/route-plans/{id}", tag = "trunks", responses((status = 204)))]
pub(crate) async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<i64>,
) -> Result<StatusCode, ApiError> {
    caller.admin()?;
    caller.store.remove_route_plan(RoutePlanId::new(id)).await?;
    app.control.config_changed();
    Ok(StatusCode::NO_CONTENT)
}

async fn save(
    app: &App,
    caller: &Caller,
    form: &RoutePlanForm,
    plan: &mut RoutePlan,
) -> Result<wire::RoutePlan, ApiError> {
    let trunks = app.store.trunks().await?;
    apply_route_plan(form, &trunks, plan)?;
    plan.id = caller.store.put_route_plan(plan).await?;
    app.control.config_changed();
    Ok(route_plan_shown(plan, &trunks))
}

fn new_plan() -> RoutePlan {
    RoutePlan {
        id: RoutePlanId::new(0),
        name: String::new(),
        routes: Vec::new(),
    }
}

/// Puts a form into a plan, checking it.
pub fn apply_route_plan(
    form: &RoutePlanForm,
    trunks: &[Trunk],
    plan: &mut RoutePlan,
) -> Result<(), ApiError> {
    set(&mut plan.name, &form.name);
    let no = |words: String| Err(ApiError::Invalid(words));
    if plan.name.trim().is_empty() {
        return no("the route plan has no name; give it one".into());
    }
    let Some(rows) = &form.routes else {
        return Ok(());
    };
    if rows.is_empty() || rows.len() > ROUTES_MAX {
        return no(format!("a route plan has from 1 to {ROUTES_MAX} rows"));
    }
    let read = |(place, row): (usize, &RouteRow)| {
        route(row, trunks).map_err(|why| ApiError::Invalid(format!("row {}: {why}", place + 1)))
    };
    plan.routes = rows
        .iter()
        .enumerate()
        .map(read)
        .collect::<Result<_, _>>()?;
    Ok(())
}

fn route(row: &RouteRow, trunks: &[Trunk]) -> Result<Route, String> {
    let trunk = trunks
        .iter()
        .find(|trunk| trunk.name == row.trunk)
        .ok_or_else(|| format!("there is no trunk named `{}`", row.trunk))?;
    let prefix = row.prefix.as_deref().unwrap_or("*").parse::<Prefix>();
    let cost = match row.cost {
        None => None,
        Some(cost) => {
            Some(CostPerMinute::new(cost).ok_or_else(|| format!("{cost} is no cost of a minute"))?)
        }
    };
    Ok(Route {
        prefix: prefix.map_err(|wrong: InvalidRule| wrong.to_string())?,
        trunk: trunk.id,
        priority: row.priority.unwrap_or(0),
        weight: row.weight.unwrap_or(1),
        cost,
    })
}

/// A route plan in public words.
pub fn route_plan_shown(plan: &RoutePlan, trunks: &[Trunk]) -> wire::RoutePlan {
    let name = |route: &Route| trunks.iter().find(|trunk| trunk.id == route.trunk);
    let shown = |route: &Route| RouteRow {
        trunk: name(route)
            .map(|trunk| trunk.name.clone())
            .unwrap_or_default(),
        prefix: Some(route.prefix.to_string()),
        priority: Some(route.priority),
        weight: Some(route.weight),
        cost: route.cost.map(CostPerMinute::amount),
    };
    wire::RoutePlan {
        id: plan.id.get(),
        name: plan.name.clone(),
        routes: plan.routes.iter().map(shown).collect(),
    }
}
