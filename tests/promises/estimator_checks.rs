//! The checks of scikit-learn's `check_estimator`, where they apply to this library.

use densely::{
    Adam, Backprop, BinaryCrossEntropy, CategoricalCrossEntropy, Dataset, Dense, EarlyStopping,
    Error, Float, Identity, Loss, MeanSquaredError, Mlp, Report, Sigmoid, Softmax, Tanh, Trainer,
    activation::{AnyActivation, Exponential},
    error::DataError,
    loss::{Huber, Poisson},
    metrics,
};
use ndarray::{Array1, Array2, ArrayView2, Axis, array, s, stack};

/// A loss, the output layer that suits it, and the targets.
struct Task<F: Float> {
    name: &'static str,
    loss: fn() -> Box<dyn Loss<F>>,
    output: AnyActivation<F>,
    data: Dataset<F>,
}

/// Numbers in [-1, 1] without a pattern.
fn numbers(rows: usize, columns: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(r, c)| (13.1 * r as f64 + 78.2 * c as f64).cos())
}

fn of<F: Float>(numbers: &Array2<f64>) -> Array2<F> {
    numbers.mapv(F::from_f64)
}

/// Functions of two features, without noise: one of each kind of target.
fn tasks<F: Float>(rows: usize) -> Vec<Task<F>> {
    let inputs = numbers(rows, 2);
    let (x, y) = (inputs.column(0).to_owned(), inputs.column(1).to_owned());
    let positive = |numbers: Array1<f64>| numbers.mapv(|x| f64::from(x > 0.0));
    let column = |numbers: Array1<f64>| numbers.insert_axis(Axis(1));
    let pair = |a, b| stack![Axis(1), a, b];
    let (left, upper) = (positive(-&x), positive(&y - 0.2));
    let right = 1.0 - &left;
    let classes = stack![Axis(1), left, &right * &upper, &right * (1.0 - &upper)];
    let counts = (1.0 + 0.8 * &x - 0.7 * &y).mapv(|z| z.exp().round());
    let task = |name, loss, output: AnyActivation<F>, targets: Array2<f64>| {
        let data = Dataset::new(of(&inputs), of(&targets)).unwrap();
        Task { name, loss, output, data }
    };
    vec![
        task("numbers", || Box::new(MeanSquaredError), Identity.into(), pair(&x * &y, &x - &y)),
        task("number", || Box::new(Huber::new(0.5)), Identity.into(), column(&x * 0.5 - &y)),
        task("two classes", || Box::new(BinaryCrossEntropy), Sigmoid.into(), column(left.clone())),
        task("labels", || Box::new(BinaryCrossEntropy), Sigmoid.into(), pair(left, upper)),
        task("classes", || Box::new(CategoricalCrossEntropy), Softmax.into(), classes),
        task("counts", || Box::new(Poisson), Exponential.into(), column(counts)),
    ]
}

impl<F: Float> Task<F> {
    fn network(&self) -> Mlp<F> {
        let builder = Mlp::builder(self.data.features()).dense(10, Tanh);
        builder.dense(self.data.outputs(), self.output.clone()).seed(2).build().unwrap()
    }

    fn trainer<'a>(&self) -> Trainer<'a, F> {
        Trainer::new((self.loss)(), Adam::new(0.03)).batch_size(16).epochs(150).seed(4)
    }

    fn fit(&self) -> (Mlp<F>, Report) {
        let mut net = self.network();
        let report = self.trainer().fit(&mut net, &self.data);
        (net, report.unwrap_or_else(|error| panic!("{}: {error}", self.name)))
    }

    fn with(&self, data: Dataset<F>) -> Self {
        Self { name: self.name, loss: self.loss, output: self.output.clone(), data }
    }
}

fn parameters<F: Float>(net: &Mlp<F>) -> Vec<F> {
    let layers = net.layers().iter().map(|layer| (layer.weights(), layer.bias().unwrap()));
    layers.flat_map(|(weights, bias)| weights.into_iter().chain(bias)).copied().collect()
}

