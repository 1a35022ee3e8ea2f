//! The predictions for the test rows.

use densely::{Dataset, Mlp, Result, data::Storage};
use ndarray::{Array2, ArrayView2};

/// Predictions beside what was to be predicted: all that scores and pictures need of the test rows,
/// whose inputs may take far more memory.
#[derive(Clone)]
pub struct Tested {
    /// The outputs of the network, rows × outputs.
    pub predicted: Array2<f32>,
    /// The targets, in the same shape.
    pub targets: Array2<f32>,
    classes: Vec<String>,
}

impl Tested {
    /// Predicts all rows, in memory.
    ///
    /// # Errors
    ///
    /// As `Mlp::predict`.
    pub fn of(net: &Mlp<f32>, test: &Dataset<f32>) -> Result<Self> {
        let (predicted, targets) = (net.predict(test.inputs())?, test.targets().to_owned());
        Ok(Self { predicted, targets, classes: test.classes().to_vec() })
    }

    /// Zeros, which predictions and targets will replace.
    pub fn zeros<S: Storage<f32>>(test: &Dataset<f32, S>) -> Self {
        let zeros = Array2::zeros((test.rows(), test.outputs()));
        Self { predicted: zeros.clone(), targets: zeros, classes: test.classes().to_vec() }
    }

    /// The number of test rows.
    pub fn rows(&self) -> usize {
        self.targets.nrows()
    }

    /// A view of the targets.
    pub fn targets(&self) -> ArrayView2<'_, f32> {
        self.targets.view()
    }

    /// Returns the names of the classes; none if the targets are numbers.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }
}
