//! The default training, and the pieces that it is made of.

use approx::assert_relative_eq;
use densely::activation::AnyActivation;
use densely::error::NetworkError;
use densely::optimizer::{AdamW, OptimizerState, RateFactors};
use densely::recipe::{Progress, Stage};
use densely::units::{Scaling, Units};
use densely::{
    Backprop, CategoricalCrossEntropy, Dataset, Dense, Error, Identity, MeanSquaredError, Mlp,
    Recipe, Relu, Schedule, Sgd, Softmax, Table, Tanh, Trainer, metrics, schedule::Span,
};
use ndarray::{Array1, Array2, Axis, array, concatenate};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};

fn wave(rows: usize, columns: usize, phase: f64) -> Array2<f64> {
    let angle = |(row, column)| phase + 1.3 * (row * columns + column) as f64;
    Array2::from_shape_fn((rows, columns), |place| angle(place).sin())
}

/// Five steps of AdamW with rate factors, decay factors, a trained factor for each input, and the
/// average of the parameters, on a network of 2, 3 and 1 units: as PyTorch 2.
///
/// ```python
/// import torch
/// torch.set_default_dtype(torch.float64)
/// def wave(rows, columns, phase):
///     angles = phase + 1.3 * torch.arange(rows * columns, dtype=torch.float64)
///     return torch.sin(angles).reshape(rows, columns)
/// x, y = wave(4, 2, 0.1), wave(4, 1, 0.5)
/// v, b, s = wave(2, 3, 0.2), wave(1, 3, 0.3)[0], torch.ones(2)
/// w, c = wave(3, 1, 0.4), wave(1, 1, 0.6)[0]
/// class Net(torch.nn.Module):
///     def __init__(self):
///         super().__init__()
///         self.v, self.b, self.s, self.w, self.c = map(torch.nn.Parameter, (v, b, s, w, c))
///     def forward(self, x):
///         return torch.tanh(x * self.s @ self.v + self.b) @ self.w + self.c
/// net = Net()
/// rates = [(net.v, 0.5, 3), (net.b, 0.2, 0), (net.s, 6, 1), (net.w, 0.7, 2), (net.c, 2, 0)]
/// groups = [{"params": [p], "lr": 0.01 * f, "weight_decay": 0.1 * d} for p, f, d in rates]
/// adam = torch.optim.AdamW(groups, betas=(0.9, 0.95), eps=1e-8)
/// average = torch.optim.swa_utils.AveragedModel(
///     net, avg_fn=lambda a, p, t: a + (p - a) * (1 - min(0.4, (1 + t) / (10 + t))))
/// average.update_parameters(net)
/// for _ in range(5):
///     adam.zero_grad()
///     ((net(x) - y) ** 2).mean().backward()
///     adam.step()
///     average.update_parameters(net)
/// for m in (net, average.module):
///     for p in (m.s[:, None] * m.v, m.b, m.w, m.c):
///         print(p.detach().flatten().tolist())
/// ```
#[test]
fn rate_factors_input_factors_and_average_equal_pytorch() {
    let factors = |weights, bias, decay| RateFactors::new(weights, bias).weight_decay(decay);
    let layer = |weights, bias: Array2<f64>, activation: AnyActivation<f64>, factors| {
        let layer = Dense::new(weights, Some(bias.row(0).to_owned()), activation).unwrap();
        layer.with_rate_factors(factors).unwrap()
    };
    let hidden = layer(wave(2, 3, 0.2), wave(1, 3, 0.3), Tanh.into(), factors(0.5, 0.2, 3.0));
    let output = layer(wave(3, 1, 0.4), wave(1, 1, 0.6), Identity.into(), factors(0.7, 2.0, 2.0));
    let layers = vec![hidden.with_input_factors(6.0).unwrap(), output];
    let data = Dataset::new(wave(4, 2, 0.1), wave(4, 1, 0.5)).unwrap();
    let adam = AdamW::new(0.01).betas(0.9, 0.95).weight_decay(0.1);
    let trainer = || Trainer::new(MeanSquaredError, adam).epochs(5).batch_size(4);
    let fresh = Mlp::from_layers(layers).unwrap();
    let [mut net, mut average] = [fresh.clone(), fresh.clone()];
    trainer().fit(&mut net, &data).unwrap();
    trainer().average(0.4).fit(&mut average, &data).unwrap();
    let expected: [[&[f64]; 4]; 2] = [
        [
            &[
                0.116307556658919,
                0.678739021648465,
                0.20758329755948987,
                -1.0566153491986094,
                -0.9992564857648302,
                0.48020194675867495,
            ],
            &[0.28555146078401933, 0.9895909062260069, 0.22930648689722866],
            &[0.35194701342985846, 0.9499201237156316, 0.10545910269788454],
            &[0.4648804841960933],
        ],
        [
            &[
                0.12519535412697225,
                0.7179070976287115,
                0.22178495106028606,
                -1.0282775460903915,
                -0.9723508512109336,
                0.47151575616939145,
            ],
            &[0.2867434502492335, 0.9907862316576891, 0.23049191495270005],
            &[0.3564150424638497, 0.9549073647086475, 0.10969886740300155],
            &[0.47681802250999167],
        ],
    ];
    for (net, expected) in [&net, &average].iter().zip(expected) {
        let layers = net.layers().iter();
        let numbers =
            layers.flat_map(|of| [of.weights().flatten().to_vec(), of.bias().unwrap().to_vec()]);
        for (numbers, expected) in numbers.zip(expected) {
            assert_relative_eq!(numbers[..], *expected, max_relative = 1e-12);
        }
    }

    // The weights are those after the step, not those of its forward pass.
    let mut stepped = fresh.clone();
    Trainer::new(MeanSquaredError, adam).step(&mut stepped, &data).unwrap();
    let mut once = fresh.clone();
    Trainer::new(MeanSquaredError, adam).epochs(1).batch_size(4).fit(&mut once, &data).unwrap();
    assert_eq!(stepped.predict(data.inputs()).unwrap(), once.predict(data.inputs()).unwrap());

    // What is kept between epochs is exact: a stop in between changes no bit.
    let mut stopped = fresh.clone();
    let mut first = trainer().epochs(2).average(0.4);
    first.fit(&mut stopped, &data).unwrap();
    let state = serde_json::to_string(&first.state()).unwrap();
    let mut resumed = fresh;
    let state = serde_json::from_str(&state).unwrap();
    trainer().average(0.4).with_state(state).resume(&mut resumed, &data).unwrap();
    let weights = |net: &Mlp<f64>| net.layers()[0].weights().to_owned();
    assert_eq!(weights(&resumed), weights(&average));
    // Nothing is left to train: the network keeps the average.
    let before = weights(&stopped);
    first.resume(&mut stopped, &data).unwrap();
    assert_eq!(weights(&stopped), before);
    let mut whole = Mlp::clone(&stopped);
    let mut steps = trainer().average(0.4);
    steps.step(&mut whole, &data).unwrap();
    let (state, mut resumed) = (steps.state().unwrap().clone(), whole.clone());
    steps.step(&mut whole, &data).unwrap();
    trainer().average(0.4).with_state(state).step(&mut resumed, &data).unwrap();
    assert_eq!(weights(&resumed), weights(&whole));
}

