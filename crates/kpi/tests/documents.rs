//! What is written for people is what the catalogue says.

#[test]
fn the_page_of_indicators_is_the_catalogue() {
    let page = include_str!("../../../docs/kpis.md");
    assert!(
        page == kpi::document(),
        "docs/kpis.md is not the catalogue; write it again: cadencia kpi catalogue --markdown > docs/kpis.md"
    );
}
