//! Measures what this crate costs an application that trains, and one that only predicts: the
//! crates that it adds, and the size of the program. The test builds both as their owner would,
//! from crates that are already downloaded.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What an application may cost: the most crates in its dependency tree, without itself and
/// densely, and the most bytes of its program.
struct Limits {
    crates: usize,
    bytes: u64,
}

// 2.02 MB before activations were compiled for the widest vectors, and layers had factors of rates
// and inputs; 2.14 MB before predictions ran on several threads, and a file could have the members
// of a mean and a second network for intervals.
const TRAINING: Limits = Limits { crates: 47, bytes: 2_200_000 };
// 30, and two that only build scripts of others need. 1.13 MB before a file could have the members
// of a mean and a second network for intervals.
const PREDICTING: Limits = Limits { crates: 32, bytes: 1_140_000 };

/// An application in its own folder. The folder and its build stay for the next run of the test,
/// which is then fast.
struct Application {
    folder: PathBuf,
}

impl Application {
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("outside");
        let densely = Path::new(env!("CARGO_MANIFEST_DIR"));
        let manifest = include_str!("application.toml");
        let path = serde_json::to_string(densely).unwrap();
        std::fs::create_dir_all(folder.join("src")).unwrap();
        // Unchanged files are not written again, so that cargo does not rebuild them.
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            if std::fs::read_to_string(&path).ok().as_deref() != Some(text) {
                std::fs::write(path, text).unwrap();
            }
        };
        write("Cargo.toml", &manifest.replace("\"..\"", &path));
        write("src/train.rs", include_str!("train.rs"));
        write("src/predict.rs", include_str!("predict.rs"));
        // The lock file names the downloaded versions. Cargo leaves out the crates that only
        // densely itself needs.
        write("Cargo.lock", &std::fs::read_to_string(densely.join("Cargo.lock")).unwrap());
        Self { folder }
    }

    /// Returns cargo's output on stdout.
    fn cargo(&self, arguments: &[&str], features: &[&str]) -> String {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        // The flags, targets and folders of the cargo that runs this test must not affect the
        // application.
        for (name, _) in std::env::vars_os() {
            let begins =
                |parts: &[&str]| parts.iter().any(|part| name.to_string_lossy().starts_with(part));
            let where_crates_are = ["CARGO_HOME", "CARGO_REGISTR", "CARGO_SOURCE"];
            if begins(&["CARGO_", "RUSTC", "RUSTFLAGS"]) && !begins(&where_crates_are) {
                cargo.env_remove(&name);
            }
        }
        let output = cargo
            .current_dir(&self.folder)
            .args(arguments)
            .arg("--offline")
            .args(features)
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "cargo {arguments:?} {features:?}: {stderr}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Returns the crates on which it depends, densely included.
    fn crates(&self, features: &[&str]) -> BTreeSet<String> {
        let tree = self.cargo(&["tree", "-e", "normal,build", "--prefix", "none"], features);
        let (application, crates) = tree.split_once('\n').unwrap();
        assert!(application.starts_with("application "), "{tree}");
        // A crate has a line wherever it is needed. (*) means that its own dependencies are listed
        // further up.
        crates.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
    }

    /// Builds a program within its limits, and returns its path.
    fn build(&self, name: &str, features: &[&str], limits: &Limits) -> PathBuf {
        let crates = self.crates(features);
        let count = crates.iter().filter(|name| !name.starts_with("densely ")).count();
        assert!(count <= limits.crates, "{name}: {count} crates: {crates:#?}");

        let target = self.folder.join("target");
        let target = ["--target-dir", target.to_str().unwrap()];
        let options = ["--release", "--bin", name, "--message-format", "json"];
        let messages = self.cargo(&[&["build"], &options[..], &target].concat(), features);
        let messages = messages.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut programs = messages.filter_map(|it| it["executable"].as_str().map(PathBuf::from));
        let program = programs.next().unwrap();
        let bytes = std::fs::metadata(&program).unwrap().len();
        assert!(bytes <= limits.bytes, "{name}: {bytes} bytes");
        println!("{name}: {count} crates, {bytes} bytes");
        program
    }
}

fn output(program: &Path, arguments: &[&Path]) -> f64 {
    let output = Command::new(program).args(arguments).output().unwrap();
    assert!(output.status.success(), "{program:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()
}

#[test]
#[ignore = "takes a minute: builds two applications, as they are shipped"]
fn applications_that_train_and_that_only_predict_are_small_and_work() {
    let application = Application::new();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/auto_mpg.csv");
    let saved = application.folder.join("net.safetensors");

    // It trains, saves, loads, predicts and compares.
    let train = application.build("train", &[], &TRAINING);
    let error = output(&train, &[&data, &saved]);
    assert!(error < 4.0, "{error} miles per gallon");

    // It loads the network, and predicts the first car of the file, which has 18.
    let predict = application.build("predict", &["--no-default-features"], &PREDICTING);
    let predicted = output(&predict, &[&saved]);
    assert!((14.0..22.0).contains(&predicted), "{predicted} miles per gallon");
}
