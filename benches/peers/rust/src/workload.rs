//! The networks that every library trains, their data, and how the time of a step is taken. The
//! same in `../python/workloads.py`.

use clap::ValueEnum;
use ndarray::Array2;
use ndarray_rand::RandomExt;
use ndarray_rand::rand::{SeedableRng, rngs::SmallRng, seq::SliceRandom};
use ndarray_rand::rand_distr::StandardNormal;
use std::error::Error;
use std::time::{Duration, Instant};

pub type Result<T> = std::result::Result<T, Box<dyn Error>>;

pub const LEARNING_RATE: f64 = 0.001;
pub const MOMENTUM: f64 = 0.9;

/// The number of epochs that one network is trained before a new one takes its place. A network
/// that is trained for long becomes faster: tanh is cheaper where it is saturated, and cheapest
/// for NaN.
pub const EPOCHS: usize = 4;

#[derive(Clone, Copy, ValueEnum)]
pub enum Workload {
    Tiny,
    Small,
    Mnist,
    Large,
    Wide,
    Table,
}

/// The activation of the last layer, which determines the loss.
#[derive(Clone, Copy, PartialEq)]
pub enum Output {
    /// Mean squared error.
    Identity,
    /// Binary cross-entropy.
    Sigmoid,
    /// Categorical cross-entropy.
    Softmax,
}

pub struct Data {
    pub inputs: Array2<f32>,
    /// One column for each output; for softmax a column of 0 and 1 for each class.
    pub targets: Array2<f32>,
    /// For softmax, the class of each row, for libraries that take classes in this form.
    pub classes: Vec<u32>,
}

impl Data {
    /// Median and distance of the quartiles of each column.
    pub fn scale(&self) -> (Vec<f32>, Vec<f32>) {
        let columns = self.inputs.columns().into_iter().map(|column| {
            let mut numbers = column.to_vec();
            numbers.sort_by(f32::total_cmp);
            let quantile = |quarters: usize| numbers[(numbers.len() - 1) * quarters / 4];
            (quantile(2), quantile(3) - quantile(1))
        });
        columns.unzip()
    }
}

