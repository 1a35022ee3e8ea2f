//! Networks from and to PyTorch: the `state_dict` of an `nn.Sequential`, as a `safetensors` file.

mod linear;
mod sequential;

use crate::error::{Error, ModelFileError, Result};
use crate::model_file::damage::{check, damaged};
use crate::model_file::tensors::{Header, Tensor, to_bytes};
use crate::model_file::{in_file, limits::check_layers};
use crate::{activation::AnyActivation, atomic_file, dense::Dense, float::Float, mlp::Mlp};
use linear::linear_layers;
use ndarray::Ix2;
use sequential::sequential;
use std::{collections::BTreeMap, io::Read, path::Path};

/// The format's name in errors.
const FORMAT: &str = "state_dict";

/// The key of the Python expression in the file's metadata.
const EXPRESSION: &str = "nn.Sequential";

impl<F: Float> Mlp<F> {
    /// Reads the `state_dict` of a PyTorch `nn.Sequential` of `nn.Linear` layers. A `state_dict`
    /// does not name the activations: give one for each layer.
    ///
    /// In Python, with `model = nn.Sequential(nn.Linear(9, 32), nn.Tanh(), nn.Linear(32, 1))`, or
    /// any module that contains an `nn.Sequential` and has no other parameters:
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
    /// PyTorch's weights are outputs × inputs; they are transposed here, without rounding. Modules
    /// without parameters, such as `nn.Dropout` and `nn.Flatten`, are not in the file. A layer with
    /// `bias=False` has no bias. `nn.Linear` layers are read in the order of their numbers, under
    /// any one prefix (`net.0.weight`, `net.2.weight`). Put layers with other names (`fc1.weight`)
    /// into an `nn.Sequential` first. After `model.half()` or `.bfloat16()`, call `model.float()`
    /// before you save.
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
        in_file(path.as_ref(), |file, length| of_state_dict(read(file, length, activations)))
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
    /// let message = "state_dict: it has 3 linear layers, 2 activations are given";
    /// assert_eq!(error.unwrap_err().to_string(), message);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ModelFileError::Interchange`] for a damaged file, another precision, tensors that are not
    /// those of linear layers that fit together, or a wrong number of activations.
    pub fn from_state_dict(
        mut bytes: &[u8],
        activations: impl IntoIterator<Item = AnyActivation<F>>,
    ) -> Result<Self> {
        let length = bytes.len() as u64;
        of_state_dict(read(&mut bytes, length, activations.into_iter().collect()))
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
    /// 32 bits. The [schema](Self::schema) is not in the file.
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
    activations: Vec<AnyActivation<F>>,
) -> Result<Mlp<F>> {
    // Checks everything in the header before it reads the first number.
    let header = Header::read(reader, length)?;
    let names = header.names();
    let linear_layers = linear_layers::<F>(&header, &names)?;
    let (found, given) = (linear_layers.len(), activations.len());
    check(found == given, || {
        format!("it has {found} linear layers, {given} activations are given")
    })?;
    check_layers(found)?;

    let mut numbers = BTreeMap::new();
    for name in &names {
        numbers.insert(name.as_str(), header.numbers::<F>(reader, name)?);
    }
    let mut layers = Vec::with_capacity(found);
    for ((weight, bias), activation) in linear_layers.into_iter().zip(activations) {
        let weights = numbers.remove(weight).unwrap_or_default();
        let weights = weights.into_dimensionality::<Ix2>().map_err(damaged)?.reversed_axes();
        let bias = bias.and_then(|name| numbers.remove(name)).map(|bias| bias.into_flat());
        // Copies the weights to row-major order: only one layer at a time takes twice its memory.
        let dense = Dense::new(weights, bias, activation);
        layers.push(dense.map_err(|error| damaged(format!("{weight}: {error}")))?);
    }
    Mlp::from_layers(layers).map_err(damaged)
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
