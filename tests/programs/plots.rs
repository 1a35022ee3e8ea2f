//! Pictures: which ones are written, that they are valid, and that they replace no other files.

use super::{BINARY, MULTICLASS, REGRESSION, failure, json, run};
use std::fs;
use std::path::Path;

/// Checks an SVG file and returns its text: it has one root and text only in its text elements, and
/// its numbers are finite and on the sheet.
fn checked(path: &Path) -> String {
    let svg = fs::read_to_string(path).unwrap();
    let (mut open, mut sheet) = (Vec::new(), (0.0, 0.0));
    for piece in svg.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        let name = tag.split([' ', '/']).next().unwrap();
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{}", path.display());
        } else if !tag.ends_with('/') {
            assert!(name == "svg" && open.is_empty() || name == "text" && open == ["svg"], "{tag}");
            open.push(name);
        }
        assert!(open == ["svg", "text"] || text.trim().is_empty(), "{text}");
        let attribute = |name: &str| {
            let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
            rest.split('"').next()
        };
        if let Some(size) = attribute("viewBox") {
            let size: Vec<f64> = size.split(' ').map(|number| number.parse().unwrap()).collect();
            sheet = (size[2], size[3]);
        }
        let on_sheet = |text: &str, end: f64| {
            let place: f64 = text.parse().unwrap();
            assert!((0.0..=end).contains(&place), "{}: {tag}", path.display());
        };
        for (name, end) in
            [("x", sheet.0), ("cx", sheet.0), ("x1", sheet.0), ("y", sheet.1), ("cy", sheet.1)]
        {
            attribute(name).into_iter().for_each(|text| on_sheet(text, end));
        }
        for point in attribute("points").unwrap_or("").split_whitespace() {
            let (x, y) = point.split_once(',').unwrap();
            on_sheet(x, sheet.0);
            on_sheet(y, sheet.1);
        }
    }
    assert!(open.is_empty() && svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    let other = |c: char| c.is_control() && c != '\n' || matches!(c, '\u{fffe}' | '\u{ffff}');
    assert!(!svg.contains(other), "{}", path.display());
    svg
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Returns the line of the summary about pictures.
fn told(program: &str, options: &[&str]) -> String {
    let output = run(program, options);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find_map(|line| line.strip_prefix("pictures    ")).unwrap().to_owned()
}

#[test]
fn each_program_draws_what_belongs_to_its_task() {
    let folder = tempfile::tempdir().unwrap();
    for (program, expected, parts) in [
        (REGRESSION, &["learning.svg", "predictions.svg"][..], &["predicted mpg", "Residuals"][..]),
        (
            BINARY,
            &["learning.svg", "roc.svg", "calibration.svg", "confusion.svg"],
            &["AUC ", "predicted probability of malignant", "benign"],
        ),
        (MULTICLASS, &["learning.svg", "confusion.svg"], &["accuracy 0.", "predicted"]),
    ] {
        // The program also makes the parent folder.
        let inside = folder.path().join("new").join(program);
        let options = ["--plot", inside.to_str().unwrap(), "--epochs", "3"];
        assert_eq!(
            told(program, &options),
            format!("{}: {}", inside.display(), expected.join(", "))
        );
        let mut sorted = expected.to_vec();
        sorted.sort();
        assert_eq!(names(&inside), sorted);
        let drawn: String = expected.iter().map(|name| checked(&inside.join(name))).collect();
        for part in [&["best epoch: ", "validation"], parts].concat() {
            assert!(drawn.contains(part), "{program}: {part}");
        }
        // The second run replaces the pictures. Without validation rows, there is no curve for
        // them.
        json(program, &[&options[..], &["--validation", "0"]].concat());
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
    let options = ["--data", csv.to_str().unwrap(), "--target", "<kind>", "--epochs", "1"];
    let options = [&options[..], &["--plot", plot.to_str().unwrap()]].concat();
    let line = told(BINARY, &options);
    let expected = "learning.svg, calibration.svg, confusion.svg; no roc.svg: the test rows are all of one class";
    assert_eq!(line, format!("{}: {expected}", plot.display()));
    assert_eq!(names(&plot), ["calibration.svg", "confusion.svg", "learning.svg"]);
    let drawn: Vec<String> = names(&plot).iter().map(|name| checked(&plot.join(name))).collect();
    assert!(drawn[1].contains("a&lt;b&amp;c") && drawn[1].contains("d\u{fffd}"), "{}", drawn[1]);
    assert!(drawn[2].contains("Learning curves: &lt;kind&gt;"), "{}", drawn[2]);
}

#[test]
fn a_decision_boundary_is_drawn_frame_by_frame() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().to_str().unwrap();
    let run = run("decision_boundary", &["--output", output, "--frames", "0,2"]);
    assert!(run.status.success() && run.stderr.is_empty(), "{run:?}");
    assert_eq!(names(folder.path()), ["moons.svg", "spirals.svg"]);
    for name in names(folder.path()) {
        let svg = checked(&folder.path().join(name));
        for part in ["sigmoid", "tanh", "before training", "epoch 2", "loss 0.", " % right"] {
            assert!(svg.contains(part), "{part}");
        }
        // Two frames of each of two networks, and the key.
        assert_eq!(svg.matches("<circle").count(), 4 * 60 + 1);
    }
    fs::write(folder.path().join("spirals.svg"), "text").unwrap();
    let message = failure("decision_boundary", &["--output", output], 1);
    assert!(message.contains("spirals.svg is no SVG picture"), "{message}");
}
