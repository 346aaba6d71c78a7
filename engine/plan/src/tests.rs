//! Plans of small configurations, from needs to execution graph.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use wpinfra_core::Value;
use wpinfra_core::desired::{ImportTarget, Move, MoveEnd, Removal};

use crate::plan::{Mode, Options};
use crate::testing::{TestDesired, World, address, normal, run, show, state};

/// Plans a configuration against a state and returns what comes of it.
fn check(desired: &str, recorded: &str) -> String {
    show(&TestDesired::new(desired), &state(recorded), &normal(), &World::default())
}

fn destroying() -> Options {
    Options { mode: Mode::Destroy, ..normal() }
}

#[test]
fn creates_wait_for_what_they_refer_to() {
    insta::assert_snapshot!(check("test_thing.b peer=@test_thing.a\n test_thing.a name=x", ""), @r"
    Create test_thing.a
    Create test_thing.b
    0: create test_thing.a
    1: create test_thing.b  after 0
    ");
}

#[test]
fn no_change_is_no_step() {
    insta::assert_snapshot!(check("test_thing.a name=x", "test_thing.a name=x"), @"NoOp test_thing.a");
}

#[test]
fn updates_in_place_keep_the_id() {
    insta::assert_snapshot!(check(
        "test_thing.a note=new\n test_thing.b peer=@test_thing.a",
        "test_thing.a note=old\n test_thing.b peer=i-test_thing.a",
    ), @r#"
    Update test_thing.a note="new"
    NoOp test_thing.b
    0: update test_thing.a
    "#);
}

#[test]
fn replacements_destroy_dependents_first() {
    insta::assert_snapshot!(check(
        "test_thing.a name=new\n test_thing.b name=@test_thing.a\n test_thing.c note=@test_thing.a",
        "test_thing.a name=old\n test_thing.b name=i-test_thing.a <- test_thing.a\n test_thing.c note=i-test_thing.a <- test_thing.a",
    ), @r#"
    DeleteThenCreate test_thing.a CannotUpdate at .name id=unknown(string) name="new"
    DeleteThenCreate test_thing.b CannotUpdate at .name id=unknown(string) name=unknown(string)
    Update test_thing.c note=unknown(string)
    0: delete test_thing.b
    1: delete test_thing.a  after 0
    2: create test_thing.a  after 1
    3: create test_thing.b  after 2
    4: update test_thing.c  after 2
    "#);
}

#[test]
fn create_before_destroy_spreads_to_what_it_depends_on() {
    insta::assert_snapshot!(check(
        "test_thing.a name=new\n test_thing.b name=@test_thing.a !cbd\n test_thing.c note=@test_thing.b",
        "test_thing.a name=old\n test_thing.b name=i-test_thing.a <- test_thing.a\n test_thing.c note=i-test_thing.b <- test_thing.a test_thing.b",
    ), @r#"
    CreateThenDelete test_thing.a CannotUpdate at .name id=unknown(string) name="new"
    CreateThenDelete test_thing.b CannotUpdate at .name id=unknown(string) name=unknown(string)
    Update test_thing.c note=unknown(string)
    0: depose as dea635d7 test_thing.a
    1: create test_thing.a  after 0
    2: depose as 4a38ae7f test_thing.b  after 1
    3: create test_thing.b  after 2
    4: update test_thing.c  after 3
    5: delete deposed 4a38ae7f of test_thing.b  after 4
    6: delete deposed dea635d7 of test_thing.a  after 5
    "#);
}

#[test]
fn orphans_go_after_their_dependents_have_turned_away() {
    insta::assert_snapshot!(check(
        "test_thing.b note=other",
        "test_thing.a name=x\n test_thing.b note=i-test_thing.a <- test_thing.a\n test_thing.c name=y <- test_thing.a test_thing.b",
    ), @r#"
    Delete test_thing.a NoResourceConfig
    Update test_thing.b note="other"
    Delete test_thing.c NoResourceConfig
    0: update test_thing.b
    1: delete test_thing.c
    2: delete test_thing.a  after 0, 1
    "#);
}

#[test]
fn conflicting_orders_give_way_without_a_cycle() {
    // What is recorded says that x depended on z; z is replaced, and y, which depended on x, now needs only the new z.
    insta::assert_snapshot!(check(
        "test_thing.z name=new\n test_thing.y note=@test_thing.z",
        "test_thing.z name=old\n test_thing.x name=x <- test_thing.z\n test_thing.y note=i-test_thing.x <- test_thing.x test_thing.z",
    ), @r#"
    Delete test_thing.x NoResourceConfig
    Update test_thing.y note=unknown(string)
    DeleteThenCreate test_thing.z CannotUpdate at .name id=unknown(string) name="new"
    0: delete test_thing.x
    1: delete test_thing.z  after 0
    2: create test_thing.z  after 1
    3: update test_thing.y  after 2
    "#);
}

#[test]
fn everything_is_destroyed_in_reverse() {
    let desired =
        TestDesired::new("test_thing.a name=x\n test_thing.b peer=@test_thing.a\n test_thing.c peer=@test_thing.b");
    let recorded = state(
        "test_thing.a name=x\n test_thing.b <- test_thing.a\n test_thing.c <- test_thing.a test_thing.b\n test_thing.old <- test_thing.a",
    );
    insta::assert_snapshot!(show(&desired, &recorded, &destroying(), &World::default()), @r"
    Delete test_thing.a
    Delete test_thing.b
    Delete test_thing.c
    Delete test_thing.old
    0: delete test_thing.c
    1: delete test_thing.b  after 0
    2: delete test_thing.old
    3: delete test_thing.a  after 1, 2
    ");
}

#[test]
fn what_has_no_recorded_dependencies_goes_by_the_configuration() {
    let desired = TestDesired::new("test_thing.a name=x\n test_thing.b peer=@test_thing.a");
    let recorded = state("test_thing.a name=x\n test_thing.b name=y");
    insta::assert_snapshot!(show(&desired, &recorded, &destroying(), &World::default()), @r"
    Delete test_thing.a
    Delete test_thing.b
    0: delete test_thing.b
    1: delete test_thing.a  after 0
    ");
}

#[test]
fn rounds_are_few() {
    let text = "data.test_look.one of=x\n data.test_look.two of=@data.test_look.one\n test_thing.a note=@data.test_look.one\n \
                test_thing.b note=x\n data.test_look.three of=@test_thing.b\n test_local.l name=x";
    let desired = TestDesired::new(text);
    let recorded = state("test_thing.b note=x\n test_local.l name=x\n test_thing.gone note=x");
    let done = run(&desired, &recorded, &normal(), &World::default());
    insta::assert_snapshot!(done.rounds.join("\n"), @r"
    client
    read data.test_look.one, refresh test_thing.b, refresh test_thing.gone
    read data.test_look.two, read data.test_look.three
    ");
    let plain = TestDesired::new("data.test_look.one of=x\n test_thing.a note=@data.test_look.one");
    assert_eq!(run(&plain, &recorded, &normal(), &World::default()).rounds.len(), 2);
    let unrefreshed = Options { refresh: false, ..normal() };
    assert_eq!(run(&desired, &recorded, &unrefreshed, &World::default()).rounds.len(), 3);
}

#[test]
fn local_truth_needs_nothing_from_outside() {
    let desired = TestDesired::new("test_local.a name=x\n test_local.b peer=@test_local.a");
    let done = run(&desired, &state("test_local.a name=x"), &normal(), &World::default());
    assert!(done.rounds.is_empty(), "{:?}", done.rounds);
}

#[test]
fn data_waits_for_what_is_unknown_or_pending() {
    insta::assert_snapshot!(check(
        "test_thing.a note=new\n data.test_look.named of=@test_thing.a\n data.test_look.after of=x !depends=test_thing.a\n \
         data.test_look.unknown of=?\n test_thing.b note=@data.test_look.named peer=@data.test_look.after",
        "test_thing.a note=old",
    ), @r#"
    Update test_thing.a note="new"
    Create test_thing.b
    Read data.test_look.after DependencyPending
    Read data.test_look.named DependencyPending
    Read data.test_look.unknown ConfigUnknown
    0: update test_thing.a
    1: read data.test_look.after  after 0
    2: read data.test_look.named  after 0
    3: create test_thing.b  after 1, 2
    4: read data.test_look.unknown
    "#);
}

#[test]
fn what_is_gone_is_created_again_and_what_drifted_is_put_right() {
    let desired = TestDesired::new("test_thing.a note=x\n test_thing.b note=x\n test_thing.c note=x");
    let recorded =
        state("test_thing.a note=x\n test_thing.b note=x\n test_thing.c note=x\n test_thing.d !deposed=0a0b0c0d");
    let world = World { gone: vec!["test_thing.a", "test_thing.d"], changed: vec![("test_thing.b", "note", "y")] };
    insta::assert_snapshot!(show(&desired, &recorded, &normal(), &world), @r#"
    Create test_thing.a
    Update test_thing.b note="x"
    NoOp test_thing.c
    drift: Delete test_thing.a
    drift: Update test_thing.b note="y"
    drift: Delete deposed 0a0b0c0d test_thing.d
    0: create test_thing.a
    1: update test_thing.b
    "#);
    let refresh_only = Options { mode: Mode::RefreshOnly, ..normal() };
    insta::assert_snapshot!(show(&desired, &recorded, &refresh_only, &world), @r#"
    drift: Delete test_thing.a
    drift: Update test_thing.b note="y"
    drift: Delete deposed 0a0b0c0d test_thing.d
    "#);
    let plan = run(&desired, &recorded, &refresh_only, &world).plan.expect("a plan");
    let left: Vec<String> = plan.prior_state.addresses().map(|address| address.to_string()).collect();
    assert_eq!(left, ["test_thing.b", "test_thing.c"]);
    assert_eq!(
        plan.prior_state.instance(&address("test_thing.b")).unwrap().current.as_ref().unwrap().attributes["note"],
        "y"
    );
}

#[test]
fn tainted_deposed_and_requested() {
    let desired = TestDesired::new(
        "test_thing.a note=x\n test_thing.b note=x\n test_thing.c note=x !trigger=test_thing.b#id\n test_thing.d note=x !trigger=test_thing.e#note\n test_thing.e note=new",
    );
    let recorded = state(
        "test_thing.a note=x !tainted\n test_thing.a note=x !deposed=0a0b0c0d\n test_thing.b note=x\n test_thing.c note=x\n test_thing.d note=x\n test_thing.e note=old",
    );
    let options = Options { replace: vec![address("test_thing.b")], ..normal() };
    insta::assert_snapshot!(show(&desired, &recorded, &options, &World::default()), @r#"
    DeleteThenCreate test_thing.a Tainted id=unknown(string)
    Delete deposed 0a0b0c0d test_thing.a
    DeleteThenCreate test_thing.b Requested id=unknown(string)
    DeleteThenCreate test_thing.c TriggeredBy id=unknown(string)
    DeleteThenCreate test_thing.d TriggeredBy id=unknown(string)
    Update test_thing.e note="new"
    0: delete test_thing.a
    1: create test_thing.a  after 0
    2: delete deposed 0a0b0c0d of test_thing.a
    3: delete test_thing.c
    4: delete test_thing.b  after 3
    5: create test_thing.b  after 4
    6: create test_thing.c  after 5
    7: delete test_thing.d
    8: update test_thing.e
    9: create test_thing.d  after 7, 8
    "#);
}

#[test]
fn reasons_of_orphans() {
    insta::assert_snapshot!(check(
        "test_thing.counted *1 note=x\n test_thing.keyed *a note=x\n test_thing.single note=x",
        "test_thing.counted[0] note=x\n test_thing.counted[1] note=x\n test_thing.keyed[\"a\"] note=x\n test_thing.keyed[\"b\"] note=x\n \
         test_thing.keyed[0] note=x\n test_thing.single[\"x\"] note=x\n module.m.test_thing.z note=x",
    ), @r#"
    NoOp test_thing.counted[0]
    Delete test_thing.counted[1] CountIndex
    Delete test_thing.keyed[0] WrongRepetition
    NoOp test_thing.keyed["a"]
    Delete test_thing.keyed["b"] EachKey
    Create test_thing.single
    Delete test_thing.single["x"] WrongRepetition
    Delete module.m.test_thing.z NoResourceConfig
    0: delete test_thing.counted[1]
    1: delete test_thing.keyed[0]
    2: delete test_thing.keyed["b"]
    3: create test_thing.single
    4: delete test_thing.single["x"]
    5: delete module.m.test_thing.z
    "#);
}

#[test]
fn recounted_instances_stay() {
    insta::assert_snapshot!(check(
        "test_thing.counted *2 note=x\n test_thing.single note=x",
        "test_thing.counted note=x\n test_thing.single[0] note=x\n test_thing.single[1] note=x",
    ), @r"
    NoOp test_thing.counted[0] from test_thing.counted
    Create test_thing.counted[1]
    NoOp test_thing.single from test_thing.single[0]
    Delete test_thing.single[1] WrongRepetition
    0: create test_thing.counted[1]
    1: delete test_thing.single[1]
    ");
}

fn resource_end(text: &str) -> MoveEnd {
    MoveEnd::Resource(address(text).resource)
}

#[test]
fn moved_objects_keep_what_they_are() {
    let mut desired = TestDesired::new("test_thing.new note=x peer=@test_thing.other\n test_thing.other note=x");
    desired.moves = vec![
        Move { from: resource_end("test_thing.old"), to: resource_end("test_thing.new"), range: None },
        Move { from: resource_end("test_thing.lost"), to: resource_end("test_thing.nowhere"), range: None },
    ];
    let recorded =
        state("test_thing.old note=x peer=i-test_thing.other\n test_thing.other note=x\n test_thing.lost note=x");
    insta::assert_snapshot!(show(&desired, &recorded, &normal(), &World::default()), @r"
    NoOp test_thing.new from test_thing.old
    Delete test_thing.nowhere from test_thing.lost NoMoveTarget
    NoOp test_thing.other
    0: delete test_thing.nowhere
    ");
}

#[test]
fn moves_from_what_is_still_there_are_refused() {
    let mut desired = TestDesired::new("test_thing.old note=x\n test_thing.counted *2\n module.m.test_thing.a");
    let move_of = |from: MoveEnd, to: MoveEnd| Move { from, to, range: None };
    let module = |name: &str| MoveEnd::Module(name.parse().expect(name));
    let refused = [
        move_of(resource_end("test_thing.old"), resource_end("test_thing.new")),
        move_of(MoveEnd::Instance(address("test_thing.counted[1]")), resource_end("test_thing.new")),
        move_of(module("module.m"), module("module.n")),
    ];
    for statement in refused {
        desired.moves = vec![statement.clone()];
        let problems = run(&desired, &state(""), &normal(), &World::default()).diagnostics;
        let summaries: Vec<&str> = problems.iter().map(|problem| problem.summary.as_str()).collect();
        assert_eq!(summaries, ["Moved object still exists"], "{statement:?}");
    }
    desired.moves = vec![move_of(MoveEnd::Instance(address("test_thing.counted[7]")), resource_end("test_thing.old"))];
    assert!(run(&desired, &state("test_thing.counted[7]"), &normal(), &World::default()).diagnostics.is_empty());
}

#[test]
fn removed_objects_are_forgotten() {
    let mut desired = TestDesired::new("test_thing.a note=x");
    let removal = |name: &str, destroy| Removal {
        module: Vec::new(),
        resource: Some(address(name).config()),
        destroy,
        range: None,
    };
    desired.removals = vec![removal("test_thing.left", false), removal("test_thing.gone", true)];
    let recorded = state("test_thing.a note=x\n test_thing.left note=x\n test_thing.gone note=x");
    insta::assert_snapshot!(show(&desired, &recorded, &normal(), &World::default()), @r"
    NoOp test_thing.a
    Delete test_thing.gone NoResourceConfig
    Forget test_thing.left NoResourceConfig
    0: delete test_thing.gone
    1: forget test_thing.left
    ");
    desired.removals.push(removal("test_thing.a", true));
    insta::assert_snapshot!(show(&desired, &recorded, &normal(), &World::default()), @r#"Error: Removed resource still exists: A "removed" block says that test_thing.a is gone, but the configuration still has it. Take one of the two away."#);
}

#[test]
fn imports_begin_with_what_stands() {
    let mut desired =
        TestDesired::new("test_thing.a\n test_thing.b note=x\n test_thing.c peer=@test_thing.b\n test_thing.d");
    let import =
        |name: &str, id: &str| ImportTarget { to: address(name), id: Some(id.to_owned()), range: None, id_range: None };
    desired.imports = vec![import("test_thing.a", "i-1"), import("test_thing.b", "i-2"), import("test_thing.d", "i-4")];
    insta::assert_snapshot!(show(&desired, &state("test_thing.d"), &normal(), &World::default()), @r#"
    NoOp test_thing.a importing i-1
    Update test_thing.b importing i-2 note="x"
    Create test_thing.c
    NoOp test_thing.d
    0: import test_thing.a
    1: import test_thing.b
    2: update test_thing.b  after 1
    3: create test_thing.c  after 2
    "#);
    desired.imports = vec![import("test_thing.a", "missing"), import("test_thing.zzz", "i-1")];
    insta::assert_snapshot!(show(&desired, &state(""), &normal(), &World::default()), @r#"Error: Object to import does not exist (test_thing.a): There is no object of type test_thing with the id "missing" that test_thing.a could become. Look up the id and the region, or take the import away to have it created."#);
    desired.imports = vec![import("test_thing.zzz", "i-1"), import("test_thing.a[1]", "i-1")];
    insta::assert_snapshot!(show(&desired, &state(""), &normal(), &World::default()), @r#"
    Error: No configuration for the object to import (test_thing.zzz): An object is to be imported as test_thing.zzz, but no resource block says what it should look like. Write the block first.
    Error: No instance for the object to import (test_thing.a[1]): An object is to be imported as test_thing.a[1], but the resource block has no such instance. Compare the key with its "count" or "for_each".
    "#);
}

#[test]
fn protection_stops_plans_that_destroy() {
    insta::assert_snapshot!(check("test_thing.a name=new !prevent\n test_thing.b *1 !prevent", "test_thing.a name=old\n test_thing.b[0]\n test_thing.b[1]"), @r#"Error: Destruction is prevented (test_thing.a): test_thing.a would be replaced, because "name" cannot be changed in place, but its lifecycle block says prevent_destroy. If that is what you want, take prevent_destroy away; otherwise undo the change that leads to it, or plan only a part with -target."#);
    let desired = TestDesired::new("test_thing.a !prevent");
    insta::assert_snapshot!(show(&desired, &state("test_thing.a"), &destroying(), &World::default()), @"Error: Destruction is prevented (test_thing.a): test_thing.a would be destroyed, but its lifecycle block says prevent_destroy. If that is what you want, take prevent_destroy away; otherwise undo the change that leads to it, or plan only a part with -target.");
}

#[test]
fn targets_leave_the_rest_alone() {
    let mut desired = TestDesired::new(
        "test_thing.a note=new\n test_thing.b *2 peer=@test_thing.a\n test_thing.c peer=@test_thing.b\n test_thing.d note=new",
    );
    desired.outputs = [("a".to_owned(), "@test_thing.a".to_owned())].into();
    let recorded = state("test_thing.a note=old\n test_thing.d note=old\n test_thing.gone");
    let options = Options { targets: vec!["test_thing.b[1]".to_owned()], ..normal() };
    insta::assert_snapshot!(show(&desired, &recorded, &options, &World::default()), @r#"
    Update test_thing.a note="new"
    Create test_thing.b[1]
    0: update test_thing.a
    1: create test_thing.b[1]  after 0
    "#);
    let recorded = state(
        "test_thing.a\n test_thing.b[0] <- test_thing.a\n test_thing.c <- test_thing.a test_thing.b\n test_thing.d",
    );
    let options = Options { targets: vec!["test_thing.b".to_owned()], ..destroying() };
    insta::assert_snapshot!(show(&desired, &recorded, &options, &World::default()), @r"
    Delete test_thing.b[0]
    Delete test_thing.c
    0: delete test_thing.c
    1: delete test_thing.b[0]  after 0
    ");
    let options = Options { targets: vec!["test_thing".to_owned()], ..normal() };
    insta::assert_snapshot!(show(&desired, &recorded, &options, &World::default()), @r#"Error: Invalid target: "test_thing" is neither the address of a resource or an instance of one, nor that of a module: "." and the name of the resource is expected at character 11 of "test_thing". Write it as in "aws_subnet.public[0]" or "module.network"."#);
}

#[test]
fn outputs_follow_what_is_known() {
    let mut desired = TestDesired::new("test_thing.a note=x\n test_thing.b note=x");
    let outputs = [("new", "@test_thing.a"), ("same", "@test_thing.b"), ("hidden", "~s")];
    desired.outputs = outputs.map(|(name, text)| (name.to_owned(), text.to_owned())).into();
    let mut recorded = state("test_thing.b note=x");
    for (name, value) in [("same", "i-test_thing.b"), ("hidden", "s"), ("gone", "x")] {
        let output = wpinfra_core::state::OutputState { value: Value::string(value), sensitive: false };
        recorded.outputs.insert(name.to_owned(), output);
    }
    insta::assert_snapshot!(show(&desired, &recorded, &normal(), &World::default()), @r#"
    Create test_thing.a
    NoOp test_thing.b
    output gone: Delete Some("x") -> None
    output hidden: Update Some("s") -> Some((sensitive value))
    output new: Create None -> Some(unknown(string))
    output same: NoOp Some("i-test_thing.b") -> Some("i-test_thing.b")
    0: create test_thing.a
    "#);
}

#[test]
fn provider_configurations_may_wait_for_resources() {
    let mut desired = TestDesired::new("test_local.a name=x\n test_thing.b note=x");
    desired.provider_config = Some("?".to_owned());
    let done = run(&desired, &state("test_thing.b note=x"), &normal(), &World::default());
    assert!(done.rounds.is_empty() && done.plan.is_some(), "{:?} {:?}", done.rounds, done.diagnostics);
}

#[test]
fn marks_alone_are_an_update() {
    insta::assert_snapshot!(check("test_thing.a note=~x\n test_thing.b secret=x", "test_thing.a note=x\n test_thing.b secret=x"), @r"
    Update test_thing.a note=(sensitive value)
    NoOp test_thing.b
    0: update test_thing.a
    ");
}

#[test]
fn old_states_are_upgraded_and_newer_ones_refused() {
    insta::assert_snapshot!(check("test_thing.a name=x", "test_thing.a old_name=x version=0"), @"NoOp test_thing.a");
    insta::assert_snapshot!(check("test_thing.a name=x", "test_thing.a name=x version=2"), @"Error: State is newer than the resource type (test_thing.a): The state records test_thing.a with schema version 2, but this version of wpinfra knows test_thing only up to version 1: something newer has written it. Use a version of wpinfra as new as that, or restore an older state.");
    let plan = run(
        &TestDesired::new("test_thing.a name=x"),
        &state("test_thing.a old_name=x version=0"),
        &normal(),
        &World::default(),
    );
    let prior = plan.plan.expect("a plan").prior_state;
    let object =
        prior.instance(&address("test_thing.a")).and_then(|instance| instance.current.clone()).expect("an object");
    assert_eq!((object.schema_version, object.attributes.get("old_name")), (1, None));
}

#[test]
fn unknown_instances_are_an_error() {
    insta::assert_snapshot!(check("test_thing.a *? note=x", ""), @r#"Error: Instances are not known before apply (test_thing.a): How many instances test_thing.a has, or which keys they have, depends on something that is known only after apply, so that they cannot be planned. Let "count" or "for_each" depend on what is known before, or apply first only what they depend on, with -target."#);
}

#[test]
fn dependencies_and_data_are_recorded() {
    let desired = TestDesired::new(
        "data.test_look.d of=x\n test_thing.a note=@data.test_look.d\n test_thing.b peer=@test_thing.a",
    );
    let recorded =
        state("test_thing.a note=d-data.test_look.d\n test_thing.b peer=i-test_thing.a\n data.test_look.old");
    let plan = run(&desired, &recorded, &normal(), &World::default()).plan.expect("a plan");
    assert!(plan.graph.steps.is_empty());
    let of = |text: &str| -> Vec<String> {
        let instance = plan.prior_state.instance(&address(text)).expect(text);
        instance.current.as_ref().expect(text).dependencies.iter().map(ToString::to_string).collect()
    };
    assert_eq!(of("test_thing.b"), ["test_thing.a", "data.test_look.d"]);
    let data = plan.prior_state.instance(&address("data.test_look.d")).and_then(|instance| instance.current.clone());
    assert_eq!(data.expect("the result").id(), Some("d-data.test_look.d"));
    assert!(plan.prior_state.instance(&address("data.test_look.old")).is_none());
}

#[test]
fn plans_are_the_same_every_time() {
    let text = "test_thing.a name=new\n test_thing.b name=@test_thing.a !cbd\n test_thing.c *3 note=@test_thing.b";
    let recorded =
        "test_thing.a name=old\n test_thing.b name=i-test_thing.a <- test_thing.a\n test_thing.c[7] <- test_thing.b";
    let first = check(text, recorded);
    assert!(first.contains("depose as"));
    assert_eq!(first, check(text, recorded));
}

/// Plans a thousand blocks that each depend on two others: their creation, no change, and their destruction.
fn check_thousand(others: fn(usize) -> [usize; 2]) {
    let (mut text, mut recorded) = (String::new(), String::new());
    let mut behind: Vec<BTreeSet<usize>> = Vec::new();
    for number in 0..1000_usize {
        let name = |n: usize| format!("test_thing.n{n}");
        if number < 2 {
            writeln!(text, "{}", name(number)).expect("room");
            writeln!(recorded, "{}", name(number)).expect("room");
            behind.push(BTreeSet::new());
            continue;
        }
        let [one, two] = others(number);
        let all: BTreeSet<usize> = behind[one].iter().chain(&behind[two]).copied().chain([one, two]).collect();
        let names: Vec<String> = all.iter().map(|number| name(*number)).collect();
        writeln!(text, "{} note=@{} peer=@{}", name(number), name(one), name(two)).expect("room");
        writeln!(recorded, "{0} note=i-{1} peer=i-{2} <- {3}", name(number), name(one), name(two), names.join(" "))
            .expect("room");
        behind.push(all);
    }
    let (desired, recorded) = (TestDesired::new(&text), state(&recorded));
    let created = run(&desired, &state(""), &normal(), &World::default()).plan.expect("a plan");
    assert_eq!(created.graph.steps.len(), 1000);
    assert!(created.graph.steps.iter().all(|step| step.after.len() <= 2));
    let unchanged = run(&desired, &recorded, &normal(), &World::default()).plan.expect("a plan");
    assert!(unchanged.graph.steps.is_empty());
    let destroyed = run(&desired, &recorded, &destroying(), &World::default()).plan.expect("a plan");
    assert_eq!(destroyed.graph.steps.len(), 1000);
}

#[test]
fn a_thousand_blocks_in_a_wide_graph() {
    check_thousand(|number| [number / 2, number / 3]);
}

#[test]
fn a_thousand_blocks_in_a_long_chain() {
    check_thousand(|number| [number - 1, number - 2]);
}
