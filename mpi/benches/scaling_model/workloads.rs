//! The five workloads of `benches/README.md`, with generated numbers in place of data.

use densely::{
    BinaryCrossEntropy, CategoricalCrossEntropy, Dataset, Identity, Loss, MeanSquaredError, Mlp,
    Sigmoid, Softmax, Tanh, activation::AnyActivation,
};
use ndarray::Array2;

pub struct Workload {
    pub name: &'static str,
    pub layers: &'static [usize],
    /// Rows of a batch.
    pub batch: usize,
    output: fn() -> AnyActivation<f32>,
    pub loss: fn() -> Box<dyn Loss<f32>>,
}

pub const WORKLOADS: [Workload; 5] = [
    Workload {
        name: "tiny",
        layers: &[8, 32, 1],
        batch: 32,
        output: || Identity.into(),
        loss: || Box::new(MeanSquaredError),
    },
    Workload {
        name: "small",
        layers: &[30, 64, 64, 1],
        batch: 32,
        output: || Sigmoid.into(),
        loss: || Box::new(BinaryCrossEntropy),
    },
    Workload {
        name: "mnist",
        layers: &[784, 128, 10],
        batch: 64,
        output: || Softmax.into(),
        loss: || Box::new(CategoricalCrossEntropy),
    },
    Workload {
        name: "large",
        layers: &[784, 512, 512, 10],
        batch: 256,
        output: || Softmax.into(),
        loss: || Box::new(CategoricalCrossEntropy),
    },
    Workload {
        name: "wide",
        layers: &[1024, 1024, 1024, 1024],
        batch: 256,
        output: || Identity.into(),
        loss: || Box::new(MeanSquaredError),
    },
];

impl Workload {
    pub fn network(&self) -> Mlp<f32> {
        let (last, hidden) = (self.layers.len() - 1, 1..self.layers.len() - 1);
        let builder = hidden.fold(Mlp::builder(self.layers[0]), |builder, layer| {
            builder.dense(self.layers[layer], Tanh)
        });
        builder.dense(self.layers[last], (self.output)()).build().unwrap()
    }

    /// Inputs about as large as random normal ones, and one row in each class, so that the targets
    /// suit every loss.
    pub fn data(&self, rows: usize) -> Dataset<f32> {
        let outputs = self.layers[self.layers.len() - 1];
        let inputs = Array2::from_shape_fn((rows, self.layers[0]), |(row, column)| {
            1.7 * ((row * 73 + column * 317) as f32 / 10.0).sin()
        });
        let targets = Array2::from_shape_fn((rows, outputs), |(row, column)| {
            f32::from(row % outputs.max(2) == column)
        });
        Dataset::new(inputs, targets).unwrap()
    }

    /// How many numbers each gradient has, in the order in which the backward pass gives them: of
    /// the last layer's weights, of its bias, and so on.
    pub fn gradients(&self) -> Vec<usize> {
        let layers = self.layers.windows(2).rev();
        layers.flat_map(|layer| [layer[0] * layer[1], layer[1]]).collect()
    }

    pub fn parameters(&self) -> usize {
        self.gradients().iter().sum()
    }
}
