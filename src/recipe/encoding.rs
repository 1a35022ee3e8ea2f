//! The piecewise-linear encoding of numbers, as a layer.

use crate::activation::HardTanh;
use crate::data::quantiles::quantile;
use crate::{dense::Dense, error::Result, float::Float, optimizer::RateFactors, units::Units};
use ndarray::{Array2, ArrayView1, Axis};
use std::{iter::zip, ops::RangeInclusive};

/// Closer edges than this are one: `f32` could not tell them apart.
const LEAST_GAP: f64 = 1e-5;

/// If all columns together have more codes than these, they have none.
const MOST_CODES: usize = 512;

/// The median of the rows of each code is at least this.
const LEAST_ROWS: usize = 3;

/// A frozen layer that adds bins to the numbers, and what the layer after it makes of its outputs.
///
/// The inputs are in the robust units of the network. For the edges b of a column's bins, the j-th
/// bin is e_j = clamp((z - b_(j-1)) / (b_j - b_(j-1)), 0, 1) (Gorishniy, Rubachev, Babenko 2022).
/// The layer has `HardTanh`, so a bin leaves it as 2 e_j - 1, and a clipped input z as z / limit.
///
/// A column with few different whole numbers, but more than bins can separate, may hold codes,
/// whose order means nothing. All of them are edges, and beside the bins the next layer takes
/// e_j - e_(j+1), which is 1 at the value b_j and 0 at the others.
pub(super) struct Encoding<F: Float> {
    pub(super) layer: Dense<F>,
    /// The next layer takes y = c · (h + o) in place of each output h. From some it takes the y of
    /// the next output. In this order: c, o, and the places of these outputs.
    pub(super) mapping: (Vec<F>, Vec<F>, Vec<usize>),
}

impl<F: Float> Encoding<F> {
    /// At most `bins` bins for each column that has a clip and no codes; the columns are sorted.
    pub(super) fn new(units: &Units, sorted: &[Vec<f64>], bins: usize) -> Result<Self> {
        let scales = zip(units.centres().unwrap_or_default(), units.spreads().unwrap_or_default());
        let limits = units.limits().unwrap_or_default();
        let mut outputs: Vec<Bin> = limits.iter().enumerate().map(Bin::that_passes).collect();
        let (mut columns, mut differences) = (Vec::new(), Vec::new());
        for (column, ((&centre, &spread), &limit)) in zip(scales, limits).enumerate() {
            if limit > 0.0 {
                let of_column = Units::robust([centre], [spread], [limit])?;
                let numbers = ArrayView1::from(&sorted[column][..]).insert_axis(Axis(1));
                let numbers: Vec<f64> = of_column.to_network(numbers)?.into_iter().collect();
                let are_whole = sorted[column].iter().all(|number| number.fract() == 0.0);
                let range = bins.saturating_mul(2).saturating_add(1)..=MOST_CODES;
                let codes = if are_whole { codes(&numbers, range) } else { Vec::new() };
                columns.push((column, numbers, codes));
            }
        }
        // Measurements come in many columns, codes in few.
        let are_measurements =
            columns.iter().map(|(.., codes)| codes.len()).sum::<usize>() > MOST_CODES;
        for (column, numbers, codes) in columns {
            let has_codes = !codes.is_empty() && !are_measurements;
            let edges = if has_codes { codes } else { edges(&numbers, bins) };
            let of_edges = |edges: &[f64]| Bin::new(column, edges[0], edges[1], &numbers);
            outputs.extend(edges.windows(2).map(of_edges));
            if has_codes {
                let first = outputs.len();
                // No number of the column [low] is above `high`: the mean that is taken off is 0.
                let of_codes = |codes: &[f64]| Bin::new(column, codes[0], codes[1], &codes[..1]);
                outputs.extend(edges.windows(2).map(of_codes));
                // Behind the last code there is no other.
                differences.extend(first..outputs.len() - 1);
            }
        }
        let mut weights = Array2::zeros((limits.len(), outputs.len()));
        for (mut weights, bin) in weights.axis_iter_mut(Axis(1)).zip(&outputs) {
            weights[bin.column] = F::from_f64(bin.factor);
        }
        let of = |number: fn(&Bin) -> f64| outputs.iter().map(move |bin| F::from_f64(number(bin)));
        let bias = of(|bin| bin.shift).collect();
        let layer = Dense::new(weights, Some(bias), HardTanh)?;
        let layer = layer.with_rate_factors(RateFactors::FROZEN)?;
        let (constants, offsets) = (of(|bin| bin.constant), of(|bin| bin.offset));
        Ok(Self { layer, mapping: (constants.collect(), offsets.collect(), differences) })
    }
}

/// constant · (HardTanh(factor · z + shift) + offset), which the next layer takes.
struct Bin {
    column: usize,
    factor: f64,
    shift: f64,
    constant: f64,
    offset: f64,
}

impl Bin {
    /// A column itself: z, with this limit of its clip.
    fn that_passes((column, &limit): (usize, &f64)) -> Self {
        let limit = if limit > 0.0 { limit } else { 1.0 };
        Self { column, factor: 1.0 / limit, shift: 0.0, constant: limit, offset: 0.0 }
    }

    /// e less its mean, for a column of these sorted numbers.
    fn new(column: usize, low: f64, high: f64, sorted: &[f64]) -> Self {
        let [first, end] = [low, high].map(|edge| sorted.partition_point(|&z| z < edge));
        let inside = sorted[first..end].iter().map(|z| (z - low) / (high - low));
        let mean = (inside.sum::<f64>() + (sorted.len() - end) as f64) / sorted.len() as f64;
        let factor = 2.0 / (high - low);
        // (HardTanh + 1) / 2 is e.
        Self { column, factor, shift: -1.0 - factor * low, constant: 0.5, offset: 1.0 - 2.0 * mean }
    }
}

