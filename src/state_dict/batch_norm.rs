//! Batch normalizations, which become part of the linear layers before them.

use super::modules::Module;
use crate::{error::Result, float::Float, model_file::damage::damaged};
use ndarray::{Array1, Array2, ArrayD};
use std::iter::{repeat, zip};

/// A linear layer, and the batch normalization of its weighted sums.
type Layer<'n> = (&'n Module<'n>, Option<&'n Module<'n>>);

/// The layers of these modules, first to last.
pub(super) fn layers<'n>(order: Vec<&'n Module<'n>>) -> Result<Vec<Layer<'n>>> {
    let mut layers: Vec<Layer<'_>> = Vec::new();
    for module in order {
        match layers.last_mut() {
            _ if !module.is_batch_norm() => layers.push((module, None)),
            Some((linear, norm)) if linear.places_to(module).is_none_or(|places| places == 1) => {
                *norm = Some(module);
            }
            _ => return Err(damaged(format!("{} {MISPLACED}", module.described()))),
        }
    }
    Ok(layers)
}

const MISPLACED: &str = "does not come directly behind a linear layer, into which it would fold: an activation may lie between";

/// ε: PyTorch's default. A `state_dict` does not contain it.
const EPSILON: f64 = 1e-5;

/// Multiplies the rows of W (outputs × inputs) by γ/√(σ² + ε), and gives the bias
/// (b - μ) γ/√(σ² + ε) + β. `parameter` gives each of the four; γ and β may be missing.
pub(super) fn fold<F: Float>(
    weights: &mut Array2<F>,
    bias: Option<Array1<F>>,
    parameter: impl FnMut(&str) -> Option<ArrayD<F>>,
) -> Array1<F> {
    let names = ["weight", "bias", "running_mean", "running_var"];
    let [scale, shift, mean, variance] = names.map(parameter);
    let or = |column: Option<ArrayD<F>>, default| {
        column.into_iter().flatten().map(F::as_f64).chain(repeat(default))
    };
    let statistics = zip(or(mean, 0.0), or(variance, 1.0));
    let sums = zip(weights.rows_mut(), or(bias.map(Array1::into_dyn), 0.0));
    zip(sums, zip(statistics, zip(or(scale, 1.0), or(shift, 0.0))))
        .map(|((mut row, bias), ((mean, variance), (scale, shift)))| {
            let factor = scale / (variance + EPSILON).sqrt();
            row.mapv_inplace(|weight| F::from_f64(weight.as_f64() * factor));
            F::from_f64((bias - mean) * factor + shift)
        })
        .collect()
}
