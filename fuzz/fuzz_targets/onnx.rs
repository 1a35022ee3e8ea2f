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
        let mut again = again.expect("what was written can be read");
        if let (Some(spreads), Some(read)) = (net.units_in().spreads(), again.units_in().spreads())
        {
            // A file holds 1 / spread.
            let near = |(one, other): (&f64, &f64)| (one - other).abs() <= 1e-15 * one;
            assert!(spreads.iter().zip(read).all(near), "{spreads:?} {read:?}");
            assert_eq!(net.units_in().centres(), again.units_in().centres());
            again.set_units(net.units_in().clone(), net.units_out().clone()).unwrap();
        }
        whole::same(&net, &again);
    }
}

fuzz_target!(|bytes: &[u8]| {
    load::<f32>(bytes);
    load::<f64>(bytes);
});
