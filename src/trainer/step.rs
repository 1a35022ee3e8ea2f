//! The state of a training, and one step of it: from a batch to new parameters.

use super::settings::Settings;
use super::state::TrainingState;
use crate::backprop::{Backprop, Dropout};
use crate::batch::Batch;
use crate::error::{Divergence, Error, LikelyCause, Result, TrainingError};
use crate::float::Float;
use crate::mlp::Mlp;
use crate::optimizer::Optimizer;
use crate::schedule::Clock;
use crate::threads::Threads;
use crate::workers::Workers;

/// The buffers of training, its state, and where in it the last step was.
#[derive(Debug)]
pub(super) struct Session<F: Float> {
    pub(super) backprop: Backprop<F>,
    pub(super) state: TrainingState<F>,
    pub(super) now: Now,
}

/// Where in training the last step was.
#[derive(Clone, Copy, Debug)]
pub(super) struct Now {
    pub(super) epoch: usize,
    pub(super) batch: usize,
    pub(super) batch_loss: f64,
    pub(super) learning_rate: f64,
    /// Of the gradient, where something has changed it since, or nobody else has it.
    pub(super) gradient_norm: Option<f64>,
}

/// A batch whose loss is this many times that of the first, and larger than this itself, is taken as divergence: a
/// network whose loss does not overflow, such as a classifier's, would otherwise go on for ever with useless weights.
const LARGEST_GROWTH: f64 = 1e6;

/// Inputs and targets beyond this were not scaled: what is standardised hardly ever reaches it.
const LARGEST_SCALED: f64 = 100.0;

impl<F: Float> Session<F> {
    pub(super) fn new(
        settings: &Settings<'_, F>,
        net: &Mlp<F>,
        mut state: TrainingState<F>,
    ) -> Self {
        state.keep_best(settings.restores_best());
        let mut backprop = Backprop::new(net);
        *backprop.generator_mut() = state.dropout.clone();
        let now = Now {
            epoch: state.epochs.len() + 1,
            batch: 0,
            batch_loss: f64::NAN,
            learning_rate: 0.0,
            gradient_norm: None,
        };
        Self { backprop, state, now }
    }

    /// Notes the parameters, and where the generator of dropout stands.
    pub(super) fn note(&mut self, net: &Mlp<F>) {
        self.state.parameters.read_from(net);
        self.state.dropout.clone_from(self.backprop.generator_mut());
    }

    pub(super) fn set_threads(&mut self, threads: Threads) {
        self.backprop.set_threads(threads);
        self.state.memory.set_threads(threads);
    }

    /// Forward, backward, the sum over the workers, and the optimizer's step. Returns the mean loss
    /// before the step; `None` if one of the workers stops.
    pub(super) fn step(
        &mut self,
        workers: &mut dyn Workers<F>,
        stops: bool,
        settings: &Settings<'_, F>,
        optimizer: &dyn Optimizer<F>,
        net: &mut Mlp<F>,
        batch: Batch<'_, F>,
    ) -> Result<Option<f64>> {
        let share = self.backprop.forward(net, settings.loss.as_ref(), batch, Dropout::Drawn)?;
        let mut numbers = [share, f64::from(u8::from(stops))];
        workers.sum(&mut numbers, &mut self.backprop.backward(net, batch.inputs))?;
        let [loss, stops] = numbers;
        if stops > 0.0 {
            return Ok(None);
        }
        self.follow_gradient(settings, optimizer, net, batch, loss).map(Some)
    }

