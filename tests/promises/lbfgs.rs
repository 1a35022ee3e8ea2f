//! Compares L-BFGS with scikit-learn's. From the same weights on the same rows, its loss must be no
//! higher after the same number of evaluations of loss and gradient.
//!
//! Both take the same steps at first. Later, rounding errors have grown so much that for a single
//! start chance decides which loss is lower (on auto_mpg ours is, for 3 to 7 of ten starts). So the
//! test compares the geometric mean over ten starts, and over five for the digits.
//!
//! The numbers are from scikit-learn 1.9, which uses SciPy's L-BFGS-B, with its limits of
//! convergence lifted. `MLPClassifier` clips probabilities to 2⁻⁵² from 0 and 1, so the loss
//! that it minimises is never below 2.2e-16. The numbers here are the losses of its weights without
//! clipping, the lowest of the first n evaluations. On breast_cancer and the digits it stops after
//! about 100 evaluations, since it finds nothing lower.
//!
//! ```python
//! import csv, os, warnings
//! os.environ["OPENBLAS_NUM_THREADS"] = "1"  # more add up in another order
//! import numpy as np, scipy.optimize
//! from sklearn.neural_network import MLPClassifier, MLPRegressor
//! warnings.simplefilter("ignore")
//!
//! def read(name, target):
//!     header, *rows = csv.reader(open(f"data/{name}.csv"))
//!     columns = []
//!     for title, cells in zip(header, zip(*rows)):
//!         try:
//!             column = [np.array(cells, float)]
//!         except ValueError:
//!             kinds = sorted(set(cells))
//!             column = [np.array([c == kind for c in cells], float) for kind in kinds]
//!         if title == target:
//!             y = column[-1]
//!         else:
//!             columns += column
//!     scale = lambda x: (x - x.mean(0)) / np.where(x.std(0) == 0, np.inf, x.std(0))
//!     return scale(np.array(columns).T), scale(y) if target == "mpg" else y.astype(int)
//!
//! def lowest_losses(model, hidden, X, y, start=0, counts=(1, 30, 100, 300), history=10):
//!     drawn, losses, limits = 1000 * start, [], {"ftol": 0, "gtol": 0, "maxcor": history}
//!     def first_weights(self, inputs, outputs, dtype):
//!         nonlocal drawn
//!         k = drawn + np.arange(1, inputs * outputs + 1)
//!         drawn += inputs * outputs
//!         return 0.5 * np.sin(k).reshape(inputs, outputs) / np.sqrt(inputs), np.zeros(outputs)
//!     def loss():
//!         (w, v), (b, c) = model.coefs_, model.intercepts_
//!         z = np.tanh(X @ w + b) @ v + c
//!         if isinstance(model, MLPRegressor):
//!             return np.mean((z[:, 0] - y) ** 2)
//!         if z.shape[1] == 1:
//!             z = np.hstack([0 * z, z])
//!         return np.logaddexp.reduce(z - z[range(len(y)), y][:, None], axis=1).mean()
//!     def unlimited(function, *args, options, **others):
//!         def evaluated(*args):
//!             result = function(*args)
//!             losses.append(loss())
//!             return result
//!         return minimize(evaluated, *args, options=options | limits, **others)
//!     type(model)._init_coef = first_weights
//!     minimize, scipy.optimize.minimize = scipy.optimize.minimize, unlimited
//!     model.set_params(hidden_layer_sizes=hidden, activation="tanh", solver="lbfgs", alpha=0)
//!     model.set_params(max_iter=10**6, max_fun=max(counts)).fit(X, y)
//!     scipy.optimize.minimize = minimize
//!     print([float(min(losses[:n])) for n in counts], len(losses))
//!
//! for start in range(10):
//!     lowest_losses(MLPRegressor(), 16, *read("auto_mpg", "mpg"), start)
//!     lowest_losses(MLPClassifier(), 16, *read("breast_cancer", "diagnosis"), start)
//!     lowest_losses(MLPClassifier(), 32, *read("digits", "digit"), start)
//! for history in 3, 10, 20:
//!     lowest_losses(MLPRegressor(), 16, *read("auto_mpg", "mpg"), 0, (5, 10, 20, 30, 40), history)
//! ```

