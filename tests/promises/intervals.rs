//! Intervals around the outputs: what they hold, and where they go.

use approx::assert_abs_diff_eq;
use densely::error::{ModelFileError, NetworkError};
use densely::loss::{Loss, Quantile};
use densely::mlp::Interval;
use densely::schema::{Column, Schema};
use densely::{Dataset, Dense, Error, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
use ndarray::{Array1, Array2, array};
use ndarray_rand::rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn net() -> Mlp<f64> {
    Mlp::from_layers(vec![Dense::new(array![[2.0]], None, Identity).unwrap()]).unwrap()
}

/// With exchangeable rows and different errors the share is exactly k / (n + 1): for n = 19 and
/// 0.9, k = 18. Of 20,000 sets the mean is within 4 standard errors, √(0.9 · 0.1 / 20,000).
#[test]
fn the_share_of_new_rows_inside_is_the_level() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let (sets, zero) = (20_000, Array2::<f64>::zeros((1, 1)));
    let inside = (0..sets).filter(|_| {
        // Errors of any kind: here with a mean of 3 and a skew.
        let mut target = || 3.0 - 2.0 * random.random::<f64>().ln();
        let targets = Array2::from_shape_simple_fn((19, 1), &mut target);
        let interval = Interval::of(Array2::zeros((19, 1)).view(), targets.view(), 0.9).unwrap();
        let [low, high] = [-1.0, 1.0].map(|sign| &zero + sign * interval.half_widths()[0]);
        (low[[0, 0]]..=high[[0, 0]]).contains(&target())
    });
    let share = inside.count() as f64 / f64::from(sets);
    assert!((share - 0.9).abs() < 4.0 * (0.09 / f64::from(sets)).sqrt(), "{share}");
}

#[test]
fn the_width_is_the_error_at_the_rank_for_each_output() {
    let outputs = Array2::<f32>::zeros((9, 2));
    // Errors 1, …, 9 and 10, …, 90, in no order, on both sides.
    let errors = [3.0, -9.0, 1.0, 5.0, -2.0, 8.0, 4.0, -7.0, 6.0];
    let targets = Array2::from_shape_fn((9, 2), |(row, column)| errors[row] * [1.0, -10.0][column]);
    // k = ⌈10 · level⌉.
    for (level, rank) in [(0.9, 9.0), (0.5, 5.0), (0.51, 6.0), (0.01, 1.0)] {
        let interval = Interval::of(outputs.view(), targets.view(), level).unwrap();
        assert_eq!(interval.half_widths(), [rank, 10.0 * rank], "{level}");
        assert_eq!(interval.level(), level);
    }
    let error = |level| Interval::of(outputs.view(), targets.view(), level).unwrap_err();
    assert!(matches!(
        error(0.95),
        Error::Network(NetworkError::FewRows { rows: 9, needed: 19, level: 0.95 })
    ));
    assert_eq!(
        error(0.95).to_string(),
        "an interval of level 0.95 needs 19 rows or more that took no part in the training; \
         there are 9"
    );
    assert!(matches!(error(1.0), Error::Setting { .. }));
    let one = Array2::zeros((9, 1));
    assert!(matches!(Interval::of(one.view(), targets.view(), 0.5), Err(Error::Shape(_))));
    let blank = Array2::from_elem((9, 2), f32::NAN);
    assert!(matches!(
        Interval::of(blank.view(), targets.view(), 0.9),
        Err(Error::Setting { name: "half width of the interval", .. })
    ));
}

#[test]
fn a_network_and_its_file_keep_the_interval_until_it_is_trained() {
    let mut net = net();
    let without = net.to_bytes().unwrap();
    // Widths that have no short decimal are the same bits in the file.
    let errors =
        Array2::from_shape_fn((19, 1), |(row, _)| f64::from(1.23_f32) * (row as f64 + 1.0));
    let interval = Interval::of(Array2::zeros((19, 1)).view(), errors.view(), 0.9).unwrap();
    net.set_interval(Some(interval.clone())).unwrap();
    let loaded = Mlp::<f64>::from_bytes(&net.to_bytes().unwrap()).unwrap();
    assert_eq!((loaded.interval(), &loaded), (Some(&interval), &net));
    // It predicts the same, and so has the same interval.
    assert_eq!(net.folded().unwrap().interval(), Some(&interval));
    // The mean of networks has other errors.
    assert_eq!(Mlp::mean_of(&[net.clone(), net.clone()]).unwrap().interval(), None);

    let mut trained = net.clone();
    let data = Dataset::new(array![[1.0], [2.0]], array![[1.0], [2.0]]).unwrap();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(0.1)).epochs(1);
    trainer.fit(&mut trained, &data).unwrap();
    assert_eq!(trained.interval(), None);
    trained.set_interval(Some(interval.clone())).unwrap();
    trainer.step(&mut trained, &data).unwrap();
    trained.set_interval(Some(interval)).unwrap();
    trainer.step(&mut trained, &data).unwrap();
    assert_eq!(trained.interval(), None);

    net.set_interval(None).unwrap();
    assert_eq!(net.to_bytes().unwrap(), without);
    let (zeros, ones) = (Array2::<f64>::zeros((9, 2)), Array2::ones((9, 2)));
    let two = Interval::of(zeros.view(), ones.view(), 0.5);
    let error = net.set_interval(Some(two.unwrap())).unwrap_err();
    assert_eq!(error.to_string(), "the interval has 2 widths, the network has 1 outputs");
}

