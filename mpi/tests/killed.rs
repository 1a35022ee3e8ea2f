//! A rank that dies ends the others, and training resumes from the checkpoint.

mod jobs;

use densely::{Dataset, Mlp, trainer::TrainingState};
use jobs::{Running, mpirun, output, succeeded, text, wait_for};
use ndarray::Array2;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_train_distributed");

fn shards(folder: &Path) {
    for number in 0..3 {
        let inputs = Array2::from_shape_fn((200, 8), |(row, column)| {
            (((row + 200 * number) * 7 + column * 13) % 31) as f32 / 10.0
        });
        let targets: Vec<f32> =
            inputs.rows().into_iter().map(|x| (x[0] * x[1]).sin() + x[2] - x[7]).collect();
        Dataset::regression(inputs, targets).unwrap().save_shard(folder, number).unwrap();
    }
}

/// Trains for this many epochs, and saves the network to `net` beside the checkpoint.
fn program(job: &mut Command, data: &Path, folder: &Path, epochs: usize) {
    job.arg(data).args(["--epochs", &epochs.to_string(), "--batch-size", "64"]);
    job.args(["--hidden", "64,64", "--patience", "1000000", "--checkpoint-every", "1"]);
    job.arg("--checkpoint").arg(folder).arg("--save").arg(folder.with_extension("net"));
}

fn train(ranks: usize, data: &Path, folder: &Path, epochs: usize) -> Vec<u8> {
    let mut job = mpirun(ranks);
    program(job.arg(PROGRAM), data, folder, epochs);
    succeeded(&output(&mut job));
    fs::read(folder.with_extension("net")).unwrap()
}

#[test]
fn the_others_end_and_the_checkpoint_goes_on() {
    for transport in ["vader,self", "tcp,self"] {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("shards");
        fs::create_dir(&data).unwrap();
        shards(&data);
        let disturbed = folder.path().join("disturbed");
        let id = folder.path().join("id");
        let script =
            format!("echo $$ > '{}'-$OMPI_COMM_WORLD_RANK; exec '{PROGRAM}' \"$@\"", id.display());
        let mut job = mpirun(2);
        // Only the loopback device: the machine's other networks may not connect the ranks.
        job.args(["--mca", "btl", transport, "--mca", "btl_tcp_if_include", "lo"]);
        // Even a fast machine does not finish this many epochs.
        program(job.args(["sh", "-c", &script, "sh"]), &data, &disturbed, 100_000_000);
        let job = Running::start(&mut job);
        wait_for("a checkpoint", || disturbed.join("training.json").exists());
        let id = fs::read_to_string(folder.path().join("id-1")).unwrap();
        let killed = Instant::now();
        assert!(Command::new("kill").args(["-9", id.trim()]).status().unwrap().success());
        let job = job.output();
        assert!(killed.elapsed() < Duration::from_secs(10));
        assert!(!job.status.success());
        let message = text(&job.stderr);
        assert!(message.contains("process rank 1"), "{message}");
        assert!(message.contains("signal 9"), "{message}");
        assert!(!disturbed.with_extension("net").exists(), "it ended before it was killed");

        let with_three = folder.path().join("with_three");
        fs::create_dir(&with_three).unwrap();
        for file in fs::read_dir(&disturbed).unwrap() {
            let file = file.unwrap();
            fs::copy(file.path(), with_three.join(file.file_name())).unwrap();
        }
        let kept = TrainingState::<f32>::load(disturbed.join("training.json")).unwrap();
        let epochs = kept.epochs().len() + 20;
        let undisturbed = train(2, &data, &folder.path().join("undisturbed"), epochs);
        let resumed = train(2, &data, &disturbed, epochs);
        assert!(resumed == undisturbed, "other bits over {transport}");
        close(&train(3, &data, &with_three, epochs), &undisturbed);
    }
}

/// Compares to the rounding of `f32`, summed over all epochs.
fn close(these: &[u8], those: &[u8]) {
    let [these, those] = [these, those].map(|bytes| Mlp::<f32>::from_bytes(bytes).unwrap());
    for (this, that) in these.layers().iter().zip(those.layers()) {
        let largest = that.weights().iter().fold(0.0_f32, |largest, x| largest.max(x.abs()));
        for (this, that) in this.weights().iter().zip(that.weights()) {
            assert!((this - that).abs() <= 1e-2 * largest, "{this} and {that}");
        }
    }
}
