//! Rank 0 alone reports a mistake in a job, once, and all ranks end.

mod jobs;

use densely::{Dataset, workers::Workers};
use jobs::{count, mpirun, output, text};
use ndarray::{Array2, array};
use std::path::Path;
use std::process::{ExitCode, Output};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_train_distributed");

fn shard(rows: usize, features: usize) -> Dataset<f32> {
    let inputs = Array2::from_shape_fn((rows, features), |(row, column)| {
        ((row * 3 + column * 5) % 11) as f32 / 5.0
    });
    let targets = (0..rows).map(|row| row as f32 / 10.0);
    Dataset::regression(inputs, targets).unwrap()
}

/// Returns the message of a job of this many ranks, which must fail.
fn message(ranks: usize, arguments: &[&str], data: &Path) -> String {
    let job = output(mpirun(ranks).arg(PROGRAM).arg(data).args(arguments));
    assert!(!job.status.success(), "{}", text(&job.stdout));
    assert_eq!(text(&job.stdout), "");
    text(&job.stderr)
}

#[test]
fn shards_with_different_columns() {
    let folder = tempfile::tempdir().unwrap();
    shard(20, 3).save_shard(folder.path(), 0).unwrap();
    let other = tempfile::tempdir().unwrap();
    shard(20, 4).save_shard(other.path(), 1).unwrap();
    for file in ["inputs-00001.npy", "targets-00001.npy"] {
        std::fs::copy(other.path().join(file), folder.path().join(file)).unwrap();
    }
    let message = message(3, &[], folder.path());
    assert_eq!(count(&message, "error: "), 1, "{message}");
    assert!(message.contains("inputs-00001.npy"), "{message}");
    assert!(!message.contains("rank 0: "), "{message}");
}

#[test]
fn fewer_rows_than_ranks() {
    let folder = tempfile::tempdir().unwrap();
    shard(30, 3).save_shard(folder.path(), 0).unwrap();
    let message = message(3, &["--batch-size", "2"], folder.path());
    assert_eq!(count(&message, "error: "), 1, "{message}");
    assert!(message.contains("2 rows, there are 3 workers"), "{message}");
}

#[test]
fn wrong_options() {
    let job = output(mpirun(2).arg(PROGRAM).args(["shards", "--epochs"]));
    let message = text(&job.stderr);
    assert_eq!(count(&message, "error: "), 1, "{message}");
    assert_eq!(job.status.code(), Some(2), "{message}");
}

/// Runs a job of two ranks with a command line each.
fn two(first: &[&str], second: &[&str]) -> Output {
    let mut job = mpirun(1);
    job.arg(PROGRAM).args(first).args([":", "-n", "1", PROGRAM]).args(second);
    output(&mut job)
}

/// Returns the message of such a job, which must fail.
fn told_by_two(first: &[&str], second: &[&str]) -> String {
    let job = two(first, second);
    assert!(!job.status.success(), "{}", text(&job.stdout));
    assert_eq!(text(&job.stdout), "");
    let message = text(&job.stderr);
    assert_eq!(count(&message, "error: "), 1, "{message}");
    message
}

#[test]
fn a_wrong_command_line_on_one_rank() {
    let folder = tempfile::tempdir().unwrap();
    shard(30, 3).save_shard(folder.path(), 0).unwrap();
    let right = [folder.path().to_str().unwrap()];
    let message = told_by_two(&right, &[&right[..], &["--nonsense"]].concat());
    let expected = "rank 1 has a command line with the mistake \"unexpected argument '--nonsense' found\", rank 0 has no mistake";
    assert!(message.contains(expected), "{message}");
    let message = told_by_two(&["--help"], &right);
    let expected = "rank 1 has a command line with no mistake, rank 0 has a request for help";
    assert!(message.contains(expected), "{message}");
    let job = two(&["--help"], &["--help"]);
    assert!(job.status.success(), "{}", text(&job.stderr));
    assert_eq!(count(&text(&job.stdout), "Usage: "), 1, "{}", text(&job.stdout));
}

#[test]
fn another_option_on_one_rank() {
    let folder = tempfile::tempdir().unwrap();
    let labels = (0..30).map(|row| row % 2);
    let inputs = shard(30, 3).inputs().to_owned();
    Dataset::multiclass(inputs, labels).unwrap().save_shard(folder.path(), 0).unwrap();
    let place = tempfile::tempdir().unwrap();
    let net = place.path().join("net");
    let right = [folder.path().to_str().unwrap(), "--save", net.to_str().unwrap(), "--epochs", "2"];
    for (option, value, expected) in [
        ("--loss", "squared", "rank 1 has --loss Squared, rank 0 has CrossEntropy"),
        ("--class-weight", "balanced", "rank 1 has --class-weight Balanced, rank 0 has by default"),
        ("--epochs", "3", "rank 1 has --epochs 3, rank 0 has 2"),
        ("--schedule", "cosine", "rank 1 has --schedule Cosine, rank 0 has Constant"),
        ("--task", "multiclass", ""),
    ] {
        let wrong = match option {
            "--epochs" => [&right[..3], &[option, value]].concat(),
            _ => [&right[..], &[option, value]].concat(),
        };
        if expected.is_empty() {
            // The folder names the same task.
            assert!(two(&right, &wrong).status.success());
            continue;
        }
        let message = told_by_two(&right, &wrong);
        assert!(message.contains(expected), "{message}");
    }
}