/// The factor by which the logits of 40 rows and 3 classes fit best:
///
/// ```python
/// import numpy as np
/// from scipy.optimize import minimize_scalar
/// z = 6 * np.sin(0.7 + 1.3 * np.arange(120)).reshape(40, 3)
/// k = (np.arange(40) * 5) % 3
/// k[::2] = z[::2].argmax(1)
/// lp = z - np.log(np.exp(z).sum(1, keepdims=True))
/// n = len(z); t = np.full((n, 3), 1 / (3 * (n + 1))); t[np.arange(n), k] += n / (n + 1)
/// def loss(beta):
///     q = beta * lp; return -(t * (q - np.log(np.exp(q).sum(1, keepdims=True)))).sum(1).mean()
/// print(minimize_scalar(loss, bounds=(0, 1), method="bounded", options={"xatol": 1e-14}).x)
/// ```
#[test]
fn the_temperature_is_the_minimum_of_the_cross_entropy() {
    let logits = wave(40, 3, 0.7) * 6.0;
    let largest =
        |row: usize| (0..3).max_by(|&a, &b| logits[[row, a]].total_cmp(&logits[[row, b]]));
    let class =
        |row: usize| if row.is_multiple_of(2) { largest(row).unwrap() } else { row * 5 % 3 };
    let rows = Dataset::multiclass(logits.clone(), (0..40).map(class)).unwrap();
    let layer = Dense::new(Array2::eye(3), Some(Array1::zeros(3)), Softmax).unwrap();
    let mut net = Mlp::from_layers(vec![layer]).unwrap();
    let sure = net.clone();
    let factor = net.set_temperature(&rows).unwrap();
    assert_relative_eq!(factor, 0.173485403815652, max_relative = 1e-6);
    assert_relative_eq!(net.layers()[0].weights(), Array2::eye(3) * factor);
    let outputs = |net: &Mlp<f64>| net.predict(logits.view()).unwrap();
    let right = |net: &Mlp<f64>| metrics::accuracy(outputs(net).view(), rows.targets()).unwrap();
    assert_eq!(right(&net), right(&sure));
    // All rows right: the factor stays below 1, and at most 1.
    let sure = Dataset::multiclass(logits.clone(), (0..40).map(|row| largest(row).unwrap()));
    assert_eq!(net.set_temperature(&sure.unwrap()).unwrap(), 1.0);
    let numbers = Mlp::<f64>::builder(3).dense(1, Identity).without_units().build();
    let error = numbers.unwrap().set_temperature(&rows);
    assert!(matches!(error, Err(Error::Network(NetworkError::NoProbabilities))), "{error:?}");
}