/// The edges of at most `bins` bins: values that fill more than 1 / bins of the column, and
/// quantiles of the others at equal distances.
fn edges(sorted: &[f64], bins: usize) -> Vec<f64> {
    let (mut edges, mut others) = (Vec::new(), Vec::new());
    for equal in sorted.chunk_by(|a, b| a == b) {
        if equal.len().saturating_mul(bins) > sorted.len() {
            edges.push(equal[0]);
        } else {
            others.extend_from_slice(equal);
        }
    }
    let missing = bins.saturating_add(1).saturating_sub(edges.len());
    if missing > 0 && !others.is_empty() {
        let share = |edge: usize| edge as f64 / missing.saturating_sub(1).max(1) as f64;
        edges.extend((0..missing).map(|edge| quantile(&others, share(edge))));
    }
    edges.sort_unstable_by(f64::total_cmp);
    apart(edges)
}

/// The different values of a column of whole numbers if they may be codes: as many as in this
/// range, and most in several rows.
fn codes(sorted: &[f64], range: RangeInclusive<usize>) -> Vec<f64> {
    let mut counts: Vec<usize> = sorted.chunk_by(|a, b| a == b).map(<[f64]>::len).collect();
    counts.sort_unstable();
    let has_rows = counts.get(counts.len() / 2).is_some_and(|&rows| rows >= LEAST_ROWS);
    if !has_rows || !range.contains(&counts.len()) {
        return Vec::new();
    }
    apart(sorted.to_vec())
}

/// Leaves out numbers that are too close to those before them.
fn apart(mut sorted: Vec<f64>) -> Vec<f64> {
    sorted.dedup_by(|number, before| *number - *before < LEAST_GAP);
    sorted
}

#[cfg(test)]
mod tests {
    use super::Encoding;
    use crate::activation::Identity;
    use crate::data::quantiles::robust_units;
    use crate::dense::Dense;
    use approx::{assert_abs_diff_eq, assert_relative_eq};
    use ndarray::{Array1, Array2, Axis, Slice, array};

    /// Four bins of a column with a value that fills more than a fourth of it:
    ///
    /// ```python
    /// import numpy as np
    /// x = np.r_[np.zeros(8), np.arange(1, 13) ** 2.0]
    /// center, spread, bins = np.median(x), np.subtract(*np.quantile(x, [.75, .25])), 4
    /// clip = lambda x: (u := (x - center) / spread) / np.sqrt(1 + (u / 3) ** 2)
    /// edges = np.r_[clip(0), np.quantile(clip(x[x != 0]), np.linspace(0, 1, bins))]
    /// low, high = edges[:-1], edges[1:]
    /// e = lambda x: np.clip((clip(x)[:, None] - low) / (high - low), 0, 1)
    /// new = np.array([0, 0.5, 20, 200])
    /// print(np.c_[clip(new), e(new) - e(x).mean(0)].tolist())
    /// ```
    #[test]
    fn bins_are_those_of_numpy() {
        let squares = (1..13).map(|root| f64::from(root * root));
        let sorted = vec![[0.0; 8].into_iter().chain(squares).collect::<Vec<_>>()];
        let units = robust_units(&sorted, &[false]).unwrap();
        let Encoding { layer, mapping: (constants, offsets, _) } =
            Encoding::new(&units, &sorted, 4).unwrap();
        let z = units.to_network(array![[0.0], [0.5], [20.0], [200.0]].view()).unwrap();
        let numbers =
            Array1::from(constants) * (layer.predict(z.view()).unwrap() + Array1::from(offsets));
        let expected = array![
            [
                -0.12311893597432737,
                -0.6,
                -0.4621138038437347,
                -0.29378982582988583,
                -0.12194523783537074
            ],
            [
                -0.11366240895564214,
                -0.10008971560207935,
                -0.4621138038437347,
                -0.29378982582988583,
                -0.12194523783537074
            ],
            [
                0.25499798324151823,
                0.4,
                0.4441525138856054,
                -0.29378982582988583,
                -0.12194523783537074
            ],
            [2.3222728830965877, 0.4, 0.5378861961562653, 0.7062101741701141, 0.8780547621646293],
        ];
        assert_relative_eq!(numbers, expected, max_relative = 1e-12, epsilon = 1e-13);
    }

    /// Each code but the least has an output that is 1 at it, 0 at the others, and linear between.
    #[test]
    fn codes_are_one_hot() {
        let sorted = vec![[1.0, 4.0, 9.0, 10.0].map(|code| [code; 5]).concat()];
        let units = robust_units(&sorted, &[false]).unwrap();
        let Encoding { layer, mapping } = Encoding::new(&units, &sorted, 1).unwrap();
        let (eye, zeros) = (Array2::eye(layer.outputs()), Array1::zeros(layer.outputs()));
        let reader = Dense::<f64>::new(eye, Some(zeros), Identity).unwrap();
        let reader = reader.with_mapped_input_factors(6.0, mapping).unwrap();
        let z =
            units.to_network(array![[0.0], [1.0], [4.0], [9.0], [10.0], [99.0]].view()).unwrap();
        let outputs = reader.predict(layer.predict(z.view()).unwrap().view()).unwrap();
        let expected = array![
            [0.0, 0.0, 0.0],
            [0.0, 0.0, 0.0],
            [1.0, 0.0, 0.0],
            [0.0, 1.0, 0.0],
            [0.0, 0.0, 1.0],
            [0.0, 0.0, 1.0],
        ];
        let codes = outputs.slice_axis(Axis(1), Slice::from(-3..));
        assert_abs_diff_eq!(codes, expected, epsilon = 1e-12);
    }
}
