//! The world does what its documentation says, so that tests of the engine can rely on it.

use std::future::Future;
use std::sync::Mutex;
use std::time::Duration;

use futures_util::FutureExt;
use wpinfra_core::provider::{Observed, ReadRequest, RemoteError, RemoteErrorKind, Token};
use wpinfra_core::schema::Block;
use wpinfra_core::{Type, Value};

use super::*;

/// A provider with its client, called without waiting.
struct Caller {
    provider: Box<dyn Provider>,
    client: Client,
}

fn caller(world: &Arc<World>) -> Caller {
    let provider = provider(Arc::clone(world));
    let config = provider.schema().block.empty_value();
    let client = now(provider.configure(&config)).expect("an empty configuration will do");
    Caller { provider, client }
}

fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("nothing takes time here")
}

fn token(text: &str) -> Token {
    Token(text.to_owned())
}

impl Caller {
    fn of(&self, name: &str) -> &dyn AnyResourceType {
        &**self.provider.resources().get(name).expect("registered")
    }

    /// Returns the attributes as planned: defaults where nothing is given.
    fn planned(&self, name: &str, given: &[(&str, Value)]) -> Value {
        let block = &self.of(name).schema().block;
        let defaults = block.attributes.iter().filter_map(|(name, schema)| Some((*name, schema.default.clone()?)));
        let given = given.iter().map(|(name, value)| (*name, value.clone()));
        defaults.chain(given).fold(block.empty_value(), |value, (name, part)| value.with_attribute(name, part))
    }

    fn create(&self, name: &str, given: &[(&str, Value)], with: &str) -> RemoteResult<String> {
        now(self.of(name).create(&self.client, &self.planned(name, given), &token(with))).map(|id| id.0)
    }

    fn read(&self, name: &str, id: &str) -> Option<Observed<Value>> {
        let request = ReadRequest { id: RemoteId(id.to_owned()), prior: self.planned(name, &[]) };
        now(self.of(name).read(&self.client, &[request])).expect("reads succeed").pop().expect("one for each")
    }

    fn status(&self, id: &str) -> String {
        self.read("fake_machine", id)
            .map_or_else(|| "gone".to_owned(), |found| found.status.expect("machines have one"))
    }

    fn delete(&self, name: &str, id: &str) -> RemoteResult<()> {
        now(self.of(name).delete(&self.client, &RemoteId(id.to_owned()), &self.planned(name, &[])))
    }

    fn network(&self) -> String {
        self.create("fake_network", &[("cidr", "10.0.0.0/16".into())], "network").expect("created")
    }
}

fn kind<T: std::fmt::Debug>(result: &RemoteResult<T>) -> RemoteErrorKind {
    result.as_ref().expect_err("an error").kind
}

#[test]
fn everything_is_described() {
    fn check(place: &str, block: &Block) {
        assert!(block.description.ends_with('.'), "{place}");
        for (name, attribute) in &block.attributes {
            assert!(attribute.description.ends_with('.'), "{place}.{name}");
        }
        for (name, nested) in &block.blocks {
            check(&format!("{place}.{name}"), &nested.block);
        }
    }
    let provider = provider(World::new());
    check("provider", &provider.schema().block);
    for (name, found) in provider.resources() {
        check(name, &found.schema().block);
        assert!(found.schema().block.attributes.contains_key("id"), "{name}");
    }
    for (name, found) in provider.data_sources() {
        check(name, &found.schema().block);
    }
    assert_eq!(provider.resources().len(), 8);
    for (name, found) in provider.ephemeral_types() {
        check(name, &found.schema().block);
    }
    assert_eq!(provider.data_sources().len(), 2);
    assert_eq!(provider.ephemeral_types().len(), 1);
}

