//! The files that `train_distributed` writes, and those that it leaves alone.

mod jobs;

use densely::{Dataset, Mlp, metrics};
use jobs::{mpirun, output, succeeded, text};
use ndarray::Array2;
use std::fs;
use std::path::Path;

const PROGRAM: &str = env!("CARGO_BIN_EXE_train_distributed");

fn inputs(rows: usize) -> Array2<f32> {
    Array2::from_shape_fn((rows, 2), |(row, column)| ((row * 7 + column * 5) % 23) as f32 / 10.0)
}

fn numbers(folder: &Path, rows: usize, shift: f32) {
    let targets: Vec<f32> = inputs(rows).rows().into_iter().map(|x| x[0] - x[1] + shift).collect();
    Dataset::regression(inputs(rows), targets).unwrap().save_shard(folder, 0).unwrap();
}

/// Trains. Without `--save` among the options, the network is saved to a folder that is removed.
fn train(ranks: usize, data: &Path, options: &[&str]) -> std::process::Output {
    let folder = tempfile::tempdir().unwrap();
    let mut job = mpirun(ranks);
    job.arg(PROGRAM).arg(data).args(["--epochs", "2", "--hidden", "4"]).args(options);
    if !options.contains(&"--save") {
        job.arg("--save").arg(folder.path().join("net"));
    }
    output(&mut job)
}

fn refused(data: &Path, options: &[&str]) -> String {
    let job = train(2, data, options);
    assert!(!job.status.success(), "{}", text(&job.stdout));
    text(&job.stderr)
}

#[test]
fn the_data_is_not_written_over() {
    let data = tempfile::tempdir().unwrap();
    numbers(data.path(), 30, 0.0);
    let file = data.path().join("inputs-00000.npy");
    let before = fs::read(&file).unwrap();
    let other_way = data.path().join("../").join(data.path().file_name().unwrap());
    for path in [&file, &data.path().join("inputs-00001.npy"), &other_way.join("net")] {
        let message = refused(data.path(), &["--save", path.to_str().unwrap()]);
        assert!(message.contains("is among the data in"), "{message}");
        assert!(message.contains(path.to_str().unwrap()), "{message}");
    }
    for option in ["--plot", "--checkpoint"] {
        let message = refused(data.path(), &[option, other_way.to_str().unwrap()]);
        assert!(message.contains("is the folder of the data"), "{message}");
    }
    assert!(fs::read(&file).unwrap() == before);
    let names = fs::read_dir(data.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.filter(|name| name != "schema.json").collect();
    names.sort();
    assert_eq!(names, ["inputs-00000.npy", "targets-00000.npy"]);
}

#[test]
fn a_network_is_saved_beside_its_data() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("shards");
    fs::create_dir(&data).unwrap();
    numbers(&data, 30, 0.0);
    let job = output(mpirun(2).arg(PROGRAM).arg(&data).args(["--epochs", "1"]));
    succeeded(&job);
    let saved = folder.path().join("shards-target.safetensors");
    Mlp::<f32>::load(&saved).unwrap();
    assert!(text(&job.stdout).contains(saved.to_str().unwrap()), "{}", text(&job.stdout));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn a_checkpoint_belongs_to_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    let (data, kept) = (folder.path().join("data"), folder.path().join("kept"));
    fs::create_dir(&data).unwrap();
    numbers(&data, 30, 0.0);
    let options = ["--checkpoint", kept.to_str().unwrap()];
    succeeded(&train(2, &data, &options));
    succeeded(&train(3, &data, &options));
    // As many rows and columns, but other numbers.
    numbers(&data, 30, 1.0);
    let message = refused(&data, &options);
    assert!(message.contains("holds a training with data of 30 rows, 2 features"), "{message}");
}

/// More test rows than are predicted at a time, and parts of different lengths.
#[test]
fn scores_are_those_of_the_saved_network() {
    let folder = tempfile::tempdir().unwrap();
    numbers(folder.path(), 26_003, 0.0);
    let elsewhere = tempfile::tempdir().unwrap();
    let net = elsewhere.path().join("net");
    let (_, test) = Dataset::<f32, _>::open_shards(folder.path()).unwrap().split(0.2, 0).unwrap();
    let test = test.read(0..test.rows()).unwrap();
    for ranks in [1, 3] {
        let job = train(ranks, folder.path(), &["--save", net.to_str().unwrap(), "--json"]);
        succeeded(&job);
        let summary: serde_json::Value = serde_json::from_slice(&job.stdout).unwrap();
        let predicted = Mlp::<f32>::load(&net).unwrap().predict(test.inputs()).unwrap();
        let error = metrics::root_mean_squared_error(predicted.view(), test.targets()).unwrap();
        // serde_json may read the last digit of a number otherwise than it was written.
        let found = summary["test"]["rmse"].as_f64().unwrap();
        let ulps = (found - error).abs() / (f64::EPSILON * error);
        assert!(ulps <= 2.0, "{found:?}, not {error:?} on {ranks} ranks");
        assert_eq!(summary["rows"]["test"], 5201, "on {ranks} ranks");
    }
}

#[test]
fn what_no_schema_names_is_told_and_can_be_said() {
    let folder = tempfile::tempdir().unwrap();
    let data = Dataset::multiclass(inputs(60), (0..60).map(|row| row % 3)).unwrap();
    data.save_shard(folder.path(), 0).unwrap();
    let message = refused(folder.path(), &["--task", "regression"]);
    assert!(message.contains("schema.json are for --task multiclass, not regression"), "{message}");
    fs::remove_file(folder.path().join("schema.json")).unwrap();
    let job = train(2, folder.path(), &[]);
    succeeded(&job);
    let summary = text(&job.stdout);
    assert!(summary.contains("regression: no schema.json says what the targets are"), "{summary}");
    let job = train(2, folder.path(), &["--task", "multiclass", "--class-weight", "balanced"]);
    succeeded(&job);
    let summary = text(&job.stdout);
    assert!(summary.contains("(3 classes)") && summary.contains("accuracy"), "{summary}");
    assert!(!summary.contains("no schema.json"), "{summary}");
    let message = refused(folder.path(), &["--task", "binary"]);
    assert!(message.contains("--task binary needs one column of targets"), "{message}");
}

#[test]
fn counts_are_learned_together() {
    let folder = tempfile::tempdir().unwrap();
    let targets: Vec<f32> = inputs(60).rows().into_iter().map(|x| (x[0] * 3.0).floor()).collect();
    Dataset::regression(inputs(60), targets).unwrap().save_shard(folder.path(), 0).unwrap();
    succeeded(&train(3, folder.path(), &["--loss", "poisson"]));
}
