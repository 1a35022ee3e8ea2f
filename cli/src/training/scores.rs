//! The output layer and the test scores of each task.

use super::task::Task;
use super::tested::Tested;
use densely::metrics::{self, ConfusionMatrix};
use densely::{
    Error, Identity, Sigmoid, Softmax, activation::Exponential, error::MetricError, mlp::MlpBuilder,
};
use std::fmt;

/// The scores of a network on the test rows.
#[derive(Debug)]
pub struct Scores {
    /// A score's name in JSON and in the summary, and its value unless it is undefined.
    pub values: Vec<(&'static str, &'static str, Option<f64>)>,
    pub confusion: Option<ConfusionMatrix>,
}

impl Scores {
    /// The error that a network is judged by: RMSE or log-loss, with its key in JSON and its name.
    pub(super) fn first(&self) -> (&'static str, &'static str, Option<f64>) {
        let errors = self.values.iter().find(|(key, ..)| matches!(*key, "rmse" | "log_loss"));
        errors.copied().unwrap_or(("error", "error", None))
    }
}

/// All scores on one line.
impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (_, name, score)) in self.values.iter().enumerate() {
            let apart = if index == 0 { "" } else { "  " };
            match score {
                Some(score) => write!(f, "{apart}{name} {score:.4}")?,
                None => write!(f, "{apart}{name} undefined")?,
            }
        }
        Ok(())
    }
}

impl Task {
    pub(super) fn output_layer(
        self,
        builder: MlpBuilder<f32>,
        outputs: usize,
        counts: bool,
    ) -> MlpBuilder<f32> {
        match self {
            Self::Regression if counts => builder.dense(outputs, Exponential),
            Self::Regression => builder.dense(outputs, Identity),
            Self::BinaryClassification => builder.dense(outputs, Sigmoid),
            Self::Multiclass => builder.dense(outputs, Softmax),
        }
    }

    pub(super) fn scores(self, test: &Tested) -> Result<Scores, Error> {
        let (predicted, actual) = (test.predicted.view(), test.targets());
        if self == Self::Regression {
            let values = vec![
                ("rmse", "RMSE", Some(metrics::root_mean_squared_error(predicted, actual)?)),
                ("mae", "MAE", Some(metrics::mean_absolute_error(predicted, actual)?)),
                ("r2", "R²", defined(metrics::r_squared(predicted, actual))?),
            ];
            return Ok(Scores { values, confusion: None });
        }
        let mut values = vec![
            ("accuracy", "accuracy", Some(metrics::accuracy(predicted, actual)?)),
            ("log_loss", "log-loss", Some(metrics::log_loss(predicted, actual)?)),
        ];
        if self == Self::BinaryClassification {
            values.push(("roc_auc", "ROC AUC", defined(metrics::roc_auc(predicted, actual))?));
            values.push(("f1", "F1", Some(metrics::f1(predicted, actual)?)));
        }
        let confusion = ConfusionMatrix::new(predicted, actual, test.classes())?;
        Ok(Scores { values, confusion: Some(confusion) })
    }
}

/// A few test rows may all be of one class, which leaves some scores undefined. That is no error.
fn defined(score: Result<f64, Error>) -> Result<Option<f64>, Error> {
    match score {
        Err(Error::Metric(MetricError::Undefined { .. })) => Ok(None),
        score => score.map(Some),
    }
}
