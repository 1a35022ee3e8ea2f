//! A stack of dense layers.

#[cfg(feature = "train")]
mod builder;
mod classes;
pub(crate) mod error;
mod interval;
#[cfg(feature = "train")]
mod mean;
mod parameters;
mod prediction;
mod scaled_interval;
mod spread;

#[cfg(feature = "train")]
pub use builder::MlpBuilder;
pub use classes::predicted_classes;
pub use interval::Interval;
pub(crate) use parameters::Parameters;
pub use prediction::PredictBuffers;

use crate::error::{Error, NetworkError, Result, check::ensure};
use crate::matrix::fit_in_memory;
use crate::units::{Scaling, Units};
use crate::{activation::Identity, dense::Dense, float::Float, schema::Schema};
use std::fmt;

/// A multilayer perceptron: A_l = g_l(A_(l-1)·W_l + b_l) for each [`Dense`] layer l, with A_0 the
/// inputs in network [`Units`].
///
/// ```
/// use densely::{Identity, Mlp, Tanh};
/// use ndarray::Array2;
///
/// let builder = Mlp::<f32>::builder(9).dense(32, Tanh).dense(1, Identity).seed(7);
/// let mut net = builder.without_units().build()?;
/// assert_eq!((net.features(), net.layers().len(), net.outputs()), (9, 2, 1));
/// assert_eq!(net.parameters(), 9 * 32 + 32 + 32 + 1);
/// assert_eq!(net.to_string(), "9 → 32 Tanh → 1 Identity, 353 parameters, f32");
///
/// net.layers_mut()[1].weights_mut().fill(0.0); // parameters can be changed in place
/// let outputs = net.predict(Array2::ones((5, 9)).view())?;
/// assert_eq!(outputs, Array2::<f32>::zeros((5, 1)));
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct Mlp<F: Float> {
    units_in: Units,
    layers: Vec<Dense<F>>,
    units_out: Units,
    schema: Schema,
    interval: Option<Interval>,
    /// The network that estimates the logarithms of the errors for the interval.
    of_errors: Option<Box<Mlp<F>>>,
    /// How many networks this one is the mean of; 1 if it is no mean.
    members: usize,
}

impl<F: Float> Mlp<F> {
    /// A network of these layers, first to last.
    ///
    /// ```
    /// use densely::{Dense, Error, Identity, Mlp, Relu, error::NetworkError};
    /// use ndarray::array;
    ///
    /// // |x| = max(0, x) + max(0, -x)
    /// let hidden = Dense::new(array![[1.0, -1.0]], None, Relu)?;
    /// let output = Dense::new(array![[1.0], [1.0]], None, Identity)?;
    /// let net = Mlp::from_layers(vec![hidden.clone(), output])?;
    /// assert_eq!(net.predict(array![[-3.0], [2.0]].view())?, array![[3.0], [2.0]]);
    ///
    /// let error = Mlp::from_layers(vec![hidden.clone(), hidden]);
    /// assert!(matches!(
    ///     error,
    ///     Err(Error::Network(NetworkError::LayerShape { layer: 1, inputs: 1, outputs: 2 }))
    /// ));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NetworkError::NoLayers`] if there are none; [`NetworkError::LayerShape`] if a layer does
    /// not take as many inputs as the one before it has outputs; [`NetworkError::DropoutOfOutputs`]
    /// if the last one has dropout.
    pub fn from_layers(layers: Vec<Dense<F>>) -> Result<Self> {
        let (units_in, units_out) = (Units::none(), Units::none());
        let schema = Schema::default();
        let (interval, of_errors, members) = (None, None, 1);
        let net = Self { units_in, layers, units_out, schema, interval, of_errors, members };
        net.check_stack()?;
        Ok(net)
    }

    /// Checks that there is a layer, that each takes the outputs of the one before it, that the
    /// last one has no dropout, and that the units have the columns of inputs and outputs.
    pub(crate) fn check_stack(&self) -> Result<()> {
        let last = self.layers.last().ok_or(NetworkError::NoLayers)?;
        for (index, pair) in self.layers.windows(2).enumerate() {
            let (outputs, inputs) = (pair[0].outputs(), pair[1].inputs());
            let layer = index + 1;
            ensure(outputs == inputs, || NetworkError::LayerShape { layer, inputs, outputs })?;
        }
        self.units_in.check(self.features())?;
        self.units_out.check(self.outputs())?;
        ensure(last.dropout() == 0.0, || NetworkError::DropoutOfOutputs)
    }

    /// The layers, first to last.
    pub fn layers(&self) -> &[Dense<F>] {
        &self.layers
    }

    /// The layers, first to last, to change their parameters in place.
    pub fn layers_mut(&mut self) -> &mut [Dense<F>] {
        &mut self.layers
    }

    /// The number of inputs: the columns of a batch.
    pub fn features(&self) -> usize {
        self.layers.first().map_or(0, Dense::inputs)
    }

    /// The number of outputs: the columns of a prediction.
    pub fn outputs(&self) -> usize {
        self.layers.last().map_or(0, Dense::outputs)
    }

