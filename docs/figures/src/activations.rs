//! Activations and their derivatives, as the library computes them.

use densely::{Softmax, activation::AnyActivation};
use densely_cli::figures::{self, Axis, PIXEL, Stroke, palette};
use ndarray::{Array1, Array2};
use plotters::prelude::*;
use std::error::Error;
use std::ops::Range;
use std::path::Path;

const Z: Range<f64> = -5.0..5.0;
const POINTS: usize = 201;

/// The colours of the panels that have one activation each.
const FUNCTION: Stroke = Stroke { color: palette::SIGMOID, dashed: false };
const DERIVATIVE: Stroke = Stroke { color: palette::VERMILION, dashed: true };

/// An activation at [`POINTS`] places in [`Z`]: pairs of z and g(z), and of z and g'(z).
struct Curves {
    function: Vec<(f64, f64)>,
    derivative: Vec<(f64, f64)>,
    row_wise: bool,
}

impl Curves {
    fn of(name: &str) -> Result<Self, Box<dyn Error>> {
        let activation = name.parse::<AnyActivation<f64>>()?;
        // With one number per row softmax is always 1, so it gets a second number, which stays 0.
        let row_wise = activation.is::<Softmax>();
        let mut z = Array2::zeros((POINTS, if row_wise { 2 } else { 1 }));
        z.column_mut(0).assign(&Array1::linspace(Z.start, Z.end, POINTS));

        let mut output = z.clone();
        activation.forward(output.view_mut());
        // A delta of 1 comes back as the derivative itself.
        let mut delta = Array2::zeros(z.dim());
        delta.column_mut(0).fill(1.0);
        activation.backward(output.view(), z.view(), delta.view_mut());

        let pairs = |values: &Array2<f64>| {
            z.column(0).iter().copied().zip(values.column(0).iter().copied()).collect()
        };
        Ok(Self { function: pairs(&output), derivative: pairs(&delta), row_wise })
    }
}

/// Identity, sigmoid and tanh: the functions on the left, their derivatives on the right.
pub fn draw_classical(path: &Path) -> Result<(), Box<dyn Error>> {
    figures::draw(path, (1300, 560), |sheet| {
        let shown = [
            ("identity", palette::IDENTITY),
            ("sigmoid", palette::SIGMOID),
            ("tanh", palette::TANH),
        ];
        let (left, right) = sheet.split_horizontally(sheet.dim_in_pixel().0 / 2);
        let z = Axis::linear("z", Z, 11);
        let mut functions =
            figures::chart(&left, "Functions g(z)", 18, &z, &Axis::linear("g(z)", -2.0..2.0, 9))?;
        let mut derivatives = figures::chart(
            &right,
            "Derivatives g'(z)",
            18,
            &z,
            &Axis::linear("g'(z)", 0.0..1.1, 12),
        )?;
        for (name, color) in shown {
            let curves = Curves::of(name)?;
            let stroke = Stroke { color, dashed: false };
            functions.curve(Some(name), &curves.function, stroke)?;
            derivatives.curve(Some(name), &curves.derivative, stroke)?;
        }
        functions.legend(SeriesLabelPosition::UpperLeft)?;
        derivatives.legend(SeriesLabelPosition::MiddleRight)
    })
}

/// Every built-in activation with its derivative, in panels with the same axes.
pub fn draw_all(path: &Path) -> Result<(), Box<dyn Error>> {
    figures::draw(path, (1500, 960), |sheet| {
        const COLUMNS: usize = 5;
        let names = AnyActivation::<f64>::NAMES;
        let (top, rest) = sheet.split_vertically(50 * PIXEL);
        figures::curve_key(
            &top,
            20,
            &[("function g(z)", FUNCTION), ("derivative g'(z)", DERIVATIVE)],
        )?;
        let panels = rest.split_evenly((names.len().div_ceil(COLUMNS), COLUMNS));
        let (z, y) = (Axis::linear("z", Z, 6), Axis::linear("", -2.0..3.0, 6));
        for (name, panel) in names.iter().zip(&panels) {
            let curves = Curves::of(name)?;
            let title = if curves.row_wise {
                format!("{name}, first of (z, 0)")
            } else {
                (*name).to_owned()
            };
            let mut chart = figures::chart(panel, &title, 15, &z, &y)?;
            chart.curve(None, &curves.function, FUNCTION)?;
            chart.curve(None, &curves.derivative, DERIVATIVE)?;
        }
        Ok(())
    })
}
