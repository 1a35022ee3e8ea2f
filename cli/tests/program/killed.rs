//! A training that is killed at any moment goes on to the same bits.
#![cfg(unix)]

use super::{MULTICLASS, command};
use densely::{Mlp, trainer::TrainingState};
use serde_json::Value;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// Returns a pseudorandom duration of at most `most` milliseconds.
fn while_of(number: u64, most: u64) -> Duration {
    // The multiplier is that of a linear congruential generator by Knuth; its upper bits look
    // random.
    let random = (number + 1).wrapping_mul(6_364_136_223_846_793_005).rotate_left(20);
    Duration::from_micros(random % (1_000 * most))
}

/// Counts the other files in a folder. The names of those that a killed process leaves begin with a
/// dot.
fn strays(folder: &Path, but: &[&str]) -> usize {
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    let strays = names.filter(|name| !but.iter().any(|but| name == but));
    strays.inspect(|name| assert!(name.to_string_lossy().starts_with('.'), "{name:?}")).count()
}

/// Returns a different value for each file that was put in this place; `None` if there is no file.
fn which_file(place: &Path) -> Option<(u64, i64)> {
    let metadata = std::fs::metadata(place).ok()?;
    Some((metadata.ino(), metadata.mtime_nsec()))
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

fn train(options: &[&str]) -> Command {
    let mut command =
        command(&MULTICLASS.train(&[&["--json", "--hidden", "16"], options].concat()));
    command.stdin(Stdio::null()).stderr(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// Returns the result of a run, without its duration and without the place of the network.
fn scores(output: std::process::Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut scores: Value = serde_json::from_slice(&output.stdout).unwrap();
    for name in ["seconds", "saved"] {
        scores.as_object_mut().unwrap().remove(name).unwrap();
    }
    scores
}

fn training_ends_the_same(options: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (undisturbed, killed, kept) = (path("undisturbed"), path("killed"), path("kept"));
    let save = |file| [options, &["--save", file]].concat();
    let expected = scores(train(&save(&undisturbed)).output().unwrap());

    let save = save(&killed);
    let keep = [&save[..], &["--checkpoint", &kept, "--checkpoint-every", "1"]].concat();
    let state = Path::new(&kept).join("training.json");
    let (mut kills, mut epochs) = (0, vec![0]);
    let output = loop {
        let mut child = train(&keep).spawn().unwrap();
        if kills % 2 == 0 {
            // The run is killed at any moment, mostly while it reads.
            sleep(while_of(kills, 30));
        } else {
            // The run is killed soon after an epoch, and ever later, so that training and scores
            // are finished on any machine.
            let before = which_file(&state);
            while which_file(&state) == before && child.try_wait().unwrap().is_none() {
                sleep(Duration::from_micros(200));
            }
            sleep(while_of(kills, 5 + 2 * kills));
        }
        if child.try_wait().unwrap().is_some() {
            break child.wait_with_output().unwrap();
        }
        kill(child);
        kills += 1;
        strays(folder.path(), &["undisturbed", "killed", "kept"]);
        // At every moment the file is whole or does not exist.
        if let Ok(file) = std::fs::read(&killed) {
            Mlp::<f32>::from_bytes(&file).unwrap();
        }
        if state.exists() {
            strays(Path::new(&kept), &["training.json", "options.json"]);
            epochs.push(TrainingState::<f32>::load(&state).unwrap().epochs().len());
        }
    };
    assert_eq!(scores(output), expected, "after {kills} kills");
    let [undisturbed, killed] = [undisturbed, killed].map(|file| std::fs::read(file).unwrap());
    assert!(undisturbed == killed, "after {kills} kills");
    assert!(epochs.is_sorted(), "{epochs:?}");
    epochs.dedup();
    assert!(kills >= 3 && epochs.len() >= 3, "{kills} kills, after epochs {epochs:?}");
}

#[test]
fn training_with_early_stopping_goes_on_to_the_same_bits() {
    training_ends_the_same(&["--epochs", "60", "--patience", "4", "--learning-rate", "0.05"]);
}

#[test]
fn training_with_adam_dropout_and_a_plateau_goes_on_to_the_same_bits() {
    let optimizer = ["--optimizer", "adam", "--learning-rate", "0.01", "--dropout", "0.2"];
    training_ends_the_same(
        &[&optimizer[..], &["--schedule", "plateau", "--epochs", "40"]].concat(),
    );
}