use densely::{
    Backprop, BinaryCrossEntropy, CategoricalCrossEntropy, Dataset, Dense, Identity, Loss,
    MeanSquaredError, Mlp, Sigmoid, Softmax, Table, Tanh, Trainer, activation::AnyActivation,
    optimizer::Lbfgs, trainer::StopReason,
};
use ndarray::{Array2, ArrayView2, ArrayViewMut1, ArrayViewMut2, array};
use std::sync::atomic::{AtomicU64, Ordering};

fn table(name: &str) -> Table {
    Table::read_csv(format!("{}/data/{name}.csv", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// Scales each column to mean 0 and deviation 1, or to 0 if it is constant.
fn by_column(numbers: ArrayView2<'_, f64>) -> Array2<f64> {
    let mut scaled = numbers.to_owned();
    for mut column in scaled.columns_mut() {
        let (first, rows) = (column[0], column.len() as f64);
        // Summed row by row: after 40 evaluations a rounding error in the last place is one of
        // 1e-10 in the loss.
        let shift = column.iter().map(|x| x - first).sum::<f64>() / rows;
        let squares = column.iter().map(|x| (x - first - shift).powi(2)).sum::<f64>();
        let (mean, deviation) = (shift + first, (squares / rows).sqrt());
        let varies = column.iter().any(|x| *x != first);
        column.mapv_inplace(|x| if varies { (x - mean) / deviation } else { 0.0 });
    }
    scaled
}

/// Standardises inputs and targets by hand, since the script computes losses in these units.
fn standardised(data: Dataset<f64>) -> Dataset<f64> {
    Dataset::new(by_column(data.inputs()), by_column(data.targets())).unwrap()
}

/// One layer of hidden units with the weights of the script.
fn network(
    data: &Dataset<f64>,
    hidden: usize,
    last: impl Into<AnyActivation<f64>>,
    start: usize,
) -> Mlp<f64> {
    let builder = Mlp::builder(data.features()).dense(hidden, Tanh).dense(data.outputs(), last);
    let mut net = builder.without_units().build().unwrap();
    let mut drawn = 1000.0 * start as f64;
    for layer in net.layers_mut() {
        let inputs = layer.inputs() as f64;
        layer.weights_mut().mapv_inplace(|_| {
            drawn += 1.0;
            0.5 * drawn.sin() / inputs.sqrt()
        });
        layer.bias_mut().unwrap().fill(0.0);
    }
    net
}

/// Returns the loss after this many evaluations, and compares it with the report's.
fn loss_after<L: Loss<f64> + Copy>(
    lbfgs: Lbfgs,
    evaluations: u64,
    net: &Mlp<f64>,
    loss: L,
    data: &Dataset<f64>,
) -> f64 {
    let mut net = net.clone();
    // Training goes on until it finds nothing lower, as in the script.
    let lbfgs = lbfgs.evaluations(evaluations).tolerance(f64::MIN_POSITIVE);
    let mut trainer = Trainer::lbfgs(loss, lbfgs).epochs(evaluations as usize);
    let report = trainer.fit(&mut net, data).unwrap();
    let reported = report.epochs.last().map(|epoch| epoch.training_loss);
    let found = Backprop::new(&net).loss(&mut net, &loss, data.inputs(), data.targets()).unwrap();
    if let Some(reported) = reported {
        approx::assert_relative_eq!(reported, found, max_relative = 1e-12);
        assert_eq!(report.best_loss(), reported, "each iteration has a lower loss");
    }
    found
}

/// Compares with scikit-learn's losses after 1, 30, 100 and 300 evaluations, for one start after
/// another.
fn assert_no_higher<L: Loss<f64> + Copy>(
    data: &Dataset<f64>,
    hidden: usize,
    last: impl Into<AnyActivation<f64>>,
    loss: L,
    scikit_learns: &[[f64; 4]],
) {
    let last = last.into();
    let mut logarithms = [0.0; 4];
    for (start, theirs) in scikit_learns.iter().enumerate() {
        let net = network(data, hidden, last.clone(), start);
        for (index, evaluations) in [1, 30, 100, 300].into_iter().enumerate() {
            let ours = loss_after(Lbfgs::new(), evaluations, &net, loss, data);
            // A loss of 0 counts like one below all digits.
            logarithms[index] +=
                (ours.max(1e-40) / theirs[index]).ln() / scikit_learns.len() as f64;
        }
    }
    println!("ours / scikit-learn's: {:?}", logarithms.map(f64::exp));
    let [first, after_30, after_100, after_300] = logarithms;
    assert!(first.abs() < 1e-12, "{logarithms:?}");
    assert!(after_30 + after_100 + after_300 <= 0.0, "{logarithms:?}");
    // Up to 30 evaluations both take the same steps, apart from one or two.
    assert!(after_30 < 1e-3 && after_100 <= 0.0 && after_300 <= 0.0, "{logarithms:?}");
}

#[test]
fn regression_of_auto_mpg() {
    let data = standardised(table("auto_mpg").regression("mpg").unwrap());
    assert_no_higher(
        &data,
        16,
        Identity,
        MeanSquaredError,
        &[
            [0.8755517958573515, 0.12003507729995189, 0.08266748054278641, 0.045770689325051135],
            [0.8723437201297033, 0.12115389564073831, 0.07344806056150026, 0.0428928988385635],
            [0.8754354088436432, 0.12130396261930011, 0.07656104908471621, 0.04463826551982038],
            [0.8761411088570797, 0.1215293651170127, 0.07630438192124153, 0.04243113689574548],
            [0.8726362001059457, 0.12336821898154388, 0.07837303100524842, 0.04511548020194306],
            [0.8746430410944527, 0.1194605334701722, 0.07457934339270526, 0.041604573439109],
            [0.8765309930396814, 0.11851272591380173, 0.07161033448876787, 0.0432933629442511],
            [0.8734396503285415, 0.12245752762610931, 0.07889072356400567, 0.04165190558602028],
            [0.8737790930649505, 0.12414032431662482, 0.07490992485244657, 0.043232834242871665],
            [0.8766147452472479, 0.12199969948039265, 0.08140856759752527, 0.0447357317933546],
        ],
    );
}

#[test]
fn two_classes_of_breast_cancer() {
    let data = table("breast_cancer").binary("diagnosis").unwrap();
    let data = Dataset::new(by_column(data.inputs()), data.targets().to_owned()).unwrap();
    assert_no_higher(
        &data,
        16,
        Sigmoid,
        BinaryCrossEntropy,
        &[
            [
                0.7177729381874717,
                3.266143523640381e-06,
                8.031808768924109e-19,
                8.031808768924109e-19,
            ],
            [
                0.7187669149973781,
                2.5266727390437567e-06,
                1.3363118991814922e-18,
                1.3363118991814922e-18,
            ],
            [
                0.7187566163750699,
                1.381632183403582e-06,
                1.186010449727692e-18,
                1.186010449727692e-18,
            ],
            [
                0.717765538999682,
                6.280934481123297e-06,
                2.622789723438223e-19,
                2.622789723438223e-19,
            ],
            [
                0.7185109515432373,
                4.598689146322539e-06,
                1.357178189749547e-18,
                1.357178189749547e-18,
            ],
            [
                0.7189517797361125,
                5.1398345387882675e-06,
                7.152537035940202e-19,
                7.152537035940202e-19,
            ],
            [
                0.7178794300104703,
                3.8132347582981386e-05,
                7.02433749980828e-19,
                7.02433749980828e-19,
            ],
            [
                0.7182310993927427,
                3.624745436188723e-06,
                4.630901626751668e-19,
                4.630901626751668e-19,
            ],
            [
                0.7190370452436518,
                1.8841250974754245e-05,
                1.5509674933288538e-19,
                1.5509674933288538e-19,
            ],
            [
                0.7180945455447254,
                5.231558386030482e-06,
                8.524811257905415e-19,
                8.524811257905415e-19,
            ],
        ],
    );
}

#[test]
#[ignore = "takes 12 seconds: five starts on 1,797 rows"]
fn ten_classes_of_digits() {
    let data = table("digits").multiclass("digit").unwrap();
    let data = Dataset::new(by_column(data.inputs()), data.targets().to_owned()).unwrap();
    assert_no_higher(
        &data,
        32,
        Softmax,
        CategoricalCrossEntropy,
        &[
            [
                2.303843366882856,
                1.6484721631910147e-06,
                2.744641948124619e-18,
                2.744641948124619e-18,
            ],
            [
                2.303145632339258,
                2.0442024797248498e-06,
                3.3674815637815803e-18,
                3.36748156376505e-18,
            ],
            [
                2.3029012027533744,
                2.1837200436629214e-06,
                3.209651509319766e-18,
                3.209651509319766e-18,
            ],
            [
                2.3036415567582793,
                1.4127219705716368e-06,
                3.11325079660838e-18,
                3.11325079660838e-18,
            ],
            [
                2.3035448868867863,
                8.018773790000412e-07,
                4.822463597904862e-18,
                4.822463597904862e-18,
            ],
        ],
    );
}

/// The algorithm is the same: before rounding errors grow, the losses agree for the same history.
/// The last lines of the script give the losses for other histories.
#[test]
fn the_same_history_leads_to_the_same_losses() {
    let data = standardised(table("auto_mpg").regression("mpg").unwrap());
    let net = network(&data, 16, Identity, 0);
    let scipys = [
        (
            3,
            [
                0.26021279520279367,
                0.19351760702354767,
                0.14437643446513815,
                0.13096257538366798,
                0.12447227608385006,
            ],
        ),
        (
            10,
            [
                0.26021279520279367,
                0.17690369573368,
                0.13102121064774355,
                0.12003507729995189,
                0.11379008161503573,
            ],
        ),
        (
            20,
            [
                0.26021279520279367,
                0.17690369573368,
                0.1267137317477308,
                0.11528816062865099,
                0.1076291285306169,
            ],
        ),
    ];
    for (history, losses) in scipys {
        for (n, expected) in [5, 10, 20, 30, 40].into_iter().zip(losses) {
            let lbfgs = Lbfgs::new().history(history);
            let found = loss_after(lbfgs, n, &net, MeanSquaredError, &data);
            approx::assert_relative_eq!(found, expected, max_relative = 1e-10);
        }
    }
}

/// Counts its calls.
#[derive(Debug, Default)]
struct Counted(AtomicU64);

impl Loss<f64> for &Counted {
    fn evaluate(
        &self,
        outputs: ArrayView2<'_, f64>,
        targets: ArrayView2<'_, f64>,
        losses: ArrayViewMut1<'_, f64>,
        gradient: ArrayViewMut2<'_, f64>,
    ) {
        self.0.fetch_add(1, Ordering::Relaxed);
        MeanSquaredError.evaluate(outputs, targets, losses, gradient);
    }
}

#[test]
fn it_takes_as_many_evaluations_as_it_may() {
    let data = standardised(table("auto_mpg").regression("mpg").unwrap());
    for limit in [1, 2, 3, 10, 30, 100] {
        let counted = Counted::default();
        let mut net = network(&data, 16, Identity, 0);
        let trainer = Trainer::lbfgs(&counted, Lbfgs::new().evaluations(limit));
        let report = trainer.epochs(1000).fit(&mut net, &data).unwrap();
        assert_eq!(counted.0.load(Ordering::Relaxed), limit);
        assert_eq!(report.stop_reason, StopReason::AllEvaluations);
    }
    // A first step of length 1 goes too far: w = 0.1, then -0.9. That is no minimum.
    let one = Dataset::new(array![[1.0]], array![[0.0]]).unwrap();
    let layer = Dense::new(array![[0.1]], None, Identity).unwrap();
    let mut net = Mlp::from_layers(vec![layer]).unwrap();
    let trainer = Trainer::lbfgs(MeanSquaredError, Lbfgs::new().evaluations(2)).epochs(9);
    let report = trainer.without_validation().fit(&mut net, &one).unwrap();
    assert_eq!(report.stop_reason, StopReason::AllEvaluations);
}

/// What was minimised before says nothing of other rows or of another decay.
#[test]
fn a_resumed_training_minimises_the_loss_of_its_own_rows() {
    let data = |slope: f64| {
        let x = Array2::from_shape_fn((9, 1), |(row, _)| row as f64 / 4.0 - 1.0);
        Dataset::new(x.clone(), slope * x).unwrap()
    };
    let mut net = Mlp::builder(1).dense(1, Identity).without_units().seed(3).build().unwrap();
    let trainer = || Trainer::lbfgs(MeanSquaredError, Lbfgs::new());
    let mut first = trainer().epochs(100);
    let report = first.fit(&mut net, &data(2.0)).unwrap();
    assert_eq!(report.stop_reason, StopReason::Converged);
    let state = first.state().unwrap().clone();
    let mut resumed = trainer().epochs(500).with_state(state);
    resumed.resume(&mut net, &data(-3.0)).unwrap();
    assert!((net.layers()[0].weights()[[0, 0]] + 3.0).abs() < 1e-6, "{net}");
    // In memory, too.
    let mut first = first.epochs(500);
    first.resume(&mut net, &data(5.0)).unwrap();
    assert!((net.layers()[0].weights()[[0, 0]] - 5.0).abs() < 1e-6, "{net}");
}
