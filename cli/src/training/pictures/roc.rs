//! Draws the receiver operating characteristic.

use super::outcome::{LeftOut, Outcome};
use super::roc_points::roc_points;
use crate::figures::{self, Axis, Stroke, palette, text};
use densely::metrics;
use std::error::Error;
use std::path::Path;

const CURVE: Stroke = Stroke { color: palette::BLUE, dashed: false };
/// The line of chance.
const DIAGONAL: Stroke = Stroke { color: palette::REFERENCE, dashed: true };

pub fn draw(path: &Path, outcome: &Outcome) -> Result<LeftOut, Box<dyn Error>> {
    let actual = outcome.test.targets();
    let probabilities = outcome.test.predicted.iter().map(|&p| f64::from(p));
    let positive = metrics::predicted_classes(actual)?.into_iter().map(|class| class == 1);
    let Some(points) = roc_points(probabilities.zip(positive)) else {
        return Ok(Some("the test rows are all of one class".to_owned()));
    };
    let area = metrics::roc_auc(outcome.test.predicted.view(), actual)?;
    let class = |index: usize| text::name(&outcome.test.classes()[index], 24);
    let title = format!("ROC, {} test rows: AUC {area:.4}", actual.nrows());
    // Leaves room for what is at 1.
    let axis = |label: &str| Axis::linear(label, -0.01..1.01, 6);
    let x = axis(&format!("false positives: share of {}", class(0)));
    let y = axis(&format!("true positives: share of {}", class(1)));
    figures::draw(path, (600, 640), |sheet| {
        let mut chart = figures::chart(sheet, &title, 18, &x, &y)?;
        chart.curve(None, &[(0.0, 0.0), (1.0, 1.0)], DIAGONAL)?;
        chart.curve(None, &points, CURVE)
    })?;
    Ok(None)
}
