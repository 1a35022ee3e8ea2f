//! A process that is killed at any moment leaves the old file or the new one, and training resumes
//! from it to the same bits.
#![cfg(unix)]

use densely::{Identity, Mlp, Tanh, trainer::TrainingState};
use serde_json::Value;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// The environment variable with the place to which the process saves until it is killed.
const PLACE: &str = "DENSELY_SAVES_FOR_EVER";

fn net(seed: u64) -> Mlp<f32> {
    Mlp::builder(100).dense(300, Tanh).dense(1, Identity).seed(seed).build().unwrap()
}

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

/// This is not a test, but the process that is killed.
#[test]
#[ignore = "saves for ever"]
fn save_for_ever() {
    let Some(place) = std::env::var_os(PLACE) else { return };
    let nets = [net(1), net(2)];
    for net in nets.iter().cycle() {
        net.save(&place).unwrap();
    }
}

#[test]
fn a_saved_network_is_the_old_one_or_the_new_one() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("net.safetensors");
    let files = [1, 2].map(|seed| net(seed).to_bytes().unwrap());
    std::fs::write(&place, &files[0]).unwrap();
    let (mut seen, mut midway) = ([0, 0], 0);
    for kills in 0..200 {
        let before = which_file(&place);
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "save_for_ever"])
            .env(PLACE, &place)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Waits until the process has begun.
        while which_file(&place) == before {
            sleep(Duration::from_micros(200));
        }
        sleep(while_of(kills, 6));
        kill(child);
        let bytes = std::fs::read(&place).unwrap();
        let which = files.iter().position(|file| *file == bytes);
        seen[which.unwrap_or_else(|| panic!("after kill {kills}: {} bytes", bytes.len()))] += 1;
        midway += strays(folder.path(), &["net.safetensors"]);
        for entry in std::fs::read_dir(folder.path()).unwrap() {
            let path = entry.unwrap().path();
            if path != place {
                std::fs::remove_file(path).unwrap();
            }
        }
    }
    // Otherwise the process was never killed at a moment that matters.
    assert!(seen.iter().all(|&times| times > 10), "{seen:?}");
    assert!(midway > 10, "{midway} of 200 killed while they were writing");
}

/// `cargo test` builds the examples beside the tests.
fn train(options: &[&str]) -> Command {
    let test = std::env::current_exe().unwrap();
    let folder: PathBuf = test.parent().unwrap().parent().unwrap().join("examples");
    let mut command = Command::new(folder.join("train_multiclass"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["--json", "--hidden", "16"]);
    command.args(options).stdin(Stdio::null()).stderr(Stdio::piped()).stdout(Stdio::piped());
    command
}

/// Returns the scores of a run, without its duration.
fn scores(output: std::process::Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut scores: Value = serde_json::from_slice(&output.stdout).unwrap();
    scores.as_object_mut().unwrap().remove("seconds").unwrap();
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
            // The run is killed soon after an epoch, so that training finishes on any machine.
            let before = which_file(&state);
            while which_file(&state) == before && child.try_wait().unwrap().is_none() {
                sleep(Duration::from_micros(200));
            }
            sleep(while_of(kills, 5));
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
