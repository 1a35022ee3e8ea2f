//! Draws the confusion matrix as a heat map.

use super::outcome::{LeftOut, Outcome};
use crate::figures::{self, PIXEL, Sheet, in_units, palette, text};
use ndarray::{Array2, Axis};
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use std::error::Error;
use std::path::Path;

const TEXT: u32 = 16;
const TITLE: u32 = 19;
const MARGIN: u32 = 12;
/// The upper edge of the matrix.
const TOP: u32 = MARGIN + TITLE + 3 * TEXT;

/// The most classes whose numbers are readable.
const MOST_CLASSES: usize = 60;

/// The most characters of a class's name.
const MOST_CHARACTERS: usize = 28;

const BAR: (&str, &str) = ("share of the actual class: 0 %", "100 %");

pub fn draw(path: &Path, outcome: &Outcome) -> Result<LeftOut, Box<dyn Error>> {
    let Some(matrix) = &outcome.scores.confusion else {
        return Ok(Some("there are no classes".to_owned()));
    };
    if matrix.classes().len() > MOST_CLASSES {
        return Ok(Some(format!("{} classes are too many", matrix.classes().len())));
    }
    let accuracy = outcome.scores.values.iter().find(|score| score.key == "accuracy");
    let accuracy = accuracy.and_then(|score| score.value).unwrap_or(f64::NAN);
    let (target, rows) = (text::name(outcome.target, 30), outcome.test.rows());
    let title = format!("{target}, {rows} test rows: accuracy {accuracy:.4}");
    let names = matrix.classes().iter().map(|class| text::name(class, MOST_CHARACTERS));
    let layout = Layout::new(title, names.collect());
    figures::draw(path, layout.sheet, |sheet| layout.draw(sheet, &matrix.counts()))?;
    Ok(None)
}

/// The layout, in pixels.
struct Layout {
    title: String,
    names: Vec<String>,
    /// A cell's width and height.
    cell: u32,
    /// The left edge of the matrix.
    left: u32,
    /// The left edge of the word `actual`.
    word: u32,
    sheet: (u32, u32),
    /// Whether the names of the columns must stand upright, to have room.
    upright: bool,
}

impl Layout {
    fn new(title: String, names: Vec<String>) -> Self {
        let count = names.len() as u32;
        let cell = (560 / count).clamp(30, 120);
        let width = |text: &str, size| text::width(text, size * PIXEL).div_ceil(PIXEL);
        let widest = names.iter().map(|name| width(name, TEXT)).max().unwrap_or(0);
        let upright = widest + 6 > cell;
        // Beside the matrix: the word `actual`, the names, and as much on the right, so that the
        // matrix is in the middle unless that takes too much.
        let beside = MARGIN + 2 * TEXT + widest + TEXT / 2;
        let right = MARGIN + if widest < 100 { widest } else { TEXT };
        let matrix = cell * count;
        let needed = beside + matrix + right;
        let heading = width(&title, TITLE).max(width(BAR.0, TEXT) + width(BAR.1, TEXT) + 10 * TEXT);
        let wide = needed.max(heading + 2 * MARGIN);
        let below = TEXT / 2 + if upright { widest } else { TEXT } + 2 * TEXT + MARGIN;
        Self {
            title,
            names,
            cell,
            left: beside + (wide - needed) / 2,
            word: MARGIN + (wide - needed) / 2,
            sheet: (wide, TOP + matrix + below),
            upright,
        }
    }

    fn draw(&self, sheet: &Sheet, counts: &Array2<usize>) -> Result<(), Box<dyn Error>> {
        let (width, _) = self.sheet;
        let style = text::style(TITLE * PIXEL, HPos::Center, VPos::Top, BLACK);
        sheet.draw_text(&self.title, &style, in_units((width / 2, MARGIN)))?;
        let strip = sheet.margin((MARGIN + TITLE) * PIXEL, 0, 0, 0);
        let (strip, _) = strip.split_vertically(3 * TEXT * PIXEL);
        figures::color_bar(&strip, TEXT, tint, 20, BAR)?;
        let rows = counts.sum_axis(Axis(1));
        for ((actual, predicted), &count) in counts.indexed_iter() {
            self.draw_cell(sheet, (actual, predicted), count, rows[actual])?;
        }
        self.draw_lines(sheet)?;
        self.draw_names(sheet)
    }

    fn draw_cell(
        &self,
        sheet: &Sheet,
        (actual, predicted): (usize, usize),
        count: usize,
        of: usize,
    ) -> Result<(), Box<dyn Error>> {
        let (x, y) = (self.left + predicted as u32 * self.cell, TOP + actual as u32 * self.cell);
        let color = if count == 0 { WHITE } else { tint(count as f64 / of as f64) };
        if count > 0 {
            let corners = [(x, y), (x + self.cell, y + self.cell)].map(in_units);
            sheet.draw(&Rectangle::new(corners, color.filled()))?;
        }
        let number = count.to_string();
        let room = f64::from(self.cell - 4) / f64::from(text::width(&number, 1000)) * 1000.0;
        let size = (f64::from(self.cell) * 0.45).min(room).min(24.0);
        let color = if count == 0 { palette::REFERENCE } else { palette::readable_on(color) };
        let style = text::style(size as u32 * PIXEL, HPos::Center, VPos::Center, color);
        let middle = (x + self.cell / 2, y + self.cell / 2);
        Ok(sheet.draw_text(&number, &style, in_units(middle))?)
    }

    fn draw_lines(&self, sheet: &Sheet) -> Result<(), Box<dyn Error>> {
        let count = self.names.len() as u32;
        let (right, bottom) = (self.left + count * self.cell, TOP + count * self.cell);
        for line in 0..=count {
            let (x, y) = (self.left + line * self.cell, TOP + line * self.cell);
            let outer = line == 0 || line == count;
            let style = if outer { palette::AXIS } else { palette::GRID }.stroke_width(PIXEL);
            for ends in [[(x, TOP), (x, bottom)], [(self.left, y), (right, y)]] {
                sheet.draw(&PathElement::new(ends.map(in_units), style))?;
            }
        }
        Ok(())
    }

    fn draw_names(&self, sheet: &Sheet) -> Result<(), Box<dyn Error>> {
        let size = self.cell * self.names.len() as u32;
        let (_, height) = self.sheet;
        let (beside, below) = (self.left - TEXT / 2, TOP + size + TEXT / 2);
        let style = |beside, above| text::style(TEXT * PIXEL, beside, above, BLACK);
        let upright = |beside, above| style(beside, above).transform(FontTransform::Rotate270);
        for (index, name) in self.names.iter().enumerate() {
            let middle = index as u32 * self.cell + self.cell / 2;
            let beside_cell = style(HPos::Right, VPos::Center);
            sheet.draw_text(name, &beside_cell, in_units((beside, TOP + middle)))?;
            let below_cell = match self.upright {
                true => upright(HPos::Right, VPos::Center),
                false => style(HPos::Center, VPos::Top),
            };
            sheet.draw_text(name, &below_cell, in_units((self.left + middle, below)))?;
        }
        let place = in_units((self.left + size / 2, height - MARGIN));
        sheet.draw_text("predicted", &style(HPos::Center, VPos::Bottom), place)?;
        let place = in_units((self.word, TOP + size / 2));
        Ok(sheet.draw_text("actual", &upright(HPos::Center, VPos::Top), place)?)
    }
}

/// Any count above 0 must be visible.
fn tint(share: f64) -> RGBColor {
    palette::heat(0.07 + 0.93 * share)
}
