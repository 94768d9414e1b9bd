//! Charts of the spreadsheet's own over the tables of the workbook.

use rust_xlsxwriter::{
    Chart, ChartDataLabel, ChartEmptyCells, ChartLegendPosition, ChartLine, ChartLineDashType,
    ChartSolidFill, ChartType, Worksheet, XlsxError,
};

/// Of the palette of the lights: a line, and what it is held against.
const LINE: u32 = 0x00_72B2;
const TARGET: u32 = 0x11_1111;
/// Size of a chart in pixels, and the rows and columns it takes.
const WIDE: u32 = 520;
const HIGH: u32 = 260;
const ROWS: u32 = 14;
const COLUMNS: u16 = 5;

/// A column to be drawn.
pub(super) struct Drawn<'a> {
    pub(super) title: &'a str,
    pub(super) value: usize,
    pub(super) target: Option<usize>,
    pub(super) number_format: &'a str,
}

/// A line chart for each, below the table, two abreast.
pub(super) fn lines(
    sheet: &mut Worksheet,
    name: &str,
    rows: usize,
    drawn: &[Drawn<'_>],
) -> Result<(), XlsxError> {
    let last = row(rows);
    for (place, one) in drawn.iter().enumerate() {
        let mut chart = Chart::new(ChartType::Line);
        let mut series = |column: usize, line: &mut ChartLine| {
            let column = u16::try_from(column).unwrap_or(u16::MAX);
            chart
                .add_series()
                .set_name((name, 0, column))
                .set_categories((name, 1, 0, last, 0))
                .set_values((name, 1, column, last, column))
                .set_format(line);
        };
        series(one.value, ChartLine::new().set_color(LINE).set_width(2));
        if let Some(target) = one.target {
            let dash = ChartLineDashType::Dash;
            series(
                target,
                ChartLine::new()
                    .set_color(TARGET)
                    .set_width(1)
                    .set_dash_type(dash),
            );
        }
        chart.title().set_name(one.title);
        chart.y_axis().set_num_format(one.number_format).set_min(0);
        chart.legend().set_position(ChartLegendPosition::Bottom);
        chart.show_empty_cells_as(ChartEmptyCells::Gaps);
        chart.set_width(WIDE).set_height(HIGH);
        chart.set_alt_text(one.title);
        let (down, right) = (row(place / 2), u16::from(place % 2 == 1));
        sheet.insert_chart(last + 2 + down * ROWS, right * COLUMNS, &chart)?;
    }
    Ok(())
}

/// Bars of the second column by the first, the first on top, beside the table; none without rows.
pub(super) fn bars(
    sheet: &mut Worksheet,
    name: &str,
    title: &str,
    rows: usize,
) -> Result<(), XlsxError> {
    if rows == 0 {
        return Ok(());
    }
    let last = row(rows);
    let mut chart = Chart::new(ChartType::Bar);
    chart
        .add_series()
        .set_name((name, 0, 1))
        .set_categories((name, 1, 0, last, 0))
        .set_values((name, 1, 1, last, 1))
        .set_format(ChartSolidFill::new().set_color(LINE))
        .set_data_label(ChartDataLabel::new().show_value());
    chart.title().set_name(title);
    chart.x_axis().set_reverse();
    chart.legend().set_hidden();
    chart.set_width(WIDE + 120).set_height(HIGH);
    chart.set_alt_text(title);
    sheet.insert_chart(last + 2, 0, &chart)?;
    Ok(())
}

fn row(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
