//! Loading takes at most twice the memory of the file.

use super::forgeries;
use crate::peak;
use densely::{
    Adam, Dataset, EarlyStopping, Identity, MeanSquaredError, Mlp, Tanh, Trainer,
    trainer::TrainingState,
};
use ndarray::Array2;
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// A network of about 20 MB.
fn net() -> Mlp<f32> {
    Mlp::builder(1_000).dense(4_000, Tanh).dense(250, Tanh).dense(1, Identity).build().unwrap()
}

fn length(path: &Path) -> usize {
    std::fs::metadata(path).unwrap().len() as usize
}

#[test]
fn of_a_network_twice_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("net.safetensors");
    let net = net();
    net.save(&path).unwrap();
    let file = length(&path);
    assert!(file > 20_000_000);

    let (loaded, peak) = peak::of(|| Mlp::<f32>::load(&path).unwrap());
    super::assert_same(&loaded, &net);
    assert!(peak >= net.parameters() * 4, "the network at least: {peak}");
    assert!(peak <= 2 * file, "{peak} bytes of a file of {file}");

    let bytes = net.to_bytes().unwrap();
    let (_, peak) = peak::of(|| Mlp::<f32>::from_bytes(&bytes).unwrap());
    assert!(peak <= 2 * file, "{peak} bytes of {file}");

    let json = serde_json::to_string(&net).unwrap();
    let (_, peak) = peak::of(|| serde_json::from_str::<Mlp<f32>>(&json).unwrap());
    assert!(peak <= 2 * json.len(), "{peak} bytes of {}", json.len());
    let postcard = postcard::to_allocvec(&net).unwrap();
    let (_, peak) = peak::of(|| postcard::from_bytes::<Mlp<f32>>(&postcard).unwrap());
    assert!(peak <= 2 * postcard.len(), "{peak} bytes of {}", postcard.len());
}

#[test]
fn of_a_state_twice_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    // Many rows and a small network; then few rows and a large network.
    for (rows, hidden) in [(1_000_000, 1), (10, 80_000)] {
        let data = Dataset::new(Array2::ones((rows, 8)), Array2::ones((rows, 1))).unwrap();
        let builder = Mlp::<f32>::builder(8).dense(hidden, Tanh).dense(1, Identity);
        let mut net = builder.build().unwrap();
        let trainer = Trainer::new(MeanSquaredError, Adam::new(0.01)).epochs(1).batch_size(100_000);
        let mut trainer = trainer.early_stopping(EarlyStopping::patience(1));
        trainer.fit(&mut net, &data).unwrap();
        trainer.state().unwrap().save(&path).unwrap();
        let file = length(&path);
        let (_, peak) = peak::of(|| TrainingState::<f32>::load(&path).unwrap());
        assert!(file > 4_000_000, "{file}");
        assert!(peak <= 2 * file, "{peak} bytes of a file of {file}");
    }
}

/// The limit includes 16 MiB, the longest header.
#[test]
fn of_a_forged_file_hardly_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("forged.safetensors");
    let mut more = Vec::new();
    for (what, bytes, _) in forgeries::all() {
        std::fs::write(&path, &bytes).unwrap();
        let (of_model, model) = peak::of(|| Mlp::<f32>::load(&path).is_err());
        let (of_state, state) = peak::of(|| TrainingState::<f32>::load(&path).is_err());
        assert!(of_model && of_state, "{what}");
        if model.max(state) > 2 * bytes.len() + (16 << 20) {
            more.push(format!("{what}: {model} and {state} bytes of a file of {}", bytes.len()));
        }
    }
    assert!(more.is_empty(), "{more:#?}");
}

/// A sparse file of 1 TB, which takes no room on the disk.
#[test]
fn of_a_huge_file_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge");
    let numbers = (1_u64 << 40) / 4;
    let tensors =
        [("layers.0.weights", "F32", &[numbers - 1, 1][..]), ("layers.0.bias", "F32", &[1])];
    let whole = forgeries::model(&forgeries::structure(1), forgeries::tensors(&tensors), 0);
    let state = br#"{"version":1,"parameters":[""#;
    for start in [&[][..], &whole, state] {
        let mut file = File::create(&path).unwrap();
        file.write_all(start).unwrap();
        let header = if start == whole { start.len() as u64 } else { 0 };
        if file.set_len((1 << 40) + header).is_err() {
            return; // A file system that has no such files.
        }
        let (result, peak) = peak::of(|| Mlp::<f32>::load(&path).map(|_| ()));
        let message = result.unwrap_err().to_string();
        assert_eq!(message.contains("memory"), start == whole, "{message}");
        assert!(peak < 1 << 20, "{peak} bytes");
        let (result, peak) = peak::of(|| TrainingState::<f32>::load(&path).map(|_| ()));
        assert!(result.unwrap_err().to_string().contains("not a densely training state"));
        assert!(peak < 1 << 20, "{peak} bytes");
    }
}
