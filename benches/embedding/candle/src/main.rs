//! Learns exclusive or, and predicts it.

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::{Module, Optimizer, SGD, VarBuilder, VarMap, linear, loss, ops};

fn main() -> Result<()> {
    let inputs = Tensor::new(&[[0.0_f32, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], &Device::Cpu)?;
    let targets = Tensor::new(&[[0.0_f32], [1.0], [1.0], [0.0]], &Device::Cpu)?;
    let variables = VarMap::new();
    let builder = VarBuilder::from_varmap(&variables, DType::F32, &Device::Cpu);
    let (hidden, output) = (linear(2, 8, builder.pp("hidden"))?, linear(8, 1, builder.pp("output"))?);
    let forward = |inputs: &Tensor| output.forward(&hidden.forward(inputs)?.tanh()?);
    let mut optimizer = SGD::new(variables.all_vars(), 0.5)?;
    for _ in 0..3000 {
        optimizer.backward_step(&loss::binary_cross_entropy_with_logit(&forward(&inputs)?, &targets)?)?;
    }
    println!("{}", ops::sigmoid(&forward(&inputs)?)?);
    Ok(())
}
