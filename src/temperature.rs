//! The temperature of a classifier: how sure its probabilities should be.

use crate::data::{Dataset, Outputs, Storage};
use crate::error::{Error, NetworkError, Result, ShapeError, check::ensure};
use crate::{activation::Sigmoid, activation::Softmax, float::Float, mlp::Mlp};
use ndarray::{ArrayView1, ArrayView2};
use std::iter::zip;

/// The factor of the output layer's weighted sums, and the loss with it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Temperature {
    /// β, above 0 and at most 1: the inverse of the temperature.
    pub(crate) factor: f64,
    /// The mean cross-entropy of the probabilities with β.
    pub(crate) loss: f64,
}

/// Newton's method has found the factor to all digits after so many iterations; most need 5.
const MOST_ITERATIONS: usize = 30;

impl<F: Float> Mlp<F> {
    /// Makes the probabilities as sure as they are right on these rows (Guo et al. 2017): finds the
    /// factor β ≤ 1 of the output layer's weighted sums for which the cross-entropy is least,
    /// and multiplies weights and bias of that layer by it. Returns β; 1 / β is called the
    /// temperature. Use rows that took no part in training. Classes do not change.
    ///
    /// One more row counts, for which all classes are equally likely. Without it, a few rows that
    /// are all predicted right would make the network far too sure. Row weights are not used.
    ///
    /// ```
    /// use densely::{Dataset, Dense, Mlp, Sigmoid};
    /// use ndarray::{Array2, array};
    ///
    /// // Says σ(3) = 0.95 of all rows, but of 1,000 only 800 are of class 1: σ(3 β) ≈ 0.8.
    /// let layer = Dense::new(array![[0.0]], Some(array![3.0]), Sigmoid)?;
    /// let mut net = Mlp::from_layers(vec![layer])?;
    /// let labels = (0..1000).map(|row| row >= 200);
    /// let rows = Dataset::binary(Array2::<f64>::zeros((1000, 1)), labels)?;
    /// let factor = net.set_temperature(&rows)?;
    /// assert!((net.predict_row(&[0.0])?[0] - 0.8).abs() < 1e-3);
    /// assert!((factor - 4_f64.ln() / 3.0).abs() < 1e-3);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NetworkError::NoProbabilities`] unless the last activation is [`Softmax`], or [`Sigmoid`]
    /// with one output; [`Error::Shape`] for other numbers of columns.
    pub fn set_temperature<S: Storage<F>>(&mut self, rows: &Dataset<F, S>) -> Result<f64> {
        let last = self.layers().last().ok_or(NetworkError::NoLayers)?;
        let is_one = last.activation().is::<Sigmoid>() && self.outputs() == 1;
        ensure(is_one || last.activation().is::<Softmax>(), || NetworkError::NoProbabilities)?;
        let Temperature { factor, .. } = Temperature::measured([(&*self, rows)])?;
        self.multiply_outputs(factor);
        Ok(factor)
    }

    /// Multiplies weights and bias of the output layer by this factor.
    pub(crate) fn multiply_outputs(&mut self, factor: f64) {
        if let Some(last) = self.layers_mut().last_mut() {
            let factor = F::from_f64(factor);
            last.weights_mut().mapv_inplace(|weight| weight * factor);
            last.bias_mut().iter_mut().flatten().for_each(|bias| *bias *= factor);
        }
    }
}

impl Temperature {
    /// The best factor for what each network says of its rows, all together.
    pub(crate) fn measured<'n, F: Float, S: Storage<F> + 'n>(
        pairs: impl IntoIterator<Item = (&'n Mlp<F>, &'n Dataset<F, S>)>,
    ) -> Result<Self> {
        let (mut logits, mut outputs) = (Vec::new(), Outputs::default());
        for (net, rows) in pairs {
            let rows = rows.examples();
            outputs.predict(net, &rows, 0..rows.rows())?;
            let (outputs, targets) = outputs.with_targets(&rows)?;
            logits.extend(Logits::of_rows(outputs, targets)?);
        }
        Ok(Self::of_logits(&logits))
    }

