//! Draws predicted against actual numbers, and the residuals.

use super::outcome::{LeftOut, Outcome};
use crate::figures::{self, Axis, Chart, PIXEL, Sheet, Stroke, palette, text};
use plotters::prelude::*;
use std::error::Error;
use std::path::Path;

const TEXT: u32 = 18;
const RIGHT: Stroke = Stroke { color: palette::REFERENCE, dashed: true };

/// More rows could not be told apart, and make a large file.
const MOST_DOTS: usize = 1000;

pub fn draw(path: &Path, outcome: &Outcome) -> Result<LeftOut, Box<dyn Error>> {
    let rows = outcome.test.rows();
    let every = rows.div_ceil(MOST_DOTS);
    let pairs =
        outcome.test.targets().into_iter().zip(outcome.test.predicted.view()).step_by(every);
    let pairs = pairs.map(|(&actual, &predicted)| (f64::from(actual), f64::from(predicted)));
    let pairs: Vec<(f64, f64)> = pairs.collect();

    let target = text::name(outcome.target, 40);
    let shown = match every {
        1 => format!("{rows} test rows"),
        _ => format!("{} of {rows} test rows", pairs.len()),
    };
    // SVG shows several spaces in a row as one.
    let scores = outcome.scores.text().replace("  ", ", ");
    let title = format!("{}, {shown}: {scores}", text::name(outcome.target, 30));
    figures::draw(path, (1200, 620), |sheet| {
        let sheet = sheet
            .margin(TEXT / 2 * PIXEL, 0, 0, 0)
            .titled(&title, ("sans-serif", TEXT * 7 / 6 * PIXEL))?;
        let (left, right) = sheet.split_horizontally(sheet.dim_in_pixel().0 / 2);
        draw_predictions(&left, &target, &pairs)?;
        draw_residuals(&right, &target, &pairs)
    })?;
    Ok(None)
}

/// A perfect prediction is on the diagonal: both axes have the same range.
fn draw_predictions(
    sheet: &Sheet,
    target: &str,
    pairs: &[(f64, f64)],
) -> Result<(), Box<dyn Error>> {
    let range = figures::padded(pairs.iter().flat_map(|&(actual, predicted)| [actual, predicted]));
    let x = Axis::linear(&format!("actual {target}"), range.clone(), 7);
    let y = Axis::linear(&format!("predicted {target}"), range.clone(), 9);
    let mut chart = figures::chart(sheet, "Predicted against actual", TEXT, &x, &y)?;
    let (start, end) = (range.start, range.end);
    chart.curve(None, &[(start, start), (end, end)], RIGHT)?;
    draw_dots(&mut chart, pairs.iter().copied())
}

fn draw_residuals(sheet: &Sheet, target: &str, pairs: &[(f64, f64)]) -> Result<(), Box<dyn Error>> {
    let residuals = pairs.iter().map(|&(actual, predicted)| (predicted, actual - predicted));
    let x = figures::padded(residuals.clone().map(|point| point.0));
    let y = figures::padded(residuals.clone().map(|point| point.1).chain([0.0]));
    let x = Axis::linear(&format!("predicted {target}"), x, 7);
    let y = Axis::linear("actual less predicted", y, 9);
    let mut chart = figures::chart(sheet, "Residuals", TEXT, &x, &y)?;
    chart.curve(None, &[(x.range.start, 0.0), (x.range.end, 0.0)], RIGHT)?;
    draw_dots(&mut chart, residuals)
}

/// The dots are translucent, so that those below are visible.
fn draw_dots(
    chart: &mut Chart,
    points: impl Iterator<Item = (f64, f64)>,
) -> Result<(), Box<dyn Error>> {
    chart.dots(points, 9, palette::BLUE.mix(0.5).filled())
}
