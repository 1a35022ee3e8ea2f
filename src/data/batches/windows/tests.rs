use super::*;
use crate::data::{Dataset, NpyFiles};
use crate::{
    activation::Identity, batch::Whole, loss::MeanSquaredError, mlp::Mlp, optimizer::Sgd,
    trainer::Trainer,
};
use ndarray::{Array1, Array2, Axis};
use tempfile::TempDir;

/// Three shards, in which row r has the input r, the target -r and the weight r + 1. A window of so
/// many bytes holds a few dozen rows.
fn data(rows: usize, window: usize) -> (TempDir, Dataset<f64, NpyFiles<f64>>) {
    let folder = tempfile::tempdir().unwrap();
    let cuts = [0, rows / 5, rows / 2, rows];
    for (number, cut) in cuts.windows(2).enumerate() {
        let numbers = Array1::from_iter((cut[0]..cut[1]).map(|row| row as f64));
        let inputs = numbers.clone().insert_axis(Axis(1));
        let part = Dataset::new(inputs.clone(), -inputs).unwrap().with_weights(numbers + 1.0);
        part.unwrap().save_shard(folder.path(), number).unwrap();
    }
    let data = Dataset::open_shards_by(folder.path(), window).unwrap();
    (folder, data)
}

/// The rows of each batch of one epoch, and what is said of the whole batch.
fn epoch(
    batches: &mut dyn Batches<f64>,
    shuffling: &mut Option<Shuffling>,
) -> Vec<(Vec<usize>, Whole)> {
    batches.begin(1, 7, shuffling).unwrap();
    let mut seen = Vec::new();
    while let Some(batch) = batches.next(Threads::ONE).unwrap() {
        let rows: Vec<_> = batch.inputs.numbers().iter().map(|&row| row as usize).collect();
        let numbers = |f: fn(f64) -> f64| rows.iter().map(|&row| f(row as f64)).collect::<Vec<_>>();
        assert!(batch.targets.iter().copied().eq(numbers(|row| -row)));
        assert!(batch.weights.unwrap().iter().copied().eq(numbers(|row| row + 1.0)));
        seen.push((rows, batch.whole));
    }
    seen
}

fn rows_of(batches: &[(Vec<usize>, Whole)]) -> Vec<usize> {
    batches.iter().flat_map(|(rows, _)| rows.clone()).collect()
}

#[test]
fn every_row_is_dealt_once_an_epoch() {
    for (rows, window, batch) in [(1000, 4800, 7), (1000, 4800, 300), (997, 480, 32), (10, 1, 3)] {
        let (_folder, data) = data(rows, window);
        let data = data.examples();
        assert!(data.rows() > data.storage.window().unwrap().rows);
        let mut source = shuffled(&data, Scales::default(), (batch, false), Part::new(0, 1));
        let mut shuffling = None;
        let epochs: Vec<_> = (0..3).map(|_| epoch(source.as_mut(), &mut shuffling)).collect();
        for epoch in &epochs {
            let lengths: Vec<_> = epoch.iter().map(|(rows, _)| rows.len()).collect();
            assert_eq!(lengths.len() as u64, source.steps().unwrap());
            let (last, others) = lengths.split_last().unwrap();
            assert!(others.iter().all(|&length| length == batch) && *last <= batch);
            let mut all = rows_of(epoch);
            all.sort_unstable();
            assert!(all.into_iter().eq(0..rows));
        }
        assert_ne!(rows_of(&epochs[0]), rows_of(&epochs[1]));
        // Each again, from the seed.
        let mut shuffling = None;
        let mut source = shuffled(&data, Scales::default(), (batch, false), Part::new(0, 1));
        assert_eq!(rows_of(&epoch(source.as_mut(), &mut shuffling)), rows_of(&epochs[0]));
    }
}

#[test]
fn rows_come_from_far_apart() {
    let (_folder, data) = data(10_000, 100_000);
    let data = data.examples();
    let mut source = shuffled(&data, Scales::default(), (100, false), Part::new(0, 1));
    let mut shuffling = None;
    let epoch = epoch(source.as_mut(), &mut shuffling);
    // The mean of a hundred rows out of 10,000 is 5000 with a deviation of 289; that of a window,
    // 65 blocks of 32 rows, has a deviation of 358 itself.
    let means: Vec<_> =
        epoch.iter().map(|(rows, _)| rows.iter().sum::<usize>() as f64 / 100.0).collect();
    assert!(means.iter().all(|mean| (mean - 5000.0).abs() < 5.0 * 460.0), "{means:?}");
}

