//! Which trunk carries what, and under which number: plans come back whole, an attempt may change
//! its trunk, and caller ids are counted.

use campaigns::{CallerIdChoice, Campaign, Region, RestBelow, Rotation};
use domain::{
    CampaignId, Cause, CostPerMinute, EndedBy, Event, Outcome, Rate, Route, RoutePlan, RoutePlanId,
    Trunk, TrunkId,
};
use store::{Store, StoreError};

use crate::database::Record;
use crate::fixture::{
    Writer, again, answered, at, attempt, campaign, closed, intended, leased, phone, placed, rules,
};

contract!(
    a_route_plan_comes_back_as_it_was_put_and_reaches_its_campaigns,
    a_plan_over_an_unknown_trunk_is_refused_and_a_removed_one_leaves_no_rows,
    how_caller_ids_are_chosen_comes_back,
    an_attempt_that_goes_on_over_another_trunk_is_answered_and_keeps_it,
    the_networks_words_stay_with_the_attempt,
    caller_ids_are_counted_by_the_instant_of_their_calls,
);

async fn trunk(store: &dyn Store, name: &str) -> TrunkId {
    let trunk = Trunk::new(TrunkId::new(0), name, "10.0.0.1");
    store.put_trunk(&trunk).await.expect("a trunk")
}

async fn plan(store: &dyn Store, name: &str, trunks: &[TrunkId]) -> RoutePlan {
    let row = |(place, trunk): (usize, &TrunkId)| Route {
        prefix: ["+573", "*"][place % 2].parse().expect("a prefix"),
        priority: place as u16,
        weight: 70,
        cost: CostPerMinute::new(0.0125).filter(|_| place == 0),
        ..Route::over(*trunk)
    };
    let mut plan = RoutePlan {
        id: RoutePlanId::new(0),
        name: name.to_owned(),
        routes: trunks.iter().enumerate().map(row).collect(),
    };
    plan.id = store.put_route_plan(&plan).await.expect("a plan");
    plan
}

async fn a_route_plan_comes_back_as_it_was_put_and_reaches_its_campaigns(record: Record) {
    let store = &*record.store;
    let (one, two) = (trunk(store, "uno").await, trunk(store, "dos").await);
    let mut plan = plan(store, "nacional", &[one, two]).await;
    assert_eq!(store.route_plans().await.unwrap(), [plan.clone()]);
    let mut ventas = Campaign::new(CampaignId::new(0), "ventas");
    ventas.route_plan = Some(plan.id);
    ventas.id = store.put_campaign(&ventas).await.unwrap();
    let read = store.campaigns().await.unwrap().remove(0);
    assert_eq!(
        (read.route_plan, &read.routes),
        (Some(plan.id), &plan.routes)
    );
    let before = store.config_version().await.unwrap();
    plan.routes.reverse();
    store.put_route_plan(&plan).await.unwrap();
    assert!(store.config_version().await.unwrap() > before);
    assert_eq!(store.campaigns().await.unwrap()[0].routes, plan.routes);
    store.remove_route_plan(plan.id).await.unwrap();
    assert_eq!(store.route_plans().await.unwrap(), []);
    assert_eq!(store.campaigns().await.unwrap()[0].routes, []);
}

async fn a_plan_over_an_unknown_trunk_is_refused_and_a_removed_one_leaves_no_rows(record: Record) {
    let store = &*record.store;
    let (one, two) = (trunk(store, "uno").await, trunk(store, "dos").await);
    let plan = plan(store, "nacional", &[one, two]).await;
    let ghost = RoutePlan {
        routes: vec![Route::over(TrunkId::new(404))],
        ..plan.clone()
    };
    let refused = store.put_route_plan(&ghost).await;
    assert!(matches!(refused, Err(StoreError::NotFound { .. })));
    let twice = RoutePlan {
        id: RoutePlanId::new(0),
        ..plan.clone()
    };
    let refused = store.put_route_plan(&twice).await;
    assert!(matches!(refused, Err(StoreError::Conflict(_))));
    store.remove_trunk(one).await.unwrap();
    let left = store.route_plans().await.unwrap().remove(0).routes;
    assert_eq!(left, plan.routes[1..]);
}

