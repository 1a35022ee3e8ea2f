//! Saving and loading networks, as `safetensors` files.
//!
//! The tensors `layers.0.weights` (inputs × outputs) and `layers.0.bias` (outputs), and so on, in the network's precision; the
//! activations stand in the file's metadata, as JSON under the key `densely`.

#[cfg(feature = "onnx")]
mod onnx;

use crate::{AnyActivation, Dense, Error, Float, Mlp, Result};
use ndarray::{Array1, Array2};
use safetensors::{Dtype, SafeTensors, tensor::TensorView};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

/// The key of the structure in the file's metadata. One key alone, since the format does not order its metadata, and
/// the same network must give the same bytes.
const KEY: &str = "densely";

/// The format's version.
const VERSION: u32 = 1;

/// What a network is, apart from its numbers.
#[derive(Serialize, Deserialize)]
struct Structure {
    version: u32,
    layers: Vec<LayerStructure>,
}

#[derive(Serialize, Deserialize)]
struct LayerStructure {
    activation: String,
    bias: bool,
    /// For further training; predictions do not look at it.
    #[serde(default, skip_serializing_if = "is_zero")]
    dropout: f64,
}

fn is_zero(number: &f64) -> bool {
    *number == 0.0
}

impl<F: Float> Mlp<F> {
    /// Writes the network to a file: first beside it, then renamed, so that the file is never half written. An existing file
    /// is replaced.
    ///
    /// ```
    /// use densely::{Identity, Mlp, Tanh};
    ///
    /// let net = Mlp::<f32>::builder(3).dense(4, Tanh).dense(1, Identity).build()?;
    /// let path = std::env::temp_dir().join("densely-example.safetensors");
    /// net.save(&path)?;
    /// let loaded = Mlp::<f32>::load(&path)?;
    /// assert_eq!(loaded.layers()[0].weights(), net.layers()[0].weights());
    /// # std::fs::remove_file(path).ok();
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`]; [`Error::UnnamedActivation`] for an activation that is not built in.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        let bytes = self.to_bytes()?;
        write_atomically(path, &bytes).map_err(|source| Error::Io { file: path.into(), source })
    }

    /// Reads a network that [`save`](Self::save) wrote.
    ///
    /// # Errors
    ///
    /// [`Error::Io`]; [`Error::ModelFile`] for a file that is damaged, of another kind, precision or a newer version.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let bytes =
            std::fs::read(path).map_err(|source| Error::Io { file: path.into(), source })?;
        Self::from_bytes(&bytes).map_err(|error| match error {
            Error::ModelFile { reason } => damaged(format!("{}: {reason}", path.display())),
            error => error,
        })
    }

    /// The bytes of the file that [`save`](Self::save) writes.
    ///
    /// # Errors
    ///
    /// [`Error::UnnamedActivation`] for an activation that is not built in.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut structure = Structure { version: VERSION, layers: Vec::new() };
        let mut tensors = Vec::new();
        for (index, layer) in self.layers().iter().enumerate() {
            let name = layer.activation().name().ok_or_else(|| Error::UnnamedActivation {
                layer: index,
                activation: format!("{:?}", layer.activation()),
            })?;
            let bias = layer.bias();
            let dropout = layer.dropout();
            structure.layers.push(LayerStructure {
                activation: name,
                bias: bias.is_some(),
                dropout,
            });
            let shapes = [vec![layer.inputs(), layer.outputs()], vec![layer.outputs()]];
            let names = ["weights", "bias"];
            for ((slice, shape), name) in layer.parameter_slices().zip(shapes).zip(names) {
                let mut bytes = Vec::new();
                F::extend_le_bytes(slice, &mut bytes);
                tensors.push((format!("layers.{index}.{name}"), shape, bytes));
            }
        }
        let structure = serde_json::to_string(&structure).map_err(damaged)?;
        let views = tensors.iter().map(|(name, shape, bytes)| {
            Ok((name, TensorView::new(dtype::<F>(), shape.clone(), bytes)?))
        });
        let views = views.collect::<Result<Vec<_>, safetensors::SafeTensorError>>();
        let metadata = HashMap::from([(KEY.to_owned(), structure)]);
        safetensors::serialize(views.map_err(damaged)?, Some(metadata)).map_err(damaged)
    }

    /// The network whose file has these bytes.
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(damaged)?;
        let structure = metadata.metadata().as_ref().and_then(|metadata| metadata.get(KEY));
        let structure = structure.ok_or_else(|| damaged("the metadata does not say `densely`"))?;
        let structure: Structure = serde_json::from_str(structure).map_err(damaged)?;
        if structure.version != VERSION {
            let version = structure.version;
            return Err(damaged(format!("version {version}, this library reads {VERSION}")));
        }
        let tensors = SafeTensors::deserialize(bytes).map_err(damaged)?;
        let layers = structure.layers.iter().enumerate().map(|(index, layer)| {
            let activation = AnyActivation::named(&layer.activation)
                .ok_or_else(|| damaged(format!("unknown activation {:?}", layer.activation)))?;
            let (shape, weights) = tensor::<F>(&tensors, &format!("layers.{index}.weights"))?;
            let [inputs, outputs] = shape[..] else {
                return Err(damaged(format!("weights of layer {index} of shape {shape:?}")));
            };
            let weights = Array2::from_shape_vec((inputs, outputs), weights).map_err(damaged)?;
            let bias = match layer.bias {
                true => Some(tensor::<F>(&tensors, &format!("layers.{index}.bias"))?.1),
                false => None,
            };
            let dense = Dense::new(weights, bias.map(Array1::from_vec), activation)?;
            dense.with_dropout(layer.dropout).map_err(damaged)
        });
        Self::from_layers(layers.collect::<Result<_>>()?)
    }
}

/// The shape and numbers of a tensor.
fn tensor<F: Float>(tensors: &SafeTensors<'_>, name: &str) -> Result<(Vec<usize>, Vec<F>)> {
    let info = tensors.tensor(name).map_err(damaged)?;
    if info.dtype() != dtype::<F>() {
        let (found, expected) = (info.dtype(), F::NAME);
        return Err(damaged(format!("{name} is of type {found:?}, not {expected}")));
    }
    Ok((info.shape().to_vec(), F::from_le_bytes(info.data())))
}

fn dtype<F: Float>() -> Dtype {
    if size_of::<F>() == 4 { Dtype::F32 } else { Dtype::F64 }
}

fn damaged(reason: impl ToString) -> Error {
    Error::ModelFile { reason: reason.to_string() }
}

/// A symbolic link stays one, and what is no file, such as a device, is refused.
fn write_atomically(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::{Error, ErrorKind};
    let linked = match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => return Err(ErrorKind::IsADirectory.into()),
        Ok(metadata) if !metadata.is_file() => return Err(Error::other("not a regular file")),
        Ok(_) => Some(path.canonicalize()?),
        Err(_) => None,
    };
    let path = linked.as_deref().unwrap_or(path);
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    // What a new file gets: as much as the process's mask leaves of this.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}