#[test]
fn what_is_created_is_read() {
    let world = World::new();
    let caller = caller(&world);
    let network = caller.network();
    let disk = caller.of("fake_machine").schema().block.blocks["disk"].block.implied_type();
    let rule = caller.of("fake_machine").schema().block.blocks["rule"].block.implied_type();
    let sources = Value::set(Type::String, vec!["b".into(), "a".into()]);
    let given = [
        ("network_id", network.as_str().into()),
        ("size", "large".into()),
        ("labels", sources.clone()),
        ("password", "secret".into()),
        ("disk", Value::list(disk, vec![Value::object([("name", "root".into()), ("gigabytes", 20_i64.into())])])),
        (
            "rule",
            Value::set(
                rule,
                vec![Value::object([
                    ("port", 80_i64.into()),
                    ("sources", sources),
                    ("note", Value::null(Type::String)),
                ])],
            ),
        ),
        ("tags", Value::map(Type::String, [("k", "v".into())])),
    ];
    let id = caller.create("fake_machine", &given, "t").expect("created");
    let read = caller.read("fake_machine", &id).expect("found").model;
    assert_eq!(read.ty(), &caller.of("fake_machine").schema().implied_type());
    for (name, value) in &given {
        let expected = if *name == "password" { Value::null(Type::String) } else { value.clone() };
        assert_eq!(read.get(name), Some(expected), "{name}");
    }
    assert_eq!(read.get("id"), Some(id.into()));
    assert_eq!(read.get("zone"), Some("a".into()));
    assert_eq!(read.get("generation"), Some(0_i64.into()));
}

#[test]
fn machines_take_their_time() {
    let world = World::new();
    let caller = caller(&world);
    let network = caller.network();
    let given = [("network_id", Value::from(network.as_str()))];
    let id = caller.create("fake_machine", &given, "t").expect("created");
    let statuses = |count: usize| (0..count).map(|_| caller.status(&id)).collect::<Vec<_>>();
    assert_eq!(statuses(4), ["pending", "pending", "ready", "ready"]);

    let prior = caller.read("fake_machine", &id).expect("found").model;
    let planned = prior.with_attribute("size", "large".into());
    now(caller.of("fake_machine").update(&caller.client, &RemoteId(id.clone()), &prior, &planned)).expect("updated");
    assert_eq!(statuses(3), ["updating", "updating", "ready"]);
    let updated = caller.read("fake_machine", &id).expect("found").model;
    assert_eq!(updated.get("generation"), Some(1_i64.into()));
    assert_ne!(updated.get("address"), prior.get("address"));

    assert_eq!(kind(&caller.delete("fake_network", &network)), RemoteErrorKind::Busy);
    caller.delete("fake_machine", &id).expect("deleted");
    caller.delete("fake_machine", &id).expect("deleting is success");
    assert_eq!(statuses(4), ["deleting", "deleting", "gone", "gone"]);
    caller.delete("fake_machine", &id).expect("gone is success");
    caller.delete("fake_network", &network).expect("deleted");
    assert!(world.inventory().is_empty());
}

#[test]
fn broken_machines_fail_and_say_why() {
    let world = World::new();
    let caller = caller(&world);
    let given = [("network_id", caller.network().into()), ("image", "broken".into())];
    let id = caller.create("fake_machine", &given, "t").expect("created");
    let found = caller.read("fake_machine", &id).expect("found");
    assert_eq!((found.status.as_deref(), found.reason.is_some()), (Some("failed"), true));
    let lost = caller.create("fake_machine", &[("network_id", "network-99".into())], "u");
    assert_eq!(kind(&lost), RemoteErrorKind::NotFound);
}

#[test]
fn shy_objects_show_up_later() {
    let world = World::new();
    world.set_hidden_pace(Pace::Reads(3));
    let caller = caller(&world);
    let id = caller.create("fake_shy", &[], "t").expect("created");
    let seen: Vec<bool> = (0..5).map(|_| caller.read("fake_shy", &id).is_some()).collect();
    assert_eq!(seen, [false, false, false, true, true]);
}

/// A type, its arguments, and how it answers to a second create.
type Case<'a> = (&'a str, &'a [(&'a str, Value)], Option<RemoteErrorKind>);

