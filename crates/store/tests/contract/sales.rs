//! Sales begin and are annulled with what is said of their calls, move only where they may, keep all that was written, and are
//! erased with their person.

use std::collections::BTreeMap;

use domain::{EvidenceId, Outcome, SaleId, WorkItem};
use sales::{Answer, AuditState, Doer, Portfolio, Scorecard, Setting, Stage, Verdict};
use store::{
    Actor, AuditFilter, EvidenceRow, NewEvidence, NewMove, NewPaper, NewSaleAudit, Paper,
    SaleFilter, SaleRow, SaleSettingRow, Store, StoreError,
};

use crate::database::Record;
use crate::fixture::{
    Writer, again, agent, at, attempt, bridged, closed, intended, leased, placed, typified,
};

contract!(
    a_typification_that_is_a_sale_begins_one_and_the_same_batch_again_no_other,
    a_correction_away_annuls_it_and_one_back_begins_another,
    a_correction_of_an_earlier_instant_comes_after_the_last_move,
    who_annulled_one_by_hand_has_annulled_it,
    a_sale_moves_only_where_it_may_and_says_why_not,
    a_sale_comes_to_its_end_with_sheet_evidence_reservation_and_audit,
    what_happened_to_a_sale_cannot_be_changed_or_removed,
    sales_without_evidence_go_back_after_their_term,
    stock_is_promised_once,
    settings_have_versions_and_the_house_is_version_none,
    a_sale_is_erased_with_its_person,
    keys_of_evidence_are_sealed_anew,
    a_sale_that_stands_elsewhere_than_its_moves_say_is_found,
);

pub(crate) async fn sold(
    store: &dyn Store,
    writer: &mut Writer,
    n: i64,
    item: &WorkItem,
    code: &str,
) {
    let call = vec![
        intended(n, item),
        placed(n),
        bridged(n, 500),
        typified(n, code, false, again(item, 600, 1)),
        closed(n, Outcome::Connected, None),
    ];
    writer.commit(store, 10 * n, call).await;
}

/// One sale, accepted.
pub(crate) async fn accepted(store: &dyn Store, code: &str) -> (Writer, WorkItem, SaleRow) {
    let (_, items) = leased(store, 1).await;
    let mut writer = Writer::default();
    sold(store, &mut writer, 1, &items[0], code).await;
    let sale = all(store).await.remove(0);
    (writer, items[0].clone(), sale)
}

pub(crate) async fn all(store: &dyn Store) -> Vec<SaleRow> {
    store.sales(&SaleFilter::default()).await.unwrap()
}

pub(crate) fn to(sale: SaleId, stage: Stage, doer: Doer) -> NewMove {
    NewMove {
        sale,
        to: stage,
        doer,
        reason: None,
        note: String::new(),
        source: None,
        at: at(100),
    }
}

fn because(sale: SaleId, stage: Stage, doer: Doer, reason: &str, note: &str) -> NewMove {
    NewMove {
        reason: Some(reason.to_owned()),
        note: note.to_owned(),
        ..to(sale, stage, doer)
    }
}

fn values(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    pairs.iter().map(owned).collect()
}

pub(crate) fn sheet(sale: SaleId, items: &[&str]) -> NewPaper {
    NewPaper {
        sale,
        paper: Paper::Sheet,
        values: values(&[("nombre", "Persona 1"), ("valor", "1250000")]),
        form: 0,
        value: 1_250_000,
        items: items.iter().map(|item| (*item).to_owned()).collect(),
        doer: Doer::Advisor,
        at: at(50),
    }
}

pub(crate) fn reservation(sale: SaleId) -> NewPaper {
    NewPaper {
        paper: Paper::Reservation,
        values: values(&[("order", "A-1"), ("address", "Calle 10")]),
        doer: Doer::BackOffice,
        ..sheet(sale, &[])
    }
}

pub(crate) fn evidence(sale: SaleId, kind: &str) -> NewEvidence {
    NewEvidence {
        row: EvidenceRow {
            id: EvidenceId::new(0),
            sale,
            kind: kind.to_owned(),
            name: "cedula.jpg".to_owned(),
            media_type: "image/jpeg".to_owned(),
            bytes: 3,
            sha256: "ab".repeat(32),
            at: at(60),
            by: String::new(),
            erased_at: None,
        },
        sealed_key: "00ff".to_owned(),
        sealed: vec![1, 2, 3, 0],
    }
}

pub(crate) fn answers(said: Answer) -> BTreeMap<String, Answer> {
    let card = Scorecard::house();
    card.criteria
        .iter()
        .map(|criterion| (criterion.key.clone(), said))
        .collect()
}

