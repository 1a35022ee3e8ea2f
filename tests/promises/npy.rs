//! Data sets in `.npy` files: files of NumPy are read, broken files are errors, and training on
//! files gives the same bits as in memory.

use densely::{
    BinaryCrossEntropy, CategoricalCrossEntropy, Dataset, EarlyStopping, Error, Float, Identity,
    MeanSquaredError, Mlp, Sgd, Sigmoid, Softmax, Tanh, Trainer,
    data::NpyFiles,
    error::{DataError, LossError, NpyError, ShapeError},
    metrics,
    optimizer::Lbfgs,
    schema::{Column, Schema},
    trainer::{Checkpoint, Goal, TrainingState},
};
use ndarray::{Array1, Array2, array};
use std::path::{Path, PathBuf};

/// The path of a file that `tests/npy_files/write.py` wrote.
fn file(name: &str) -> PathBuf {
    Path::new("tests/npy_files").join(format!("{name}.npy"))
}

fn open<F: Float>(inputs: &str, targets: &str) -> densely::Result<Dataset<F, NpyFiles<F>>> {
    Dataset::open_npy(file(inputs), file(targets))
}

fn error(inputs: &str, targets: &str) -> String {
    open::<f32>(inputs, targets).unwrap_err().to_string()
}

#[test]
fn numbers_of_every_type_are_read() {
    let expected = array![[1.0, 2.0, 3.0], [4.0, 5.0, 250.0], [0.0, 7.0, 8.0], [9.0, 1.0, 0.0]];
    for kind in ["f4", "f8", "u1", "u2", "u4", "u8", "i2", "i4", "i8", "version_3"] {
        let data = open::<f64>(kind, "column").unwrap().read(0..4).unwrap();
        assert_eq!(data.inputs(), expected, "{kind}");
        assert_eq!(data.targets(), array![[0.5], [-1.5], [2.0], [1e-3]]);
        let data = open::<f32>(kind, "column").unwrap().read(1..4).unwrap();
        assert_eq!(data.inputs().mapv(f64::from), expected.select(ndarray::Axis(0), &[1, 2, 3]));
        assert_eq!(data.targets()[[2, 0]], 1e-3);
    }
    let data = open::<f32>("i1", "three_targets").unwrap().read(0..4).unwrap();
    assert_eq!(data.inputs().row(1), array![-4.0, -5.0, -50.0]);
    assert_eq!(data.targets().row(3), array![9.0, 10.0, 11.0]);
    let data = open::<f32>("b1", "three_targets").unwrap().read(1..2).unwrap();
    assert_eq!(data.inputs(), array![[0.0, 1.0, 1.0]]);
}

#[test]
fn what_cannot_be_read_is_said_with_its_remedy() {
    let types =
        "`array.astype(\"<f4\")` makes it one of f4, f8, i1 to i8, u1 to u8 and b1, little-endian";
    let order = "`np.save(file, np.ascontiguousarray(array))` writes it row by row";
    let matrix = "inputs are rows × features: `array.reshape(len(array), -1)`";
    for (name, message) in [
        ("big_endian", format!("the numbers are of type >f4, which is big-endian; {types}")),
        ("complex", format!("the numbers are of type <c16; {types}")),
        ("fortran", format!("the array is in column-major (Fortran) order; {order}")),
        ("three_dimensions", format!("the array has 3 dimensions (2 × 2 × 3); {matrix}")),
        ("column", format!("the array has one dimension (of 4); {matrix}")),
    ] {
        assert_eq!(error(name, "column"), format!("tests/npy_files/{name}.npy: {message}"));
    }
    for (name, has) in [
        ("structured", "dimension"),
        ("text", "<U1"),
        ("scalar", "dimensions"),
        ("no_columns", "the inputs have no columns"),
    ] {
        let message = error(name, "column");
        assert!(message.contains(has), "{message}");
    }
    assert_eq!(
        error("f4", "no_rows"),
        "tests/npy_files/f4.npy has 4 rows, tests/npy_files/no_rows.npy has 0"
    );
    assert!(matches!(open::<f32>("no_rows", "no_rows"), Err(Error::Shape(ShapeError::NoRows))));
    assert!(matches!(open::<f32>("f4", "no_columns"), Err(Error::Shape(ShapeError::NoTargets))));
    let message = error("there_is_none", "column");
    assert!(message.starts_with("tests/npy_files/there_is_none.npy: "), "{message}");
    let message = Dataset::<f32, _>::open_npy("Cargo.toml", file("column")).unwrap_err();
    let expected = "Cargo.toml: this is not a .npy file; `np.save` writes such files";
    assert_eq!(message.to_string(), expected);
    let message = Dataset::<f32, _>::open_shards("src").unwrap_err().to_string();
    assert_eq!(message, "src: there are no shards here, such as inputs-00000.npy");
}