#[test]
fn identities_find_what_was_made() {
    let world = World::new();
    let caller = caller(&world);
    let network = caller.network();
    let machine_arguments = [("network_id", Value::from(network.as_str()))];
    let machine = caller.create("fake_machine", &machine_arguments, "m").expect("created");
    while caller.status(&machine) != "ready" {}
    let attachment = [("machine_id", machine.into()), ("network_id", network.into())];
    let cases: &[Case<'_>] = &[
        ("fake_machine", &machine_arguments, None),
        ("fake_shy", &[], None),
        ("fake_tokened", &[], None),
        ("fake_named", &[("name", "one".into())], Some(RemoteErrorKind::AlreadyExists)),
        ("fake_attachment", &attachment, Some(RemoteErrorKind::AlreadyExists)),
        ("fake_tagged", &[], None),
        ("fake_network", &[("cidr", "10.1.0.0/16".into())], None),
    ];
    for (name, given, again) in cases {
        let find = |with: &str| {
            let planned = caller.planned(name, given);
            now(caller.of(name).find(&caller.client, &planned, &token(with))).expect("finds succeed").map(|id| id.0)
        };
        assert_eq!(find("x"), None, "{name}");
        let made = caller.create(name, given, "x").expect("created");
        assert_eq!(find("x").as_ref(), Some(&made), "{name}");
        let second = caller.create(name, given, "x");
        match (again, caller.of(name).identity()) {
            (Some(expected), _) => assert_eq!(kind(&second), *expected, "{name}"),
            (None, Identity::ClientToken) => assert_eq!(second.expect("the same"), made, "{name}"),
            (None, _) => assert_ne!(second.expect("another one"), made, "{name}"),
        }
    }
}

#[test]
fn attachments_need_a_machine_that_is_ready() {
    let world = World::new();
    let caller = caller(&world);
    let network = caller.network();
    let machine = caller.create("fake_machine", &[("network_id", network.as_str().into())], "m").expect("created");
    let given = [("machine_id", machine.as_str().into()), ("network_id", network.as_str().into())];
    assert_eq!(kind(&caller.create("fake_attachment", &given, "a")), RemoteErrorKind::Refused);
    while caller.status(&machine) != "ready" {}
    let id = caller.create("fake_attachment", &given, "a").expect("created");
    assert_eq!(kind(&caller.delete("fake_machine", &machine)), RemoteErrorKind::Busy);
    let (remote, model) = caller.of("fake_attachment").import(&id).expect("an id that a create gave");
    assert_eq!((remote.0, model.get("machine_id")), (id, Some(machine.into())));
    assert!(caller.of("fake_attachment").import("machine-1").is_err());
}

#[test]
fn tags_go_at_the_end() {
    let world = World::new();
    let caller = caller(&world);
    let id = caller.create("fake_tagged", &[("color", "red".into())], "t").expect("created");
    assert_eq!(caller.read("fake_tagged", &id).expect("found").model.get("color"), Some("white".into()));
    assert_eq!(world.inventory()[&id].token.as_deref(), Some("t"));
    let tokened = caller.create("fake_tokened", &[], "u").expect("created");
    let created = [("fake_tagged", RemoteId(id.clone())), ("fake_tokened", RemoteId(tokened.clone()))];
    now(caller.provider.finish(&caller.client, &created)).expect("finished");
    assert_eq!(world.inventory()[&id].token, None);
    assert_eq!(world.inventory()[&tokened].token.as_deref(), Some("u"));
    assert_eq!(world.calls().last().map(|call| call.subjects.clone()), Some(vec![id]));
}

#[test]
fn faults_strike_as_planned() {
    for (fault, answers, done) in [
        (Fault::Refuse(RemoteErrorKind::Throttled), Some((RemoteErrorKind::Throttled, true)), false),
        (Fault::LoseRequest, Some((RemoteErrorKind::Transient, false)), false),
        (Fault::LoseAnswer, Some((RemoteErrorKind::Transient, false)), true),
        (Fault::StopBefore, None, false),
        (Fault::StopAfter, None, true),
    ] {
        for when in [When::Call(2), When::Operation("fake:CreateNamed", 1)] {
            let world = World::new();
            world.inject(when, fault);
            let caller = caller(&world);
            caller.network();
            let planned = caller.planned("fake_named", &[("name", "one".into())]);
            let with = token("t");
            let answer = caller.of("fake_named").create(&caller.client, &planned, &with).now_or_never();
            let error = answer.map(|answer| answer.expect_err("a fault"));
            assert_eq!(
                error.map(|RemoteError { kind, outcome_known, .. }| (kind, outcome_known)),
                answers,
                "{fault:?}"
            );
            assert_eq!(world.ids_of("fake_named").len(), usize::from(done), "{fault:?}");
            assert_eq!(world.calls()[1].fault, Some(fault));
            assert_eq!(world.stopped().now_or_never().is_some(), answers.is_none(), "{fault:?}");
        }
    }
}