#[test]
fn a_file_with_an_impossible_interval_is_damaged() {
    let mut net = net();
    let errors = Array2::from_elem((19, 1), 1.5);
    let interval = Interval::of(Array2::zeros((19, 1)).view(), errors.view(), 0.9).unwrap();
    net.set_interval(Some(interval)).unwrap();
    let bytes = net.to_bytes().unwrap();
    let known = [0.9_f64.to_le_bytes(), 1.5_f64.to_le_bytes()].concat();
    let place = bytes.windows(16).position(|window| window == known).unwrap();
    for (level, width) in [(0.9, -1.5), (1.0, 1.5), (0.9, f64::INFINITY), (f64::NAN, 1.5)] {
        let mut damaged = bytes.clone();
        let numbers = [f64::to_le_bytes(level), f64::to_le_bytes(width)].concat();
        damaged[place..place + 16].copy_from_slice(&numbers);
        assert!(matches!(
            Mlp::<f64>::from_bytes(&damaged),
            Err(Error::ModelFile(ModelFileError::Damaged { .. }))
        ));
    }
}

/// ```python
/// from sklearn.metrics import mean_pinball_loss  # scikit-learn 1.9.1
/// y = np.array([1.0, -2.0, 0.5, 3.0])
/// a = np.array([[0.5, 2.0], [-1.0, -2.5], [0.5, 0.25], [4.0, 1.0]])
/// np.mean([mean_pinball_loss(y, a[:, j], alpha=q) for j, q in enumerate([0.1, 0.75])])
/// ```
#[test]
fn quantile_loss_equals_scikit_learns() {
    let loss = Quantile::new([0.1, 0.75]);
    let outputs = array![[0.5, 2.0], [-1.0, -2.5], [0.5, 0.25], [4.0, 1.0]];
    let targets = array![[1.0, 1.0], [-2.0, -2.0], [0.5, 0.5], [3.0, 3.0]];
    let (mut losses, mut gradient) = (Array1::zeros(4), Array2::zeros((4, 2)));
    loss.evaluate(outputs.view(), targets.view(), losses.view_mut(), gradient.view_mut());
    assert_abs_diff_eq!(losses.mean().unwrap(), 0.520_312_5, epsilon = 1e-15);
    // (1 - q) / 2 above the target, -q / 2 below it, 0 at it.
    let expected = array![[-0.05, 0.125], [0.45, -0.375], [0.0, -0.375], [0.45, -0.375]];
    assert_abs_diff_eq!(gradient, expected, epsilon = 1e-15);

    let mut net = self::net();
    let trained = |loss: Quantile, columns: usize| {
        let data = Dataset::new(array![[1.0]], Array2::ones((1, columns))).unwrap();
        let mut net = Mlp::<f64>::builder(1).dense(columns, Identity).build().unwrap();
        Trainer::new(loss, Sgd::new(0.1)).epochs(1).without_validation().fit(&mut net, &data)
    };
    assert!(trained(loss.clone(), 4).is_ok());
    let message = |loss, columns| trained(loss, columns).unwrap_err().to_string();
    assert_eq!(
        message(loss.clone(), 3),
        "2 quantiles of each target need a multiple of 2 columns of targets, not 3: repeat each \
         target for each quantile"
    );
    for quantiles in [&[][..], &[0.5, 0.5], &[0.9, 0.1]] {
        let message = message(Quantile::new(quantiles.iter().copied()), 2);
        assert!(message.contains("each larger than the one before"), "{message}");
    }
    assert!(message(Quantile::new([0.5, 1.5]), 2).contains("quantile is 1.5"));

    let crossed = array![[3.0, 1.0, 5.0, 9.0], [1.0, 2.0, 4.0, 3.0]];
    let in_order = array![[1.0, 3.0, 5.0, 9.0], [1.0, 2.0, 3.0, 4.0]];
    assert_eq!(loss.in_order(crossed).unwrap(), in_order);
    assert!(loss.in_order(Array2::<f64>::zeros((1, 3))).is_err());
    let inputs = array![[0.3], [-1.2]];
    let one = Quantile::new([0.3]);
    densely::gradient_check(&mut net, &one, inputs.view(), array![[2.0], [-4.0]].view()).unwrap();
}

