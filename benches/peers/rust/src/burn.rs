//! Trains with burn on flex, its backend for processors, in a training loop as in the Burn Book.

use crate::workload::{Data, EPOCHS, Epochs, LEARNING_RATE, MOMENTUM, Output, Result, Workload};
use burn::module::Module;
use burn::nn::loss::{BinaryCrossEntropyLossConfig, CrossEntropyLossConfig, MseLoss, Reduction};
use burn::nn::{Linear, LinearConfig};
use burn::optim::momentum::MomentumConfig;
use burn::optim::{AdamConfig, GradientsParams, SgdConfig};
use burn::tensor::activation::{selu, sigmoid, softmax};
use burn::tensor::{Device, Int, Tensor, TensorData};
use std::hint::black_box;
use std::time::Instant;

#[derive(Module, Debug)]
struct Network {
    hidden: Vec<Linear>,
    output: Linear,
    /// Median and spread of each input.
    units: Option<[Tensor<2>; 2]>,
}

impl Network {
    fn new(workload: Workload, data: &Data, device: &Device) -> Self {
        let units = workload.is_table().then(|| {
            let (median, spread) = data.scale();
            [median, spread].map(|row| {
                let shape = [1, workload.features()];
                Tensor::<2>::from_data(TensorData::new(row, shape), device)
            })
        });
        let layers = workload.layers();
        let linear = |ends: &[usize]| LinearConfig::new(ends[0], ends[1]).init(device);
        let (hidden, output) = layers.split_at(layers.len() - 2);
        let hidden = (0..hidden.len()).map(|layer| linear(&layers[layer..])).collect();
        Self { hidden, output: linear(output), units }
    }

    /// Returns the outputs before the last layer's activation, which is part of the losses.
    fn forward(&self, inputs: Tensor<2>) -> Tensor<2> {
        let Some([median, spread]) = &self.units else {
            let layers = self.hidden.iter();
            let hidden = layers.fold(inputs, |values, layer| layer.forward(values).tanh());
            return self.output.forward(hidden);
        };
        let values = (inputs - median.clone()) / spread.clone();
        let values = values.clone() / (values.div_scalar(3.0).square() + 1.0).sqrt();
        let hidden = self.hidden.iter().fold(values, |values, layer| selu(layer.forward(values)));
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
    let numbers = data.inputs.clone().into_raw_vec_and_offset().0;
    let inputs = TensorData::new(numbers, [shape[0], workload.features()]);
    let inputs = Tensor::<2>::from_data(inputs, &plain);
    let numbers = data.targets.clone().into_raw_vec_and_offset().0;
    let numbers = TensorData::new(numbers, shape);
    let targets = match workload.output() {
        Output::Identity => Targets::Numbers(Tensor::from_data(numbers, &plain)),
        Output::Sigmoid => Targets::Bits(Tensor::from_ints(numbers, &plain)),
        Output::Softmax => Targets::Classes(Tensor::from_ints(
            TensorData::new(data.classes.clone(), [shape[0]]),
            &plain,
        )),
    };
    Ok(move |seed, epochs: &mut Epochs| {
        device.seed(seed);
        let mut network = Network::new(workload, &data, &device);
        // There is no dampening: the gradient counts in full, as in the other libraries.
        let momentum = MomentumConfig::new().with_momentum(MOMENTUM).with_dampening(0.0);
        let mut optimizer = if workload.is_table() {
            AdamConfig::new().with_beta_2(0.999).with_epsilon(1e-8).init()
        } else {
            SgdConfig::new().with_momentum(Some(momentum)).init()
        };
        let mut step = 0;
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
                let rate = if workload.is_table() { workload.rate(step) } else { LEARNING_RATE };
                network = optimizer.step(rate, network, gradients);
                step += 1;
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
    let network = Network::new(workload, &workload.data(), &device);
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
