//! Loading a `state_dict` takes at most twice the memory of the file: the numbers, and a copy of
//! one layer while it is transposed.

#[test]
#[cfg(target_os = "linux")]
fn peak_memory_is_twice_the_file() {
    use densely::{Identity, Mlp};
    use std::io::Write;

    /// Returns the peak resident memory of this process, in bytes.
    fn peak() -> usize {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.split_whitespace().next().unwrap().parse::<usize>().unwrap() * 1024
    }

    // A single layer is the worst case.
    let (outputs, inputs) = (4096, 2048);
    let size = 4 * outputs * inputs;
    let header = format!(
        r#"{{"0.weight":{{"dtype":"F32","shape":[{outputs},{inputs}],"data_offsets":[0,{size}]}}}}"#
    );
    let path = std::env::temp_dir().join(format!("densely-memory-{}", std::process::id()));
    let mut file = std::fs::File::create(&path).unwrap();
    file.write_all(&(header.len() as u64).to_le_bytes()).unwrap();
    file.write_all(header.as_bytes()).unwrap();
    let row = 1.5_f32.to_le_bytes().repeat(inputs);
    (0..outputs).for_each(|_| file.write_all(&row).unwrap());
    drop(file);

    let before = peak();
    let net = Mlp::<f32>::load_state_dict(&path, [Identity.into()]);
    let grown = peak() - before;
    std::fs::remove_file(&path).ok();
    assert_eq!((net.as_ref().unwrap().features(), net.unwrap().outputs()), (inputs, outputs));
    assert!(grown >= size, "the numbers at least: {grown}");
    assert!(grown <= 2 * size + (1 << 20), "{grown} bytes for a file of {size}");
    println!("{:.3} times the file", grown as f64 / size as f64);
}
