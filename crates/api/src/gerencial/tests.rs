//! A fortnight of a campaign: its figures everywhere, what is late, what is empty, and that nothing anybody wrote is markup.

use kpi::Goal;
use sales::{Doer, Stage};
use store::NewMove;
use wire::GerencialIndicator;

use super::*;
use crate::kpis;
use crate::test_calls::{Calls, at};

fn date(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn wanted(from: &str, to: &str) -> GerencialWanted {
    GerencialWanted {
        from: date(from),
        to: date(to),
        received_from: None,
        as_of: None,
        language: Language::Spanish,
    }
}

/// Four people: two called on the third, three on the fourth, one of whom buys.
async fn fortnight() -> Calls {
    let mut calls = Calls::with(4, at("2026-11-02T08:00")).await;
    calls.unanswered(1, 0, at("2026-11-03T09:00")).await;
    calls.connected(2, 1, at("2026-11-03T10:00"), "NI01").await;
    calls.connected(3, 0, at("2026-11-04T09:30"), "VE01").await;
    calls.unanswered(4, 1, at("2026-11-04T10:30")).await;
    calls.connected(5, 2, at("2026-11-04T11:30"), "NI01").await;
    let day = number_of(date("2026-11-04"));
    let goal = Goal {
        day,
        hour: None,
        agent: None,
        sales: 4.0,
        value: None,
    };
    let days = std::collections::BTreeSet::from([day]);
    let (id, goals) = (calls.campaign.id, [goal]);
    let put = calls.store.put_goals(id, &days, &goals, "metas.csv");
    put.await.expect("kept");
    calls
}

async fn told(calls: &Calls, wanted: &GerencialWanted) -> GerencialReport {
    let now = at("2026-11-20T12:00");
    let told = gerencial(calls.store.as_ref(), &calls.campaign, wanted, now).await;
    told.expect("a report")
}

fn indicator<'a>(report: &'a GerencialReport, id: &str) -> &'a GerencialIndicator {
    let mut rows = report.indicators.iter();
    rows.find(|row| row.kpi.id == id).expect("in the catalogue")
}

fn part<'a>(report: &'a GerencialReport, dimension: &str) -> &'a [wire::GerencialPart] {
    let mut parts = report.parts.iter();
    let found = parts.find(|part| part.dimension == dimension);
    &found.expect("every dimension is told").rows
}

#[tokio::test]
async fn figures_are_those_of_the_indicators_of_the_same_instants() {
    let calls = fortnight().await;
    let report = told(&calls, &wanted("2026-11-01", "2026-11-15")).await;
    let period = Period::new(
        Timestamp::from_millis(report.from_ms),
        Timestamp::from_millis(report.to_ms),
    );
    let same = kpis::report(calls.store.as_ref(), calls.campaign.id, &period).await;
    for kpi in same.expect("figures").kpis {
        let mut all = report.indicators.iter();
        let found = all.find_map(|row| {
            row.variants
                .iter()
                .chain([&row.kpi])
                .find(|it| it.id == kpi.id)
        });
        assert_eq!(found, Some(&kpi));
    }
    // Of four records three were worked, all of which somebody answered.
    assert_eq!(
        indicator(&report, "contactabilidad.records").kpi.value,
        Some(1.0)
    );
    assert_eq!(indicator(&report, "gestion_base").kpi.value, Some(0.75));
    let goal = indicator(&report, "cumplimiento");
    assert_eq!(
        (goal.kpi.value, goal.light.as_str()),
        (Some(0.25), "missed")
    );
    assert_eq!(goal.light_words, "■ no cumple");
    let plan = report
        .plans
        .iter()
        .find(|plan| plan.indicator == "cumplimiento");
    let plan = plan.expect("a missed target wants a plan");
    assert!(
        plan.missed_by.contains("faltan 3 ventas aceptadas"),
        "{}",
        plan.missed_by
    );
    assert_eq!(plan.action, None, "nobody said what to do");
    // Nobody was connected.
    assert_eq!(indicator(&report, "ratio").kpi.shown, "s/d");
}