#[test]
fn a_number_that_is_not_finite_is_found_when_its_row_is_read() {
    let data = open::<f32>("not_finite", "column").unwrap();
    assert!(data.read(0..2).is_ok() && data.read(3..4).is_ok());
    let place = "row 2, column 1 (counted from 0) is inf, not a finite number";
    let message = data.read(1..4).unwrap_err().to_string();
    assert_eq!(message, format!("tests/npy_files/not_finite.npy: {place}"));
    let mut net = Mlp::builder(3).dense(1, Identity).build().unwrap();
    let error = Trainer::new(MeanSquaredError, Sgd::new(0.1)).fit(&mut net, &data).unwrap_err();
    assert_eq!(error.to_string(), message);
    assert!(!net.units_in().is_measured());
    assert_eq!(net.measure(&data).unwrap_err().to_string(), message);

    // The numbers are finite, but not as `f32`.
    let message = open::<f32>("too_large", "column").unwrap().read(0..4).unwrap_err().to_string();
    assert!(message.ends_with("row 1, column 2 (counted from 0) is -inf, not a finite number"));
    assert!(open::<f64>("too_large", "column").unwrap().read(0..4).is_ok());
}

#[test]
fn files_that_were_cut_off_or_changed_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("inputs.npy");
    let whole = std::fs::read(file("f8")).unwrap();
    for length in 0..whole.len() {
        std::fs::write(&path, &whole[..length]).unwrap();
        let error = Dataset::<f32, _>::open_npy(&path, file("column")).unwrap_err();
        match length {
            0..128 => assert!(matches!(error, Error::Npy(NpyError::Unsuitable { .. })), "{error}"),
            _ => assert!(
                matches!(error, Error::Npy(NpyError::ShortFile { expected: 224, .. })),
                "{error}"
            ),
        }
    }
    // A changed byte of the header leads to an error or to other numbers, never to a panic.
    for index in 0..128 {
        for byte in [0, b'(', b'9', b'}', 0xff] {
            let mut broken = whole.clone();
            broken[index] = byte;
            std::fs::write(&path, &broken).unwrap();
            if let Ok(data) = Dataset::<f32, _>::open_npy(&path, file("column")) {
                let _ = data.read(0..4);
            }
        }
    }
    // Deep nesting would exhaust a parser's stack, or its time.
    for bracket in [b'(', b'[', b'{'] {
        for depth in [5, 40, 0xffff] {
            let mut text = b"{'descr': ".to_vec();
            text.resize(depth.max(11), bracket);
            let length = (text.len() as u16).to_le_bytes();
            let nested = [b"\x93NUMPY\x01\x00".to_vec(), length.to_vec(), text].concat();
            std::fs::write(&path, nested).unwrap();
            let error = Dataset::<f32, _>::open_npy(&path, file("column")).unwrap_err().to_string();
            assert!(error.contains("header"), "{error}");
        }
    }

    std::fs::write(&path, &whole).unwrap();
    let data = Dataset::<f32, _>::open_npy(&path, file("column")).unwrap();
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(200).unwrap();
    let error = data.read(0..4).unwrap_err();
    assert!(
        matches!(error, Error::Npy(NpyError::ShortFile { bytes: 200, expected: 224, .. })),
        "{error}"
    );

    // The file changes while the data set is open: it has as many bytes, but other numbers.
    std::fs::write(&path, &whole).unwrap();
    let data = Dataset::<f32, _>::open_npy(&path, file("column")).unwrap();
    let written = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(1);
    written.set_modified(later).unwrap();
    let error = data.read(0..4).unwrap_err();
    assert!(matches!(error, Error::ChangedFile { .. }), "{error}");
}

