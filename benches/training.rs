//! What a training step is made of, and whole steps, on the six workloads of `benches/README.md`;
//! and prediction, of one row and of many.
//!
//! `cargo bench -p densely-benches --bench training`. All on one thread; `benches/peers` compares
//! with other libraries, and one thread with two.

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput};
use densely::activation::{AnyActivation, Selu};
use densely::optimizer::{Adam, Optimizer, OptimizerState};
use densely::{
    Backprop, BinaryCrossEntropy, CategoricalCrossEntropy, Dataset, Float, Identity, Loss,
    MeanSquaredError, Mlp, PredictBuffers, Sgd, Sigmoid, Softmax, Tanh, units::Scaling,
};
use ndarray::Array2;
use std::hint::black_box;
use std::time::Duration;

struct Workload<F: Float> {
    name: &'static str,
    layers: &'static [usize],
    hidden: AnyActivation<F>,
    output: AnyActivation<F>,
    loss: Box<dyn Loss<F>>,
    /// Its rate is so small that the weights hardly move: tanh would get cheaper as it saturates.
    optimizer: Box<dyn Optimizer<F>>,
    /// Of the inputs. `Backprop` takes rows in network units, so they count in predictions alone.
    units: Scaling,
    batch: usize,
}

fn workloads<F: Float>() -> [Workload<F>; 6] {
    [
        Workload::new("tiny", &[8, 32, 1], 32, Identity, MeanSquaredError),
        Workload::new("small", &[30, 64, 64, 1], 32, Sigmoid, BinaryCrossEntropy),
        Workload::new("mnist", &[784, 128, 10], 64, Softmax, CategoricalCrossEntropy),
        Workload::new("large", &[784, 512, 512, 10], 256, Softmax, CategoricalCrossEntropy),
        Workload::new("wide", &[1024, 1024, 1024, 1024], 256, Identity, MeanSquaredError),
        Workload {
            hidden: Selu.into(),
            optimizer: Box::new(Adam::new(1e-6)),
            units: Scaling::Robust,
            ..Workload::new("table", &[30, 256, 256, 256, 1], 256, Sigmoid, BinaryCrossEntropy)
        },
    ]
}

impl<F: Float> Workload<F> {
    /// With tanh, SGD with momentum, and inputs as they are.
    fn new(
        name: &'static str,
        layers: &'static [usize],
        batch: usize,
        output: impl Into<AnyActivation<F>>,
        loss: impl Loss<F> + 'static,
    ) -> Self {
        let (hidden, optimizer) = (Tanh.into(), Box::new(Sgd::new(1e-6).momentum(0.9)));
        let (output, loss) = (output.into(), Box::new(loss));
        Self { name, layers, hidden, output, loss, optimizer, units: Scaling::None, batch }
    }

    fn features(&self) -> usize {
        self.layers[0]
    }

    fn outputs(&self) -> usize {
        self.layers[self.layers.len() - 1]
    }

    fn network(&self, hidden: AnyActivation<F>, output: AnyActivation<F>) -> Mlp<F> {
        let mut builder = Mlp::builder(self.features());
        for &units in &self.layers[1..self.layers.len() - 1] {
            builder = builder.dense(units, hidden.clone());
        }
        let builder = builder.dense(self.outputs(), output).without_units().units_in(self.units);
        let mut net = builder.build().unwrap();
        let rows =
            (noise(self.batch, self.features()), Array2::zeros((self.batch, self.outputs())));
        net.measure(&Dataset::new(rows.0, rows.1).unwrap()).unwrap();
        net
    }

    /// One row in each class, so that the targets suit every loss.
    fn targets(&self) -> Array2<F> {
        Array2::from_shape_fn((self.batch, self.outputs()), |(row, column)| {
            F::from_f64(f64::from(row % self.outputs().max(2) == column))
        })
    }
}

/// Returns numbers without a pattern, about as large as random normal ones.
fn noise<F: Float>(rows: usize, columns: usize) -> Array2<F> {
    Array2::from_shape_fn((rows, columns), |(row, column)| {
        F::from_f64(1.7 * (row as f64 * 7.3 + column as f64 * 31.7).sin())
    })
}

/// The parts of a step, and the step.
fn steps<F: Float>(criterion: &mut Criterion) {
    for workload in workloads::<F>() {
        let mut group = criterion.benchmark_group(format!("{} {}", workload.name, F::NAME));
        group.throughput(Throughput::Elements(workload.batch as u64));
        let (inputs, targets) =
            (noise::<F>(workload.batch, workload.features()), workload.targets());
        let mut net = workload.network(workload.hidden.clone(), workload.output.clone());
        let (mut backprop, mut memory) = (Backprop::new(&net), OptimizerState::new());
        let optimizer = &workload.optimizer;
        let loss = workload.loss.as_ref();
        group.bench_function("forward and loss", |bencher| {
            bencher.iter(|| backprop.loss(&mut net, loss, inputs.view(), targets.view()).unwrap());
        });
        group.bench_function("forward and backward", |bencher| {
            bencher.iter(|| backprop.run(&mut net, loss, inputs.view(), targets.view()).unwrap());
        });
        group.bench_function("update", |bencher| {
            bencher
                .iter(|| memory.step(optimizer, backprop.parameters(&mut net).unwrap()).unwrap());
        });
        group.bench_function("step", |bencher| {
            bencher.iter(|| {
                backprop.run(&mut net, loss, inputs.view(), targets.view()).unwrap();
                memory.step(optimizer, backprop.parameters(&mut net).unwrap()).unwrap()
            });
        });
        group.finish();
    }
}

/// One row, and 8,192; and these through a network of identities, which is its matrix products and
/// biases alone.
fn predictions<F: Float>(criterion: &mut Criterion) {
    for workload in workloads::<F>() {
        let mut group = criterion.benchmark_group(format!("predict {} {}", workload.name, F::NAME));
        let net = workload.network(workload.hidden.clone(), workload.output.clone());
        let products = workload.network(Identity.into(), Identity.into());
        predict(&mut group, "1 row", &net, 1);
        predict(&mut group, "8192 rows", &net, 8192);
        predict(&mut group, "8192 rows, products alone", &products, 8192);
        group.finish();
    }
}

fn predict<F: Float>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    net: &Mlp<F>,
    rows: usize,
) {
    let inputs = noise::<F>(rows, net.features());
    let (mut outputs, mut buffers) = (Array2::zeros((rows, net.outputs())), PredictBuffers::new());
    group.throughput(Throughput::Elements(rows as u64));
    group.bench_function(name, |bencher| {
        bencher.iter(|| {
            let inputs = black_box(inputs.view());
            net.predict_into(inputs, outputs.view_mut(), &mut buffers).unwrap();
        });
    });
}

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600))
        .sample_size(15)
        .without_plots()
        .configure_from_args();
    steps::<f32>(&mut criterion);
    steps::<f64>(&mut criterion);
    predictions::<f32>(&mut criterion);
    predictions::<f64>(&mut criterion);
    criterion.final_summary();
}
