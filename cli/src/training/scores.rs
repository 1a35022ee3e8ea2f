//! The output layer and the test scores of each task.

use super::task::Task;
use super::tested::Tested;
use crate::rounded;
use densely::metrics::{self, ConfusionMatrix};
use densely::{
    Error, Identity, Sigmoid, Softmax, activation::Exponential, error::MetricError, mlp::MlpBuilder,
};
use ndarray::ArrayView2;

/// Fewer test rows than these have no intervals.
const LEAST_ROWS: usize = 10;

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
    metric: Metric,
}

impl Scores {
    /// The value of [`Task::error`].
    pub(super) fn error(&self) -> Option<f64> {
        self.values.iter().find(|score| matches!(score.key, "rmse" | "log_loss"))?.value
    }

    /// Adds the intervals, which are the same for the same seed. Very few rows have none: what is
    /// drawn from them hardly differs.
    pub(super) fn with_intervals(mut self, test: &Tested, seed: u64) -> Result<Self, Error> {
        let (outputs, targets) = (test.predicted.view(), test.targets());
        let enough = outputs.nrows() >= LEAST_ROWS;
        for score in self.values.iter_mut().filter(|score| enough && score.value.is_some()) {
            let interval = metrics::bootstrap_interval(outputs, targets, 0.95, seed, score.metric);
            score.interval = defined(interval)?;
        }
        Ok(self)
    }

    /// All scores on one line.
    pub(super) fn text(&self) -> String {
        let classes = self.confusion.as_ref().map(ConfusionMatrix::classes);
        let values =
            self.values.iter().map(|Score { key, name, value, .. }| match (value, classes) {
                (Some(score), Some([_, second])) if *key == "f1" => {
                    format!("{name} of {second:?} {}", rounded::score(*score))
                }
                (Some(score), _) => format!("{name} {}", rounded::score(*score)),
                (None, _) => format!("{name} undefined"),
            });
        values.collect::<Vec<_>>().join("  ")
    }

    /// The intervals on one line; nothing if there are none.
    pub(super) fn intervals(&self) -> Option<String> {
        let intervals = self.values.iter().filter_map(|Score { name, interval, .. }| {
            interval.map(|[low, high]| {
                format!("{name} {} to {}", rounded::score(low), rounded::score(high))
            })
        });
        let intervals = intervals.collect::<Vec<_>>().join("  ");
        (!intervals.is_empty()).then(|| format!("{intervals}, at 95 %"))
    }
}

/// The outputs of a network beside the targets, and what they are worth.
type Metric = fn(ArrayView2<'_, f32>, ArrayView2<'_, f32>) -> Result<f64, Error>;

impl Score {
    fn of(key: &'static str, name: &'static str, metric: Metric) -> Self {
        Self { key, name, value: None, interval: None, metric }
    }

    /// What the metric gives this network.
    ///
    /// # Errors
    ///
    /// Those of the metric.
    pub fn on(&self, test: &Tested) -> Result<f64, Error> {
        (self.metric)(test.predicted.view(), test.targets())
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

    /// The error that a network is judged by.
    pub fn error(self) -> Score {
        match self {
            Self::Regression => Score::of("rmse", "RMSE", metrics::root_mean_squared_error),
            _ => Score::of("log_loss", "log-loss", metrics::log_loss),
        }
    }

    pub(super) fn scores(self, test: &Tested) -> Result<Scores, Error> {
        let (predicted, actual) = (test.predicted.view(), test.targets());
        let accuracy = Score::of("accuracy", "accuracy", metrics::accuracy);
        let mut values = match self {
            Self::Regression => vec![
                self.error(),
                Score::of("mae", "MAE", metrics::mean_absolute_error),
                Score::of("r2", "R²", metrics::r_squared),
            ],
            Self::BinaryClassification => vec![
                accuracy,
                self.error(),
                Score::of("roc_auc", "ROC AUC", metrics::roc_auc),
                Score::of("f1", "F1", metrics::f1),
            ],
            Self::Multiclass => vec![accuracy, self.error()],
        };
        for score in &mut values {
            score.value = defined(score.on(test))?;
        }
        let confusion = (self != Self::Regression)
            .then(|| ConfusionMatrix::new(predicted, actual, test.classes()))
            .transpose()?;
        Ok(Scores { values, confusion })
    }
}

/// A few test rows may all be of one class, which leaves some scores undefined. That is no error.
pub(super) fn defined<T>(score: Result<T, Error>) -> Result<Option<T>, Error> {
    match score {
        Err(Error::Metric(MetricError::Undefined { .. })) => Ok(None),
        score => score.map(Some),
    }
}
