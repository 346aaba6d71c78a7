//! `moved` blocks: objects of the state that have another address now.

use std::collections::BTreeMap;
use std::sync::Arc;

use wpinfra_core::desired::{Move, MoveEnd};
use wpinfra_core::{Diagnostic, Diagnostics, InstanceAddress, InstanceKey, Mode, ModuleInstance};

/// One step of a module path.
type Step = (Arc<str>, Option<InstanceKey>);

/// Moves the entries of a map by address, one statement after the other; what is in the way of another stays.
///
/// Returns warnings about objects that could not be moved, and errors about moves that cannot be made at all.
pub(crate) fn apply_moves<T>(moves: &[Move], entries: &mut BTreeMap<InstanceAddress, T>) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for statement in moves {
        if let Some(problem) = contradiction(statement) {
            diagnostics.push(problem);
            continue;
        }
        let found: Vec<(InstanceAddress, InstanceAddress)> = entries
            .keys()
            .filter(|address| address.resource.mode == Mode::Managed)
            .filter_map(|address| destination(statement, address).map(|to| (address.clone(), to)))
            .filter(|(from, to)| from != to)
            .collect();
        for (from, to) in found {
            if entries.contains_key(&to) {
                diagnostics.push(blocked(statement, &from, &to));
            } else if let Some(entry) = entries.remove(&from) {
                entries.insert(to, entry);
            }
        }
    }
    diagnostics
}

/// Returns errors about statements that contradict each other: what moves to two places, what two things move to, and circles.
pub(crate) fn ambiguous_moves(moves: &[Move]) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    for (index, statement) in moves.iter().enumerate() {
        let earlier = &moves[..index];
        let same_origin = earlier.iter().find(|other| other.from == statement.from && other.to != statement.to);
        let same_goal = earlier.iter().find(|other| other.to == statement.to && other.from != statement.from);
        let Some((other, what)) = same_origin
            .map(|other| (other, "one object cannot move to two addresses"))
            .or_else(|| same_goal.map(|other| (other, "two objects cannot move to one address")))
        else {
            continue;
        };
        let place =
            other.range.as_ref().map_or_else(String::new, |at| format!(", in {} line {}", at.file, at.start.line));
        let detail = format!("This statement contradicts another one{place}: {what}. Take one of the two away.");
        diagnostics.push(Diagnostic::error("Ambiguous moved blocks", detail).at(statement.range.clone()));
    }
    for (index, statement) in moves.iter().enumerate() {
        // Every circle is told at its first statement.
        let (mut end, mut least) = (&statement.to, index);
        for _ in 0..moves.len() {
            if *end == statement.from {
                break;
            }
            let Some(next) = moves.iter().position(|other| other.from == *end) else { break };
            (end, least) = (&moves[next].to, least.min(next));
        }
        if *end == statement.from && statement.from != statement.to && least == index {
            let detail = "Following the moved blocks from here leads back to the beginning, so the object would never arrive. Take one of the blocks away.";
            diagnostics.push(Diagnostic::error("Cycle of moved blocks", detail).at(statement.range.clone()));
        }
    }
    diagnostics
}

/// Returns where the statement moves an address; `None` if it is not about it.
fn destination(statement: &Move, address: &InstanceAddress) -> Option<InstanceAddress> {
    let module = &address.resource.module.0;
    match (&statement.from, &statement.to) {
        (MoveEnd::Module(from), MoveEnd::Module(to)) => {
            let moved = move_module(&from.0, &to.0, module, true)?;
            let mut address = address.clone();
            address.resource.module = ModuleInstance(moved);
            Some(address)
        }
        (from, to) => {
            let (from, to) = (instance_of(from)?, instance_of(to)?);
            let (wanted, found) = (&from.resource, &address.resource);
            let same = wanted.resource_type == found.resource_type && wanted.name == found.name;
            let whole = matches!((&statement.from, &statement.to), (MoveEnd::Resource(_), MoveEnd::Resource(_)));
            if !same || wanted.module.0.len() != module.len() || (!whole && from.key != address.key) {
                return None;
            }
            let moved = move_module(&from.resource.module.0, &to.resource.module.0, module, false)?;
            let mut resource = to.resource.clone();
            resource.module = ModuleInstance(moved);
            Some(resource.instance(if whole { address.key.clone() } else { to.key }))
        }
    }
}

