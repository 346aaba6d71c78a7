//! The type that several types have in common: of the branches of a conditional, the elements of a list.

use std::collections::BTreeSet;

use crate::convert::may_convert;
use crate::types::Type;

/// Returns a type to which values of all of the types can be converted; `None` if there is none.
pub fn unify(types: &[Type]) -> Option<Type> {
    let mut distinct: Vec<&Type> = Vec::new();
    for ty in types {
        if !distinct.contains(&ty) {
            distinct.push(ty);
        }
    }
    match distinct.as_slice() {
        [] => return Some(Type::Dynamic),
        [one] => return Some((*one).clone()),
        _ => {}
    }
    if distinct.contains(&&Type::Dynamic) {
        return Some(Type::Dynamic);
    }
    if distinct.iter().all(|ty| ty.is_primitive()) {
        // Only string takes all of the others.
        let wide = distinct.contains(&&Type::String);
        return wide.then_some(Type::String);
    }
    unify_objects(&distinct)
        .or_else(|| unify_tuples(&distinct))
        .or_else(|| unify_collections(&distinct))
        .or_else(|| one_that_takes_all(&distinct))
}

/// Returns the first of the types to which all others can be converted.
fn one_that_takes_all(types: &[&Type]) -> Option<Type> {
    let takes_all = |to: &&&Type| types.iter().all(|from| may_convert(from, to));
    types.iter().find(takes_all).map(|ty| (*ty).clone())
}

fn unify_objects(types: &[&Type]) -> Option<Type> {
    let objects: Option<Vec<_>> =
        types.iter().map(|ty| if let Type::Object(object) = ty { Some(object) } else { None }).collect();
    let objects = objects?;
    let names: Vec<BTreeSet<_>> = objects.iter().map(|object| object.attributes.keys().collect()).collect();
    if names.iter().any(|other| *other != names[0]) {
        // Objects with different attributes can still be a map of one element type.
        let all: Vec<Type> = objects.iter().flat_map(|object| object.attributes.values().cloned()).collect();
        return unify(&all).filter(|ty| *ty != Type::Dynamic || all.contains(&Type::Dynamic)).map(Type::map);
    }
    let attributes: Option<Vec<_>> = objects[0]
        .attributes
        .keys()
        .map(|name| {
            let candidates: Vec<Type> = objects.iter().map(|object| object.attributes[name].clone()).collect();
            unify(&candidates).map(|ty| (name.clone(), ty))
        })
        .collect();
    attributes.map(Type::object)
}

fn unify_tuples(types: &[&Type]) -> Option<Type> {
    let tuples: Option<Vec<_>> =
        types.iter().map(|ty| if let Type::Tuple(elements) = ty { Some(elements) } else { None }).collect();
    let tuples = tuples?;
    if tuples.iter().any(|other| other.len() != tuples[0].len()) {
        let all: Vec<Type> = tuples.iter().flat_map(|elements| elements.iter().cloned()).collect();
        return unify(&all).map(Type::list);
    }
    let elements: Option<Vec<Type>> = (0..tuples[0].len())
        .map(|index| unify(&tuples.iter().map(|elements| elements[index].clone()).collect::<Vec<_>>()))
        .collect();
    elements.map(Type::tuple)
}

/// Unifies collections of one kind with one another and with the tuples or objects that can become one.
fn unify_collections(types: &[&Type]) -> Option<Type> {
    let mut elements = Vec::new();
    let (mut lists, mut sets, mut maps) = (0, 0, 0);
    for ty in types {
        match ty {
            Type::List(element) => (lists += 1, elements.push((**element).clone())).1,
            Type::Set(element) => (sets += 1, elements.push((**element).clone())).1,
            Type::Map(element) => (maps += 1, elements.push((**element).clone())).1,
            Type::Tuple(all) => elements.extend(all.iter().cloned()),
            Type::Object(object) => elements.extend(object.attributes.values().cloned()),
            Type::Dynamic | Type::Bool | Type::Number | Type::String => return None,
        }
    }
    let sequences = types.iter().all(|ty| matches!(ty, Type::List(_) | Type::Set(_) | Type::Tuple(_)));
    let mappings = types.iter().all(|ty| matches!(ty, Type::Map(_) | Type::Object(_)));
    let element = unify(&elements)?;
    match (sequences, mappings) {
        (true, _) if lists > 0 => Some(Type::list(element)),
        (true, _) if sets > 0 => Some(Type::set(element)),
        (_, true) if maps > 0 => Some(Type::map(element)),
        _ => None,
    }
}
