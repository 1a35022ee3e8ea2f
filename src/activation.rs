//! Activation functions and their derivatives.

mod any;
mod bounded;
mod elementwise;
mod elu;
mod gated;
mod linear;
mod positive;
mod registry;
mod softmax;

pub use any::AnyActivation;
pub use bounded::{Isru, Sigmoid, Softsign, Tanh};
pub use elu::{Elu, Selu};
pub use gated::{Gelu, Mish, Silu};
pub use linear::{HardTanh, Identity, LeakyRelu, Relu};
pub use positive::{Exponential, Softplus};
pub use registry::Activations;
pub use softmax::Softmax;

use crate::error::{Error, Result};
use crate::{float::Float, initialization::Initialization};
use ndarray::{ArrayView2, ArrayViewMut2};
use std::fmt::Debug;

/// a = g(z), applied to the `rows × outputs` matrix of a layer's weighted sums, and its
/// derivative.
///
/// Backpropagation multiplies the gradient of the output by g'(z). For most activations g'(z) is a
/// function of the *output* a = g(z): a layer that keeps its output needs nothing else, and no
/// second exponential. [`Derivative`](Self::Derivative) says what the derivative needs; a layer
/// keeps no more than that.
///
/// # Precision
///
/// The exponential functions use vector instructions, chosen when the program runs. These are their
/// largest errors in units in the last place, measured on a processor with fused multiply-add
/// against numbers of twice the precision, over every exponent including subnormal numbers
/// (`tests/promises/precision`):
///
/// | | sigmoid | tanh | softplus | ELU | SiLU | GELU | Mish | exponential |
/// |---|---|---|---|---|---|---|---|---|
/// | `f32` | 1.3 | 2.5 | 1.8 | 0.9 | 2.8 | 0.6 | 3.6 | 1.0 |
/// | `f64` | 1.4 | 2.5 | 1.8 | 1.1 | 2.9 | 1.1 | 3.7 | 1.0 |
///
/// The error is relative also near 0 and in the far tails: sigmoid(-80) and softplus(-80) are as
/// precise as sigmoid(1). |tanh| ≤ 1 and 0 ≤ sigmoid ≤ 1, so no derivative is negative. Odd
/// functions are odd to the bit. NaN stays NaN.
///
/// # Your own
///
/// An activation needs the function, the derivative, and the input of the derivative. It does not
/// compile without one of them. [`gradient_check`](fn@crate::gradient_check) checks the derivative.
///
/// ```
/// use densely::{Activation, Float, activation::FromOutput};
/// use ndarray::{ArrayView2, ArrayViewMut2, Zip, array};
///
/// /// a = z / √(1 + z²), whose derivative (1 + z²)^(-3/2) is (1 - a²)^(3/2).
/// #[derive(Debug)]
/// struct InverseSquareRoot;
///
/// impl Activation for InverseSquareRoot {
///     type Derivative = FromOutput;
///
///     fn forward<F: Float>(&self, mut z: ArrayViewMut2<'_, F>) {
///         z.mapv_inplace(|z| z / (F::one() + z * z).sqrt());
///     }
///
///     fn backward<F: Float>(&self, output: ArrayView2<'_, F>, delta: ArrayViewMut2<'_, F>) {
///         Zip::from(delta).and(output).for_each(|delta, &a| {
///             let slope = F::one() - a * a;
///             *delta *= slope * slope.sqrt();
///         });
///     }
/// }
///
/// let (mut a, mut delta) = (array![[0.75]], array![[1.0]]);
/// InverseSquareRoot.forward(a.view_mut());
/// InverseSquareRoot.backward(a.view(), delta.view_mut());
/// approx::assert_abs_diff_eq!(a[[0, 0]], 0.6, epsilon = 1e-15);              // 0.75 / 1.25
/// approx::assert_abs_diff_eq!(delta[[0, 0]], 0.512, epsilon = 1e-15);        // 0.64^(3/2)
/// ```
///
/// Without a derivative there is no activation:
///
/// ```compile_fail,E0046
/// # use densely::{Activation, Float, activation::FromOutput};
/// # use ndarray::ArrayViewMut2;
/// #[derive(Debug)]
/// struct Square;
///
/// impl Activation for Square {
///     type Derivative = FromOutput;
///
///     fn forward<F: Float>(&self, mut z: ArrayViewMut2<'_, F>) {
///         z.mapv_inplace(|z| z * z);
///     }
/// }
/// ```
pub trait Activation: Debug + Send + Sync + 'static {
    /// The input of the derivative: [`FromOutput`] or [`FromPreActivation`]. A layer keeps it in
    /// the forward pass and passes it to [`backward`](Self::backward).
    type Derivative: Derivative;

    /// Replaces z, the weighted sums, by a = g(z). Shape: rows × outputs, a row for each example.
    ///
    /// A row's outputs must not depend on other rows: a call gets any number of the rows, on any
    /// thread. The matrix need not be contiguous.
    fn forward<F: Float>(&self, z: ArrayViewMut2<'_, F>);

    /// Replaces ∂loss/∂a by ∂loss/∂z: for an element-wise function, multiplies `delta` by
    /// g'(z).
    ///
    /// `cached` is the input of the derivative, in the shape of `delta`.
    fn backward<F: Float>(
        &self,
        cached: <Self::Derivative as Derivative>::Cached<'_, F>,
        delta: ArrayViewMut2<'_, F>,
    );

    /// The distribution of a layer's weights, unless the layer has another. Default: Glorot
    /// uniform.
    fn initialization(&self) -> Initialization {
        Initialization::GlorotUniform
    }

    /// The name of a custom activation in model files, by which [`Activations`] finds it at
    /// loading. Default: none; a network with it cannot be saved.
    ///
    /// Parameters follow in brackets, as in `scaled_tanh(1.7159)`. Built-in activations have
    /// [names](AnyActivation::name) without this method.
    fn name(&self) -> Option<String> {
        None
    }
}

