//! Activations that are not built in, by their names in model files.

use super::{Activation, AnyActivation};
use crate::error::{NetworkError, Result, check::ensure};
use crate::{choice, float::Float};
use std::{collections::BTreeMap, fmt};

/// Makes an activation from the parameter in brackets behind its name, or from none.
type Make<F> = Box<dyn Fn(Option<&str>) -> Option<AnyActivation<F>> + Send + Sync>;

/// Activations that are not built in, for loading networks that have them.
///
/// ```
/// use densely::{Activation, Float, Mlp, activation::{Activations, FromOutput}};
/// use ndarray::{ArrayView2, ArrayViewMut2, Zip};
///
/// /// a = s tanh(z).
/// #[derive(Debug)]
/// struct ScaledTanh(f64);
///
/// impl Activation for ScaledTanh {
///     type Derivative = FromOutput;
///
///     fn forward<F: Float>(&self, mut z: ArrayViewMut2<'_, F>) {
///         let scale = F::from_f64(self.0);
///         z.mapv_inplace(|z| scale * z.tanh());
///     }
///
///     fn backward<F: Float>(&self, output: ArrayView2<'_, F>, delta: ArrayViewMut2<'_, F>) {
///         let scale = F::from_f64(self.0);
///         Zip::from(delta).and(output).for_each(|delta, &a| *delta *= scale - a * a / scale);
///     }
///
///     fn name(&self) -> Option<String> {
///         Some(format!("scaled_tanh({})", self.0))
///     }
/// }
///
/// let net = Mlp::<f32>::builder(2).dense(3, ScaledTanh(1.7159)).build()?;
/// let bytes = net.to_bytes()?;
///
/// let own = Activations::new()
///     .with_parameter("scaled_tanh", |scale| scale.parse().ok().map(ScaledTanh))?;
/// let loaded = Mlp::<f32>::from_bytes_with(&bytes, &own)?;
/// assert_eq!(loaded.layers()[0].weights(), net.layers()[0].weights());
///
/// assert!(Mlp::<f32>::from_bytes(&bytes).is_err());                  // without the activation
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Default)]
pub struct Activations<F: Float>(BTreeMap<String, Make<F>>);

impl<F: Float> Activations<F> {
    /// Only the built-in ones.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an activation under its [name](Activation::name).
    ///
    /// ```
    /// # use densely::{Activation, Float, activation::{Activations, FromOutput}};
    /// # use ndarray::{ArrayView2, ArrayViewMut2, Zip};
    /// /// a = ∛z, whose derivative is 1 / (3 a²).
    /// #[derive(Debug)]
    /// struct CubeRoot;
    ///
    /// impl Activation for CubeRoot {
    ///     fn name(&self) -> Option<String> {
    ///         Some("cube_root".into())
    ///     }
    ///     // …
    /// #     type Derivative = FromOutput;
    /// #     fn forward<F: Float>(&self, mut z: ArrayViewMut2<'_, F>) {
    /// #         z.mapv_inplace(F::cbrt);
    /// #     }
    /// #     fn backward<F: Float>(&self, output: ArrayView2<'_, F>, delta: ArrayViewMut2<'_, F>) {
    /// #         let three = F::from_f64(3.0);
    /// #         Zip::from(delta).and(output).for_each(|delta, &a| *delta /= three * a * a);
    /// #     }
    /// }
    ///
    /// let own = Activations::<f32>::new().with(CubeRoot)?;
    /// let known = ["cube_root", "tanh", "fourth_root"].map(|name| own.named(name).is_some());
    /// assert_eq!(known, [true, true, false]);
    /// assert!(own.with(CubeRoot).is_err());
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`NetworkError::ActivationName`] if it has no name, or the name is taken.
    pub fn with(self, activation: impl Activation) -> Result<Self> {
        let activation = AnyActivation::from(activation);
        let name = activation.name().unwrap_or_default();
        self.add(name, Box::new(move |text| text.is_none().then(|| activation.clone())))
    }

    /// Adds the activations of this name with a parameter in brackets behind it. `make` gets the
    /// text in the brackets, and returns `None` if it is not valid.
    ///
    /// # Errors
    ///
    /// [`NetworkError::ActivationName`] if the name is empty or taken, or has a bracket itself.
    pub fn with_parameter<A: Activation>(
        self,
        name: impl Into<String>,
        make: impl Fn(&str) -> Option<A> + Send + Sync + 'static,
    ) -> Result<Self> {
        let name = name.into();
        // It could not be found again.
        check_name(!name.contains(['(', ')']), &name, "contains a bracket")?;
        self.add(name, Box::new(move |text| make(text?).map(AnyActivation::from)))
    }

    fn add(mut self, name: String, make: Make<F>) -> Result<Self> {
        Self::check_own_name(&name)?;
        check_name(!self.0.contains_key(&name), &name, "is taken")?;
        self.0.insert(name, make);
        Ok(self)
    }

    /// The activation of this name, built in or added.
    pub fn named(&self, name: &str) -> Option<AnyActivation<F>> {
        let added = |name: &str, text| self.0.get(name)?(text);
        let parse = || choice::split(name).and_then(|(name, text)| added(name, Some(text)));
        name.parse().ok().or_else(|| added(name, None)).or_else(parse)
    }

    /// Refuses a name that is empty or that of a built-in activation.
    pub(crate) fn check_own_name(name: &str) -> Result<()> {
        let first = choice::name(name);
        check_name(!first.is_empty(), name, "is empty")?;
        let is_built_in = AnyActivation::<F>::NAMES.contains(&first);
        check_name(!is_built_in, name, "is that of a built-in activation")
    }
}

fn check_name(is_right: bool, name: &str, reason: &'static str) -> Result<()> {
    ensure(is_right, || NetworkError::ActivationName { name: name.to_owned(), reason })
}

/// The names that were added.
impl<F: Float> fmt::Debug for Activations<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}
