//! Networks from and to PyTorch: the `state_dict` of an `nn.Sequential`, as a `safetensors` file.

mod batch_norm;
mod modules;
mod order;
mod sequential;

use crate::error::{Error, ModelFileError, Result};
use crate::model_file::damage::{check, damaged};
use crate::model_file::tensors::{Header, Tensor, dtype_of, to_bytes};
use crate::model_file::{in_file, limits::check_layers};
use crate::{activation::AnyActivation, atomic_file, dense::Dense, float::Float, mlp::Mlp};
use batch_norm::{fold, layers};
use modules::{Module, modules};
use ndarray::{ArrayD, Ix2, IxDyn};
use order::in_order;
use sequential::sequential;
use std::{collections::BTreeMap, io::Read, iter::zip, path::Path};

/// The format's name in errors.
const FORMAT: &str = "state_dict";

/// The key of the Python expression in the file's metadata.
const EXPRESSION: &str = "nn.Sequential";

impl<F: Float> Mlp<F> {
    /// Reads the `state_dict` of a PyTorch model of `nn.Linear` layers that follow one another, as
    /// in an `nn.Sequential`. A `state_dict` does not name the activations: give one for each
    /// layer.
    ///
    /// In Python, with `model = nn.Sequential(nn.Linear(9, 32), nn.Tanh(), nn.Linear(32, 1))`, or
    /// any module whose parameters are those of the network:
    ///
    /// ```python
    /// import safetensors.torch
    /// safetensors.torch.save_file(model.state_dict(), "mpg.safetensors")
    /// ```
    ///
    /// and in Rust:
    ///
    /// ```no_run
    /// use densely::{Identity, Mlp, Tanh};
    ///
    /// let net = Mlp::<f32>::load_state_dict("mpg.safetensors", [Tanh.into(), Identity.into()])?;
    /// assert_eq!((net.features(), net.outputs()), (9, 1));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// **The order of the layers** follows from their shapes, whatever their names: each layer
    /// takes the outputs of the one before it. Among layers of the same widths, the numbers in
    /// their names decide: `net.2` comes before `net.10`, and `fc1` before `fc2`. If more than one
    /// order is left, or the file has other tensors too, it is an error that lists the layers: name
    /// yours with [`load_state_dict_of`](Self::load_state_dict_of). A model that uses its layers in
    /// another way, such as with connections that skip layers, has the same `state_dict`: compare a
    /// few predictions.
    ///
    /// **`nn.BatchNorm1d`** becomes part of the layer before it: each weight is multiplied by
    /// γ/√(σ² + ε), and the bias becomes (b - μ) γ/√(σ² + ε) + β. A `state_dict` does
    /// not have ε, which is taken to be 10⁻⁵, PyTorch's default. Nor does it tell where the
    /// activations are: they must come behind the batch normalization. Numbers such as those of
    /// `nn.Sequential(nn.Linear(…), nn.ReLU(), nn.BatchNorm1d(…))` show that a module lies
    /// between, which is an error.
    ///
    /// PyTorch's weights are outputs × inputs; they are transposed here, without rounding. Modules
    /// without parameters, such as `nn.Dropout` and `nn.Flatten`, are not in the file. A layer with
    /// `bias=False` has no bias. After `model.half()` or `.bfloat16()`, call `model.float()` before
    /// you save.
    ///
    /// PyTorch's `nn.Softplus()` is linear above z = 20. It differs from
    /// [`Softplus`](crate::activation::Softplus) by at most 2·10⁻⁹.
    /// `nn.GELU(approximate="tanh")` is not [`Gelu`](crate::activation::Gelu).
    ///
    /// The file need not be trusted: no content makes this panic or take more memory than twice the
    /// file plus 16 MiB.
    ///
    /// # Errors
    ///
    /// [`Error::Io`]; otherwise [`Error::InFile`] with an error of
    /// [`from_state_dict`](Self::from_state_dict).
    pub fn load_state_dict(
        path: impl AsRef<Path>,
        activations: impl IntoIterator<Item = AnyActivation<F>>,
    ) -> Result<Self> {
        let activations = activations.into_iter().collect();
        in_file(path.as_ref(), |file, length| of_state_dict(read(file, length, None, activations)))
    }

