use super::replacement::{columns, predict, side_by_side};
use crate::error::{Error, Result, SchemaError, check::AT_LEAST_1, check::ensure};
use crate::schema::Column;
use crate::{data::cell::list, float::Float, mlp::Mlp};
use ndarray::{Array2, Array3, ArrayView2, Axis};
use std::iter::zip;

/// The values of a column for which a network's outputs are computed.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Grid {
    /// Numbers in ascending order. Dates are days since the first day of the schema's
    /// [`DateForm`](crate::schema::DateForm), times are parts of a day.
    Numbers(Vec<f64>),
    /// The column's categories.
    Categories(Vec<String>),
}

/// How a network's outputs depend on one column.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PartialDependence<F> {
    /// The values of the column.
    pub grid: Grid,
    /// The outputs of each row with each of the values: values × rows × outputs. Those of one row
    /// are its individual conditional expectation.
    pub curves: Array3<F>,
}

impl<F: Float> PartialDependence<F> {
    /// The mean of all rows, values × outputs: the partial dependence.
    pub fn mean(&self) -> Array2<f64> {
        let rows = self.curves.len_of(Axis(1)) as f64;
        self.curves.map(|output| output.as_f64()).sum_axis(Axis(1)) / rows
    }
}

/// How the outputs depend on one column, all others left as they are (Friedman 2001; Goldstein et
/// al. 2015 for single rows): the outputs for all rows, in which the column has one value of the
/// grid after the other.
///
/// For text, the grid is all categories of the column. For numbers, it is the different values if
/// there are fewer than `points`; else `points` evenly spaced numbers from the quantile 0.05 to the
/// quantile 0.95. For dates and times, it is up to `points` of those that occur. Missing values are
/// never in the grid. A grid value may never occur together with a row's other values.
///
/// ```
/// use densely::explanation::{Grid, partial_dependence};
/// use densely::{Dense, Identity, Mlp};
/// use ndarray::array;
///
/// // 3 x₀ + x₁
/// let net = Mlp::from_layers(vec![Dense::new(array![[3.0], [1.0]], None, Identity)?])?;
/// let dependence = partial_dependence(&net, array![[0.0, 5.0], [2.0, 7.0]].view(), "x0", 100)?;
/// assert_eq!(dependence.grid, Grid::Numbers(vec![0.0, 2.0]));
/// assert_eq!(dependence.curves, array![[[5.0], [7.0]], [[11.0], [13.0]]]);
/// assert_eq!(dependence.mean(), array![[6.0], [12.0]]);
/// # Ok::<(), densely::Error>(())
/// ```
///
/// # Errors
///
/// As [`Mlp::predict`]; [`SchemaError::UnknownColumn`] for a name that is not one of the network's
/// columns, [`SchemaError::NoValues`] for numbers or dates that are missing in all rows,
/// [`Error::Setting`] if `points` is 0, [`ShapeError::TooLarge`] for curves that do not fit into
/// memory.
///
/// [`ShapeError::TooLarge`]: crate::error::ShapeError::TooLarge
pub fn partial_dependence<F: Float>(
    net: &Mlp<F>,
    inputs: ArrayView2<'_, F>,
    column: &str,
    points: usize,
) -> Result<PartialDependence<F>> {
    Error::check_range("number of points of the grid", points as f64, AT_LEAST_1)?;
    Error::check_features(inputs.ncols(), net.features())?;
    let columns = columns(net)?;
    let Some(place) = columns.iter().position(|(name, _)| name == column) else {
        let names = list(columns.iter().map(|(name, _)| name));
        return Err(SchemaError::UnknownColumn { column: column.to_owned(), columns: names }.into());
    };
    let features = columns[place].1.clone();
    let values = inputs.slice_axis(Axis(1), features.clone().into());
    let (grid, values) = Grid::of(net.schema().columns.get(place), values, points);
    let (count, rows) = (values.nrows(), inputs.nrows());
    ensure(count > 0, || SchemaError::NoValues { column: column.to_owned() })?;
    Error::check_memory::<F>(count.saturating_mul(rows), net.outputs())?;
    let curve = |point: usize| {
        let value = values.row(point);
        predict(net, inputs, 0..rows, |_, mut row| {
            zip(features.clone(), value).for_each(|(feature, &number)| row[feature] = number);
        })
    };
    let mut curves = Array3::zeros((count, rows, net.outputs()));
    let outputs = side_by_side(net, (count, rows), curve)?;
    zip(curves.outer_iter_mut(), &outputs).for_each(|(mut to, outputs)| to.assign(outputs));
    Ok(PartialDependence { grid, curves })
}

