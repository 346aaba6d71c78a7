//! What holds for the execution graph of every plan, of whatever configuration and state.

use std::collections::BTreeSet;

use proptest::prelude::*;
use wpinfra_core::InstanceAddress;

use crate::execution::waits_for;
use crate::plan::{Mode, Options, Plan, StepKind};
use crate::testing::{TestDesired, World, address, normal, run, state};

const BLOCKS: usize = 7;

/// One block: what it refers to in an argument that replaces and in one that does not, and how it is recorded.
#[derive(Clone, Debug)]
struct Shape {
    is_configured: bool,
    replacing: Option<usize>,
    noting: Option<usize>,
    is_new: bool,
    is_renamed: bool,
    is_create_first: bool,
    has_deposed: bool,
    recorded: Vec<usize>,
}

fn shapes() -> impl Strategy<Value = Vec<Shape>> {
    let reference = || proptest::option::of(0..BLOCKS);
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), prop::bool::weighted(0.2), prop::bool::weighted(0.8));
    let shape = (flags, reference(), reference(), proptest::collection::vec(0..BLOCKS, 0..4)).prop_map(
        |((is_new, is_renamed, is_create_first, has_deposed, is_configured), replacing, noting, recorded)| Shape {
            is_configured,
            replacing,
            noting,
            is_new,
            is_renamed,
            is_create_first,
            has_deposed,
            recorded,
        },
    );
    proptest::collection::vec(shape, BLOCKS)
}

fn name(number: usize) -> String {
    format!("test_thing.n{number}")
}

/// Returns the blocks that one refers to: only such with smaller numbers, so that there is no cycle in the configuration.
fn references(shapes: &[Shape], number: usize) -> (Option<usize>, Option<usize>) {
    let usable = |reference: Option<usize>| reference.filter(|other| *other < number && shapes[*other].is_configured);
    (usable(shapes[number].replacing), usable(shapes[number].noting))
}

fn texts(shapes: &[Shape]) -> (String, String) {
    let (mut configuration, mut recorded) = (Vec::new(), Vec::new());
    for (number, shape) in shapes.iter().enumerate() {
        let (replacing, noting) = references(shapes, number);
        if shape.is_configured {
            let replaced_by = replacing.map_or_else(|| "plain".to_owned(), |other| format!("@{}", name(other)));
            let noted = noting.map_or_else(|| "plain".to_owned(), |other| format!("@{}", name(other)));
            let rule = if shape.is_create_first { " !cbd" } else { "" };
            configuration.push(format!("{} name={replaced_by} note={noted}{rule}", name(number)));
        }
        let behind: Vec<String> =
            shape.recorded.iter().filter(|other| **other != number).map(|other| name(*other)).collect();
        if !shape.is_new {
            let of =
                |other: Option<usize>| other.map_or_else(|| "plain".to_owned(), |other| format!("i-{}", name(other)));
            let named = if shape.is_renamed { "old".to_owned() } else { of(replacing) };
            recorded.push(format!("{} name={named} note={} <- {}", name(number), of(noting), behind.join(" ")));
        }
        if shape.has_deposed {
            recorded.push(format!("{} name=x !deposed=0a0b0c0d <- {}", name(number), behind.join(" ")));
        }
    }
    (configuration.join("\n"), recorded.join("\n"))
}

/// Returns the steps of an instance of which the kind is as wanted.
fn steps(plan: &Plan, address: &InstanceAddress, wanted: fn(&StepKind) -> bool) -> Vec<usize> {
    let all = plan.graph.steps.iter().enumerate();
    all.filter(|(_, step)| step.address == *address && wanted(&step.kind)).map(|(id, _)| id).collect()
}

fn builds(kind: &StepKind) -> bool {
    matches!(kind, StepKind::Create | StepKind::Update)
}

fn destroys(kind: &StepKind) -> bool {
    matches!(kind, StepKind::Delete { .. })
}

fn check(shapes: &[Shape], options: &Options) -> Result<(), TestCaseError> {
    let (configuration, recorded) = texts(shapes);
    let (desired, recorded) = (TestDesired::new(&configuration), state(&recorded));
    // This checks with lint() that steps wait only for those before them.
    let plan = run(&desired, &recorded, options, &World::default()).plan.expect("a plan");
    let again = run(&desired, &recorded, options, &World::default()).plan.expect("a plan");
    prop_assert_eq!(plan.graph.to_string(), again.graph.to_string());
    for number in 0..BLOCKS {
        let (replacing, noting) = references(shapes, number);
        let own = address(&name(number));
        for other in [replacing, noting].into_iter().flatten().filter(|_| shapes[number].is_configured) {
            for (step, before) in pairs(&steps(&plan, &own, builds), &steps(&plan, &address(&name(other)), builds)) {
                prop_assert!(waits_for(&plan.graph, step, before), "{own} is built before {}", name(other));
            }
        }
        let recorded: BTreeSet<usize> =
            shapes[number].recorded.iter().copied().filter(|other| *other != number).collect();
        for other in recorded {
            let one_way = !shapes[other].recorded.contains(&number) && !is_recorded_in_circle(shapes, number, other);
            for (dependent, step) in
                pairs(&steps(&plan, &own, destroys), &steps(&plan, &address(&name(other)), destroys))
            {
                let is_ordered = waits_for(&plan.graph, step, dependent);
                prop_assert!(is_ordered || !one_way, "{} is destroyed before {own}:\n{}", name(other), plan.graph);
            }
        }
    }
    Ok(())
}

/// Tells whether following what is recorded leads from one block back to another: then no order can be right.
fn is_recorded_in_circle(shapes: &[Shape], to: usize, from: usize) -> bool {
    let (mut open, mut seen) = (vec![from], BTreeSet::new());
    while let Some(at) = open.pop() {
        if at == to {
            return true;
        }
        if seen.insert(at) {
            let (replacing, noting) = references(shapes, at);
            open.extend(shapes[at].recorded.iter().copied().chain(replacing).chain(noting));
        }
    }
    false
}

fn pairs(first: &[usize], second: &[usize]) -> Vec<(usize, usize)> {
    first.iter().flat_map(|one| second.iter().map(move |other| (*one, *other))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn steps_of_changes_are_in_order(shapes in shapes()) {
        check(&shapes, &normal())?;
    }

    #[test]
    fn steps_of_destruction_are_in_order(shapes in shapes()) {
        check(&shapes, &Options { mode: Mode::Destroy, ..normal() })?;
    }
}
