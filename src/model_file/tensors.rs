//! Matrices and vectors of numbers in a `safetensors` file: a length, a header in JSON, then all
//! numbers one after another.

use super::damage::{check, damaged};
use super::limits::{MOST_HEADER_BYTES, MOST_HEADER_VALUES, check_values};
use crate::{bits::read_numbers, error::Result, float::Float};
use ndarray::{ArrayD, ArrayView, Dimension};
use safetensors::{Dtype, tensor::Metadata, tensor::View};
use std::{borrow::Cow, collections::HashMap, io, io::Read};

/// The bytes of the length before the header.
const LENGTH_BYTES: u64 = 8;

/// The header of a file, checked against the file's length.
pub(crate) struct Header(Metadata);

impl Header {
    /// Reads the header from the start of a file of `length` bytes.
    pub(crate) fn read(reader: &mut impl Read, length: u64) -> Result<Self> {
        check(length >= LENGTH_BYTES, || "it is shorter than 8 bytes".to_owned())?;
        let mut bytes = [0; LENGTH_BYTES as usize];
        reader.read_exact(&mut bytes).map_err(damaged)?;
        let (of_header, rest) = (u64::from_le_bytes(bytes), length - LENGTH_BYTES);
        // As the length of a header, eight characters of text would be far too large.
        let is_text = bytes.is_ascii() && !bytes.contains(&0);
        check(of_header <= rest || !is_text, || "it is a text file".to_owned())?;
        check(of_header <= rest, || {
            format!("its header should have {of_header} bytes, {rest} are left of the file")
        })?;
        check(of_header <= MOST_HEADER_BYTES, || {
            format!("its header has {of_header} bytes, more than {MOST_HEADER_BYTES}")
        })?;
        let mut header = vec![0; of_header as usize];
        reader.read_exact(&mut header).map_err(damaged)?;
        let names = check_values(&header, MOST_HEADER_VALUES)?;
        let metadata: Metadata = serde_json::from_slice(&header).map_err(damaged)?;
        let once = metadata.metadata().is_none() || metadata.tensors().len() + 1 == names;
        check(once, || "a tensor occurs twice in its header".to_owned())?;
        let (found, expected) = (rest - of_header, metadata.data_len() as u64);
        check(found == expected, || {
            format!("its numbers should have {expected} bytes, {found} are there")
        })?;
        Ok(Self(metadata))
    }

    /// The text under a key of the file's metadata.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.0.metadata().as_ref()?.get(key).map(String::as_str)
    }

    /// The tensors' names, in the order of their numbers in the file.
    pub(crate) fn names(&self) -> Vec<String> {
        self.0.offset_keys()
    }

    /// The shape of a tensor.
    pub(crate) fn shape(&self, name: &str) -> Option<&[usize]> {
        self.0.info(name).map(|tensor| &*tensor.shape)
    }

    /// The shape of a tensor of numbers of this type.
    pub(crate) fn shape_of_type(&self, name: &str, expected: Dtype) -> Result<&[usize]> {
        let tensor = self.0.info(name).ok_or_else(|| damaged(format!("there is no {name:?}")))?;
        let found = tensor.dtype;
        check(found == expected, || format!("{name} is of type {found}, not {expected}"))?;
        Ok(&tensor.shape)
    }

    /// Reads the bytes of the next tensor, which has this name.
    pub(crate) fn bytes(&self, from: &mut impl Read, name: &str) -> Result<Vec<u8>> {
        let shape = self.shape_of_type(name, Dtype::U8)?;
        let mut bytes = vec![0; shape.iter().product()];
        from.read_exact(&mut bytes).map_err(damaged)?;
        Ok(bytes)
    }

    /// Reads the numbers of the next tensor, which has this name.
    pub(crate) fn numbers<F: Float>(&self, from: &mut impl Read, name: &str) -> Result<ArrayD<F>> {
        let shape = self.shape_of_type(name, dtype_of::<F>())?;
        let numbers = read_numbers(from, shape.iter().product()).map_err(damaged)?;
        ArrayD::from_shape_vec(shape, numbers).map_err(damaged)
    }

    /// Skips the numbers of the next tensor, which has this name.
    pub(crate) fn skip(&self, from: &mut impl Read, name: &str) -> Result<()> {
        let (start, end) = self.0.info(name).map_or((0, 0), |tensor| tensor.data_offsets);
        io::copy(&mut from.take((end - start) as u64), &mut io::sink()).map_err(damaged)?;
        Ok(())
    }
}

type NamedTensors<'n> = Vec<(String, Tensor<'n>)>;

/// The bytes of a file with these tensors, and this text under a key.
pub(crate) fn to_bytes(tensors: NamedTensors<'_>, key: &str, text: String) -> Result<Vec<u8>> {
    let metadata = HashMap::from([(key.to_owned(), text)]);
    let file = safetensors::serialize(tensors, Some(metadata)).map_err(damaged)?;
    // Does not write what it would refuse to read.
    Header::read(&mut &file[..], file.len() as u64)?;
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
            let mut bytes = Vec::with_capacity(numbers.len() * F::BYTES);
            numbers.iter().for_each(|number| number.append_to(&mut bytes));
            bytes
        };
        Self { dtype: dtype_of::<F>(), shape, bytes: Box::new(bytes) }
    }

    pub(crate) fn of_bytes(bytes: &'n [u8]) -> Self {
        let shape = vec![bytes.len()];
        Self { dtype: Dtype::U8, shape, bytes: Box::new(|| bytes.to_vec()) }
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
        self.shape.iter().product::<usize>() * self.dtype.bitsize() / 8
    }
}

pub(crate) fn dtype_of<F: Float>() -> Dtype {
    if F::BYTES == 4 { Dtype::F32 } else { Dtype::F64 }
}
