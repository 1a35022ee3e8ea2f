/// A weight matrix or bias, or a part of one, and its gradient: what an optimizer gets.
///
/// ```
/// use densely::{Backprop, Dense, Identity, MeanSquaredError, Mlp};
/// use ndarray::array;
///
/// let layer = Dense::<f64>::new(array![[1.0]], Some(array![0.0]), Identity)?;
/// let mut net = Mlp::from_layers(vec![layer])?;
/// let mut backprop = Backprop::new(&net);
/// // ∂loss/∂z = 2 (2 - 1) = 2.
/// backprop.run(&mut net, &MeanSquaredError, array![[2.0]].view(), array![[1.0]].view())?;
/// for parameter in backprop.parameters(&mut net)? {
///     let rate = if parameter.is_bias { 0.5 } else { 0.25 };
///     let numbers = parameter.values.iter_mut().zip(parameter.gradient);
///     numbers.for_each(|(value, gradient)| *value -= rate * gradient);
/// }
/// assert_eq!(net.layers()[0].weights(), array![[0.0]]);                 // 1 - 0.25 · 2 · 2
/// assert_eq!(net.layers()[0].bias(), Some(array![-1.0].view()));        // 0 - 0.5 · 2
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Parameter<'a, F> {
    /// Whether it is a bias, to which weight decay does not apply.
    pub is_bias: bool,
    /// The weights or biases, row-major.
    pub values: &'a mut [F],
    /// ∂loss/∂values, of the same length.
    pub gradient: &'a [F],
}
