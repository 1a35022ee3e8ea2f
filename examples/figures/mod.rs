//! What the programs that draw share: the sheet, its colours, and the look of axes, curves and
//! keys.

#![allow(dead_code, unused_imports)] // Each program uses a part.

mod axis;
mod chart;
mod field;
mod key;
pub mod palette;
mod sheet;
pub mod text;

pub use axis::{Axis, padded};
pub use chart::{Chart, Stroke, chart, chart_aligned, widest_number};
pub use field::superlevel;
pub use key::{color_bar, curve_key};
pub use sheet::{PIXEL, Sheet, check, draw};
