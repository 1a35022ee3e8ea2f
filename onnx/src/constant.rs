//! Constants of a graph, and the numbers in them.

use crate::budget::{Budget, elements, exactly};
use crate::element::ElementType;
use crate::node::{MOST_LISTED, Node};
use crate::refusal::{refused, short};
use crate::wire::Fields;
use densely::ndarray::{Array2, ArrayView, IxDyn};
use densely::{Float, Result};
use std::iter::{once, repeat_n};

/// Dimensions of a tensor or of a value, rows included.
pub(crate) const MOST_DIMENSIONS: usize = 8;

/// A constant of the graph: a tensor, the numbers of an attribute, or one number in every place of
/// a shape.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Constant<'a> {
    element: ElementType,
    /// `None` if the file gives no valid one.
    shape: Option<TensorShape>,
    /// The little-endian numbers of a tensor, here or in another file.
    bytes: &'a [u8],
    /// The message and the field that list the numbers, if there are no such bytes.
    listed: (Fields<'a>, u64),
    origin: Origin,
}

/// Where the numbers of a constant come from.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Origin {
    Tensor,
    /// A tensor in another file, which was not read.
    Elsewhere,
    Attribute,
    /// The only number of a tensor fills the shape.
    Filled,
}

impl<'a> Constant<'a> {
    /// A tensor, which has these bytes in another file.
    pub(crate) fn tensor(message: Fields<'a>, external: Option<&'a [u8]>) -> Self {
        let element = ElementType(message.number(2).unwrap_or(0));
        let raw = message.bytes(9).filter(|bytes| !bytes.is_empty());
        // Packed floats are the same bytes as raw ones.
        let packed = || message.bytes(element.field()).filter(|_| !element.is_whole());
        let names_file = message.number(14).unwrap_or(0) != 0 || message.bytes(13).is_some();
        let is_elsewhere = external.is_none() && names_file;
        Self {
            element,
            shape: TensorShape::of(message.numbers(1)),
            bytes: external.or(raw).or_else(packed).unwrap_or_default(),
            listed: (message, element.field()),
            origin: if is_elsewhere { Origin::Elsewhere } else { Origin::Tensor },
        }
    }

    /// The numbers of an attribute, one or several.
    pub(crate) fn attribute(attribute: Fields<'a>) -> Self {
        let has = |field: &u64| attribute.all_bytes(*field).next().is_some();
        let field = [2, 7, 3].into_iter().find(has).unwrap_or(8);
        let (element, count) = match field {
            2 | 7 => (ElementType::FLOAT, attribute.floats(field).take(MOST_LISTED + 1).count()),
            _ => (ElementType::INT64, attribute.numbers(field).take(MOST_LISTED + 1).count()),
        };
        let length = matches!(field, 7 | 8).then_some(count as i64);
        let shape = TensorShape::of(length.into_iter());
        let shape = shape.filter(|_| length.is_none() || count <= MOST_LISTED);
        Self { element, shape, bytes: &[], listed: (attribute, field), origin: Origin::Attribute }
    }

    /// The number of this tensor, or 0 of this type, in every place of a shape.
    pub(crate) fn filled(
        value: Option<Fields<'a>>,
        element: ElementType,
        shape: TensorShape,
    ) -> Self {
        let bytes = [0; 8].get(..element.size()).unwrap_or_default();
        let (listed, origin) = ((Fields::default(), 0), Origin::Tensor);
        let zero = Self { element, shape: None, bytes, listed, origin };
        let value = value.map_or(zero, |tensor| Self::tensor(tensor, None));
        let origin = if value.is_elsewhere() { value.origin } else { Origin::Filled };
        Self { shape: Some(shape), origin, ..value }
    }

