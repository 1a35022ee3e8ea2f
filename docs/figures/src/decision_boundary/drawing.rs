//! Draws the frames of a training in a row, with a row for each of two activations.

use super::field::superlevel;
use super::{Frame, REACH};
use densely::Dataset;
use densely_cli::figures::{self, PIXEL, Sheet, in_units, palette, text};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use std::error::Error;
use std::path::Path;

const TEXT: u32 = 18;
/// A frame's width and height.
const SIDE: u32 = 200;
const GAP: u32 = 12;
const LEFT: u32 = 40;
const KEY: u32 = 48;
const HEADER: u32 = 26;
/// The height of the caption below a frame.
const CAPTION: u32 = 58;

/// The probabilities at which a new colour begins.
const LEVELS: [f64; 5] = [0.1, 0.3, 0.5, 0.7, 0.9];

/// Draws a row of frames for each activation.
pub fn draw(
    path: &Path,
    data: &Dataset<f32>,
    rows: &[(&str, Vec<Frame>)],
) -> Result<(), Box<dyn Error>> {
    let columns = rows.iter().map(|(_, frames)| frames.len()).max().unwrap_or(0) as u32;
    // The sheet is at least as wide as the key.
    let width = (LEFT + columns * (SIDE + GAP)).max(680);
    let height = KEY + HEADER + rows.len() as u32 * (SIDE + CAPTION);
    figures::draw(path, (width, height), |sheet| {
        draw_key(&sheet.split_vertically(KEY * PIXEL).0)?;
        let middle = (HPos::Center, VPos::Center);
        for (row, (activation, frames)) in rows.iter().enumerate() {
            let top = KEY + HEADER + row as u32 * (SIDE + CAPTION);
            let name = style(middle).transform(FontTransform::Rotate270);
            sheet.draw_text(activation, &name, in_units((LEFT / 2, top + SIDE / 2)))?;
            for (column, frame) in frames.iter().enumerate() {
                let left = LEFT + column as u32 * (SIDE + GAP);
                let write = |text: &str, y| {
                    sheet.draw_text(text, &style(middle), in_units((left + SIDE / 2, y)))
                };
                if row == 0 {
                    write(&epoch(frame.epoch), top - HEADER / 2)?;
                }
                draw_frame(sheet, in_units((left, top)), frame, data)?;
                write(&format!("loss {:.3}", frame.loss), top + SIDE + 14)?;
                write(&format!("{:.0} % right", 100.0 * frame.accuracy), top + SIDE + 34)?;
            }
        }
        Ok(())
    })
}

fn epoch(number: usize) -> String {
    if number == 0 { "before training".to_owned() } else { format!("epoch {number}") }
}

fn style((horizontally, vertically): (HPos, VPos)) -> TextStyle<'static> {
    text::style(TEXT * PIXEL, horizontally, vertically, BLACK)
}

fn draw_key(strip: &Sheet) -> Result<(), Box<dyn Error>> {
    let (width, height) = strip.dim_in_pixel();
    let (x, y) = (width as i32 / 2, height as i32 / 2);
    let pixel = PIXEL as i32;
    let left = (HPos::Left, VPos::Center);
    for (class, name, x) in
        [(0, "first class", x - 320 * pixel), (1, "second class", x - 190 * pixel)]
    {
        draw_point(strip, (x, y), class)?;
        strip.draw_text(name, &style(left), (x + 12 * pixel, y))?;
    }
    let (_, right) = strip.split_horizontally((x - 50 * pixel) as u32);
    let (right, _) = right.split_horizontally(390 * PIXEL);
    let color = |probability| palette::probability(of_band(probability));
    figures::color_bar(&right, TEXT, color, 20, ("P(second class): 0", "1"))
}

/// Returns the probability in the middle of the band that has the same colour.
fn of_band(probability: f64) -> f64 {
    let band = LEVELS.iter().filter(|&&level| level <= probability).count();
    let edge = |index: usize| LEVELS.get(index).copied().unwrap_or(1.0);
    f64::midpoint(if band == 0 { 0.0 } else { edge(band - 1) }, edge(band))
}

fn draw_frame(
    sheet: &Sheet,
    (left, top): (i32, i32),
    frame: &Frame,
    data: &Dataset<f32>,
) -> Result<(), Box<dyn Error>> {
    let side = f64::from(SIDE * PIXEL);
    let (right, bottom) = (left + side as i32, top + side as i32);
    let within =
        |x: f64, y: f64| (left + (side * x).round() as i32, top + (side * y).round() as i32);
    let color = |probability| palette::probability(of_band(probability));
    sheet.draw(&Rectangle::new([(left, top), (right, bottom)], color(0.0).filled()))?;
    let points = frame.field.nrows() as f64;
    for level in LEVELS {
        for outline in superlevel(&frame.field, level as f32) {
            let outline =
                outline.into_iter().map(|(x, y)| within((x + 0.5) / points, (y + 0.5) / points));
            sheet.draw(&Polygon::new(outline.collect::<Vec<_>>(), color(level).filled()))?;
        }
    }
    for (point, target) in data.inputs().rows().into_iter().zip(data.targets()) {
        let [x, y] = [point[0], -point[1]].map(|place| (f64::from(place) / REACH + 1.0) / 2.0);
        draw_point(sheet, within(x, y), usize::from(*target > 0.5))?;
    }
    let edge = palette::AXIS.stroke_width(PIXEL);
    sheet.draw(&Rectangle::new([(left, top), (right, bottom)], edge))?;
    Ok(())
}

/// The classes differ in shape as well as in colour.
fn draw_point(sheet: &Sheet, place: (i32, i32), class: usize) -> Result<(), Box<dyn Error>> {
    let size = 3 * PIXEL;
    match class {
        0 => sheet.draw(&Circle::new(place, size, palette::FIRST_CLASS.filled()))?,
        _ => {
            sheet.draw(&TriangleMarker::new(place, size * 3 / 2, palette::SECOND_CLASS.filled()))?
        }
    }
    Ok(())
}
