//! Runs the examples that show how an application uses the library.

use super::run;

/// Returns the output of a program.
fn text(name: &str, options: &[&str]) -> String {
    let output = run(name, options);
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Returns the numbers in a line, whatever separates them.
fn numbers(line: &str) -> Vec<f64> {
    let words = line.split(|c: char| c.is_whitespace() || ",:%".contains(c));
    words.filter_map(|word| word.parse().ok()).collect()
}

/// Returns the numbers in the one line that begins with this text.
fn numbers_of(text: &str, start: &str) -> Vec<f64> {
    let mut lines = text.lines().filter_map(|line| line.strip_prefix(start));
    let line = lines.next().unwrap_or_else(|| panic!("{start}: {text}"));
    assert_eq!(lines.next(), None, "{text}");
    numbers(line)
}

#[test]
fn a_network_inside_the_program_serves_threads() {
    let served = text("embed", &["--threads", "3", "--seconds", "0.2"]);
    let [predictions, threads, seconds] = numbers_of(&served, "throughput")[..] else {
        panic!("{served}")
    };
    assert!(predictions > 0.0 && threads == 3.0 && seconds >= 0.2, "{served}");
    let [median, slow] = numbers_of(&served, "latency")[..] else { panic!("{served}") };
    assert!(0.0 < median && median <= slow, "{served}");
    let [accuracy, rows] = numbers_of(&served, "accuracy")[..] else { panic!("{served}") };
    assert!(accuracy > 0.96 && rows == 114.0, "{served}");
}

#[test]
fn who_learns_from_a_stream_follows_it() {
    let text = text("online", &[]);
    let mut lines = text.lines().map(numbers).filter(|numbers| numbers.len() == 3);
    let last = lines.by_ref().take(8).last().unwrap();
    let [batches, published, left_alone] = last[..] else { panic!("{text}") };
    // The noise is 0.1, and no network can have an error above 2.
    assert!(batches == 2000.0 && published < 0.25 && left_alone > 1.0, "{text}");
    for predictor in ["predictor 1", "predictor 2"] {
        let [predictions, networks, error] = numbers_of(&text, predictor)[..] else {
            panic!("{text}")
        };
        assert!(predictions > 0.0 && networks > 0.0 && error < left_alone, "{text}");
    }
}

/// Returns how many gradients were compared.
fn compared(text: &str) -> f64 {
    let [compared, error] = numbers(text.lines().next().unwrap())[..] else { panic!("{text}") };
    assert!(error < 1e-6, "{text}");
    compared
}

#[test]
fn an_activation_of_ones_own_is_proved_and_trained() {
    let text = text("custom_activation", &[]);
    assert_eq!(compared(&text), 33.0, "{text}");
    let [sine, tanh] =
        ["Sine", "Tanh"].map(|name| numbers_of(&text, &format!("RMSE with {name}"))[0]);
    assert!(sine < 0.1 && tanh > 0.3, "{text}");
}

#[test]
fn a_loss_of_ones_own_is_proved_and_trained() {
    let text = text("custom_loss", &[]);
    assert_eq!(compared(&text), 17.0, "{text}");
    for line in text.lines().skip(2) {
        let [quantile, _, _, below, rows] = numbers(line)[..] else { panic!("{text}") };
        assert!((below / rows - quantile).abs() < 0.15, "{text}");
    }
}