/// Returns the end as an instance: a resource beside an instance means the one without a key.
fn instance_of(end: &MoveEnd) -> Option<InstanceAddress> {
    match end {
        MoveEnd::Module(_) => None,
        MoveEnd::Resource(resource) => Some(resource.instance(None)),
        MoveEnd::Instance(instance) => Some(instance.clone()),
    }
}

/// Moves a module path. Steps that are the same on both sides and have no key there stand for the module that the statement was
/// written in, in all of its instances.
fn move_module(from: &[Step], to: &[Step], path: &[Step], is_module_move: bool) -> Option<Vec<Step>> {
    if path.len() < from.len() {
        return None;
    }
    let shared = from.iter().zip(to).take_while(|(from, to)| from == to && from.1.is_none()).count();
    // A whole call that gets another name keeps its instances.
    let keeps_keys = is_module_move
        && from.last().is_some_and(|step| step.1.is_none())
        && to.last().is_some_and(|step| step.1.is_none());
    let mut last_key = None;
    for (index, (step, found)) in from.iter().zip(path).enumerate() {
        let any_key = index < shared || (keeps_keys && index + 1 == from.len());
        if step.0 != found.0 || (!any_key && step.1 != found.1) {
            return None;
        }
        last_key.clone_from(&found.1);
    }
    let mut moved: Vec<Step> = path[..shared].to_vec();
    moved.extend(to[shared..].iter().cloned());
    if keeps_keys
        && shared < to.len()
        && let Some(last) = moved.last_mut()
    {
        last.1 = last_key;
    }
    moved.extend(path[from.len()..].iter().cloned());
    Some(moved)
}

/// Returns what makes the statement impossible.
fn contradiction(statement: &Move) -> Option<Diagnostic> {
    let (from, to) = match (&statement.from, &statement.to) {
        (MoveEnd::Module(_), MoveEnd::Module(_)) => return None,
        (from, to) => (instance_of(from), instance_of(to)),
    };
    let (Some(from), Some(to)) = (from, to) else {
        let detail = "One end of the statement is a module and the other a resource. A resource can only become a resource, and a \
                      module only a module.";
        return Some(Diagnostic::error("Invalid moved block", detail).at(statement.range.clone()));
    };
    (from.resource.resource_type != to.resource.resource_type).then(|| {
        let detail = format!(
            "{from} cannot become {to}: an object keeps its type. Take the old one out of the state with a \"removed\" block and \
             import it as the new one."
        );
        Diagnostic::error("Resource type mismatch in moved block", detail).at(statement.range.clone())
    })
}

