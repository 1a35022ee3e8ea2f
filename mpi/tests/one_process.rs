//! Ranks train as one process does, up to rounding. Two runs with the same number of ranks agree to
//! the bit.

mod jobs;

use densely::{
    Adam, Dataset, EarlyStopping, Identity, MeanSquaredError, Mlp, Optimizer, Report, Sgd, Sigmoid,
    Softmax, Tanh, Trainer, metrics,
    optimizer::{Adagrad, AdamW, RmsProp},
    trainer::Goal,
    workers::Workers,
};
use densely::{BinaryCrossEntropy, CategoricalCrossEntropy};
use densely_mpi::{Job, MpiWorkers};
use ndarray::{Array1, Array2};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// The 10 epochs for which the documentation promises equal results.
const EPOCHS: usize = 10;

/// 67 rows, so that batches of 16 leave one of 3: with four ranks, one rank has no row of it.
fn regression() -> Dataset<f64> {
    let inputs = Array2::from_shape_fn((67, 5), |(row, column)| {
        ((row * 7 + column * 13) % 29) as f64 / 10.0 - 1.0
    });
    let targets = inputs.map_axis(ndarray::Axis(1), |x| (x[0] * x[1]).sin() + 0.5 * x[2] - x[4]);
    Dataset::new(inputs, targets.insert_axis(ndarray::Axis(1))).unwrap()
}

fn weighted() -> Dataset<f64> {
    let weights = Array1::from_shape_fn(67, |row| 0.5 + (row % 4) as f64);
    regression().with_weights(weights).unwrap()
}

fn classes(count: usize) -> Dataset<f64> {
    let labels = (0..67).map(|row| (row * 5 % 7) % count);
    let inputs = regression().inputs().to_owned();
    if count == 2 {
        let targets = Array2::from_shape_vec((67, 1), labels.map(|label| label as f64).collect());
        return Dataset::new(inputs, targets.unwrap()).unwrap();
    }
    Dataset::multiclass(inputs, labels).unwrap()
}

/// With layers of both kinds: one whose gradient is cut into segments, and some that travel
/// together.
fn net() -> Mlp<f64> {
    Mlp::builder(5).dense(72, Tanh).dense(64, Tanh).dense(1, Identity).seed(3).build().unwrap()
}

type With<'w> = Option<&'w mut dyn Workers<f64>>;

fn train(
    mut net: Mlp<f64>,
    trainer: Trainer<'_, f64>,
    data: &Dataset<f64>,
    with: With<'_>,
) -> (Mlp<f64>, Report) {
    let trainer = trainer.epochs(EPOCHS).batch_size(16).seed(5);
    let mut trainer = match with {
        Some(workers) => trainer.workers(workers),
        None => trainer,
    };
    let report = trainer.fit(&mut net, data).unwrap();
    (net, report)
}

fn by(optimizer: impl Optimizer<f64>, with: With<'_>) -> (Mlp<f64>, Report) {
    train(net(), Trainer::new(MeanSquaredError, optimizer), &regression(), with)
}

type Case = (&'static str, fn(With<'_>) -> (Mlp<f64>, Report));

const CASES: &[Case] = &[
    ("sgd", |with| by(Sgd::new(0.05), with)),
    ("momentum", |with| by(Sgd::new(0.02).momentum(0.9), with)),
    ("nesterov", |with| by(Sgd::new(0.02).momentum(0.9).nesterov().weight_decay(0.01), with)),
    ("adagrad", |with| by(Adagrad::new(0.02), with)),
    ("rmsprop", |with| by(RmsProp::new(0.001), with)),
    ("adam", |with| by(Adam::new(0.001), with)),
    ("adamw", |with| by(AdamW::new(0.001), with)),
    ("weights", |with| {
        train(net(), Trainer::new(MeanSquaredError, Sgd::new(0.05)), &weighted(), with)
    }),
    ("dropout", |with| {
        let net = Mlp::builder(5).dense(72, Tanh).dropout(0.3).dense(64, Tanh).dropout(0.2);
        let net = net.dense(1, Identity).seed(3).build().unwrap();
        train(net, Trainer::new(MeanSquaredError, Sgd::new(0.05)), &regression(), with)
    }),
    ("validation", |with| {
        let trainer = Trainer::new(MeanSquaredError, Sgd::new(0.02).momentum(0.9))
            .validation_fraction(0.25)
            .early_stopping(EarlyStopping::patience(2));
        train(net(), trainer, &regression(), with)
    }),
    ("metric", |with| {
        let net = Mlp::builder(5).dense(72, Tanh).dense(64, Tanh).dense(3, Softmax).seed(3);
        let trainer = Trainer::new(CategoricalCrossEntropy, Adam::new(0.002))
            .validation_fraction(0.25)
            .monitor("accuracy", Goal::Largest, metrics::accuracy)
            .early_stopping(EarlyStopping::patience(5));
        train(net.build().unwrap(), trainer, &classes(3), with)
    }),
    ("clipping", |with| {
        let net = Mlp::builder(5).dense(72, Tanh).dense(64, Tanh).dense(1, Sigmoid).seed(3);
        let trainer = Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).clip_norm(0.3).l1(1e-4);
        train(net.build().unwrap(), trainer, &classes(2), with)
    }),
];

