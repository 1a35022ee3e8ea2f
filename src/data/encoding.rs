//! Columns of a table as matrices of numbers.

use super::table::{Column, Values};
use crate::{CellProblem, Error, Float, Result};
use ndarray::{Array2, ArrayViewMut1};
use std::collections::BTreeSet;

/// The most different values that a text column's categories have: text that differs from row to row is names or notes.
fn most_categories(rows: usize) -> usize {
    (rows / 2).clamp(20, 1_000)
}

/// A numeric column as a matrix of one column.
pub(super) fn numbers<F: Float>(file: &str, column: &Column) -> Result<Array2<F>> {
    let Values::Numbers(values) = &column.values else {
        return Ok(Array2::zeros((0, 1)));
    };
    let mut matrix = Array2::zeros((values.len(), 1));
    convert(file, &column.name, values, matrix.column_mut(0))?;
    Ok(matrix)
}

/// The features' names and numbers: a numeric column as it is, a text column as one of 0 and 1 for each of its values.
pub(super) fn features<'a, F: Float>(
    file: &str,
    columns: impl Iterator<Item = &'a Column>,
    rows: usize,
) -> Result<(Vec<String>, Array2<F>)> {
    let mut names = Vec::new();
    let mut sources = Vec::new();
    for column in columns {
        match &column.values {
            Values::Numbers(values) => {
                names.push(column.name.clone());
                sources.push(Source::Numbers(&column.name, values));
            }
            Values::Text(text) => {
                let categories: BTreeSet<&str> = text.iter().map(String::as_str).collect();
                let (values, limit) = (categories.len(), most_categories(rows));
                if values > limit {
                    return Err(Error::TooManyCategories {
                        file: file.to_owned(),
                        column: column.name.clone(),
                        values,
                        limit,
                    });
                }
                for category in categories {
                    names.push(format!("{}={category}", column.name));
                    sources.push(Source::Category(text, category));
                }
            }
        }
    }
    // An allocation that fails would end the process.
    let features = sources.len();
    if Vec::<F>::new().try_reserve_exact(rows.saturating_mul(features)).is_err() {
        return Err(Error::TableTooLarge { file: file.to_owned(), rows, features });
    }
    let mut matrix = Array2::zeros((rows, features));
    for (source, mut feature) in sources.iter().zip(matrix.columns_mut()) {
        match source {
            Source::Numbers(name, values) => convert(file, name, values, feature)?,
            Source::Category(text, category) => {
                for (feature, text) in feature.iter_mut().zip(*text) {
                    *feature = if text == category { F::one() } else { F::zero() };
                }
            }
        }
    }
    Ok((names, matrix))
}

/// Where a feature's numbers come from.
enum Source<'a> {
    Numbers(&'a str, &'a [f64]),
    Category(&'a [String], &'a str),
}

fn convert<F: Float>(
    file: &str,
    name: &str,
    values: &[f64],
    mut converted: ArrayViewMut1<'_, F>,
) -> Result<()> {
    for (row, (converted, &value)) in converted.iter_mut().zip(values).enumerate() {
        *converted = F::from_f64(value);
        if !converted.is_finite() {
            return Err(Error::Cell {
                file: file.to_owned(),
                row: row + 1,
                column: name.to_owned(),
                value: format!("{value:?}"),
                problem: CellProblem::TooLarge(F::NAME),
            });
        }
    }
    Ok(())
}

/// The different values of a column in order (text by the alphabet, numbers by value), and the index of each row's.
pub(super) fn classes(file: &str, column: &Column) -> Result<(Vec<String>, Vec<usize>)> {
    match &column.values {
        Values::Text(text) => {
            let classes: Vec<&String> = text.iter().collect::<BTreeSet<_>>().into_iter().collect();
            let member = |value: &String| classes.partition_point(|class| *class < value);
            let members = text.iter().map(member).collect();
            Ok((classes.into_iter().cloned().collect(), members))
        }
        Values::Numbers(numbers) => {
            if let Some(row) = numbers.iter().position(|number| number.fract() != 0.0) {
                return Err(Error::Cell {
                    file: file.to_owned(),
                    row: row + 1,
                    column: column.name.clone(),
                    value: format!("{}", numbers[row]),
                    problem: CellProblem::NotAClass,
                });
            }
            let mut classes = numbers.clone();
            classes.sort_by(f64::total_cmp);
            // -0 and 0 are equal here, hence one class.
            classes.dedup();
            let member = |number: &f64| classes.partition_point(|class| class < number);
            let members = numbers.iter().map(member).collect();
            // Adding 0 turns -0 into 0.
            Ok((classes.iter().map(|class| format!("{}", class + 0.0)).collect(), members))
        }
    }
}

/// One column: 0 or 1 by the class.
pub(super) fn indicator<F: Float>(members: &[usize]) -> Array2<F> {
    Array2::from_shape_fn((members.len(), 1), |(row, _)| F::from_f64(members[row] as f64))
}

/// A column of 0 and 1 for each class.
pub(super) fn one_hot<F: Float>(members: &[usize], classes: usize) -> Array2<F> {
    Array2::from_shape_fn((members.len(), classes), |(row, class)| {
        if members[row] == class { F::one() } else { F::zero() }
    })
}
