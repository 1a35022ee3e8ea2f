//! The command line.

use super::choices::{ClassWeight, LossName, OptimizerName, ScheduleName};
use super::task::Task;
use crate::command_line::{count, number};
use clap::Args;
use densely::activation::AnyActivation;
use densely::{Error, Loss, Optimizer, Trainer, optimizer::Lbfgs};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The options of every training, wherever its rows come from.
#[derive(Debug, Args)]
#[group(skip)] // It would have the name of the program's own options.
pub struct Options {
    /// Units of each hidden layer, or `none` for no hidden layer
    #[arg(long, value_name = "UNITS,…", default_value = "80,40", value_parser = hidden)]
    pub hidden: Hidden,
    /// Activation of the hidden layers
    #[arg(
        long,
        value_name = "NAME",
        default_value = "tanh",
        value_parser = activation,
        help = format!("Activation of the hidden layers: {}", activations())
    )]
    pub activation: AnyActivation<f32>,
    /// Part of each hidden layer's outputs that is left out at random while training
    #[arg(long, value_name = "FRACTION", default_value_t = 0.0, value_parser = share)]
    pub dropout: f64,
    /// What is minimised [default: squared for numbers, cross-entropy for classes]
    #[arg(long, value_enum)]
    pub loss: Option<LossName>,
    /// What changes the weights; lbfgs looks at all rows at once, and an iteration counts as an
    /// epoch
    #[arg(long, value_enum, default_value_t = OptimizerName::Sgd)]
    pub optimizer: OptimizerName,
    /// Learning rate [default: 0.01; rmsprop, adam and adamw: 0.001; lbfgs has none]
    #[arg(long, value_name = "RATE", value_parser = positive)]
    pub learning_rate: Option<f64>,
    /// Momentum of sgd, by Nesterov's rule; 0 for none [default: 0.9]
    #[arg(long, value_parser = share)]
    pub momentum: Option<f64>,
    /// Weight decay [default: 0; adamw: 0.01]
    #[arg(long, value_name = "DECAY", value_parser = at_least_0)]
    pub weight_decay: Option<f64>,
    /// How the learning rate changes in the course of the epochs
    #[arg(long, value_enum, default_value_t = ScheduleName::Constant)]
    pub schedule: ScheduleName,
    /// Epochs in which the learning rate rises to its first value
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub warm_up: usize,
    /// Longest gradient; a longer one is shortened [default: no limit; for the poisson loss 1]
    #[arg(long, value_name = "NORM", value_parser = positive)]
    pub clip_norm: Option<f64>,
    /// How much classes count: `balanced`, or a weight for each, in alphabetical order, or in the
    /// order of numbers. Probabilities are then those of the weighted rows
    #[arg(long, value_name = "WEIGHTS", value_parser = ClassWeight::parse, allow_hyphen_values = true)]
    pub class_weight: Option<ClassWeight>,
    /// Most epochs
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = count)]
    pub epochs: usize,
    /// Rows in a batch
    #[arg(long, value_name = "N", default_value_t = 32, value_parser = count)]
    pub batch_size: usize,
    /// Epochs in a row without a better validation loss before training stops
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = count)]
    pub patience: usize,
    /// Part of the training rows set aside to tell when to stop; 0 for none, and all epochs
    #[arg(long, value_name = "FRACTION", default_value_t = 0.1, value_parser = share)]
    pub validation: f64,
    /// Part of all rows set aside to judge the trained network
    #[arg(long, value_name = "FRACTION", default_value_t = 0.2, value_parser = fraction)]
    pub test: f64,
    /// Seed of the split, the weights and the shuffling
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub seed: u64,
    /// Threads [default: one for each processor; with MPI, one on each rank]
    #[arg(long, value_name = "N", value_parser = count)]
    pub threads: Option<usize>,
    /// File for the trained network, as safetensors [default: beside the data,
    /// NAME-TARGET.safetensors]
    #[arg(long, value_name = "FILE")]
    pub save: Option<PathBuf>,
    /// Draw how the training went and how good the network is on the test rows into this folder, as
    /// SVG
    #[arg(long, value_name = "FOLDER")]
    pub plot: Option<PathBuf>,
    /// Save the state of the training in this folder. After a stop, the same command continues from
    /// there, to the same result
    #[arg(long, value_name = "FOLDER")]
    pub checkpoint: Option<PathBuf>,
    /// In a training of your own, epochs from one writing to the folder to the next; the default
    /// training writes every 16 epochs
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = count, requires = "checkpoint")]
    pub checkpoint_every: usize,
    /// Print one JSON object in place of the summary
    #[arg(long)]
    pub json: bool,
}

/// The widths of the hidden layers.
#[derive(Clone, Debug)]
pub struct Hidden(pub Vec<usize>);