macro_rules! in_both_precisions {
    ($($test:ident: $check:ident;)*) => {$(
        #[test]
        fn $test() {
            $check::<f32>();
            $check::<f64>();
        }
    )*};
}

in_both_precisions! {
    every_task_is_learned: check_learning;
    predictions_go_with_their_rows: check_rows;
    the_order_in_memory_does_not_matter: check_order_in_memory;
    fitting_twice_gives_the_same_bits: check_twice;
    fitting_leaves_the_data_alone: check_data;
    one_row_is_learned_or_refused: check_one_row;
    one_feature_is_enough: check_one_feature;
    one_class_alone_is_learned: check_one_class;
    constant_features_do_no_harm: check_constant_features;
    a_perfect_prediction_has_a_loss_of_0: check_perfect_predictions;
}

fn check_learning<F: Float>() {
    for task in tasks::<F>(200) {
        let (net, _) = task.fit();
        let (outputs, targets) = (net.predict(task.data.inputs()).unwrap(), task.data.targets());
        for (output, target) in outputs.axis_iter(Axis(1)).zip(targets.axis_iter(Axis(1))) {
            let (output, target) = (output.insert_axis(Axis(1)), target.insert_axis(Axis(1)));
            let right = match task.name {
                "number" | "numbers" | "counts" => metrics::r_squared(output, target).unwrap(),
                _ => metrics::accuracy(output, target).unwrap(),
            };
            assert!(right > 0.95, "{}: {right}, {}", task.name, F::NAME);
        }
    }
}

/// Rows are predicted the same in another order, and alone.
fn check_rows<F: Float>() {
    for task in tasks::<F>(60) {
        let (net, _) = task.fit();
        let inputs = task.data.inputs();
        let outputs = net.predict(inputs).unwrap();
        let order: Vec<usize> = (0..60).map(|row| row * 17 % 60).collect();
        let permuted = net.predict(inputs.select(Axis(0), &order).view()).unwrap();
        assert_eq!(permuted, outputs.select(Axis(0), &order));
        for row in 0..60 {
            let alone = net.predict(inputs.slice(s![row..=row, ..])).unwrap();
            assert_eq!(alone, outputs.slice(s![row..=row, ..]), "{}", task.name);
        }
    }
}

fn check_order_in_memory<F: Float>() {
    let by_columns =
        |matrix: ArrayView2<'_, F>| matrix.t().as_standard_layout().into_owned().reversed_axes();
    for task in tasks::<F>(60) {
        let (inputs, targets) = (by_columns(task.data.inputs()), by_columns(task.data.targets()));
        assert!(!inputs.is_standard_layout());
        let (net, _) = task.fit();
        let (other, _) = task.with(Dataset::new(inputs.clone(), targets).unwrap()).fit();
        assert_eq!(parameters(&net), parameters(&other), "{}", task.name);
        let outputs = net.predict(task.data.inputs()).unwrap();
        assert_eq!(net.predict(inputs.view()).unwrap(), outputs);
        let upside_down = net.predict(task.data.inputs().slice(s![..;-1, ..])).unwrap();
        assert_eq!(upside_down, outputs.slice(s![..;-1, ..]));
    }
}

fn check_twice<F: Float>() {
    for task in tasks::<F>(60) {
        let ((net, report), (other, other_report)) = (task.fit(), task.fit());
        assert_eq!(parameters(&net), parameters(&other), "{}", task.name);
        assert_eq!(report.epochs, other_report.epochs);
        let mut third = task.network();
        task.trainer().seed(5).fit(&mut third, &task.data).unwrap();
        assert_ne!(parameters(&net), parameters(&third), "{}", task.name);
    }
}

fn check_data<F: Float>() {
    for task in tasks::<F>(60) {
        let weights = Array1::from_shape_fn(60, |row| F::from_f64((row % 4) as f64));
        let data = task.data.clone().with_weights(weights).unwrap();
        let before = data.clone();
        let trainer = task.trainer().early_stopping(EarlyStopping::patience(5));
        trainer.validation_fraction(0.3).fit(&mut task.network(), &data).unwrap();
        assert_eq!((data.inputs(), data.targets()), (before.inputs(), before.targets()));
        assert_eq!(data.weights(), before.weights());
    }
}

