//! The white sheet that is drawn on, and the SVG file that it becomes.

use densely::Error;
use plotters::coord::Shift;
use plotters::prelude::*;
use std::path::Path;

/// Units of a drawing in one pixel of the picture. `plotters` rounds to whole units, which would show as steps in flat
/// curves if a unit were a pixel.
pub const PIXEL: u32 = 4;

pub type Sheet<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// Draws on a white sheet of so many pixels, and writes it to this file.
pub fn draw(
    path: &Path,
    (width, height): (u32, u32),
    drawing: impl FnOnce(&Sheet) -> Result<(), Box<dyn std::error::Error>>,
) -> Result<(), Box<dyn std::error::Error>> {
    let (wide, high) = (width * PIXEL, height * PIXEL);
    let mut svg = String::new();
    {
        let sheet = SVGBackend::with_string(&mut svg, (wide, high)).into_drawing_area();
        sheet.fill(&WHITE)?;
        drawing(&sheet)?;
        sheet.present()?;
    }
    let in_units = format!("width=\"{wide}\" height=\"{high}\"");
    let in_pixels = format!("width=\"{width}\" height=\"{height}\"");
    let svg = svg.replacen(&in_units, &in_pixels, 1);
    std::fs::write(path, svg).map_err(|source| Error::Io { file: path.to_owned(), source })?;
    Ok(())
}
