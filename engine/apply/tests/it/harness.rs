//! A configuration, a state on the disk and a made-up service, on virtual time.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use wpinfra_apply::clock::{Clock, Entropy, RunClock};
use wpinfra_apply::driver::{Planned, make_plan};
use wpinfra_apply::interrupt::Interrupt;
use wpinfra_apply::observer::{Event, Observer};
use wpinfra_apply::recover::recover;
use wpinfra_apply::run::{Apply, Report, Shell, apply};
use wpinfra_apply::store::{StatePaths, Store};
use wpinfra_apply::surroundings::Surroundings;
use wpinfra_core::desired::Desired;
use wpinfra_core::provider::{BoxFuture, Provider};
use wpinfra_core::registry::Registry;
use wpinfra_core::state::State;
use wpinfra_core::{Diagnostics, Value};
use wpinfra_fake::World;
use wpinfra_lang::{Configuration, Environment, Evaluator, Files, InputVariables};
use wpinfra_plan::{Action, Facts, Options, StepKind};

/// Everything that a test needs for a whole run.
pub(crate) struct Bench {
    pub(crate) world: Arc<World>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) clock: RunClock,
    pub(crate) entropy: Entropy,
    pub(crate) interrupt: Interrupt,
    pub(crate) parallelism: usize,
    pub(crate) notes: Notes,
    folder: tempfile::TempDir,
}

struct WorldClock(RunClock);

impl wpinfra_fake::Clock for WorldClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.0.sleep(duration)
    }
}

/// Remembers what a run tells.
#[derive(Default)]
pub(crate) struct Notes(Mutex<Vec<String>>);

impl Observer for Notes {
    fn notice(&self, event: &Event<'_>) {
        let line = match event {
            Event::StepStarted(step) => format!("{} {}", verb(step.kind), step.address),
            Event::StepFinished(step) => format!("did {} {}", verb(step.kind), step.address),
            Event::StepFailed { step, diagnostic } => {
                format!("failed {} {}: {}", verb(step.kind), step.address, diagnostic.summary)
            }
            Event::ProvisionOutput { address, line, .. } => format!("{address}: {line}"),
            Event::Note(text) => (*text).to_owned(),
            Event::EphemeralEnded { address, act, failed, .. } => {
                format!("{}{act:?} {address}", if *failed { "failed " } else { "" })
            }
            Event::RefreshStarted { .. }
            | Event::EphemeralStarted { .. }
            | Event::ObjectRefreshStarted { .. }
            | Event::ObjectRefreshed { .. }
            | Event::ProvisionFinished { .. }
            | Event::DataStarted { .. }
            | Event::DataFinished { .. }
            | Event::StepProgress { .. }
            | Event::Retrying { .. }
            | Event::ProvisionStarted { .. } => return,
        };
        self.0.lock().expect("not poisoned").push(line);
    }
}

impl Notes {
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().expect("not poisoned"))
    }
}

fn verb(kind: &StepKind) -> &'static str {
    match kind {
        StepKind::Create => "create",
        StepKind::Update => "update",
        StepKind::Delete { .. } => "delete",
        StepKind::Depose { .. } => "depose",
        StepKind::Read => "read",
        StepKind::Forget { .. } => "forget",
        StepKind::Import => "import",
    }
}

fn providers(world: &Arc<World>) -> Vec<Box<dyn Provider>> {
    let mut providers = wpinfra_std::providers(Arc::new(Counted::default()));
    providers.push(wpinfra_fake::provider(Arc::clone(world)));
    providers
}

/// Bytes that count upwards.
#[derive(Default)]
struct Counted(AtomicU64);

impl wpinfra_std::Entropy for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let number = self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            chunk.copy_from_slice(&number[..chunk.len()]);
        }
    }
}

struct OneFile(String);

impl Files for OneFile {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        if path.ends_with("main.tf") { Ok(self.0.clone().into_bytes()) } else { Err("no such file".to_owned()) }
    }

    fn exists(&self, path: &str) -> bool {
        path.ends_with("main.tf")
    }

    fn list(&self, _dir: &str) -> Result<Vec<String>, String> {
        Ok(vec!["main.tf".to_owned()])
    }
}

const SETTINGS: &str = r#"terraform {
  required_providers {
    fake = { source = "wpinfra/fake" }
  }
}
"#;

impl Bench {
    pub(crate) fn new() -> Self {
        let clock = RunClock::starting_at("2026-01-01T00:00:00Z".parse().expect("a time"));
        let world = World::with_clock(Arc::new(WorldClock(clock)));
        Self {
            registry: Arc::new(Registry::new(providers(&world))),
            world,
            clock,
            entropy: Entropy::seeded(1),
            interrupt: Interrupt::default(),
            parallelism: 64,
            notes: Notes::default(),
            folder: tempfile::tempdir().expect("a directory"),
        }
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    pub(crate) fn store(&self) -> Store {
        self.try_store().expect("the state can be loaded")
    }

    pub(crate) fn try_store(&self) -> Result<Store, Diagnostics> {
        Store::open(StatePaths::beside(self.folder.path().join("terraform.tfstate"), self.folder.path()))
    }

    pub(crate) fn surroundings(&self) -> Surroundings<'_> {
        Surroundings {
            registry: &self.registry,
            clock: &self.clock,
            entropy: &self.entropy,
            observer: &self.notes,
            interrupt: &self.interrupt,
            parallelism: self.parallelism,
        }
    }

