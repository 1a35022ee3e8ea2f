//! Data sets from arrays in memory, with a number or a label for each row.

pub(super) mod classes;
pub(super) mod index;

use super::cell::{abbreviated, list, plain_number};
use super::missing::MissingWords;
use crate::error::{DataError, Error, Result, SchemaError, check::ensure};
use crate::{data::Dataset, float::Float, matrix::fit_in_memory, mlp::Mlp};
use classes::{ClassSet, WrongClasses};
use index::LabelIndex;
use ndarray::{Array1, Array2, Axis};

impl<F: Float> Dataset<F> {
    /// Examples of a regression with one output: inputs rows × features, and a number for each
    /// row. [`new`](Self::new) takes several numbers.
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

    /// Examples of two classes, for one output: inputs rows × features, and a label for each row,
    /// of any type that can be printed. The target is 1 for the class that is second in
    /// alphabetical order.
    ///
    /// ```
    /// use densely::Dataset;
    /// use ndarray::array;
    ///
    /// let labels = ["spam", "ham", "spam"];
    /// let data = Dataset::<f32>::binary(array![[0.1], [0.7], [0.2]], labels)?;
    /// assert_eq!(data.classes(), ["ham", "spam"]);
    /// assert_eq!(data.targets(), array![[1.0], [0.0], [1.0]]);
    /// # Ok::<(), densely::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new); [`DataError::Labels`] unless there are two distinct labels,
    /// [`DataError::Label`] for one that is blank, NaN, or a number with a fraction.
    pub fn binary(
        inputs: Array2<F>,
        labels: impl IntoIterator<Item = impl ToString>,
    ) -> Result<Self> {
        let (labels, classes) = with_classes(labels, true)?;
        Self::of_classes(inputs, &labels, classes, 1)
    }

    /// Examples of two or more classes, for one output per class: inputs rows × features, and a
    /// label for each row, of any type that can be printed. The targets are a column of 0 and 1
    /// for each class, in alphabetical order, or by value if all labels are whole numbers.
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
    /// As [`binary`](Self::binary), but for 2 to 10,000 distinct labels.
    pub fn multiclass(
        inputs: Array2<F>,
        labels: impl IntoIterator<Item = impl ToString>,
    ) -> Result<Self> {
        let (labels, classes) = with_classes(labels, false)?;
        let outputs = classes.len();
        Self::of_classes(inputs, &labels, classes, outputs)
    }

    /// Examples of the classes that a network knows, such as test rows: inputs rows × features,
    /// and a label for each row. A class may have no rows.
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
    /// As [`new`](Self::new); [`SchemaError::Unnamed`] if the network does not know the names of
    /// its classes, [`DataError::UnknownLabel`] for a label that is not one of them.
    pub fn for_classifier(
        net: &Mlp<F>,
        inputs: Array2<F>,
        labels: impl IntoIterator<Item = impl ToString>,
    ) -> Result<Self> {
        ensure(!net.classes().is_empty(), || SchemaError::Unnamed { what: "classes" })?;
        let labels: Vec<_> = labels.into_iter().map(|label| label.to_string()).collect();
        Self::of_classes(inputs, &labels, net.classes().to_vec(), net.outputs())
    }

    /// The target of one output is the number of the class; several outputs are one-hot.
    fn of_classes(
        inputs: Array2<F>,
        labels: &[String],
        classes: Vec<String>,
        outputs: usize,
    ) -> Result<Self> {
        let needs = "and a column of 0 and 1 for each does not fit into memory";
        let fits = fit_in_memory::<F>(labels.len(), outputs);
        ensure(fits, || wrong_classes(WrongClasses::new(&classes, needs)))?;
        let mut targets = Array2::zeros((labels.len(), outputs));
        let index = LabelIndex::new(&classes);
        for (row, (label, mut target)) in labels.iter().zip(targets.rows_mut()).enumerate() {
            let class = index.place(label).ok_or_else(|| {
                let (label, classes) = (abbreviated(label), list(&classes));
                DataError::UnknownLabel { row, label, classes }
            })?;
            match outputs {
                1 => target[0] = F::from_f64(class as f64),
                _ => target[class] = F::one(),
            }
        }
        Self::new(inputs, targets)?.with_classes(classes)
    }
}

/// The labels as text, and their classes, by the rules for a column of a table.
fn with_classes(
    labels: impl IntoIterator<Item = impl ToString>,
    binary: bool,
) -> Result<(Vec<String>, Vec<String>)> {
    let labels: Vec<_> = labels.into_iter().map(|label| label.to_string()).collect();
    let missing = MissingWords::default();
    let is_number = |label: &String| plain_number(label).is_some();
    let numeric = labels.iter().any(is_number)
        && labels.iter().all(|label| is_number(label) || missing.has_in_numbers(label));
    let mut classes = ClassSet::new(numeric);
    for (row, label) in labels.iter().enumerate() {
        let bad = |problem| DataError::Label { row, label: abbreviated(label), problem };
        classes.add(label).map_err(bad)?;
    }
    let classes = classes.classes(binary).map_err(wrong_classes)?;
    Ok((labels, classes))
}

fn wrong_classes(WrongClasses { found, classes, needs }: WrongClasses) -> Error {
    Error::Data(DataError::Labels { found, classes, needs })
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
        for (labels, column) in [(["2", "1.0", "-0"], "2\n1.0\n-0"), (["b", "a", "b"], "b\na\nb")] {
            let csv = format!("y,x\n{}", column.replace('\n', ",1\n") + ",1\n");
            let table = crate::data::Table::parse_csv(csv.as_bytes(), "table").unwrap();
            let of_table = table.multiclass::<f64>("y").unwrap();
            let of_labels = Dataset::multiclass(inputs(), labels).unwrap();
            assert_eq!(of_table.classes(), of_labels.classes());
            assert_eq!(of_table.targets(), of_labels.targets());
        }
    }

    #[test]
    fn errors_say_what_is_wrong_with_labels() {
        let error = Dataset::<f32>::binary(array![[1.0], [2.0]], ["a", "a"]).unwrap_err();
        let message = r#"the labels have only one class ("a"), a binary classifier needs two"#;
        assert_eq!(error.to_string(), message);
        let error = Dataset::<f32>::binary(array![[1.0], [2.0]], [0.5, 1.0]).unwrap_err();
        let message =
            r#"label 0 (counted from 0): "0.5" is not a class: classes are text or whole numbers"#;
        assert_eq!(error.to_string(), message);
        let error = Dataset::<f32>::binary(array![[1.0], [2.0]], ["a", ""]).unwrap_err();
        assert_eq!(error.to_string(), r#"label 1 (counted from 0): "" is blank"#);
        let many = Dataset::<f32>::multiclass(Array2::zeros((20_000, 1)), 0..20_000).unwrap_err();
        assert!(many.to_string().starts_with("the labels have more than 10000 classes"), "{many}");
        let error = Dataset::<f32>::multiclass(array![[1.0], [2.0]], [1, 2, 3]).unwrap_err();
        assert_eq!(error.to_string(), "inputs have 2 rows, targets have 3");
        let net = Mlp::<f32>::builder(1).dense(2, crate::activation::Softmax).build().unwrap();
        let error = Dataset::for_classifier(&net, array![[1.0]], ["a"]).unwrap_err();
        assert!(matches!(error, Error::Schema(SchemaError::Unnamed { what: "classes" })));
    }
}
