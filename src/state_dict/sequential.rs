//! A network as the Python expression of an `nn.Sequential`.

use crate::activation::{AnyActivation, Elu, LeakyRelu};
use crate::{dense::Dense, error::Result, float::Float, mlp::Mlp, model_file::damage::damaged};

/// An `nn.Sequential` that computes what a network does.
pub(super) struct Sequential {
    /// `nn.Sequential(nn.Linear(…), …)`.
    pub(super) expression: String,
    /// The places of the linear layers among its modules.
    pub(super) linear: Vec<usize>,
}

impl Sequential {
    pub(super) fn of<F: Float>(net: &Mlp<F>) -> Result<Self> {
        let mut modules = Vec::new();
        let mut linear = Vec::with_capacity(net.layers().len());
        for (index, layer) in net.layers().iter().enumerate() {
            linear.push(modules.len());
            modules.push(linear_module(layer));
            let activation = activation_module(layer.activation()).ok_or_else(|| {
                let activation = layer.activation();
                damaged(format!("layer {index}: PyTorch has no module for {activation:?}"))
            })?;
            modules.extend(activation);
            if layer.dropout() > 0.0 {
                modules.push(format!("nn.Dropout({:?})", layer.dropout()));
            }
        }
        let precision = if size_of::<F>() == 8 { ".double()" } else { "" };
        let expression = format!("nn.Sequential({}){precision}", modules.join(", "));
        Ok(Self { expression, linear })
    }
}

fn linear_module<F: Float>(layer: &Dense<F>) -> String {
    let bias = if layer.bias().is_some() { "" } else { ", bias=False" };
    format!("nn.Linear({}, {}{bias})", layer.inputs(), layer.outputs())
}

/// The module of an activation: empty for the identity, `None` if PyTorch has none.
fn activation_module<F: Float>(activation: &AnyActivation<F>) -> Option<Option<String>> {
    if let Some(leaky_relu) = activation.downcast::<LeakyRelu>() {
        return Some(Some(format!("nn.LeakyReLU({:?})", leaky_relu.alpha())));
    }
    if let Some(elu) = activation.downcast::<Elu>() {
        return Some(Some(format!("nn.ELU({:?})", elu.alpha())));
    }
    // A custom activation may have any name.
    let name = activation.name().filter(|_| activation.is_built_in())?;
    let module = match name.as_str() {
        "identity" => return Some(None),
        "sigmoid" => "nn.Sigmoid()",
        "tanh" => "nn.Tanh()",
        "relu" => "nn.ReLU()",
        "selu" => "nn.SELU()",
        // Beyond a threshold, PyTorch takes z for softplus(z): in `f64` the error is 2e-9 beyond
        // 20, the default, and 0 beyond 40.
        "softplus" => "nn.Softplus(threshold=40)",
        "softsign" => "nn.Softsign()",
        "exponential" => EXPONENTIAL,
        "hard_tanh" => "nn.Hardtanh()",
        "gelu" => "nn.GELU()",
        "silu" => "nn.SiLU()",
        "mish" => "nn.Mish()",
        "softmax" => "nn.Softmax(dim=1)",
        _ => return None,
    };
    Some(Some(module.to_owned()))
}

/// Without this module, predictions would be logarithms.
const EXPONENTIAL: &str =
    r#"type("Exponential", (nn.Module,), {"forward": lambda self, z: z.exp()})()"#;
