//! Dates and times in the usual written forms.

use crate::error::CellProblem;
#[cfg(feature = "dates")]
use crate::schema::{has_date, has_time};
use std::f64::consts::TAU;

/// The forms of dates. A year has four digits, unless it is the last of the form.
const DATES: [&str; 19] = [
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%d.%m.%y",
    "%d %B %Y",
    "%d. %B %Y",
    "%B %d, %Y",
    "%B %d %Y",
    "%d-%B-%Y",
    "%d-%B-%y",
    "%a, %d %B %Y",
    "%a %B %d %Y",
];

/// The forms of times.
const TIMES: [&str; 5] = ["%H:%M", "%H:%M:%S%.f", "%I:%M %p", "%I:%M:%S %p", "%H.%M.%S"];

/// An offset from universal time, such as `+02:00` or `Z`; white space before it does not count.
const OFFSET: &str = "%#z";

/// The seconds of a day.
const DAY: f64 = 86_400.0;

/// No date is longer.
const MOST_BYTES: usize = 48;

/// The forms in which all texts so far can be read; nothing before the first text.
#[derive(Clone, Debug, Default)]
pub(super) struct DateFormats(Option<Vec<String>>);

/// A date and a time of day, of which a form may have only one.
#[derive(Clone, Copy, Debug)]
pub(super) struct DateTime {
    /// Year, days since the year 0, and points on the circles of the year and of the week.
    date: Option<[f64; 6]>,
    /// The local time of day, in seconds.
    time: Option<f64>,
    /// How far the local time is ahead of universal time, in seconds.
    offset: f64,
}

impl DateFormats {
    pub(super) fn add(&mut self, text: &str) {
        match &mut self.0 {
            None => self.0 = Some(candidates(text)),
            Some(formats) => formats.retain(|format| parsed(format, text).is_some()),
        }
    }

    /// The forms that read the texts differently: forms that differ only in white space are one.
    pub(super) fn different(&self) -> Vec<String> {
        let (mut different, mut orders) = (Vec::new(), Vec::new());
        for format in self.0.iter().flatten() {
            let places = ["%d", "%m"].map(|part| format.find(part));
            let order = (places[0].is_some(), places[0] < places[1]);
            if !orders.contains(&order) {
                orders.push(order);
                different.push(format.clone());
            }
        }
        different
    }
}

/// The forms in which a text can be read.
pub(super) fn candidates(text: &str) -> Vec<String> {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits < 3 || text.len() > MOST_BYTES {
        return Vec::new();
    }
    let mut all: Vec<String> = TIMES.map(str::to_owned).to_vec();
    for date in DATES {
        all.push(date.to_owned());
        for between in [" ", "T", ", "] {
            for time in TIMES {
                let form = format!("{date}{between}{time}");
                if !time.ends_with("%p") {
                    all.push(format!("{form}{OFFSET}"));
                }
                all.push(form);
            }
        }
    }
    all.retain(|format| parsed(format, text).is_some());
    all
}

/// The date and time of day that a cell stands for in this form.
pub(super) fn moment(format: &str, cell: &str) -> Result<DateTime, CellProblem> {
    if cfg!(not(feature = "dates")) {
        return Err(CellProblem::NeedsDates);
    }
    parsed(format, cell).ok_or_else(|| CellProblem::NotADate(format.to_owned()))
}

/// The date and time of day that a text stands for in this form, if it has it.
#[cfg(feature = "dates")]
pub(super) fn parsed(format: &str, text: &str) -> Option<DateTime> {
    use chrono::{Datelike, Timelike, format};
    // The parser takes more white space than there is, and years of any length.
    if text.len() > MOST_BYTES || !plausible(format, text) {
        return None;
    }
    let mut parsed = format::Parsed::new();
    format::parse(&mut parsed, text, format::StrftimeItems::new(format)).ok()?;
    let (mut date, mut time) = (None, None);
    if has_date(format) {
        let day = parsed.to_naive_date().ok().filter(|day| (1000..=9999).contains(&day.year()))?;
        let [a, b] = circle(f64::from(day.ordinal0()) / 365.25);
        let [c, d] = circle(f64::from(day.weekday().num_days_from_monday()) / 7.0);
        date = Some([day.year().into(), day.num_days_from_ce().into(), a, b, c, d]);
    }
    if has_time(format) {
        let of_day = parsed.to_naive_time().ok()?;
        let nanoseconds = f64::from(of_day.nanosecond());
        time = Some(f64::from(of_day.num_seconds_from_midnight()) + nanoseconds / 1e9);
    }
    // Nothing of a form without both becomes a feature.
    let offset = parsed.offset().unwrap_or(0).into();
    (date.is_some() || time.is_some()).then_some(DateTime { date, time, offset })
}

#[cfg(not(feature = "dates"))]
pub(super) fn parsed(_: &str, _: &str) -> Option<DateTime> {
    None
}

/// Whether a text may have this form: the parser takes `3:2` and `1.2.3` for times.
#[cfg(feature = "dates")]
fn plausible(format: &str, text: &str) -> bool {
    let count = |text: &str, sign: u8| text.bytes().filter(|&byte| byte == sign).count();
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let times = !format.contains(':') || text.split(':').skip(1).all(|part| digits(part) >= 2);
    let dots = !format.contains("%H.%M") || text.rsplit('.').take(3).all(|part| part.len() >= 2);
    // A version is no date with a short year.
    let short = !format.contains(".%y") || text.split('.').all(|part| digits(part) >= 2);
    // `%D` stands for a form with slashes.
    let signs = || b"/,".iter().all(|&sign| count(format, sign) == count(text, sign));
    times && dots && short && (format.contains("%D") || signs())
}

impl DateTime {
    /// The days since the year 0, if there is a date.
    pub(super) fn days(self) -> Option<f64> {
        self.date.map(|date| date[1])
    }

    /// The year, if there is a date.
    pub(super) fn year(self) -> Option<f64> {
        self.date.map(|date| date[0])
    }

    /// The days since the year 0, with the time of day as a fraction: universal time, if the text
    /// tells how far from it its own is.
    pub(super) fn in_order(self) -> f64 {
        let seconds = DAY * self.days().unwrap_or(0.0) + self.time.unwrap_or(0.0) - self.offset;
        seconds / DAY
    }

    /// The features of this moment, in the order of [`DateForm`](crate::schema::DateForm).
    pub(super) fn features(self, first: i32) -> impl Iterator<Item = f64> {
        let date =
            self.date.map(|[year, days, a, b, c, d]| [year, days - f64::from(first), a, b, c, d]);
        date.into_iter()
            .flatten()
            .chain(self.time.map(|time| circle(time / DAY)).into_iter().flatten())
    }
}

/// The sine and the cosine of a part of a turn.
fn circle(turn: f64) -> [f64; 2] {
    (TAU * turn).sin_cos().into()
}