    /// The name for error messages.
    pub(crate) fn name(&self) -> &'a str {
        let field = if self.origin == Origin::Attribute { 1 } else { 8 };
        short(self.listed.0.text(field))
    }

    /// The lengths of its dimensions.
    pub(crate) fn lengths(&self) -> Result<&[usize]> {
        let missing = || refused(format!("tensor {:?} has no valid shape", self.name()));
        self.shape.as_ref().map(TensorShape::lengths).ok_or_else(missing)
    }

    /// The product of the lengths.
    fn elements(&self) -> Option<usize> {
        let lengths = self.shape.as_ref()?.lengths();
        lengths.iter().try_fold(1_usize, |product, &length| product.checked_mul(length))
    }

    /// Whether its numbers are in another file, which was not read.
    pub(crate) fn is_elsewhere(&self) -> bool {
        self.origin == Origin::Elsewhere
    }

    /// How many numbers the file must have for it.
    fn count(&self) -> Option<usize> {
        if self.origin == Origin::Filled { Some(1) } else { self.elements() }
    }

    /// Its numbers, as many as the file has.
    fn numbers(&self) -> impl Iterator<Item = f64> + use<'a> {
        let (element, (message, field)) = (self.element, self.listed);
        let (is_listed, whole) = (self.bytes.is_empty(), element.is_whole());
        let floats = (is_listed && !whole).then(|| message.floats(field).map(f64::from));
        let wholes = (is_listed && whole).then(|| message.numbers(field).map(|of| of as f64));
        let stored = self.bytes.chunks_exact(element.size().max(1));
        let stored = stored.map(move |bytes| element.number(bytes));
        stored.chain(floats.into_iter().flatten()).chain(wholes.into_iter().flatten())
    }

    /// Refuses a tensor of another type than that of the network, and one whose numbers are
    /// elsewhere or not as many as its shape asks for.
    fn check(&self, expected: ElementType) -> Result<()> {
        let (name, found) = (self.name(), self.element);
        let of_attribute = self.origin == Origin::Attribute;
        if found != expected && !(of_attribute && found == ElementType::FLOAT) {
            let wanted = if expected == ElementType::FLOAT { "f32" } else { "f64" };
            return Err(refused(format!(
                "tensor {name:?} is of type {found}; a network of {wanted} needs {expected}"
            )));
        }
        if self.is_elsewhere() {
            return Err(refused(format!(
                "tensor {name:?} is in another file (external data), which only `load` reads"
            )));
        }
        if of_attribute { Ok(()) } else { self.check_length(self.bytes.len()) }
    }

    /// Refuses another number of bytes than the type and the shape ask for.
    pub(crate) fn check_length(&self, found: usize) -> Result<()> {
        let (name, lengths) = (self.name(), self.lengths()?);
        match self.count().and_then(|count| count.checked_mul(self.element.size())) {
            Some(expected) if expected == found => Ok(()),
            _ => Err(refused(format!("tensor {name:?} of shape {lengths:?} has {found} bytes"))),
        }
    }

    /// Its number, if it has exactly one, of the network's type.
    pub(crate) fn scalar(&self, of_network: ElementType) -> Option<f64> {
        let single = self.elements() == Some(1) && self.check(of_network).is_ok();
        self.numbers().next().filter(|_| single)
    }

    /// Whether it is known to be the truth value false.
    pub(crate) fn is_false(&self) -> bool {
        !self.is_elsewhere() && self.numbers().eq([0.0])
    }

    /// Its whole numbers, `INT32` or `INT64`; `None` if it has others, more than `most` or not as
    /// many as its shape.
    pub(crate) fn whole_numbers(&self, most: usize) -> Option<Vec<i64>> {
        let known = matches!(self.element.0, 6 | 7) && !self.is_elsewhere();
        let count = self.elements().filter(|count| known && *count <= most)?;
        let numbers: Vec<_> = self.numbers().take(most + 1).map(|number| number as i64).collect();
        (numbers.len() == count).then_some(numbers)
    }

    /// The weights of a layer as inputs × outputs, with the bits of the file.
    pub(crate) fn weights<F: Float>(
        &self,
        transposed: bool,
        budget: &mut Budget,
        node: Node<'a>,
    ) -> Result<Array2<F>> {
        self.check(ElementType::of::<F>())?;
        let lengths = self.lengths()?;
        let fault = |reason| node.refused(&format!("weights of shape {lengths:?}{reason}"));
        let (rows, columns) = match *lengths {
            [0, _] | [_, 0] => {
                return Err(fault(": a layer needs at least one input and one output"));
            }
            [_, _] if self.origin == Origin::Filled => {
                return Err(fault(" are all the same number, which is not read"));
            }
            [rows, columns] => (rows, columns),
            _ => return Err(fault("; those of a layer have two dimensions")),
        };
        let count = self.bytes.len() / size_of::<F>();
        budget.take(count, size_of::<F>(), node)?;
        let numbers = self.bytes.chunks_exact(size_of::<F>());
        let number = |bytes| F::from_f64(self.element.number(bytes));
        let numbers = match transposed {
            false => exactly(count, numbers.map(number)),
            true => {
                let column = |column| numbers.clone().skip(column).step_by(columns);
                exactly(count, (0..columns).flat_map(column).map(number))
            }
        };
        let shape = if transposed { (columns, rows) } else { (rows, columns) };
        Array2::from_shape_vec(shape, numbers).map_err(refused)
    }

    /// Its numbers, of type `F`: one for all elements of a row with these lengths, or one for each
    /// element. Lengths are compared as in `numpy`: from the last one on, and a length of 1 fits
    /// any. First, `others` lengths of 1 are added at the end of the tensor's shape.
    pub(crate) fn over<F: Float>(
        &self,
        row: &mut [Option<usize>],
        others: usize,
        budget: &mut Budget,
        node: Node<'_>,
    ) -> Result<Vec<f64>> {
        self.check(ElementType::of::<F>())?;
        let lengths: Vec<_> = self.lengths()?.iter().copied().chain(repeat_n(1, others)).collect();
        if let ([single @ None], Some(&length @ 2..)) = (&mut *row, lengths.last()) {
            *single = Some(length);
        }
        let misfit = || {
            let row = described(row);
            node.refused(&format!("numbers of shape {lengths:?} do not fit a row of shape {row}"))
        };
        let all: Vec<_> = once(Some(1)).chain(row.iter().copied()).collect();
        let fits = |(length, own): (&Option<usize>, &usize)| *own == 1 || *length == Some(*own);
        let fit =
            lengths.len() <= all.len() && all.iter().rev().zip(lengths.iter().rev()).all(fits);
        let count = self.count().filter(|_| fit).ok_or_else(misfit)?;
        budget.take(count, size_of::<F>(), node)?;
        let numbers = exactly(count, self.numbers());
        if count == 1 || elements(row) == Some(count) {
            return Ok(numbers);
        }
        let width = elements(row).ok_or_else(misfit)?;
        budget.take(width, size_of::<f64>(), node)?;
        let numbers = ArrayView::from_shape(IxDyn(&lengths), &numbers).map_err(refused)?;
        let all: Vec<_> = all.into_iter().flatten().collect();
        let numbers = numbers.broadcast(all).ok_or_else(misfit)?;
        Ok(exactly(width, numbers.iter().copied()))
    }
}

/// The lengths of a row's dimensions, for error messages.
pub(crate) fn described(row: &[Option<usize>]) -> String {
    let length = |length: &Option<usize>| length.map_or("?".to_owned(), |n| n.to_string());
    row.iter().map(length).collect::<Vec<_>>().join(" × ")
}

/// The lengths of a tensor's dimensions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct TensorShape {
    lengths: [usize; MOST_DIMENSIONS],
    dimensions: usize,
}

impl TensorShape {
    fn lengths(&self) -> &[usize] {
        self.lengths.get(..self.dimensions).unwrap_or_default()
    }

    /// The shape of these lengths; `None` for a negative length and for too many.
    pub(crate) fn of(lengths: impl Iterator<Item = i64>) -> Option<Self> {
        let mut shape = Self { lengths: [0; MOST_DIMENSIONS], dimensions: 0 };
        for length in lengths {
            *shape.lengths.get_mut(shape.dimensions)? = usize::try_from(length).ok()?;
            shape.dimensions += 1;
        }
        Some(shape)
    }
}
