//! What was measured, how well the model says it, and what follows for many ranks, as tables in
//! Markdown.

use crate::compute::Compute;
use crate::cost::{Algorithm, Amounts, Gradients, Network};
use crate::measured::Measured;
use crate::networks::Named;
use crate::records::{Over, What};
use crate::scaling::Model;
use crate::workloads::{WORKLOADS, Workload};
use std::error::Error;

/// The most ranks for which the model is evaluated.
pub const MOST_RANKS: usize = 1024;

const BETWEEN_TWO: [(&str, Over); 2] =
    [("shared memory", Over::SharedMemory), ("TCP, loopback", Over::Tcp)];

pub fn print(measured: &Measured, networks: &[Named]) -> Result<(), Box<dyn Error>> {
    print_networks(measured, networks);
    print_check(measured)?;
    print_answers(measured, networks);
    Ok(())
}

fn print_networks(measured: &Measured, networks: &[Named]) {
    println!("\n| | latency | a message | a handshake | bandwidth | packing |");
    println!("|---|---|---|---|---|---|");
    let between = BETWEEN_TWO.map(|(name, over)| (name, measured.network(over)));
    let others = networks.iter().map(|named| (named.name, named.network));
    for (name, network) in between.into_iter().chain(others) {
        let Network { latency, overhead, handshake, bandwidth, packing, .. } = network;
        let [latency, overhead, handshake] = [latency, overhead, handshake].map(|of| 1e6 * of);
        println!(
            "| {name} | {latency:.1} µs | {overhead:.2} µs | {handshake:.2} µs | {:.2} GB/s | {:.1} ns |",
            bandwidth / 1e9,
            1e9 * packing
        );
    }
    println!("\ncopying and adding a number: {:.3} ns", 1e9 * measured.addition);
}

/// Prints the modelled and the measured steps of two ranks.
fn print_check(measured: &Measured) -> Result<(), Box<dyn Error>> {
    for (name, over) in BETWEEN_TWO {
        println!("\nTwo ranks, {name}, microseconds:\n");
        println!(
            "| | alone | apart | sums, model | measured | step, all hidden | model | measured | error |"
        );
        println!("|---|---|---|---|---|---|---|---|---|");
        let network = measured.network(over);
        for workload in &WORKLOADS {
            let (compute, gradients) =
                (measured.compute(workload), Gradients::of(&workload.gradients()));
            let algorithm = Algorithm::Exchange;
            let model = Model { compute: &compute, gradients: &gradients, network, algorithm };
            let alone = measured.of(What::Step, Over::Alone, workload)?;
            let apart = measured.of(What::Step, Over::Apart, workload)?;
            let sums = measured.of(What::Sum, over, workload)?;
            let step = measured.of(What::Step, over, workload)?;
            let hidden = model.step(2, workload.batch as f64)
                - model.step_overlapped(2, workload.batch as f64);
            // Two ranks that compute at the same time share the memory.
            let modelled = apart + model.sums(2);
            let times = [alone, apart, model.sums(2), sums, modelled - hidden, modelled, step];
            let times = times.map(microseconds).join(" | ");
            let error = 100.0 * (modelled / step - 1.0);
            println!("| {} | {times} | {error:+.0} % |", workload.name);
        }
    }
    Ok(())
}

/// Prints where scaling ends, in two tables with a column for each network.
fn print_answers(measured: &Measured, networks: &[Named]) {
    println!(
        "\nThe workload's batch in all: the ranks with which a step is fastest, at most {MOST_RANKS}, and how many times as fast it is as on one:"
    );
    print_answer(measured, networks, |model, workload| {
        let fastest = model.fastest(MOST_RANKS, workload.batch);
        let speedup = model.speedup(fastest, workload.batch);
        if fastest == 1 { "1".to_owned() } else { format!("{fastest} ({speedup:.1})") }
    });
    println!("\nRows on each of {MOST_RANKS} ranks with which they are 50 % and 90 % efficient:");
    print_answer(measured, networks, |model, _| {
        let rows = |efficiency| rounded(model.rows_for(efficiency, MOST_RANKS), model.compute);
        format!("{}, {}", rows(0.5), rows(0.9))
    });
}

fn print_answer(
    measured: &Measured,
    networks: &[Named],
    answer: impl Fn(&Model<'_>, &Workload) -> String,
) {
    let columns = networks.iter().map(|named| format!(" {} |", named.name));
    println!("\n| | batch |{}", columns.collect::<String>());
    println!("|---|---|{}", "---|".repeat(networks.len()));
    for workload in &WORKLOADS {
        let (compute, gradients) =
            (measured.compute(workload), Gradients::of(&workload.gradients()));
        let models = networks.iter().map(|named| Model {
            compute: &compute,
            gradients: &gradients,
            network: named.network,
            algorithm: Algorithm::Workers,
        });
        let answers = models.map(|model| answer(&model, workload)).collect::<Vec<_>>();
        println!("| {} | {} | {} |", workload.name, workload.batch, answers.join(" | "));
    }
}

/// Three digits: more would be an accuracy that the model does not have.
fn microseconds(seconds: f64) -> String {
    grouped(1e6 * seconds)
}

/// Two digits and zeros, with a mark if this many rows were not measured.
fn rounded(rows: f64, compute: &Compute) -> String {
    let unit = 10_f64.powf((rows.log10().floor() - 1.0).max(0.0));
    let mark = if rows > compute.most() { "\\*" } else { "" };
    format!("{}{mark}", grouped((rows / unit).ceil() * unit))
}

/// With commas between thousands, and at least three digits.
fn grouped(number: f64) -> String {
    let decimals = if number < 99.95 { 1 } else { 0 };
    let text = format!("{number:.decimals$}");
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if decimals == 1 {
        return text.to_owned();
    }
    let mut grouped = String::new();
    for (index, digit) in text.chars().enumerate() {
        if index > 0 && (text.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Prints the error of the fit for each measured sum.
pub fn print_fit(measured: &Measured, sums: impl Fn(Over) -> Vec<(Amounts, f64)>) {
    for (name, over) in BETWEEN_TWO {
        println!("\n{name}\n\n| rounds | messages | bytes | µs | model | error |");
        println!("|---|---|---|---|---|---|");
        for (amounts, seconds) in sums(over) {
            let model = amounts.seconds(&measured.network(over));
            let Amounts { rounds, messages, bytes, .. } = amounts;
            let error = 100.0 * (model / seconds - 1.0);
            let times = [seconds, model].map(microseconds).join(" | ");
            println!("| {rounds} | {messages} | {bytes:.0} | {times} | {error:+.0} % |");
        }
    }
}
