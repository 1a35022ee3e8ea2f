//! Activations with their types erased, so that the layers of a network can have different ones.

use super::{
    Activation, Derivative, Elu, Exponential, Gelu, HardTanh, Identity, Isru, LeakyRelu, Mish,
    OutputAndPreActivation, Relu, Selu, Sigmoid, Silu, Softmax, Softplus, Softsign, Tanh,
};
use crate::error::{Error, Result};
use crate::{choice, float::Float, initialization::Initialization};
use ndarray::{ArrayView2, ArrayViewMut2};
use std::{any::Any, fmt, str::FromStr, sync::Arc};

/// Any [`Activation`], built in or custom, as a [`Dense`](crate::dense::Dense) layer owns it. A
/// clone shares the activation.
///
/// `FromStr` reads a built-in activation by name. `Display` writes the name, or `Debug` without
/// one.
///
/// ```
/// use densely::{Mlp, Softmax, Tanh, activation::{AnyActivation, LeakyRelu}};
/// use ndarray::array;
///
/// let chosen: AnyActivation<f32> = Tanh.into();
/// let net = Mlp::builder(4).dense(8, chosen).dense(3, Softmax).build()?;
/// assert!(net.layers()[0].activation().is::<Tanh>());
///
/// let leaky: AnyActivation<f32> = "leaky_relu(0.25)".parse()?;
/// assert_eq!(leaky.downcast::<LeakyRelu>().map(LeakyRelu::alpha), Some(0.25));
/// assert_eq!(leaky.to_string(), "leaky_relu(0.25)");
/// assert!("leaky".parse::<AnyActivation<f32>>().is_err());
///
/// let (mut a, mut delta) = (array![[-2.0, 3.0]], array![[1.0, 1.0]]);
/// leaky.forward(a.view_mut());                                    // a = g(z), z not kept
/// assert!(!leaky.keeps_pre_activation());
/// leaky.backward(a.view(), array![[]].view(), delta.view_mut());
/// assert_eq!((a, delta), (array![[-0.5, 3.0]], array![[0.25, 1.0]]));
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Clone)]
pub struct AnyActivation<F: Float>(Arc<dyn Erased<F>>);

impl<F: Float> fmt::Display for AnyActivation<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => formatter.write_str(&name),
            None => self.0.fmt(formatter),
        }
    }
}

/// The object-safe face of an activation.
trait Erased<F: Float>: Any + fmt::Debug + Send + Sync {
    fn keeps_pre_activation(&self) -> bool;
    fn forward(&self, z: ArrayViewMut2<'_, F>);
    fn backward(&self, cached: OutputAndPreActivation<'_, F>, delta: ArrayViewMut2<'_, F>);
    fn initialization(&self) -> Initialization;
    fn own_name(&self) -> Option<String>;
}

impl<F: Float, A: Activation> Erased<F> for A {
    fn keeps_pre_activation(&self) -> bool {
        A::Derivative::KEEPS_PRE_ACTIVATION
    }

    fn forward(&self, z: ArrayViewMut2<'_, F>) {
        Activation::forward(self, z);
    }

    fn backward(&self, cached: OutputAndPreActivation<'_, F>, delta: ArrayViewMut2<'_, F>) {
        Activation::backward(self, A::Derivative::select(cached), delta);
    }

    fn initialization(&self) -> Initialization {
        Activation::initialization(self)
    }

    fn own_name(&self) -> Option<String> {
        Activation::name(self)
    }
}

impl<F: Float, A: Activation> From<A> for AnyActivation<F> {
    fn from(activation: A) -> Self {
        Self(Arc::new(activation))
    }
}

impl<F: Float> fmt::Debug for AnyActivation<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// The built-in activations: their names, and α of those that have one.
macro_rules! built_in {
    ($($name:literal: $activation:ident $(($alpha:ident))?,)*) => {
        impl<F: Float> AnyActivation<F> {
            /// The names of the built-in activations.
            pub const NAMES: &'static [&'static str] = &[$($name),*];

            /// Whether it is one of [`NAMES`](Self::NAMES).
            pub fn is_built_in(&self) -> bool {
                false $(|| self.is::<$activation>())*
            }

            /// The name of a built-in activation, with its α if it has one; else
            /// [`Activation::name`].
            pub fn name(&self) -> Option<String> {
                $(if let Some(_activation) = self.downcast::<$activation>() {
                    return Some($name.to_owned() $(+ &format!("({})", _activation.$alpha()))?);
                })*
                self.0.own_name()
            }
        }

        /// Reads a built-in activation: one of [`AnyActivation::NAMES`], as in `elu` or `elu(0.5)`.
        impl<F: Float> FromStr for AnyActivation<F> {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                match choice::name(text) {
                    $($name => {
                        let chosen = $activation::default();
                        $(let mut $alpha = chosen.alpha();)?
                        choice::read(KIND, text, vec![$(("alpha", &mut $alpha))?], 0)?;
                        $(let chosen = $activation::new($alpha)?;)?
                        Ok(chosen.into())
                    })*
                    _ => Err(choice::unknown(KIND, text, Self::NAMES)),
                }
            }
        }
    };
}

/// The kind of choice, in errors.
const KIND: &str = "activation";

built_in! {
    "identity": Identity,
    "sigmoid": Sigmoid,
    "tanh": Tanh,
    "relu": Relu,
    "leaky_relu": LeakyRelu(alpha),
    "elu": Elu(alpha),
    "selu": Selu,
    "softplus": Softplus,
    "softsign": Softsign,
    "exponential": Exponential,
    "hard_tanh": HardTanh,
    "isru": Isru,
    "gelu": Gelu,
    "silu": Silu,
    "mish": Mish,
    "softmax": Softmax,
}

impl<F: Float> AnyActivation<F> {
    /// Whether this is an `A`.
    pub fn is<A: Activation>(&self) -> bool {
        self.downcast::<A>().is_some()
    }

    /// This, if it is an `A`.
    pub fn downcast<A: Activation>(&self) -> Option<&A> {
        (&*self.0 as &dyn Any).downcast_ref()
    }

    /// Whether the derivative needs the weighted sums
    /// ([`FromPreActivation`](super::FromPreActivation)).
    pub fn keeps_pre_activation(&self) -> bool {
        self.0.keeps_pre_activation()
    }

    /// Whether output i depends on z_i alone: unknown, hence false, for custom activations.
    pub(crate) fn is_elementwise(&self) -> bool {
        self.is_built_in() && !self.is::<Softmax>()
    }

    /// See [`Activation::forward`].
    pub fn forward(&self, z: ArrayViewMut2<'_, F>) {
        self.0.forward(z);
    }

    /// See [`Activation::backward`]. `pre_activation` may have no rows where it
    /// [is not kept](Self::keeps_pre_activation).
    pub fn backward(
        &self,
        output: ArrayView2<'_, F>,
        pre_activation: ArrayView2<'_, F>,
        delta: ArrayViewMut2<'_, F>,
    ) {
        self.0.backward(OutputAndPreActivation { output, pre_activation }, delta);
    }

    /// See [`Activation::initialization`].
    pub fn initialization(&self) -> Initialization {
        self.0.initialization()
    }
}
