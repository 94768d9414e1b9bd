//! What a campaign compares with which target, its goals, and who is rostered.

use std::collections::BTreeSet;
use std::time::Duration;

use campaigns::DayClock;
use domain::{AgentId, AgentStatus, Event};
use kpi::{Choice, Goal, RosterRow};
use store::AuditFilter;

use crate::database::Record;
use crate::fixture::{Writer, agent, at, campaign};

contract!(
    what_a_campaign_compares_is_kept_and_every_change_is_noted,
    goals_of_a_day_are_replaced_whole_and_other_days_stay,
    shifts_are_replaced_by_advisor_and_day,
    presence_is_cut_at_the_midnights_of_the_campaigns_clock,
);

fn choice(variant: &str, target: Option<f64>) -> Choice {
    Choice {
        indicator: "contactabilidad".to_owned(),
        variant: variant.to_owned(),
        target,
    }
}

async fn what_a_campaign_compares_is_kept_and_every_change_is_noted(record: Record) {
    let store = &*record.store;
    let ours = campaign(store, "ventas", &[]).await;
    let others = campaign(store, "cobros", &[]).await;
    assert_eq!(store.kpi_choices(ours).await.unwrap(), []);
    let first = choice("contactabilidad.records", Some(0.65));
    store.put_kpi_choice(ours, &first).await.unwrap();
    let second = choice("contactabilidad", None);
    store.put_kpi_choice(ours, &second).await.unwrap();
    let kept = record.reopened().await.store.kpi_choices(ours).await;
    assert_eq!(kept.unwrap(), [second]);
    assert_eq!(store.kpi_choices(others).await.unwrap(), []);
    let gone = store.remove_kpi_choice(ours, "contactabilidad").await;
    assert!(gone.unwrap());
    let gone = store.remove_kpi_choice(ours, "contactabilidad").await;
    assert!(!gone.unwrap(), "there was nothing left to go back from");
    assert_eq!(store.kpi_choices(ours).await.unwrap(), []);
    let rows = store
        .audit(&AuditFilter {
            limit: 100,
            ..AuditFilter::default()
        })
        .await
        .unwrap();
    let mut noted: Vec<_> = rows
        .iter()
        .filter(|row| row.entry.action == "campaign.kpi")
        .map(|row| row.entry.detail.clone())
        .collect();
    noted.sort();
    let mut expected = [
        r#"{"contactabilidad":["recommended",{"target":0.65,"variant":"contactabilidad.records"}]}"#,
        r#"{"contactabilidad":[{"target":0.65,"variant":"contactabilidad.records"},{"target":null,"variant":"contactabilidad"}]}"#,
        r#"{"contactabilidad":[{"target":null,"variant":"contactabilidad"},"recommended"]}"#,
    ];
    expected.sort_unstable();
    assert_eq!(noted, expected);
    let nobody = domain::CampaignId::new(99);
    let refused = store.put_kpi_choice(nobody, &first).await;
    assert!(refused.is_err(), "{refused:?}");
}

fn goal(day: i64, hour: Option<u8>, agent: Option<i64>, sales: f64) -> Goal {
    Goal {
        day,
        hour,
        agent: agent.map(AgentId::new),
        sales,
        value: agent.map(|_| 1_500_000.5),
    }
}

async fn goals_of_a_day_are_replaced_whole_and_other_days_stay(record: Record) {
    let store = &*record.store;
    let ours = campaign(store, "ventas", &[]).await;
    let others = campaign(store, "cobros", &[]).await;
    let first = [
        goal(10, None, None, 15.0),
        goal(10, Some(9), None, 2.5),
        goal(10, None, Some(7), 1.0),
        goal(11, None, None, 16.0),
    ];
    let days = |days: &[i64]| days.iter().copied().collect::<BTreeSet<_>>();
    store
        .put_goals(ours, &days(&[10, 11]), &first, "mes.csv")
        .await
        .unwrap();
    let theirs = [goal(10, None, None, 99.0)];
    store
        .put_goals(others, &days(&[10]), &theirs, "otra.csv")
        .await
        .unwrap();
    let second = [goal(10, None, None, 20.0)];
    store
        .put_goals(ours, &days(&[10]), &second, "corregida.csv")
        .await
        .unwrap();
    let kept = store.goals(ours, (0, 100)).await.unwrap();
    assert_eq!(
        kept,
        [goal(10, None, None, 20.0), goal(11, None, None, 16.0)]
    );
    assert_eq!(store.goals(ours, (11, 11)).await.unwrap().len(), 1);
    assert_eq!(store.goals(others, (0, 100)).await.unwrap(), theirs);
    let filter = AuditFilter {
        action: Some("campaign.goals".to_owned()),
        limit: 100,
        ..AuditFilter::default()
    };
    let noted = store.audit(&filter).await.unwrap();
    assert_eq!(noted.len(), 3);
    let last: serde_json::Value = serde_json::from_str(&noted[2].entry.detail).unwrap();
    assert_eq!(last["goals"], serde_json::json!([3, 1]));
    assert_eq!(last["sales"], serde_json::json!([18.5, 20.0]));
    assert_eq!(last["source"], "corregida.csv");
}

