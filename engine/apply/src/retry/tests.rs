use wpinfra_core::provider::BoxFuture;
use wpinfra_core::registry::Registry;
use wpinfra_fake::{Fault, When, World};

use super::*;
use crate::clock::{Clock, Entropy, RunClock};
use crate::interrupt::Interrupt;
use crate::observer::Silent;

/// tokio's time, which the tests pause, for the world.
pub(crate) struct WorldClock(pub(crate) RunClock);

impl wpinfra_fake::Clock for WorldClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.sleep(duration)
    }
}

/// What a test of single requests needs.
pub(crate) struct Bench {
    pub(crate) world: Arc<World>,
    pub(crate) registry: Registry,
    pub(crate) clock: RunClock,
    pub(crate) entropy: Entropy,
    pub(crate) interrupt: Interrupt,
    pub(crate) provider: ProviderAddress,
    pub(crate) address: InstanceAddress,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let clock = RunClock::starting_at("2026-01-01T00:00:00Z".parse().expect("a time"));
        let world = World::with_clock(Arc::new(WorldClock(clock)));
        Self {
            registry: Registry::new([wpinfra_fake::provider(Arc::clone(&world))]),
            world,
            clock,
            entropy: Entropy::seeded(1),
            interrupt: Interrupt::default(),
            provider: ProviderAddress { module: Vec::new(), source: wpinfra_fake::SOURCE.into(), alias: None },
            address: "fake_network.n".parse().expect("an address"),
        }
    }

    pub(crate) fn surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            registry: &self.registry,
            clock: &self.clock,
            entropy: &self.entropy,
            observer: &Silent,
            interrupt: &self.interrupt,
            parallelism: 64,
        }
    }

    pub(crate) fn resource(&self, name: &str) -> &dyn AnyResourceType {
        self.registry.resource(wpinfra_fake::SOURCE, name).expect("registered")
    }

    pub(crate) async fn client(&self) -> Client {
        let provider = self.registry.provider(wpinfra_fake::SOURCE).expect("registered");
        provider.configure(&provider.schema().block.empty_value()).await.expect("nothing is needed")
    }

    pub(crate) fn value(&self, name: &str, given: &[(&str, Value)]) -> Value {
        let block = &self.resource(name).schema().block;
        let defaults = block.attributes.iter().filter_map(|(name, schema)| Some((*name, schema.default.clone()?)));
        let given = given.iter().map(|(name, value)| (*name, value.clone()));
        defaults.chain(given).fold(block.empty_value(), |value, (name, part)| value.with_attribute(name, part))
    }

    /// Creates an object through [`Remote::create`].
    pub(crate) async fn create(&self, name: &str, given: &[(&str, Value)]) -> RemoteResult<RemoteId> {
        let remote = Remote::new(self.surroundings());
        let call = Call {
            busy_for: Duration::from_mins(1),
            not_found_for: CONSISTENCY_BOUND,
            ..Call::plain(&self.provider, Some(&self.address))
        };
        let (client, token) = (self.client().await, Token(self.entropy.uuid()));
        remote.create(&call, self.resource(name), &client, &self.value(name, given), &token).await
    }
}

/// Creates one object while something goes wrong, and says how many stand then, how many creates were sent, and the time.
async fn check(
    name: &str,
    given: &[(&str, Value)],
    operation: &'static str,
    faults: &[Fault],
    expected: (bool, usize, usize),
) {
    let bench = Bench::new();
    for (index, fault) in faults.iter().enumerate() {
        bench.world.inject(When::Operation(operation, index + 1), *fault);
    }
    let result = bench.create(name, given).await;
    let found = (result.is_ok(), bench.world.ids_of(name).len(), bench.world.count(operation));
    assert_eq!(found, expected, "{name} with {faults:?}: {result:?}");
    assert!(bench.clock.elapsed() < Duration::from_mins(2), "{:?}", bench.clock.elapsed());
}

