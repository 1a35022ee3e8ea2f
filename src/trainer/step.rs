//! One step of training: from a batch to new parameters.

use super::{TrainingState, settings::Settings};
use crate::backprop::{Backprop, Dropout};
use crate::data::{Outputs, batches::InOrder};
use crate::error::check::{NOT_NEGATIVE, Range};
use crate::error::{Divergence, Error, LikelyCause, Result, TrainingError};
use crate::mlp::{Mlp, Parameters};
use crate::optimizer::{LbfgsMemory, Optimizer};
use crate::schedule::{Clock, Plateau};
use crate::{batch::Batch, float::Float, workers::Workers};

/// The buffers of training, its state, and its last step.
#[derive(Debug)]
pub(super) struct Session<F: Float> {
    pub(super) backprop: Backprop<F>,
    pub(super) state: TrainingState<F>,
    pub(super) now: Now,
    /// The outputs that the metric gets.
    pub(super) outputs: Outputs<F>,
}

/// The last step.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Now {
    pub(super) epoch: usize,
    pub(super) batch: usize,
    /// The rows of this epoch's batches so far.
    pub(super) rows: usize,
    /// In the targets' unit.
    pub(super) batch_loss: f64,
    pub(super) learning_rate: f64,
    /// The factor of the optimizer's weight decay.
    weight_decay: f64,
    /// The norm before clipping; `None` if `backprop` still has that gradient.
    pub(super) gradient_norm: Option<f64>,
}

/// Training has diverged if a loss exceeds this number and this many times the first loss. A
/// classifier's loss never overflows, so training would continue with useless weights.
const LARGEST_GROWTH: f64 = 1e6;

/// Scaled inputs and targets hardly ever exceed this.
const LARGEST_SCALED: f64 = 100.0;

impl<F: Float> Session<F> {
    /// Continues from a state, or starts from the network's own parameters.
    pub(super) fn new(
        settings: &Settings<'_, F>,
        net: &Mlp<F>,
        state: Option<&TrainingState<F>>,
    ) -> Self {
        let Settings { optimizer, seed, epochs, .. } = settings;
        let fresh = || TrainingState::new(net, optimizer, *seed, *epochs);
        let mut state = state.cloned().unwrap_or_else(fresh);
        state.lbfgs.iter_mut().for_each(LbfgsMemory::forget_value);
        state.keep_average(settings.average.is_some());
        state.keep_best(settings.early_stopping.as_ref().is_some_and(|rule| !rule.keep_last));
        let mut backprop = Backprop::new(net);
        backprop.generator = state.dropout.clone();
        let epoch = state.epochs.len() + 1;
        let now = Now { epoch, batch_loss: f64::NAN, ..Now::default() };
        Self { backprop, state, now, outputs: Outputs::default() }
    }

    /// Notes the parameters and the generator of dropout in the state. `own` are the parameters if
    /// the network has their average.
    pub(super) fn note(&mut self, net: &Mlp<F>, own: Option<Parameters<F>>) {
        match own {
            Some(own) => self.state.parameters = own,
            None => self.state.parameters.read_from(net),
        }
        self.state.dropout.clone_from(&self.backprop.generator);
    }

    /// At the end of an epoch: gives the network the average of its parameters, if there is one,
    /// and returns its own.
    pub(super) fn use_average(&self, net: &mut Mlp<F>) -> Option<Parameters<F>> {
        let average = self.state.average.as_ref()?;
        let mut own = self.state.parameters.clone();
        own.read_from(net);
        average.write_to(net);
        Some(own)
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
        let clock = self.clock();
        let regularization = settings.regularization.rate(1.0, clock, Plateau::default());
        let range: Range = ("at least 0 and at most 1", |factor| (0.0..=1.0).contains(&factor));
        Error::check_range("factor of dropout and weight decay", regularization, range)?;
        self.backprop.dropout_factor = regularization;
        let share = self.backprop.forward(net, settings.loss.as_ref(), batch, Dropout::Drawn)?;
        let mut numbers = [share, f64::from(u8::from(stops))];
        workers.sum(&mut numbers, &mut self.backprop.backward(net, batch.inputs))?;
        let [loss, stops] = numbers;
        if stops > 0.0 {
            return Ok(None);
        }
        let rate = optimizer.learning_rate();
        let rate = settings.schedule.rate(rate, clock, self.state.plateau);
        Error::check_range("schedule's learning rate", rate, NOT_NEGATIVE)?;
        self.now.learning_rate = rate;
        self.now.weight_decay = regularization;
        self.now.batch_loss = settings.in_target_unit(net, loss);
        let first = *self.state.first_loss.get_or_insert(loss);
        let cause = match loss {
            _ if !loss.is_finite() => Some(Divergence::Loss(loss)),
            _ if loss > LARGEST_GROWTH && loss > LARGEST_GROWTH * first => {
                Some(Divergence::Growth { first, last: loss })
            }
            _ => self.update(settings, optimizer, net)?,
        };
        match cause {
            None => Ok(Some(self.now.batch_loss)),
            Some(cause) => Err(self.diverged(settings, net, Some(batch), cause)),
        }
    }

