//! The executor: walks the execution graph of a plan, as much at once as it allows.

mod agree;
mod object;
mod opening;
mod outputs;
mod provision;
mod record;
mod steps;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::StreamExt;
use futures_util::future::{BoxFuture, FutureExt};
use futures_util::stream::FuturesUnordered;
use wpinfra_core::desired::{Desired, Known};
use wpinfra_core::provider::Client;
use wpinfra_core::state::State;
use wpinfra_core::{Class, ConfigAddress, Diagnostic, Diagnostics, InstanceAddress, ProviderAddress};
use wpinfra_plan::{Change, Mode, Plan, StepId, StepKind};

use crate::ephemeral::Ephemerals;
use crate::interrupt::Urgency;
use crate::journal::Journal;
use crate::known;
use crate::retry::Remote;
use crate::store::Store;
use crate::surroundings::Surroundings;
use crate::wait::Polls;

pub(crate) use object::{decode, encode};
pub use provision::Shell;

/// Number of provisioners that may run at once.
const PROVISIONERS: usize = 10;

/// What an apply works on.
pub struct Apply<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Makes the configuration that the plan was made from, with nothing computed yet.
    pub desired: &'a (dyn Fn() -> Box<dyn Desired + 'a> + Sync),
    /// Connections that exist already; others are made when they are needed.
    pub clients: BTreeMap<ProviderAddress, Client>,
    /// How provisioners run commands.
    pub shell: Shell,
}

/// How an apply ended.
#[derive(Debug, Default)]
#[must_use = "show it: it says what was not done"]
pub struct Report {
    /// Number of objects created; a replaced one counts here and under `destroyed`.
    pub created: usize,
    /// Number of objects changed in place.
    pub changed: usize,
    /// Number of objects destroyed.
    pub destroyed: usize,
    /// Number of objects taken over.
    pub imported: usize,
    /// Number of objects forgotten.
    pub forgotten: usize,
    /// What went wrong, and warnings.
    pub diagnostics: Diagnostics,
    /// Steps that were not begun.
    pub not_started: Vec<NotStarted>,
    /// What is recorded now.
    pub state: State,
    /// How urgently the run was asked to stop.
    pub urgency: Option<Urgency>,
    /// Where the state went if it could not be written to its place.
    pub state_saved_elsewhere: Option<PathBuf>,
    /// The text of the state if it could not be written anywhere: it must be shown.
    pub unsaved_state: Option<String>,
}

/// A step that was not begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotStarted {
    /// The instance.
    pub address: InstanceAddress,
    /// What would have been done.
    pub kind: StepKind,
    /// Why it was not.
    pub why: WhyNot,
}

/// Why a step was not begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhyNot {
    /// A step that it depends on failed or was not begun itself: that of this instance.
    DependsOn(InstanceAddress),
    /// The run was asked to stop.
    Interrupted,
}

/// Makes a plan come true, and records what happens.
///
/// The store must be free of pending effects: [`crate::recover::recover`] comes before planning.
pub async fn apply(surroundings: &Surroundings<'_>, work: Apply<'_>, store: &mut Store) -> Report {
    let journal = match store.begin(&work.plan.prior_state, surroundings.entropy) {
        Ok(journal) => journal,
        Err(problem) => {
            let state = store.state().clone();
            return Report { diagnostics: Diagnostics::from(*problem), state, ..Report::default() };
        }
    };
    let mut state = work.plan.prior_state.clone();
    state.lineage.clone_from(&store.state().lineage);
    state.serial = store.state().serial;
    let remote = Remote::new(*surroundings);
    let polls = Polls::new(&remote);
    // What the configuration computes from planned values must not be remembered when the real ones are there.
    let (known, problems) = known::planned(work.plan, &*(work.desired)(), surroundings.registry, true);
    let desired = (work.desired)();
    let ephemerals = Ephemerals::new(&remote);
    let run = Run {
        ephemerals: &ephemerals,
        opening: opening::Opening::new(desired.blocks(), work.plan),
        surroundings: *surroundings,
        remote: &remote,
        polls: &polls,
        plan: work.plan,
        desired: &*desired,
        shell: &work.shell,
        journal: &journal,
        clients: tokio::sync::Mutex::new(work.clients),
        provisioners: tokio::sync::Semaphore::new(PROVISIONERS),
        changes: changes_of(work.plan),
        shared: Mutex::new(Shared { known, state, ..Shared::default() }),
    };
    let mut report = Report { diagnostics: problems, ..Report::default() };
    if !report.diagnostics.has_errors() {
        let running = async {
            run.walk(&mut report).await;
            run.end(&mut report).await;
            report.diagnostics.extend(run.close_all().await);
        };
        tokio::select! {
            () = running => {}
            never = ephemerals.keep_open() => match never {},
        }
    }
    let shared = run.shared.into_inner().unwrap_or_else(PoisonError::into_inner);
    (report.created, report.changed, report.destroyed) = (shared.created, shared.changed, shared.destroyed);
    (report.imported, report.forgotten) = (shared.imported, shared.forgotten);
    report.state = shared.state;
    report.state.prune();
    report.diagnostics.extend(shared.warnings);
    report.not_started.extend(shared.unmet);
    save(store, journal, &mut report, surroundings).await;
    report
}

