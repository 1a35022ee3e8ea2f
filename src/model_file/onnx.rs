//! ONNX, the format that other libraries and runtimes share.

mod chain;
mod export;
mod formula;
mod graph;
mod head;
mod import;
mod layers;
mod messages;
mod metadata;
mod recognition;
mod tensor;
mod wire;

use super::in_file;
use crate::atomic_file;
use crate::error::{Error, ModelFileError, Result};
use crate::float::Float;
use crate::mlp::Mlp;
use prost::Message;
use std::io::Read;
use std::path::Path;

impl<F: Float> Mlp<F> {
    /// The bytes of an ONNX model of the network, for runtimes such as `onnxruntime`: `inputs`, rows × features, to `outputs`, rows × outputs, both of type `F`, with any
    /// number of rows. With the cargo feature `onnx`.
    ///
    /// A layer is a `Gemm`, or a `MatMul` if it has no bias, with the weights as they are in memory, bit by bit, and the operators that its
    /// activation is made of. Where `onnxruntime` has no operator that computes an activation for `F` to six digits, several do (of opset 17, as all), and
    /// then its outputs and [`predict`](Self::predict)'s differ by what rounding makes. The [schema](Self::schema), an α of more digits than an `f32` has, and dropout stand in the model's
    /// metadata.
    ///
    /// ```
    /// use densely::{Mlp, Sigmoid, Tanh};
    ///
    /// let net = Mlp::<f32>::builder(3).dense(4, Tanh).dense(1, Sigmoid).build()?;
    /// let loaded = Mlp::<f32>::from_onnx(&net.to_onnx()?)?;
    /// assert_eq!(loaded.layers()[0].weights(), net.layers()[0].weights());
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ModelFileError::Interchange`] for an activation that is not built in; [`NetworkError::LayerShape`](crate::error::NetworkError::LayerShape) if the layers no longer fit together, [`Error::NotFinite`] for a weight
    /// that is not.
    pub fn to_onnx(&self) -> Result<Vec<u8>> {
        Ok(export::model(self)?.encode_to_vec())
    }

    /// The network in an ONNX model that this library wrote, or another one. With the cargo feature `onnx`.
    ///
    /// The graph must be a multilayer perceptron, as PyTorch, Keras, tf2onnx and skl2onnx write them:
    ///
    /// - layers: `Gemm`, or `MatMul` and `Add`, with weights and bias in the file (PyTorch: `external_data=False`), each layer's its own;
    /// - the built-in activations, as operators or put together from others;
    /// - a `Scaler`, or `Sub`, `Div`, `Mul`, `Add` with a number for each feature, anywhere but between an activation and the outputs: folded into the weights in `f64`;
    /// - what does nothing to rows of numbers: `Identity`, `Dropout`, `Flatten`, `Reshape` and `Cast` to what they were.
    ///
    /// Anything else is refused by the operator's name. Of a classifier of skl2onnx the network up to its probabilities is read, and what makes labels of them
    /// left out; that of two classes has one output, the probability of the second one. What its regressors write as one column, the outputs for several targets one
    /// below the other, is rows × outputs here.
    ///
    /// Weights into which nothing is folded keep their bits. Reading takes no more memory than the network, and 4 MB.
    ///
    /// # Errors
    ///
    /// [`ModelFileError::Interchange`] for a model that is damaged, of another number type than `F`, or no multilayer perceptron.
    pub fn from_onnx(bytes: &[u8]) -> Result<Self> {
        import::network(bytes)
    }

    /// Writes what [`to_onnx`](Self::to_onnx) makes to a file, never half of it, as [`save`](Self::save) does. With the cargo feature `onnx`.
    ///
    /// # Errors
    ///
    /// [`Error::Io`]; those of [`to_onnx`](Self::to_onnx).
    pub fn save_onnx(&self, path: impl AsRef<Path>) -> Result<()> {
        atomic_file::write(path.as_ref(), &self.to_onnx()?)
    }

    /// Reads an ONNX model from a file; see [`from_onnx`](Self::from_onnx). With the cargo feature `onnx`.
    ///
    /// ```
    /// use densely::{Identity, Mlp, activation::Gelu};
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("mpg.onnx");
    ///
    /// let net = Mlp::<f32>::builder(9).dense(32, Gelu).dense(1, Identity).build()?;
    /// net.save_onnx(&path)?;
    /// let loaded = Mlp::<f32>::load_onnx(&path)?;
    /// assert_eq!(loaded.to_string(), "9 → 32 Gelu → 1 Identity, 353 parameters, f32");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`]; else [`Error::InFile`] with what [`from_onnx`](Self::from_onnx) says.
    pub fn load_onnx(path: impl AsRef<Path>) -> Result<Self> {
        in_file(path.as_ref(), |file, _| {
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).map_err(damaged)?;
            Self::from_onnx(&bytes)
        })
    }
}

/// A file that is damaged, or no ONNX model.
fn damaged(reason: impl ToString) -> Error {
    refused(reason)
}

/// A model that cannot be read, or a network that cannot be written.
fn refused(reason: impl ToString) -> Error {
    Error::ModelFile(ModelFileError::Interchange { format: "ONNX", reason: reason.to_string() })
}

/// The beginning of a name, for messages: a forged one can be as long as the file.
fn short(name: &str) -> &str {
    let end = name.char_indices().nth(100).map_or(name.len(), |(end, _)| end);
    name.get(..end).unwrap_or_default()
}
