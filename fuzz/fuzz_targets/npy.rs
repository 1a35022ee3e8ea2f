#![no_main]
//! Fuzzes NumPy files.

use densely::{Dataset, Float, MeanSquaredError, Mlp, Sgd, Trainer};
use libfuzzer_sys::fuzz_target;
use std::path::Path;

/// The most features that are read: these few bytes cannot hold more numbers.
const MOST_FEATURES: usize = 1000;

fn open<F: Float>(file: &Path) {
    let Ok(data) = Dataset::<F, _>::open_npy(file, file) else { return };
    assert!(data.rows() > 0 && data.features() > 0 && data.outputs() == data.features());
    if let Ok(read) = data.read(0..data.rows()) {
        assert!(read.inputs().iter().all(|x| x.is_finite()));
        assert_eq!(read.inputs(), read.targets());
    }
    if data.features() <= MOST_FEATURES {
        let builder = Mlp::builder(data.features());
        let mut net = builder.dense(data.outputs(), densely::Identity).build().expect("a network");
        let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.01)).epochs(1);
        let _ = trainer.fit(&mut net, &data);
    }
}

fuzz_target!(|bytes: &[u8]| {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("numbers.npy");
    std::fs::write(&file, bytes).expect("a file");
    open::<f32>(&file);
    open::<f64>(&file);
});
