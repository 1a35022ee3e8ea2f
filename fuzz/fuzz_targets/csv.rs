#![no_main]
//! Fuzzes tables. All numbers of a data set are finite, but for missing inputs where these are
//! taken, and a network that knows its columns finds them again, also after saving and loading.

use densely::data::{CsvFormat, Target};
use densely::{Dataset, Float, Identity, Mlp, Result, Sigmoid, Softmax, Table};
use libfuzzer_sys::fuzz_target;
use ndarray::{ArrayView2, Axis, Slice};
use std::io::{BufReader, Cursor};

/// The bits of numbers, so that NaN is equal to itself.
fn bits<F: Float>(numbers: ArrayView2<'_, F>) -> Vec<u64> {
    numbers.iter().map(|number| number.to_f64().unwrap().to_bits()).collect()
}

fn check<F: Float>(table: &Table, data: Result<Dataset<F>>, takes_missing: bool) {
    let Ok(data) = data else { return };
    if !takes_missing {
        assert_eq!(data.rows(), table.rows());
    }
    let is_input = |number: &F| number.is_finite() || (takes_missing && number.is_nan());
    assert!(data.inputs().iter().all(is_input));
    assert!(data.targets().iter().all(|number| number.is_finite()));
    assert_eq!(data.feature_names().len(), data.features());

    let builder = Mlp::<F>::builder(data.features());
    let builder = match (data.classes().len(), data.outputs()) {
        (0, outputs) => builder.dense(outputs, Identity),
        (_, 1) => builder.dense(1, Sigmoid),
        (_, outputs) => builder.dense(outputs, Softmax),
    };
    let mut net = builder.build().unwrap();
    net.set_schema(data.schema().clone()).unwrap();
    // Numbers that are too large have no finite deviation.
    let measured = net.measure(&data).is_ok();
    let net = Mlp::<F>::from_bytes(&net.to_bytes().unwrap()).unwrap();
    assert_eq!(net.schema(), data.schema());
    if data.rows() == table.rows() {
        assert_eq!(bits(table.inputs_for(&net).unwrap().view()), bits(data.inputs()));
    }
    let again = table.dataset_for(&net).unwrap();
    assert_eq!(bits(again.inputs()), bits(data.inputs()));
    assert_eq!(again.targets(), data.targets());
    if measured {
        net.predict(data.inputs()).unwrap();
    }
}

/// Takes what a program takes, in the file's own format and in others.
fn check_lenient(bytes: &[u8]) {
    let formats = [
        CsvFormat::new(),
        CsvFormat::new().without_header().missing_values(["-1"]),
        CsvFormat::new().with_header().decimal_comma().separator(b';'),
        CsvFormat::new().encoding("latin1"),
    ];
    for format in formats {
        let Ok(table) = format.parse(bytes, "fuzzed") else { continue };
        let table = table.with_missing().with_unknown().without_unusable();
        let profile = table.profile().unwrap();
        assert!(profile.to_string().lines().count() >= 2 + profile.columns.len());
        let names: Vec<String> = table.column_names().map(str::to_owned).collect();
        for name in names.iter().take(3) {
            if let Ok(order) = table.order(name) {
                assert_eq!(order.len(), table.rows());
            }
            check(&table, table.regression::<f32>(name), true);
            check(&table, table.multiclass::<f64>(name), true);
        }
    }
}

/// Reads the rows in chunks, from a few bytes at a time. They are the same rows as of the whole
/// table, or the same error.
fn check_stream(bytes: &[u8], name: &str, whole: &Result<Dataset<f32>>) {
    let held = bytes.to_vec();
    let open = move || Ok(BufReader::with_capacity(7, Cursor::new(held.clone())));
    let table = Table::open_csv_with(open, "fuzzed").unwrap();
    let stream = table.stream::<f32>(Target::classes(name));
    let chunks = stream.and_then(|stream| stream.chunks(2).collect::<Result<Vec<_>>>());
    match (whole, chunks) {
        (Ok(whole), Ok(chunks)) => {
            let mut from = 0;
            for data in chunks {
                let rows = Slice::from(from..from + data.rows());
                assert_eq!(data.inputs(), whole.inputs().slice_axis(Axis(0), rows));
                assert_eq!(data.targets(), whole.targets().slice_axis(Axis(0), rows));
                assert_eq!(data.schema(), whole.schema());
                from += data.rows();
            }
            assert_eq!(from, whole.rows());
        }
        (Err(whole), Err(chunked)) => assert_eq!(whole.to_string(), chunked.to_string()),
        (whole, chunks) => panic!("{whole:?}, {chunks:?}"),
    }
}

fuzz_target!(|bytes: &[u8]| {
    check_lenient(bytes);
    let Ok(table) = Table::parse_csv(bytes, "fuzzed") else { return };
    assert!(table.rows() > 0);
    let names: Vec<String> = table.column_names().map(str::to_owned).collect();
    for name in names.iter().take(4) {
        let twice = names.iter().filter(|other| *other == name).count() > 1;
        match table.text(name) {
            Ok(text) => assert_eq!(text.len(), table.rows()),
            Err(error) => assert!(twice, "{error}"),
        }
        check(&table, table.regression::<f32>(name), false);
        check(&table, table.regression::<f64>(name), false);
        check(&table, table.binary::<f32>(name), false);
        let multiclass = table.multiclass::<f32>(name);
        check_stream(bytes, name, &multiclass);
        check(&table, multiclass, false);
    }
    assert!(table.inputs_for(&Mlp::<f32>::builder(1).dense(1, Identity).build().unwrap()).is_err());
});
