//! Lights, lines and bars as inline SVG: no script, nothing fetched, legible in grey. Figures stand beside every drawing.

use std::fmt::Write as _;

use intake::escaped;
use kpi::Light;

/// A line chart, in units of its view box.
const WIDE: f64 = 330.0;
const HIGH: f64 = 120.0;
/// Room for the numbers at the left, and for labels below.
const LEFT: f64 = 44.0;
const BELOW: f64 = 18.0;
const ABOVE: f64 = 10.0;
/// Bars: how high one is with its gap, and where they begin and end.
const BAR: f64 = 22.0;
const BARS_FROM: f64 = 190.0;
const BARS_TO: f64 = 560.0;
const BARS_WIDE: f64 = 700.0;

fn colour(light: Light) -> String {
    format!("#{:06X}", light.colour())
}

/// A shape of a light around a point.
fn shape(light: Light, x: f64, y: f64, r: f64) -> String {
    let fill = colour(light);
    match light {
        Light::Met => format!("<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{r:.1}\" fill=\"{fill}\"/>"),
        Light::Near => format!(
            "<path d=\"M{x:.1} {:.1}L{:.1} {:.1}H{:.1}Z\" fill=\"{fill}\"/>",
            y - r,
            x + r,
            y + r,
            x - r
        ),
        Light::Missed => format!(
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{fill}\"/>",
            x - r,
            y - r,
            2.0 * r,
            2.0 * r
        ),
        Light::Unknown => format!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{:.1}\" fill=\"none\" stroke=\"{fill}\" stroke-width=\"1.5\"/>",
            r - 0.8
        ),
    }
}

/// A light with its word, which is read aloud too.
pub(super) fn light(light: Light, word: &str) -> String {
    format!(
        "<span class=\"light {}\"><svg viewBox=\"0 0 12 12\" aria-hidden=\"true\">{}</svg> {}</span>",
        light.word(),
        shape(light, 6.0, 6.0, 5.0),
        escaped(word)
    )
}

/// A point of a line: none where there is no figure.
pub(super) struct Point<'a> {
    pub(super) label: &'a str,
    pub(super) value: Option<f64>,
    pub(super) light: Light,
}

/// A line over labels, against a target.
pub(super) struct Line<'a> {
    pub(super) title: &'a str,
    pub(super) points: Vec<Point<'a>>,
    pub(super) target: Option<f64>,
    /// A figure as people read it.
    pub(super) shown: &'a dyn Fn(f64) -> String,
    /// What the target is called.
    pub(super) target_word: &'a str,
}

impl Line<'_> {
    /// The drawing; nothing where there is no figure at all.
    pub(super) fn svg(&self) -> Option<String> {
        let values = self.points.iter().filter_map(|point| point.value);
        self.points.iter().find_map(|point| point.value)?;
        let top = values.chain(self.target).fold(0.0, f64::max);
        let top = if top > 0.0 { top * 1.08 } else { 1.0 };
        let y = |value: f64| ABOVE + (HIGH - ABOVE - BELOW) * (1.0 - value.max(0.0) / top);
        let step = (WIDE - LEFT - 10.0) / (self.points.len().max(2) - 1) as f64;
        let x = |place: usize| LEFT + step * place as f64;
        let title = escaped(self.title);
        let mut svg = format!(
            "<svg class=\"line\" viewBox=\"0 0 {WIDE} {HIGH}\" role=\"img\" aria-label=\"{title}\"><title>{title}</title>\
             <path class=\"axis\" d=\"M{LEFT} {ABOVE}V{:.1}H{:.1}\"/>",
            y(0.0),
            WIDE - 8.0
        );
        for value in [0.0, top / 1.08] {
            let words = escaped(&(self.shown)(value));
            let _ = write!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{words}</text>",
                LEFT - 4.0,
                y(value) + 3.0
            );
        }
        if let Some(target) = self.target {
            let _ = write!(
                svg,
                "<path class=\"target\" d=\"M{LEFT} {0:.1}H{1:.1}\"/><text x=\"{1:.1}\" y=\"{2:.1}\" text-anchor=\"end\">{3}</text>",
                y(target),
                WIDE - 8.0,
                y(target) - 3.0,
                escaped(&format!("{} {}", self.target_word, (self.shown)(target)))
            );
        }
        self.draw(&mut svg, &x, &y);
        svg.push_str("</svg>");
        Some(svg)
    }

    fn draw(&self, svg: &mut String, x: &dyn Fn(usize) -> f64, y: &dyn Fn(f64) -> f64) {
        let mut path = String::new();
        let mut is_on = false;
        for (place, point) in self.points.iter().enumerate() {
            let Some(value) = point.value else {
                is_on = false;
                continue;
            };
            let letter = if is_on { 'L' } else { 'M' };
            let _ = write!(path, "{letter}{:.1} {:.1}", x(place), y(value));
            is_on = true;
        }
        let _ = write!(svg, "<path class=\"run\" d=\"{path}\"/>");
        for (place, point) in self.points.iter().enumerate() {
            if let Some(value) = point.value {
                svg.push_str(&shape(point.light, x(place), y(value), 2.6));
            }
        }
        // The first, the middle and the last label: more would lie on each other.
        let last = self.points.len() - 1;
        let mut places = vec![0, last / 2, last];
        places.dedup();
        for place in places {
            let anchor = match place {
                0 => "start",
                place if place == last => "end",
                _ => "middle",
            };
            let _ = write!(
                svg,
                "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
                x(place),
                HIGH - 5.0,
                escaped(self.points[place].label)
            );
        }
    }
}

