//! `apply`, `destroy`, `refresh`

use std::path::Path;

use wpinfra_apply::clock::Clock as _;
use wpinfra_apply::driver::Planned;
use wpinfra_apply::plan_file::{self, check_fresh};
use wpinfra_apply::run::{Apply, NotStarted, Report, Shell, WhyNot, apply};
use wpinfra_apply::surroundings::Surroundings;
use wpinfra_core::desired::Desired;
use wpinfra_core::state::State;
use wpinfra_core::{Diagnostic, Diagnostics};
use wpinfra_lang::Evaluator;
use wpinfra_plan::{Facts, Mode, StepKind};

use super::plan::{plan_for_apply, show_cost};
use super::planning::{self, Ready, accept};
use super::{Ended, FAILURE, SUCCESS, output};
use crate::arguments::ApplyArguments;
use crate::events;
use crate::inputs::{self, Inputs, ask, asking_is_allowed};
use crate::progress::Progress;
use crate::render::{Counts, summary_counts, words};
use crate::session::Session;
use crate::show_json::is_applyable;

/// Applies a saved plan, or makes one, shows it, asks, and applies it.
pub(crate) async fn run(session: &Session, arguments: &ApplyArguments, inputs: &Inputs<'_>) -> Ended {
    if session.speaks_json() {
        session.print(&events::version(session.clock.now()));
    }
    match &arguments.plan {
        Some(path) => apply_saved(session, arguments, inputs, path).await,
        None => plan_and_apply(session, arguments, inputs).await,
    }
}

async fn plan_and_apply(session: &Session, arguments: &ApplyArguments, inputs: &Inputs<'_>) -> Ended {
    let options = planning::options(&arguments.planning)?;
    if session.speaks_json() && !arguments.auto_approve {
        let detail = "With -json nobody can be asked. Add -auto-approve, or apply a saved plan.";
        return Err(Diagnostic::error("Nobody can be asked", detail).into());
    }
    let progress = session.progress();
    let surroundings = session.surroundings(&progress, arguments.planning.parallelism);
    let mut ready = planning::prepare(session, inputs, &arguments.state, &surroundings, "OperationTypeApply").await?;
    let planned = plan_for_apply(session, &mut ready, &options, &surroundings, &progress).await?;
    if !is_applyable(&planned.plan) && planned.plan.drift.is_empty() {
        // Outputs and refreshed values are recorded even where nothing is to be done.
        let code = execute(session, &surroundings, &progress, ready, planned.clone()).await?;
        show_cost(session, planned.cost);
        return Ok(code);
    }
    show_cost(session, planned.cost);
    if !arguments.auto_approve && is_applyable(&planned.plan) {
        if !asking_is_allowed(session, inputs.arguments) {
            let detail = "The plan needs to be confirmed, and -input=false forbids to ask. Add -auto-approve, or apply a saved plan.";
            return Err(Diagnostic::error("Nobody can be asked", detail).into());
        }
        if !is_confirmed(session, planned.plan.mode) {
            session.print(if planned.plan.mode == Mode::Destroy {
                "Destroy cancelled.\n"
            } else {
                "Apply cancelled.\n"
            });
            return Ok(FAILURE);
        }
    }
    execute(session, &surroundings, &progress, ready, planned).await
}

async fn apply_saved(session: &Session, arguments: &ApplyArguments, inputs: &Inputs<'_>, path: &Path) -> Ended {
    let full = session.environment.resolve(path);
    if full.is_dir() {
        let detail =
            format!("\"{}\" is a directory. To work in another directory: wpinfra -chdir={0} apply.", path.display());
        return Err(Diagnostic::error("Not a plan", detail).into());
    }
    let saved = plan_file::read(&full).map_err(|problem| Diagnostics::from(*problem))?;
    if arguments.planning.destroy && saved.plan.mode != Mode::Destroy {
        let detail = "The saved plan is not for a destroy. Apply it with \"wpinfra apply\", or make one with \"wpinfra plan -destroy\".";
        return Err(Diagnostic::error("Saved plan is for something else", detail).into());
    }
    let (configuration, diagnostics) = inputs::load_saved(session, &saved.origin, inputs.variables);
    let configuration = accept(session, configuration, diagnostics)?;
    let progress = session.progress();
    let surroundings = session.surroundings(&progress, arguments.planning.parallelism);
    let ready =
        planning::prepare_with(session, configuration, &arguments.state, &surroundings, "OperationTypeApply").await?;
    check_fresh(&saved.plan, ready.store.state()).map_err(|problem| Diagnostics::from(*problem))?;
    if session.speaks_json() {
        session.print(&events::plan(session.clock.now(), &saved.plan, summary_counts(&saved.plan)));
    }
    let planned = Planned { plan: saved.plan, facts: Facts::default(), cost: wpinfra_apply::driver::Cost::default() };
    execute(session, &surroundings, &progress, ready, planned).await
}

