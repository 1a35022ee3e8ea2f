//! Loading a `state_dict` takes at most twice the memory of the file: the numbers, and a copy of
//! one layer while it is transposed.

use crate::peak;
use densely::{Identity, Mlp};
use std::io::Write;

#[test]
fn peak_memory_is_twice_the_file() {
    // A single layer is the worst case.
    let (outputs, inputs) = (4096, 2048);
    let size = 4 * outputs * inputs;
    let header = format!(
        r#"{{"0.weight":{{"dtype":"F32","shape":[{outputs},{inputs}],"data_offsets":[0,{size}]}}}}"#
    );
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&(header.len() as u64).to_le_bytes()).unwrap();
    file.write_all(header.as_bytes()).unwrap();
    file.write_all(&1.5_f32.to_le_bytes().repeat(outputs * inputs)).unwrap();

    let (net, peak) = peak::of(|| Mlp::<f32>::load_state_dict(file.path(), [Identity.into()]));
    let net = net.unwrap();
    assert_eq!((net.features(), net.outputs()), (inputs, outputs));
    assert!(peak >= size, "the numbers at least: {peak}");
    assert!(peak <= 2 * size + (1 << 20), "{peak} bytes for a file of {size}");
}
