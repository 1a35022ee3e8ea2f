//! Adds a loss that the library does not have, in ten lines, and checks its gradient with one call.
//!
//! `cargo run --release --example custom_loss` compares its gradients with numeric ones, and then
//! trains with it: not how far a car goes on a gallon on average, but between which two numbers
//! eight cars of ten are.

use densely::{
    EarlyStopping, Error, Float, Identity, Loss, Mlp, Result, Sgd, Table, Tanh, Trainer,
    activation::AnyActivation, gradient_check, loss::elementwise,
};
use ndarray::{ArrayView2, ArrayViewMut1, ArrayViewMut2, array};

/// The mean of max(q (y - a), (1 - q) (a - y)), which is least where a fraction q of all y is below
/// a.
#[derive(Debug)]
struct Quantile(f64);

impl<F: Float> Loss<F> for Quantile {
    fn evaluate(
        &self,
        outputs: ArrayView2<'_, F>,
        targets: ArrayView2<'_, F>,
        losses: ArrayViewMut1<'_, F>,
        gradient: ArrayViewMut2<'_, F>,
    ) {
        let (below, above) = (F::from_f64(-self.0), F::from_f64(1.0 - self.0));
        elementwise(outputs, targets, losses, gradient, |a, y| {
            let slope = if a < y { below } else { above };
            (slope * (a - y), slope)
        });
    }

    /// The report has the loss in miles per gallon, not in their standard deviations.
    fn rescaled(&self, loss: f64, factor: f64) -> f64 {
        loss * factor
    }

    fn check_output(&self, _: &AnyActivation<F>) -> Result<()> {
        let (name, needs) = ("quantile", "between 0 and 1, both excluded");
        match self.0 {
            value if value > 0.0 && value < 1.0 => Ok(()),
            value => Err(Error::Setting { name, value, needs }),
        }
    }
}

fn main() -> Result<()> {
    // The targets are on both sides of the outputs, since each side has its own slope.
    let (inputs, targets) =
        (array![[0.5, -1.0], [2.0, 0.3], [-1.0, 1.0]], array![[5.], [-5.], [5.]]);
    let mut net = Mlp::<f64>::builder(2).dense(4, Tanh).dense(1, Identity).build()?;
    let check = gradient_check(&mut net, &Quantile(0.9), inputs.view(), targets.view())?;
    let (compared, error) = (check.compared, check.largest_error);
    println!("{compared} gradients compared, largest relative error beyond rounding {error:.0e}");

    let (train, test) = Table::read_csv("data/auto_mpg.csv")?.regression("mpg")?.split(0.5, 7)?;
    println!("quantile  loss      mean prediction  other cars below it");
    for quantile in [0.1, 0.5, 0.9] {
        let builder = Mlp::<f32>::builder(train.features()).dense(8, Tanh).dense(1, Identity);
        let mut net = builder.build()?;
        let report = Trainer::new(Quantile(quantile), Sgd::new(0.02).momentum(0.9))
            .epochs(300)
            .early_stopping(EarlyStopping::patience(30))
            .fit(&mut net, &train)?;
        let predicted = net.predict(test.inputs())?;
        let below = predicted.iter().zip(test.targets()).filter(|&(a, y)| y < a).count();
        let (loss, rows) = (report.best_loss(), test.rows());
        let mean = predicted.sum() / rows as f32;
        println!("{quantile:8}  {loss:.2} mpg  {mean:11.1} mpg  {below:11} of {rows}");
    }
    Ok(())
}
