//! Numbers as people read them.

use densely::mlp::Interval;

/// Rounds to four significant digits.
pub fn rounded(number: f64) -> String {
    match number.abs().log10().floor() {
        magnitude if (-4.0..4.0).contains(&magnitude) => {
            format!("{number:.*}", (3.0 - magnitude) as usize)
        }
        magnitude if (4.0..10.0).contains(&magnitude) => format!("{number:.0}"),
        _ if number == 0.0 => "0".to_owned(),
        _ => format!("{number:.3e}"),
    }
}

/// Writes a score with four decimals; from 10 on with fewer, below 0.1 with four digits.
pub fn score(score: f64) -> String {
    match score.abs() {
        small if 0.0 < small && small < 0.1 => rounded(score),
        other => format!("{score:.0$}", 4_usize.saturating_sub(other.max(1.0).log10() as usize)),
    }
}

/// The half width of each output's interval, or what the estimated error is multiplied by, and the
/// share of new rows inside.
pub fn interval(interval: &Interval, is_scaled: bool) -> String {
    let times = if is_scaled { " times the estimated error" } else { "" };
    let widths = interval.half_widths().iter();
    let widths = widths.map(|&width| format!("± {}{times}", rounded(width)));
    let widths = widths.collect::<Vec<_>>().join(", ");
    // 100 · 0.55 is 55.00000000000001.
    let share = (1e6 * interval.level()).round() / 1e4;
    format!(
        "{widths} holds the number in at least {share} % of new rows like the test rows, on average"
    )
}

/// The decimals of several numbers that stand below each other: four, or more if the largest is
/// below 0.01.
pub fn decimals(largest: f64) -> usize {
    let magnitude = largest.abs().log10().floor();
    if (-9.0..-2.0).contains(&magnitude) { (3.0 - magnitude) as usize } else { 4 }
}