    pub(crate) fn configuration(&self, text: &str) -> Configuration {
        let environment = Environment {
            modules: wpinfra_lang::InstalledModules::default(),
            files: Arc::new(OneFile(format!("{SETTINGS}{text}"))),
            root_dir: ".".to_owned(),
            working_dir: "/work".to_owned(),
            home_dir: None,
            now: "2026-01-01T00:00:00Z".to_owned(),
            workspace: "default".to_owned(),
            entropy: Arc::new(|count| vec![7; count]),
        };
        let (configuration, problems) =
            Configuration::load(environment, Some(InputVariables::default()), Arc::clone(&self.registry));
        configuration.unwrap_or_else(|| panic!("{problems:#?}"))
    }

    /// Recovers, and plans.
    pub(crate) async fn plan(&self, text: &str, options: &Options) -> (Store, Planned) {
        let mut store = self.store();
        let planned = self.try_plan(&mut store, text, options).await;
        let planned = planned.unwrap_or_else(|problems| panic!("{problems:#?}"));
        (store, planned)
    }

    pub(crate) async fn try_plan(
        &self,
        store: &mut Store,
        text: &str,
        options: &Options,
    ) -> Result<Planned, Diagnostics> {
        let configuration = self.configuration(text);
        let factory = || -> Box<dyn Desired + '_> { Box::new(Evaluator::new(&configuration)) };
        let mut clients = BTreeMap::new();
        let problems = recover(&self.surroundings(), &*factory(), store, &mut clients).await;
        if problems.has_errors() {
            return Err(problems);
        }
        let facts = Facts { clients, ..Facts::default() };
        let state = store.state().clone();
        let (planned, problems) = make_plan(&self.surroundings(), &factory, &state, options, facts).await;
        planned.filter(|_| !problems.has_errors()).ok_or(problems)
    }

    /// Plans and applies, whatever comes of it.
    pub(crate) async fn run(&self, text: &str, options: &Options) -> Report {
        let (mut store, planned) = self.plan(text, options).await;
        let configuration = self.configuration(text);
        let factory = || -> Box<dyn Desired + '_> { Box::new(Evaluator::new(&configuration)) };
        let work = Apply {
            plan: &planned.plan,
            desired: &factory,
            clients: planned.facts.clients.clone(),
            shell: Shell::in_directory(self.folder()),
        };
        apply(&self.surroundings(), work, &mut store).await
    }

    /// Plans and applies without an error, and sees to it that the next plan is empty.
    pub(crate) async fn settle(&self, text: &str) -> State {
        let report = self.run(text, &refreshing()).await;
        assert!(!report.diagnostics.has_errors(), "{:#?}", report.diagnostics);
        assert_eq!(self.planned(text).await, Vec::<String>::new(), "the plan after the apply");
        report.state
    }

    /// Returns what a plan would do.
    pub(crate) async fn planned(&self, text: &str) -> Vec<String> {
        let (_, planned) = self.plan(text, &refreshing()).await;
        let changes = planned.plan.changes.iter().filter(|change| change.action != Action::NoOp);
        let mut lines: Vec<String> = changes.map(|change| format!("{:?} {}", change.action, change.address)).collect();
        lines.extend(
            planned
                .plan
                .outputs
                .iter()
                .filter(|(_, output)| output.action() != Action::NoOp)
                .map(|(name, _)| format!("output {name}")),
        );
        lines
    }

    /// Returns the objects that stand, apart from what the service makes up anew each time.
    pub(crate) fn standing(&self) -> Vec<String> {
        let made_up = |text: &str| -> String {
            // Ids and addresses are numbered in the order of creation.
            text.split_inclusive(|character: char| !character.is_ascii_alphanumeric() && character != '-')
                .map(|word| {
                    let (body, end) =
                        word.split_at(word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '-').len());
                    match body.rsplit_once('-') {
                        Some((name, number)) if number.chars().all(|digit| digit.is_ascii_digit()) => {
                            format!("{name}-N{end}")
                        }
                        _ => word.to_owned(),
                    }
                })
                .collect()
        };
        let describe = |object: &wpinfra_fake::Object| {
            // An idempotency token stays with the object; a creation tag is taken off.
            let is_tagged = object.token.is_some() && !["fake_machine", "fake_tokened"].contains(&object.type_name);
            made_up(&format!("{} {:?} {is_tagged} {:?}", object.type_name, object.phase, plain(&object.value)))
        };
        let mut standing: Vec<String> = self.world.inventory().values().map(describe).collect();
        standing.sort();
        standing
    }

    /// Sees to it that state and world agree: nothing recorded that does not stand, nothing standing that is not recorded.
    pub(crate) fn check_nothing_lost(&self, state: &State) {
        let mut recorded: Vec<String> =
            state.objects().filter_map(|(_, _, object)| object.id().map(str::to_owned)).collect();
        recorded.sort();
        recorded.retain(|id| id != "zones" && !id.starts_with("lookup"));
        let standing: Vec<String> = self.world.inventory().into_keys().collect();
        assert_eq!(recorded, standing, "recorded and standing objects");
        assert_eq!(wpinfra_apply::verify::verify(state), Vec::<String>::new());
    }
}

fn plain(value: &Value) -> Value {
    value.without_deep_marks()
}

pub(crate) fn refreshing() -> Options {
    Options { refresh: true, ..Options::default() }
}

pub(crate) fn destroying() -> Options {
    Options { refresh: true, mode: wpinfra_plan::Mode::Destroy, ..Options::default() }
}
