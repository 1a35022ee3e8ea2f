//! Writes the seeds of the fuzz targets: small networks, states of training and tables, as the
//! library writes them.

use densely::{
    Adam, Dataset, EarlyStopping, Float, Identity, MeanSquaredError, Mlp, Schedule, Softmax, Tanh,
    Trainer,
    activation::{AnyActivation, Elu, Gelu},
    optimizer::Lbfgs,
    schema::{Column, Schema},
    trainer::TrainingState,
    units::Units,
};
use ndarray::Array2;
use std::error::Error;
use std::path::Path;

type Done = Result<(), Box<dyn Error>>;

fn networks<F: Float>() -> densely::Result<[Mlp<F>; 3]> {
    let mut everything = Mlp::builder(3)
        .dense(4, Elu::new(0.5)?)
        .dropout(0.25)
        .dense(3, Gelu)
        .without_bias()
        .dense(3, Softmax)
        .seed(1)
        .build()?;
    let columns = [Column::numbers("weight"), Column::categories("origin", ["Japan", "é\""])];
    everything
        .set_schema(Schema::new(columns).with_targets(["kind"]).with_classes(["a", "b", ""]))?;
    let mut every_activation = Mlp::builder(1);
    for name in AnyActivation::<F>::NAMES {
        let activation = name.parse::<AnyActivation<F>>().unwrap_or(Identity.into());
        every_activation = every_activation.dense(1, activation);
    }
    let mut small = Mlp::builder(1).dense(1, Identity).build()?;
    small.set_units(Units::standard([1.5], [2.0])?, Units::standard([-3.0], [0.5])?)?;
    Ok([small, everything, every_activation.build()?])
}

/// The training states that the target `serde_json` resumes.
fn states<F: Float>() -> densely::Result<Vec<TrainingState<F>>> {
    let data = Dataset::new(
        Array2::from_shape_fn((9, 2), |(row, column)| F::from_f64((3 * row + column) as f64).sin()),
        Array2::from_shape_fn((9, 1), |(row, _)| F::from_f64(row as f64 / 9.0)),
    )?;
    let adam = Trainer::new(MeanSquaredError, Adam::new(0.01))
        .schedule(Schedule::reduce_on_plateau(0.5, 1))
        .early_stopping(EarlyStopping::patience(3));
    let net = Mlp::builder(2).dense(3, Tanh).dropout(0.2).dense(1, Identity).build()?;
    let lbfgs = Trainer::lbfgs(MeanSquaredError, Lbfgs::new().history(2));
    let plain = Mlp::builder(2).dense(3, Tanh).dense(1, Identity).build()?;
    let mut states = Vec::new();
    for (trainer, mut net) in [(adam, net), (lbfgs, plain)] {
        let mut trainer = trainer.batch_size(4).epochs(3);
        trainer.fit(&mut net, &data)?;
        states.extend(trainer.state().cloned());
    }
    Ok(states)
}

fn write<F: Float>(seeds: &Path) -> Done {
    let name = F::NAME;
    for (index, net) in networks::<F>()?.iter().enumerate() {
        let file = seeds.join(format!("safetensors/{name}_{index}"));
        std::fs::write(file, net.to_bytes()?)?;
        let file = seeds.join(format!("serde_json/{name}_{index}"));
        std::fs::write(file, serde_json::to_vec(net)?)?;
    }
    for (index, state) in states::<F>()?.iter().enumerate() {
        let file = seeds.join(format!("serde_json/{name}_state_{index}"));
        std::fs::write(file, serde_json::to_vec(state)?)?;
    }
    Ok(())
}

fn main() -> Done {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let seeds = root.join("seeds");
    write::<f32>(&seeds)?;
    write::<f64>(&seeds)?;
    for table in ["auto_mpg", "breast_cancer", "digits"] {
        let text = std::fs::read_to_string(root.join(format!("../data/{table}.csv")))?;
        let lines: Vec<&str> = text.lines().take(8).collect();
        std::fs::write(seeds.join(format!("csv/{table}")), lines.join("\n") + "\n")?;
    }
    let quoted = "a,\"b \"\"c\",d\r\n1, x ,2\r\n-0,\"y\nz\",1e3\r\n?,x,\r\n";
    std::fs::write(seeds.join("csv/quoted"), quoted)?;
    Ok(())
}