/// Writes the state, if need be elsewhere.
async fn save(store: &mut Store, journal: Journal, report: &mut Report, surroundings: &Surroundings<'_>) {
    let Err(problem) = store.finish(&report.state, journal, surroundings.entropy).await else {
        report.state = store.state().clone();
        return;
    };
    let mut problem = *problem;
    match store.save_elsewhere(&report.state) {
        Ok(path) => {
            problem.detail = format!(
                "{}\n\nWhat is known now was written to \"{}\". Put it in the place of the state before anything else is done.",
                problem.detail,
                path.display()
            );
            report.state_saved_elsewhere = Some(path);
        }
        Err(text) => {
            problem.detail.push_str(
                "\n\nIt could not be written to the working directory either. The state is shown below: save it by hand. \
                 Without it, wpinfra does not know the objects that this run has made.",
            );
            report.unsaved_state = Some(text);
        }
    }
    report.diagnostics.push(problem);
}

/// A run in progress.
pub(crate) struct Run<'a> {
    surroundings: Surroundings<'a>,
    remote: &'a Remote<'a>,
    polls: &'a Polls<'a>,
    ephemerals: &'a Ephemerals<'a>,
    opening: opening::Opening,
    plan: &'a Plan,
    desired: &'a dyn Desired,
    shell: &'a Shell,
    journal: &'a Journal,
    clients: tokio::sync::Mutex<BTreeMap<ProviderAddress, Client>>,
    provisioners: tokio::sync::Semaphore,
    changes: BTreeMap<(InstanceAddress, Option<Arc<str>>), &'a Change>,
    shared: Mutex<Shared>,
}

/// What the steps of a run change together.
#[derive(Default)]
struct Shared {
    known: Known,
    state: State,
    warnings: Diagnostics,
    /// Steps that could not begin because an ephemeral value that they need could not be opened.
    unmet: Vec<NotStarted>,
    created: usize,
    changed: usize,
    destroyed: usize,
    imported: usize,
    forgotten: usize,
    /// Blocks of which this run has created an object: what refers to them may be too early.
    fresh: BTreeSet<ConfigAddress>,
    /// Objects that this run has created, by provider configuration.
    objects: crate::recover::NewObjects,
}

fn changes_of(plan: &Plan) -> BTreeMap<(InstanceAddress, Option<Arc<str>>), &Change> {
    plan.changes.iter().map(|change| ((change.address.clone(), change.deposed.clone()), change)).collect()
}

/// Where the steps of a graph stand.
struct Walk {
    /// Number of steps that a step still waits for.
    waits_for: Vec<usize>,
    /// Steps that wait for a step.
    dependents: Vec<Vec<StepId>>,
    /// Steps that can begin.
    ready: BTreeSet<StepId>,
    /// Steps that will not begin, and the step that is the reason.
    blocked: BTreeMap<StepId, StepId>,
    /// Steps that have begun.
    begun: BTreeSet<StepId>,
}