    /// As [`load_state_dict`](Self::load_state_dict), from the bytes of the file, such as those of
    /// [`include_bytes!`].
    ///
    /// ```
    /// use densely::{Identity, Mlp, Relu, Tanh};
    ///
    /// let builder = Mlp::<f64>::builder(3).dense(5, Tanh).dense(4, Relu).dense(2, Identity);
    /// let trained = builder.without_units().build()?;
    /// let bytes = trained.to_state_dict()?; // stands for a file that PyTorch wrote
    ///
    /// let net = Mlp::<f64>::from_state_dict(&bytes, [Tanh.into(), Relu.into(), Identity.into()])?;
    /// assert_eq!(net.layers()[1].weights(), trained.layers()[1].weights());
    ///
    /// let error = Mlp::<f64>::from_state_dict(&bytes, [Tanh.into(), Identity.into()]);
    /// let message = "state_dict: 3 linear layers take 3 activations, 2 are given";
    /// assert_eq!(error.unwrap_err().to_string(), message);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ModelFileError::Interchange`] for a damaged file, another precision, tensors of other
    /// modules, layers that fit together in no order or in several, or a wrong number of
    /// activations.
    pub fn from_state_dict(
        mut bytes: &[u8],
        activations: impl IntoIterator<Item = AnyActivation<F>>,
    ) -> Result<Self> {
        let (length, activations) = (bytes.len() as u64, activations.into_iter().collect());
        of_state_dict(read(&mut bytes, length, None, activations))
    }

    /// As [`load_state_dict`](Self::load_state_dict), of the layers with these names, first to
    /// last: one network of a file that has several, or layers whose shapes fit in more than one
    /// order.
    ///
    /// ```no_run
    /// use densely::{Identity, Mlp, Tanh};
    ///
    /// // What stable-baselines3 calls the layers of a PPO policy:
    /// let actor = ["mlp_extractor.policy_net.0", "mlp_extractor.policy_net.2", "action_net"];
    /// let activations = [Tanh.into(), Tanh.into(), Identity.into()];
    /// let net = Mlp::<f32>::load_state_dict_of("ppo.safetensors", actor, activations)?;
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// The name of a layer is that of its tensors, without `.weight`, and with or without the
    /// prefixes `module.` and `_orig_mod.` of `nn.DataParallel` and `torch.compile`. Other linear
    /// layers and other tensors of the file are ignored, but batch normalizations are not. Either
    /// name them all, each behind its layer, or name none. If you name none, each one in the file
    /// must belong to a layer that you name.
    ///
    /// # Errors
    ///
    /// As [`load_state_dict`](Self::load_state_dict), and [`ModelFileError::Interchange`] for a
    /// name that the file does not have.
    pub fn load_state_dict_of(
        path: impl AsRef<Path>,
        layers: impl IntoIterator<Item = impl Into<String>>,
        activations: impl IntoIterator<Item = AnyActivation<F>>,
    ) -> Result<Self> {
        let chosen = Some(layers.into_iter().map(Into::into).collect());
        let activations = activations.into_iter().collect();
        in_file(path.as_ref(), |file, length| {
            of_state_dict(read(file, length, chosen, activations))
        })
    }

    /// Writes the network to a file that PyTorch loads into an `nn.Sequential`. An existing file is
    /// replaced only when the new one is on the disk.
    ///
    /// The file's metadata hold the Python expression of the module, under the key `nn.Sequential`.
    /// In Python:
    ///
    /// ```python
    /// import safetensors.torch
    /// from torch import nn
    /// print(safetensors.safe_open("mpg.safetensors", "pt").metadata()["nn.Sequential"])
    /// # Paste what it prints:
    /// model = nn.Sequential(nn.Linear(9, 32), nn.Tanh(), nn.Linear(32, 1))
    /// model.load_state_dict(safetensors.torch.load_file("mpg.safetensors"))
    /// model.eval()  # predictions without dropout
    /// ```
    ///
    /// Each activation but the identity is a module, and so is dropout. The network's units are
    /// folded into its layers: see [`folded`](Self::folded). `nn.Softplus(threshold=40)` is
    /// softplus without PyTorch's linear part. PyTorch has no module for the
    /// [`Exponential`](crate::activation::Exponential): the expression makes one,
    /// `type("Exponential", (nn.Module,), …)()`; a class of yours with the same `forward` works
    /// too. The expression of an `f64` network ends in `.double()`, since PyTorch would round it to
    /// 32 bits. The [schema](Self::schema), the interval and the number of members are not in the
    /// file.
    ///
    /// # Errors
    ///
    /// [`Error::Io`]; otherwise as [`to_state_dict`](Self::to_state_dict).
    pub fn save_state_dict(&self, path: impl AsRef<Path>) -> Result<()> {
        atomic_file::write(path.as_ref(), &self.to_state_dict()?)
    }

