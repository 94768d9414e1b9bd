//! The operating model: practices in versions, sessions that are put right by another row, plans and ideas that only grow.

use store::{
    AuditFilter, IdeaRow, IdeaStepRow, MissedTarget, NewPlan, PlanStepRow, PracticeModelRow,
    SessionRow, Store, StoreError,
};

use crate::database::Record;
use crate::fixture::{at, campaign};

contract!(
    practices_have_versions_and_are_read_in_their_order,
    a_session_is_kept_with_what_was_agreed_and_put_right_by_another_version,
    plans_keep_the_figure_they_were_opened_for_and_grow_by_steps,
    ideas_are_kept_with_what_became_of_them,
    nothing_of_it_is_changed_or_removed,
);

fn model(text: &str) -> PracticeModelRow {
    PracticeModelRow {
        version: 0,
        at: at(1),
        by: String::new(),
        note: "porque sí".to_owned(),
        text: text.to_owned(),
    }
}

fn session(day: i64) -> SessionRow {
    SessionRow {
        session: 0,
        version: 0,
        at: at(10),
        by: String::new(),
        practice: "dialogo_diario".to_owned(),
        role: "supervisor".to_owned(),
        leader: "Marta".to_owned(),
        day,
        minutes: 15,
        participants: "Ana, Luis".to_owned(),
        notes: "metas del día".to_owned(),
        void: false,
    }
}

fn plan(words: &str) -> NewPlan {
    NewPlan {
        words: words.to_owned(),
        owner: "Marta".to_owned(),
        due: 20_500,
        session: None,
        missed: None,
        at: at(10),
    }
}

fn step(kind: &str) -> PlanStepRow {
    PlanStepRow {
        at: at(20),
        by: String::new(),
        day: 20_490,
        kind: kind.to_owned(),
        words: "hablado".to_owned(),
        due: None,
        owner: None,
    }
}

fn idea() -> IdeaRow {
    IdeaRow {
        id: 0,
        at: at(5),
        by: String::new(),
        author: "Ana".to_owned(),
        words: "llamar más tarde".to_owned(),
        steps: Vec::new(),
    }
}

async fn actions(store: &dyn Store) -> Vec<String> {
    let filter = AuditFilter {
        limit: 100,
        ..AuditFilter::default()
    };
    let rows = store.audit(&filter).await.unwrap();
    let mut actions: Vec<_> = rows.into_iter().map(|row| row.entry.action).collect();
    actions.sort();
    actions
}

async fn practices_have_versions_and_are_read_in_their_order(record: Record) {
    let store = &*record.store;
    assert_eq!(store.practice_models().await.unwrap(), []);
    assert_eq!(store.put_practice_model(&model("a")).await.unwrap(), 1);
    assert_eq!(store.put_practice_model(&model("b")).await.unwrap(), 2);
    let kept = record.reopened().await.store.practice_models().await;
    let told: Vec<_> = kept
        .unwrap()
        .into_iter()
        .map(|row| (row.version, row.text))
        .collect();
    assert_eq!(told, [(1, "a".to_owned()), (2, "b".to_owned())]);
    assert_eq!(actions(store).await, ["practices.model", "practices.model"]);
}

async fn a_session_is_kept_with_what_was_agreed_and_put_right_by_another_version(record: Record) {
    let store = &*record.store;
    let agreed = [plan("escuchar tres llamadas"), plan("revisar el guion")];
    let first = store.record_session(&session(100), &agreed).await.unwrap();
    let second = store.record_session(&session(107), &[]).await.unwrap();
    let numbers = async |days| {
        let rows = store.practice_sessions(days).await.unwrap();
        let told = rows
            .iter()
            .map(|row| (row.session, row.version, row.minutes));
        told.collect::<Vec<_>>()
    };
    assert_eq!(numbers((100, 107)).await, [(first, 1, 15), (second, 1, 15)]);
    assert_eq!(numbers((101, 200)).await, [(second, 1, 15)]);
    let plans = store.action_plans().await.unwrap();
    assert!(plans.iter().all(|row| row.plan.session == Some(first)));
    assert_eq!(plans.len(), 2);
    // It was on another day, and longer.
    let right = SessionRow {
        session: first,
        version: 1,
        minutes: 40,
        ..session(103)
    };
    store.correct_session(&right).await.unwrap();
    assert_eq!(numbers((100, 102)).await, []);
    assert_eq!(numbers((103, 103)).await, [(first, 2, 40)]);
    let again = store.correct_session(&right).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    let none = SessionRow {
        version: 2,
        void: true,
        ..right
    };
    store.correct_session(&none).await.unwrap();
    assert_eq!(numbers((0, 1_000)).await, [(second, 1, 15)]);
    let versions = store.practice_session(first).await.unwrap();
    let told: Vec<_> = versions.iter().map(|row| (row.version, row.day)).collect();
    assert_eq!(told, [(3, 103), (2, 103), (1, 100)]);
    let actions = actions(store).await;
    let count = |action: &str| actions.iter().filter(|known| *known == action).count();
    assert_eq!(
        (
            count("practice.session"),
            count("practice.corrected"),
            count("plan.opened")
        ),
        (2, 2, 2)
    );
}

