use serde_json::json;
use wpinfra_core::state::{ObjectState, ObjectStatus};

use super::*;
use crate::journal::{Begun, Effect};
use crate::verify::verify;

const PROVIDER: &str = "provider[\"registry.terraform.io/hashicorp/fake\"]";

/// Writes a file as somebody else would.
fn write_anew(path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> io::Result<()> {
    File::create(path)?.write_all(bytes.as_ref())
}

fn object(id: &str) -> ObjectState {
    state_file::parse_object(&json!({"schema_version": 0, "attributes": {"id": id}})).expect("an object")
}

fn state(ids: &[&str]) -> State {
    let mut state = State::default();
    for id in ids {
        let address = format!("fake_a.{id}").parse().expect("an address");
        state.instance_mut(&address, &PROVIDER.parse().expect("a provider")).current = Some(object(id));
    }
    state
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a directory"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn store(&self) -> Store {
        Store::open(self.paths()).expect("loads")
    }

    fn paths(&self) -> StatePaths {
        StatePaths::beside(self.path("terraform.tfstate"), self.0.path())
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.0.path())
            .expect("readable")
            .map(|entry| entry.expect("readable").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }
}

#[test]
fn serial_and_backup_follow_the_changes() {
    let (folder, entropy) = (Folder::new(), Entropy::seeded(1));
    let mut store = folder.store();
    assert!(!store.save(&State::default(), &entropy).expect("saves"), "nothing to say");
    assert!(folder.names().is_empty());
    assert!(store.save(&state(&["x"]), &entropy).expect("saves"));
    assert!(!store.save(&state(&["x"]), &entropy).expect("saves"), "the same again");
    assert_eq!(folder.names(), ["terraform.tfstate"], "there was nothing to back up");
    let lineage = store.state().lineage.clone();
    assert_eq!((lineage.len(), store.state().serial), (36, 1));

    let mut store = folder.store();
    let first = fs::read(folder.path("terraform.tfstate")).expect("there");
    store.save(&state(&["x", "y"]), &entropy).expect("saves");
    store.save(&state(&["x", "y", "z"]), &entropy).expect("saves");
    assert_eq!((&store.state().lineage, store.state().serial), (&lineage, 3));
    assert_eq!(
        fs::read(folder.path("terraform.tfstate.backup")).expect("there"),
        first,
        "from before the first change"
    );
    assert_eq!(folder.store().state(), store.state());
}

fn done(step: usize, id: &str) -> Entry {
    Entry::Done {
        step,
        address: format!("fake_a.{id}"),
        deposed: None,
        provider: PROVIDER.to_owned(),
        object: Some(state_file::object_to_json(&object(id))),
    }
}

fn begun(step: usize, id: &str) -> Entry {
    Entry::Begun(Begun {
        step,
        effect: Effect::Create,
        address: format!("fake_a.{id}"),
        deposed: None,
        provider: PROVIDER.to_owned(),
        token: "t".to_owned(),
        at: String::new(),
        object: state_file::object_to_json(&object("")),
        id: None,
        provisioned: false,
    })
}

fn ids(state: &State) -> Vec<&str> {
    state.objects().filter_map(|(_, _, object)| object.id()).collect()
}

#[tokio::test]
async fn a_run_leaves_a_snapshot_and_no_journal() {
    let (folder, entropy) = (Folder::new(), Entropy::seeded(1));
    let mut store = folder.store();
    let journal = store.begin(&State::default(), &entropy).expect("begins");
    journal.append(&begun(0, "x")).expect("writes");
    journal.append(&done(0, "x")).expect("writes");
    store.finish(&state(&["x"]), journal, &entropy).await.expect("ends");
    assert_eq!(folder.names(), ["terraform.tfstate"]);
    assert_eq!(ids(folder.store().state()), ["x"]);
}

#[tokio::test]
async fn what_is_open_at_the_end_stays_in_the_journal() {
    let (folder, entropy) = (Folder::new(), Entropy::seeded(1));
    let mut store = folder.store();
    let journal = store.begin(&State::default(), &entropy).expect("begins");
    for entry in [begun(0, "x"), begun(1, "y"), done(0, "x")] {
        journal.append(&entry).expect("writes");
    }
    store.finish(&state(&["x"]), journal, &entropy).await.expect("ends");
    let store = folder.store();
    assert_eq!(ids(store.state()), ["x"]);
    assert_eq!(store.pending().map(|open| open.begun.address.as_str()).collect::<Vec<_>>(), ["fake_a.y"]);
}

#[tokio::test]
async fn a_killed_run_is_found_whole_wherever_it_was_killed() {
    let (folder, entropy) = (Folder::new(), Entropy::seeded(1));
    let mut store = folder.store();
    store.save(&state(&["w"]), &entropy).expect("saves");
    let journal = store.begin(&state(&["w"]), &entropy).expect("begins");
    journal.append(&begun(0, "x")).expect("writes");
    journal.append(&done(0, "x")).expect("writes");
    journal.append(&begun(1, "y")).expect("writes");
    // Before the end: the journal adds to the snapshot.
    assert_eq!(ids(folder.store().state()), ["w", "x"]);
    let bytes = fs::read(folder.path("terraform.tfstate.journal")).expect("there");
    store.finish(&state(&["w", "x"]), journal, &entropy).await.expect("ends");
    // After the snapshot, before the journal went: it is not applied twice.
    let closed = journal::to_line(4, &Entry::Closed { serial: store.state().serial });
    write_anew(folder.path("terraform.tfstate.journal"), [bytes, closed.into_bytes()].concat()).expect("writes");
    let store = folder.store();
    assert_eq!(ids(store.state()), ["w", "x"]);
    assert_eq!(store.pending().count(), 1);
}