async fn a_typification_that_is_a_sale_begins_one_and_the_same_batch_again_no_other(
    record: Record,
) {
    let store = &*record.store;
    let (_, items) = leased(store, 2).await;
    let mut writer = Writer::default();
    sold(store, &mut writer, 1, &items[0], "VE01").await;
    sold(store, &mut writer, 2, &items[1], "NI01").await;
    // A batch whose answer was lost is committed again.
    let batch = writer.batch(
        90,
        vec![typified(1, "VE03", true, again(&items[0], 600, 1))],
    );
    store.commit(&batch).await.unwrap();
    store.commit(&batch).await.unwrap();
    let sales = all(store).await;
    assert_eq!(sales.len(), 1);
    let sale = &sales[0];
    assert_eq!((sale.attempt, sale.agent), (attempt(1), Some(agent())));
    assert_eq!(
        (sale.stage, sale.moves, sale.since),
        (Stage::Accepted, 1, at(10))
    );
    assert_eq!(sale.code, "VE03", "a sale still, of another kind");
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn a_correction_away_annuls_it_and_one_back_begins_another(record: Record) {
    let store = &*record.store;
    let (mut writer, item, first) = accepted(store, "VE01").await;
    for (seconds, code) in [(90, "NI01"), (91, "NI02"), (95, "VE01")] {
        let fix = typified(1, code, true, again(&item, 600, 1));
        writer.commit(store, seconds, vec![fix]).await;
        assert_eq!(store.verify().await.unwrap(), [], "{code}");
    }
    let sales = all(store).await;
    let stages: Vec<_> = sales
        .iter()
        .map(|s| (s.stage, s.by_correction, s.since))
        .collect();
    assert_eq!(
        stages,
        [
            (Stage::Annulled, true, at(90)),
            (Stage::Accepted, false, at(95))
        ]
    );
    let moves = store.sale_moves(&SaleFilter::default()).await.unwrap();
    let last = moves.iter().rfind(|m| m.sale == first.id).unwrap();
    assert_eq!(
        (last.from, last.to),
        (Some(Stage::Accepted), Stage::Annulled)
    );
    assert_eq!(
        (last.doer.as_str(), last.reason.as_deref()),
        ("program", Some("correccion"))
    );
}

/// Clocks are set back: what happened to a sale stays in its order.
async fn a_correction_of_an_earlier_instant_comes_after_the_last_move(record: Record) {
    let store = &*record.store;
    let (mut writer, item, first) = accepted(store, "VE01").await;
    let fix = typified(1, "NI01", true, again(&item, 600, 1));
    writer.commit(store, 5, vec![fix]).await;
    let sales = all(store).await;
    assert_eq!(
        (sales[0].stage, sales[0].since),
        (Stage::Annulled, first.since)
    );
    assert!(first.since > at(5));
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn who_annulled_one_by_hand_has_annulled_it(record: Record) {
    let store = &*record.store;
    let (mut writer, item, sale) = accepted(store, "VE01").await;
    let annul = because(sale.id, Stage::Annulled, Doer::Supervisor, "desiste", "");
    store.move_sale(&annul).await.unwrap();
    for code in ["NI01", "VE01"] {
        let fix = typified(1, code, true, again(&item, 600, 1));
        writer.commit(store, 200, vec![fix]).await;
    }
    let sales = all(store).await;
    assert_eq!(sales.len(), 1);
    assert_eq!(
        (sales[0].stage, sales[0].by_correction),
        (Stage::Annulled, false)
    );
    assert_eq!(store.verify().await.unwrap(), []);
}

fn refusal(result: Result<SaleRow, StoreError>) -> String {
    match result {
        Err(StoreError::Conflict(words)) => words,
        other => panic!("{other:?}"),
    }
}

async fn a_sale_moves_only_where_it_may_and_says_why_not(record: Record) {
    let store = &*record.store;
    let (_, _, sale) = accepted(store, "VE01").await;
    let bare = store
        .move_sale(&to(sale.id, Stage::InValidation, Doer::Advisor))
        .await;
    assert!(refusal(bare).contains("sheet"));
    let far = store
        .move_sale(&to(sale.id, Stage::Legalised, Doer::BackOffice))
        .await;
    assert!(refusal(far).contains("cannot become legalizada"));
    let early = store.put_paper(&reservation(sale.id)).await;
    assert!(refusal(early).contains("validada"));
    let nobody = store
        .move_sale(&to(SaleId::new(99), Stage::Annulled, Doer::Program))
        .await;
    assert!(matches!(nobody, Err(StoreError::NotFound { .. })));
    // One of several that may not: none moves.
    store.put_paper(&sheet(sale.id, &[])).await.unwrap();
    let both = [
        to(sale.id, Stage::InValidation, Doer::Advisor),
        to(sale.id, Stage::Validated, Doer::BackOffice),
    ];
    assert!(store.move_sales(&both).await.is_err());
    assert_eq!(
        store.sale(sale.id).await.unwrap().unwrap().stage,
        Stage::Accepted
    );
    let moved = store.move_sale(&both[0]).await.unwrap();
    assert_eq!((moved.stage, moved.moves), (Stage::InValidation, 2));
    let late = NewPaper {
        doer: Doer::Advisor,
        ..sheet(sale.id, &[])
    };
    assert!(refusal(store.put_paper(&late).await).contains("back office has it"));
}

async fn a_sale_comes_to_its_end_with_sheet_evidence_reservation_and_audit(record: Record) {
    let actor = Actor {
        user_name: "oficina".to_owned(),
        ..Actor::default()
    };
    let store = &*record.store.acting(actor);
    let (_, _, sale) = accepted(store, "VE03").await;
    let id = sale.id;
    store.put_paper(&sheet(id, &["MOTO-G"])).await.unwrap();
    store
        .move_sale(&to(id, Stage::InValidation, Doer::BackOffice))
        .await
        .unwrap();
    let bare = store
        .move_sale(&to(id, Stage::Validated, Doer::BackOffice))
        .await;
    assert!(refusal(bare).contains("identity"));
    let kept = store
        .put_evidence(&evidence(id, "documento"))
        .await
        .unwrap();
    store
        .put_evidence(&evidence(id, "biometria"))
        .await
        .unwrap();
    assert_eq!(kept.by, "oficina");
    let content = store.evidence_content(kept.id).await.unwrap();
    assert_eq!(content, Some(("00ff".to_owned(), vec![1, 2, 3, 0])));
    let validated = store
        .move_sale(&to(id, Stage::Validated, Doer::BackOffice))
        .await
        .unwrap();
    assert_eq!(
        validated.audit,
        AuditState::Due,
        "VE03 is audited whatever is drawn"
    );
    store.put_paper(&reservation(id)).await.unwrap();
    for stage in [Stage::Reserved, Stage::OnRoute] {
        store
            .move_sale(&to(id, stage, Doer::BackOffice))
            .await
            .unwrap();
    }
    let source = Some("entregada||".to_owned());
    let delivered = NewMove {
        source: source.clone(),
        ..to(id, Stage::Delivered, Doer::BackOffice)
    };
    store.move_sale(&delivered).await.unwrap();
    let legal = || to(id, Stage::Legalised, Doer::BackOffice);
    assert!(refusal(store.move_sale(&legal()).await).contains("audited"));
    let audit = |said, note: &str| NewSaleAudit {
        sale: id,
        answers: answers(said),
        note: note.to_owned(),
        at: at(300),
    };
    let failed = store
        .audit_sale(&audit(Answer::No, "no leyó el contrato"))
        .await
        .unwrap();
    assert_eq!((failed.n, failed.verdict), (1, Verdict::CriticalError));
    assert!(refusal(store.move_sale(&legal()).await).contains("did not pass"));
    store
        .reply_to_audit(id, true, "sí lo leí", at(310))
        .await
        .unwrap();
    assert!(
        store.reply_to_audit(id, false, "", at(311)).await.is_err(),
        "once"
    );
    store.audit_sale(&audit(Answer::Yes, "")).await.unwrap();
    let legalised = store.move_sale(&legal()).await.unwrap();
    assert_eq!(
        (legalised.stage, legalised.value),
        (Stage::Legalised, 1_250_000)
    );
    let audits = store.sale_audits(id).await.unwrap();
    assert_eq!(audits.len(), 2);
    assert_eq!(audits[0].note, "no leyó el contrato");
    assert_eq!(
        audits[0].reply,
        Some((at(310), true, "sí lo leí".to_owned()))
    );
    let moves = store.sale_moves(&SaleFilter::default()).await.unwrap();
    assert_eq!(moves[5].source, source);
    assert!(moves[1..].iter().all(|m| m.user == "oficina"), "{moves:?}");
    assert_eq!(store.verify().await.unwrap(), []);
    let filter = AuditFilter {
        subject: Some(format!("sale {id}")),
        ..AuditFilter::default()
    };
    let deeds = store.audit(&filter).await.unwrap();
    assert_eq!(deeds.len(), 13, "each change is noted");
    assert!(
        store.audit_sale(&audit(Answer::No, "")).await.is_err(),
        "it is over"
    );
}

async fn what_happened_to_a_sale_cannot_be_changed_or_removed(record: Record) {
    let store = &*record.store;
    let (_, _, sale) = accepted(store, "VE01").await;
    store.put_paper(&sheet(sale.id, &[])).await.unwrap();
    let new = NewSaleAudit {
        sale: sale.id,
        answers: answers(Answer::Yes),
        note: String::new(),
        at: at(70),
    };
    store.audit_sale(&new).await.unwrap();
    for sql in [
        "UPDATE sale_move SET at = 0",
        "DELETE FROM sale_move",
        "UPDATE sale_sheet SET body = '{}'",
        "DELETE FROM sale_sheet",
        "UPDATE sale_audit SET verdict = 'passed'",
        "DELETE FROM sale_audit",
        "DELETE FROM sale",
    ] {
        assert!(record.execute(sql).await.is_err(), "{sql}");
    }
}

async fn sales_without_evidence_go_back_after_their_term(record: Record) {
    let store = &*record.store;
    let (_, items) = leased(store, 3).await;
    let mut writer = Writer::default();
    for (n, code) in [(1, "VE02"), (2, "VE02"), (3, "VE01")] {
        sold(store, &mut writer, n, &items[n as usize - 1], code).await;
    }
    let ids: Vec<_> = all(store).await.iter().map(|sale| sale.id).collect();
    for kind in ["documento", "validacion"] {
        store.put_evidence(&evidence(ids[1], kind)).await.unwrap();
    }
    let day = 86_400;
    assert_eq!(store.return_late_sales(at(9 + day)).await.unwrap(), 0);
    assert_eq!(store.return_late_sales(at(10 + day)).await.unwrap(), 1);
    assert_eq!(
        store.return_late_sales(at(11 + day)).await.unwrap(),
        0,
        "once"
    );
    let stages: Vec<_> = all(store).await.iter().map(|sale| sale.stage).collect();
    assert_eq!(
        stages,
        [Stage::ReturnedToAdvisor, Stage::Accepted, Stage::Accepted]
    );
    // Submitted again, it is not sent back for the same a second time.
    store.put_paper(&sheet(ids[0], &[])).await.unwrap();
    let again = to(ids[0], Stage::InValidation, Doer::Advisor);
    store
        .move_sale(&NewMove {
            at: at(12 + day),
            ..again
        })
        .await
        .unwrap();
    assert_eq!(store.return_late_sales(at(3 * day)).await.unwrap(), 0);
    assert_eq!(store.verify().await.unwrap(), []);
}

async fn stock_is_promised_once(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 2).await;
    let mut writer = Writer::default();
    for n in 1..=2 {
        sold(store, &mut writer, n, &items[n as usize - 1], "VE01").await;
    }
    let table = |text: &str| -> Vec<Vec<String>> {
        text.lines()
            .map(|line| line.split(',').map(str::to_owned).collect())
            .collect()
    };
    let read = Portfolio::read(&table(
        "code,kind,name,price,stock,valid_from,valid_to,with\nMOTO-G,equipo,Moto G,1250000,2,,2026-12-31,P1 P2\nP1,plan,Plan,1,,,,\n",
    ));
    store
        .put_portfolio(campaign, &read.unwrap(), at(0))
        .await
        .unwrap();
    let left = async |but: Option<SaleId>| {
        let portfolio = store.portfolio(campaign, but).await.unwrap();
        let item = portfolio.item("MOTO-G").unwrap();
        assert_eq!(item.with, ["P1", "P2"]);
        item.left()
    };
    assert_eq!(left(None).await, Some(2));
    let sales = all(store).await;
    store
        .put_paper(&sheet(sales[0].id, &["MOTO-G", "P1"]))
        .await
        .unwrap();
    store
        .put_paper(&sheet(sales[0].id, &["MOTO-G", "P1"]))
        .await
        .unwrap();
    assert_eq!(left(None).await, Some(1));
    assert_eq!(
        left(Some(sales[0].id)).await,
        Some(2),
        "its own does not stand in its way"
    );
    let annul = because(
        sales[0].id,
        Stage::Annulled,
        Doer::Supervisor,
        "otro",
        "se arrepintió",
    );
    store.move_sale(&annul).await.unwrap();
    assert_eq!(left(None).await, Some(2));
    let moves = store.sale_moves(&SaleFilter::default()).await.unwrap();
    assert!(moves.iter().any(|m| m.note == "se arrepintió"));
}

async fn settings_have_versions_and_the_house_is_version_none(record: Record) {
    let store = &*record.store;
    let (campaign, _) = leased(store, 1).await;
    let house = store.sale_setting(campaign, Setting::Queues).await.unwrap();
    assert_eq!(house, (0, Setting::Queues.house().to_owned()));
    let new = |kind: &str, name: &str, text: &str| SaleSettingRow {
        campaign,
        kind: kind.to_owned(),
        name: name.to_owned(),
        version: 0,
        at: at(1),
        by: String::new(),
        note: "por el cliente".to_owned(),
        text: text.to_owned(),
    };
    for version in 1..=2 {
        let text = format!("# {version}\n{}", Setting::Queues.house());
        let put = store
            .put_sale_setting(&new("queues", "", &text))
            .await
            .unwrap();
        assert_eq!(put, version);
    }
    store
        .put_sale_setting(&new("mapping", "entregas", "x"))
        .await
        .unwrap();
    let (version, text) = store.sale_setting(campaign, Setting::Queues).await.unwrap();
    assert_eq!((version, &text[..3]), (2, "# 2"));
    let versions = store.sale_settings(campaign, "queues", "").await.unwrap();
    assert_eq!(
        versions.iter().map(|v| v.version).collect::<Vec<_>>(),
        [2, 1]
    );
    assert_eq!(store.mappings(campaign).await.unwrap(), ["entregas"]);
    assert!(
        record
            .execute("UPDATE sale_setting SET text = ''")
            .await
            .is_err()
    );
}

async fn a_sale_is_erased_with_its_person(record: Record) {
    let store = &*record.store;
    let (_, _, sale) = accepted(store, "VE01").await;
    store.put_paper(&sheet(sale.id, &[])).await.unwrap();
    let kept = store
        .put_evidence(&evidence(sale.id, "documento"))
        .await
        .unwrap();
    let back = because(
        sale.id,
        Stage::ReturnedToAdvisor,
        Doer::BackOffice,
        "otro",
        "no contesta Ana",
    );
    store.move_sale(&back).await.unwrap();
    store
        .erase_person(sale.person, "lo pidió", at(400))
        .await
        .unwrap();
    assert_eq!(store.papers(sale.id, Paper::Sheet).await.unwrap(), []);
    assert_eq!(store.evidence_content(kept.id).await.unwrap(), None);
    let evidence_left = store.evidence(sale.id).await.unwrap();
    assert_eq!(
        (evidence_left[0].name.as_str(), evidence_left[0].erased_at),
        ("", Some(at(400)))
    );
    let moves = store.sale_moves(&SaleFilter::default()).await.unwrap();
    assert_eq!(moves.len(), 2, "the stages stay");
    assert!(moves.iter().all(|m| m.note.is_empty()));
    assert_eq!(store.verify().await.unwrap(), []);
    let again = store.put_evidence(&evidence(sale.id, "documento")).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))));
    assert!(store.put_paper(&sheet(sale.id, &[])).await.is_err());
}

