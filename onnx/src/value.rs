//! A value of the graph, as an affine map of the last activation's outputs.

use crate::{budget::Budget, node::Node};
use densely::ndarray::{Array1, Array2, Axis};
use densely::{Float, Result};

/// A value and the layout of its numbers. Rows come first; the further dimensions, read in order,
/// are the row's elements.
#[derive(Debug)]
pub(crate) struct Value<'a, F> {
    /// The number of rows, if the file fixes it.
    pub(crate) rows: Option<usize>,
    /// The length of each further dimension, where it is known.
    pub(crate) row: Vec<Option<usize>>,
    pub(crate) map: Map<'a, F>,
}

/// What the elements of a row are.
#[derive(Debug)]
pub(crate) enum Map<'a, F> {
    Features(Features),
    Sums(Sums<'a, F>),
}

/// Each element is one feature x of the inputs, or one output of the last activation: scale · x +
/// shift.
#[derive(Debug)]
pub(crate) struct Features {
    /// One number for all elements, or one for each.
    pub(crate) scale: Vec<f64>,
    pub(crate) shift: Vec<f64>,
    /// The feature of each element; `None` for all features in order.
    pub(crate) chosen: Option<Vec<Feature>>,
    /// The input of the graph; 0 after the first layer.
    pub(crate) input: u32,
}

/// A feature: a column of an input, or one category of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Feature {
    pub(crate) input: u32,
    pub(crate) column: u32,
    /// `None` for a number.
    pub(crate) category: Option<u32>,
}

/// The weighted sums of a layer that has no activation yet.
#[derive(Debug)]
pub(crate) struct Sums<'a, F> {
    pub(crate) weights: Array2<F>,
    pub(crate) bias: Option<Array1<F>>,
    pub(crate) node: Node<'a>,
}

impl<F: Float> Value<'_, F> {
    /// Makes scale · y + shift of each element y. Both are one number for all elements, or one for
    /// each.
    pub(crate) fn scale_and_shift(&mut self, scale: Option<Vec<f64>>, shift: Option<Vec<f64>>) {
        match &mut self.map {
            Map::Features(features) => features.scale_and_shift(scale, shift),
            Map::Sums(sums) => sums.scale_and_shift(scale, shift),
        }
    }

    /// The elements of both values side by side along an axis; `None` if the other dimensions
    /// differ, or if the elements are not [listed](Features::list).
    pub(crate) fn join(mut self, mut other: Self, axis: usize) -> Option<Self> {
        let (Map::Features(one), Map::Features(more)) = (&mut self.map, other.map) else {
            return None;
        };
        one.chosen.as_mut()?.extend(more.chosen?);
        one.scale.extend(more.scale);
        one.shift.extend(more.shift);
        let (length, others) = (self.row.get_mut(axis)?, other.row.get_mut(axis)?);
        *length = (*length)?.checked_add((*others)?);
        *others = *length;
        (self.row == other.row).then_some(self)
    }
}

impl Features {
    /// All features of an input, or of the last activation, as they are.
    pub(crate) fn all(input: u32) -> Self {
        Self { scale: vec![1.0], shift: vec![0.0], chosen: None, input }
    }

    /// Whether every element is a feature as it is.
    pub(crate) fn are_unscaled(&self) -> bool {
        self.scale.iter().all(|s| *s == 1.0) && self.shift.iter().all(|t| *t == 0.0)
    }

    /// The feature of an element.
    pub(crate) fn feature(&self, element: usize) -> Feature {
        let column = u32::try_from(element).unwrap_or(u32::MAX);
        let chosen = self.chosen.as_ref().and_then(|chosen| chosen.get(element).copied());
        chosen.unwrap_or(Feature { input: self.input, column, category: None })
    }

    fn scale_and_shift(&mut self, scale: Option<Vec<f64>>, shift: Option<Vec<f64>>) {
        if let Some(scale) = scale {
            if self.shift != [0.0] {
                combine(&mut self.shift, scale.clone(), |one, other| one * other);
            }
            combine(&mut self.scale, scale, |one, other| one * other);
        }
        if let Some(shift) = shift {
            combine(&mut self.shift, shift, |one, other| one + other);
        }
    }

