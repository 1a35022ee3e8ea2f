//! The inputs of a graph, and the features of a network that they become.

use crate::constant::{Budget, elements};
use crate::graph::{Graph, Node};
use crate::refusal::{refused, short};
use crate::tensor::ElementType;
use crate::value::{Feature, Features, Map, Value, unsupported};
use crate::wire::Fields;
use densely::schema::{Column, Schema};
use densely::units::Units;
use densely::{Float, Result};
use std::collections::{BTreeMap, btree_map::Entry};

/// Columns that the graph brings into units, which are held several times.
const MOST_STAND_INS: usize = 1 << 16;

/// Dimensions of an input.
const MOST_DIMENSIONS: usize = 8;

/// `ElementType` of text.
const STRING: ElementType = ElementType(8);

/// The inputs that the network's outputs depend on.
#[derive(Debug, Default)]
pub(crate) struct Inputs<'a> {
    /// By their places among the graph's inputs.
    used: BTreeMap<u32, Input<'a>>,
    /// What stands in for NaN, by input and column.
    stand_ins: BTreeMap<(u32, u32), f64>,
    /// The categories of a column, by input and column.
    categories: BTreeMap<(u32, u32), Vec<String>>,
}

#[derive(Debug)]
struct Input<'a> {
    name: &'a str,
    element: ElementType,
    columns: Option<usize>,
}

/// The names and the units of a network's features.
#[derive(Debug, Default)]
pub(crate) struct FeatureMetadata {
    pub(crate) schema: Schema,
    pub(crate) units: Option<Units>,
}

impl<'a> Inputs<'a> {
    /// The input with this name. Its numbers are of type `F`, or text or whole numbers that the
    /// graph converts.
    pub(crate) fn value<F: Float>(
        &mut self,
        graph: &Graph<'a>,
        name: &str,
    ) -> Result<Value<'a, F>> {
        let input = graph.input(name).ok_or_else(|| refused("the graph has no input"))?;
        let (place, description) = input;
        let name = short(description.text(1));
        let tensor = description.message(2).and_then(|of| of.message(1));
        let element = ElementType(tensor.and_then(|tensor| tensor.number(1)).unwrap_or(0));
        let (expected, wanted) = (ElementType::of::<F>(), F::NAME);
        if element != expected && element != STRING && !element.is_whole() {
            return Err(refused(format!(
                "inputs {name:?} are of type {element}, the network asked for is of {wanted}, {expected}"
            )));
        }
        let length = |dimension: Fields<'_>| {
            dimension.number(1).and_then(|length| usize::try_from(length).ok()).filter(|&n| n > 0)
        };
        let shape = tensor.and_then(|tensor| tensor.message(2));
        let mut lengths: Vec<_> = match shape {
            Some(shape) => shape.all_messages(1).map(length).take(MOST_DIMENSIONS + 1).collect(),
            None => vec![None, None],
        };
        let dimensions = lengths.len();
        if !(2..=MOST_DIMENSIONS).contains(&dimensions) {
            return Err(refused(format!(
                "inputs {name:?} have {dimensions} dimensions, rows have 2 to {MOST_DIMENSIONS}"
            )));
        }
        let row = lengths.split_off(1);
        let columns = elements(&row);
        self.used.insert(place, Input { name, element, columns });
        let rows = lengths.first().copied().flatten();
        Ok(Value { rows, row, map: Map::Features(Features::all(place)) })
    }

    /// Notes what stands in for NaN in each element: one number for all, or one for each.
    pub(crate) fn impute(
        &mut self,
        features: &Features,
        elements: Option<usize>,
        numbers: &[f64],
        node: Node<'_>,
    ) -> Result<()> {
        let count = elements.filter(|count| *count <= MOST_STAND_INS).ok_or_else(|| {
            unsupported(node, "the number of features is not known, or more than 65,536")
        })?;
        let scaling = features.scale.iter().cycle().zip(features.shift.iter().cycle());
        for (element, (number, (scale, shift))) in
            (0..count).zip(numbers.iter().cycle().zip(scaling))
        {
            let Feature { input, column, .. } = features.feature(element);
            let number = (number - shift) / scale;
            if self.stand_ins.insert((input, column), number).is_some_and(|old| old != number) {
                return Err(unsupported(node, "a feature has two numbers that stand in for NaN"));
            }
        }
        Ok(())
    }

    /// Whether these features are an input of whole numbers.
    pub(crate) fn are_whole(&self, features: &Features) -> bool {
        let place = features.chosen.as_ref().and_then(|chosen| chosen.first()).map(|of| of.input);
        let input = self.used.get(&place.unwrap_or(features.input));
        features.are_unscaled() && input.is_some_and(|input| input.element.is_whole())
    }

    /// Makes a column the features of its categories.
    pub(crate) fn encode(
        &mut self,
        features: &mut Features,
        categories: Vec<String>,
        node: Node<'_>,
    ) -> Result<()> {
        let Feature { input, column, .. } = features.feature(0);
        let count = u32::try_from(categories.len()).unwrap_or(u32::MAX);
        features.chosen = Some(
            (0..count)
                .map(|category| Feature { input, column, category: Some(category) })
                .collect(),
        );
        match self.categories.entry((input, column)) {
            Entry::Vacant(vacant) => {
                vacant.insert(categories);
            }
            Entry::Occupied(known) if *known.get() == categories => {}
            Entry::Occupied(_) => {
                return Err(unsupported(node, "a column has two lists of categories"));
            }
        }
        Ok(())
    }

    /// The place of each element's feature among those of the network, and their number; `None` if
    /// the elements are the features. If something stands in for NaN, the features get units, and
    /// the elements become functions of the numbers in these units.
    pub(crate) fn places(
        &self,
        features: &mut Features,
        elements: usize,
        budget: &mut Budget,
        node: Node<'_>,
    ) -> Result<(Option<(Vec<usize>, usize)>, FeatureMetadata)> {
        let all = features.chosen.is_none();
        let text = |input: &Input<'_>| input.element == STRING;
        if all && self.stand_ins.is_empty() && !self.used.values().any(text) {
            return Ok((None, FeatureMetadata::default()));
        }
        let (mut firsts, mut count) = (BTreeMap::new(), 0_usize);
        for (&place, input) in &self.used {
            let columns = input.columns.or(all.then_some(elements)).ok_or_else(|| {
                refused(format!(
                    "the file does not say how many columns inputs {:?} have",
                    input.name
                ))
            })?;
            budget.take(columns, size_of::<usize>(), node)?;
            let mut first = Vec::with_capacity(columns);
            for column in 0..columns {
                first.push(count);
                count += self.categories_of(place, column).map_or(1, <[String]>::len);
            }
            firsts.insert(place, first);
        }
        let place = |element| {
            let Feature { input, column, category } = features.feature(element);
            let encoded = self.categories_of(input, column as usize).is_some();
            let readable = encoded || self.used.get(&input).is_some_and(|input| !text(input));
            (category.is_some() == encoded && readable).then_some(())?;
            Some(firsts.get(&input)?.get(column as usize)? + category.unwrap_or(0) as usize)
        };
        let places: Option<Vec<_>> = (0..elements).map(place).collect();
        let places = places.ok_or_else(|| {
            unsupported(node, "a column of text, or of categories, is used as numbers")
        })?;
        let stand_ins = self.stand_ins.iter().filter_map(|((input, column), number)| {
            Some((*firsts.get(input)?.get(*column as usize)?, *number))
        });
        let units = match self.stand_ins.is_empty() {
            true => None,
            false => Some(units(features, &places, count, stand_ins)?),
        };
        let named = self.used.len() > 1 || !self.categories.is_empty();
        let schema = if named { self.schema(&firsts) } else { Schema::default() };
        let in_order = places.iter().copied().eq(0..count);
        Ok(((!in_order).then_some((places, count)), FeatureMetadata { schema, units }))
    }

    fn categories_of(&self, input: u32, column: usize) -> Option<&[String]> {
        let key = (input, u32::try_from(column).ok()?);
        self.categories.get(&key).map(Vec::as_slice)
    }

    /// The columns, by the names of their inputs.
    fn schema(&self, firsts: &BTreeMap<u32, Vec<usize>>) -> Schema {
        let columns = self.used.iter().flat_map(|(&place, input)| {
            let count = firsts.get(&place).map_or(0, Vec::len);
            (0..count).map(move |column| {
                let name = match count {
                    1 => input.name.to_owned(),
                    _ => format!("{}[{column}]", input.name),
                };
                match self.categories_of(place, column) {
                    Some(categories) => Column::categories(name, categories),
                    None => Column::numbers(name),
                }
            })
        });
        Schema::new(columns)
    }
}

