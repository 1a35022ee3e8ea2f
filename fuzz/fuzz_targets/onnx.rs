#![no_main]
//! Fuzzes ONNX models.

mod whole;

use densely::Float;
use libfuzzer_sys::fuzz_target;

fn load<F: Float>(bytes: &[u8]) {
    if let Ok(net) = densely_onnx::from_bytes::<F>(bytes) {
        whole::check(&net);
        let written = densely_onnx::to_bytes(&net).expect("what was read can be written");
        let again = densely_onnx::from_bytes::<F>(&written);
        whole::same(&net, &again.expect("what was written can be read"));
    }
}

fuzz_target!(|bytes: &[u8]| {
    load::<f32>(bytes);
    load::<f64>(bytes);
});
