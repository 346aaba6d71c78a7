//! `plan`

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;
use wpinfra_apply::clock::Clock as _;
use wpinfra_apply::driver::{Cost, Planned};
use wpinfra_apply::plan_file::{self, Origin, SavedPlan};
use wpinfra_core::Diagnostics;
use wpinfra_lang::Configuration;
use wpinfra_plan::{Mode, Plan};

use super::planning::{self, accept};
use super::{CHANGES, Ended, SUCCESS};
use crate::arguments::PlanArguments;
use crate::events;
use crate::inputs::{self, Inputs};
use crate::render::{LookingCost, PlanText, render_plan, summary_counts};
use crate::session::Session;
use crate::show_json::is_applyable;

/// Makes a plan, shows it, and saves it if asked to.
pub(crate) async fn run(session: &Session, arguments: &PlanArguments, inputs: &Inputs<'_>) -> Ended {
    let options = planning::options(&arguments.planning)?;
    if session.speaks_json() {
        session.print(&events::version(session.clock.now()));
    }
    let progress = session.progress();
    let surroundings = session.surroundings(&progress, arguments.planning.parallelism);
    let mut ready = planning::prepare(session, inputs, &arguments.state, &surroundings, "OperationTypePlan").await?;
    let (planned, diagnostics) = planning::plan(&surroundings, &mut ready, &options).await;
    progress.end();
    let planned = match planned {
        Some(planned) if !diagnostics.has_errors() => planned,
        _ => return Err(diagnostics),
    };
    show_plan(session, &planned, &diagnostics, Shown::Plan);
    if let Some(path) = &arguments.out {
        save(session, &session.environment.resolve(path), &planned.plan, &ready.configuration)?;
        session.say(&format!("The plan is saved in {}. To apply it: wpinfra apply {0}\n", path.display()));
    }
    show_cost(session, planned.cost);
    let has_changes = is_applyable(&planned.plan);
    Ok(if arguments.detailed_exitcode && has_changes { CHANGES } else { SUCCESS })
}

/// What a plan is shown for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// For itself.
    Plan,
    /// Before an apply.
    Apply,
}

/// Shows a plan, with warnings after it.
pub(crate) fn show_plan(session: &Session, planned: &Planned, warnings: &Diagnostics, shown: Shown) {
    let plan = &planned.plan;
    if session.speaks_json() {
        session.print(&events::plan(session.clock.now(), plan, summary_counts(plan)));
    } else {
        session.print(&plan_text(session, plan));
        if plan.is_partial && shown == Shown::Plan {
            session.print("\nOnly a part of the configuration is planned, because of -target.\n");
        }
    }
    session.show(warnings);
}

/// Returns the text of a plan.
pub(crate) fn plan_text(session: &Session, plan: &Plan) -> String {
    let how = PlanText { registry: &session.registry, painter: session.painter, width: session.environment.width() };
    render_plan(plan, &how)
}

/// Shows what it cost to look at the world.
pub(crate) fn show_cost(session: &Session, cost: Cost) {
    let cost = LookingCost {
        objects: cost.refreshed,
        calls: usize::try_from(cost.calls).unwrap_or(usize::MAX),
        elapsed: cost.elapsed,
    };
    session.say(&format!("{}\n", session.painter.faint(&cost.to_string())));
}

fn save(session: &Session, path: &Path, plan: &Plan, configuration: &Configuration) -> Result<(), Diagnostics> {
    let mode = match plan.mode {
        Mode::Normal => "normal",
        Mode::Destroy => "destroy",
        Mode::RefreshOnly => "refresh-only",
    };
    let mut origin = Origin {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        created: inputs::rfc3339(session.environment.now),
        sources: session.files.texts(),
        variables: BTreeMap::new(),
        options: BTreeMap::from([
            ("mode".to_owned(), json!(mode)),
            ("workspace".to_owned(), json!(session.workspace())),
        ]),
    };
    inputs::save_values(configuration, &mut origin);
    plan_file::write(path, &SavedPlan { plan: plan.clone(), origin }).map_err(|problem| Diagnostics::from(*problem))
}

/// Makes a plan for an apply and shows it.
pub(crate) async fn plan_for_apply(
    session: &Session,
    ready: &mut planning::Ready,
    options: &wpinfra_plan::Options,
    surroundings: &wpinfra_apply::surroundings::Surroundings<'_>,
    progress: &crate::progress::Progress,
) -> Result<Planned, Diagnostics> {
    let (planned, diagnostics) = planning::plan(surroundings, ready, options).await;
    progress.end();
    let has_errors = diagnostics.has_errors();
    match planned {
        Some(planned) if !has_errors => {
            show_plan(session, &planned, &diagnostics, Shown::Apply);
            Ok(planned)
        }
        planned => accept(session, planned, diagnostics),
    }
}
