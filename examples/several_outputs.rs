//! One network predicts several numbers of a row at once: how far a car goes on a gallon, and how
//! long it takes to 60 miles an hour.
//!
//! `cargo run --release --example several_outputs`

use densely::{
    EarlyStopping, Identity, MeanSquaredError, Mlp, Sgd, Table, Tanh, Trainer, data::Target,
    metrics,
};
use ndarray::s;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let table = Table::read_csv(concat!(env!("CARGO_MANIFEST_DIR"), "/../data/auto_mpg.csv"))?;
    let data = table.dataset(Target::numbers(["mpg", "acceleration"]))?;
    let (train, test) = data.split(0.2, 7)?;

    // The hidden layer serves both. Each target is divided by its own standard deviation while the
    // network learns, so that both count equally.
    let mut net = Mlp::<f32>::builder(train.features())
        .dense(32, Tanh)
        .dense(train.outputs(), Identity)
        .seed(7)
        .build()?;
    Trainer::new(MeanSquaredError, Sgd::new(0.02).momentum(0.9))
        .epochs(200)
        .seed(7)
        .early_stopping(EarlyStopping::patience(30))
        .fit(&mut net, &train)?;

    let (predicted, targets) = (net.predict(test.inputs())?, test.targets());
    for (column, name) in net.schema().targets.iter().enumerate() {
        // One column at a time: a single number for both would mix miles and seconds.
        let column = s![.., column..=column];
        let (predicted, targets) = (predicted.slice(column), targets.slice(column));
        let error = metrics::root_mean_squared_error(predicted, targets)?;
        let explained = metrics::r_squared(predicted, targets)?;
        println!("{name:12}  RMSE {error:.2}  R² {explained:.2}");
        assert!(explained > 0.4);
    }
    Ok(())
}
