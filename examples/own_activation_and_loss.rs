//! An activation and a loss that the library does not have, both proved by one `gradient_check`:
//! how far do nine cars of ten go on a gallon, at most?
//!
//! `cargo run --release --example own_activation_and_loss`

use densely::loss::elementwise;
use densely::{Activation, Float, Identity, Loss, Mlp, Sgd, Table, Trainer};
use densely::{activation::FromOutput, gradient_check};
use ndarray::{ArrayView2, ArrayViewMut1, ArrayViewMut2, Zip, array};
use std::{error::Error, iter::zip};

/// a = z / √(1 + z²), whose derivative (1 + z²)^(-3/2) is (1 - a²)^(3/2).
#[derive(Debug)]
struct Algebraic;

impl Activation for Algebraic {
    type Derivative = FromOutput;
    fn forward<F: Float>(&self, mut z: ArrayViewMut2<F>) {
        z.mapv_inplace(|z| z / (F::one() + z * z).sqrt());
    }
    fn backward<F: Float>(&self, output: ArrayView2<F>, delta: ArrayViewMut2<F>) {
        Zip::from(delta).and(output).for_each(|d, &a| *d *= (F::one() - a * a).powi(3).sqrt());
    }
}

/// The mean of max(q (y - a), (1 - q) (a - y)), which is least where a fraction q of y is below a.
#[derive(Debug)]
struct Quantile(f64);

impl Loss<f64> for Quantile {
    fn evaluate(
        &self,
        outputs: ArrayView2<f64>,
        targets: ArrayView2<f64>,
        losses: ArrayViewMut1<f64>,
        gradient: ArrayViewMut2<f64>,
    ) {
        elementwise(outputs, targets, losses, gradient, |a, y| {
            let slope = if a < y { -self.0 } else { 1.0 - self.0 };
            (slope * (a - y), slope)
        });
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    // Targets on both sides of the outputs, since each side has its own slope.
    let (x, y) = (array![[0.5, -1.0], [2.0, 0.3], [-1.0, 1.0]], array![[5.0], [-5.0], [5.0]]);
    let mut net = Mlp::builder(2).dense(4, Algebraic).dense(1, Identity).build()?;
    let check = gradient_check(&mut net, &Quantile(0.9), x.view(), y.view())?; // else an error
    println!("{} derivatives agree with differences of the loss", check.compared);

    let table = Table::read_csv(concat!(env!("CARGO_MANIFEST_DIR"), "/../data/auto_mpg.csv"))?;
    let (train, test) = table.regression("mpg")?.split(0.2, 7)?;
    let mut net = Mlp::builder(train.features()).dense(4, Algebraic).dense(1, Identity).build()?;
    Trainer::new(Quantile(0.9), Sgd::new(0.02).momentum(0.9)).epochs(50).fit(&mut net, &train)?;
    let below = zip(test.targets(), &net.predict(test.inputs())?).filter(|(y, a)| y < a).count();
    println!("{below} of {} other cars are below their quantile of 0.9", test.rows());
    assert!((0.75..0.99).contains(&(below as f64 / test.rows() as f64)));
    Ok(())
}
