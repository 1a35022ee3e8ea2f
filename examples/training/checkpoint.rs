//! Where training is kept while it goes on: a folder with its state and the options that it belongs to.

use super::options::Options;
use densely::{Checkpoint, Trainer, TrainingState};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

/// Goes on from what is in the folder, if there is something, and writes to it.
pub fn keep<'a>(
    trainer: Trainer<'a, f32>,
    folder: &Path,
    options: &Options,
) -> Result<Trainer<'a, f32>, Box<dyn Error>> {
    let named = |error: std::io::Error| format!("{}: {error}", folder.display());
    fs::create_dir_all(folder).map_err(named)?;
    let (state, belongs_to) = (folder.join("training.json"), folder.join("options.json"));
    let length = fs::metadata(&options.data)?.len();
    let trainer = trainer.checkpoint(Checkpoint::every(options.checkpoint_every, &state));
    let options = options.that_decide(length);
    if !state.exists() {
        fs::write(&belongs_to, serde_json::to_vec_pretty(&options)?).map_err(named)?;
        return Ok(trainer);
    }
    let earlier: BTreeMap<String, String> =
        serde_json::from_slice(&fs::read(&belongs_to).map_err(named)?)?;
    let other = options.iter().find(|(name, value)| earlier.get(*name) != Some(value));
    if let Some((name, value)) = other {
        let before = earlier.get(name).map_or("unknown", String::as_str);
        return Err(format!(
            "{} holds a training with {name} {before}, not {value}",
            folder.display()
        )
        .into());
    }
    Ok(trainer.with_state(TrainingState::load(&state)?))
}
