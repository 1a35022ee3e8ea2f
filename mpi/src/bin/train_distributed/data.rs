//! The data folder, and what is learned from it.

use crate::options::Options;
use densely::{Dataset, data::NpyFiles};
use densely_cli::training::{Task, hash};
use std::error::Error;

/// The number of rows that are hashed, spread over all rows. Reading all of them may take as long
/// as an epoch.
const SAMPLE: usize = 16;

/// Rows in files, and their task.
pub struct Data {
    pub rows: Dataset<f32, NpyFiles<f32>>,
    pub task: Task,
    /// The reason for the task, if neither the folder nor the command line names it.
    pub taken_for: Option<String>,
    /// What tells it from other data: its shape, and a hash of its schema, its weights and some of
    /// its rows.
    pub identity: String,
}

impl Data {
    pub fn open(options: &Options) -> Result<Self, Box<dyn Error>> {
        let rows = Dataset::open_shards(&options.data)?;
        let found = match (rows.classes().len(), rows.outputs()) {
            (0, _) => None,
            (_, 1) => Some(Task::BinaryClassification),
            _ => Some(Task::Multiclass),
        };
        let task = match (options.task, found) {
            (Some(task), Some(found)) if task != found => {
                let folder = options.data.display();
                let (task, found) = (task.option(), found.option());
                let message = format!(
                    "the classes in {folder}/schema.json are for --task {found}, not {task}"
                );
                return Err(message.into());
            }
            (task, found) => task.or(found),
        };
        let rows = match (task, found) {
            (Some(task), None) if task != Task::Regression => classes(rows, task)?,
            _ => rows,
        };
        let unsaid = task.is_none() && rows.schema().targets.is_empty();
        let taken_for = unsaid.then(|| {
            "regression: no schema.json says what the targets are, and no --task".to_owned()
        });
        let identity = identity(&rows)?;
        Ok(Self { rows, task: task.unwrap_or(Task::Regression), taken_for, identity })
    }
}

/// Returns the classes of targets whose schema names none: their numbers are their names.
fn classes(
    rows: Dataset<f32, NpyFiles<f32>>,
    task: Task,
) -> Result<Dataset<f32, NpyFiles<f32>>, Box<dyn Error>> {
    let outputs = rows.outputs();
    match (task, outputs) {
        (Task::BinaryClassification, 2..) => {
            Err(format!("--task binary needs one column of targets, 0 or 1, not {outputs}").into())
        }
        (Task::Multiclass, 1) => {
            Err("--task multiclass needs a column of targets for each class, not 1".into())
        }
        _ => Ok(rows.with_classes((0..outputs.max(2)).map(|class| class.to_string()))?),
    }
}

fn identity(rows: &Dataset<f32, NpyFiles<f32>>) -> Result<String, Box<dyn Error>> {
    let (count, features, outputs) = (rows.rows(), rows.features(), rows.outputs());
    let mut numbers: Vec<u64> = Vec::new();
    numbers.extend(serde_json::to_vec(rows.schema())?.into_iter().map(u64::from));
    let mut add = |number: &f32| numbers.push(number.to_bits().into());
    rows.weights().iter().flatten().for_each(&mut add);
    let sample = count.min(SAMPLE);
    for row in (0..sample).map(|index| index * (count - 1) / (sample - 1).max(1)) {
        let row = rows.read(row..row + 1)?;
        row.inputs().iter().chain(row.targets()).for_each(&mut add);
    }
    let hash = hash(numbers);
    Ok(format!("of {count} rows, {features} features and {outputs} outputs (hash {hash:016x})"))
}
