//! Tensors in files beside the model: what is read of them, and what is refused.

use crate::protobuf::{external_tensor, model, node, tensor, whole_attribute};
use crate::refusals::refusal_of;

#[test]
fn external_data_outside_the_folder_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let inside = folder.path().join("models");
    std::fs::create_dir(&inside).unwrap();
    let bytes: Vec<u8> = [1.0_f32, 2.0].iter().flat_map(|number| number.to_le_bytes()).collect();
    std::fs::write(folder.path().join("weights"), &bytes).unwrap();
    std::fs::write(inside.join("weights"), &bytes).unwrap();
    let load = |location: &str, offset: &str| {
        let entries = [("location", location), ("offset", offset)];
        let tensor = external_tensor("w", &[1, 1], 1, &entries);
        let layer = node("MatMul", &["x", "w"], "y", &[]);
        let path = inside.join("model.onnx");
        std::fs::write(&path, model(1, &[layer, tensor])).unwrap();
        densely_onnx::load::<f32>(path).map_err(|error| error.to_string())
    };
    std::fs::create_dir(inside.join("more")).unwrap();
    std::fs::write(inside.join("more/weights"), &bytes).unwrap();
    assert_eq!(load("more/weights", "0").unwrap_err().matches("[1, 1] has 8 bytes").count(), 1);
    let twice = load("more//weights", "4").unwrap_err();
    assert!(twice.contains("must be a file in the model's folder"), "{twice}");
    assert_eq!(load("weights", "4").unwrap().layers()[0].weights()[[0, 0]], 2.0);
    let outside = folder.path().join("weights");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, inside.join("link")).unwrap();
    let links = if cfg!(unix) { vec!["link"] } else { vec![] };
    for location in
        [vec!["../weights", ".", "", "./weights", "weights/", outside.to_str().unwrap()], links]
            .concat()
    {
        let error = load(location, "4").unwrap_err();
        assert!(error.ends_with("must be a file in the model's folder"), "{location}: {error}");
    }
    let missing = load("none", "4").unwrap_err();
    assert!(missing.contains("none"), "{missing}");
    for offset in ["0", "8", "18446744073709551615", "x"] {
        assert!(load("weights", offset).is_err(), "{offset}");
    }
}

/// Of each range and each file only so much is read as the shapes of the tensors ask for.
#[test]
fn external_data_that_do_not_fit_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    std::fs::write(folder.path().join("data"), [0; 12]).unwrap();
    let load = |shapes: &[(&[u64], &str, &str)]| {
        let tensors = (0..).zip(shapes).map(|(number, (shape, offset, length))| {
            let entries = [("location", "data"), ("offset", offset), ("length", length)];
            external_tensor(&format!("w{number}"), shape, 1, &entries)
        });
        let layers =
            [node("MatMul", &["x", "w0"], "a", &[]), node("MatMul", &["a", "w1"], "y", &[])];
        let bytes = model(2, &[layers.concat(), tensors.collect::<Vec<_>>().concat()]);
        std::fs::write(&path, bytes).unwrap();
        densely_onnx::load::<f32>(&path).map_err(|error| error.to_string())
    };
    load(&[(&[2, 1], "0", "8"), (&[1, 1], "8", "4")]).unwrap();
    let beyond = load(&[(&[2, 1], "8", "8"), (&[1, 1], "8", "4")]).unwrap_err();
    let expected = r#"tensor "w0": offset 8 and length 8 in "data", which has 12 bytes"#;
    assert!(beyond.ends_with(expected), "{beyond}");
    let number = load(&[(&[2, 1], "x", "8"), (&[1, 1], "8", "4")]).unwrap_err();
    assert!(number.ends_with(r#"tensor "w0": offset "x" is not a whole number"#), "{number}");
    let longer = load(&[(&[2, 1], "0", "12"), (&[1, 1], "8", "4")]).unwrap_err();
    assert!(longer.ends_with(r#"tensor "w0" of shape [2, 1] has 12 bytes"#), "{longer}");
    let overlap = load(&[(&[2, 1], "0", "8"), (&[2, 1], "4", "8")]).unwrap_err();
    assert!(overlap.ends_with(r#"tensor "w1": the tensors in "data" overlap"#), "{overlap}");
}

#[test]
fn external_whole_numbers_are_read_from_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.onnx");
    let indices = [1_i32, 0].iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<_>>();
    std::fs::write(folder.path().join("indices"), indices).unwrap();
    let indices = external_tensor("i", &[2], 6, &[("location", "indices")]);
    let chosen = node("Gather", &["x", "i"], "a", &[whole_attribute("axis", 1)]);
    let weights = tensor("w", &[2, 2], &[1.0, 2.0, 3.0, 4.0]);
    let layer = node("MatMul", &["a", "w"], "y", &[]);
    let bytes = model(2, &[chosen, layer.clone(), weights.clone(), indices]);
    assert_eq!(refusal_of(&bytes), r#"Gather (node "a"): it does not choose columns"#);
    std::fs::write(&path, bytes).unwrap();
    let net = densely_onnx::load::<f32>(&path).unwrap();
    assert_eq!(net.layers()[0].weights(), densely::ndarray::array![[3.0, 4.0], [1.0, 2.0]]);
    // Whether a dropout drops is not known.
    let dropout = node("Dropout", &["x", "", "t"], "a", &[]);
    let training = external_tensor("t", &[], 9, &[("location", "indices")]);
    let parts = [dropout, layer, weights, training];
    let refusal = refusal_of(&model(2, &parts));
    assert!(refusal.starts_with(r#"Dropout (node "a")"#), "{refusal}");
}
