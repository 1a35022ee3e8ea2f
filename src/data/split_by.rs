//! Splits of a data set in order and by groups.

use super::split::{rows_of_part, shuffled, sizes};
use super::storage::Storage;
use crate::error::{DataError, Result, check::ensure};
use crate::{data::Dataset, float::Float};
use std::collections::HashMap;
use std::hash::Hash;

impl<F: Float, S: Storage<F>> Dataset<F, S> {
    /// Splits the rows in their order by a number, such as a time: the second part has the rows
    /// with the largest numbers. It is the given fraction of the rows, rounded, at least one. Rows
    /// with equal numbers stay in the file's order; those with NaN come first.
    /// [`Table::order`](crate::Table::order) has the numbers of a column.
    ///
    /// ```
    /// # use densely::Dataset;
    /// # use ndarray::array;
    /// let data = Dataset::regression(array![[0.0], [1.0], [2.0], [3.0]], [5.0, 6.0, 7.0, 8.0])?;
    /// let (earlier, later) = data.split_by(0.5, &[2024.0, 2021.0, 2022.0, 2023.0])?;
    /// assert_eq!(earlier.targets(), array![[6.0], [7.0]]);
    /// assert_eq!(later.targets(), array![[8.0], [5.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DataError::Keys`] unless there is a number for each row; otherwise as
    /// [`split`](Self::split).
    pub fn split_by(&self, fraction: f64, order: &[f64]) -> Result<(Self, Self)> {
        let rows = self.rows();
        let sorted = in_order(order, rows)?;
        let wanted = rows_of_part(rows, fraction)?;
        let (first, last) = sorted.split_at(rows - wanted);
        Ok((self.select(first)?, self.select(last)?))
    }

    /// Splits the rows by whole groups, such as the customers that they belong to: no group has
    /// rows in both parts. Shuffles the groups by `seed`; the second part gets one after the other,
    /// as long as that brings its number of rows nearer to the given fraction, and at least one.
    ///
    /// ```
    /// # use densely::Dataset;
    /// # use ndarray::array;
    /// let data = Dataset::regression(array![[0.0], [1.0], [2.0], [3.0]], [5.0, 6.0, 7.0, 8.0])?;
    /// let (train, test) = data.split_groups(0.5, ["Ann", "Bob", "Ann", "Bob"], 7)?;
    /// assert_eq!((train.rows(), test.rows()), (2, 2));
    /// assert_eq!((train.targets()[[1, 0]] - train.targets()[[0, 0]]), 2.0);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`DataError::Keys`] unless there is a group for each row, [`DataError::OneGroup`] if all
    /// rows are of one group; otherwise as [`split`](Self::split).
    pub fn split_groups<G: Eq + Hash>(
        &self,
        fraction: f64,
        groups: impl IntoIterator<Item = G>,
        seed: u64,
    ) -> Result<(Self, Self)> {
        let rows = self.rows();
        let of_rows = groups_of_rows(groups, rows)?;
        let sizes = sizes(&of_rows);
        ensure(sizes.len() >= 2, || DataError::OneGroup)?;
        let wanted = rows_of_part(rows, fraction)?;
        let order = shuffled(sizes.len(), seed);
        let (mut taken, mut in_part) = (0, vec![false; sizes.len()]);
        for (place, &group) in order.iter().enumerate() {
            let nearer = wanted.abs_diff(taken + sizes[group]) < wanted.abs_diff(taken);
            let is_last = place + 1 == order.len();
            if (place == 0 || nearer) && !(is_last && taken + sizes[group] == rows) {
                (in_part[group], taken) = (true, taken + sizes[group]);
            }
        }
        let (part, rest): (Vec<_>, Vec<_>) = (0..rows).partition(|&row| in_part[of_rows[row]]);
        Ok((self.select(&rest)?, self.select(&part)?))
    }
}

/// The number of each row's group. Numbers the groups as they come, so that their order does not
/// depend on their hashes.
pub(super) fn groups_of_rows<G: Eq + Hash>(
    groups: impl IntoIterator<Item = G>,
    rows: usize,
) -> Result<Vec<usize>> {
    let mut numbers = HashMap::new();
    let mut number = |group| {
        let next = numbers.len();
        *numbers.entry(group).or_insert(next)
    };
    let of_rows: Vec<usize> = groups.into_iter().map(&mut number).collect();
    check_keys(of_rows.len(), rows, "groups")?;
    Ok(of_rows)
}

/// The rows, sorted by their numbers, one for each. NaN comes first.
pub(super) fn in_order(order: &[f64], rows: usize) -> Result<Vec<usize>> {
    check_keys(order.len(), rows, "numbers to order by")?;
    let mut sorted: Vec<usize> = (0..rows).collect();
    // Adding 0 turns -0 into 0. A negative NaN comes before all numbers.
    let number = |row: usize| {
        if order[row].is_nan() { f64::NAN.copysign(-1.0) } else { order[row] + 0.0 }
    };
    sorted.sort_by(|&a, &b| number(a).total_cmp(&number(b)));
    Ok(sorted)
}

fn check_keys(keys: usize, rows: usize, what: &'static str) -> Result<()> {
    ensure(keys == rows, || DataError::Keys { keys, rows, what })
}
