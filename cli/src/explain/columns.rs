//! How important each column is, and how the outputs depend on it.

use super::bars::{bar, lines};
use densely::explanation::{self, Grid, Importance, PartialDependence};
use densely::{Dataset, Float, Mlp, Result, metrics};
use ndarray::{ArrayView2, Axis};
use serde_json::{Value, json};
use std::fmt;

/// Rows on which the dependence is computed, drawn by chance.
const ROWS: usize = 500;

/// Points of the curve of a column of numbers.
const POINTS: usize = 50;

/// What is known of all columns, the most important one first.
pub struct Columns<F> {
    pub rows: usize,
    /// The name of the error, and that of the network.
    pub error: (&'static str, f64),
    pub columns: Vec<Column<F>>,
    /// The name of each output: a target, or the probability of a class.
    pub outputs: Vec<String>,
}

pub struct Column<F> {
    pub importance: Importance,
    /// How the outputs depend on it, if that is shown.
    pub dependence: Option<PartialDependence<F>>,
    /// Numbers that the column has, to show where the rows are; none if it has categories.
    pub numbers: Vec<f64>,
}

impl<F: Float> Columns<F> {
    pub fn of(
        net: &Mlp<F>,
        data: &Dataset<F>,
        (repeats, seed): (usize, u64),
        with_dependence: bool,
    ) -> Result<Self> {
        let rows = data.rows();
        let (name, error): (_, fn(ArrayView2<'_, F>, ArrayView2<'_, F>) -> Result<f64>) =
            match net.classes() {
                [] => ("RMSE", metrics::root_mean_squared_error),
                _ => ("log-loss", metrics::log_loss),
            };
        let orders = explanation::permutations(rows, repeats, seed);
        let importances = explanation::permutation_importance(net, data, error, &orders)?;
        let sample = &orders[0][..rows.min(ROWS)];
        let inputs = data.inputs().select(Axis(0), sample);
        let places = net.schema().places();
        let column = |(importance, (column, features)): (Importance, (&_, std::ops::Range<_>))| {
            let _: &densely::schema::Column = column;
            let dependence =
                || explanation::partial_dependence(net, inputs.view(), &importance.column, POINTS);
            let dependence = with_dependence.then(dependence).transpose()?;
            let is_number = column.categories.is_empty() && column.date.is_none();
            let numbers = inputs.column(features.start).into_iter();
            let numbers = numbers.map(|number| number.as_f64() + column.offset);
            let numbers = if is_number { numbers.collect() } else { Vec::new() };
            Ok(Column { importance, dependence, numbers })
        };
        let columns = importances.into_iter().zip(places).map(column);
        let mut columns = columns.collect::<Result<Vec<_>>>()?;
        columns.sort_by(|one, other| other.importance.mean().total_cmp(&one.importance.mean()));
        let schema = net.schema();
        let outputs = match (&schema.classes[..], net.outputs()) {
            ([], _) => schema.targets.clone(),
            ([_, second], 1) => vec![format!("P({second})")],
            (classes, _) => classes.iter().map(|class| format!("P({class})")).collect(),
        };
        let error = (name, net.evaluate(data, error)?);
        Ok(Self { rows, error, columns, outputs })
    }

    pub fn json(&self) -> String {
        let (name, error) = self.error;
        let key = if name == "RMSE" { "rmse" } else { "log_loss" };
        let columns = self.columns.iter().map(|Column { importance, dependence, .. }| {
            let values = dependence.as_ref().map(|dependence| match &dependence.grid {
                Grid::Numbers(numbers) => json!(numbers),
                Grid::Categories(categories) => json!(categories),
                grid => json!(format!("{grid:?}")),
            });
            let mean = dependence.as_ref().map(PartialDependence::mean).unwrap_or_default();
            let means = mean.columns().into_iter().map(|output| output.to_vec());
            let outputs = self.outputs.iter().cloned().zip(means.map(Value::from));
            json!({
                "column": importance.column,
                "importance": importance.mean(),
                "standard_error": importance.standard_error(),
                "changes": importance.changes,
                "values": values,
                "dependence": Value::Object(outputs.collect()),
            })
        });
        let columns: Vec<_> = columns.collect();
        json!({ "rows": self.rows, "error": key, key: error, "columns": columns }).to_string()
    }
}

impl<F: Float> fmt::Display for Columns<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, error) = self.error;
        let largest = self.columns.first().map_or(0.0, |column| column.importance.mean());
        let row = |Column { importance, .. }: &Column<F>| {
            let mean = importance.mean();
            let error = match importance.standard_error() {
                error if error.is_nan() => String::new(),
                error => format!("± {error:.4}"),
            };
            ([importance.column.clone(), format!("{mean:.4}"), error], bar(mean / largest))
        };
        let rows: Vec<_> = self.columns.iter().map(row).collect();
        writeln!(f, "{name} {error:.4} on {} rows; with a column shuffled it rises by", self.rows)?;
        write!(f, "\n{}", lines(&rows))
    }
}
