//! The pictures of `--plot`: how training went, and how good the network is on the test rows.

mod calibration;
mod calibration_bins;
mod confusion;
mod learning;
mod outcome;
mod predictions;
mod roc;
mod roc_points;

pub use outcome::Outcome;

use super::task::Task;
use crate::figures;
use crate::places::is_same_place;
use outcome::LeftOut;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

type Drawing = fn(&Path, &Outcome) -> Result<LeftOut, Box<dyn Error>>;

const LEARNING: (&str, Drawing) = ("learning.svg", learning::draw);
const PREDICTIONS: (&str, Drawing) = ("predictions.svg", predictions::draw);
const ROC: (&str, Drawing) = ("roc.svg", roc::draw);
const CALIBRATION: (&str, Drawing) = ("calibration.svg", calibration::draw);
const CONFUSION: (&str, Drawing) = ("confusion.svg", confusion::draw);

/// The pictures of a task, in a folder.
pub struct Pictures {
    folder: PathBuf,
    pictures: &'static [(&'static str, Drawing)],
}

impl Pictures {
    /// Makes the folder, if there is none, and sees that all can be written there: not after a long
    /// training.
    pub fn in_folder(folder: &Path, task: Task) -> Result<Self, Box<dyn Error>> {
        let pictures: &[_] = match task {
            Task::Regression => &[LEARNING, PREDICTIONS],
            Task::BinaryClassification => &[LEARNING, ROC, CALIBRATION, CONFUSION],
            Task::Multiclass => &[LEARNING, CALIBRATION, CONFUSION],
        };
        figures::check_folder(folder, pictures.iter().map(|(name, _)| *name))?;
        Ok(Self { folder: folder.to_owned(), pictures })
    }

    /// Refuses a path at which one of the pictures will be.
    pub fn check_is_not(&self, path: &Path) -> Result<(), String> {
        match self.paths().any(|picture| is_same_place(&picture, path)) {
            true => Err(format!("{} will be a picture, it is not saved there", path.display())),
            false => Ok(()),
        }
    }

    /// Draws the pictures, and names them.
    pub fn draw(&self, outcome: &Outcome) -> Result<String, Box<dyn Error>> {
        let (mut drawn, mut left_out) = (Vec::new(), String::new());
        for ((name, draw), path) in self.pictures.iter().zip(self.paths()) {
            match draw(&path, outcome)? {
                None => drawn.push(*name),
                Some(why) => {
                    left_out += &format!("; no {name}: {why}");
                    // A picture of another training must not stand beside those of this one.
                    if path.exists() {
                        let named = |error| format!("{}: {error}", path.display());
                        fs::remove_file(&path).map_err(named)?;
                    }
                }
            }
        }
        Ok(format!("{}: {}{left_out}", self.folder.display(), drawn.join(", ")))
    }

    fn paths(&self) -> impl Iterator<Item = PathBuf> {
        self.pictures.iter().map(|(name, _)| self.folder.join(name))
    }
}