    /// The bytes of the file that [`save_state_dict`](Self::save_state_dict) writes.
    ///
    /// ```
    /// use densely::{Identity, Mlp, activation::LeakyRelu};
    ///
    /// let net = Mlp::<f32>::builder(3)
    ///     .without_units()
    ///     .dense(8, LeakyRelu::new(0.2)?)
    ///     .dropout(0.1)
    ///     .dense(1, Identity)
    ///     .without_bias()
    ///     .build()?;
    /// let text = String::from_utf8_lossy(&net.to_state_dict()?).into_owned();
    /// let modules = "nn.LeakyReLU(0.2), nn.Dropout(0.1), nn.Linear(8, 1, bias=False)";
    /// assert!(text.contains(&format!("nn.Sequential(nn.Linear(3, 8), {modules})")));
    /// assert!(text.contains("0.weight") && text.contains("0.bias") && text.contains("3.weight"));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ModelFileError::Interchange`] for an activation of your own, or more than 1,000 layers;
    /// [`NetworkError::LayerShape`] if the layers no longer fit together, [`Error::NotFinite`] for
    /// a weight that is NaN or infinite; otherwise as [`folded`](Self::folded).
    ///
    /// [`NetworkError::LayerShape`]: crate::error::NetworkError::LayerShape
    pub fn to_state_dict(&self) -> Result<Vec<u8>> {
        self.check_whole()?;
        of_state_dict(write(&self.folded()?))
    }
}

fn read<F: Float>(
    reader: &mut impl Read,
    length: u64,
    chosen: Option<Vec<String>>,
    activations: Vec<AnyActivation<F>>,
) -> Result<Mlp<F>> {
    // Checks everything in the header before it reads the first number.
    let header = Header::read(reader, length)?;
    let names = header.names();
    let modules = modules(&header, &names, chosen.is_some())?;
    let order = in_order(&modules, chosen.as_deref())?;
    let mut numbers = BTreeMap::new();
    for name in order.iter().flat_map(|module| module.tensors.values().rev()) {
        header.shape_of_type(name, dtype_of::<F>())?;
        numbers.insert(*name, ArrayD::default(IxDyn(&[0])));
    }
    let layers = layers(order)?;
    let (found, given) = (layers.len(), activations.len());
    check(found == given, || {
        format!("{found} linear layers take {found} activations, {given} are given")
    })?;
    check_layers(found)?;

    for name in &names {
        match numbers.get_mut(name.as_str()) {
            Some(numbers) => *numbers = header.numbers::<F>(reader, name)?,
            None => header.skip(reader, name)?,
        }
    }
    let mut take =
        |module: &Module<'_>, parameter: &str| numbers.remove(*module.tensors.get(parameter)?);
    let mut dense_layers = Vec::with_capacity(found);
    for ((linear, norm), activation) in zip(layers, activations) {
        let weights = take(linear, "weight").unwrap_or_default();
        let mut weights = weights.into_dimensionality::<Ix2>().map_err(damaged)?;
        let mut bias = take(linear, "bias").map(ArrayD::into_flat);
        if let Some(norm) = norm {
            bias = Some(fold(&mut weights, bias, |parameter| take(norm, parameter)));
        }
        // Copies the weights to row-major order: only one layer at a time takes twice its memory.
        let dense = Dense::new(weights.reversed_axes(), bias, activation);
        let in_layer = |error| damaged(format!("{}: {error}", linear.described()));
        dense_layers.push(dense.map_err(in_layer)?);
    }
    Mlp::from_layers(dense_layers).map_err(damaged)
}

fn write<F: Float>(net: &Mlp<F>) -> Result<Vec<u8>> {
    check_layers(net.layers().len())?;
    let (expression, places) = sequential(net)?;
    let mut tensors = Vec::new();
    for (place, layer) in places.into_iter().zip(net.layers()) {
        tensors.push((format!("{place}.weight"), Tensor::of(layer.weights().reversed_axes())));
        tensors.extend(layer.bias().map(|bias| (format!("{place}.bias"), Tensor::of(bias))));
    }
    to_bytes(tensors, EXPRESSION, expression)
}

/// Reports a damaged file of tensors as a damaged `state_dict`.
fn of_state_dict<T>(result: Result<T>) -> Result<T> {
    result.map_err(|error| match error {
        Error::ModelFile(ModelFileError::Damaged { reason }) => {
            ModelFileError::Interchange { format: FORMAT, reason }.into()
        }
        other => other,
    })
}
