//! Handwritten digits with two hidden layers, dropout and Adam: the settings of a classifier that
//! is to generalise, over ten seeds.
//!
//! `cargo run --release --example dropout` trains with and without dropout, and prints the
//! accuracies on rows that were not trained on.

use densely::{
    Adam, CategoricalCrossEntropy, Dataset, Error, Mlp, Relu, Schedule, Softmax, Table, Trainer,
    metrics, schedule::Span,
};

const EPOCHS: usize = 60;

fn main() -> Result<(), Error> {
    let digits = Table::read_csv("data/digits.csv")?.multiclass::<f32>("digit")?;
    println!("test accuracy on the digits, median of ten seeds (least to largest)");
    for dropout in [0.0, 0.3] {
        let accuracies = (0..10).map(|seed| accuracy(&digits, dropout, seed));
        let mut accuracies = accuracies.collect::<Result<Vec<_>, _>>()?;
        accuracies.sort_by(f64::total_cmp);
        let median = (accuracies[4] + accuracies[5]) / 2.0;
        println!("dropout {dropout}: {median:.4} ({:.4} to {:.4})", accuracies[0], accuracies[9]);
    }
    Ok(())
}

/// Trains on four fifths of the rows, and returns the accuracy on the others.
fn accuracy(digits: &Dataset<f32>, dropout: f64, seed: u64) -> Result<f64, Error> {
    let (train, test) = digits.split(0.2, seed)?;
    let mut net = Mlp::<f32>::builder(train.features())
        .dense(256, Relu)
        .dropout(dropout)
        .dense(128, Relu)
        .dropout(dropout)
        .dense(train.outputs(), Softmax)
        .seed(seed)
        .build()?;
    Trainer::new(CategoricalCrossEntropy, Adam::new(0.003))
        .schedule(Schedule::one_cycle(Span::Epochs(EPOCHS)))
        .epochs(EPOCHS)
        .batch_size(32)
        .seed(seed)
        .fit(&mut net, &train)?;
    metrics::accuracy(net.predict(test.inputs())?.view(), test.targets())
}
