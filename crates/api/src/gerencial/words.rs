//! What the informe gerencial calls things, in Spanish and in English.

use intake::Language;
use kpi::{Dimension, Light, Unit, half_up};

/// One of two.
pub(super) fn pick<'a>(language: Language, (spanish, english): (&'a str, &'a str)) -> &'a str {
    match language {
        Language::Spanish => spanish,
        Language::English => english,
    }
}

/// The word of a language in addresses and pages.
pub(super) fn code(language: Language) -> &'static str {
    pick(language, ("es", "en"))
}

/// A light as people read it: its shape and its word.
pub(super) fn light(language: Language, light: Light) -> String {
    format!("{} {}", light.sign(), pick(language, light.names()))
}

/// The light of that word.
pub(super) fn light_of(word: &str) -> Light {
    let mut all = Light::ALL.into_iter();
    all.find(|light| light.word() == word)
        .unwrap_or(Light::Unknown)
}

/// What stands above a breakdown.
pub(super) fn dimension(language: Language, dimension: Dimension) -> &'static str {
    pick(
        language,
        match dimension {
            Dimension::Base => ("Por base", "By base"),
            Dimension::Segment => ("Por segmento", "By segment"),
            Dimension::Advisor => ("Por asesor", "By advisor"),
            Dimension::Hour => ("Por hora del día", "By hour of the day"),
        },
    )
}

/// A part nobody named.
pub(super) fn part(language: Language, dimension: Dimension, part: i64, name: &str) -> String {
    match (dimension, part) {
        (Dimension::Hour, hour) => format!("{hour:02}:00"),
        (Dimension::Segment, -2) => pick(language, ("sin segmentos", "no segments")).to_owned(),
        (Dimension::Segment, 0) => pick(language, ("resto", "the rest")).to_owned(),
        (_, number) if name.is_empty() => format!("#{number}"),
        _ => name.to_owned(),
    }
}

/// A target as people read it: as many decimals as it has, two at most.
pub(super) fn target(unit: Unit, target: f64) -> String {
    let scaled = match unit {
        Unit::Share => target * 100.0,
        _ => target,
    };
    let mut decimals = 0..2_u8;
    let is_exact = |places: &u8| {
        let shown = half_up(scaled, *places).parse::<f64>();
        shown.is_ok_and(|shown| (shown - scaled).abs() < 1e-9)
    };
    unit.shown(target, decimals.find(is_exact).unwrap_or(2))
}

/// How much a figure changed, with its sign: points of a share, else the unit.
pub(super) fn change(unit: Unit, decimals: u8, before: f64, now: f64) -> String {
    let sign = if now > before { "+" } else { "" };
    match unit {
        Unit::Share => format!("{sign}{} pp", half_up((now - before) * 100.0, decimals)),
        unit => {
            let shown = unit.shown((now - before).abs(), decimals);
            let sign = if now < before { "-" } else { sign };
            format!("{sign}{shown}")
        }
    }
}

/// Headings of the pipeline of sales, wherever it is a table.
pub(super) const PIPELINE: [(&str, &str); 5] = [
    ("Etapa", "Stage"),
    ("Ventas", "Sales"),
    ("Valor", "Value"),
    ("De aceptadas", "Of accepted"),
    ("De la anterior", "Of the one before"),
];

/// Of the causes of loss.
pub(super) const LOSSES: [(&str, &str); 4] = [
    ("Causa", "Cause"),
    ("Ventas", "Sales"),
    ("Valor", "Value"),
    ("De aceptadas", "Of accepted"),
];

/// Of the plans for missed targets.
pub(super) const PLANS: [(&str, &str); 7] = [
    ("Indicador", "Indicator"),
    ("Semáforo", "Light"),
    ("Qué falta", "What is missing"),
    ("Acción", "Action"),
    ("Responsable", "Owner"),
    ("Fecha límite", "Due"),
    ("Seguimiento", "Follow-up"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_have_the_decimals_they_need() {
        let shown = |value| target(Unit::Share, value);
        assert_eq!(
            [shown(0.7), shown(0.025), shown(0.0225)],
            ["70 %", "2.5 %", "2.25 %"]
        );
        assert_eq!(target(Unit::Money, 650_000.0), "$ 650000");
        assert_eq!(target(Unit::Number, 0.75), "0.75");
    }

    #[test]
    fn changes_have_their_sign() {
        assert_eq!(change(Unit::Share, 1, 0.70, 0.72), "+2.0 pp");
        assert_eq!(change(Unit::Share, 1, 0.72, 0.70), "-2.0 pp");
        assert_eq!(change(Unit::Seconds, 1, 200.0, 180.0), "-20.0 s");
        assert_eq!(change(Unit::Money, 0, 100.0, 300.0), "+$ 200");
        assert_eq!(change(Unit::Number, 2, 0.5, 0.5), "0.00");
    }

    #[test]
    fn parts_without_a_name_are_told_by_their_number() {
        let segment = |number, name| part(Language::Spanish, Dimension::Segment, number, name);
        assert_eq!(segment(-2, ""), "sin segmentos");
        assert_eq!(segment(0, ""), "resto");
        assert_eq!(segment(7, "oro"), "oro");
        assert_eq!(segment(7, ""), "#7");
        assert_eq!(part(Language::English, Dimension::Hour, 8, ""), "08:00");
    }
}
