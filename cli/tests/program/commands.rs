//! What the commands do without options: where they look for files, which task they tell from the
//! target, where they save, and what they show.

use super::{BINARY, REGRESSION, command, densely, json, refused, root};
use densely::{
    Identity, Mlp, Relu,
    schema::{Column, Schema},
    units::Units,
};
use std::fs;
use std::path::Path;
use std::process::Output;

/// Returns what a command prints.
fn printed(output: &Output) -> String {
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn table(folder: &Path, name: &str, header: &str, cells: impl Fn(usize) -> String) -> String {
    let rows: String = (0..60).map(|row| format!("{row},{}\n", cells(row))).collect();
    let path = folder.join(name);
    fs::write(&path, format!("{header}\n{rows}")).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_network_is_saved_beside_its_data() {
    let folder = tempfile::tempdir().unwrap();
    let data = table(folder.path(), "my.cars.csv", "x,a/b", |row| (2 * row).to_string());
    let train = ["train", &data, "--target", "a/b", "--epochs", "2"];
    let saved = folder.path().join("my.cars-a_b.safetensors");
    let text = printed(&densely(&train));
    assert!(text.ends_with(&format!("saved       {}\n", saved.display())), "{text}");
    assert!(
        text.contains("regression, since \"a/b\" holds numbers; --task chooses another"),
        "{text}"
    );
    let first = fs::read(&saved).unwrap();
    assert_eq!(Mlp::<f32>::from_bytes(&first).unwrap().schema().targets, ["a/b"]);
    // A network replaces an earlier one, in JSON as well.
    let json = densely(&[&train[..], &["--seed", "1", "--json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&printed(&json)).unwrap();
    assert_eq!(json["saved"], saved.to_str().unwrap());
    assert_ne!(fs::read(&saved).unwrap(), first);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);

    fs::write(&saved, "mine").unwrap();
    let line = refused(&train, 1);
    let expected = "is no network of densely; choose another place with --save FILE";
    assert_eq!(line, format!("error: {} {expected}", saved.display()));
    assert_eq!(fs::read(&saved).unwrap(), b"mine");
    fs::remove_file(&saved).unwrap();
    fs::create_dir(&saved).unwrap();
    assert!(refused(&train, 1).ends_with(expected));
}

#[test]
fn the_task_is_told_from_the_target() {
    let folder = tempfile::tempdir().unwrap();
    let texts = ["red", "green", "blue"];
    type Cells<'c> = &'c dyn Fn(usize) -> String;
    let cases: [(_, _, Cells<'_>); 6] = [
        ("two texts", "binary_classification", &|row| texts[row % 2].to_owned()),
        ("two numbers", "binary_classification", &|row| (row % 2).to_string()),
        ("three texts", "multiclass", &|row| texts[row % 3].to_owned()),
        ("three numbers", "multiclass", &|row| (row % 3).to_string()),
        ("three amounts", "regression", &|row| (row % 3 * 5).to_string()),
        ("fractions", "regression", &|row| (row as f64 / 8.0).to_string()),
    ];
    for (target, task, cells) in cases {
        let data = table(folder.path(), "data.csv", &format!("x,{target}"), cells);
        let output = densely(&["train", &data, "--target", target, "--epochs", "1", "--json"]);
        let json: serde_json::Value = serde_json::from_str(&printed(&output)).unwrap();
        assert_eq!(json["task"], task, "{target}");
    }
    let data = table(folder.path(), "data.csv", "x,same", |_| "red".to_owned());
    let line = refused(&["train", &data, "--target", "same"], 1);
    assert!(line.contains(r#"target "same" has only one class ("red")"#), "{line}");
}

#[test]
fn a_table_from_a_pipe_needs_a_place_for_its_network() {
    let data = fs::File::open(root().join("data/auto_mpg.csv")).unwrap();
    let arguments = ["train", "/dev/stdin", "--target", "mpg", "--epochs", "1"];
    let output = command(&arguments).stdin(data).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.ends_with(
            "/dev/stdin has no folder of its own; choose another place with --save FILE\n"
        ),
        "{stderr}"
    );
}

#[test]
fn slips_of_the_pen_have_a_tip() {
    let line = refused(&["trian", "cars.csv"], 2);
    assert!(
        line.ends_with("unrecognized subcommand 'trian'; a similar subcommand exists: 'train'"),
        "{line}"
    );
    let line = refused(&["predict", "data/auto_mpg.csv", "net.safetensors"], 1);
    assert!(line.contains("auto_mpg.csv: not a densely model: it is a text file"), "{line}");
}

/// The whole of what a new user does.
#[test]
fn train_predict_and_show() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("cars.csv");
    fs::copy(root().join("data/auto_mpg.csv"), &data).unwrap();
    let in_folder = |arguments: &[&str]| {
        printed(&command(arguments).current_dir(folder.path()).output().unwrap())
    };
    in_folder(&["train", "cars.csv", "--target", "mpg", "--epochs", "5"]);
    let predicted = in_folder(&["predict", "cars-mpg.safetensors", "cars.csv"]);
    assert_eq!(predicted.lines().count(), 393);
    let shown = in_folder(&["show", "cars-mpg.safetensors"]);
    assert!(shown.starts_with("cars-mpg.safetensors\n\nwritten by  densely "), "{shown}");
}

/// `cargo run` works in any folder of the checkout. An installed program looks only where it is
/// told to.
#[test]
fn files_of_the_checkout_are_found_from_its_folders() {
    let folder = tempfile::tempdir().unwrap();
    let run = |variable: Option<&str>| {
        let mut command = command(&["convert", "data/auto_mpg.csv", "--target", "mpg"]);
        command.args(["--output", "shards"]).current_dir(folder.path());
        match variable {
            Some(package) => command.env("CARGO_MANIFEST_DIR", package),
            None => command.env_remove("CARGO_MANIFEST_DIR"),
        };
        command.output().unwrap()
    };
    let installed = run(None);
    let line = String::from_utf8(installed.stderr).unwrap();
    assert!(line.starts_with("error: data/auto_mpg.csv: No such file"), "{line}");
    let elsewhere = run(folder.path().to_str());
    assert_eq!(elsewhere.status.code(), Some(1));
    let text = printed(&run(Some(env!("CARGO_MANIFEST_DIR"))));
    assert!(
        text.starts_with(root().to_str().unwrap()) && text.contains("rows        392"),
        "{text}"
    );
    assert!(folder.path().join("shards/schema.json").exists());
}

#[test]
fn a_network_is_shown_with_all_that_its_file_has() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net");
    let show = || printed(&densely(&["show", path.to_str().unwrap()]));
    let mut net = Mlp::<f64>::builder(4)
        .dense(3, Relu)
        .dropout(0.25)
        .dense(2, Identity)
        .without_bias()
        .without_units()
        .build()
        .unwrap();
    net.save(&path).unwrap();
    let library = env!("CARGO_PKG_VERSION");
    let head =
        format!("{}\n\nwritten by  densely {library}, version 2 of the format\n", path.display());
    let layers = "precision   f64\nparameters  21\nlayers      4 → 3 relu, dropout 0.25\n            3 → 2 identity, without bias\n";
    let unnamed = "columns     4 features without names\ntarget      2 outputs without names\n";
    assert_eq!(show(), format!("{head}{layers}{unnamed}"));

    let origin = Column::categories("origin", ["Europe", "USA"]);
    let columns = [Column::numbers("weight"), origin, Column::numbers("m\u{1b}[2J")];
    net.set_schema(Schema::new(columns).with_targets(["mpg", "price"])).unwrap();
    let inputs = Units::standard([2977.58, 0.0, 0.0, 1.25e-7], [849.4, 1.0, 1.0, 0.0]).unwrap();
    let outputs = Units::standard([23.446, 123_456.7], [7.805, 10.0]).unwrap();
    net.set_units(inputs, outputs).unwrap();
    net.save(&path).unwrap();
    let named = "columns     weight  2978 ± 849.4\n            origin  Europe, USA\n            m\u{fffd}[2J   1.250e-7 ± 0\n\
        target      mpg    23.45 ± 7.805\n            price  123457 ± 10.00\n";
    assert_eq!(show(), format!("{head}{layers}{named}"));

    // A classifier, in f32 as it is trained.
    json(BINARY, &["--epochs", "1", "--hidden", "none", "--save", path.to_str().unwrap()]);
    let text = show();
    for part in [
        "precision   f32\nparameters  31\nlayers      30 → 1 sigmoid\ncolumns     ",
        "\ntarget      diagnosis\nclasses     benign\n            malignant\n",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    fs::write(&path, "no network").unwrap();
    let line = refused(&["show", path.to_str().unwrap()], 1);
    assert!(line.contains("net: not a densely model"), "{line}");
}

#[test]
fn shells_complete_the_commands() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let text = printed(&densely(&["completions", shell]));
        for part in ["train", "predict", "class-weight"] {
            assert!(text.contains(part), "{shell}: {part}");
        }
    }
    assert!(refused(&["completions", "dos"], 2).contains("bash"));
}

#[test]
fn help_and_version_are_there_for_each_command() {
    let version = printed(&densely(&["--version"]));
    assert_eq!(version, format!("densely {}\n", env!("CARGO_PKG_VERSION")));
    let help = printed(&densely(&["--help"]));
    for command in ["train", "look", "predict", "convert", "show", "completions"] {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
        let help = printed(&densely(&[command, "--help"]));
        let usage = format!("Usage: densely {command} ");
        assert!(help.contains(&usage), "{help}");
        assert!(
            command == "completions" || help.contains(&format!("\n  densely {command} ")),
            "{help}"
        );
    }
    // Without a command, one line says what there is.
    let line = refused(&[], 2);
    assert!(line.contains("subcommand") && line.contains("predict"), "{line}");
    let line = refused(&["train", REGRESSION.data], 2);
    assert!(line.contains("--target"), "{line}");
}
