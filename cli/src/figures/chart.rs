//! A chart of a figure: a light grid, labelled axes, and curves.

use super::axis::Axis;
use super::palette::{AXIS, GRID};
use super::sheet::{PIXEL, Sheet};
use super::text;
use plotters::element::DashedPathElement;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, VPos};
use std::error::Error;
use std::ops::Range;

type Plane = Cartesian2d<Axis, Axis>;

/// The look of a curve.
#[derive(Clone, Copy)]
pub struct Stroke {
    pub color: RGBColor,
    pub dashed: bool,
}

/// A chart whose axes are drawn, ready for curves.
pub struct Chart<'a> {
    /// For drawing anything else than curves.
    pub context: ChartContext<'a, SVGBackend<'a>, Plane>,
    y: Range<f64>,
    text: u32,
}

/// Draws axes and grid on this part of a sheet; `text` is the height of the numbers in pixels.
pub fn chart<'a>(
    sheet: &Sheet<'a>,
    title: &str,
    text: u32,
    x: &Axis,
    y: &Axis,
) -> Result<Chart<'a>, Box<dyn Error>> {
    let numbers = widest_number(y, text);
    chart_aligned(sheet, title, text, x, y, numbers)
}

/// The same with room for numbers so wide beside the y axis: charts above one another begin at one
/// line.
pub fn chart_aligned<'a>(
    sheet: &Sheet<'a>,
    title: &str,
    text: u32,
    x: &Axis,
    y: &Axis,
    numbers: u32,
) -> Result<Chart<'a>, Box<dyn Error>> {
    let text = text * PIXEL;
    let font = ("sans-serif", text);
    // Reserves room for the label, if there is one.
    let room = |axis: &Axis| if axis.label.is_empty() { text / 2 } else { text * 2 };
    let panel = sheet.margin(text * 2 / 3, 0, 0, 0);
    // An empty title would take as much room as any other.
    let below_title = match title {
        "" => panel,
        title => panel.titled(title, ("sans-serif", text * 7 / 6))?,
    };
    let left = room(y) + numbers;
    // No number may run into the next, and half of the last one may stand beyond the axis.
    let widest = widest_number(x, text / PIXEL);
    let width = below_title.dim_in_pixel().0.saturating_sub(left + 2 * text).max(1);
    let needed = x.ticks.len() as u32 * (widest + text / 2);
    let x = &x.with_every(needed.div_ceil(width) as usize);
    let mut context = ChartBuilder::on(&below_title)
        .margin(text / 2)
        .margin_right(text.max(widest / 2 + PIXEL))
        .x_label_area_size(room(x) + text)
        .y_label_area_size(left)
        .build_cartesian_2d(x.clone(), y.clone())?;
    context
        .configure_mesh()
        .bold_line_style(GRID.stroke_width(PIXEL))
        .light_line_style(TRANSPARENT)
        .axis_style(AXIS.stroke_width(PIXEL))
        .set_all_tick_mark_size(text / 3)
        .label_style(font)
        .axis_desc_style(font)
        .x_desc(&x.label)
        .y_desc(&y.label)
        .draw()?;
    Ok(Chart { context, y: y.range.clone(), text })
}

/// Returns the width, in units, of the numbers beside this axis in text of this many pixels.
pub fn widest_number(axis: &Axis, text: u32) -> u32 {
    let widths = axis.ticks.iter().map(|(_, number)| text::width(number, text * PIXEL));
    widths.max().unwrap_or(0)
}

impl Chart<'_> {
    /// Draws the part of the line through these points that lies in the chart. If it has a name,
    /// the legend shows it.
    pub fn curve(
        &mut self,
        name: Option<&str>,
        points: &[(f64, f64)],
        stroke: Stroke,
    ) -> Result<(), Box<dyn Error>> {
        let style = stroke.style();
        let pieces = pieces_within(points, &self.y).into_iter();
        let series = if stroke.dashed {
            self.context.draw_series(pieces.map(|piece| stroke.dashes(piece)))?
        } else {
            self.context.draw_series(pieces.map(|piece| PathElement::new(piece, style)))?
        };
        if let Some(name) = name {
            let length = 2 * self.text as i32;
            series
                .label(name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + length, y)], style));
        }
        Ok(())
    }

    /// Draws a dot of this diameter in pixels at each of these points.
    pub fn dots(
        &mut self,
        points: impl Iterator<Item = (f64, f64)>,
        across: u32,
        style: ShapeStyle,
    ) -> Result<(), Box<dyn Error>> {
        let dot = |point| Circle::new(point, across * PIXEL / 2, style);
        self.context.draw_series(points.map(dot))?;
        Ok(())
    }

    /// Writes something at a point, or a little beside it, so that the point is in this corner or
    /// edge of the text.
    pub fn note(
        &mut self,
        text: &str,
        point: (f64, f64),
        horizontally: HPos,
        vertically: VPos,
    ) -> Result<(), Box<dyn Error>> {
        let away = self.text as i32 / 3;
        let x = match horizontally {
            HPos::Left => away,
            HPos::Center => 0,
            HPos::Right => -away,
        };
        let y = match vertically {
            VPos::Top => away,
            VPos::Center => 0,
            VPos::Bottom => -away,
        };
        let style = text::style(self.text, horizontally, vertically, BLACK);
        let text = Text::new(text.to_owned(), (x, y), style);
        self.context.draw_series([EmptyElement::at(point) + text])?;
        Ok(())
    }

    /// Writes the names of the curves, each behind a piece of its line.
    pub fn legend(&mut self, position: SeriesLabelPosition) -> Result<(), Box<dyn Error>> {
        self.context
            .configure_series_labels()
            .position(position)
            .margin(self.text / 2)
            .legend_area_size(self.text * 5 / 2)
            .background_style(WHITE.mix(0.85))
            .border_style(GRID)
            .label_font(("sans-serif", self.text))
            .draw()?;
        Ok(())
    }
}

impl Stroke {
    pub fn style(self) -> ShapeStyle {
        self.color.stroke_width(2 * PIXEL)
    }

    /// The dashed line through these points.
    pub fn dashes<Point: Clone>(
        self,
        points: Vec<Point>,
    ) -> DashedPathElement<std::vec::IntoIter<Point>, i32> {
        let dash = 10 * PIXEL as i32;
        DashedPathElement::new(points, dash, dash * 3 / 5, self.style())
    }
}

/// The pieces of a line that are in this range: `plotters` would draw the others too, beyond the
/// chart's edge.
fn pieces_within(points: &[(f64, f64)], range: &Range<f64>) -> Vec<Vec<(f64, f64)>> {
    let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
    for segment in points.windows(2) {
        let [(x0, y0), (x1, y1)] = [segment[0], segment[1]];
        let at = |y: f64| {
            let y = y.clamp(range.start, range.end);
            let share = if y0 == y1 { 0.0 } else { (y - y0) / (y1 - y0) };
            (x0 + share * (x1 - x0), y)
        };
        let touches = y0.min(y1) <= range.end && y0.max(y1) >= range.start;
        if !touches {
            continue;
        }
        let inside = |y: f64| range.start <= y && y <= range.end;
        let start = if inside(y0) { (x0, y0) } else { at(y0) };
        let end = if inside(y1) { (x1, y1) } else { at(y1) };
        match pieces.last_mut() {
            Some(piece) if piece.last() == Some(&start) => piece.push(end),
            _ => pieces.push(vec![start, end]),
        }
    }
    pieces
}
