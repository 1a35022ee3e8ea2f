//! The pictures of `densely explain`.

use super::columns::Columns;
use crate::figures::{self, Axis, PIXEL, Sheet, Stroke, padded, palette, text};
use crate::rounded;
use densely::Float;
use densely::explanation::{Grid, Importance, PartialDependence};
use plotters::prelude::*;
use std::error::Error;
use std::path::Path;

const IMPORTANCES: &str = "importances.svg";
const DEPENDENCE: &str = "dependence.svg";
const TEXT: u32 = 16;
const TITLE: u32 = 19;

/// The most columns that the pictures show.
const MOST_BARS: usize = 30;
const MOST_CHARTS: usize = 6;

/// The most rows with a curve of their own, and with a tick at the axis.
const MOST_CURVES: usize = 30;
const MOST_TICKS: usize = 100;

/// The most characters of a name.
const MOST_CHARACTERS: usize = 24;

/// The most outputs that a chart shows.
const MOST_OUTPUTS: usize = 5;

const COLORS: [RGBColor; MOST_OUTPUTS] =
    [palette::BLUE, palette::VERMILION, palette::GREEN, palette::PURPLE, palette::ORANGE];

/// Makes the folder, if there is none, and sees that the pictures can be written there.
pub fn check(folder: &Path) -> Result<(), Box<dyn Error>> {
    figures::check_folder(folder, [IMPORTANCES, DEPENDENCE].into_iter())
}

/// Draws the pictures, and names them.
pub fn draw<F: Float>(folder: &Path, columns: &Columns<'_, F>) -> Result<String, Box<dyn Error>> {
    importances(&folder.join(IMPORTANCES), columns)?;
    let mut shown = Vec::new();
    for importance in columns.importances.iter().take(MOST_CHARTS) {
        let name = &importance.column;
        if let Some(dependence) = columns.dependence(name)? {
            shown.push((name, dependence));
        }
    }
    let across = shown.len().clamp(1, 3);
    let down = shown.len().div_ceil(across).max(1);
    let size = (420 * across as u32, 34 + 340 * down as u32);
    let (rows, outputs) = (columns.sampled(), columns.outputs.len());
    let besides = match outputs {
        1 => ", and single rows".to_owned(),
        2..=MOST_OUTPUTS => String::new(),
        _ => format!(": the first {MOST_OUTPUTS} of {outputs} outputs"),
    };
    let title = format!("The mean of {rows} rows with each value{besides}");
    figures::draw(&folder.join(DEPENDENCE), size, |sheet| {
        let sheet = sheet.margin(TEXT / 2 * PIXEL, 0, 0, 0);
        let sheet = sheet.titled(&title, ("sans-serif", TITLE * PIXEL))?;
        let panels = sheet.split_evenly((down, across));
        panels.iter().zip(&shown).try_for_each(|(panel, (name, dependence))| {
            draw_dependence(panel, columns, name, dependence)
        })
    })?;
    Ok(format!("{}: {IMPORTANCES}, {DEPENDENCE}", folder.display()))
}

/// A bar for each column, with twice the standard error to both sides of its end.
fn importances<F: Float>(path: &Path, columns: &Columns<'_, F>) -> Result<(), Box<dyn Error>> {
    let shown = &columns.importances[..columns.importances.len().min(MOST_BARS)];
    let (count, (name, error)) = (shown.len(), columns.error);
    let ends = |importance: &Importance| {
        let (mean, error) = (importance.mean(), importance.standard_error());
        let error = if error.is_nan() { 0.0 } else { 2.0 * error };
        [mean - error, mean, mean + error]
    };
    let range = padded(shown.iter().flat_map(ends).chain([0.0]));
    let names = shown
        .iter()
        .enumerate()
        .map(|(place, column)| (-(place as f64), text::name(&column.column, MOST_CHARACTERS)));
    let y = Axis::new("", 0.6 - count as f64..0.6, names.collect());
    let x = Axis::linear(&format!("rise of {name} (± 2 standard errors)"), range, 6);
    let error = rounded::score(error);
    let title = format!("Each column shuffled, {} rows: {name} {error}", columns.rows);
    figures::draw(path, (760, 110 + 28 * count as u32), |sheet| {
        let mut chart = figures::chart(sheet, &title, TEXT, &x, &y)?;
        for (place, column) in shown.iter().enumerate() {
            let (y, [low, mean, high]) = (-(place as f64), ends(column));
            let bar = [(0.0, y - 0.36), (mean, y + 0.36)];
            let bar = Rectangle::new(bar, palette::BLUE.mix(0.5).filled());
            chart.context.draw_series([bar])?;
            let error = PathElement::new([(low, y), (high, y)], BLACK.stroke_width(2 * PIXEL));
            chart.context.draw_series([error])?;
        }
        Ok(())
    })
}