fn blocked(statement: &Move, from: &InstanceAddress, to: &InstanceAddress) -> Diagnostic {
    let detail = format!(
        "{from} was to become {to}, but the state has an object there already. The object stays where it was, and is planned as what \
         it is: something that the configuration does not have any more. To keep both, give one of them another address."
    );
    Diagnostic::warning("Object cannot be moved", detail).at(statement.range.clone()).about(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(text: &str) -> MoveEnd {
        if let Some(text) = text.strip_prefix('*') {
            return MoveEnd::Resource(text.parse().expect(text));
        }
        text.parse().map_or_else(|_| MoveEnd::Instance(text.parse().expect(text)), MoveEnd::Module)
    }

    /// Moves addresses; ends with a star mean all instances of a resource.
    fn check(moves: &[(&str, &str)], before: &str, after: &str) -> Diagnostics {
        let moves: Vec<Move> =
            moves.iter().map(|(from, to)| Move { from: end(from), to: end(to), range: None }).collect();
        let mut entries: BTreeMap<InstanceAddress, usize> =
            before.split_whitespace().enumerate().map(|(n, text)| (text.parse().expect(text), n)).collect();
        let diagnostics = apply_moves(&moves, &mut entries);
        let mut moved: Vec<(usize, String)> = entries.iter().map(|(address, n)| (*n, address.to_string())).collect();
        moved.sort();
        let moved: Vec<String> = moved.into_iter().map(|(_, address)| address).collect();
        assert_eq!(moved.join(" "), after, "{moves:?}");
        diagnostics
    }

    #[test]
    fn statements_move_what_they_name() {
        for (moves, before, after) in [
            (&[("*t.a", "*t.b")][..], "t.a[0] t.a[1] t.c", "t.b[0] t.b[1] t.c"),
            (&[("t.a", "t.b[\"x\"]")], "t.a", "t.b[\"x\"]"),
            (&[("*t.a", "t.b[\"x\"]")], "t.a t.a[0]", "t.b[\"x\"] t.a[0]"),
            (&[("*t.a", "*t.b"), ("*t.b", "*t.c")], "t.a", "t.c"),
            (
                &[("module.a", "module.b")],
                "module.a.t.x module.a[1].module.c.t.x",
                "module.b.t.x module.b[1].module.c.t.x",
            ),
            (&[("module.a", "module.a[\"k\"]")], "module.a.t.x", "module.a[\"k\"].t.x"),
            (&[("module.a[0]", "module.b")], "module.a[0].t.x module.a[1].t.x", "module.b.t.x module.a[1].t.x"),
            (&[("*module.a.t.x", "*module.a.t.y")], "module.a[\"k\"].t.x[2]", "module.a[\"k\"].t.y[2]"),
            (&[("*t.x", "*module.a.t.x")], "t.x", "module.a.t.x"),
            (&[("*module.a.t.x", "*t.x")], "module.a.t.x module.a[0].t.x", "t.x module.a[0].t.x"),
            (&[("*t.a", "*t.b")], "data.t.a", "data.t.a"),
        ] {
            let diagnostics = check(moves, before, after);
            assert!(diagnostics.is_empty(), "{moves:?}: {diagnostics:?}");
        }
    }

    #[test]
    fn statements_must_not_contradict_each_other() {
        for (moves, summaries) in [
            (&[("*t.a", "*t.b"), ("*t.b", "*t.c")][..], ""),
            (&[("*t.a", "*t.b"), ("*t.a", "*t.b")], ""),
            (&[("*t.a", "*t.a")], ""),
            (&[("*t.a", "*t.b"), ("*t.a", "*t.c")], "Ambiguous moved blocks"),
            (&[("*t.a", "*t.c"), ("*t.b", "*t.c")], "Ambiguous moved blocks"),
            (&[("*t.a", "*t.b"), ("*t.b", "*t.a")], "Cycle of moved blocks"),
            (
                &[("*t.x", "*t.a"), ("*t.a", "*t.b"), ("*t.b", "*t.c"), ("*t.c", "*t.a")],
                "Ambiguous moved blocks Cycle of moved blocks",
            ),
        ] {
            let moves: Vec<Move> =
                moves.iter().map(|(from, to)| Move { from: end(from), to: end(to), range: None }).collect();
            let found: Vec<String> = ambiguous_moves(&moves).into_iter().map(|problem| problem.summary).collect();
            assert_eq!(found.join(" "), summaries, "{moves:?}");
        }
    }

    #[test]
    fn what_is_in_the_way_stays() {
        let diagnostics = check(&[("*t.a", "*t.b")], "t.a t.b", "t.a t.b");
        assert_eq!(diagnostics.iter().map(|d| d.summary.as_str()).collect::<Vec<_>>(), ["Object cannot be moved"]);
        let diagnostics = check(&[("*t.a", "*u.a")], "t.a", "t.a");
        assert!(diagnostics.has_errors());
    }
}
