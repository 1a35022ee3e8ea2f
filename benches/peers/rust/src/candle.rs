//! candle, by a training loop as in its examples. Its SGD has no momentum, which saves it work that
//! the others do.

use crate::workload::{EPOCHS, Epochs, LEARNING_RATE, Output, Result, Workload};
use candle_core::{D, DType, Device, Tensor};
use candle_nn::{Linear, Module, Optimizer, SGD, VarBuilder, VarMap, linear, loss, ops};
use std::hint::black_box;
use std::time::Instant;

pub const NOTE: &str = "candle's SGD has no momentum: it does less work in a step than the others";

struct Network(Vec<Linear>);

impl Network {
    fn new(workload: Workload, variables: &VarMap) -> Result<Self> {
        let builder = VarBuilder::from_varmap(variables, DType::F32, &Device::Cpu);
        let layers = workload.layers().windows(2).enumerate();
        let layers = layers.map(|(layer, ends)| linear(ends[0], ends[1], builder.pp(layer)));
        Ok(Self(layers.collect::<candle_core::Result<_>>()?))
    }

    /// Returns the outputs before the last layer's activation, which is part of the losses.
    fn forward(&self, inputs: &Tensor) -> candle_core::Result<Tensor> {
        let (output, hidden) = self.0.split_last().expect("every workload has layers");
        let mut values = inputs.clone();
        for layer in hidden {
            values = layer.forward(&values)?.tanh()?;
        }
        output.forward(&values)
    }
}

/// Trains a network from this seed, which only the order of the rows depends on: candle's random
/// numbers on a processor have none.
pub fn training(workload: Workload) -> Result<impl FnMut(u64, &mut Epochs) -> Result<()>> {
    let device = Device::Cpu;
    let data = workload.data();
    let rows = workload.rows();
    let inputs = data.inputs.into_raw_vec_and_offset().0;
    let inputs = Tensor::from_vec(inputs, (rows, workload.features()), &device)?;
    let targets = match workload.output() {
        Output::Softmax => Tensor::from_vec(data.classes, rows, &device)?,
        _ => {
            let targets = data.targets.into_raw_vec_and_offset().0;
            Tensor::from_vec(targets, (rows, workload.outputs()), &device)?
        }
    };
    Ok(move |seed, epochs: &mut Epochs| {
        let variables = VarMap::new();
        let network = Network::new(workload, &variables)?;
        let mut optimizer = SGD::new(variables.all_vars(), LEARNING_RATE)?;
        for epoch in 0..EPOCHS {
            let order = workload.order(seed * EPOCHS as u64 + epoch as u64);
            let order = Tensor::from_vec(order, rows, &device)?;
            let mut losses = Vec::with_capacity(workload.batches());
            let start = Instant::now();
            for batch in 0..workload.batches() {
                let rows = order.narrow(0, batch * workload.batch(), workload.batch())?;
                let outputs = network.forward(&inputs.index_select(&rows, 0)?)?;
                let targets = targets.index_select(&rows, 0)?;
                let loss = match workload.output() {
                    Output::Identity => loss::mse(&outputs, &targets)?,
                    Output::Sigmoid => loss::binary_cross_entropy_with_logit(&outputs, &targets)?,
                    Output::Softmax => loss::cross_entropy(&outputs, &targets)?,
                };
                optimizer.backward_step(&loss)?;
                losses.push(loss.detach());
            }
            let time = start.elapsed();
            let mean = Tensor::stack(&losses, 0)?.mean_all()?.to_scalar::<f32>()?;
            epochs.record(time, mean.into());
        }
        Ok(())
    })
}

/// Predicts one row. The weights are detached from the variables, as those of a network that is
/// loaded for prediction are.
pub fn prediction(workload: Workload) -> Result<impl FnMut() -> Result<()>> {
    let network = Network::new(workload, &VarMap::new())?;
    let detached =
        |layer: &Linear| Linear::new(layer.weight().detach(), layer.bias().map(Tensor::detach));
    let network = Network(network.0.iter().map(detached).collect());
    let input = Tensor::full(0.3_f32, (1, workload.features()), &Device::Cpu)?;
    Ok(move || {
        let output = network.forward(black_box(&input))?;
        black_box(match workload.output() {
            Output::Identity => output,
            Output::Sigmoid => ops::sigmoid(&output)?,
            Output::Softmax => ops::softmax(&output, D::Minus1)?,
        });
        Ok(())
    })
}
