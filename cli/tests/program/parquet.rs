//! Tables in Parquet files: a table is the same as in a CSV file. `parquet_files/write.py` wrote
//! both.

use super::{densely, refused, root};
use densely::{Dataset, data::NpyFiles};
use serde_json::Value;
use std::path::Path;

fn sales(ending: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/program/parquet_files");
    folder.join(format!("sales.{ending}")).to_str().unwrap().to_owned()
}

fn printed(arguments: &[&str]) -> Vec<u8> {
    let output = densely(arguments);
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

#[test]
fn a_table_in_parquet_is_that_in_csv() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let of = |ending: &str| {
        let (data, net, shards) = (sales(ending), at(&format!("{ending}.net")), at(ending));
        let profile: Value = serde_json::from_slice(&printed(&["look", &data, "--json"])).unwrap();
        let columns =
            profile["columns"].as_array().unwrap().iter().map(|column| {
                ["name", "kind", "blanks", "distinct"].map(|what| column[what].clone())
            });
        let columns: Vec<_> = columns.collect();
        let train = ["train", &data, "--target", "sold", "--epochs", "9", "--split-by", "day"];
        let run = printed(&[&train[..], &["--json", "--save", &net]].concat());
        let run: Value = serde_json::from_slice(&run).unwrap();
        let run = ["rows", "features", "test", "best_epoch", "table"].map(|what| run[what].clone());
        let predicted = printed(&["predict", &net, &data, "--keep", "shop,count"]);
        // The other file has the same columns.
        let other = sales(if ending == "csv" { "parquet" } else { "csv" });
        assert_eq!(predicted, printed(&["predict", &net, &other, "--keep", "shop,count"]));
        let convert = ["convert", &data, "--target", "sold", "--without", "size,count,price,grade"];
        printed(&[&convert[..], &["--output", &shards]].concat());
        let shards: Dataset<f32, NpyFiles<f32>> = Dataset::open_shards(&shards).unwrap();
        let shards = shards.read(0..60).unwrap();
        let numbers = [shards.inputs().to_owned(), shards.targets().to_owned()];
        (columns, run, predicted, numbers)
    };
    let (parquet, csv) = (of("parquet"), of("csv"));
    assert_eq!(parquet, csv);
    assert_eq!(parquet.0[1], ["size".into(), Value::from("number"), 5.into(), 55.into()]);
}

#[test]
fn a_file_that_is_not_of_parquet_is_an_error_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("cars.parquet");
    let look = || refused(&["look", file.to_str().unwrap()], 1);
    assert!(look().starts_with(&format!("error: {}: ", file.display())));
    std::fs::copy(root().join("data/auto_mpg.csv"), &file).unwrap();
    assert!(look().starts_with(&format!("error: {}: ", file.display())));
    // A file that was cut off, or changed.
    let whole = std::fs::read(sales("parquet")).unwrap();
    for length in (0..whole.len()).step_by(97) {
        std::fs::write(&file, &whole[..length]).unwrap();
        assert!(look().starts_with(&format!("error: {}: ", file.display())));
    }
}