/// Parts of the same batches, of which each worker reads its own rows alone.
#[test]
fn workers_have_the_parts_of_what_one_has_alone() {
    for (rows, window, batch) in [(1000, 4800, 7), (997, 480, 32), (50, 1 << 20, 8), (10, 1, 3)] {
        let (_folder, data) = data(rows, window);
        let data = data.examples();
        let run = |part| {
            let mut source = shuffled(&data, Scales::default(), (batch, false), part);
            let mut shuffling = None;
            epoch(source.as_mut(), &mut shuffling);
            epoch(source.as_mut(), &mut shuffling)
        };
        let alone = run(Part::new(0, 1));
        let parts: Vec<_> = (0..3).map(|rank| run(Part::new(rank, 3))).collect();
        for (index, (rows, _)) in alone.iter().enumerate() {
            let mut before = 0;
            for part in &parts {
                let (own, whole) = &part[index];
                assert_eq!(own[..], rows[before..before + own.len()]);
                assert_eq!((whole.rows, whole.before), (rows.len(), before));
                assert_eq!(whole.weight, rows.iter().map(|row| *row as f64 + 1.0).sum::<f64>());
                before += own.len();
            }
            assert_eq!(before, rows.len());
        }
    }
}

#[test]
fn training_by_windows_can_be_resumed() {
    let (_folder, data) = data(500, 4800);
    let data = data.with_weights(Array1::ones(500)).unwrap();
    let net = || Mlp::builder(1).dense(1, Identity).build().unwrap();
    let trainer = || Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(16).epochs(6);
    let mut undisturbed = net();
    let report = trainer().validation_fraction(0.2).fit(&mut undisturbed, &data).unwrap();
    assert_eq!((report.training_rows, report.validation_rows), (400, 100));
    assert!(report.best_loss() < 1e-6, "{report}");

    let mut resumed = net();
    let mut first = trainer().validation_fraction(0.2).epochs(2);
    first.fit(&mut resumed, &data).unwrap();
    first.epochs(6).resume(&mut resumed, &data).unwrap();
    assert_eq!(resumed.to_bytes().unwrap(), undisturbed.to_bytes().unwrap());

    let mut first = trainer().epochs(1);
    first.fit(&mut net(), &data).unwrap();
    let state = first.state().unwrap().clone();
    let fewer = data.select(&(0..450).collect::<Vec<_>>()).unwrap();
    let error = trainer().with_state(state).resume(&mut net(), &fewer).unwrap_err();
    assert!(error.to_string().ends_with("it was saved with another number of rows"), "{error}");
}

/// The same mean and deviation from several chunks as from one, and constants stay constant.
#[test]
fn moments_of_windows_are_those_of_all_rows() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = Array2::from_shape_fn((1000, 3), |(row, column)| match column {
        0 => 1e8 + (row as f64 * 0.7).sin(),
        1 => 0.1,
        _ => row as f64,
    });
    let targets = inputs.column(2).mapv(|x| x * x - 3.0).insert_axis(Axis(1));
    let weights = Array1::from_iter((0..1000).map(|row| f64::from(row % 4)));
    let in_memory = Dataset::new(inputs, targets).unwrap().with_weights(weights).unwrap();
    in_memory.save_shard(folder.path(), 0).unwrap();
    let in_files = Dataset::<f64, _>::open_shards_by(folder.path(), 4800).unwrap();
    let net = Mlp::builder(3).dense(1, Identity).build().unwrap();
    let (mut a, mut b) = (net.clone(), net);
    a.measure(&in_memory).unwrap();
    b.measure(&in_files).unwrap();
    let inputs = |net: &Mlp<f64>| net.units_in().to_network(in_memory.inputs()).unwrap();
    let targets = |net: &Mlp<f64>| net.units_out().to_network(in_memory.targets()).unwrap();
    // The last digit of an f64 of 1e8 is 1e-8 of these deviations.
    approx::assert_abs_diff_eq!(inputs(&a), inputs(&b), epsilon = 3e-8);
    approx::assert_abs_diff_eq!(targets(&a), targets(&b), epsilon = 1e-12);
    assert!(inputs(&b).column(1).iter().all(|&x| x == 0.0));
}

/// More than a window is read in the order of the files, not one row here and one there.
#[test]
fn a_large_selection_is_in_the_order_of_the_files() {
    let (_folder, data) = data(1000, 4800);
    let (train, test) = data.split(0.3, 7).unwrap();
    for part in [&train, &test] {
        assert!(part.rows() > part.examples().storage.window().unwrap().rows);
        let numbers = part.read(0..part.rows()).unwrap().inputs().to_owned();
        assert!(numbers.iter().is_sorted_by(|a, b| a < b));
    }
    let all = [train, test].map(|part| part.read(0..part.rows()).unwrap().inputs().sum());
    assert_eq!(all[0] + all[1], 999.0 * 500.0);
}
