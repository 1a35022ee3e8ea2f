//! Why tanh gets stuck less than the sigmoid: one deep network, trained with each from the same
//! initial weights.
//!
//! The sigmoid's slope is at most 1/4, that of tanh at most 1: each layer that the gradient comes
//! back through makes it smaller, and with the sigmoid little is left for the first layers. Both
//! are measured on handwritten digits.

use densely::{
    Backprop, CategoricalCrossEntropy, Dataset, Error, Mlp, Sgd, Softmax, Table, Trainer,
    activation::AnyActivation, initialization::Initialization,
};
use densely_cli::figures::{self, Axis, Sheet, Stroke, palette};
use plotters::prelude::*;
use std::fmt::Write;
use std::path::Path;

const DIGITS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/digits.csv");

/// The number of networks with each activation: the seeds from 0 on.
const SEEDS: u64 = 5;
const EPOCHS: usize = 250;
const HIDDEN_LAYERS: usize = 5;
const UNITS: usize = 20;
const LEARNING_RATE: f64 = 0.1;
const BATCH_SIZE: usize = 32;

/// Trains the networks, draws the picture and returns the summary.
pub fn draw(path: &Path) -> Result<String, Box<dyn std::error::Error>> {
    let data = Table::read_csv(DIGITS)?.multiclass("digit")?;
    let tanh = Measured::new("tanh", palette::TANH, &data)?;
    let sigmoid = Measured::new("sigmoid", palette::SIGMOID, &data)?;
    figures::draw(path, (1300, 560), |sheet| draw_charts(sheet, &[&sigmoid, &tanh]))?;
    Ok(summary(&tanh, &sigmoid, &data))
}

/// The measurements of one training.
struct Training {
    /// After each epoch, the mean loss of its batches.
    losses: Vec<f64>,
    /// Before training, each layer's mean absolute gradient of the weights, over all rows.
    gradients: Vec<f64>,
}

fn train(
    activation: &AnyActivation<f32>,
    data: &Dataset<f32>,
    seed: u64,
) -> Result<Training, Error> {
    let mut builder = Mlp::builder(data.features());
    for _ in 0..HIDDEN_LAYERS {
        builder =
            builder.dense(UNITS, activation.clone()).initialization(Initialization::GlorotUniform);
    }
    let mut net = builder.dense(data.outputs(), Softmax).seed(seed).build()?;

    net.measure(data)?;
    let inputs = net.units_in().to_network(data.inputs())?;
    let mut backprop = Backprop::new(&net);
    backprop.run(&mut net, &CategoricalCrossEntropy, inputs.view(), data.targets())?;
    let gradients = backprop.gradients().iter().map(|gradient| {
        let weights = gradient.weights();
        let sum: f64 = weights.iter().map(|&weight| f64::from(weight.abs())).sum();
        sum / weights.len() as f64
    });
    let gradients = gradients.collect();

    let report = Trainer::new(CategoricalCrossEntropy, Sgd::new(LEARNING_RATE))
        .epochs(EPOCHS)
        .batch_size(BATCH_SIZE)
        .seed(seed)
        .fit(&mut net, data)?;
    let losses = report.epochs.iter().map(|epoch| epoch.training_loss).collect();
    Ok(Training { losses, gradients })
}

/// The spread of a quantity over the seeds.
struct Spread {
    lowest: f64,
    median: f64,
    highest: f64,
}

impl Spread {
    /// Returns the spread at each position of these rows, which all have the same length.
    fn by_position<'a>(rows: impl Iterator<Item = &'a Vec<f64>> + Clone) -> Vec<Self> {
        let positions = rows.clone().map(Vec::len).min().unwrap_or(0);
        (0..positions).map(|index| Self::of(rows.clone().map(|row| row[index]).collect())).collect()
    }

    /// Takes at least one number.
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let (last, middle) = (values.len() - 1, values.len() / 2);
        let median = f64::midpoint(values[last - middle], values[middle]);
        Self { lowest: values[0], median, highest: values[last] }
    }
}

/// The measurements of all trainings with one activation.
struct Measured {
    name: &'static str,
    color: RGBColor,
    /// After each epoch.
    losses: Vec<Spread>,
    /// The gradients of each layer.
    gradients: Vec<Spread>,
}

impl Measured {
    fn new(
        name: &'static str,
        color: RGBColor,
        data: &Dataset<f32>,
    ) -> Result<Self, Box<dyn std::error::Error>> {
        let activation: AnyActivation<_> = name.parse()?;
        let trainings =
            (0..SEEDS).map(|seed| train(&activation, data, seed)).collect::<Result<Vec<_>, _>>()?;
        let losses = Spread::by_position(trainings.iter().map(|training| &training.losses));
        let gradients = Spread::by_position(trainings.iter().map(|training| &training.gradients));
        Ok(Self { name, color, losses, gradients })
    }

    fn final_loss(&self) -> f64 {
        self.losses.last().map_or(f64::NAN, |loss| loss.median)
    }

    /// Returns the first layer's median gradient, relative to the last layer's.
    fn first_to_last(&self) -> f64 {
        match &self.gradients[..] {
            [first, .., last] => first.median / last.median,
            _ => f64::NAN,
        }
    }
}

