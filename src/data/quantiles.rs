//! Robust units and the edges of bins, from the quantiles of columns.

use super::batches::{InOrder, ROWS_AT_ONCE, Scales};
use super::{dataset::Examples, storage::Side};
use crate::{error::Result, float::Float, units::Units};
use std::iter::zip;

/// More rows than these tell hardly more about a quantile, and would take too much memory.
const MOST_ROWS: usize = 1 << 17;

/// The limit of the smooth clip (Holzmüller, Grinsztajn, Steinwart 2024).
const LIMIT: f64 = 3.0;

/// The known numbers of each column of inputs, sorted.
pub(crate) fn sorted_columns<F: Float>(data: &Examples<F>) -> Result<Vec<Vec<f64>>> {
    let stride = data.rows().div_ceil(MOST_ROWS);
    let mut columns = vec![Vec::new(); data.features()];
    let (sides, rows) = (&[Side::Inputs], 0..data.rows());
    let mut batches = InOrder::new(data, sides, rows, ROWS_AT_ONCE, Scales::default());
    let mut first = 0_usize;
    while let Some(batch) = batches.next()? {
        let rows = batch.inputs.view();
        for (row, numbers) in (first..).zip(rows.rows()) {
            if row.is_multiple_of(stride) {
                let known = zip(&mut columns, numbers).filter(|(_, x)| !x.is_nan());
                known.for_each(|(column, x)| column.push(x.as_f64()));
            }
        }
        first += rows.nrows();
    }
    columns.iter_mut().for_each(|column| column.sort_unstable_by(f64::total_cmp));
    Ok(columns)
}

/// The quantile of sorted numbers, between neighbours in proportion (Hyndman and Fan's type 7, as
/// numpy's).
pub(crate) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * sorted.len().saturating_sub(1) as f64;
    let [low, high] = [place.floor(), place.ceil()].map(|place| sorted[place as usize]);
    low + (high - low) * place.fract()
}

/// [Robust](crate::units::Scaling::Robust) units of these columns. A column that is `kept`, or has
/// only 0 and 1, stays as it is.
pub(crate) fn robust_units(sorted: &[Vec<f64>], kept: &[bool]) -> Result<Units> {
    let column = |(column, sorted): (usize, &Vec<f64>)| {
        let is_kept = kept.get(column) == Some(&true);
        let (Some(&least), Some(&largest)) = (sorted.first(), sorted.last()) else {
            return (0.0, 0.0, 0.0);
        };
        if least == largest {
            return (least, 0.0, 0.0);
        }
        if is_kept || sorted.iter().all(|&x| x == 0.0 || x == 1.0) {
            return (0.0, 1.0, 0.0);
        }
        let median = quantile(sorted, 0.5);
        let quartiles = quantile(sorted, 0.75) - quantile(sorted, 0.25);
        let spread = if quartiles > 0.0 { quartiles } else { distance(sorted, median) };
        (median, spread, LIMIT)
    };
    let columns = sorted.iter().enumerate().map(column);
    let (centres, spreads, limits) = columns.collect::<(Vec<_>, Vec<_>, Vec<_>)>();
    Units::robust(centres, spreads, limits)
}

/// The median distance from the median among the values other than it; half of the range for two
/// values in all.
fn distance(sorted: &[f64], median: f64) -> f64 {
    let (least, largest) = (sorted[0], sorted[sorted.len() - 1]);
    if sorted.iter().all(|&x| x == least || x == largest) {
        return (largest - least) / 2.0;
    }
    let others = sorted.iter().filter(|&&x| x != median);
    let mut distances: Vec<f64> = others.map(|x| (x - median).abs()).collect();
    distances.sort_unstable_by(f64::total_cmp);
    quantile(&distances, 0.5)
}
