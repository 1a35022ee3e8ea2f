//! Makes the model of a network.

use crate::formula::{self, Argument, Formula, Operation};
use crate::messages::{
    AttributeProto, DimensionProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto,
    StringStringEntryProto, TensorProto, TensorShapeProto, TensorTypeProto, TypeProto,
    ValueInfoProto,
};
use crate::metadata::{FORMAT, Metadata, kind_and_alpha};
use crate::refusal::refused;
use crate::tensor::{ElementType, push_le_bytes};
use densely::{Dense, Float, Mlp, Result};
use std::collections::BTreeMap;
use std::marker::PhantomData;

/// The versions of the format and of the operators, of 2022, which every runtime knows.
const IR_VERSION: i64 = 8;
const OPERATORS: i64 = 17;
const INPUTS: &str = "inputs";
const OUTPUTS: &str = "outputs";
const ROWS: &str = "rows";
/// `AttributeProto.AttributeType.FLOAT`.
const FLOAT_ATTRIBUTE: i32 = 1;

/// The model of a network.
pub(crate) fn model<F: Float>(net: &Mlp<F>) -> Result<ModelProto> {
    net.check_whole()?;
    let mut net = net.folded()?;
    // Checks the schema again: layers may have been replaced since it was set.
    net.set_schema(net.schema().clone())?;
    let mut graph = GraphBuilder::<F>::new();
    let mut value = INPUTS.to_owned();
    let mut activations = Vec::with_capacity(net.layers().len());
    let last = net.layers().len() - 1;
    for (index, layer) in net.layers().iter().enumerate() {
        let activation = layer.activation();
        let name = activation.name().filter(|_| activation.is_built_in()).unwrap_or_default();
        let (kind, alpha) = kind_and_alpha(&name);
        let formula = formula::export::formula::<F>(&kind).ok_or_else(|| {
            refused(format!("layer {index}: {activation:?} is not built in, and is no operator"))
        })?;
        let prefix = format!("layers.{index}");
        let output = if index == last { OUTPUTS.to_owned() } else { format!("{prefix}.outputs") };
        value = graph.layer(layer, &prefix, value, &output, formula.operations.is_empty());
        value = graph.activation(&formula, alpha, &format!("{prefix}.{kind}"), value, &output);
        activations.push(name);
    }
    let metadata = Metadata::of(&net, activations).to_json()?;
    Ok(ModelProto {
        ir_version: IR_VERSION,
        producer_name: "densely".to_owned(),
        producer_version: env!("CARGO_PKG_VERSION").to_owned(),
        graph: Some(graph.finish(net.features(), net.outputs())),
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: OPERATORS }],
        metadata_props: vec![StringStringEntryProto { key: FORMAT.to_owned(), value: metadata }],
    })
}

/// A graph under construction.
struct GraphBuilder<F> {
    nodes: Vec<NodeProto>,
    tensors: Vec<TensorProto>,
    /// The scalar constants, by name.
    numbers: BTreeMap<String, TensorProto>,
    number: PhantomData<F>,
}

impl<F: Float> GraphBuilder<F> {
    fn new() -> Self {
        let (nodes, tensors, numbers) = (Vec::new(), Vec::new(), BTreeMap::new());
        Self { nodes, tensors, numbers, number: PhantomData }
    }

    /// Adds the weighted sums of a layer and returns their name. They are the layer's output if no
    /// activation follows.
    fn layer(
        &mut self,
        layer: &Dense<F>,
        prefix: &str,
        inputs: String,
        output: &str,
        is_output: bool,
    ) -> String {
        let mut arguments = vec![inputs];
        let (weights, bias) = (layer.weights(), layer.bias());
        let weights = Some(("weights", vec![layer.inputs(), layer.outputs()], weights.into_dyn()));
        let bias = bias.map(|bias| ("bias", vec![layer.outputs()], bias.into_dyn()));
        for (name, shape, numbers) in weights.into_iter().chain(bias) {
            let name = format!("{prefix}.{name}");
            arguments.push(name.clone());
            self.tensors.push(tensor(name, &shape, numbers.iter()));
        }
        let operator = if layer.bias().is_some() { "Gemm" } else { "MatMul" };
        let sums = if is_output { output.to_owned() } else { format!("{prefix}.sums") };
        self.node(operator, arguments, format!("{prefix}.{operator}"), sums.clone());
        sums
    }

    /// Adds the activation of the value `input` and returns the name of its result.
    fn activation(
        &mut self,
        formula: &Formula,
        alpha: Option<f64>,
        prefix: &str,
        input: String,
        output: &str,
    ) -> String {
        let Some(last) = formula.operations.len().checked_sub(1) else { return input };
        let result = |place: usize| match place == last {
            true => output.to_owned(),
            false => format!("{prefix}.{place}"),
        };
        for (place, Operation { operator, arguments, alpha: attribute }) in
            formula.operations.iter().enumerate()
        {
            let arguments = arguments.iter().map(|argument| match *argument {
                Argument::Input => input.clone(),
                Argument::ResultOf(place) => result(place),
                Argument::Number(number) => self.number(number),
                Argument::Alpha => self.number(alpha.unwrap_or_default()),
            });
            let arguments = arguments.collect();
            self.node(operator, arguments, format!("{prefix}.{place}.{operator}"), result(place));
            if let (Some(Argument::Alpha), Some(node)) = (attribute, self.nodes.last_mut()) {
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

    /// Adds a scalar constant, once, and returns its name.
    fn number(&mut self, number: f64) -> String {
        let name = format!("number.{number}");
        let constant = || tensor(name.clone(), &[], std::iter::once(&F::from_f64(number)));
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

fn tensor<'n, F: Float>(
    name: String,
    shape: &[usize],
    numbers: impl ExactSizeIterator<Item = &'n F>,
) -> TensorProto {
    let mut raw_data = Vec::with_capacity(numbers.len() * size_of::<F>());
    numbers.for_each(|number| push_le_bytes(*number, &mut raw_data));
    let dims = shape.iter().map(|&length| length as i64).collect();
    TensorProto { dims, data_type: element_type::<F>(), name, raw_data }
}

fn element_type<F: Float>() -> i32 {
    ElementType::of::<F>().0 as i32
}

/// Describes a value of any number of rows and this many columns.
fn rows<F: Float>(name: &str, columns: usize) -> ValueInfoProto {
    let rows = DimensionProto { dim_value: None, dim_param: Some(ROWS.to_owned()) };
    let columns = DimensionProto { dim_value: Some(columns as i64), dim_param: None };
    let shape = Some(TensorShapeProto { dim: vec![rows, columns] });
    let tensor_type = Some(TensorTypeProto { elem_type: element_type::<F>(), shape });
    ValueInfoProto { name: name.to_owned(), r#type: Some(TypeProto { tensor_type }) }
}
