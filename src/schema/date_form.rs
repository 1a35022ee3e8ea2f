//! How dates and times are written, and the features that they become.

use serde::{Deserialize, Serialize};

/// How the cells of a column are read as dates or times, and the first day.
///
/// A date becomes its year, the days since the first one, and points on a circle for the day of the
/// year and the weekday: sine and cosine of 2π · day / 365.25 and of 2π · weekday / 7. A time
/// of day becomes a point on a circle too. So 31 December is near 1 January, and later dates than
/// those of the training rows are numbers as well. Days count from the earliest date among the
/// first 10,000 different cells; earlier dates are numbers below 0. Date and time are the local
/// ones, also where an offset from universal time stands behind them, as in
/// `2024-03-05T14:30:00+02:00`.
///
/// ```
/// use densely::schema::{Column, DateForm, Schema};
///
/// let schema = Schema::new([Column::dates("day", DateForm::new("%d.%m.%Y", 738_886))]);
/// let names = schema.feature_names();
/// assert_eq!(names[..2], ["day: year", "day: days since the first"]);
/// assert_eq!(names[2], "day: sine of the day of the year");
/// assert_eq!(names[5], "day: cosine of the weekday");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DateForm {
    /// The form, as [strftime](https://docs.rs/chrono/0.4/chrono/format/strftime) has it: such as
    /// `%d.%m.%Y` or `%Y-%m-%dT%H:%M:%S%.f`.
    pub format: String,
    /// The day from which days are counted, as a number of days: 1 is 1 January of the year 1.
    #[serde(default)]
    pub first: i32,
}

/// The features of a date, with whether each is on a circle.
const DATE: [(&str, bool); 6] = [
    ("year", false),
    ("days since the first", false),
    ("sine of the day of the year", true),
    ("cosine of the day of the year", true),
    ("sine of the weekday", true),
    ("cosine of the weekday", true),
];

/// The features of a time of day.
const TIME: [(&str, bool); 2] =
    [("sine of the time of day", true), ("cosine of the time of day", true)];

impl DateForm {
    /// A form and a first day.
    pub fn new(format: impl Into<String>, first: i32) -> Self {
        Self { format: format.into(), first }
    }

    /// The names of the features, in their order, and whether each is on a circle.
    pub(super) fn features(&self) -> impl Iterator<Item = (&'static str, bool)> {
        let date = has_date(&self.format).then_some(DATE);
        let time = has_time(&self.format).then_some(TIME);
        date.into_iter().flatten().chain(time.into_iter().flatten())
    }
}

/// Whether a form has a date.
pub(crate) fn has_date(format: &str) -> bool {
    ["%d", "%-d", "%_d", "%e", "%F", "%D", "%c", "%+"].iter().any(|part| format.contains(part))
}

/// Whether a form has a time of day.
pub(crate) fn has_time(format: &str) -> bool {
    let parts = ["%H", "%-H", "%_H", "%k", "%I", "%-I", "%l", "%T", "%R", "%r", "%c", "%+"];
    parts.iter().any(|part| format.contains(part))
}
