//! Trains a network that chooses one of several classes: which digit a picture of 8 × 8 pixels is.
//!
//! `cargo run --release --example train_multiclass`

use densely::{
    Adam, CategoricalCrossEntropy, Mlp, Relu, Schedule, Softmax, Table, Trainer, metrics,
    metrics::ConfusionMatrix, schedule::Span,
};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let table = Table::read_csv(concat!(env!("CARGO_MANIFEST_DIR"), "/../data/digits.csv"))?;
    let (train, test) = table.multiclass("digit")?.split(0.2, 7)?;

    // One output for each class: its probability. Dropout keeps a network of this size from
    // learning the training rows by heart.
    let mut net = Mlp::<f32>::builder(train.features())
        .dense(128, Relu)
        .dropout(0.3)
        .dense(64, Relu)
        .dropout(0.3)
        .dense(train.outputs(), Softmax)
        .seed(7)
        .build()?;
    // The learning rate rises to Adam's, and falls to nearly 0.
    let report = Trainer::new(CategoricalCrossEntropy, Adam::new(0.003))
        .schedule(Schedule::one_cycle(Span::Epochs(40)))
        .epochs(40)
        .seed(7)
        .fit(&mut net, &train)?;
    println!("{report}");

    let predicted = net.predict(test.inputs())?;
    println!("{}", ConfusionMatrix::new(predicted.view(), test.targets(), net.classes())?);
    println!("the first five: {:?}", &net.predict_classes(test.inputs())?[..5]);

    let accuracy = net.evaluate(&test, metrics::accuracy)?;
    println!("accuracy on {} other pictures: {accuracy:.3}", test.rows());
    assert!(accuracy > 0.95);
    Ok(())
}
