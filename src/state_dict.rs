//! Networks from PyTorch and to it: the `state_dict` of an `nn.Sequential`, as a `safetensors`
//! file.

mod linear;
mod sequential;

use crate::activation::AnyActivation;
use crate::atomic_file;
use crate::dense::Dense;
use crate::error::{Error, ModelFileError, Result};
use crate::float::Float;
use crate::mlp::Mlp;
use crate::model_file::damage::damaged;
use crate::model_file::in_file;
use crate::model_file::limits::MOST_LAYERS;
use crate::model_file::tensors::{Header, Tensor, to_bytes};
use linear::linear_layers;
use ndarray::{Array1, Array2};
use sequential::Sequential;
use std::io::Read;
use std::path::Path;

/// The format's name in errors.
const FORMAT: &str = "state_dict";

/// The key of the file's metadata under which the Python expression stands.
const EXPRESSION: &str = "nn.Sequential";

impl<F: Float> Mlp<F> {
    /// Reads the `state_dict` of a PyTorch `nn.Sequential` of `nn.Linear` layers, with these
    /// activations, one for each of the layers: a `state_dict` does not say what stands between
    /// them.
    ///
    /// In Python, with `model = nn.Sequential(nn.Linear(9, 32), nn.Tanh(), nn.Linear(32, 1))`, or
    /// any module that holds such a one and has no other parameters:
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
    /// PyTorch's weights are outputs × inputs; here they are transposed, and keep their bits. What
    /// has no parameters, such as `nn.Dropout` and `nn.Flatten`, leaves no trace in the file. A
    /// layer with `bias=False` stays without one. `nn.Linear` layers are taken in the order of
    /// their numbers, under any one prefix (`net.0.weight`, `net.2.weight`); layers with names of
    /// their own (`fc1.weight`) belong into an `nn.Sequential` first. After `model.half()` or
    /// `.bfloat16()`, `model.float()` is to come before saving.
    ///
    /// PyTorch's `nn.Softplus()` is linear from z = 20 on,
    /// [`Softplus`](crate::activation::Softplus) nowhere: 2·10⁻⁹ between them at the most.
    /// `nn.GELU(approximate="tanh")` is not [`Gelu`](crate::activation::Gelu).
    ///
    /// The file may come from anywhere: lengths are checked before anything of that length is
    /// allocated, and nothing in it can make this panic, or take more memory than twice the file
    /// (and 16 MiB, for what stands in its header).
    ///
    /// # Errors
    ///
    /// [`Error::Io`]; else [`Error::InFile`] with what [`from_state_dict`](Self::from_state_dict)
    /// says.
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
    /// let trained =
    ///     Mlp::<f64>::builder(3).dense(5, Tanh).dense(4, Relu).dense(2, Identity).build()?;
    /// let bytes = trained.to_state_dict()?; // stands for a file that PyTorch wrote
    ///
    /// let net = Mlp::<f64>::from_state_dict(&bytes, [Tanh.into(), Relu.into(), Identity.into()])?;
    /// assert_eq!(net.layers()[1].weights(), trained.layers()[1].weights());
    ///
    /// let error =
    ///     Mlp::<f64>::from_state_dict(&bytes, [Tanh.into(), Identity.into()]).unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "state_dict: it has 3 linear layers, 2 activations are given"
    /// );
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ModelFileError::Interchange`] if it is damaged, of another precision, if it has anything
    /// but linear layers that fit together, or another number of them than there are activations.
    pub fn from_state_dict(
        mut bytes: &[u8],
        activations: impl IntoIterator<Item = AnyActivation<F>>,
    ) -> Result<Self> {
        let length = bytes.len() as u64;
        of_state_dict(read(&mut bytes, length, activations.into_iter().collect()))
    }

    /// Writes the network to a file that PyTorch loads into an `nn.Sequential`. An existing file is
    /// replaced when the new one is on the disk.
    ///
    /// The file says which `nn.Sequential`, in its metadata under the key `nn.Sequential`. In
    /// Python:
    ///
    /// ```python
    /// import safetensors.torch
    /// from torch import nn
    /// print(safetensors.safe_open("mpg.safetensors", "pt").metadata()["nn.Sequential"])     # paste what it prints:
    /// model = nn.Sequential(nn.Linear(9, 32), nn.Tanh(), nn.Linear(32, 1))
    /// model.load_state_dict(safetensors.torch.load_file("mpg.safetensors"))
    /// model.eval()                                                                          # predictions without dropout
    /// ```
    ///
    /// Each activation but the identity is a module, and so is the dropout of a layer that has
    /// some. `nn.Softplus(threshold=40)` is softplus without PyTorch's straight piece. PyTorch has
    /// no module for the [`Exponential`](crate::activation::Exponential): the expression makes one,
    /// `type("Exponential", (nn.Module,), …)()`; where a class of yours with the same `forward`
    /// takes its place, the file loads as well. An `f64` network ends in `.double()`, without which
    /// PyTorch would round it to 32 bits. The [schema](Self::schema) is not in the file.
    ///
    /// # Errors
    ///
    /// [`Error::Io`]; else as [`to_state_dict`](Self::to_state_dict).
    pub fn save_state_dict(&self, path: impl AsRef<Path>) -> Result<()> {
        atomic_file::write(path.as_ref(), &self.to_state_dict()?)
    }