    /// The best factor for these probabilities and targets, rows × classes, or one column with the
    /// probability of class 1.
    pub(crate) fn of<F: Float>(
        probabilities: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
    ) -> Result<Self> {
        Ok(Self::of_logits(&Logits::of_rows(probabilities, targets)?.collect::<Vec<_>>()))
    }

    fn of_logits(rows: &[Logits]) -> Self {
        let sums = |factor: f64| {
            let (mut loss, mut slope, mut curvature) = (0.0, 0.0, 0.0);
            for row in rows {
                let [value, first, second] = row.derivatives(factor, rows.len());
                (loss, slope, curvature) = (loss + value, slope + first, curvature + second);
            }
            [loss, slope, curvature].map(|sum| sum / rows.len() as f64)
        };
        let (mut factor, mut low, mut high) = (1.0, 0.0, 1.0);
        for _ in 0..MOST_ITERATIONS {
            let [_, slope, curvature] = sums(factor);
            // The loss is convex in the factor: at a negative slope, its minimum is further up.
            (low, high) = if slope > 0.0 { (low, factor) } else { (factor, high) };
            let newton = factor - slope / curvature;
            let next = if newton > low && newton < high { newton } else { (low + high) / 2.0 };
            let step = (next - factor).abs();
            if factor == 1.0 && slope <= 0.0 || step <= 1e-12 || !step.is_finite() {
                break;
            }
            factor = next;
        }
        Self { factor, loss: sums(factor)[0] }
    }
}

/// The logarithms of a row's probabilities, and its class.
struct Logits {
    logits: Vec<f64>,
    targets: Vec<f64>,
}

impl Logits {
    fn of_rows<'p, F: Float>(
        probabilities: ArrayView2<'p, F>,
        targets: ArrayView2<'p, F>,
    ) -> Result<impl Iterator<Item = Self> + 'p> {
        let columns = probabilities.ncols();
        Error::check_shapes(probabilities.dim(), targets.dim(), (columns, columns))?;
        ensure(probabilities.nrows() > 0, || ShapeError::NoRows)?;
        let rows = zip(probabilities.into_outer_iter(), targets.into_outer_iter());
        Ok(rows.map(|(p, y)| Self::of(p, y)))
    }

    fn of<F: Float>(probabilities: ArrayView1<'_, F>, targets: ArrayView1<'_, F>) -> Self {
        // Probabilities are rounded: 0 stands for any that is too small.
        let smallest = F::min_positive_value().as_f64();
        let logarithm = |p: f64| p.max(smallest).ln();
        if let ([p], [y]) = (&*probabilities.to_vec(), &*targets.to_vec()) {
            let (p, y) = (p.as_f64(), y.as_f64());
            let rest = (1.0 - p).max(F::epsilon().as_f64() / 4.0);
            return Self { logits: vec![rest.ln(), logarithm(p)], targets: vec![1.0 - y, y] };
        }
        let logits = probabilities.iter().map(|p| logarithm(p.as_f64())).collect();
        Self { logits, targets: targets.iter().map(|y| y.as_f64()).collect() }
    }

    /// The row's loss, with its share of the one added row, and the first and second derivative by
    /// the factor.
    fn derivatives(&self, factor: f64, rows: usize) -> [f64; 3] {
        let Self { logits, targets } = self;
        let largest = logits.iter().copied().fold(f64::MIN, f64::max);
        let weights: Vec<_> = logits.iter().map(|l| (factor * (l - largest)).exp()).collect();
        let sum: f64 = weights.iter().sum();
        let mean = |of: &dyn Fn(f64) -> f64| {
            zip(&weights, logits).map(|(w, &l)| w * of(l - largest)).sum::<f64>() / sum
        };
        let (first, second) = (mean(&|l| l), mean(&|l| l * l));
        let share = 1.0 / (rows as f64 + 1.0);
        let equal = share / logits.len() as f64;
        let expected: f64 =
            zip(targets, logits).map(|(y, l)| ((1.0 - share) * y + equal) * (l - largest)).sum();
        [sum.ln() - factor * expected, first - expected, second - first * first]
    }
}
