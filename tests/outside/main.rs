//! What an application pays that depends on this crate: the crates that it brings, and the size of the program. It is built here as its owner builds it, from nothing but
//! what is already downloaded.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Crates in the tree of the application, itself not counted, and bytes of its program.
const MOST_CRATES: usize = 45;
const MOST_BYTES: u64 = 2_000_000;

/// An application in a folder of its own. It stays there from one run of the test to the next, with what was built, so that the next is quick.
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
        // What is as it was is not written, so that cargo does not take it for new.
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            if std::fs::read_to_string(&path).ok().as_deref() != Some(text) {
                std::fs::write(path, text).unwrap();
            }
        };
        write("Cargo.toml", &manifest.replace("\"..\"", &path));
        write("src/main.rs", include_str!("application.rs"));
        // The versions that we have downloaded; what is ours alone, cargo leaves out.
        write("Cargo.lock", &std::fs::read_to_string(densely.join("Cargo.lock")).unwrap());
        Self { folder }
    }

    /// What cargo prints on stdout.
    fn cargo(&self, arguments: &[&str], features: &[&str]) -> String {
        let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or("cargo".into()));
        // Flags, targets and folders of the cargo that runs this test are no concern of the application.
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

    /// The crates that it depends on, ours among them.
    fn crates(&self, features: &[&str]) -> BTreeSet<String> {
        let tree = self.cargo(&["tree", "-e", "normal,build", "--prefix", "none"], features);
        let (application, crates) = tree.split_once('\n').unwrap();
        assert!(application.starts_with("application "), "{tree}");
        // A crate has a line wherever it is needed, with (*) where what it needs itself stands further up.
        crates.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
    }

    /// The program.
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

        // It trains, saves, loads, predicts and compares.
        let saved = application.folder.join("net.safetensors");
        let output = Command::new(&program).arg(&data).arg(&saved).output().unwrap();
        assert!(output.status.success(), "{features:?}: {output:?}");
        let error: f64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
        assert!(error < 4.0, "{features:?}: {error} miles per gallon");
    }
}