async fn shifts_are_replaced_by_advisor_and_day(record: Record) {
    let store = &*record.store;
    let shift = |agent, day, from_min, to_min| RosterRow {
        agent: AgentId::new(agent),
        day,
        from_min,
        to_min,
        breaks: vec![(from_min, from_min + 15)],
    };
    let keys = |rows: &[RosterRow]| -> BTreeSet<_> {
        rows.iter().map(|row| (row.agent, row.day)).collect()
    };
    let month = [
        shift(7, 10, 480, 720),
        shift(7, 10, 780, 1_020),
        shift(7, 11, 480, 960),
        shift(8, 10, 480, 960),
    ];
    store
        .put_roster(&keys(&month), &month, "mes.csv")
        .await
        .unwrap();
    let change = [shift(7, 10, 600, 900)];
    store
        .put_roster(&keys(&change), &change, "cambio.csv")
        .await
        .unwrap();
    let kept = store.roster((10, 10)).await.unwrap();
    assert_eq!(kept, [shift(7, 10, 600, 900), shift(8, 10, 480, 960)]);
    assert_eq!(
        store.roster((11, 20)).await.unwrap(),
        [shift(7, 11, 480, 960)]
    );
    let ours = campaign(store, "ventas", &[]).await;
    assert_eq!(store.usual_shift(ours).await.unwrap(), None);
    let shift = Some(Duration::from_secs(27_000));
    store.put_usual_shift(ours, shift).await.unwrap();
    assert_eq!(store.usual_shift(ours).await.unwrap(), shift);
    store.put_usual_shift(ours, None).await.unwrap();
    assert_eq!(store.usual_shift(ours).await.unwrap(), None);
    let all = AuditFilter {
        limit: 100,
        ..AuditFilter::default()
    };
    let rows = store.audit(&all);
    let actions: Vec<_> = rows
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.entry.action)
        .collect();
    let count = |action: &str| actions.iter().filter(|other| *other == action).count();
    assert_eq!((count("roster.load"), count("campaign.shift")), (2, 2));
}

async fn presence_is_cut_at_the_midnights_of_the_campaigns_clock(record: Record) {
    let store = &*record.store;
    let ours = campaign(store, "ventas", &[]).await;
    let profile = domain::AgentProfile {
        id: AgentId::new(0),
        name: "Ana".to_owned(),
        sip_user: "ana".to_owned(),
        campaigns: vec![ours],
        line: domain::LineMode::NailedUp,
    };
    let id = store.put_agent(&profile, None).await.unwrap();
    let renumber = format!("UPDATE agent_campaign SET agent = 7 WHERE agent = {id}");
    record.execute(&renumber).await.unwrap();
    let change = |from, to| Event::AgentStateChanged {
        agent: agent(),
        from,
        to,
        reason: None,
        attempt: None,
    };
    // The shift begins at 8:00 in Bogotá; she stays until 1:00 of the next day, with a break.
    let hours = |hours: i64| hours * 3_600;
    let mut writer = Writer::default();
    let (off, ready, pause) = (AgentStatus::Offline, AgentStatus::Ready, AgentStatus::Break);
    store.take_over().await.unwrap();
    writer
        .commit(store, hours(0), vec![change(off, ready)])
        .await;
    writer
        .commit(store, hours(2), vec![change(ready, pause)])
        .await;
    writer
        .commit(store, hours(3), vec![change(pause, ready)])
        .await;
    writer
        .commit(store, hours(17), vec![change(ready, off)])
        .await;
    let clock = DayClock::default();
    let day = clock.day(at(0));
    let found = store
        .presences(ours, at(0), at(hours(48)), clock)
        .await
        .unwrap();
    let shown: Vec<_> = found
        .iter()
        .map(|one| (one.agent.get(), one.day - day, one.connected.as_secs()))
        .collect();
    assert_eq!(shown, [(7, 0, 16 * 3_600), (7, 1, 3_600)]);
    let found = store
        .presences(ours, at(hours(1)), at(hours(4)), clock)
        .await
        .unwrap();
    assert_eq!(found[0].connected.as_secs(), 3 * 3_600);
}
