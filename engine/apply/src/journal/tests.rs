use serde_json::json;
use wpinfra_core::state::State;

use super::*;
use crate::verify::verify;

const PROVIDER: &str = "provider[\"registry.terraform.io/hashicorp/fake\"]";

/// A journal in which everything happens that can.
fn story() -> Vec<Entry> {
    let begun = |step: usize, effect: Effect, address: &str, deposed: Option<&str>| {
        Entry::Begun(Begun {
            step,
            effect,
            address: address.to_owned(),
            deposed: deposed.map(str::to_owned),
            provider: PROVIDER.to_owned(),
            token: format!("token-{step}"),
            at: "2026-01-01T00:00:00Z".to_owned(),
            object: json!({"schema_version": 0, "attributes": {"size": 1.50}}),
            id: None,
            provisioned: false,
        })
    };
    let done = |step: usize, address: &str, deposed: Option<&str>, id: Option<&str>| Entry::Done {
        step,
        address: address.to_owned(),
        deposed: deposed.map(str::to_owned),
        provider: PROVIDER.to_owned(),
        object: id.map(
            |id| json!({"schema_version": 0, "attributes": {"id": id, "size": 1.50}, "dependencies": ["fake_a.x"]}),
        ),
    };
    vec![
        Entry::Header { format: 1, lineage: "l".to_owned(), serial: 0 },
        begun(0, Effect::Create, "fake_a.x", None),
        begun(1, Effect::Create, "fake_a.y[0]", None),
        Entry::Created { step: 0, id: "x-1".to_owned() },
        done(0, "fake_a.x", None, Some("x-1")),
        Entry::Nothing { step: 1 },
        Entry::Deposed { address: "fake_a.x".to_owned(), key: "0a1b2c3d".to_owned() },
        begun(2, Effect::Create, "fake_a.x", None),
        Entry::Created { step: 2, id: "x-2".to_owned() },
        done(2, "fake_a.x", None, Some("x-2")),
        begun(3, Effect::Delete, "fake_a.x", Some("0a1b2c3d")),
        done(3, "fake_a.x", Some("0a1b2c3d"), None),
        begun(4, Effect::Create, "module.m[\"k\"].fake_b.z", None),
        Entry::Created { step: 4, id: "z-1".to_owned() },
        Entry::Outputs(json!({"o": {"value": "v", "type": "string", "sensitive": true}})),
        Entry::Closed { serial: 1 },
    ]
}

fn text(entries: &[Entry]) -> String {
    entries.iter().enumerate().map(|(index, entry)| to_line(index as u64, entry)).collect()
}

#[test]
fn entries_survive_their_lines() {
    assert_eq!(parse(text(&story()).as_bytes(), "j").expect("readable"), story());
}

#[test]
fn every_prefix_replays_to_a_state_that_verifies() {
    let bytes = text(&story()).into_bytes();
    let mut last = 0;
    for end in 0..=bytes.len() {
        let entries = parse(&bytes[..end], "j").expect("only the last line is torn");
        assert!(entries.len() >= last, "a longer prefix says at least as much");
        last = entries.len();
        let replayed = replay(State::default(), &entries).expect("sensible");
        assert_eq!(verify(&replayed.state), Vec::<String>::new(), "the first {end} bytes");
    }
    assert_eq!(last, story().len());
}

#[test]
fn replay_of_a_compacted_journal_is_the_same() {
    for end in 0..=story().len() {
        let mut replayed = replay(State::default(), &story()[..end]).expect("sensible");
        replayed.closed = None;
        let (state, entries) = compact(&replayed);
        assert_eq!(replay(state, &entries).expect("sensible"), replayed, "the first {end} entries");
    }
}

#[test]
fn replay_tells_what_is_recorded_and_what_is_open() {
    let replayed = replay(State::default(), &story()).expect("sensible");
    let objects: Vec<_> = replayed
        .state
        .objects()
        .map(|(address, deposed, object)| format!("{address} {:?} {}", deposed, object.id().unwrap_or_default()))
        .collect();
    assert_eq!(objects, ["fake_a.x None x-2"]);
    let pending: Vec<_> = replayed.pending.values().map(|open| (open.begun.step, open.created.as_deref())).collect();
    assert_eq!(pending, [(4, Some("z-1"))]);
    assert!(replayed.state.outputs["o"].sensitive);
}

#[test]
fn a_line_that_does_not_verify_is_named() {
    let good = text(&story());
    let lines: Vec<&str> = good.lines().collect();
    for index in 0..lines.len() - 1 {
        let mut broken: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
        broken[index] = broken[index].replacen('"', "'", 1);
        let problem = parse(broken.concat().as_bytes(), "s.journal").expect_err("damaged");
        assert_eq!(problem.summary, "Journal is damaged");
        assert!(problem.detail.contains(&format!("Line {} of \"s.journal\"", index + 1)), "{}", problem.detail);
        // A line that is missing is no better than one that is wrong.
        let mut missing = lines.clone();
        missing.remove(index);
        assert!(parse(missing.join("\n").as_bytes(), "s.journal").is_err(), "without line {}", index + 1);
    }
}

#[tokio::test]
async fn appends_share_a_sync_and_can_be_read_back() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("s.journal");
    let journal = Journal::create(&path, &story()[..1]).expect("writable");
    let numbers: Vec<u64> = story()[1..].iter().map(|entry| journal.append(entry).expect("writable")).collect();
    let syncs = futures_util::future::join_all(numbers.iter().map(|number| journal.sync(*number))).await;
    assert!(syncs.iter().all(Result::is_ok));
    assert_eq!(parse(&std::fs::read(&path).expect("there"), "j").expect("readable"), story());
}

#[tokio::test]
async fn a_dropped_sync_does_not_stop_the_others() {
    let directory = tempfile::tempdir().expect("a directory");
    let journal = Journal::create(&directory.path().join("s.journal"), &story()[..1]).expect("writable");
    let number = journal.append(&story()[1]).expect("writable");
    let mut first = Box::pin(journal.sync(number));
    assert!(futures_util::poll!(&mut first).is_pending());
    drop(first);
    journal.sync(number).await.expect("durable");
}
