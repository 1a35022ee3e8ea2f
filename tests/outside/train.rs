//! An application that depends only on `densely`: it trains, saves, loads and predicts.

use densely::{EarlyStopping, Identity, MeanSquaredError, Mlp, Sgd, Table, Tanh, Trainer, metrics};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(data), Some(saved)) = (arguments.next(), arguments.next()) else {
        return Err("usage: train <data> <model>".into());
    };
    let (train, test) = Table::read_csv(data)?.regression("mpg")?.split(0.2, 7)?;
    let mut net = Mlp::<f32>::builder(train.features()).dense(32, Tanh).dense(1, Identity).build()?;
    Trainer::new(MeanSquaredError, Sgd::new(0.01).momentum(0.9))
        .early_stopping(EarlyStopping::patience(30))
        .fit(&mut net, &train)?;
    net.save(&saved)?;

    let loaded = Mlp::<f32>::load(&saved)?;
    assert_eq!(loaded.predict(test.inputs())?, net.predict(test.inputs())?);
    println!("{}", loaded.evaluate(&test, metrics::root_mean_squared_error)?);
    Ok(())
}