#[test]
fn other_data_on_one_rank() {
    let folders = [(); 3].map(|()| tempfile::tempdir().unwrap());
    shard(30, 3).save_shard(folders[0].path(), 0).unwrap();
    shard(30, 4).save_shard(folders[1].path(), 0).unwrap();
    // As many rows and columns, but other numbers.
    let other = Dataset::regression(shard(30, 3).inputs().mapv(|x| x + 1.0), vec![0.5; 30]);
    other.unwrap().save_shard(folders[2].path(), 0).unwrap();
    let [first, columns, numbers] =
        folders.each_ref().map(|folder| [folder.path().to_str().unwrap()]);
    let message = told_by_two(&first, &columns);
    let expected = "rank 1 has data of 30 rows, 4 features and 1 outputs (hash ";
    assert!(message.contains(expected), "{message}");
    let message = told_by_two(&first, &numbers);
    let expected = "rank 1 has data of 30 rows, 3 features and 1 outputs (hash ";
    assert!(message.contains(expected), "{message}");
}

#[test]
fn fewer_training_rows_than_ranks() {
    let folder = tempfile::tempdir().unwrap();
    shard(4, 3).save_shard(folder.path(), 0).unwrap();
    let message = message(4, &["--validation", "0"], folder.path());
    assert_eq!(count(&message, "error: "), 1, "{message}");
    assert!(message.contains("the training data has 3 rows, there are 4 workers"), "{message}");
}

#[test]
fn an_exit_code_of_one_rank_ends_those_that_wait_for_it() {
    if jobs::folder_of_job().is_some() {
        densely_mpi::run(|job| {
            if job.rank() == 1 {
                return Ok(ExitCode::from(3));
            }
            job.agreed::<_, densely::Error>(Ok(()))?;
            Ok(ExitCode::SUCCESS)
        });
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let started = Instant::now();
    let name = "an_exit_code_of_one_rank_ends_those_that_wait_for_it";
    let job = jobs::run_test(&mut mpirun(2), name, folder.path());
    assert!(started.elapsed() < Duration::from_secs(10));
    assert!(!job.status.success());
    let message = text(&job.stderr);
    assert!(
        message.contains("error: rank 1: failed, and the others go on without it"),
        "{message}"
    );
}

#[test]
fn another_version_on_one_rank() {
    if jobs::folder_of_job().is_some() {
        densely_mpi::run_as("0.0.9", |_| Ok(ExitCode::SUCCESS));
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    shard(30, 3).save_shard(folder.path(), 0).unwrap();
    let mut job = mpirun(2);
    job.arg(PROGRAM).arg(folder.path()).args([":", "-n", "1"]);
    let job = jobs::run_test(&mut job, "another_version_on_one_rank", folder.path());
    assert!(!job.status.success());
    let message = text(&job.stderr);
    assert_eq!(count(&message, "error: "), 1, "{message}");
    let version = densely::VERSION;
    let expected = format!("rank 2 has version of densely 0.0.9, rank 0 has {version}");
    assert!(message.contains(&expected), "{message}");
}

#[test]
fn what_fails_on_one_rank_ends_those_that_wait_for_it() {
    if jobs::folder_of_job().is_some() {
        densely_mpi::run(|job| {
            if job.rank() == 1 {
                job.agreed::<(), _>(Err("the disk is gone"))?;
            }
            let mut gradient = array![1.0_f64];
            let gradient = gradient.as_slice_mut().unwrap();
            job.workers::<f64>().sum(&mut [], &mut std::iter::once(gradient)).unwrap();
            Ok(ExitCode::SUCCESS)
        });
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let started = Instant::now();
    let name = "what_fails_on_one_rank_ends_those_that_wait_for_it";
    let job = jobs::run_test(&mut mpirun(2), name, folder.path());
    assert!(started.elapsed() < Duration::from_secs(10));
    assert!(!job.status.success());
    let message = text(&job.stderr);
    assert!(message.contains("error: rank 1: the disk is gone"), "{message}");
}

#[test]
fn a_panic_ends_the_others() {
    if jobs::folder_of_job().is_some() {
        densely_mpi::run(|job| {
            assert_eq!(job.rank(), 0, "only the first");
            job.agreed::<_, densely::Error>(Ok(()))?;
            Ok(ExitCode::SUCCESS)
        });
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let started = Instant::now();
    let job = jobs::run_test(&mut mpirun(2), "a_panic_ends_the_others", folder.path());
    assert!(started.elapsed() < Duration::from_secs(10));
    assert!(!job.status.success());
    assert!(text(&job.stderr).contains("only the first"), "{}", text(&job.stderr));
}
