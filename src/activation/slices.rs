//! Element-wise functions over the slices of a matrix.

use crate::float::Float;
use ndarray::{ArrayView2, ArrayViewMut2, azip};
use std::slice::{from_mut, from_ref};

/// Applies an element-wise function in place: to the whole matrix if it is contiguous, else row by
/// row or one by one.
pub(super) fn map<F: Float>(mut matrix: ArrayViewMut2<'_, F>, function: impl Fn(&mut [F])) {
    match matrix.as_slice_memory_order_mut() {
        Some(elements) => function(elements),
        None => matrix.rows_mut().into_iter().for_each(|mut row| match row.as_slice_mut() {
            Some(row) => function(row),
            None => row.iter_mut().for_each(|element| function(from_mut(element))),
        }),
    }
}

/// Applies `function` to the elements of `cached` and `delta` in the same places.
pub(super) fn zip<F: Float>(
    cached: ArrayView2<'_, F>,
    mut delta: ArrayViewMut2<'_, F>,
    function: impl Fn(&[F], &mut [F]),
) {
    if let (Some(cached), Some(delta)) = (cached.as_slice(), delta.as_slice_mut()) {
        return function(cached, delta);
    }
    azip!((mut delta in delta.rows_mut(), cached in cached.rows()) {
        match (cached.to_slice(), delta.as_slice_mut()) {
            (Some(cached), Some(delta)) => function(cached, delta),
            _ => azip!((d in delta, c in cached) function(from_ref(c), from_mut(d))),
        }
    });
}

/// Replaces each element by a function of it, cheap enough for the compiler to vectorise.
pub(super) fn map_each<F: Float>(matrix: ArrayViewMut2<'_, F>, function: impl Fn(F) -> F + Copy) {
    map(matrix, |elements| elements.iter_mut().for_each(|element| *element = function(*element)));
}

/// Multiplies each element of `delta` by the derivative at the output in the same place.
pub(super) fn multiply<F: Float>(
    output: ArrayView2<'_, F>,
    delta: ArrayViewMut2<'_, F>,
    derivative: impl Fn(F) -> F + Copy,
) {
    zip(output, delta, |output, delta| {
        delta.iter_mut().zip(output).for_each(|(delta, &a)| *delta *= derivative(a));
    });
}
