//! What comes after the calls: supervisors correct some of what was said, and the back office takes sales from acceptance to
//! legalisation: sheets, returns to advisors, rejections, deliveries that fail and go out again or come late, legalisation in the
//! month after, and some that are annulled.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{AttemptId, Event, Recorded, SaleId, Timestamp, Typification, WorkUpdate};
use sales::{Answer, AuditState, Doer, Stage};
use store::{
    AttemptFilter, AttemptRow, EvidenceRow, NewEvidence, NewMove, NewPaper, NewSaleAudit, Paper,
    SaleFilter, SaleRow, Store,
};

use crate::history::Dice;

const HOUR: Duration = Duration::from_secs(3_600);

/// What was corrected: from which code to which, and how many of such calls.
const CORRECTIONS: [(&str, &str, usize); 4] = [
    ("VE01", "NI07", 6),
    ("NI07", "VE01", 5),
    ("CE01", "TE02", 7),
    ("AB03", "NI01", 4),
];

/// Corrections by a supervisor, a day and more after the calls.
pub(crate) async fn correct(store: &dyn Store) -> usize {
    let attempts = all_attempts(store).await;
    let mut seq = store.numbering().await.expect("numbering").next_seq;
    let mut batch = Vec::new();
    for (from, to, count) in CORRECTIONS {
        let said = attempts
            .iter()
            .filter(|row| row.code.as_deref() == Some(from) && row.coded_by.is_some());
        // Not the first ones alone: spread over the days.
        let said: Vec<&AttemptRow> = said.collect();
        let step = (said.len() / count).max(1);
        for row in said.iter().step_by(step).take(count) {
            let at = row.ended_at.expect("over") + HOUR * (24 + seq as u32 % 40);
            let said = corrected(store, row, to, at).await;
            batch.push(Recorded {
                seq,
                at,
                event: Event::Typified(said),
            });
            seq += 1;
        }
    }
    let count = batch.len();
    store.commit(&batch).await.expect("commits");
    count
}

async fn corrected(store: &dyn Store, row: &AttemptRow, code: &str, at: Timestamp) -> Typification {
    let work = store.work(row.campaign, row.contact).await.expect("work");
    let state = store
        .work_state(row.campaign, row.contact)
        .await
        .expect("its state");
    let work = work.expect("it is of the campaign");
    Typification {
        attempt: row.id,
        agent: None,
        user: Some("jefa".to_owned()),
        code: code.to_owned(),
        note: "escuchada".to_owned(),
        corrects: true,
        next: WorkUpdate {
            campaign: row.campaign,
            contact: row.contact,
            state: state.expect("it is of the campaign"),
            next_at: at,
            next_phone: work.next_phone,
            attempts: work.attempts,
            repeats: work.repeats,
            code: work.last_code.clone(),
            invalid_phone: None,
            suppress: false,
            promise: None,
            because: None,
        },
    }
}

async fn all_attempts(store: &dyn Store) -> Vec<AttemptRow> {
    let mut filter = AttemptFilter {
        limit: 10_000,
        ..AttemptFilter::default()
    };
    let mut all = Vec::new();
    loop {
        let page = store.attempts(&filter).await.expect("attempts");
        let Some(last) = page.last() else { return all };
        filter.after = Some(AttemptId::new(last.id.get()));
        all.extend(page);
    }
}

/// How a sale goes on after its acceptance: stages with the hours since the one before, and why.
type Course = &'static [(Stage, u32, Doer, Option<&'static str>)];

use Doer::{Advisor as Adv, BackOffice as Desk, Supervisor as Boss};
use Stage as S;

/// Delivered and legalised within days; or long after, in December.
#[rustfmt::skip]
const COURSES: [Course; 9] = [
    &[(S::InValidation, 1, Adv, None), (S::Validated, 3, Desk, None), (S::Reserved, 2, Desk, None), (S::OnRoute, 20, Desk, None),
      (S::Delivered, 30, Desk, None), (S::Legalised, 5, Desk, None)],
    &[(S::InValidation, 2, Adv, None), (S::ReturnedToAdvisor, 4, Desk, Some("datos")), (S::InValidation, 6, Adv, None),
      (S::Validated, 5, Desk, None), (S::Reserved, 2, Desk, None), (S::OnRoute, 24, Desk, None), (S::Delivered, 500, Desk, None),
      (S::Legalised, 90, Desk, None)],
    &[(S::InValidation, 1, Adv, None), (S::Validated, 9, Desk, None), (S::Reserved, 3, Desk, None), (S::OnRoute, 18, Desk, None),
      (S::NotDelivered, 40, Desk, Some("ausente")), (S::OnRoute, 48, Desk, None), (S::Delivered, 30, Desk, None), (S::Legalised, 20, Desk, None)],
    &[(S::InValidation, 1, Adv, None), (S::Validated, 2, Desk, None), (S::Reserved, 3, Desk, None), (S::OnRoute, 18, Desk, None),
      (S::NotDelivered, 40, Desk, Some("rehusa")), (S::ReturnedByLogistics, 60, Desk, Some("rehusa"))],
    &[(S::InValidation, 3, Adv, None), (S::Rejected, 7, Desk, Some("cupo"))],
    &[(S::InValidation, 1, Adv, None), (S::Validated, 4, Desk, None), (S::Annulled, 30, Boss, Some("desiste"))],
    &[(S::InValidation, 1, Adv, None), (S::Validated, 4, Desk, None), (S::Reserved, 10, Desk, None), (S::OnRoute, 30, Desk, None)],
    &[(S::InValidation, 5, Adv, None)],
    &[],
];

