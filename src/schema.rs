//! What the columns of a data set are, and hence what a network takes and gives.

pub(crate) mod error;

use crate::error::{Result, SchemaError};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// The names of the columns that a network takes, with the categories of those that are text, and of what it predicts.
///
/// A [`Table`](crate::data::Table) gives it to the [`Dataset`](crate::data::Dataset) that it becomes, [`Trainer::fit`](crate::trainer::Trainer::fit) to the network, and
/// the network to its file: [`Table::inputs_for`](crate::data::Table::inputs_for) then finds the same columns in another table. Each of the three parts may be empty: unknown.
///
/// ```
/// use densely::schema::{Column, Schema};
///
/// let schema = Schema {
///     columns: vec![Column::numbers("weight"), Column::categories("origin", ["Europe", "Japan"])],
///     targets: vec!["mpg".into()],
///     classes: vec![],
/// };
/// assert_eq!(schema.feature_names(), ["weight", "origin=Europe", "origin=Japan"]);
/// assert_eq!(schema.features(), 3);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schema {
    /// Of the inputs.
    pub columns: Vec<Column>,
    /// The name of each output; for classes, the one name of what they are the classes of.
    pub targets: Vec<String>,
    /// The name of each class: two for a single output, the first for 0 and the second for 1, else one for each output. None for numbers.
    pub classes: Vec<String>,
}

/// A column of a table, which becomes one or several features.
///
/// ```
/// use densely::schema::Column;
///
/// let (weight, origin) = (Column::numbers("weight"), Column::categories("origin", ["Europe", "Japan", "USA"]));
/// assert_eq!((weight.features(), origin.features()), (1, 3));
/// assert_eq!(origin.categories[0], "Europe");
/// assert_eq!(serde_json::to_string(&weight)?, r#"{"name":"weight","categories":[]}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// What stands in the header.
    pub name: String,
    /// The texts that the column may have, each of which becomes a feature that is 0 or 1; none for a column of numbers.
    #[serde(default)]
    pub categories: Vec<String>,
}

impl Column {
    /// A column of numbers: one feature.
    pub fn numbers(name: impl Into<String>) -> Self {
        Self { name: name.into(), categories: Vec::new() }
    }

    /// A column of text: a feature for each of these.
    pub fn categories(
        name: impl Into<String>,
        categories: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        Self { name: name.into(), categories: categories.into_iter().map(Into::into).collect() }
    }

    /// How many features it becomes.
    pub fn features(&self) -> usize {
        self.categories.len().max(1)
    }
}

impl Schema {
    /// The name of each feature: that of a column of numbers, and such as `origin=Europe` for a category.
    pub fn feature_names(&self) -> Vec<String> {
        let mut names = Vec::with_capacity(self.features());
        for Column { name, categories } in &self.columns {
            if categories.is_empty() {
                names.push(name.clone());
            }
            names.extend(categories.iter().map(|category| format!("{name}={category}")));
        }
        names
    }

    /// How many features the columns become.
    pub fn features(&self) -> usize {
        self.columns.iter().map(Column::features).sum()
    }

    /// How many names there are in all.
    pub(crate) fn names(&self) -> usize {
        let columns = self.columns.iter().map(|column| 1 + column.categories.len());
        columns.sum::<usize>() + self.targets.len() + self.classes.len()
    }

    /// Whether it is of so many features and outputs, and no name stands twice.
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
        for Column { categories, .. } in &self.columns {
            once(categories.iter(), "categories")?;
        }
        once(self.targets.iter(), "targets")?;
        once(self.classes.iter(), "classes")
    }

    /// Whether both know the same columns and classes, as far as both know some: a network that learned `weight, age` must not be given `age, weight`.
    pub(crate) fn check_same(&self, other: &Self) -> Result<()> {
        let names = |schema: &Self| -> [(&'static str, Vec<String>); 2] {
            [("feature", schema.feature_names()), ("class", schema.classes.clone())]
        };
        // Most often they are the same, and nothing is to be copied.
        let columns = self.columns.is_empty() || self.columns == other.columns;
        let classes = self.classes.is_empty() || self.classes == other.classes;
        if (columns || other.columns.is_empty()) && (classes || other.classes.is_empty()) {
            return Ok(());
        }
        for ((what, known), (_, given)) in names(self).into_iter().zip(names(other)) {
            if known.is_empty() || given.is_empty() {
                continue;
            }
            let mut pairs = known.into_iter().zip(given).zip(0..);
            if let Some(((expected, found), number)) = pairs.find(|((k, g), _)| k != g) {
                return Err(SchemaError::Mismatch { what, number, expected, found }.into());
            }
        }
        Ok(())
    }

    /// Takes the parts that the other one knows.
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

/// How many classes so many outputs tell apart.
pub(crate) fn classes_of(outputs: usize) -> usize {
    if outputs == 1 { 2 } else { outputs }
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