/// Medians, quartiles and distances of a column with long tails and of one that is mostly 2:
///
/// ```python
/// import numpy as np
/// c1 = np.sin(np.arange(50) * 1.7) ** 3 * 40
/// c2 = np.where(np.arange(50) % 5 == 0, np.arange(50) * 0.5 + 1, 2.0)
/// for col in (c1, c2):
///     q = np.quantile(col, [.25, .5, .75])
///     print(q.tolist(), np.quantile(np.abs(col[col != q[1]] - q[1]), .5))
/// ```
#[test]
fn robust_units_are_those_of_numpy() {
    let tails = |row: usize| (row as f64 * 1.7).sin().powi(3) * 40.0;
    let mostly_2 = |row: usize| if row.is_multiple_of(5) { row as f64 * 0.5 + 1.0 } else { 2.0 };
    let inputs = Array2::from_shape_fn((50, 5), |(row, column)| match column {
        0 => tails(row),
        1 => mostly_2(row),
        2 => (row % 2) as f64,
        3 => 7.0,
        _ => [3.0, 9.0][usize::from(row.is_multiple_of(10))],
    });
    let targets = Array2::from_shape_fn((50, 1), |(row, _)| row as f64);
    let data = Dataset::new(inputs, targets).unwrap();
    let builder = Mlp::<f64>::builder(5).units_in(Scaling::Robust).dense(1, Identity);
    let mut net = builder.build().unwrap();
    net.measure(&data).unwrap();
    let units = net.units_in();
    let (median, spread) = (0.0013477128230639812, 28.600992871968494);
    assert_relative_eq!(
        units.centres().unwrap()[..],
        [median, 2.0, 0.0, 7.0, 3.0][..],
        max_relative = 1e-13
    );
    let spreads = [spread, 10.25, 1.0, 0.0, 3.0];
    assert_relative_eq!(units.spreads().unwrap()[..], spreads[..], max_relative = 1e-13);
    assert_eq!(units.limits().unwrap(), [3.0, 3.0, 0.0, 0.0, 3.0]);

    // z = u / √(1 + (u/3)²); an infinite number is at the limit, a missing one at the centre.
    let row = array![[median + 4.0 * spread, f64::INFINITY, 1.0, 8.0, f64::NAN]];
    let z = units.to_network(row.view()).unwrap();
    assert_relative_eq!(z, array![[2.4, 3.0, 1.0, 0.0, 0.0]], max_relative = 1e-12);
    let loaded = Mlp::<f64>::from_bytes(&net.to_bytes().unwrap()).unwrap();
    assert_eq!(loaded, net);
    // The clip becomes a layer, with the same digits for categories.
    let folded = net.folded().unwrap();
    assert_eq!((folded.layers().len(), folded.units_in().scaling()), (2, Scaling::None));
    let rows = data.inputs();
    let (own, its) = (net.predict(rows).unwrap(), folded.predict(rows).unwrap());
    assert_relative_eq!(own, its, max_relative = 1e-12);
    let outputs = net.units_out().clone();
    let error = net.set_units(outputs, net.units_in().clone());
    assert!(error.is_err(), "{error:?}");
}