impl Grid {
    /// The grid of a column with these features, and the features of each of its values.
    fn of<F: Float>(
        column: Option<&Column>,
        rows: ArrayView2<'_, F>,
        points: usize,
    ) -> (Self, Array2<F>) {
        let offset = column.map_or(0.0, |column| column.offset);
        match column {
            Some(Column { categories, two, .. }) if !categories.is_empty() => {
                let feature = |(category, feature): (usize, usize)| match (two, feature) {
                    (true, 0) => F::from_f64(2.0 * category as f64 - 1.0),
                    _ => F::from_f64(f64::from(category == feature && !two)),
                };
                let features = Array2::from_shape_fn((categories.len(), rows.ncols()), feature);
                (Self::Categories(categories.clone()), features)
            }
            Some(Column { date: Some(_), .. }) => dates(rows, points),
            _ => {
                let mut numbers: Vec<f64> = rows.column(0).iter().map(|x| x.as_f64()).collect();
                numbers.retain(|number| !number.is_nan());
                numbers.sort_unstable_by(f64::total_cmp);
                let [low, high] = [0.05, 0.95].map(|share| middle_quantile(&numbers, share));
                numbers.dedup();
                if numbers.len() >= points {
                    let step = (high - low) / (points.max(2) - 1) as f64;
                    numbers = (0..points).map(|point| low + step * point as f64).collect();
                    numbers.dedup();
                }
                let mut features = Array2::zeros((numbers.len(), rows.ncols()));
                let first = features.column_mut(0);
                zip(first, &numbers).for_each(|(to, &number)| *to = F::from_f64(number));
                (Self::Numbers(numbers.iter().map(|number| number + offset).collect()), features)
            }
        }
    }
}

/// Dates or times that occur: evenly spaced among the different ones, in order.
fn dates<F: Float>(rows: ArrayView2<'_, F>, points: usize) -> (Grid, Array2<F>) {
    let value = |row: usize| match rows.row(row).to_vec()[..] {
        [sine, cosine] | [sine, cosine, _] => {
            (sine.as_f64().atan2(cosine.as_f64()) / std::f64::consts::TAU).rem_euclid(1.0)
        }
        [_, days, ..] => days.as_f64(),
        _ => f64::NAN,
    };
    let mut moments: Vec<_> = (0..rows.nrows()).map(|row| (value(row), row)).collect();
    moments.retain(|(value, _)| !value.is_nan());
    moments.sort_unstable_by(|(one, _), (other, _)| one.total_cmp(other));
    moments.dedup_by_key(|(value, _)| *value);
    let (last, points) = (moments.len().saturating_sub(1), points.min(moments.len()));
    let spaced = (0..points).map(|point| moments[point * last / (points - 1).max(1)]);
    let (values, rows_of_values): (Vec<f64>, Vec<usize>) = spaced.unzip();
    (Grid::Numbers(values), rows.select(Axis(0), &rows_of_values))
}

/// The quantile of sorted numbers as scikit-learn finds the ends of its grid: that of
/// `scipy.stats.mquantiles`, with α = β = 0.4.
fn middle_quantile(sorted: &[f64], share: f64) -> f64 {
    let place = (share * sorted.len() as f64 + 0.4 + 0.2 * share).max(1.0);
    let at = |place: f64| sorted.get((place as usize).min(sorted.len()).saturating_sub(1));
    let low = at(place.floor()).copied().unwrap_or(f64::NAN);
    let high = at(place.floor() + 1.0).copied().unwrap_or(f64::NAN);
    low + (high - low) * place.fract()
}
