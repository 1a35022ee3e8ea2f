//! A checkpoint belongs to its data, its task and its options.

use crate::{BINARY, REGRESSION, Training, failure, json};
use std::fs;
use std::path::Path;

fn table(folder: &Path, name: &str, shift: usize) -> String {
    let rows = (0..60).map(|row| format!("{},{}\n", row % 9, usize::from((row + shift) % 9 > 4)));
    let path = folder.join(name);
    fs::write(&path, format!("x,y\n{}", rows.collect::<String>())).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn another_training_is_not_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    let (kept, data) = (kept.to_str().unwrap(), table(folder.path(), "data.csv", 0));
    let (regression, binary) = (REGRESSION.on(&data, "y"), BINARY.on(&data, "y"));
    let options = ["--checkpoint", kept, "--hidden", "4"];
    let with = |more: &[&'static str]| [&options[..], &["--epochs", "20"], more].concat();
    let first = json(regression, &with(&[]));
    let again = json(regression, &with(&[]));
    assert_eq!((&first["test"], &first["epochs"]), (&again["test"], &again["epochs"]));
    // With more epochs, training goes on as if it had not been stopped.
    let longer = json(regression, &[&options[..], &["--epochs", "30"]].concat());
    let alone = ["--hidden", "4", "--epochs", "30"];
    assert_eq!(longer["test"], json(regression, &alone)["test"]);

    let refused = |training: Training<'_>, options: &[&str]| {
        let message = failure(training, options, 1);
        message.strip_prefix(&format!("error: {kept} holds a training ")).unwrap().to_owned()
    };
    assert_eq!(refused(regression, &with(&["--seed", "5"])), "with --seed 0, not 5");
    assert_eq!(
        refused(regression, &with(&["--loss", "absolute"])),
        "with --loss Squared, not Absolute"
    );
    assert_eq!(
        refused(regression, &with(&["--learning-rate", "0.1"])),
        "with --learning-rate by default, not 0.1"
    );
    let task = refused(binary, &with(&["--loss", "squared"]));
    assert_eq!(task, "with task regression, not binary_classification");
    assert_eq!(refused(regression, &with(&[])), "of 30 epochs, not 20");
    // A file of the same length, at the same place, with other numbers.
    table(folder.path(), "data.csv", 1);
    let other = refused(regression, &[&options[..], &["--epochs", "30"]].concat());
    assert_eq!(other, "of other rows: the table has changed since");
}

#[test]
fn what_is_wrong_in_the_folder_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("kept");
    let inside = |name: &str| kept.join(name).to_str().unwrap().to_owned();
    let data = table(folder.path(), "data.csv", 0);
    let kept_text = kept.to_str().unwrap();
    let regression = REGRESSION.on(&data, "y");
    let options = ["--checkpoint", kept_text, "--epochs", "3"];
    let state = inside("training.json");
    for path in [&state, &inside("../kept/training.json")] {
        let message = failure(regression, &[&options[..], &["--save", path]].concat(), 1);
        assert!(
            message
                .ends_with("training.json is a file of the checkpoint; save the network elsewhere"),
            "{message}"
        );
    }
    // The folder may also hold a network. Files that a killed process left are removed.
    fs::write(inside(".densely-0123456789abcdef"), "half").unwrap();
    json(regression, &[&options[..], &["--save", &inside("m.safetensors")]].concat());
    let mut names: Vec<_> = fs::read_dir(&kept).unwrap().map(|e| e.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["m.safetensors", "options.json", "training.json"]);

    let whole = fs::read(&state).unwrap();
    fs::write(&state, "").unwrap();
    let message = failure(regression, &options, 1);
    assert!(
        message.starts_with(&format!("error: {state}: not a densely training state: ")),
        "{message}"
    );
    fs::write(&state, whole).unwrap();
    for content in ["", "{"] {
        fs::write(inside("options.json"), content).unwrap();
        let message = failure(regression, &options, 1);
        assert!(message.starts_with(&format!("error: {}: ", inside("options.json"))), "{message}");
    }
}
