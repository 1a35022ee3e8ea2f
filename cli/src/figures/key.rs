//! The key of a figure: the names of curves, and a bar of colours with numbers.

use super::Stroke;
use super::palette::AXIS;
use super::sheet::{PIXEL, Sheet};
use super::text;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use std::error::Error;

/// Writes the names of curves, each behind a piece of its line, in the middle of a strip.
pub fn curve_key(
    strip: &Sheet,
    text: u32,
    curves: &[(&str, Stroke)],
) -> Result<(), Box<dyn Error>> {
    let (width, height) = strip.dim_in_pixel();
    let size = text * PIXEL;
    let (line, gap, apart) = (size * 2, size / 2, size * 2);
    let widths = curves.iter().map(|(name, _)| line + gap + text::width(name, size));
    let all = widths.clone().sum::<u32>() + apart * (curves.len() as u32 - 1);
    let style = text::style(size, HPos::Left, VPos::Center, BLACK);
    let y = height as i32 / 2;
    let mut x = (width.saturating_sub(all) / 2) as i32;
    for ((name, stroke), width) in curves.iter().zip(widths) {
        let behind = x + line as i32;
        let piece = vec![(x, y), (behind, y)];
        if stroke.dashed {
            strip.draw(&stroke.dashes(piece))?;
        } else {
            strip.draw(&PathElement::new(piece, stroke.style()))?;
        }
        strip.draw_text(name, &style, (behind + gap as i32, y))?;
        x += (width + apart) as i32;
    }
    Ok(())
}

/// A bar from 0 on the left to 1 on the right with these names of its ends, in the middle of a
/// strip.
pub fn color_bar(
    strip: &Sheet,
    text: u32,
    color: impl Fn(f64) -> RGBColor,
    steps: u32,
    (low, high): (&str, &str),
) -> Result<(), Box<dyn Error>> {
    let (width, height) = strip.dim_in_pixel();
    let size = text * PIXEL;
    let (step, gap) = ((size * 8).div_ceil(steps), size / 2);
    let bar = step * steps;
    let all = text::width(low, size) + text::width(high, size) + bar + 2 * gap;
    let left = (width.saturating_sub(all) / 2 + text::width(low, size) + gap) as i32;
    let middle = height as i32 / 2;
    let (top, bottom) = (middle - size as i32 / 2, middle + size as i32 / 2);
    let right = left + bar as i32;
    for index in 0..steps {
        let color = color((f64::from(index) + 0.5) / f64::from(steps));
        let x = left + (index * step) as i32;
        // Each rectangle reaches the right end, and the next one covers its rest: the background
        // does not shine through between two.
        strip.draw(&Rectangle::new([(x, top), (right, bottom)], color.filled()))?;
    }
    strip.draw(&Rectangle::new([(left, top), (right, bottom)], AXIS.stroke_width(PIXEL)))?;
    let gap = gap as i32;
    let style = |side| text::style(size, side, VPos::Center, BLACK);
    strip.draw_text(low, &style(HPos::Right), (left - gap, middle))?;
    strip.draw_text(high, &style(HPos::Left), (right + gap, middle))?;
    Ok(())
}
