//! The memory of training on files does not grow with the files. The test has its own process,
//! since it reads the peak memory of the process.
#![cfg(target_os = "linux")]

use densely::{Dataset, Identity, MeanSquaredError, Mlp, Sgd, Trainer, metrics};
use std::fs::File;
use std::io::Write;
use std::path::Path;

const ROWS: usize = 100_000;
const FEATURES: usize = 784;

/// Writes zeros, which the file system need not store.
fn zeros(path: &Path, shape: &str, numbers: usize) {
    let mut file = File::create(path).unwrap();
    let header = format!("{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}");
    let header = format!("{header:117}\n");
    file.write_all(&[b"\x93NUMPY\x01\x00\x76\x00", header.as_bytes()].concat()).unwrap();
    file.set_len(128 + 4 * numbers as u64).unwrap();
}

/// Returns the peak memory of this process so far, in kilobytes.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn training_on_300_mb_takes_less_than_half_of_them() {
    let folder = tempfile::tempdir().unwrap();
    let (inputs, targets) = (folder.path().join("x.npy"), folder.path().join("y.npy"));
    zeros(&inputs, &format!("({ROWS}, {FEATURES})"), ROWS * FEATURES);
    zeros(&targets, &format!("({ROWS},)"), ROWS);
    let before = peak();

    let data = Dataset::<f32, _>::open_npy(&inputs, &targets).unwrap();
    let (train, test) = data.split(0.1, 7).unwrap();
    let mut net = Mlp::builder(FEATURES).dense(4, Identity).dense(1, Identity).build().unwrap();
    let report = Trainer::new(MeanSquaredError, Sgd::new(0.1))
        .epochs(1)
        .batch_size(256)
        .validation_data(&test)
        .fit(&mut net, &train)
        .unwrap();
    assert_eq!((report.training_rows(), report.best_loss()), (ROWS * 9 / 10, 0.0));
    net.evaluate(&test, metrics::mean_absolute_error).unwrap();

    let grown = (peak() - before) / 1024;
    println!("{grown} MB more");
    assert!(grown < 150, "{grown} MB");
}
