//! Learns exclusive or, and predicts it.

use densely::ndarray::array;
use densely::{BinaryCrossEntropy, Dataset, Mlp, Sgd, Sigmoid, Tanh, Trainer};

fn main() -> Result<(), densely::Error> {
    let inputs = array![[0.0_f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]];
    let data = Dataset::binary(inputs, [0, 1, 1, 0])?;
    let mut net = Mlp::builder(2).dense(8, Tanh).dense(1, Sigmoid).build()?;
    let sgd = Sgd::new(0.5).momentum(0.9);
    let mut trainer = Trainer::new(BinaryCrossEntropy, sgd).without_validation().batch_size(4).epochs(300);
    trainer.fit(&mut net, &data)?;
    println!("{:.3}", net.predict(data.inputs())?);
    Ok(())
}