    /// The units of the inputs. A network of the builder has
    /// [`Scaling::Standard`](crate::units::Scaling), one of given layers has none.
    pub fn units_in(&self) -> &Units {
        &self.units_in
    }

    /// The units of the outputs. A network of the builder that ends in
    /// [`Identity`] has [`Scaling::Standard`](crate::units::Scaling), any other
    /// has none.
    pub fn units_out(&self) -> &Units {
        &self.units_out
    }

    /// Replaces the units of inputs and outputs.
    ///
    /// ```
    /// use densely::{Dense, Identity, Mlp, units::Units};
    /// use ndarray::array;
    ///
    /// // a = z / 2, so y = 9 + 2 · (x - 200) / 100 / 2.
    /// let mut net = Mlp::from_layers(vec![Dense::new(array![[0.5]], None, Identity)?])?;
    /// net.set_units(Units::standard([200.0], [100.0])?, Units::standard([9.0], [2.0])?)?;
    /// assert_eq!(net.predict(array![[200.0], [400.0]].view())?, array![[9.0], [11.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NetworkError::Units`] if they do not have the network's numbers of columns,
    /// [`NetworkError::Clip`] for robust units of the outputs. The network is then unchanged.
    pub fn set_units(&mut self, units_in: Units, units_out: Units) -> Result<()> {
        units_in.check(self.features())?;
        units_out.check(self.outputs())?;
        ensure(units_out.scaling() != Scaling::Robust, || NetworkError::Clip)?;
        (self.units_in, self.units_out) = (units_in, units_out);
        Ok(())
    }

    /// The same function as a network without units, for file formats that have only layers. The
    /// units are folded into the first and the last layer. Missing values are an exception: without
    /// units, the outputs for them are NaN.
    ///
    /// z = Σ w (x - centre)/spread + b: each weight of the first layer is divided by its feature's
    /// spread, and the bias loses Σ w centre/spread. In the last layer, y = spread · a + centre:
    /// weights and bias are multiplied by the spread, and the bias gains the centre. Both are
    /// rounded to `F`: where a centre is thousands of times the spread, an `f32` is too coarse for
    /// the bias. A smooth clip becomes a layer of its own, of
    /// [`Isru`](crate::activation::Isru); columns without a clip must then lie between -1 and 1.
    ///
    /// ```
    /// # use densely::{Dense, Identity, Mlp, units::Units};
    /// # use ndarray::array;
    /// # let mut net = Mlp::from_layers(vec![Dense::new(array![[0.5]], None, Identity)?])?;
    /// net.set_units(Units::standard([200.0], [100.0])?, Units::standard([9.0], [2.0])?)?;
    /// let folded = net.folded()?;
    /// assert!(folded.units_in().centres().is_none());
    /// approx::assert_abs_diff_eq!(
    ///     folded.predict(array![[400.0]].view())?,
    ///     array![[11.0]],
    ///     epsilon = 1e-12
    /// );
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NetworkError::NotMeasured`] for units that are not measured yet,
    /// [`NetworkError::UnitsOfActivation`] if outputs have units and the last activation is not
    /// [`Identity`], [`Error::NotFinite`] if a folded weight overflows `F`.
    pub fn folded(&self) -> Result<Self> {
        let mut folded = self.clone();
        if let (Some(scale), [first, ..]) = (self.units_in.measured()?, &mut *folded.layers) {
            match self.units_in.limits() {
                None => first.fold_inputs(scale),
                Some(limits) => {
                    let clip = first.fold_clipped_inputs(scale, limits)?;
                    folded.layers.insert(0, clip);
                }
            }
        }
        if let (Some(scale), [.., last]) = (self.units_out.measured()?, &mut *folded.layers) {
            self.check_units_of_outputs()?;
            last.fold_outputs(scale);
        }
        (folded.units_in, folded.units_out) = (Units::none(), Units::none());
        folded.check_whole()?;
        Ok(folded)
    }

    /// Checks that outputs can have units: the last activation must be [`Identity`].
    fn check_units_of_outputs(&self) -> Result<()> {
        let last = self.layers.last().map(Dense::activation).filter(|last| !last.is::<Identity>());
        let Some(last) = last else { return Ok(()) };
        Err(NetworkError::UnitsOfActivation { activation: format!("{last:?}") }.into())
    }

    /// The names and kinds of the columns of inputs and outputs.
    /// [`Trainer::fit`](crate::trainer::Trainer::fit) takes them from the data, and the network's
    /// file keeps them. They do not change predictions.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The name of each class, two for a single output. Empty if the network predicts numbers, or
    /// classes without names.
    pub fn classes(&self) -> &[String] {
        &self.schema.classes
    }

    /// Replaces the description of the columns of inputs and outputs.
    ///
    /// ```
    /// use densely::{Mlp, Sigmoid, schema::{Column, Schema}};
    ///
    /// let mut net = Mlp::<f32>::builder(2).dense(1, Sigmoid).build()?;
    /// assert!(net.classes().is_empty());
    /// let columns = [Column::numbers("radius"), Column::numbers("texture")];
    /// net.set_schema(Schema::new(columns).with_classes(["benign", "malignant"]))?;
    /// assert_eq!(net.schema().feature_names(), ["radius", "texture"]);
    /// assert_eq!(net.classes(), ["benign", "malignant"]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`SchemaError::Names`] if the numbers of names are not those of features, targets or
    /// classes, [`SchemaError::DuplicateName`] for a duplicate. The network is then unchanged.
    ///
    /// [`SchemaError::Names`]: crate::error::SchemaError::Names
    /// [`SchemaError::DuplicateName`]: crate::error::SchemaError::DuplicateName
    pub fn set_schema(&mut self, schema: Schema) -> Result<()> {
        schema.check(self.features(), self.outputs())?;
        self.schema = schema;
        Ok(())
    }

