//! Where training is kept while it goes on: a folder with its state and what it is the state of.

use super::Task;
use super::options::Options;
use densely::{Checkpoint, Dataset, Trainer, TrainingState};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The files in the folder.
pub struct Kept {
    pub folder: PathBuf,
    pub state: PathBuf,
    /// The options and the data that the state belongs to.
    belongs_to: PathBuf,
}

impl Kept {
    /// Makes the folder, if there is none.
    pub fn in_folder(folder: &Path) -> Result<Self, Box<dyn Error>> {
        fs::create_dir_all(folder).map_err(|error| named(folder, error))?;
        let (state, belongs_to) = (folder.join("training.json"), folder.join("options.json"));
        Ok(Self { folder: folder.to_owned(), state, belongs_to })
    }

    /// Refuses to have one of its files written over.
    pub fn check_is_not(&self, path: &Path) -> Result<(), String> {
        match [&self.state, &self.belongs_to].iter().any(|file| file.as_path() == path) {
            true => Err(format!("{} holds the training, it is not saved over", path.display())),
            false => Ok(()),
        }
    }

    /// Goes on from what is in the folder, if there is something, and writes to it.
    pub fn trainer<'a>(
        &self,
        trainer: Trainer<'a, f32>,
        task: Task,
        options: &Options,
        data: &Dataset<f32>,
    ) -> Result<Trainer<'a, f32>, Box<dyn Error>> {
        self.clear()?;
        let trainer = trainer.checkpoint(Checkpoint::every(options.checkpoint_every, &self.state));
        let mut belongs_to = options.that_decide(task);
        belongs_to.insert("data".to_owned(), format!("{:016x}", hash(data)));
        if !self.state.exists() {
            let text = serde_json::to_vec_pretty(&belongs_to)?;
            let written = File::create(&self.belongs_to)
                .and_then(|mut file| file.write_all(&text).and_then(|()| file.sync_all()));
            written.map_err(|error| named(&self.belongs_to, error))?;
            return Ok(trainer);
        }
        let earlier = fs::read(&self.belongs_to).map_err(|error| named(&self.belongs_to, error))?;
        let earlier: BTreeMap<String, String> =
            serde_json::from_slice(&earlier).map_err(|error| named(&self.belongs_to, error))?;
        let other = belongs_to.iter().find(|(name, value)| earlier.get(*name) != Some(value));
        if let Some((name, value)) = other {
            let before = earlier.get(name).map_or("unknown", String::as_str);
            let folder = self.folder.display();
            return Err(
                format!("{folder} holds a training with {name} {before}, not {value}").into()
            );
        }
        let state = TrainingState::load(&self.state)?;
        let (epochs, most) = (state.epochs().len(), options.epochs);
        if epochs > most {
            let folder = self.folder.display();
            return Err(format!("{folder} holds a training of {epochs} epochs, not {most}").into());
        }
        Ok(trainer.with_state(state))
    }

    /// Removes what was being written when the training was stopped.
    fn clear(&self) -> Result<(), Box<dyn Error>> {
        for entry in fs::read_dir(&self.folder).map_err(|error| named(&self.folder, error))? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(".training.json.") {
                fs::remove_file(entry.path()).map_err(|error| named(&entry.path(), error))?;
            }
        }
        Ok(())
    }
}

fn named(path: &Path, error: impl std::fmt::Display) -> String {
    format!("{}: {error}", path.display())
}

/// Of all inputs and targets, by the function of Fowler, Noll and Vo: to notice other data, not to withstand an attack.
fn hash(data: &Dataset<f32>) -> u64 {
    let numbers = data.inputs().into_iter().chain(data.targets()).map(|number| number.to_bits());
    numbers.fold(0xcbf2_9ce4_8422_2325, |hash, bits| {
        (hash ^ u64::from(bits)).wrapping_mul(0x0100_0000_01b3)
    })
}