    /// From loss and gradient of a batch to new parameters.
    fn follow_gradient(
        &mut self,
        settings: &Settings<'_, F>,
        optimizer: &dyn Optimizer<F>,
        net: &mut Mlp<F>,
        batch: Batch<'_, F>,
        loss: f64,
    ) -> Result<f64> {
        let rate = self.learning_rate(settings, optimizer)?;
        self.now.learning_rate = rate;
        self.now.batch_loss = settings.in_own_unit(loss, net);
        if !loss.is_finite() {
            return Err(self.diverged(settings, net, Some(&batch), Divergence::Loss(loss), None));
        }
        let first = *self.state.first_loss.get_or_insert(loss);
        if loss > LARGEST_GROWTH && loss > LARGEST_GROWTH * first {
            let cause = Divergence::Growth { first, last: loss };
            return Err(self.diverged(settings, net, Some(&batch), cause, None));
        }
        if settings.l1 > 0.0 {
            self.backprop.add_l1(net, settings.l1)?;
        }
        let clip_values = settings.clip_values.map(|limit| (limit, self.backprop.gradient_norm()));
        if let Some((limit, _)) = clip_values {
            self.backprop.clip_values(limit);
        }
        let norm = settings.clip_norm.map(|limit| self.backprop.clip_norm(limit));
        self.now.gradient_norm = clip_values.map(|(_, norm)| norm).or(norm);
        let parameters = self.backprop.parameters(net)?;
        match self.state.memory.advance(rate, optimizer, parameters) {
            None => Ok(loss),
            broken => {
                let cause = Divergence::Parameter;
                Err(self.diverged(settings, net, Some(&batch), cause, broken))
            }
        }
    }

    /// The error of a training that diverged on a batch; `parameter` is the first that is not finite.
    pub(super) fn diverged(
        &self,
        settings: &Settings<'_, F>,
        net: &Mlp<F>,
        batch: Option<&Batch<'_, F>>,
        cause: Divergence,
        parameter: Option<usize>,
    ) -> Error {
        let Now { epoch, batch: number, learning_rate, .. } = self.now;
        // Where no step has been taken, none was too long.
        let stepped = self.state.memory.steps() > 0 && cause != Divergence::Gradient;
        Error::Training(TrainingError::Diverged {
            epoch,
            batch: number,
            layer: layer_of(net, cause, parameter),
            cause,
            likely: likely_cause(settings, batch, stepped.then_some(learning_rate)),
        })
    }

    fn learning_rate(
        &self,
        settings: &Settings<'_, F>,
        optimizer: &dyn Optimizer<F>,
    ) -> Result<f64> {
        let clock = Clock::new(
            self.state.memory.steps(),
            self.state.epochs.len() as u64,
            self.now.batch.saturating_sub(1) as u64,
            self.state.steps_per_epoch,
        );
        let rate = settings.schedule.rate(optimizer.learning_rate(), clock, self.state.plateau);
        Error::check_setting("schedule's learning rate", rate, "at least 0 and finite", |rate| {
            rate >= 0.0 && rate.is_finite()
        })?;
        Ok(rate)
    }
}

/// The first layer in which a number is not finite: the one of this parameter, or by its outputs. Where all are finite, the layer of the largest parameter.
fn layer_of<F: Float>(net: &Mlp<F>, cause: Divergence, parameter: Option<usize>) -> usize {
    let layers = net.layers();
    if let Some(parameter) = parameter {
        let slices = layers.iter().enumerate();
        let mut owners =
            slices.flat_map(|(index, layer)| layer.parameter_slices().map(move |_| index));
        return owners.nth(parameter).unwrap_or(0);
    }
    let broken =
        |layer: &crate::dense::Dense<F>| layer.cached_output().iter().any(|a| !a.is_finite());
    if let (Divergence::Loss(_), Some(layer)) = (cause, layers.iter().position(broken)) {
        return layer;
    }
    let largest = layers.iter().map(|layer| largest(layer.parameter_slices().flatten()));
    let largest = largest.enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
    largest.map_or(0, |(index, _)| index)
}

fn likely_cause<F: Float>(
    settings: &Settings<'_, F>,
    batch: Option<&Batch<'_, F>>,
    rate: Option<f64>,
) -> LikelyCause {
    let input = batch.map_or(0.0, |batch| largest(batch.inputs.numbers().iter()));
    let target = batch.map_or(0.0, |batch| largest(batch.targets.iter()));
    // A loss that has no unit, as of probabilities or counts, has no targets to be scaled.
    let has_unit = settings.loss.rescaled(1.0, 2.0) != 1.0;
    if input > LARGEST_SCALED {
        LikelyCause::UnscaledInputs(input)
    } else if has_unit && target > LARGEST_SCALED {
        LikelyCause::UnscaledTargets(target)
    } else {
        rate.map_or(LikelyCause::InitialWeights, LikelyCause::LearningRate)
    }
}

fn largest<'v, F: Float>(values: impl Iterator<Item = &'v F>) -> f64 {
    values.fold(0.0, |largest, value| value.as_f64().abs().max(largest))
}