async fn how_caller_ids_are_chosen_comes_back(record: Record) {
    let store = &*record.store;
    let mut ventas = Campaign::new(CampaignId::new(0), "ventas");
    ventas.caller_ids = vec![phone(900), phone(901)];
    ventas.caller_id_choice = CallerIdChoice {
        rotation: Rotation::LeastUsed,
        per_day_max: Some(200),
        regions: vec![Region {
            prefix: "+5760".parse().expect("a prefix"),
            caller_id: phone(901),
        }],
        rest_below: Rate::new(0.5).and_then(RestBelow::new),
    };
    ventas.id = store.put_campaign(&ventas).await.unwrap();
    assert_eq!(store.campaigns().await.unwrap(), [ventas]);
}

fn rerouted(n: i64, from: i64, to: i64) -> Event {
    Event::CallRerouted {
        attempt: attempt(n),
        from: TrunkId::new(from),
        to: TrunkId::new(to),
        cause: Cause {
            sip_status: Some(503),
            ..Cause::default()
        },
    }
}

async fn an_attempt_that_goes_on_over_another_trunk_is_answered_and_keeps_it(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 1).await;
    let mut writer = Writer::default();
    writer.commit(store, 1, vec![intended(1, &items[0])]).await;
    writer.commit(store, 2, vec![placed(1)]).await;
    let batch = writer.batch(3, vec![rerouted(1, 1, 2)]);
    let answers = store.commit(&batch).await.unwrap();
    assert_eq!(
        rules(&answers),
        [(1, "")],
        "now the second INVITE may leave"
    );
    let repeated = store.commit(&batch).await.unwrap();
    assert_eq!(rules(&repeated), [(1, "")]);
    let open = store.open_attempts().await.unwrap();
    assert_eq!(
        open[0].intent.trunk,
        TrunkId::new(2),
        "where a CANCEL would go"
    );
    let next = again(&items[0], 600, 1);
    writer
        .commit(store, 9, vec![closed(1, Outcome::NoAnswer, Some(next))])
        .await;
    let row = store.attempt(attempt(1)).await.unwrap().unwrap();
    assert_eq!((row.trunk, row.placed_at), (TrunkId::new(2), Some(at(2))));
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn the_networks_words_stay_with_the_attempt(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 1).await;
    let mut writer = Writer::default();
    writer
        .commit(store, 1, vec![intended(1, &items[0]), placed(1)])
        .await;
    let cause = Cause {
        sip_status: Some(404),
        q850: Some(1),
        text: Some("número no asignado".to_owned()),
        ..Cause::default()
    };
    let close = Event::AttemptClosed {
        attempt: attempt(1),
        outcome: Outcome::InvalidNumber,
        cause: cause.clone(),
        ended_by: EndedBy::Network,
        next: Some(again(&items[0], 600, 1)),
    };
    writer.commit(store, 2, vec![close]).await;
    let row = store.attempt(attempt(1)).await.unwrap().unwrap();
    assert_eq!(row.cause, cause);
}

async fn caller_ids_are_counted_by_the_instant_of_their_calls(record: Record) {
    let store = &*record.store;
    let (ours, items) = leased(store, 3).await;
    let mut writer = Writer::default();
    let intents = items.iter().zip(1..).map(|(item, n)| intended(n, item));
    writer.commit(store, 1, intents.collect()).await;
    writer.commit(store, 2, vec![placed(1), placed(2)]).await;
    writer.commit(store, 3, vec![answered(1)]).await;
    writer
        .commit(store, 4, vec![closed(1, Outcome::Abandoned, None)])
        .await;
    let counted = |campaign, from, to| store.caller_ids(campaign, at(from), at(to));
    let rows = counted(None, 0, 60).await.unwrap();
    assert_eq!(rows.len(), 1);
    let row = rows[0];
    assert_eq!((row.campaign, row.caller_id), (ours, phone(999)));
    assert_eq!((row.calls, row.answered, row.by_people), (2, 1, 1));
    assert_eq!(counted(Some(ours), 0, 60).await.unwrap(), rows);
    let other = campaign(store, "otra", &[]).await;
    assert_eq!(counted(Some(other), 0, 60).await.unwrap(), []);
    assert_eq!(counted(None, 3, 60).await.unwrap(), []);
}
