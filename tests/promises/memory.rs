//! Training needs no more memory than its data, its parameters and two batches; on files, it does
//! not grow with them. Each test reads the peak memory of its own process.
#![cfg(target_os = "linux")]

use super::own_process::is_own_process;
use densely::{CategoricalCrossEntropy, Dataset, Mlp, Sgd, Softmax, Tanh, Trainer};
use ndarray::Array2;

/// Returns the peak resident memory of this process, in bytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.split_whitespace().next().unwrap().parse::<usize>().unwrap() * 1024
}

#[test]
fn peak_memory_is_bounded() {
    if !is_own_process("memory::peak_memory_is_bounded") {
        return;
    }
    let (rows, features, hidden, classes, batch) = (8192, 784, 128, 10, 64);
    let before = peak();
    let inputs = Array2::from_shape_fn((rows, features), |(r, c)| ((r * 31 + c * 17) as f32).sin());
    let targets = Array2::from_shape_fn((rows, classes), |(r, c)| f32::from(r % classes == c));
    let data = Dataset::new(inputs, targets).unwrap();
    let builder = Mlp::<f32>::builder(features).dense(hidden, Tanh).dense(classes, Softmax);
    let mut net = builder.build().unwrap();
    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.001).momentum(0.9));
    trainer = trainer.epochs(2).batch_size(batch);
    trainer.fit(&mut net, &data).unwrap();

    let of_data = rows * (features + classes) * 4;
    let of_parameters = net.parameters() * 4;
    let of_a_batch = batch * (features + hidden + classes) * 4;
    let bound = of_data + 4 * of_parameters + 2 * of_a_batch + (10 << 20);
    let grown = peak() - before;
    assert!(grown > of_data, "the data at least: {grown}");
    assert!(grown <= bound, "{grown} bytes, {bound} allowed");
}

/// Writes zeros, which the file system need not store.
#[cfg(feature = "npy")]
fn zeros(path: &std::path::Path, shape: &str, numbers: usize) {
    use std::io::Write;

    let mut file = std::fs::File::create(path).unwrap();
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
    let header = format!("{header:117}\n");
    file.write_all(&[b"\x93NUMPY\x01\x00\x76\x00", header.as_bytes()].concat()).unwrap();
    file.set_len(128 + 4 * numbers as u64).unwrap();
}

#[test]
#[cfg(feature = "npy")]
fn training_on_300_mb_takes_less_than_half_of_them() {
    use densely::{Identity, MeanSquaredError, metrics};

    if !is_own_process("memory::training_on_300_mb_takes_less_than_half_of_them") {
        return;
    }
    let (rows, features) = (100_000, 784);
    let folder = tempfile::tempdir().unwrap();
    let (inputs, targets) = (folder.path().join("x.npy"), folder.path().join("y.npy"));
    zeros(&inputs, &format!("({rows}, {features})"), rows * features);
    zeros(&targets, &format!("({rows},)"), rows);
    let before = peak();

    let data = Dataset::<f32, _>::open_npy(&inputs, &targets).unwrap();
    let (train, test) = data.split(0.1, 7).unwrap();
    let mut net = Mlp::builder(features).dense(4, Identity).dense(1, Identity).build().unwrap();
    let report = Trainer::new(MeanSquaredError, Sgd::new(0.1))
        .epochs(1)
        .batch_size(256)
        .validation_data(&test)
        .fit(&mut net, &train)
        .unwrap();
    assert_eq!((report.training_rows, report.best_loss()), (rows * 9 / 10, 0.0));
    net.evaluate(&test, metrics::mean_absolute_error).unwrap();

    let grown = (peak() - before) >> 20;
    assert!(grown < 150, "{grown} MB");
}
