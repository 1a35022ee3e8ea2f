//! The white sheet on which figures are drawn, and its SVG file.

use densely::Error;
use plotters::coord::Shift;
use plotters::prelude::*;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Units of a drawing in one pixel of the picture. `plotters` rounds to whole units, which would
/// show as steps in flat curves if a unit were a pixel.
pub const PIXEL: u32 = 4;

pub type Sheet<'a> = DrawingArea<SVGBackend<'a>, Shift>;

/// A place in pixels, in units.
pub fn in_units((x, y): (u32, u32)) -> (i32, i32) {
    ((x * PIXEL) as i32, (y * PIXEL) as i32)
}

/// The beginning of our SVG files.
const BEGIN: &[u8] = b"<svg";

/// Whether a picture can be written there, before the work that it is to show; and it must not be
/// in the place of something else.
pub fn check(path: &Path) -> Result<(), Box<dyn std::error::Error>> {
    densely::atomic_file::check_can_write(path)?;
    if path.exists() {
        let named = |source| Error::Io { file: path.to_owned(), source };
        let mut begin = Vec::new();
        let file = File::open(path).map_err(named)?;
        file.take(BEGIN.len() as u64).read_to_end(&mut begin).map_err(named)?;
        // An empty file, such as `mktemp` makes, may be replaced.
        if !begin.is_empty() && begin != BEGIN {
            return Err(
                format!("{} is no SVG picture, it is not drawn over", path.display()).into()
            );
        }
    }
    Ok(())
}

/// Makes a folder, if there is none, and [`check`]s that these pictures can be written there.
pub fn check_folder<'n>(
    folder: &Path,
    mut names: impl Iterator<Item = &'n str>,
) -> Result<(), Box<dyn std::error::Error>> {
    std::fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    names.try_for_each(|name| check(&folder.join(name)))
}

/// Draws on a white sheet of this size in pixels, and writes it to a file.
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
    // What is so anyway need not be said; text cannot look like it, since its quotation marks are
    // escaped.
    let svg = svg.replace(" opacity=\"1\"", "").replace(" stroke=\"none\"", "");
    std::fs::write(path, svg).map_err(|source| Error::Io { file: path.to_owned(), source })?;
    Ok(())
}
