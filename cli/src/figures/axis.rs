//! The axes of charts: a range, and the numbers beside it.

use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use std::ops::Range;

/// An axis. On a logarithmic axis, places are the logarithms to base 10.
#[derive(Clone, Debug)]
pub struct Axis {
    pub label: String,
    pub range: Range<f64>,
    /// Places, and the text at each.
    pub ticks: Vec<(f64, String)>,
    logarithmic: bool,
}

impl Axis {
    pub fn new(label: &str, range: Range<f64>, ticks: Vec<(f64, String)>) -> Self {
        Self { label: label.to_owned(), range, ticks, logarithmic: false }
    }

    /// An axis with at most `most` round numbers: multiples of 1, 2 or 5 times a power of ten.
    pub fn linear(label: &str, range: Range<f64>, most: usize) -> Self {
        let rough = (range.end - range.start) / most as f64;
        let magnitude = rough.log10().floor() as i32;
        let steps = [(1.0, magnitude), (2.0, magnitude), (5.0, magnitude), (1.0, magnitude + 1)];
        let step = |(factor, power): (f64, i32)| factor * 10_f64.powi(power);
        // If the range begins or ends at a round number, rounding must not lose it.
        let first = |step: f64| (range.start / step - 1e-9).ceil();
        let last = |step: f64| (range.end / step + 1e-9).floor();
        let few = |step: f64| last(step) - first(step) < most as f64;
        let chosen = steps.into_iter().find(|&chosen| few(step(chosen)));
        let chosen = chosen.unwrap_or((1.0, magnitude + 1));
        let (first, last) = (first(step(chosen)), last(step(chosen)));
        let multiples = (0..most).map(|index| first + index as f64);
        let multiples = multiples.take_while(|&multiple| multiple <= last);
        let exponent = exponent(&range);
        let decimals = (exponent - chosen.1).max(0) as usize;
        let text = |multiple: f64| {
            // A small number times a power of ten, so that 0.3 does not come as
            // 0.30000000000000004; and -0 becomes 0.
            let number = (multiple * chosen.0 + 0.0) * 10_f64.powi(chosen.1 - exponent);
            match exponent {
                0 => format!("{number:.decimals$}"),
                _ if number == 0.0 => "0".to_owned(),
                _ => format!("{number:.decimals$}e{exponent}"),
            }
        };
        let ticks = multiples.map(|multiple| (multiple * step(chosen), text(multiple)));
        let ticks = ticks.collect();
        Self::new(label, range, ticks)
    }

    /// An axis of whole numbers.
    pub fn whole(label: &str, range: Range<f64>, most: usize) -> Self {
        let mut axis = Self::linear(label, range, most);
        axis.ticks.retain(|(place, _)| (place - place.round()).abs() < 1e-6);
        for (place, text) in &mut axis.ticks {
            *text = format!("{place:.0}");
        }
        axis
    }

    /// From one number above 0 to another. At every power of ten stands a number, or at as many of
    /// them as there is room for; also in between where they are few.
    pub fn logarithmic(label: &str, range: Range<f64>) -> Self {
        let range = range.start.log10()..range.end.log10();
        let decades = range.end - range.start;
        let factors: &[f64] = if decades < 3.0 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let every = (decades / 9.0).ceil().max(1.0) as i32;
        let powers = range.start.floor() as i32..=range.end.ceil() as i32;
        let powers = powers.filter(|power| power.rem_euclid(every) == 0);
        let numbers =
            powers.flat_map(|power| factors.iter().map(move |factor| (factor, 10_f64.powi(power))));
        let ticks = numbers.map(|(factor, power)| {
            let number = factor * power;
            let plain = (1e-3 * 0.99..1e6).contains(&number);
            // The shortest text of a product such as 5 · 0.001 would have sixteen digits.
            let text = if plain { format!("{number:.3}") } else { format!("{number:.0e}") };
            let text = if plain { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
            (number.log10(), text.to_owned())
        });
        let near = range.start - 1e-9..=range.end + 1e-9;
        let ticks = ticks.filter(|(place, _)| near.contains(place)).collect();
        Self { label: label.to_owned(), range, ticks, logarithmic: true }
    }

    /// Returns the place of a number on this axis.
    pub fn place(&self, number: f64) -> f64 {
        if self.logarithmic { number.log10() } else { number }
    }

    /// The same axis with only every `nth` of its numbers.
    pub fn with_every(&self, nth: usize) -> Self {
        let ticks = self.ticks.iter().step_by(nth.max(1)).cloned().collect();
        Self { ticks, ..self.clone() }
    }

    /// The same axis with more room at the end: this share of its length.
    pub fn extended(mut self, share: f64) -> Self {
        self.range.end += share * (self.range.end - self.range.start);
        self
    }
}

/// The axis type of `plotters` would choose the numbers itself.
impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, place: &f64, (begin, end): (i32, i32)) -> i32 {
        let share = (place - self.range.start) / (self.range.end - self.range.start);
        begin + (share * f64::from(end - begin)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // The grid has no light lines between the lines with numbers.
        let light = hint.weight().allow_light_points();
        if light { Vec::new() } else { self.ticks.iter().map(|tick| tick.0).collect() }
    }

    fn range(&self) -> Range<f64> {
        self.range.clone()
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, place: &f64) -> String {
        let tick = self.ticks.iter().find(|tick| tick.0 == *place);
        tick.map_or(String::new(), |tick| tick.1.clone())
    }
}

/// From the lowest to the highest of these numbers that are finite; from infinity to its negative
/// if there are none.
pub fn extent(numbers: impl Iterator<Item = f64>) -> Range<f64> {
    let finite = numbers.filter(|number| number.is_finite());
    finite.fold(f64::INFINITY..f64::NEG_INFINITY, |range, number| {
        range.start.min(number)..range.end.max(number)
    })
}

/// From the lowest to the highest of these numbers, and a little to both sides; around a single
/// number as well.
pub fn padded(numbers: impl Iterator<Item = f64>) -> Range<f64> {
    let Range { start: lowest, end: highest } = extent(numbers);
    if lowest > highest {
        return 0.0..1.0;
    }
    let room = match highest - lowest {
        0.0 if lowest == 0.0 => 1.0,
        0.0 => 0.1 * lowest.abs(),
        span => 0.04 * span,
    };
    lowest - room..highest + room
}

/// The power of a thousand in which numbers are written if they would be long otherwise, by its
/// exponent to base 10.
fn exponent(range: &Range<f64>) -> i32 {
    let largest = range.start.abs().max(range.end.abs());
    match largest {
        1e-3..1e6 => 0,
        _ => (largest.log10() / 3.0).floor() as i32 * 3,
    }
}
