//! Building a network layer by layer, with drawn weights.

use super::{Mlp, check_copies};
use crate::error::{NetworkError, Result};
use crate::initialization::Initialization;
use crate::parameter::RateFactors;
use crate::random::{Purpose, generator};
use crate::units::{Scaling, Units};
use crate::{activation::AnyActivation, dense::Dense, float::Float};
use ndarray::Array1;
use std::iter::{once, zip};

/// Builds an [`Mlp`]; made by [`Mlp::builder`].
///
/// ```
/// use densely::{Mlp, Relu, Softmax, initialization::Initialization};
///
/// let net = Mlp::<f32>::builder(64)
///     .dense(32, Relu)
///     .without_bias()
///     .dropout(0.2)
///     .dense(10, Softmax)
///     .initialization(Initialization::Zeros)
///     .seed(7)
///     .build()?;
/// assert!(net.layers()[0].bias().is_none());
/// assert_eq!(net.layers()[1].weights().sum(), 0.0);
/// let text = "64 → 32 Relu (dropout 0.2) → 10 Softmax, 2378 parameters, f32";
/// assert_eq!(net.to_string(), text);
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct MlpBuilder<F: Float> {
    features: usize,
    layers: Vec<Plan<F>>,
    units_in: Scaling,
    /// `None` for the default, which depends on the last activation.
    units_out: Option<Scaling>,
    seed: u64,
    misplaced: Option<&'static str>,
}

impl<F: Float> Mlp<F> {
    /// Starts a network that takes `features` numbers a row; [`MlpBuilder::dense`] adds its layers.
    pub fn builder(features: usize) -> MlpBuilder<F> {
        let (units_in, units_out) = (Scaling::Standard, None);
        MlpBuilder { features, layers: Vec::new(), units_in, units_out, seed: 0, misplaced: None }
    }
}

/// A layer that `build` will make.
#[derive(Clone, Debug)]
struct Plan<F: Float> {
    outputs: usize,
    activation: AnyActivation<F>,
    bias: bool,
    initialization: Initialization,
    dropout: f64,
    rate_factors: RateFactors,
}

impl<F: Float> MlpBuilder<F> {
    /// Adds a layer of `outputs` units with this activation, a bias of zeros, and weights drawn as
    /// the activation recommends.
    ///
    /// The last layer and the loss depend on the target:
    ///
    /// | target | last layer | loss |
    /// |---|---|---|
    /// | numbers | [`Identity`] | [`MeanSquaredError`], [`Huber`], [`MeanAbsoluteError`] |
    /// | counts | [`Exponential`] | [`Poisson`] |
    /// | two classes | [`Sigmoid`], one output | [`BinaryCrossEntropy`] |
    /// | several classes | [`Softmax`], an output for each | [`CategoricalCrossEntropy`] |
    /// | several labels at once | [`Sigmoid`], an output for each | [`BinaryCrossEntropy`] |
    ///
    /// An activation whose name is known only at run time is parsed: `FromStr` of
    /// [`AnyActivation`].
    ///
    /// ```
    /// use densely::{Mlp, Softmax, activation::AnyActivation};
    ///
    /// let hidden = "relu".parse::<AnyActivation<f32>>()?;
    /// let net = Mlp::<f32>::builder(4).dense(16, hidden).dense(3, Softmax).build()?;
    /// assert_eq!(net.to_string(), "4 → 16 Relu → 3 Softmax, 131 parameters, f32");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [`Identity`]: crate::Identity
    /// [`Exponential`]: crate::activation::Exponential
    /// [`Sigmoid`]: crate::activation::Sigmoid
    /// [`Softmax`]: crate::activation::Softmax
    /// [`MeanSquaredError`]: crate::loss::MeanSquaredError
    /// [`Huber`]: crate::loss::Huber
    /// [`MeanAbsoluteError`]: crate::loss::MeanAbsoluteError
    /// [`Poisson`]: crate::loss::Poisson
    /// [`BinaryCrossEntropy`]: crate::loss::BinaryCrossEntropy
    /// [`CategoricalCrossEntropy`]: crate::loss::CategoricalCrossEntropy
    pub fn dense(mut self, outputs: usize, activation: impl Into<AnyActivation<F>>) -> Self {
        let activation = activation.into();
        let initialization = activation.initialization();
        self.layers.push(Plan {
            outputs,
            activation,
            bias: true,
            initialization,
            dropout: 0.0,
            rate_factors: RateFactors::default(),
        });
        self
    }

    /// Leaves the bias out of the layer added last. Default: with one.
    pub fn without_bias(self) -> Self {
        self.change_last("without_bias", |layer| layer.bias = false)
    }

    /// Draws the weights of the layer added last from this distribution. Default: the one that its
    /// activation recommends.
    pub fn initialization(self, initialization: Initialization) -> Self {
        self.change_last("initialization", |layer| layer.initialization = initialization)
    }

