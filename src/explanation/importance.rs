use super::replacement::{columns, predict, side_by_side};
use crate::data::{Dataset, mean_and_standard_error};
use crate::error::{DataError, Result, ShapeError, check::ensure};
use crate::random::{Purpose, generator};
use crate::{float::Float, mlp::Mlp};
use ndarray::{Array2, ArrayView2};
use ndarray_rand::rand::seq::SliceRandom;
use std::{iter::zip, ops::Range};

/// By how much a metric changes if the values of a column are shuffled among the rows.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Importance {
    /// The name of the column.
    pub column: String,
    /// The metric with the column shuffled minus the metric as it is, for each permutation.
    pub changes: Vec<f64>,
}

impl Importance {
    /// The mean of the changes; NaN without any.
    pub fn mean(&self) -> f64 {
        mean_and_standard_error(&self.changes).0
    }

    /// The standard error of the mean, NaN for fewer than two permutations. It tells what the
    /// permutations are worth; other rows or another training may differ by more.
    pub fn standard_error(&self) -> f64 {
        mean_and_standard_error(&self.changes).1
    }
}

/// Permutations of the numbers of `rows` rows, for [`permutation_importance`].
pub fn permutations(rows: usize, repeats: usize, seed: u64) -> Vec<Vec<usize>> {
    let mut generator = generator(seed, Purpose::Permutations);
    let mut rows: Vec<usize> = (0..rows).collect();
    let shuffled = |_| {
        rows.shuffle(&mut generator);
        rows.clone()
    };
    (0..repeats).map(shuffled).collect()
}

/// How important each column is to a network (Breiman 2001): by how much a metric changes if the
/// column's values are shuffled among the rows, all others left as they are.
///
/// With a metric of errors, such as [`mean_absolute_error`](crate::metrics::mean_absolute_error),
/// an important column has a large change above 0; with accuracy it is below 0. Each permutation
/// gives row `i` the values of row `permutation[i]`. A column is unimportant, too, if another one
/// says the same: shuffled alone, neither is missed. Use rows that the network did not learn from.
///
/// ```
/// use densely::explanation::{permutation_importance, permutations};
/// use densely::{Dataset, Dense, Identity, Mlp, metrics};
/// use ndarray::array;
///
/// // 3 x₀ + 0 x₁
/// let net = Mlp::from_layers(vec![Dense::new(array![[3.0], [0.0]], None, Identity)?])?;
/// let inputs = array![[1.0, 5.0], [2.0, 7.0]];
/// let data = Dataset::regression(inputs, [3.0, 6.0])?;
/// let swapped = [vec![1, 0]]; // usually `permutations(data.rows(), 5, seed)`
/// let error = metrics::mean_absolute_error;
/// let importances = permutation_importance(&net, &data, error, &swapped)?;
/// assert_eq!((importances[0].column.as_str(), importances[0].mean()), ("x0", 3.0));
/// assert_eq!(importances[1].mean(), 0.0);
/// # assert_eq!(permutations(2, 5, 7).len(), 5);
/// # Ok::<(), densely::Error>(())
/// ```
///
/// # Errors
///
/// As [`Mlp::evaluate`]; [`DataError::Keys`] for a permutation of
/// another number of rows, [`ShapeError::UnknownRow`] for a row that does not exist.
pub fn permutation_importance<F: Float>(
    net: &Mlp<F>,
    data: &Dataset<F>,
    metric: impl Fn(ArrayView2<'_, F>, ArrayView2<'_, F>) -> Result<f64> + Sync,
    permutations: &[Vec<usize>],
) -> Result<Vec<Importance>> {
    let (inputs, rows, columns) = (data.inputs(), data.rows(), columns(net)?);
    net.schema().check_same(data.schema())?;
    for permutation in permutations {
        let (keys, what) = (permutation.len(), "numbers of a permutation");
        ensure(keys == rows, || DataError::Keys { keys, rows, what })?;
        let unknown = permutation.iter().find(|&&row| row >= rows);
        unknown.map_or(Ok(()), |&row| Err(ShapeError::UnknownRow { row, rows }))?;
    }
    let base = net.predict(inputs)?;
    let unchanged = metric(base.view(), data.targets())?;
    let changes = |place: usize| {
        let (_, features) = &columns[place];
        let outputs = shuffled(net, inputs, &base, features, permutations)?;
        let scores = outputs.iter().map(|outputs| metric(outputs.view(), data.targets()));
        scores.map(|score| Ok(score? - unchanged)).collect::<Result<Vec<_>>>()
    };
    let predicted = rows * permutations.len();
    let changes = side_by_side(net, (columns.len(), predicted), changes)?;
    let names = columns.into_iter().map(|(column, _)| column);
    Ok(zip(names, changes).map(|(column, changes)| Importance { column, changes }).collect())
}

/// The outputs with these features shuffled, for each permutation. Rows that get what they have, or
/// had by an earlier permutation, are not predicted again: they are many in columns of few values.
fn shuffled<F: Float>(
    net: &Mlp<F>,
    inputs: ArrayView2<'_, F>,
    base: &Array2<F>,
    features: &Range<usize>,
    permutations: &[Vec<usize>],
) -> Result<Vec<Array2<F>>> {
    let equal = |one: usize, other: usize| {
        features.clone().all(|feature| {
            let [a, b] = [one, other].map(|row| inputs[[row, feature]]);
            a == b || a.is_nan() && b.is_nan()
        })
    };
    // Each prediction is of a row with the features of another one.
    let (mut pairs, mut places) = (Vec::new(), Vec::new());
    for row in 0..inputs.nrows() {
        let first = pairs.len();
        for permutation in permutations {
            let from = permutation[row];
            let known = || pairs[first..].iter().position(|&(_, known)| equal(from, known));
            let place = (!equal(row, from)).then(|| known().map_or(pairs.len(), |at| first + at));
            if place == Some(pairs.len()) {
                pairs.push((row, from));
            }
            places.push(place);
        }
    }
    let rows = pairs.iter().map(|&(row, _)| row);
    let predicted = predict(net, inputs, rows, |pair, mut row| {
        let (_, from) = pairs[pair];
        features.clone().for_each(|feature| row[feature] = inputs[[from, feature]]);
    })?;
    let outputs = (0..permutations.len()).map(|repeat| {
        let mut outputs = base.clone();
        let places = places.iter().skip(repeat).step_by(permutations.len());
        for (mut outputs, place) in zip(outputs.rows_mut(), places) {
            if let Some(place) = *place {
                outputs.assign(&predicted.row(place));
            }
        }
        outputs
    });
    Ok(outputs.collect())
}
