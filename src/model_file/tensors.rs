//! Tensors in a `safetensors` file: the length of the header, the header in JSON, and the numbers
//! of all tensors one after another.

use super::damaged;
use super::limits::{MOST_HEADER_BYTES, MOST_HEADER_VALUES, check_values};
use crate::bits::read_numbers;
use crate::error::Result;
use crate::float::Float;
use ndarray::ArrayViewD;
use safetensors::Dtype;
use safetensors::tensor::{Metadata, TensorInfo, View};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::io::{ErrorKind, Read};

/// Bytes of the header's length, with which a file begins.
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
            return Err(damaged("a tensor stands twice in its header"));
        }
        let (found, expected) = (rest - header_length, metadata.data_len() as u64);
        if found != expected {
            return Err(damaged(format!(
                "its numbers should have {expected} bytes, {found} are there"
            )));
        }
        Ok(Self { metadata })
    }

    /// The file's own metadata under a key.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.metadata.metadata().as_ref()?.get(key).map(String::as_str)
    }

    /// The tensors' names, in the order of their numbers in the file.
    pub(crate) fn names(&self) -> Vec<String> {
        self.metadata.offset_keys()
    }

    /// The shape of a tensor, whose numbers must be of type `F`.
    pub(crate) fn shape<F: Float>(&self, name: &str) -> Result<&[usize]> {
        let TensorInfo { dtype, shape, .. } =
            self.metadata.info(name).ok_or_else(|| damaged(format!("there is no {name:?}")))?;
        if *dtype != dtype_of::<F>() {
            return Err(damaged(format!("{name} is of type {dtype}, not {}", dtype_of::<F>())));
        }
        Ok(shape)
    }

    /// Reads the numbers of all tensors.
    pub(crate) fn numbers<F: Float>(
        &self,
        reader: &mut impl Read,
    ) -> Result<BTreeMap<String, Vec<F>>> {
        let mut tensors = BTreeMap::new();
        for name in self.names() {
            let length = self.shape::<F>(&name)?.iter().product();
            let numbers = read_numbers(reader, length).map_err(damaged)?;
            tensors.insert(name, numbers);
        }
        Ok(tensors)
    }
}

/// The bytes of a file with these tensors, and with `text` in its metadata under `key`.
pub(crate) fn to_bytes<F: Float>(
    tensors: Vec<(String, ArrayViewD<'_, F>)>,
    key: &str,
    text: String,
) -> Result<Vec<u8>> {
    let tensors = tensors.into_iter().map(|(name, numbers)| (name, Tensor(numbers)));
    let metadata = HashMap::from([(key.to_owned(), text)]);
    let file = safetensors::serialize(tensors, Some(metadata)).map_err(damaged)?;
    // A file that could not be read again must not be written.
    let length = file.first_chunk().map_or(0, |length| u64::from_le_bytes(*length));
    check_header_length(length)?;
    let header = file.iter().copied().skip(LENGTH_BYTES as usize).take(length as usize);
    check_values(&header.collect::<Vec<u8>>(), MOST_HEADER_VALUES)?;
    Ok(file)
}

/// A tensor to write. Its bytes are made on request, so that only one tensor is in memory twice.
struct Tensor<'n, F>(ArrayViewD<'n, F>);

impl<F: Float> View for Tensor<'_, F> {
    fn dtype(&self) -> Dtype {
        dtype_of::<F>()
    }

    fn shape(&self) -> &[usize] {
        self.0.shape()
    }

    fn data(&self) -> Cow<'_, [u8]> {
        let mut bytes = Vec::with_capacity(self.data_len());
        match self.0.as_slice() {
            Some(numbers) => F::extend_le_bytes(numbers, &mut bytes),
            None => self.0.iter().for_each(|&number| F::extend_le_bytes(&[number], &mut bytes)),
        }
        bytes.into()
    }

    fn data_len(&self) -> usize {
        self.0.len() * size_of::<F>()
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