/// Trains, and checks that losses and predictions are finite.
fn fit_sanely<F: Float>(task: &Task<F>) -> (Mlp<F>, Report) {
    let (net, report) = task.fit();
    assert!(report.epochs.iter().all(|epoch| epoch.training_loss.is_finite()), "{}", task.name);
    let outputs = net.predict(task.data.inputs()).unwrap();
    assert!(outputs.iter().all(|output| output.is_finite()), "{}", task.name);
    (net, report)
}

/// Setting a part aside requires another row.
fn check_one_row<F: Float>() {
    for task in tasks::<F>(1) {
        let (_, report) = fit_sanely(&task);
        assert!(report.epochs[149].training_loss <= report.epochs[0].training_loss);
        let (mut net, before) = (task.network(), task.network());
        let early_stopping = task.trainer().early_stopping(EarlyStopping::patience(2));
        for mut trainer in [task.trainer().validation_fraction(0.5), early_stopping] {
            let result = trainer.fit(&mut net, &task.data);
            assert!(
                matches!(result, Err(Error::Data(DataError::TooFewRows { rows: 1, .. }))),
                "{result:?}"
            );
            assert_eq!(parameters(&net), parameters(&before));
        }
    }
}

fn check_one_feature<F: Float>() {
    for task in tasks::<F>(40) {
        let feature = task.data.inputs().slice(s![.., ..1]).to_owned();
        let data = Dataset::new(feature, task.data.targets().to_owned()).unwrap();
        let (_, report) = fit_sanely(&task.with(data));
        assert!(report.best_loss() < report.epochs[0].training_loss, "{}", task.name);
    }
}

/// All rows are of one class, where two classes, several or only this one exist. Trains also with
/// class weights, and with rows set aside.
fn check_one_class<F: Float>() {
    let constant = |numbers: &[f64]| {
        Array2::from_shape_fn((30, numbers.len()), |(_, column)| F::from_f64(numbers[column]))
    };
    let cases: [(&str, &[f64]); 5] = [
        ("two classes", &[0.0]),
        ("two classes", &[1.0]),
        ("labels", &[1.0, 0.0]),
        ("classes", &[0.0, 1.0, 0.0]),
        ("classes", &[1.0]),
    ];
    for (name, targets) in cases {
        let task = tasks::<F>(30).into_iter().find(|task| task.name == name).unwrap();
        let data = Dataset::new(task.data.inputs().to_owned(), constant(targets)).unwrap();
        let task = task.with(data.clone());
        let (net, _) = fit_sanely(&task);
        let outputs = net.predict(data.inputs()).unwrap();
        assert!(outputs.iter().zip(data.targets()).all(|(a, y)| (*a - *y).as_f64().abs() < 0.1));
        let names = (0..targets.len().max(2)).map(|class| class.to_string());
        let data = data.with_classes(names).unwrap().with_balanced_classes().unwrap();
        let trainer = task.trainer().early_stopping(EarlyStopping::patience(5));
        let report = trainer.validation_fraction(0.2).fit(&mut task.network(), &data).unwrap();
        assert!(report.best_loss().is_finite() && report.validation_rows == 6, "{name}");
    }
}

/// Constant features are 0 in network units, also in rows with another number.
fn check_constant_features<F: Float>() {
    for task in tasks::<F>(60) {
        let mut inputs = task.data.inputs().to_owned();
        inputs.column_mut(1).fill(F::from_f64(1234.5678));
        let data = Dataset::new(inputs, task.data.targets().to_owned()).unwrap();
        let task = task.with(data);
        let (net, _) = fit_sanely(&task);
        let inputs = net.units_in().to_network(task.data.inputs()).unwrap();
        assert!(inputs.column(1).iter().all(|&x| x == F::zero()));
        let outputs = net.predict(task.data.inputs()).unwrap();
        let folded = net.folded().unwrap().predict(task.data.inputs()).unwrap();
        assert!((&folded - &outputs).iter().all(|d| d.as_f64().abs() < 1e-4), "{}", task.name);
        let mut others = task.data.inputs().to_owned();
        others.column_mut(1).fill(F::zero());
        assert_eq!(net.predict(others.view()).unwrap(), outputs, "{}", task.name);
    }
}

