//! The order in which the modules of a `state_dict` follow one another.

use super::modules::{Module, inner, refused};
use crate::error::{Result, check::ensure};
use std::{iter::zip, ptr::eq};

/// The modules in the only order in which each takes the outputs of the one before it. If there are
/// several such orders, the numbers in the names decide. Chosen modules are in the order of their
/// names; all batch normalizations are added if none is among them.
pub(super) fn in_order<'n>(
    modules: &'n [Module<'n>],
    chosen: Option<&[String]>,
) -> Result<Vec<&'n Module<'n>>> {
    let mut list: Vec<&Module<'_>> = Vec::new();
    for name in chosen.unwrap_or_default() {
        let called = modules.iter().filter(|module| inner(module.name) == inner(name));
        let left = called.filter(|module| !list.iter().any(|other| eq(*other, *module)));
        let module = left.max_by_key(|module| module.name == name);
        let reason = format!("it has no layer {name}, or the name is given twice");
        list.push(module.ok_or_else(|| refused(&reason, modules))?);
    }
    let named = list.len();
    if !list.iter().any(|module| module.is_batch_norm()) {
        list.extend(modules.iter().filter(|module| chosen.is_none() || module.is_batch_norm()));
    }
    let mut by_place: Vec<_> = (0..list.len()).collect();
    by_place.sort_by_key(|&module| &list[module].place);
    for by_number in [true, false] {
        let mut earlier = vec![Vec::new(); list.len()];
        (1..named).for_each(|module| earlier[module].push(module - 1));
        for (&before, &module) in zip(&by_place, by_place.iter().skip(1)).filter(|_| by_number) {
            let same = list[before].place.0 == list[module].place.0;
            earlier[module].extend(same.then_some(before));
        }
        let orders = orders(&list, &earlier);
        if let Some((_, ranks)) = orders.first() {
            let reason = "its layers may follow one another in several orders";
            ensure(orders.len() == 1, || refused(reason, modules))?;
            by_place.sort_by_key(|&module| ranks[module]);
            return Ok(by_place.into_iter().map(|module| list[module]).collect());
        }
    }
    Err(refused("its layers follow one another in no order", modules))
}

/// The last module of an order, and the place of each in it, from 1; 0 for none.
type Order = (Option<usize>, Vec<usize>);

/// More are not tried.
const MOST_ORDERS: usize = 100;

/// The orders of all modules in which each comes after its `earlier` ones. A batch normalization
/// does not follow another: two of the same width stand in their places.
fn orders(list: &[&Module<'_>], earlier: &[Vec<usize>]) -> Vec<Order> {
    let may_follow = &|(last, ranks): &Order, module: usize| {
        let follows = last.is_none_or(|last: usize| {
            let both = list[last].is_batch_norm() && list[module].is_batch_norm();
            list[last].outputs == list[module].inputs && !both
        });
        let done = |&module: &usize| ranks[module] > 0;
        follows && !done(&module) && earlier[module].iter().all(done)
    };
    let mut orders = vec![(None, vec![0; list.len()])];
    for rank in 1..=list.len() {
        let longer = orders.iter().flat_map(|order| {
            (0..list.len()).filter(move |&module| may_follow(order, module)).map(move |module| {
                let mut ranks = order.1.clone();
                ranks[module] = rank;
                (Some(module), ranks)
            })
        });
        orders = longer.take(MOST_ORDERS).collect();
        if orders.len() == MOST_ORDERS {
            break;
        }
    }
    orders
}