/// A bar with what stands before and after it.
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) value: f64,
    pub(super) shown: String,
}

/// Bars, one below the other; nothing where there is none.
pub(super) fn bars(title: &str, bars: &[Bar]) -> Option<String> {
    let top = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    if bars.is_empty() {
        return None;
    }
    let title = escaped(title);
    let high = BAR * bars.len() as f64 + 4.0;
    let mut svg = format!(
        "<svg class=\"bars\" viewBox=\"0 0 {BARS_WIDE} {high}\" role=\"img\" aria-label=\"{title}\"><title>{title}</title>"
    );
    for (place, bar) in bars.iter().enumerate() {
        let y = BAR * place as f64 + 4.0;
        let share = if top > 0.0 { bar.value / top } else { 0.0 };
        let wide = (BARS_TO - BARS_FROM) * share.clamp(0.0, 1.0);
        let _ = write!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>\
             <rect x=\"{BARS_FROM}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{:.1}\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            BARS_FROM - 6.0,
            y + 12.0,
            escaped(&short(&bar.name)),
            BAR - 6.0,
            BARS_FROM + wide + 6.0,
            y + 12.0,
            escaped(&bar.shown)
        );
    }
    svg.push_str("</svg>");
    Some(svg)
}

/// As much of a name as there is room for; the table beside it has all of it.
fn short(name: &str) -> String {
    const LETTERS: usize = 34;
    match name.chars().count() > LETTERS {
        true => name.chars().take(LETTERS - 1).chain(['…']).collect(),
        false => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(values: &[Option<f64>]) -> Option<String> {
        let point = |value: &Option<f64>| Point {
            label: "<1>",
            value: *value,
            light: Light::Near,
        };
        let line = Line {
            title: "a & b",
            points: values.iter().map(point).collect(),
            target: Some(2.0),
            shown: &|value| format!("{value:.1}"),
            target_word: "meta",
        };
        line.svg()
    }

    #[test]
    fn a_line_is_broken_where_there_is_no_figure() {
        let svg = line(&[Some(1.0), Some(2.0), None, Some(1.5)]).expect("figures");
        let run = svg.split("class=\"run\" d=\"").nth(1).expect("a line");
        let run = run.split('"').next().expect("it ends");
        assert_eq!((run.matches('M').count(), run.matches('L').count()), (2, 1));
        assert!(
            svg.contains("a &amp; b") && svg.contains("&lt;1&gt;"),
            "{svg}"
        );
        assert!(!svg.contains("NaN") && svg.contains("meta 2.0"), "{svg}");
    }

    #[test]
    fn one_figure_is_a_point_and_none_is_no_drawing() {
        assert!(line(&[Some(0.0)]).expect("a figure").contains("<path d="));
        assert_eq!(line(&[None, None]), None);
        assert_eq!(line(&[]), None);
        assert_eq!(bars("nada", &[]), None);
    }

    #[test]
    fn bars_of_nothing_have_no_length() {
        let bar = |value| Bar {
            name: "aceptada".to_owned(),
            value,
            shown: "0".to_owned(),
        };
        let svg = bars("embudo", &[bar(0.0), bar(0.0)]).expect("bars");
        assert_eq!(svg.matches("width=\"0.0\"").count(), 2, "{svg}");
    }

    #[test]
    fn every_light_has_another_shape() {
        let shapes = Light::ALL.map(|one| shape(one, 6.0, 6.0, 5.0));
        for (place, one) in shapes.iter().enumerate() {
            assert!(!shapes[place + 1..].contains(one));
        }
    }
}