/// Outputs are exactly 0 and 1, for sums of ±1000, with the loss fused and not.
fn check_perfect_predictions<F: Float>() {
    let saturated = |output: AnyActivation<F>| {
        let weights = of(&array![[1000.0, -1000.0], [-1000.0, 1000.0]]);
        Mlp::from_layers(vec![Dense::new(weights, None, output).unwrap()]).unwrap()
    };
    let classes: Array2<F> = of(&array![[1.0, 0.0], [0.0, 1.0]]);
    let losses: [Box<dyn Loss<F>>; 2] =
        [Box::new(BinaryCrossEntropy), Box::new(CategoricalCrossEntropy)];
    for loss in losses {
        for output in [AnyActivation::from(Sigmoid), Softmax.into()] {
            let mut net = saturated(output);
            assert_eq!(net.predict(classes.view()).unwrap(), classes);
            let mut backprop = Backprop::new(&net);
            let value = backprop.run(&mut net, &loss, classes.view(), classes.view()).unwrap();
            assert_eq!(value, 0.0, "{loss:?} {net:?}");
            assert!(backprop.gradients()[0].weights().iter().all(|&g| g == F::zero()));
        }
    }
}

#[test]
fn weights_that_mean_nothing_are_refused() {
    let task = &tasks::<f64>(3)[2];
    let data = || task.data.clone().with_classes(["no", "yes"]).unwrap();
    let of_classes = |weights: &[f64]| data().with_class_weights(weights).unwrap_err();
    let mut cases = vec![
        (of_classes(&[1.0; 3]), "3 weights for 2 classes: give one for each"),
        (of_classes(&[0.0; 2]), "all weights are 0: there is nothing to learn from"),
        (
            of_classes(&[0.0, -1.0]),
            "weight 1 (counted from 0) is -1: weights must be non-negative and have a finite sum",
        ),
        (
            of_classes(&[f64::NAN, 1.0]),
            "weight 0 (counted from 0) is NaN: weights must be non-negative and have a finite sum",
        ),
        (
            task.data.clone().with_class_weights(&[1.0, 1.0]).unwrap_err(),
            "class weights need class targets; these targets are numbers",
        ),
        (
            task.data.clone().with_balanced_classes().unwrap_err(),
            "class weights need class targets; these targets are numbers",
        ),
    ];
    let of_rows = [
        (array![0.0, 0.0, -0.0], "all weights are 0: there is nothing to learn from"),
        (
            array![1.0, -1.0, 2.0],
            "weight 1 (counted from 0) is -1: weights must be non-negative and have a finite sum",
        ),
        (
            array![1.0, 0.0, f64::NAN],
            "weight 2 (counted from 0) is NaN: weights must be non-negative and have a finite sum",
        ),
        (
            array![f64::INFINITY, 0.0, 1.0],
            "weight 0 (counted from 0) is inf: weights must be non-negative and have a finite sum",
        ),
        (array![1.0, 1.0], "2 weights for 3 rows: give one for each"),
    ];
    for (weights, expected) in of_rows {
        let (data, mut net) = (data(), task.network());
        let (mut backprop, x, y) = (Backprop::new(&net), data.inputs(), data.targets());
        let run = backprop.run_weighted(&mut net, &BinaryCrossEntropy, x, y, weights.view());
        cases.push((run.unwrap_err(), expected));
        cases.push((data.with_weights(weights).unwrap_err(), expected));
    }
    for (error, expected) in cases {
        assert_eq!(error.to_string(), expected);
    }
}
