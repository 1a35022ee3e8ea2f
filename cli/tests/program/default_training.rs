//! The training without options: the recipe.

use crate::{BINARY, REGRESSION, failure, json, root, run};
use densely::data::CrossValidation;
use densely::optimizer::Lbfgs;
use densely::{Identity, MeanSquaredError, Mlp, Table, Trainer, metrics};
use serde_json::Value;

fn rows(run: &Value) -> [u64; 3] {
    ["train", "validation", "test"].map(|part| run["rows"][part].as_u64().unwrap())
}

/// What was tried and kept, and how it compares: in JSON and in words.
#[test]
fn it_says_what_it_tried_and_how_it_compares() {
    let quick = json(REGRESSION, &["--quick"]);
    assert_eq!(rows(&quick), [251, 63, 78]);
    let recipe = &quick["recipe"];
    let kept = serde_json::json!(["plain"]);
    assert_eq!((&recipe["kept"], &recipe["refit_rows"]), (&kept, &Value::Null));
    assert_eq!(recipe["candidates"].as_array().unwrap().len(), 1);
    let own = quick["test"]["rmse"].as_f64().unwrap();
    let others = recipe["compared"].as_array().unwrap();
    assert_eq!(
        others.iter().map(|of| &of["who"]).collect::<Vec<_>>(),
        ["least squares", "the mean"]
    );
    let [linear, mean] = [0, 1].map(|place| others[place]["rmse"].as_f64().unwrap());
    assert!(own < linear && linear < mean, "{quick}");

    let output = run(BINARY, &["--quick", "--refit", "all"]);
    let text = String::from_utf8(output.stdout).unwrap();
    for part in [
        "tried       plain: log-loss ",
        "kept        plain, ",
        "all 569 rows",
        "of logistic regression",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// The mean of the test targets of the training rows, as R² = 0 by definition, and the scores of
/// the saved network when it is the one that was tested.
#[test]
fn the_scores_are_those_of_the_saved_network_without_the_test_rows() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mpg.safetensors");
    let save = ["--quick", "--save", path.to_str().unwrap(), "--seed", "3"];
    let data = Table::read_csv(root().join("data/auto_mpg.csv")).unwrap();
    let (_, test) = data.regression("mpg").unwrap().split(0.2, 3).unwrap();
    for refit in ["none", "training"] {
        let report = json(REGRESSION, &[&save[..], &["--refit", refit]].concat());
        let net = Mlp::<f32>::load(&path).unwrap();
        let rmse = net.evaluate(&test, metrics::root_mean_squared_error).unwrap();
        assert_eq!(rmse, report["test"]["rmse"].as_f64().unwrap(), "{refit}");
    }
    // With all rows it has learned from the test rows in the end, and the scores are from before.
    let report = json(REGRESSION, &[&save[..], &["--refit", "all"]].concat());
    let net = Mlp::<f32>::load(&path).unwrap();
    let rmse = net.evaluate(&test, metrics::root_mean_squared_error).unwrap();
    assert!(rmse < report["test"]["rmse"].as_f64().unwrap());
}

/// The same command goes on where it was stopped, to the same network; other rows do not.
#[test]
fn a_checkpoint_belongs_to_its_training() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let [net, again] = ["net", "again"].map(|name| folder.path().join(name));
    let state_path = state.to_str().unwrap();
    let options = ["--quick", "--refit", "all", "--checkpoint", state_path, "--save"];
    json(REGRESSION, &[&options[..], &[net.to_str().unwrap()]].concat());
    std::fs::remove_file(state.join("training.json.refit")).unwrap();
    json(REGRESSION, &[&options[..], &[again.to_str().unwrap()]].concat());
    assert_eq!(std::fs::read(net).unwrap(), std::fs::read(&again).unwrap());
    let other = [&options[..], &[again.to_str().unwrap(), "--seed", "1"]].concat();
    assert!(failure(REGRESSION, &other, 1).contains("--seed"));
}

/// Few rows choose by folds.
#[test]
fn few_rows_choose_by_folds() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("line.csv");
    let rows = (0..60).map(|row| format!("{row},{}\n", 3 * row + row % 2));
    std::fs::write(&data, "x,y\n".to_owned() + &rows.collect::<String>()).unwrap();
    for (options, folds) in [(&[][..], 5), (&["--best"], 10)] {
        let output = run(REGRESSION.on(data.to_str().unwrap(), "y"), options);
        let text = String::from_utf8(output.stdout).unwrap();
        for part in [
            "tried       linear: loss ".to_owned(),
            format!("the best one in {folds} folds; then "),
            format!("on all 60 rows: the mean of {folds} networks. "),
        ] {
            assert!(text.contains(&part), "{part}: {text}");
        }
    }
}

/// The scores are those of the library's folds of the training rows.
#[test]
fn folds_are_scored_before_the_training() {
    let linear = ["--folds", "3", "--hidden", "none", "--optimizer", "lbfgs", "--validation", "0"];
    let found = json(REGRESSION, &linear);
    let data = Table::read_csv(root().join("data/auto_mpg.csv")).unwrap();
    let (train, _) = data.regression::<f32>("mpg").unwrap().split(0.2, 0).unwrap();
    let expected = CrossValidation::of(train.folds(3, 0).unwrap(), |train, test| {
        let mut net = Mlp::builder(train.features()).dense(1, Identity).build()?;
        let trainer = Trainer::lbfgs(MeanSquaredError, Lbfgs::new()).epochs(500);
        trainer.without_validation().fit(&mut net, train)?;
        net.evaluate(test, metrics::root_mean_squared_error)
    });
    let expected = expected.unwrap();
    assert_eq!(found["folds"]["rmse"], serde_json::json!(expected.scores));
    assert_eq!(found["folds"]["mean"], expected.mean());

    let later = run(REGRESSION, &["--folds", "2", "--quick", "--split-by", "model_year"]);
    assert!(String::from_utf8(later.stderr).unwrap().contains("2 folds: RMSE "));
    let groups = json(REGRESSION, &["--folds", "2", "--group", "model_year", "--epochs", "3"]);
    assert_eq!(groups["folds"]["rmse"].as_array().unwrap().len(), 2);
    // Of three groups, two have training rows.
    let line = failure(REGRESSION, &["--folds", "3", "--group", "origin"], 1);
    assert!(line.contains("at most the number of groups"), "{line}");
    assert!(failure(REGRESSION, &["--folds", "1"], 2).contains("must be 2 or more"));
}

#[test]
fn options_of_another_training_are_named() {
    let line = failure(REGRESSION, &["--quick", "--hidden", "8"], 1);
    assert!(line.contains("--quick is for the default training; --hidden describes"), "{line}");
    let line = failure(REGRESSION, &["--best", "--refit", "none"], 1);
    assert!(line.contains("--best repeats the last training"), "{line}");
    assert!(failure(REGRESSION, &["--minutes", "0"], 2).contains("above 0 and below 1000000"));
    for (option, message) in [
        ("--without", "--without names the target"),
        ("--category", "--category is for features; --task says what the target is"),
    ] {
        let line = failure(REGRESSION, &[option, "weight, mpg"], 1);
        assert!(line.ends_with(message), "{line}");
    }
    let line = failure(REGRESSION, &["--split-by", "mpg"], 1);
    assert!(line.ends_with("--split-by names the target"), "{line}");
    let fewer = json(REGRESSION, &["--epochs", "1", "--without", "origin, weight"]);
    assert_eq!(fewer["features"], 5);
    let short = json(REGRESSION, &["--minutes", "0.0001"]);
    assert!(short["recipe"]["refit_rows"].is_null(), "{short}");
}
