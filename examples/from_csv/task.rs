//! The descriptions and defaults of the three programs.

use crate::training::Task;

impl Task {
    pub fn about(self) -> &'static str {
        match self {
            Self::Regression => "Trains a regression on a CSV file",
            Self::BinaryClassification => "Trains a classifier with two classes on a CSV file",
            Self::Multiclass => "Trains a classifier with many classes on a CSV file",
        }
    }

    pub fn default_data(self) -> &'static str {
        match self {
            Self::Regression => "data/auto_mpg.csv",
            Self::BinaryClassification => "data/breast_cancer.csv",
            Self::Multiclass => "data/digits.csv",
        }
    }

    pub fn default_target(self) -> &'static str {
        match self {
            Self::Regression => "mpg",
            Self::BinaryClassification => "diagnosis",
            Self::Multiclass => "digit",
        }
    }
}
