//! Dates and times in the usual written forms.

use crate::schema::{DateForm, DatePart};
use chrono::{Datelike, NaiveDate, NaiveTime, Timelike, format::Parsed, format::StrftimeItems};
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
const TIMES: [&str; 6] =
    ["%H:%M", "%H:%M:%S%.f", "%I:%M %p", "%I:%M:%S %p", "%H.%M.%S", "%H:%M:%S%.fZ"];

/// The forms of offsets from universal time, which are not used: the local time counts.
const OFFSETS: [&str; 2] = ["%z", " %z"];

/// No date is longer.
const MOST_BYTES: usize = 48;

/// The forms in which all texts so far can be read.
#[derive(Clone, Debug, Default)]
pub(super) struct DateFormats {
    /// Nothing before the first text.
    formats: Option<Vec<String>>,
}

/// A date and a time of day, of which a form may have only one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    date: Option<NaiveDate>,
    time: Option<NaiveTime>,
}

impl DateFormats {
    pub(super) fn add(&mut self, text: &str) {
        match &mut self.formats {
            None => {
                let forms = candidates(text);
                self.formats = Some(forms);
            }
            Some(formats) if formats.is_empty() => {}
            Some(formats) => formats.retain(|format| moment(format, text).is_some()),
        }
    }

    /// The forms that read the texts differently: forms that differ only in white space are one.
    pub(super) fn all(&self) -> Vec<String> {
        let (mut different, mut orders) = (Vec::new(), Vec::new());
        for format in self.formats.iter().flatten() {
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
fn candidates(text: &str) -> Vec<String> {
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
                if time.ends_with("%.f") {
                    all.extend(OFFSETS.map(|offset| format!("{form}{offset}")));
                }
                all.push(form);
            }
        }
    }
    all.retain(|format| moment(format, text).is_some());
    all
}

/// The date and time of day that a text stands for in this form.
pub(super) fn moment(format: &str, text: &str) -> Option<Moment> {
    // The parser takes more white space than there is, and years of any length.
    if text.len() > MOST_BYTES || !plausible(format, text) {
        return None;
    }
    let mut parsed = Parsed::new();
    chrono::format::parse(&mut parsed, text, StrftimeItems::new(format)).ok()?;
    let form = DateForm::new(format, 0);
    let date = if form.has_date() { Some(parsed.to_naive_date().ok()?) } else { None };
    let time = if form.has_time() { Some(parsed.to_naive_time().ok()?) } else { None };
    let usual = |date: NaiveDate| (1000..=9999).contains(&date.year());
    (date.is_none_or(usual)).then_some(Moment { date, time })
}

/// Whether a text may have this form: the parser takes `3:2` and `1.2.3` for times.
fn plausible(format: &str, text: &str) -> bool {
    let count = |text: &str, sign: u8| text.bytes().filter(|&byte| byte == sign).count();
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let times = !format.contains(':') || text.split(':').skip(1).all(|part| digits(part) >= 2);
    let dots = !format.contains("%H.%M") || text.rsplit('.').take(3).all(|part| part.len() >= 2);
    // A version is no date with a short year.
    let short = !format.contains(".%y") || text.split('.').all(|part| digits(part) >= 2);
    times && dots && short && b"/,".iter().all(|&sign| count(format, sign) == count(text, sign))
}

impl Moment {
    /// The days since the year 0, if there is a date.
    pub(super) fn day(&self) -> Option<i32> {
        self.date.map(|date| date.num_days_from_ce())
    }

    /// The days since the year 0, with the time of day as a fraction.
    pub(super) fn in_order(&self) -> f64 {
        let time = self.time.map_or(0.0, |time| f64::from(time.num_seconds_from_midnight()));
        self.day().map_or(0.0, f64::from) + time / 86_400.0
    }

    /// The feature of this moment.
    pub(super) fn part(&self, part: DatePart, first: i32) -> f64 {
        let circle = |sine: bool, turn: f64| {
            let angle = TAU * turn;
            if sine { angle.sin() } else { angle.cos() }
        };
        let date = |of: &dyn Fn(NaiveDate) -> f64| self.date.map_or(f64::NAN, of);
        match part {
            DatePart::Year => date(&|date| f64::from(date.year())),
            DatePart::Days => date(&|date| f64::from(date.num_days_from_ce()) - f64::from(first)),
            DatePart::DayOfYear(sine) => {
                date(&|date| circle(sine, f64::from(date.ordinal0()) / 365.25))
            }
            DatePart::Weekday(sine) => {
                date(&|date| circle(sine, f64::from(date.weekday().num_days_from_monday()) / 7.0))
            }
            DatePart::Time(sine) => self.time.map_or(f64::NAN, |time| {
                circle(sine, f64::from(time.num_seconds_from_midnight()) / 86_400.0)
            }),
        }
    }
}