impl Walk {
    fn new(plan: &Plan) -> Self {
        let steps = &plan.graph.steps;
        let mut dependents = vec![Vec::new(); steps.len()];
        for (id, step) in steps.iter().enumerate() {
            for before in &step.after {
                dependents[*before].push(id);
            }
        }
        let waits_for: Vec<usize> = steps.iter().map(|step| step.after.len()).collect();
        let ready = (0..steps.len()).filter(|id| waits_for[*id] == 0).collect();
        Self { waits_for, dependents, ready, blocked: BTreeMap::new(), begun: BTreeSet::new() }
    }

    fn succeeded(&mut self, id: StepId) {
        for dependent in &self.dependents[id] {
            self.waits_for[*dependent] -= 1;
            if self.waits_for[*dependent] == 0 && !self.blocked.contains_key(dependent) {
                self.ready.insert(*dependent);
            }
        }
    }

    /// Takes out everything that depends on a step.
    fn failed(&mut self, id: StepId) {
        let mut stack = vec![id];
        while let Some(cause) = stack.pop() {
            for dependent in self.dependents[cause].clone() {
                if let Entry::Vacant(entry) = self.blocked.entry(dependent) {
                    entry.insert(cause);
                    stack.push(dependent);
                }
            }
        }
    }
}

impl Run<'_> {
    /// Takes every step whose turn comes, until there is none or the run is to stop.
    async fn walk(&self, report: &mut Report) {
        let mut walk = Walk::new(self.plan);
        let mut running: FuturesUnordered<BoxFuture<'_, (StepId, Result<(), Diagnostics>)>> = FuturesUnordered::new();
        let interrupt = self.surroundings.interrupt;
        loop {
            if interrupt.urgency() == Urgency::None {
                for id in std::mem::take(&mut walk.ready) {
                    walk.begun.insert(id);
                    running.push(async move { (id, self.step(id).await) }.boxed());
                }
            }
            tokio::select! {
                biased;
                () = interrupt.reaches(Urgency::Abandon) => break,
                ended = running.next() => match ended {
                    None => break,
                    Some((id, Ok(()))) => walk.succeeded(id),
                    Some((id, Err(problems))) => {
                        report.diagnostics.extend(problems);
                        walk.failed(id);
                    }
                },
            }
        }
        let abandoned = running.len();
        drop(running);
        self.explain(report, &walk, abandoned);
    }

    /// Says what was not done and why.
    fn explain(&self, report: &mut Report, walk: &Walk, abandoned: usize) {
        let steps = &self.plan.graph.steps;
        for (id, step) in steps.iter().enumerate().filter(|(id, _)| !walk.begun.contains(id)) {
            let why = match walk.blocked.get(&id) {
                Some(cause) => WhyNot::DependsOn(steps[*cause].address.clone()),
                None => WhyNot::Interrupted,
            };
            report.not_started.push(NotStarted { address: step.address.clone(), kind: step.kind.clone(), why });
        }
        let urgency = self.surroundings.interrupt.urgency();
        if urgency == Urgency::None {
            return;
        }
        report.urgency = Some(urgency);
        let stopped = report.not_started.iter().filter(|step| step.why == WhyNot::Interrupted).count();
        if stopped + abandoned > 0 {
            let left = if abandoned == 0 {
                String::new()
            } else {
                format!(
                    " {abandoned} were left in the middle: what becomes of them is not known yet. The next plan or apply finds \
                     out and records it."
                )
            };
            let detail = format!("A signal has stopped the apply; {stopped} steps were not begun.{left}");
            report.diagnostics.push(Diagnostic::error("Interrupted", detail).class(Class::Environment));
        }
    }

    /// Does what comes once at the end: outputs, checks, and what the providers want to do for all objects at once.
    async fn end(&self, report: &mut Report) {
        if self.surroundings.interrupt.urgency() == Urgency::Abandon {
            return;
        }
        if self.plan.mode != Mode::Destroy && !report.diagnostics.has_errors() {
            report.diagnostics.extend(self.open_rest().await);
        }
        report.diagnostics.extend(self.record_outputs());
        let objects = self.shared().objects.clone();
        let clients = self.clients.lock().await.clone();
        report.diagnostics.extend(crate::recover::finish(self.remote, &objects, &clients).await);
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
