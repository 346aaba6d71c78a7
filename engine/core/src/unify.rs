//! The type that several types have in common: of the branches of a conditional, the elements of a list.

use std::cmp::Reverse;

use crate::convert::may_convert;
use crate::types::Type;

/// Returns a type to which values of all of the types can be converted; `None` if there is none.
///
/// Undecided types give way to decided ones, except beside lists, maps and the like, where nothing can be said yet.
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
    match Kinds::of(&distinct) {
        kinds @ Kinds { dynamics: 1, .. } if kinds.is_one_kind() => Some(Type::Dynamic),
        kinds if kinds.maps == kinds.all => unify_elements(&distinct, Type::map),
        kinds if kinds.lists == kinds.all => unify_elements(&distinct, Type::list),
        kinds if kinds.sets == kinds.all => unify_elements(&distinct, Type::set),
        kinds if kinds.objects == kinds.all => unify_objects(&distinct),
        kinds if kinds.tuples == kinds.all => unify_tuples(&distinct),
        kinds if kinds.objects > 0 && kinds.tuples > 0 => None,
        kinds if kinds.maps > 0 && kinds.maps + kinds.objects == kinds.all => {
            disguised(&distinct, |ty| matches!(ty, Type::Object(_)), objects_as_map).or_else(|| preferred(&distinct))
        }
        kinds if kinds.lists > 0 && kinds.lists + kinds.tuples == kinds.all => {
            disguised(&distinct, |ty| matches!(ty, Type::Tuple(_)), tuples_as_list).or_else(|| preferred(&distinct))
        }
        _ => preferred(&distinct),
    }
}

/// How many of the types are of each kind.
#[derive(Default)]
struct Kinds {
    all: usize,
    dynamics: usize,
    lists: usize,
    sets: usize,
    maps: usize,
    objects: usize,
    tuples: usize,
}

impl Kinds {
    fn of(types: &[&Type]) -> Self {
        let mut kinds = Self { all: types.len(), ..Self::default() };
        for ty in types {
            match ty {
                Type::Dynamic => kinds.dynamics += 1,
                Type::List(_) => kinds.lists += 1,
                Type::Set(_) => kinds.sets += 1,
                Type::Map(_) => kinds.maps += 1,
                Type::Object(_) => kinds.objects += 1,
                Type::Tuple(_) => kinds.tuples += 1,
                Type::Bool | Type::Number | Type::String => {}
            }
        }
        kinds
    }

    /// Tells whether all that are decided are of one kind with parts.
    fn is_one_kind(&self) -> bool {
        let decided = self.all - self.dynamics;
        [self.lists, self.sets, self.maps, self.objects, self.tuples].contains(&decided)
    }
}

/// Returns the one of the types that is liked best of those to which all others can be converted.
fn preferred(types: &[&Type]) -> Option<Type> {
    // A string can say everything that other primitives say, a list keeps what a set loses, undecided is the last resort.
    let mut candidates = types.to_vec();
    candidates.sort_by_key(|ty| {
        Reverse(match ty {
            Type::String | Type::List(_) | Type::Map(_) => 3,
            Type::Bool | Type::Number | Type::Set(_) => 2,
            Type::Tuple(_) | Type::Object(_) => 1,
            Type::Dynamic => 0,
        })
    });
    let takes_all = |to: &&&Type| types.iter().all(|from| from == *to || may_convert(from, to));
    candidates.iter().find(takes_all).map(|ty| (*ty).clone())
}

fn unify_elements(types: &[&Type], collection: fn(Type) -> Type) -> Option<Type> {
    let elements: Vec<Type> = types.iter().filter_map(|ty| ty.element()).cloned().collect();
    unify(&elements).map(collection)
}

/// Unifies what stands for a collection to that collection first, and then with the collections proper.
fn disguised(
    types: &[&Type],
    is_disguised: fn(&Type) -> bool,
    as_collection: fn(&[&Type]) -> Option<Type>,
) -> Option<Type> {
    let (structural, mut all): (Vec<&Type>, Vec<&Type>) = types.iter().partition(|ty| is_disguised(ty));
    let collection = as_collection(&structural)?;
    all.push(&collection);
    unify(&all.into_iter().cloned().collect::<Vec<_>>()).filter(Type::is_collection)
}

