/// A weight matrix or bias, or a part of one, and its gradient: what an optimizer is given.
///
/// ```
/// use densely::{Backprop, Dense, Identity, MeanSquaredError, Mlp};
/// use ndarray::array;
///
/// let mut net = Mlp::from_layers(vec![Dense::<f64>::new(array![[1.0]], Some(array![0.0]), Identity)?])?;
/// let mut backprop = Backprop::new(&net);
/// backprop.run(&mut net, &MeanSquaredError, array![[2.0]].view(), array![[1.0]].view())?;     // ∂loss/∂z = 2 (2 - 1) = 2
/// for parameter in backprop.parameters(&mut net) {
///     let rate = if parameter.is_bias { 0.5 } else { 0.25 };                                  // gradient descent by hand
///     parameter.values.iter_mut().zip(parameter.gradient).for_each(|(value, g)| *value -= rate * g);
/// }
/// assert_eq!(net.layers()[0].weights(), array![[0.0]]);                                       // 1 - 0.25 · 2 · 2
/// assert_eq!(net.layers()[0].bias(), Some(array![-1.0].view()));                              // 0 - 0.5 · 2
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Parameter<'a, F> {
    /// Whether it is a bias, which weight decay leaves alone.
    pub is_bias: bool,
    /// The numbers to be learned, row-major.
    pub values: &'a mut [F],
    /// ∂loss/∂values, of the same length.
    pub gradient: &'a [F],
}
