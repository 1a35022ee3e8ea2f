//! How dates and times are written, and the features that they become.

use serde::{Deserialize, Serialize};

/// How the cells of a column are read as dates or times, and the first day.
///
/// A date becomes its year, the days since the first one, and points on a circle for the day of
/// the year and the weekday: sine and cosine of 2π · day / 365.25 and of 2π · weekday / 7. A time
/// of day becomes a point on a circle too. So 31 December is near 1 January, and later dates than
/// those of the training rows are numbers as well.
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

/// A feature of a date or time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DatePart {
    Year,
    Days,
    /// True for the sine, false for the cosine.
    DayOfYear(bool),
    Weekday(bool),
    Time(bool),
}

impl DateForm {
    /// A form and a first day.
    pub fn new(format: impl Into<String>, first: i32) -> Self {
        Self { format: format.into(), first }
    }

    /// Whether the form has a date.
    pub(crate) fn has_date(&self) -> bool {
        self.format.contains("%d")
    }

    /// Whether the form has a time of day.
    pub(crate) fn has_time(&self) -> bool {
        self.format.contains("%H") || self.format.contains("%I")
    }

    /// The features, in their order.
    pub(crate) fn parts(&self) -> impl Iterator<Item = DatePart> {
        use DatePart::{DayOfYear, Days, Time, Weekday, Year};
        let date = [Year, Days, DayOfYear(true), DayOfYear(false), Weekday(true), Weekday(false)];
        let time = [Time(true), Time(false)];
        let (has_date, has_time) = (self.has_date(), self.has_time());
        let date = date.into_iter().filter(move |_| has_date);
        date.chain(time.into_iter().filter(move |_| has_time))
    }
}

impl DatePart {
    pub(crate) fn is_on_circle(self) -> bool {
        !matches!(self, Self::Year | Self::Days)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Days => "days since the first",
            Self::DayOfYear(true) => "sine of the day of the year",
            Self::DayOfYear(false) => "cosine of the day of the year",
            Self::Weekday(true) => "sine of the weekday",
            Self::Weekday(false) => "cosine of the weekday",
            Self::Time(true) => "sine of the time of day",
            Self::Time(false) => "cosine of the time of day",
        }
    }
}
