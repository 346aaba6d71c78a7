//! `import`

use std::collections::BTreeMap;

use wpinfra_apply::run::{Apply, Shell, apply};
use wpinfra_core::desired::{
    BlockNode, Desired, DesiredInstance, DesiredOutput, Expansion, ImportTarget, Known, Move, ProvisionWhen,
    Provisioner, Removal,
};
use wpinfra_core::{
    ConfigAddress, Diagnostic, Diagnostics, InstanceAddress, Mode as BlockMode, ProviderAddress, Value,
};
use wpinfra_lang::Evaluator;
use wpinfra_plan::{Action, ExecutionGraph, Options, Plan, Step, StepKind};

use super::planning::{self, Ready};
use super::state::instance_address;
use super::{Ended, FAILURE, SUCCESS};
use crate::arguments::ImportArguments;
use crate::inputs::Inputs;
use crate::session::Session;

/// Records an object that exists already under an address of the configuration.
pub(crate) async fn run(session: &Session, arguments: &ImportArguments, inputs: &Inputs<'_>) -> Ended {
    let address = instance_address(&arguments.address)?;
    if address.resource.mode != BlockMode::Managed {
        let detail = format!("{address} is read, not managed: only resources can be imported.");
        return Err(Diagnostic::error("Invalid address", detail).into());
    }
    let progress = session.progress();
    let surroundings = session.surroundings(&progress, arguments.parallelism);
    let mut ready = planning::prepare(session, inputs, &arguments.state, &surroundings, "OperationTypeImport").await?;
    check_free(&ready, &address)?;
    check_block(&ready, &address)?;
    session.print(&format!("{address}: importing from id {:?}…\n", arguments.id));
    let (planned, diagnostics) = plan(&surroundings, &mut ready, &address, &arguments.id).await;
    progress.end();
    let planned = planning::accept(session, planned, diagnostics)?;
    let plan = only_the_import(planned.plan, &address)?;
    let configuration = &ready.configuration;
    let desired = || -> Box<dyn Desired + '_> { Box::new(Evaluator::new(configuration)) };
    let work = Apply {
        plan: &plan,
        desired: &desired,
        clients: planned.facts.clients,
        shell: Shell::in_directory(session.environment.directory.clone()),
    };
    let report = apply(&surroundings, work, &mut ready.store).await;
    progress.end();
    session.show(&report.diagnostics);
    if report.imported == 0 || report.diagnostics.has_errors() {
        return Ok(FAILURE);
    }
    session.print(&format!(
        "{}\n\n{address} is in the state now. \"wpinfra plan\" shows where the configuration differs from it.\n",
        session.painter.success("Import successful!")
    ));
    Ok(SUCCESS)
}

fn check_free(ready: &Ready, address: &InstanceAddress) -> Result<(), Diagnostics> {
    let current = ready.store.state().instance(address).and_then(|instance| instance.current.as_ref());
    let Some(object) = current else { return Ok(()) };
    let id = object.id().map_or_else(String::new, |id| format!(", the one with the id {id:?}"));
    let detail = format!(
        "The state has an object at {address} already{id}. To let go of it: wpinfra state rm '{address}'. To keep it, choose another \
         address."
    );
    Err(Diagnostic::error("Resource is managed already", detail).into())
}

fn check_block(ready: &Ready, address: &InstanceAddress) -> Result<(), Diagnostics> {
    let config = address.config();
    let all = ready.configuration.resource_addresses();
    if all.contains(&config) {
        return Ok(());
    }
    let wanted = config.to_string();
    let near = all.iter().map(ToString::to_string).filter(|known| strsim::jaro_winkler(known, &wanted) > 0.85);
    let near = near.max_by(|a, b| strsim::jaro_winkler(a, &wanted).total_cmp(&strsim::jaro_winkler(b, &wanted)));
    let detail = format!(
        "The configuration has no block for {address}. Write one first; empty it is enough for a start: resource \"{}\" \"{}\" {{}}",
        address.resource.resource_type, address.resource.name
    );
    Err(Diagnostic::error("No configuration for the object to import", detail)
        .help(near.map(|known| format!("did you mean {known}?")))
        .into())
}

