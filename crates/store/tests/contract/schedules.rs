//! Schedules, and what became of each run: due once for whoever looks, carried out by one at a time.

use ::schedules::{Format, Period, Report, Schedule, ScheduleId};
use store::{AuditFilter, NewRun, RunEnd, RunMade, RunState, StoreError};

use crate::database::Record;
use crate::fixture::{at, campaign};

contract!(
    a_schedule_is_kept_changed_and_removed_with_its_entry_in_the_audit_log,
    the_same_is_due_once_and_carried_out_by_one,
    what_became_of_a_try_is_kept_and_a_dead_one_can_be_revived,
);

async fn made(record: &Record) -> Schedule {
    let store = &*record.store;
    let mut schedule = Schedule {
        id: ScheduleId(0),
        name: "diario".to_owned(),
        campaign: campaign(store, "ventas", &[]).await,
        report: Report::Gestion,
        format: Format::Xlsx,
        period: Period::MonthToYesterday,
        cron: "30 6 * * *".to_owned(),
        zone: Some("America/Bogota".to_owned()),
        business_days: true,
        place: "cliente".to_owned(),
        clear: false,
        since: at(0),
    };
    schedule.id = store.put_schedule(&schedule).await.unwrap();
    schedule
}

fn due(schedule: &Schedule, seconds: i64) -> NewRun {
    NewRun {
        schedule: schedule.id,
        due_at: at(seconds),
        missed: 2,
        asked_by: None,
        at: at(seconds),
    }
}

async fn actions(record: &Record) -> Vec<String> {
    let filter = AuditFilter {
        limit: 100,
        ..AuditFilter::default()
    };
    let rows = record.store.audit(&filter).await.unwrap();
    let actions = rows.into_iter().map(|row| row.entry.action);
    actions
        .filter(|action| action.starts_with("schedule"))
        .collect()
}

async fn a_schedule_is_kept_changed_and_removed_with_its_entry_in_the_audit_log(record: Record) {
    let store = &*record.store;
    let mut schedule = made(&record).await;
    assert_eq!(store.schedules().await.unwrap(), [schedule.clone()]);
    let again = Schedule {
        id: ScheduleId(0),
        ..schedule.clone()
    };
    let taken = store.put_schedule(&again).await;
    assert!(matches!(taken, Err(StoreError::Conflict(_))), "{taken:?}");
    schedule.zone = None;
    schedule.report = Report::Kpi;
    schedule.format = Format::Json;
    store.put_schedule(&schedule).await.unwrap();
    assert_eq!(store.schedules().await.unwrap(), [schedule.clone()]);
    store.put_run(&due(&schedule, 10)).await.unwrap();
    store.remove_schedule(schedule.id).await.unwrap();
    assert_eq!(store.schedules().await.unwrap(), []);
    let runs = store.runs(None, None, 9).await.unwrap();
    assert_eq!(
        runs[0].state,
        RunState::Dead,
        "nobody waits for it any more"
    );
    store.revive_run(runs[0].id, at(20)).await.unwrap_err();
    assert_eq!(
        actions(&record).await,
        ["schedule.create", "schedule.change", "schedule.remove"]
    );
}

async fn the_same_is_due_once_and_carried_out_by_one(record: Record) {
    let store = &*record.store;
    let schedule = made(&record).await;
    let first = store.put_run(&due(&schedule, 10)).await.unwrap();
    assert!(first.is_some());
    assert_eq!(store.put_run(&due(&schedule, 10)).await.unwrap(), None);
    // A person may want the same, and as often as they like.
    let asked = NewRun {
        asked_by: Some("jefa".to_owned()),
        ..due(&schedule, 99)
    };
    assert!(store.put_run(&asked).await.unwrap().is_some());
    assert!(store.put_run(&asked).await.unwrap().is_some());
    let ran = store.ran_through().await.unwrap();
    assert_eq!(
        ran.get(&schedule.id),
        Some(&at(10)),
        "not by what was asked for"
    );
    assert_eq!(
        store.claim_run(None, at(9), at(50)).await.unwrap(),
        None,
        "not yet"
    );
    let (one, other) = tokio::join!(
        store.claim_run(None, at(10), at(50)),
        store.claim_run(None, at(10), at(50))
    );
    let taken: Vec<_> = [one.unwrap(), other.unwrap()]
        .into_iter()
        .flatten()
        .collect();
    assert_eq!(taken.len(), 1, "{taken:?}");
    assert_eq!(
        (taken[0].id, taken[0].tries, taken[0].missed),
        (first.unwrap(), 1, 2)
    );
    // Whose runner broke off is taken by the next one, after its time.
    assert_eq!(store.claim_run(first, at(49), at(90)).await.unwrap(), None);
    let again = store.claim_run(first, at(50), at(90)).await.unwrap();
    assert_eq!(again.map(|run| run.tries), Some(2));
}

async fn what_became_of_a_try_is_kept_and_a_dead_one_can_be_revived(record: Record) {
    let store = &*record.store;
    let schedule = made(&record).await;
    let id = store.put_run(&due(&schedule, 10)).await.unwrap().unwrap();
    let made = RunMade {
        file_name: "gestion.xlsx".to_owned(),
        sha256: "ab".repeat(32),
        bytes: 17,
    };
    let run = async || {
        store
            .runs(Some(schedule.id), None, 9)
            .await
            .unwrap()
            .remove(0)
    };
    store.claim_run(None, at(10), at(50)).await.unwrap();
    store.run_made(id, &made).await.unwrap();
    let again = RunEnd::Again(at(70), "x".repeat(900));
    store.run_ended(id, at(20), &again).await.unwrap();
    let waits = run().await;
    assert_eq!((waits.state, waits.next_at), (RunState::Waiting, at(70)));
    assert_eq!(
        waits.fault.map(|fault| fault.len()),
        Some(500),
        "not endless"
    );
    assert_eq!(waits.made.as_ref(), Some(&made));
    assert_eq!(store.claim_run(None, at(69), at(99)).await.unwrap(), None);
    store
        .claim_run(None, at(70), at(99))
        .await
        .unwrap()
        .unwrap();
    let dead = RunEnd::Dead("no".to_owned());
    store.run_ended(id, at(71), &dead).await.unwrap();
    // Somebody who comes late changes nothing.
    store.run_ended(id, at(72), &RunEnd::Arrived).await.unwrap();
    assert_eq!(run().await.state, RunState::Dead);
    let found = store.runs(None, Some(RunState::Dead), 9).await.unwrap();
    assert_eq!((found.len(), found[0].ended_at), (1, Some(at(71))));
    store.revive_run(id, at(80)).await.unwrap();
    let revived = store
        .claim_run(None, at(80), at(99))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((revived.tries, revived.made), (1, Some(made)));
    store.run_ended(id, at(81), &RunEnd::Arrived).await.unwrap();
    assert_eq!(
        (run().await.state, run().await.fault),
        (RunState::Arrived, None)
    );
    assert_eq!(
        actions(&record).await,
        [
            "schedule.create",
            "schedule.delivery",
            "schedule.redeliver",
            "schedule.delivery"
        ]
    );
}