#[tokio::test]
async fn a_journal_of_another_state_is_refused() {
    let (folder, entropy) = (Folder::new(), Entropy::seeded(1));
    let mut store = folder.store();
    store.save(&state(&["w"]), &entropy).expect("saves");
    drop(store.begin(&state(&["w"]), &entropy).expect("begins"));
    let text = fs::read_to_string(folder.path("terraform.tfstate")).expect("there");
    for (from, to, reason) in [
        ("\"serial\": 1", "\"serial\": 9", "serial 1 of the state, but"),
        ("\"lineage\": \"", "\"lineage\": \"other", "has lineage \"other"),
    ] {
        write_anew(folder.path("terraform.tfstate"), text.replace(from, to)).expect("writes");
        let problems = Store::open(folder.paths()).expect_err("does not fit");
        let problem = problems.iter().next().expect("one");
        assert_eq!(problem.summary, "Journal does not fit the state");
        assert!(problem.detail.contains(reason), "{}", problem.detail);
    }
}

#[test]
fn what_cannot_be_written_says_so_and_can_go_elsewhere() {
    let (folder, entropy) = (Folder::new(), Entropy::seeded(1));
    let paths = StatePaths::beside(folder.path("missing/terraform.tfstate"), folder.0.path());
    let mut store = Store::open(paths).expect("nothing there is an empty state");
    let problem = store.save(&state(&["x"]), &entropy).expect_err("no such directory");
    assert_eq!((problem.summary.as_str(), problem.class), ("Cannot write state", Class::Environment));
    assert!(problem.detail.contains("Create the directory first."), "{}", problem.detail);
    let elsewhere = store.save_elsewhere(&state(&["x"])).expect("writable");
    assert_eq!(elsewhere, folder.path("errored.tfstate"));
    let text = fs::read_to_string(elsewhere).expect("there");
    assert_eq!(ids(&state_file::parse(&text, "e").expect("readable").state), ["x"]);
    let paths = StatePaths::beside(folder.path("missing/s"), &folder.path("missing"));
    let text = Store::open(paths).expect("empty").save_elsewhere(&state(&["x"])).expect_err("nowhere to write");
    assert!(text.contains("fake_a"), "the text itself is the last resort");
}

#[test]
fn a_state_that_cannot_be_right_is_neither_loaded_nor_saved() {
    let (folder, entropy) = (Folder::new(), Entropy::seeded(1));
    let mut wrong = state(&["x"]);
    let resource = wrong.resources.values_mut().next().expect("one");
    resource
        .instances
        .values_mut()
        .next()
        .expect("one")
        .deposed
        .insert("nonsense".to_owned(), ObjectState { status: ObjectStatus::Ready, ..object("x") });
    wrong.lineage = "l".to_owned();
    assert_eq!(verify(&wrong).len(), 1);
    assert!(folder.store().save(&wrong, &entropy).is_err());
    write_anew(
        folder.path("terraform.tfstate"),
        state_file::print(&StateFile { state: wrong, ..StateFile::default() }),
    )
    .expect("writes");
    let problems = Store::open(folder.paths()).expect_err("refused");
    assert_eq!(problems.iter().next().expect("one").summary, "State is inconsistent");
}

/// Whatever is written after an interrupted run: a crash between snapshot and journal leaves two that fit together.
#[tokio::test]
async fn a_crash_while_an_old_journal_is_replaced_does_no_harm() {
    let (folder, entropy) = (Folder::new(), Entropy::seeded(1));
    let mut store = folder.store();
    store.save(&state(&["w"]), &entropy).expect("saves");
    let journal = store.begin(&state(&["w"]), &entropy).expect("begins");
    for entry in [begun(0, "x"), done(0, "x"), begun(1, "y")] {
        journal.append(&entry).expect("writes");
    }
    let mut store = folder.store();
    assert!(store.begin(&state(&["w", "x"]), &entropy).is_err(), "something is open");
    // The snapshot is written, and then it crashes.
    store.write_snapshot(&state(&["w", "x", "z"]), &entropy).expect("writes");
    let mut store = folder.store();
    assert_eq!((ids(store.state()), store.pending().count()), (vec!["w", "x", "z"], 1));
    store.save(&state(&["w", "x"]), &entropy).expect("saves");
    let mut store = folder.store();
    assert_eq!((ids(store.state()), store.pending().count()), (vec!["w", "x"], 1), "what is open stays so");
    store.save_recovered(&state(&["w", "x", "y"]), &entropy).expect("saves");
    assert_eq!((ids(folder.store().state()), folder.store().pending().count()), (vec!["w", "x", "y"], 0));
    assert_eq!(folder.names(), ["terraform.tfstate", "terraform.tfstate.backup"]);
}
