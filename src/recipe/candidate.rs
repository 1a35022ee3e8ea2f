//! The networks that the recipe trains, and how it trains them.

use super::encoding::Encoding;
use super::settings::{Progress, Recipe, Stage};
use crate::activation::{AnyActivation, HardTanh, Identity, Mish, Selu, Sigmoid, Softmax};
use crate::data::quantiles::{robust_units, sorted_columns};
use crate::data::{Dataset, Storage};
use crate::error::Result;
use crate::initialization::Initialization;
use crate::loss::{BinaryCrossEntropy, CategoricalCrossEntropy, Loss, MeanSquaredError};
use crate::optimizer::{AdamW, RateFactors};
use crate::random::{Purpose, generator};
use crate::schedule::{Schedule, Span};
use crate::temperature::Temperature;
use crate::trainer::{
    Checkpoint, EarlyStopping, Goal, Moment, Report, Stopwatch, Trainer, TrainingState,
};
use crate::{float::Float, mlp::Mlp, units::Units};
use ndarray::{Array1, Axis, Slice};
use ndarray_rand::RandomExt;
use ndarray_rand::rand_distr::{Distribution, StandardNormal};
use std::ops::ControlFlow;

/// Factors of the learning rate: of the inputs' factors, and of biases.
const RATE_OF_FACTORS: f64 = 6.0;
const RATE_OF_BIASES: f64 = 0.1;

/// The fewest rows of which numbers have 48 bins.
const MANY_ROWS: usize = 5000;

/// What the data ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Task {
    Numbers,
    TwoClasses,
    Classes,
}

impl Task {
    pub(super) fn of<F: Float, S: Storage<F>>(data: &Dataset<F, S>) -> Self {
        match (data.classes().is_empty(), data.outputs()) {
            (true, _) => Self::Numbers,
            (false, 1) => Self::TwoClasses,
            (false, _) => Self::Classes,
        }
    }

    fn loss<F: Float>(self) -> Box<dyn Loss<F>> {
        match self {
            Self::Numbers => Box::new(MeanSquaredError),
            Self::TwoClasses => Box::new(BinaryCrossEntropy),
            Self::Classes => Box::new(CategoricalCrossEntropy),
        }
    }

    /// The activation of the hidden layers and of the output layer.
    fn activations<F: Float>(self) -> (AnyActivation<F>, AnyActivation<F>) {
        match self {
            Self::Numbers => (Mish.into(), Identity.into()),
            Self::TwoClasses => (Selu.into(), Sigmoid.into()),
            Self::Classes => (Selu.into(), Softmax.into()),
        }
    }

    fn learning_rate(self) -> f64 {
        match self {
            Self::Numbers => 0.07,
            Self::TwoClasses | Self::Classes => 0.04,
        }
    }
}

/// The most weights of a layer that encodes: each of its outputs has one for every feature.
const MOST_WEIGHTS: usize = 1 << 24;

/// What the networks of some rows know of the columns.
pub(super) struct Columns {
    sorted: Vec<Vec<f64>>,
    units: Units,
    units_out: Units,
}

impl Columns {
    pub(super) fn of<F: Float, S: Storage<F>>(data: &Dataset<F, S>) -> Result<Self> {
        let sorted = sorted_columns(&data.examples())?;
        let units = robust_units(&sorted, &data.schema().kept())?;
        let (_, last) = Task::of(data).activations();
        let mut outputs = Mlp::builder(data.features()).dense(data.outputs(), last).build()?;
        outputs.set_units(units.clone(), outputs.units_out().clone())?;
        outputs.measure(data)?;
        Ok(Self { sorted, units, units_out: outputs.units_out().clone() })
    }

    /// Whether there are numbers to encode, which are columns with a clip, and the layer that
    /// encodes them is not too large.
    pub(super) fn can_be_encoded(&self, bins: usize) -> bool {
        let limits = self.units.limits().unwrap_or_default();
        let numbers = limits.iter().filter(|&&limit| limit > 0.0).count();
        let outputs = limits.len().saturating_add(numbers.saturating_mul(bins));
        numbers > 0 && limits.len().saturating_mul(outputs) <= MOST_WEIGHTS
    }
}

/// The rate factors of a layer by its number of inputs. Weights decay by the optimizer's own rate.
fn rates(inputs: usize, speed: f64) -> RateFactors {
    let root = (inputs as f64).sqrt();
    RateFactors::new(speed / root, speed * RATE_OF_BIASES).weight_decay(root / speed)
}

/// What all trainings of a choice have in common, and of its refits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    pub(super) start: Stopwatch,
    /// Whether its rows are few.
    pub(super) few: bool,
    /// The most bins of a column.
    pub(super) bins: usize,
    /// Whether it is made: the trainings are those of a refit.
    pub(super) made: bool,
}

impl Choice {
    pub(super) fn first(recipe: &Recipe<'_>, rows: usize) -> Self {
        let bins = recipe.bins.unwrap_or(if rows < MANY_ROWS { 16 } else { 48 });
        Self { start: Stopwatch::start(), few: rows < recipe.few_rows, bins, made: false }
    }
}

/// A training of a recipe.
#[derive(Clone, Copy)]
pub(super) struct Job<'r, 'a> {
    pub(super) recipe: &'r Recipe<'a>,
    pub(super) choice: Choice,
    pub(super) seed: u64,
    /// The number of the fold, or of the network in a refit, from 0.
    pub(super) fold: usize,
    pub(super) folds: usize,
    pub(super) candidates: usize,
}

