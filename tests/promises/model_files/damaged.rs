//! Every truncated file, and every file with one changed byte, is an error or a whole network.
//! Nothing panics.

use super::{assert_whole, everything, with_schema};
use densely::{
    Adam, Dataset, EarlyStopping, Error, Float, Identity, MeanSquaredError, Mlp, Tanh, Trainer,
    trainer::TrainingState,
};
use ndarray::Array2;

/// Calls `load` with the bytes cut at every length, which must fail, and with every byte changed.
fn damage(bytes: &[u8], mut load: impl FnMut(&[u8]) -> bool) {
    assert!(load(bytes));
    for length in 0..bytes.len() {
        assert!(!load(&bytes[..length]), "{length} of {} bytes", bytes.len());
    }
    let mut damaged = bytes.to_vec();
    for place in 0..bytes.len() {
        for mask in [0x01, 0x80, 0xff] {
            damaged[place] ^= mask;
            load(&damaged);
            damaged[place] = bytes[place];
        }
    }
    assert!(!load(&[bytes, &[0]].concat()), "a byte more");
}

fn networks<F: Float>() {
    let net = with_schema(everything::<F>());
    damage(&net.to_bytes().unwrap(), |bytes| match Mlp::<F>::from_bytes(bytes) {
        Ok(net) => {
            assert_whole(&net);
            true
        }
        Err(Error::Io { .. }) => panic!("an error of the data, not of the system"),
        Err(_) => false,
    });
    damage(&serde_json::to_vec(&net).unwrap(), |bytes| match serde_json::from_slice(bytes) {
        Ok(net) => {
            assert_whole::<F>(&net);
            true
        }
        Err(_) => false,
    });
}

#[test]
fn networks_are_whole_or_errors() {
    networks::<f32>();
    networks::<f64>();
}

/// A state that loads is put into a trainer, which resumes or refuses it.
#[test]
fn states_of_training_are_whole_or_errors() {
    let inputs = Array2::from_shape_fn((12, 1), |(row, _)| (row as f32).sin());
    let data = Dataset::new(inputs.clone(), inputs).unwrap();
    let net =
        || Mlp::<f32>::builder(1).dense(2, Tanh).dropout(0.1).dense(1, Identity).build().unwrap();
    let trainer = |epochs| {
        let trainer = Trainer::new(MeanSquaredError, Adam::new(0.01)).batch_size(4);
        trainer.epochs(epochs).early_stopping(EarlyStopping::patience(9))
    };
    let mut first = trainer(2);
    first.fit(&mut net(), &data).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    first.state().unwrap().save(&path).unwrap();
    let bytes = std::fs::read(&path).unwrap();

    assert_eq!(TrainingState::<f32>::load(&path).unwrap().epochs().len(), 2);
    for length in [0, 1, bytes.len() / 2, bytes.len() - 1] {
        std::fs::write(&path, &bytes[..length]).unwrap();
        let error = TrainingState::<f32>::load(&path).unwrap_err();
        let message = format!("{}: not a densely training state: ", path.display());
        assert!(error.to_string().starts_with(&message), "{error}");
    }
    damage(&bytes, |bytes| {
        let Ok(state) = serde_json::from_slice::<TrainingState<f32>>(bytes) else { return false };
        let mut net = net();
        let epochs = state.epochs().len() + 1;
        // The changed bit decides which of the two it is.
        let _ = trainer(epochs).with_state(state).resume(&mut net, &data);
        assert_whole(&net);
        true
    });
}
