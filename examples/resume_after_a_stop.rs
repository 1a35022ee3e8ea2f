//! Training that may be stopped at any moment: started again, the program continues from its last
//! checkpoint, to the same bits as without the stop.
//!
//! `cargo run --release --example resume_after_a_stop`

use densely::{
    Adam, EarlyStopping, Identity, MeanSquaredError, Mlp, Relu, Table, Trainer,
    trainer::{Checkpoint, Moment, TrainingState},
};
use std::{error::Error, fs, ops::ControlFlow, path::Path};

/// The whole program. It starts, or continues if there is a checkpoint. Here it stops by itself
/// after epoch `last`, in place of a power cut.
fn program(checkpoint: &Path, last: usize) -> Result<Mlp<f32>, Box<dyn Error>> {
    let table = Table::read_csv(concat!(env!("CARGO_MANIFEST_DIR"), "/../data/auto_mpg.csv"))?;
    let data = table.regression("mpg")?;
    let builder = Mlp::builder(data.features()).dense(32, Relu).dropout(0.1).dense(1, Identity);
    let mut net = builder.seed(7).build()?;

    let mut trainer = Trainer::new(MeanSquaredError, Adam::new(0.003))
        .epochs(60) // with those before the stop
        .seed(7)
        .early_stopping(EarlyStopping::patience(20))
        .checkpoint(Checkpoint::every(5, checkpoint))
        .on(Moment::BatchEnd, |training| match training.epoch() > last {
            true => ControlFlow::Break(()), // in the middle of an epoch
            false => ControlFlow::Continue(()),
        });
    if checkpoint.exists() {
        let state = TrainingState::load(checkpoint)?;
        println!("continues after epoch {}", state.epochs().len());
        trainer = trainer.with_state(state);
    }
    let report = trainer.resume(&mut net, &data)?; // `fit` would start afresh
    println!("{report}");
    Ok(net)
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::temp_dir().join(format!("resume-{}", std::process::id()));
    fs::create_dir(&folder)?;

    let undisturbed = program(&folder.join("undisturbed.json"), usize::MAX)?;
    let checkpoint = folder.join("stopped.json");
    program(&checkpoint, 13)?;
    let resumed = program(&checkpoint, usize::MAX)?;

    fs::remove_dir_all(folder)?;
    assert_eq!(resumed.to_bytes()?, undisturbed.to_bytes()?);
    println!("stopped and resumed: the same network, bit by bit");
    Ok(())
}
