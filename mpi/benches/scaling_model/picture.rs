//! The model, drawn: with the same rows on each rank, and with the same rows in all, over the
//! ranks.

use crate::cost::{Algorithm, Gradients};
use crate::measured::Measured;
use crate::networks::Named;
use crate::scaling::Model;
use crate::tables::MOST_RANKS;
use crate::workloads::WORKLOADS;
use densely_cli::figures::{self, Axis, Stroke, chart_aligned, curve_key, palette, widest_number};
use plotters::style::{BLACK, RGBColor};
use std::error::Error;
use std::path::Path;

/// The colours of the workloads, in their order.
const COLORS: [RGBColor; 5] =
    [palette::ORANGE, palette::VERMILION, palette::GREEN, palette::BLUE, palette::PURPLE];
/// The height of numbers, in pixels.
const TEXT: u32 = 17;
const KEY: u32 = 34;

pub fn draw(path: &Path, measured: &Measured, networks: &[Named; 2]) -> Result<(), Box<dyn Error>> {
    figures::draw(path, (1300, 1060), |sheet| {
        let (head, body) = sheet.split_vertically((2 * KEY + KEY / 2) * figures::PIXEL);
        let (workloads, algorithms) = head.split_vertically((KEY + KEY / 2) * figures::PIXEL);
        let names = WORKLOADS.map(|of| format!("{}, batch {}", of.name, of.batch));
        let names = names.iter().zip(COLORS);
        let names: Vec<_> = names.map(|(name, color)| (name.as_str(), solid(color))).collect();
        curve_key(&workloads, TEXT, &names)?;
        let algorithms_key = [
            ("MpiWorkers", solid(BLACK)),
            ("each to each", Stroke { color: BLACK, dashed: true }),
            ("no waiting for sums", solid(palette::REFERENCE)),
        ];
        curve_key(&algorithms, TEXT, &algorithms_key)?;
        let panels = body.split_evenly((2, 2));
        for (column, named) in networks.iter().enumerate() {
            weak(&panels[column], measured, named)?;
            strong(&panels[2 + column], measured, named)?;
        }
        Ok(())
    })
}

fn weak(panel: &figures::Sheet, measured: &Measured, named: &Named) -> Result<(), Box<dyn Error>> {
    let title = format!("{}: the batch on each rank", named.name);
    let ticks = (0..=5).map(|fifth| (0.2 * f64::from(fifth), format!("{} %", 20 * fifth)));
    let y = Axis::new("efficiency", 0.0..1.0, ticks.collect());
    let efficiency = |model: &Model<'_>, ranks, batch: usize| model.efficiency(ranks, batch as f64);
    panel_of(panel, &title, &y, measured, named, efficiency, |_| 1.0)
}

fn strong(
    panel: &figures::Sheet,
    measured: &Measured,
    named: &Named,
) -> Result<(), Box<dyn Error>> {
    let title = format!("{}: the batch divided among all", named.name);
    let y = Axis::logarithmic("times as fast as one rank", 0.01..1000.0);
    let speedup = |model: &Model<'_>, ranks, batch| model.speedup(ranks, batch).log10();
    panel_of(panel, &title, &y, measured, named, speedup, |ranks| (ranks as f64).log10())
}

fn panel_of(
    panel: &figures::Sheet,
    title: &str,
    y: &Axis,
    measured: &Measured,
    named: &Named,
    place: impl Fn(&Model<'_>, usize, usize) -> f64,
    ideal: impl Fn(usize) -> f64,
) -> Result<(), Box<dyn Error>> {
    let powers = 0..=MOST_RANKS.ilog2();
    let ticks = powers.clone().map(|power| (f64::from(power), (1_usize << power).to_string()));
    let x = Axis::new("ranks", 0.0..f64::from(*powers.end()), ticks.collect());
    let widest = widest_number(&Axis::new("", 0.0..1.0, vec![(0.0, "100 %".into())]), TEXT);
    let mut chart = chart_aligned(panel, title, TEXT, &x, y, widest)?;
    let curve = |of: &dyn Fn(usize) -> f64| {
        powers.clone().map(|power| (f64::from(power), of(1 << power))).collect::<Vec<_>>()
    };
    chart.curve(None, &curve(&ideal), solid(palette::REFERENCE))?;
    for (workload, color) in WORKLOADS.iter().zip(COLORS) {
        let compute = measured.compute(workload);
        let gradients = Gradients::of(&workload.gradients());
        for algorithm in [Algorithm::Exchange, Algorithm::Workers] {
            let network = named.network;
            let model = Model { compute: &compute, gradients: &gradients, network, algorithm };
            let dashed = algorithm == Algorithm::Exchange;
            let points = curve(&|ranks| place(&model, ranks, workload.batch));
            chart.curve(None, &points, Stroke { color, dashed })?;
        }
    }
    Ok(())
}

fn solid(color: RGBColor) -> Stroke {
    Stroke { color, dashed: false }
}
