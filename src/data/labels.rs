//! Data sets from arrays in memory, with a number or a label for each row.

use super::categories::Categories;
use super::table::{abbreviated, list};
use crate::{Dataset, Error, Float, Mlp, Result};
use ndarray::{Array1, Array2, Axis};
use std::collections::BTreeSet;

impl<F: Float> Dataset<F> {
    /// Examples with one number each as target: inputs rows × features, and a number for each row. For several, there is [`new`](Self::new).
    ///
    /// ```
    /// use densely::Dataset;
    /// use ndarray::Array2;
    ///
    /// let x: Vec<f64> = (0..50).map(|i| f64::from(i) / 10.0).collect();
    /// let y: Vec<f64> = x.iter().map(|x| x.sin()).collect();
    /// let data = Dataset::regression(Array2::from_shape_vec((50, 1), x)?, y)?;
    /// assert_eq!((data.rows(), data.features(), data.outputs()), (50, 1, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn regression(inputs: Array2<F>, targets: impl IntoIterator<Item = F>) -> Result<Self> {
        let targets: Array1<F> = targets.into_iter().collect();
        Self::new(inputs, targets.insert_axis(Axis(1)))
    }

    /// Examples of two classes, for one output: inputs rows × features, and a label for each row, of any type that can be printed. The target is 1 for the class
    /// that is second in alphabetical order.
    ///
    /// ```
    /// use densely::Dataset;
    /// use ndarray::array;
    ///
    /// let data = Dataset::<f32>::binary(array![[0.1], [0.7], [0.2]], ["spam", "ham", "spam"])?;
    /// assert_eq!(data.classes(), ["ham", "spam"]);
    /// assert_eq!(data.targets(), array![[1.0], [0.0], [1.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new); [`Error::Labels`] unless there are two different labels.
    pub fn binary(
        inputs: Array2<F>,
        labels: impl IntoIterator<Item = impl ToString>,
    ) -> Result<Self> {
        let labels = texts(labels);
        let mut classes = in_order(&labels);
        if classes.len() != 2 {
            return Err(wrong_classes(&classes, "a binary classifier needs two"));
        }
        // As of a table.
        classes.sort();
        Self::of_classes(inputs, &labels, classes, 1)
    }

    /// Examples of two or more classes, for an output each: inputs rows × features, and a label for each row, of any type that can be printed. The targets are
    /// a column of 0 and 1 for each class, in alphabetical order, or in that of their values if all are whole numbers.
    ///
    /// ```
    /// use densely::Dataset;
    /// use ndarray::array;
    ///
    /// let data = Dataset::<f32>::multiclass(array![[0.1], [0.7], [0.2]], [10, 9, 10])?;
    /// assert_eq!(data.classes(), ["9", "10"]);
    /// assert_eq!(data.targets(), array![[0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new); [`Error::Labels`] unless there are at least two different labels.
    pub fn multiclass(
        inputs: Array2<F>,
        labels: impl IntoIterator<Item = impl ToString>,
    ) -> Result<Self> {
        let labels = texts(labels);
        let classes = in_order(&labels);
        if classes.len() < 2 {
            return Err(wrong_classes(&classes, "a classifier needs at least two"));
        }
        let outputs = classes.len();
        Self::of_classes(inputs, &labels, classes, outputs)
    }

    /// Examples of the classes that a network knows, such as other rows to test it on: inputs rows × features, and a label for each row. A class may have no rows.
    ///
    /// ```
    /// use densely::{CategoricalCrossEntropy, Dataset, Mlp, Sgd, Softmax, Trainer, metrics};
    /// use ndarray::array;
    ///
    /// let train = Dataset::multiclass(array![[0.0], [1.0], [2.0]], ["a", "b", "c"])?;
    /// let mut net = Mlp::<f64>::builder(1).dense(3, Softmax).build()?;
    /// Trainer::new(CategoricalCrossEntropy, Sgd::new(0.5)).epochs(300).fit(&mut net, &train)?;
    ///
    /// let test = Dataset::for_classifier(&net, array![[1.9], [0.1]], ["c", "a"])?;
    /// assert_eq!(net.evaluate(&test, metrics::accuracy)?, 1.0);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new); [`Error::Unnamed`] if the network does not know its classes' names, [`Error::UnknownLabel`] for a label that is none of them.
    pub fn for_classifier(
        net: &Mlp<F>,
        inputs: Array2<F>,
        labels: impl IntoIterator<Item = impl ToString>,
    ) -> Result<Self> {
        if net.classes().is_empty() {
            return Err(Error::Unnamed { what: "classes" });
        }
        Self::of_classes(inputs, &texts(labels), net.classes().to_vec(), net.outputs())
    }

    /// One column of class numbers, or a column for each class.
    fn of_classes(
        inputs: Array2<F>,
        labels: &[String],
        classes: Vec<String>,
        outputs: usize,
    ) -> Result<Self> {
        let mut targets = Array2::zeros((labels.len(), outputs));
        let categories = Categories::of_classes(&classes);
        for (row, (label, mut target)) in labels.iter().zip(targets.rows_mut()).enumerate() {
            let class = categories.place(label).ok_or_else(|| Error::UnknownLabel {
                row,
                label: abbreviated(label),
                classes: list(classes.iter().map(String::as_str)),
            })?;
            match outputs {
                1 => target[0] = F::from_f64(class as f64),
                _ => target[class] = F::one(),
            }
        }
        Self::new(inputs, targets)?.with_classes(classes)
    }
}

