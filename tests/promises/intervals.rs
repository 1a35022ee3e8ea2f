//! Intervals around the outputs: what they hold, and where they go.

use densely::error::{ModelFileError, NetworkError};
use densely::mlp::Interval;
use densely::{Dataset, Dense, Error, Identity, MeanSquaredError, Mlp, Sgd, Trainer};
use ndarray::{Array2, array};
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
        let [low, high] = interval.around(zero.view());
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
    let errors = Array2::from_shape_fn((19, 1), |(row, _)| row as f64 + 1.0);
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

    net.set_interval(None).unwrap();
    assert_eq!(net.to_bytes().unwrap(), without);
    let two = Interval::of(Array2::zeros((9, 2)).view(), Array2::ones((9, 2)).view(), 0.5);
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
    let text = String::from_utf8_lossy(&bytes).into_owned();
    for (known, wrong) in [("[1.5]", "[-15]"), (":0.9", ":1.9"), ("[1.5]", "[1,5]")] {
        assert_eq!(text.matches(known).count(), 1, "{known}");
        let place = text.find(known).unwrap();
        let mut damaged = bytes.clone();
        damaged[place..place + wrong.len()].copy_from_slice(wrong.as_bytes());
        assert!(matches!(
            Mlp::<f64>::from_bytes(&damaged),
            Err(Error::ModelFile(ModelFileError::Damaged { .. }))
        ));
    }
}
