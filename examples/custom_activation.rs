//! An activation that the library does not have: ten lines, and one call that proves its
//! derivative.
//!
//! `cargo run --release --example custom_activation` compares its gradients with numeric ones, and
//! then trains with it and with tanh.

use densely::{
    Activation, Adam, Dataset, Error, Float, Identity, MeanSquaredError, Mlp, Schedule, Tanh,
    Trainer,
    activation::{AnyActivation, FromPreActivation, OutputAndPreActivation},
    gradient_check, metrics,
    schedule::Span,
};
use ndarray::{Array2, ArrayViewMut2, Zip, array};

/// a = sin z. The derivative is cos z. The output a gives its size but not its sign, so the layer
/// keeps z as well.
#[derive(Debug)]
struct Sine;

impl Activation for Sine {
    type Derivative = FromPreActivation;

    fn forward<F: Float>(&self, mut z: ArrayViewMut2<'_, F>) {
        z.mapv_inplace(F::sin);
    }

    fn backward<F: Float>(&self, kept: OutputAndPreActivation<'_, F>, delta: ArrayViewMut2<'_, F>) {
        Zip::from(delta).and(kept.pre_activation).for_each(|delta, &z| *delta *= z.cos());
    }

    /// The name in model files, by which `Mlp::load_with` finds the activation.
    fn name(&self) -> Option<String> {
        Some("sine".into())
    }
}

fn main() -> Result<(), Error> {
    // Inputs that lead to z beyond π/2, where cos z is negative: had the derivative been written as
    // √(1 - a²), this would be an error.
    let (inputs, targets) =
        (array![[0.5, -3.0], [4.0, 2.5], [-2.0, 1.0]], array![[1.], [0.], [2.]]);
    let mut net = Mlp::<f64>::builder(2).dense(8, Sine).dense(1, Identity).build()?;
    let check = gradient_check(&mut net, &MeanSquaredError, inputs.view(), targets.view())?;
    let (compared, error) = (check.compared, check.largest_error);
    println!("{compared} gradients compared, largest relative error beyond rounding {error:.0e}");

    for activation in [Sine.into(), Tanh.into()] {
        println!("RMSE with {activation:?}: {:.4}", error_on_a_wave(&activation)?);
    }
    Ok(())
}

/// Five waves of a sine, learned from every other of 400 points; the error is that at the points
/// between.
fn error_on_a_wave(activation: &AnyActivation<f32>) -> Result<f64, Error> {
    let points = |first: usize| -> Result<Dataset<f32>, Error> {
        let x = Array2::from_shape_fn((200, 1), |(row, _)| (2 * row + first) as f32 / 20.0 - 10.0);
        let y = x.mapv(|x| (1.5 * x).sin());
        Dataset::new(x, y)
    };
    let (train, test) = (points(0)?, points(1)?);
    let builder = Mlp::builder(1).dense(32, activation.clone()).dense(32, activation.clone());
    // The inputs stay as they are: scaled to deviation 1, the wave would be too steep to learn.
    let mut net = builder.dense(1, Identity).without_units().build()?;
    Trainer::new(MeanSquaredError, Adam::new(0.01))
        .schedule(Schedule::cosine(Span::Epochs(300)))
        .epochs(300)
        .fit(&mut net, &train)?;
    net.evaluate(&test, metrics::root_mean_squared_error)
}
