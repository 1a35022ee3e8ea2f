//! A training step allocates nothing after the first, for every activation, loss and optimizer that there is.

use allocation_counter::measure;
use densely::{
    AnyActivation, Backprop, BinaryCrossEntropy, CategoricalCrossEntropy, Float, Identity, Loss,
    MeanSquaredError, Memory, Mlp, Sgd, Sigmoid, Softmax,
};
use ndarray::Array2;

fn steps_allocate_nothing<F: Float>() {
    let losses: [(&dyn Loss<F>, AnyActivation<F>); 3] = [
        (&MeanSquaredError, Identity.into()),
        (&BinaryCrossEntropy, Sigmoid.into()),
        (&CategoricalCrossEntropy, Softmax.into()),
    ];
    for name in AnyActivation::<F>::NAMES {
        for (loss, output) in &losses {
            for sgd in [Sgd::new(0.01), Sgd::new(0.01).momentum(0.9).nesterov()] {
                let hidden = AnyActivation::named(name).unwrap();
                let builder = Mlp::<F>::builder(10).dense(33, hidden.clone()).dense(70, hidden);
                let mut net = builder.dense(3, output.clone()).build().unwrap();
                let inputs = Array2::from_elem((32, 10), F::from_f64(0.3));
                let targets = Array2::from_shape_fn((32, 3), |(row, class)| {
                    F::from_f64(f64::from(row % 3 == class))
                });
                let mut backprop = Backprop::new(&net);
                let mut memory = Memory::new();
                // The last batch of an epoch is shorter.
                let mut step = |rows: usize| {
                    let (inputs, targets) = (inputs.view(), targets.view());
                    let (inputs, _) = inputs.split_at(ndarray::Axis(0), rows);
                    let (targets, _) = targets.split_at(ndarray::Axis(0), rows);
                    backprop.run(&mut net, *loss, inputs, targets).unwrap();
                    memory.step(&sgd, backprop.parameters(&mut net));
                };
                step(32);
                let later = measure(|| [7, 32, 1, 32].into_iter().for_each(&mut step));
                assert_eq!(later.count_total, 0, "{name}, {loss:?}, {}: {later:?}", F::NAME);
            }
        }
    }
}

#[test]
fn training_steps_allocate_nothing_after_the_first() {
    steps_allocate_nothing::<f32>();
    steps_allocate_nothing::<f64>();
}
