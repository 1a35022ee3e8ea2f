//! The optimizer's steps, against a step by hand and against PyTorch.

use approx::assert_relative_eq;
use densely::{
    Backprop, BinaryCrossEntropy, Dense, Identity, MeanSquaredError, Memory, Mlp, Sgd, Sigmoid,
    Tanh,
};
use ndarray::{Array1, Array2, array};

/// One step on one example with binary cross-entropy and weight decay 0.1, by hand; after scikit-learn's `test_fit`, recomputed in `f64`.
#[test]
fn one_step_equals_the_one_by_hand() {
    let hidden =
        Dense::new(array![[0.1, 0.2], [0.3, 0.1], [0.5, 0.0]], Some(array![0.1, 0.1]), Sigmoid);
    let output = Dense::new(array![[0.1], [0.2]], Some(array![1.0]), Sigmoid);
    let mut net = Mlp::<f64>::from_layers(vec![hidden.unwrap(), output.unwrap()]).unwrap();
    let (inputs, targets) = (array![[0.6, 0.8, 0.7]], array![[0.0]]);
    let mut backprop = Backprop::new(&net);
    let (sgd, mut memory) = (Sgd::new(0.1).weight_decay(0.1), Memory::new());

    backprop.run(&mut net, &BinaryCrossEntropy, inputs.view(), targets.view()).unwrap();
    let cached = |net: &Mlp<f64>, layer: usize| net.layers()[layer].cached_output().to_owned();
    let expected = array![[0.679178699175393, 0.574442516811659]];
    assert_relative_eq!(cached(&net, 0), expected, epsilon = 1e-12);
    assert_relative_eq!(cached(&net, 1), array![[0.76545202190952]], epsilon = 1e-12);

    memory.step(&sgd, backprop.parameters(&mut net)).unwrap();
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

fn wave(rows: usize, columns: usize, phase: f64) -> Array2<f64> {
    let angle = |(row, column)| phase + 1.3 * (row * columns + column) as f64;
    Array2::from_shape_fn((rows, columns), |place| angle(place).sin())
}

/// The loss before the last of 20 steps, and all parameters after it.
fn twenty_steps(sgd: Sgd) -> (f64, Array1<f64>) {
    let bias = |columns, phase| Some(wave(1, columns, phase).row(0).to_owned());
    let hidden = Dense::new(wave(3, 4, 0.1), bias(4, 0.2), Tanh).unwrap();
    let output = Dense::new(wave(4, 2, 0.3), bias(2, 0.4), Identity).unwrap();
    let mut net = Mlp::from_layers(vec![hidden, output]).unwrap();
    let (inputs, targets) = (wave(7, 3, 0.5), wave(7, 2, 0.6));
    let mut backprop = Backprop::new(&net);
    let (mut memory, mut loss) = (Memory::new(), f64::NAN);
    for _ in 0..20 {
        loss = backprop.run(&mut net, &MeanSquaredError, inputs.view(), targets.view()).unwrap();
        memory.step(&sgd, backprop.parameters(&mut net)).unwrap();
    }
    let layers = net.layers().iter();
    let parameters = layers.flat_map(|layer| {
        layer.weights().iter().copied().chain(layer.bias().unwrap().to_vec()).collect::<Vec<_>>()
    });
    (loss, parameters.collect())
}

/// PyTorch 2.15:
///
/// ```python
/// import math, torch
/// torch.set_default_dtype(torch.float64)
/// def wave(rows, columns, phase):
///     return torch.tensor([[math.sin(phase + 1.3 * (i * columns + j)) for j in range(columns)] for i in range(rows)])
/// for name, options in [("plain", {}), ("momentum", dict(momentum=0.9)), ("nesterov", dict(momentum=0.9, nesterov=True)), ("decay", dict(momentum=0.9, weight_decay=0.01))]:
///     net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2))
///     with torch.no_grad():
///         net[0].weight.copy_(wave(3, 4, 0.1).T); net[0].bias.copy_(wave(1, 4, 0.2)[0])
///         net[2].weight.copy_(wave(4, 2, 0.3).T); net[2].bias.copy_(wave(1, 2, 0.4)[0])
///     x, y = wave(7, 3, 0.5), wave(7, 2, 0.6)
///     weights, biases = [net[0].weight, net[2].weight], [net[0].bias, net[2].bias]
///     sgd = torch.optim.SGD([{"params": weights}, {"params": biases, "weight_decay": 0}], lr=0.05, **options)
///     for _ in range(20):
///         sgd.zero_grad()
///         loss = torch.nn.functional.mse_loss(net(x), y)
///         loss.backward()
///         sgd.step()
///     flat = [net[0].weight.T, net[0].bias, net[2].weight.T, net[2].bias]
///     print(name, loss.item(), [v for t in flat for v in t.detach().flatten().tolist()])
/// ```
#[test]
fn twenty_steps_equal_pytorchs() {
    let sgd = || Sgd::new(0.05);
    let cases = [
        (
            sgd(),
            0.44894586408969567,
            array![
                0.4254202710798338,
                0.7925529617979837,
                0.47769692573991646,
                -0.5757974661989598,
                -0.5201807982030794,
                0.26595180845163824,
                0.972708380128054,
                0.4436591262802442,
                -1.0383169909947787,
                -0.5250186217397086,
                0.44430984580781074,
                0.9027637587493532,
                0.006412803671732757,
                1.2317256178653453,
                0.23759669909914036,
                -0.8817300754528176,
                0.20135305437839388,
                1.05314640348506,
                0.4588088364199293,
                -0.7824347558710282,
                -0.2572404181747962,
                0.6484184488322228,
                0.8576548717330852,
                -0.07884405565251323,
                0.29594240657449017,
                0.5743349564747463
            ],
        ),
        (
            sgd().momentum(0.9),
            0.15447054187268366,
            array![
                1.1423573299127556,
                0.563162401081114,
                0.3529520096873689,
                0.043767077952711855,
                0.12420644676389901,
                0.21847181819284053,
                0.7767648779316199,
                0.9277619046915274,
                -1.4105083834091172,
                -0.32102974457750943,
                0.4642254472320671,
                0.5421930669155344,
                -0.12294333170704769,
                1.4740191580284343,
                0.14014103486866192,
                -1.2862052681303027,
                0.09843520148229075,
                0.6512924384724056,
                0.6812519561917162,
                -0.27611268055167604,
                0.895732331978645,
                0.8442373091909519,
                0.627777879443292,
                -0.41305445243067146,
                -0.32592304584671056,
                -0.02856023801890157
            ],
        ),
        (
            sgd().momentum(0.9).nesterov(),
            0.12357471739007339,
            array![
                1.0190936206323478,
                0.5719045486104742,
                0.38275951140373526,
                -0.03697176272667646,
                0.06362764507365215,
                0.231458920093993,
                0.7974265323509728,
                0.8565504005682992,
                -1.3196541911119537,
                -0.3228238230152967,
                0.44547188222494644,
                0.584833919719806,
                -0.021456478378126316,
                1.4346715191587813,
                0.08958090385755073,
                -1.1975909892408172,
                0.07156797418318243,
                0.725860039659228,
                0.6818805835428391,
                -0.38271374839333333,
                0.8142297086400401,
                0.8090244439235397,
                0.659764731105839,
                -0.3584058229206221,
                -0.22244619373672614,
                0.049981255435907215
            ],
        ),
        (
            sgd().momentum(0.9).weight_decay(0.01),
            0.14482559608085704,
            array![
                1.1122331012699886,
                0.5153458377347417,
                0.3454441100301595,
                0.06848014217860904,
                0.15633886948817421,
                0.2061772347379789,
                0.7367215961027498,
                0.9045521856277468,
                -1.3432703667131383,
                -0.287248506280648,
                0.42639738805812893,
                0.4997272652690564,
                -0.13608768549349431,
                1.4838062085947143,
                0.13432221822145038,
                -1.275711938470099,
                0.09168499266350937,
                0.6264112551619422,
                0.6498522300212333,
                -0.2435377729671335,
                0.9102379000895329,
                0.8184427707367342,
                0.6004747959538315,
                -0.40411589322462077,
                -0.3237610099988372,
                -0.04107138876027541
            ],
        ),
    ];
    for (sgd, expected_loss, expected) in cases {
        let (loss, parameters) = twenty_steps(sgd);
        assert_relative_eq!(loss, expected_loss, max_relative = 1e-12);
        assert_relative_eq!(parameters, expected, max_relative = 1e-12, epsilon = 1e-13);
    }
}
