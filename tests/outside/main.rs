//! Measures what this crate costs an application: the crates that it adds, and the size of the
//! program. The test builds the application as its owner would, from crates that are already
//! downloaded.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The most crates in the application's dependency tree, without itself, and the most bytes of its
/// program.
const MOST_CRATES: usize = 48;
const MOST_BYTES: u64 = 2_000_000;

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
        write("src/main.rs", include_str!("application.rs"));
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

    /// Builds the program, and returns its path.
    fn build(&self, features: &[&str]) -> PathBuf {
        let target = self.folder.join("target");
        let options = ["--message-format", "json", "--target-dir", target.to_str().unwrap()];
        let messages = self.cargo(&[&["build", "--release"], &options[..]].concat(), features);
        let messages = messages.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let mut programs = messages.filter_map(|it| it["executable"].as_str().map(PathBuf::from));
        programs.next().unwrap()
    }
}

#[test]
#[ignore = "takes a minute: builds the application twice, as it is shipped"]
fn an_application_is_small_and_works_with_default_features_and_without() {
    let application = Application::new();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/auto_mpg.csv");
    for features in [&[][..], &["--no-default-features"]] {
        let crates = application.crates(features);
        assert!(crates.len() <= MOST_CRATES, "{features:?}: {} crates: {crates:#?}", crates.len());

        let program = application.build(features);
        let bytes = std::fs::metadata(&program).unwrap().len();
        assert!(bytes <= MOST_BYTES, "{features:?}: {bytes} bytes");
        println!("{features:?}: {} crates, {bytes} bytes", crates.len());

        // The program trains, saves, loads, predicts and compares.
        let saved = application.folder.join("net.safetensors");
        let output = Command::new(&program).arg(&data).arg(&saved).output().unwrap();
        assert!(output.status.success(), "{features:?}: {output:?}");
        let error: f64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
        assert!(error < 4.0, "{features:?}: {error} miles per gallon");
    }
}