    /// The time of this step.
    fn clock(&self) -> Clock {
        let TrainingState { memory, epochs, steps_per_epoch, .. } = &self.state;
        let before = self.now.batch.saturating_sub(1) as u64;
        Clock::new(memory.steps(), epochs.len() as u64, before, *steps_per_epoch)
    }

    /// The penalty, clipping, and the optimizer's step.
    fn update(
        &mut self,
        settings: &Settings<'_, F>,
        optimizer: &dyn Optimizer<F>,
        net: &mut Mlp<F>,
    ) -> Result<Option<Divergence>> {
        if settings.l1 > 0.0 {
            self.backprop.add_l1(net, settings.l1)?;
        }
        self.now.gradient_norm = settings.clip_values.map(|limit| {
            let norm = self.backprop.gradient_norm();
            self.backprop.clip_values(limit);
            norm
        });
        if let Some(limit) = settings.clip_norm {
            let norm = self.backprop.clip_norm(limit);
            self.now.gradient_norm.get_or_insert(norm);
        }
        let rates = (self.now.learning_rate, self.now.weight_decay);
        let (parameters, threads) = (self.backprop.parameters(net)?, self.backprop.threads);
        let finite = self.state.memory.advance(rates, optimizer, parameters, threads);
        net.multiply_input_factors();
        if let (Some(limit), Some(average)) = (settings.average, &mut self.state.average) {
            let steps = self.state.memory.steps() as f64;
            average.approach(net, 1.0 - limit.min((1.0 + steps) / (10.0 + steps)));
        }
        Ok((!finite).then_some(Divergence::Parameter))
    }

    /// The error of a training that diverged on all of these rows. The first batch of them shows
    /// the likely cause.
    pub(super) fn diverged_on(
        &self,
        settings: &Settings<'_, F>,
        net: &Mlp<F>,
        rows: &mut InOrder<'_, F>,
        cause: Divergence,
    ) -> Error {
        rows.rewind();
        match rows.next() {
            Ok(batch) => self.diverged(settings, net, batch, cause),
            Err(error) => error,
        }
    }

    fn diverged(
        &self,
        settings: &Settings<'_, F>,
        net: &Mlp<F>,
        batch: Option<Batch<'_, F>>,
        cause: Divergence,
    ) -> Error {
        let largest_input = batch.map_or(0.0, |batch| largest(batch.inputs.numbers()));
        let largest_target = batch.map_or(0.0, |batch| largest(batch.targets));
        // Targets of a loss without a unit, such as probabilities and counts, need no scaling.
        let has_unit = settings.loss.rescaled(1.0, 2.0) != 1.0;
        let likely = if largest_input > LARGEST_SCALED {
            LikelyCause::UnscaledInputs(largest_input)
        } else if has_unit && largest_target > LARGEST_SCALED {
            LikelyCause::UnscaledTargets(largest_target)
        } else if self.state.memory.steps() > 0 && cause != Divergence::Gradient {
            LikelyCause::LearningRate(self.now.learning_rate)
        } else {
            LikelyCause::InitialWeights
        };
        let Now { epoch, batch, .. } = self.now;
        TrainingError::Diverged { epoch, batch, layer: layer_of(net, cause), cause, likely }.into()
    }
}

/// The first layer with a parameter that is not finite, or with an output that is not finite if the
/// loss is not. Otherwise the layer of the largest parameter.
fn layer_of<F: Float>(net: &Mlp<F>, cause: Divergence) -> usize {
    let layers = net.layers();
    let broken = layers.iter().position(|layer| match cause {
        Divergence::Parameter => layer.parameter_slices().flatten().any(|p| !p.is_finite()),
        Divergence::Loss(_) => layer.cached_output().iter().any(|a| !a.is_finite()),
        _ => false,
    });
    let sizes = layers.iter().map(|layer| largest(layer.parameter_slices().flatten()));
    let largest = || sizes.enumerate().max_by(|(_, a), (_, b)| a.total_cmp(b));
    broken.or_else(|| largest().map(|(index, _)| index)).unwrap_or(0)
}

fn largest<'v, F: Float>(values: impl IntoIterator<Item = &'v F>) -> f64 {
    values.into_iter().fold(0.0, |largest, value| value.as_f64().abs().max(largest))
}
