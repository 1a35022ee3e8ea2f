//! Reading any ONNX model allocates at most twice the file and 12 MB. The test has a process of its
//! own, since it counts every allocation.

#[path = "models/protobuf.rs"]
#[expect(dead_code, reason = "shared with the other tests of ONNX")]
mod protobuf;

use densely::Mlp;
use protobuf::{field, float, model, node, number, tensor};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const CONSTANT: usize = 12 << 20;

fn read(what: &str, bytes: &[u8]) -> densely::Result<Mlp<f32>> {
    measured(what, bytes.len(), || densely_onnx::from_bytes(bytes))
}

/// Checks the sum of all allocations while a model is read, without subtracting what is freed.
fn measured<T>(what: &str, file: usize, work: impl FnOnce() -> T) -> T {
    let region = Region::new(ALLOCATOR);
    let result = work();
    let allocated = region.change().bytes_allocated;
    let bound = 2 * file + CONSTANT;
    println!("{what}: {allocated} bytes allocated for a file of {file}");
    assert!(allocated <= bound, "{what}: {allocated} bytes, {bound} allowed");
    result
}

#[test]
fn reading_takes_no_more_than_twice_the_file() {
    let large =
        Mlp::<f32>::builder(2000).dense(2000, densely::Tanh).dense(500, densely::activation::Gelu);
    let large = densely_onnx::to_bytes(&large.without_units().build().unwrap()).unwrap();
    read("a large network", &large).unwrap();
    let path = std::env::temp_dir().join(format!("densely-memory-{}.onnx", std::process::id()));
    std::fs::write(&path, &large).unwrap();
    let loaded = measured("its file", large.len(), || densely_onnx::load::<f32>(&path));
    std::fs::remove_file(path).unwrap();
    loaded.unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::File::create(folder.path().join("data")).unwrap().set_len(1 << 27).unwrap();
    let entries = [("location", "data"), ("offset", "64"), ("length", "4")];
    let layer = node("MatMul", &["x", "w"], "y", &[]);
    let small = model(1, &[layer, protobuf::external_tensor("w", &[1, 1], 1, &entries)]);
    let path = folder.path().join("model.onnx");
    std::fs::write(&path, &small).unwrap();
    let loaded =
        measured("four bytes of a long file", small.len(), || densely_onnx::load::<f32>(&path));
    loaded.unwrap();
    let transposed = protobuf::whole_attribute("transB", 1);
    let layer = |attributes: &[Vec<u8>]| node("Gemm", &["x", "w", "c"], "y", attributes);
    let (weights, bias) = (vec![0.5; 4_000_000], vec![0.5; 2000]);
    let tensors = [tensor("w", &[2000, 2000], &weights), tensor("c", &[2000], &bias)];
    read("transposed", &model(2000, &[layer(&[transposed]), tensors.concat()])).unwrap();
    let offset = [field(1, "offset"), float(7, 1.0).repeat(2000)].concat();
    let scale = [field(1, "scale"), float(7, 2.0).repeat(2000)].concat();
    let scaled =
        [node("Scaler", &["x"], "s", &[offset, scale]), node("Gemm", &["s", "w", "c"], "y", &[])];
    read("scaled", &model(2000, &[scaled.concat(), tensors.concat()])).unwrap();

    let many = 1_000_000;
    let refused = |what, bytes: &[u8]| {
        let error = read(what, bytes).unwrap_err();
        println!("  {error}");
    };
    refused("empty nodes", &model(1, &[field(1, "").repeat(many)]));
    refused("empty initializers", &model(1, &[field(5, "").repeat(many)]));
    refused("empty inputs", &model(1, &[field(11, "").repeat(many)]));
    refused("empty outputs", &model(1, &[field(12, "").repeat(many)]));
    refused(
        "empty dimensions",
        &model(1, &[field(11, field(2, field(1, field(2, field(1, "").repeat(many)))))]),
    );
    refused("100,000 nodes", &model(1, &[named_nodes(100_000, "Relu").concat()]));
    refused("100,000 products", &model(1, &[named_nodes(100_000, "Mul").concat()]));
    refused("inputs of a node", &model(1, &[field(1, field(1, "").repeat(many))]));
    refused("attributes of a node", &model(1, &[field(1, field(5, "").repeat(many))]));
    refused("fields of an attribute", &model(1, &[field(1, field(5, number(3, 1).repeat(many)))]));
    let layer = node("MatMul", &["x", "w"], "y", &[]);
    let dimensions = field(5, [field(8, "w"), number(1, 1).repeat(many)].concat());
    refused("dimensions", &model(1, &[layer.clone(), dimensions]));
    let packed = field(5, [field(8, "w"), field(1, [1_u8].repeat(many))].concat());
    refused("packed dimensions", &model(1, &[layer, packed]));
    let sums = named_nodes(100_000, "Add").concat();
    refused("100,000 sums", &model(1, &[sums, field(5, field(8, "c"))]));
    let sums = (0..20_000)
        .map(|index| node("Add", &[&value(index, 20_000), "c"], &value(index + 1, 20_000), &[]));
    let constant = tensor("c", &[1], &[1.0]);
    refused("20,000 constants", &model(1, &[sums.collect::<Vec<_>>().concat(), constant]));
    let name = "\u{1}".repeat(many);
    refused("a long name", &model(1, &[node("Relu", &[&name], "y", &[])]));
    refused("a long operator", &model(1, &[node(&name, &["x"], "y", &[])]));
    refused(
        "long outputs",
        &model(1, &[node("Relu", &["x"], "y", &[]), field(12, field(1, &name))]),
    );
    let layer = node("MatMul", &["x", &name], "y", &[]);
    refused("a long tensor", &model(1, &[layer, tensor(&name, &[3, 3], &[1.0])]));
    let mut nested = Vec::new();
    for _ in 0..100_000 {
        nested = nested.split_off(nested.len().saturating_sub(1 << 20));
        nested = field(6, nested);
    }
    refused("nested graphs", &model(1, &[field(1, field(5, nested))]));
    for length in [u64::MAX, 1 << 62, 1 << 40, 1 << 31] {
        let mut huge = number(7, length);
        huge[0] |= 2;
        refused("a huge length", &huge);
    }

    let shaped = |lengths: &[u64], parts: &[Vec<u8>]| protobuf::typed_model(1, lengths, parts);
    let width = 1 << 16;
    let missing = [node("IsNaN", &["x"], "m", &[]), node("Where", &["m", "c", "x"], "a", &[])];
    let weights = tensor("w", &[width, 1], &vec![0.5; 1 << 16]);
    let layer = node("MatMul", &["a", "w"], "y", &[]);
    let parts = [missing.concat(), layer, weights, tensor("c", &[1], &[1.0])];
    read("stand-ins for many features", &shaped(&[5, width], &parts)).unwrap();
    refused(
        "an activation of huge inputs",
        &shaped(&[5, 1 << 40], &[node("Relu", &["x"], "y", &[])]),
    );
    let doubled = (0..40).map(|index| {
        let input = value(index, 40);
        let axis = protobuf::whole_attribute("axis", 1);
        node("Concat", &[&input, &input], &value(index + 1, 40), &[axis])
    });
    refused("concatenations", &shaped(&[5, 8], &[doubled.collect::<Vec<_>>().concat()]));
    let wide = vec!["x"; 999];
    let nested = (0..12).map(|index| {
        let input = value(index, 12);
        let inputs: Vec<_> = wide.iter().map(|_| input.as_str()).collect();
        let axis = protobuf::whole_attribute("axis", 1);
        node("Concat", &inputs, &value(index + 1, 12), &[axis])
    });
    // Lists of elements, and one number for each of many.
    let (long, numbers) = (4_000_000, vec![0.5; 4_000_000]);
    let layer = node("MatMul", &["x", "w"], "y", &[]);
    let texts = [layer.clone(), tensor("w", &[long, 1], &numbers)];
    refused("texts as numbers", &protobuf::typed_model(8, &[5, long], &texts));
    let normalization = node("BatchNormalization", &["x", "s", "s", "m", "s"], "y", &[]);
    let parts = [normalization, tensor("s", &[1], &[1.0]), tensor("m", &[long], &numbers)];
    refused("one scale for many means", &shaped(&[5, long], &parts));
    let axis = protobuf::whole_attribute("axis", 1);
    let layer = node("MatMul", &["a", "w"], "y", &[]);
    let parts = [node("Concat", &["x", "x"], "a", &[axis]), layer, tensor("w", &[1, 1], &[1.0])];
    let parts = [parts.concat(), tensor("unused", &[long], &numbers)];
    refused("a long concatenation", &shaped(&[5, 1_000_000], &parts));
    refused("wide concatenations", &shaped(&[5, 1], &[nested.collect::<Vec<_>>().concat()]));
    let broadcast = node("Mul", &["x", "c"], "y", &[]);
    let channels = tensor("c", &[3, 1, 1], &[1.0; 3]);
    refused("a broadcast constant", &shaped(&[5, 3, 1 << 20, 1 << 20], &[broadcast, channels]));

    let categories = |count: usize| {
        let encoder = field(8, vec![1; count]);
        let encoder = [field(1, "cats_int64s"), encoder].concat();
        let encoder = node("OneHotEncoder", &["x"], "a", &[encoder]);
        let layer = node("MatMul", &["a", "w"], "y", &[]);
        protobuf::typed_model(7, &[5, 1], &[encoder, layer, tensor("w", &[1, 1], &[1.0])])
    };
    refused("a million categories", &categories(many));
    refused("65,536 categories", &categories(1 << 16));

    // Every layer has the same weights: a small file for a large network.
    let products = (0..1000)
        .map(|index| node("MatMul", &[&value(index, 1000), "w"], &value(index + 1, 1000), &[]));
    let shared = [products.collect::<Vec<_>>().concat(), tensor("w", &[500, 500], &[0.5; 250_000])];
    refused("shared weights", &model(500, &shared));
    let json = format!(r#"{{"layers":[{}]}}"#, r#"{"activation":""},"#.repeat(100_000));
    let metadata = field(14, [field(1, "densely"), field(2, json)].concat());
    read("large metadata", &[large, metadata].concat()).unwrap();
}

/// A chain of nodes, each on the result of the node before.
fn named_nodes(count: usize, operator: &str) -> Vec<Vec<u8>> {
    let nodes = (0..count).map(|index| {
        let input = value(index, count);
        node(operator, &[&input, &input], &value(index + 1, count), &[])
    });
    nodes.collect()
}

/// The name of the value before the node with this index.
fn value(index: usize, count: usize) -> String {
    match index {
        0 => "x".to_owned(),
        index if index == count => "y".to_owned(),
        index => format!("a{index}"),
    }
}