/// Errors of ±k σ(x), k from 1 to 19, with σ(x) = 1 or 3: the factor is k of rank
/// ⌈20 · 0.9⌉.
#[test]
fn a_second_network_scales_the_interval() {
    let of_errors = Dense::new(array![[3_f64.ln()]], None, Identity).unwrap();
    let mut of_errors = Mlp::from_layers(vec![of_errors]).unwrap();
    let x = Array2::from_shape_fn((19, 1), |(row, _)| (row % 2) as f64);
    let errors = Array2::from_shape_fn((19, 1), |(row, _)| {
        let sign = if row % 3 == 0 { -1.0 } else { 1.0 };
        sign * (row + 1) as f64 * if row % 2 == 0 { 1.0 } else { 3.0 }
    });
    let mut net = net();
    let missing = net.interval_around(x.view(), x.view()).unwrap_err();
    assert_eq!(missing.to_string(), NetworkError::NoInterval.to_string());
    let outputs = net.predict(x.view()).unwrap();
    let targets = &outputs + &errors;
    let rows = (x.view(), targets.view());
    // The file holds one network of errors, and none of that one's errors.
    of_errors.set_scaled_interval(of_errors.clone(), rows, 0.5).unwrap();
    net.set_scaled_interval(of_errors.clone(), rows, 0.9).unwrap();
    assert_eq!(net.of_errors().unwrap().interval(), None);
    // Nor has it the names of the columns once more.
    let mut named = net.clone();
    named.set_schema(Schema::new([Column::numbers("x")])).unwrap();
    net.set_scaled_interval(named, rows, 0.9).unwrap();
    assert_eq!(net.of_errors().unwrap().schema(), &Schema::default());
    net.set_scaled_interval(of_errors.clone(), rows, 0.9).unwrap();
    let factor = net.interval().unwrap().half_widths()[0];
    approx::assert_relative_eq!(factor, 18.0, max_relative = 1e-12);

    let loaded = Mlp::<f64>::from_bytes(&net.to_bytes().unwrap()).unwrap();
    assert!(loaded == net && loaded.of_errors().is_some());
    let [low, high] = loaded.interval_around(x.view(), outputs.view()).unwrap();
    for row in 0..19 {
        let (y, width) = (outputs[[row, 0]], if row % 2 == 0 { 18.0 } else { 54.0 });
        approx::assert_relative_eq!(high[[row, 0]] - y, width, max_relative = 1e-12);
        approx::assert_relative_eq!(y - low[[row, 0]], width, max_relative = 1e-12);
    }
    let wide = Dense::new(Array2::<f64>::zeros((2, 1)), None, Identity).unwrap();
    let wide = Mlp::from_layers(vec![wide]).unwrap();
    assert!(matches!(net.set_scaled_interval(wide, rows, 0.9), Err(Error::Shape(_))));
    assert_eq!(loaded, net, "a failure changes nothing");

    let data = Dataset::new(x.clone(), targets.clone()).unwrap();
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1e-3)).epochs(1);
    trainer.fit(&mut net, &data).unwrap();
    assert!(net.interval().is_none() && net.of_errors().is_none());

    // The errors are 0, and the estimate for a new row is infinite: no width, not NaN.
    let vast = Dense::new(array![[1e4]], None, Identity).unwrap();
    let vast = Mlp::from_layers(vec![vast]).unwrap();
    let zero = Array2::<f64>::zeros((19, 1));
    let exact = net.predict(zero.view()).unwrap();
    net.set_scaled_interval(vast, (zero.view(), exact.view()), 0.9).unwrap();
    let one = array![[1.0]];
    assert_eq!(net.interval_around(one.view(), one.view()).unwrap(), [one.clone(), one]);
}

/// A network of errors in a file of one: it is refused, not followed ever deeper.
#[test]
fn a_network_of_errors_in_a_network_of_errors_is_refused() {
    let x = Array2::<f64>::zeros((19, 1));
    let mut outer = net();
    outer.set_scaled_interval(net(), (x.view(), x.view()), 0.9).unwrap();
    let inner = outer.to_bytes().unwrap();
    let file = safetensors::SafeTensors::deserialize(&inner).unwrap();
    let (_, header) = safetensors::SafeTensors::read_metadata(&inner).unwrap();
    let bytes = [inner.len()];
    let nested = safetensors::tensor::TensorView::new(safetensors::Dtype::U8, bytes.into(), &inner);
    let nested = nested.unwrap();
    let tensors = file.tensors().into_iter().map(|(name, tensor)| match &*name {
        "interval_network" => (name, nested.clone()),
        _ => (name, tensor),
    });
    let forged = safetensors::serialize(tensors, header.metadata().clone()).unwrap();
    let error = Mlp::<f64>::from_bytes(&forged).unwrap_err();
    assert!(matches!(error, Error::ModelFile(ModelFileError::Damaged { .. })), "{error}");
}