#[test]
fn ranks_train_as_one_process_does() {
    check("ranks_train_as_one_process_does", [2, 3, 4], |job| job.workers());
}

/// More than 16 ranks use MPI's own sum.
#[test]
fn sums_of_mpi_are_as_good() {
    check("sums_of_mpi_are_as_good", [2, 3], |job| job.workers().by_mpi());
}

fn check(
    name: &str,
    ranks: impl IntoIterator<Item = usize>,
    workers: impl Fn(&Job) -> MpiWorkers<'_, f64>,
) {
    if let Some(folder) = jobs::folder_of_job() {
        be_a_rank(&folder, workers);
        return;
    }
    let alone: Vec<_> = CASES.iter().map(|(_, train)| train(None)).collect();
    for ranks in ranks {
        let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
        for folder in &folders {
            let mut command = jobs::mpirun(ranks);
            jobs::succeeded(&jobs::run_test(&mut command, name, folder.path()));
        }
        for ((name, _), (one, report)) in CASES.iter().zip(&alone) {
            let [first, again] = folders.each_ref().map(|folder| folder.path().join(name));
            let bytes = fs::read(first.with_extension("0")).unwrap();
            for (job, rank) in
                [&first, &again].iter().flat_map(|job| (0..ranks).map(move |rank| (job, rank)))
            {
                let of_rank = fs::read(job.with_extension(rank.to_string())).unwrap();
                assert!(bytes == of_rank, "{name} on {ranks} ranks: other bits on rank {rank}");
            }
            let several = Mlp::<f64>::from_bytes(&bytes).unwrap();
            let losses = fs::read_to_string(first.with_extension("losses")).unwrap();
            let losses: Vec<f64> = losses.lines().map(|line| line.parse().unwrap()).collect();
            assert_close(name, ranks, &losses, &losses_of(report));
            for (layer, other) in several.layers().iter().zip(one.layers()) {
                let (these, those) = (layer.weights(), other.weights());
                assert_close(name, ranks, these.as_slice().unwrap(), those.as_slice().unwrap());
                let [these, those] = [layer, other].map(|layer| layer.bias().unwrap().to_vec());
                assert_close(name, ranks, &these, &those);
            }
        }
    }
}

fn be_a_rank(folder: &Path, workers: impl Fn(&Job) -> MpiWorkers<'_, f64>) {
    let code = densely_mpi::run(|job| {
        let mut workers = workers(job);
        for (name, train) in CASES {
            let (net, report) = train(Some(&mut workers));
            let path = folder.join(name);
            fs::write(path.with_extension(job.rank().to_string()), net.to_bytes().unwrap())
                .unwrap();
            if job.rank() == 0 {
                let lines: Vec<_> = losses_of(&report).iter().map(f64::to_string).collect();
                fs::write(path.with_extension("losses"), lines.join("\n")).unwrap();
            }
        }
        Ok(ExitCode::SUCCESS)
    });
    assert_eq!(code, ExitCode::SUCCESS);
}

/// Returns the training losses, validation losses and metrics of all epochs.
fn losses_of(report: &Report) -> Vec<f64> {
    let each = report.epochs.iter().flat_map(|epoch| {
        [Some(epoch.training_loss), epoch.validation_loss, epoch.monitored].into_iter().flatten()
    });
    each.collect()
}

/// Compares to 1e-10, relative to the largest number.
fn assert_close(name: &str, ranks: usize, these: &[f64], those: &[f64]) {
    assert_eq!(these.len(), those.len(), "{name} on {ranks} ranks");
    let largest = those.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
    for (this, that) in these.iter().zip(those) {
        let difference = (this - that).abs();
        assert!(
            difference <= 1e-10 * largest,
            "{name} on {ranks} ranks: {this}, one process: {that}"
        );
    }
    assert!(f64::EPSILON < largest);
}