impl Options {
    /// Returns every option that affects what is learned from the data.
    pub fn that_decide(&self, task: Task) -> BTreeMap<String, String> {
        let options = [
            ("task", task.name().to_owned()),
            ("--hidden", format!("{:?}", self.hidden.0)),
            ("--activation", self.activation.name().unwrap_or_default()),
            ("--dropout", self.dropout.to_string()),
            ("--loss", format!("{:?}", self.loss.unwrap_or(LossName::of(task)))),
            ("--optimizer", format!("{:?}", self.optimizer)),
            ("--learning-rate", given(&self.learning_rate)),
            ("--momentum", given(&self.momentum)),
            ("--weight-decay", given(&self.weight_decay)),
            ("--schedule", format!("{:?}", self.schedule)),
            ("--warm-up", self.warm_up.to_string()),
            ("--clip-norm", given(&self.clip_norm)),
            ("--class-weight", given(&self.class_weight)),
            ("--epochs", self.epochs.to_string()),
            ("--batch-size", self.batch_size.to_string()),
            ("--patience", self.patience.to_string()),
            ("--validation", self.validation.to_string()),
            ("--test", self.test.to_string()),
            ("--seed", self.seed.to_string()),
        ];
        // A longer training continues a shorter one, unless the rate depends on the number of
        // epochs.
        let longer = !self.schedule.depends_on_epochs();
        let decide = options.into_iter().filter(|&(name, _)| !(longer && name == "--epochs"));
        decide.map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// Refuses a momentum or a learning rate that the optimizer does not have, a warm-up longer
    /// than the training, and a loss that does not suit the task.
    pub fn check(&self, task: Task) -> Result<(), String> {
        if self.momentum.is_some() && self.optimizer != OptimizerName::Sgd {
            return Err("--momentum is for --optimizer sgd".into());
        }
        if self.learning_rate.is_some() && self.optimizer == OptimizerName::Lbfgs {
            return Err("--optimizer lbfgs has no --learning-rate".into());
        }
        if self.warm_up > self.epochs {
            let Self { warm_up, epochs, .. } = self;
            return Err(format!(
                "--warm-up {warm_up} is longer than the {epochs} epochs of --epochs"
            ));
        }
        self.loss.unwrap_or(LossName::of(task)).loss(task).map(drop)
    }

    /// Returns a trainer with the optimizer; the default momentum of sgd is 0.9.
    pub(super) fn trainer<'a>(&self, loss: Box<dyn Loss<f32>>) -> Result<Trainer<'a, f32>, Error> {
        if self.optimizer == OptimizerName::Lbfgs {
            let decay = self.weight_decay.unwrap_or(0.0);
            return Ok(Trainer::lbfgs(loss, Lbfgs::new().weight_decay(decay)));
        }
        let momentum = self.momentum.or((self.optimizer == OptimizerName::Sgd).then_some(0.9));
        let momentum = momentum.filter(|&momentum| momentum > 0.0);
        let settings = [
            self.learning_rate.map(|rate| format!("learning_rate={rate}")),
            momentum.map(|momentum| format!("momentum={momentum}, nesterov=true")),
            self.weight_decay.map(|decay| format!("weight_decay={decay}")),
        ];
        let settings: Vec<String> = settings.into_iter().flatten().collect();
        let name = format!("{:?}", self.optimizer).to_lowercase();
        let text = match &settings[..] {
            [] => name,
            settings => format!("{name}({})", settings.join(", ")),
        };
        Ok(Trainer::new(loss, text.parse::<Box<dyn Optimizer<f32>>>()?))
    }
}

fn given<T: std::fmt::Debug>(option: &Option<T>) -> String {
    option.as_ref().map_or("by default".to_owned(), |value| format!("{value:?}"))
}

fn hidden(text: &str) -> Result<Hidden, String> {
    if text == "none" {
        return Ok(Hidden(Vec::new()));
    }
    let widths = text.split(',').map(|width| match width.trim().parse() {
        Ok(width @ 1..=1_000_000) => Ok(width),
        _ => Err(format!(
            "{width:?} is not a number from 1 to 1000000; give one for each hidden layer, as in 80,40, or `none`"
        )),
    });
    widths.collect::<Result<_, _>>().map(Hidden)
}

/// Returns the names of all activations.
fn activations() -> String {
    let names = AnyActivation::<f32>::NAMES.join(", ");
    format!("{names}; behind leaky_relu and elu there may be a positive α, as in elu(0.5)")
}

fn activation(name: &str) -> Result<AnyActivation<f32>, String> {
    name.parse().map_err(|_| format!("must be one of {}", activations()))
}

fn positive(text: &str) -> Result<f64, String> {
    number(text, "positive and finite", |rate: f64| rate > 0.0 && rate.is_finite())
}

/// Parses momentum, dropout and validation.
fn share(text: &str) -> Result<f64, String> {
    number(text, "at least 0 and below 1", |share| (0.0..1.0).contains(&share))
}

fn at_least_0(text: &str) -> Result<f64, String> {
    number(text, "at least 0 and finite", |decay: f64| decay >= 0.0 && decay.is_finite())
}

fn fraction(text: &str) -> Result<f64, String> {
    number(text, "between 0 and 1, both excluded", |f| f > 0.0 && f < 1.0)
}