    /// Lists scale, shift and feature of each of the `count` elements.
    pub(crate) fn list(&mut self, count: usize, budget: &mut Budget, node: Node<'_>) -> Result<()> {
        if self.chosen.is_none() {
            budget.take(count, size_of::<Feature>(), node)?;
        }
        for numbers in [&mut self.scale, &mut self.shift] {
            if let [number] = **numbers {
                budget.take(count, size_of::<f64>(), node)?;
                numbers.resize(count, number);
            }
        }
        if self.chosen.is_none() {
            self.chosen = Some((0..count).map(|element| self.feature(element)).collect());
        }
        Ok(())
    }

    /// The elements with these indices.
    pub(crate) fn select(&mut self, elements: &[usize]) {
        for numbers in [&mut self.scale, &mut self.shift] {
            if numbers.len() > 1 {
                *numbers = elements.iter().filter_map(|&of| numbers.get(of).copied()).collect();
            }
        }
        self.chosen = Some(elements.iter().map(|&element| self.feature(element)).collect());
    }
}

impl<F: Float> Sums<'_, F> {
    /// Makes scale · y + shift of each sum y.
    pub(crate) fn scale_and_shift(&mut self, scale: Option<Vec<f64>>, shift: Option<Vec<f64>>) {
        let outputs = self.weights.ncols();
        if let Some(scale) = scale {
            let columns = self.weights.axis_iter_mut(Axis(1));
            for (mut column, s) in columns.zip(scale.iter().cycle()) {
                column.mapv_inplace(|weight| F::from_f64(weight.as_f64() * s));
            }
            for (b, s) in self.bias.iter_mut().flatten().zip(scale.iter().cycle()) {
                *b = F::from_f64(b.as_f64() * s);
            }
        }
        let Some(shift) = shift else { return };
        // -0 + shift has the bits of the shift, also if it is -0.
        let none = || Array1::from_elem(outputs, F::from_f64(-0.0));
        for (b, shift) in self.bias.get_or_insert_with(none).iter_mut().zip(shift.iter().cycle()) {
            *b = F::from_f64(b.as_f64() + shift);
        }
    }

    /// The sums with these indices.
    pub(crate) fn select(&mut self, sums: &[usize], budget: &mut Budget) -> Result<()> {
        let numbers = sums.len().saturating_mul(self.weights.nrows());
        budget.take(numbers, size_of::<F>(), self.node)?;
        self.weights = self.weights.select(Axis(1), sums);
        self.bias = self.bias.take().map(|bias| bias.select(Axis(0), sums));
        Ok(())
    }

    /// Makes sums over features x of sums over scale · x + shift.
    pub(crate) fn fold(&mut self, Features { scale, shift, .. }: &Features) {
        if shift.iter().any(|t| *t != 0.0) {
            let bias = self.bias.get_or_insert_with(|| Array1::zeros(self.weights.ncols()));
            for (b, column) in bias.iter_mut().zip(self.weights.columns()) {
                let products = column.into_iter().zip(shift.iter().cycle());
                let sum: f64 = products.map(|(weight, shift)| weight.as_f64() * shift).sum();
                *b = F::from_f64(b.as_f64() + sum);
            }
        }
        if scale.iter().any(|s| *s != 1.0) {
            for (mut row, s) in self.weights.rows_mut().into_iter().zip(scale.iter().cycle()) {
                row.mapv_inplace(|weight| F::from_f64(weight.as_f64() * s));
            }
        }
    }

    /// Makes sums over `features` features of sums over elements. `places` holds, for each element,
    /// the index of its feature.
    pub(crate) fn place(&mut self, places: &[usize], features: usize) {
        let mut placed = Array2::zeros((features, self.weights.ncols()));
        for (row, &place) in self.weights.rows().into_iter().zip(places) {
            if place < features {
                let mut placed = placed.row_mut(place);
                placed += &row;
            }
        }
        self.weights = placed;
    }
}

/// Replaces each number by a function of it and of the other list's, in whatever order. One number
/// stands for many.
fn combine(numbers: &mut Vec<f64>, mut others: Vec<f64>, function: impl Fn(f64, f64) -> f64) {
    if numbers.len() < others.len() {
        std::mem::swap(numbers, &mut others);
    }
    for (number, &other) in numbers.iter_mut().zip(others.iter().cycle()) {
        *number = function(*number, other);
    }
}
