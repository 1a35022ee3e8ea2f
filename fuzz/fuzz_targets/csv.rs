#![no_main]
//! Tables: whatever becomes of one is finite, and a network that was told of its columns finds them again, also after it was saved.

use densely::{Dataset, Float, Identity, Mlp, Result, Sigmoid, Softmax, Table};
use libfuzzer_sys::fuzz_target;

fn check<F: Float>(table: &Table, data: Result<Dataset<F>>) {
    let Ok(data) = data else { return };
    assert_eq!(data.rows(), table.rows());
    assert!(data.inputs().iter().chain(data.targets()).all(|number| number.is_finite()));
    assert_eq!(data.feature_names().len(), data.features());

    let builder = Mlp::<F>::builder(data.features());
    let builder = match (data.classes().len(), data.outputs()) {
        (0, outputs) => builder.dense(outputs, Identity),
        (_, 1) => builder.dense(1, Sigmoid),
        (_, outputs) => builder.dense(outputs, Softmax),
    };
    let mut net = builder.build().unwrap();
    net.set_schema(data.schema().clone()).unwrap();
    let net = Mlp::<F>::from_bytes(&net.to_bytes().unwrap()).unwrap();
    assert_eq!(net.schema(), data.schema());
    assert_eq!(table.inputs_for(&net).unwrap(), data.inputs());
    let again = table.dataset_for(&net).unwrap();
    assert_eq!(again.inputs(), data.inputs());
    assert_eq!(again.targets(), data.targets());
    net.predict(data.inputs()).unwrap();
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(table) = Table::parse_csv(bytes, "fuzzed") else { return };
    assert!(table.rows() > 0);
    let names: Vec<String> = table.column_names().map(str::to_owned).collect();
    for name in names.iter().take(4) {
        let twice = names.iter().filter(|other| *other == name).count() > 1;
        match table.text(name) {
            Ok(text) => assert_eq!(text.len(), table.rows()),
            Err(error) => assert!(twice, "{error}"),
        }
        check(&table, table.regression::<f32>(name));
        check(&table, table.regression::<f64>(name));
        check(&table, table.binary::<f32>(name));
        check(&table, table.multiclass::<f32>(name));
    }
    assert!(table.inputs_for(&Mlp::<f32>::builder(1).dense(1, Identity).build().unwrap()).is_err());
});
