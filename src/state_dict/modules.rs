//! The modules of a `state_dict`, by the names and shapes of its tensors.

use crate::error::{Error, ModelFileError, Result, check::ensure};
use crate::model_file::{damage::start_of, tensors::Header};
use std::collections::BTreeMap;

/// A linear layer or a batch normalization.
pub(super) struct Module<'n> {
    pub(super) name: &'n str,
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    /// The names of its tensors, by what they are, such as `weight`.
    pub(super) tensors: BTreeMap<&'n str, &'n str>,
    /// The text and the numbers of the name: by these, `net.2` comes before `net.10`.
    pub(super) place: (Vec<&'n str>, Vec<u64>),
}

/// The modules of these tensors. If the caller does not choose some, all must be known.
pub(super) fn modules<'n>(
    header: &Header,
    names: &'n [String],
    are_chosen: bool,
) -> Result<Vec<Module<'n>>> {
    let mut by_module = BTreeMap::<_, BTreeMap<_, _>>::new();
    for tensor in names {
        let (name, parameter) = tensor.rsplit_once('.').unwrap_or(("", tensor));
        // Counters of training: of nn.BatchNorm1d, and of AveragedModel.
        if !["num_batches_tracked", "n_averaged"].contains(&parameter) {
            by_module.entry(name).or_default().insert(parameter, tensor.as_str());
        }
    }
    let (mut modules, mut others) = (Vec::new(), Vec::new());
    for (name, tensors) in by_module {
        let shapes = ["weight", "bias", "running_mean", "running_var"]
            .map(|parameter| tensors.get(parameter).and_then(|tensor| header.shape(tensor)));
        let known = shapes.iter().flatten().count() == tensors.len();
        let are = |shapes: &[Option<&[usize]>], width| {
            known && shapes.iter().flatten().all(|shape| *shape == [width])
        };
        let (inputs, outputs) = match shapes {
            [Some(&[outputs, inputs]), bias, None, None] if are(&[bias], outputs) => {
                (inputs, outputs)
            }
            [.., Some(&[width]), Some(_)] if are(&shapes, width) => (width, width),
            _ => {
                let of = |tensor| header.shape(tensor).unwrap_or_default();
                others.extend(tensors.values().map(|tensor| format!("{tensor} {:?}", of(tensor))));
                continue;
            }
        };
        let texts = name.split(|c: char| c.is_ascii_digit()).filter(|text| !text.is_empty());
        let digits = name.split(|c: char| !c.is_ascii_digit());
        let place = (texts.collect(), digits.filter_map(|digits| digits.parse().ok()).collect());
        modules.push(Module { name, inputs, outputs, tensors, place });
    }
    ensure(are_chosen || others.is_empty(), || {
        let others: String = others.join(", ").chars().take(120).collect();
        let unless = "a network that needs these cannot be loaded";
        refused(&format!("no linear layer or BatchNorm: {others} ({unless})"), &modules)
    })?;
    Ok(modules)
}

impl Module<'_> {
    pub(super) fn is_batch_norm(&self) -> bool {
        self.tensors.contains_key("running_mean")
    }

    /// How many places of an `nn.Sequential` lie from this module to another, if the names tell.
    pub(super) fn places_to(&self, other: &Self) -> Option<u64> {
        let ((text, numbers), (other_text, other_numbers)) = (&self.place, &other.place);
        let ((last, outer), (other_last, of_other)) =
            (numbers.split_last()?, other_numbers.split_last()?);
        (text == other_text && outer == of_other).then(|| last.abs_diff(*other_last))
    }

    pub(super) fn described(&self) -> String {
        let kind = if self.is_batch_norm() { "BatchNorm" } else { "Linear" };
        // A forged name may be megabytes long.
        format!("{} ({kind} {} → {})", start_of(self.name), self.inputs, self.outputs)
    }
}

/// The name without those of the modules in which `torch.compile`, `nn.DataParallel` and their like
/// wrap a model.
pub(super) fn inner(name: &str) -> &str {
    let inner = name.trim_start_matches("module.").trim_start_matches("_orig_mod.");
    inner.trim_start_matches("module.")
}

/// The error of a file that does not say by itself which layers are the network.
pub(super) fn refused(reason: &str, modules: &[Module<'_>]) -> Error {
    let rest = if modules.len() > MOST_LISTED { ", …" } else { "" };
    let list: Vec<_> = modules.iter().take(MOST_LISTED).map(Module::described).collect();
    let (reason, list) = (start_of(reason), list.join(", "));
    let reason = match list.is_empty() {
        true => format!("{reason}; there is no other module (`Mlp::load` reads densely's files)"),
        false => {
            format!("{reason}; name its layers in order, with `load_state_dict_of`: {list}{rest}")
        }
    };
    ModelFileError::Damaged { reason }.into()
}

const MOST_LISTED: usize = 30;
