//! Text in a picture: its width, and the form of a name that can be drawn.

use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{Color, RGBColor, TextStyle};

/// `plotters` draws fonts smaller than the given size by this factor.
const FONT: f64 = 1.0 / 1.24;

/// The approximate width of a text of this size, in units. The font that will show an SVG file is
/// unknown: these are the widths of DejaVu Sans, which is one of the widest.
pub fn width(text: &str, size: u32) -> u32 {
    let ems = |c: char| match c {
        'i' | 'j' | 'l' | '.' | ',' | ':' | '\'' | '|' | ' ' | 'I' => 0.33,
        'f' | 't' | 'r' | '(' | ')' | '-' => 0.42,
        'm' | 'w' | 'M' | 'W' | '%' | '…' => 1.0,
        c if c >= '\u{1100}' => 1.0,
        c if c.is_uppercase() => 0.72,
        _ => 0.64,
    };
    (text.chars().map(ems).sum::<f64>() * FONT * f64::from(size)).ceil() as u32
}

/// A name as it can be drawn: without characters that XML does not allow. A name longer than
/// `most` characters loses its middle, since names that begin alike mostly end differently.
pub fn name(name: &str, most: usize) -> String {
    let forbidden = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
    let characters: Vec<char> =
        name.chars().map(|c| if forbidden(c) { '\u{fffd}' } else { c }).collect();
    if characters.len() <= most {
        return characters.into_iter().collect();
    }
    let (begin, end) = (most / 2, (most - 1) / 2);
    let shown = characters[..begin].iter().chain(&['…']);
    shown.chain(&characters[characters.len() - end..]).collect()
}

/// A style of this size in units. The place where a text is drawn is at this corner or edge of the
/// text.
pub fn style(size: u32, h: HPos, v: VPos, color: RGBColor) -> TextStyle<'static> {
    let style = TextStyle::from(("sans-serif", size)).pos(Pos::new(h, v));
    TextStyle { color: color.to_backend_color(), ..style }
}
