//! Finds the linear layers of a `state_dict` by the names of its tensors.

use crate::{
    error::Result, float::Float, model_file::damage::damaged, model_file::tensors::Header,
};
use std::collections::BTreeMap;

/// An `nn.Linear`.
pub(super) struct Linear {
    /// The name of its weights, outputs × inputs.
    pub(super) weight: String,
    /// The name of its bias, if it has one.
    pub(super) bias: Option<String>,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
}

/// The linear layers of an `nn.Sequential`, first to last. Each takes the outputs of the one before
/// it, and every tensor of the file belongs to one of them.
pub(super) fn linear_layers<F: Float>(header: &Header) -> Result<Vec<Linear>> {
    let names = header.names();
    let mut prefix = None;
    let mut modules = BTreeMap::<usize, [Option<&str>; 2]>::new();
    for name in &names {
        let part = TensorName::of(name).ok_or_else(|| {
            let name = shown(name);
            damaged(format!(
                "{name} is not the weight or bias of a linear layer in an nn.Sequential, such as \"0.weight\""
            ))
        })?;
        let first = *prefix.get_or_insert(part.prefix);
        if first != part.prefix {
            let (first, other) = (shown(first), shown(part.prefix));
            return Err(damaged(format!("its tensors are of two modules, {first} and {other}")));
        }
        let [weight, bias] = modules.entry(part.module).or_default();
        *(if part.is_bias { bias } else { weight }) = Some(name.as_str());
    }

    let mut layers = Vec::with_capacity(modules.len());
    for tensors in modules.into_values() {
        let linear = Linear::of::<F>(header, tensors)?;
        if let Some(before) = layers.last() {
            linear.check_follows(before)?;
        }
        layers.push(linear);
    }
    Ok(layers)
}

impl Linear {
    /// The layer of this weight and this bias.
    fn of<F: Float>(header: &Header, [weight, bias]: [Option<&str>; 2]) -> Result<Self> {
        let Some(weight) = weight else {
            return Err(damaged(format!("{} has no weight beside it", bias.unwrap_or_default())));
        };
        let shape = header.shape::<F>(weight)?;
        let &[outputs, inputs] = shape else {
            return Err(damaged(format!(
                "{weight} has the shape {shape:?}: it is not of a linear layer, whose weight is a matrix"
            )));
        };
        if let Some(bias) = bias {
            let shape = header.shape::<F>(bias)?;
            if shape != [outputs] {
                return Err(damaged(format!(
                    "{bias} has the shape {shape:?}, {weight} {outputs} outputs"
                )));
            }
        }
        Ok(Self { weight: weight.to_owned(), bias: bias.map(str::to_owned), inputs, outputs })
    }

    fn check_follows(&self, before: &Self) -> Result<()> {
        if self.inputs == before.outputs {
            return Ok(());
        }
        Err(damaged(format!(
            "{} takes {} inputs, {} has {} outputs",
            self.weight, self.inputs, before.weight, before.outputs
        )))
    }
}

/// The parts of a name such as `net.2.bias`.
struct TensorName<'n> {
    /// `net`.
    prefix: &'n str,
    /// 2.
    module: usize,
    is_bias: bool,
}

impl<'n> TensorName<'n> {
    fn of(name: &'n str) -> Option<Self> {
        let (module, parameter) = name.rsplit_once('.')?;
        let (prefix, number) = module.rsplit_once('.').unwrap_or(("", module));
        let is_bias = match parameter {
            "weight" => false,
            "bias" => true,
            _ => return None,
        };
        let module: usize = number.parse().ok()?;
        // `+1` and `01` are not numbers of modules. Other characters would garble messages.
        let sane = prefix.len() <= MOST_PREFIX_BYTES && !prefix.contains(char::is_control);
        (sane && module.to_string() == number).then_some(Self { prefix, module, is_bias })
    }
}

/// Longer than any nesting of modules.
const MOST_PREFIX_BYTES: usize = 1_000;

/// The beginning of a name, for a message: a forged name may be megabytes long.
fn shown(name: &str) -> String {
    format!("{:?}", name.chars().take(100).collect::<String>())
}
