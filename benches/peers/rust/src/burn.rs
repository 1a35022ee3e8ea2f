//! Trains with burn on flex, its backend for processors, in a training loop as in the Burn Book.

use crate::workload::{EPOCHS, Epochs, LEARNING_RATE, MOMENTUM, Output, Result, Workload};
use burn::module::Module;
use burn::nn::loss::{BinaryCrossEntropyLossConfig, CrossEntropyLossConfig, MseLoss, Reduction};
use burn::nn::{Linear, LinearConfig};
use burn::optim::momentum::MomentumConfig;
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::activation::{sigmoid, softmax};
use burn::tensor::{Device, Int, Tensor, TensorData};
use std::hint::black_box;
use std::time::Instant;

#[derive(Module, Debug)]
struct Network {
    hidden: Vec<Linear>,
    output: Linear,
}

impl Network {
    fn new(workload: Workload, device: &Device) -> Self {
        let layers = workload.layers();
        let linear = |ends: &[usize]| LinearConfig::new(ends[0], ends[1]).init(device);
        let (hidden, output) = layers.split_at(layers.len() - 2);
        let hidden = (0..hidden.len()).map(|layer| linear(&layers[layer..])).collect();
        Self { hidden, output: linear(output) }
    }

    /// Returns the outputs before the last layer's activation, which is part of the losses.
    fn forward(&self, inputs: Tensor<2>) -> Tensor<2> {
        let hidden = self.hidden.iter().fold(inputs, |values, layer| layer.forward(values).tanh());
        self.output.forward(hidden)
    }
}

/// The targets in the form that the losses take: whole numbers for classes.
enum Targets {
    Numbers(Tensor<2>),
    Bits(Tensor<2, Int>),
    Classes(Tensor<1, Int>),
}

impl Targets {
    fn loss(&self, outputs: Tensor<2>, rows: Tensor<1, Int>, device: &Device) -> Tensor<1> {
        match self {
            Self::Numbers(targets) => {
                let targets = Tensor::from_inner(targets.clone().select(0, rows));
                MseLoss::new().forward(outputs, targets, Reduction::Mean)
            }
            Self::Bits(targets) => {
                let targets = Tensor::from_inner(targets.clone().select(0, rows));
                let loss = BinaryCrossEntropyLossConfig::new().with_logits(true).init(device);
                loss.forward(outputs, targets)
            }
            Self::Classes(targets) => {
                let targets = Tensor::from_inner(targets.clone().select(0, rows));
                CrossEntropyLossConfig::new().init(device).forward(outputs, targets)
            }
        }
    }
}

/// Trains a network from a seed.
pub fn training(workload: Workload) -> Result<impl FnMut(u64, &mut Epochs) -> Result<()>> {
    // The data need no derivatives, so they are on the device without autodiff.
    let (device, plain) = (Device::flex().autodiff(), Device::flex());
    let data = workload.data();
    let shape = [workload.rows(), workload.outputs()];
    let inputs =
        TensorData::new(data.inputs.into_raw_vec_and_offset().0, [shape[0], workload.features()]);
    let inputs = Tensor::<2>::from_data(inputs, &plain);
    let numbers = TensorData::new(data.targets.into_raw_vec_and_offset().0, shape);
    let targets = match workload.output() {
        Output::Identity => Targets::Numbers(Tensor::from_data(numbers, &plain)),
        Output::Sigmoid => Targets::Bits(Tensor::from_ints(numbers, &plain)),
        Output::Softmax => {
            Targets::Classes(Tensor::from_ints(TensorData::new(data.classes, [shape[0]]), &plain))
        }
    };
    Ok(move |seed, epochs: &mut Epochs| {
        device.seed(seed);
        let mut network = Network::new(workload, &device);
        // There is no dampening: the gradient counts in full, as in the other libraries.
        let momentum = MomentumConfig::new().with_momentum(MOMENTUM).with_dampening(0.0);
        let mut optimizer = SgdConfig::new().with_momentum(Some(momentum)).init();
        for epoch in 0..EPOCHS {
            let order = TensorData::new(workload.order(epoch as u64), [workload.rows()]);
            let order = Tensor::<1, Int>::from_ints(order, &plain);
            let mut losses = Vec::with_capacity(workload.batches());
            let start = Instant::now();
            for batch in 0..workload.batches() {
                let first = batch * workload.batch();
                let rows = order.clone().slice(first..first + workload.batch());
                let outputs =
                    network.forward(Tensor::from_inner(inputs.clone().select(0, rows.clone())));
                let loss = targets.loss(outputs, rows, &device);
                losses.push(loss.clone().inner());
                let gradients = GradientsParams::from_grads(loss.backward(), &network);
                network = optimizer.step(LEARNING_RATE, network, gradients);
            }
            let time = start.elapsed();
            let mean = Tensor::cat(losses, 0).mean().into_scalar::<f32>();
            epochs.record(time, mean.into());
        }
        Ok(())
    })
}

/// Predicts one row.
pub fn prediction(workload: Workload) -> Result<impl FnMut() -> Result<()>> {
    let device = Device::flex();
    let network = Network::new(workload, &device);
    let input = Tensor::<2>::full([1, workload.features()], 0.3, &device);
    Ok(move || {
        let output = network.forward(black_box(input.clone()));
        black_box(match workload.output() {
            Output::Identity => output,
            Output::Sigmoid => sigmoid(output),
            Output::Softmax => softmax(output, 1),
        });
        Ok(())
    })
}
