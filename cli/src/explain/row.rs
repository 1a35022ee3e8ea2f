//! What moved the prediction of one row.

use crate::aligned::{bar, lines};
use crate::{output_names, predict, rounded};
use densely::explanation::{permutations, shapley_values};
use densely::{Float, Mlp, Table, metrics};
use ndarray::{ArrayView2, Axis};
use serde_json::json;
use std::error::Error;
use std::path::Path;

/// Rows, drawn by chance, with whose mean prediction the row is compared.
const BACKGROUND: usize = 100;

/// Orders of the columns, where there are too many columns for all.
const ORDERS: usize = 100;

/// By how much each column moved an output.
pub struct Row {
    number: usize,
    background: usize,
    /// The outputs that are explained: all targets, or the probability of one class.
    outputs: Vec<Output>,
}

struct Output {
    name: String,
    mean: f64,
    predicted: f64,
    /// Each column with its cell, and by how much it moved the output: the largest first.
    moved: Vec<(String, String, f64)>,
}

impl Row {
    pub fn of<F: Float>(
        net: &Mlp<F>,
        table: &Table,
        (inputs, file): (ArrayView2<'_, F>, &Path),
        number: usize,
        seed: u64,
    ) -> Result<Self, Box<dyn Error>> {
        let rows = inputs.nrows();
        if number > rows {
            return Err(format!("there is no row {number}: the table has {rows} rows").into());
        }
        if rows < 2 {
            return Err("--row compares a row with others, but the table has no others".into());
        }
        let predicted = predict::predicted(net, inputs)?;
        predict::check(inputs, predicted.view(), file)?;
        let row = inputs.row(number - 1).to_vec();
        let drawn = &permutations(rows, 1, seed)[0][..rows.min(BACKGROUND)];
        let background = inputs.select(Axis(0), drawn);
        let shapley = shapley_values(net, background.view(), &row, ORDERS, seed)?;
        // Of two classes the second one, of several the predicted one.
        let class = match net.classes().len() {
            0 => None,
            2 => Some(net.outputs() - 1),
            _ => Some(metrics::predicted_classes(predicted.view())?[number - 1]),
        };
        let names = output_names::outputs(net.schema(), net.outputs()).into_iter().enumerate();
        let outputs = names.filter(|&(place, _)| class.is_none_or(|class| class == place));
        let mut cells = Vec::new();
        for column in &shapley.columns {
            cells.push(table.text(column)?.swap_remove(number - 1));
        }
        let output = |(place, name): (usize, String)| {
            let moved = shapley.columns.iter().zip(&cells).zip(shapley.values.column(place));
            let moved = moved.map(|((column, cell), &by)| (column.clone(), cell.clone(), by));
            let mut moved: Vec<_> = moved.collect();
            moved.sort_by(|(.., one), (.., other)| other.abs().total_cmp(&one.abs()));
            let (mean, predicted) = (shapley.base[place], predicted[[number - 1, place]].as_f64());
            Output { name, mean, predicted, moved }
        };
        let outputs = outputs.map(output).collect();
        Ok(Self { number, background: background.nrows(), outputs })
    }

    pub fn json(&self) -> String {
        let outputs = self.outputs.iter().map(|output| {
            let columns = output.moved.iter().map(
                |(column, cell, by)| json!({ "column": column, "cell": cell, "moved_by": by }),
            );
            let columns: Vec<_> = columns.collect();
            json!({
                "output": output.name,
                "predicted": output.predicted,
                "mean": output.mean,
                "columns": columns,
            })
        });
        let outputs: Vec<_> = outputs.collect();
        json!({ "row": self.number, "background": self.background, "outputs": outputs }).to_string()
    }

    pub fn text(&self) -> String {
        let (number, background) = (self.number, self.background);
        let outputs = self.outputs.iter().map(|Output { name, mean, predicted, moved }| {
            let largest = moved.first().map_or(0.0, |(.., by)| by.abs());
            let decimals = rounded::decimals(largest);
            let rows = moved.iter().map(|(column, cell, by)| {
                let cell = if cell.is_empty() { "(blank)" } else { cell };
                (
                    [format!("{column} = {cell}"), format!("{by:+.decimals$}")],
                    bar(by.abs() / largest),
                )
            });
            let rows = lines(&rows.collect::<Vec<_>>()).join("\n");
            format!(
                "row {number}: {name} {predicted:.decimals$}\n\
                 The mean prediction for {background} rows is {mean:.decimals$}. Moved by\n\n{rows}"
            )
        });
        outputs.collect::<Vec<_>>().join("\n\n")
    }
}
