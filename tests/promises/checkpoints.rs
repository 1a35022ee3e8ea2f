//! Training writes its state to a file while it goes on.

use densely::{
    Adam, Dataset, EarlyStopping, Error, Identity, MeanSquaredError, Mlp, Sgd, Tanh, Trainer,
    error::TrainingError,
    metrics,
    optimizer::Lbfgs,
    trainer::{Checkpoint, Goal, Moment, TrainingState},
};
use ndarray::Array2;
use std::ops::ControlFlow;
use std::path::Path;

fn data() -> Dataset<f32> {
    let inputs = Array2::from_shape_fn((60, 2), |(row, column)| (row * 7 + column * 3) as f32);
    let inputs = inputs.mapv(f32::sin);
    let targets = Array2::from_shape_fn((60, 1), |(row, _)| (row as f32 * 1.3).cos());
    Dataset::new(inputs, targets).unwrap()
}

fn net() -> Mlp<f32> {
    let builder = Mlp::builder(2).dense(8, Tanh).dropout(0.2).dense(1, Identity);
    builder.seed(1).build().unwrap()
}

fn trainer<'a>() -> Trainer<'a, f32> {
    Trainer::new(MeanSquaredError, Adam::new(0.02)).batch_size(8).seed(3)
}

fn load(path: &Path) -> TrainingState<f32> {
    TrainingState::load(path).unwrap()
}

fn bytes(net: &Mlp<f32>) -> Vec<u8> {
    net.to_bytes().unwrap()
}

#[test]
fn every_so_many_epochs_and_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("training.json");
    let mut seen = Vec::new();
    let looking = |training: &densely::trainer::Training<'_, f32>| {
        seen.push(path.exists().then(|| load(&path).epochs().len()));
        assert!(training.epoch() < 3 || seen.last() != Some(&None));
        ControlFlow::Continue(())
    };
    let mut net = net();
    let trainer = trainer().epochs(8).checkpoint(Checkpoint::every(3, &path));
    trainer.on(Moment::EpochEnd, looking).fit(&mut net, &data()).unwrap();
    let expected = [None, None, Some(3), Some(3), Some(3), Some(6), Some(6), Some(6)];
    assert_eq!(seen, expected);
    assert_eq!(load(&path).epochs().len(), 8);
    let mut restored = self::net();
    load(&path).restore(&mut restored).unwrap();
    assert_eq!(bytes(&restored), bytes(&net));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left");
}

#[test]
fn at_each_best_epoch() {
    let folder = tempfile::tempdir().unwrap();
    let (best, last) = (folder.path().join("best.json"), folder.path().join("last.json"));
    let mut net = net();
    let mut trainer = trainer()
        .epochs(60)
        .early_stopping(EarlyStopping::patience(6))
        .checkpoint(Checkpoint::at_best(&best))
        .checkpoint(Checkpoint::every(1, &last));
    let report = trainer.fit(&mut net, &data()).unwrap();
    assert!(report.best_epoch < report.epochs.len());
    assert_eq!(load(&best).epochs(), &report.epochs[..report.best_epoch]);
    assert_eq!(load(&last).epochs(), report.epochs);
    // Early stopping restores these weights.
    let mut restored = self::net();
    load(&best).restore(&mut restored).unwrap();
    assert_eq!(bytes(&restored), bytes(&net));
}

#[test]
fn at_each_epoch_that_is_best_by_a_metric() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("best.json");
    // The trainer maximises the metric, although it is an error.
    let mut trainer = trainer()
        .epochs(6)
        .monitor("RMSE", Goal::Largest, metrics::root_mean_squared_error)
        .checkpoint(Checkpoint::at_best(&path));
    let report = trainer.fit(&mut net(), &data()).unwrap();
    let values = report.epochs.iter().map(|epoch| epoch.monitored.unwrap());
    let largest = values.clone().fold(f64::MIN, f64::max);
    let best = values.into_iter().position(|value| value == largest).unwrap() + 1;
    assert_eq!(load(&path).epochs().len(), best);
}

#[test]
fn from_which_training_goes_on_to_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("training.json");
    for early_stopping in [None, Some(EarlyStopping::patience(5))] {
        let trainer = |epochs| {
            let trainer = trainer().epochs(epochs);
            match &early_stopping {
                Some(rule) => trainer.early_stopping(rule.clone()),
                None => trainer,
            }
        };
        let mut undisturbed = net();
        let expected = trainer(20).fit(&mut undisturbed, &data()).unwrap();
        for epochs in [1, 3, 10] {
            let checkpoint = Checkpoint::every(2, &path);
            trainer(epochs).checkpoint(checkpoint.clone()).fit(&mut net(), &data()).unwrap();
            let mut resumed = net();
            let mut second = trainer(20).checkpoint(checkpoint).with_state(load(&path));
            let report = second.resume(&mut resumed, &data()).unwrap();
            assert_eq!(bytes(&resumed), bytes(&undisturbed), "after {epochs}");
            assert_eq!(report.epochs, expected.epochs);
            assert_eq!(load(&path).epochs(), expected.epochs);
        }
    }
}