#[test]
fn a_stop_holds_until_the_restart() {
    let world = World::new();
    let caller = caller(&world);
    let stopped = world.stopped();
    world.inject(When::Always("fake:DescribeNetworks"), Fault::StopBefore);
    let id = caller.network();
    let request = [ReadRequest { id: RemoteId(id), prior: caller.planned("fake_network", &[]) }];
    assert!(caller.of("fake_network").read(&caller.client, &request).now_or_never().is_none());
    now(stopped);
    let planned = caller.planned("fake_tokened", &[]);
    assert!(caller.of("fake_tokened").create(&caller.client, &planned, &token("t")).now_or_never().is_none());
    assert_eq!(world.calls().len(), 2, "nothing is executed any more");
    world.restart();
    world.clear_faults();
    assert!(caller.read("fake_network", &world.ids_of("fake_network")[0]).is_some());
    assert_eq!(world.max_in_flight(), 1, "dropped calls are not under way");
}

#[test]
fn tests_meddle_with_the_world() {
    let world = World::new();
    let caller = caller(&world);
    let id = caller.network();
    world.alter(&id, "name", "other".into());
    assert_eq!(caller.read("fake_network", &id).expect("found").model.get("name"), Some("other".into()));
    assert!(world.remove(&id));
    assert!(caller.read("fake_network", &id).is_none());
    assert_eq!(world.count("fake:DescribeNetworks"), 2);
    assert_eq!(caller.provider.calls(&caller.client), 3);
}

/// A clock that a test moves by hand.
#[derive(Default)]
struct HandClock(Mutex<Duration>);

impl Clock for HandClock {
    fn now(&self) -> Duration {
        *self.0.lock().expect("no test panics with it")
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        *self.0.lock().expect("no test panics with it") += duration;
        // Lets others run in between, as a real clock would.
        let mut first = true;
        Box::pin(std::future::poll_fn(move |context| {
            if std::mem::take(&mut first) {
                context.waker().wake_by_ref();
                return std::task::Poll::Pending;
            }
            std::task::Poll::Ready(())
        }))
    }
}

#[test]
fn time_can_be_virtual() {
    let clock = Arc::new(HandClock::default());
    let world = World::with_clock(Arc::clone(&clock) as Arc<dyn Clock>);
    world.set_change_pace(Pace::Time(Duration::from_mins(1)));
    let caller = caller(&world);
    let id = caller.create("fake_machine", &[("network_id", caller.network().into())], "m").expect("created");
    for (at, status) in [(0, "pending"), (59, "pending"), (60, "ready")] {
        *clock.0.lock().expect("no test panics with it") = Duration::from_secs(at);
        assert_eq!(caller.status(&id), status, "after {at} s");
    }
    world.set_latency(Duration::from_millis(80));
    let request = [ReadRequest { id: RemoteId(id), prior: caller.planned("fake_machine", &[]) }];
    let read = || caller.of("fake_machine").read(&caller.client, &request);
    let (mut first, mut second) = (read(), read());
    assert!((&mut first).now_or_never().is_none() && (&mut second).now_or_never().is_none());
    assert_eq!(world.max_in_flight(), 2);
    assert!(now(first).is_ok() && now(second).is_ok());
    assert_eq!(clock.now(), Duration::from_millis(60_160));
}

#[test]
fn data_sources_answer() {
    let world = World::new();
    let caller = caller(&world);
    let read = |name: &str, given: &[(&str, Value)]| {
        let source = &caller.provider.data_sources()[name];
        let empty = source.schema().block.empty_value();
        let config = given.iter().fold(empty, |config, (name, value)| config.with_attribute(name, value.clone()));
        now(source.read(&caller.client, &config))
    };
    let names = |found: &Value| found.get("names").expect("declared").elements().expect("a list").len();
    assert_eq!(names(&read("fake_zones", &[]).expect("answered")), 3);
    let exclude = Value::list(Type::String, vec!["b".into()]);
    assert_eq!(names(&read("fake_zones", &[("exclude", exclude)]).expect("answered")), 2);

    let wanted = [("type_name", "fake_network".into()), ("attribute", "cidr".into()), ("value", "10.0.0.0/16".into())];
    assert_eq!(kind(&read("fake_lookup", &wanted)), RemoteErrorKind::NotFound);
    let id = caller.network();
    assert_eq!(read("fake_lookup", &wanted).expect("answered").get("id"), Some(id.into()));
}

#[test]
fn connections_need_a_password_that_holds() {
    let provider = provider(World::new());
    let config = provider.schema().block.empty_value().with_attribute("password", "expired".into());
    assert!(now(provider.configure(&config)).is_err());
}
