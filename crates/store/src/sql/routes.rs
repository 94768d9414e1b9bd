//! Route plans: written whole, read whole.

use std::collections::BTreeMap;

use domain::{CostPerMinute, Route, RoutePlan, RoutePlanId, TrunkId};

use super::change;
use super::config::{must_exist, taken, touch, written};
use super::database::Database;
use super::query::{Batch, Query};
use super::row::Row;
use crate::error::{Result, StoreError};

/// See [`crate::Store::route_plans`].
pub(super) async fn all(db: &Database) -> Result<Vec<RoutePlan>> {
    let mut routes = by_plan(db).await?;
    let query = Query::new(
        "read route plans",
        "SELECT id, name FROM route_plan WHERE removed = 0 ORDER BY name",
    );
    let rows = db.fetch(query).await?;
    let plan = |row: &Row| {
        let id = RoutePlanId::new(row.int("id")?);
        Ok(RoutePlan {
            id,
            name: row.text("name")?,
            routes: routes.remove(&id).unwrap_or_default(),
        })
    };
    rows.iter().map(plan).collect()
}

/// The rows of every plan there is.
pub(super) async fn by_plan(db: &Database) -> Result<BTreeMap<RoutePlanId, Vec<Route>>> {
    let query = Query::new(
        "read routes",
        "SELECT r.plan, r.prefix, r.trunk, r.priority, r.weight, r.cost
         FROM route r JOIN route_plan p ON p.id = r.plan AND p.removed = 0
         JOIN trunk t ON t.id = r.trunk AND t.removed = 0
         ORDER BY r.plan, r.place",
    );
    let mut all: BTreeMap<_, Vec<Route>> = BTreeMap::new();
    for row in db.fetch(query).await? {
        let plan = RoutePlanId::new(row.int("plan")?);
        all.entry(plan).or_default().push(route_of(&row)?);
    }
    Ok(all)
}

fn route_of(row: &Row) -> Result<Route> {
    let odd = |detail: String| StoreError::Corrupt {
        what: "row of a route plan",
        detail,
    };
    let prefix = row.text("prefix")?;
    Ok(Route {
        prefix: prefix.parse().map_err(|error| odd(format!("{error}")))?,
        trunk: TrunkId::new(row.int("trunk")?),
        priority: row.narrow("priority")?,
        weight: row.narrow("weight")?,
        cost: row.opt_narrow("cost")?.map(CostPerMinute::from_millionths),
    })
}

/// See [`crate::Store::put_route_plan`].
pub(super) async fn put(db: &Database, plan: &RoutePlan) -> Result<RoutePlanId> {
    let text = match plan.id.get() {
        0 => "INSERT INTO route_plan (name) VALUES ($1) RETURNING id",
        _ => "UPDATE route_plan SET name = $1 WHERE id = $2 AND removed = 0 RETURNING id",
    };
    let mut query = Query::new("write a route plan", text).text(&plan.name);
    if plan.id.get() != 0 {
        query = query.int(plan.id.get());
    }
    let mut tx = db.begin().await?;
    let before = change::row(&mut tx, "route_plan", plan.id.get()).await?;
    let id = taken(
        written(&mut tx, query, "route plan", plan.id.get()).await,
        || format!("there is already a route plan named {}", plan.name),
    )?;
    let mut trunks: Vec<i64> = plan.routes.iter().map(|route| route.trunk.get()).collect();
    trunks.sort_unstable();
    trunks.dedup();
    for trunk in trunks {
        must_exist(&mut tx, "trunk", trunk).await?;
    }
    let query = Query::new("replace routes", "DELETE FROM route WHERE plan = $1").int(id);
    tx.run(query).await?;
    if !plan.routes.is_empty() {
        let query = Query::new(
            "write routes",
            "INSERT INTO route (plan, place, prefix, trunk, priority, weight, cost)
             SELECT $1, r.place, r.prefix, r.trunk, r.priority, r.weight, r.cost FROM {rows}",
        )
        .int(id)
        .rows(batch(&plan.routes));
        tx.run(query).await?;
    }
    touch(&mut tx).await?;
    let beside = [("routes".to_owned(), plan.routes.len().into())];
    change::note_with(
        &mut tx,
        "route_plan",
        id,
        before,
        beside.into_iter().collect(),
    )
    .await?;
    tx.commit().await?;
    Ok(RoutePlanId::new(id))
}

fn batch(routes: &[Route]) -> Batch {
    let each = |pick: fn(&Route) -> i64| routes.iter().map(pick);
    let cost = |route: &Route| {
        let millionths = route.cost?.millionths();
        Some(i64::try_from(millionths).unwrap_or(i64::MAX))
    };
    Batch::default()
        .ints("place", 0..routes.len() as i64)
        .texts(
            "prefix",
            routes.iter().map(|route| route.prefix.to_string()),
        )
        .ints("trunk", each(|route| route.trunk.get()))
        .ints("priority", each(|route| i64::from(route.priority)))
        .ints("weight", each(|route| i64::from(route.weight)))
        .ints("cost", routes.iter().map(cost))
}
