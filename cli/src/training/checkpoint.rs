//! The checkpoint of a training: a folder with its state, and with the options and data to which
//! the state belongs.

use super::options::Options;
use crate::places::is_same_place;
use densely::{
    Trainer, atomic_file,
    trainer::{Checkpoint, TrainingState},
};
use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

/// The state of a whole training. Those of the parts of a default one have more behind it.
const STATE: &str = "training.json";

/// The files in the folder.
pub struct Kept {
    pub folder: PathBuf,
    pub state: PathBuf,
    /// The options and the data to which the state belongs.
    belongs_to: PathBuf,
    /// Whether this process writes the files.
    writes: bool,
}

impl Kept {
    /// Makes the folder, if there is none.
    pub fn in_folder(folder: &Path) -> Result<Self, Box<dyn Error>> {
        fs::create_dir_all(folder).map_err(|error| named(folder, error))?;
        Ok(Self { writes: true, ..Self::of_another(folder) })
    }

    /// The checkpoint of a process that reads the files that another process writes.
    pub fn of_another(folder: &Path) -> Self {
        let (state, belongs_to) = (folder.join(STATE), folder.join("options.json"));
        Self { folder: folder.to_owned(), state, belongs_to, writes: false }
    }

    /// Refuses a path that would overwrite one of its files.
    pub fn check_is_not(&self, path: &Path) -> Result<(), String> {
        match [&self.state, &self.belongs_to].iter().any(|file| is_same_place(file, path)) {
            true => Err(format!(
                "{} is a file of the checkpoint; save the network elsewhere",
                path.display()
            )),
            false => Ok(()),
        }
    }

    /// Goes on from what is in the folder, if there is something, and writes to it; `belongs_to`
    /// are the options and the data of this training.
    pub fn trainer<'a>(
        &self,
        trainer: Trainer<'a, f32>,
        options: &Options,
        belongs_to: &BTreeMap<String, String>,
    ) -> Result<Trainer<'a, f32>, Box<dyn Error>> {
        let trainer = trainer.checkpoint(Checkpoint::every(options.checkpoint_every, &self.state));
        if !self.claim(belongs_to)? {
            return Ok(trainer);
        }
        let state = TrainingState::load(&self.state)?;
        let (epochs, most) = (state.epochs().len(), options.epochs);
        if epochs > most {
            let folder = self.folder.display();
            return Err(format!("{folder} holds a training of {epochs} epochs, not {most}").into());
        }
        Ok(trainer.with_state(state))
    }

    /// Whether the folder holds a state: of a whole training, or of a part of the default one. It
    /// must belong to a training with these options and data. If the folder holds none, writes down
    /// to whom it belongs.
    pub fn claim(&self, belongs_to: &BTreeMap<String, String>) -> Result<bool, Box<dyn Error>> {
        if self.writes {
            self.clear()?;
        }
        let mut files = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        if !files.any(|file| file.file_name().to_string_lossy().starts_with(STATE)) {
            if self.writes {
                atomic_file::write(&self.belongs_to, &serde_json::to_vec_pretty(belongs_to)?)?;
            }
            return Ok(false);
        }
        let earlier = fs::read(&self.belongs_to).map_err(|error| named(&self.belongs_to, error))?;
        let earlier: BTreeMap<String, String> =
            serde_json::from_slice(&earlier).map_err(|error| named(&self.belongs_to, error))?;
        let other = belongs_to.iter().find(|(name, value)| earlier.get(*name) != Some(value));
        if let Some((name, value)) = other {
            let before = earlier.get(name).map_or("unknown", String::as_str);
            let folder = self.folder.display();
            let [with, value] = match [before, value] {
                ["", value] => [format!("without {name}"), format!("with {name} {value}")],
                [before, ""] => [format!("with {name} {before}"), "without it".to_owned()],
                [before, value] => [format!("with {name} {before}"), value.to_owned()],
            };
            let message = match &name[..] {
                "table" => "a training of other rows: the table has changed since".to_owned(),
                "training" if before == "unknown" => format!("another training, not {value}"),
                "training" => format!("{before}, not {value}"),
                _ => format!("a training {with}, not {value}"),
            };
            return Err(format!("{folder} holds {message}").into());
        }
        Ok(true)
    }

    /// Removes unfinished files of a training that was stopped.
    fn clear(&self) -> Result<(), Box<dyn Error>> {
        for entry in fs::read_dir(&self.folder).map_err(|error| named(&self.folder, error))? {
            let entry = entry?;
            if entry.file_name().to_string_lossy().starts_with(".densely-") {
                fs::remove_file(entry.path()).map_err(|error| named(&entry.path(), error))?;
            }
        }
        Ok(())
    }
}

fn named(path: &Path, error: impl std::fmt::Display) -> String {
    format!("{}: {error}", path.display())
}
