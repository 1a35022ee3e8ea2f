//! Compares the optimizers' steps with a step by hand and with PyTorch.

mod expected;

use approx::assert_relative_eq;
use densely::{
    Adam, Backprop, BinaryCrossEntropy, CategoricalCrossEntropy, Dense, Identity, Loss,
    MeanSquaredError, Mlp, Optimizer, Sgd, Sigmoid, Softmax, Tanh,
    optimizer::{Adagrad, AdamW, OptimizerState, RmsProp},
};
use expected::Expected;
use ndarray::{Array1, Array2, array};

/// Takes one step on one example with binary cross-entropy and weight decay 0.1, and compares with
/// numbers by hand. It follows scikit-learn's `test_fit`, recomputed in `f64`.
#[test]
fn one_step_equals_the_one_by_hand() {
    let hidden =
        Dense::new(array![[0.1, 0.2], [0.3, 0.1], [0.5, 0.0]], Some(array![0.1, 0.1]), Sigmoid);
    let output = Dense::new(array![[0.1], [0.2]], Some(array![1.0]), Sigmoid);
    let mut net = Mlp::<f64>::from_layers(vec![hidden.unwrap(), output.unwrap()]).unwrap();
    let (inputs, targets) = (array![[0.6, 0.8, 0.7]], array![[0.0]]);
    let mut backprop = Backprop::new(&net);
    let (sgd, mut memory) = (Sgd::new(0.1).weight_decay(0.1), OptimizerState::new());

    backprop.run(&mut net, &BinaryCrossEntropy, inputs.view(), targets.view()).unwrap();
    let cached = |net: &Mlp<f64>, layer: usize| net.layers()[layer].cached_output().to_owned();
    let expected = array![[0.679178699175393, 0.574442516811659]];
    assert_relative_eq!(cached(&net, 0), expected, epsilon = 1e-12);
    assert_relative_eq!(cached(&net, 1), array![[0.76545202190952]], epsilon = 1e-12);

    memory.step(&sgd, backprop.parameters(&mut net).unwrap()).unwrap();
    let [hidden, output] = net.layers() else { panic!("two layers") };
    let expected = array![
        [0.09799927101876635, 0.1957545466925248],
        [0.29566569469168846, 0.09600606225669969],
        [0.4938324828552274, -0.0026196955253877676]
    ];
    assert_relative_eq!(hidden.weights(), expected, epsilon = 1e-12);
    let expected = array![0.09833211836461057, 0.09625757782087463];
    assert_relative_eq!(hidden.bias().unwrap(), expected, epsilon = 1e-12);
    let expected = array![[0.04701212914783179], [0.15402918140357222]];
    assert_relative_eq!(output.weights(), expected, epsilon = 1e-12);
    assert_relative_eq!(output.bias().unwrap(), array![0.9234547978090479], epsilon = 1e-12);
    let after = net.predict(inputs.view()).unwrap();
    assert_relative_eq!(after, array![[0.7394919180486681]], epsilon = 1e-12);
}

/// Weight decay goes into the memory of momentum also in a step of rate 0, as the first one of
/// `Schedule::cosine_log` has it: m = λ w, then m ← 0.9 m + λ w and w ← w - η m. So does
/// PyTorch's `SGD` with `lr=0` in the first step.
#[test]
fn decay_counts_in_a_step_of_rate_zero() {
    let layer = Dense::new(array![[1.0]], None, Identity).unwrap();
    let mut net = Mlp::<f64>::from_layers(vec![layer]).unwrap();
    let (mut backprop, mut memory) = (Backprop::new(&net), OptimizerState::new());
    let (sgd, zero) = (Sgd::new(0.1).momentum(0.9).weight_decay(0.1), array![[0.0]]);
    for rate in [0.0, 0.1] {
        backprop.run(&mut net, &MeanSquaredError, zero.view(), zero.view()).unwrap();
        memory.step_at(rate, &sgd, backprop.parameters(&mut net).unwrap()).unwrap();
    }
    let expected = 1.0 - 0.1 * (0.9 * 0.1 + 0.1);
    assert_relative_eq!(net.layers()[0].weights()[[0, 0]], expected, epsilon = 1e-15);
}

fn wave(rows: usize, columns: usize, phase: f64) -> Array2<f64> {
    let angle = |(row, column)| phase + 1.3 * (row * columns + column) as f64;
    Array2::from_shape_fn((rows, columns), |place| angle(place).sin())
}