#[tokio::test]
async fn a_missed_target_is_told_with_the_plan_that_was_opened_for_it() {
    let calls = fortnight().await;
    let form = wire::ActionPlanForm {
        words: "Reciclar el segmento B".to_owned(),
        owner: "Ana".to_owned(),
        due_on: Some("2026-11-23".to_owned()),
        missed: Some(wire::MissedTargetForm {
            campaign: calls.campaign.id.get(),
            indicator: "cumplimiento".to_owned(),
            from: "2026-11-01".to_owned(),
            to: "2026-11-14".to_owned(),
        }),
        ..wire::ActionPlanForm::default()
    };
    let opened =
        crate::action_plans::open_plan(calls.store.as_ref(), &form, at("2026-11-20T11:00"));
    let opened = opened.await.expect("a plan");
    let report = told(&calls, &wanted("2026-11-01", "2026-11-15")).await;
    for row in &report.plans {
        let is_its_own = row.indicator == "cumplimiento";
        let words = is_its_own.then_some("Reciclar el segmento B");
        assert_eq!(row.action.as_deref(), words, "{}", row.indicator);
        if is_its_own {
            assert_eq!(row.owner.as_deref(), Some("Ana"));
            assert_eq!(row.due.as_deref(), Some("2026-11-23"));
            let follow_up = format!("{}: abierto", opened.id);
            assert_eq!(row.follow_up, Some(follow_up));
        }
    }
    let before = told(&calls, &wanted("2026-10-01", "2026-11-01")).await;
    assert!(before.plans.iter().all(|row| row.action.is_none()));
}

#[tokio::test]
async fn days_weeks_and_parts_are_periods_of_their_own() {
    let calls = fortnight().await;
    let report = told(&calls, &wanted("2026-11-01", "2026-11-15")).await;
    let spans = |spans: &[wire::GerencialSpan]| -> Vec<(String, u64, u64)> {
        let row = |span: &wire::GerencialSpan| (span.label.clone(), span.attempts, span.sales);
        spans.iter().map(row).filter(|row| row.1 > 0).collect()
    };
    let row = |label: &str, attempts, sales| (label.to_owned(), attempts, sales);
    assert_eq!(
        spans(&report.days),
        [row("2026-11-03", 2, 0), row("2026-11-04", 3, 1)]
    );
    assert_eq!(report.days.len(), 14);
    assert_eq!(spans(&report.weeks), [row("2026-W45", 5, 1)]);
    // Nothing had been received before November.
    assert_eq!(spans(&report.months), [row("2026-11", 5, 1)]);
    assert!(report.months[0].is_part);
    let hours: Vec<_> = part(&report, "hour")
        .iter()
        .map(|hour| (hour.name.as_str(), hour.attempts, hour.records))
        .collect();
    // The same two records in two hours of two days each.
    assert_eq!(hours, [("09:00", 2, 1), ("10:00", 2, 1), ("11:00", 1, 1)]);
    let [advisor] = part(&report, "advisor") else {
        panic!("there is one advisor")
    };
    assert_eq!(
        (advisor.attempts, advisor.contacts, advisor.sales),
        (3, 3, 1)
    );
    let [base] = part(&report, "base") else {
        panic!("there is one base")
    };
    assert_eq!((base.name.as_str(), base.records), ("enero", 3));
    let of_base = base
        .figures
        .iter()
        .find(|figure| figure.id == "gestion_base");
    assert_eq!(of_base.expect("told of bases").value, Some(0.75));
    assert_eq!(report.pipeline[0].sales, 1);
    let refusals: Vec<_> = report
        .refusals
        .iter()
        .map(|row| (row.code.as_str(), row.calls))
        .collect();
    assert_eq!(refusals, [("NI01", 2)]);
}

#[tokio::test]
async fn a_late_correction_restates_its_day_and_makes_a_version() {
    let mut calls = fortnight().await;
    let asked = wanted("2026-11-01", "2026-11-05");
    assert_eq!(told(&calls, &asked).await.version, 1);
    calls.corrected(2, 1, at("2026-11-06T10:00"), "CE01").await;
    let report = told(&calls, &asked).await;
    assert_eq!(report.version, 2);
    assert_eq!(report.restated_at, Some(at("2026-11-06T10:00").as_millis()));
    let restated: Vec<_> = report.days.iter().filter(|day| day.restated > 0).collect();
    assert_eq!(restated.len(), 1);
    assert_eq!(restated[0].label, "2026-11-03");
}

#[tokio::test]
async fn days_without_anything_are_told_without_figures() {
    let calls = Calls::with(1, at("2026-11-02T08:00")).await;
    let report = told(&calls, &wanted("2026-10-01", "2026-10-08")).await;
    assert!(
        report
            .indicators
            .iter()
            .all(|row| row.kpi.shown == "s/d" || row.kpi.value == Some(0.0))
    );
    assert!(report.plans.is_empty() && report.losses.is_empty() && report.months.is_empty());
    for form in ["json", "csv", "xlsx", "html"] {
        let form = GerencialForm::from_word(form).expect("a form");
        assert!(
            !form
                .bytes(&report, &calls.campaign)
                .expect("written")
                .is_empty()
        );
    }
    let page = gerencial_page(&report, "America/Bogota");
    assert!(page.contains("No hay ventas aceptadas") && !page.contains("NaN"));
}

