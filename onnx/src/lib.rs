#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![warn(missing_docs, missing_debug_implementations)]
#![warn(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

mod budget;
mod classifier;
mod constant;
mod element;
mod export;
mod external;
mod features;
mod formula;
mod graph;
mod import;
mod layout;
mod message;
mod metadata;
mod node;
mod reader;
mod recognition;
mod refusal;
mod value;
mod wire;

use densely::{Error, Float, Mlp, Result, atomic_file};
use external::ExternalFiles;
use std::path::Path;

/// The bytes of an ONNX model that computes what the network predicts.
///
/// Input `inputs`, rows × features, and output `outputs`, rows × outputs, both of type `F`, with
/// any number of rows. IR version 8, opset 17.
///
/// A layer is a `MatMul`, an `Add` if it has a bias, and the operators of its activation. The
/// weights keep their bits. An activation is one operator if `onnxruntime` and `tract` both compute
/// that operator to six digits in `f32` and `f64`. Otherwise it is composed of several operators,
/// and the outputs differ from [`Mlp::predict`]'s by rounding. The [schema](Mlp::schema), dropout,
/// and every digit of α stand in the model's metadata.
///
/// The [units](densely::units) of the inputs come before the first layer: the centre stands in for
/// NaN, then `Sub` and `Mul` scale the numbers. A smooth clip, and the units of the outputs, are
/// [folded](Mlp::folded) into layers. The model does not hold the [interval](Mlp::interval), the
/// network of errors, or the number of members.
///
/// ```
/// use densely::{Mlp, Sigmoid, Tanh};
///
/// let net = Mlp::<f32>::builder(3).dense(4, Tanh).dense(1, Sigmoid).without_units().build()?;
/// let loaded = densely_onnx::from_bytes::<f32>(&densely_onnx::to_bytes(&net)?)?;
/// assert_eq!(loaded.layers()[0].weights(), net.layers()[0].weights());
/// # Ok::<(), densely::Error>(())
/// ```
///
/// # Errors
///
/// [`ModelFileError::Interchange`](densely::error::ModelFileError::Interchange) for an activation
/// that is not built in, more than 1,000 layers or 65,536 names;
/// [`NetworkError::LayerShape`](densely::error::NetworkError::LayerShape) or
/// [`SchemaError::Names`](densely::error::SchemaError::Names) if the layers or the schema no longer
/// fit; [`Error::NotFinite`] for a weight that is NaN or infinite.
pub fn to_bytes<F: Float>(net: &Mlp<F>) -> Result<Vec<u8>> {
    export::model(net)
}

/// The network in an ONNX model of this crate or of another exporter.
///
/// The graph must be a multilayer perceptron, as PyTorch, Keras, tf2onnx and skl2onnx write it: IR
/// version up to 14, opset 7 to 28. An affine operator becomes part of a layer, an activation ends
/// the layer. The error names any other operator.
///
/// | what | operators |
/// |---|---|
/// | affine | `Gemm`, `MatMul`, `Add`, `Sub`, `Mul`, `Div`, `Neg`, `BatchNormalization`, `Scaler` |
/// | activations | the built-in ones, as one operator or composed of several |
/// | layout | `Flatten`, `Reshape`, `Squeeze`, `Unsqueeze`, `Transpose` |
/// | no change | `Identity`, `Dropout`, `Cast` |
/// | inputs | `Concat`, `Gather`, `ArrayFeatureExtractor`, `OneHotEncoder` |
/// | missing inputs | `Imputer`, `Where` with `IsNaN(x)` or `Equal(x, x)` |
/// | constants | `Constant`, `ConstantOfShape`; `Shape`, where it gives that of a `Reshape` |
///
/// - Inputs of several dimensions, as of pictures, become features in the order of memory.
/// - Several inputs become features in the order of the graph. The schema names them, and holds
///   the categories of a `OneHotEncoder`.
/// - What an `Imputer` puts in place of NaN becomes the centre of the feature's
///   [units](densely::units). If only some features have one, the others get units too: NaN in them
///   is then read as their centre, where the graph answers NaN.
/// - A classifier is read up to its probabilities, without the nodes that make labels of them. With
///   two classes skl2onnx makes two columns; the network has one output, the probability of the
///   second class.
/// - A `LogSoftmax` at the end is read as softmax: the network gives probabilities where the graph
///   gives their logarithms.
/// - skl2onnx writes a regressor's outputs as one column, also those of several targets; here they
///   are rows × outputs.
///
/// Affine operators are computed in `f64`. Weights that nothing is folded into keep their bits.
/// Reading allocates no more than twice the bytes of the model, and 12 MB.
///
/// # Errors
///
/// [`ModelFileError::Interchange`](densely::error::ModelFileError::Interchange) for a model that is
/// damaged, has another number type than `F`, or is no multilayer perceptron.
pub fn from_bytes<F: Float>(bytes: &[u8]) -> Result<Mlp<F>> {
    import::network(bytes, &ExternalFiles::default())
}

/// Writes the model of [`to_bytes`] to a file, whole or not at all, as [`Mlp::save`] does.
///
/// # Errors
///
/// [`Error::Io`], and those of [`to_bytes`].
pub fn save<F: Float>(net: &Mlp<F>, path: impl AsRef<Path>) -> Result<()> {
    atomic_file::write(path, &to_bytes(net)?)
}

/// Reads an ONNX model from a file; [`from_bytes`] says which models. Tensors may be in other files
/// (external data) of the same folder.
///
/// ```
/// use densely::{Identity, Mlp, activation::Gelu};
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("mpg.onnx");
///
/// let net = Mlp::<f32>::builder(9).dense(32, Gelu).dense(1, Identity).without_units().build()?;
/// densely_onnx::save(&net, &path)?;
/// let loaded = densely_onnx::load::<f32>(&path)?;
/// assert_eq!(loaded.to_string(), "9 → 32 Gelu → 1 Identity, 353 parameters, f32");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// [`Error::Io`] if the model's file cannot be read. Every other error is [`Error::InFile`]: it has
/// the error of [`from_bytes`], [`Error::Io`] for a file of external data that cannot be read, or
/// the refusal of one outside the folder.
pub fn load<F: Float>(path: impl AsRef<Path>) -> Result<Mlp<F>> {
    let path = path.as_ref();
    let bytes = std::fs::read(path).map_err(|source| Error::Io { file: path.into(), source })?;
    let in_file = |error: Error| Error::InFile { file: path.into(), error: Box::new(error) };
    let folder = path.parent().unwrap_or(Path::new(""));
    let files = ExternalFiles::read(&bytes, folder).map_err(in_file)?;
    import::network(&bytes, &files).map_err(in_file)
}