/// The units of the network's features, of which each element's has the place given here. An
/// element that is scale · x + shift is 0 at the centre, and 1 at a spread from there. What stands
/// in for NaN is the centre.
fn units(
    features: &mut Features,
    places: &[usize],
    count: usize,
    stand_ins: impl Iterator<Item = (usize, f64)>,
) -> Result<Units> {
    let (mut scales, mut centres) = (vec![None; count], vec![0.0; count]);
    let numbers = |numbers: &[f64]| numbers.iter().copied().cycle().take(places.len()).collect();
    let (mut scale, mut shift): (Vec<f64>, Vec<f64>) =
        (numbers(&features.scale), numbers(&features.shift));
    for (place, (s, t)) in places.iter().zip(scale.iter().zip(&shift)) {
        let (Some(largest), Some(centre)) = (scales.get_mut(*place), centres.get_mut(*place))
        else {
            continue;
        };
        if largest.is_none_or(|largest| s.abs() > largest) {
            // Without a scale there is no centre.
            (*largest, *centre) = (Some(s.abs()), if *s == 0.0 { 0.0 } else { 0.0 - t / s });
        }
    }
    for (place, number) in stand_ins {
        if let Some(centre) = centres.get_mut(place) {
            *centre = number;
        }
    }
    for (place, (s, t)) in places.iter().zip(scale.iter_mut().zip(&mut shift)) {
        let scale = scales.get(*place).copied().flatten().unwrap_or(1.0);
        *t += *s * centres.get(*place).copied().unwrap_or(0.0);
        *s = if scale == 0.0 { 1.0 } else { *s / scale };
    }
    let plain = |numbers: Vec<f64>, of: f64| {
        if numbers.iter().all(|n| *n == of) { vec![of] } else { numbers }
    };
    (features.scale, features.shift) = (plain(scale, 1.0), plain(shift, 0.0));
    let spread = |scale: Option<f64>| {
        scale.map_or(1.0, |scale| if scale == 0.0 { 0.0 } else { 1.0 / scale })
    };
    Units::standard(centres, scales.into_iter().map(spread)).map_err(refused)
}
