//! What reports tell of sales: indicators by the calls that made them, and each record's own.

use kpi::Period;
use sales::{Answer, Doer, Stage};
use store::{NewMove, NewSaleAudit, RecordsWanted, SaleTold};

use crate::database::Record;
use crate::fixture::{Writer, again, at, leased, typified};
use crate::sales::{accepted, all, answers, evidence, reservation, sheet, sold, to};

contract!(
    indicators_count_sales_by_the_calls_that_made_them,
    a_record_tells_the_sale_of_its_calls,
);

async fn indicators_count_sales_by_the_calls_that_made_them(record: Record) {
    let store = &*record.store;
    let (campaign, items) = leased(store, 3).await;
    let mut writer = Writer::default();
    // Called at 10, 20 and 30.
    for n in 1..=3 {
        sold(store, &mut writer, n, &items[n as usize - 1], "VE03").await;
    }
    let facts = async |from: i64, to: i64| {
        let facts = store
            .facts(campaign, &Period::new(at(from), at(to)))
            .await
            .unwrap();
        (
            facts.sales_legalised,
            facts.sales_legalised_in_period,
            facts.value_sold,
            facts.value_legalised,
        )
    };
    assert_eq!(
        facts(0, 400).await,
        (None, None, None, None),
        "nobody follows them"
    );
    let sales = all(store).await;
    for sale in &sales[..2] {
        store.put_paper(&sheet(sale.id, &[])).await.unwrap();
    }
    let id = sales[0].id;
    store
        .move_sale(&to(id, Stage::InValidation, Doer::BackOffice))
        .await
        .unwrap();
    for kind in ["documento", "biometria"] {
        store.put_evidence(&evidence(id, kind)).await.unwrap();
    }
    store
        .move_sale(&to(id, Stage::Validated, Doer::BackOffice))
        .await
        .unwrap();
    store.put_paper(&reservation(id)).await.unwrap();
    for stage in [Stage::Reserved, Stage::OnRoute, Stage::Delivered] {
        store
            .move_sale(&to(id, stage, Doer::BackOffice))
            .await
            .unwrap();
    }
    let new = NewSaleAudit {
        sale: id,
        answers: answers(Answer::Yes),
        note: String::new(),
        at: at(200),
    };
    store.audit_sale(&new).await.unwrap();
    let legal = to(id, Stage::Legalised, Doer::BackOffice);
    store
        .move_sale(&NewMove {
            at: at(300),
            ..legal
        })
        .await
        .unwrap();
    let one = Some(1_250_000.0);
    assert_eq!(
        facts(0, 250).await,
        (Some(1), Some(0), Some(2_500_000.0), one),
        "as of now"
    );
    assert_eq!(
        facts(15, 400).await,
        (Some(0), Some(1), one, Some(0.0)),
        "by the period of the move"
    );
    // Taken back: no sale, and no value.
    let fix = typified(1, "NI01", true, again(&items[0], 600, 1));
    writer.commit(store, 350, vec![fix]).await;
    assert_eq!(facts(0, 400).await, (Some(0), Some(0), one, Some(0.0)));
}

async fn a_record_tells_the_sale_of_its_calls(record: Record) {
    let store = &*record.store;
    let (mut writer, item, sale) = accepted(store, "VE03").await;
    let wanted = RecordsWanted {
        campaign: item.campaign,
        list: item.contact.list,
        received_from: at(-9_000),
        received_to: at(9_000),
        day: at(0),
        until: at(9_000),
        attributes: false,
    };
    let told = async || {
        let records = store.managed_records(&wanted, None, 9).await.unwrap();
        records[0].calls.sale.clone()
    };
    let accepted = SaleTold {
        stage: Stage::Accepted,
        items: String::new(),
        value: None,
    };
    assert_eq!(told().await, Some(accepted), "nothing is on a sheet");
    let paper = sheet(sale.id, &["P1", "MOTO-G"]);
    store.put_paper(&paper).await.unwrap();
    let with_sheet = SaleTold {
        stage: Stage::Accepted,
        items: "MOTO-G P1".to_owned(),
        value: Some(1_250_000),
    };
    assert_eq!(told().await, Some(with_sheet));
    let fix = typified(1, "NI01", true, again(&item, 600, 1));
    writer.commit(store, 350, vec![fix]).await;
    assert_eq!(told().await, None, "it was no sale after all");
}