fn is_confirmed(session: &Session, mode: Mode) -> bool {
    let question = match mode {
        Mode::Normal => "Do you want to do this?",
        Mode::Destroy => "Do you want to destroy all of this? It cannot be undone.",
        Mode::RefreshOnly => "Do you want to record this?",
    };
    session.print(&format!("\n{}\n  Only \"yes\" is taken for an answer.\n\n", session.painter.bold(question)));
    ask(session, "  Enter a value: ").is_some_and(|answer| answer.trim() == "yes")
}

async fn execute(
    session: &Session,
    surroundings: &Surroundings<'_>,
    progress: &Progress,
    mut ready: Ready,
    planned: Planned,
) -> Ended {
    let steps = planned.plan.graph.steps.len();
    if steps > 0 {
        progress.expect_steps(steps);
        session.say("\n");
    }
    let configuration = &ready.configuration;
    let desired = || -> Box<dyn Desired + '_> { Box::new(Evaluator::new(configuration)) };
    let work = Apply {
        plan: &planned.plan,
        desired: &desired,
        clients: planned.facts.clients,
        shell: Shell::in_directory(session.environment.directory.clone()),
    };
    let report = apply(surroundings, work, &mut ready.store).await;
    progress.end();
    Ok(conclude(session, &report, planned.plan.mode, is_applyable(&planned.plan)))
}

/// Says how an apply ended; returns the exit code.
fn conclude(session: &Session, report: &Report, mode: Mode, had_changes: bool) -> u8 {
    let failed = report.diagnostics.has_errors() || !report.not_started.is_empty();
    let counts = Counts {
        import: report.imported,
        add: report.created,
        change: report.changed,
        remove: report.destroyed,
        forget: report.forgotten,
    };
    session.say(&not_started(&report.not_started));
    session.show(&report.diagnostics);
    if let Some(state) = &report.unsaved_state {
        session.environment.errors.write(&format!("{state}\n"));
    }
    if session.speaks_json() {
        if !failed {
            let operation = if mode == Mode::Destroy { "destroy" } else { "apply" };
            let now = session.clock.now();
            session.print(&events::summary(now, &completed(counts, mode), counts, operation));
            if mode != Mode::Destroy {
                session.print(&events::outputs(now, &report.state.outputs));
            }
        }
        return if failed { FAILURE } else { SUCCESS };
    }
    if failed {
        session.print(&format!("{}\n", session.painter.bold(&incomplete(counts))));
        return FAILURE;
    }
    let gap = if had_changes { "\n" } else { "" };
    session.print(&format!("{gap}{}\n", session.painter.success(&completed(counts, mode))));
    session.print(&outputs(session, &report.state, mode));
    SUCCESS
}

fn completed(counts: Counts, mode: Mode) -> String {
    let Counts { import, add, change, remove, forget } = counts;
    if mode == Mode::Destroy {
        return format!("Destroy complete! Resources: {remove} destroyed.");
    }
    let imported = if import > 0 { format!("{import} imported, ") } else { String::new() };
    let forgotten = if forget > 0 { format!(", {forget} forgotten") } else { String::new() };
    format!("Apply complete! Resources: {imported}{add} added, {change} changed, {remove} destroyed{forgotten}.")
}

fn incomplete(counts: Counts) -> String {
    let Counts { add, change, remove, .. } = counts;
    format!("Apply incomplete: {add} added, {change} changed, {remove} destroyed; that much is recorded.")
}

/// Returns what was not begun, and because of what.
fn not_started(steps: &[NotStarted]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for step in steps.iter().filter(|step| !matches!(step.kind, StepKind::Depose { .. })) {
        let what = match step.kind {
            StepKind::Create => "not created",
            StepKind::Update => "not changed",
            StepKind::Delete { .. } => "not destroyed",
            StepKind::Read => "not read",
            StepKind::Forget { .. } => "not forgotten",
            StepKind::Import | StepKind::Depose { .. } => "not imported",
        };
        lines.push(match &step.why {
            WhyNot::DependsOn(cause) if *cause == step.address => format!("{}: {what}\n", step.address),
            WhyNot::DependsOn(cause) => format!("{}: {what}, because it depends on {cause}\n", step.address),
            WhyNot::Interrupted => format!("{}: {what}, because of the interrupt\n", step.address),
        });
    }
    lines.concat()
}

fn outputs(session: &Session, state: &State, mode: Mode) -> String {
    if state.outputs.is_empty() || mode == Mode::Destroy {
        return String::new();
    }
    format!("\n{}\n\n{}", session.painter.bold(words::OUTPUTS), output::text(&state.outputs))
}
