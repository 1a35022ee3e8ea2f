use super::*;
use crate::activation::Identity;
use crate::data::Examples;
use crate::data::{Dataset, NpyFiles};
use crate::loss::MeanSquaredError;
use crate::mlp::Mlp;
use crate::optimizer::Sgd;
use crate::trainer::Trainer;
use crate::trainer::batches::shuffled;
use ndarray::{Array1, Array2};
use tempfile::TempDir;

/// Row r of three shards has the input r, the target -r and the weight r + 1, and so much room: some dozen rows in a window.
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

/// The rows of each batch of one epoch, with what stands in the whole batch's place.
fn epoch(
    source: &mut dyn Source<f64>,
    shuffling: &mut Option<Shuffling>,
) -> Vec<(Vec<usize>, Option<Whole>)> {
    source.begin(1, shuffling).unwrap();
    let mut batches = Vec::new();
    let mut step = |batch: Batch<'_, f64>| {
        let rows: Vec<_> = batch.inputs.iter().map(|&row| row as usize).collect();
        let numbers = |f: fn(f64) -> f64| rows.iter().map(|&row| f(row as f64)).collect::<Vec<_>>();
        assert!(batch.targets.iter().copied().eq(numbers(|row| -row)));
        assert!(batch.weights.unwrap().iter().copied().eq(numbers(|row| row + 1.0)));
        batches.push((rows, batch.whole));
        Ok(ControlFlow::Continue(()))
    };
    while let Some(next) = source.next(Threads::ONE, &mut step) {
        assert!(next.unwrap().is_continue());
    }
    batches
}

fn rows_of(batches: &[(Vec<usize>, Option<Whole>)]) -> Vec<usize> {
    batches.iter().flat_map(|(rows, _)| rows.clone()).collect()
}

#[test]
fn every_row_is_dealt_once_an_epoch() {
    for (rows, window, batch) in [(1000, 4800, 7), (1000, 4800, 300), (997, 480, 32), (10, 1, 3)] {
        let (_folder, data) = data(rows, window);
        assert!(data.rows() > Examples::window(&data).rows);
        let mut source = shuffled::<f64>(&data, batch, Part::ALL);
        let mut shuffling = Some(Shuffling::new::<f64>(&data, 7));
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
        let mut shuffling = Some(Shuffling::new::<f64>(&data, 7));
        let mut source = shuffled::<f64>(&data, batch, Part::ALL);
        assert_eq!(rows_of(&epoch(source.as_mut(), &mut shuffling)), rows_of(&epochs[0]));
    }
}

#[test]
fn rows_come_from_far_apart() {
    let (_folder, data) = data(10_000, 100_000);
    let mut source = shuffled::<f64>(&data, 100, Part::ALL);
    let mut shuffling = Some(Shuffling::new::<f64>(&data, 7));
    let epoch = epoch(source.as_mut(), &mut shuffling);
    // A hundred rows out of 10,000 have the mean 5000 with a deviation of 289; those of a window, 65 blocks of 32 rows, have one of 358 themselves.
    let means: Vec<_> =
        epoch.iter().map(|(rows, _)| rows.iter().sum::<usize>() as f64 / 100.0).collect();
    assert!(means.iter().all(|mean| (mean - 5000.0).abs() < 5.0 * 460.0), "{means:?}");
}

/// Parts of the same batches, of which each worker reads its own rows alone.
#[test]
fn workers_have_the_parts_of_what_one_has_alone() {
    for (rows, window, batch) in [(1000, 4800, 7), (997, 480, 32), (50, 1 << 20, 8), (10, 1, 3)] {
        let (_folder, data) = data(rows, window);
        let run = |part| {
            let mut source = shuffled::<f64>(&data, batch, part);
            let mut shuffling = Some(Shuffling::new::<f64>(&data, 7));
            epoch(source.as_mut(), &mut shuffling);
            epoch(source.as_mut(), &mut shuffling)
        };
        let alone = run(Part::ALL);
        let parts: Vec<_> = (0..3).map(|rank| run(Part::new(rank, 3))).collect();
        for (index, (rows, _)) in alone.iter().enumerate() {
            let mut before = 0;
            for part in &parts {
                let (own, whole) = &part[index];
                let whole = whole.unwrap();
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
    let scaled = crate::data::Standardizer::fit(&data).unwrap().apply(&data).unwrap();
    let net = || Mlp::builder(1).dense(1, Identity).build().unwrap();
    let trainer = || Trainer::new(MeanSquaredError, Sgd::new(0.1)).batch_size(16).epochs(6);
    let mut undisturbed = net();
    let report = trainer().validation_fraction(0.2).fit(&mut undisturbed, &scaled).unwrap();
    assert_eq!((report.training_rows(), report.validation_rows()), (400, 100));
    assert!(report.best_loss() < 1e-6, "{report}");

    let mut resumed = net();
    let mut first = trainer().validation_fraction(0.2).epochs(2);
    first.fit(&mut resumed, &scaled).unwrap();
    first.epochs(6).resume(&mut resumed, &scaled).unwrap();
    assert_eq!(resumed.to_bytes().unwrap(), undisturbed.to_bytes().unwrap());

    let mut first = trainer().epochs(1);
    first.fit(&mut net(), &scaled).unwrap();
    let state = first.state().unwrap().clone();
    let fewer = scaled.select(&(0..450).collect::<Vec<_>>()).unwrap();
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
    let (a, b) = (
        crate::data::Standardizer::fit(&in_memory).unwrap().apply(&in_memory).unwrap(),
        crate::data::Standardizer::fit(&in_files).unwrap().apply(&in_files).unwrap(),
    );
    let b = b.read(0..1000).unwrap();
    // Of a number of 1e8 an f64 has no more digits behind the point than make 1e-8 of these deviations.
    approx::assert_abs_diff_eq!(a.inputs(), b.inputs(), epsilon = 3e-8);
    approx::assert_abs_diff_eq!(a.targets(), b.targets(), epsilon = 1e-12);
    assert!(b.inputs().column(1).iter().all(|&x| x == 0.0));
}

/// More than a window is read in the order of the files, not one row here and one there.
#[test]
fn a_large_selection_is_in_the_order_of_the_files() {
    let (_folder, data) = data(1000, 4800);
    let (train, test) = data.split(0.3, 7).unwrap();
    for part in [&train, &test] {
        assert!(part.rows() > Examples::window(part).rows);
        let numbers = part.read(0..part.rows()).unwrap().inputs().to_owned();
        assert!(numbers.iter().is_sorted_by(|a, b| a < b));
    }
    let all = [train, test].map(|part| part.read(0..part.rows()).unwrap().inputs().sum());
    assert_eq!(all[0] + all[1], 999.0 * 500.0);
}