/// A network, its loss, and its data.
struct Problem {
    net: Mlp<f64>,
    loss: &'static dyn Loss<f64>,
    inputs: Array2<f64>,
    targets: Array2<f64>,
}

fn regression() -> Problem {
    let bias = |columns, phase| Some(wave(1, columns, phase).row(0).to_owned());
    let hidden = Dense::new(wave(3, 4, 0.1), bias(4, 0.2), Tanh).unwrap();
    let output = Dense::new(wave(4, 2, 0.3), bias(2, 0.4), Identity).unwrap();
    Problem {
        net: Mlp::from_layers(vec![hidden, output]).unwrap(),
        loss: &MeanSquaredError,
        inputs: wave(7, 3, 0.5),
        targets: wave(7, 2, 0.6),
    }
}

fn classes() -> Problem {
    let bias = |columns, phase| Some(wave(1, columns, phase).row(0).to_owned());
    let hidden = Dense::new(wave(2, 4, 0.1), bias(4, 0.2), Sigmoid).unwrap();
    let output = Dense::new(wave(4, 3, 0.3), bias(3, 0.4), Softmax).unwrap();
    Problem {
        net: Mlp::from_layers(vec![hidden, output]).unwrap(),
        loss: &CategoricalCrossEntropy,
        inputs: wave(7, 2, 0.5),
        targets: Array2::from_shape_fn((7, 3), |(row, class)| f64::from(row * 2 % 3 == class)),
    }
}

/// Takes 50 steps, multiplies the learning rate by `factor` after each, and compares.
fn assert_steps(
    problem: Problem,
    optimizer: &dyn Optimizer<f64>,
    factor: f64,
    (expected_loss, expected): Expected,
) {
    let Problem { mut net, loss, inputs, targets } = problem;
    let mut backprop = Backprop::new(&net);
    let (mut memory, mut last_loss) = (OptimizerState::new(), f64::NAN);
    for step in 0..50 {
        last_loss = backprop.run(&mut net, loss, inputs.view(), targets.view()).unwrap();
        let parameters = backprop.parameters(&mut net).unwrap();
        let finite = if factor == 1.0 {
            memory.step(optimizer, parameters)
        } else {
            let rate = optimizer.learning_rate() * factor.powf(f64::from(step));
            memory.step_at(rate, optimizer, parameters)
        };
        assert!(finite.unwrap());
    }
    let layers = net.layers().iter();
    let parameters = layers.flat_map(|layer| {
        layer.weights().iter().copied().chain(layer.bias().unwrap().to_vec()).collect::<Vec<_>>()
    });
    let (parameters, expected) =
        (parameters.collect::<Array1<_>>(), Array1::from(expected.to_vec()));
    let same = approx::relative_eq!(last_loss, expected_loss, max_relative = 1e-12)
        && approx::relative_eq!(parameters, expected, max_relative = 1e-12, epsilon = 1e-14);
    let differences = (&parameters - &expected) / &expected;
    assert!(same, "{optimizer:?}: loss {last_loss}, not {expected_loss}; off by {differences}");
}

/// All optimizers with weight decay 0, then with 0.01; AdamW is last.
fn optimizers() -> Vec<Box<dyn Optimizer<f64>>> {
    let mut optimizers: Vec<Box<dyn Optimizer<f64>>> = Vec::new();
    for decay in [0.0, 0.01] {
        optimizers.push(Box::new(Sgd::new(0.05).weight_decay(decay)));
        optimizers.push(Box::new(Sgd::new(0.05).momentum(0.9).weight_decay(decay)));
        optimizers.push(Box::new(Sgd::new(0.05).momentum(0.9).nesterov().weight_decay(decay)));
        optimizers.push(Box::new(Adagrad::new(0.05).weight_decay(decay)));
        optimizers.push(Box::new(RmsProp::new(0.01).weight_decay(decay)));
        let rmsprop = RmsProp::new(0.01).smoothing(0.9).momentum(0.9);
        optimizers.push(Box::new(rmsprop.weight_decay(decay)));
        optimizers.push(Box::new(Adam::new(0.01).weight_decay(decay)));
        optimizers.push(Box::new(Adam::new(0.01).betas(0.8, 0.95).weight_decay(decay)));
    }
    optimizers.push(Box::new(AdamW::new(0.01).weight_decay(0.05)));
    optimizers
}