/// Rows that are wider than one read.
#[test]
fn wide_rows_are_read_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = Array2::from_shape_fn((2, 600_000), |(row, column)| (row + column) as f64 * 1e-6);
    let data = Dataset::new(inputs, Array2::ones((2, 1))).unwrap();
    data.save_shard(folder.path(), 0).unwrap();
    let files = Dataset::<f64, _>::open_shards(folder.path()).unwrap();
    let mut net = Mlp::builder(600_000).dense(1, Identity).build().unwrap();
    net.measure(&files).unwrap();
    let [of_files, of_memory] = [
        net.evaluate(&files, metrics::mean_absolute_error).unwrap(),
        net.evaluate(&data, metrics::mean_absolute_error).unwrap(),
    ];
    assert_eq!(of_files, of_memory);
    let mut trainer = Trainer::new(MeanSquaredError, Sgd::new(1e-9)).epochs(1);
    trainer = trainer.validation_data(&files);
    assert!(trainer.fit(&mut net, &files).unwrap().best_loss().is_finite());
}

/// Rows of 14 features, with two classes or a number as target.
fn in_memory(rows: usize, classes: bool) -> Dataset<f32> {
    let inputs = Array2::from_shape_fn((rows, 14), |(row, column)| {
        ((row * 7 + column * 3) as f32 * 0.37).sin() * (column + 1) as f32
    });
    let y = inputs.rows().into_iter().map(|x| (x.sum() * 0.3).sin() + x[3]);
    match classes {
        true => Dataset::binary(inputs.clone(), y.map(|y| u8::from(y > 0.3))).unwrap(),
        false => Dataset::regression(inputs.clone(), y).unwrap(),
    }
}

/// The same rows in shards.
fn in_files(data: &Dataset<f32>, folder: &Path) -> Dataset<f32, NpyFiles<f32>> {
    let cuts = [0, data.rows() / 3, data.rows() / 2, data.rows()];
    for (number, cut) in cuts.windows(2).enumerate() {
        data.select(&(cut[0]..cut[1]).collect::<Vec<_>>())
            .unwrap()
            .save_shard(folder, number)
            .unwrap();
    }
    Dataset::open_shards(folder).unwrap()
}

#[test]
fn training_gives_the_same_bits_as_from_memory() {
    let folder = tempfile::tempdir().unwrap();
    let weights = Array1::from_iter((0..703).map(|row| (row % 5) as f32));
    let data = in_memory(703, false).with_weights(weights).unwrap();
    let files = in_files(&data, folder.path());
    assert_eq!((files.weights(), files.schema()), (data.weights(), data.schema()));

    macro_rules! train {
        ($data:expr) => {{
            let (train, test) = $data.split(0.25, 3).unwrap();
            let mut net =
                Mlp::builder(14).dense(8, Tanh).dropout(0.1).dense(1, Identity).build().unwrap();
            let report = Trainer::new(MeanSquaredError, Sgd::new(0.05).momentum(0.9))
                .epochs(6)
                .batch_size(16)
                .early_stopping(EarlyStopping::patience(4))
                .monitor("MAE", Goal::Smallest, metrics::mean_absolute_error)
                .fit(&mut net, &train)
                .unwrap();
            let all = net.evaluate(&test, metrics::r_squared).unwrap();
            let mut other = Mlp::builder(14).dense(3, Tanh).dense(1, Identity).build().unwrap();
            let lbfgs = Trainer::lbfgs(MeanSquaredError, Lbfgs::new())
                .epochs(4)
                .validation_data(&test)
                .fit(&mut other, &train)
                .unwrap();
            let networks = [net.to_bytes().unwrap(), other.to_bytes().unwrap()];
            (networks, [report.epochs, lbfgs.epochs].concat(), all)
        }};
    }
    let (from_memory, from_files) = (train!(data), train!(files));
    assert_eq!(from_memory.0, from_files.0);
    assert_eq!(format!("{:?}", from_memory.1), format!("{:?}", from_files.1));
    assert_eq!(from_memory.2, from_files.2);
}

