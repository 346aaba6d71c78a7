use super::*;
use crate::clock::RunClock;

const NOON: &str = "2026-01-01T12:00:00Z";

fn request(process: u32, host: &str, timeout: Duration) -> LockRequest {
    LockRequest {
        operation: "OperationTypeApply".to_owned(),
        who: format!("ada@{host}"),
        host: host.to_owned(),
        process,
        version: "0.1.0".to_owned(),
        timeout,
    }
}

struct Place {
    _folder: tempfile::TempDir,
    state: PathBuf,
    clock: Arc<dyn Clock>,
    interrupt: Interrupt,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a directory");
        let state = folder.path().join("terraform.tfstate");
        let clock = Arc::new(RunClock::starting_at(NOON.parse().expect("a time")));
        Self { _folder: folder, state, clock, interrupt: Interrupt::default() }
    }

    async fn acquire(&self, request: &LockRequest) -> Result<StateLock, Box<Diagnostic>> {
        StateLock::acquire(&self.state, request, Arc::clone(&self.clock), &Entropy::seeded(1), &self.interrupt).await
    }

    fn info(&self) -> Option<LockInfo> {
        read_info(&self.state)
    }
}

#[tokio::test(start_paused = true)]
async fn a_lock_leaves_nothing_behind() {
    let place = Place::new();
    let lock = place.acquire(&request(1, "here", Duration::ZERO)).await.expect("free");
    assert_eq!(lock.note(), None);
    let info = place.info().expect("there");
    assert_eq!((info.who.as_str(), info.created.as_str()), ("ada@here", NOON));
    drop(lock);
    assert_eq!(place.info(), None);
    assert!(!place.state.exists(), "the state file was made only for the lock");
}

#[tokio::test(start_paused = true)]
async fn a_second_one_is_told_who_has_it() {
    let place = Place::new();
    let _lock = place.acquire(&request(1, "here", Duration::ZERO)).await.expect("free");
    let problem = place.acquire(&request(1, "here", Duration::from_secs(90))).await.expect_err("held");
    assert_eq!(problem.summary, "State is locked");
    for words in [
        "ada@here, process 1 holds it for \"apply\"",
        "since 2026-01-01T12:00:00Z (90 s ago)",
        "waited 90 s",
        "Lock id: ",
    ] {
        assert!(problem.detail.contains(words), "{words}: {}", problem.detail);
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_given_as_soon_as_it_is_free() {
    let place = Place::new();
    let first = place.acquire(&request(1, "here", Duration::ZERO)).await.expect("free");
    let waiting = request(1, "here", Duration::from_mins(1));
    let second = place.acquire(&waiting);
    let free = async {
        place.clock.sleep(Duration::from_secs(20)).await;
        drop(first);
    };
    let (second, ()) = tokio::join!(second, free);
    assert!(second.is_ok());
    assert!(place.clock.elapsed() < Duration::from_secs(22));
}

#[tokio::test(start_paused = true)]
async fn the_lock_of_a_dead_process_is_taken_over() {
    let place = Place::new();
    drop(File::create(&place.state).expect("made"));
    let dead = LockInfo {
        id: "x".to_owned(),
        who: "bob@here".to_owned(),
        host: "here".to_owned(),
        process: Some(1),
        ..LockInfo::default()
    };
    write_info(&place.state, &dead).expect("writes");
    let lock = place.acquire(&request(2, "here", Duration::ZERO)).await.expect("the system knows that it is dead");
    assert!(lock.note().expect("a note").contains("bob@here"));
}

#[tokio::test(start_paused = true)]
async fn the_lock_of_another_host_lasts_as_long_as_its_lease() {
    let place = Place::new();
    let far = LockInfo {
        who: "bob@far".to_owned(),
        host: "far".to_owned(),
        process: Some(7),
        expires: "2026-01-01T12:00:50Z".to_owned(),
        ..LockInfo::default()
    };
    write_info(&place.state, &far).expect("writes");
    assert!(place.acquire(&request(2, "here", Duration::from_secs(40))).await.is_err());
    assert!(place.acquire(&request(2, "here", Duration::from_secs(20))).await.expect("expired").note().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_keeps_it_and_notices_its_loss() {
    let place = Place::new();
    let lock = place.acquire(&request(1, "here", Duration::ZERO)).await.expect("free");
    place.clock.sleep(Duration::from_secs(100)).await;
    let expires: Timestamp = place.info().expect("there").expires.parse().expect("a time");
    assert!(expires > place.clock.now(), "{expires}");
    force_unlock(&place.state, &lock.info().id).expect("unlocks");
    assert!(force_unlock(&place.state, &lock.info().id).is_err(), "only once");
    place.clock.sleep(Duration::from_secs(20)).await;
    assert_eq!(place.interrupt.urgency(), crate::interrupt::Urgency::Stop);
}

#[test]
fn the_file_is_as_terraform_writes_it() {
    let text = r#"{"ID":"1","Operation":"OperationTypeApply","Info":"","Who":"u@h","Version":"1.11.4","Created":"2026-01-01T00:00:00Z","Path":"terraform.tfstate"}"#;
    let info: LockInfo = serde_json::from_str(text).expect("readable");
    assert_eq!(serde_json::to_string(&info).expect("writable"), text);
}
