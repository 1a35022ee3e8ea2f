//! The inputs of a graph, and the features of a network that they become.

use crate::budget::{Budget, elements};
use crate::constant::MOST_DIMENSIONS;
use crate::element::ElementType;
use crate::node::{MOST_LISTED, Node};
use crate::refusal::{refused, short};
use crate::value::{Feature, Features, Map, Value};
use crate::wire::Fields;
use densely::schema::{Column, Schema};
use densely::units::Units;
use densely::{Float, Result};
use std::collections::BTreeMap;

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
    /// The names of the network's features.
    pub(crate) schema: Schema,
    /// The units of the network's features; `None` without stand-ins for NaN.
    pub(crate) units: Option<Units>,
}

#[derive(Debug)]
struct Input<'a> {
    name: &'a str,
    element: ElementType,
    columns: Option<usize>,
}

/// The place of each element's feature among those of the network, and their number.
pub(crate) type Places = (Vec<usize>, usize);

impl<'a> Inputs<'a> {
    /// The input at this place. Its numbers are of type `F`, or text or whole numbers that the
    /// graph converts.
    pub(crate) fn value<F: Float>(
        &mut self,
        place: u32,
        input: Fields<'a>,
    ) -> Result<Value<'a, F>> {
        let name = short(input.text(1));
        let tensor = input.message(2).and_then(|of| of.message(1));
        let element = ElementType(tensor.and_then(|tensor| tensor.number(1)).unwrap_or(0));
        let (expected, wanted) = (ElementType::of::<F>(), F::NAME);
        if element != expected && element != STRING && !element.is_whole() {
            return Err(refused(format!(
                "inputs {name:?} are of type {element}; a network of {wanted} needs {expected}"
            )));
        }
        let length = |dimension: Fields<'_>| {
            dimension.number(1).and_then(|length| usize::try_from(length).ok()).filter(|&n| n > 0)
        };
        let shape = tensor.and_then(|tensor| tensor.message(2));
        let lengths: Vec<_> = match shape {
            Some(shape) => shape.all_messages(1).map(length).take(MOST_DIMENSIONS + 1).collect(),
            None => vec![None, None],
        };
        let dimensions = lengths.len();
        let (Some((&rows, row)), 2..=MOST_DIMENSIONS) = (lengths.split_first(), dimensions) else {
            return Err(refused(format!(
                "inputs {name:?} have {dimensions} dimensions; they need 2 to {MOST_DIMENSIONS}, and the first counts the rows"
            )));
        };
        self.used.insert(place, Input { name, element, columns: elements(row) });
        Ok(Value { rows, row: row.to_vec(), map: Map::Features(Features::all(place)) })
    }

    /// Notes what stands in for NaN in each element: one number for all, or one for each.
    pub(crate) fn impute(
        &mut self,
        features: &mut Features,
        elements: Option<usize>,
        numbers: &[f64],
        budget: &mut Budget,
        node: Node<'_>,
    ) -> Result<()> {
        let count = elements.filter(|count| *count <= MOST_LISTED).ok_or_else(|| {
            node.refused("the number of features is not known, or more than 65,536")
        })?;
        if let (None, Some(input)) = (&features.chosen, self.used.get_mut(&features.input)) {
            input.columns.get_or_insert(count);
        }
        features.list(count, budget, node)?;
        let scaling = features.scale.iter().zip(&features.shift);
        for (element, (number, (s, t))) in numbers.iter().cycle().zip(scaling).enumerate() {
            let Feature { input, column, .. } = features.feature(element);
            let number = (number - t) / s;
            if self.stand_ins.insert((input, column), number).is_some_and(|old| old != number) {
                return Err(node.refused("a feature has two numbers that stand in for NaN"));
            }
        }
        Ok(())
    }

    /// Whether these features are whole numbers that the type holds.
    pub(crate) fn fit(&self, features: &Features, element: ElementType) -> bool {
        let fits = |place| self.used.get(place).is_some_and(|input| element.holds(input.element));
        let of_inputs = match &features.chosen {
            Some(chosen) => chosen.iter().all(|of| fits(&of.input)),
            None => fits(&features.input),
        };
        of_inputs && features.are_unscaled()
    }

    /// Makes a column the features of the categories that a `OneHotEncoder` lists, and returns
    /// their number.
    pub(crate) fn encode(
        &mut self,
        features: &mut Features,
        budget: &mut Budget,
        node: Node<'_>,
    ) -> Result<usize> {
        let (text, whole) = (node.attribute("cats_strings"), node.attribute("cats_int64s"));
        let texts = || text.iter().flat_map(|of| of.all_texts(9));
        let whole = || whole.iter().flat_map(|of| of.numbers(8));
        let (count, known) = (texts().count() + whole().count(), self.categories.values());
        let all = known.map(Vec::len).sum::<usize>().saturating_add(count);
        if all > MOST_LISTED {
            let reason = format!("{all} categories up to here, at most {MOST_LISTED} are read");
            return Err(node.refused(&reason));
        }
        budget.take(count, size_of::<String>(), node)?;
        let categories = texts().map(str::to_owned).chain(whole().map(|number| number.to_string()));
        let categories: Vec<_> = categories.collect();
        let Feature { input, column, .. } = features.feature(0);
        let category = |category| Feature { input, column, category: Some(category) };
        features.chosen = Some((0..).take(count).map(category).collect());
        match self.categories.insert((input, column), categories) {
            Some(known) if self.categories.get(&(input, column)) != Some(&known) => {
                Err(node.refused("a column has two lists of categories"))
            }
            _ => Ok(count),
        }
    }

    /// Where each element's feature is; `None` if the elements are the features. If something
    /// stands in for NaN, the features get units, and the elements become functions of the numbers
    /// in these units.
    pub(crate) fn places<F: Float>(
        &mut self,
        features: &mut Features,
        elements: usize,
        budget: &mut Budget,
        node: Node<'_>,
    ) -> Result<Option<Places>> {
        let all = features.chosen.is_none();
        let text = |input: &Input<'_>| input.element == STRING;
        if all && self.stand_ins.is_empty() && !self.used.values().any(text) {
            return Ok(None);
        }
        features.list(elements, budget, node)?;
        let named = self.used.len() > 1 || !self.categories.is_empty();
        let bytes = if named { size_of::<Column>() } else { size_of::<usize>() };
        let (mut firsts, mut count) = (BTreeMap::new(), 0_usize);
        for (&place, input) in &self.used {
            let name = input.name;
            let unknown = || refused(format!("inputs {name:?}: the number of columns is unknown"));
            let columns = input.columns.or(all.then_some(elements)).ok_or_else(unknown)?;
            budget.take(columns, bytes, node)?;
            let mut first = Vec::with_capacity(columns);
            for column in 0..columns {
                let categories = self.categories_of(place, column);
                first.push(count);
                count += categories.map_or(1, <[String]>::len);
                if named {
                    let alone = columns == 1;
                    let name = if alone { name.to_owned() } else { format!("{name}[{column}]") };
                    self.schema.columns.push(match categories {
                        Some(categories) => Column::categories(name, categories),
                        None => Column::numbers(name),
                    });
                }
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
            node.refused("a column of text, or of categories, is used as numbers")
        })?;
        if !self.stand_ins.is_empty() {
            let stand_ins = self.stand_ins.iter().filter_map(|((input, column), number)| {
                Some((*firsts.get(input)?.get(*column as usize)?, *number))
            });
            self.units = Some(units::<F>(features, &places, count, stand_ins)?);
        }
        let in_order = places.iter().copied().eq(0..count);
        Ok((!in_order).then_some((places, count)))
    }

    fn categories_of(&self, input: u32, column: usize) -> Option<&[String]> {
        let key = (input, u32::try_from(column).ok()?);
        self.categories.get(&key).map(Vec::as_slice)
    }
}