#[test]
fn classes_are_split_and_weighed_as_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    let data = in_memory(400, true);
    let files = in_files(&data, folder.path());
    assert_eq!(files.classes(), ["0", "1"]);
    let (a, b) = (data.with_balanced_classes().unwrap(), files.with_balanced_classes().unwrap());
    assert_eq!(a.weights(), b.weights());
    let (a, b) = (a.split(0.3, 5).unwrap().1, b.split(0.3, 5).unwrap().1);
    let read = b.read(0..b.rows()).unwrap();
    assert_eq!((a.inputs(), a.targets()), (read.inputs(), read.targets()));
    assert_eq!((a.weights(), a.schema()), (read.weights(), read.schema()));

    let net = || Mlp::builder(14).dense(1, Sigmoid).build().unwrap();
    let (mut from_memory, mut from_files) = (net(), net());
    let trainer = || Trainer::new(BinaryCrossEntropy, Sgd::new(0.1)).epochs(3);
    trainer().fit(&mut from_memory, &a).unwrap();
    trainer().validation_data(&b).fit(&mut from_files, &b).unwrap();
    assert_eq!(from_memory.to_bytes().unwrap(), from_files.to_bytes().unwrap());

    // Training checks the targets before it starts, and names the row of one that does not suit the
    // loss.
    let folder = tempfile::tempdir().unwrap();
    let numbers = in_files(&in_memory(50, false), folder.path());
    let mut net = Mlp::builder(14).dense(1, Sigmoid).build().unwrap();
    let error = trainer().fit(&mut net, &numbers).unwrap_err();
    assert!(matches!(error, Error::Loss(LossError::UnsuitableTarget { row: 0, .. })), "{error}");
    assert!(matches!(
        numbers.with_classes(["a", "b"]),
        Err(Error::Data(DataError::NotOneHot { row: 0, .. }))
    ));
}

#[test]
fn rows_are_selected_and_read_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let data = in_memory(60, false);
    let files = in_files(&data, folder.path());
    let rows = [59, 0, 31, 31, 20, 19, 45];
    let (a, b) = (data.select(&rows).unwrap(), files.select(&rows).unwrap());
    let (a, b) = (a.select(&[6, 1, 2]).unwrap(), b.select(&[6, 1, 2]).unwrap());
    assert_eq!(a.inputs(), b.read(0..3).unwrap().inputs());
    assert_eq!(a.targets(), data.select(&[45, 0, 31]).unwrap().targets());
    assert!(matches!(
        files.select(&[60]),
        Err(Error::Shape(ShapeError::UnknownRow { row: 60, rows: 60 }))
    ));
    assert!(matches!(b.read(1..4), Err(Error::Shape(ShapeError::UnknownRow { row: 3, rows: 3 }))));
    assert!(matches!(b.read(1..1), Err(Error::Shape(ShapeError::NoRows))));
}

#[test]
fn shards_that_do_not_belong_together_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let shard = |features, outputs, number| {
        let data = Dataset::<f32>::new(Array2::ones((4, features)), Array2::ones((4, outputs)));
        data.unwrap().save_shard(folder.path(), number).unwrap();
    };
    let message = || Dataset::<f32, _>::open_shards(folder.path()).unwrap_err().to_string();
    shard(3, 1, 0);
    shard(4, 1, 1);
    let (first, second) = (path("inputs-00000.npy"), path("inputs-00001.npy"));
    assert_eq!(message(), format!("{first} has 3 columns, {second} has 4"));
    shard(3, 2, 1);
    let (first, second) = (path("targets-00000.npy"), path("targets-00001.npy"));
    assert_eq!(message(), format!("{first} has 1 columns, {second} has 2"));
    shard(3, 1, 1);
    std::fs::copy(file("no_rows"), path("targets-00001.npy")).unwrap();
    assert!(message().ends_with(&format!("{} has 0", path("targets-00001.npy"))));
    std::fs::remove_file(path("targets-00001.npy")).unwrap();
    assert!(message().starts_with(&path("targets-00001.npy")));

    // A shard is missing, and one occurs twice.
    shard(3, 1, 1);
    shard(3, 1, 3);
    let missing = path("inputs-00002.npy");
    assert_eq!(message(), format!("{missing} is missing between the shards before and after it"));
    shard(3, 1, 2);
    assert_eq!(Dataset::<f32, _>::open_shards(folder.path()).unwrap().rows(), 16);
    std::fs::copy(path("inputs-00003.npy"), path("inputs-3.npy")).unwrap();
    let message_of_twice = message();
    assert!(message_of_twice.ends_with("belong to the same shard"), "{message_of_twice}");
    std::fs::remove_file(path("inputs-3.npy")).unwrap();

    // The names differ between the written shard and the file.
    let named = Dataset::<f32>::new(Array2::ones((4, 3)), Array2::ones((4, 1))).unwrap();
    let named = named.with_feature_names(["a", "b", "c"]).unwrap();
    let error = named.save_shard(folder.path(), 1).unwrap_err();
    assert!(matches!(error, Error::Npy(NpyError::SchemaMismatch { .. })), "{error}");
    shard(3, 1, 1);
    let schema = Schema::new([Column::numbers("a")]);
    std::fs::write(path("schema.json"), serde_json::to_vec(&schema).unwrap()).unwrap();
    assert_eq!(message(), format!("{}: 1 names for 3 features", path("schema.json")));
    std::fs::write(path("schema.json"), "{").unwrap();
    assert!(message().starts_with(&path("schema.json")));
}

