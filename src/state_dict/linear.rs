//! Finds the linear layers of a `state_dict` by the names of its tensors.

use crate::model_file::{damage::check, damage::damaged, tensors::Header};
use crate::{error::Result, float::Float};
use std::collections::BTreeMap;

/// The names of the weights (outputs × inputs) and of the bias of an `nn.Linear`.
type Linear<'n> = (&'n str, Option<&'n str>);

/// The linear layers of an `nn.Sequential` with tensors of these names, first to last. Each takes
/// the outputs of the one before it, and every tensor belongs to one of them.
pub(super) fn linear_layers<'n, F: Float>(
    header: &Header,
    names: &'n [String],
) -> Result<Vec<Linear<'n>>> {
    let mut common = None;
    let mut modules = BTreeMap::<usize, [Option<&str>; 2]>::new();
    for name in names {
        let Some((prefix, module, parameter)) = parts(name) else {
            let name = shown(name);
            return Err(damaged(format!(
                "{name} is not the weight or bias of a linear layer in an nn.Sequential, such as \"0.weight\""
            )));
        };
        let first = *common.get_or_insert(prefix);
        check(first == prefix, || {
            format!("its tensors are of two modules, {} and {}", shown(first), shown(prefix))
        })?;
        modules.entry(module).or_default()[parameter] = Some(name);
    }

    let mut layers = Vec::with_capacity(modules.len());
    let mut before = None;
    for [weight, bias] in modules.into_values() {
        let alone = || damaged(format!("{} has no weight beside it", bias.unwrap_or_default()));
        let weight = weight.ok_or_else(alone)?;
        let shape = header.shape::<F>(weight)?;
        let &[outputs, inputs] = shape else {
            return Err(damaged(format!(
                "{weight} has the shape {shape:?}: it is not of a linear layer, whose weight is a matrix"
            )));
        };
        if let Some(bias) = bias {
            let shape = header.shape::<F>(bias)?;
            check(shape == [outputs], || {
                format!("{bias} has the shape {shape:?}, {weight} {outputs} outputs")
            })?;
        }
        let (name, width) = before.replace((weight, outputs)).unwrap_or(("", inputs));
        check(inputs == width, || {
            format!("{weight} takes {inputs} inputs, {name} has {width} outputs")
        })?;
        layers.push((weight, bias));
    }
    Ok(layers)
}

/// The parts of a name such as `net.2.bias`: `net`, 2, and 0 for a weight or 1 for a bias.
fn parts(name: &str) -> Option<(&str, usize, usize)> {
    let (module, parameter) = name.rsplit_once('.')?;
    let (prefix, number) = module.rsplit_once('.').unwrap_or(("", module));
    let parameter = ["weight", "bias"].iter().position(|&known| known == parameter)?;
    let module: usize = number.parse().ok()?;
    // `+1` and `01` are not numbers of modules. Other characters would garble messages.
    let sane = prefix.len() <= MOST_PREFIX_BYTES && !prefix.contains(char::is_control);
    (sane && module.to_string() == number).then_some((prefix, module, parameter))
}

/// Longer than any nesting of modules.
const MOST_PREFIX_BYTES: usize = 1_000;

/// The beginning of a name, for a message: a forged name may be megabytes long.
fn shown(name: &str) -> String {
    format!("{:?}", name.chars().take(100).collect::<String>())
}