impl Job<'_, '_> {
    /// A network that one training of the recipe starts from. It learns z = W·x/√inputs + b with
    /// W from N(0, 1), by plain layers: weights from N(0, 1/inputs), and the rate divided by
    /// √inputs.
    pub(super) fn network<F: Float, S: Storage<F>>(
        &self,
        data: &Dataset<F, S>,
        columns: &Columns,
        stage: Stage,
    ) -> Result<Mlp<F>> {
        let &Self { recipe, choice: Choice { few, bins, .. }, seed, .. } = self;
        let task = Task::of(data);
        let (hidden, last) = task.activations();
        let features = data.features();
        let Columns { sorted, units, units_out } = columns;
        let is_encoded = stage == Stage::Encoded;
        let encoding = is_encoded.then(|| Encoding::new(units, sorted, bins)).transpose()?;
        let (mut builder, mut inputs) = (Mlp::builder(features), features);
        if let Some(encoding) = &encoding {
            inputs = encoding.layer.outputs();
            builder = builder.dense(inputs, HardTanh);
        }
        let hidden_layers = if stage == Stage::Linear { 0 } else { recipe.layers };
        let width = recipe.width.unwrap_or(if few { 128 } else { 256 });
        for _ in 0..hidden_layers {
            builder = builder
                .dense(width, hidden.clone())
                .initialization(Initialization::LecunNormal)
                .rate_factors(rates(inputs, 1.0))
                .dropout(recipe.dropout);
            inputs = width;
        }
        // One sigmoid learns half as fast as the two outputs of a softmax that say the same.
        let speed = if task == Task::TwoClasses { 2.0 } else { 1.0 };
        builder = builder.dense(data.outputs(), last).initialization(Initialization::Zeros);
        let mut net = builder.rate_factors(rates(inputs, speed)).seed(seed).build()?;
        net.set_units(units.clone(), units_out.clone())?;

        let layers = net.layers_mut();
        let (first, last) = (usize::from(is_encoded), layers.len() - 1);
        let mut generator = generator(seed, Purpose::Biases);
        let number = StandardNormal.map(|number: f64| F::from_f64(number));
        for layer in &mut layers[first..last] {
            let biases = Array1::random_using(layer.outputs(), &number, &mut generator);
            layer.bias_mut().iter_mut().for_each(|bias| bias.assign(&biases));
        }
        let mut reader = layers[first].clone();
        layers[first] = match encoding {
            None => reader.with_input_factors(RATE_OF_FACTORS)?,
            Some(Encoding { layer, mapping }) => {
                layers[0] = layer;
                // The bins begin to take part when training finds them useful.
                let bins = Slice::from(features..);
                reader.weights_mut().slice_axis_mut(Axis(0), bins).fill(F::zero());
                reader.with_mapped_input_factors(RATE_OF_FACTORS, mapping)?
            }
        };
        Ok(net)
    }

    /// Trains a network for at most `epochs` epochs. If there are validation rows, training stops
    /// when they have shown which epoch is best.
    pub(super) fn train<F: Float, S: Storage<F>>(
        &self,
        columns: &Columns,
        stage: Stage,
        rows: &Dataset<F, S>,
        validation: Option<&Dataset<F, S>>,
        epochs: usize,
    ) -> Result<(Mlp<F>, Report)> {
        let mut net = self.network(rows, columns, stage)?;
        let &Self { recipe, choice, seed, fold, folds, candidates } = self;
        let Choice { start, few, made, .. } = choice;
        let stage = if made { Stage::Refit } else { stage };
        let is_over = || recipe.time_limit.is_some_and(|limit| start.elapsed() >= limit);
        let (task, all) = (Task::of(rows), Span::Epochs(recipe.epochs));
        let rate = recipe.learning_rate.unwrap_or(task.learning_rate());
        let adam = AdamW::new(rate).betas(0.9, 0.95).weight_decay(recipe.weight_decay);
        let mut trainer = Trainer::new(task.loss(), adam)
            .batch_size(recipe.batch_size.unwrap_or(if few { 64 } else { 256 }))
            .drop_last()
            .seed(seed)
            .schedule(Schedule::cosine_log(all, CYCLES))
            .regularization_schedule(Schedule::flat_cosine(all))
            .average(recipe.average);
        if let Some(validation) = validation {
            let rule = EarlyStopping::patience(41).growth(2.0).last_of_equals();
            trainer = trainer.validation_data(validation).early_stopping(rule);
            if task != Task::Numbers {
                trainer = trainer.monitor("log-loss", Goal::Smallest, |outputs, targets| {
                    Ok(Temperature::of(outputs, targets)?.loss)
                });
            }
        }
        trainer = trainer.epochs(epochs).on(Moment::EpochEnd, |training| {
            let last = training.last_epoch();
            let score = last.map_or(f64::NAN, |epoch| epoch.monitored.unwrap_or(epoch.loss()));
            let epoch = training.epoch();
            let progress = Progress { stage, fold, folds, candidates, epoch, epochs, score };
            if is_over() { ControlFlow::Break(()) } else { (recipe.observer)(&progress) }
        });
        let alone = folds * candidates == 1;
        let half = recipe.threads.map_or(1, |threads| (threads / 2).max(1));
        trainer = trainer.most_threads(if alone { recipe.threads } else { Some(half) });
        if let Some(path) = recipe.checkpoint_of(stage, fold) {
            trainer = trainer.checkpoint(Checkpoint::every(EPOCHS_OF_A_CHECKPOINT, &path));
            if path.exists() {
                trainer = trainer.with_state(TrainingState::load(&path)?);
            }
        }
        let report = trainer.resume(&mut net, rows)?;
        Ok((net, report))
    }
}

/// The cycles of the learning rate.
const CYCLES: usize = 4;

const EPOCHS_OF_A_CHECKPOINT: usize = 16;
