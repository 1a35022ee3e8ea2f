//! The piecewise-linear encoding of numbers, as a layer.

use crate::data::quantiles::quantile;
use crate::{error::Result, float::Float, units::Units};
use ndarray::{Array1, Array2, Axis};

/// Closer edges than this are one: `f32` could not tell them apart.
const LEAST_GAP: f64 = 1e-5;

/// A layer with `HardTanh` that passes its inputs on and adds the bins of each clipped column.
///
/// The inputs are in the robust units of the network. For the edges b of a column's bins, the j-th
/// new output is 2 clamp((z - b_(j-1)) / (b_j - b_(j-1)), 0, 1) - 1 (Gorishniy, Rubachev, Babenko
/// 2022). A clipped input z is passed on as z / limit, since `HardTanh` would cut it at 1.
pub(super) struct Encoding<F> {
    pub(super) weights: Array2<F>,
    pub(super) bias: Array1<F>,
    /// By which each output is to be multiplied: the limit, 1, or ½ for a bin of 0 to 1.
    pub(super) constants: Vec<F>,
}

impl<F: Float> Encoding<F> {
    /// At most `bins` bins for each column that has a clip; the columns are sorted.
    pub(super) fn new(units: &Units, sorted: &[Vec<f64>], bins: usize) -> Result<Self> {
        let limits = units.limits().unwrap_or_default();
        let passed = limits.iter().enumerate().map(|(column, &limit)| match limit {
            0.0 => Bin { column, factor: 1.0, shift: 0.0, constant: 1.0 },
            _ => Bin { column, factor: 1.0 / limit, shift: 0.0, constant: limit },
        });
        let mut outputs: Vec<Bin> = passed.collect();
        for column in (0..limits.len()).filter(|&column| limits[column] > 0.0) {
            let edges = edges(&sorted[column], bins);
            let mut rows = Array2::zeros((edges.len(), limits.len()));
            rows.column_mut(column).assign(&Array1::from(edges));
            let mut edges = units.to_network(rows.view())?.column(column).to_vec();
            edges.dedup_by(|edge, before| *edge - *before < LEAST_GAP);
            outputs.extend(edges.windows(2).map(|edges| {
                let factor = 2.0 / (edges[1] - edges[0]);
                Bin { column, factor, shift: -1.0 - factor * edges[0], constant: 0.5 }
            }));
        }
        let mut weights = Array2::zeros((limits.len(), outputs.len()));
        for (mut weights, bin) in weights.axis_iter_mut(Axis(1)).zip(&outputs) {
            weights[bin.column] = F::from_f64(bin.factor);
        }
        let bias = outputs.iter().map(|bin| F::from_f64(bin.shift)).collect();
        let constants = outputs.iter().map(|bin| F::from_f64(bin.constant)).collect();
        Ok(Self { weights, bias, constants })
    }
}

/// An output of the layer: constant · HardTanh(factor · z + shift).
struct Bin {
    column: usize,
    factor: f64,
    shift: f64,
    constant: f64,
}

/// The edges of at most `bins` bins: values that fill more than 1 / bins of the column, and
/// quantiles of the others at equal distances.
fn edges(sorted: &[f64], bins: usize) -> Vec<f64> {
    let (mut edges, mut others) = (Vec::new(), Vec::new());
    for equal in sorted.chunk_by(|a, b| a == b) {
        if equal.len() * bins > sorted.len() {
            edges.push(equal[0]);
        } else {
            others.extend_from_slice(equal);
        }
    }
    let missing = (bins + 1).saturating_sub(edges.len());
    if missing > 0 && !others.is_empty() {
        let share = |edge: usize| edge as f64 / missing.saturating_sub(1).max(1) as f64;
        edges.extend((0..missing).map(|edge| quantile(&others, share(edge))));
    }
    edges.sort_unstable_by(f64::total_cmp);
    edges.dedup();
    edges
}
