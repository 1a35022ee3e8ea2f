//! Training needs no more memory than its data, its parameters and two batches.

#[test]
#[cfg(target_os = "linux")]
fn peak_memory_is_bounded() {
    use densely::{CategoricalCrossEntropy, Dataset, Mlp, Sgd, Softmax, Tanh, Trainer};
    use ndarray::Array2;

    /// Returns the peak resident memory of this process, in bytes.
    fn peak() -> usize {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.split_whitespace().next().unwrap().parse::<usize>().unwrap() * 1024
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
