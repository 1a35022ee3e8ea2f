//! From a network to a file.

use super::formula::{Formula, Operand, Step, written};
use super::messages::{
    AttributeProto, DimensionProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto,
    StringStringEntryProto, TensorProto, TensorShapeProto, TensorTypeProto, TypeProto,
    ValueInfoProto,
};
use super::refused;
use super::tensor::ElementType;
use crate::choice::split;
use crate::dense::Dense;
use crate::error::{Error, Result};
use crate::float::Float;
use crate::mlp::Mlp;
use crate::model_file::structure::{FORMAT, Structure};
use std::collections::BTreeMap;
use std::marker::PhantomData;

/// The format's version, and that of its operators, of 2022: old enough for every runtime.
const IR_VERSION: i64 = 8;
const OPERATORS: i64 = 17;
const INPUTS: &str = "inputs";
const OUTPUTS: &str = "outputs";
const ROWS: &str = "rows";
/// `AttributeProto.AttributeType.FLOAT`.
const FLOAT_ATTRIBUTE: i32 = 1;

/// The model of a network.
pub(super) fn model<F: Float>(network: &Mlp<F>) -> Result<ModelProto> {
    network.check_whole()?;
    let mut graph = Builder::<F>::new();
    let mut value = INPUTS.to_owned();
    let last = network.layers().len() - 1;
    for (index, layer) in network.layers().iter().enumerate() {
        let name = layer.activation().name().ok_or_else(|| {
            let activation = layer.activation();
            refused(format!("layer {index}: {activation:?} is not built in, and is no operator"))
        })?;
        let (kind, alpha) = match split(&name) {
            Some((kind, alpha)) => (kind, alpha.parse().ok()),
            None => (&name[..], None),
        };
        let formula = written::formula::<F>(kind)
            .ok_or_else(|| refused(format!("layer {index}: {name} is no operator")))?;
        let prefix = format!("layers.{index}");
        let output = if index == last { OUTPUTS.to_owned() } else { format!("{prefix}.outputs") };
        value = graph.layer(layer, &prefix, value, &output, formula.steps.is_empty());
        value = graph.activation(&formula, alpha, &format!("{prefix}.{kind}"), value, &output);
    }
    let metadata = Structure::of(network).and_then(|structure| structure.to_json());
    let metadata = metadata.map_err(|error| match error {
        Error::ModelFile { reason } => refused(reason),
        error => error,
    })?;
    Ok(ModelProto {
        ir_version: IR_VERSION,
        producer_name: "densely".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        graph: Some(graph.finish(network.features(), network.outputs())),
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: OPERATORS }],
        metadata_props: vec![StringStringEntryProto { key: FORMAT.to_owned(), value: metadata }],
    })
}

/// A graph under construction.
struct Builder<F> {
    nodes: Vec<NodeProto>,
    tensors: Vec<TensorProto>,
    /// The single numbers that operators take, by name.
    numbers: BTreeMap<String, TensorProto>,
    number: PhantomData<F>,
}

impl<F: Float> Builder<F> {
    fn new() -> Self {
        let (nodes, tensors, numbers) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { nodes, tensors, numbers, number: PhantomData }
    }

    /// The weighted sums of a layer; returns their name. They are the layer's output where no activation follows.
    fn layer(
        &mut self,
        layer: &Dense<F>,
        prefix: &str,
        inputs: String,
        output: &str,
        is_output: bool,
    ) -> String {
        let shapes = [vec![layer.inputs(), layer.outputs()], vec![layer.outputs()]];
        let mut operands = vec![inputs];
        for ((numbers, shape), name) in
            layer.parameter_slices().zip(shapes).zip(["weights", "bias"])
        {
            let name = format!("{prefix}.{name}");
            operands.push(name.clone());
            self.tensors.push(tensor(name, &shape, numbers));
        }
        let operator = if layer.bias().is_some() { "Gemm" } else { "MatMul" };
        let sums = if is_output { output.to_owned() } else { format!("{prefix}.sums") };
        self.node(operator, operands, format!("{prefix}.{operator}"), sums.clone());
        sums
    }

    /// The activation of the value of this name; returns the name of what it puts out.
    fn activation(
        &mut self,
        formula: &Formula,
        alpha: Option<f64>,
        prefix: &str,
        input: String,
        output: &str,
    ) -> String {
        let Some(last) = formula.steps.len().checked_sub(1) else { return input };
        let result = |place: usize| match place == last {
            true => output.to_owned(),
            false => format!("{prefix}.{place}"),
        };
        for (place, Step { operator, operands, alpha: attribute }) in
            formula.steps.iter().enumerate()
        {
            let operands = operands.iter().map(|operand| match *operand {
                Operand::Input => input.clone(),
                Operand::Step(place) => result(place),
                Operand::Number(number) => self.number(number),
                Operand::Alpha => self.number(alpha.unwrap_or_default()),
            });
            let operands = operands.collect();
            self.node(operator, operands, format!("{prefix}.{place}.{operator}"), result(place));
            if let (Some(Operand::Alpha), Some(node)) = (attribute, self.nodes.last_mut()) {
                let f = alpha.unwrap_or_default() as f32;
                let name = "alpha".to_owned();
                node.attribute.push(AttributeProto { name, f, r#type: FLOAT_ATTRIBUTE });
            }
        }
        output.to_owned()
    }

    fn node(&mut self, operator: &str, input: Vec<String>, name: String, output: String) {
        let (op_type, output, attribute) = (operator.to_owned(), vec![output], Vec::new());
        self.nodes.push(NodeProto { input, output, name, op_type, attribute });
    }

    /// The name of a constant.
    fn number(&mut self, number: f64) -> String {
        let name = format!("number.{number}");
        let constant = || tensor(name.clone(), &[], &[F::from_f64(number)]);
        self.numbers.entry(name.clone()).or_insert_with(constant);
        name
    }

    fn finish(mut self, features: usize, outputs: usize) -> GraphProto {
        self.tensors.extend(self.numbers.into_values());
        GraphProto {
            node: self.nodes,
            name: "densely".to_owned(),
            initializer: self.tensors,
            input: vec![rows::<F>(INPUTS, features)],
            output: vec![rows::<F>(OUTPUTS, outputs)],
        }
    }
}

fn tensor<F: Float>(name: String, shape: &[usize], numbers: &[F]) -> TensorProto {
    let mut raw_data = Vec::with_capacity(size_of_val(numbers));
    F::extend_le_bytes(numbers, &mut raw_data);
    let dims = shape.iter().map(|&length| length as i64).collect();
    TensorProto { dims, data_type: element_type::<F>(), name, raw_data }
}

fn element_type<F: Float>() -> i32 {
    ElementType::of::<F>().0 as i32
}

/// Any number of rows of so many numbers.
fn rows<F: Float>(name: &str, columns: usize) -> ValueInfoProto {
    let rows = DimensionProto { dim_value: None, dim_param: Some(ROWS.to_owned()) };
    let columns = DimensionProto { dim_value: Some(columns as i64), dim_param: None };
    let shape = Some(TensorShapeProto { dim: vec![rows, columns] });
    let tensor_type = Some(TensorTypeProto { elem_type: element_type::<F>(), shape });
    ValueInfoProto { name: name.to_owned(), r#type: Some(TypeProto { tensor_type }) }
}
