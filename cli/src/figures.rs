//! Charts as SVG files: the sheet that they are drawn on, its colours, and the look of axes, curves
//! and keys.

#![allow(missing_docs)]

mod axis;
mod chart;
mod key;
pub mod palette;
mod sheet;
pub mod text;

pub use axis::{Axis, extent, padded};
pub use chart::{Chart, Stroke, chart, chart_aligned, widest_number};
pub use key::{color_bar, curve_key};
pub use sheet::{PIXEL, Sheet, check, check_folder, draw, in_units};
