use super::{Activation, Exponential, FromOutput, elementwise::map};
use crate::float::Float;
use ndarray::{ArrayView2, ArrayViewMut2, Axis, Zip};

/// Softmax over each row: a_i = e^(z_i) / Σ_k e^(z_k), range (0, 1), each row's sum 1.
///
/// # The derivative from the output
///
/// Every output depends on every z of its row: ∂a_i/∂z_j = a_i (1 - a_i) if i = j, and -a_i a_j
/// if not. For a gradient δ that arrives at the outputs, Σ_i δ_i ∂a_i/∂z_j is therefore
///
/// a_j (δ_j - Σ_i a_i δ_i):
///
/// a dot product and two operations an element; the Jacobian matrix is never formed.
///
/// # When
///
/// For the output layer of a classifier with three or more classes, with
/// [`CategoricalCrossEntropy`](crate::loss::CategoricalCrossEntropy). Hidden layers may have it
/// too.
///
/// A row with NaN or +∞ becomes NaN, as does one with only -∞. Among finite numbers, -∞
/// gives 0.
///
/// ```
/// use densely::{Activation, Softmax};
/// use ndarray::array;
///
/// let (mut a, mut delta) = (array![[0.0, 2.0_f64.ln(), 5.0_f64.ln()]], array![[1.0, 0.0, 0.0]]);
/// Softmax.forward(a.view_mut());
/// approx::assert_abs_diff_eq!(a, array![[0.125, 0.25, 0.625]], epsilon = 1e-15);   // ⅛, ¼, ⅝
/// Softmax.backward(a.view(), delta.view_mut());
/// let expected = array![[7.0, -2.0, -5.0]] / 64.0;                            // Σ a δ is ⅛
/// approx::assert_abs_diff_eq!(delta, expected, epsilon = 1e-15);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Softmax;

impl Activation for Softmax {
    type Derivative = FromOutput;

    fn forward<F: Float>(&self, mut z: ArrayViewMut2<'_, F>) {
        for mut row in z.rows_mut() {
            // Subtracting the largest z changes no quotient and keeps every exponential at most 1.
            let largest = row.fold(F::neg_infinity(), |largest, &z| largest.max(z));
            row.mapv_inplace(|z| z - largest);
            map(row.view_mut().insert_axis(Axis(0)), Exponential);
            let sum = row.sum();
            row.mapv_inplace(|e| e / sum);
        }
    }

    fn backward<F: Float>(&self, output: ArrayView2<'_, F>, mut delta: ArrayViewMut2<'_, F>) {
        for (mut delta, a) in delta.rows_mut().into_iter().zip(output.rows()) {
            let mean = Zip::from(&delta).and(a).fold(F::zero(), |sum, &delta, &a| sum + delta * a);
            Zip::from(&mut delta).and(a).for_each(|delta, &a| *delta = a * (*delta - mean));
        }
    }
}