    /// The bytes of the file that [`save_state_dict`](Self::save_state_dict) writes.
    ///
    /// ```
    /// use densely::{Identity, Mlp, activation::LeakyRelu};
    ///
    /// let net = Mlp::<f32>::builder(3)
    ///     .dense(8, LeakyRelu::new(0.2)?)
    ///     .dropout(0.1)
    ///     .dense(1, Identity)
    ///     .without_bias()
    ///     .build()?;
    /// let text = String::from_utf8_lossy(&net.to_state_dict()?).into_owned();
    /// assert!(text.contains("nn.Sequential(nn.Linear(3, 8), nn.LeakyReLU(0.2), nn.Dropout(0.1), nn.Linear(8, 1, bias=False))"));
    /// assert!(text.contains("0.weight") && text.contains("0.bias") && text.contains("3.weight"));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ModelFileError::Interchange`] for an activation of your own, or more than 1,000 layers;
    /// [`NetworkError::LayerShape`] if the layers no longer fit together, [`Error::NotFinite`] for
    /// a weight that is not.
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
    // All that can be known without a number, before the first is read.
    let header = Header::read(reader, length)?;
    let linear_layers = linear_layers::<F>(&header)?;
    let (found, given) = (linear_layers.len(), activations.len());
    if found != given {
        return Err(damaged(format!(
            "it has {found} linear layers, {given} activations are given"
        )));
    }
    check_count(found)?;

    let mut numbers = header.numbers::<F>(reader, None)?.own;
    let mut layers = Vec::with_capacity(found);
    for (linear, activation) in linear_layers.into_iter().zip(activations) {
        let weights = numbers.remove(&linear.weight).unwrap_or_default();
        let shape = (linear.outputs, linear.inputs);
        let weights = Array2::from_shape_vec(shape, weights).map_err(damaged)?.reversed_axes();
        let bias = linear.bias.and_then(|name| numbers.remove(&name)).map(Array1::from_vec);
        // Makes them row-major: of one layer at a time there are two copies.
        let dense = Dense::new(weights, bias, activation);
        layers.push(dense.map_err(|error| damaged(format!("{}: {error}", linear.weight)))?);
    }
    Mlp::from_layers(layers).map_err(damaged)
}

fn write<F: Float>(net: &Mlp<F>) -> Result<Vec<u8>> {
    check_count(net.layers().len())?;
    let Sequential { expression, linear } = Sequential::of(net)?;
    let mut tensors = Vec::new();
    for (module, layer) in linear.into_iter().zip(net.layers()) {
        let weight = Tensor::of(layer.weights().reversed_axes());
        tensors.push((format!("{module}.weight"), weight));
        tensors.extend(layer.bias().map(|bias| (format!("{module}.bias"), Tensor::of(bias))));
    }
    to_bytes(tensors, EXPRESSION, expression)
}

fn check_count(layers: usize) -> Result<()> {
    if layers > MOST_LAYERS {
        return Err(damaged(format!("{layers} layers, a file holds up to {MOST_LAYERS}")));
    }
    Ok(())
}

/// What is wrong with a file of tensors is here wrong with a `state_dict`.
fn of_state_dict<T>(result: Result<T>) -> Result<T> {
    result.map_err(|error| match error {
        Error::ModelFile(ModelFileError::Damaged { reason }) => {
            Error::ModelFile(ModelFileError::Interchange { format: FORMAT, reason })
        }
        other => other,
    })
}
