use super::replacement::{columns, predict, side_by_side};
use crate::error::{Error, Result, ShapeError, check::Range, check::ensure};
use crate::random::{Purpose, generator};
use crate::{float::Float, mlp::Mlp};
use ndarray::{Array1, Array2, ArrayView2, Axis};
use ndarray_rand::rand::seq::SliceRandom;
use std::iter::zip;

/// By how much each column moved the prediction of one row from the mean prediction.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ShapleyValues {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The mean outputs of the background.
    pub base: Array1<f64>,
    /// By how much each column moved each output: columns × outputs. Their sum over the columns is
    /// the row's outputs minus the base.
    pub values: Array2<f64>,
}

/// The most columns of which all subsets are predicted: 4,096 of them.
const MOST_EXACT: usize = 12;

/// The Shapley values of a row (Shapley 1953; Štrumbelj and Kononenko 2014).
///
/// v(S) is the mean output over the rows of the background after their columns S have been set to
/// the values of `row`. The Shapley value of column j, φⱼ, is the mean of v(S ∪ {j}) - v(S)
/// over all orders of the M columns, where S holds the columns before j:
///
/// φⱼ = Σ |S|! (M - |S| - 1)! / M! · (v(S ∪ {j}) - v(S))
///
/// For more than 12 columns the mean is over `orders` orders that are drawn by `seed`, and as many
/// that are their reverse (Mitchell et al. 2022); for 12 or fewer it is exact. Some 100 rows of
/// the training data are enough for a background. The values say what the network does with the
/// columns, not what the world does.
///
/// ```
/// use densely::explanation::shapley_values;
/// use densely::{Dense, Identity, Mlp};
/// use ndarray::array;
///
/// // 3 x₀ + x₁ + 1
/// let layer = Dense::new(array![[3.0], [1.0]], Some(array![1.0]), Identity)?;
/// let net = Mlp::from_layers(vec![layer])?;
/// let background = array![[0.0, 0.0], [2.0, 4.0]];
/// let shapley = shapley_values(&net, background.view(), &[2.0, 0.0], 100, 7)?;
/// assert_eq!(shapley.base, array![6.0]);
/// assert_eq!(shapley.values, array![[3.0], [-2.0]]); // 3 (2 - 1) and 0 - 2
/// # Ok::<(), densely::Error>(())
/// ```
///
/// # Errors
///
/// As [`Mlp::predict`]; [`ShapeError::NoRows`] without a background, [`Error::Setting`] if
/// `orders` is 0 or above a million.
pub fn shapley_values<F: Float>(
    net: &Mlp<F>,
    background: ArrayView2<'_, F>,
    row: &[F],
    orders: usize,
    seed: u64,
) -> Result<ShapleyValues> {
    Error::check_features(row.len(), net.features())?;
    Error::check_range("number of orders", orders as f64, ORDERS)?;
    ensure(background.nrows() > 0, || ShapeError::NoRows)?;
    let (names, features): (Vec<_>, Vec<_>) = columns(net)?.into_iter().unzip();
    let steps = match features.len() {
        count if count <= MOST_EXACT => exact(count),
        count => drawn(count, orders, seed),
    };
    let value = |job: usize| {
        let (order, count) = steps.subsets[job];
        let outputs = predict(net, background, 0..background.nrows(), |_, mut changed| {
            for (features, &place) in zip(&features, &steps.places[order]) {
                if place < count {
                    features.clone().for_each(|feature| changed[feature] = row[feature]);
                }
            }
        })?;
        let outputs = outputs.map(|output| output.as_f64());
        Ok(outputs.sum_axis(Axis(0)) / background.nrows() as f64)
    };
    let means = side_by_side(net, (steps.subsets.len(), background.nrows()), value)?;
    let mut values = Array2::zeros((features.len(), net.outputs()));
    for &Step { column, without, with, weight } in &steps.steps {
        let moved = &means[with] - &means[without];
        values.row_mut(column).scaled_add(weight, &moved);
    }
    Ok(ShapleyValues { columns: names, base: means[0].clone(), values })
}

/// Subsets of the columns, the first without any, and steps between them.
struct Steps {
    /// An order and a count: the columns at the first places of the order.
    subsets: Vec<(usize, usize)>,
    steps: Vec<Step>,
    /// The place of each column in each order.
    places: Vec<Vec<usize>>,
}

/// A column joins a subset.
struct Step {
    column: usize,
    /// The numbers of the subsets without and with the column.
    without: usize,
    with: usize,
    weight: f64,
}

/// All subsets of the columns: bit j of a subset's number says whether it has column j.
fn exact(columns: usize) -> Steps {
    let step = |without: usize, column: usize| {
        // |S|! (M - |S| - 1)! / M! = 1 / (M · (M - 1 over |S|))
        let size = without.count_ones() as usize;
        let chosen = (0..size).map(|k| (columns - 1 - k) as f64 / (k + 1) as f64).product::<f64>();
        let weight = 1.0 / (columns as f64 * chosen);
        Step { column, without, with: without | 1 << column, weight }
    };
    let without = |column: usize| (0..1 << columns).filter(move |subset| subset >> column & 1 == 0);
    let steps = (0..columns).flat_map(|column| without(column).map(move |s| step(s, column)));
    // The columns of a subset share the first place of its own order.
    let places = |subset: usize| (0..columns).map(|column| 1 - (subset >> column & 1)).collect();
    let (places, steps) = ((0..1 << columns).map(places).collect(), steps.collect());
    let subsets = (0..1 << columns).map(|order| (order, 1)).collect();
    Steps { subsets, steps, places }
}

const ORDERS: Range = ("from 1 to 1000000", |orders| (1.0..=1e6).contains(&orders));

/// The subsets on the way from none to all columns, in orders by chance and in their reverse.
fn drawn(columns: usize, orders: usize, seed: u64) -> Steps {
    let (mut generator, weight) = (generator(seed, Purpose::Permutations), 0.5 / orders as f64);
    let mut subsets = vec![(0, 0), (0, columns)];
    let (mut steps, mut places) = (Vec::new(), Vec::new());
    let mut in_order: Vec<usize> = (0..columns).collect();
    for order in 0..2 * orders {
        if order % 2 == 0 {
            in_order.shuffle(&mut generator);
        } else {
            in_order.reverse();
        }
        let (mut without, mut of_columns) = (0, vec![0; columns]);
        for (place, &column) in in_order.iter().enumerate() {
            of_columns[column] = place;
            let with = if place + 1 == columns { 1 } else { subsets.len() };
            if with > 1 {
                subsets.push((order, place + 1));
            }
            steps.push(Step { column, without, with, weight });
            without = with;
        }
        places.push(of_columns);
    }
    Steps { subsets, steps, places }
}