async fn plans_keep_the_figure_they_were_opened_for_and_grow_by_steps(record: Record) {
    let store = &*record.store;
    let campaign = campaign(store, "ventas", &[]).await;
    let missed = MissedTarget {
        campaign,
        variant: "contactabilidad.records".to_owned(),
        from: at(0),
        to: at(9),
        figure: 0.584,
        target: 0.7,
        definitions: "2026.11".to_owned(),
    };
    let new = NewPlan {
        missed: Some(missed),
        ..plan("llamar a otra hora")
    };
    let id = store.open_plan(&new).await.unwrap();
    store.step_plan(id, 0, &step("note")).await.unwrap();
    let moved = PlanStepRow {
        due: Some(20_510),
        owner: Some("Luis".to_owned()),
        ..step("due")
    };
    store.step_plan(id, 1, &moved).await.unwrap();
    let late = store.step_plan(id, 1, &step("done")).await;
    assert!(matches!(late, Err(StoreError::Conflict(_))), "{late:?}");
    let missing = store.step_plan(id + 7, 0, &step("done")).await;
    assert!(
        matches!(missing, Err(StoreError::NotFound { .. })),
        "{missing:?}"
    );
    let reopened = record.reopened().await;
    let kept = reopened.store.action_plan(id).await.unwrap();
    let kept = kept.expect("it is there");
    assert_eq!(kept.plan, new);
    let kinds: Vec<_> = kept.steps.iter().map(|row| row.kind.as_str()).collect();
    assert_eq!(kinds, ["note", "due"]);
    assert_eq!(
        (kept.steps[1].due, kept.steps[1].owner.as_deref()),
        (Some(20_510), Some("Luis"))
    );
    assert_eq!(store.action_plan(id + 7).await.unwrap(), None);
    let nowhere = NewPlan {
        missed: new.missed.map(|missed| MissedTarget {
            campaign: domain::CampaignId::new(77),
            ..missed
        }),
        ..plan("de nadie")
    };
    let refused = store.open_plan(&nowhere).await;
    assert!(
        matches!(refused, Err(StoreError::NotFound { .. })),
        "{refused:?}"
    );
}

async fn ideas_are_kept_with_what_became_of_them(record: Record) {
    let store = &*record.store;
    let id = store.put_idea(&idea()).await.unwrap();
    let reviewed = IdeaStepRow {
        at: at(6),
        by: String::new(),
        state: "under_review".to_owned(),
        words: "la mira calidad".to_owned(),
    };
    store.step_idea(id, 0, &reviewed).await.unwrap();
    let again = store.step_idea(id, 0, &reviewed).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
    let kept = store.ideas().await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].author.as_str(), kept[0].at), ("Ana", at(5)));
    let states: Vec<_> = kept[0].steps.iter().map(|row| row.state.as_str()).collect();
    assert_eq!(states, ["under_review"]);
}

async fn nothing_of_it_is_changed_or_removed(record: Record) {
    let store = &*record.store;
    store.put_practice_model(&model("a")).await.unwrap();
    let agreed = [plan("escuchar")];
    store.record_session(&session(100), &agreed).await.unwrap();
    store.step_plan(1, 0, &step("note")).await.unwrap();
    store.put_idea(&idea()).await.unwrap();
    for (table, column) in [
        ("practice_model", "note"),
        ("practice_session", "notes"),
        ("action_plan", "words"),
        ("action_plan_step", "words"),
        ("idea", "words"),
    ] {
        let change = format!("UPDATE {table} SET {column} = 'otra'");
        assert!(record.execute(&change).await.is_err(), "{change}");
        let remove = format!("DELETE FROM {table}");
        assert!(record.execute(&remove).await.is_err(), "{remove}");
    }
}
