use wpinfra_core::provider::RemoteId;
use wpinfra_fake::Pace;

use super::*;
use crate::clock::Clock;
use crate::retry::tests::Bench;

#[test]
fn durations_are_read_as_go_writes_them() {
    for (text, seconds) in
        [("30m", Some(1800.0)), ("1h30m", Some(5400.0)), ("1.5s", Some(1.5)), ("10", None), ("3 days", None)]
    {
        assert_eq!(parse_duration(text).map(|duration| duration.as_secs_f64()), seconds, "{text}");
    }
}

/// An object that needs a time is seen at most a fifth later, whenever that is.
#[test]
fn pauses_follow_the_time_that_has_passed() {
    let (mut pause, mut at) = (FIRST_READ, FIRST_READ);
    let mut polls = 0;
    while at < Duration::from_mins(10) {
        let next = next_pause(pause, at);
        if at > Duration::from_secs(2) {
            assert!(next <= at / 5, "{next:?} at {at:?}");
        }
        (pause, at, polls) = (next, at + next, polls + 1);
    }
    assert_eq!(pause, LONGEST_PAUSE);
    assert!(polls < 110, "{polls} polls in ten minutes");
}

fn ready(bench: &Bench, name: &str) -> Goal {
    Goal::Ready(bench.resource(name).ready())
}

async fn machines(bench: &Bench, count: usize) -> Vec<String> {
    let network = bench.create("fake_network", &[("cidr", "10.0.0.0/16".into())]).await.expect("created").0;
    let mut ids = Vec::new();
    for _ in 0..count {
        ids.push(bench.create("fake_machine", &[("network_id", network.as_str().into())]).await.expect("created").0);
    }
    ids
}

async fn wait_for(bench: &Bench, polls: &Polls<'_>, name: &str, id: &str, goal: Goal, limit: u64) -> Answer {
    let client = bench.client().await;
    let target =
        Target { address: &bench.address, provider: &bench.provider, resource: bench.resource(name), client: &client };
    let prior = bench.value(name, &[("id", id.into())]);
    let request = ReadRequest { id: RemoteId(id.to_owned()), prior };
    polls.until(&target, &request, goal, Duration::from_secs(limit), &|_| {}).await
}

/// Twenty objects that become ready together cost as many polls as one.
#[tokio::test(start_paused = true)]
async fn waits_of_one_type_share_their_polls() {
    let bench = Bench::new();
    bench.world.set_change_pace(Pace::Time(Duration::from_secs(3)));
    let ids = machines(&bench, 20).await;
    let started = bench.clock.elapsed();
    let remote = Remote::new(bench.surroundings());
    let polls = Polls::new(&remote);
    let waits = ids.iter().map(|id| wait_for(&bench, &polls, "fake_machine", id, ready(&bench, "fake_machine"), 60));
    let found = futures_util::future::join_all(waits).await;
    assert!(
        found.iter().all(|found| matches!(found, Ok(Some(observed)) if observed.status.as_deref() == Some("ready")))
    );
    let took = bench.clock.elapsed().saturating_sub(started);
    assert!(took < Duration::from_millis(3900), "{took:?}");
    let reads = bench.world.count("fake:DescribeMachines");
    assert!(reads < 16, "{reads} reads for twenty objects");
}

#[tokio::test(start_paused = true)]
async fn waits_end_as_their_object_does() {
    let bench = Bench::new();
    bench.world.set_change_pace(Pace::Time(Duration::from_secs(100)));
    let id = machines(&bench, 1).await.remove(0);
    let remote = Remote::new(bench.surroundings());
    let polls = Polls::new(&remote);
    let goal = ready(&bench, "fake_machine");
    let error = wait_for(&bench, &polls, "fake_machine", &id, goal, 30).await.expect_err("too long");
    assert!(error.message.contains("after 30 s the object is in the state \"pending\""), "{error}");
    assert!(wait_for(&bench, &polls, "fake_machine", &id, goal, 90).await.is_ok());
    bench.world.remove(&id);
    let gone = Goal::Gone(bench.resource("fake_machine").gone().expect("machines have one"));
    assert!(wait_for(&bench, &polls, "fake_machine", &id, gone, 90).await.expect("gone").is_none());
    let started = bench.clock.elapsed();
    let error = wait_for(&bench, &polls, "fake_machine", &id, goal, 600).await.expect_err("never seen");
    assert!(error.message.contains("still knows no such object"), "{error}");
    assert!(bench.clock.elapsed().saturating_sub(started) >= VISIBILITY_BOUND);
}

/// "Not found" right after the create is no evidence of absence.
#[tokio::test(start_paused = true)]
async fn a_new_object_may_be_invisible_for_a_while() {
    let bench = Bench::new();
    bench.world.set_hidden_pace(Pace::Time(Duration::from_secs(20)));
    let id = bench.create("fake_shy", &[]).await.expect("created").0;
    let remote = Remote::new(bench.surroundings());
    let polls = Polls::new(&remote);
    assert!(wait_for(&bench, &polls, "fake_shy", &id, ready(&bench, "fake_shy"), 600).await.expect("seen").is_some());
}

/// Who reads for all and is stopped leaves nobody waiting.
#[tokio::test(start_paused = true)]
async fn a_poll_that_is_dropped_is_taken_over() {
    let bench = Bench::new();
    bench.world.set_latency(Duration::from_secs(1));
    let ids = machines(&bench, 2).await;
    let remote = Remote::new(bench.surroundings());
    let polls = Polls::new(&remote);
    let goal = ready(&bench, "fake_machine");
    let first = wait_for(&bench, &polls, "fake_machine", &ids[0], goal, 60);
    let second = wait_for(&bench, &polls, "fake_machine", &ids[1], goal, 60);
    let cut_off = async { tokio::time::timeout(Duration::from_millis(500), first).await.is_err() };
    let (was_cut_off, second) = tokio::join!(cut_off, second);
    assert!(was_cut_off && second.is_ok());
}