/// Takes every sale as far as its course goes.
pub(crate) async fn sell(store: &dyn Store) -> usize {
    let sales = store.sales(&SaleFilter::default()).await.expect("sales");
    let mut dice = Dice(3);
    for sale in &sales {
        if sale.stage != Stage::Accepted {
            continue;
        }
        // Two in three go the first three ways.
        let course = match dice.roll(3) {
            0 => dice.roll(COURSES.len() as u64),
            _ => dice.roll(3),
        };
        go(store, sale, COURSES[course as usize], &mut dice).await;
    }
    sales.len()
}

async fn go(store: &dyn Store, sale: &SaleRow, course: Course, dice: &mut Dice) {
    let mut at = sale.accepted_at;
    if !course.is_empty() {
        papers(
            store,
            sale,
            Paper::Sheet,
            at + HOUR / 4,
            400_000 + dice.roll(900) as i64 * 1_000,
        )
        .await;
        // A better sheet replaces the first.
        if dice.roll(5) == 0 {
            papers(store, sale, Paper::Sheet, at + HOUR / 2, 900_000).await;
        }
    }
    for (to, hours, doer, reason) in course {
        at = at + HOUR * *hours + Duration::from_secs(dice.roll(1_800));
        match to {
            Stage::Validated => identified(store, sale.id, at).await,
            Stage::Legalised if dice.roll(4) > 0 => audited(store, sale.id, at).await,
            Stage::Reserved => papers(store, sale, Paper::Reservation, at, 0).await,
            _ => {}
        }
        let new = NewMove {
            sale: sale.id,
            to: *to,
            doer: *doer,
            reason: reason.map(str::to_owned),
            note: String::new(),
            source: None,
            at,
        };
        if let Err(refused) = store.move_sale(&new).await {
            // It is to be audited, and nobody did: it stays where it is.
            let words = refused.to_string();
            assert!(
                *to == Stage::Legalised && words.contains("audited"),
                "{words}"
            );
        }
    }
}

async fn papers(store: &dyn Store, sale: &SaleRow, paper: Paper, at: Timestamp, value: i64) {
    let values = BTreeMap::from([("valor".to_owned(), value.to_string())]);
    let new = NewPaper {
        sale: sale.id,
        paper,
        values,
        form: 0,
        value,
        items: Vec::new(),
        doer: if paper == Paper::Sheet { Adv } else { Desk },
        at,
    };
    store.put_paper(&new).await.expect("kept");
}

/// Audited with nothing amiss, where an audit is due: of the first sales of each advisor, and of some others.
async fn audited(store: &dyn Store, sale: SaleId, at: Timestamp) {
    let row = store.sale(sale).await.expect("sales").expect("it is there");
    if row.audit != AuditState::Due {
        return;
    }
    let asked = [
        "saludo",
        "grabacion",
        "identidad",
        "oferta",
        "contrato",
        "despedida",
    ];
    let new = NewSaleAudit {
        sale,
        answers: asked.map(|key| (key.to_owned(), Answer::Yes)).into(),
        note: String::new(),
        at,
    };
    store.audit_sale(&new).await.expect("audited");
}

async fn identified(store: &dyn Store, sale: SaleId, at: Timestamp) {
    for kind in ["documento", "validacion"] {
        let row = EvidenceRow {
            id: domain::EvidenceId::new(0),
            sale,
            kind: kind.to_owned(),
            name: "prueba.pdf".to_owned(),
            media_type: "application/pdf".to_owned(),
            bytes: 3,
            sha256: "00".repeat(32),
            at,
            by: String::new(),
            erased_at: None,
        };
        let new = NewEvidence {
            row,
            sealed_key: "00".to_owned(),
            sealed: vec![1, 2, 3],
        };
        store.put_evidence(&new).await.expect("kept");
    }
}
