//! Saving and loading networks, as `safetensors` files.
//!
//! The tensors are `layers.0.weights` (inputs × outputs), `layers.0.bias` (outputs), …, in the
//! network's precision, and units and interval in `f64`. The file's metadata hold everything else,
//! as JSON under the key `densely`: the format's version, the activations, the names of columns
//! and classes.

pub(crate) mod damage;
pub(crate) mod error;
pub(crate) mod limits;
pub(crate) mod structure;
pub(crate) mod tensors;
mod through_serde;

use crate::error::{Error, ModelFileError, Result};
use crate::mlp::{Interval, Mlp};
use crate::units::{Scaling, Units};
use crate::{activation::Activations, atomic_file, dense::Dense, float::Float};
use damage::{check, damaged, start_of};
use ndarray::{Ix1, Ix2, aview1};
use std::{collections::BTreeMap, fs::File, io::Read, path::Path};
use structure::{FORMAT, Structure};
use tensors::{Header, Tensor};

/// The start of the names of the units' tensors, which are `f64` in every file.
const UNITS: &str = "units_";
const UNITS_IN: &str = "units_in";
const UNITS_OUT: &str = "units_out";

/// The name of the tensor of the interval, which is `f64` in every file: level and half widths.
const INTERVAL: &str = "interval";

/// The name of the tensor with the file of the network that estimates errors for the interval.
const OF_ERRORS: &str = "interval_network";

/// The most bytes of the inner file's header. It is read while memory still holds the outer one. It
/// has no names, so it is short.
const MOST_INNER_HEADER_BYTES: u64 = 1 << 20;

