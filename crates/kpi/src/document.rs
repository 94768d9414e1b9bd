//! The catalogue as a page for people, in Markdown: `docs/kpis.md`, which a test holds to this.

use crate::catalogue::{CATALOGUE, Definition, VERSION};
use crate::choice::{RECOMMENDED, Side};

const HEAD: &str = "# Indicators

Made from the catalogue (`crates/kpi/src/catalogue.rs`) by `cadencia kpi catalogue --markdown`; do not edit it here.
";

const RULES: &str = "
- \"Contestada\" means that a person picked up, whoever spoke to them; machines, faxes and intercepts do not count.
- An attempt is an INVITE that left; exclusions and refused dials are none. A call belongs to the hour and day of its INVITE.
- Counts of records are distinct ones: those of hours do not add up to those of their day.
- Nothing below the line is `s/d`, never 0. Figures are rounded half up, and only to be shown.
- The base is a cohort: records received (all of the campaign's, or those received since a day), and what became of them by the
  end of the period. Exclusions are deducted only if they come before the first attempt.
- Advisor-days are hours connected, breaks included, by the hours of each advisor's shift of that day.

| id | name | formula (fórmula) | belongs to the period by | unit | source | version | compared with |
|---|---|---|---|---|---|---|---|
";

/// The whole page.
pub fn document() -> String {
    let mut page = format!("{HEAD}\nVersion {VERSION}.\n{RULES}");
    for definition in CATALOGUE {
        page.push_str(&row(definition));
    }
    page
}

fn row(definition: &Definition) -> String {
    format!(
        "| `{}` | {}; {} | {} ({}) | {} | {} | {} | {} | {} |\n",
        definition.id,
        definition.name_en,
        definition.name,
        definition.formula_en(),
        definition.formula(),
        definition.cutoff.names().1,
        definition.unit.word(),
        definition.source.words(),
        definition.version,
        compared(definition),
    )
}

fn compared(definition: &Definition) -> String {
    let row = RECOMMENDED
        .iter()
        .find(|row| row.variant == definition.id)
        .and_then(|row| Some((row.side, row.target?)));
    row.map_or_else(String::new, |(side, target)| {
        let sign = match side {
            Side::AtLeast => "≥",
            Side::AtMost => "≤",
        };
        format!("{sign} {}", definition.unit.shown(target, 0))
    })
}
