//! How important each column is, and how the outputs depend on it.

use crate::aligned::{bar, lines};
use crate::{output_names, rounded};
use densely::error::SchemaError;
use densely::explanation::{self, Grid, Importance, PartialDependence};
use densely::{Dataset, Error, Float, Mlp, Result, metrics, schema::Column};
use ndarray::{Array2, ArrayView2, Axis};
use serde_json::{Value, json};

/// Rows on which the dependence is computed, drawn by chance.
const ROWS: usize = 500;

/// Points of the curve of a column of numbers.
const POINTS: usize = 50;

/// What a network's outputs beside the targets are worth.
type Metric<F> = fn(ArrayView2<'_, F>, ArrayView2<'_, F>) -> Result<f64>;

/// What is known of all columns.
pub struct Columns<'n, F: Float> {
    net: &'n Mlp<F>,
    /// The rows on which the dependence is computed.
    sample: Array2<F>,
    pub rows: usize,
    /// The name of the error in JSON.
    key: &'static str,
    /// The name of the error, and that of the network.
    pub error: (&'static str, f64),
    /// The most important column first.
    pub importances: Vec<Importance>,
    /// The name of each output: a target, or the probability of a class.
    pub outputs: Vec<String>,
}

impl<'n, F: Float> Columns<'n, F> {
    pub fn of(net: &'n Mlp<F>, data: &Dataset<F>, repeats: usize, seed: u64) -> Result<Self> {
        let rows = data.rows();
        let (key, name, error): (_, _, Metric<F>) = match net.classes() {
            [] => ("rmse", "RMSE", metrics::root_mean_squared_error),
            _ => ("log_loss", "log-loss", metrics::log_loss),
        };
        let orders = explanation::permutations(rows, repeats, seed);
        let mut importances = explanation::permutation_importance(net, data, error, &orders)?;
        importances.sort_by(|one, other| other.mean().total_cmp(&one.mean()));
        let sample = data.inputs().select(Axis(0), &orders[0][..rows.min(ROWS)]);
        let outputs = output_names::outputs(net.schema(), net.outputs());
        let error = (name, net.evaluate(data, error)?);
        Ok(Self { net, sample, rows, key, error, importances, outputs })
    }

    /// The rows on which the dependence is computed.
    pub fn sampled(&self) -> usize {
        self.sample.nrows()
    }

    /// How the outputs depend on a column; nothing for numbers or dates that are blank in all
    /// sampled rows.
    pub fn dependence(&self, column: &str) -> Result<Option<PartialDependence<F>>> {
        match explanation::partial_dependence(self.net, self.sample.view(), column, POINTS) {
            Err(Error::Schema(SchemaError::NoValues { .. })) => Ok(None),
            dependence => dependence.map(Some),
        }
    }

    /// The column, and its numbers in the sampled rows; none if it has categories or dates.
    pub fn numbers(&self, name: &str) -> Option<(&'n Column, Vec<f64>)> {
        let (column, features) =
            self.net.schema().places().find(|(column, _)| column.name == name)?;
        let is_number = column.categories.is_empty() && column.date.is_none();
        let numbers = self.sample.column(features.start).into_iter().filter(|_| is_number);
        Some((column, numbers.map(|number| number.as_f64() + column.offset).collect()))
    }

    pub fn json(&self) -> Result<String> {
        let (key, (_, error)) = (self.key, self.error);
        let column = |importance: &Importance| {
            let dependence = self.dependence(&importance.column)?;
            let values = dependence.as_ref().map(|dependence| match &dependence.grid {
                Grid::Numbers(numbers) => json!(numbers),
                Grid::Categories(categories) => json!(categories),
                grid => json!(format!("{grid:?}")),
            });
            let mean = dependence.as_ref().map(PartialDependence::mean).unwrap_or_default();
            let means = mean.columns().into_iter().map(|output| output.to_vec());
            let outputs: Value = self.outputs.iter().cloned().zip(means).collect();
            Ok(json!({
                "column": importance.column,
                "importance": importance.mean(),
                "standard_error": importance.standard_error(),
                "changes": importance.changes,
                "values": values,
                "dependence": outputs,
            }))
        };
        let columns = self.importances.iter().map(column).collect::<Result<Vec<_>>>()?;
        Ok(json!({ "rows": self.rows, "error": key, key: error, "columns": columns }).to_string())
    }

    pub fn text(&self) -> String {
        let (name, error) = self.error;
        let largest = self.importances.first().map_or(0.0, Importance::mean);
        let decimals = rounded::decimals(largest);
        let row = |importance: &Importance| {
            let mean = importance.mean();
            let error = match importance.standard_error() {
                error if error.is_nan() => String::new(),
                error => format!("± {error:.decimals$}"),
            };
            (
                [importance.column.clone(), format!("{mean:.decimals$}"), error],
                bar(mean / largest.max(f64::MIN_POSITIVE)),
            )
        };
        let rows: Vec<_> = self.importances.iter().map(row).collect();
        let (lines, rows, error) = (lines(&rows).join("\n"), self.rows, rounded::score(error));
        format!("{name} {error} on {rows} rows; with a column shuffled it rises by\n\n{lines}")
    }
}
