//! What the columns of a data set are, and hence what a network takes and gives.

pub(crate) mod error;

use crate::error::{Error, Result, SchemaError};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Names a network's input columns, targets and classes. An empty part is unknown.
///
/// A [`Table`](crate::data::Table) gives its schema to the [`Dataset`](crate::data::Dataset) that
/// it becomes, [`Trainer::fit`](crate::trainer::Trainer::fit) passes it on to the network, and the
/// network keeps it in its file. [`Table::inputs_for`](crate::data::Table::inputs_for) then finds
/// the same columns in another table.
///
/// ```
/// use densely::schema::{Column, Schema};
///
/// let columns = [Column::numbers("weight"), Column::categories("origin", ["Europe", "Japan"])];
/// let schema = Schema::new(columns).with_targets(["mpg"]);
/// assert_eq!(schema.feature_names(), ["weight", "origin=Europe", "origin=Japan"]);
/// assert_eq!(schema.features(), 3);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Schema {
    /// The columns of the inputs.
    pub columns: Vec<Column>,
    /// The name of each output. Classes have one name in common: that of the target column.
    pub targets: Vec<String>,
    /// The name of each class. A single output has two: the first stands for 0, the second for 1.
    /// A regression has none.
    pub classes: Vec<String>,
}

/// A column of a table, which becomes one or several features.
///
/// ```
/// use densely::schema::Column;
///
/// let weight = Column::numbers("weight");
/// let origin = Column::categories("origin", ["Europe", "Japan", "USA"]);
/// assert_eq!((weight.features(), origin.features()), (1, 3));
/// assert_eq!(origin.categories[0], "Europe");
/// assert_eq!(serde_json::to_string(&weight)?, r#"{"name":"weight","categories":[]}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Column {
    /// The column's name in the header.
    pub name: String,
    /// The texts that the column may hold. Each becomes a feature of 0 and 1. A column of numbers
    /// has none.
    #[serde(default)]
    pub categories: Vec<String>,
    /// The feature is the column's number minus this offset. The default is 0.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub offset: f64,
}

pub(crate) fn is_zero(offset: &f64) -> bool {
    *offset == 0.0
}

impl Column {
    /// A column of numbers: one feature.
    pub fn numbers(name: impl Into<String>) -> Self {
        Self { name: name.into(), categories: Vec::new(), offset: 0.0 }
    }

    /// A column of text: one feature for each category.
    pub fn categories(
        name: impl Into<String>,
        categories: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let categories = categories.into_iter().map(Into::into).collect();
        Self { categories, ..Self::numbers(name) }
    }

    /// Subtracts an offset from the column's numbers, in `f64`, before they become features. The
    /// feature's name tells it.
    ///
    /// ```
    /// use densely::schema::{Column, Schema};
    ///
    /// let schema = Schema::new([Column::numbers("seconds").with_offset(1.7e9)]);
    /// assert_eq!(schema.feature_names(), ["seconds - 1700000000"]);
    /// ```
    #[must_use]
    pub fn with_offset(mut self, offset: f64) -> Self {
        self.offset = offset;
        self
    }

    /// The number of features that the column becomes.
    pub fn features(&self) -> usize {
        self.categories.len().max(1)
    }

    fn feature_names(&self) -> Vec<String> {
        let Self { name, categories, offset } = self;
        match &categories[..] {
            [] if *offset == 0.0 => vec![name.clone()],
            [] if *offset < 0.0 => vec![format!("{name} + {}", -offset)],
            [] => vec![format!("{name} - {offset}")],
            categories => categories.iter().map(|text| format!("{name}={text}")).collect(),
        }
    }
}

impl Schema {
    /// A schema of these input columns, without targets and classes.
    pub fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        Self { columns: columns.into_iter().collect(), ..Self::default() }
    }

    /// Names the [targets](Self::targets).
    #[must_use]
    pub fn with_targets(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.targets = names.into_iter().map(Into::into).collect();
        self
    }

    /// Names the [classes](Self::classes).
    #[must_use]
    pub fn with_classes(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.classes = names.into_iter().map(Into::into).collect();
        self
    }

    /// The name of each feature: `weight` for a column of numbers, `seconds - 1700000000` if it
    /// has an offset, `origin=Europe` for a category.
    pub fn feature_names(&self) -> Vec<String> {
        self.columns.iter().flat_map(Column::feature_names).collect()
    }

    /// The number of features that the columns become.
    pub fn features(&self) -> usize {
        self.columns.iter().map(Column::features).sum()
    }

    /// The number of names of all kinds.
    pub(crate) fn names(&self) -> usize {
        let columns = self.columns.iter().map(|column| 1 + column.categories.len());
        columns.sum::<usize>() + self.targets.len() + self.classes.len()
    }

    /// Refuses numbers of names other than these, names that stand twice, and offsets that are not
    /// finite.
    pub(crate) fn check(&self, features: usize, outputs: usize) -> Result<()> {
        let count = |names: usize, columns: usize, what: &'static str| {
            let fits = names == 0 || names == columns;
            if fits { Ok(()) } else { Err(SchemaError::Names { names, columns, what }) }
        };
        count(self.features(), features, "features")?;
        count(self.classes.len(), classes_of(outputs), "classes")?;
        let targets = if self.classes.is_empty() { outputs } else { 1 };
        count(self.targets.len(), targets, "targets")?;
        once(self.columns.iter().map(|column| &column.name), "columns")?;
        for Column { categories, offset, .. } in &self.columns {
            once(categories.iter(), "categories")?;
            let holds = |x: f64| x.is_finite() && (x == 0.0 || categories.is_empty());
            Error::check_setting("offset of a column", *offset, "finite, and 0 for text", holds)?;
        }
        once(self.targets.iter(), "targets")?;
        once(self.classes.iter(), "classes")
    }

    /// Refuses other columns or classes where both schemas know some: a network that learned
    /// `weight, age` must not be given `age, weight`.
    pub(crate) fn check_same(&self, other: &Self) -> Result<()> {
        // Usually the columns are equal; then no names are built.
        if self.columns != other.columns {
            same("feature", &self.feature_names(), &other.feature_names())?;
        }
        same("class", &self.classes, &other.classes)
    }

    /// Takes over the parts that the other schema knows.
    pub(crate) fn update(&mut self, other: &Self) {
        if !other.columns.is_empty() {
            self.columns.clone_from(&other.columns);
        }
        // Classes belong to their target.
        if !other.targets.is_empty() || !other.classes.is_empty() {
            self.targets.clone_from(&other.targets);
            self.classes.clone_from(&other.classes);
        }
    }
}

/// The number of classes that this number of outputs tells apart.
pub(crate) fn classes_of(outputs: usize) -> usize {
    if outputs == 1 { 2 } else { outputs }
}

fn same(what: &'static str, known: &[String], given: &[String]) -> Result<()> {
    if known.is_empty() || given.is_empty() {
        return Ok(());
    }
    match known.iter().zip(given).zip(0..).find(|((known, given), _)| known != given) {
        Some(((expected, found), number)) => {
            let (expected, found) = (expected.clone(), found.clone());
            Err(Error::Schema(SchemaError::Mismatch { what, number, expected, found }))
        }
        None => Ok(()),
    }
}

fn once<'n>(names: impl Iterator<Item = &'n String>, what: &'static str) -> Result<()> {
    let mut seen = HashSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(SchemaError::DuplicateName { what, name: name.clone() }.into());
        }
    }
    Ok(())
}
