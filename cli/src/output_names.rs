//! The names of a network's outputs.

use densely::schema::Schema;
use std::fmt::Display;

/// The data and what is predicted, for the first line of a summary.
pub fn title(data: impl Display, target: &str, classes: &[String]) -> String {
    let title = format!("{data}: {target}");
    match classes {
        [] => title,
        [first, second] => format!("{title} ({first} or {second})"),
        classes => format!("{title} ({} classes)", classes.len()),
    }
}

/// The targets; `y0`, `y1`, … without names.
pub fn targets(schema: &Schema, outputs: usize) -> Vec<String> {
    let name = |place: usize| match schema.targets.get(place) {
        Some(name) => name.clone(),
        None => format!("y{place}"),
    };
    (0..outputs).map(name).collect()
}

/// Each target, or the probability of each class: of a single output, that of the second class.
pub fn outputs(schema: &Schema, outputs: usize) -> Vec<String> {
    match (&schema.classes[..], outputs) {
        ([], _) => targets(schema, outputs),
        ([_, second], 1) => vec![format!("P({second})")],
        (classes, _) => classes.iter().map(|class| format!("P({class})")).collect(),
    }
}