#[tokio::test]
async fn a_span_that_is_none_or_has_not_begun_is_refused() {
    let calls = Calls::with(1, at("2026-11-02T08:00")).await;
    for (from, to) in [
        ("2026-11-05", "2026-11-05"),
        ("2026-11-05", "2026-11-01"),
        ("2020-01-01", "2026-11-01"),
        ("2026-12-01", "2027-01-01"),
    ] {
        let now = at("2026-11-20T12:00");
        let told = gerencial(
            calls.store.as_ref(),
            &calls.campaign,
            &wanted(from, to),
            now,
        )
        .await;
        assert!(matches!(told, Err(ApiError::Invalid(_))), "{from} {to}");
    }
}

#[tokio::test]
async fn the_page_is_whole_in_itself_and_nothing_anybody_wrote_is_markup_or_formula() {
    let calls = fortnight().await;
    let english = GerencialWanted {
        language: Language::English,
        ..wanted("2026-11-01", "2026-11-15")
    };
    for (asked, title) in [
        (wanted("2026-11-01", "2026-11-15"), "Informe gerencial"),
        (english, "Management report"),
    ] {
        let report = told(&calls, &asked).await;
        let page = gerencial_page(&report, "America/Bogota");
        assert!(page.starts_with("<!doctype html><html lang="));
        assert!(page.contains(title) && page.ends_with("</body></html>\n"));
        assert!(page.contains("&lt;b&gt;ventas&lt;/b&gt;") && !page.contains("<b>ventas"));
        assert!(page.contains("<svg class=\"line\"") && page.contains("@page"));
        for foreign in ["<script", "http:", "https:", "url(", "<link", "<img", "NaN"] {
            assert!(!page.contains(foreign), "{foreign}");
        }
        // Every element that was opened is closed.
        for tag in [
            "table", "tr", "td", "th", "svg", "figure", "div", "p", "h2", "span",
        ] {
            let opened = page.matches(&format!("<{tag}>")).count()
                + page.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, page.matches(&format!("</{tag}>")).count(), "{tag}");
        }
        let csv = gerencial_csv(&report);
        assert!(csv.contains(";'=ana;") && !csv.contains(";=ana;"), "{csv}");
    }
}

#[tokio::test]
async fn what_became_of_sales_is_told_as_it_stood_when_a_day_ended() {
    let calls = fortnight().await;
    let sales = calls.store.sales(&store::SaleFilter::default()).await;
    let sale = sales.expect("sales")[0].id;
    for (stage, reason, when) in [
        (Stage::ReturnedToAdvisor, "datos", "2026-11-05T09:00"),
        (Stage::Rejected, "cupo", "2026-11-10T09:00"),
    ] {
        let moved = NewMove {
            sale,
            to: stage,
            doer: Doer::BackOffice,
            reason: Some(reason.to_owned()),
            note: String::new(),
            source: None,
            at: at(when),
        };
        calls.store.move_sale(&moved).await.expect("it may");
    }
    let lost = |report: &GerencialReport| -> Vec<(String, String, u64)> {
        let row =
            |loss: &wire::GerencialLoss| (loss.stage.clone(), loss.reason.clone(), loss.sales);
        report.losses.iter().map(row).collect()
    };
    let report = told(&calls, &wanted("2026-11-01", "2026-11-15")).await;
    let cause = ("rechazada".to_owned(), "cupo".to_owned(), 1);
    assert_eq!((lost(&report), report.standing.len()), (vec![cause], 0));
    assert_eq!(report.pipeline[0].of_accepted, Some(1.0));
    assert_eq!(report.pipeline[1].sales, 0);
    let page = gerencial_page(&report, "America/Bogota");
    assert!(page.contains("rechazada: cupo") && page.contains("<svg class=\"bars\""));
    // Charts of the spreadsheet's own: of the pipeline, the causes, the offers and of each indicator there is a figure of.
    let book = GerencialForm::Xlsx.bytes(&report, &calls.campaign);
    let book = String::from_utf8_lossy(&book.expect("written")).into_owned();
    assert!(
        book.contains("xl/charts/chart12.xml"),
        "names in an archive are plain"
    );
    let before = GerencialWanted {
        as_of: Some(date("2026-11-09")),
        ..wanted("2026-11-01", "2026-11-15")
    };
    let report = told(&calls, &before).await;
    assert_eq!(lost(&report), []);
    assert_eq!(report.standing[0].stage, "devuelta_asesor");
    assert_eq!(report.days.len(), 9, "nothing is known of later days");
}