    /// Dropout (Srivastava et al. 2014) on the outputs of the layer added last, a hidden layer.
    /// Training multiplies each output by 0 with probability p = `fraction`, else by 1 / (1 - p),
    /// which keeps the mean; 0 ≤ p < 1. Predictions use all outputs unchanged. Default: 0, none.
    ///
    /// Each row of each batch draws anew, by the seed of the
    /// [`Trainer`](crate::trainer::Trainer::seed) or [`Backprop`](crate::backprop::Backprop::seed).
    pub fn dropout(self, fraction: f64) -> Self {
        self.change_last("dropout", |layer| layer.dropout = fraction)
    }

    /// How fast the weights and the bias of the layer added last learn. Default: as the optimizer
    /// says. [`RateFactors`] has an example.
    pub fn rate_factors(self, factors: RateFactors) -> Self {
        self.change_last("rate_factors", |layer| layer.rate_factors = factors)
    }

    /// How the network brings inputs to its own units. Default: [`Scaling::Standard`], measured on
    /// the training rows by [`Trainer::fit`](crate::Trainer::fit) or [`Mlp::measure`].
    pub fn units_in(self, scaling: Scaling) -> Self {
        Self { units_in: scaling, ..self }
    }

    /// How the network brings outputs to the targets' units. Default: [`Scaling::Standard`] for the
    /// numbers of a regression, whose last activation is [`Identity`](crate::Identity); none for
    /// classes and for any other activation.
    pub fn units_out(self, scaling: Scaling) -> Self {
        Self { units_out: Some(scaling), ..self }
    }

    /// No units, for numbers that are scaled already or need no scaling.
    pub fn without_units(self) -> Self {
        self.units_in(Scaling::None).units_out(Scaling::None)
    }

    /// The seed of the weights. Default: 0. The same seed gives the same weights. Normal
    /// distributions use the system's logarithm and exponential, whose last digits may differ
    /// between machines.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Builds the network.
    ///
    /// ```
    /// use densely::{Error, Identity, Mlp, Tanh, error::NetworkError};
    ///
    /// let builder = || Mlp::<f32>::builder(9).dense(32, Tanh);
    /// let net = builder().dense(1, Identity).build()?;
    /// assert_eq!(net.layers()[0].weights().dim(), (9, 32));
    /// assert!(matches!(
    ///     builder().dropout(0.5).build(),
    ///     Err(Error::Network(NetworkError::DropoutOfOutputs))
    /// ));
    /// assert!(matches!(
    ///     Mlp::<f32>::builder(9).build(),
    ///     Err(Error::Network(NetworkError::NoLayers))
    /// ));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NetworkError::NoLayers`] without a layer, [`NetworkError::MisplacedOption`] for an option
    /// of a layer before the first layer, [`NetworkError::ZeroWidth`] for a layer without inputs or
    /// outputs, [`NetworkError::TooLarge`] if the weights do not fit into memory,
    /// [`Error::Setting`] for a dropout outside 0 ≤ p < 1, [`NetworkError::DropoutOfOutputs`] for
    /// dropout on the last layer, [`NetworkError::UnitsOfActivation`] for units of the outputs of
    /// an activation other than [`Identity`](crate::Identity).
    ///
    /// [`Error::Setting`]: crate::error::Error::Setting
    pub fn build(self) -> Result<Mlp<F>> {
        if let Some(option) = self.misplaced {
            return Err(NetworkError::MisplacedOption { option }.into());
        }
        let outputs = self.layers.iter().map(|layer| layer.outputs);
        let widths: Vec<usize> = once(self.features).chain(outputs).collect();
        let sizes = widths.windows(2).map(|pair| pair[0].saturating_add(1).saturating_mul(pair[1]));
        check_copies::<F>(sizes.fold(0, usize::saturating_add), 1)?;
        let mut generator = generator(self.seed, Purpose::Initialization);
        let layers = zip(self.layers, widths).map(|(layer, inputs)| {
            let weights = layer.initialization.draw(inputs, layer.outputs, &mut generator);
            let bias = layer.bias.then(|| Array1::zeros(layer.outputs));
            let dense = Dense::new(weights, bias, layer.activation)?.with_dropout(layer.dropout)?;
            dense.with_rate_factors(layer.rate_factors)
        });
        let mut net = Mlp::from_layers(layers.collect::<Result<_>>()?)?;
        let allowed = net.check_units_of_outputs();
        let default = if allowed.is_ok() { Scaling::Standard } else { Scaling::None };
        let units_out = self.units_out.unwrap_or(default);
        if units_out != Scaling::None {
            allowed?;
        }
        net.set_units(Units::unmeasured(self.units_in), Units::unmeasured(units_out))?;
        Ok(net)
    }

    fn change_last(mut self, option: &'static str, change: impl FnOnce(&mut Plan<F>)) -> Self {
        match self.layers.last_mut() {
            Some(layer) => change(layer),
            None => self.misplaced = self.misplaced.or(Some(option)),
        }
        self
    }
}
