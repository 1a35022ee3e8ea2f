//! A reliability diagram: how often what is given a probability is so, and how many rows that is
//! known from. Of two classes it shows the second one, of more the one that is predicted.

use super::calibration_bins::{Bin, calibration_bins};
use super::outcome::{LeftOut, Outcome};
use crate::figures::{self, Axis, PIXEL, Stroke, palette, text};
use densely::metrics;
use ndarray::ArrayView1;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use std::error::Error;
use std::path::Path;

const TEXT: u32 = 18;
const BINS: usize = 10;
/// The line of correct probabilities.
const DIAGONAL: Stroke = Stroke { color: palette::REFERENCE, dashed: true };

/// The line of the probabilities before the network got its temperature.
const BEFORE: Stroke = Stroke { color: palette::VERMILION, dashed: true };

/// For each bin that has rows: the mean probability, and in what share of the rows it is so.
fn points(bins: &[Bin]) -> Vec<(f64, f64)> {
    let filled = bins.iter().filter(|bin| bin.rows > 0);
    filled.map(|bin| (bin.mean_probability(), bin.share_of_positives())).collect()
}

/// What the probability was before the weighted sums were multiplied by the factor.
fn before(outputs: ArrayView1<'_, f32>, p: f64, factor: f64) -> f64 {
    let power = |p: f64| p.powf(1.0 / factor);
    let all = match outputs.len() {
        1 => power(p) + power(1.0 - p),
        _ => outputs.iter().map(|&p| power(f64::from(p))).sum(),
    };
    power(p) / all
}

pub fn draw(path: &Path, outcome: &Outcome) -> Result<LeftOut, Box<dyn Error>> {
    let actual = metrics::predicted_classes(outcome.test.targets())?;
    let predicted = metrics::predicted_classes(outcome.test.predicted.view())?;
    // Each row's outputs, the probability, and whether it is so.
    let rows = || {
        let classes = predicted.iter().zip(&actual);
        outcome.test.predicted.rows().into_iter().zip(classes).map(|(row, (&class, &actual))| {
            let (place, is_so) =
                if row.len() == 1 { (0, actual == 1) } else { (class, class == actual) };
            (row, f64::from(row[place]), is_so)
        })
    };
    let bins = calibration_bins(rows().map(|(_, p, is_so)| (p, is_so)), BINS);
    let filled = || bins.iter().filter(|bin| bin.rows > 0);
    let points = points(&bins);
    let before = outcome.temperature_factor.filter(|factor| *factor < 1.0).map(|factor| {
        let rows = rows().map(|(row, p, is_so)| (before(row, p, factor), is_so));
        (1.0 / factor, self::points(&calibration_bins(rows, BINS)))
    });

    let (x, y) = match outcome.test.classes() {
        [_, second] => {
            let class = text::name(second, 24);
            (format!("predicted probability of {class}"), format!("actual share of {class}"))
        }
        _ => {
            let label = "probability of the predicted class";
            (label.to_owned(), "share of right predictions".to_owned())
        }
    };
    let title = format!("Calibration, {} test rows, with 95 % intervals", actual.len());
    let share = |label: &str| Axis::linear(label, -0.02..1.02, 6);
    let most = bins.iter().map(|bin| bin.rows).max().unwrap_or(0);
    let (above, below) = (share(""), share(&x));
    let y = share(&y);
    // The room at the end is for the numbers on the bars.
    let counts = Axis::whole("rows", 0.0..most as f64 * 1.35, 3);
    figures::draw(path, (600, 640), |sheet| {
        let (upper, lower) = sheet.split_vertically(430 * PIXEL);
        let room = figures::widest_number(&y, TEXT).max(figures::widest_number(&counts, TEXT));
        let mut chart = figures::chart_aligned(&upper, &title, TEXT, &above, &y, room)?;
        chart.curve(None, &[(0.0, 0.0), (1.0, 1.0)], DIAGONAL)?;
        for bin in filled() {
            let (x, (low, high)) = (bin.mean_probability(), bin.interval());
            let interval =
                PathElement::new([(x, low), (x, high)], palette::BLUE.stroke_width(2 * PIXEL));
            chart.context.draw_series([interval])?;
        }
        // The line is paler than the intervals: between points of few rows it means little.
        let line = palette::BLUE.mix(0.4).stroke_width(2 * PIXEL);
        chart.context.draw_series([PathElement::new(points.clone(), line)])?;
        chart.dots(points.into_iter(), 12, palette::BLUE.filled())?;
        if let Some((temperature, points)) = &before {
            let name = format!("before the temperature, {temperature:.2}");
            chart.curve(Some(&name), points, BEFORE)?;
            chart.legend(SeriesLabelPosition::LowerRight)?;
        }

        let mut chart = figures::chart_aligned(&lower, "", TEXT, &below, &counts, room)?;
        for (index, bin) in bins.iter().enumerate().filter(|(_, bin)| bin.rows > 0) {
            let [left, right] = [index, index + 1].map(|edge| edge as f64 / BINS as f64);
            let (middle, height) = (f64::midpoint(left, right), bin.rows as f64);
            let bar = [(left + 0.005, 0.0), (right - 0.005, height)];
            chart.context.draw_series([Rectangle::new(bar, palette::BLUE.mix(0.4).filled())])?;
            chart.note(&bin.rows.to_string(), (middle, height), HPos::Center, VPos::Bottom)?;
        }
        Ok(())
    })?;
    Ok(None)
}