fn texts(labels: impl IntoIterator<Item = impl ToString>) -> Vec<String> {
    labels.into_iter().map(|label| label.to_string()).collect()
}

/// The different labels: whole numbers by value, text by the alphabet.
fn in_order(labels: &[String]) -> Vec<String> {
    let whole = |label: &String| label.parse::<f64>().ok().filter(|number| number.fract() == 0.0);
    match labels.iter().map(whole).collect::<Option<Vec<f64>>>() {
        Some(mut numbers) => {
            // Adding 0 turns -0 into 0.
            numbers.iter_mut().for_each(|number| *number += 0.0);
            numbers.sort_by(f64::total_cmp);
            numbers.dedup();
            numbers.iter().map(f64::to_string).collect()
        }
        None => labels.iter().collect::<BTreeSet<_>>().into_iter().cloned().collect(),
    }
}

fn wrong_classes(classes: &[String], needs: &'static str) -> Error {
    let found = match classes.len() {
        1 => "only one class".to_owned(),
        count => format!("{count} classes"),
    };
    Error::Labels { found, classes: list(classes.iter().map(String::as_str)), needs }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn classes_are_ordered_as_those_of_a_table() {
        let inputs = || array![[1.0], [2.0], [3.0]];
        let classes = |labels: [&str; 3]| {
            Dataset::<f64>::multiclass(inputs(), labels).unwrap().classes().to_vec()
        };
        assert_eq!(classes(["10", "9", "-1"]), ["-1", "9", "10"]);
        assert_eq!(classes(["10", "9", "x"]), ["10", "9", "x"]);
        assert_eq!(classes(["0.5", "1.5", "10"]), ["0.5", "1.5", "10"]);
        for (labels, column) in [(["2", "1.0", "-0"], "2\n1.0\n-0"), (["b", "a", "b"], "b\na\nb")] {
            let csv = format!("y,x\n{}", column.replace('\n', ",1\n") + ",1\n");
            let table = crate::Table::parse_csv(csv.as_bytes(), "table").unwrap();
            let of_table = table.multiclass::<f64>("y").unwrap();
            let of_labels = Dataset::multiclass(inputs(), labels).unwrap();
            assert_eq!(of_table.classes(), of_labels.classes());
            assert_eq!(of_table.targets(), of_labels.targets());
        }
    }

    #[test]
    fn what_is_wrong_with_labels_is_said() {
        let error = Dataset::<f32>::binary(array![[1.0], [2.0]], ["a", "a"]).unwrap_err();
        let message = r#"the labels have only one class ("a"), a binary classifier needs two"#;
        assert_eq!(error.to_string(), message);
        let error = Dataset::<f32>::multiclass(array![[1.0], [2.0]], [1, 2, 3]).unwrap_err();
        assert_eq!(error.to_string(), "inputs have 2 rows, targets have 3");
        let net = Mlp::<f32>::builder(1).dense(2, crate::Softmax).build().unwrap();
        let error = Dataset::for_classifier(&net, array![[1.0]], ["a"]).unwrap_err();
        assert!(matches!(error, Error::Unnamed { what: "classes" }));
    }
}