#[test]
fn weights_belong_to_all_shards() {
    let folder = tempfile::tempdir().unwrap();
    let shard = |weights: Option<[f32; 2]>, number| {
        let mut data = Dataset::regression(array![[1.0], [2.0]], [3.0, 4.0]).unwrap();
        if let Some(weights) = weights {
            data = data.with_weights(weights.to_vec().into()).unwrap();
        }
        data.save_shard(folder.path(), number).unwrap();
    };
    let open = || Dataset::<f32, _>::open_shards(folder.path());
    shard(Some([1.0, 2.0]), 0);
    shard(None, 1);
    assert!(open().unwrap_err().to_string().contains("weights-00001.npy"));
    shard(Some([0.0, 4.0]), 1);
    assert_eq!(open().unwrap().weights(), Some(array![1.0, 2.0, 0.0, 4.0].view()));
    shard(None, 0);
    shard(None, 1);
    assert_eq!(open().unwrap().weights(), None);
}

#[test]
fn training_goes_on_from_a_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let files = in_files(&in_memory(300, false), folder.path());
    let net = || Mlp::builder(14).dense(4, Tanh).dense(1, Identity).build().unwrap();
    let trainer = || Trainer::new(MeanSquaredError, Sgd::new(0.05)).batch_size(7);
    let (mut undisturbed, mut resumed) = (net(), net());
    trainer().epochs(6).fit(&mut undisturbed, &files).unwrap();
    let path = folder.path().join("state.json");
    trainer().epochs(2).checkpoint(Checkpoint::every(2, &path)).fit(&mut net(), &files).unwrap();
    let state = TrainingState::load(&path).unwrap();
    trainer().epochs(6).with_state(state).resume(&mut resumed, &files).unwrap();
    assert_eq!(undisturbed.to_bytes().unwrap(), resumed.to_bytes().unwrap());
}

/// `save_shard` writes the same bytes as `np.save`.
#[test]
fn files_are_written_as_by_numpy() {
    let folder = tempfile::tempdir().unwrap();
    let data = open::<f64>("f8", "three_targets").unwrap().read(0..4).unwrap();
    let data = data.with_weights(array![1.0, 1.0, 1.0, 1.0]).unwrap();
    data.save_shard(folder.path(), 12).unwrap();
    let written = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    assert_eq!(written("inputs-00012.npy"), std::fs::read(file("f8")).unwrap());
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (4,), }";
    assert!(written("weights-00012.npy")[10..].starts_with(header.as_bytes()));
    let schema: Schema = serde_json::from_slice(&written("schema.json")).unwrap();
    assert_eq!(schema, Schema::default());
}

#[test]
fn a_classifier_of_many_shards() {
    let folder = tempfile::tempdir().unwrap();
    for number in 0..150 {
        let inputs = Array2::from_shape_fn((6, 3), |(row, column)| {
            f32::from(u8::from(row % 3 == column)) + 0.01 * number as f32
        });
        let part = Dataset::multiclass(inputs, (0..6).map(|row| row % 3)).unwrap();
        part.save_shard(folder.path(), number).unwrap();
    }
    let data = Dataset::<f32, _>::open_shards(folder.path()).unwrap();
    assert_eq!((data.rows(), data.outputs()), (900, 3));
    let (train, test) = data.split(0.2, 1).unwrap();
    let mut net = Mlp::builder(3).dense(3, Softmax).build().unwrap();
    Trainer::new(CategoricalCrossEntropy, Sgd::new(0.5)).epochs(20).fit(&mut net, &train).unwrap();
    assert_eq!(net.evaluate(&test, metrics::accuracy).unwrap(), 1.0);
}
