//! A network as the Python expression of an `nn.Sequential`.

use crate::{activation::AnyActivation, choice, float::Float, mlp::Mlp};
use crate::{error::Result, model_file::damage::damaged};

/// The expression `nn.Sequential(nn.Linear(…), …)`, and the places of the linear layers among
/// its modules.
pub(super) fn sequential<F: Float>(net: &Mlp<F>) -> Result<(String, Vec<usize>)> {
    let (mut modules, mut places) = (Vec::new(), Vec::new());
    for (index, layer) in net.layers().iter().enumerate() {
        places.push(modules.len());
        let bias = if layer.bias().is_some() { "" } else { ", bias=False" };
        modules.push(format!("nn.Linear({}, {}{bias})", layer.inputs(), layer.outputs()));
        let activation = layer.activation();
        let module = activation_module(activation).ok_or_else(|| {
            damaged(format!("layer {index}: PyTorch has no module for {activation:?}"))
        })?;
        modules.extend((!module.is_empty()).then_some(module));
        if layer.dropout() > 0.0 {
            modules.push(format!("nn.Dropout({:?})", layer.dropout()));
        }
    }
    let precision = if size_of::<F>() == 8 { ".double()" } else { "" };
    Ok((format!("nn.Sequential({}){precision}", modules.join(", ")), places))
}

/// The module of an activation: empty for the identity, `None` if PyTorch has none.
fn activation_module<F: Float>(activation: &AnyActivation<F>) -> Option<String> {
    // A custom activation may have any name.
    let name = activation.name().filter(|_| activation.is_built_in())?;
    let alpha = |name: &str| choice::split(name)?.1.parse::<f64>().ok();
    let module = match choice::name(&name) {
        "leaky_relu" => return Some(format!("nn.LeakyReLU({:?})", alpha(&name)?)),
        "elu" => return Some(format!("nn.ELU({:?})", alpha(&name)?)),
        "identity" => "",
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
        "isru" => ISRU,
        "gelu" => "nn.GELU()",
        "silu" => "nn.SiLU()",
        "mish" => "nn.Mish()",
        "softmax" => "nn.Softmax(dim=1)",
        _ => return None,
    };
    Some(module.to_owned())
}

const ISRU: &str =
    r#"type("Isru", (nn.Module,), {"forward": lambda self, z: z / (1 + z * z).sqrt()})()"#;

/// Without this module, predictions would be logarithms.
const EXPONENTIAL: &str =
    r#"type("Exponential", (nn.Module,), {"forward": lambda self, z: z.exp()})()"#;