fn unify_objects(types: &[&Type]) -> Option<Type> {
    let objects: Vec<_> =
        types.iter().filter_map(|ty| if let Type::Object(object) = ty { Some(object) } else { None }).collect();
    let (first, rest) = objects.split_first()?;
    if rest.iter().any(|other| !other.attributes.keys().eq(first.attributes.keys())) {
        return objects_as_map(types);
    }
    let unified = first.attributes.keys().map(|name| {
        let candidates: Vec<Type> = objects.iter().filter_map(|object| object.attributes.get(name)).cloned().collect();
        unify(&candidates).map(|ty| (name.clone(), ty))
    });
    unified.collect::<Option<Vec<_>>>().map(Type::object)
}

fn objects_as_map(types: &[&Type]) -> Option<Type> {
    let mut attributes = Vec::new();
    for ty in types {
        if let Type::Object(object) = ty {
            attributes.extend(object.attributes.values().cloned());
        }
    }
    unify(&attributes).map(Type::map)
}

fn unify_tuples(types: &[&Type]) -> Option<Type> {
    let tuples: Vec<_> =
        types.iter().filter_map(|ty| if let Type::Tuple(elements) = ty { Some(elements) } else { None }).collect();
    let (first, rest) = tuples.split_first()?;
    if rest.iter().any(|other| other.len() != first.len()) {
        return tuples_as_list(types);
    }
    let unified = (0..first.len()).map(|index| {
        let candidates: Vec<Type> = tuples.iter().map(|elements| elements[index].clone()).collect();
        unify(&candidates)
    });
    unified.collect::<Option<Vec<_>>>().map(Type::tuple)
}

fn tuples_as_list(types: &[&Type]) -> Option<Type> {
    let mut elements = Vec::new();
    for ty in types {
        if let Type::Tuple(all) = ty {
            elements.extend(all.iter().cloned());
        }
    }
    unify(&elements).map(Type::list)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(attributes: &[(&str, Type)]) -> Type {
        Type::object(attributes.iter().map(|(name, ty)| (*name, ty.clone())))
    }

    #[track_caller]
    fn check(types: &[Type], expected: Option<&str>) {
        assert_eq!(unify(types).map(|ty| ty.to_string()).as_deref(), expected, "{types:?}");
    }

    /// What `type(tolist([…]))` prints in `terraform console`.
    #[test]
    fn finds_what_terraform_finds() {
        let tuple = |elements: &[Type]| Type::tuple(elements.iter().cloned());
        check(&[Type::Number, Type::String, Type::Bool], Some("string"));
        check(&[Type::Number, Type::Bool], None);
        check(&[Type::Dynamic, Type::Number], Some("number"));
        check(&[Type::Dynamic, object(&[("a", Type::Number)])], Some("any"));
        let (a, ab) = (object(&[("a", Type::Number)]), object(&[("a", Type::Number), ("b", Type::String)]));
        check(&[a.clone(), ab.clone()], Some("map(string)"));
        check(&[a.clone(), object(&[("a", Type::Dynamic)])], Some("object({ a = number })"));
        check(&[a.clone(), object(&[("a", tuple(&[]))])], None);
        check(&[a.clone(), tuple(&[])], None);
        check(&[Type::map(Type::Number), ab], Some("map(string)"));
        check(&[Type::map(Type::Number), object(&[("b", tuple(&[]))])], None);
        check(&[tuple(&[Type::Number]), tuple(&[Type::String, Type::String])], Some("list(string)"));
        check(&[tuple(&[Type::Number, Type::String]), tuple(&[Type::Bool, Type::Number])], None);
        check(&[Type::list(Type::String), tuple(&[Type::Number])], Some("list(string)"));
        check(&[Type::set(Type::String), Type::list(Type::String)], Some("list(string)"));
        check(&[Type::set(Type::String), tuple(&[Type::String])], Some("set(string)"));
        check(&[tuple(&[Type::String]), Type::set(Type::String), Type::list(Type::String)], Some("list(string)"));
        check(&[Type::list(Type::Number), tuple(&[Type::String]), Type::Dynamic], Some("list(number)"));
        check(&[], Some("any"));
    }
}
