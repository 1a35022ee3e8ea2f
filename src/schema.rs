//! What the columns of a data set are, and hence what a network takes and gives.

mod column;
mod date_form;
pub(crate) mod error;
mod number_form;

pub use column::Column;
pub(crate) use column::is_default;
pub use date_form::DateForm;
#[cfg(feature = "dates")]
pub(crate) use date_form::{has_date, has_time};
pub use number_form::NumberForm;

use crate::error::{Error, Result, SchemaError, check::ensure};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::ops::Range;

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
    /// How each target's numbers are written; empty if all are as `12`, `-0.5`, `1e3`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub target_forms: Vec<Option<NumberForm>>,
    /// Words for missing values besides the usual ones of
    /// [`CsvFormat`](crate::data::CsvFormat); in place of them if the first is blank.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
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
        self.columns.iter().flat_map(Column::named).map(|(name, _)| name).collect()
    }

    /// The number of features that the columns become.
    pub fn features(&self) -> usize {
        self.columns.iter().map(Column::features).sum()
    }

    /// Each column with the places of its features.
    ///
    /// ```
    /// use densely::schema::{Column, Schema};
    ///
    /// let origin = Column::categories("origin", ["Europe", "Japan"]);
    /// let schema = Schema::new([origin, Column::numbers("weight")]);
    /// let places = schema.places().map(|(column, places)| (column.name.as_str(), places));
    /// assert_eq!(places.collect::<Vec<_>>(), [("origin", 0..2), ("weight", 2..3)]);
    /// ```
    pub fn places(&self) -> impl Iterator<Item = (&Column, Range<usize>)> {
        self.columns.iter().scan(0, |features, column| {
            let first = *features;
            *features += column.features();
            Some((column, first..*features))
        })
    }

    /// The number of names of all kinds.
    pub(crate) fn names(&self) -> usize {
        let columns = self.columns.iter();
        let columns = columns.map(|column| 1 + column.categories.len() + column.rare.len());
        columns.sum::<usize>() + self.targets.len() + self.classes.len() + self.missing.len()
    }

    /// Whether each feature is on a scale of its own that units do not change.
    pub(crate) fn kept(&self) -> Vec<bool> {
        self.columns.iter().flat_map(Column::named).map(|(_, kept)| kept).collect()
    }

    /// Whether the schema has something that versions 1 and 2 of the model file do not know.
    pub(crate) fn is_newer(&self) -> bool {
        let columns = self.columns.iter().any(Column::is_newer);
        columns || !self.target_forms.is_empty() || !self.missing.is_empty()
    }

    /// Refuses numbers of names other than these, names that stand twice, and offsets that are not
    /// finite.
    pub(crate) fn check(&self, features: usize, outputs: usize) -> Result<()> {
        let count = |names: usize, columns: usize, what: &'static str| {
            let fits = names == 0 || names == columns;
            ensure(fits, || SchemaError::Names { names, columns, what })
        };
        count(self.features(), features, "features")?;
        count(self.classes.len(), classes_of(outputs), "classes")?;
        let targets = if self.classes.is_empty() { outputs } else { 1 };
        count(self.targets.len(), targets, "targets")?;
        once(self.columns.iter().map(|column| &column.name), "columns")?;
        for Column { categories, offset, two, .. } in &self.columns {
            once(categories.iter(), "categories")?;
            let holds = |x: f64| x.is_finite() && (x == 0.0 || categories.is_empty());
            Error::check_range("offset of a column", *offset, ("finite, and 0 for text", holds))?;
            let (count, name) = (categories.len(), "number of categories of a feature of -1 and 1");
            Error::check_range(name, count as f64, ("2", |count| !two || count == 2.0))?;
        }
        count(self.target_forms.len(), self.targets.len(), "forms of targets")?;
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
            self.missing.clone_from(&other.missing);
        }
        // Classes belong to their target.
        if !other.targets.is_empty() || !other.classes.is_empty() {
            self.targets.clone_from(&other.targets);
            self.classes.clone_from(&other.classes);
            self.target_forms.clone_from(&other.target_forms);
        }
    }
}

/// The number of classes that this number of outputs tells apart.
pub(crate) fn classes_of(outputs: usize) -> usize {
    if outputs == 1 { 2 } else { outputs }
}

fn same(what: &'static str, known: &[String], given: &[String]) -> Result<()> {
    for (number, (expected, found)) in known.iter().zip(given).enumerate() {
        ensure(expected == found, || {
            let (expected, found) = (expected.clone(), found.clone());
            SchemaError::Mismatch { what, number, expected, found }
        })?;
    }
    Ok(())
}

fn once<'n>(names: impl Iterator<Item = &'n String>, what: &'static str) -> Result<()> {
    let mut seen = HashSet::new();
    for name in names {
        ensure(seen.insert(name), || SchemaError::DuplicateName { what, name: name.clone() })?;
    }
    Ok(())
}