/// At the bounds of their spans and in between, by hand.
#[test]
fn schedules_of_the_recipe() {
    let log = Schedule::cosine_log(Span::Steps(150), 4);
    let peak = |cycle: f64| 150.0 * ((cycle + 0.5).exp2() - 1.0) / 15.0;
    for cycle in 0..4 {
        let end = (150 * ((1 << cycle) - 1)) / 15;
        assert!(log.learning_rate(2.0, end, 1).abs() < 1e-12);
        let step = peak(f64::from(cycle)).round() as u64;
        assert!(log.learning_rate(2.0, step, 1) > 1.9, "{cycle}");
    }
    let flat = Schedule::flat_cosine(Span::Epochs(8));
    let rates = [0, 4, 6, 8, 9].map(|epoch| flat.learning_rate(0.5, 3 * epoch, 3));
    assert_relative_eq!(rates[..], [0.5, 0.5, 0.25, 0.0, 0.0][..], epsilon = 1e-15);
    for text in ["flat_cosine(8 epochs)", "cosine_log(150 steps, 4)"] {
        assert_eq!(text.parse::<Schedule<'_>>().unwrap().to_string(), text);
    }
}

fn cars() -> Dataset<f32> {
    Table::read_csv("data/auto_mpg.csv").unwrap().regression("mpg").unwrap()
}

/// On one thread, where there may be more.
#[cfg(feature = "threads")]
fn alone(recipe: Recipe<'_>) -> Recipe<'_> {
    recipe.threads(1)
}

#[cfg(not(feature = "threads"))]
fn alone(recipe: Recipe<'_>) -> Recipe<'_> {
    recipe
}

/// Stops after so many epochs of all trainings.
fn stop_after(epochs: usize) -> impl Fn(&Progress) -> ControlFlow<()> + Send + Sync {
    let seen = AtomicUsize::new(0);
    move |_| match seen.fetch_add(1, Ordering::SeqCst) < epochs {
        true => ControlFlow::Continue(()),
        false => ControlFlow::Break(()),
    }
}

/// The same bits on any number of threads, and after a stop; a plain network that is as good after
/// it was saved.
#[test]
fn a_recipe_is_reproducible_and_gives_a_plain_network() {
    let (train, test) = cars().split(0.2, 1).unwrap();
    let recipe = || Recipe::default().few_rows(0).width(32).epochs(24).seed(8);
    let (net, report) = recipe().fit(&train).unwrap();
    let stages: Vec<Stage> = report.candidates().iter().map(|of| of.stage).collect();
    assert_eq!(stages, [Stage::Plain, Stage::Encoded]);
    // Their mean is better than either, by more than rounding can change.
    let kept: Vec<Stage> = report.kept().map(|candidate| candidate.stage).collect();
    assert_eq!((kept, net.members()), (stages, 2));
    assert_eq!((report.refit_rows, report.has_folds()), (Some(train.rows()), false));
    let bytes = net.to_bytes().unwrap();
    let loaded = Mlp::<f32>::from_bytes(&bytes).unwrap();
    assert_eq!(loaded.predict(test.inputs()).unwrap(), net.predict(test.inputs()).unwrap());
    assert!(net.evaluate(&test, metrics::r_squared).unwrap() > 0.7);

    let (again, _) = recipe().fit(&train).unwrap();
    assert_eq!(again.to_bytes().unwrap(), bytes);
    let best = || Recipe::best().few_rows(0).width(8).epochs(8);
    let (mean, report) = best().fit(&train).unwrap();
    assert_eq!((mean.members(), report.refit_rows), (8, Some(train.rows())));
    let (again, _) = alone(best()).fit(&train).unwrap();
    assert_eq!(again.to_bytes().unwrap(), mean.to_bytes().unwrap());
    // What is ready when a refit stops: of each kept candidate the same number.
    let stopped = alone(best()).on_epoch(stop_after(16 + 8 * 5 + 3));
    let (part, report) = stopped.fit(&train).unwrap();
    let ready = 5 / report.kept().count() * report.kept().count();
    assert_eq!((part.members(), report.is_cut), (ready, true));
    // In the choice, and in the refit.
    for epochs in [33, 55] {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state");
        let stopped = recipe().checkpoint(&state).on_epoch(stop_after(epochs));
        let (_, cut) = stopped.fit(&train).unwrap();
        assert_eq!((cut.is_cut, cut.refit_rows), (true, None));
        let (resumed, _) = recipe().checkpoint(&state).fit(&train).unwrap();
        assert_eq!(resumed.to_bytes().unwrap(), bytes, "{epochs}");
    }
}

/// Few rows choose by folds: the same bits on any number of threads, and after a stop.
#[test]
fn few_rows_choose_by_folds() {
    let (train, test) = cars().split(0.2, 1).unwrap();
    let recipe = || Recipe::default().width(16).epochs(20).seed(5);
    let (net, mut report) = alone(recipe()).fit(&train).unwrap();
    let stages: Vec<Stage> = report.candidates().iter().map(|of| of.stage).collect();
    assert_eq!(stages, [Stage::Linear, Stage::Plain, Stage::Encoded]);
    for candidate in report.candidates() {
        let reports = &candidate.reports;
        assert_eq!(reports.iter().map(|of| of.validation_rows).sum::<usize>(), train.rows());
        // The score is the lowest mean of the folds' losses.
        let mean = |epoch: usize| reports.iter().map(|of| of.epochs[epoch].loss()).sum::<f64>();
        let least = (0..20).map(mean).fold(f64::INFINITY, f64::min) / 5.0;
        assert_relative_eq!(candidate.score, least, max_relative = 1e-12);
        assert_relative_eq!(mean(candidate.epoch - 1) / 5.0, least, max_relative = 1e-12);
    }
    assert_eq!((report.refit_rows, net.members()), (None, 5));
    assert!(net.evaluate(&test, metrics::r_squared).unwrap() > 0.7);
    let again = recipe().refit(&cars(), &mut report).unwrap().unwrap();
    assert_eq!(report.refit_rows, Some(392));
    assert_eq!(again.members(), 5);

    let best = || Recipe::best().width(8).epochs(4).seed(5);
    let (mean, report) = best().fit(&train).unwrap();
    let validated = report.candidates()[0].reports.iter().map(|of| of.validation_rows);
    assert_eq!((mean.members(), validated.sum::<usize>()), (10, 2 * train.rows()));
    let (again, _) = alone(best()).fit(&train).unwrap();
    assert_eq!(again.to_bytes().unwrap(), mean.to_bytes().unwrap());

    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let stopped = recipe().checkpoint(&state).on_epoch(stop_after(150));
    let (part, cut) = stopped.fit(&train).unwrap();
    let folds = cut.candidates()[0].reports.len();
    assert!(cut.is_cut && (1..5).contains(&folds), "{folds}");
    assert_eq!(part.members(), folds);
    let (resumed, _) = recipe().checkpoint(&state).fit(&train).unwrap();
    assert_eq!(resumed.to_bytes().unwrap(), net.to_bytes().unwrap());
}

#[test]
fn a_linear_network_competes_where_few_rows_are_validated_by_later_ones() {
    let days = Array2::from_shape_fn((200, 1), |(row, _)| row as f64);
    let trend = Dataset::new(days.clone(), days.mapv(|day| 3.0 * day)).unwrap();
    let (early, late) = (0..160, 160..200);
    let [early, late] = [early, late].map(|rows| trend.select(&rows.collect::<Vec<_>>()).unwrap());
    let recipe = alone(Recipe::default().width(8).epochs(64));
    let (net, report) = recipe.choose_on(&early, &late).unwrap();
    let tried: Vec<_> = report.candidates().iter().map(|candidate| candidate.stage).collect();
    assert_eq!(tried, [Stage::Linear, Stage::Plain, Stage::Encoded]);
    assert_eq!(report.kept().map(|kept| kept.stage).collect::<Vec<_>>(), [Stage::Linear]);
    assert_eq!(net.layers().len(), 1);
    let (_, report) = recipe.few_rows(0).choose_on(&early, &late).unwrap();
    assert_eq!(report.candidates().len(), 2);
}

/// Numbers: the mean. Probabilities: their geometric mean, made to add up to 1.
#[test]
fn rows_of_weight_0_change_nothing() {
    let rows = 120;
    let inputs = wave(rows, 3, 0.2);
    let class = |row: usize| f64::from(u8::from(inputs[[row, 0]] + 0.3 * inputs[[row, 1]] > 0.0));
    let targets = Array2::from_shape_fn((rows, 1), |(row, _)| class(row));
    let classes = |data: Dataset<f64>| data.with_classes(["no", "yes"]).unwrap();
    let data = classes(Dataset::new(inputs.clone(), targets.clone()).unwrap());
    // The same rows with the other class, a hundred times as large, and without weight.
    let more = concatenate![Axis(0), inputs, 100.0 * &inputs];
    let flipped = concatenate![Axis(0), targets, 1.0 - &targets];
    let weights =
        (0..2 * rows).map(|row| if row < rows { 1.0 } else { 0.0 }).collect::<Array1<_>>();
    let weighted = classes(Dataset::new(more, flipped).unwrap()).with_weights(weights).unwrap();
    let plain = data.with_weights(Array1::ones(rows)).unwrap();
    let recipe = || Recipe::default().epochs(6).layers(1).width(8);
    let [(net, report), (other, of_other)] =
        [&plain, &weighted].map(|data| recipe().fit(data).unwrap());
    assert_eq!(net.to_bytes().unwrap(), other.to_bytes().unwrap());
    assert_eq!(report.temperature_factor, of_other.temperature_factor);
}

#[test]
fn too_many_numbers_are_not_encoded() {
    let stages = |columns| {
        let data = Dataset::new(wave(40, columns, 0.1), wave(40, 1, 0.7)).unwrap();
        let recipe = Recipe::default().few_rows(0).epochs(1).width(2).layers(1).bins(5000);
        let (_, report) = recipe.choose(&data).unwrap();
        report.candidates().iter().map(|candidate| candidate.stage).collect::<Vec<_>>()
    };
    assert_eq!(stages(3), [Stage::Plain, Stage::Encoded]);
    assert_eq!(stages(60), [Stage::Plain]);
}

#[test]
fn the_mean_of_networks_is_one_network() {
    let first = Dense::new(wave(3, 4, 0.9), Some(Array1::ones(4)), Tanh).unwrap();
    let nets = |last: AnyActivation<f64>| {
        [0.1, 0.2, 0.3].map(|phase| {
            let hidden = Dense::new(wave(4, 5, phase), None, Relu).unwrap();
            let bias = wave(1, 2, 2.0 * phase).row(0).to_owned();
            let output = Dense::new(wave(5, 2, 3.0 * phase), Some(bias), last.clone()).unwrap();
            Mlp::from_layers(vec![first.clone(), hidden, output]).unwrap()
        })
    };
    let wide = Dense::<f32>::new(Array2::zeros((1, 3_000_000)), None, Identity).unwrap();
    let wide = Mlp::from_layers(vec![wide]).unwrap();
    let error = Mlp::mean_of(&[wide.clone(), wide]).unwrap_err();
    assert!(error.to_string().ends_with("do not fit into memory"), "{error}");
    let rows = wave(6, 3, 0.4);
    let outputs = |net: &Mlp<f64>| net.predict(rows.view()).unwrap();
    let numbers = nets(Identity.into());
    let mean = Mlp::mean_of(&numbers).unwrap();
    assert_eq!(
        mean.to_string(),
        "3 → 4 Tanh → 15 Relu → 6 Identity → 2 Identity, 201 parameters, f64"
    );
    let expected = numbers.iter().map(outputs).fold(Array2::zeros((6, 2)), |sum, of| sum + of);
    assert_relative_eq!(outputs(&mean), expected / 3.0, max_relative = 1e-13);

    let classes = nets(Softmax.into());
    let product =
        classes.iter().map(outputs).fold(Array2::ones((6, 2)), |product, of| product * of);
    let roots = product.mapv(f64::cbrt);
    let sums = roots.sum_axis(ndarray::Axis(1)).insert_axis(ndarray::Axis(1));
    assert_relative_eq!(
        outputs(&Mlp::mean_of(&classes).unwrap()),
        roots / sums,
        max_relative = 1e-13
    );
    assert_eq!(Mlp::mean_of(&numbers[..1]).unwrap().layers().len(), 3);
    let mixed = Mlp::mean_of(&[numbers[0].clone(), classes[0].clone()]);
    let mixing = Mlp::mean_of(&[1, 2].map(|seed| {
        let builder = Mlp::<f64>::builder(3).dense(4, Softmax).dense(1, Identity);
        builder.without_units().seed(seed).build().unwrap()
    }));
    let mixes = NetworkError::MeanOfLayer { layer: 0, activation: "softmax".to_owned() };
    assert_eq!(mixing.unwrap_err().to_string(), mixes.to_string());
    let is_named =
        matches!(mixed, Err(Error::Network(NetworkError::NotAlike { what: "activations" })));
    assert!(is_named, "{mixed:?}");
}

/// The spread is the standard deviation of what the networks say alone, and stays so in the file,
/// without units, and with a temperature, until the network is trained.
#[test]
fn a_mean_tells_how_far_its_members_disagree() {
    let rows = wave(40, 3, 0.4);
    let net = |seed, activation: AnyActivation<f64>| {
        let builder = Mlp::<f64>::builder(3).dense(6, Tanh).dense(3, activation).without_units();
        let mut net = builder.seed(seed).build().unwrap();
        let last = net.layers_mut().last_mut().unwrap();
        last.bias_mut().unwrap().assign(&wave(1, 3, seed as f64).row(0));
        net
    };
    let deviation = |nets: &[Mlp<f64>]| {
        let outputs: Vec<_> = nets.iter().map(|net| net.predict(rows.view()).unwrap()).collect();
        Array2::from_shape_fn((40, 3), |place| {
            let outputs: Vec<f64> = outputs.iter().map(|of| of[place]).collect();
            let mean = outputs.iter().sum::<f64>() / 4.0;
            (outputs.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / 3.0).sqrt()
        })
    };
    let assert_spread = |mean: &Mlp<f64>, nets: &[Mlp<f64>]| {
        let [outputs, spread] = mean.predict_with_spread(rows.view()).unwrap();
        assert_eq!(outputs, mean.predict(rows.view()).unwrap());
        assert_relative_eq!(spread, deviation(nets), max_relative = 1e-9);
    };
    let mut numbers = [1, 2, 3, 4].map(|seed| net(seed, Identity.into()));
    for net in &mut numbers {
        let units_in = Units::standard([0.5, 0.0, -1.0], [2.0, 1.0, 3.0]).unwrap();
        let units_out = Units::standard([9.0, 8.0, 7.0], [100.0, 10.0, 0.1]).unwrap();
        net.set_units(units_in, units_out).unwrap();
    }
    let mean = Mlp::mean_of(&numbers).unwrap();
    assert_spread(&mean, &numbers);
    assert_spread(&mean.folded().unwrap(), &numbers);
    let loaded = Mlp::from_bytes(&mean.to_bytes().unwrap()).unwrap();
    assert_eq!((loaded.members(), &loaded), (4, &mean));

    let mut classes = [1, 2, 3, 4].map(|seed| net(seed, Softmax.into()));
    let mut mean = Mlp::mean_of(&classes).unwrap();
    assert_spread(&mean, &classes);
    let labels = (0..40).map(|row| ["a", "b", "c"][row / 2 % 3]);
    let data = Dataset::multiclass(rows.clone(), labels).unwrap();
    let factor = mean.set_temperature(&data).unwrap();
    assert!(factor < 1.0, "{factor}");
    for net in &mut classes {
        let last = net.layers_mut().last_mut().unwrap();
        last.weights_mut().mapv_inplace(|weight| weight * factor);
        last.bias_mut().unwrap().mapv_inplace(|bias| bias * factor);
    }
    assert_spread(&mean, &classes);

    let mut trainer = Trainer::new(CategoricalCrossEntropy, Sgd::new(0.01)).epochs(1);
    trainer.fit(&mut mean, &data).unwrap();
    let error = mean.predict_with_spread(rows.view()).unwrap_err();
    assert_eq!(error.to_string(), NetworkError::OneMember.to_string());
    let mut mean = loaded;
    mean.layers_mut()[2] = Dense::new(Array2::ones((12, 2)), None, Identity).unwrap();
    let error = mean.predict_with_spread(rows.view()).unwrap_err();
    assert_eq!(error.to_string(), "the units have 3 columns, the network needs 2");
    assert!(mean.to_bytes().is_err());
    mean.set_units(Units::none(), Units::none()).unwrap();
    let error = mean.predict_with_spread(rows.view()).unwrap_err();
    let expected = "the last layer of the mean of 4 networks with 2 outputs each has 12 inputs";
    assert!(error.to_string().starts_with(expected), "{error}");
    assert!(mean.to_bytes().is_err());
}

/// Classes, and columns of which none is a number.
#[test]
fn a_recipe_of_classes_has_a_temperature() {
    let colours = ["red", "green", "blue"];
    let rows =
        (0..240).map(|row| format!("{},{}\n", colours[row % 3], ["a", "b", "b", "c"][row % 4]));
    let csv: String = std::iter::once("colour,kind\n".to_owned()).chain(rows).collect();
    let data =
        Table::parse_csv(csv.as_bytes(), "colours").unwrap().multiclass::<f32>("kind").unwrap();
    let (net, report) = Recipe::default().width(16).epochs(8).fit(&data).unwrap();
    let stages: Vec<Stage> = report.candidates().iter().map(|of| of.stage).collect();
    assert_eq!(stages, [Stage::Linear, Stage::Plain]);
    assert!(report.temperature_factor.is_some_and(|factor| factor > 0.0 && factor <= 1.0));
    assert_eq!(net.classes(), ["a", "b", "c"]);
    assert!(net.evaluate(&data, metrics::log_loss).unwrap() < 1.2);
}

/// Settings out of range, by their names.
#[test]
fn wrong_settings_of_a_recipe_are_named() {
    let data = cars();
    // With as many bins as rows, each different number is an edge.
    let bins = |bins| {
        alone(Recipe::default().bins(bins).epochs(1).width(4).few_rows(0)).fit(&data).unwrap().0
    };
    assert_eq!(bins(usize::MAX), bins(2 * data.rows()));
    let wrong: [(Recipe<'_>, &str); 6] = [
        (Recipe::best().without_refit(), "number of networks"),
        (Recipe::default().width(0), "width"),
        (Recipe::default().layers(0), "number of hidden layers"),
        (Recipe::default().learning_rate(-1.0), "learning rate"),
        (Recipe::default().validation_fraction(1.0), "validation fraction"),
        (Recipe::default().epochs(0), "number of epochs"),
    ];
    for (recipe, setting) in wrong {
        match recipe.fit(&data) {
            Err(Error::Setting { name, .. }) => assert_eq!(name, setting),
            other => panic!("{setting}: {other:?}"),
        }
    }
}

/// In a loop of one's own, both are those of the last forward pass.
#[test]
fn weights_and_bias_beside_input_factors_change_together() {
    let layer = Dense::new(array![[1.0]], Some(array![0.0]), Identity).unwrap();
    let mut net = Mlp::from_layers(vec![layer.with_input_factors(1.0).unwrap()]).unwrap();
    let (mut backprop, mut memory) = (Backprop::new(&net), OptimizerState::new());
    let (inputs, targets) = (array![[1.0]], array![[3.0]]);
    let predicted = |net: &Mlp<f64>| net.predict(array![[1.0]].view()).unwrap()[[0, 0]];
    let mut run = |net: &mut Mlp<f64>| {
        backprop.run(net, &MeanSquaredError, inputs.view(), targets.view()).unwrap();
        memory.step(&Sgd::new(0.1), backprop.parameters(net).unwrap()).unwrap();
    };
    run(&mut net);
    assert_eq!(predicted(&net), 1.0);
    // The gradient of v, s and b is -4: (1 + 0.4)² + 0.4.
    run(&mut net);
    assert_relative_eq!(predicted(&net), 2.36, epsilon = 1e-12);
}

/// A frozen first layer does not change, and has no gradient.
#[test]
fn frozen_layers_stay() {
    let frozen = Dense::new(wave(2, 3, 0.2), None, Relu).unwrap();
    let frozen = frozen.with_rate_factors(RateFactors::FROZEN).unwrap();
    let output = Dense::new(wave(3, 1, 0.4), None, Identity).unwrap();
    let mut net = Mlp::from_layers(vec![frozen.clone(), output.clone()]).unwrap();
    let data = Dataset::new(wave(4, 2, 0.1), wave(4, 1, 0.5)).unwrap();
    let adam = AdamW::new(0.01).weight_decay(0.1);
    Trainer::new(MeanSquaredError, adam).epochs(3).fit(&mut net, &data).unwrap();
    assert_eq!(net.layers()[0], frozen);
    assert_ne!(net.layers()[1], output);
    let checked =
        densely::gradient_check(&mut net, &MeanSquaredError, data.inputs(), data.targets());
    assert_eq!(checked.unwrap().compared, 3);
    let loaded = Mlp::<f64>::from_bytes(&net.to_bytes().unwrap()).unwrap();
    assert_eq!(loaded.layers()[0].rate_factors(), RateFactors::FROZEN);
}
