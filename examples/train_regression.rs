//! Trains a network that predicts a number: how far a car goes on a gallon, from its properties.
//!
//! `cargo run --release --example train_regression`

use densely::{EarlyStopping, Identity, MeanSquaredError, Mlp, Sgd, Table, Tanh, Trainer, metrics};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    // All columns but the target are features. A column of text becomes columns of 0 and 1.
    let table = Table::read_csv(concat!(env!("CARGO_MANIFEST_DIR"), "/../data/auto_mpg.csv"))?;
    // A fifth of the rows is set aside: training never sees them.
    let (train, test) = table.regression("mpg")?.split(0.2, 7)?;

    let mut net =
        Mlp::<f32>::builder(train.features()).dense(32, Tanh).dense(1, Identity).seed(7).build()?;
    println!("{} features, {} parameters", net.features(), net.parameters());

    // The trainer measures the scale of each column, so rows stay in their own units.
    let report = Trainer::new(MeanSquaredError, Sgd::new(0.01).momentum(0.9))
        .epochs(500)
        .batch_size(32)
        .seed(7)
        .early_stopping(EarlyStopping::patience(30))
        .fit(&mut net, &train)?;
    println!("{report}");

    let predicted = net.predict(test.inputs())?;
    println!("car  true mpg  predicted");
    for (car, (truth, predicted)) in test.targets().iter().zip(&predicted).take(5).enumerate() {
        println!("{car:3}  {truth:8.1}  {predicted:9.1}");
    }

    let error = net.evaluate(&test, metrics::root_mean_squared_error)?;
    let explained = net.evaluate(&test, metrics::r_squared)?;
    println!("on {} other cars: RMSE {error:.2} mpg, R² {explained:.2}", test.rows());
    assert!(explained > 0.7);
    Ok(())
}
