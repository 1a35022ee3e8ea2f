//! Draws learning curves: the losses and the monitored metric after each epoch.

use super::outcome::{LeftOut, Outcome};
use crate::figures::{self, Axis, PIXEL, Sheet, Stroke, palette, text};
use densely::{Report, trainer::Epoch};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use std::error::Error;
use std::path::Path;

const TEXT: u32 = 18;
const TRAINING: Stroke = Stroke { color: palette::BLUE, dashed: false };
const VALIDATION: Stroke = Stroke { color: palette::VERMILION, dashed: false };
const BEST: Stroke = Stroke { color: palette::REFERENCE, dashed: true };

/// More points would be invisible, and make a large file.
const MOST_POINTS: usize = 1500;

/// Up to this many epochs have a dot each, since a single epoch has no line.
const MOST_DOTS: usize = 30;

/// The values of a quantity after the epochs that have one.
struct Curve {
    points: Vec<(f64, f64)>,
    stroke: Stroke,
}

impl Curve {
    fn new(report: &Report, stroke: Stroke, value: impl Fn(&Epoch) -> Option<f64>) -> Self {
        let points = report.epochs.iter().filter_map(|epoch| {
            let value = value(epoch).filter(|value| value.is_finite())?;
            Some((epoch.number as f64, value))
        });
        Self { points: points.collect(), stroke }
    }
}

pub fn draw(path: &Path, outcome: &Outcome) -> Result<LeftOut, Box<dyn Error>> {
    let report = outcome.report;
    let losses = [
        Curve::new(report, TRAINING, |epoch| Some(epoch.training_loss)),
        Curve::new(report, VALIDATION, |epoch| epoch.validation_loss),
    ];
    let mut panels = vec![(axis(outcome.loss, &losses), Vec::from(losses))];
    if let Some(name) = &report.monitored {
        let metric = [Curve::new(report, VALIDATION, |epoch| epoch.monitored)];
        panels.push((axis(name, &metric), Vec::from(metric)));
    }
    let rooms = panels.iter().map(|(y, _)| figures::widest_number(y, TEXT));
    let room = rooms.max().unwrap_or(0);
    let height = 80 + 440 * panels.len() as u32;
    let title = format!("Learning curves: {}", text::name(outcome.target, 50));
    figures::draw(path, (1000, height), |sheet| {
        let sheet = sheet
            .margin(TEXT / 2 * PIXEL, 0, 0, 0)
            .titled(&title, ("sans-serif", TEXT * 7 / 6 * PIXEL))?;
        let (strip, charts) = sheet.split_vertically(TEXT * 2 * PIXEL);
        let mut names = vec![("training", TRAINING)];
        if report.validation_rows > 0 {
            names.push(("validation", VALIDATION));
        }
        figures::curve_key(&strip, TEXT, &names)?;
        let parts = charts.split_evenly((panels.len(), 1));
        for ((y, curves), sheet) in panels.iter().zip(parts) {
            draw_chart(&sheet, y, curves, report, room)?;
        }
        Ok(())
    })?;
    Ok(None)
}

fn draw_chart(
    sheet: &Sheet,
    y: &Axis,
    curves: &[Curve],
    report: &Report,
    room: u32,
) -> Result<(), Box<dyn Error>> {
    let epochs = report.epochs.len();
    let range = if epochs > 1 { 1.0..epochs as f64 } else { 0.5..1.5 };
    let x = Axis::whole("epoch", range, 12);
    let mut chart = figures::chart_aligned(sheet, "", TEXT, &x, y, room)?;
    for curve in curves {
        let placed = curve.points.iter().map(|&(epoch, value)| (epoch, y.place(value)));
        let points = thinned(placed.collect(), MOST_POINTS);
        chart.curve(None, &points, curve.stroke)?;
        if epochs <= MOST_DOTS {
            chart.dots(points.into_iter(), 8, curve.stroke.color.filled())?;
        }
    }
    let best = report.best_epoch as f64;
    let marked = curves.last().filter(|curve| !curve.points.is_empty()).unwrap_or(&curves[0]);
    if let Some(&(_, value)) = marked.points.iter().find(|point| point.0 == best) {
        chart.curve(None, &[(best, y.range.start), (best, y.range.end)], BEST)?;
        chart.dots([(best, y.place(value))].into_iter(), 12, marked.stroke.color.filled())?;
        let right_half = 2.0 * best > x.range.start + x.range.end;
        let side = if right_half { HPos::Right } else { HPos::Left };
        chart.note(&format!("best epoch: {best}"), (best, y.range.end), side, VPos::Top)?;
    }
    Ok(())
}

/// The axis is logarithmic if the values are positive and the largest is at least five times the
/// smallest.
fn axis(label: &str, curves: &[Curve]) -> Axis {
    let values = || curves.iter().flat_map(|curve| &curve.points).map(|point| point.1);
    let range = figures::extent(values());
    let axis = if range.start > 0.0 && range.end >= 5.0 * range.start {
        let range = figures::padded(values().map(f64::log10));
        Axis::logarithmic(label, 10_f64.powf(range.start)..10_f64.powf(range.end))
    } else {
        Axis::linear(label, figures::padded(values()), 8)
    };
    // The room at the end is for the name of the best epoch, so that no curve crosses it.
    axis.extended(0.09)
}

/// Keeps only the lowest and the highest of several points in a row, if there are too many.
fn thinned(points: Vec<(f64, f64)>, most: usize) -> Vec<(f64, f64)> {
    if points.len() <= most {
        return points;
    }
    let pieces = points.chunks((2 * points.len()).div_ceil(most));
    let extremes = pieces.flat_map(|piece| {
        let by_value = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        let extremes = [piece.iter().min_by(by_value), piece.iter().max_by(by_value)];
        let mut extremes: Vec<(f64, f64)> = extremes.into_iter().flatten().copied().collect();
        extremes.sort_by(|a, b| a.0.total_cmp(&b.0));
        extremes
    });
    extremes.collect()
}
