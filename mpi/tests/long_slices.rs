//! Sums of several slices that are each cut into segments, of sizes that no number of ranks
//! divides.

mod jobs;

use densely::{Dataset, Identity, MeanSquaredError, Mlp, Sgd, Tanh, Trainer, workers::Workers};
use densely_mpi::{Job, MpiWorkers};
use ndarray::Array2;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// The lengths of the net's weights that travel by themselves.
const LENGTHS: [usize; 3] = [101 * 97, 97 * 89, 89 * 83];

fn train(workers: Option<MpiWorkers<'_, f64>>) -> Mlp<f64> {
    let inputs = Array2::from_shape_fn((67, 5), |(row, column)| {
        ((row * 7 + column * 13) % 29) as f64 / 10.0 - 1.0
    });
    let targets = inputs.map_axis(ndarray::Axis(1), |x| (x[0] * x[1]).sin() + 0.5 * x[2] - x[4]);
    let data = Dataset::regression(inputs, targets.to_vec()).unwrap();
    let net = Mlp::builder(5).dense(101, Tanh).dense(97, Tanh).dense(89, Tanh).dense(83, Tanh);
    let mut net = net.dense(1, Identity).seed(3).build().unwrap();
    let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.02).momentum(0.9)).seed(5);
    let trainer = trainer.epochs(4).batch_size(16);
    let mut trainer = match workers {
        Some(workers) => trainer.workers(workers),
        None => trainer,
    };
    trainer.fit(&mut net, &data).unwrap();
    net
}

/// Each slice, place and rank has its own whole number, so that sums are exact.
fn check_sums(workers: &mut MpiWorkers<'_, f64>, round: usize) {
    let number = |slice: usize, place: usize, rank: usize| {
        ((slice + 1) * 1_000_000 * (rank + 1) + place * (rank + 2) + round) as f64
    };
    let (rank, ranks) = (workers.rank(), workers.count());
    let slices = LENGTHS.iter().enumerate();
    let mut slices: Vec<Vec<f64>> = slices
        .map(|(slice, &length)| (0..length).map(|place| number(slice, place, rank)).collect())
        .collect();
    let mut numbers = [rank as f64];
    workers.sum(&mut numbers, &mut slices.iter_mut().map(|slice| &mut slice[..])).unwrap();
    assert_eq!(numbers, [(0..ranks).sum::<usize>() as f64]);
    for (slice, sums) in slices.iter().enumerate() {
        for (place, &sum) in sums.iter().enumerate() {
            let expected: f64 = (0..ranks).map(|rank| number(slice, place, rank)).sum();
            assert_eq!(sum, expected, "slice {slice}, place {place}, on {ranks} ranks");
        }
    }
}

fn workers(job: &Job, by_mpi: bool) -> MpiWorkers<'_, f64> {
    if by_mpi { job.workers().by_mpi() } else { job.workers() }
}

fn be_a_rank(folder: &Path, by_mpi: bool) {
    let code = densely_mpi::run(|job| {
        let mut summing = workers(job, by_mpi);
        for round in 0..20 {
            check_sums(&mut summing, round);
        }
        // The scratch has room for all slices at once: otherwise each sum would wait for itself in
        // the middle.
        let ranks = job.count();
        let parts = if by_mpi { 0 } else { ranks - 1 };
        let scratch = LENGTHS.iter().map(|length| length + parts * length.div_ceil(ranks));
        let scratch = format!("scratch: {}", scratch.sum::<usize>());
        assert!(format!("{summing:?}").contains(&scratch), "{summing:?}, not {scratch}");

        let net = train(Some(workers(job, by_mpi)));
        fs::write(folder.join(job.rank().to_string()), net.to_bytes().unwrap()).unwrap();
        Ok(ExitCode::SUCCESS)
    });
    assert_eq!(code, ExitCode::SUCCESS);
}

fn check(name: &str, by_mpi: bool) {
    if let Some(folder) = jobs::folder_of_job() {
        be_a_rank(&folder, by_mpi);
        return;
    }
    let alone = train(None);
    for ranks in [2, 3, 5] {
        let mut bytes = Vec::new();
        for _ in 0..2 {
            let folder = tempfile::tempdir().unwrap();
            let job = jobs::run_test(&mut jobs::mpirun(ranks), name, folder.path());
            jobs::succeeded(&job);
            let of_rank = |rank: usize| fs::read(folder.path().join(rank.to_string())).unwrap();
            bytes.extend((0..ranks).map(of_rank));
        }
        assert!(bytes.iter().all(|these| *these == bytes[0]), "other bits among {ranks} ranks");
        let together = Mlp::<f64>::from_bytes(&bytes[0]).unwrap();
        for (these, those) in together.layers().iter().zip(alone.layers()) {
            let [these, those] = [these, those].map(|layer| {
                let biases = layer.bias().unwrap();
                layer.weights().iter().chain(biases).copied().collect::<Vec<f64>>()
            });
            assert_eq!(these.len(), those.len());
            let largest = those.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
            for (this, that) in these.iter().zip(&those) {
                let difference = (this - that).abs();
                assert!(difference <= 1e-10 * largest, "{ranks} ranks: {this}, alone: {that}");
            }
        }
    }
}

#[test]
fn several_long_slices_are_summed() {
    check("several_long_slices_are_summed", false);
}

#[test]
fn several_long_slices_are_summed_by_mpi() {
    check("several_long_slices_are_summed_by_mpi", true);
}