#[test]
fn of_lbfgs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("training.json");
    let net = || Mlp::builder(2).dense(5, Tanh).dense(1, Identity).seed(2).build().unwrap();
    let trainer = || Trainer::lbfgs(MeanSquaredError, Lbfgs::new().history(3));
    let (mut undisturbed, mut resumed) = (net(), net());
    trainer().epochs(12).fit(&mut undisturbed, &data()).unwrap();
    let checkpoint = Checkpoint::every(5, &path);
    trainer().epochs(7).checkpoint(checkpoint).fit(&mut net(), &data()).unwrap();
    trainer().epochs(12).with_state(load(&path)).resume(&mut resumed, &data()).unwrap();
    assert_eq!(bytes(&resumed), bytes(&undisturbed));
}

/// If training fails, the file keeps the state of the last good epoch.
#[test]
fn outlast_training_that_diverges() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("training.json");
    let rate_of = |step| if step < 20 { 0.01 } else { 1e30 };
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1.0))
        .schedule(densely::Schedule::of_step(rate_of))
        .batch_size(10)
        .epochs(9)
        .checkpoint(Checkpoint::every(1, &path));
    let mut net = net();
    let error = trainer.fit(&mut net, &data()).unwrap_err();
    assert!(matches!(error, Error::Training(TrainingError::Diverged { epoch: 4, .. })), "{error}");
    assert_eq!(load(&path).epochs().len(), 3);
    let mut restored = self::net();
    load(&path).restore(&mut restored).unwrap();
    assert_eq!(bytes(&restored), bytes(&net));
}

#[test]
fn that_cannot_be_written_are_errors_before_training() {
    let folder = tempfile::tempdir().unwrap();
    let before = bytes(&net());
    for (checkpoint, expected) in [
        (Checkpoint::every(1, folder.path().join("no/training.json")), "training.json: No such"),
        (Checkpoint::at_best(folder.path()), "is a directory"),
        (Checkpoint::every(0, folder.path().join("a.json")), "the epochs between checkpoints is 0"),
    ] {
        let mut net = net();
        let never = |_: &densely::trainer::Training<'_, f32>| panic!("training has begun");
        let mut trainer = trainer().checkpoint(checkpoint).on(Moment::TrainingStart, never);
        let error = trainer.fit(&mut net, &data()).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(bytes(&net), before);
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// An existing file stays until training has a better state.
#[test]
fn replace_nothing_before_the_first_epoch_has_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("training.json");
    std::fs::write(&path, "of another day").unwrap();
    let stop = |_: &densely::trainer::Training<'_, f32>| {
        assert_eq!(std::fs::read(&path).unwrap(), b"of another day");
        ControlFlow::Continue(())
    };
    let trainer = trainer().epochs(1).checkpoint(Checkpoint::every(1, &path));
    trainer.on(Moment::BatchEnd, stop).fit(&mut net(), &data()).unwrap();
    assert_eq!(load(&path).epochs().len(), 1);
}

/// An epoch that an observer stops is not written. Resuming from the last file gives the same bits.
#[test]
fn in_the_middle_of_an_epoch_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("training.json");
    let stop =
        |training: &densely::trainer::Training<'_, f32>| match (training.epoch(), training.batch())
        {
            (12, 3) => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        };
    let stopped = trainer().epochs(20).checkpoint(Checkpoint::every(5, &path));
    stopped.on(Moment::BatchEnd, stop).fit(&mut net(), &data()).unwrap();
    assert_eq!(load(&path).epochs().len(), 10);
    let (mut resumed, mut undisturbed) = (net(), net());
    trainer().epochs(20).with_state(load(&path)).resume(&mut resumed, &data()).unwrap();
    trainer().epochs(20).fit(&mut undisturbed, &data()).unwrap();
    assert_eq!(bytes(&resumed), bytes(&undisturbed));
}

/// If L-BFGS has nothing to do, it ends after one epoch, which is the best.
#[test]
fn at_best_where_there_is_nothing_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("best.json");
    let data = Dataset::new(Array2::<f32>::eye(3), Array2::zeros((3, 1))).unwrap();
    let builder = Mlp::builder(3).dense(1, Identity);
    let mut net =
        builder.initialization(densely::initialization::Initialization::Zeros).build().unwrap();
    let report = Trainer::lbfgs(MeanSquaredError, Lbfgs::new())
        .checkpoint(Checkpoint::at_best(&path))
        .fit(&mut net, &data)
        .unwrap();
    assert_eq!(report.best_epoch, 1);
    assert_eq!(load(&path).epochs(), report.epochs);
}
