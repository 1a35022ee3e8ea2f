//! The output layer and the test scores of each task.

use super::task::Task;
use super::tested::Tested;
use densely::metrics::{self, ConfusionMatrix};
use densely::{
    Error, Identity, Sigmoid, Softmax, activation::Exponential, error::MetricError, mlp::MlpBuilder,
};
use ndarray::ArrayView2;
use std::fmt;

/// The scores of a network on the test rows.
#[derive(Debug)]
pub struct Scores {
    pub values: Vec<Score>,
    pub confusion: Option<ConfusionMatrix>,
}

/// A metric, with the score that it gives the network.
#[derive(Clone, Copy, Debug)]
pub struct Score {
    /// Its name in JSON.
    pub key: &'static str,
    /// Its name in the summary.
    pub name: &'static str,
    /// Nothing if it is undefined.
    pub value: Option<f64>,
    /// The ends of its 95 % interval.
    pub interval: Option<[f64; 2]>,
    metric: fn(ArrayView2<'_, f32>, ArrayView2<'_, f32>) -> Result<f64, Error>,
}

impl Scores {
    /// The error that a network is judged by: RMSE or log-loss.
    pub(super) fn first(&self) -> Option<&Score> {
        self.values.iter().find(|score| matches!(score.key, "rmse" | "log_loss"))
    }

    /// Adds the intervals, which are the same for the same seed.
    pub(super) fn with_intervals(mut self, test: &Tested, seed: u64) -> Result<Self, Error> {
        let (outputs, targets) = (test.predicted.view(), test.targets());
        for score in self.values.iter_mut().filter(|score| score.value.is_some()) {
            let interval = metrics::bootstrap_interval(outputs, targets, 0.95, seed, score.metric);
            score.interval = defined(interval)?;
        }
        Ok(self)
    }
}

/// All scores on one line.
impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values = self.values.iter().map(|Score { name, value, .. }| match value {
            Some(score) => format!("{name} {score:.4}"),
            None => format!("{name} undefined"),
        });
        f.write_str(&values.collect::<Vec<_>>().join("  "))
    }
}

impl Scores {
    /// The intervals on one line; nothing if there are none.
    pub(super) fn intervals(&self) -> Option<String> {
        let intervals = self.values.iter().filter_map(|Score { name, interval, .. }| {
            interval.map(|[low, high]| format!("{name} {low:.4} to {high:.4}"))
        });
        let intervals = intervals.collect::<Vec<_>>().join("  ");
        (!intervals.is_empty()).then(|| format!("{intervals}, at 95 %"))
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

    /// The metrics of the task, with their names in JSON and in the summary.
    fn metrics(self) -> Vec<Score> {
        let score = |key, name, metric| Score { key, name, value: None, interval: None, metric };
        if self == Self::Regression {
            return vec![
                score("rmse", "RMSE", metrics::root_mean_squared_error),
                score("mae", "MAE", metrics::mean_absolute_error),
                score("r2", "R²", metrics::r_squared),
            ];
        }
        let mut values = vec![
            score("accuracy", "accuracy", metrics::accuracy),
            score("log_loss", "log-loss", metrics::log_loss),
        ];
        if self == Self::BinaryClassification {
            values.push(score("roc_auc", "ROC AUC", metrics::roc_auc));
            values.push(score("f1", "F1", metrics::f1));
        }
        values
    }

    /// The error that a network is judged by: RMSE or log-loss, with its names and its value.
    ///
    /// # Errors
    ///
    /// As `scores`; an undefined error is NaN.
    pub fn error(self, test: &Tested) -> Result<(&'static str, &'static str, f64), Error> {
        let scores = self.scores(test)?;
        let error = |score: &Score| (score.key, score.name, score.value.unwrap_or(f64::NAN));
        Ok(scores.first().map_or(("error", "error", f64::NAN), error))
    }

    pub(super) fn scores(self, test: &Tested) -> Result<Scores, Error> {
        let (predicted, actual) = (test.predicted.view(), test.targets());
        let mut values = self.metrics();
        for score in &mut values {
            score.value = defined((score.metric)(predicted, actual))?;
        }
        let confusion = (self != Self::Regression)
            .then(|| ConfusionMatrix::new(predicted, actual, test.classes()))
            .transpose()?;
        Ok(Scores { values, confusion })
    }
}

/// A few test rows may all be of one class, which leaves some scores undefined. That is no error.
fn defined<T>(score: Result<T, Error>) -> Result<Option<T>, Error> {
    match score {
        Err(Error::Metric(MetricError::Undefined { .. })) => Ok(None),
        score => score.map(Some),
    }
}
