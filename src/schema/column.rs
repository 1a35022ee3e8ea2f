//! A column of a table, and the features that it becomes.

use super::{DateForm, NumberForm};
use serde::{Deserialize, Serialize};

/// A column of a table, which becomes one or several features.
///
/// | column | features |
/// |---|---|
/// | numbers | the number minus [`offset`](Self::offset) |
/// | categories | for each category 1 in its rows, else 0 |
/// | [two categories](Self::two) | -1 for the first, 1 for the second |
/// | [dates or times](Self::dates) | see [`DateForm`] |
///
/// A blank number or date is NaN, which the network replaces by the centre of the training rows. A
/// blank category is 0 in all features. With [`blanks`](Self::blanks), one more feature follows: 1
/// in rows where the cell is blank, else 0.
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Column {
    /// The column's name in the header.
    pub name: String,
    /// The texts that the column may hold. A column of numbers or dates has none.
    #[serde(default)]
    pub categories: Vec<String>,
    /// Texts that are none of the categories, because one row alone had them in training.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rare: Vec<String>,
    /// The feature is the column's number minus this offset. The default is 0.
    #[serde(default, skip_serializing_if = "is_default")]
    pub offset: f64,
    /// Whether two categories are one feature of -1 and 1.
    #[serde(default, skip_serializing_if = "is_default")]
    pub two: bool,
    /// Whether a feature says that a cell is blank.
    #[serde(default, skip_serializing_if = "is_default")]
    pub blanks: bool,
    /// How numbers are written; nothing for `12`, `-0.5`, `1e3`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<NumberForm>,
    /// How dates or times are written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<DateForm>,
}

/// Whether a field need not be written.
pub(crate) fn is_default<T: Default + PartialEq>(field: &T) -> bool {
    *field == T::default()
}

impl Column {
    /// A column of numbers: one feature.
    pub fn numbers(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// A column of text: one feature for each category.
    pub fn categories(
        name: impl Into<String>,
        categories: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let categories = categories.into_iter().map(Into::into).collect();
        Self { categories, ..Self::numbers(name) }
    }

    /// A column of two texts: one feature, -1 for the first and 1 for the second.
    ///
    /// ```
    /// use densely::schema::{Column, Schema};
    ///
    /// let sex = Column::two("sex", ["female", "male"]);
    /// assert_eq!(Schema::new([sex]).feature_names(), ["sex=male"]);
    /// ```
    pub fn two(name: impl Into<String>, categories: [impl Into<String>; 2]) -> Self {
        Self { two: true, ..Self::categories(name, categories) }
    }

    /// A column of dates or times.
    pub fn dates(name: impl Into<String>, form: DateForm) -> Self {
        Self { date: Some(form), ..Self::numbers(name) }
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

    /// Adds a feature that says whether a cell is blank.
    ///
    /// ```
    /// use densely::schema::{Column, Schema};
    ///
    /// let schema = Schema::new([Column::numbers("age").with_blanks()]);
    /// assert_eq!(schema.feature_names(), ["age", "age is blank"]);
    /// ```
    #[must_use]
    pub fn with_blanks(mut self) -> Self {
        self.blanks = true;
        self
    }

    /// The number of features that the column becomes.
    pub fn features(&self) -> usize {
        self.values() + usize::from(self.blanks)
    }

    /// The number of features, without that of blanks.
    pub(crate) fn values(&self) -> usize {
        match &self.date {
            Some(date) => date.features().count(),
            None if self.two => 1,
            None => self.categories.len().max(1),
        }
    }

    /// Whether the column has something that versions 1 and 2 of the model file do not know.
    pub(crate) fn is_newer(&self) -> bool {
        let text = self.two || !self.rare.is_empty();
        text || self.blanks || self.form.is_some() || self.date.is_some()
    }

    /// The name of each feature, and whether it is on a scale of its own, from -1 to 1, that units
    /// do not change.
    pub(crate) fn named(&self) -> Vec<(String, bool)> {
        let Self { name, categories, offset, two, .. } = self;
        let mut named: Vec<_> = match (&self.date, &categories[..]) {
            (Some(date), _) => {
                date.features().map(|(part, kept)| (format!("{name}: {part}"), kept)).collect()
            }
            (None, [_, second]) if *two => vec![(format!("{name}={second}"), true)],
            (None, []) if *offset == 0.0 => vec![(name.clone(), false)],
            (None, []) if *offset < 0.0 => vec![(format!("{name} + {}", -offset), false)],
            (None, []) => vec![(format!("{name} - {offset}"), false)],
            (None, texts) => texts.iter().map(|text| (format!("{name}={text}"), false)).collect(),
        };
        named.extend(self.blanks.then(|| (format!("{name} is blank"), true)));
        named
    }
}
