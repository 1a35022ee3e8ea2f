//! Learns exclusive or, and predicts it.

use burn::module::Module;
use burn::nn::loss::BinaryCrossEntropyLossConfig;
use burn::nn::{Linear, LinearConfig};
use burn::optim::momentum::MomentumConfig;
use burn::optim::{GradientsParams, SgdConfig};
use burn::tensor::activation::sigmoid;
use burn::tensor::{Device, Int, Tensor};

#[derive(Module, Debug)]
struct Network {
    hidden: Linear,
    output: Linear,
}

impl Network {
    fn forward(&self, inputs: Tensor<2>) -> Tensor<2> {
        self.output.forward(self.hidden.forward(inputs).tanh())
    }
}

fn main() {
    let device = Device::flex().autodiff();
    let inputs = Tensor::<2>::from_data([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], &device);
    let targets = Tensor::<2, Int>::from_data([[0], [1], [1], [0]], &device);
    let mut network = Network {
        hidden: LinearConfig::new(2, 8).init(&device),
        output: LinearConfig::new(8, 1).init(&device),
    };
    let momentum = MomentumConfig::new().with_momentum(0.9).with_dampening(0.0);
    let mut optimizer = SgdConfig::new().with_momentum(Some(momentum)).init();
    let loss = BinaryCrossEntropyLossConfig::new().with_logits(true).init(&device);
    for _ in 0..300 {
        let loss = loss.forward(network.forward(inputs.clone()), targets.clone());
        let gradients = GradientsParams::from_grads(loss.backward(), &network);
        network = optimizer.step(0.5, network, gradients);
    }
    println!("{}", sigmoid(network.forward(inputs)));
}