fn summary(tanh: &Measured, sigmoid: &Measured, data: &Dataset<f32>) -> String {
    let mut text = format!(
        "data/digits.csv, {} rows: {HIDDEN_LAYERS} hidden layers of {UNITS} units, Glorot uniform, SGD with learning rate \
         {LEARNING_RATE}, batches of {BATCH_SIZE}, {SEEDS} seeds\n\n{:22}{:>12}{:>12}\n",
        data.rows(),
        "median over the seeds",
        tanh.name,
        sigmoid.name
    );
    let mut line = |name: String, tanh: f64, sigmoid: f64| {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{name:22}{:>12}{:>12}", significant(tanh), significant(sigmoid));
    };
    for (index, (tanh, sigmoid)) in tanh.gradients.iter().zip(&sigmoid.gradients).enumerate() {
        line(format!("gradient, layer {}", index + 1), tanh.median, sigmoid.median);
    }
    for epoch in [1, EPOCHS.div_ceil(4), EPOCHS.div_ceil(2), EPOCHS] {
        let (tanh, sigmoid) = (&tanh.losses[epoch - 1], &sigmoid.losses[epoch - 1]);
        line(format!("loss, epoch {epoch}"), tanh.median, sigmoid.median);
    }
    let _ = write!(
        text,
        "\nafter epoch {EPOCHS} the median training loss is {} with tanh and {} with the sigmoid; at the start the first layer's \
         gradient is {} of the last layer's with tanh, {} with the sigmoid",
        significant(tanh.final_loss()),
        significant(sigmoid.final_loss()),
        significant(tanh.first_to_last()),
        significant(sigmoid.first_to_last())
    );
    text
}

/// Rounds to two significant digits.
fn significant(value: f64) -> String {
    let rounded = format!("{value:.1e}");
    let magnitude = rounded.split_once('e').and_then(|(_, exponent)| exponent.parse().ok());
    match magnitude {
        Some(magnitude @ -4..=1) => format!("{value:.*}", (1_i32 - magnitude) as usize),
        _ => rounded,
    }
}

fn draw_charts(sheet: &Sheet, measured: &[&Measured]) -> Result<(), Box<dyn std::error::Error>> {
    let over_seeds = format!("median and range over {SEEDS} seeds");
    let (left, right) = sheet.split_horizontally(sheet.dim_in_pixel().0 / 2);
    let losses = measured.iter().map(|measured| &measured.losses[..]);
    let gradients = measured.iter().map(|measured| &measured.gradients[..]);
    let epochs = measured.iter().map(|measured| measured.losses.len()).max().unwrap_or(0);
    let layers = HIDDEN_LAYERS + 1;

    let epoch = Axis::whole("epoch", 0.0..epochs as f64, 7);
    let layer_label = "layer (the last is the output layer)";
    let layer = Axis::whole(layer_label, 0.7..layers as f64 + 0.3, layers);
    let mut loss = figures::chart(
        &left,
        &format!("Training loss: {over_seeds}"),
        18,
        &epoch,
        &logarithmic("categorical cross-entropy", losses),
    )?;
    let mut gradient = figures::chart(
        &right,
        &format!("Gradient at the start: {over_seeds}"),
        18,
        &layer,
        &logarithmic("mean |∂loss/∂weight|", gradients),
    )?;
    for measured in measured {
        for (chart, spreads) in
            [(&mut loss, &measured.losses), (&mut gradient, &measured.gradients)]
        {
            let points = |value: fn(&Spread) -> f64| {
                let values = spreads.iter().map(move |spread| log10(value(spread)));
                values.enumerate().map(|(index, value)| (index as f64 + 1.0, value))
            };
            let color = measured.color;
            let above = points(|spread| spread.highest);
            let outline: Vec<_> = above.chain(points(|spread| spread.lowest).rev()).collect();
            chart.context.draw_series([Polygon::new(outline, color.mix(0.15))])?;

            let medians: Vec<_> = points(|spread| spread.median).collect();
            chart.curve(Some(measured.name), &medians, Stroke { color, dashed: false })?;
            if spreads.len() <= layers {
                chart.dots(medians.into_iter(), 8, color.filled())?;
            }
        }
    }
    loss.legend(SeriesLabelPosition::LowerLeft)?;
    gradient.legend(SeriesLabelPosition::LowerRight)
}

/// The axis of a quantity above 0, from the power of ten below the lowest value to the one above
/// the highest.
fn logarithmic<'s>(label: &str, spreads: impl Iterator<Item = &'s [Spread]>) -> Axis {
    let ends = spreads.flatten().flat_map(|spread| [spread.lowest, spread.highest]);
    let range = figures::extent(ends.map(log10));
    let (lowest, highest) = (range.start.floor(), range.end.ceil());
    Axis::logarithmic(label, 10_f64.powf(lowest)..10_f64.powf(highest.max(lowest + 1.0)))
}

/// 0 has no logarithm, and is drawn at the smallest normal `f32`.
fn log10(value: f64) -> f64 {
    value.max(f64::from(f32::MIN_POSITIVE)).log10()
}
