//! candle, by a training loop as in its examples. Its SGD has no momentum, which saves it work that
//! the others do.

use crate::workload::{Data, EPOCHS, Epochs, LEARNING_RATE, Output, Result, Workload};
use candle_core::{D, DType, Device, Tensor};
use candle_nn::{
    AdamW, Linear, Module, Optimizer, ParamsAdamW, SGD, VarBuilder, VarMap, linear, loss, ops,
};
use std::hint::black_box;
use std::time::Instant;

/// What there is to say about a training with SGD.
pub const NOTE: &str = "candle's SGD has no momentum: it does less work in a step than the others";

struct Network {
    layers: Vec<Linear>,
    /// Median and spread of each input.
    units: Option<[Tensor; 2]>,
}

impl Network {
    fn new(workload: Workload, data: &Data, variables: &VarMap) -> Result<Self> {
        let row = |row| Tensor::from_vec(row, (1, workload.features()), &Device::Cpu);
        let units = match workload.is_table().then(|| data.scale()) {
            Some((median, spread)) => Some([row(median)?, row(spread)?]),
            None => None,
        };
        let builder = VarBuilder::from_varmap(variables, DType::F32, &Device::Cpu);
        let layers = workload.layers().windows(2).enumerate();
        let layers = layers.map(|(layer, ends)| linear(ends[0], ends[1], builder.pp(layer)));
        Ok(Self { layers: layers.collect::<candle_core::Result<_>>()?, units })
    }

    /// Returns the outputs before the last layer's activation, which is part of the losses.
    fn forward(&self, inputs: &Tensor) -> candle_core::Result<Tensor> {
        let (output, hidden) = self.layers.split_last().expect("every workload has layers");
        let mut values = inputs.clone();
        if let Some([median, spread]) = &self.units {
            values = values.broadcast_sub(median)?.broadcast_div(spread)?;
            values = (&values / ((&values / 3.0)?.sqr()? + 1.0)?.sqrt()?)?;
        }
        for layer in hidden {
            values = layer.forward(&values)?;
            values = if self.units.is_some() { selu(&values)? } else { values.tanh()? };
        }
        output.forward(&values)
    }
}

/// candle has ELU, but no SELU.
fn selu(values: &Tensor) -> candle_core::Result<Tensor> {
    values.elu(1.673_263_242_354_377_2)? * 1.050_700_987_355_480_5
}

/// candle's two optimizers have no type in common that a variable can hold.
enum AnyOptimizer {
    Sgd(SGD),
    Adam(AdamW),
}

impl AnyOptimizer {
    fn step(&mut self, loss: &Tensor, rate: f64) -> candle_core::Result<()> {
        match self {
            Self::Sgd(sgd) => sgd.backward_step(loss),
            Self::Adam(adam) => {
                adam.set_learning_rate(rate);
                adam.backward_step(loss)
            }
        }
    }
}

/// Trains a network from this seed, which only the order of the rows depends on: candle's random
/// numbers on a processor have none.
pub fn training(workload: Workload) -> Result<impl FnMut(u64, &mut Epochs) -> Result<()>> {
    let device = Device::Cpu;
    let data = workload.data();
    let rows = workload.rows();
    let inputs = data.inputs.clone().into_raw_vec_and_offset().0;
    let inputs = Tensor::from_vec(inputs, (rows, workload.features()), &device)?;
    let targets = match workload.output() {
        Output::Softmax => Tensor::from_vec(data.classes.clone(), rows, &device)?,
        _ => {
            let targets = data.targets.clone().into_raw_vec_and_offset().0;
            Tensor::from_vec(targets, (rows, workload.outputs()), &device)?
        }
    };
    Ok(move |seed, epochs: &mut Epochs| {
        let variables = VarMap::new();
        let network = Network::new(workload, &data, &variables)?;
        let mut optimizer = if workload.is_table() {
            let adam = ParamsAdamW { weight_decay: 0.0, ..ParamsAdamW::default() };
            AnyOptimizer::Adam(AdamW::new(variables.all_vars(), adam)?)
        } else {
            AnyOptimizer::Sgd(SGD::new(variables.all_vars(), LEARNING_RATE)?)
        };
        let mut step = 0;
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
                optimizer.step(&loss, workload.rate(step))?;
                step += 1;
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
    let network = Network::new(workload, &workload.data(), &VarMap::new())?;
    let detached =
        |layer: &Linear| Linear::new(layer.weight().detach(), layer.bias().map(Tensor::detach));
    let layers = network.layers.iter().map(detached).collect();
    let network = Network { layers, ..network };
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
