//! A process that is killed at any moment leaves the old file or the new one.
#![cfg(unix)]

use densely::{Identity, Mlp, Tanh};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
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
            .args(["--ignored", "--exact", "killed::save_for_ever"])
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