async fn plan(
    surroundings: &wpinfra_apply::surroundings::Surroundings<'_>,
    ready: &mut Ready,
    address: &InstanceAddress,
    id: &str,
) -> (Option<wpinfra_apply::driver::Planned>, Diagnostics) {
    let options = Options { refresh: false, targets: vec![address.to_string()], ..Options::default() };
    let facts = std::mem::take(&mut ready.facts);
    let configuration = &ready.configuration;
    let target = ImportTarget { to: address.clone(), id: Some(id.to_owned()), range: None, id_range: None };
    let desired = move || -> Box<dyn Desired + '_> {
        Box::new(WithImport { inner: Evaluator::new(configuration), target: target.clone() })
    };
    wpinfra_apply::driver::make_plan(surroundings, &desired, ready.store.state(), &options, facts).await
}

/// Reduces a plan to recording the object as it is found: what the configuration wants otherwise is for the next plan.
fn only_the_import(mut plan: Plan, address: &InstanceAddress) -> Result<Plan, Diagnostics> {
    for change in &mut plan.changes {
        if let (Some(before), true) = (&change.before, change.deposed.is_none()) {
            change.after = Some(before.clone());
            change.action = Action::NoOp;
            change.reason = None;
            change.replace_paths.clear();
        }
    }
    let is_found = plan.changes.iter().any(|change| change.address == *address && change.importing.is_some());
    if !is_found {
        let detail = format!(
            "The configuration has no instance {address}. Compare the key with \"count\" or \"for_each\" of the block."
        );
        return Err(Diagnostic::error("No instance for the object to import", detail).into());
    }
    let step = Step { kind: StepKind::Import, address: address.clone(), after: Vec::new() };
    plan.graph = ExecutionGraph { steps: vec![step] };
    plan.is_partial = true;
    Ok(plan)
}

/// A configuration with one import more than its blocks ask for.
struct WithImport<'c> {
    inner: Evaluator<'c>,
    target: ImportTarget,
}

impl Desired for WithImport<'_> {
    fn blocks(&self) -> &[BlockNode] {
        self.inner.blocks()
    }

    fn expand(&self, block: &ConfigAddress, known: &Known) -> (Vec<Expansion>, Diagnostics) {
        self.inner.expand(block, known)
    }

    fn instance(&self, address: &InstanceAddress, known: &Known) -> (Option<DesiredInstance>, Diagnostics) {
        self.inner.instance(address, known)
    }

    fn provider(&self, address: &ProviderAddress, known: &Known) -> (Option<Value>, Diagnostics) {
        self.inner.provider(address, known)
    }

    fn outputs(&self, known: &Known) -> (BTreeMap<String, DesiredOutput>, Diagnostics) {
        self.inner.outputs(known)
    }

    fn check_before(&self, _address: &InstanceAddress, _known: &Known) -> Diagnostics {
        Diagnostics::new()
    }

    fn check_after(&self, _address: &InstanceAddress, _known: &Known) -> Diagnostics {
        Diagnostics::new()
    }

    fn checks(&self, _known: &Known) -> Diagnostics {
        Diagnostics::new()
    }

    fn moves(&self) -> &[Move] {
        self.inner.moves()
    }

    fn removals(&self) -> &[Removal] {
        self.inner.removals()
    }

    fn imports(&self, known: &Known) -> (Vec<ImportTarget>, Diagnostics) {
        let (mut targets, diagnostics) = self.inner.imports(known);
        targets.retain(|target| target.to != self.target.to);
        targets.push(self.target.clone());
        (targets, diagnostics)
    }

    fn provisioners(
        &self,
        address: &InstanceAddress,
        when: ProvisionWhen,
        known: &Known,
    ) -> (Vec<Provisioner>, Diagnostics) {
        self.inner.provisioners(address, when, known)
    }
}