impl Workload {
    pub fn name(self) -> &'static str {
        match self {
            Self::Tiny => "tiny",
            Self::Small => "small",
            Self::Mnist => "mnist",
            Self::Large => "large",
            Self::Wide => "wide",
            Self::Table => "table",
        }
    }

    /// Whether the network is like that of the default recipe on tables: SELU in hidden layers,
    /// inputs scaled by median and quartiles with a smooth clip as part of it, and Adam, whose rate
    /// falls along a cosine from step to step. The others have tanh, and SGD with momentum.
    pub fn is_table(self) -> bool {
        matches!(self, Self::Table)
    }

    /// Adam's rate at this step.
    pub fn rate(self, step: usize) -> f64 {
        let share = step as f64 / (EPOCHS * self.batches()) as f64;
        LEARNING_RATE * (1.0 + (std::f64::consts::PI * share).cos()) / 2.0
    }

    /// Layers, output, rows in a batch, and rows.
    fn shape(self) -> (&'static [usize], Output, usize, usize) {
        match self {
            Self::Tiny => (&[8, 32, 1], Output::Identity, 32, 4096),
            Self::Small => (&[30, 64, 64, 1], Output::Sigmoid, 32, 4096),
            Self::Mnist => (&[784, 128, 10], Output::Softmax, 64, 8192),
            Self::Large => (&[784, 512, 512, 10], Output::Softmax, 256, 8192),
            Self::Wide => (&[1024, 1024, 1024, 1024], Output::Identity, 256, 2048),
            Self::Table => (&[30, 256, 256, 256, 1], Output::Sigmoid, 256, 16384),
        }
    }

    /// The number of inputs, and of outputs of each layer.
    pub fn layers(self) -> &'static [usize] {
        self.shape().0
    }

    pub fn features(self) -> usize {
        self.layers()[0]
    }

    pub fn outputs(self) -> usize {
        self.layers()[self.layers().len() - 1]
    }

    pub fn output(self) -> Output {
        self.shape().1
    }

    pub fn batch(self) -> usize {
        self.shape().2
    }

    pub fn rows(self) -> usize {
        self.shape().3
    }

    /// Whether the time of predicting one row is taken too: of the small ones, where it is overhead
    /// more than arithmetic.
    pub fn has_latency(self) -> bool {
        matches!(self, Self::Tiny | Self::Small | Self::Mnist | Self::Table)
    }

    /// Inputs are normally distributed; so are real targets. The class is which of the first inputs
    /// is the largest, or, of two classes, the sign of the first: something that can be learnt.
    pub fn data(self) -> Data {
        let mut random = SmallRng::seed_from_u64(1);
        let inputs =
            Array2::random_using((self.rows(), self.features()), StandardNormal, &mut random);
        let shape = (self.rows(), self.outputs());
        let largest = |row: usize| {
            let row = inputs.row(row);
            (1..shape.1).fold(0, |best, class| if row[class] > row[best] { class } else { best })
        };
        let classes: Vec<u32> = (0..self.rows()).map(|row| largest(row) as u32).collect();
        let targets = match self.output() {
            Output::Identity => Array2::random_using(shape, StandardNormal, &mut random),
            Output::Sigmoid => {
                Array2::from_shape_fn(shape, |(row, _)| f32::from(inputs[[row, 0]] > 0.0))
            }
            Output::Softmax => Array2::from_shape_fn(shape, |(row, class)| {
                f32::from(classes[row] as usize == class)
            }),
        };
        Data { inputs, targets, classes }
    }

    /// The rows in a shuffled order, for libraries that leave shuffling to the caller. It is not
    /// part of their time.
    pub fn order(self, seed: u64) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.rows() as u32).collect();
        order.shuffle(&mut SmallRng::seed_from_u64(seed));
        order
    }

    pub fn batches(self) -> usize {
        self.rows() / self.batch()
    }
}

/// The times and mean losses of one network's epochs.
#[derive(Default)]
pub struct Epochs(Vec<(Duration, f64)>);

impl Epochs {
    pub fn record(&mut self, time: Duration, loss: f64) {
        self.0.push((time, loss));
    }
}

pub struct Step {
    pub microseconds: f64,
    /// The losses of the last network: if they fall, it was trained.
    pub first_loss: f64,
    pub last_loss: f64,
}

/// The time of a step in the best epoch. `train` builds a network from the seed and trains it for
/// `EPOCHS` epochs; that is done again and again, at least twice, until the time is up.
pub fn best_step(
    workload: Workload,
    budget: Duration,
    mut train: impl FnMut(u64, &mut Epochs) -> Result<()>,
) -> Result<Step> {
    let start = Instant::now();
    let mut best = Duration::MAX;
    let mut seed = 0;
    loop {
        let mut epochs = Epochs::default();
        train(seed, &mut epochs)?;
        seed += 1;
        best = epochs.0.iter().fold(best, |best, &(time, _)| best.min(time));
        if seed >= 2 && start.elapsed() >= budget {
            let (Some(first), Some(last)) = (epochs.0.first(), epochs.0.last()) else {
                return Err("no epoch was recorded".into());
            };
            let microseconds = best.as_secs_f64() * 1e6 / workload.batches() as f64;
            return Ok(Step { microseconds, first_loss: first.1, last_loss: last.1 });
        }
    }
}

/// Microseconds that a prediction takes, the best of many repetitions of several each: one alone is
/// too short for the clock.
pub fn best_latency(mut predict: impl FnMut() -> Result<()>) -> Result<f64> {
    const TOGETHER: u32 = 20;
    let end = Instant::now() + Duration::from_millis(500);
    let mut best = Duration::MAX;
    while Instant::now() < end {
        let start = Instant::now();
        for _ in 0..TOGETHER {
            predict()?;
        }
        best = best.min(start.elapsed());
    }
    Ok(best.as_secs_f64() * 1e6 / f64::from(TOGETHER))
}