/// How the outputs depend on a column. A single output has curves of some rows; several have a key.
fn draw_dependence<F: Float>(
    panel: &Sheet<'_>,
    columns: &Columns<'_, F>,
    column: &str,
    dependence: &PartialDependence<F>,
) -> Result<(), Box<dyn Error>> {
    let (mean, curves, outputs) = (dependence.mean(), &dependence.curves, &columns.outputs);
    let (of_schema, numbers) = columns.numbers(column).unzip();
    let unit = match of_schema.and_then(|column| column.date.as_ref()) {
        Some(date) if date.format.contains("%d") => ", days since the first",
        Some(_) => ", part of a day",
        None => "",
    };
    let name = text::name(column, MOST_CHARACTERS) + unit;
    let (x, places): (_, Vec<f64>) = match &dependence.grid {
        Grid::Numbers(values) => {
            (Axis::linear(&name, padded(values.iter().copied()), 5), values.clone())
        }
        Grid::Categories(names) => {
            let places: Vec<_> = (0..names.len()).map(|place| place as f64).collect();
            let names = names.iter().map(|name| text::name(name, 10));
            let ticks = places.iter().copied().zip(names).collect();
            (Axis::new(&name, -0.5..places.len() as f64 - 0.5, ticks), places)
        }
        grid => return Err(format!("the grid {grid:?} has no picture").into()),
    };
    let single = outputs.len() == 1;
    let is_text = matches!(dependence.grid, Grid::Categories(_));
    let rows = if single && !is_text { curves.dim().1.min(MOST_CURVES) } else { 0 };
    let row = |row| {
        let outputs = curves.index_axis(ndarray::Axis(1), row);
        outputs.column(0).iter().map(|output| output.as_f64()).collect::<Vec<_>>()
    };
    let range = padded((0..rows).flat_map(row).chain(mean.iter().copied()));
    let label = if single { text::name(&outputs[0], MOST_CHARACTERS) } else { String::new() };
    let y = Axis::linear(&label, range.clone(), 5);
    let mut chart = figures::chart(panel, "", TEXT, &x, &y)?;
    // Where the rows are.
    let tick = 0.03 * (range.end - range.start);
    let numbers = numbers.into_iter().flatten();
    let inside = numbers.filter(|number| x.range.contains(number)).take(MOST_TICKS);
    let rug = inside.map(|number| {
        let ends = [(number, range.start), (number, range.start + tick)];
        PathElement::new(ends, BLACK.mix(0.25).stroke_width(PIXEL))
    });
    chart.context.draw_series(rug)?;
    for row in (0..rows).map(row) {
        let points = places.iter().copied().zip(row);
        let style = palette::REFERENCE.mix(0.3).stroke_width(PIXEL);
        chart.context.draw_series([PathElement::new(points.collect::<Vec<_>>(), style)])?;
    }
    for ((output, color), name) in mean.columns().into_iter().zip(COLORS).zip(outputs) {
        let points: Vec<_> = places.iter().copied().zip(output.iter().copied()).collect();
        let name = text::name(name, 12);
        let stroke = Stroke { color, dashed: is_text };
        chart.curve((!single).then_some(&name), &points, stroke)?;
        if is_text {
            chart.dots(points.into_iter(), 10, color.filled())?;
        }
    }
    if !single {
        chart.legend(SeriesLabelPosition::UpperRight)?;
    }
    Ok(())
}
