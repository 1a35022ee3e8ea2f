//! What a network looks at: [`permutation_importance`] of its columns, [`partial_dependence`] on
//! one column, and [`shapley_values`] of one row.
//!
//! All three replace columns of the table: the features of a category or a date move together.

mod dependence;
mod importance;
mod replacement;
mod shapley;

pub use dependence::{Grid, PartialDependence, partial_dependence};
pub use importance::{Importance, permutation_importance, permutations};
pub use shapley::{ShapleyValues, shapley_values};