async fn keys_of_evidence_are_sealed_anew(record: Record) {
    let store = &*record.store;
    let (_, _, sale) = accepted(store, "VE01").await;
    let kept = store
        .put_evidence(&evidence(sale.id, "documento"))
        .await
        .unwrap();
    assert_eq!(
        store
            .evidence_sealed_otherwise("00", None, 9)
            .await
            .unwrap(),
        []
    );
    let old = store
        .evidence_sealed_otherwise("aa", None, 9)
        .await
        .unwrap();
    assert_eq!(old, [(kept.clone(), "00ff".to_owned())]);
    assert!(
        !store
            .reseal_evidence(kept.id, "0000", "aa11")
            .await
            .unwrap()
    );
    assert!(
        store
            .reseal_evidence(kept.id, "00ff", "aa11")
            .await
            .unwrap()
    );
    assert_eq!(
        store
            .evidence_sealed_otherwise("aa", None, 9)
            .await
            .unwrap(),
        []
    );
}

async fn a_sale_that_stands_elsewhere_than_its_moves_say_is_found(record: Record) {
    let store = &*record.store;
    accepted(store, "VE01").await;
    for (sql, found) in [
        ("UPDATE sale SET stage = 11", 2),
        ("UPDATE sale SET stage = 1, attempt = 77", 2),
        ("UPDATE sale SET attempt = 1, by_correction = 1", 1),
    ] {
        record.execute(sql).await.unwrap();
        let problems = store.verify().await.unwrap();
        assert_eq!(problems.len(), found, "{sql}: {problems:?}");
    }
}