/// Compares with PyTorch 2.15. `expected.rs` has the output of this script. Weight decay applies to
/// weights only, never to biases.
///
/// ```python
/// import math, torch
/// from torch.nn import Linear, Sequential, Sigmoid, Tanh
/// from torch.nn.functional import cross_entropy, mse_loss
/// from torch.optim import SGD, Adagrad, Adam, AdamW, RMSprop
/// torch.set_default_dtype(torch.float64)
///
/// def wave(rows, columns, phase):
///     number = lambda i, j: math.sin(phase + 1.3 * (i * columns + j))
///     return torch.tensor([[number(i, j) for j in range(columns)] for i in range(rows)])
///
/// def after_50_steps(problem, optimizer, factor=1.0, **options):
///     sizes, activation, loss_of, x, y = problem
///     net = Sequential(Linear(*sizes[:2]), activation, Linear(*sizes[1:]))
///     weights, biases = [net[0].weight, net[2].weight], [net[0].bias, net[2].bias]
///     with torch.no_grad():
///         for w, b, phase in zip(weights, biases, [0.1, 0.3]):
///             w.copy_(wave(*w.T.shape, phase).T)
///             b.copy_(wave(1, len(b), phase + 0.1)[0])
///     groups = [{"params": weights}, {"params": biases, "weight_decay": 0}]
///     optimizer = optimizer(groups, **options)
///     for step in range(50):
///         for group in optimizer.param_groups:
///             group["lr"] = options["lr"] * factor**step
///         optimizer.zero_grad()
///         loss = loss_of(net(x), y)
///         loss.backward()
///         optimizer.step()
///     flat = [v for w, b in zip(weights, biases) for t in (w.T, b) for v in t.flatten().tolist()]
///     print(f"    ({loss.item()}, &[")
///     for i in range(0, len(flat), 5):
///         print("        " + ", ".join(map(repr, flat[i:i + 5])) + ",")
///     print("    ]),")
///
/// regression = (3, 4, 2), Tanh(), mse_loss, wave(7, 3, 0.5), wave(7, 2, 0.6)
/// classes = (2, 4, 3), Sigmoid(), cross_entropy, wave(7, 2, 0.5), torch.arange(7) * 2 % 3
/// for problem in regression, classes:
///     print("[")
///     for decay in dict(weight_decay=0), dict(weight_decay=0.01):
///         after_50_steps(problem, SGD, lr=0.05, **decay)
///         after_50_steps(problem, SGD, lr=0.05, momentum=0.9, **decay)
///         after_50_steps(problem, SGD, lr=0.05, momentum=0.9, nesterov=True, **decay)
///         after_50_steps(problem, Adagrad, lr=0.05, **decay)
///         after_50_steps(problem, RMSprop, lr=0.01, **decay)
///         after_50_steps(problem, RMSprop, lr=0.01, alpha=0.9, momentum=0.9, **decay)
///         after_50_steps(problem, Adam, lr=0.01, **decay)
///         after_50_steps(problem, Adam, lr=0.01, betas=(0.8, 0.95), **decay)
///     after_50_steps(problem, AdamW, lr=0.01, weight_decay=0.05)
///     print("]")
/// print("[")
/// after_50_steps(regression, SGD, factor=0.97, lr=0.05, momentum=0.9)
/// after_50_steps(regression, Adam, factor=0.97, lr=0.05)
/// after_50_steps(regression, AdamW, factor=0.97, lr=0.05, weight_decay=0.05)
/// print("]")
/// ```
#[test]
fn fifty_steps_equal_pytorchs() {
    for (problem, table) in [
        (regression as fn() -> Problem, expected::REGRESSION),
        (classes as fn() -> Problem, expected::CLASSES),
    ] {
        assert_eq!(optimizers().len(), table.len());
        for (optimizer, expected) in optimizers().iter().zip(table) {
            assert_steps(problem(), optimizer, 1.0, expected);
        }
    }
}

/// Compares with the last table of the script above. AdamW's decay shrinks with the rate.
#[test]
fn fifty_steps_at_a_falling_rate_equal_pytorchs() {
    let optimizers: [Box<dyn Optimizer<f64>>; 3] = [
        Box::new(Sgd::new(0.05).momentum(0.9)),
        Box::new(Adam::new(0.05)),
        Box::new(AdamW::new(0.05).weight_decay(0.05)),
    ];
    for (optimizer, expected) in optimizers.iter().zip(expected::FALLING_RATE) {
        assert_steps(regression(), optimizer, 0.97, expected);
    }
}