/// A type, its create operation and the arguments.
type Case = (&'static str, &'static str, Vec<(&'static str, Value)>);

/// However a create is disturbed, one object stands in the end, or none and the error says so.
#[tokio::test(start_paused = true)]
async fn a_create_makes_one_object_whatever_becomes_of_the_answers() {
    use RemoteErrorKind::{Busy, Denied, NotFound, Throttled, Transient};
    let cases: [Case; 4] = [
        ("fake_network", "fake:CreateNetwork", vec![("cidr", "10.0.0.0/16".into())]),
        ("fake_named", "fake:CreateNamed", vec![("name", "x".into())]),
        ("fake_tokened", "fake:CreateTokened", vec![]),
        ("fake_tagged", "fake:CreateTagged", vec![]),
    ];
    for (name, operation, given) in &cases {
        let lost_answer = if *name == "fake_tokened" { 2 } else { 1 };
        check(name, given, operation, &[], (true, 1, 1)).await;
        check(name, given, operation, &[Fault::LoseAnswer], (true, 1, lost_answer)).await;
        check(name, given, operation, &[Fault::LoseRequest], (true, 1, 2)).await;
        check(name, given, operation, &[Fault::LoseRequest, Fault::LoseAnswer], (true, 1, 1 + lost_answer)).await;
        check(
            name,
            given,
            operation,
            &[Throttled, Throttled, Busy, NotFound, Transient].map(Fault::Refuse),
            (true, 1, 6),
        )
        .await;
        check(name, given, operation, &[Fault::Refuse(Denied)], (false, 0, 1)).await;
        // Something was lost, and then it is refused: nobody knows.
        check(name, given, operation, &[Fault::LoseRequest, Fault::Refuse(Denied)], (false, 0, 2)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_after_a_lost_answer_does_not_claim_to_know() {
    let bench = Bench::new();
    bench.world.inject(When::Operation("fake:CreateTagged", 1), Fault::LoseRequest);
    bench.world.inject(When::Operation("fake:CreateTagged", 2), Fault::Refuse(RemoteErrorKind::Denied));
    let error = bench.create("fake_tagged", &[]).await.expect_err("denied");
    assert!(!error.outcome_known, "{error:?}");
}

/// One throttled request slows down all of them.
#[tokio::test(start_paused = true)]
async fn requests_slow_down_together() {
    let bench = Bench::new();
    let remote = Remote::new(bench.surroundings());
    let call = Call::plain(&bench.provider, None);
    let first = Mutex::new(true);
    let throttled = || {
        let is_first = std::mem::take(&mut *first.lock().expect("not poisoned"));
        async move { if is_first { Err(RemoteError::local(RemoteErrorKind::Throttled, "x", "slow down")) } else { Ok(()) } }
    };
    remote.call(&call, throttled).await.expect("the second attempt");
    assert!(bench.clock.elapsed() >= Duration::from_millis(125), "{:?}", bench.clock.elapsed());
    let closed = remote.budgets.lock().expect("not poisoned")[&bench.provider.source].closed_until;
    assert!(closed >= Duration::from_millis(125));
}

#[tokio::test(start_paused = true)]
async fn patience_has_an_end() {
    use RemoteErrorKind::{Busy, Denied, NotFound, Throttled, Transient, Unreachable};
    for (kind, least, most) in [
        (Throttled, 200, 330),
        (Transient, 3, 20),
        (Unreachable, 0, 3),
        (Busy, 50, 70),
        (NotFound, 20, 40),
        (Denied, 0, 0),
    ] {
        let bench = Bench::new();
        bench.world.inject(When::Always("fake:CreateTagged"), Fault::Refuse(kind));
        assert_eq!(bench.create("fake_tagged", &[]).await.expect_err("never").kind, kind);
        let seconds = bench.clock.elapsed().as_secs();
        assert!((least..=most).contains(&seconds), "{kind:?} for {seconds} s");
    }
}