/// The units of the network's features. `places` holds, for each element, the index of its feature.
/// An element that is scale · x + shift is 0 at the centre, and 1 at a spread from there. What
/// stands in for NaN is the centre. Centres and scales are rounded to `F`, so that a file of the
/// network holds them exactly.
fn units<F: Float>(
    features: &mut Features,
    places: &[usize],
    count: usize,
    stand_ins: impl Iterator<Item = (usize, f64)>,
) -> Result<Units> {
    // The largest scale and the centre of each feature; -1 for one that no element has.
    let mut known = vec![(-1.0_f64, 0.0_f64); count];
    for (place, (s, t)) in places.iter().zip(features.scale.iter().zip(&features.shift)) {
        if let Some(known) = known.get_mut(*place).filter(|known| s.abs() > known.0) {
            let scale = F::from_f64(s.abs()).as_f64();
            *known = (scale, if scale == 0.0 { 0.0 } else { 0.0 - t / s });
        }
    }
    for (place, number) in stand_ins {
        if let Some((_, centre)) = known.get_mut(place) {
            *centre = number;
        }
    }
    let scaling = features.scale.iter_mut().zip(&mut features.shift);
    known.iter_mut().for_each(|(_, centre)| *centre = F::from_f64(*centre).as_f64());
    for (place, (s, t)) in places.iter().zip(scaling) {
        if let Some((scale, centre)) = known.get(*place) {
            *t += *s * centre;
            *s = if *scale == 0.0 { 1.0 } else { *s / scale };
        }
    }
    let spread = |&(scale, _): &(f64, f64)| match scale {
        0.0 => 0.0,
        f64::INFINITY => f64::NAN,
        scale if scale < 0.0 => 1.0,
        scale => 1.0 / scale,
    };
    let centres = known.iter().map(|(_, centre)| *centre);
    Units::standard(centres, known.iter().map(spread)).map_err(refused)
}
