//! Pictures: which ones are written, that they are valid, and that they replace no other files.

use super::svg::checked;
use super::{BINARY, MULTICLASS, REGRESSION, Training, failure, json, run};
use std::fs;
use std::path::Path;

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Returns the line of the summary about pictures.
fn told(training: Training<'_>, options: &[&str]) -> String {
    let output = run(training, options);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find_map(|line| line.strip_prefix("pictures    ")).unwrap().to_owned()
}

#[test]
fn each_task_has_its_pictures() {
    let folder = tempfile::tempdir().unwrap();
    for (training, expected, parts) in [
        (
            REGRESSION,
            &["learning.svg", "predictions.svg"][..],
            &["predicted mpg", "Residuals", "test rows: RMSE "][..],
        ),
        (
            BINARY,
            &["learning.svg", "roc.svg", "calibration.svg", "confusion.svg"],
            &["AUC ", "predicted probability of malignant", "benign"],
        ),
        (
            MULTICLASS,
            &["learning.svg", "calibration.svg", "confusion.svg"],
            &["accuracy 0.", "share of right predictions"],
        ),
    ] {
        // The program also makes the parent folder.
        let inside = folder.path().join("new").join(training.task);
        let options = ["--plot", inside.to_str().unwrap(), "--epochs", "3"];
        assert_eq!(
            told(training, &options),
            format!("{}: {}", inside.display(), expected.join(", "))
        );
        let mut sorted = expected.to_vec();
        sorted.sort();
        assert_eq!(names(&inside), sorted);
        let drawn: String = expected.iter().map(|name| checked(&inside.join(name))).collect();
        for part in [&["best epoch: ", "validation"], parts].concat() {
            assert!(drawn.contains(part), "{}: {part}", training.task);
        }
        // The second run replaces the pictures. Without validation rows, there is no curve for
        // them.
        json(training, &[&options[..], &["--validation", "0"]].concat());
        let learning = checked(&inside.join("learning.svg"));
        assert!(!learning.contains("validation") && learning.contains("training"));
    }
}

#[test]
fn a_training_that_was_stopped_shows_all_its_epochs() {
    let folder = tempfile::tempdir().unwrap();
    let inside = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let draw = |plot: &str, more: &[&str]| {
        let options = [&["--plot", plot], more].concat();
        json(REGRESSION, &options);
        checked(&Path::new(plot).join("learning.svg"))
    };
    let kept = inside("kept");
    let first = draw(&inside("a"), &["--epochs", "4", "--checkpoint", &kept]);
    let whole = draw(&inside("a"), &["--epochs", "8", "--checkpoint", &kept]);
    assert_ne!(first, whole);
    assert_eq!(whole, draw(&inside("b"), &["--epochs", "8"]));
}

#[test]
fn what_is_no_picture_is_not_drawn_over_and_told_before_training() {
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("predictions.svg");
    let plot = folder.path().to_str().unwrap();
    // Without the refusal, the program would report the rate that diverges.
    let refused = |plot: &str, more: &[&str]| {
        failure(REGRESSION, &[&["--learning-rate", "1e30", "--plot", plot], more].concat(), 1)
    };
    fs::write(&picture, "not a picture").unwrap();
    let message = refused(plot, &[]);
    assert_eq!(
        message,
        format!("error: {} is no SVG picture, it is not drawn over", picture.display())
    );
    assert_eq!(fs::read_to_string(&picture).unwrap(), "not a picture");
    let message = refused(picture.to_str().unwrap(), &[]);
    assert!(message.starts_with(&format!("error: {}: ", picture.display())), "{message}");
    fs::remove_file(&picture).unwrap();
    fs::create_dir(&picture).unwrap();
    assert!(refused(plot, &[]).contains("is a directory"));
    fs::remove_dir(&picture).unwrap();
    let message = refused(plot, &["--save", picture.to_str().unwrap()]);
    assert!(message.ends_with("will be a picture, it is not saved there"), "{message}");
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_curve_that_is_undefined_is_left_out_and_names_are_escaped() {
    let folder = tempfile::tempdir().unwrap();
    let (csv, plot) = (folder.path().join("rare.csv"), folder.path().join("plot"));
    // The second class is so rare that no test row has it.
    let rows =
        (0..60).map(|row| format!("{row},{}\n", if row < 58 { "a<b&c" } else { "\"d\u{1}\"" }));
    fs::write(&csv, format!("x,\"<kind>\"\n{}", rows.collect::<String>())).unwrap();
    fs::create_dir(&plot).unwrap();
    fs::write(plot.join("roc.svg"), "<svg of another training/>").unwrap();
    let options = ["--epochs", "1", "--plot", plot.to_str().unwrap()];
    let line = told(BINARY.on(csv.to_str().unwrap(), "<kind>"), &options);
    let expected = "learning.svg, calibration.svg, confusion.svg; no roc.svg: the test rows are all of one class";
    assert_eq!(line, format!("{}: {expected}", plot.display()));
    assert_eq!(names(&plot), ["calibration.svg", "confusion.svg", "learning.svg"]);
    let drawn: Vec<String> = names(&plot).iter().map(|name| checked(&plot.join(name))).collect();
    assert!(drawn[1].contains("a&lt;b&amp;c") && drawn[1].contains("d\u{fffd}"), "{}", drawn[1]);
    assert!(drawn[2].contains("Learning curves: &lt;kind&gt;"), "{}", drawn[2]);
}
