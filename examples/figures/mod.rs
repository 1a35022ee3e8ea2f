//! What the programs that draw share: the sheet that they draw on, and the look of axes and curves.

mod chart;
mod sheet;

pub use chart::{Axis, Stroke, chart};
pub use sheet::{PIXEL, Sheet, draw};

use plotters::style::RGBColor;

/// The colours that these activations have in every figure.
pub const SIGMOID: RGBColor = RGBColor(30, 85, 200);
pub const TANH: RGBColor = RGBColor(25, 140, 60);
