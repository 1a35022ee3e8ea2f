//! Trains a network that says yes or no: whether a tumour is malignant, and how probable that is.
//!
//! `cargo run --release --example train_binary_classifier`

use densely::{
    BinaryCrossEntropy, EarlyStopping, Mlp, Sgd, Sigmoid, Table, Tanh, Trainer, metrics,
    metrics::ConfusionMatrix,
};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let table = Table::read_csv(concat!(env!("CARGO_MANIFEST_DIR"), "/../data/breast_cancer.csv"))?;
    // The classes are in alphabetical order: benign is 0, malignant is 1. Both parts of the split
    // have the same share of each.
    let (train, test) = table.binary("diagnosis")?.split(0.2, 7)?;

    // One output: the probability of the second class.
    let mut net =
        Mlp::<f32>::builder(train.features()).dense(32, Tanh).dense(1, Sigmoid).seed(7).build()?;
    let report = Trainer::new(BinaryCrossEntropy, Sgd::new(0.02).momentum(0.9))
        .epochs(300)
        .seed(7)
        .early_stopping(EarlyStopping::patience(30))
        .fit(&mut net, &train)?;
    println!("{report}");

    let predicted = net.predict(test.inputs())?;
    for (row, probability) in predicted.iter().take(3).enumerate() {
        println!("tumour {row} is {} with probability {probability:.3}", net.classes()[1]);
    }
    println!("{}", ConfusionMatrix::new(predicted.view(), test.targets(), net.classes())?);

    let accuracy = net.evaluate(&test, metrics::accuracy)?;
    // How often a malignant tumour has a higher probability than a benign one.
    let area = net.evaluate(&test, metrics::roc_auc)?;
    println!("on {} other tumours: accuracy {accuracy:.3}, ROC AUC {area:.3}", test.rows());
    assert!(accuracy > 0.92 && area > 0.97);
    Ok(())
}
