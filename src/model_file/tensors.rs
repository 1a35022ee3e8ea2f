//! Matrices and vectors of numbers in a `safetensors` file: a length, a header in JSON, then all
//! numbers one after another.

use super::damage::damaged;
use super::limits::{MOST_HEADER_BYTES, MOST_HEADER_VALUES, check_values};
use crate::{bits::read_numbers, error::Result, float::Float};
use ndarray::{ArrayView, Dimension};
use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo, View};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::{ErrorKind, Read};

/// The bytes of the length before the header.
const LENGTH_BYTES: u64 = 8;

/// The header of a file, checked against the file's length.
pub(crate) struct Header {
    metadata: Metadata,
}

impl Header {
    /// Reads the header from the start of a file of `length` bytes.
    pub(crate) fn read(reader: &mut impl Read, length: u64) -> Result<Self> {
        let mut bytes = [0; LENGTH_BYTES as usize];
        reader.read_exact(&mut bytes).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => damaged("it is shorter than 8 bytes"),
            _ => damaged(error),
        })?;
        let header_length = u64::from_le_bytes(bytes);
        let rest = length.saturating_sub(LENGTH_BYTES);
        if header_length > rest {
            return Err(damaged(format!(
                "its header should have {header_length} bytes, {rest} are left of the file"
            )));
        }
        check_header_length(header_length)?;
        let mut header = vec![0; header_length as usize];
        reader.read_exact(&mut header).map_err(damaged)?;
        let names = check_values(&header, MOST_HEADER_VALUES)?;
        let metadata: Metadata = serde_json::from_slice(&header).map_err(damaged)?;
        drop(header);
        if metadata.metadata().is_some() && metadata.tensors().len() + 1 != names {
            return Err(damaged("a tensor occurs twice in its header"));
        }
        let (found, expected) = (rest - header_length, metadata.data_len() as u64);
        if found != expected {
            return Err(damaged(format!(
                "its numbers should have {expected} bytes, {found} are there"
            )));
        }
        Ok(Self { metadata })
    }

    /// The text under a key of the file's metadata.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.metadata.metadata().as_ref()?.get(key).map(String::as_str)
    }

    /// The tensors' names, in the order of their numbers in the file.
    pub(crate) fn names(&self) -> Vec<String> {
        self.metadata.offset_keys()
    }

    /// Whether there is a tensor of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.metadata.info(name).is_some()
    }

    /// The shape of a tensor of numbers of this type.
    pub(crate) fn shape<F: Float>(&self, name: &str) -> Result<&[usize]> {
        let TensorInfo { dtype, shape, .. } =
            self.metadata.info(name).ok_or_else(|| damaged(format!("there is no {name:?}")))?;
        if *dtype != dtype_of::<F>() {
            return Err(damaged(format!("{name} is of type {dtype}, not {}", dtype_of::<F>())));
        }
        Ok(shape)
    }

    /// Reads the numbers of all tensors, in their order in the file. Those whose name starts with
    /// `doubles` are `f64`, all others of type `F`.
    pub(crate) fn numbers<F: Float>(
        &self,
        reader: &mut impl Read,
        doubles: Option<&str>,
    ) -> Result<Numbers<F>> {
        let mut numbers = Numbers { own: BTreeMap::new(), doubles: BTreeMap::new() };
        for name in self.names() {
            if doubles.is_some_and(|doubles| name.starts_with(doubles)) {
                let length = self.shape::<f64>(&name)?.iter().product();
                let read = read_numbers(reader, length).map_err(damaged)?;
                numbers.doubles.insert(name, read);
            } else {
                let length = self.shape::<F>(&name)?.iter().product();
                numbers.own.insert(name, read_numbers(reader, length).map_err(damaged)?);
            }
        }
        Ok(numbers)
    }
}

/// The numbers of all tensors of a file, by name.
pub(crate) struct Numbers<F> {
    pub(crate) own: BTreeMap<String, Vec<F>>,
    pub(crate) doubles: BTreeMap<String, Vec<f64>>,
}

/// The bytes of a file with these tensors, and this text under a key.
pub(crate) fn to_bytes(
    tensors: Vec<(String, Tensor<'_>)>,
    key: &str,
    text: String,
) -> Result<Vec<u8>> {
    let metadata = HashMap::from([(key.to_owned(), text)]);
    let file = safetensors::serialize(tensors, Some(metadata)).map_err(damaged)?;
    // Does not write what `read` would refuse.
    let length = file.first_chunk().map_or(0, |length| u64::from_le_bytes(*length));
    check_header_length(length)?;
    let header = file.iter().copied().skip(LENGTH_BYTES as usize).take(length as usize);
    check_values(&header.collect::<Vec<u8>>(), MOST_HEADER_VALUES)?;
    Ok(file)
}

/// A tensor to be written. Its bytes are made only when they are written, so that memory holds one
/// tensor's bytes beside the file's.
pub(crate) struct Tensor<'n> {
    dtype: Dtype,
    shape: Vec<usize>,
    bytes: Box<dyn Fn() -> Vec<u8> + 'n>,
}

impl<'n> Tensor<'n> {
    pub(crate) fn of<F: Float, D: Dimension + 'n>(numbers: ArrayView<'n, F, D>) -> Self {
        let shape = numbers.shape().to_vec();
        let bytes = move || {
            let mut bytes = Vec::with_capacity(numbers.len() * size_of::<F>());
            match numbers.as_slice() {
                Some(numbers) => F::extend_le_bytes(numbers, &mut bytes),
                None => numbers.iter().for_each(|&n| F::extend_le_bytes(&[n], &mut bytes)),
            }
            bytes
        };
        Self { dtype: dtype_of::<F>(), shape, bytes: Box::new(bytes) }
    }
}

impl View for Tensor<'_> {
    fn dtype(&self) -> Dtype {
        self.dtype
    }

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn data(&self) -> Cow<'_, [u8]> {
        (self.bytes)().into()
    }

    fn data_len(&self) -> usize {
        let bytes = if self.dtype == Dtype::F32 { 4 } else { 8 };
        self.shape.iter().product::<usize>() * bytes
    }
}

fn check_header_length(length: u64) -> Result<()> {
    match length {
        ..=MOST_HEADER_BYTES => Ok(()),
        _ => Err(damaged(format!("its header has {length} bytes, more than {MOST_HEADER_BYTES}"))),
    }
}

fn dtype_of<F: Float>() -> Dtype {
    if size_of::<F>() == 4 { Dtype::F32 } else { Dtype::F64 }
}
