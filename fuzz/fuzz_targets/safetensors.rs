#![no_main]
//! Fuzzes model files.

mod whole;

use densely::{Float, Mlp};
use libfuzzer_sys::fuzz_target;

fn load<F: Float>(bytes: &[u8]) {
    if let Ok(net) = Mlp::<F>::from_bytes(bytes) {
        whole::check(&net);
    }
}

// Once as it is, and once with the length of its header put right: else most of what is tried would
// end there.
fuzz_target!(|bytes: &[u8]| {
    load::<f32>(bytes);
    load::<f64>(bytes);
    if let Some(end) = bytes.iter().rposition(|&byte| byte == b'}')
        && let Some(length) = (end + 1).checked_sub(8)
    {
        let mut bytes = bytes.to_vec();
        bytes[..8].copy_from_slice(&(length as u64).to_le_bytes());
        load::<f32>(&bytes);
        load::<f64>(&bytes);
    }
});