impl<F: Float> Mlp<F> {
    /// Writes the network to a file, exactly, with its units and its [schema](Self::schema). An
    /// existing file is replaced only when the new one is on the disk: a process that is stopped at
    /// any moment leaves the old file or the new one.
    ///
    /// The same network gives the same bytes. With serde, a network is a field of these bytes; in
    /// text formats, of their base64.
    ///
    /// ```
    /// use densely::{Identity, Mlp, Tanh};
    ///
    /// let net = Mlp::<f32>::builder(3).dense(4, Tanh).dense(1, Identity).build()?;
    /// let path = std::env::temp_dir().join("densely-example.safetensors");
    /// net.save(&path)?;
    /// let loaded = Mlp::<f32>::load(&path)?;
    /// assert_eq!(loaded.layers()[0].weights(), net.layers()[0].weights());
    ///
    /// let through_serde: Mlp<f32> = serde_json::from_str(&serde_json::to_string(&net)?)?;
    /// assert_eq!(through_serde.layers()[0].weights(), net.layers()[0].weights());
    /// # std::fs::remove_file(path).ok();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`]; otherwise as [`to_bytes`](Self::to_bytes).
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        atomic_file::write(path.as_ref(), &self.to_bytes()?)
    }

    /// Reads a network that [`save`](Self::save) wrote, with this version of the library or an
    /// earlier one.
    ///
    /// The file need not be trusted: no content makes this panic or take more memory than twice the
    /// file plus 16 MiB.
    ///
    /// # Errors
    ///
    /// [`Error::Io`]; otherwise [`Error::InFile`] with an error of
    /// [`from_bytes`](Self::from_bytes).
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        Self::load_with(path, &Activations::new())
    }

    /// As [`load`](Self::load), for a network with activations of your own.
    ///
    /// ```
    /// use densely::{Mlp, activation::Activations};
    /// # use densely::{Activation, Float, activation::FromOutput};
    /// # use ndarray::{ArrayView2, ArrayViewMut2, Zip};
    /// # #[derive(Debug)]
    /// # struct CubeRoot;
    /// # impl Activation for CubeRoot {
    /// #     type Derivative = FromOutput;
    /// #     fn forward<F: Float>(&self, mut z: ArrayViewMut2<'_, F>) {
    /// #         z.mapv_inplace(F::cbrt);
    /// #     }
    /// #     fn backward<F: Float>(&self, output: ArrayView2<'_, F>, delta: ArrayViewMut2<'_, F>) {
    /// #         let three = F::from_f64(3.0);
    /// #         Zip::from(delta).and(output).for_each(|delta, &a| *delta /= three * a * a);
    /// #     }
    /// #     fn name(&self) -> Option<String> {
    /// #         Some("cube_root".into())
    /// #     }
    /// # }
    ///
    /// # let folder = tempfile::tempdir()?;
    /// # let path = folder.path().join("cubes.safetensors");
    /// // `CubeRoot` is an activation of yours, with the name "cube_root".
    /// let net = Mlp::<f32>::builder(3).dense(4, CubeRoot).build()?;
    /// net.save(&path)?;
    /// let loaded = Mlp::<f32>::load_with(&path, &Activations::new().with(CubeRoot)?)?;
    /// assert!(loaded.layers()[0].activation().is::<CubeRoot>());
    /// assert!(Mlp::<f32>::load(&path).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn load_with(path: impl AsRef<Path>, own: &Activations<F>) -> Result<Self> {
        in_file(path.as_ref(), |file, length| read(file, length, own, true))
    }

    /// The bytes of the file that [`save`](Self::save) writes.
    ///
    /// # Errors
    ///
    /// [`ModelFileError::UnnamedActivation`] for an activation without a name,
    /// [`NetworkError::ActivationName`] for one with the name of a built-in activation;
    /// [`NetworkError::LayerShape`] or [`SchemaError::Names`] if the layers no longer fit each
    /// other or the schema; [`Error::NotFinite`] for a weight that is NaN or infinite;
    /// [`ModelFileError::Damaged`] for more than 1,000 layers, 65,536 names or 5 MiB of names.
    ///
    /// [`NetworkError::ActivationName`]: crate::error::NetworkError::ActivationName
    /// [`NetworkError::LayerShape`]: crate::error::NetworkError::LayerShape
    /// [`SchemaError::Names`]: crate::error::SchemaError::Names
    /// [`ModelFileError::UnnamedActivation`]: crate::error::ModelFileError::UnnamedActivation
    /// [`ModelFileError::Damaged`]: crate::error::ModelFileError::Damaged
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        self.check_whole()?;
        let structure = Structure::json_of(self)?;
        let interval = self.interval().map(Interval::to_numbers);
        let of_errors = self.of_errors().map(Self::to_bytes).transpose()?;
        let mut tensors = Vec::new();
        for (index, layer) in self.layers().iter().enumerate() {
            tensors.push((format!("layers.{index}.weights"), Tensor::of(layer.weights())));
            let bias = |bias| (format!("layers.{index}.bias"), Tensor::of(bias));
            tensors.extend(layer.bias().map(bias));
        }
        for (units, name) in [(self.units_in(), UNITS_IN), (self.units_out(), UNITS_OUT)] {
            let (centres, spreads, limits) = (units.centres(), units.spreads(), units.limits());
            for (what, numbers) in [("centres", centres), ("spreads", spreads), ("limits", limits)]
            {
                let tensor = |numbers| (format!("{name}.{what}"), Tensor::of(aview1(numbers)));
                tensors.extend(numbers.map(tensor));
            }
        }
        let tensor = |numbers| (INTERVAL.to_owned(), Tensor::of(aview1(numbers)));
        tensors.extend(interval.as_deref().map(tensor));
        let tensor = |bytes| (OF_ERRORS.to_owned(), Tensor::of_bytes(bytes));
        tensors.extend(of_errors.as_deref().map(tensor));
        // One key only: the format does not order its metadata, and the same network must give the
        // same bytes.
        tensors::to_bytes(tensors, FORMAT, structure)
    }

    /// The network whose file has these bytes, such as those of [`include_bytes!`].
    ///
    /// ```
    /// use densely::{Error, Mlp, Tanh, error::ModelFileError};
    ///
    /// let net = Mlp::<f32>::builder(3).dense(4, Tanh).build()?;
    /// let bytes = net.to_bytes()?;
    /// assert_eq!(
    ///     Mlp::<f32>::from_bytes(&bytes)?.layers()[0].weights(),
    ///     net.layers()[0].weights()
    /// );
    /// assert!(matches!(
    ///     Mlp::<f64>::from_bytes(&bytes),
    ///     Err(Error::ModelFile(ModelFileError::Precision { .. }))
    /// ));
    /// assert!(matches!(
    ///     Mlp::<f32>::from_bytes(&bytes[..99]),
    ///     Err(Error::ModelFile(ModelFileError::Damaged { .. }))
    /// ));
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ModelFileError::Damaged`] for a damaged file or one of another kind,
    /// [`ModelFileError::Precision`] if its numbers are not `F`, [`ModelFileError::NewerVersion`]
    /// for a newer version of the format, [`ModelFileError::UnknownActivation`].
    ///
    /// [`ModelFileError::Damaged`]: crate::error::ModelFileError::Damaged
    /// [`ModelFileError::Precision`]: crate::error::ModelFileError::Precision
    /// [`ModelFileError::NewerVersion`]: crate::error::ModelFileError::NewerVersion
    /// [`ModelFileError::UnknownActivation`]: crate::error::ModelFileError::UnknownActivation
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        Self::from_bytes_with(bytes, &Activations::new())
    }

    /// As [`from_bytes`](Self::from_bytes), for a network with activations of your own.
    /// [`Activations`] has an example.
    ///
    /// # Errors
    ///
    /// As [`from_bytes`](Self::from_bytes).
    pub fn from_bytes_with(mut bytes: &[u8], own: &Activations<F>) -> Result<Self> {
        let length = bytes.len() as u64;
        read(&mut bytes, length, own, true)
    }
}

/// Reads a network. The file may have the network of its interval, which may not have another.
fn read<F: Float>(
    mut reader: &mut dyn Read,
    length: u64,
    own: &Activations<F>,
    may_have_another: bool,
) -> Result<Mlp<F>> {
    let header = Header::read(&mut reader, length)?;
    let json = header.text(FORMAT).ok_or_else(|| {
        damaged(
            "its metadata do not say `densely`; `Mlp::load_state_dict` loads what PyTorch wrote",
        )
    })?;
    let structure = Structure::from_json::<F>(json)?;
    let (mut numbers, mut in_f64, mut of_errors) = (BTreeMap::new(), BTreeMap::new(), None);
    for name in header.names() {
        if name.starts_with(UNITS) || name == INTERVAL {
            let column = header.numbers::<f64>(&mut reader, &name)?.into_dimensionality::<Ix1>();
            in_f64.insert(name, column.map_err(damaged)?);
        } else if may_have_another && name == OF_ERRORS {
            of_errors = Some(header.bytes(&mut reader, &name)?);
        } else {
            numbers.insert(name.clone(), header.numbers::<F>(&mut reader, &name)?);
        }
    }
    let tensors = numbers.len() + in_f64.len() + of_errors.iter().len();

    let mut layers = Vec::with_capacity(structure.layers.len());
    for (index, layer) in structure.layers.iter().enumerate() {
        let name = start_of(&layer.activation);
        let unknown = || ModelFileError::UnknownActivation { layer: index, name };
        let activation = own.named(&layer.activation).ok_or_else(unknown)?;
        let mut take = |name: &str| {
            numbers.remove(name).ok_or_else(|| damaged(format!("there is no {name:?}")))
        };
        let name = format!("layers.{index}.weights");
        let weights = take(&name)?.into_dimensionality::<Ix2>();
        let weights = weights.map_err(|_| damaged(format!("{name} is not a matrix")))?;
        let (name, outputs) = (format!("layers.{index}.bias"), weights.ncols());
        let bias = if layer.bias { Some(take(&name)?) } else { None };
        let fits = bias.as_ref().is_none_or(|bias| bias.shape() == [outputs]);
        check(fits, || format!("{name} does not have {outputs} numbers"))?;
        let dense = Dense::new(weights, bias.map(|bias| bias.into_flat()), activation);
        let dense = dense.and_then(|dense| dense.with_dropout(layer.dropout));
        let dense = dense.and_then(|dense| dense.with_rate_factors(layer.rate_factors));
        layers.push(dense.map_err(damaged)?);
    }
    let mut net = Mlp::from_layers(layers).map_err(damaged)?;
    net.set_members(structure.members.unwrap_or(1)).map_err(damaged)?;
    let mut units_of = |name: &str, scaling| {
        let mut take = |what: &str| in_f64.remove(&format!("{name}.{what}"));
        match (scaling, take("centres"), take("spreads"), take("limits")) {
            (Scaling::Standard, Some(centres), Some(spreads), None) => {
                Units::standard(centres, spreads).map_err(damaged)
            }
            (Scaling::Robust, Some(centres), Some(spreads), Some(limits)) => {
                Units::robust(centres, spreads, limits).map_err(damaged)
            }
            // A scaling that was not measured has no numbers.
            (_, None, None, None) => Ok(Units::unmeasured(scaling)),
            _ => Err(damaged(format!("the tensors of {name} do not fit its scaling"))),
        }
    };
    let units_in = units_of(UNITS_IN, structure.units_in)?;
    let units_out = units_of(UNITS_OUT, structure.units_out)?;
    net.set_units(units_in, units_out).map_err(damaged)?;
    if let Some(numbers) = in_f64.remove(INTERVAL) {
        let inner = |bytes: Vec<u8>| {
            let of_header = bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
            check(of_header <= MOST_INNER_HEADER_BYTES, || {
                format!("the header of {OF_ERRORS} has {of_header} bytes, more than 1 MiB")
            })?;
            let net = read(&mut &bytes[..], bytes.len() as u64, own, false)?;
            check(net.schema().names() == 0, || format!("{OF_ERRORS} has names"))?;
            Ok::<_, Error>(net)
        };
        let of_errors = of_errors.take().map(inner).transpose()?;
        let interval = Interval::from_numbers(numbers.as_slice().unwrap_or_default());
        let interval = interval.ok_or_else(|| damaged(format!("{INTERVAL} has no level")))?;
        net.keep_interval(interval, of_errors).map_err(damaged)?;
    }
    let expected = tensors - numbers.len() - in_f64.len() - of_errors.iter().len();
    check(tensors == expected, || {
        format!("it has {tensors} tensors, its structure needs {expected}")
    })?;
    net.set_schema(structure.schema).map_err(damaged)?;
    Ok(net)
}

/// Opens a file and reads it, with its length. Errors name the file.
pub(crate) fn in_file<T>(path: &Path, read: impl FnOnce(&mut File, u64) -> Result<T>) -> Result<T> {
    let (mut file, metadata) = Error::open_file(path)?;
    let result = read(&mut file, metadata.len());
    result.map_err(|error| Error::InFile { file: path.into(), error: Box::new(error) })
}