    /// Takes over the schema of the data to train on, unless it contradicts that of the network,
    /// and forgets the interval and the members.
    pub(crate) fn learn_schema(&mut self, schema: &Schema) -> Result<()> {
        self.schema.check_same(schema)?;
        self.schema.update(schema);
        self.forget();
        Ok(())
    }

    /// Takes over the names that the network does not have.
    pub(crate) fn complete_schema(&mut self, schema: &Schema) {
        let mut completed = schema.clone();
        completed.update(&self.schema);
        self.schema = completed;
    }

    /// Forgets what is not true of the network after a training: its interval and its members.
    pub(crate) fn forget(&mut self) {
        (self.interval, self.of_errors, self.members) = (None, None, 1);
    }

    /// The interval around the outputs, if the network has one.
    pub fn interval(&self) -> Option<&Interval> {
        self.interval.as_ref()
    }

    /// Sets the interval, of the same width for all rows, or removes it.
    ///
    /// # Errors
    ///
    /// [`NetworkError::IntervalOutputs`] if it does not have a width for each output,
    /// [`Error::Setting`] for impossible numbers.
    pub fn set_interval(&mut self, interval: Option<Interval>) -> Result<()> {
        interval.as_ref().map_or(Ok(()), |interval| interval.check(self.outputs()))?;
        (self.interval, self.of_errors) = (interval, None);
        Ok(())
    }

    /// The number of parameters: all weights and biases.
    pub fn parameters(&self) -> usize {
        self.layers.iter().map(Dense::parameters).sum()
    }

    /// Checks that the layers fit together and that every weight and bias is finite. Changes
    /// through [`layers_mut`](Self::layers_mut) can break both. Such a network cannot be saved.
    ///
    /// ```
    /// use densely::{Error, Identity, Mlp};
    ///
    /// let mut net = Mlp::<f32>::builder(2).dense(1, Identity).build()?;
    /// net.check_whole()?;
    /// net.layers_mut()[0].weights_mut()[[0, 0]] = f32::NAN;
    /// assert!(matches!(net.check_whole(), Err(Error::NotFinite { .. })));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NetworkError::NoLayers`], [`NetworkError::LayerShape`],
    /// [`NetworkError::DropoutOfOutputs`], [`NetworkError::Members`] or [`Error::NotFinite`].
    pub fn check_whole(&self) -> Result<()> {
        self.check_stack()?;
        self.check_members()?;
        let numbers = self.parameter_slices().flatten().map(|number| number.as_f64());
        Error::check_each_finite("a weight or bias", numbers)
    }

    /// Every layer's weights, then its bias, as row-major slices.
    pub(crate) fn parameter_slices(&self) -> impl Iterator<Item = &[F]> {
        self.layers.iter().flat_map(Dense::parameter_slices)
    }

    /// Replaces all weights, biases and factors of inputs.
    pub(crate) fn set_parameters(&mut self, numbers: &[F]) {
        let mut rest = numbers;
        for slice in self.layers.iter_mut().flat_map(Dense::parameter_slices_mut) {
            slice.copy_from_slice(rest.split_off(..slice.len()).unwrap_or_default());
        }
        self.multiply_input_factors();
    }

    /// Makes a plain network of one that was trained with factors.
    pub(crate) fn simplify(&mut self) {
        self.layers.iter_mut().for_each(Dense::simplify);
    }

    /// Computes the weights of each layer whose inputs have trained factors.
    pub(crate) fn multiply_input_factors(&mut self) {
        self.layers.iter_mut().for_each(Dense::multiply_input_factors);
    }
}

/// The layers' widths and activations, with their dropout, and the number and type of the
/// parameters.
impl<F: Float> fmt::Display for Mlp<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.features())?;
        for layer in &self.layers {
            write!(formatter, " → {} {:?}", layer.outputs(), layer.activation())?;
            if layer.dropout() > 0.0 {
                write!(formatter, " (dropout {})", layer.dropout())?;
            }
        }
        write!(formatter, ", {} parameters, {}", self.parameters(), F::NAME)
    }
}

/// As `Display`: the parameters would fill the screen.
impl<F: Float> fmt::Debug for Mlp<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Mlp({self})")
    }
}

/// Checks that `copies` copies of `parameters` parameters fit into memory: a failed allocation
/// would end the process.
pub(crate) fn check_copies<F: Float>(parameters: usize, copies: usize) -> Result<()> {
    ensure(fit_in_memory::<F>(copies, parameters), || NetworkError::TooLarge { parameters })
}