/// What a derivative is computed from: [`FromOutput`] or [`FromPreActivation`]. Sealed.
///
/// ```
/// use densely::{Activation, Tanh, activation::{Derivative, Gelu}};
///
/// /// Matrices of rows × outputs that a layer keeps.
/// fn kept<A: Activation>(_: A) -> usize {
///     1 + usize::from(A::Derivative::KEEPS_PRE_ACTIVATION)
/// }
/// assert_eq!((kept(Tanh), kept(Gelu)), (1, 2));
/// ```
pub trait Derivative: Debug + sealed::Sealed + 'static {
    /// What [`Activation::backward`] gets: the output a, rows × outputs, or
    /// [both](OutputAndPreActivation) a and z.
    type Cached<'a, F: Float>;

    /// Whether the weighted sums must be kept beside the output.
    const KEEPS_PRE_ACTIVATION: bool;

    #[doc(hidden)]
    fn select<F: Float>(both: OutputAndPreActivation<'_, F>) -> Self::Cached<'_, F>;
}

/// The derivative is a function of the output alone; the layer keeps one matrix.
///
/// [`Activation`] has an example with it.
#[derive(Clone, Copy, Debug)]
pub enum FromOutput {}

/// The derivative needs the weighted sums z, which the output of a function that is not monotone
/// does not determine; the layer keeps two matrices.
///
/// ```
/// use densely::{Activation, Float, activation::{FromPreActivation, OutputAndPreActivation}};
/// use ndarray::{ArrayViewMut2, Zip};
///
/// /// a = sin z (Sitzmann et al. 2020). The sign of its derivative cos z does not follow from a.
/// #[derive(Debug)]
/// struct Sine;
///
/// impl Activation for Sine {
///     type Derivative = FromPreActivation;
///
///     fn forward<F: Float>(&self, mut z: ArrayViewMut2<'_, F>) {
///         z.mapv_inplace(F::sin);
///     }
///
///     fn backward<F: Float>(
///         &self,
///         cached: OutputAndPreActivation<'_, F>,
///         delta: ArrayViewMut2<'_, F>,
///     ) {
///         Zip::from(delta).and(cached.pre_activation).for_each(|delta, &z| *delta *= z.cos());
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub enum FromPreActivation {}

/// What a layer keeps for a derivative that needs the weighted sums.
///
/// ```
/// use densely::{Activation, activation::{OutputAndPreActivation, Silu}};
/// use ndarray::array;
///
/// let z = array![[0.0]];
/// let (mut a, mut delta) = (z.clone(), array![[1.0]]);
/// Silu.forward(a.view_mut());
/// let cached = OutputAndPreActivation { output: a.view(), pre_activation: z.view() };
/// Silu.backward(cached, delta.view_mut());
/// assert_eq!((a, delta), (array![[0.0]], array![[0.5]]));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct OutputAndPreActivation<'a, F> {
    /// a = g(z), rows × outputs.
    pub output: ArrayView2<'a, F>,
    /// z, rows × outputs.
    pub pre_activation: ArrayView2<'a, F>,
}

impl Derivative for FromOutput {
    type Cached<'a, F: Float> = ArrayView2<'a, F>;
    const KEEPS_PRE_ACTIVATION: bool = false;

    fn select<F: Float>(both: OutputAndPreActivation<'_, F>) -> Self::Cached<'_, F> {
        both.output
    }
}

impl Derivative for FromPreActivation {
    type Cached<'a, F: Float> = OutputAndPreActivation<'a, F>;
    const KEEPS_PRE_ACTIVATION: bool = true;

    fn select<F: Float>(both: OutputAndPreActivation<'_, F>) -> Self::Cached<'_, F> {
        both
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::FromOutput {}
    impl Sealed for super::FromPreActivation {}
}

/// Checks α. Unless it is positive, the output does not show which branch it came from, and the
/// derivative is wrong. Losses and optimizers are checked when training starts; an activation only
/// here.
fn positive_alpha(alpha: f64) -> Result<f64> {
    let holds = |alpha: f64| alpha as f32 > 0.0 && (alpha as f32).is_finite();
    let needs = "positive and finite, also as an f32";
    Error::check_range("alpha", alpha, (needs, holds)).map(|()| alpha)
}
