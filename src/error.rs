//! Everything that can go wrong, with the numbers and the names.

mod check;
mod problem;

pub use problem::{CellProblem, Divergence, LikelyCause};
pub(crate) use problem::{MOST_COUNTED, counted};

use problem::{
    remedy_for_features, remedy_for_names, remedy_for_precision, remedy_for_rows,
    remedy_for_targets,
};
use std::fmt;
use std::path::PathBuf;

/// What went wrong. Each message is one line, and `Debug` is the same: a `main` that returns `Result<(), densely::Error>` prints it.
///
/// ```
/// use densely::{Error, Identity, Mlp, Tanh};
/// use ndarray::array;
///
/// let net = Mlp::<f32>::builder(9).dense(4, Tanh).dense(1, Identity).build()?;
/// let answer = match net.predict(array![[1.0, 2.0]].view()) {
///     Ok(outputs) => outputs.to_string(),
///     Err(Error::Features { found, expected }) => format!("{} more features, please", expected - found),
///     Err(other) => return Err(other),                         // a line such as "a weight or bias is NaN, not a finite number"
/// };
/// assert_eq!(answer, "7 more features, please");
/// # Ok::<(), densely::Error>(())
/// ```
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    // Shapes of networks and batches.
    /// A network needs a layer.
    #[error("a network needs at least one layer")]
    NoLayers,
    /// An option of [`MlpBuilder`](crate::mlp::MlpBuilder) that applies to the layer before it, with no layer before it.
    #[error("`{option}` belongs after the layer that it is for")]
    MisplacedOption {
        /// The option.
        option: &'static str,
    },
    /// A layer without inputs or without outputs.
    #[error("a layer needs at least one input and one output, not {inputs} and {outputs}")]
    ZeroWidth {
        /// Inputs asked for.
        inputs: usize,
        /// Outputs asked for.
        outputs: usize,
    },
    /// A network that does not fit into memory.
    #[error("a network of {parameters} parameters does not fit into memory")]
    TooLarge {
        /// Its weights and biases; the largest number where there are more.
        parameters: usize,
    },
    /// A bias of another length than the layer's outputs.
    #[error("the bias has {bias} numbers, the layer has {outputs} outputs")]
    BiasShape {
        /// Numbers in the bias.
        bias: usize,
        /// Columns of the weights.
        outputs: usize,
    },
    /// Two layers that do not fit together.
    #[error("layer {layer} takes {inputs} inputs, the layer before it has {outputs} outputs")]
    LayerShape {
        /// The second of the two, counted from 0.
        layer: usize,
        /// What it takes.
        inputs: usize,
        /// What it is given.
        outputs: usize,
    },
    /// Inputs of another width than the network's.
    #[error("inputs have {found} features, the network takes {expected}{}", remedy_for_features(*found))]
    Features {
        /// Columns of the inputs.
        found: usize,
        /// Features that the network takes.
        expected: usize,
    },
    /// Targets of another width than the network's outputs.
    #[error("targets have {found} columns, the network has {outputs} outputs{}", remedy_for_targets(*found))]
    Targets {
        /// Columns of the targets.
        found: usize,
        /// Outputs of the network.
        outputs: usize,
    },
    /// Inputs and targets of different numbers of rows.
    #[error("inputs have {inputs} rows, targets have {targets}{}", remedy_for_rows(*targets))]
    Rows {
        /// Rows of the inputs.
        inputs: usize,
        /// Rows of the targets.
        targets: usize,
    },
    /// A row that does not exist.
    #[error("there is no row {row} (counted from 0), there are {rows}")]
    UnknownRow {
        /// The row asked for, counted from 0.
        row: usize,
        /// Rows there are.
        rows: usize,
    },
    /// No rows at all.
    #[error("there are no rows")]
    NoRows,
    /// Dropout on the output layer.
    #[error("dropout belongs to hidden layers, not to the output layer")]
    DropoutOfOutputs,
    /// A [`Backprop`](crate::backprop::Backprop) used for a network of another shape.
    #[error("this Backprop was made for a network of another shape")]
    OtherNetwork,

    // Data.
    /// Inputs without a column.
    #[error("the inputs have no columns")]
    NoFeatures,
    /// A number that is NaN or infinite where it must not be.
    #[error("{what} is {value}, not a finite number")]
    NotFinite {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// A number of a data set that is NaN or infinite.
    #[error(
        "row {row}, column {column} of the {matrix} (counted from 0) is {value}, not a finite number"
    )]
    NotFiniteAt {
        /// "inputs", "targets", or these standardized.
        matrix: &'static str,
        /// The row, counted from 0.
        row: usize,
        /// The column, counted from 0.
        column: usize,
        /// Its value.
        value: f64,
    },
    /// Names of another number than that of the columns.
    #[error("{names} names for {columns} {what}{}", remedy_for_names(*names, *columns, what))]
    Names {
        /// Names given.
        names: usize,
        /// Columns to be named.
        columns: usize,
        /// "features", "targets" or "classes".
        what: &'static str,
    },
    /// A name that stands twice.
    #[error("{name:?} stands twice among the names of the {what}")]
    NameTwice {
        /// "columns", "categories", "targets" or "classes".
        what: &'static str,
        /// The name.
        name: String,
    },
    /// Data with other columns or classes than those that the network was trained on.
    #[error(
        "{what} {number} (counted from 0) is {found:?}, the network was trained with {expected:?}: `Table::dataset_for` brings columns and classes into the network's order, `Mlp::set_schema` renames them"
    )]
    OtherSchema {
        /// "feature" or "class".
        what: &'static str,
        /// Which one, counted from 0.
        number: usize,
        /// What the network knows.
        expected: String,
        /// What the data has.
        found: String,
    },
    /// Weights of another number than that of what they are for.
    #[error("{weights} weights for {count} {what}")]
    Weights {
        /// Weights given.
        weights: usize,
        /// What there is.
        count: usize,
        /// "rows" or "classes".
        what: &'static str,
    },
    /// A weight that is negative, not finite, or so large that their sum is not.
    #[error(
        "weight {index} (counted from 0) is {value}, it must be at least 0, and the sum of all finite"
    )]
    Weight {
        /// Of which row or class, counted from 0.
        index: usize,
        /// Its value.
        value: f64,
    },
    /// Weights that are all 0.
    #[error("all weights are 0: there is nothing to learn from")]
    NoWeight,
    /// Weights of classes for targets that are no classes.
    #[error("the targets are numbers, not classes, which could be weighed")]
    NoClasses,
    /// Targets of a classifier that are not one-hot.
    #[error(
        "row {row} (counted from 0) of the targets belongs to no class: {}",
        if *columns == 1 { "its number must be 0 or 1" } else { "exactly one of its columns must be 1, the others 0" }
    )]
    NotOneHot {
        /// The row, counted from 0.
        row: usize,
        /// Columns of the targets.
        columns: usize,
    },
    /// Labels that are not so many classes as are needed.
    #[error("the labels have {found} ({classes}), {needs}")]
    Labels {
        /// How many classes there are, in words.
        found: String,
        /// Their names, or the first of them.
        classes: String,
        /// What is needed.
        needs: &'static str,
    },
    /// A label that is no class.
    #[error("label {row} (counted from 0): {label:?} {problem}")]
    Label {
        /// The row, counted from 0.
        row: usize,
        /// The label.
        label: String,
        /// What is wrong with it.
        problem: CellProblem,
    },
    /// A label that is none of the classes that a network knows.
    #[error("label {row} (counted from 0) is {label:?}, which is none of {classes}")]
    UnknownLabel {
        /// The row, counted from 0.
        row: usize,
        /// The label.
        label: String,
        /// The classes there are, or the first of them.
        classes: String,
    },
    /// Rows to train on that were standardized, and rows to validate on that were not.
    #[error(
        "the training rows were standardized, the validation rows were not: `Standardizer::apply` does both alike"
    )]
    OtherScale,
    /// A split of which one part would have no rows.
    #[error(
        "{rows} rows are too few to set aside a fraction of {fraction} (a row of each class stays)"
    )]
    TooFewRows {
        /// Rows there are.
        rows: usize,
        /// The fraction asked for.
        fraction: f64,
    },
    /// A standardiser that was fitted on data of another shape.
    #[error("the standardizer was fitted on {expected} {what}, this has {found}")]
    OtherData {
        /// Columns of the data it was fitted on.
        expected: usize,
        /// Columns found.
        found: usize,
        /// "features" or "targets".
        what: &'static str,
    },
    /// A column whose mean or deviation is too large for an `f64`.
    #[error("the mean or the deviation of {column:?} is too large for a number")]
    NoScale {
        /// The column.
        column: String,
    },
    /// A target scale that cannot be folded into the last layer.
    #[error(
        "the target's scale can be folded only into an Identity layer, the network ends in {activation}"
    )]
    CannotFold {
        /// The output layer's activation.
        activation: String,
    },
    /// A column whose mean is so large against its deviation that folding it would spoil predictions.
    #[error(
        "{column:?} has a mean of {mean:.3e} and a deviation of {deviation:.3e}: folded into {precision} weights, it would move predictions by {moved:.1e} of their spread; subtract its mean before training, or train in f64"
    )]
    FoldingSpoils {
        /// The feature or target.
        column: String,
        /// Its mean.
        mean: f64,
        /// Its deviation.
        deviation: f64,
        /// By how many of their own deviations predictions would move.
        moved: f64,
        /// The type of the network's numbers.
        precision: &'static str,
    },

    // Files.
    /// A file that cannot be opened, read or written.
    #[error("{}: {source}", file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A `.npy` file that is none, or of an array that cannot be a data set's.
    #[error("{}: {found}; {needs}", file.display())]
    Npy {
        /// The file.
        file: PathBuf,
        /// What is there.
        found: String,
        /// What is to be done.
        needs: &'static str,
    },
    /// A `.npy` file with fewer bytes than its header says.
    #[error(
        "{}: the file has {bytes} bytes, by its header it must have {expected}: it was cut off, or is still being written",
        file.display()
    )]
    ShortFile {
        /// The file.
        file: PathBuf,
        /// Its bytes.
        bytes: u64,
        /// Those of header and numbers together.
        expected: u64,
    },
    /// Two `.npy` files of one data set that do not belong together.
    #[error("{} has {count} {what}, {} has {other_count}", file.display(), other.display())]
    FilesDiffer {
        /// "rows" or "columns".
        what: &'static str,
        /// The one file.
        file: PathBuf,
        /// How many it has.
        count: usize,
        /// The other file.
        other: PathBuf,
        /// How many that one has.
        other_count: usize,
    },
    /// A number in a `.npy` file that is NaN or infinite, or becomes it in the type of the data set's numbers or standardized.
    #[error(
        "{}: row {row}, column {column} (counted from 0) is {value}{}, not a finite number",
        file.display(),
        if *standardized { " when it is standardized" } else { "" }
    )]
    NotFiniteInFile {
        /// The file.
        file: PathBuf,
        /// The row in the file, counted from 0.
        row: usize,
        /// The column, counted from 0.
        column: usize,
        /// Its value.
        value: f64,
        /// Whether it was finite before it was standardized.
        standardized: bool,
    },
    /// A folder without a shard.
    #[error("{}: there are no shards here, such as inputs-00000.npy", folder.display())]
    NoShards {
        /// The folder.
        folder: PathBuf,
    },
    /// More rows than can be selected from files.
    #[error("of {rows} rows in files none can be selected: up to {most} can")]
    TooManyRows {
        /// The rows there are.
        rows: usize,
        /// The most.
        most: usize,
    },
    /// Rows in files that are to be in memory at once, and do not fit.
    #[error("{rows} rows of {columns} numbers do not fit into memory")]
    TooManyNumbers {
        /// The rows.
        rows: usize,
        /// The numbers of each.
        columns: usize,
    },
    /// A shard that is not there, between others that are.
    #[error("{} is missing between the shards before and after it", file.display())]
    ShardMissing {
        /// Its inputs.
        file: PathBuf,
    },
    /// Two files of one shard.
    #[error("{} and {} are of the same shard", first.display(), second.display())]
    ShardTwice {
        /// The one.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// Rows in files whose predictions do not fit into memory, where a metric would look at them.
    #[error("the {outputs} outputs of each of {rows} rows do not fit into memory")]
    TooManyOutputs {
        /// The rows.
        rows: usize,
        /// Outputs of each.
        outputs: usize,
    },
    /// A folder of shards with other names of columns, targets or classes than the shard that is to be written there.
    #[error("{}: the shards here have other columns, targets or classes", file.display())]
    OtherShards {
        /// The file of the names.
        file: PathBuf,
    },
    /// A CSV file that could not be written.
    #[error("the CSV could not be written: {reason}")]
    Csv {
        /// What the writer says.
        reason: String,
    },
    /// A file without a header.
    #[error("{file}: the file is empty")]
    EmptyFile {
        /// The file.
        file: String,
    },
    /// A file with a header and nothing below it.
    #[error("{file}: there are no rows below the header")]
    NoRowsInFile {
        /// The file.
        file: String,
    },
    /// A row that goes on and on.
    #[error(
        "{file}: row {row} is longer than {megabytes} MB; is a quotation mark in it never closed?"
    )]
    LongRow {
        /// The file.
        file: String,
        /// The row, counted from 1 below the header, which is 0.
        row: usize,
        /// How long a row may be.
        megabytes: usize,
    },
    /// A file that is read several times, and was not the same each time.
    #[error("{file}: the file was changed after it was opened")]
    ChangedFile {
        /// The file.
        file: String,
    },
    /// A row of another length than the header.
    #[error("{file}: row {row} has {found} cells, the header has {expected}")]
    RaggedRow {
        /// The file.
        file: String,
        /// The row, counted from 1 below the header.
        row: usize,
        /// Cells in the row.
        found: usize,
        /// Cells in the header.
        expected: usize,
    },
    /// A header with a name twice.
    #[error("{file}: column {column:?} stands twice in the header")]
    DuplicateColumn {
        /// The file.
        file: String,
        /// The name.
        column: String,
    },
    /// A header with a blank name.
    #[error("{file}: column {number} has no name in the header; is it an index?")]
    UnnamedColumn {
        /// The file.
        file: String,
        /// The column, counted from 1.
        number: usize,
    },
    /// A header that is not UTF-8.
    #[error("{file}: the name of column {number} is not UTF-8: {value:?}")]
    HeaderNotUtf8 {
        /// The file.
        file: String,
        /// The column, counted from 1.
        number: usize,
        /// The name, with � for what is not UTF-8.
        value: String,
    },
    /// A cell that cannot be used.
    #[error("{file}: row {row}, column {column:?}: {value:?} {problem}")]
    Cell {
        /// The file.
        file: String,
        /// The row, counted from 1 below the header.
        row: usize,
        /// The column's name.
        column: String,
        /// What stands in the cell.
        value: String,
        /// What is wrong with it.
        problem: CellProblem,
    },
    /// Text that is none of the categories or classes that a network knows.
    #[error("{file}: row {row}, column {column:?}: {value:?} is none of {categories}")]
    UnknownCategory {
        /// The file.
        file: String,
        /// The row, counted from 1 below the header.
        row: usize,
        /// The column's name.
        column: String,
        /// What stands in the cell.
        value: String,
        /// The categories there are, or the first of them.
        categories: String,
    },
    /// A network that does not know the names of its columns, targets or classes.
    #[error(
        "the network does not know the names of its {what}: it was trained on arrays without; `Mlp::set_schema` names them"
    )]
    Unnamed {
        /// "columns", "targets" or "classes".
        what: &'static str,
    },
    /// A column that is not there.
    #[error("{file}: there is no column {column:?}; there are {columns}")]
    UnknownColumn {
        /// The file.
        file: String,
        /// The name asked for.
        column: String,
        /// The names there are.
        columns: String,
    },
    /// A table with no column but the target.
    #[error("{file}: there are no features: target {column:?} is the only column")]
    TargetAlone {
        /// The file.
        file: String,
        /// The target.
        column: String,
    },
    /// A table whose features do not fit into memory.
    #[error("{file}: {rows} rows of {features} features do not fit into memory")]
    TableTooLarge {
        /// The file.
        file: String,
        /// Its rows.
        rows: usize,
        /// Its columns, with text columns one-hot.
        features: usize,
    },
    /// A text column as the target of a regression.
    #[error("{file}: target {column:?} is text ({value:?} in row 1), a regression needs numbers")]
    TextTarget {
        /// The file.
        file: String,
        /// The target.
        column: String,
        /// Its first value.
        value: String,
    },
    /// A target with too few or too many classes.
    #[error("{file}: target {column:?} has {found} ({classes}), {needs}")]
    Classes {
        /// The file.
        file: String,
        /// The target.
        column: String,
        /// How many classes it has, in words.
        found: String,
        /// Their names, or the first of them.
        classes: String,
        /// What is needed.
        needs: &'static str,
    },
    /// A text column with so many different values that they are no categories.
    #[error(
        "{file}: text column {column:?} has {} different values; up to {limit} would be categories",
        counted(*values)
    )]
    TooManyCategories {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// How many different values it has; 10,001 if it has more than 10,000.
        values: usize,
        /// How many there may be.
        limit: usize,
    },

    // Training.
    /// A setting out of its range.
    #[error("the {name} is {value}, it must be {needs}")]
    Setting {
        /// The setting.
        name: &'static str,
        /// Its value.
        value: f64,
        /// Its range.
        needs: &'static str,
    },
    /// An output layer that the loss is not defined for.
    #[error("{loss} needs {needs}; the network ends in {activation}")]
    UnsuitableOutput {
        /// The loss.
        loss: String,
        /// The output layer's activation.
        activation: String,
        /// What the loss needs.
        needs: &'static str,
    },
    /// A target that the loss is not defined for.
    #[error("{loss} needs {needs} as targets; row {row} (counted from 0) has {value}")]
    UnsuitableTarget {
        /// The loss.
        loss: String,
        /// The row, counted from 0.
        row: usize,
        /// The target.
        value: f64,
        /// What the loss needs.
        needs: &'static str,
    },
    /// Targets that the loss is not defined for since they were standardized, as numbers are and classes are not.
    #[error(
        "{loss} needs {needs} as targets, and these were standardized: say that they are classes (`Dataset::with_classes`, `Dataset::multiclass`) before `Standardizer::fit`, or use `Standardizer::fit_features`"
    )]
    StandardizedTarget {
        /// The loss.
        loss: String,
        /// What the loss needs.
        needs: &'static str,
    },
    /// Training that diverged. The network holds the parameters of the last good epoch.
    #[error(
        "training diverged in epoch {epoch}, batch {batch}, layer {layer} (counted from 0): {cause}; {likely}"
    )]
    Diverged {
        /// The epoch, counted from 1.
        epoch: usize,
        /// The batch in the epoch, counted from 1.
        batch: usize,
        /// The first layer in which a number is not finite, or that of the largest number, counted from 0.
        layer: usize,
        /// What was seen.
        cause: Divergence,
        /// What probably led to it.
        likely: LikelyCause,
    },
    /// A setting that does not go with [`Lbfgs`](crate::optimizer::Lbfgs).
    #[error("L-BFGS looks at all rows in each iteration, and goes with no {setting}")]
    NotWithLbfgs {
        /// The setting.
        setting: &'static str,
    },
    /// A schedule in epochs where nobody knows how many steps an epoch has.
    #[error("the schedule needs to know how many steps an epoch has: give its span in steps")]
    StepsUnknown,
    /// A setting that does not go with rows that come batch by batch.
    #[error("batches that come one by one go with no {setting}")]
    NotWithBatches {
        /// The setting.
        setting: &'static str,
    },
    /// A state of training that belongs to another network, optimizer or data.
    #[error("this state of training does not belong here: {reason}")]
    OtherState {
        /// What does not fit.
        reason: &'static str,
    },

    // Judging.
    /// A metric that has no value for this data.
    #[error("{metric} is undefined: {reason}")]
    Undefined {
        /// The metric.
        metric: &'static str,
        /// Why.
        reason: &'static str,
    },
    /// An analytic gradient that is not the numeric one.
    #[error(
        "layer {layer}, {parameter} {index:?} (counted from 0): the analytic gradient is {analytic:e}, the numeric one {numeric:e}"
    )]
    WrongGradient {
        /// The layer, counted from 0.
        layer: usize,
        /// "weight" or "bias".
        parameter: &'static str,
        /// \[input, output] of a weight, \[output] of a bias, counted from 0.
        index: Vec<usize>,
        /// By backpropagation.
        analytic: f64,
        /// By central differences.
        numeric: f64,
    },
    /// A gradient check that proves nothing of a layer.
    #[error(
        "layer {layer} (counted from 0): every gradient is zero, lost in rounding, or at a kink: the check proves nothing"
    )]
    ZeroGradient {
        /// The layer, counted from 0.
        layer: usize,
    },

    // Several workers.
    /// The other workers cannot be reached.
    #[error("the workers cannot go on: {reason}")]
    Workers {
        /// What is wrong.
        reason: String,
    },
    /// A worker that is not as the first: another job, or another result of the same.
    #[error("worker {rank} (counted from 0) differs from worker 0 in {what}")]
    WorkersDiffer {
        /// The first that does, counted from 0.
        rank: usize,
        /// In what.
        what: &'static str,
    },
    /// Another worker that gave up before training began.
    #[error("worker {rank} (counted from 0) cannot train: its own message says why")]
    OtherWorker {
        /// The first that gave up, counted from 0.
        rank: usize,
    },
    /// Fewer rows, or smaller batches, than there are workers.
    #[error("{what} {rows} rows, there are {workers} workers: some would have nothing to do")]
    FewerRowsThanWorkers {
        /// What has too few: the training data, or a batch.
        what: &'static str,
        /// How many it has.
        rows: usize,
        /// How many workers there are.
        workers: usize,
    },
    /// What only one process can do.
    #[error("several workers cannot train {setting}")]
    NotWithWorkers {
        /// What it is.
        setting: &'static str,
    },

    // Model files.
    /// What is wrong with a file that was loaded.
    #[error("{}: {error}", file.display())]
    InFile {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        #[source]
        error: Box<Error>,
    },
    /// A model that is not one, or is damaged.
    #[error("not a densely model: {reason}")]
    ModelFile {
        /// What is wrong.
        reason: String,
    },
    /// A state of training that is not one, or is damaged.
    #[error("not a densely training state: {reason}")]
    StateFile {
        /// What is wrong.
        reason: String,
    },
    /// A model whose numbers are of the other type.
    #[error("the model's numbers are {found}, not {expected}{}", remedy_for_precision(found))]
    Precision {
        /// Those of the model.
        found: String,
        /// Those of the network that it was to become.
        expected: &'static str,
    },
    /// A model in the format of another system that is damaged, or holds what this library has no counterpart for; or a network that the format cannot hold.
    #[error("{format}: {reason}")]
    OtherFormat {
        /// "ONNX" or "state_dict".
        format: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// A model of a newer version of the format.
    #[error(
        "the model is of version {version} of the format, written by densely {library}; this one, {}, reads up to version {known}",
        env!("CARGO_PKG_VERSION")
    )]
    NewerModel {
        /// The version of the format.
        version: u32,
        /// The version of the library that wrote it.
        library: String,
        /// The newest version of the format that is known here.
        known: u32,
    },
    /// An activation that a model has and nobody knows.
    #[error("layer {layer}: the activation {name:?} is neither built in nor one of those given")]
    UnknownActivation {
        /// The layer, counted from 0.
        layer: usize,
        /// The activation's name in the file.
        name: String,
    },
    /// An activation that a model file has no name for.
    #[error("layer {layer}: {activation} is not built in, and says no name for model files")]
    UnnamedActivation {
        /// The layer, counted from 0.
        layer: usize,
        /// The activation.
        activation: String,
    },
    /// A name that one of the user's own activations cannot have.
    #[error("the activation's name {name:?} {reason}")]
    ActivationName {
        /// The name.
        name: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A text that names no activation, loss, optimizer or schedule.
    #[error("{text:?} is no {kind}: {reason}")]
    Choice {
        /// What was to be chosen.
        kind: &'static str,
        /// The text.
        text: String,
        /// The names or settings to choose from, or what is wrong with a setting.
        reason: String,
    },
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// A result with this library's [`Error`].
///
/// ```
/// use densely::{Mlp, Result, Tanh};
///
/// fn network(features: usize) -> Result<Mlp<f32>> {
///     Mlp::builder(features).dense(8, Tanh).build()
/// }
/// assert_eq!(network(3)?.parameters(), 32);
/// assert!(network(0).is_err());
/// # Ok::<(), densely::Error>(())
/// ```
pub type Result<T, E = Error> = std::result::Result<T, E>;
