//! The target of a table: what a network learns to predict.

/// The columns of a [`Table`](crate::Table) that a network learns to predict, as numbers or
/// classes.
///
/// ```
/// use densely::{Table, data::Target};
///
/// let csv = "weight,origin,mpg\n3504,USA,18\n2372,Japan,24\n1835,Japan,26\n";
/// let table = Table::parse_csv(csv.as_bytes(), "cars")?;
/// assert_eq!(table.dataset::<f32>(Target::numbers(["mpg", "weight"]))?.outputs(), 2);
/// assert_eq!(table.dataset::<f32>(Target::binary("origin"))?.classes(), ["Japan", "USA"]);
/// assert_eq!(table.stream::<f32>(Target::classes("mpg"))?.schema().classes, ["18", "24", "26"]);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub(super) columns: Vec<String>,
    pub(super) kind: TargetKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TargetKind {
    Numbers,
    Binary,
    Classes,
}

impl Target {
    /// A numeric column, for a regression with one output: see
    /// [`Table::regression`](crate::Table::regression).
    pub fn number(column: impl Into<String>) -> Self {
        Self::numbers([column])
    }

    /// Numeric columns, for a regression with an output for each, in this order.
    pub fn numbers(columns: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let columns = columns.into_iter().map(Into::into).collect();
        Self { columns, kind: TargetKind::Numbers }
    }

    /// A column of two classes, for one output: see
    /// [`Table::binary`](crate::Table::binary).
    pub fn binary(column: impl Into<String>) -> Self {
        Self { columns: vec![column.into()], kind: TargetKind::Binary }
    }

    /// A column of two or more classes, for one output per class: see
    /// [`Table::multiclass`](crate::Table::multiclass).
    pub fn classes(column: impl Into<String>) -> Self {
        Self { columns: vec![column.into()], kind: TargetKind::Classes }
    }
}
